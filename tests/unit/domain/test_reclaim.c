/* Giving bytes back: what goes, what stays, what comes meanwhile, and what an end in the middle leaves. */
#include "life_fixture.h"

#include "domain/collection.h"

/* ---- what goes and what stays ---- */

static void reclaim_takes_what_nobody_needs_after_the_window(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *kept = life_log(&f->alice, "a", 1), *gone = life_log(&f->alice, "a", 2);
        struct artifact *shared = life_log(&f->alice, "b", 1), *large = life_log(&f->alice, "a", 5);
        struct reclaim_counts counts;

        life_delete(&f->alice, gone->id);
        life_delete(&f->alice, shared->id);
        life_delete(&f->alice, large->id);
        life_age(f, 6 * LIFE_DAY_S);
        counts = life_reclaim(f, (struct reclaim_order){ 0 });
        assert_int_equal(counts.versions_purged + counts.deleted_blobs, 0);
        life_age(f, 2 * LIFE_DAY_S);
        counts = life_reclaim(f, (struct reclaim_order){ .dry_run = true });
        assert_int_equal(counts.versions_purged, 0);
        /* Three manifests and their indexes, less what the two of the same content share, and two files. */
        assert_int_equal(counts.deleted_blobs, 6);
        assert_true(life_has_content(f, 2) && life_has_content(f, 5));
        counts = life_reclaim(f, (struct reclaim_order){ 0 });
        assert_int_equal(counts.versions_purged, 3);
        assert_int_equal(counts.deleted_blobs, 6);
        assert_true(life_has_content(f, 1));
        assert_false(life_has_content(f, 2) || life_has_content(f, 5));
        assert_int_equal(life_see(f, kept->id)->state, ARTIFACT_COMMITTED);
        life_check(f);
        assert_int_equal(life_reclaim(f, (struct reclaim_order){ 0 }).deleted_blobs, 0);
}

static void reclaim_works_the_same_through_small_windows(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *a;

        for (unsigned n = 1; n <= 450; n++) {
                a = life_log(&f->alice, "many", n * 5 + 1);
                if (n % 3)
                        life_delete(&f->alice, a->id);
                if (n % 100 == 0)
                        arena_done(&f->arena);
        }
        life_age(f, 9 * LIFE_DAY_S);
        /* Windows hold no fewer than a page of a thousand. */
        assert_int_equal(life_reclaim(f, (struct reclaim_order){ .window_blobs = 1 }).deleted_blobs, 3 * 300);
        assert_int_equal(life_reclaim(f, (struct reclaim_order){ 0 }).deleted_blobs, 0);
        life_check(f);
}

static void reclaim_spares_what_was_sent_and_not_committed_yet(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *pending = life_begin(&f->alice, "a", 3);
        struct err err = { 0 };

        life_send(&f->alice, pending, 3);
        life_age(f, LIFE_DAY_S);
        assert_int_equal(life_reclaim(f, (struct reclaim_order){ 0 }).deleted_blobs, 0);
        assert_ok(artifact_commit(&f->alice, pending->id, &pending, &err));
        life_check(f);
        pending = life_begin(&f->alice, "a", 4);
        life_send(&f->alice, pending, 4);
        life_age(f, 2 * LIFE_DAY_S);
        assert_int_equal(life_reclaim(f, (struct reclaim_order){ 0 }).pending_ended, 1);
        assert_false(life_has_content(f, 4));
        assert_int_equal(artifact_commit(&f->alice, pending->id, &pending, &err), RC_CONFLICT);
}

