/* Deleting many versions: one after the other judged, in slices, going on after an end in the middle. */
#include "life_fixture.h"

#include "domain/bulk.h"
#include "domain/job.h"
#include "domain/protect.h"

#define VERSIONS 30

static struct job *ask(struct call *call, const struct bulk_input *in)
{
        struct bulk_input input = *in;
        struct job *job = NULL;
        struct err err = { 0 };

        input.entity_name = STR("team");
        input.project_name = STR("proj");
        assert_ok(db_read_refresh(call->conn, &err));
        assert_ok(bulk_delete_ask(call, &input, &job, &err));
        return job;
}

static struct bulk_counts counts_of(struct run_fixture *f, const struct job *job)
{
        struct bulk_counts counts;
        struct err err = { 0 };

        assert_ok(bulk_counts_read(&f->arena, job, &counts, &err));
        return counts;
}

/* As it is in the database. */
static struct job *again(struct run_fixture *f, int64_t id)
{
        struct job *job = NULL;
        struct err err = { 0 };

        assert_ok(db_read_refresh(f->operator.conn, &err));
        assert_ok(store_job_by_id(f->operator.conn, &f->arena, id, &job, &err));
        assert_non_null(job);
        return job;
}

static void work(struct call *call, struct job *job)
{
        struct err err = { 0 };

        assert_ok(bulk_delete_work(call, job, &(struct bulk_order){ 0 }, &err));
}

static void fill(struct run_fixture *f, unsigned from)
{
        for (unsigned n = 0; n < VERSIONS; n++)
                life_log(&f->alice, n % 2 ? "odd" : "even", from + n);
}

/* Very many versions of one collection, made in one write: copies of one that was logged. */
static enum rc copy_write(struct db_conn *conn, void *payload, struct err *err)
{
        static const char *const steps[] = {
                ("INSERT INTO artifact (sequence_id, project_id, type_id, version, state, digest, created_us, updated_us) "
                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2499) "
                 "SELECT sequence_id, project_id, type_id, i, state, 'd' || i, created_us, updated_us "
                 "FROM artifact, n WHERE artifact.id = $1"),
                ("INSERT INTO membership (collection_id, version, artifact_id, created_us) SELECT sequence_id, version, id, "
                 "created_us FROM artifact WHERE id > $1"),
                ("UPDATE collection SET version_count = 2500, next_version = 2500 "
                 "WHERE id = (SELECT sequence_id FROM artifact WHERE id = $1)"),
        };
        enum rc rc = RC_OK;

        for (size_t i = 0; !rc && i < ARRAY_LEN(steps); i++)
                rc = store_exec(conn, err, steps[i], "i", *(const int64_t *)payload);
        return rc;
}

static void fill_many(struct run_fixture *f)
{
        struct artifact *first = life_log(&f->alice, "many", 1);
        struct err err = { 0 };

        assert_ok(db_write(f->domain.db, copy_write, &first->id, &err));
}

static int64_t committed(struct run_fixture *f)
{
        int64_t count = 0;
        struct err err = { 0 };

        assert_ok(db_read_refresh(f->operator.conn, &err));
        assert_ok(store_int(f->operator.conn, &count, NULL, &err,
                            "SELECT count(*) FROM membership m JOIN artifact a ON a.id = m.artifact_id AND a.state = 1", ""));
        return count;
}

static void bulk_delete_leaves_what_came_after_the_call(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *late;
        struct job *job;

        fill(f, 100);
        job = ask(&f->alice, &(struct bulk_input){ 0 });
        assert_int_equal(job->total, VERSIONS);
        late = life_log(&f->alice, "odd", 999);
        work(&f->alice, job);
        assert_int_equal(job->state, JOB_DONE);
        assert_int_equal(job->done, VERSIONS);
        assert_int_equal(counts_of(f, job).deleted, VERSIONS);
        assert_int_equal(life_see(f, late->id)->state, ARTIFACT_COMMITTED);
        assert_int_equal(again(f, job->id)->state, JOB_DONE);
        life_check(f);
}

