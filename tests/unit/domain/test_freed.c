/* What the deletion of a version would give back: held against what the reclaimer gives back. */
#include "life_fixture.h"

#include "domain/freed.h"
#include "store/run_file.h"

static struct freed *freed_of(struct run_fixture *f, struct call *call, int64_t id, struct freed_bounds bounds)
{
        struct freed *freed = NULL;
        struct err err = { 0 };

        assert_ok(db_read_refresh(call->conn, &err));
        assert_ok(freed_by_deletion(call, life_see(f, id), &bounds, &freed, &err));
        return freed;
}

static void freed_is_what_the_reclaimer_gives_back(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *own = life_log(&f->alice, "a", 1), *shared = life_log(&f->alice, "a", 2);
        struct freed *freed;
        struct reclaim_counts counts;

        life_log(&f->alice, "b", 2);
        freed = freed_of(f, &f->alice, shared->id, freed_bounds_usual);
        assert_int_equal(freed->at_most_bytes, 0);
        freed = freed_of(f, &f->alice, own->id, freed_bounds_usual);
        assert_int_equal(freed->at_least_bytes, freed->at_most_bytes);
        assert_int_equal(freed->at_least_bytes, LIFE_SMALL);
        assert_int_equal(freed->restore_s, RESTORE_DAYS_STANDARD * LIFE_DAY_S);
        life_delete(&f->alice, own->id);
        assert_null(freed_of(f, &f->alice, own->id, freed_bounds_usual));
        life_age(f, 30 * LIFE_DAY_S);
        counts = life_reclaim(f, (struct reclaim_order){ 0 });
        assert_true(counts.deleted_bytes >= LIFE_SMALL);
        assert_false(life_has_content(f, 1));
        assert_true(life_has_content(f, 2));
}

/* A deleted version keeps shared content while it can be restored, and not after that. */
static void freed_counts_what_only_a_purged_version_had(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *a = life_log(&f->alice, "a", 5), *b = life_log(&f->alice, "b", 5);

        life_delete(&f->alice, b->id);
        assert_int_equal(freed_of(f, &f->alice, a->id, freed_bounds_usual)->at_most_bytes, 0);
        life_age(f, 30 * LIFE_DAY_S);
        assert_int_equal(freed_of(f, &f->alice, a->id, freed_bounds_usual)->at_least_bytes, LIFE_LARGE);
}

static void freed_is_unsure_when_not_all_was_read(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *a = life_log(&f->alice, "a", 1);
        struct freed_bounds few = freed_bounds_usual;
        struct freed *freed;

        life_log(&f->alice, "b", 2);
        life_log(&f->alice, "c", 3);
        few.versions = 1;
        freed = freed_of(f, &f->alice, a->id, few);
        assert_int_equal(freed->at_least_bytes, 0);
        assert_int_equal(freed->at_most_bytes, LIFE_SMALL);
        few = freed_bounds_usual;
        few.entries = 1;
        assert_int_equal(freed_of(f, &f->alice, a->id, few)->at_least_bytes, 0);
        /* Of its own files none is looked at: nothing is sure, and all of it possible. */
        few = freed_bounds_usual;
        few.own_files = 0;
        freed = freed_of(f, &f->alice, a->id, few);
        assert_int_equal(freed->at_least_bytes, 0);
        assert_int_equal(freed->at_most_bytes, LIFE_SMALL);
}

static void freed_is_told_to_those_who_may_delete(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *a = life_log(&f->alice, "a", 1);

        assert_null(freed_of(f, &f->mallory, a->id, freed_bounds_usual));
        assert_non_null(freed_of(f, &f->operator, a->id, freed_bounds_usual));
}

/* Who may not see a version does not learn from the figures that it has the same content. */
static void freed_does_not_tell_what_is_hidden(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *a = life_log(&f->alice, "a", 1), *hidden = NULL;
        struct artifact_input in = {
                .entity_name = STR("mallory"), .project_name = STR("own"), .type_name = STR("model"),
                .collection_name = STR("h"), .ttl_s = TTL_UNSET, .history_step = -1,
        };
        struct freed *freed;
        struct err err = { 0 };

        for (unsigned number = 2; number > 0; number--) {   /* other content, then the same */
                in.digest = life_digest(&f->arena, number);
                assert_ok(artifact_create(&f->mallory, &in, &hidden, &err));
                life_send(&f->mallory, hidden, number);
                assert_ok(artifact_commit(&f->mallory, hidden->id, &hidden, &err));
                freed = freed_of(f, &f->alice, a->id, freed_bounds_usual);
                assert_int_equal(freed->at_least_bytes, 0);
                assert_int_equal(freed->at_most_bytes, LIFE_SMALL);
        }
        assert_int_equal(freed_of(f, &f->operator, a->id, freed_bounds_usual)->at_most_bytes, 0);
}

/* What a run's table is made of was sent for the run, too, and stays with it. */
static enum rc put_run_file(struct db_conn *conn, void *payload, struct err *err)
{
        return store_run_file_put(conn, payload, err);
}

