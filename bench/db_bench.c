/*
 * db_bench - what the database and the blob store do on this machine.
 *
 * usage: db_bench DIRECTORY [SECONDS [WORD]]
 *
 * Works in a fresh directory under DIRECTORY (use a real disk: fsync is what is measured)
 * and removes it. Each line is one measurement of SECONDS (1.5); with WORD only those whose
 * name has it. The first lines are
 * floors: one fsync at a time, and plain SQLite committing one by one, so that the ratios
 * can be compared between machines. Numbers of record: docs/decisions/0002 and 0004.
 */
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "blob/blob.h"
#include "crypto/crypto.h"
#include "db/db.h"

static double seconds = 1.5;
static char root[300];
static const char *only = "";

static void stop_on(enum rc rc, const struct err *err)
{
        if (rc) {
                fprintf(stderr, "db_bench: %s: %s\n", rc_name(rc), err->msg);
                exit(1);
        }
}

/* ---- running many threads for a while -------------------------------------------------- */

struct worker {
        pthread_t thread;
        uint64_t number;
        uint64_t seed;
        uint64_t done;
        uint64_t slowest_us;
        uint64_t aside_us; /* spent on what is not measured */
        void (*step)(struct worker *worker);
        void *subject;
        struct arena arena;
        char *bytes;
        size_t len;
};

static atomic_bool stop_now;

static uint64_t next_random(struct worker *worker)
{
        worker->seed ^= worker->seed << 13;
        worker->seed ^= worker->seed >> 7;
        worker->seed ^= worker->seed << 17;
        return worker->seed;
}

static void *work(void *payload)
{
        struct worker *worker = payload;

        while (!atomic_load_explicit(&stop_now, memory_order_relaxed)) {
                uint64_t begin_us = clock_mono_us(), took_us;

                worker->step(worker);
                took_us = clock_mono_us() - begin_us;
                if (took_us > worker->slowest_us)
                        worker->slowest_us = took_us;
                worker->done++;
        }
        return NULL;
}

/*
 * Prints "name  threads  per second" (nothing without a name); len is for step functions that
 * move bytes.
 */
static void measure(const char *name, unsigned threads, void (*step)(struct worker *), void *subject, size_t len)
{
        struct worker *workers = calloc(threads, sizeof(*workers));
        uint64_t begin_us, slowest_us = 0, done = 0, aside_us = 0;
        double took_s, rate;

        if (name && !strstr(name, only)) {
                free(workers);
                return;
        }
        for (unsigned i = 0; i < threads; i++) {
                workers[i] = (struct worker){ .number = i, .step = step, .subject = subject, .len = len };
                workers[i].seed = (uint64_t)clock_mono_us() * 1000003 + i + 1;
                workers[i].bytes = malloc(len + 16);
                memset(workers[i].bytes, 'b', len + 16);
        }
        atomic_store(&stop_now, false);
        begin_us = clock_mono_us();
        for (unsigned i = 0; i < threads; i++)
                pthread_create(&workers[i].thread, NULL, work, &workers[i]);
        usleep((useconds_t)(seconds * 1e6));
        atomic_store(&stop_now, true);
        for (unsigned i = 0; i < threads; i++) {
                pthread_join(workers[i].thread, NULL);
                done += workers[i].done;
                aside_us += workers[i].aside_us;
                if (workers[i].slowest_us > slowest_us)
                        slowest_us = workers[i].slowest_us;
                arena_done(&workers[i].arena);
                free(workers[i].bytes);
        }
        took_s = (double)(clock_mono_us() - begin_us - aside_us / threads) / 1e6;
        rate = (double)done / took_s;
        if (name && len)
                printf("%-40s %4u threads %10.0f /s %9.1f MB/s   slowest %6.1f ms\n", name, threads, rate,
                       rate * (double)len / 1e6, (double)slowest_us / 1000);
        else if (name)
                printf("%-40s %4u threads %10.0f /s %16s slowest %6.1f ms\n", name, threads, rate, "",
                       (double)slowest_us / 1000);
        fflush(stdout);
        free(workers);
}

/* ---- floors ---------------------------------------------------------------------------- */

static void step_fsync(struct worker *worker)
{
        int *fd = worker->subject;

        if (write(*fd, worker->bytes, 4096) != 4096 || fdatasync(*fd) < 0)
                abort();
}

struct plain {
        sqlite3 *handle;
        sqlite3_stmt *begin, *commit, *version, *alias;
};

