/*
 * domain/upload_join.c - see upload_join.h.
 *
 * One mutex guards everything in struct upload_joins; it is held for moments only, never while bytes are read. A `struct early` is
 * a place for one upload: what is known of its parts, and the thread that joins them. While the thread runs, the
 * blob_join is its own (others may only stop it, under the mutex), and so is the end of the place's life: whoever wants
 * it says so by `wish` and waits until `running` is false.
 *
 * A part that is sent again with other bytes after it was joined has the thread begin anew, a few times. Two such requests may be noted
 * here in another order than their rows were written; that is found by whoever takes the join.
 */
#include "domain/upload_join.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/pool.h"

#define AT_ONCE_MAX 4
#define BEGIN_ANEW_MAX 3

struct early_part {
        struct blob_ref ref;
        bool arrived;
};

enum wish { WISH_NONE, WISH_TAKE, WISH_DROP };

struct early {
        struct upload_joins *joins;
        int64_t upload_id;            /* 0: the place is free */
        uint8_t md5[16];              /* of the whole */
        struct early_part *parts;
        size_t part_count;
        size_t next;                  /* the first that was not joined */
        bool joining;                 /* that one is being joined */
        bool anew;                    /* what was joined is no part of the upload any more */
        unsigned times_anew;
        bool hopeless;                /* that happened too often */
        uint64_t touched_ms;
        enum wish wish;
        struct blob_join *join;       /* set and cleared by the thread */
        pthread_t thread;
        bool has_thread;              /* to be waited for (pthread_join) */
        bool running;
};

struct upload_joins {
        struct upload_joins_config config;
        pthread_mutex_t mutex;
        pthread_cond_t change;
        struct early places[AT_ONCE_MAX];
        uint64_t rest_until_ms;
        bool stopping;
};

struct upload_joins *upload_joins_new(const struct upload_joins_config *config)
{
        struct upload_joins *joins = calloc(1, sizeof(*joins));
        pthread_condattr_t monotonic;

        if (!joins)
                abort();
        joins->config = *config;
        if (!config->at_once)
                joins->config.at_once = sysconf(_SC_NPROCESSORS_ONLN) < 4 ? 1 : 2;
        if (joins->config.at_once > AT_ONCE_MAX)
                joins->config.at_once = AT_ONCE_MAX;
        if (!config->from_bytes)
                joins->config.from_bytes = 8 << 20;
        if (!config->room_bytes)
                joins->config.room_bytes = 1 << 30;
        if (!config->idle_ms)
                joins->config.idle_ms = 60000;
        pthread_mutex_init(&joins->mutex, NULL);
        pthread_condattr_init(&monotonic);
        pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
        pthread_cond_init(&joins->change, &monotonic);
        pthread_condattr_destroy(&monotonic);
        for (size_t i = 0; i < AT_ONCE_MAX; i++)
                joins->places[i].joins = joins;
        return joins;
}

/* ---- the thread of a place ------------------------------------------------------------------- */

static bool is_ready(const struct early *e)
{
        return e->next < e->part_count && e->parts[e->next].arrived;
}

/* Under the mutex. False: it is time to end. */
static bool wait_for_part(struct early *e)
{
        struct upload_joins *joins = e->joins;

        for (;;) {
                uint64_t now_ms = clock_mono_ms(), until_ms = e->touched_ms + joins->config.idle_ms;
                struct timespec until = { .tv_sec = (time_t)(until_ms / 1000), .tv_nsec = (long)(until_ms % 1000) * 1000000 };

                if (e->wish || e->hopeless)
                        return false;
                if (e->anew || is_ready(e))
                        return true;
                if (now_ms >= until_ms)
                        return false;
                pthread_cond_timedwait(&joins->change, &joins->mutex, &until);
        }
}

/* Under the mutex, which is released meanwhile. */
static void abort_join(struct early *e)
{
        struct blob_join *join = TAKE_PTR(e->join);

        pthread_mutex_unlock(&e->joins->mutex);
        blob_join_abort(&join);
        pthread_mutex_lock(&e->joins->mutex);
}

static enum rc check_room(const struct upload_joins *joins, uint64_t size_bytes, struct err *err)
{
        uint64_t room = 0;
        enum rc rc = blob_disk_room(joins->config.blobs, &room, err);

        if (!rc && (room < joins->config.room_bytes || room - joins->config.room_bytes < size_bytes))
                rc = err_set(err, RC_UNAVAILABLE, "The disk is nearly full: free some space and try again.");
        return rc;
}

