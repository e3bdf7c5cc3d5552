/*
 * Joins that begin while parts come: that they happen, and that whatever goes wrong with them changes nothing but who does
 * the work. What a store opens and drops is counted; the tests wait for these counts, never for a time.
 */
#include "run_fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#include "blob/internal.h"
#include "domain/upload.h"
#include "domain/upload_join.h"

enum { PART_BYTES = 100000, PARTS_MAX = 4 };

static struct {
        const struct blob_ops *blobs_usual, *parts_usual;
        struct blob_ops blobs, parts;
        atomic_uint opened;           /* parts that somebody began to join */
        atomic_uint copied;           /* pieces; each part is one */
        atomic_uint dropped;          /* temporary files */
        atomic_bool full;             /* the main store's disk */
} watch;

static enum rc watching_open(struct blob_store *store, struct arena *arena, const struct blob_ref *ref,
                             struct blob_view *ret, struct err *err)
{
        atomic_fetch_add(&watch.opened, 1);
        return watch.parts_usual->open(store, arena, ref, ret, err);
}

static void watching_abort(struct blob_file *file)
{
        watch.blobs_usual->file_abort(file);
        atomic_fetch_add(&watch.dropped, 1);
}

static enum rc watching_copy(struct blob_file *file, int fd, uint64_t offset, struct str data, struct err *err)
{
        if (atomic_load(&watch.full))
                return blob_error_disk_full(err);
        atomic_fetch_add(&watch.copied, 1);
        return watch.blobs_usual->file_copy(file, fd, offset, data, err);
}

/* A minute is far more than any machine needs for it; a test that waits in vain fails. */
static void wait_until(atomic_uint *counter, unsigned count)
{
        for (unsigned tries = 0; atomic_load(counter) < count; tries++) {
                if (tries == 60000)
                        fail_msg("only %u of %u", atomic_load(counter), count);
                (void)usleep(1000);
        }
        assert_int_equal(atomic_load(counter), count);
}

static void begin_joins(struct run_fixture *f, struct upload_joins_config config)
{
        config.blobs = f->domain.blobs;
        config.parts = f->domain.parts;
        if (!config.from_bytes)
                config.from_bytes = 1;
        if (!config.room_bytes)
                config.room_bytes = 1;
        upload_joins_free(f->domain.joins);
        f->domain.joins = upload_joins_new(&config);
}

static int setup(void **state)
{
        struct run_fixture *f;

        if (fixture_setup_bytes(state))
                return -1;
        f = *state;
        watch.blobs_usual = f->domain.blobs->ops;
        watch.parts_usual = f->domain.parts->ops;
        watch.blobs = *watch.blobs_usual;
        watch.parts = *watch.parts_usual;
        watch.blobs.file_abort = watching_abort;
        watch.blobs.file_copy = watching_copy;
        watch.parts.open = watching_open;
        f->domain.blobs->ops = &watch.blobs;
        f->domain.parts->ops = &watch.parts;
        atomic_store(&watch.opened, 0);
        atomic_store(&watch.copied, 0);
        atomic_store(&watch.dropped, 0);
        atomic_store(&watch.full, false);
        begin_joins(f, (struct upload_joins_config){ .at_once = 2 });
        return 0;
}

static int teardown(void **state)
{
        struct run_fixture *f = *state;

        upload_joins_free(f->domain.joins);
        return fixture_teardown_bytes(state);
}

/* ---- a client ---- */

static void part_bytes(char *ret, char seed)
{
        for (size_t i = 0; i < PART_BYTES; i++)
                ret[i] = (char)(seed + (char)(i % 61));
}

struct pending {
        struct artifact *artifact;
        int64_t upload_id;
        size_t count;
        char etags[PARTS_MAX][33];
        struct blob_ref whole;
};

