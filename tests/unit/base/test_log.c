/* Tests of base/log.c: quoting, and the lines themselves, caught through a pipe. */
#include "unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "base/log.h"

/* What f writes to standard error; at most one pipe's worth. */
static struct str caught(void (*f)(void))
{
        static char text[16384];
        int ends[2], kept = dup(STDERR_FILENO);
        ssize_t len;

        assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
        assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
        f();
        assert_true(dup2(kept, STDERR_FILENO) >= 0);
        len = read(ends[0], text, sizeof(text));
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)close(kept);
        return (struct str){ text, len > 0 ? (size_t)len : 0 };
}

static const char *quote(const char *text)
{
        static char out[256];

        return log_quote(str_from(text), out, sizeof(out));
}

static void log_quote_escapes(void **state UNUSED)
{
        assert_string_equal(quote("plain text"), "\"plain text\"");
        assert_string_equal(quote(""), "\"\"");
        assert_string_equal(quote(NULL), "\"\"");
        assert_string_equal(quote("say \"hi\" \\ bye"), "\"say \\\"hi\\\" \\\\ bye\"");
        assert_string_equal(quote("a\nb\r\t\x1B[31m\x7F"), "\"a\\x0ab\\x0d\\x09\\x1b[31m\\x7f\"");
        assert_string_equal(quote("\xC3\xA4\xE2\x82\xAC"), "\"\xC3\xA4\xE2\x82\xAC\"");
        assert_string_equal(quote("\xFF\xC3("), "\"\\xff\\xc3(\"");
        assert_string_equal(quote("\xC2\x9B" "0m"), "\"\\xc2\\x9b0m\""); /* a C1 control */
}

static void log_quote_truncates_whole_pieces(void **state UNUSED)
{
        for (size_t size = 0; size < 40; size++) {
                char *out = malloc(size + 1);
                const char *got;

                memset(out, '#', size + 1);
                got = log_quote(STR("a\"\xE2\x82\xAC\n\xC3\xA4zz\"\\\x01" "end"), out, size);
                assert_int_equal(out[size], '#');
                if (size < 3) {
                        assert_string_equal(got, "");
                } else {
                        size_t len = strlen(got);

                        /* 27 bytes is the whole; a cut leaves less room than the longest piece takes. */
                        if (size > 27)
                                assert_int_equal(len, 27);
                        else
                                assert_in_range(len, size > 6 ? size - 4 : 2, size - 1);
                        assert_int_equal(got[0], '"');
                        assert_int_equal(got[len - 1], '"');
                        assert_true(str_is_utf8(str_from(got)));
                }
                free(out);
        }
}

static void write_one(void)
{
        log_event(LOG_LEVEL_WARN, "request", "status=%d path=%s", 404, "\"/x\"");
}

static void log_event_is_one_logfmt_line(void **state UNUSED)
{
        struct str line = caught(write_one);

        assert_true(str_starts(line, STR("time=20")));
        assert_true(str_ends(line, STR("Z level=warn event=request status=404 path=\"/x\"\n")));
}

static void write_bare(void)
{
        log_event(LOG_LEVEL_ERROR, "stopped", "%s", "");
}

static void write_forged(void)
{
        log_event(LOG_LEVEL_ERROR, "x", "v=%s", "a\nlevel=info\x1B");
}

static void log_event_cannot_be_forged(void **state UNUSED)
{
        struct str line = caught(write_forged);

        assert_true(str_ends(line, STR(" event=x v=a?level=info?\n")));
        line = caught(write_bare);
        assert_true(str_contains(line, STR("level=error event=stopped")));
}

static void write_long(void)
{
        log_event(LOG_LEVEL_ERROR, "long", "v=%09000d", 1);
}

static void write_long_event(void)
{
        static char event[9000];

        memset(event, 'e', sizeof(event) - 1);
        log_event(LOG_LEVEL_ERROR, event, "v=%d", 1);
}

