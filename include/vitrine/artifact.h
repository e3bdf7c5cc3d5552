/*
 * vitrine/artifact.h - artifacts: make them, log them, find them, fetch them, change them.
 *
 * An artifact object is either a draft (vitrine_artifact_new), which has local files and no
 * version yet, or a version (vitrine_artifact_fetch, _use, _link), which the server knows.
 * vitrine_artifact_log() turns the draft into the version.
 *
 * Paths of artifacts are written [[ENTITY/]PROJECT/]NAME[:ALIAS], where ALIAS is "v3", "latest"
 * or any other alias; left out it is "latest". In a registry they are
 * [ORGANIZATION/]wandb-registry-REGISTRY/COLLECTION[:ALIAS]. Names within an artifact are
 * relative paths with '/'.
 *
 * Thread rule: that of the session.
 */
#ifndef VITRINE_ARTIFACT_H
#define VITRINE_ARTIFACT_H

#include <vitrine/run.h>
#include <vitrine/session.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vitrine_artifact vitrine_artifact;

/* ---- making one -------------------------------------------------------------------------- */

struct vitrine_artifact_options {
        size_t size;
        const char *description;     /* NULL: none */
        const char *metadata_json;   /* an object of at most 100 keys; NULL: {} */
        int incremental;             /* not 0: the files add to those of the latest version */
};
#define VITRINE_ARTIFACT_OPTIONS_INIT { sizeof(struct vitrine_artifact_options), NULL, NULL, 0 }

/*
 * name: letters, digits, '_', '-', '.', up to 128; type: "model", "dataset", ... options may be NULL.
 * INVALID when a name cannot be one.
 */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_new(vitrine_session *session, const char *name, const char *type,
                     const struct vitrine_artifact_options *options, vitrine_artifact **ret_artifact,
                     struct vitrine_error *error);
VITRINE_API void vitrine_artifact_free(vitrine_artifact *artifact);

/*
 * A draft of the next version: the same files, which need not be there locally, to add to and to remove
 * from. The version it was made from stays as it is.
 */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_new_draft(vitrine_artifact *version, vitrine_artifact **ret_draft, struct vitrine_error *error);

/*
 * A local file. name NULL: the last part of the path. The file is read when the artifact is
 * logged and must not change until then. A name that is there already is replaced.
 */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_add_file(vitrine_artifact *draft, const char *local_path, const char *name,
                          struct vitrine_error *error);
/*
 * All files below a directory, hidden ones too; symbolic links are followed, other things than files skipped.
 * prefix is put before their names; NULL or "": none.
 */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_add_dir(vitrine_artifact *draft, const char *local_dir, const char *prefix,
                         struct vitrine_error *error);
/* The bytes are copied. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_add_bytes(vitrine_artifact *draft, const char *name, const void *data, size_t size_bytes,
                           struct vitrine_error *error);

struct vitrine_reference_options {
        size_t size;
        const char *digest;          /* what identifies the content, such as an ETag; NULL: see below */
        uint64_t size_bytes;         /* of what it points to; UINT64_MAX: not known */
        const char *extra_json;      /* an object that goes into the manifest, {"etag": "..."}; NULL: none */
        int no_checksum;             /* not 0: the address itself is the digest */
};
#define VITRINE_REFERENCE_OPTIONS_INIT { sizeof(struct vitrine_reference_options), NULL, UINT64_MAX, NULL, 0 }

/*
 * An address in place of bytes. name NULL: the last part of the address's path. Without a digest: a file:// address is
 * read (a directory adds all its files below name), http(s):// is asked for its ETag and size, any other is its
 * own digest. options may be NULL.
 */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_add_reference(vitrine_artifact *draft, const char *uri, const char *name,
                               const struct vitrine_reference_options *options, struct vitrine_error *error);