static void reclaim_keeps_what_a_link_needs_of_a_deleted_collection(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *linked = life_log(&f->alice, "home", 6), *alone = life_log(&f->alice, "home", 7);
        const struct link_input link = { .artifact_id = linked->id, .entity_name = STR("team"), .project_name = STR("other"),
                                         .portfolio_name = STR("kept") };
        struct collection *home = NULL;
        struct version *made = NULL;
        struct run *run = NULL;
        bool inserted = false;
        struct err err = { 0 };

        assert_ok(run_upsert(&f->alice, &(struct run_input){ .entity_name = STR("team"), .project_name = STR("other"),
                                                              .name = STR("r") }, &run, &inserted, &err));
        assert_ok(artifact_link(&f->alice, &link, &made, &err));
        assert_ok(store_collection_by_id(f->alice.conn, &f->arena, linked->sequence_id, &home, &err));
        assert_ok(collection_delete(&f->alice, home->id, COLLECTION_SEQUENCE, &home, &err));
        life_age(f, 8 * LIFE_DAY_S);
        life_reclaim(f, (struct reclaim_order){ 0 });
        life_age(f, 2 * 3600);
        assert_int_equal(life_reclaim(f, (struct reclaim_order){ 0 }).versions_purged, 1);
        assert_true(life_has_content(f, 6));
        assert_false(life_has_content(f, 7));
        assert_int_equal(life_see(f, alone->id)->state, ARTIFACT_DELETED);
        assert_int_equal(life_see(f, linked->id)->state, ARTIFACT_COMMITTED);
}

/* ---- meanwhile ---- */

/* Somebody logs the content that the reclaimer is after: sends it at one small step, commits at another. */
struct meanwhile {
        struct run_fixture *f;
        struct call call;             /* with a connection of its own */
        struct arena arena;
        unsigned number, steps, send_at, commit_at;
        struct artifact *artifact;
        bool committed, refused;
};

static void meanwhile_send(struct meanwhile *m)
{
        m->artifact = life_begin(&m->call, "again", m->number);
        if (m->artifact->state == ARTIFACT_PENDING)
                life_send(&m->call, m->artifact, m->number);
}

static void meanwhile_commit(struct meanwhile *m)
{
        struct err err = { 0 };
        enum rc rc = artifact_commit(&m->call, m->artifact->id, &m->artifact, &err);

        m->committed = rc == RC_OK;
        m->refused = rc != RC_OK;
        if (rc && rc != RC_INVALID && rc != RC_CONFLICT && rc != RC_NOT_FOUND)
                fail_msg("the commit ended with %s: %s", rc_name(rc), err.msg);
}

static bool meanwhile_step(void *payload)
{
        struct meanwhile *m = payload;

        if (m->steps == m->send_at && !m->artifact)
                meanwhile_send(m);
        if (m->steps == m->commit_at && m->artifact && !m->committed && !m->refused)
                meanwhile_commit(m);
        m->steps++;
        return false;
}

static void reclaim_never_takes_what_a_commit_under_way_needs(void **state)
{
        struct run_fixture *f = *state;
        unsigned committed = 0, taken = 0, random = 12345;
        struct err err = { 0 };

        /* There are steps between reading which versions there are and the end of marking only when there are some. */
        for (unsigned number = 900; number < 904; number++)
                life_log(&f->alice, "kept", number);
        for (unsigned round = 0; round < 56; round++) {
                unsigned number = 1000 + round;
                struct meanwhile m = { .f = f, .call = f->alice, .number = number };
                struct artifact *old = life_log(&f->alice, "old", number);

                random = random * 1103515245 + 12345;
                /* All of it at each step once, then spread by chance. */
                m.send_at = round < 48 ? round : random >> 16 & 63;
                m.commit_at = round < 48 ? round : m.send_at + (random >> 20 & 15);
                arena_init(&m.arena, 0);
                m.call.arena = &m.arena;
                m.call.conn = NULL;
                assert_ok(db_read_begin(f->domain.db, &m.call.conn, &err));
                life_delete(&f->alice, old->id);
                life_age(f, 8 * LIFE_DAY_S);
                assert_ok(db_read_refresh(m.call.conn, &err));
                life_reclaim(f, (struct reclaim_order){ .stop = meanwhile_step, .payload = &m });
                taken += !life_has_content(f, number);
                if (!m.artifact)
                        meanwhile_send(&m);
                if (!m.committed && !m.refused)
                        meanwhile_commit(&m);
                committed += m.committed;
                if (m.committed) {
                        assert_true(life_has_content(f, number));
                        life_delete(&m.call, m.artifact->id);
                }
                db_read_end(&m.call.conn);
                arena_done(&m.arena);
        }
        life_check(f);
        /* Both must have happened, or the test shows nothing. */
        assert_true(committed > 30);
        assert_true(taken > 0);
}

