/*
 * client/artifact.h - what is behind a vitrine_artifact.
 */
#ifndef VITRINE_CLIENT_ARTIFACT_H
#define VITRINE_CLIENT_ARTIFACT_H

#include "client/engine.h"
#include "client/entries.h"

/* What the server says of a version; replaced as a whole when it is read again. */
struct facts {
        struct arena arena;
        const char *id, *entity, *project, *collection, *collection_id, *version, *name, *qualified, *type, *digest, *state;
        const char *description, *metadata, *created_at, *updated_at;
        const char *source_entity, *source_project, *source_collection, *source_version;
        uint64_t size, file_count;
        int64_t ttl_s;
        const char **aliases, **tags;
        size_t alias_count, tag_count;
};

struct vitrine_artifact {
        struct vitrine_session *session;
        struct facts facts;
        bool draft;
        bool manifest_known;          /* of a version */
        bool copied;                  /* it is, in copy_fd; see manifest_fetch.c */
        int copy_fd;
        bool incremental;
        const char *base_id;          /* of a draft made from a version; in the entries' arena */
        char client_id[129], sequence_client_id[129];
        struct entries entries;
};

#define VERSION_FRAGMENT \
        " fragment A on Artifact { id versionIndex description metadata ttlDurationSeconds state size digest fileCount " \
        "createdAt updatedAt artifactType { name } tags { name } " \
        "artifactSequence { id name project { name entity { name } } } " \
        "aliases { alias artifactCollection { name project { name entity { name } } } } }"
#define ARTIFACT_FRAGMENTS VERSION_FRAGMENT \
        " fragment M on ArtifactCollectionMembership { versionIndex aliases { alias } " \
        "artifactCollection { __typename id name project { name entity { name } } } artifact { ...A } }"

/* Of a membership; or, when that is NULL, of an artifact in the collection it was logged to. */
MUST_USE enum rc facts_read(struct facts *ret, const struct json *membership, const struct json *artifact, struct err *err);
/* A version with these facts, which it takes over. */
MUST_USE enum rc artifact_of(struct vitrine_session *session, struct facts *facts, struct vitrine_artifact **ret,
                             struct err *err);
MUST_USE enum rc artifact_from(struct vitrine_session *session, const struct json *membership,
                               const struct json *artifact, struct vitrine_artifact **ret, struct err *err);
MUST_USE enum rc artifact_by_id(struct vitrine_session *session, const char *id, struct vitrine_artifact **ret,
                                struct err *err);
/* Reads its facts again, in the collection it was found in. */
MUST_USE enum rc artifact_reload(struct vitrine_artifact *artifact, struct err *err);
MUST_USE enum rc artifact_need_manifest(struct vitrine_artifact *artifact, struct err *err);
/*
 * Each entry of a draft or a version in byte order of the paths, in the same memory however many there are. An entry of a version may
 * be gone when each() returns; what each() fails with ends the walk.
 */
MUST_USE enum rc artifact_walk(struct vitrine_artifact *artifact,
                               enum rc (*each)(void *payload, struct entry *entry, struct err *err), void *payload,
                               struct err *err);
MUST_USE enum rc require_version(const struct vitrine_artifact *artifact, struct err *err);
MUST_USE enum rc require_draft(const struct vitrine_artifact *artifact, struct err *err);

/* [[ENTITY/]PROJECT/]NAME[:ALIAS] with what is missing filled in and organizations resolved. Texts in the arena. */
struct place {
        struct str entity, project, collection, alias;
};
MUST_USE enum rc place_find(struct vitrine_session *session, struct arena *arena, const char *path, struct place *ret,
                            struct err *err);
MUST_USE enum rc run_names(const struct vitrine_run *run, const char **ret_id, const char **ret_entity,
                           const char **ret_project);

struct vitrine_session *run_session(const struct vitrine_run *run);

/* Where one file of a version is to be read. download.c */
MUST_USE enum rc file_url(struct vitrine_artifact *artifact, struct arena *arena, const char *path, const char **ret,
                          struct err *err);

/* The digests of what has none; VITRINE_OPERATION_HASH. hash.c */
MUST_USE enum rc hash_entries(struct vitrine_session *session, struct entries *entries, struct err *err);
/* Sends what the server does not have. upload.c */
MUST_USE enum rc upload_entries(struct vitrine_session *session, struct entries *entries, const char *artifact_id,
                                const char *manifest_id, struct err *err);
/* PUT of bytes to an address of the server's; by itself. upload.c */
MUST_USE enum rc upload_bytes(struct vitrine_session *session, const char *url, const struct json *headers, struct str bytes,
                              struct err *err);

#endif
