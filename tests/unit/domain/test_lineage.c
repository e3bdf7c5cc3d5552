/* Lineage graphs: what is in them, how far they go, and what is left out for whom. */
#include "run_fixture.h"

#include "domain/lineage.h"
#include "domain/project.h"
#include "store/collection.h"

struct made {
        const char *sql;
        int64_t a, b, c;
        int64_t id;
};

static enum rc write_row(struct db_conn *conn, void *payload, struct err *err)
{
        struct made *made = payload;

        return store_insert(conn, &made->id, err, made->sql, "iii", made->a, made->b, made->c);
}

static int64_t insert(struct run_fixture *f, const char *sql, int64_t a, int64_t b, int64_t c)
{
        struct made made = { sql, a, b, c, 0 };
        struct err err = { 0 };

        assert_ok(db_write(f->domain.db, write_row, &made, &err));
        return made.id;
}

static int64_t collection(struct run_fixture *f, int64_t project_id, int kind)
{
        int64_t type = insert(f, "INSERT INTO artifact_type (project_id, name, created_us)"
                                 " VALUES ($1, 'model' || $2 || $3 || (SELECT count(*) FROM artifact_type), 1)",
                              project_id, 0, 0);

        return insert(f, "INSERT INTO collection (project_id, kind, type_id, name, created_us, updated_us)"
                         " VALUES ($1, $2, $3, 'c' || (SELECT count(*) FROM collection), 1, 1)",
                      project_id, kind, type);
}

static void place(struct run_fixture *f, int64_t collection_id, int64_t version, int64_t artifact_id)
{
        insert(f, "INSERT INTO membership (collection_id, version, artifact_id, created_us) VALUES ($1, $2, $3, 1)",
               collection_id, version, artifact_id);
}

/* A committed version in a collection of its own. */
static int64_t version(struct run_fixture *f, int64_t project_id)
{
        int64_t home = collection(f, project_id, COLLECTION_SEQUENCE);
        int64_t id = insert(f, "INSERT INTO artifact (sequence_id, project_id, type_id, version, state, digest, created_us, updated_us)"
                               " SELECT $1, $2, type_id, 0, $3, 'd', 1, 1 FROM collection WHERE id = $1",
                            home, project_id, ARTIFACT_COMMITTED);

        place(f, home, 0, id);
        return id;
}

static void logs(struct run_fixture *f, int64_t run_id, int64_t artifact_id)
{
        insert(f, "INSERT INTO run_output (run_id, artifact_id, created_us) VALUES ($1, $2, $3)", run_id, artifact_id, 1);
}

static void uses(struct run_fixture *f, int64_t run_id, int64_t artifact_id)
{
        insert(f, "INSERT INTO run_input (run_id, artifact_id, created_us) VALUES ($1, $2, $3)", run_id, artifact_id, 1);
}

static struct run *run_of(struct run_fixture *f, struct call *who, const char *entity, const char *name)
{
        const struct run_input in = { .entity_name = str_from(entity), .project_name = STR("proj"), .name = str_from(name) };
        struct run *run = NULL;
        struct err err = { 0 };
        bool inserted = false;

        (void)f;
        assert_ok(run_upsert(who, &in, &run, &inserted, &err));
        return run;
}

static struct lineage_graph *ask(struct call *who, const struct lineage_query *query)
{
        struct lineage_graph *graph = NULL;
        struct err err = { 0 };

        assert_ok(db_read_refresh(who->conn, &err));
        assert_ok(lineage_graph(who, query, &graph, &err));
        return graph;
}

static struct lineage_graph *around(struct call *who, bool is_run, int64_t id, unsigned depth)
{
        return ask(who, &(struct lineage_query){ .is_run = is_run, .id = id, .depth = depth, .upstream = true,
                                                 .downstream = true, .first = LINEAGE_FIRST_MAX });
}

static const struct lineage_node *node(const struct lineage_graph *graph, bool is_run, int64_t id)
{
        for (size_t i = 0; i < graph->node_count; i++)
                if (graph->nodes[i]->is_run == is_run && graph->nodes[i]->row.id == id)
                        return graph->nodes[i];
        return NULL;
}

static bool has_edge(const struct lineage_graph *graph, const struct lineage_node *from, const struct lineage_node *to)
{
        size_t found = 0;

        for (size_t i = 0; i < graph->edge_count; i++)
                found += graph->edges[i].from == from && graph->edges[i].to == to;
        assert_in_range(found, 0, 1);
        return found == 1;
}

