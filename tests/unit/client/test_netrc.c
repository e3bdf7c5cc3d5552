/* Tests of client/netrc.c. */
#include "unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "client/internal.h"

static char path[128];

static int make_path(void **state UNUSED)
{
        (void)snprintf(path, sizeof(path), "/tmp/vitrine-netrc-%ld", (long)getpid());
        return 0;
}

static int remove_path(void **state UNUSED)
{
        (void)unlink(path);
        return 0;
}

static void write_text(const char *text)
{
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
        assert_int_equal(fclose(file), 0);
}

static void expect_key(const char *url, const char *key)
{
        struct arena arena = { 0 };
        const char *found = NULL;
        struct err err = { 0 };

        arena_begin(&arena);
        assert_int_equal(netrc_find(&arena, path, url, &found, &err), RC_OK);
        if (key)
                assert_string_equal(found, key);
        else
                assert_null(found);
        arena_done(&arena);
}

static void netrc_find_knows_forms_that_people_write(void **state UNUSED)
{
        write_text("# machine commented password no\nmachine a.example login user password key-a\n"
                   "machine b.example:8080\n  login user\n\tpassword key-b\n\ndefault login x password d\n");
        expect_key("http://a.example", "key-a");
        expect_key("https://a.example/prefix", "key-a");
        expect_key("http://b.example:8080", "key-b");
        expect_key("http://b.example", NULL);
        expect_key("http://commented", NULL);
}

static void netrc_find_without_a_file_finds_nothing(void **state UNUSED)
{
        (void)unlink(path);
        expect_key("http://a.example", NULL);
}

static void netrc_store_replaces_its_own_entry_only(void **state UNUSED)
{
        struct vitrine_error error = VITRINE_ERROR_INIT;
        struct stat st;

        write_text("machine other login me password mine\nmachine a.example login user password old\nmachine last password l");
        assert_int_equal(vitrine_netrc_store(path, "http://a.example", "new", &error), VITRINE_OK);
        expect_key("http://a.example", "new");
        expect_key("http://other", "mine");
        expect_key("http://last", "l");
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_int_equal(vitrine_netrc_store(path, "http://a.example", NULL, &error), VITRINE_OK);
        expect_key("http://a.example", NULL);
        expect_key("http://last", "l");
}

static void netrc_store_follows_a_link(void **state UNUSED)
{
        char link[160];
        struct stat st;

        write_text("machine last password l\n");
        (void)snprintf(link, sizeof(link), "%s-link", path);
        assert_int_equal(symlink(path, link), 0);
        assert_int_equal(vitrine_netrc_store(link, "http://a.example", "new", NULL), VITRINE_OK);
        assert_int_equal(lstat(link, &st), 0);
        assert_true(S_ISLNK(st.st_mode));
        assert_int_equal(unlink(link), 0);
        expect_key("http://a.example", "new");
        expect_key("http://last", "l");
}

static void netrc_store_refuses_what_is_no_key(void **state UNUSED)
{
        struct vitrine_error error = VITRINE_ERROR_INIT;

        assert_int_equal(vitrine_netrc_store(path, "http://a.example", "two words", &error), VITRINE_INVALID);
        assert_int_equal(vitrine_netrc_store(path, "ftp://a.example", "key", &error), VITRINE_INVALID);
        assert_true(error.message[0] != '\0');
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_teardown(netrc_find_knows_forms_that_people_write, remove_path),
                cmocka_unit_test_teardown(netrc_find_without_a_file_finds_nothing, remove_path),
                cmocka_unit_test_teardown(netrc_store_replaces_its_own_entry_only, remove_path),
                cmocka_unit_test_teardown(netrc_store_follows_a_link, remove_path),
                cmocka_unit_test_teardown(netrc_store_refuses_what_is_no_key, remove_path),
        };

        return cmocka_run_group_tests(tests, make_path, NULL);
}
