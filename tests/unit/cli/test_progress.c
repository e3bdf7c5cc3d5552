/*
 * test_progress.c - bars and lines for a made-up transfer under a made-up clock.
 */
#include "unit.h"

#include "cli/progress.h"

#define MIB ((uint64_t)1024 * 1024)

static uint64_t clock_ms;
static struct buf written;

static uint64_t fake_clock(void)
{
        return clock_ms;
}

static void fake_write(const void *data, size_t size, void *payload)
{
        (void)payload;
        buf_add(&written, data, size);
}

static struct progress begin(enum progress_style style)
{
        clock_ms = 1000;
        buf_clear(&written);
        return (struct progress){ .style = style, .now_ms = fake_clock, .write = fake_write, .columns = 80 };
}

static struct vitrine_event event(enum vitrine_event_kind kind, uint64_t bytes_done, uint64_t files_done)
{
        return (struct vitrine_event){
                .size = sizeof(struct vitrine_event), .kind = kind, .operation = VITRINE_OPERATION_DOWNLOAD,
                .bytes_total = 100 * MIB, .bytes_done = bytes_done, .files_total = 4, .files_done = files_done,
        };
}

static void tell(struct progress *progress, struct vitrine_event what)
{
        assert_int_equal(progress_event(&what, progress), 0);
}

static const char *line(const struct vitrine_event *what, uint64_t rate, unsigned columns)
{
        static struct buf out;

        buf_clear(&out);
        progress_line(&out, what, rate, columns, false);
        return buf_cstr(&out);
}

static void progress_line_drops_what_has_no_room(void **state)
{
        struct vitrine_event half = event(VITRINE_EVENT_PROGRESS, 50 * MIB, 2);

        (void)state;
        assert_string_equal(line(&half, 10 * MIB, 120),
                            "Downloading [===============>                ]  50%  50.0 MiB of 100.0 MiB  10.0 MiB/s  5 s left"
                            "  2/4 files");
        assert_string_equal(line(&half, 10 * MIB, 60), "Downloading  50%  50.0 MiB of 100.0 MiB  10.0 MiB/s");
        assert_string_equal(line(&half, 0, 40), "Downloading [========>         ]  50%");
        assert_string_equal(line(&half, 10 * MIB, 20), "Downloading  50%");
        for (unsigned columns = 20; columns < 150; columns++)
                assert_true(strlen(line(&half, 123456789, columns)) <= columns);
}

static void progress_line_counts_files_when_there_are_no_bytes(void **state)
{
        struct vitrine_event empty = event(VITRINE_EVENT_PROGRESS, 0, 1);

        (void)state;
        empty.bytes_total = 0;
        assert_non_null(strstr(line(&empty, 0, 80), " 25%"));
        empty.files_done = 4;
        assert_non_null(strstr(line(&empty, 0, 80), "100%"));
}

static void progress_line_is_never_done_too_early(void **state)
{
        struct vitrine_event nearly = event(VITRINE_EVENT_PROGRESS, 100 * MIB - 1, 3);

        (void)state;
        assert_non_null(strstr(line(&nearly, 0, 80), " 99%"));
}

static void progress_plain_says_begin_and_end(void **state)
{
        struct progress progress = begin(PROGRESS_PLAIN);
        struct vitrine_event last = event(VITRINE_EVENT_END, 100 * MIB, 4);

        (void)state;
        tell(&progress, event(VITRINE_EVENT_BEGIN, 0, 0));
        assert_int_equal(written.len, 0);
        clock_ms += 1000;
        tell(&progress, event(VITRINE_EVENT_PROGRESS, 25 * MIB, 1));
        clock_ms += 1000;
        last.bytes_skipped = 20 * MIB;
        last.files_skipped = 1;
        tell(&progress, last);
        assert_string_equal(buf_cstr(&written), "Downloading 4 files, 100.0 MiB\n"
                                                "Downloaded 4 files, 100.0 MiB in 2.0 s, 40.0 MiB/s; 1 was there already\n");
}

static void progress_plain_is_short_about_short_work(void **state)
{
        struct progress progress = begin(PROGRESS_PLAIN);
        struct vitrine_event last = event(VITRINE_EVENT_END, 100 * MIB, 4);

        (void)state;
        tell(&progress, event(VITRINE_EVENT_BEGIN, 0, 0));
        clock_ms += 500;
        tell(&progress, event(VITRINE_EVENT_PROGRESS, 25 * MIB, 1));
        last.operation = VITRINE_OPERATION_HASH;
        tell(&progress, last);
        assert_int_equal(written.len, 0);
        last.operation = VITRINE_OPERATION_UPLOAD;
        tell(&progress, last);
        assert_string_equal(buf_cstr(&written), "Uploaded 4 files, 100.0 MiB in 0.5 s, 200.0 MiB/s\n");
}