/* A file of one part for each letter of `seeds`. */
static struct pending begin(struct run_fixture *f, const char *name, const char *seeds)
{
        const struct artifact_input in = {
                .entity_name = STR("team"), .project_name = STR("proj"), .type_name = STR("model"),
                .collection_name = str_from(name), .digest = str_from(name), .ttl_s = TTL_UNSET, .history_step = -1,
        };
        struct pending p = { .count = strlen(seeds) };
        char *bytes = arena_alloc(&f->arena, p.count * PART_BYTES);
        struct part_plan plans[PARTS_MAX] = { 0 };
        struct err err = { 0 };
        uint8_t md5[16];

        assert_ok(artifact_create(&f->alice, &in, &p.artifact, &err));
        for (size_t i = 0; i < p.count; i++) {
                char *part = bytes + i * PART_BYTES;

                part_bytes(part, seeds[i]);
                plans[i] = (struct part_plan){ .part = (int64_t)i + 1, .has_md5 = true };
                crypto_md5(part, PART_BYTES, plans[i].md5);
                snprintf(p.etags[i], sizeof(p.etags[i]), "%s", crypto_hex(&f->arena, plans[i].md5, 16).ptr);
        }
        p.whole.size_bytes = p.count * PART_BYTES;
        crypto_sha256(bytes, p.count * PART_BYTES, p.whole.sha256);
        crypto_md5(bytes, p.count * PART_BYTES, md5);
        assert_ok(upload_parts_begin(&f->alice, p.artifact, md5, DIGEST_MD5, md5, STR("path"), plans, p.count, &p.upload_id,
                                     &err));
        return p;
}

static void send_part(struct call *call, const struct pending *p, int64_t number, char seed)
{
        char bytes[PART_BYTES];
        struct blob_digests digests;
        struct err err = { 0 };

        part_bytes(bytes, seed);
        assert_ok(blob_put_bytes(call->domain->parts, (struct str){ bytes, PART_BYTES }, &digests, &err));
        assert_ok(upload_part_done(call, p->upload_id, number, &digests, &err));
}

static void delete_part(struct run_fixture *f, char seed)
{
        char bytes[PART_BYTES];
        struct blob_ref ref = { .size_bytes = PART_BYTES };
        struct err err = { 0 };

        part_bytes(bytes, seed);
        crypto_sha256(bytes, PART_BYTES, ref.sha256);
        assert_ok(blob_delete(f->domain.parts, &ref, &err));
}

static bool part_is_there(struct run_fixture *f, char seed)
{
        char bytes[PART_BYTES];
        struct blob_ref ref = { .size_bytes = PART_BYTES };
        struct err err = { 0 };
        bool there = false;

        part_bytes(bytes, seed);
        crypto_sha256(bytes, PART_BYTES, ref.sha256);
        assert_ok(blob_exists(f->domain.parts, &ref, false, &there, &err));
        return there;
}

static enum rc complete(struct call *call, const struct pending *p, struct err *err)
{
        struct completed_part parts[PARTS_MAX];

        for (size_t i = 0; i < p->count; i++)
                parts[i] = (struct completed_part){ (int64_t)i + 1, str_from(p->etags[i]) };
        return upload_parts_complete(call, p->artifact->id, STR("path"), p->upload_id, parts, p->count, err);
}

static void assert_whole(struct run_fixture *f, const struct pending *p)
{
        struct err err = { 0 };

        assert_ok(blob_verify(f->domain.blobs, &p->whole, &err));
}

static void complete_well(struct run_fixture *f, const struct pending *p)
{
        struct err err = { 0 };

        assert_ok(complete(&f->alice, p, &err));
        assert_whole(f, p);
}

/* ---- the tests ---- */

static void parts_in_order_are_joined_as_they_come(void **state)
{
        struct run_fixture *f = *state;
        struct pending p = begin(f, "a", "ABC");

        for (unsigned i = 0; i < 3; i++) {
                send_part(&f->alice, &p, i + 1, "ABC"[i]);
                wait_until(&watch.opened, i + 1);
        }
        complete_well(f, &p);
        /* Nothing was joined twice. */
        assert_int_equal(atomic_load(&watch.opened), 3);
        assert_int_equal(atomic_load(&watch.dropped), 0);
        assert_false(part_is_there(f, 'A'));
        complete_well(f, &p);
        assert_int_equal(atomic_load(&watch.opened), 3);
}

