/* Runs in a database: upsert, streams, reading back, lists, rights. */
#include "run_fixture.h"

#include "domain/run_file.h"
#include "domain/run_list.h"
#include "domain/run_read.h"
#include "store/event.h"

/* ---- upsert ---- */

static void run_upsert_null_never_clears(void **state)
{
        struct run_fixture *f = *state;
        struct str tags[] = { STR("a"), STR("b\"c") };
        struct run_input in = { .entity_name = STR("team"), .project_name = STR("proj"), .name = STR("r1"), .has_tags = true,
                                .tags = tags, .tag_count = 2, .config = STR("{\"x\": {\"value\": NaN}}"),
                                .summary = STR("{\"y\": 1}"),
                                .text = { .notes = STR("n"), .group_name = STR("g"), .host = STR("h"), .sweep_name = STR("s") } };
        struct run_input empty = { .entity_name = STR("team"), .project_name = STR("proj"), .name = STR("r1") };
        struct run *run = NULL, *again = NULL;
        struct err err = { 0 };
        bool inserted = false;

        assert_ok(run_upsert(&f->alice, &in, &run, &inserted, &err));
        assert_true(inserted);
        assert_true(str_ends(run->display_name, STR("-1")));
        assert_ok(run_upsert(&f->alice, &empty, &again, &inserted, &err));
        assert_false(inserted);
        assert_int_equal(again->id, run->id);
        assert_true(str_eq(again->display_name, run->display_name));
        assert_str(again->notes, "n");
        assert_str(again->group_name, "g");
        assert_str(again->host, "h");
        assert_str(again->sweep_name, "s");
        assert_str(again->tags, "[\"a\",\"b\\\"c\"]");
        assert_str(fixture_document(f, run, RUN_CONFIG), "{\"x\": {\"value\": NaN}}");
        assert_str(fixture_document(f, run, RUN_CONFIG_STRICT), "{\"x\":{\"value\":null}}");
        assert_str(fixture_document(f, run, RUN_SUMMARY), "{\"y\": 1}");
        /* An empty value does clear. */
        empty.has_tags = true;
        empty.text.notes = STR("");
        assert_ok(run_upsert(&f->alice, &empty, &again, &inserted, &err));
        assert_str(again->tags, "[]");
        assert_str(again->notes, "");
}

static void run_upsert_makes_project_and_names(void **state)
{
        struct run_fixture *f = *state;
        struct run_input in = { 0 };
        struct project *project = NULL;
        struct run *run = NULL, *second = NULL;
        struct err err = { 0 };
        bool inserted = false;

        assert_ok(run_upsert(&f->alice, &in, &run, &inserted, &err));
        assert_int_equal(run->name.len, 8);
        assert_ok(project_see(&f->alice, run->project_id, &project, &err));
        assert_str(project->name, "uncategorized");
        assert_int_equal(project->entity_id, f->alice.who->default_entity_id);
        assert_ok(run_upsert(&f->alice, &in, &second, &inserted, &err));
        assert_int_not_equal(second->id, run->id);
        assert_true(str_ends(second->display_name, STR("-2")));
}

static void refuse_upsert(struct run_fixture *f, struct run_input in, enum rc wanted)
{
        struct run *run = NULL;
        struct err err = { 0 };
        bool inserted = false;

        in.entity_name = STR("team");
        in.project_name = STR("proj");
        assert_int_equal(run_upsert(&f->alice, &in, &run, &inserted, &err), wanted);
        assert_true(strlen(err.msg) > 10);
}

static void run_upsert_refuses_nonsense(void **state)
{
        struct run_fixture *f = *state;
        char *big = arena_alloc(&f->arena, 2 * 1024 * 1024);

        memset(big, 'x', 2 * 1024 * 1024);
        refuse_upsert(f, (struct run_input){ .name = STR("a/b") }, RC_INVALID);
        refuse_upsert(f, (struct run_input){ .config = STR("[1]") }, RC_INVALID);
        refuse_upsert(f, (struct run_input){ .config = STR("{") }, RC_INVALID);
        refuse_upsert(f, (struct run_input){ .summary = STR("\"x\"") }, RC_INVALID);
        refuse_upsert(f, (struct run_input){ .state = STR("sleeping") }, RC_INVALID);
        refuse_upsert(f, (struct run_input){ .text = { .notes = { big, 2 * 1024 * 1024 } } }, RC_TOO_LARGE);
        refuse_upsert(f, (struct run_input){ .text = { .display_name = STR("\xff") } }, RC_INVALID);
}

