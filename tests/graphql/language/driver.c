/*
 * driver.c - our side of language.mjs: parses, prints and validates documents.
 *
 *   language_driver SCHEMA.graphql           documents on standard input, see below
 *   language_driver SCHEMA.graphql --print   the schema as SDL on standard output
 *
 * Each document comes as its length in decimal, a new line, and its bytes. Each answer is
 * one line of JSON: {"syntax": {message, locations}} or {"printed": text, "errors": [...]}.
 */
#include <stdio.h>

#include "base/fd.h"
#include "gql/schema_build.h"

#define MAX_DOCUMENT (1024 * 1024)

static void write_error(struct json_writer *w, const struct gql_error *error)
{
        json_begin_object(w);
        json_key_string(w, "message", error->message);
        json_key(w, STR("locations"));
        json_begin_array(w);
        for (size_t i = 0; i < error->location_count; i++) {
                json_begin_object(w);
                json_key_int(w, "line", error->locations[i].line);
                json_key_int(w, "column", error->locations[i].column);
                json_end_object(w);
        }
        json_end_array(w);
        json_end_object(w);
}

/*
 * Printing and parsing again must give the same text; but for type definitions, where what
 * follows one without a body may be read as its body, with graphql-js too.
 */
static bool prints_alike(struct arena *arena, const struct gql_document *first, struct str text,
                         const struct gql_limits *limits)
{
        _cleanup_(buf_done) struct buf again = { 0 };
        struct gql_document *document = NULL;
        struct gql_error error = { 0 };
        struct err err = { 0 };

        for (const struct gql_definition *def = first->definitions; def; def = def->next)
                if (def->kind != GQL_DEF_OPERATION && def->kind != GQL_DEF_FRAGMENT)
                        return true;
        if (gql_parse(arena, text, limits, &document, &error, &err))
                return false;
        gql_print(document, &again);
        return str_eq(text, buf_str(&again));
}

static void answer(const struct gql_schema *schema, struct str source, struct buf *out)
{
        static const struct gql_limits limits = { .max_bytes = MAX_DOCUMENT, .max_tokens = 100000 };
        _cleanup_(buf_done) struct buf printed = { 0 };
        struct gql_document *document = NULL;
        struct gql_error syntax = { 0 };
        struct json_writer w;
        struct err err = { 0 };
        struct arena arena;

        arena_init(&arena, 0);
        json_writer_init(&w, out);
        json_begin_object(&w);
        if (gql_parse(&arena, source, &limits, &document, &syntax, &err)) {
                json_key(&w, STR("syntax"));
                write_error(&w, &syntax);
        } else {
                gql_print(document, &printed);
                json_key_string(&w, "printed", buf_str(&printed));
                json_key_bool(&w, "stable", prints_alike(&arena, document, buf_str(&printed), &limits));
                json_key(&w, STR("errors"));
                json_begin_array(&w);
                for (const struct gql_error *error = gql_validate(&arena, schema, document, &limits); error;
                     error = error->next)
                        write_error(&w, error);
                json_end_array(&w);
        }
        json_end_object(&w);
        buf_add_c(out, '\n');
        arena_done(&arena);
}

/* The next line as a length; false at the end and for anything else. */
static bool read_length(uint64_t *ret_length)
{
        char line[32];

        return fgets(line, sizeof(line), stdin) && str_to_u64(str_trim(str_from(line)), ret_length);
}

static int serve(const struct gql_schema *schema)
{
        char *document = malloc(MAX_DOCUMENT);
        uint64_t length = 0;

        while (document && read_length(&length) && length <= MAX_DOCUMENT) {
                _cleanup_(buf_done) struct buf out = { 0 };

                if (fread(document, 1, length, stdin) != length)
                        break;
                answer(schema, (struct str){ document, length }, &out);
                if (fwrite(out.ptr, 1, out.len, stdout) != out.len)
                        break;
        }
        free(document);
        return feof(stdin) ? 0 : 1;
}

static int run(struct arena *arena, int argc, char **argv)
{
        const struct gql_schema *schema = NULL;
        struct gql_document *document = NULL;
        struct gql_error *problems = NULL;
        struct gql_error error = { 0 };
        struct str sdl = STR_NULL;
        struct err err = { 0 };

        if (argc < 2 || fd_read_file(arena, argv[1], MAX_DOCUMENT, &sdl, &err) ||
            gql_parse_sdl(arena, sdl, &document, &error, &err) ||
            gql_schema_build(arena, document, &schema, &problems, &err)) {
                fprintf(stderr, "language_driver: %s\n", err.msg);
                return 2;
        }
        if (argc > 2 && strcmp(argv[2], "--print") == 0) {
                _cleanup_(buf_done) struct buf out = { 0 };

                gql_print_schema(schema, &out);
                return fwrite(out.ptr, 1, out.len, stdout) == out.len ? 0 : 1;
        }
        return serve(schema);
}

int main(int argc, char **argv)
{
        struct arena arena;
        int status;

        arena_init(&arena, 0);
        status = run(&arena, argc, argv);
        arena_done(&arena);
        return status;
}
