/*
 * life_fixture.h - versions with bytes, and a clock that can be turned on, for the tests of the end of a version's life.
 *
 * A version has one file whose content follows from a number. Time passes by making everything stored older.
 */
#ifndef VITRINE_TESTS_LIFE_FIXTURE_H
#define VITRINE_TESTS_LIFE_FIXTURE_H

#include "run_fixture.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "domain/check.h"
#include "domain/reclaim.h"
#include "domain/restore.h"
#include "domain/upload.h"

#define LIFE_DAY_S INT64_C(86400)
#define LIFE_SMALL 700
#define LIFE_LARGE 70000              /* a file of its own in the store; every fifth content is that long */

static inline struct str life_content(struct arena *arena, unsigned number)
{
        size_t size = number % 5 == 0 ? LIFE_LARGE : LIFE_SMALL;
        char *bytes = arena_alloc(arena, size);

        for (size_t i = 0; i < size; i++)
                bytes[i] = (char)(i * 31 + i / 251 + number);
        memcpy(bytes, &number, sizeof(number));
        return (struct str){ bytes, size };
}

static inline struct str life_md5(struct arena *arena, struct str content, uint8_t ret[16])
{
        crypto_md5(content.ptr, content.len, ret);
        return crypto_base64(arena, ret, 16);
}

/* The digest that a client computes for an artifact with one file "f". */
static inline struct str life_digest(struct arena *arena, unsigned number)
{
        uint8_t md5[16];
        struct str text = arena_printf(arena, "wandb-artifact-manifest-v1\nf:%.*s\n",
                                       STR_ARG(life_md5(arena, life_content(arena, number), md5)));

        crypto_md5(text.ptr, text.len, md5);
        return crypto_hex(arena, md5, 16);
}

static inline struct artifact *life_begin(struct call *call, const char *collection, unsigned number)
{
        const struct artifact_input in = {
                .entity_name = STR("team"), .project_name = STR("proj"), .type_name = STR("model"),
                .collection_name = str_from(collection), .digest = life_digest(call->arena, number), .ttl_s = TTL_UNSET,
                .history_step = -1,
        };
        struct artifact *a = NULL;
        struct err err = { 0 };

        assert_ok(artifact_create(call, &in, &a, &err));
        return a;
}

/* Sends the file unless the server has it already; then the manifest. */
static inline void life_send(struct call *call, const struct artifact *a, unsigned number)
{
        struct arena *arena = call->arena;
        struct str content = life_content(arena, number), md5_text, text;
        struct artifact *opened = NULL;
        struct project *project = NULL;
        struct manifest_row *manifest = NULL;
        struct blob_digests digests;
        struct file_plan plan;
        struct err err = { 0 };
        uint8_t md5[16];

        md5_text = life_md5(arena, content, md5);
        assert_ok(upload_open(call, a->id, &opened, &project, &err));
        memcpy(plan.digest, md5, sizeof(plan.digest));
        assert_ok(upload_plan(call, opened, project, DIGEST_MD5, &plan, 1, &err));
        if (!plan.stored) {
                assert_ok(blob_put_bytes(call->domain->blobs, content, &digests, &err));
                assert_ok(upload_file_done(call, a->id, md5, DIGEST_MD5, &digests, &err));
        }
        text = arena_printf(arena,
                            "{\"version\":1,\"storagePolicy\":\"wandb-storage-policy-v1\",\"storagePolicyConfig\":"
                            "{\"storageLayout\":\"V2\"},\"contents\":{\"f\":{\"digest\":\"%.*s\",\"size\":%zu}}}",
                            STR_ARG(md5_text), content.len);
        assert_ok(blob_put_bytes(call->domain->blobs, text, &digests, &err));
        assert_ok(manifest_create(call, &(struct manifest_input){ .artifact_id = a->id, .name = STR("wandb_manifest.json"),
                                                                  .digest = crypto_base64(arena, digests.md5, 16),
                                                                  .kind = MANIFEST_FULL },
                                  &manifest, &err));
        assert_ok(upload_manifest_done(call, manifest->id, &digests, &err));
}

static inline struct artifact *life_log(struct call *call, const char *collection, unsigned number)
{
        struct artifact *a = life_begin(call, collection, number);
        struct err err = { 0 };

        if (a->state == ARTIFACT_COMMITTED)
                return a;
        life_send(call, a, number);
        assert_ok(artifact_commit(call, a->id, &a, &err));
        return a;
}