static void run_delete_keeps_the_id_taken(void **state)
{
        struct run_fixture *f = *state;
        struct run_input in = { .entity_name = STR("team"), .project_name = STR("proj"), .name = STR("r1") };
        struct run *run = fixture_run(f, "r1"), *again = NULL;
        struct run_stream_input nothing = { 0 };
        struct err err = { 0 };
        bool flag = false;

        assert_ok(run_delete(&f->alice, run->id, false, &err));
        assert_int_equal(run_upsert(&f->alice, &in, &again, &flag, &err), RC_NOT_FOUND);
        assert_int_equal(run_stream_apply(&f->alice, run->id, &nothing, &flag, &err), RC_NOT_FOUND);
        assert_ok(run_see(&f->alice, run->id, &again, &err));
        assert_null(again);
}

static void run_functions_hide_runs_from_strangers(void **state)
{
        struct run_fixture *f = *state;
        struct run_input in = { .entity_name = STR("team"), .project_name = STR("proj"), .name = STR("r1") };
        struct run_input by_id = { 0 };
        struct run *run = fixture_run(f, "r1"), *seen = NULL;
        struct run_stream_input nothing = { 0 };
        struct err err = { 0 };
        bool flag = false;

        assert_ok(db_read_refresh(f->mallory.conn, &err));
        by_id.id = run->id;
        assert_ok(run_see(&f->mallory, run->id, &seen, &err));
        assert_null(seen);
        assert_int_equal(run_upsert(&f->mallory, &in, &seen, &flag, &err), RC_NOT_FOUND);
        assert_int_equal(run_upsert(&f->mallory, &by_id, &seen, &flag, &err), RC_NOT_FOUND);
        assert_int_equal(run_stop(&f->mallory, run->id, &err), RC_NOT_FOUND);
        assert_int_equal(run_delete(&f->mallory, run->id, false, &err), RC_NOT_FOUND);
        assert_int_equal(run_set_state(&f->mallory, run->id, STR("failed"), &err), RC_NOT_FOUND);
        assert_int_equal(run_stream_apply(&f->mallory, run->id, &nothing, &flag, &err), RC_NOT_FOUND);
        assert_int_equal(run_file_may_put(&f->mallory, run->id, &err), RC_NOT_FOUND);
}

/* ---- streams ---- */

static void check_lines(struct run_fixture *f, const struct run *run, enum run_stream stream, const char *wanted)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        struct run_line_list list = { 0 };
        struct err err = { 0 };

        assert_ok(run_lines(&f->alice, run, stream, 0, INT64_MAX, SIZE_MAX, &list, &err));
        for (size_t i = 0; i < list.count; i++)
                buf_printf(&buf, "%lld:%.*s;", (long long)list.items[i].line, STR_ARG(list.items[i].text));
        if (!str_eq_c(buf_str(&buf), wanted))
                fail_msg("'%.*s' should be '%s'", STR_ARG(buf_str(&buf)), wanted);
}