static void plain_open(struct plain *plain, const char *path)
{
        if (sqlite3_open(path, &plain->handle) ||
            sqlite3_exec(plain->handle,
                         "PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                         "CREATE TABLE version (collection INTEGER, number INTEGER, digest BLOB, created_us INTEGER,"
                         " PRIMARY KEY (collection, number)) WITHOUT ROWID;"
                         "CREATE TABLE alias (collection INTEGER, name TEXT, number INTEGER,"
                         " PRIMARY KEY (collection, name)) WITHOUT ROWID;",
                         NULL, NULL, NULL))
                abort();
        sqlite3_prepare_v2(plain->handle, "BEGIN IMMEDIATE", -1, &plain->begin, NULL);
        sqlite3_prepare_v2(plain->handle, "COMMIT", -1, &plain->commit, NULL);
        sqlite3_prepare_v2(plain->handle, "INSERT OR REPLACE INTO version VALUES (?1, ?2, randomblob(32), 1)", -1,
                           &plain->version, NULL);
        sqlite3_prepare_v2(plain->handle, "INSERT OR REPLACE INTO alias VALUES (?1, 'latest', ?2)", -1, &plain->alias,
                           NULL);
}

static void plain_run(sqlite3_stmt *stmt)
{
        if (sqlite3_step(stmt) != SQLITE_DONE || sqlite3_reset(stmt) != SQLITE_OK)
                abort();
}

static void step_plain(struct worker *worker)
{
        struct plain *plain = worker->subject;
        int64_t collection = (int64_t)(next_random(worker) % 1000), number = (int64_t)(next_random(worker) >> 20);

        plain_run(plain->begin);
        sqlite3_bind_int64(plain->version, 1, collection);
        sqlite3_bind_int64(plain->version, 2, number);
        plain_run(plain->version);
        sqlite3_bind_int64(plain->alias, 1, collection);
        sqlite3_bind_int64(plain->alias, 2, number);
        plain_run(plain->alias);
        plain_run(plain->commit);
}

/* Lets the log grow to the length that it keeps: growing costs a commit of the file system's journal each time. */
static void warm_up(unsigned threads, void (*step)(struct worker *), void *subject, size_t len)
{
        measure(NULL, threads, step, subject, len);
}

static void floors(void)
{
        struct plain plain = { 0 };
        char path[400];
        int fd;

        snprintf(path, sizeof(path), "%s/fsync", root);
        fd = open(path, O_RDWR | O_CREAT | O_APPEND, 0600);
        measure("floor: append 4 KiB, fdatasync", 1, step_fsync, &fd, 4096);
        close(fd);
        snprintf(path, sizeof(path), "%s/plain.db", root);
        plain_open(&plain, path);
        warm_up(1, step_plain, &plain, 0);
        measure("floor: plain SQLite, one by one", 1, step_plain, &plain, 0);
        sqlite3_finalize(plain.begin);
        sqlite3_finalize(plain.commit);
        sqlite3_finalize(plain.version);
        sqlite3_finalize(plain.alias);
        sqlite3_close(plain.handle);
}

/* ---- the database ---------------------------------------------------------------------- */

static const struct db_migration migrations[] = {
        { 1, "bench",
          "CREATE TABLE version (collection INTEGER NOT NULL, number INTEGER NOT NULL, digest BLOB, created_us INTEGER,"
          " PRIMARY KEY (collection, number)) STRICT, WITHOUT ROWID;"
          "CREATE TABLE alias (collection INTEGER NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL,"
          " PRIMARY KEY (collection, name)) STRICT, WITHOUT ROWID;" },
};

struct new_version {
        int64_t collection, number;
        uint8_t digest[32];
};

/* One version and the move of its alias: two rows, as the product does. */
static enum rc write_version(struct db_conn *conn, void *payload, struct err *err)
{
        struct new_version *version = payload;
        struct db_stmt *insert _cleanup_(db_stmt_end) = NULL;
        struct db_stmt *move _cleanup_(db_stmt_end) = NULL;
        enum rc rc = db_prepare(conn, "INSERT INTO version VALUES ($1, $2, $3, $4)", &insert, err);

        if (rc)
                return rc;
        db_bind_i64(insert, 1, version->collection);
        db_bind_i64(insert, 2, version->number);
        db_bind_blob(insert, 3, (struct str){ (const char *)version->digest, 32 });
        db_bind_i64(insert, 4, clock_now_us());
        rc = db_run(&insert, err);
        if (rc)
                return rc;
        rc = db_prepare(conn,
                        "INSERT INTO alias VALUES ($1, 'latest', $2)"
                        " ON CONFLICT (collection, name) DO UPDATE SET number = excluded.number",
                        &move, err);
        if (rc)
                return rc;
        db_bind_i64(move, 1, version->collection);
        db_bind_i64(move, 2, version->number);
        return db_run(&move, err);
}

static void step_write(struct worker *worker)
{
        struct new_version version = { .collection = (int64_t)(next_random(worker) % 1000),
                                       .number = (int64_t)(next_random(worker) >> 20) };
        struct err err = { 0 };

        memcpy(version.digest, &worker->seed, sizeof(worker->seed));
        stop_on(db_write(worker->subject, write_version, &version, &err), &err);
}

/* alias -> version, in a snapshot of its own. */
static void step_read(struct worker *worker)
{
        struct db_conn *conn _cleanup_(db_read_end) = NULL;
        struct db_stmt *stmt _cleanup_(db_stmt_end) = NULL;
        struct err err = { 0 };
        bool row;

        stop_on(db_read_begin(worker->subject, &conn, &err), &err);
        stop_on(db_prepare(conn,
                           "SELECT v.number, v.digest, v.created_us FROM alias a JOIN version v"
                           " ON v.collection = a.collection AND v.number = a.number"
                           " WHERE a.collection = $1 AND a.name = $2",
                           &stmt, &err),
                &err);
        db_bind_i64(stmt, 1, (int64_t)(next_random(worker) % 1000));
        db_bind_str(stmt, 2, STR("latest"));
        stop_on(db_step(stmt, &row, &err), &err);
        if (row)
                db_column_str(stmt, 1);
}

static void databases(void)
{
        static const unsigned writers[] = { 1, 8, 32, 64, 128 }, readers[] = { 1, 2, 8 };
        struct db_config config = { 0 };
        struct db *db = NULL;
        struct err err = { 0 };
        char path[400];

        snprintf(path, sizeof(path), "%s/bench.db", root);
        config.path = path;
        stop_on(db_open(&config, &db, &err), &err);
        stop_on(db_migrate(db, migrations, ARRAY_LEN(migrations), &err), &err);
        warm_up(32, step_write, db, 0);
        for (size_t i = 0; i < ARRAY_LEN(writers); i++)
                measure("db: durable writes (version + alias)", writers[i], step_write, db, 0);
        for (size_t i = 0; i < ARRAY_LEN(readers); i++)
                measure("db: alias -> version", readers[i], step_read, db, 0);
        db_close(db);
}

/* ---- blobs ------------------------------------------------------------------------------- */

static void step_put(struct worker *worker)
{
        struct blob_digests found;
        struct err err = { 0 };
        uint64_t label[2] = { worker->number, next_random(worker) };

        memcpy(worker->bytes, label, sizeof(label));
        stop_on(blob_put_bytes(worker->subject, (struct str){ worker->bytes, worker->len }, &found, &err), &err);
}

static void delete_aside(struct worker *worker, struct blob_store *store, const struct blob_ref *ref)
{
        uint64_t begin_us = clock_mono_us();
        struct err err = { 0 };

        stop_on(blob_delete(store, ref, &err), &err);
        worker->aside_us += clock_mono_us() - begin_us;
}

/* 1 MiB at a time, as an upload comes in. */
static void step_put_stream(struct worker *worker)
{
        struct blob_put *put = NULL;
        struct blob_digests found;
        struct err err = { 0 };
        uint64_t label[2] = { worker->number, next_random(worker) };

        memcpy(worker->bytes, label, sizeof(label));
        stop_on(blob_put_begin(worker->subject, NULL, &put, &err), &err);
        for (size_t at = 0; at < worker->len; at += 1 << 20)
                stop_on(blob_put_write(put, str_slice((struct str){ worker->bytes, worker->len }, at, at + (1 << 20)),
                                       &err),
                        &err);
        stop_on(blob_put_finish(&put, &found, NULL, &err), &err);
        delete_aside(worker, worker->subject, &found.ref);
}

struct join {
        struct blob_store *store;
        struct blob_ref parts[4];
        struct blob_expect expect; /* the MD5 of the whole, as a client announces it */
};

static void join_parts(const struct join *subject, const struct blob_expect *expect, struct blob_digests *ret)
{
        struct blob_join *join;
        struct err err = { 0 };

        stop_on(blob_join_begin(subject->store, subject->store, expect, &join, &err), &err);
        for (size_t i = 0; i < ARRAY_LEN(subject->parts); i++)
                stop_on(blob_join_part(join, &subject->parts[i], &err), &err);
        stop_on(blob_join_finish(&join, ret, &err), &err);
}

static void step_join(struct worker *worker)
{
        struct join *join = worker->subject;
        struct blob_digests found;

        join_parts(join, &join->expect, &found);
        delete_aside(worker, join->store, &found.ref);
}

static struct blob_item stored[2000];
static size_t stored_count;

static void step_open(struct worker *worker)
{
        const struct blob_ref *ref = &stored[next_random(worker) % stored_count].ref;
        struct blob_view view;
        struct err err = { 0 };

        stop_on(blob_open(worker->subject, &worker->arena, ref, &view, &err), &err);
        if (view.fd >= 0)
                close(view.fd);
        arena_done(&worker->arena);
}

static void step_md5(struct worker *worker)
{
        uint8_t sum[16];

        crypto_md5(worker->bytes, worker->len, sum);
}

static void step_sha256(struct worker *worker)
{
        uint8_t sum[32];

        crypto_sha256(worker->bytes, worker->len, sum);
}

static void joins(struct blob_store *store)
{
        struct join join = { .store = store };
        size_t part = 32 << 20;
        char *bytes = calloc(1, part);
        struct blob_digests found;
        struct err err = { 0 };

        for (size_t i = 0; i < ARRAY_LEN(join.parts); i++) {
                bytes[0] = (char)(i + 1);
                stop_on(blob_put_bytes(store, (struct str){ bytes, part }, &found, &err), &err);
                join.parts[i] = found.ref;
        }
        free(bytes);
        join_parts(&join, NULL, &found);
        join.expect.has_md5 = true;
        memcpy(join.expect.md5, found.md5, sizeof(found.md5));
        stop_on(blob_delete(store, &found.ref, &err), &err);
        measure("blob: join 4 parts of 32 MiB", 1, step_join, &join, 4 * part);
}

static void blobs(void)
{
        static const unsigned putters[] = { 1, 32, 128 };
        struct blob_fs_config config = { 0 };
        struct blob_store *store = NULL;
        struct err err = { 0 };
        char path[400];

        measure("floor: MD5", 1, step_md5, NULL, 1 << 20);
        measure("floor: SHA-256", 1, step_sha256, NULL, 1 << 20);
        snprintf(path, sizeof(path), "%s/blobs", root);
        config.dir = path;
        stop_on(blob_fs_open(&config, &store, &err), &err);
        warm_up(32, step_put, store, 4096);
        for (size_t i = 0; i < ARRAY_LEN(putters); i++)
                measure("blob: put 4 KiB", putters[i], step_put, store, 4096);
        stop_on(blob_list(store, NULL, stored, ARRAY_LEN(stored), &stored_count, &err), &err);
        if (stored_count) {
                measure("blob: open 4 KiB (checked)", 1, step_open, store, 4096);
                measure("blob: open 4 KiB (checked)", 2, step_open, store, 4096);
        }
        measure("blob: put 64 KiB", 1, step_put, store, 64 << 10);
        measure("blob: put 64 KiB", 32, step_put, store, 64 << 10);
        measure("blob: put 128 KiB (files)", 1, step_put, store, 128 << 10);
        measure("blob: put 128 KiB (files)", 32, step_put, store, 128 << 10);
        measure("blob: put 256 MiB", 1, step_put_stream, store, 256 << 20);
        measure("blob: put 64 MiB", 4, step_put_stream, store, 64 << 20);
        joins(store);
        blob_store_close(store);
}

static int remove_one(const char *path, const struct stat *info UNUSED, int type UNUSED, struct FTW *walk UNUSED)
{
        return remove(path);
}

int main(int argc, char **argv)
{
        if (argc < 2) {
                fputs("usage: db_bench DIRECTORY [SECONDS [WORD]]\n", stderr);
                return 2;
        }
        if (argc > 2)
                seconds = strtod(argv[2], NULL);
        if (argc > 3)
                only = argv[3];
        crypto_start();
        snprintf(root, sizeof(root), "%s/vitrine-bench-XXXXXX", argv[1]);
        if (!mkdtemp(root)) {
                perror(root);
                return 1;
        }
        floors();
        databases();
        blobs();
        nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        return 0;
}
