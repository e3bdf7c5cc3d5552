/* Bringing back: places, aliases, what is protected; deleting and protecting. */
#include "life_fixture.h"

#include "domain/collection.h"
#include "domain/places.h"
#include "domain/protect.h"

#define REGISTRY "wandb-registry-own"

/* A registry of the organization, where bob is a member and alice (who made it) an admin. */
struct world {
        struct project *registry;
        struct call bob;
        struct principal who;
};

static void make_world(struct run_fixture *f, struct world *w)
{
        const struct project_input in = { .entity_name = STR("org"), .name = STR(REGISTRY), .access = STR("PRIVATE") };
        struct err err = { 0 };
        bool inserted = false;
        int64_t bob;

        assert_ok(project_upsert(&f->alice, &in, &w->registry, &inserted, &err));
        w->bob = fixture_user(f, "bob", &w->who);
        bob = w->who.account_id;
        assert_ok(organization_set_member(&f->operator, STR("org"), STR("bob"), MODEL_MEMBER_MEMBER, &err));
        assert_ok(project_change_members(&f->alice, &(struct member_change){ .project_id = w->registry->id, .account_ids = &bob,
                                                                              .account_count = 1, .has_role = true,
                                                                              .role = MODEL_ROLE_MEMBER },
                                         &err));
        assert_ok(team_set_member(&f->operator, STR("team"), STR("bob"), MODEL_MEMBER_MEMBER, &err));
        assert_ok(db_read_refresh(w->bob.conn, &err));
        assert_ok(db_read_refresh(f->alice.conn, &err));
}

static struct version *link_as(struct call *call, const struct artifact *a, const char *portfolio, const char *alias)
{
        const struct str name = str_from(alias);
        const struct link_input in = { .artifact_id = a->id, .entity_name = STR("org"), .project_name = STR(REGISTRY),
                                       .portfolio_name = str_from(portfolio), .aliases = &name, .alias_count = alias != NULL };
        struct version *made = NULL;
        struct err err = { 0 };

        assert_ok(artifact_link(call, &in, &made, &err));
        return made;
}

/* Number of the version that carries the alias; -1: none. */
static int64_t holder(struct run_fixture *f, int64_t collection_id, const char *alias)
{
        struct membership m;
        bool found = false;
        struct err err = { 0 };

        assert_ok(db_read_refresh(f->operator.conn, &err));
        assert_ok(store_membership_by_alias(f->operator.conn, collection_id, str_from(alias), &m, &found, &err));
        return found ? m.version : -1;
}

static void restore_leaves_off_an_alias_that_is_protected_by_now(void **state)
{
        struct run_fixture *f = *state;
        struct world w;
        struct artifact *a;
        struct version *link;
        struct err err = { 0 };

        make_world(f, &w);
        a = life_log(&w.bob, "a", 1);
        link = link_as(&w.bob, a, "Live", "production");
        life_delete(&w.bob, a->id);
        assert_ok(protect_define(&f->alice, w.registry->id, STR("production"), true, &err));
        assert_ok(db_read_refresh(w.bob.conn, &err));
        assert_ok(artifact_restore(&w.bob, a->id, &a, &err));
        assert_int_equal(holder(f, link->collection->id, "production"), -1);
        assert_int_equal(holder(f, link->collection->id, "latest"), 0);
        /* An admin brings it back with the alias. */
        assert_ok(db_read_refresh(w.bob.conn, &err));
        assert_ok(alias_change(&f->alice, a->id,
                               &(struct alias_change){ STR("org"), STR(REGISTRY), STR("Live"), STR("production") }, 1, false,
                               &err));
        assert_ok(protect_define(&f->alice, w.registry->id, STR("production"), false, &err));
        life_delete(&f->alice, a->id);
        assert_ok(protect_define(&f->alice, w.registry->id, STR("production"), true, &err));
        assert_ok(artifact_restore(&f->alice, a->id, &a, &err));
        assert_int_equal(holder(f, link->collection->id, "production"), 0);
        db_read_end(&w.bob.conn);
}