static void run_stream_repeating_changes_nothing(void **state)
{
        static const char body[] = "{\"files\": {\"wandb-history.jsonl\": {\"offset\": 0, \"content\": [\"{\\\"_step\\\":0,\\\"a\\\":1}\", "
                                   "\"{\\\"_step\\\":1,\\\"a\\\":NaN}\"]}, \"wandb-summary.json\": {\"offset\": 0, \"content\": "
                                   "[\"{\\\"a\\\":0}\", \"{\\\"a\\\":NaN}\"]}, \"other\": {\"offset\": 3, \"content\": [\"x\"]}}}";
        struct run_fixture *f = *state;
        struct run *run = fixture_run(f, "r1");
        struct str keys;

        fixture_stream(f, run, body);
        keys = fixture_document(f, run, RUN_HISTORY_KEYS);
        assert_true(str_contains(keys, STR("\"count\":2")));
        for (int i = 0; i < 3; i++)
                fixture_stream(f, run, body);
        run = fixture_again(f, run);
        assert_int_equal(run->history_lines, 2);
        check_lines(f, run, RUN_HISTORY, "0:{\"_step\":0,\"a\":1};1:{\"_step\":1,\"a\":NaN};");
        assert_true(str_eq(fixture_document(f, run, RUN_HISTORY_KEYS), keys));
        assert_str(fixture_document(f, run, RUN_SUMMARY), "{\"a\":NaN}");
        assert_str(fixture_document(f, run, RUN_SUMMARY_STRICT), "{\"a\":null}");
        /* Half of it again and one more. */
        fixture_stream(f, run, "{\"files\": {\"wandb-history.jsonl\": {\"offset\": 1, \"content\": [\"{\\\"_step\\\":1,\\\"a\\\":NaN}\", "
                               "\"{\\\"_step\\\":2,\\\"a\\\":5}\"]}}}");
        run = fixture_again(f, run);
        assert_int_equal(run->history_lines, 3);
        assert_true(str_contains(fixture_document(f, run, RUN_HISTORY_KEYS), STR("\"count\":3")));
        assert_true(str_contains(fixture_document(f, run, RUN_HISTORY_KEYS), STR("\"lastStep\":2")));
}

static void run_stream_console_may_go_back(void **state)
{
        struct run_fixture *f = *state;
        struct run *run = fixture_run(f, "r1");
        struct run_log log = { 0 };
        struct err err = { 0 };

        fixture_stream(f, run, "{\"files\": {\"output.log\": {\"offset\": 0, \"content\": [\"a\", \"b 10%\", \"c\"]}}}");
        fixture_stream(f, run, "{\"files\": {\"output.log\": {\"offset\": 1, \"content\": [\"b 20%\"]}}}");
        run = fixture_again(f, run);
        assert_int_equal(run->log_lines, 3);
        check_lines(f, run, RUN_CONSOLE, "0:a;1:b 20%;2:c;");
        assert_ok(run_log_page(&f->alice, run, 0, 1, 0, &log, &err));
        assert_int_equal(log.count, 1);
        assert_str(log.items[0].text, "b 20%");
        assert_true(log.has_next);
        assert_ok(run_log_page(&f->alice, run, -1, 5, 2, &log, &err));
        assert_int_equal(log.count, 2);
        assert_int_equal(log.items[0].number, 1);
        assert_false(log.has_next);
}

static void run_stream_tells_state_and_stop(void **state)
{
        struct run_fixture *f = *state;
        struct run *run = fixture_run(f, "r1");
        struct err err = { 0 };

        assert_false(fixture_stream(f, run, "{}"));
        assert_ok(run_stop(&f->alice, run->id, &err));
        assert_true(fixture_stream(f, run, "{}"));
        assert_true(fixture_stream(f, run, "{\"complete\": true, \"exitcode\": 255}"));
        assert_int_equal(fixture_again(f, run)->state, RUN_KILLED);
        assert_false(fixture_stream(f, run, "{\"uploaded\": [\"a\"], \"complete\": null, \"dropped\": 1}"));
        assert_int_equal(fixture_again(f, run)->state, RUN_RUNNING);
        fixture_stream(f, run, "{\"preempting\": true}");
        assert_int_equal(fixture_again(f, run)->state, RUN_PREEMPTING);
        fixture_stream(f, run, "{\"complete\": true, \"exitcode\": 0}");
        assert_int_equal(fixture_again(f, run)->state, RUN_FINISHED);
}

static void run_stream_keeps_current_system_metrics(void **state)
{
        struct run_fixture *f = *state;
        struct run *run = fixture_run(f, "r1");

        fixture_stream(f, run, "{\"files\": {\"wandb-events.jsonl\": {\"offset\": 0, \"content\": [\"{\\\"system.cpu\\\":1,\\\"_runtime\\\":1}\", "
                               "\"{\\\"system.gpu\\\":2}\"]}}}");
        fixture_stream(f, run, "{\"files\": {\"wandb-events.jsonl\": {\"offset\": 2, \"content\": [\"{\\\"system.cpu\\\":3}\"]}}}");
        assert_str(fixture_document(f, run, RUN_SYSTEM_METRICS), "{\"system.cpu\":3,\"system.gpu\":2}");
        assert_int_equal(fixture_again(f, run)->event_lines, 3);
}

