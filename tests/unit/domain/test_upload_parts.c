/*
 * Files that come in parts: two uploads with a part in common, and connections while parts are joined.
 */
#include "run_fixture.h"

#include <pthread.h>

#include "blob/internal.h"
#include "domain/upload.h"

#define PART_BYTES 100000
#define ROUNDS 150

static void part_bytes(char *ret, char seed)
{
        for (size_t i = 0; i < PART_BYTES; i++)
                ret[i] = (char)(seed + (char)(i % 61));
}

/* A part's way through transfer/: bytes first, then the row. Sent again as long as the server asks for it. */
static enum rc try_part(struct call *call, int64_t upload_id, int64_t number, char seed, struct err *err)
{
        char bytes[PART_BYTES];
        enum rc rc = RC_AGAIN;

        part_bytes(bytes, seed);
        for (int tries = 0; rc == RC_AGAIN && tries < 50; tries++) {
                struct blob_digests digests;

                rc = blob_put_bytes(call->domain->parts, (struct str){ bytes, PART_BYTES }, &digests, err);
                if (!rc)
                        rc = upload_part_done(call, upload_id, number, &digests, err);
        }
        return rc;
}

static void send_part(struct call *call, int64_t upload_id, int64_t number, char seed)
{
        struct err err = { 0 };

        assert_ok(try_part(call, upload_id, number, seed, &err));
}

struct pending {
        struct artifact *artifact;
        int64_t upload_id;
        char etags[2][33];
};

/* An artifact that waits for one file of two parts: the first is that of every upload, the second its own. */
static void begin(struct run_fixture *f, struct call *call, const char *name, char seed, struct pending *ret)
{
        const struct artifact_input in = {
                .entity_name = STR("team"), .project_name = STR("proj"), .type_name = STR("model"),
                .collection_name = str_from(name), .digest = str_from(name), .ttl_s = TTL_UNSET, .history_step = -1,
        };
        char *bytes = arena_alloc(&f->arena, 2 * PART_BYTES);
        struct part_plan plans[2] = { { .part = 1 }, { .part = 2 } };
        uint8_t md5[16];
        struct err err = { 0 };

        assert_ok(artifact_create(call, &in, &ret->artifact, &err));
        part_bytes(bytes, 'A');
        part_bytes(bytes + PART_BYTES, seed);
        crypto_md5(bytes, 2 * PART_BYTES, md5);
        assert_ok(upload_parts_begin(call, ret->artifact, md5, DIGEST_MD5, md5, STR("path"), plans, 2, &ret->upload_id,
                                     &err));
        for (size_t i = 0; i < 2; i++) {
                crypto_md5(bytes + i * PART_BYTES, PART_BYTES, md5);
                snprintf(ret->etags[i], sizeof(ret->etags[i]), "%s", crypto_hex(&f->arena, md5, 16).ptr);
        }
}

static enum rc complete(struct call *call, const struct pending *p, struct err *err)
{
        const struct completed_part parts[] = { { 1, str_from(p->etags[0]) }, { 2, str_from(p->etags[1]) } };

