/*
 * domain/commit_files.c - see commit_files.h.
 *
 * Whose bytes may a version be made of? Those sent for itself; those of the version that the entry names as their birth,
 * or of any other, when it is of the same project or the caller may download it. A digest alone gives no right to bytes.
 */
#include "domain/commit_files.h"

#include "store/artifact_blob.h"

/* Of one digest's holders, at most so many are looked at. */
#define HOLDERS_MAX 8u
/* Slots of what is remembered; 1.3 MiB. */
#define KNOWN_SLOTS 16384u
#define JUDGED_SLOTS 64u

/* What an entry with this digest, algorithm and birth was found to be. */
struct known {
        bool used;
        uint8_t digest[16];
        enum digest_algorithm algorithm;
        int64_t birth_id;
        int64_t holder_id;
        struct stored_bytes bytes;
};

struct judged {
        int64_t artifact_id;
        bool ok;
};

struct commit_files {
        struct call *call;
        const struct artifact *artifact;
        struct known *known;
        struct judged judged[JUDGED_SLOTS];
};

struct commit_files *commit_files_new(struct call *call, const struct artifact *artifact)
{
        struct commit_files *files = arena_new(call->arena, struct commit_files);

        files->call = call;
        files->artifact = artifact;
        files->known = arena_array(call->arena, struct known, KNOWN_SLOTS);
        return files;
}

/* ---- one digest ---------------------------------------------------------------------- */

/* May the caller use bytes that were stored for another artifact? */
static enum rc judge(struct commit_files *files, int64_t artifact_id, bool *ret_ok, struct err *err)
{
        struct judged *judged = &files->judged[(uint64_t)artifact_id % JUDGED_SLOTS];
        struct artifact *other = NULL;
        bool ok;
        enum rc rc;

        if (judged->artifact_id != artifact_id) {
                rc = store_artifact_by_id(files->call->conn, files->call->arena, artifact_id, &other, err);
                if (rc)
                        return rc;
                ok = other && other->project_id == files->artifact->project_id;
                if (other && !ok) {
                        rc = policy_may_artifact(files->call, other, ACT_DOWNLOAD, &ok, err);
                        if (rc)
                                return rc;
                }
                *judged = (struct judged){ artifact_id, ok };
        }
        *ret_ok = judged->ok;
        return RC_OK;
}

static const struct artifact_blob *held_by(const struct artifact_blob *holders, size_t count, int64_t artifact_id)
{
        for (size_t i = 0; i < count; i++) {
                if (holders[i].artifact_id == artifact_id)
                        return &holders[i];
        }
        return NULL;
}

/* The first whose bytes may be used; those of this project before others. */
static enum rc choose(struct commit_files *files, const struct artifact_blob *holders, size_t count,
                      const struct artifact_blob **ret, struct err *err)
{
        for (int turn = 0; turn < 2; turn++) {
                for (size_t i = 0; i < count; i++) {
                        bool ok = false;
                        enum rc rc;

                        if ((holders[i].project_id == files->artifact->project_id) != (turn == 0))
                                continue;
                        rc = judge(files, holders[i].artifact_id, &ok, err);
                        if (rc)
                                return rc;
                        if (ok) {
                                *ret = &holders[i];
                                return RC_OK;
                        }
                }
        }
        return RC_OK;
}

/*
 * More holders than were read: those that count most are asked for by name. `holders` has HOLDERS_MAX places, and what
 * is found stays there.
 */
static enum rc find_among_many(struct commit_files *files, const struct known *wanted, struct artifact_blob *holders,
                               const struct artifact_blob **ret, struct err *err)
{
        struct db_conn *conn = files->call->conn;
        size_t count = 0;
        bool found = false, ok = false;
        enum rc rc = store_artifact_blob_get(conn, files->artifact->id, wanted->digest, wanted->algorithm, holders,
                                             &found, err);

        if (!rc && !found && wanted->birth_id)
                rc = judge(files, wanted->birth_id, &ok, err);
        if (!rc && ok)
                rc = store_artifact_blob_get(conn, wanted->birth_id, wanted->digest, wanted->algorithm, holders, &found,
                                             err);
        if (rc)
                return rc;
        if (found) {
                *ret = holders;
                return RC_OK;
        }
        rc = store_artifact_blob_find(conn, wanted->digest, wanted->algorithm, files->artifact->project_id, holders,
                                      HOLDERS_MAX, &count, err);
        return rc ? rc : choose(files, holders, count, ret, err);
}

static enum rc find_among(struct commit_files *files, const struct known *wanted, const struct artifact_blob *holders,
                          size_t count, const struct artifact_blob **ret, struct err *err)
{
        const struct artifact_blob *birth;
        bool ok = false;
        enum rc rc;

        *ret = held_by(holders, count, files->artifact->id);
        if (*ret)
                return RC_OK;
        birth = wanted->birth_id ? held_by(holders, count, wanted->birth_id) : NULL;
        if (birth) {
                rc = judge(files, birth->artifact_id, &ok, err);
                if (rc)
                        return rc;
                if (ok) {
                        *ret = birth;
                        return RC_OK;
                }
        }
        return choose(files, holders, count, ret, err);
}

