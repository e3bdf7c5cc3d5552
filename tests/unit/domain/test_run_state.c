/* States of runs over all words and states; names that are made up; console lines. */
#include "unit.h"

#include "domain/run.h"
#include "domain/run_read.h"

#define NOW INT64_C(1000000000000)

static enum run_state after(enum run_state state, enum run_word word, int64_t exit_code, bool stop)
{
        struct run run = { .state = state, .stop_requested = stop, .heartbeat_us = NOW - 10 };

        run_hear(&run, word, exit_code, NOW);
        return run.state;
}

static bool is_over(enum run_state state)
{
        return state != RUN_RUNNING && state != RUN_PREEMPTING && state != RUN_PENDING;
}

static void run_hear_follows_the_picture(void **state)
{
        (void)state;
        for (int s = 0; s < RUN_STATE__COUNT; s++) {
                enum run_state before = (enum run_state)s;

                /* A stream brings back whatever was there; being preempted is kept until it says otherwise. */
                assert_int_equal(after(before, RUN_WORD_ALIVE, 0, false), before == RUN_PREEMPTING ? RUN_PREEMPTING : RUN_RUNNING);
                assert_int_equal(after(before, RUN_WORD_PREEMPTING, 0, false), RUN_PREEMPTING);
                /* Late edits do not. */
                assert_int_equal(after(before, RUN_WORD_UPSERT, 0, false),
                                 is_over(before) ? before : before == RUN_PREEMPTING ? RUN_PREEMPTING : RUN_RUNNING);
                assert_int_equal(after(before, RUN_WORD_COMPLETE, 0, false), RUN_FINISHED);
                assert_int_equal(after(before, RUN_WORD_COMPLETE, 0, true), RUN_FINISHED);
                assert_int_equal(after(before, RUN_WORD_COMPLETE, 1, false),
                                 before == RUN_PREEMPTING ? RUN_PREEMPTED : RUN_FAILED);
                assert_int_equal(after(before, RUN_WORD_COMPLETE, 255, true), RUN_KILLED);
        }
}

static void run_hear_forgets_the_stop_of_an_earlier_life(void **state)
{
        struct run run = { .state = RUN_KILLED, .stop_requested = true };

        (void)state;
        run_hear(&run, RUN_WORD_ALIVE, 0, NOW);
        assert_false(run.stop_requested);
        assert_int_equal(run.heartbeat_us, NOW);
        run.stop_requested = true;
        run_hear(&run, RUN_WORD_ALIVE, 0, NOW);
        assert_true(run.stop_requested);
}

static void run_state_now_notices_silence(void **state)
{
        (void)state;
        for (int s = 0; s < RUN_STATE__COUNT; s++) {
                struct run run = { .state = (enum run_state)s, .heartbeat_us = NOW };

                assert_int_equal(run_state_now(&run, NOW + RUN_SILENT_US), run.state);
                assert_int_equal(run_state_now(&run, NOW + RUN_SILENT_US + 1),
                                 run.state == RUN_RUNNING      ? RUN_CRASHED
                                 : run.state == RUN_PREEMPTING ? RUN_PREEMPTED
                                                               : run.state);
        }
}

static void run_state_parse_reads_every_name(void **state)
{
        enum run_state found;

        (void)state;
        for (int s = 0; s < RUN_STATE__COUNT; s++) {
                assert_true(run_state_parse(str_from(run_state_name((enum run_state)s)), &found));
                assert_int_equal(found, s);
        }
        assert_true(run_state_parse(STR("Finished"), &found));
        assert_false(run_state_parse(STR("done"), &found));
        assert_false(run_state_parse(STR(""), &found));
}

static void run_invent_name_has_two_words_and_a_number(void **state)
{
        struct arena arena;
        size_t different = 0;
        struct str last = STR("");

        (void)state;
        arena_init(&arena, 0);
        for (uint64_t chance = 0; chance < 20000; chance += 7) {
                struct str name = run_invent_name(&arena, chance * UINT64_C(0x9e3779b97f4a7c15), 12);
                struct str rest = name, adjective = str_cut(&rest, '-'), noun = str_cut(&rest, '-');

                assert_true(adjective.len >= 3 && noun.len >= 3);
                assert_str(rest, "12");
                for (size_t i = 0; i < adjective.len; i++)
                        assert_true(adjective.ptr[i] >= 'a' && adjective.ptr[i] <= 'z');
                different += !str_eq(name, last);
                last = name;
        }
        assert_true(different > 2000);
        arena_done(&arena);
}

static void check_log(const char *raw, int64_t time_us, const char *level, const char *text)
{
        struct run_log_line line = { .number = 5 };

        run_log_parse(str_from(raw), &line);
        assert_int_equal(line.number, 5);
        assert_int_equal(line.time_us, time_us);
        assert_str(line.level, level);
        assert_str(line.text, text);
}

static void run_log_parse_takes_time_and_level_off(void **state)
{
        (void)state;
        check_log("2026-11-22T01:06:13.250000 hello world", INT64_C(1795309573250000), "", "hello world");
        check_log("ERROR 2026-11-22T01:06:13.250000 oh no", INT64_C(1795309573250000), "error", "oh no");
        check_log("2026-11-22T01:06:13Z x", INT64_C(1795309573000000), "", "x");
        check_log("2026-11-22T01:06:13.25 ", INT64_C(1795309573250000), "", "");
        check_log("2026-11-22T01:06:13.25", INT64_C(1795309573250000), "", "");
        check_log("hello world", 0, "", "hello world");
        check_log("ERROR in my own words", 0, "", "ERROR in my own words");
        check_log("2026-99-22T01:06:13.250000 x", 0, "", "2026-99-22T01:06:13.250000 x");
        check_log("", 0, "", "");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(run_hear_follows_the_picture),
                cmocka_unit_test(run_hear_forgets_the_stop_of_an_earlier_life),
                cmocka_unit_test(run_state_now_notices_silence),
                cmocka_unit_test(run_state_parse_reads_every_name),
                cmocka_unit_test(run_invent_name_has_two_words_and_a_number),
                cmocka_unit_test(run_log_parse_takes_time_and_level_off),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
