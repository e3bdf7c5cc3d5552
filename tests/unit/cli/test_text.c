/*
 * test_text.c - sizes, durations, names on a terminal, wrapped lines.
 */
#include "unit.h"

#include "cli/text.h"

static void text_size_is_short(void **state)
{
        char size[TEXT_SIZE_MAX];

        (void)state;
        assert_string_equal(text_size(0, size), "0 B");
        assert_string_equal(text_size(999, size), "999 B");
        assert_string_equal(text_size(1000, size), "1.0 KiB");
        assert_string_equal(text_size(4096, size), "4.0 KiB");
        assert_string_equal(text_size(1023 * 1024 + 1000, size), "1.0 MiB");
        assert_string_equal(text_size(1536u * 1024 * 1024, size), "1.5 GiB");
        assert_string_equal(text_size(UINT64_MAX, size), "16.0 EiB");
}

static void text_duration_is_short(void **state)
{
        char text[TEXT_SIZE_MAX];

        (void)state;
        assert_string_equal(text_duration(0, text), "0 s");
        assert_string_equal(text_duration(59, text), "59 s");
        assert_string_equal(text_duration(125, text), "2:05");
        assert_string_equal(text_duration(3 * 3600 + 9, text), "3:00:09");
        assert_string_equal(text_duration(96 * 3600, text), "4 days");
        assert_string_equal(text_duration(UINT64_MAX, text), "ages");
}

static void text_add_keeps_terminals_safe(void **state)
{
        _cleanup_(buf_done) struct buf out = { 0 };

        (void)state;
        text_add(&out, STR("a\033[2Jb\nc\177d\302\233e\377f \303\244"), true);
        assert_str(buf_str(&out), "a?[2Jb?c?d?e?f \303\244");
        buf_clear(&out);
        text_add(&out, STR("a\033b"), false);
        assert_str(buf_str(&out), "a\033b");
}

static void text_add_does_not_let_names_turn_the_line(void **state)
{
        _cleanup_(buf_done) struct buf out = { 0 };

        (void)state;
        text_add(&out, STR("a\342\200\256gnp.exe\342\201\246\342\200\252"), true); /* U+202E, U+2066, U+202A */
        assert_str(buf_str(&out), "a?gnp.exe??");
}

static void text_columns_are_those_of_terminals(void **state)
{
        (void)state;
        assert_int_equal(text_columns(STR("\346\227\245\346\234\254")), 4);         /* two Han characters */
        assert_int_equal(text_columns(STR("\352\260\200")), 2);                     /* Hangul */
        assert_int_equal(text_columns(STR("\360\237\230\200!")), 3);                /* a face */
        assert_int_equal(text_columns(STR("a\314\210b")), 2);                        /* an umlaut in two parts */
        assert_int_equal(text_columns(STR("\320\275\342\200\246")), 2);            /* Cyrillic, ellipsis */
}

static void text_add_cut_keeps_to_the_width(void **state)
{
        _cleanup_(buf_done) struct buf out = { 0 };

        (void)state;
        assert_int_equal(text_add_cut(&out, STR("abcdef"), 4), 4);
        assert_str(buf_str(&out), "abc\342\200\246");
        buf_clear(&out);
        /* Half of a wide character does not fit. */
        assert_int_equal(text_add_cut(&out, STR("\346\227\245\346\234\254"), 4), 3);
        assert_str(buf_str(&out), "\346\227\245\342\200\246");
}

static void text_columns_counts_code_points(void **state)
{
        (void)state;
        assert_int_equal(text_columns(STR("abc")), 3);
        assert_int_equal(text_columns(STR("\303\244\303\266")), 2);
        assert_int_equal(text_columns(STR("\377\377")), 2);
}

static void text_wrap_breaks_between_words(void **state)
{
        _cleanup_(buf_done) struct buf out = { 0 };

        (void)state;
        text_wrap(&out, STR("one two three four\n\n as it is, however long\nend"), 2, 11);
        assert_str(buf_str(&out), "  one two\n  three\n  four\n\n   as it is, however long\n  end\n");
}

static void text_wrap_keeps_a_word_that_is_too_long(void **state)
{
        _cleanup_(buf_done) struct buf out = { 0 };

        (void)state;
        text_wrap(&out, STR("a verylongwordindeed b"), 0, 8);
        assert_str(buf_str(&out), "a\nverylongwordindeed\nb\n");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(text_size_is_short),
                cmocka_unit_test(text_duration_is_short),
                cmocka_unit_test(text_add_keeps_terminals_safe),
                cmocka_unit_test(text_add_does_not_let_names_turn_the_line),
                cmocka_unit_test(text_columns_are_those_of_terminals),
                cmocka_unit_test(text_add_cut_keeps_to_the_width),
                cmocka_unit_test(text_columns_counts_code_points),
                cmocka_unit_test(text_wrap_breaks_between_words),
                cmocka_unit_test(text_wrap_keeps_a_word_that_is_too_long),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
