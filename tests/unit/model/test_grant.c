#include "unit.h"

#include "model/grant.h"

static void grant_read_gives_back_what_was_written(void **state)
{
        const struct grant grant = { .kind = GRANT_PUT_PART, .account_id = INT64_MAX, .id = 1, .id2 = -1, .id3 = INT64_MIN,
                                     .part = 300, .algorithm = 1, .size_bytes = -1, .digest = STR("\0\1\2"),
                                     .name = STR("dir/file 1") };
        struct arena arena;
        struct grant back;
        struct str bytes;

        (void)state;
        arena_init(&arena, 0);
        bytes = grant_write(&arena, &grant);
        assert_true(grant_read(bytes, &back));
        assert_int_equal(back.kind, grant.kind);
        assert_int_equal(back.account_id, INT64_MAX);
        assert_int_equal(back.id, 1);
        assert_int_equal(back.id2, -1);
        assert_int_equal(back.id3, INT64_MIN);
        assert_int_equal(back.part, 300);
        assert_int_equal(back.algorithm, 1);
        assert_int_equal(back.size_bytes, -1);
        assert_true(str_eq(back.digest, grant.digest));
        assert_str(back.name, "dir/file 1");
        for (size_t len = 0; len < bytes.len; len++)
                assert_false(grant_read(str_slice(bytes, 0, len), &back));
        arena_done(&arena);
}

static void grant_read_refuses_other_bytes(void **state)
{
        struct arena arena;
        struct grant back;
        struct str bytes;
        char *copy;

        (void)state;
        arena_init(&arena, 0);
        bytes = grant_write(&arena, &(struct grant){ .kind = GRANT_GET_RUN_FILE, .id = 7 });
        copy = arena_cstr(&arena, bytes);
        copy[0] = 9;
        assert_false(grant_read((struct str){ copy, bytes.len }, &back));
        copy[0] = bytes.ptr[0];
        copy[1] = GRANT_NONE;
        assert_false(grant_read((struct str){ copy, bytes.len }, &back));
        copy[1] = (char)200;
        assert_false(grant_read((struct str){ copy, bytes.len }, &back));
        assert_false(grant_read(arena_printf(&arena, "%.*sx", STR_ARG(bytes)), &back));
        arena_done(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(grant_read_gives_back_what_was_written),
                cmocka_unit_test(grant_read_refuses_other_bytes),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