static void reclaim_keeps_what_was_restored_just_before(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *a = life_log(&f->alice, "a", 11);
        struct err err = { 0 };

        life_delete(&f->alice, a->id);
        life_age(f, 7 * LIFE_DAY_S - 60);
        assert_ok(artifact_restore(&f->alice, a->id, &a, &err));
        life_age(f, LIFE_DAY_S);
        assert_int_equal(life_reclaim(f, (struct reclaim_order){ 0 }).deleted_blobs, 0);
        life_check(f);
}

/* ---- ended in the middle ---- */

struct cut {
        unsigned steps, at;
};

static bool cut_step(void *payload)
{
        struct cut *cut = payload;

        return cut->steps++ == cut->at;
}

static void reclaim_ended_at_any_step_leaves_all_that_is_needed(void **state)
{
        struct run_fixture *f = *state;
        unsigned ended = 0;
        struct err err = { 0 };

        for (unsigned at = 0; at < 40; at++) {
                struct cut cut = { 0, at };
                const struct reclaim_order order = { .restore_s = 7 * LIFE_DAY_S, .stop = cut_step, .payload = &cut };
                struct artifact *kept = life_log(&f->alice, "kept", 2000 + at);
                struct artifact *same = life_log(&f->alice, "same", 2000 + at), *gone = life_log(&f->alice, "gone", 3000 + at);
                struct reclaim_counts counts;
                enum rc rc;

                life_delete(&f->alice, same->id);
                life_delete(&f->alice, gone->id);
                life_age(f, 8 * LIFE_DAY_S);
                rc = reclaim_run(&f->operator, &order, &counts, &err);
                assert_true(rc == RC_OK || rc == RC_UNAVAILABLE);
                ended += rc == RC_UNAVAILABLE;
                assert_true(life_has_content(f, 2000 + at));
                assert_int_equal(life_see(f, kept->id)->state, ARTIFACT_COMMITTED);
                arena_done(&f->arena);
        }
        assert_true(ended > 5);
        life_check(f);
        life_reclaim(f, (struct reclaim_order){ 0 });
        for (unsigned at = 0; at < 40; at++)
                assert_true(life_has_content(f, 2000 + at) && !life_has_content(f, 3000 + at));
        assert_int_equal(life_reclaim(f, (struct reclaim_order){ 0 }).deleted_blobs, 0);
}

static void reclaim_deletes_nothing_when_an_index_cannot_be_read(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *whole = life_log(&f->alice, "a", 21), *gone = life_log(&f->alice, "a", 22);
        const struct reclaim_order order = { .restore_s = 7 * LIFE_DAY_S };
        struct blob_ref index = { .size_bytes = (uint64_t)whole->index.size_bytes };
        struct reclaim_counts counts;
        struct err err = { 0 };

        life_delete(&f->alice, gone->id);
        whole = life_see(f, whole->id);
        index.size_bytes = (uint64_t)whole->index.size_bytes;
        memcpy(index.sha256, whole->index.sha256, 32);
        assert_ok(blob_delete(f->domain.blobs, &index, &err));
        life_age(f, 8 * LIFE_DAY_S);
        assert_int_equal(reclaim_run(&f->operator, &order, &counts, &err), RC_CORRUPT);
        assert_true(life_has_content(f, 22));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_bytes, fixture_teardown_bytes)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(reclaim_takes_what_nobody_needs_after_the_window),
                TEST(reclaim_works_the_same_through_small_windows),
                TEST(reclaim_spares_what_was_sent_and_not_committed_yet),
                TEST(reclaim_keeps_what_a_link_needs_of_a_deleted_collection),
                TEST(reclaim_never_takes_what_a_commit_under_way_needs),
                TEST(reclaim_keeps_what_was_restored_just_before),
                TEST(reclaim_ended_at_any_step_leaves_all_that_is_needed),
                TEST(reclaim_deletes_nothing_when_an_index_cannot_be_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
