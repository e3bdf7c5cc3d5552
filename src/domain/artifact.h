/*
 * domain/artifact.h - the life of a version: create, upload, commit, use, edit, delete.
 *
 * Life: artifact_create() makes it PENDING (or finds the committed one with the same
 * content); manifests and files are uploaded for it (domain/upload.h); artifact_commit()
 * reads the manifest, checks that every byte is there, and gives it its version number and
 * aliases. Content never changes afterwards.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_ARTIFACT_H
#define VITRINE_DOMAIN_ARTIFACT_H

#include "domain/project.h"
#include "store/collection.h"
#include "store/membership.h"

/*
 * A version as it is seen through one of its places: the membership says through which
 * collection, the project judges what is allowed. An artifact that was named by its id
 * alone has no place (place.collection_id 0) and is judged by all of its places.
 */
struct version {
        struct artifact *artifact;
        struct membership place;
        struct collection *collection;   /* NULL without a place */
        struct project *project;         /* of the collection; NULL without a place */
};

/* ---- finding ------------------------------------------------------------------------------ */

/* NULL when it is not there or the caller may see none of its places. */
MUST_USE enum rc artifact_see(struct call *call, int64_t id, struct artifact **ret, struct err *err);
/*
 * `alias`: "vN", "latest", another alias; absent means latest. *ret NULL when there is none. The
 * project must have been found for the caller (project_find).
 */
MUST_USE enum rc version_find(struct call *call, struct project *project, struct str collection, struct str alias,
                              struct version **ret, struct err *err);
MUST_USE enum rc version_find_in(struct call *call, struct project *project, struct collection *collection,
                                 struct str alias, struct version **ret, struct err *err);
/* The version behind a membership row; NULL when the artifact was deleted. */
MUST_USE enum rc version_at(struct call *call, struct project *project, struct collection *collection,
                            const struct membership *place, struct version **ret, struct err *err);
/* Collection and its project by number, when the caller may see them; both NULL otherwise. */
MUST_USE enum rc collection_see(struct call *call, int64_t id, struct collection **ret_collection,
                                struct project **ret_project, struct err *err);

/* ---- making ------------------------------------------------------------------------------- */

#define TTL_INHERIT (-1)
#define TTL_OFF (-2)
#define TTL_UNSET INT64_MIN

/* Finds or makes a type in a project. */
MUST_USE enum rc artifact_type_create(struct call *call, struct str entity_name, struct str project_name,
                                      struct str name, struct str description, struct artifact_type **ret,
                                      struct err *err);

struct artifact_input {
        struct str entity_name, project_name, run_name;
        struct str type_name, collection_name;
        struct str digest;
        enum digest_algorithm digest_algorithm;
        struct str description, metadata;
        const struct str *aliases;
        size_t alias_count;
        const struct str *tags;
        size_t tag_count;
        int64_t ttl_s;                   /* TTL_UNSET: not given */
        int64_t history_step;            /* -1: none */
        bool dedupe;
        struct str distributed_id, client_id, sequence_client_id, storage_region;
};
MUST_USE enum rc artifact_create(struct call *call, const struct artifact_input *in, struct artifact **ret,
                                 struct err *err);
/* Gives a pending artifact its version; a committed one is answered as it is. */
MUST_USE enum rc artifact_commit(struct call *call, int64_t id, struct artifact **ret, struct err *err);

struct use_input {
        int64_t artifact_id;
        struct str entity_name, project_name, run_name;          /* the run */
        struct str through_entity, through_project;              /* the path it was reached by; may be absent */
};
/* Notes that a run used it (lineage). */
MUST_USE enum rc artifact_use(struct call *call, const struct use_input *in, struct artifact **ret,
                              struct err *err);

struct artifact_edit {
        int64_t artifact_id;
        struct str description, metadata;    /* absent: leave alone */
        int64_t ttl_s;                       /* TTL_UNSET: leave alone */
        const struct str *tags_add;
        size_t tags_add_count;
        const struct str *tags_remove;
        size_t tags_remove_count;
};
MUST_USE enum rc artifact_edit(struct call *call, const struct artifact_edit *edit, struct artifact **ret,
                               struct err *err);
MUST_USE enum rc artifact_delete(struct call *call, int64_t id, bool delete_aliases, struct artifact **ret,
                                 struct err *err);

/*
 * Inside a write, by the server itself: deletes at most `limit` versions whose time to live has passed, with their
 * aliases; they can be restored like others. A version that is linked has no time to live.
 */
MUST_USE enum rc artifact_expire(struct call *call, int64_t now_us, size_t limit, size_t *ret_count,
                                 struct err *err);

/* ---- aliases and links --------------------------------------------------------------------- */

struct alias_change {
        struct str entity_name, project_name, collection_name, alias;
};
MUST_USE enum rc alias_change(struct call *call, int64_t artifact_id, const struct alias_change *changes,
                              size_t count, bool remove, struct err *err);

struct link_input {
        int64_t artifact_id;             /* 0: by client_id */
        struct str client_id;
        int64_t portfolio_id;            /* 0: by names */
        struct str entity_name, project_name, portfolio_name;
        const struct str *aliases;
        size_t alias_count;
};
MUST_USE enum rc artifact_link(struct call *call, const struct link_input *in, struct version **ret,
                               struct err *err);
MUST_USE enum rc artifact_unlink(struct call *call, int64_t artifact_id, int64_t portfolio_id, struct err *err);

/* ---- shared by the files of this family (artifact*.c, commit.c, link.c) --------------------- */

/* Inside a write: "vN" and malformed aliases are refused; moving notes an event. */
MUST_USE enum rc alias_put(struct call *call, const struct project *project, const struct collection *collection,
                           int64_t version, int64_t artifact_id, struct str alias, struct err *err);
/* `latest`: stays where it is when the registry protects it and the caller is no admin. */
MUST_USE enum rc alias_put_latest(struct call *call, const struct project *project,
                                  const struct collection *collection, int64_t version, int64_t artifact_id,
                                  struct err *err);
/* Notes that a version that is about to go loses its aliases; store_membership_delete() removes them. */
MUST_USE enum rc alias_drop_all(struct call *call, const struct project *project,
                                const struct collection *collection, int64_t version, int64_t artifact_id,
                                struct err *err);
MUST_USE enum rc tags_put(struct call *call, int64_t artifact_id, const struct str *tags, size_t count,
                          struct err *err);
/*
 * Inside a write, when all rules have been asked: deletes the version, its places and aliases; it can be restored.
 * action: what the event is called.
 */
MUST_USE enum rc version_remove(struct call *call, struct artifact *artifact, const struct project *project,
                                struct str action, struct err *err);
/* The same for one link of it. */
MUST_USE enum rc version_remove_link(struct call *call, const struct project *project,
                                     const struct collection *portfolio, const struct membership *place,
                                     struct err *err);
/* JSON list of strings, and back. */
struct str alias_list_write(struct call *call, const struct str *aliases, size_t count);
MUST_USE enum rc alias_list_read(struct call *call, struct str json, struct str **ret, size_t *ret_count,
                                 struct err *err);
/* Inside a write: RC_OK when the caller may write to the pending artifact. */
MUST_USE enum rc artifact_require_writer(struct call *call, const struct artifact *artifact,
                                         struct project **ret_project, struct err *err);

#endif