static inline bool life_has_content(struct run_fixture *f, unsigned number)
{
        struct str content = life_content(&f->arena, number);
        struct blob_ref ref = { .size_bytes = content.len };
        struct err err = { 0 };
        bool there = false;

        crypto_sha256(content.ptr, content.len, ref.sha256);
        assert_ok(blob_exists(f->domain.blobs, &ref, false, &there, &err));
        return there;
}

static inline struct artifact *life_see(struct run_fixture *f, int64_t id)
{
        struct artifact *a = NULL;
        struct err err = { 0 };

        assert_ok(db_read_refresh(f->operator.conn, &err));
        assert_ok(store_artifact_by_id(f->operator.conn, &f->arena, id, &a, &err));
        assert_non_null(a);
        return a;
}

/* ---- time ---- */

static inline enum rc life_age_write(struct db_conn *conn, void *payload, struct err *err)
{
        const char *const steps[] = {
                ("UPDATE artifact SET created_us = created_us - $1, updated_us = updated_us - $1, "
                 "committed_us = committed_us - $1, deleted_us = deleted_us - $1"),
                "UPDATE artifact_blob SET created_us = created_us - $1",
                "UPDATE manifest SET created_us = created_us - $1",
                "UPDATE collection SET deleted_us = deleted_us - $1",
                "UPDATE project SET deleted_us = deleted_us - $1",
        };
        enum rc rc = RC_OK;

        for (size_t i = 0; !rc && i < ARRAY_LEN(steps); i++)
                rc = store_exec(conn, err, steps[i], "i", *(const int64_t *)payload);
        return rc;
}

static inline enum rc life_age_blobs(struct db_conn *conn, void *payload, struct err *err)
{
        return store_exec(conn, err, "UPDATE blob SET fresh_us = fresh_us - $1", "i", *(const int64_t *)payload);
}

static int64_t life_older_s;

static inline int life_age_file(const char *path, const struct stat *info, int type, struct FTW *walk)
{
        struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, info->st_mtim };

        (void)walk;
        times[1].tv_sec -= life_older_s;
        if (type == FTW_F)
                assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
        return 0;
}

static inline void life_age(struct run_fixture *f, int64_t seconds)
{
        int64_t us = seconds * 1000000;
        struct db *small = NULL;
        struct err err = { 0 };

        assert_ok(db_write(f->domain.db, life_age_write, &us, &err));
        assert_ok(db_open(&(struct db_config){ .path = scratch_path(&f->scratch, "blobs/small.db") }, &small, &err));
        assert_ok(db_write(small, life_age_blobs, &us, &err));
        db_close(small);
        life_older_s = seconds;
        assert_int_equal(nftw(scratch_path(&f->scratch, "blobs/large"), life_age_file, 16, FTW_PHYS), 0);
        assert_ok(db_read_refresh(f->operator.conn, &err));
        assert_ok(db_read_refresh(f->alice.conn, &err));
}

/* ---- the reclaimer and the check ---- */

static inline struct reclaim_counts life_reclaim(struct run_fixture *f, struct reclaim_order order)
{
        struct reclaim_counts counts = { 0 };
        struct err err = { 0 };

        if (!order.restore_s)
                order.restore_s = 7 * LIFE_DAY_S;
        assert_ok(db_read_refresh(f->operator.conn, &err));
        assert_ok(reclaim_run(&f->operator, &order, &counts, &err));
        return counts;
}

static inline void life_on_damage(void *payload, const char *kind, struct str where, struct str what)
{
        (void)payload;
        print_error("%s: %.*s: %.*s\n", kind, STR_ARG(where), STR_ARG(what));
}

/* Every committed version is there, byte for byte. */
static inline void life_check(struct run_fixture *f)
{
        const struct check_order order = { .read_data = true, .on_damage = life_on_damage };
        struct check_counts counts = { 0 };
        struct err err = { 0 };

        assert_ok(db_read_refresh(f->operator.conn, &err));
        assert_ok(check_run(&f->operator, &order, &counts, &err));
        assert_int_equal(counts.damage, 0);
}

static inline void life_delete(struct call *call, int64_t id)
{
        struct artifact *a = NULL;
        struct err err = { 0 };

        assert_ok(artifact_delete(call, id, true, &a, &err));
}

#endif
