/* Grids: their points, and agents that take them. */
#include "run_fixture.h"

#include "domain/sweep.h"

static struct str point(struct arena *arena, const struct sweep_grid *grid, int64_t number)
{
        struct str args = STR_NULL;
        struct err err = { 0 };

        assert_ok(sweep_grid_point(arena, grid->json, STR("seed"), number, &args, &err));
        return args;
}

static struct sweep_grid read_grid(struct arena *arena, const char *yaml)
{
        struct sweep_grid grid = { 0 };
        struct err err = { 0 };

        assert_ok(sweep_grid_read(arena, str_from(yaml), &grid, &err));
        return grid;
}

static void sweep_grid_point_counts_through_all(void **state)
{
        struct arena arena;
        struct sweep_grid grid;

        (void)state;
        arena_init(&arena, 0);
        grid = read_grid(&arena, "method: grid\nparameters:\n  a:\n    values: [1, two]\n  b:\n    min: 5\n    max: 7\n  c:\n    value: x\n");
        assert_int_equal(grid.points, 6);
        assert_str(point(&arena, &grid, 0), "{\"a\":{\"value\":1},\"b\":{\"value\":5},\"c\":{\"value\":\"x\"}}");
        assert_str(point(&arena, &grid, 1), "{\"a\":{\"value\":1},\"b\":{\"value\":6},\"c\":{\"value\":\"x\"}}");
        assert_str(point(&arena, &grid, 5), "{\"a\":{\"value\":\"two\"},\"b\":{\"value\":7},\"c\":{\"value\":\"x\"}}");
        for (int64_t i = 0; i < 6; i++)
                for (int64_t j = 0; j < i; j++)
                        assert_false(str_eq(point(&arena, &grid, i), point(&arena, &grid, j)));
        arena_done(&arena);
}

static void sweep_grid_point_nests(void **state)
{
        struct arena arena;
        struct sweep_grid grid;

        (void)state;
        arena_init(&arena, 0);
        grid = read_grid(&arena, "method: grid\nparameters:\n  opt:\n    parameters:\n      name:\n        values: [sgd]\n"
                                 "      lr:\n        values: [0.1, 0.2]\n  n:\n    value: 1\n");
        assert_int_equal(grid.points, 2);
        assert_str(point(&arena, &grid, 1), "{\"opt\":{\"value\":{\"name\":\"sgd\",\"lr\":0.2}},\"n\":{\"value\":1}}");
        arena_done(&arena);
}

static void sweep_grid_random_is_repeatable_and_spreads(void **state)
{
        struct arena arena;
        struct sweep_grid grid;
        int seen[9] = { 0 };

        (void)state;
        arena_init(&arena, 0);
        grid = read_grid(&arena, "method: random\nparameters:\n  x:\n    values: [0, 1, 2]\n  y:\n    values: [0, 1, 2]\n");
        assert_int_equal(grid.points, SWEEP_POINTS_MAX);
        for (int64_t i = 0; i < 900; i++) {
                struct str args = point(&arena, &grid, i);

                assert_true(str_eq(args, point(&arena, &grid, i)));
                seen[(args.ptr[14] - '0') * 3 + (args.ptr[30] - '0')]++;
        }
        for (size_t i = 0; i < ARRAY_LEN(seen); i++)
                assert_in_range(seen[i], 50, 150);
        arena_done(&arena);
}

static void sweep_grid_read_says_what_it_cannot(void **state)
{
        static const struct {
                const char *yaml, *said;
        } cases[] = {
                { "method: bayes\nparameters:\n  a:\n    values: [1]\n", "method: grid" },
                { "parameters:\n  a:\n    values: [1]\n", "method: grid" },
                { "method: grid\n", "no parameters" },
                { "method: grid\nparameters:\n  a:\n    values: []\n", "'a'" },
                { "method: grid\nparameters:\n  a:\n    values: 1\n", "'a'" },
                { "method: grid\nparameters:\n  a:\n    min: 0.0\n    max: 1.5\n", "cannot be listed" },
                { "method: grid\nparameters:\n  a:\n    min: 5\n    max: 1\n", "min to max" },
                { "method: [", "cannot be read" },
        };
        struct arena arena;

        (void)state;
        arena_init(&arena, 0);
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct sweep_grid grid;
                struct err err = { 0 };

                assert_int_equal(sweep_grid_read(&arena, str_from(cases[i].yaml), &grid, &err), RC_INVALID);
                if (!strstr(err.msg, cases[i].said))
                        fail_msg("'%s' does not say '%s'", err.msg, cases[i].said);
        }
        arena_done(&arena);
}

/* ---- agents ---- */

static struct str ask(struct run_fixture *f, const struct sweep_agent *agent, const char *run_state)
{
        struct sweep_agent *again = NULL;
        struct str commands = STR_NULL;
        struct err err = { 0 };

        assert_ok(sweep_heartbeat(&f->alice, agent->id, str_from(run_state), &again, &commands, &err));
        return commands;
}

static struct sweep *add_sweep(struct run_fixture *f)
{
        const struct sweep_input in = { .entity_name = STR("team"), .project_name = STR("proj"),
                                        .config = STR("method: grid\nparameters:\n  x:\n    values: [1, 2]\n") };
        struct sweep *sweep = NULL;
        struct err err = { 0 };

        assert_ok(sweep_upsert(&f->alice, &in, &sweep, &err));
        return sweep;
}

static struct sweep_agent *add_agent(struct run_fixture *f, const struct sweep *sweep)
{
        struct sweep_agent *agent = NULL;
        struct err err = { 0 };

        assert_ok(sweep_agent_create(&f->alice, STR("team"), STR("proj"), sweep->name, STR("host"), &agent, &err));
        return agent;
}

