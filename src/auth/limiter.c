/*
 * auth/limiter.c - how often somebody may try to sign in within a minute.
 *
 * The counts are rows, so that they hold for all processes and over a restart. A try counts
 * before the password is looked at, for everything that limits it at once or for nothing:
 * who is refused does not make the wait longer. What is kept of a name or an address is a hash.
 *
 * session.c calls this file.
 */
#include "auth/internal.h"

#include "crypto/crypto.h"
#include "store/sign_in.h"

#define WINDOW_US ((int64_t)60 * 1000000)

struct try_job {
        const struct limit *limits;
        size_t count;
        int64_t now_us;
        int64_t wait_us;
};

static struct str hash_key(const struct limit *limit, uint8_t ret[static 32])
{
        crypto_sha256(limit->key.ptr, limit->key.len, ret);
        return (struct str){ (const char *)ret, 32 };
}

static int64_t longer(int64_t a, int64_t b)
{
        return a > b ? a : b;
}

/* In the writer: nobody else counts between looking and counting. */
static enum rc write_try(struct db_conn *conn, void *payload, struct err *err)
{
        struct try_job *job = payload;
        struct sign_in_tries tries[LIMITS_MAX];
        uint8_t hash[32];
        enum rc rc;

        assert(job->count <= LIMITS_MAX);
        job->wait_us = 0;
        for (size_t i = 0; i < job->count; i++) {
                rc = store_sign_in_get(conn, hash_key(&job->limits[i], hash), &tries[i], err);
                if (rc)
                        return rc;
                /* A clock that was set back must not lock anybody out. */
                if (job->now_us - tries[i].since_us >= WINDOW_US || tries[i].since_us > job->now_us)
                        tries[i] = (struct sign_in_tries){ .since_us = job->now_us };
                if (tries[i].count >= job->limits[i].max)
                        job->wait_us = longer(job->wait_us, tries[i].since_us + WINDOW_US - job->now_us);
        }
        if (job->wait_us > 0)
                return RC_OK;
        for (size_t i = 0; i < job->count; i++) {
                tries[i].count++;
                rc = store_sign_in_put(conn, hash_key(&job->limits[i], hash), &tries[i], err);
                if (rc)
                        return rc;
        }
        return RC_OK;
}

enum rc limiter_try(struct db *db, const struct limit *limits, size_t count, int64_t now_us, unsigned *ret_wait_s,
                    struct err *err)
{
        struct try_job job = { .limits = limits, .count = count, .now_us = now_us };
        enum rc rc = db_write(db, write_try, &job, err);

        if (rc)
                return rc;
        *ret_wait_s = (unsigned)((job.wait_us + 999999) / 1000000);
        return RC_OK;
}

enum rc limiter_forget(struct db_conn *conn, const struct limit *limit, struct err *err)
{
        uint8_t hash[32];

        return store_sign_in_forget(conn, hash_key(limit, hash), err);
}

enum rc limiter_sweep(struct db_conn *conn, int64_t now_us, struct err *err)
{
        return store_sign_in_sweep(conn, now_us - WINDOW_US, err);
}

enum rc limiter_any_old(struct db_conn *conn, int64_t now_us, bool *ret, struct err *err)
{
        return store_sign_in_any_old(conn, now_us - WINDOW_US, ret, err);
}