/* A file of another artifact's version, without copying it. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_add_artifact_file(vitrine_artifact *draft, vitrine_artifact *version, const char *version_path,
                                   const char *name, struct vitrine_error *error);
/* One name, or all below it when it ends in '/'. NOT_FOUND when there is none. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_remove(vitrine_artifact *draft, const char *name, struct vitrine_error *error);

struct vitrine_log_options {
        size_t size;
        vitrine_run *run;            /* made by it; NULL: by the user, without a run */
        const char *entity;          /* NULL: the run's, or the session's */
        const char *project;         /* the same */
        const char *const *aliases;  /* besides "latest", which it always gets */
        size_t alias_count;
        const char *const *tags;
        size_t tag_count;
        int64_t ttl_s;               /* >0: delete so many seconds later; 0: as the server does; -1 inherit; -2 never */
        const char *distributed_id;  /* several participants log parts of one version; NULL: not so */
        int no_commit;               /* not 0, with distributed_id: one of the others will finish it */
};
#define VITRINE_LOG_OPTIONS_INIT { sizeof(struct vitrine_log_options), NULL, NULL, NULL, NULL, 0, NULL, 0, 0, NULL, 0 }

/*
 * Hashes, uploads what the server does not have, and commits. When the name has a version with the
 * same content already, no new one is made and the draft becomes that one. options may be NULL. When it
 * fails the draft stays a draft, and logging it again goes on where it stopped. INVALID, DENIED, CONFLICT
 * (the name exists with another type, a file changed meanwhile).
 */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_log(vitrine_artifact *draft, const struct vitrine_log_options *options,
                     struct vitrine_error *error);

/* ---- finding one -------------------------------------------------------------------------- */

/* type NULL: any; else INVALID when it has another. NOT_FOUND. Makes no lineage. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_fetch(vitrine_session *session, const char *path, const char *type, vitrine_artifact **ret_artifact,
                       struct vitrine_error *error);
/* By the server's id, in the collection it was logged to. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_fetch_id(vitrine_session *session, const char *id, vitrine_artifact **ret_artifact,
                          struct vitrine_error *error);
/* The same as fetch, and the run has used it. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_use(vitrine_run *run, const char *path, const char *type, vitrine_artifact **ret_artifact,
                     struct vitrine_error *error);
/* A version that is at hand already. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_used_by(vitrine_artifact *version, vitrine_run *run, struct vitrine_error *error);

/* ---- what it says -------------------------------------------------------------------------- */

/* A getter of a draft answers "" or 0 for what only versions have. None answers NULL but where that is said. */
VITRINE_API int vitrine_artifact_is_draft(const vitrine_artifact *artifact);
VITRINE_API const char *vitrine_artifact_id(const vitrine_artifact *artifact);
VITRINE_API const char *vitrine_artifact_entity(const vitrine_artifact *artifact);
VITRINE_API const char *vitrine_artifact_project(const vitrine_artifact *artifact);
VITRINE_API const char *vitrine_artifact_collection(const vitrine_artifact *artifact); /* name without version */
VITRINE_API const char *vitrine_artifact_version(const vitrine_artifact *artifact);    /* "v3", in this collection */
VITRINE_API const char *vitrine_artifact_name(const vitrine_artifact *artifact);       /* "collection:v3" */
VITRINE_API const char *vitrine_artifact_qualified_name(const vitrine_artifact *artifact); /* "entity/project/collection:v3" */
VITRINE_API const char *vitrine_artifact_type(const vitrine_artifact *artifact);
VITRINE_API const char *vitrine_artifact_digest(const vitrine_artifact *artifact);
VITRINE_API const char *vitrine_artifact_state(const vitrine_artifact *artifact);      /* "COMMITTED", "PENDING", "DELETED" */
VITRINE_API const char *vitrine_artifact_description(const vitrine_artifact *artifact);
VITRINE_API const char *vitrine_artifact_metadata(const vitrine_artifact *artifact);   /* JSON object */
VITRINE_API const char *vitrine_artifact_created_at(const vitrine_artifact *artifact);
VITRINE_API const char *vitrine_artifact_updated_at(const vitrine_artifact *artifact);
VITRINE_API uint64_t vitrine_artifact_size(const vitrine_artifact *artifact);
VITRINE_API uint64_t vitrine_artifact_file_count(const vitrine_artifact *artifact);
VITRINE_API int64_t vitrine_artifact_ttl_s(const vitrine_artifact *artifact);          /* 0 or less: none */
VITRINE_API size_t vitrine_artifact_alias_count(const vitrine_artifact *artifact);     /* in this collection, without "v3" */
VITRINE_API const char *vitrine_artifact_alias(const vitrine_artifact *artifact, size_t index); /* NULL behind the last */
VITRINE_API size_t vitrine_artifact_tag_count(const vitrine_artifact *artifact);
VITRINE_API const char *vitrine_artifact_tag(const vitrine_artifact *artifact, size_t index);   /* NULL behind the last */
/* 1 when it is a link: entity, project, collection and version are those of the registry, source_* those of the origin. */
VITRINE_API int vitrine_artifact_is_link(const vitrine_artifact *artifact);
/* "" where the caller may not see the project it was logged to. */
VITRINE_API const char *vitrine_artifact_source_entity(const vitrine_artifact *artifact);
VITRINE_API const char *vitrine_artifact_source_project(const vitrine_artifact *artifact);
VITRINE_API const char *vitrine_artifact_source_collection(const vitrine_artifact *artifact);
VITRINE_API const char *vitrine_artifact_source_version(const vitrine_artifact *artifact);

