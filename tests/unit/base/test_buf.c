/* Tests of base/buf.c. */
#include "unit.h"

#include "base/buf.h"

static void buf_zeroed_is_empty_and_valid(void **state UNUSED)
{
        _cleanup_(buf_done) struct buf buf = { 0 };

        assert_int_equal(buf_str(&buf).len, 0);
        assert_false(str_is_null(buf_str(&buf)));
        buf_add(&buf, NULL, 0);
        buf_add_str(&buf, STR_NULL);
        assert_int_equal(buf.len, 0);
        assert_string_equal(buf_cstr(&buf), "");
}

static void buf_add_grows_and_keeps_content(void **state UNUSED)
{
        _cleanup_(buf_done) struct buf buf = { 0 };

        for (size_t i = 0; i < 100000; i++) {
                if (i % 2)
                        buf_add_c(&buf, (char)('a' + i % 26));
                else
                        buf_add(&buf, &"abcdefghijklmnopqrstuvwxyz"[i % 26], 1);
        }
        assert_int_equal(buf.len, 100000);
        for (size_t i = 0; i < buf.len; i++)
                assert_int_equal(buf.ptr[i], (char)('a' + i % 26));
}

static void buf_growth_doubles(void **state UNUSED)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        size_t last_cap = 0;
        int growths = 0;

        for (size_t i = 0; i < 1 << 20; i++) {
                buf_add_c(&buf, 'x');
                growths += buf.cap != last_cap;
                last_cap = buf.cap;
        }
        assert_true(growths <= 16);
}

static void buf_reserve_leaves_room_for_exactly_that(void **state UNUSED)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        char *before;

        buf_add_str(&buf, STR("ab"));
        buf_reserve(&buf, 5000);
        before = buf.ptr;
        for (int i = 0; i < 5000; i++)
                buf_add_c(&buf, 'x');
        assert_ptr_equal(buf.ptr, before);
        assert_ptr_equal(buf_cstr(&buf), before);
        assert_int_equal(strlen(before), 5002);
}

static void buf_printf_every_length_around_its_first_guess(void **state UNUSED)
{
        for (int width = 1; width < 300; width++) {
                _cleanup_(buf_done) struct buf buf = { 0 };

                buf_add_str(&buf, STR("start:"));
                buf_printf(&buf, "%0*d", width, 5);
                assert_int_equal(buf.len, 6 + width);
                assert_int_equal(buf.ptr[buf.len - 1], '5');
                assert_true(str_starts(buf_str(&buf), STR("start:")));
                assert_true(buf.cap > buf.len);
        }
}

static void buf_cstr_is_not_counted(void **state UNUSED)
{
        _cleanup_(buf_done) struct buf buf = { 0 };

        buf_add_str(&buf, STR("one"));
        assert_string_equal(buf_cstr(&buf), "one");
        assert_int_equal(buf.len, 3);
        buf_add_str(&buf, STR("two"));
        assert_string_equal(buf_cstr(&buf), "onetwo");
}

static void buf_clear_keeps_memory_and_done_empties(void **state UNUSED)
{
        struct buf buf = { 0 };
        size_t cap;

        buf_printf(&buf, "%0500d", 1);
        cap = buf.cap;
        buf_clear(&buf);
        assert_int_equal(buf.len, 0);
        assert_int_equal(buf.cap, cap);
        buf_done(&buf);
        assert_null(buf.ptr);
        assert_int_equal(buf.cap, 0);
        buf_add_c(&buf, 'x');
        assert_str(buf_str(&buf), "x");
        buf_done(&buf);
        buf_done(&buf);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(buf_zeroed_is_empty_and_valid),
                cmocka_unit_test(buf_add_grows_and_keeps_content),
                cmocka_unit_test(buf_growth_doubles),
                cmocka_unit_test(buf_reserve_leaves_room_for_exactly_that),
                cmocka_unit_test(buf_printf_every_length_around_its_first_guess),
                cmocka_unit_test(buf_cstr_is_not_counted),
                cmocka_unit_test(buf_clear_keeps_memory_and_done_empties),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