        return upload_parts_complete(call, p->artifact->id, STR("path"), p->upload_id, parts, 2, err);
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

static void upload_parts_go_with_the_last_that_has_them(void **state)
{
        struct run_fixture *f = *state;
        struct pending a, b;
        struct err err = { 0 };

        begin(f, &f->alice, "a", 'B', &a);
        begin(f, &f->alice, "b", 'C', &b);
        send_part(&f->alice, a.upload_id, 1, 'A');
        send_part(&f->alice, a.upload_id, 2, 'B');
        send_part(&f->alice, b.upload_id, 1, 'A');
        assert_ok(complete(&f->alice, &a, &err));
        assert_true(part_is_there(f, 'A'));
        assert_false(part_is_there(f, 'B'));
        assert_int_equal(complete(&f->alice, &b, &err), RC_CONFLICT);
        send_part(&f->alice, b.upload_id, 2, 'C');
        assert_ok(complete(&f->alice, &b, &err));
        assert_false(part_is_there(f, 'A'));
        assert_ok(complete(&f->alice, &b, &err));
        /* What failed on the way leaves the call as usable as it was. */
        assert_non_null(f->alice.conn);
}

static int64_t begin_again(struct call *call, const struct pending *p, const char *first, const char *second, bool *ret_first)
{
        struct part_plan plans[2] = { { .part = 1, .has_md5 = true }, { .part = 2, .has_md5 = true } };
        char bytes[2 * PART_BYTES];
        struct err err = { 0 };
        int64_t id = 0;
        uint8_t md5[16];

        part_bytes(bytes, 'A');
        part_bytes(bytes + PART_BYTES, 'B');
        crypto_md5(bytes, sizeof(bytes), md5);
        assert_true(upload_md5_parse(str_from(first), plans[0].md5));
        assert_true(upload_md5_parse(str_from(second), plans[1].md5));
        assert_ok(upload_parts_begin(call, p->artifact, md5, DIGEST_MD5, md5, STR("path"), plans, 2, &id, &err));
        *ret_first = plans[0].arrived;
        assert_false(plans[1].arrived);
        return id;
}

static void upload_parts_that_arrived_are_not_sent_again(void **state)
{
        struct run_fixture *f = *state;
        struct pending a, same, other;
        struct err err = { 0 };
        bool arrived = true;
        int64_t id;

        begin(f, &f->alice, "a", 'B', &a);
        begin(f, &f->alice, "a", 'B', &same); /* as a client does that was killed */
        assert_int_not_equal(same.artifact->id, a.artifact->id);
        begin_again(&f->alice, &same, a.etags[0], a.etags[1], &arrived);
        assert_false(arrived);
        send_part(&f->alice, a.upload_id, 1, 'A');
        id = begin_again(&f->alice, &same, a.etags[0], a.etags[1], &arrived);
        assert_true(arrived);
        assert_int_not_equal(id, a.upload_id);
        /* The same file cut in other places: nothing of it is here. */
        begin_again(&f->alice, &same, a.etags[1], a.etags[0], &arrived);
        assert_false(arrived);
        /* Other content with this file has to send it. */
        begin(f, &f->alice, "other", 'B', &other);
        begin_again(&f->alice, &other, a.etags[0], a.etags[1], &arrived);
        assert_false(arrived);
        /* The earlier one is done meanwhile: its parts go, but not the one that both have. */
        send_part(&f->alice, a.upload_id, 2, 'B');
        assert_ok(complete(&f->alice, &a, &err));
        assert_true(part_is_there(f, 'A'));
        same.upload_id = id;
        send_part(&f->alice, id, 2, 'B');
        assert_ok(complete(&f->alice, &same, &err));
}

static void upload_parts_that_were_lost_are_sent_again(void **state)
{
        struct run_fixture *f = *state;
        char bytes[PART_BYTES];
        struct blob_digests digests;
        struct pending a;
        struct err err = { 0 };
        bool arrived = true;

        begin(f, &f->alice, "a", 'B', &a);
        send_part(&f->alice, a.upload_id, 1, 'A');
        part_bytes(bytes, 'A');
        assert_ok(blob_put_bytes(f->domain.parts, (struct str){ bytes, PART_BYTES }, &digests, &err));
        assert_ok(blob_delete(f->domain.parts, &digests.ref, &err));
        a.upload_id = begin_again(&f->alice, &a, a.etags[0], a.etags[1], &arrived);
        assert_false(arrived);
        send_part(&f->alice, a.upload_id, 1, 'A');
        send_part(&f->alice, a.upload_id, 2, 'B');
        assert_ok(complete(&f->alice, &a, &err));
}

static void upload_parts_that_are_gone_are_asked_for_again(void **state)
{
        struct run_fixture *f = *state;
        char bytes[PART_BYTES];
        struct blob_digests digests;
        struct pending a;
        struct err err = { 0 };

        begin(f, &f->alice, "a", 'B', &a);
        part_bytes(bytes, 'A');
        assert_ok(blob_put_bytes(f->domain.parts, (struct str){ bytes, PART_BYTES }, &digests, &err));
        assert_ok(blob_delete(f->domain.parts, &digests.ref, &err));
        assert_int_equal(upload_part_done(&f->alice, a.upload_id, 1, &digests, &err), RC_AGAIN);
        send_part(&f->alice, a.upload_id, 1, 'A');
        send_part(&f->alice, a.upload_id, 2, 'B');
        assert_ok(complete(&f->alice, &a, &err));
}

/* Another client in a thread of its own; cmocka's assertions would be of no use there. */
struct sender {
        pthread_t thread;
        pthread_barrier_t *start;
        struct arena arena;
        struct call call;
        struct pending *pending;
        struct err err;
        enum rc rc;
};

static void sender_start(struct run_fixture *f, struct sender *s, struct pending *pending, pthread_barrier_t *start,
                         void *(*fn)(void *payload))
{
        *s = (struct sender){ .call = f->alice, .pending = pending, .start = start };
        arena_init(&s->arena, 0);
        s->call.arena = &s->arena;
        s->call.conn = NULL;
        assert_int_equal(pthread_create(&s->thread, NULL, fn, s), 0);
}

static void sender_join(struct sender *s)
{
        pthread_join(s->thread, NULL);
        arena_done(&s->arena);
        if (s->rc)
                fail_msg("%d: %s", s->rc, s->err.msg);
}

static void *send_common_part(void *payload)
{
        struct sender *s = payload;

        s->rc = db_read_begin(s->call.domain->db, &s->call.conn, &s->err);
        pthread_barrier_wait(s->start);
        if (!s->rc)
                s->rc = try_part(&s->call, s->pending->upload_id, 1, 'A', &s->err);
        db_read_end(&s->call.conn);
        return NULL;
}

/* One upload is completed just when another one sends a part that both have. */
static void upload_parts_in_common_are_never_lost(void **state)
{
        struct run_fixture *f = *state;
        struct pending pending[ROUNDS + 1];
        struct err err = { 0 };
        pthread_barrier_t start;

        assert_int_equal(pthread_barrier_init(&start, NULL, 2), 0);
        begin(f, &f->alice, "first", 'B', &pending[0]);
        send_part(&f->alice, pending[0].upload_id, 1, 'A');
        for (size_t i = 0; i < ROUNDS; i++) {
                struct sender sender;

                send_part(&f->alice, pending[i].upload_id, 2, 'B');
                begin(f, &f->alice, arena_printf(&f->arena, "next-%zu", i).ptr, 'B', &pending[i + 1]);
                sender_start(f, &sender, &pending[i + 1], &start, send_common_part);
                pthread_barrier_wait(&start);
                assert_ok(complete(&f->alice, &pending[i], &err));
                sender_join(&sender);
        }
        send_part(&f->alice, pending[ROUNDS].upload_id, 2, 'B');
        assert_ok(complete(&f->alice, &pending[ROUNDS], &err));
        assert_false(part_is_there(f, 'A'));
        pthread_barrier_destroy(&start);
}

static void *complete_once_more(void *payload)
{
        struct sender *s = payload;

        pthread_barrier_wait(s->start);
        s->rc = db_read_begin(s->call.domain->db, &s->call.conn, &s->err);
        if (!s->rc)
                s->rc = complete(&s->call, s->pending, &s->err);
        db_read_end(&s->call.conn);
        return NULL;
}

/* More clients repeat a "complete" than there are connections. */
static void upload_parts_may_be_completed_by_many_at_once(void **state)
{
        struct run_fixture *f = *state;
        struct sender senders[12];
        struct pending pending;
        pthread_barrier_t start;

        begin(f, &f->alice, "many", 'B', &pending);
        send_part(&f->alice, pending.upload_id, 1, 'A');
        send_part(&f->alice, pending.upload_id, 2, 'B');
        assert_int_equal(pthread_barrier_init(&start, NULL, ARRAY_LEN(senders)), 0);
        for (size_t i = 0; i < ARRAY_LEN(senders); i++)
                sender_start(f, &senders[i], &pending, &start, complete_once_more);
        for (size_t i = 0; i < ARRAY_LEN(senders); i++)
                sender_join(&senders[i]);
        pthread_barrier_destroy(&start);
}

/* A store of parts that looks at the caller's connection whenever a part is read. */
static struct {
        const struct blob_ops *usual;
        const struct call *call;
        size_t reads, with_connection;
} watch;

static enum rc watching_open(struct blob_store *store, struct arena *arena, const struct blob_ref *ref,
                             struct blob_view *ret, struct err *err)
{
        watch.reads++;
        if (watch.call->conn)
                watch.with_connection++;
        return watch.usual->open(store, arena, ref, ret, err);
}

static void upload_parts_are_joined_without_a_connection(void **state)
{
        struct run_fixture *f = *state;
        struct blob_ops watching = *f->domain.parts->ops;
        struct pending a;
        struct err err = { 0 };

        begin(f, &f->alice, "a", 'B', &a);
        send_part(&f->alice, a.upload_id, 1, 'A');
        send_part(&f->alice, a.upload_id, 2, 'B');
        watch.usual = f->domain.parts->ops;
        watch.call = &f->alice;
        watching.open = watching_open;
        f->domain.parts->ops = &watching;
        assert_ok(complete(&f->alice, &a, &err));
        f->domain.parts->ops = watch.usual;
        assert_int_equal(watch.reads, 2);
        assert_int_equal(watch.with_connection, 0);
        assert_non_null(f->alice.conn);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_bytes, fixture_teardown_bytes)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(upload_parts_go_with_the_last_that_has_them),
                TEST(upload_parts_that_arrived_are_not_sent_again),
                TEST(upload_parts_that_were_lost_are_sent_again),
                TEST(upload_parts_that_are_gone_are_asked_for_again),
                TEST(upload_parts_in_common_are_never_lost),
                TEST(upload_parts_may_be_completed_by_many_at_once),
                TEST(upload_parts_are_joined_without_a_connection),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