/* Under the mutex, which is released meanwhile. An error is told to nobody: whoever completes the upload meets it again. */
static enum rc join_next(struct early *e)
{
        struct upload_joins *joins = e->joins;
        struct blob_expect expect = { .has_md5 = true };
        struct blob_ref ref = e->parts[e->next].ref;
        struct blob_join *join = e->join;
        struct err err = { 0 };
        enum rc rc;

        memcpy(expect.md5, e->md5, 16);
        e->joining = true;
        pthread_mutex_unlock(&joins->mutex);
        rc = check_room(joins, ref.size_bytes, &err);
        if (!rc && !join)
                rc = blob_join_begin(joins->config.blobs, joins->config.parts, &expect, &join, &err);
        pthread_mutex_lock(&joins->mutex);
        e->join = join;
        if (!rc && !e->anew && e->wish != WISH_DROP) {
                pthread_mutex_unlock(&joins->mutex);
                rc = blob_join_part(join, &ref, &err);
                pthread_mutex_lock(&joins->mutex);
                e->next++;
        }
        e->joining = false;
        return rc;
}

static void *early_main(void *payload)
{
        struct early *e = payload;
        struct upload_joins *joins = e->joins;
        bool failed = false;

        pthread_mutex_lock(&joins->mutex);
        while (!failed && wait_for_part(e)) {
                if (e->anew) {
                        e->anew = false;
                        e->next = 0;
                        abort_join(e);
                } else {
                        failed = join_next(e) != RC_OK && !e->anew;
                }
        }
        if ((failed && e->wish != WISH_DROP) || e->hopeless)
                joins->rest_until_ms = clock_mono_ms() + joins->config.idle_ms;
        if (failed || e->anew || e->wish != WISH_TAKE)
                abort_join(e);
        if (!e->wish)
                e->upload_id = 0;
        e->running = false;
        pthread_cond_broadcast(&joins->change);
        pthread_mutex_unlock(&joins->mutex);
        return NULL;
}

/* ---- places: all under the mutex ------------------------------------------------------------- */

static struct early *find(struct upload_joins *joins, int64_t upload_id)
{
        for (size_t i = 0; i < joins->config.at_once; i++) {
                if (joins->places[i].upload_id == upload_id)
                        return &joins->places[i];
        }
        return NULL;
}

/* Its thread has ended, if it had one. */
static void clear(struct early *e)
{
        if (e->has_thread)
                pthread_join(e->thread, NULL);
        free(e->parts);
        *e = (struct early){ .joins = e->joins };
}

/* One that is free, or whose upload stands still before it came to anything. */
static struct early *find_free(struct upload_joins *joins, uint64_t now_ms)
{
        for (size_t i = 0; i < joins->config.at_once; i++) {
                struct early *e = &joins->places[i];

                if (!e->running && !e->wish && (!e->upload_id || now_ms - e->touched_ms >= joins->config.idle_ms))
                        return e;
        }
        return NULL;
}

static struct early *occupy(struct upload_joins *joins, const struct multipart *upload)
{
        uint64_t now_ms = clock_mono_ms();
        struct early *e = joins->stopping || now_ms < joins->rest_until_ms ? NULL : find_free(joins, now_ms);

        if (!e)
                return NULL;
        clear(e);
        e->upload_id = upload->id;
        memcpy(e->md5, upload->md5, 16);
        e->part_count = (size_t)upload->part_count;
        e->parts = calloc(e->part_count, sizeof(*e->parts));
        if (!e->parts)
                abort();
        e->touched_ms = now_ms;
        return e;
}

static void note(struct early *e, const struct upload_part *part, bool latest)
{
        struct early_part *known;
        struct early_part now = { .arrived = true };

        if (part->part < 1 || (uint64_t)part->part > e->part_count)
                return;
        known = &e->parts[part->part - 1];
        memcpy(now.ref.sha256, part->bytes.sha256, 32);
        now.ref.size_bytes = (uint64_t)part->bytes.size_bytes;
        if (known->arrived && (!latest || memcmp(known->ref.sha256, now.ref.sha256, 32) == 0))
                return;
        *known = now;
        if ((size_t)part->part <= e->next + e->joining) {
                e->anew = true;
                if (e->join)
                        blob_join_stop(e->join);
                e->hopeless = ++e->times_anew > BEGIN_ANEW_MAX;
        }
}

