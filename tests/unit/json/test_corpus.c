/*
 * The corpus of tests/data/json: y_*.json must be accepted, n_*.json refused, by both
 * readers and whatever the pieces. What is accepted must come out of the writer as a
 * document that means the same.
 */
#include "unit.h"

#include <dirent.h>

#include "base/fd.h"
#include "rewrite.h"

static const char *data_dir(void)
{
        const char *dir = getenv("TEST_DATA");

        return dir ? dir : "tests/data";
}

static void check_file(const char *name, struct str text)
{
        static const size_t steps[] = { 1, 2, 3, 5, 8, 64, SIZE_MAX / 2 };
        bool valid = name[0] == 'y';
        /* Only the tree parser can see duplicate keys. */
        bool reader_valid = valid || strncmp(name, "n_object_duplicate", 18) == 0;
        struct arena arena;
        struct json *root = NULL;
        struct json *again = NULL;
        struct buf written = { 0 };
        struct json_writer w;
        struct err err = { 0 };
        enum rc rc;

        arena_init(&arena, 0);
        rc = json_parse(&arena, text, NULL, &root, &err);
        if ((rc == RC_OK) != valid)
                fail_msg("%s: the tree parser says %s: %s", name, rc_name(rc), err.msg);
        if (rc) {
                assert_true(rc == RC_INVALID || rc == RC_TOO_LARGE);
                assert_null(root);
                assert_int_not_equal(err.msg[0], '\0');
        } else {
                json_writer_init(&w, &written);
                json_value(&w, root);
                assert_ok(json_parse(&arena, buf_str(&written), NULL, &again, &err));
                assert_true(json_equal(root, again));
        }
        for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
                struct buf out = { 0 };

                rc = rewrite(text, steps[i], NULL, 0, &out, &err);
                if ((rc == RC_OK) != reader_valid)
                        fail_msg("%s: the pull reader (pieces of %zu) says %s: %s", name, steps[i], rc_name(rc), err.msg);
                if (valid)
                        assert_true(str_eq(buf_str(&out), buf_str(&written)));
                buf_done(&out);
        }
        buf_done(&written);
        arena_done(&arena);
}

static void corpus_is_judged_right(void **state UNUSED)
{
        DIR *dir;
        struct dirent *entry;
        char path[4096];
        size_t valid = 0;
        size_t invalid = 0;

        snprintf(path, sizeof path, "%s/json", data_dir());
        dir = opendir(path);
        assert_non_null(dir);
        while ((entry = readdir(dir))) {
                struct arena arena;
                struct str text = STR_NULL;
                struct err err = { 0 };
                char *exact;

                if (strncmp(entry->d_name, "y_", 2) != 0 && strncmp(entry->d_name, "n_", 2) != 0)
                        continue;
                arena_init(&arena, 0);
                snprintf(path, sizeof path, "%s/json/%s", data_dir(), entry->d_name);
                assert_ok(fd_read_file(&arena, path, 1 << 20, &text, &err));
                /* Exactly as large as the file, so that the sanitizers see one byte too far. */
                exact = malloc(text.len ? text.len : 1);
                assert_non_null(exact);
                memcpy(exact, text.ptr, text.len);
                check_file(entry->d_name, (struct str){ exact, text.len });
                free(exact);
                arena_done(&arena);
                if (entry->d_name[0] == 'y')
                        valid++;
                else
                        invalid++;
        }
        closedir(dir);
        assert_true(valid >= 50);
        assert_true(invalid >= 100);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(corpus_is_judged_right),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
