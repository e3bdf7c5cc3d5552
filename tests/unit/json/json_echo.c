/*
 * json_echo.c - says what both readers make of documents; differential.py asks it.
 *
 * In: for each document 4 bytes of length (little-endian) and the bytes. Out: for the tree
 * parser and for the pull reader fed 1, 7 and all bytes at a time one line each: "ok " and
 * the document written again, or "no " and the message; then one line with every number of
 * the tree as json_double() writes it.
 */
#include <stdio.h>

#include "rewrite.h"

static void print_line(enum rc rc, const struct buf *out, const struct err *err)
{
        if (rc)
                printf("no %s\n", err->msg);
        else
                printf("ok %.*s\n", STR_ARG(buf_str(out)));
}

static void print_reader(struct str text, size_t step)
{
        struct buf out = { 0 };
        struct err err = { 0 };

        print_line(rewrite(text, step, NULL, 0, &out, &err), &out, &err);
        buf_done(&out);
}

static void print_numbers(struct json_writer *w, const struct json *value)
{
        if (value->kind == JSON_NUMBER)
                json_double(w, value->number);
        for (const struct json *m = value->first; m; m = m->next)
                print_numbers(w, m);
}

static void print_tree(struct str text)
{
        struct buf out = { 0 };
        struct json_writer w;
        struct err err = { 0 };
        struct arena arena;
        struct json *root = NULL;
        enum rc rc;

        arena_init(&arena, 0);
        json_writer_init(&w, &out);
        rc = json_parse(&arena, text, NULL, &root, &err);
        if (!rc)
                json_value(&w, root);
        print_line(rc, &out, &err);
        print_reader(text, 1);
        print_reader(text, 7);
        print_reader(text, text.len + 1);
        buf_clear(&out);
        json_writer_init(&w, &out);
        json_begin_array(&w);
        if (!rc)
                print_numbers(&w, root);
        json_end_array(&w);
        printf("%.*s\n", STR_ARG(buf_str(&out)));
        arena_done(&arena);
        buf_done(&out);
}

int main(void)
{
        unsigned char head[4];

        while (fread(head, 1, sizeof head, stdin) == sizeof head) {
                size_t len = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
                /* Exactly as large as the document, so that the sanitizers see one byte too far. */
                char *text = malloc(len ? len : 1);

                if (!text || fread(text, 1, len, stdin) != len)
                        return 1;
                print_tree((struct str){ text, len });
                free(text);
                (void)fflush(stdout);
        }
        return 0;
}