static void run_stream_read_takes_odd_bodies_and_refuses_wrong_ones(void **state)
{
        static const char *const good[] = { "{}", "{\"files\": null}", "{\"files\": {\"wandb-history.jsonl\": null}}",
                                            "{\"x\": NaN, \"y\": [1, {\"z\": Infinity}]}",
                                            "{\"files\": {\"output.log\": {\"content\": null, \"offset\": null}}}",
                                            "{\"files\": {\"output.log\": {\"content\": [\"\\ud800\"]}}}" };
        static const char *const bad[] = { "", "[]", "{", "{}{}", "{\"files\": 1}", "{\"files\": {\"output.log\": []}}",
                                           "{\"files\": {\"output.log\": {\"content\": \"x\"}}}",
                                           "{\"files\": {\"output.log\": {\"content\": [1]}}}",
                                           "{\"files\": {\"output.log\": {\"offset\": -1}}}",
                                           "{\"files\": {\"output.log\": {\"offset\": 1.5}}}",
                                           "{\"files\": {\"output.log\": {\"offset\": 99999999999999}}}",
                                           "{\"complete\": 1}", "{\"exitcode\": \"0\"}" };
        struct run_fixture *f = *state;
        struct run_stream_input in;

        for (size_t i = 0; i < ARRAY_LEN(good); i++) {
                struct err err = { 0 };

                assert_ok(run_stream_read(&f->arena, str_from(good[i]), &in, &err));
        }
        for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
                struct err err = { 0 };

                if (run_stream_read(&f->arena, str_from(bad[i]), &in, &err) != RC_INVALID)
                        fail_msg("%s should be refused", bad[i]);
        }
}

/* ---- reading back ---- */

/* n rows with _step = 10 * line, v = line, and w in every third. */
static struct run *run_with_history(struct run_fixture *f, int n)
{
        _cleanup_(buf_done) struct buf body = { 0 };
        struct run *run = fixture_run(f, "h");

        buf_add_str(&body, STR("{\"files\": {\"wandb-history.jsonl\": {\"offset\": 0, \"content\": ["));
        for (int i = 0; i < n; i++)
                buf_printf(&body, "%s\"{\\\"_step\\\":%d,\\\"v\\\":%d%s}\"", i ? "," : "", 10 * i, i,
                           i % 3 == 0 ? ",\\\"w\\\":{\\\"x\\\":NaN}" : "");
        buf_add_str(&body, STR("]}}}"));
        fixture_stream(f, run, buf_cstr(&body));
        return fixture_again(f, run);
}

static int64_t step_of(struct run_fixture *f, struct str row)
{
        const struct json_limits limits = { .lenient = true };
        struct json *json = NULL;
        struct err err = { 0 };
        int64_t step = -1;

        assert_ok(json_parse(&f->arena, row, &limits, &json, &err));
        assert_true(json_i64(json_get(json, "_step"), &step));
        return step;
}

static void run_history_takes_ranges_and_samples(void **state)
{
        struct run_fixture *f = *state;
        struct run *run = run_with_history(f, 100);
        struct run_rows rows = { 0 };
        struct err err = { 0 };

        assert_ok(run_history(&f->alice, run, 50, 80, 1000, &rows, &err));
        assert_int_equal(rows.count, 3);
        assert_int_equal(step_of(f, rows.items[0]), 50);
        assert_int_equal(step_of(f, rows.items[2]), 70);
        assert_ok(run_history(&f->alice, run, 5000, 6000, 1000, &rows, &err));
        assert_int_equal(rows.count, 0);
        for (int64_t samples = 1; samples <= 120; samples++) {
                int64_t last = -1;

                assert_ok(run_sample_lines(&f->alice, run, RUN_HISTORY, samples, &rows, &err));
                assert_int_equal(rows.count, samples < 100 ? samples : 100);
                for (size_t i = 0; i < rows.count; i++) {
                        assert_true(step_of(f, rows.items[i]) > last);
                        last = step_of(f, rows.items[i]);
                }
                assert_int_equal(last, 990);
        }
}