/* One entry of the manifest; the strings live as long as the artifact is not changed. */
struct vitrine_entry {
        size_t size;
        const char *path;
        const char *digest;          /* as in the manifest; "" for a local file that was not hashed yet */
        uint64_t size_bytes;         /* UINT64_MAX: of a reference nobody knows */
        const char *reference;       /* address, or NULL for a file */
        const char *extra_json;      /* or NULL */
        const char *local_path;      /* where a draft's file lies, or NULL */
};
#define VITRINE_ENTRY_INIT { sizeof(struct vitrine_entry), NULL, NULL, 0, NULL, NULL, NULL }

/*
 * The entries in byte order of their paths. A version's manifest is read from the server on the first of these calls
 * and checked against the artifact's digest (CORRUPT). index from 0; NOT_FOUND behind the last or when there is no such path.
 */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_entry_count(vitrine_artifact *artifact, size_t *ret_count, struct vitrine_error *error);
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_entry(vitrine_artifact *artifact, size_t index, struct vitrine_entry *ret_entry,
                       struct vitrine_error *error);
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_entry_find(vitrine_artifact *artifact, const char *path, struct vitrine_entry *ret_entry,
                            struct vitrine_error *error);

/*
 * Calls each for one entry after the other, in byte order of their paths, in the same memory for a million of them as for
 * ten. Nothing is told of a manifest that is not right (CORRUPT). The entry and its strings live until each returns; 0 from
 * it goes on, anything else ends the walk (CANCELED).
 */
typedef int (*vitrine_entry_fn)(const struct vitrine_entry *entry, void *payload);
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_each_entry(vitrine_artifact *artifact, vitrine_entry_fn each, void *payload, struct vitrine_error *error);

/* ---- fetching its files --------------------------------------------------------------------- */

struct vitrine_download_options {
        size_t size;
        const char *root;            /* NULL: ./artifacts/NAME:VERSION, as the wandb client does; made as needed */
        const char *path_prefix;     /* only names that start so; NULL: all */
        int no_cache;                /* not 0: neither read nor fill the cache */
        int prune;                   /* not 0: remove files below root that are not in the artifact */
        int skip_references;         /* not 0: leave references out in place of failing */
};
#define VITRINE_DOWNLOAD_OPTIONS_INIT { sizeof(struct vitrine_download_options), NULL, NULL, 0, 0, 0 }

/*
 * Files that are in place with the right digest are left alone. A file gets its name when its bytes have been checked:
 * under it there is the whole file or what was there before. Unfinished bytes stay in the cache or, without one, beside
 * it, named ".NAME.vitrine-part", and the next download goes on with them. References to file:// are copied and
 * checked; those to http, https and files of other artifacts are fetched and held against what the manifest says of them
 * (VITRINE_CORRUPT when it is something else by now); others need skip_references. *ret_root (may be NULL): the directory, free with vitrine_free().
 */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_download(vitrine_artifact *version, const struct vitrine_download_options *options, char **ret_root,
                          struct vitrine_error *error);