static void lineage_goes_up_and_down_by_levels(void **state)
{
        struct run_fixture *f = *state;
        struct run *first = run_of(f, &f->alice, "team", "up-1"), *second = run_of(f, &f->alice, "team", "up-2");
        int64_t data = version(f, first->project_id), model = version(f, first->project_id);
        int64_t report = version(f, first->project_id);
        struct lineage_graph *graph;

        logs(f, first->id, data);
        uses(f, second->id, data);
        logs(f, second->id, model);
        logs(f, second->id, report);
        graph = around(&f->alice, false, data, 1);
        assert_int_equal(graph->node_count, 3);
        assert_int_equal(node(graph, true, first->id)->level, -1);
        assert_int_equal(node(graph, true, second->id)->level, 1);
        assert_true(node(graph, true, second->id)->more_downstream);
        assert_false(node(graph, true, first->id)->more_upstream || node(graph, true, first->id)->more_downstream);
        assert_false(graph->truncated);
        graph = around(&f->alice, false, model, 100);
        /* The report is neither an ancestor nor a descendant of the model: its run says that there is more. */
        assert_int_equal(graph->node_count, 4);
        assert_null(node(graph, false, report));
        assert_true(node(graph, true, second->id)->more_downstream);
        assert_int_equal(node(graph, true, first->id)->level, -3);
        assert_true(has_edge(graph, node(graph, true, first->id), node(graph, false, data)));
        assert_true(has_edge(graph, node(graph, false, data), node(graph, true, second->id)));
        assert_true(has_edge(graph, node(graph, true, second->id), node(graph, false, model)));
        assert_int_equal(graph->edge_count, 3);
        assert_int_equal(around(&f->alice, true, second->id, 1)->node_count, 4);
        assert_int_equal(around(&f->alice, true, second->id, 0)->node_count, 1);
        assert_string_equal(node(graph, true, first->id)->row.run_name.ptr, "up-1");
}

/* The data that the model was made from is also what its user reads: one node, both edges. */
static void lineage_draws_edges_between_both_sides(void **state)
{
        struct run_fixture *f = *state;
        struct run *train = run_of(f, &f->alice, "team", "sides-1"), *check = run_of(f, &f->alice, "team", "sides-2");
        int64_t data = version(f, train->project_id), model = version(f, train->project_id);
        struct lineage_graph *graph;

        uses(f, train->id, data);
        logs(f, train->id, model);
        uses(f, check->id, model);
        uses(f, check->id, data);
        graph = around(&f->alice, false, model, 5);
        assert_int_equal(graph->node_count, 4);
        assert_int_equal(graph->edge_count, 4);
        assert_true(has_edge(graph, node(graph, false, data), node(graph, true, check->id)));
        assert_false(node(graph, false, data)->more_downstream);
}

static void lineage_leaves_out_what_may_not_be_seen(void **state)
{
        struct run_fixture *f = *state;
        struct run *ours = run_of(f, &f->alice, "team", "hidden-1"), *theirs = run_of(f, &f->mallory, "mallory", "hidden-2");
        int64_t data = version(f, ours->project_id), model = version(f, theirs->project_id);
        struct lineage_graph *graph;

        logs(f, ours->id, data);
        uses(f, theirs->id, data);
        logs(f, theirs->id, model);
        graph = around(&f->alice, false, data, 10);
        assert_int_equal(graph->node_count, 2);
        assert_true(graph->nodes[0]->has_hidden);
        assert_false(graph->nodes[0]->more_downstream);
        assert_null(around(&f->alice, false, model, 10));
        assert_null(around(&f->alice, true, theirs->id, 10));
        assert_null(around(&f->alice, false, 1 << 30, 10));
        assert_null(around(&f->mallory, false, data, 10));
        graph = around(&f->mallory, false, model, 10);
        assert_int_equal(graph->node_count, 2);
        assert_true(node(graph, true, theirs->id)->has_hidden);
        assert_int_equal(around(&f->operator, false, model, 10)->node_count, 4);
}