static struct json *sampled(struct run_fixture *f, const struct run *run, const char *spec)
{
        struct str text = STR_NULL;
        struct json *json = NULL;
        struct err err = { 0 };

        assert_ok(run_sampled_history(&f->alice, run, str_from(spec), &text, &err));
        assert_ok(json_parse(&f->arena, text, NULL, &json, &err)); /* strict: NaN would fail */
        return json;
}

static void run_sampled_history_takes_rows_with_all_keys(void **state)
{
        struct run_fixture *f = *state;
        struct run *run = run_with_history(f, 100);
        struct json *rows = sampled(f, run, "{\"keys\": [\"v\", \"w.x\", \"v\"]}");

        assert_int_equal(rows->count, 34);
        assert_int_equal(rows->first->count, 2);
        assert_str(json_text(rows->first, "w.x"), "NaN");
        assert_int_equal(json_get(rows->first->next, "v")->integer, 3);
        assert_int_equal(sampled(f, run, "{\"keys\": [\"nosuch\"]}")->count, 0);
        for (int samples = 1; samples < 120; samples++) {
                char spec[64];
                int64_t last = -1;
                size_t count = 0;

                snprintf(spec, sizeof(spec), "{\"keys\": [\"v\"], \"samples\": %d}", samples);
                rows = sampled(f, run, spec);
                for (const struct json *row = rows->first; row; row = row->next, count++) {
                        assert_true(json_get(row, "v")->integer > last);
                        last = json_get(row, "v")->integer;
                }
                assert_int_equal(count, samples < 100 ? samples : 100);
                assert_int_equal(last, 99);
        }
}

/* The last step is meant, but by old clients, which ask for as many samples as there are steps between. */
static void run_sampled_history_knows_both_ends(void **state)
{
        struct run_fixture *f = *state;
        struct run *run = run_with_history(f, 100);

        assert_int_equal(sampled(f, run, "{\"keys\": [\"v\"], \"minStep\": 10, \"maxStep\": 30, \"samples\": 21}")->count, 3);
        assert_int_equal(sampled(f, run, "{\"keys\": [\"v\"], \"minStep\": 10, \"maxStep\": 30, \"samples\": 20}")->count, 2);
        assert_int_equal(sampled(f, run, "{\"keys\": [\"v\"], \"minStep\": 10, \"maxStep\": 30, \"samples\": 1000}")->count, 2);
}

/* A run that was sent a second time has its steps twice; each is there once, as it was sent last. */
static void run_history_has_each_step_once(void **state)
{
        struct run_fixture *f = *state;
        struct run *run = run_with_history(f, 10);
        _cleanup_(buf_done) struct buf body = { 0 };
        struct run_rows rows = { 0 };
        struct err err = { 0 };

        buf_add_str(&body, STR("{\"files\": {\"wandb-history.jsonl\": {\"offset\": 10, \"content\": ["));
        for (int i = 0; i < 8; i++)
                buf_printf(&body, "%s\"{\\\"_step\\\":%d,\\\"v\\\":%d}\"", i ? "," : "", 10 * i, 100 + i);
        buf_add_str(&body, STR("]}}}"));
        fixture_stream(f, run, buf_cstr(&body));
        run = fixture_again(f, run);
        assert_int_equal(run->history_lines, 18);

        assert_ok(run_history(&f->alice, run, 0, 100, 10, &rows, &err));
        assert_int_equal(rows.count, 10);
        for (size_t i = 0; i < rows.count; i++)
                assert_int_equal(step_of(f, rows.items[i]), 10 * i);
        assert_non_null(strstr(arena_cstr(&f->arena, rows.items[7]), "107"));
        for (int64_t samples = 1; samples < 12; samples++) {
                assert_ok(run_history(&f->alice, run, INT64_MIN, INT64_MAX, samples, &rows, &err));
                assert_int_equal(rows.count, samples < 10 ? samples : 10);
                assert_int_equal(step_of(f, rows.items[rows.count - 1]), 90);
        }
        assert_int_equal(sampled(f, run, "{\"keys\": [\"v\"]}")->count, 10);
        assert_int_equal(json_get(sampled(f, run, "{\"keys\": [\"v\"]}")->first, "v")->integer, 100);
        assert_int_equal(sampled(f, run, "{\"keys\": [\"v\"], \"minStep\": 10, \"maxStep\": 30, \"samples\": 21}")->count, 3);
}