static void progress_plain_speaks_every_ten_seconds(void **state)
{
        struct progress progress = begin(PROGRESS_PLAIN);
        size_t lines = 0;

        (void)state;
        tell(&progress, event(VITRINE_EVENT_BEGIN, 0, 0));
        for (unsigned i = 1; i <= 300; i++) {
                clock_ms += 100;
                tell(&progress, event(VITRINE_EVENT_PROGRESS, i * MIB / 4, 1));
        }
        for (size_t i = 0; i < written.len; i++)
                lines += written.ptr[i] == '\n';
        assert_int_equal(lines, 1 + 3);
        assert_null(memchr(written.ptr, '\r', written.len));
        assert_null(memchr(written.ptr, '\033', written.len));
}

static void progress_bar_leaves_a_clean_terminal(void **state)
{
        struct progress progress = begin(PROGRESS_BAR);
        const char *text;

        (void)state;
        tell(&progress, event(VITRINE_EVENT_BEGIN, 0, 0));
        clock_ms += 500;
        tell(&progress, event(VITRINE_EVENT_PROGRESS, 50 * MIB, 1));
        assert_true(progress.drawn);
        progress_clear(&progress);
        assert_false(progress.drawn);
        text = buf_cstr(&written);
        assert_string_equal(text + strlen(text) - 4, "\r\033[K");
        tell(&progress, event(VITRINE_EVENT_PROGRESS, 51 * MIB, 1));
        tell(&progress, event(VITRINE_EVENT_END, 51 * MIB, 1));
        text = buf_cstr(&written);
        assert_non_null(strstr(text, "\r\033[KDownloaded 1 of 4 files\n"));
}

static void progress_none_says_nothing(void **state)
{
        struct progress progress = begin(PROGRESS_NONE);

        (void)state;
        tell(&progress, event(VITRINE_EVENT_BEGIN, 0, 0));
        tell(&progress, event(VITRINE_EVENT_END, 100 * MIB, 4));
        assert_int_equal(written.len, 0);
}

static void progress_rate_is_that_of_the_last_seconds(void **state)
{
        struct progress progress = begin(PROGRESS_BAR);

        (void)state;
        tell(&progress, event(VITRINE_EVENT_BEGIN, 0, 0));
        assert_int_equal(progress_rate(&progress, clock_ms), 0);
        for (unsigned i = 1; i <= 400; i++) { /* 100 s of 1 MiB/s, then faster */
                clock_ms += 250;
                tell(&progress, event(VITRINE_EVENT_PROGRESS, i * MIB / 4, 1));
        }
        assert_int_equal(progress_rate(&progress, clock_ms), MIB);
        /* Stalled: it sinks. */
        assert_true(progress_rate(&progress, clock_ms + 60000) < MIB / 4);
}

static void progress_rate_leaves_out_what_was_there(void **state)
{
        struct progress progress = begin(PROGRESS_BAR);
        struct vitrine_event skipped = event(VITRINE_EVENT_PROGRESS, 80 * MIB, 2);

        (void)state;
        tell(&progress, event(VITRINE_EVENT_BEGIN, 0, 0));
        clock_ms += 1000;
        skipped.bytes_skipped = 80 * MIB;
        tell(&progress, skipped);
        assert_int_equal(progress_rate(&progress, clock_ms), 0);
}

static void progress_retry_is_said_once_in_a_while(void **state)
{
        struct progress progress = begin(PROGRESS_PLAIN);
        struct vitrine_event retry = event(VITRINE_EVENT_RETRY, 0, 0);

        (void)state;
        retry.message = "The connection was\033 closed";
        retry.retry_ms = 3000;
        tell(&progress, retry);
        clock_ms += 500;
        tell(&progress, retry);
        assert_string_equal(buf_cstr(&written), "The connection was? closed - trying again in 3 s\n");
        clock_ms += 2000;
        retry.retry_ms = 499;
        tell(&progress, retry);
        assert_null(strstr(buf_cstr(&written), "closed - trying again\n"));
        retry.retry_ms = 500;
        tell(&progress, retry);
        assert_non_null(strstr(buf_cstr(&written), "closed - trying again\n"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(progress_line_drops_what_has_no_room),
                cmocka_unit_test(progress_line_counts_files_when_there_are_no_bytes),
                cmocka_unit_test(progress_line_is_never_done_too_early),
                cmocka_unit_test(progress_plain_says_begin_and_end),
                cmocka_unit_test(progress_plain_is_short_about_short_work),
                cmocka_unit_test(progress_plain_speaks_every_ten_seconds),
                cmocka_unit_test(progress_bar_leaves_a_clean_terminal),
                cmocka_unit_test(progress_none_says_nothing),
                cmocka_unit_test(progress_rate_is_that_of_the_last_seconds),
                cmocka_unit_test(progress_rate_leaves_out_what_was_there),
                cmocka_unit_test(progress_retry_is_said_once_in_a_while),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