/* Linked where the caller may look: it is seen there, by that name, once. */
static void lineage_sees_a_version_through_its_links(void **state)
{
        struct run_fixture *f = *state;
        struct run *ours = run_of(f, &f->alice, "team", "links-1"), *theirs = run_of(f, &f->mallory, "mallory", "links-2");
        int64_t data = version(f, ours->project_id);
        int64_t shown = collection(f, theirs->project_id, COLLECTION_PORTFOLIO);
        int64_t shown_too = collection(f, theirs->project_id, COLLECTION_PORTFOLIO);
        struct lineage_places places = { 0 };
        struct lineage_graph *graph;
        struct err err = { 0 };

        logs(f, ours->id, data);
        uses(f, theirs->id, data);
        place(f, shown, 7, data);
        place(f, shown_too, 8, data);
        graph = around(&f->mallory, true, theirs->id, 10);
        assert_int_equal(graph->node_count, 2);
        assert_int_equal(graph->nodes[1]->place.collection_id, shown);
        assert_int_equal(graph->nodes[1]->place.version, 7);
        assert_int_equal(graph->nodes[1]->place.project_id, theirs->project_id);
        assert_true(graph->nodes[1]->has_hidden); /* the run that made it */
        assert_ok(lineage_places(&f->mallory, data, 10, &places, &err));
        assert_int_equal(places.count, 2);
        graph = around(&f->alice, true, ours->id, 10);
        assert_int_equal(graph->node_count, 2);
        assert_int_equal(graph->nodes[1]->place.project_id, ours->project_id);
        assert_ok(lineage_places(&f->alice, data, 10, &places, &err));
        assert_int_equal(places.count, 1);
}

static void lineage_forgets_what_was_deleted(void **state)
{
        struct run_fixture *f = *state;
        struct run *run = run_of(f, &f->alice, "team", "gone-1"), *user = run_of(f, &f->alice, "team", "gone-2");
        int64_t data = version(f, run->project_id), other = version(f, run->project_id);
        struct lineage_graph *graph;

        logs(f, run->id, data);
        logs(f, run->id, other);
        uses(f, user->id, data);
        insert(f, "UPDATE artifact SET state = $2 WHERE id = $1 AND $3 = 0", other, ARTIFACT_DELETED, 0);
        insert(f, "UPDATE run SET deleted_us = $2 WHERE id = $1 AND $3 = 0", user->id, 5, 0);
        graph = around(&f->alice, true, run->id, 10);
        assert_int_equal(graph->node_count, 2);
        assert_false(graph->nodes[0]->has_hidden || graph->nodes[1]->has_hidden);
        assert_false(graph->nodes[0]->more_downstream || graph->nodes[1]->more_downstream);
        assert_null(around(&f->alice, false, other, 10));
}

#define MANY 700

static void lineage_is_bounded_and_goes_on_in_pages(void **state)
{
        struct run_fixture *f = *state;
        struct run *run = run_of(f, &f->alice, "team", "many"), *maker = run_of(f, &f->alice, "team", "maker");
        struct lineage_query query = { .is_run = true, .id = run->id, .depth = 3, .upstream = true, .downstream = true,
                                       .first = 101 };
        struct lineage_graph *graph;
        size_t seen = 0;
        int64_t source = version(f, run->project_id);

        logs(f, maker->id, source);
        uses(f, run->id, source);
        for (int i = 0; i < MANY; i++)
                logs(f, run->id, version(f, run->project_id));
        graph = ask(&f->alice, &query);
        assert_int_equal(graph->node_count, 101);
        assert_true(graph->truncated);
        assert_true(graph->nodes[0]->more_downstream);
        assert_false(graph->nodes[0]->more_upstream);
        assert_non_null(node(graph, false, source));
        query.upstream = false;
        query.first = 200;
        for (;;) {
                graph = ask(&f->alice, &query);
                seen += graph->node_count - 1;
                for (size_t i = 1; i < graph->node_count; i++)
                        assert_true(graph->nodes[i]->row.id > query.after_id && graph->nodes[i]->level == 1);
                query.after_id = graph->nodes[graph->node_count - 1]->row.id;
                if (!graph->truncated)
                        break;
        }
        assert_int_equal(seen, MANY);
}

static void lineage_refuses_too_much(void **state)
{
        struct run_fixture *f = *state;
        struct lineage_query wrong[] = {
                { .id = 1, .first = 0 },
                { .id = 1, .first = LINEAGE_FIRST_MAX + 1 },
                { .id = 1, .first = 10, .depth = LINEAGE_DEPTH_MAX + 1 },
                { .id = 1, .first = 10, .after_id = 1, .upstream = true, .downstream = true },
        };
        struct lineage_graph *graph = NULL;
        struct err err = { 0 };

        for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
                assert_int_equal(lineage_graph(&f->alice, &wrong[i], &graph, &err), RC_INVALID);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lineage_goes_up_and_down_by_levels),
                cmocka_unit_test(lineage_draws_edges_between_both_sides),
                cmocka_unit_test(lineage_leaves_out_what_may_not_be_seen),
                cmocka_unit_test(lineage_sees_a_version_through_its_links),
                cmocka_unit_test(lineage_forgets_what_was_deleted),
                cmocka_unit_test(lineage_is_bounded_and_goes_on_in_pages),
                cmocka_unit_test(lineage_refuses_too_much),
        };
        return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