static void bulk_delete_is_judged_by_who_asked(void **state)
{
        struct run_fixture *f = *state;
        struct bulk_input input = { .entity_name = STR("team"), .project_name = STR("proj") };
        struct job *job = NULL;
        struct principal who;
        struct err err = { 0 };

        fill(f, 100);
        assert_ok(db_read_refresh(f->mallory.conn, &err));
        assert_int_equal(bulk_delete_ask(&f->mallory, &input, &job, &err), RC_NOT_FOUND);
        input.project_name = STR_NULL;
        assert_int_equal(bulk_delete_ask(&f->alice, &input, &job, &err), RC_INVALID);
        /* Whose rights end between asking and doing deletes nothing. */
        job = ask(&f->alice, &(struct bulk_input){ 0 });
        assert_ok(job_principal(f->operator.conn, &f->arena, job, &who, &err));
        assert_int_equal(who.account_id, f->people[0].account_id);
        assert_int_equal(bulk_delete_work(&f->mallory, job, &(struct bulk_order){ 0 }, &err), RC_NOT_FOUND);
        assert_ok(team_set_member(&f->operator, STR("team"), STR("alice"), MODEL_MEMBER_VIEWER, &err));
        assert_ok(organization_set_member(&f->operator, STR("org"), STR("mallory"), MODEL_MEMBER_ADMIN, &err));
        assert_ok(organization_set_member(&f->operator, STR("org"), STR("alice"), MODEL_MEMBER_MEMBER, &err));
        assert_ok(db_read_refresh(f->alice.conn, &err));
        job = again(f, job->id);
        work(&f->alice, job);
        assert_int_equal(counts_of(f, job).kept_denied, VERSIONS);
        assert_int_equal(counts_of(f, job).deleted, 0);
}

static void bulk_delete_keeps_aliases_unless_told(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *a;
        struct job *job;
        struct err err = { 0 };

        fill(f, 100);
        a = life_log(&f->alice, "odd", 101);
        assert_ok(alias_change(&f->alice, a->id,
                               &(struct alias_change){ STR("team"), STR("proj"), STR("odd"), STR("mine") }, 1, false, &err));
        job = ask(&f->alice, &(struct bulk_input){ .dry_run = true });
        work(&f->alice, job);
        assert_int_equal(counts_of(f, job).kept_aliased, 1);
        assert_int_equal(counts_of(f, job).deleted, VERSIONS - 1);
        assert_str(bulk_counts_say(&f->arena, job, &(struct bulk_counts){ .deleted = 2, .kept_aliased = 1 }),
                   "2 versions would be deleted, 0 links would be removed; 1 stay: 0 with a protected alias, 1 with other "
                   "aliases, 0 that you may not delete.");
        assert_int_equal(life_see(f, a->id)->state, ARTIFACT_COMMITTED);
        job = ask(&f->alice, &(struct bulk_input){ .collection_name = STR("odd") });
        assert_int_equal(job->total, VERSIONS / 2);
        work(&f->alice, job);
        assert_int_equal(counts_of(f, job).kept_aliased, 1);
        assert_int_equal(life_see(f, a->id)->state, ARTIFACT_COMMITTED);
        job = ask(&f->alice, &(struct bulk_input){ .delete_aliases = true });
        work(&f->alice, job);
        assert_int_equal(life_see(f, a->id)->state, ARTIFACT_DELETED);
        assert_int_equal(counts_of(f, job).deleted, VERSIONS / 2 + 1);
}

/* ---- ends and goings-on ---- */

static bool stop_always(void *payload)
{
        ++*(unsigned *)payload;
        return true;
}

static void bulk_delete_goes_on_behind_its_cursor(void **state)
{
        struct run_fixture *f = *state;
        unsigned stops = 0, turns = 0;
        const struct bulk_order order = { .stop = stop_always, .payload = &stops };
        struct job *job;
        enum rc rc = RC_UNAVAILABLE;
        struct err err = { 0 };

        /* More than one slice takes in its time: several pages. */
        fill_many(f);
        job = ask(&f->alice, &(struct bulk_input){ 0 });
        assert_int_equal(job->total, 2500);
        while (rc == RC_UNAVAILABLE) {
                job = again(f, job->id);
                rc = bulk_delete_work(&f->alice, job, &order, &err);
                turns++;
        }
        assert_int_equal(rc, RC_OK);
        assert_true(turns >= 3 && stops >= 2);
        job = again(f, job->id);
        assert_int_equal(job->state, JOB_DONE);
        assert_int_equal(job->done, 2500);
        assert_int_equal(counts_of(f, job).deleted, 2500);
        assert_int_equal(committed(f), 0);
}