static void complete_does_what_is_left(void **state)
{
        struct run_fixture *f = *state;
        struct pending p = begin(f, "a", "ABCD");
        struct err err = { 0 };

        send_part(&f->alice, &p, 1, 'A');
        wait_until(&watch.opened, 1);
        send_part(&f->alice, &p, 4, 'D');
        send_part(&f->alice, &p, 3, 'C');
        /* Too early: the join goes on afterwards. */
        assert_int_equal(complete(&f->alice, &p, &err), RC_CONFLICT);
        send_part(&f->alice, &p, 2, 'B');
        complete_well(f, &p);
        assert_int_equal(atomic_load(&watch.opened), 4);
}

static void parts_in_reverse_wait_for_the_first(void **state)
{
        struct run_fixture *f = *state;
        struct pending p = begin(f, "a", "ABC");

        send_part(&f->alice, &p, 3, 'C');
        send_part(&f->alice, &p, 2, 'B');
        assert_int_equal(atomic_load(&watch.opened), 0);
        send_part(&f->alice, &p, 1, 'A');
        wait_until(&watch.opened, 3);
        complete_well(f, &p);
        assert_int_equal(atomic_load(&watch.opened), 3);
}

static void little_is_not_joined_early(void **state)
{
        struct run_fixture *f = *state;
        struct pending p = begin(f, "a", "ABC"), one = begin(f, "one", "D");

        begin_joins(f, (struct upload_joins_config){ .at_once = 2, .from_bytes = 2 * PART_BYTES });
        send_part(&f->alice, &p, 1, 'A');
        send_part(&f->alice, &p, 3, 'C');
        assert_int_equal(atomic_load(&watch.opened), 0);
        send_part(&f->alice, &p, 2, 'B');
        wait_until(&watch.opened, 3);
        complete_well(f, &p);
        /* A file in one part has no earlier time. */
        begin_joins(f, (struct upload_joins_config){ .at_once = 2 });
        send_part(&f->alice, &one, 1, 'D');
        assert_int_equal(atomic_load(&watch.opened), 3);
        complete_well(f, &one);
}

static void part_that_is_replaced_begins_anew(void **state)
{
        struct run_fixture *f = *state;
        struct pending p = begin(f, "a", "ABC");

        send_part(&f->alice, &p, 1, 'X');
        wait_until(&watch.opened, 1);
        send_part(&f->alice, &p, 1, 'X'); /* the same again changes nothing */
        send_part(&f->alice, &p, 2, 'B');
        wait_until(&watch.opened, 2);
        send_part(&f->alice, &p, 1, 'A');
        wait_until(&watch.dropped, 1);
        wait_until(&watch.opened, 4);
        send_part(&f->alice, &p, 3, 'C');
        wait_until(&watch.opened, 5);
        complete_well(f, &p);
        assert_int_equal(atomic_load(&watch.opened), 5);
        assert_int_equal(atomic_load(&watch.dropped), 1);
}

static void part_that_is_replaced_often_is_left_to_complete(void **state)
{
        struct run_fixture *f = *state;
        struct pending p = begin(f, "a", "AB");

        for (unsigned i = 0; i < 4; i++) {
                send_part(&f->alice, &p, 1, "WXYZ"[i]);
                wait_until(&watch.copied, i + 1);
        }
        send_part(&f->alice, &p, 1, 'A');
        wait_until(&watch.dropped, 4);
        send_part(&f->alice, &p, 2, 'B');
        assert_int_equal(atomic_load(&watch.opened), 4);
        complete_well(f, &p);
        assert_int_equal(atomic_load(&watch.opened), 6);
}