static void restore_of_a_collection_with_a_protected_alias_wants_an_admin(void **state)
{
        struct run_fixture *f = *state;
        struct world w;
        struct collection *live = NULL;
        struct version *link;
        struct err err = { 0 };

        make_world(f, &w);
        link = link_as(&w.bob, life_log(&w.bob, "a", 1), "Live", "production");
        assert_ok(collection_delete(&w.bob, link->collection->id, COLLECTION_PORTFOLIO, &live, &err));
        assert_ok(collection_restore(&w.bob, link->collection->id, &live, &err));
        assert_ok(collection_delete(&w.bob, link->collection->id, COLLECTION_PORTFOLIO, &live, &err));
        assert_ok(protect_define(&f->alice, w.registry->id, STR("production"), true, &err));
        assert_ok(db_read_refresh(w.bob.conn, &err));
        assert_int_equal(collection_restore(&w.bob, link->collection->id, &live, &err), RC_DENIED);
        assert_ok(collection_restore(&f->alice, link->collection->id, &live, &err));
        assert_int_equal(holder(f, link->collection->id, "production"), 0);
        db_read_end(&w.bob.conn);
}

static void restore_of_a_project_wants_the_right_to_delete_it(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *a = life_log(&f->alice, "a", 1);
        struct collection *c = NULL;
        struct project *back = NULL;
        struct err err = { 0 };

        assert_int_equal(project_restore(&f->alice, a->project_id, &back, &err), RC_NOT_FOUND);
        assert_ok(project_delete(&f->alice, a->project_id, &err));
        assert_ok(db_read_refresh(f->mallory.conn, &err));
        assert_int_equal(project_restore(&f->mallory, a->project_id, &back, &err), RC_NOT_FOUND);
        life_age(f, 8 * LIFE_DAY_S);
        assert_int_equal(project_restore(&f->alice, a->project_id, &back, &err), RC_NOT_FOUND);
        life_age(f, -2 * LIFE_DAY_S);
        assert_ok(project_restore(&f->alice, a->project_id, &back, &err));
        assert_str(back->name, "proj");
        assert_ok(store_collection_by_id(f->alice.conn, &f->arena, a->sequence_id, &c, &err));
        assert_non_null(c);
        life_check(f);
}

static void restore_of_a_project_leaves_what_was_deleted_before_it(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *a = life_log(&f->alice, "a", 1), *b = life_log(&f->alice, "b", 2);
        struct collection *c = NULL;
        struct project *back = NULL;
        struct err err = { 0 };

        assert_ok(collection_delete(&f->alice, b->sequence_id, COLLECTION_SEQUENCE, &c, &err));
        life_age(f, 60);
        assert_ok(project_delete(&f->alice, a->project_id, &err));
        assert_ok(project_restore(&f->alice, a->project_id, &back, &err));
        assert_ok(store_collection_by_id(f->alice.conn, &f->arena, a->sequence_id, &c, &err));
        assert_non_null(c);
        assert_ok(store_collection_by_id(f->alice.conn, &f->arena, b->sequence_id, &c, &err));
        assert_null(c);
}

/* ---- protected ---- */