static bool is_worth_it(const struct early *e)
{
        uint64_t bytes = 0;

        for (size_t i = e->next; i < e->part_count && e->parts[i].arrived; i++)
                bytes += e->parts[i].ref.size_bytes;
        return bytes >= e->joins->config.from_bytes;
}

static void start_thread(struct early *e)
{
        e->running = e->has_thread = true;
        if (pthread_create(&e->thread, NULL, early_main, e) == 0) {
                pthread_setname_np(e->thread, "join");
                return;
        }
        e->running = e->has_thread = false; /* then not; the next part tries again */
}

/* ---- what others call ------------------------------------------------------------------------ */

static void load_parts(struct call *call, const struct multipart *upload)
{
        struct upload_joins *joins = call->domain->joins;
        struct upload_part *parts = arena_array(call->arena, struct upload_part, (size_t)upload->part_count);
        size_t count = 0;
        struct err err = { 0 };
        struct early *e;

        if (store_upload_parts(call->conn, upload->id, parts, (size_t)upload->part_count, &count, &err))
                return;
        pthread_mutex_lock(&joins->mutex);
        e = find(joins, upload->id);
        for (size_t i = 0; e && i < count; i++)
                note(e, &parts[i], false);
        pthread_mutex_unlock(&joins->mutex);
}

void upload_join_part(struct call *call, const struct multipart *upload, const struct upload_part *part)
{
        struct upload_joins *joins = call->domain->joins;
        bool is_new;
        struct early *e;

        if (!joins || upload->part_count < 2)
                return;
        pthread_mutex_lock(&joins->mutex);
        is_new = !find(joins, upload->id) && occupy(joins, upload);
        pthread_mutex_unlock(&joins->mutex);
        if (is_new)
                load_parts(call, upload);
        pthread_mutex_lock(&joins->mutex);
        e = find(joins, upload->id);
        if (e) {
                e->touched_ms = clock_mono_ms();
                note(e, part, true);
                if (!e->running && !e->wish && is_worth_it(e))
                        start_thread(e);
                pthread_cond_broadcast(&joins->change);
        }
        pthread_mutex_unlock(&joins->mutex);
}

static void make_wish(struct early *e, enum wish wish)
{
        e->wish = wish;
        if (wish == WISH_DROP && e->join)
                blob_join_stop(e->join);
        pthread_cond_broadcast(&e->joins->change);
}

/* Under the mutex, which is released while it waits for the thread to end. */
static struct blob_join *take_place(struct early *e)
{
        struct blob_join *join;

        pool_wait_begin();
        while (e->running)
                pthread_cond_wait(&e->joins->change, &e->joins->mutex);
        pool_wait_end();
        join = TAKE_PTR(e->join);
        clear(e);
        return join;
}

/* Under the mutex, which is released while it waits. */
static struct blob_join *end(struct upload_joins *joins, int64_t upload_id, enum wish wish)
{
        struct early *e = find(joins, upload_id);

        if (!e || e->wish)
                return NULL;
        make_wish(e, wish);
        return take_place(e);
}

struct blob_join *upload_join_take(struct upload_joins *joins, int64_t upload_id)
{
        struct blob_join *join;

        if (!joins)
                return NULL;
        pthread_mutex_lock(&joins->mutex);
        join = end(joins, upload_id, WISH_TAKE);
        pthread_mutex_unlock(&joins->mutex);
        return join;
}

void upload_join_drop(struct upload_joins *joins, int64_t upload_id)
{
        struct blob_join *join;

        if (!joins)
                return;
        pthread_mutex_lock(&joins->mutex);
        join = end(joins, upload_id, WISH_DROP);
        pthread_mutex_unlock(&joins->mutex);
        blob_join_abort(&join);
}

void upload_joins_free(struct upload_joins *joins)
{
        if (!joins)
                return;
        pthread_mutex_lock(&joins->mutex);
        joins->stopping = true;
        for (size_t i = 0; i < AT_ONCE_MAX; i++)
                make_wish(&joins->places[i], WISH_DROP);
        for (size_t i = 0; i < AT_ONCE_MAX; i++) {
                struct blob_join *join = take_place(&joins->places[i]);

                blob_join_abort(&join);
        }
        pthread_mutex_unlock(&joins->mutex);
        pthread_cond_destroy(&joins->change);
        pthread_mutex_destroy(&joins->mutex);
        free(joins);
}