static void log_event_cuts_a_line_that_is_too_long(void **state UNUSED)
{
        struct str line = caught(write_long);

        assert_true(line.len > 4000 && line.len <= 4096);
        assert_int_equal(str_find(line, '\n', 0), line.len - 1);
        assert_int_equal(line.ptr[line.len - 2], '0');
        line = caught(write_long_event);
        assert_true(line.len > 4000 && line.len <= 4096);
        assert_int_equal(line.ptr[line.len - 2], 'e');
        assert_int_equal(str_find(line, '\n', 0), line.len - 1);
}

static void write_all_levels(void)
{
        log_event(LOG_LEVEL_DEBUG, "d", "x=%d", 1);
        log_event(LOG_LEVEL_INFO, "i", "x=%d", 1);
        log_event(LOG_LEVEL_WARN, "w", "x=%d", 1);
}

static size_t lines(struct str text)
{
        size_t count = 0;

        for (size_t at = 0; (at = str_find(text, '\n', at)) != SIZE_MAX; at++)
                count++;
        return count;
}

static void log_set_level_silences_what_is_below(void **state UNUSED)
{
        assert_int_equal(lines(caught(write_all_levels)), 2);
        assert_false(log_enabled(LOG_LEVEL_DEBUG));
        log_set_level(LOG_LEVEL_DEBUG);
        assert_int_equal(lines(caught(write_all_levels)), 3);
        log_set_level(LOG_LEVEL_ERROR);
        assert_int_equal(lines(caught(write_all_levels)), 0);
        assert_true(log_enabled(LOG_LEVEL_ERROR));
        log_set_level(LOG_LEVEL_INFO);
}

static void log_event_keeps_errno(void **state UNUSED)
{
        errno = EXDEV;
        (void)caught(write_one);
        errno = EXDEV;
        log_event(LOG_LEVEL_INFO, "quiet", "x=%d", 1);
        assert_int_equal(errno, EXDEV);
}

static void hold_some(void)
{
        log_hold();
        log_event(LOG_LEVEL_INFO, "held", "n=%d", 1);
        log_event(LOG_LEVEL_INFO, "held", "n=%d", 2);
}

static void warn_after_them(void)
{
        log_event(LOG_LEVEL_WARN, "loud", "n=%d", 3);
}

static void hold_many(void)
{
        for (int i = 0; i < 90; i++)
                log_event(LOG_LEVEL_INFO, "many", "text=%0*d", i, 7);
}

static void *hold_in_a_thread(void *payload UNUSED)
{
        struct str text = caught(hold_some);

        assert_int_equal(text.len, 0);
        text = caught(warn_after_them);
        assert_int_not_equal(str_find(text, 'n', 0), SIZE_MAX);
        assert_non_null(strstr(text.ptr, "event=held n=1\ntime="));
        assert_non_null(strstr(text.ptr, "event=held n=2\ntime="));
        text = caught(hold_many);
        assert_true(text.len > 0 && text.len < 9000 && text.ptr[text.len - 1] == '\n'); /* whole lines, the last ones not yet */
        text = caught(log_flush);
        assert_true(text.len > 0 && text.len <= 4096 && str_ends(text, STR("7\n")));
        assert_int_equal(caught(log_flush).len, 0);
        return NULL;
}

static void log_hold_keeps_lines_until_there_is_a_piece_or_a_warning(void **state UNUSED)
{
        pthread_t thread; /* what waits is the thread's own */

        assert_int_equal(pthread_create(&thread, NULL, hold_in_a_thread, NULL), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(log_quote_escapes),
                cmocka_unit_test(log_quote_truncates_whole_pieces),
                cmocka_unit_test(log_event_is_one_logfmt_line),
                cmocka_unit_test(log_event_cannot_be_forged),
                cmocka_unit_test(log_event_cuts_a_line_that_is_too_long),
                cmocka_unit_test(log_set_level_silences_what_is_below),
                cmocka_unit_test(log_event_keeps_errno),
                cmocka_unit_test(log_hold_keeps_lines_until_there_is_a_piece_or_a_warning),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
