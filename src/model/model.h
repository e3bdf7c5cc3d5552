/*
 * model/model.h - the nouns: ids, roles, states, artifact paths, file types.
 *
 * Pure functions over borrowed strings; names and their rules are in model/names.h, the
 * caller's identity in model/principal.h.
 *
 * Thread rule: pure.
 */
#ifndef VITRINE_MODEL_MODEL_H
#define VITRINE_MODEL_MODEL_H

#include "base/arena.h"

/* ---- ids ------------------------------------------------------------------------------- */

/* What an id names. The words on the wire are in id.c; clients check some of them. */
enum model_type {
        MODEL_NONE,
        MODEL_ARTIFACT,
        MODEL_ARTIFACT_ALIAS,
        MODEL_ARTIFACT_MANIFEST,
        MODEL_ARTIFACT_MEMBERSHIP,  /* ArtifactCollectionMembership */
        MODEL_ARTIFACT_PORTFOLIO,
        MODEL_ARTIFACT_SEQUENCE,
        MODEL_ARTIFACT_TYPE,
        MODEL_AGENT,
        MODEL_API_KEY,
        MODEL_COLLECTION_EVENT,
        MODEL_ENTITY,
        MODEL_FILE,
        MODEL_INVITE,
        MODEL_JOB,
        MODEL_MEMBER,
        MODEL_ORGANIZATION,
        MODEL_PROJECT,
        MODEL_PROJECT_INTERNAL,     /* ProjectInternalId */
        MODEL_PROJECT_MEMBER,
        MODEL_PROTECTED_ALIAS,
        MODEL_RUN,
        MODEL_SWEEP,
        MODEL_TAG,
        MODEL_UPLOAD,
        MODEL_USER,
        MODEL_TYPE__COUNT
};

struct id {
        enum model_type type;
        int64_t number;    /* > 0 */
};

/* "Artifact", ...; the empty string for MODEL_NONE. */
const char *model_type_name(enum model_type type);
/* Padded standard base64 of "Type:<number>"; never holds a '/'. */
struct str id_format(struct arena *arena, struct id id);
/* Exactly what id_format() writes; false on anything else. */
bool id_parse(struct str text, struct id *ret);
/*
 * The number of an id that must be of one type. RC_INVALID "'x' is not the id of a ...".
 */
MUST_USE enum rc id_require(struct str text, enum model_type type, int64_t *ret_number, struct err *err);

/* ---- versions and paths ---------------------------------------------------------------- */

/* "v12" -> 12: 'v', no leading zero, at most INT32_MAX. */
bool version_parse(struct str text, int64_t *ret_version);
struct str version_format(struct arena *arena, int64_t version);
/* 'v' and digits only, in whatever form: reserved for versions, so never an alias. */
bool version_looks_like(struct str text);

/* Pieces of [[entity/]project/]collection[:alias]; those left out are absent. */
struct artifact_path {
        struct str entity;
        struct str project;
        struct str collection;
        struct str alias;
};
/*
 * Splits without judging the names. The first ':' ends the path, so an alias may hold
 * anything. RC_INVALID on too many or empty pieces.
 */
MUST_USE enum rc artifact_path_parse(struct str text, struct artifact_path *ret, struct err *err);
struct str artifact_path_format(struct arena *arena, const struct artifact_path *path);

#define MODEL_REGISTRY_PREFIX "wandb-registry-"
/* A project whose name is the prefix and at least one character more. */
bool registry_is_project(struct str project_name);
/* The registry's name without the prefix; absent when it is not a registry. */
struct str registry_short_name(struct str project_name);
struct str registry_project_name(struct arena *arena, struct str registry_name);

/* ---- roles and states; the numbers are stored ------------------------------------------- */

/* In a registry or project, lowest first. */
enum model_role {
        MODEL_ROLE_NONE,
        MODEL_ROLE_RESTRICTED_VIEWER,
        MODEL_ROLE_VIEWER,
        MODEL_ROLE_MEMBER,
        MODEL_ROLE_ADMIN,
        MODEL_ROLE__COUNT
};
const char *model_role_name(enum model_role role);                    /* "restricted_viewer", ...; "none" */
bool model_role_parse(struct str text, enum model_role *ret_role);    /* not "none" */

/* In an organization or a team, lowest first. */
enum model_member_role {
        MODEL_MEMBER_NONE,
        MODEL_MEMBER_VIEWER,
        MODEL_MEMBER_MEMBER,
        MODEL_MEMBER_ADMIN,
        MODEL_MEMBER__COUNT
};
const char *model_member_role_name(enum model_member_role role);      /* "viewer", "member", "admin"; "none" */
bool model_member_role_parse(struct str text, enum model_member_role *ret_role); /* also "view-only" */

enum model_artifact_state { MODEL_STATE_PENDING, MODEL_STATE_COMMITTED, MODEL_STATE_DELETED, MODEL_STATE__COUNT };
const char *model_artifact_state_name(enum model_artifact_state state); /* "PENDING", ... */
bool model_artifact_state_parse(struct str text, enum model_artifact_state *ret_state);

/* Who sees a registry: everybody in the organization, or only its members. */
enum model_access { MODEL_ACCESS_ORGANIZATION, MODEL_ACCESS_RESTRICTED, MODEL_ACCESS__COUNT };
const char *model_access_name(enum model_access access);              /* on the wire: "PRIVATE", "RESTRICTED" */
const char *model_access_visibility(enum model_access access);        /* for people: "organization", "restricted" */
/* Either spelling, any case. */
bool model_access_parse(struct str text, enum model_access *ret_access);

/* ---- the rest --------------------------------------------------------------------------- */

/*
 * For comparing names that must not differ by case only. Folds ASCII letters and nothing
 * else: names in other scripts that differ by case count as different.
 */
struct str model_fold(struct arena *arena, struct str name);

enum model_file_kind { MODEL_FILE_BINARY, MODEL_FILE_TEXT, MODEL_FILE_MARKDOWN, MODEL_FILE_JSON, MODEL_FILE_TABLE,
                       MODEL_FILE_CSV, MODEL_FILE_IMAGE, MODEL_FILE_AUDIO, MODEL_FILE_VIDEO };
struct model_file_type {
        enum model_file_kind kind;   /* how a page can show it */
        const char *mime;
};
/* By the name's ending, any case; "application/octet-stream" when it is not known. */
struct model_file_type model_file_type(struct str path);

#endif