static struct str run_id_in(struct str commands)
{
        struct str rest = commands;

        for (int i = 0; i < 7; i++)
                (void)str_cut(&rest, '"');
        return str_cut(&rest, '"');
}

static void sweep_heartbeat_gives_each_point_once(void **state)
{
        struct run_fixture *f = *state;
        struct sweep *sweep = add_sweep(f);
        struct sweep_agent *one = add_agent(f, sweep), *two = add_agent(f, sweep);
        struct str first, second;

        first = ask(f, one, "{}");
        assert_true(str_contains(first, STR("\"x\":{\"value\":1}")));
        assert_str(ask(f, one, "{\"abc\": true}"), "[]");
        /* The answer may have been lost: nothing runs, and no run has appeared. */
        assert_true(str_eq(ask(f, one, "{}"), first));
        second = ask(f, two, "{}");
        assert_true(str_contains(second, STR("\"x\":{\"value\":2}")));
        assert_false(str_eq(run_id_in(first), run_id_in(second)));
        (void)fixture_run(f, arena_cstr(&f->arena, run_id_in(first)));
        assert_true(str_contains(ask(f, one, "{}"), STR("exit")));
}

static void sweep_heartbeat_is_for_those_who_may(void **state)
{
        struct run_fixture *f = *state;
        struct sweep *sweep = add_sweep(f);
        struct sweep_agent *agent = add_agent(f, sweep), *again = NULL;
        struct str commands = STR_NULL;
        struct err err = { 0 };

        assert_ok(db_read_refresh(f->mallory.conn, &err));
        assert_int_equal(sweep_heartbeat(&f->mallory, agent->id, STR("{}"), &again, &commands, &err), RC_NOT_FOUND);
        assert_int_equal(sweep_agent_create(&f->mallory, STR("team"), STR("proj"), sweep->name, STR(""), &again, &err),
                         RC_NOT_FOUND);
        assert_int_equal(sweep_agent_create(&f->alice, STR("team"), STR("proj"), STR("nosuch"), STR(""), &again, &err),
                         RC_NOT_FOUND);
}

static void sweep_list_pages_the_newest_first(void **state)
{
        struct run_fixture *f = *state;
        struct sweep *first = add_sweep(f), *second = add_sweep(f), *third = add_sweep(f), *found = NULL;
        struct sweep_page page = { 0 };
        struct project *project = NULL;
        struct err err = { 0 };
        int64_t count = 0;

        assert_ok(project_see(&f->alice, first->project_id, &project, &err));
        assert_ok(sweep_count(&f->alice, project, &count, &err));
        assert_int_equal(count, 3);
        assert_ok(sweep_list(&f->alice, project, 0, 2, &page, &err));
        assert_int_equal(page.count, 2);
        assert_true(page.has_next);
        assert_int_equal(page.items[0].id, third->id);
        assert_int_equal(page.items[1].id, second->id);
        assert_ok(sweep_list(&f->alice, project, second->id, 2, &page, &err));
        assert_int_equal(page.count, 1);
        assert_false(page.has_next);
        assert_true(str_eq(page.items[0].config, first->config));
        assert_ok(sweep_find(&f->alice, project, second->name, &found, &err));
        assert_int_equal(found->id, second->id);
        assert_ok(sweep_find(&f->alice, project, STR("nothing"), &found, &err));
        assert_null(found);
}

static void sweep_read_counts_runs(void **state)
{
        struct run_fixture *f = *state;
        const struct sweep_input endless = { .entity_name = STR("team"), .project_name = STR("proj"),
                                             .config = STR("method: random\nparameters:\n  x:\n    values: [1, 2]\n") };
        struct sweep *grid = add_sweep(f), *random = NULL;
        struct run_input in = { .entity_name = STR("team"), .project_name = STR("proj"), .name = STR("a"),
                                .text = { .sweep_name = grid->name } };
        struct run *run = NULL;
        struct err err = { 0 };
        bool inserted = false;
        int64_t count = -1;

        assert_ok(run_upsert(&f->alice, &in, &run, &inserted, &err));
        (void)fixture_run(f, "outside");
        assert_ok(sweep_run_count(&f->alice, grid, false, &count, &err));
        assert_int_equal(count, 1);
        assert_ok(sweep_run_count(&f->alice, grid, true, &count, &err));
        assert_int_equal(count, 1);
        (void)fixture_stream(f, run, "{\"complete\": true, \"exitcode\": 0}");
        assert_ok(sweep_run_count(&f->alice, grid, true, &count, &err));
        assert_int_equal(count, 0);
        assert_ok(sweep_run_count(&f->mallory, grid, false, &count, &err));
        assert_int_equal(count, 0);
        assert_ok(sweep_upsert(&f->alice, &endless, &random, &err));
        assert_true(sweep_is_random(&f->arena, random));
        assert_false(sweep_is_random(&f->arena, grid));
        assert_int_equal(sweep_expected(&f->arena, random), -1);
        assert_int_equal(sweep_expected(&f->arena, grid), 2);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(sweep_grid_point_counts_through_all),
                cmocka_unit_test(sweep_grid_point_nests),
                cmocka_unit_test(sweep_grid_random_is_repeatable_and_spreads),
                cmocka_unit_test(sweep_grid_read_says_what_it_cannot),
                cmocka_unit_test_setup_teardown(sweep_heartbeat_gives_each_point_once, fixture_setup, fixture_teardown),
                cmocka_unit_test_setup_teardown(sweep_heartbeat_is_for_those_who_may, fixture_setup, fixture_teardown),
                cmocka_unit_test_setup_teardown(sweep_list_pages_the_newest_first, fixture_setup, fixture_teardown),
                cmocka_unit_test_setup_teardown(sweep_read_counts_runs, fixture_setup, fixture_teardown),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