/* As if the part's row had been written by a request whose word did not get here. */
static void part_that_is_replaced_behind_its_back_is_found(void **state)
{
        struct run_fixture *f = *state;
        struct domain silent = f->domain;
        struct call call = f->alice;
        struct pending p = begin(f, "a", "ABC");
        struct err err = { 0 };

        silent.joins = NULL;
        call.domain = &silent;
        send_part(&f->alice, &p, 1, 'A');
        send_part(&f->alice, &p, 2, 'X');
        wait_until(&watch.opened, 2);
        send_part(&call, &p, 2, 'B');
        assert_ok(db_read_refresh(f->alice.conn, &err));
        send_part(&f->alice, &p, 3, 'C');
        wait_until(&watch.opened, 3);
        complete_well(f, &p);
        assert_int_equal(atomic_load(&watch.opened), 6);
        assert_int_equal(atomic_load(&watch.dropped), 1);
}

static void wrong_whole_is_refused(void **state)
{
        struct run_fixture *f = *state;
        struct pending p = begin(f, "a", "AB"), other = begin(f, "b", "AC"), wrong = p;
        struct err err = { 0 };

        /* Each part is the one that the client names, but together they are another file. */
        memcpy(wrong.etags, other.etags, sizeof(wrong.etags));
        send_part(&f->alice, &p, 1, 'A');
        send_part(&f->alice, &p, 2, 'C');
        wait_until(&watch.opened, 2);
        assert_int_equal(complete(&f->alice, &wrong, &err), RC_INVALID);
        assert_int_equal(blob_verify(f->domain.blobs, &other.whole, &err), RC_NOT_FOUND);
        assert_int_equal(atomic_load(&watch.dropped), 1);
        send_part(&f->alice, &p, 2, 'B');
        complete_well(f, &p);
}

static void part_that_went_is_reported_by_complete(void **state)
{
        struct run_fixture *f = *state;
        struct pending p = begin(f, "a", "ABC");
        struct err err = { 0 };

        send_part(&f->alice, &p, 2, 'B');
        delete_part(f, 'B');
        send_part(&f->alice, &p, 1, 'A');
        wait_until(&watch.dropped, 1);
        send_part(&f->alice, &p, 3, 'C');
        assert_int_equal(complete(&f->alice, &p, &err), RC_NOT_FOUND);
        send_part(&f->alice, &p, 2, 'B');
        complete_well(f, &p);
}

static void full_disk_is_reported_by_complete(void **state)
{
        struct run_fixture *f = *state;
        struct pending p = begin(f, "a", "ABC");
        struct err err = { 0 };

        send_part(&f->alice, &p, 1, 'A');
        wait_until(&watch.opened, 1);
        atomic_store(&watch.full, true);
        send_part(&f->alice, &p, 2, 'B');
        /* The space is free again at once, and nobody tries again soon. */
        wait_until(&watch.dropped, 1);
        send_part(&f->alice, &p, 3, 'C');
        assert_int_equal(complete(&f->alice, &p, &err), RC_UNAVAILABLE);
        assert_int_equal(atomic_load(&watch.dropped), 2);
        atomic_store(&watch.full, false);
        complete_well(f, &p);
}

static void nearly_full_disk_is_left_to_others(void **state)
{
        struct run_fixture *f = *state;
        struct pending p = begin(f, "a", "ABC");

        begin_joins(f, (struct upload_joins_config){ .at_once = 2, .room_bytes = UINT64_MAX / 2 });
        for (unsigned i = 0; i < 3; i++)
                send_part(&f->alice, &p, i + 1, "ABC"[i]);
        assert_int_equal(atomic_load(&watch.opened), 0);
        complete_well(f, &p);
        assert_int_equal(atomic_load(&watch.opened), 3);
}