static void run_rewind_drops_what_is_behind(void **state)
{
        struct run_fixture *f = *state;
        struct run *run = run_with_history(f, 10), *rewound = NULL;
        struct str tail = STR_NULL;
        struct err err = { 0 };

        assert_ok(run_rewind(&f->alice, STR("team"), STR("proj"), STR("h"), STR("_step"), 45, &rewound, &err));
        run = fixture_again(f, run);
        assert_int_equal(run->history_lines, 5);
        assert_ok(run_tail(&f->alice, run, RUN_HISTORY, &tail, &err));
        assert_str(tail, "[\"{\\\"_step\\\":40,\\\"v\\\":4}\"]");
        assert_true(str_contains(fixture_document(f, run, RUN_HISTORY_KEYS), STR("\"lastStep\":40")));
        assert_str(fixture_document(f, run, RUN_SUMMARY), "{\"_step\":40,\"v\":4,\"w\":{\"x\":null}}");
        assert_int_equal(run_rewind(&f->alice, STR("team"), STR("proj"), STR("h"), STR("loss"), 1, &rewound, &err), RC_INVALID);
        assert_int_equal(run_rewind(&f->alice, STR("team"), STR("proj"), STR("h"), STR("_step"), 1.5, &rewound, &err), RC_INVALID);
}

static void run_wandb_config_picks_members(void **state)
{
        struct run_fixture *f = *state;
        struct run_input in = { .entity_name = STR("team"), .project_name = STR("proj"), .name = STR("c"),
                                .config = STR("{\"_wandb\": {\"value\": {\"t\": {\"1\": [2]}, \"m\": []}}}") };
        struct str keys[] = { STR("t"), STR("zzz") }, json = STR_NULL;
        struct run *run = NULL;
        struct err err = { 0 };
        bool inserted = false;

        assert_ok(run_upsert(&f->alice, &in, &run, &inserted, &err));
        assert_ok(run_wandb_config(&f->alice, run, keys, 2, &json, &err));
        assert_str(json, "{\"t\":{\"1\":[2]}}");
        run = fixture_run(f, "plain");
        assert_ok(run_wandb_config(&f->alice, run, keys, 2, &json, &err));
        assert_str(json, "{}");
}

/* ---- files ---- */

static void run_file_check_name_keeps_inside(void **state)
{
        static const char *const bad[] = { "", "/etc/passwd", "../x", "a/../b", "a//b", "./", "a\\b" };
        struct str name = STR_NULL;
        struct err err = { 0 };

        (void)state;
        assert_ok(run_file_check_name(STR("././media/x %#.png"), &name, &err));
        assert_str(name, "media/x %#.png");
        for (size_t i = 0; i < ARRAY_LEN(bad); i++)
                assert_int_equal(run_file_check_name(str_from(bad[i]), &name, &err), RC_INVALID);
}

static void put_file(struct run_fixture *f, const struct run *run, const char *name, uint64_t size)
{
        const struct blob_digests digests = { .ref = { .size_bytes = size } };
        struct err err = { 0 };

        assert_ok(run_file_done(&f->alice, run->id, str_from(name), &digests, &err));
}

static size_t count_files(struct run_fixture *f, const struct run *run, const char *pattern)
{
        struct run_file_list list = { 0 };
        struct err err = { 0 };

        assert_ok(run_file_list(&f->alice, run, str_from(pattern), 0, 100, &list, &err));
        return list.count;
}