/* Completes `wanted`; `used` stays false when there is nothing. */
static enum rc find(struct commit_files *files, struct known *wanted, struct err *err)
{
        struct artifact_blob holders[HOLDERS_MAX];
        const struct artifact_blob *found = NULL;
        size_t count = 0;
        enum rc rc = store_artifact_blob_holders(files->call->conn, wanted->digest, wanted->algorithm, holders,
                                                 ARRAY_LEN(holders), &count, err);

        if (!rc && count < ARRAY_LEN(holders))
                rc = find_among(files, wanted, holders, count, &found, err);
        else if (!rc)
                rc = find_among_many(files, wanted, holders, &found, err);
        if (rc || !found)
                return rc;
        wanted->used = true;
        wanted->holder_id = found->artifact_id;
        wanted->bytes = found->bytes;
        return RC_OK;
}

/* ---- a batch --------------------------------------------------------------------------- */

static struct known *slot_of(struct commit_files *files, const struct known *wanted)
{
        uint64_t word;

        memcpy(&word, wanted->digest, sizeof(word)); /* a digest is as good as random; whoever makes it otherwise waits longer */
        return &files->known[(word ^ (uint64_t)wanted->birth_id) % KNOWN_SLOTS];
}

static bool is_same(const struct known *a, const struct known *b)
{
        return a->used && memcmp(a->digest, b->digest, sizeof(a->digest)) == 0 && a->algorithm == b->algorithm &&
               a->birth_id == b->birth_id;
}

static void fill(struct manifest_entry *entry, const struct known *known)
{
        entry->size_bytes = known->bytes.size_bytes;
        entry->has_stored = true;
        memcpy(entry->sha256, known->bytes.sha256, sizeof(entry->sha256));
        entry->stored_bytes = (uint64_t)known->bytes.size_bytes;
        if (!entry->birth_artifact)
                entry->birth_artifact = known->holder_id;
}

/* *ret_known: remembered, its bytes need not be looked for again. */
static enum rc resolve_one(struct commit_files *files, struct manifest_entry *entry, struct known *ret,
                           bool *ret_known, struct err *err)
{
        struct known wanted = { .algorithm = entry->is_xxh128 ? DIGEST_XXH128 : DIGEST_MD5 };
        const struct known *slot;
        enum rc rc;

        if (!manifest_digest_parse(entry->digest, wanted.digest))
                return err_set(err, RC_INVALID, "The manifest gives the file '%.*s' no digest of 16 bytes.",
                               STR_ARG(entry->path));
        if (entry->birth_artifact != files->artifact->id)
                wanted.birth_id = entry->birth_artifact;
        slot = slot_of(files, &wanted);
        *ret_known = is_same(slot, &wanted);
        if (*ret_known) {
                wanted = *slot;
        } else {
                rc = find(files, &wanted, err);
                if (rc)
                        return rc;
        }
        if (!wanted.used)
                return err_set(err, RC_INVALID,
                               "The manifest names the file '%.*s', whose bytes were never uploaded for this "
                               "version: log the artifact again.",
                               STR_ARG(entry->path));
        if (entry->size_bytes >= 0 && entry->size_bytes != wanted.bytes.size_bytes)
                return err_set(err, RC_INVALID,
                               "The manifest says that the file '%.*s' has %lld bytes, but %lld were uploaded.",
                               STR_ARG(entry->path), (long long)entry->size_bytes, (long long)wanted.bytes.size_bytes);
        *ret = wanted;
        return RC_OK;
}

enum rc commit_files_resolve(void *payload, struct manifest_entry *entries, size_t count, struct err *err)
{
        struct commit_files *files = payload;
        struct known found[MANIFEST_RESOLVE_MAX];
        struct blob_ref refs[MANIFEST_RESOLVE_MAX] = { 0 };
        size_t asked[MANIFEST_RESOLVE_MAX], asked_count = 0;
        bool there[MANIFEST_RESOLVE_MAX];
        enum rc rc = RC_OK;

        assert(count <= MANIFEST_RESOLVE_MAX);
        for (size_t i = 0; i < count; i++) {
                bool known = false;

                if (manifest_is_reference(&entries[i]))
                        continue;
                rc = resolve_one(files, &entries[i], &found[i], &known, err);
                if (rc)
                        return rc;
                fill(&entries[i], &found[i]);
                if (known)
                        continue;
                memcpy(refs[asked_count].sha256, found[i].bytes.sha256, sizeof(refs[asked_count].sha256));
                refs[asked_count].size_bytes = (uint64_t)found[i].bytes.size_bytes;
                asked[asked_count++] = i;
        }
        rc = blob_exists_some(files->call->domain->blobs, refs, asked_count, true, there, err);
        for (size_t i = 0; !rc && i < asked_count; i++) {
                if (!there[i])
                        return err_set(err, RC_CORRUPT, "The stored bytes of the file '%.*s' are missing.",
                                       STR_ARG(entries[asked[i]].path));
                *slot_of(files, &found[asked[i]]) = found[asked[i]];
        }
        return rc;
}
