/* Tests of base/clock.c; the C library's calendar is the second opinion. */
#include "unit.h"

#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define SECOND INT64_C(1000000)

static int64_t parse(const char *text)
{
        int64_t time_us;

        if (!clock_parse(str_from(text), &time_us))
                fail_msg("'%s' should be a date", text);
        return time_us;
}

static void clock_format_known_times(void **state UNUSED)
{
        char text[32];

        clock_format_us(0, text);
        assert_string_equal(text, "1970-01-01T00:00:00Z");
        clock_format_us(INT64_C(1787325935123456), text);
        assert_string_equal(text, "2026-08-21T15:25:35Z");
        clock_format_us(-1, text);
        assert_string_equal(text, "1969-12-31T23:59:59Z");
        clock_format_us(INT64_C(951827696) * SECOND, text);
        assert_string_equal(text, "2000-02-29T12:34:56Z");
        clock_format_http(INT64_C(1792567680) * SECOND, text);
        assert_string_equal(text, "Wed, 21 Oct 2026 07:28:00 GMT");
}

static void clock_format_clamps_to_four_digit_years(void **state UNUSED)
{
        char text[32];

        clock_format_us(INT64_MIN, text);
        assert_string_equal(text, "0000-01-01T00:00:00Z");
        clock_format_us(INT64_MAX, text);
        assert_string_equal(text, "9999-12-31T23:59:59Z");
        clock_format_http(INT64_MAX, text);
        assert_string_equal(text, "Fri, 31 Dec 9999 23:59:59 GMT");
}