static void run_file_list_knows_patterns(void **state)
{
        struct run_fixture *f = *state;
        struct run *run = fixture_run(f, "r");
        struct run_file *file = NULL, *again = NULL;
        struct err err = { 0 };

        put_file(f, run, "media/a.png", 1);
        put_file(f, run, "media/b.PNG", 2);
        put_file(f, run, "x[1]*?.txt", 3);
        put_file(f, run, "media/a.png", 9);
        assert_int_equal(count_files(f, run, NULL), 3);
        assert_int_equal(count_files(f, run, "%.png"), 1);
        assert_int_equal(count_files(f, run, "media/_.%"), 2);
        assert_int_equal(count_files(f, run, "x[1]*?.txt"), 1);
        assert_int_equal(count_files(f, run, "x*"), 0);
        assert_int_equal(count_files(f, run, "x[1]\\%"), 0);
        assert_ok(run_file_find(&f->alice, run, STR("media/a.png"), &file, &err));
        assert_int_equal(file->size_bytes, 9);
        assert_ok(run_file_open(&f->alice, run->id, file->id, &again, &err));
        assert_int_equal(run_file_open(&f->mallory, run->id, file->id, &again, &err), RC_NOT_FOUND);
        assert_ok(run_file_delete(&f->alice, &file->id, 1, &err));
        assert_int_equal(count_files(f, run, NULL), 2);
        assert_int_equal(run_file_delete(&f->alice, &file->id, 1, &err), RC_NOT_FOUND);
}

/* ---- lists ---- */

static size_t page_through(struct run_fixture *f, const struct project *project, const char *filters, const char *order,
                           size_t first, char *ret_names, size_t size)
{
        struct run_list_input in = { .filters = str_from(filters), .order = str_from(order), .first = first };
        size_t total = 0, len = 0;
        struct run_page page;

        ret_names[0] = '\0';
        do {
                struct err err = { 0 };

                assert_ok(run_list(&f->alice, project, &in, &page, &err));
                for (size_t i = 0; i < page.count; i++)
                        len += (size_t)snprintf(ret_names + len, size - len, "%.*s ", STR_ARG(page.items[i].name));
                total += page.count;
                if (page.count)
                        in.after = page.cursors[page.count - 1];
        } while (page.has_next);
        return total;
}

static void run_list_pages_by_any_order(void **state)
{
        static const struct {
                const char *filters, *order, *wanted;
        } cases[] = {
                { NULL, NULL, "r0 r1 r2 r3 r4 r5 " },
                { NULL, "-created_at", "r5 r4 r3 r2 r1 r0 " },
                { NULL, "+summary_metrics.acc", "r2 r1 r0 r4 r5 r3 " },
                { NULL, "-summary_metrics.acc", "r5 r4 r0 r1 r2 r3 " },
                { NULL, "-config.lr", "r5 r4 r3 r2 r1 r0 " },
                { NULL, "+group", "r0 r2 r4 r1 r3 r5 " },
                { "{\"group\": \"even\"}", "-name", "r4 r2 r0 " },
                { "{\"config.lr\": {\"$gte\": 3}}", NULL, "r3 r4 r5 " },
                { "{\"config.lr.value\": {\"$lt\": 2}}", NULL, "r0 r1 " },
                { "{\"tags\": {\"$in\": [\"t1\", \"t3\"]}}", NULL, "r1 r3 " },
                { "{\"$and\": [{\"tags\": \"all\"}, {\"tags\": {\"$ne\": \"t2\"}}]}", NULL, "r0 r1 r3 r4 r5 " },
                { "{\"display_name\": {\"$regex\": \"^run [24]$\"}}", NULL, "r2 r4 " },
                { "{\"name\": {\"$contains\": \"5\"}}", NULL, "r5 " },
                { "{\"summary_metrics.acc\": null}", NULL, "r3 " },
                { "{\"summary_metrics.nosuch\": {\"$exists\": false}}", NULL, "r0 r1 r2 r3 r4 r5 " },
                { "{\"state\": \"failed\"}", NULL, "r4 " },
                { "{\"username\": \"alice\", \"jobType\": null}", NULL, "r0 r1 r2 r3 r4 r5 " },
                { "{\"created_at\": {\"$gt\": \"2100-01-01\"}}", NULL, "" },
        };
        static const char *const summaries[] = { "{\"acc\": 3}", "{\"acc\": 2.5}", "{\"acc\": -1}", "{\"acc\": NaN}", "{\"acc\": \"a\"}",
                                                 "{\"acc\": \"b\"}" };
        struct run_fixture *f = *state;
        struct project *project = NULL;
        struct run *run = NULL;
        struct err err = { 0 };
        bool inserted;

        for (int i = 0; i < 6; i++) {
                struct str tags[] = { STR("all"), arena_printf(&f->arena, "t%d", i) };
                struct run_input in = {
                        .entity_name = STR("team"), .project_name = STR("proj"), .name = arena_printf(&f->arena, "r%d", i),
                        .has_tags = true, .tags = tags, .tag_count = 2, .summary = str_from(summaries[i]),
                        .config = arena_printf(&f->arena, "{\"lr\": {\"value\": %d}}", i),
                        .state = i == 4 ? STR("failed") : STR_NULL,
                        .text = { .display_name = arena_printf(&f->arena, "run %d", i),
                                  .group_name = i % 2 ? STR("odd") : STR("even") },
                };

                assert_ok(run_upsert(&f->alice, &in, &run, &inserted, &err));
        }
        assert_ok(project_see(&f->alice, run->project_id, &project, &err));
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                for (size_t first = 1; first <= 7; first++) {
                        char names[100];
                        int64_t count = 0;
                        size_t total = page_through(f, project, cases[i].filters, cases[i].order, first, names, sizeof(names));

                        assert_string_equal(names, cases[i].wanted);
                        assert_ok(run_count(&f->alice, project, str_from(cases[i].filters), &count, &err));
                        assert_int_equal(count, total);
                }
        }
}