static void protect_keeps_what_carries_a_protected_alias(void **state)
{
        struct run_fixture *f = *state;
        struct world w;
        struct artifact *a;
        struct collection *c = NULL;
        struct version *link;
        struct err err = { 0 };

        make_world(f, &w);
        assert_ok(protect_define(&f->alice, w.registry->id, STR("production"), true, &err));
        assert_ok(db_read_refresh(w.bob.conn, &err));
        a = life_log(&w.bob, "a", 1);
        link = link_as(&f->alice, a, "Live", "production");
        assert_int_equal(artifact_unlink(&w.bob, a->id, link->collection->id, &err), RC_DENIED);
        assert_int_equal(collection_delete(&w.bob, link->collection->id, COLLECTION_PORTFOLIO, &c, &err), RC_DENIED);
        assert_int_equal(collection_delete(&f->alice, a->sequence_id, COLLECTION_SEQUENCE, &c, &err), RC_CONFLICT);
        assert_int_equal(artifact_delete(&f->alice, a->id, true, &a, &err), RC_CONFLICT);
        assert_int_equal(project_delete(&f->alice, a->project_id, &err), RC_CONFLICT);
        assert_int_equal(team_delete(&f->operator, STR("team"), true, &err), RC_CONFLICT);
        assert_int_equal(life_see(f, a->id)->state, ARTIFACT_COMMITTED);
        /* A registry that is gone protects nothing. */
        assert_ok(project_delete(&f->alice, w.registry->id, &err));
        assert_ok(team_delete(&f->operator, STR("team"), true, &err));
        db_read_end(&w.bob.conn);
}

/* ---- many places ---- */

static struct job *open_job(struct run_fixture *f)
{
        struct job *job = NULL;
        struct err err = { 0 };

        assert_ok(db_read_refresh(f->alice.conn, &err));
        assert_ok(store_job_next(f->alice.conn, &f->arena, JOB_KIND_BIT(JOB_SETTLE_PLACES), 0, &job, &err));
        return job;
}

static int64_t places_of(struct run_fixture *f, int64_t artifact_id)
{
        int64_t count = 0;
        struct err err = { 0 };

        assert_ok(db_read_refresh(f->operator.conn, &err));
        assert_ok(store_int(f->operator.conn, &count, NULL, &err, "SELECT count(*) FROM membership WHERE artifact_id = $1", "i",
                            artifact_id));
        return count;
}

static void settle(struct run_fixture *f, unsigned writes)
{
        struct err err = { 0 };
        struct job *job = open_job(f);
        bool more = true;

        assert_non_null(job);
        for (unsigned i = 0; i < writes; i++) {
                assert_true(more);
                assert_ok(places_settle(&f->alice, job, &more, &err));
        }
        assert_false(more);
        assert_null(open_job(f));
}

static void places_are_changed_in_writes_of_bounded_size(void **state)
{
        struct run_fixture *f = *state;
        struct world w;
        struct artifact *a;
        struct err err = { 0 };
        const int64_t links = 2 * PLACES_MAX + 10;

        make_world(f, &w);
        a = life_log(&f->alice, "a", 1);
        for (int64_t i = 0; i < links; i++)
                link_as(&f->alice, a, arena_printf(&f->arena, "place%lld", (long long)i).ptr, "mine");
        life_delete(&f->alice, a->id);
        assert_int_equal(places_of(f, a->id), links - PLACES_MAX);
        settle(f, 2);
        assert_int_equal(places_of(f, a->id), 0);
        assert_ok(artifact_restore(&f->alice, a->id, &a, &err));
        assert_in_range(places_of(f, a->id), PLACES_MAX, PLACES_MAX + 1);
        /* Deleted again before it was back everywhere, and restored: nothing is lost, nothing is there twice. */
        life_delete(&f->alice, a->id);
        assert_ok(artifact_restore(&f->alice, a->id, &a, &err));
        while (open_job(f)) {
                bool more = true;
                struct job *job = open_job(f);

                while (more)
                        assert_ok(places_settle(&f->alice, job, &more, &err));
        }
        assert_int_equal(places_of(f, a->id), links + 1);
        life_check(f);
        db_read_end(&w.bob.conn);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_bytes, fixture_teardown_bytes)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(restore_leaves_off_an_alias_that_is_protected_by_now),
                TEST(restore_of_a_collection_with_a_protected_alias_wants_an_admin),
                TEST(restore_of_a_project_wants_the_right_to_delete_it),
                TEST(restore_of_a_project_leaves_what_was_deleted_before_it),
                TEST(protect_keeps_what_carries_a_protected_alias),
                TEST(places_are_changed_in_writes_of_bounded_size),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