static void upload_that_is_aborted_drops_its_join(void **state)
{
        struct run_fixture *f = *state;
        struct pending p = begin(f, "a", "ABC");
        struct err err = { 0 };

        send_part(&f->alice, &p, 1, 'A');
        wait_until(&watch.copied, 1);
        assert_ok(upload_parts_abort(&f->alice, p.artifact->id, p.upload_id, &err));
        assert_int_equal(atomic_load(&watch.dropped), 1);
        assert_int_equal(complete(&f->alice, &p, &err), RC_NOT_FOUND);
        /* Its place is free. */
        begin_joins(f, (struct upload_joins_config){ .at_once = 1 });
        p = begin(f, "b", "ABC");
        send_part(&f->alice, &p, 1, 'A');
        wait_until(&watch.copied, 2);
        assert_ok(upload_parts_abort(&f->alice, p.artifact->id, p.upload_id, &err));
        p = begin(f, "c", "ABC");
        send_part(&f->alice, &p, 1, 'A');
        wait_until(&watch.copied, 3);
}

static void upload_that_stands_still_loses_its_join(void **state)
{
        struct run_fixture *f = *state;
        struct pending p = begin(f, "a", "ABC");

        begin_joins(f, (struct upload_joins_config){ .at_once = 1, .idle_ms = 1 });
        send_part(&f->alice, &p, 1, 'A');
        wait_until(&watch.dropped, 1);
        begin_joins(f, (struct upload_joins_config){ .at_once = 1 });
        /* It comes back: what is there already is found in the rows. */
        atomic_store(&watch.opened, 0);
        send_part(&f->alice, &p, 2, 'B');
        wait_until(&watch.opened, 2);
        send_part(&f->alice, &p, 3, 'C');
        complete_well(f, &p);
        assert_int_equal(atomic_load(&watch.opened), 3);
}

static void joins_end_with_the_server(void **state)
{
        struct run_fixture *f = *state;
        struct pending p = begin(f, "a", "ABC"), q = begin(f, "b", "DEF");

        send_part(&f->alice, &p, 1, 'A');
        send_part(&f->alice, &q, 1, 'D');
        wait_until(&watch.copied, 2);
        upload_joins_free(f->domain.joins);
        f->domain.joins = NULL;
        assert_int_equal(atomic_load(&watch.dropped), 2);
        send_part(&f->alice, &p, 2, 'B');
        send_part(&f->alice, &p, 3, 'C');
        complete_well(f, &p);
        assert_int_equal(atomic_load(&watch.opened), 5);
}

static void more_uploads_than_places_go_the_other_way(void **state)
{
        struct run_fixture *f = *state;
        struct pending p = begin(f, "a", "ABC"), q = begin(f, "b", "DEF");

        begin_joins(f, (struct upload_joins_config){ .at_once = 1 });
        send_part(&f->alice, &p, 1, 'A');
        for (unsigned i = 0; i < 3; i++)
                send_part(&f->alice, &q, i + 1, "DEF"[i]);
        wait_until(&watch.opened, 1);
        complete_well(f, &q);
        assert_int_equal(atomic_load(&watch.opened), 4);
        send_part(&f->alice, &p, 2, 'B');
        send_part(&f->alice, &p, 3, 'C');
        complete_well(f, &p);
        assert_int_equal(atomic_load(&watch.opened), 6);
}

static void uploads_with_a_part_in_common(void **state)
{
        struct run_fixture *f = *state;
        struct pending p = begin(f, "a", "AB"), q = begin(f, "b", "ACB");

        send_part(&f->alice, &p, 1, 'A');
        send_part(&f->alice, &q, 1, 'A');
        send_part(&f->alice, &q, 3, 'B');
        wait_until(&watch.opened, 2);
        send_part(&f->alice, &p, 2, 'B');
        complete_well(f, &p);
        assert_true(part_is_there(f, 'A'));
        assert_true(part_is_there(f, 'B'));
        send_part(&f->alice, &q, 2, 'C');
        complete_well(f, &q);
        assert_false(part_is_there(f, 'A'));
        assert_false(part_is_there(f, 'B'));
        assert_int_equal(atomic_load(&watch.opened), 5);
}

static void parts_of_an_earlier_attempt_are_joined_too(void **state)
{
        struct run_fixture *f = *state;
        struct pending p = begin(f, "a", "ABC"), again;

        send_part(&f->alice, &p, 1, 'A');
        send_part(&f->alice, &p, 2, 'B');
        wait_until(&watch.opened, 2);
        again = begin(f, "a", "ABC");
        send_part(&f->alice, &again, 3, 'C');
        wait_until(&watch.opened, 5);
        complete_well(f, &again);
        assert_int_equal(atomic_load(&watch.opened), 5);
        assert_true(part_is_there(f, 'A')); /* the earlier one may still be under way */
}