static void bulk_delete_ends_when_canceled(void **state)
{
        struct run_fixture *f = *state;
        struct job *job, *seen = NULL;
        struct err err = { 0 };

        fill(f, 100);
        job = ask(&f->alice, &(struct bulk_input){ 0 });
        assert_int_equal(job_cancel(&f->mallory, job->id, &seen, &err), RC_NOT_FOUND);
        assert_ok(job_cancel(&f->alice, job->id, &seen, &err));
        assert_int_equal(seen->state, JOB_CANCELED);
        assert_ok(store_job_next(f->alice.conn, &f->arena, JOB_KIND_BIT(JOB_DELETE_VERSIONS), 0, &seen, &err));
        assert_null(seen);
        assert_ok(job_see(&f->mallory, job->id, &seen, &err));
        assert_null(seen);
        assert_ok(job_see(&f->operator, job->id, &seen, &err));
        assert_non_null(seen);
}

static enum rc cancel_row(struct db_conn *conn, void *payload, struct err *err)
{
        return store_job_cancel(conn, *(const int64_t *)payload, err);
}

static void cancel_after_the_first(void *payload, const struct job *job)
{
        struct run_fixture *f = payload;
        int64_t id = job->id;
        struct err err = { 0 };

        if (job->state == JOB_RUNNING)
                assert_ok(db_write(f->domain.db, cancel_row, &id, &err));
}

static void bulk_delete_canceled_under_way_keeps_the_rest(void **state)
{
        struct run_fixture *f = *state;
        const struct bulk_order order = { .on_progress = cancel_after_the_first, .payload = f };
        struct job *job;
        struct err err = { 0 };

        fill_many(f);
        job = ask(&f->alice, &(struct bulk_input){ 0 });
        assert_ok(bulk_delete_work(&f->alice, job, &order, &err));
        assert_int_equal(job->state, JOB_CANCELED);
        assert_in_range(job->done, 1, 2499);
        assert_int_equal(counts_of(f, job).deleted, job->done);
        assert_int_equal(again(f, job->id)->state, JOB_CANCELED);
        assert_int_equal(committed(f), 2500 - job->done);
}

static void job_next_takes_turns(void **state)
{
        struct run_fixture *f = *state;
        struct job *first, *second, *next = NULL;
        struct err err = { 0 };
        const unsigned kinds = JOB_KIND_BIT(JOB_DELETE_VERSIONS);

        fill(f, 100);
        first = ask(&f->alice, &(struct bulk_input){ 0 });
        second = ask(&f->alice, &(struct bulk_input){ 0 });
        assert_ok(store_job_next(f->alice.conn, &f->arena, kinds, first->id, &next, &err));
        assert_int_equal(next->id, second->id);
        assert_ok(store_job_next(f->alice.conn, &f->arena, kinds, second->id, &next, &err));
        assert_int_equal(next->id, first->id);
        assert_ok(store_job_next(f->alice.conn, &f->arena, JOB_KIND_BIT(JOB_RECLAIM), 0, &next, &err));
        assert_null(next);
        for (unsigned n = 2; n < JOBS_OPEN_MAX; n++)
                ask(&f->alice, &(struct bulk_input){ .dry_run = true });
        assert_int_equal(bulk_delete_ask(&f->alice, &(struct bulk_input){ .entity_name = STR("team"),
                                                                           .project_name = STR("proj") }, &next, &err),
                         RC_TOO_MANY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_bytes, fixture_teardown_bytes)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(bulk_delete_leaves_what_came_after_the_call),
                TEST(bulk_delete_is_judged_by_who_asked),
                TEST(bulk_delete_keeps_aliases_unless_told),
                TEST(bulk_delete_goes_on_behind_its_cursor),
                TEST(bulk_delete_ends_when_canceled),
                TEST(bulk_delete_canceled_under_way_keeps_the_rest),
                TEST(job_next_takes_turns),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