/* One file to the local path given; local_path NULL: below the root. options may be NULL; path_prefix and prune do not count. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_download_file(vitrine_artifact *version, const char *path, const char *local_path,
                               const struct vitrine_download_options *options, struct vitrine_error *error);
/*
 * The bytes of one file, in order, to a function; 0 from it goes on, anything else cancels. Its digest is known to
 * be right only when this returns OK (unless the file was in the cache).
 */
typedef int (*vitrine_write_fn)(const void *data, size_t size_bytes, void *payload);
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_read_file(vitrine_artifact *version, const char *path, vitrine_write_fn write, void *payload,
                           struct vitrine_error *error);
/*
 * Compares a directory with the manifest. CORRUPT names the first file that is missing or differs; with
 * strict not 0 also one that is too many.
 */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_verify(vitrine_artifact *version, const char *root, int strict, struct vitrine_error *error);

/* ---- linking and changing it ------------------------------------------------------------------ */

/*
 * Publishes the version in [ORGANIZATION/]wandb-registry-NAME/COLLECTION, or in [[ENTITY/]PROJECT/]COLLECTION of a
 * project; the collection is made when it is not there, the registry is not. A draft is logged first. aliases:
 * besides "latest". *ret_linked (may be NULL): the version as the registry has it. NOT_FOUND, DENIED, INVALID (its
 * type is not one that the registry takes).
 */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_link(vitrine_artifact *artifact, const char *target_path, const char *const *aliases,
                      size_t alias_count, vitrine_artifact **ret_linked, struct vitrine_error *error);
/* Takes a link away; the version it points to stays. CONFLICT when it is none. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_unlink(vitrine_artifact *linked, struct vitrine_error *error);
/* Deletes the version itself. CONFLICT when it has aliases and delete_aliases is 0. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_delete(vitrine_artifact *version, int delete_aliases, struct vitrine_error *error);

/* In the collection the version was found in; an alias that another version has moves. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_add_aliases(vitrine_artifact *version, const char *const *aliases, size_t alias_count,
                             struct vitrine_error *error);
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_remove_aliases(vitrine_artifact *version, const char *const *aliases, size_t alias_count,
                                struct vitrine_error *error);

struct vitrine_artifact_changes {
        size_t size;
        const char *description;     /* NULL: as it is; "": none */
        const char *metadata_json;   /* NULL: as it is */
        const char *const *tags_to_add;
        size_t tags_to_add_count;
        const char *const *tags_to_remove;
        size_t tags_to_remove_count;
        int64_t ttl_s;               /* 0: as it is; >0 seconds; -1 inherit; -2 never */
};
#define VITRINE_ARTIFACT_CHANGES_INIT { sizeof(struct vitrine_artifact_changes), NULL, NULL, NULL, 0, NULL, 0, 0 }

/* Of a draft: what it will be logged with (description and metadata only). Of a version: on the server, at once. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_update(vitrine_artifact *artifact, const struct vitrine_artifact_changes *changes,
                        struct vitrine_error *error);
/* Reads again what the server knows about a version. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_load(vitrine_artifact *version, struct vitrine_error *error);

/* ---- lineage ------------------------------------------------------------------------------------ */

typedef struct vitrine_runs vitrine_runs;
/* The runs that used the version. Free with vitrine_runs_free(). */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_consumers(vitrine_artifact *version, vitrine_runs **ret_runs, struct vitrine_error *error);
/* None or one: the run that logged it. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_artifact_producers(vitrine_artifact *version, vitrine_runs **ret_runs, struct vitrine_error *error);
VITRINE_API size_t vitrine_runs_count(const vitrine_runs *runs);
VITRINE_API const char *vitrine_runs_id(const vitrine_runs *runs, size_t index);      /* these three: NULL behind the last */
VITRINE_API const char *vitrine_runs_entity(const vitrine_runs *runs, size_t index);
VITRINE_API const char *vitrine_runs_project(const vitrine_runs *runs, size_t index);
VITRINE_API void vitrine_runs_free(vitrine_runs *runs);

#ifdef __cplusplus
}
#endif

#endif
