/*
 * client/follow.c - references that a download follows: which they are, and files of other artifacts.
 *
 * They come after the files: those to http and https together (follow_web.c), then files of other artifacts one after another, as
 * each is a download of its own, which may lead on. Of such a file is checked that its digest is still the one that was logged; it
 * is fetched and kept in the cache as all others are. A reference that was logged without a checksum has its address for a digest:
 * then there is nothing to hold it against.
 */
#include "client/follow.h"

#include <stdio.h>

enum { DEPTH_MAX = 8 };
static const char artifact_scheme[] = "wandb-artifact://";

static bool to_artifact(const struct entry *entry)
{
        return entry->reference && strncmp(entry->reference, artifact_scheme, strlen(artifact_scheme)) == 0;
}

bool follows(const struct entry *entry)
{
        return reference_is_http(entry) || to_artifact(entry);
}

bool reference_is_unchecked(const struct entry *entry)
{
        return entry->digest && strcmp(entry->digest, entry->reference) == 0;
}

enum rc reference_changed(const struct entry *entry, struct err *err)
{
        return err_set(err, RC_CORRUPT, "'%s' is not what was logged any more: %s has other content now.", entry->path,
                       entry->reference);
}

const char *reference_target(const struct pull *pull, const struct entry *entry, struct arena *arena)
{
        return pull->single ? pull->single : arena_printf(arena, "%s/%s", pull->root, entry->path).ptr;
}

/* ---- files of other artifacts ---- */

/* wandb-artifact://ID/PATH, the id in hexadecimal. */
static enum rc read_address(const struct entry *entry, struct arena *arena, const char **ret_id, const char **ret_path,
                            struct err *err)
{
        const char *hex = entry->reference + strlen(artifact_scheme), *slash = strchr(hex, '/');
        uint8_t bytes[128];
        size_t len = slash ? (size_t)(slash - hex) / 2 : 0;
        char *id;

        if (!len || len > sizeof(bytes) || !slash[1] || !crypto_unhex((struct str){ hex, (size_t)(slash - hex) }, bytes, len))
                return err_set(err, RC_INVALID, "'%s' is a reference to %s, which is no address of a file in an artifact.",
                               entry->path, entry->reference);
        id = arena_alloc(arena, 4 * ((len + 2) / 3) + 1);
        if (!id)
                return mem_fail(err);
        crypto_base64_to(id, bytes, len);
        *ret_id = id;
        *ret_path = slash + 1;
        return RC_OK;
}

/* *artifact: the one that was asked last, as many references often lead to one. */
static enum rc follow_artifact(const struct pull *pull, const struct entry *entry, const char *path,
                               struct vitrine_artifact **artifact, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        const char *id = NULL, *name = NULL;
        const struct entry *target;
        char here[32], there[32];
        enum rc rc;

        if (pull->depth >= DEPTH_MAX)
                return err_set(err, RC_INVALID, "'%s' is a reference to a reference, and so on: more than %d are not followed.",
                               entry->path, DEPTH_MAX);
        arena_begin(&arena);
        rc = read_address(entry, &arena, &id, &name, err);
        if (!rc && (!*artifact || strcmp((*artifact)->facts.id, id) != 0)) {
                vitrine_artifact_free(*artifact);
                *artifact = NULL;
                rc = artifact_by_id(pull->session, id, artifact, err);
                if (!rc)
                        rc = artifact_need_manifest(*artifact, err);
        }
        if (rc)
                return err_prefix(err, rc, "'%s', a reference to %s", entry->path, entry->reference);
        target = entries_find(&(*artifact)->entries, name);
        if (!target)
                return err_set(err, RC_NOT_FOUND, "'%s' is a reference to '%s' in '%s', which has no such file.", entry->path,
                               name, (*artifact)->facts.qualified);
        if (!reference_is_unchecked(entry) && strcmp(entry_digest(entry, here), entry_digest(target, there)) != 0)
                return reference_changed(entry, err);
        return pull_one(*artifact, pull->o, name, path, pull->depth + 1, err);
}

/* ---- all of them ---- */

static enum rc follow_artifacts(const struct pull *pull, struct err *err)
{
        struct vitrine_artifact *artifact = NULL;
        enum rc rc = RC_OK;

        for (size_t i = 0; i < pull->artifact->entries.count && !rc; i++) {
                const struct entry *entry = &pull->artifact->entries.items[i];
                _cleanup_arena_ struct arena arena = { 0 };
                const char *path;

                if (!to_artifact(entry) || !pull_wants(pull, entry))
                        continue;
                arena_begin(&arena);
                path = reference_target(pull, entry, &arena);
                rc = path ? follow_artifact(pull, entry, path, &artifact, err) : mem_fail(err);
        }
        vitrine_artifact_free(artifact);
        return rc;
}

enum rc follow_all(const struct pull *pull, struct err *err)
{
        enum rc rc = follow_web(pull, err);

        return rc ? rc : follow_artifacts(pull, err);
}