static void freed_leaves_what_its_run_has(void **state)
{
        struct run_fixture *f = *state;
        const struct run *run = fixture_run(f, "r");
        struct artifact *a = life_log(&f->alice, "a", 1);
        struct str content = life_content(&f->arena, 1);
        struct run_file file = { .run_id = run->id, .name = STR("media/t.json"), .size_bytes = LIFE_SMALL };
        struct freed *freed = NULL;
        struct err err = { 0 };

        crypto_sha256(content.ptr, content.len, file.sha256);
        assert_ok(db_write(f->domain.db, put_run_file, &file, &err));
        assert_int_equal(freed_of(f, &f->alice, a->id, freed_bounds_usual)->at_least_bytes, LIFE_SMALL);
        a = life_see(f, a->id);
        a->run_id = run->id;
        assert_ok(db_read_refresh(f->alice.conn, &err));
        assert_ok(freed_by_deletion(&f->alice, a, &freed_bounds_usual, &freed, &err));
        assert_int_equal(freed->at_most_bytes, 0);
}

static struct freed *freed_of_all(struct run_fixture *f, struct call *call, const int64_t *ids, size_t count)
{
        const struct artifact *all[8];
        struct freed *freed = NULL;
        struct err err = { 0 };

        assert_true(count <= ARRAY_LEN(all));
        for (size_t i = 0; i < count; i++)
                all[i] = life_see(f, ids[i]);
        assert_ok(db_read_refresh(call->conn, &err));
        assert_ok(freed_by_deletions(call, all, count, &freed_bounds_usual, &freed, &err));
        return freed;
}

/* Nothing is freed by either alone, and all of it by both. */
static void freed_by_several_counts_what_they_share_once(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *a = life_log(&f->alice, "a", 2), *b = life_log(&f->alice, "b", 2), *c = life_log(&f->alice, "c", 3);
        struct reclaim_counts counts;
        struct freed *freed;

        assert_int_equal(freed_of(f, &f->alice, a->id, freed_bounds_usual)->at_most_bytes, 0);
        assert_int_equal(freed_of(f, &f->alice, b->id, freed_bounds_usual)->at_most_bytes, 0);
        freed = freed_of_all(f, &f->alice, (int64_t[]){ b->id, a->id, b->id }, 3);
        assert_int_equal(freed->at_least_bytes, LIFE_SMALL);
        assert_int_equal(freed->at_most_bytes, LIFE_SMALL);
        freed = freed_of_all(f, &f->alice, (int64_t[]){ c->id, a->id }, 2);
        assert_int_equal(freed->at_most_bytes, LIFE_SMALL);
        freed = freed_of_all(f, &f->alice, (int64_t[]){ c->id, a->id, b->id }, 3);
        assert_int_equal(freed->at_least_bytes, 2 * LIFE_SMALL);
        assert_int_equal(freed->at_most_bytes, 2 * LIFE_SMALL);
        assert_int_equal(freed->restore_s, RESTORE_DAYS_STANDARD * LIFE_DAY_S);
        life_delete(&f->alice, a->id);
        life_delete(&f->alice, b->id);
        life_age(f, 30 * LIFE_DAY_S);
        counts = life_reclaim(f, (struct reclaim_order){ 0 });
        assert_true(counts.deleted_bytes >= LIFE_SMALL);
        assert_false(life_has_content(f, 2));
        assert_true(life_has_content(f, 3));
}

/* What stays keeps its content, also content of those that go. */
static void freed_by_several_leaves_those_that_stay(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *a = life_log(&f->alice, "a", 2), *b = life_log(&f->alice, "b", 2), *c = life_log(&f->alice, "c", 3);

        assert_null(freed_of_all(f, &f->mallory, (int64_t[]){ a->id, c->id }, 2));
        assert_null(freed_of_all(f, &f->alice, NULL, 0));
        life_delete(&f->alice, b->id);
        assert_int_equal(freed_of_all(f, &f->alice, (int64_t[]){ a->id, b->id, c->id }, 3)->at_most_bytes, LIFE_SMALL);
}

static void freed_by_several_has_bounds(void **state)
{
        struct run_fixture *f = *state;
        const struct artifact *all[FREED_MAX + 1];
        struct freed_bounds few = freed_bounds_usual;
        struct freed *freed = NULL;
        struct err err = { 0 };

        all[0] = life_see(f, life_log(&f->alice, "a", 1)->id);
        all[1] = life_see(f, life_log(&f->alice, "b", 5)->id);
        assert_ok(db_read_refresh(f->alice.conn, &err));
        /* One of the two is looked at: what the other frees is possible, and not sure. */
        few.own_files = 1;
        assert_ok(freed_by_deletions(&f->alice, all, 2, &few, &freed, &err));
        assert_int_equal(freed->at_least_bytes, LIFE_SMALL);
        assert_int_equal(freed->at_most_bytes, LIFE_SMALL + LIFE_LARGE);
        for (size_t i = 2; i < ARRAY_LEN(all); i++)
                all[i] = all[0];
        assert_ok(freed_by_deletions(&f->alice, all, FREED_MAX, &freed_bounds_usual, &freed, &err));
        assert_int_equal(freed->at_least_bytes, LIFE_SMALL + LIFE_LARGE);
        assert_int_equal(freed_by_deletions(&f->alice, all, FREED_MAX + 1, &freed_bounds_usual, &freed, &err), RC_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_bytes, fixture_teardown_bytes)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(freed_is_what_the_reclaimer_gives_back),
                TEST(freed_counts_what_only_a_purged_version_had),
                TEST(freed_is_unsure_when_not_all_was_read),
                TEST(freed_is_told_to_those_who_may_delete),
                TEST(freed_does_not_tell_what_is_hidden),
                TEST(freed_leaves_what_its_run_has),
                TEST(freed_by_several_counts_what_they_share_once),
                TEST(freed_by_several_leaves_those_that_stay),
                TEST(freed_by_several_has_bounds),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