/* Others in threads of their own; cmocka's assertions would be of no use there. */
struct other {
        pthread_t thread;
        pthread_barrier_t *start;
        struct arena arena;
        struct call call;
        const struct pending *pending;
        unsigned part;                /* to be sent; 0: complete */
        struct err err;
        enum rc rc;
};

static void *other_main(void *payload)
{
        struct other *o = payload;
        char bytes[PART_BYTES];
        struct blob_digests digests;

        pthread_barrier_wait(o->start);
        o->rc = db_read_begin(o->call.domain->db, &o->call.conn, &o->err);
        if (!o->rc && !o->part)
                o->rc = complete(&o->call, o->pending, &o->err);
        if (!o->rc && o->part) {
                part_bytes(bytes, (char)('A' + o->part - 1));
                o->rc = blob_put_bytes(o->call.domain->parts, (struct str){ bytes, PART_BYTES }, &digests, &o->err);
                if (!o->rc)
                        o->rc = upload_part_done(&o->call, o->pending->upload_id, o->part, &digests, &o->err);
        }
        db_read_end(&o->call.conn);
        return NULL;
}

static void at_once(struct run_fixture *f, const struct pending *p, unsigned count, bool completing)
{
        struct other others[6];
        pthread_barrier_t start;

        assert_true(count <= ARRAY_LEN(others));
        assert_int_equal(pthread_barrier_init(&start, NULL, count), 0);
        for (unsigned i = 0; i < count; i++) {
                struct other *o = &others[i];

                *o = (struct other){ .call = f->alice, .pending = p, .start = &start, .part = completing ? 0 : i + 1 };
                arena_init(&o->arena, 0);
                o->call.arena = &o->arena;
                o->call.conn = NULL;
                assert_int_equal(pthread_create(&o->thread, NULL, other_main, o), 0);
        }
        for (unsigned i = 0; i < count; i++) {
                pthread_join(others[i].thread, NULL);
                arena_done(&others[i].arena);
                if (others[i].rc)
                        fail_msg("%d: %s", others[i].rc, others[i].err.msg);
        }
        pthread_barrier_destroy(&start);
}

/* All parts at the same moment, then complete by several at the same moment, while the join may still run. */
static void everything_at_once(void **state)
{
        struct run_fixture *f = *state;

        for (unsigned round = 0; round < 40; round++) {
                struct pending p = begin(f, arena_printf(&f->arena, "round-%u", round).ptr, "ABCD");
                struct err err = { 0 };

                at_once(f, &p, 4, false);
                assert_ok(db_read_refresh(f->alice.conn, &err));
                at_once(f, &p, 4, true);
                assert_whole(f, &p);
                assert_false(part_is_there(f, 'A'));
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(parts_in_order_are_joined_as_they_come),
                TEST(complete_does_what_is_left),
                TEST(parts_in_reverse_wait_for_the_first),
                TEST(little_is_not_joined_early),
                TEST(part_that_is_replaced_begins_anew),
                TEST(part_that_is_replaced_often_is_left_to_complete),
                TEST(part_that_is_replaced_behind_its_back_is_found),
                TEST(wrong_whole_is_refused),
                TEST(part_that_went_is_reported_by_complete),
                TEST(full_disk_is_reported_by_complete),
                TEST(nearly_full_disk_is_left_to_others),
                TEST(upload_that_is_aborted_drops_its_join),
                TEST(upload_that_stands_still_loses_its_join),
                TEST(joins_end_with_the_server),
                TEST(more_uploads_than_places_go_the_other_way),
                TEST(uploads_with_a_part_in_common),
                TEST(parts_of_an_earlier_attempt_are_joined_too),
                TEST(everything_at_once),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
