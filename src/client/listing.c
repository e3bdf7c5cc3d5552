/*
 * client/listing.c - the entries of a draft or a version, for the application to look at: by number, by path, or one after
 * the other.
 */
#include "client/artifact.h"

static enum rc list(struct vitrine_artifact *artifact, struct err *err)
{
        if (!artifact->draft)
                return artifact_need_manifest(artifact, err);
        entries_sort(&artifact->entries);
        return RC_OK;
}

static struct vitrine_entry described(const struct entry *entry, const char *digest)
{
        struct vitrine_entry e = VITRINE_ENTRY_INIT;

        e.path = entry->path;
        e.digest = digest ? digest : "";
        e.size_bytes = entry->has_size || entry->local || entry->data ? entry->size : UINT64_MAX;
        e.reference = entry->reference;
        e.extra_json = entry->extra;
        e.local_path = entry->local;
        return e;
}

/* Digests are kept as bytes; as text they live in the artifact's arena from when they were asked for. */
static enum rc describe(struct vitrine_artifact *artifact, struct entry *entry, struct vitrine_entry *ret, struct err *err)
{
        struct vitrine_entry e;
        size_t size = ret->size < sizeof(e) ? ret->size : sizeof(e);
        char room[32];

        if (ret->size < sizeof(size_t))
                return err_set(err, RC_INVALID, "The struct for the entry was not initialized: start with VITRINE_ENTRY_INIT.");
        if (!entry->digest && entry->hashed) {
                entry->digest = arena_text(&artifact->entries.arena, str_from(entry_digest(entry, room)));
                if (!entry->digest)
                        return mem_fail(err);
        }
        e = described(entry, entry->digest);
        e.size = size;
        memcpy(ret, &e, size);
        return RC_OK;
}

enum vitrine_code vitrine_artifact_entry_count(vitrine_artifact *artifact, size_t *ret_count, struct vitrine_error *error)
{
        struct err err = { 0 };
        enum rc rc = list(artifact, &err);

        if (!rc)
                *ret_count = artifact->entries.count;
        return border(artifact->session, rc, &err, error);
}

enum vitrine_code vitrine_artifact_entry(vitrine_artifact *artifact, size_t index, struct vitrine_entry *ret_entry,
                                         struct vitrine_error *error)
{
        struct err err = { 0 };
        enum rc rc = list(artifact, &err);

        if (!rc && index >= artifact->entries.count)
                rc = err_set(&err, RC_NOT_FOUND, "The artifact has no entry number %zu.", index);
        if (!rc)
                rc = describe(artifact, &artifact->entries.items[index], ret_entry, &err);
        return border(artifact->session, rc, &err, error);
}

enum vitrine_code vitrine_artifact_entry_find(vitrine_artifact *artifact, const char *path, struct vitrine_entry *ret_entry,
                                              struct vitrine_error *error)
{
        struct err err = { 0 };
        struct entry *entry = NULL;
        enum rc rc = list(artifact, &err);

        if (!rc) {
                entry = entries_find(&artifact->entries, path ? path : "");
                rc = entry ? describe(artifact, entry, ret_entry, &err)
                           : err_set(&err, RC_NOT_FOUND, "The artifact has no '%s'.", path ? path : "");
        }
        return border(artifact->session, rc, &err, error);
}

struct telling {
        vitrine_entry_fn each;
        void *payload;
};

static enum rc tell(void *payload, struct entry *entry, struct err *err)
{
        const struct telling *telling = payload;
        char room[32];
        const struct vitrine_entry e = described(entry, entry_digest(entry, room));

        return telling->each(&e, telling->payload) == 0 ? RC_OK : fail_canceled(err);
}

enum vitrine_code vitrine_artifact_each_entry(vitrine_artifact *artifact, vitrine_entry_fn each, void *payload,
                                              struct vitrine_error *error)
{
        struct telling telling = { .each = each, .payload = payload };
        struct err err = { 0 };

        return border(artifact->session, artifact_walk(artifact, tell, &telling, &err), &err, error);
}