static void run_list_says_what_is_wrong(void **state)
{
        static const struct run_list_input cases[] = {
                { .filters = STR("{\"bogus\": 1}"), .first = 1 },
                { .filters = STR("{\"config\": 1}"), .first = 1 },
                { .filters = STR("{\"config.\\\"x\": 1}"), .first = 1 },
                { .filters = STR("{\"created_at\": \"soon\"}"), .first = 1 },
                { .filters = STR("{\"state\": {\"$size\": 1}}"), .first = 1 },
                { .filters = STR("{\"state\": {\"$regex\": \"(\"}}"), .first = 1 },
                { .order = STR("-bogus"), .first = 1 },
                { .order = STR("tags"), .first = 1 },
                { .after = STR("nonsense"), .first = 1 },
                { .after = STR("%%%"), .first = 1 },
        };
        struct run_fixture *f = *state;
        struct run *run = fixture_run(f, "r");
        struct project *project = NULL;
        struct run_page page;
        struct err err = { 0 };

        assert_ok(project_see(&f->alice, run->project_id, &project, &err));
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                if (run_list(&f->alice, project, &cases[i], &page, &err) != RC_INVALID)
                        fail_msg("case %zu should be refused", i);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(run_upsert_null_never_clears),
                TEST(run_upsert_makes_project_and_names),
                TEST(run_upsert_refuses_nonsense),
                TEST(run_delete_keeps_the_id_taken),
                TEST(run_functions_hide_runs_from_strangers),
                TEST(run_stream_repeating_changes_nothing),
                TEST(run_stream_console_may_go_back),
                TEST(run_stream_tells_state_and_stop),
                TEST(run_stream_keeps_current_system_metrics),
                TEST(run_stream_read_takes_odd_bodies_and_refuses_wrong_ones),
                TEST(run_history_takes_ranges_and_samples),
                TEST(run_sampled_history_takes_rows_with_all_keys),
                TEST(run_sampled_history_knows_both_ends),
                TEST(run_history_has_each_step_once),
                TEST(run_rewind_drops_what_is_behind),
                TEST(run_wandb_config_picks_members),
                TEST(run_file_check_name_keeps_inside),
                TEST(run_file_list_knows_patterns),
                TEST(run_list_pages_by_any_order),
                TEST(run_list_says_what_is_wrong),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