static void clock_format_agrees_with_the_c_library(void **state UNUSED)
{
        /* Every eleventh day at a shifting hour, from year 0 to 9999. */
        for (int64_t s = INT64_C(-62167219200); s <= INT64_C(253402300799); s += 86399 * 11) {
                char ours[32], http[32], theirs[32];
                time_t t = (time_t)s;
                int64_t back;
                struct tm tm;

                assert_non_null(gmtime_r(&t, &tm));
                clock_format_us(s * SECOND + 999999, ours);
                (void)snprintf(theirs, sizeof(theirs), "%04u-%02u-%02uT%02u:%02u:%02uZ",
                               (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)(tm.tm_mon + 1) % 100,
                               (unsigned)tm.tm_mday % 100, (unsigned)tm.tm_hour % 100,
                               (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
                if (strcmp(ours, theirs) != 0)
                        fail_msg("%s should be %s", ours, theirs);
                assert_true(clock_parse(str_from(ours), &back));
                if (back != s * SECOND)
                        fail_msg("%s did not come back", ours);
                clock_format_http(s * SECOND, http);
                if (s % 7 == 0) {
                        (void)strftime(theirs, sizeof(theirs), "%a, %d %b %Y %H:%M:%S GMT", &tm);
                        if (tm.tm_year + 1900 >= 1000)
                                assert_string_equal(http, theirs);
                }
        }
}

static void clock_format_str_lives_in_the_arena(void **state UNUSED)
{
        struct arena arena;

        arena_init(&arena, 0);
        assert_str(clock_format_str(&arena, INT64_C(1787325935) * SECOND), "2026-08-21T15:25:35Z");
        arena_done(&arena);
}

static void clock_parse_forms(void **state UNUSED)
{
        const int64_t noon = INT64_C(1787313600) * SECOND; /* 2026-08-21 12:00 */

        assert_true(parse("2026-08-21T12:00:00Z") == noon);
        assert_true(parse("2026-08-21t12:00:00z") == noon);
        assert_true(parse("2026-08-21 12:00:00") == noon);
        assert_true(parse("2026-08-21T12:00:00") == noon);
        assert_true(parse("2026-08-21") == noon - 12 * 3600 * SECOND);
        assert_true(parse("2026-08-21T12:00:00.5Z") == noon + 500000);
        assert_true(parse("2026-08-21T12:00:00.123Z") == noon + 123000);
        assert_true(parse("2026-08-21T12:00:00.000001Z") == noon + 1);
        assert_true(parse("2026-08-21T12:00:00.1234569999Z") == noon + 123456);
        assert_true(parse("2016-12-31T23:59:60Z") == parse("2017-01-01T00:00:00Z"));
        assert_true(parse("1969-12-31T23:59:59.5Z") == -500000);
}

static void clock_parse_offsets(void **state UNUSED)
{
        const int64_t noon = INT64_C(1787313600) * SECOND;

        assert_true(parse("2026-08-21T14:00:00+02:00") == noon);
        assert_true(parse("2026-08-21T06:30:00-05:30") == noon);
        assert_true(parse("2026-08-21T12:00:00+00:00") == noon);
        assert_true(parse("2026-08-21T12:00:00.25-00:00") == noon + 250000);
        assert_true(parse("2026-08-22T00:30:00+12:30") == noon);
        assert_true(parse("2026-08-22T11:59:00+23:59") == noon);
}

static void clock_parse_leap_years(void **state UNUSED)
{
        static const char *const good[] = { "2024-02-29", "2000-02-29", "0000-02-29", "2400-02-29" };
        static const char *const bad[] = { "2023-02-29", "1900-02-29", "2100-02-29", "2024-02-30" };
        int64_t value;

        for (size_t i = 0; i < ARRAY_LEN(good); i++)
                (void)parse(good[i]);
        for (size_t i = 0; i < ARRAY_LEN(bad); i++)
                if (clock_parse(str_from(bad[i]), &value))
                        fail_msg("'%s' is not a date", bad[i]);
        assert_true(parse("2024-03-01") - parse("2024-02-28") == 2 * 86400 * SECOND);
        assert_true(parse("2023-03-01") - parse("2023-02-28") == 86400 * SECOND);
}

static void clock_parse_refuses_everything_else(void **state UNUSED)
{
        static const char *const bad[] = {
                "", " ", "2026", "2026-08", "2026-8-21", "26-08-21", "2026/08/21", "2026-08-21T", "2026-08-21 ",
                "2026-00-01", "2026-13-01", "2026-01-00", "2026-01-32", "2026-04-31", "2026-08-21T24:00:00Z",
                "2026-08-21T12:60:00Z", "2026-08-21T12:00:61Z", "2026-08-21T12:00Z", "2026-08-21T12:00:00.Z",
                "2026-08-21T12:00:00,5Z", "2026-08-21T12:00:00ZZ", "2026-08-21T12:00:00 Z",
                "2026-08-21T12:00:00+0200", "2026-08-21T12:00:00+24:00", "2026-08-21T12:00:00+02:60",
                "2026-08-21T12:00:00+2:00", "2026-08-21T12:00:00+", "2026-08-21X12:00:00Z", "2026-08-21Z",
                "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "+026-08-21", "2026-08-2a",
                "2026-08-21T1 :00:00Z", "today",
        };
        int64_t value = 42;

        for (size_t i = 0; i < ARRAY_LEN(bad); i++)
                if (clock_parse(str_from(bad[i]), &value))
                        fail_msg("'%s' is not a date", bad[i]);
        assert_false(clock_parse(STR_NULL, &value));
        assert_true(value == 42);
}

static void clock_now_is_now_and_mono_moves_on(void **state UNUSED)
{
        int64_t seconds = (int64_t)time(NULL);
        uint64_t before_us = clock_mono_us(), before_ms = clock_mono_ms();

        assert_true(clock_now_us() / SECOND >= seconds && clock_now_us() / SECOND <= seconds + 5);
        (void)usleep(3000);
        assert_true(clock_mono_us() >= before_us + 3000);
        assert_true(clock_mono_ms() >= before_ms + 2);
        assert_true(clock_mono_ms() < before_ms + 60000);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(clock_format_known_times),
                cmocka_unit_test(clock_format_clamps_to_four_digit_years),
                cmocka_unit_test(clock_format_agrees_with_the_c_library),
                cmocka_unit_test(clock_format_str_lives_in_the_arena),
                cmocka_unit_test(clock_parse_forms),
                cmocka_unit_test(clock_parse_offsets),
                cmocka_unit_test(clock_parse_leap_years),
                cmocka_unit_test(clock_parse_refuses_everything_else),
                cmocka_unit_test(clock_now_is_now_and_mono_moves_on),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
