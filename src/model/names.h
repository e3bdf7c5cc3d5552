/*
 * model/names.h - what names, paths and texts may be, in one place.
 *
 * Each check answers RC_OK, or RC_INVALID / RC_TOO_LARGE with the sentence that the user
 * sees; sentences that the client also has are spelled as it spells them. Lengths of names
 * count code points. All names must be well-formed UTF-8 without control characters and
 * without characters that change the direction of text, so that what is shown is what is
 * stored.
 *
 * Thread rule: pure.
 */
#ifndef VITRINE_MODEL_NAMES_H
#define VITRINE_MODEL_NAMES_H

#include "json/json.h"

enum {
        MODEL_NAME_MAX = 128,             /* collections, types, projects, aliases, tags, runs */
        MODEL_REGISTRY_NAME_MAX = 113,    /* a project name less the prefix */
        MODEL_ENTITY_NAME_MAX = 64,
        MODEL_EMAIL_MAX = 254,
        MODEL_PATH_MAX_BYTES = 4096,
        MODEL_DESCRIPTION_MAX_BYTES = 64 * 1024,
        MODEL_METADATA_MAX_BYTES = 1024 * 1024,
        MODEL_METADATA_MAX_KEYS = 100,
        MODEL_TAGS_MAX = 20,              /* in one call */
};

/* The name an artifact is logged under; any name that a collection may have. */
MUST_USE enum rc model_check_artifact_name(struct str name, struct err *err);
/* 1 to 128 characters, without '/' and ':', not "." or "..". */
MUST_USE enum rc model_check_collection_name(struct str name, struct err *err);
/* 1 to 128 characters, without '/' and ':'. */
MUST_USE enum rc model_check_type_name(struct str name, struct err *err);
/* Types that clients keep for themselves; the server takes them, people may not choose them. */
bool model_type_is_reserved(struct str type_name, struct str artifact_name);
/* 1 to 128 characters, without '/' and ':', not 'v' and digits. */
MUST_USE enum rc model_check_alias(struct str alias, struct err *err);
/*
 * ^[-\w]+( +[-\w]+)*$, up to 128 characters. Outside ASCII everything counts as a letter
 * but the blocks of spaces, punctuation and symbols: a little more than clients allow.
 */
MUST_USE enum rc model_check_tag(struct str tag, struct err *err);
/* Without the prefix. */
MUST_USE enum rc model_check_registry_name(struct str name, struct err *err);
/* Full name; judged as a registry's when it has the prefix. */
MUST_USE enum rc model_check_project_name(struct str name, struct err *err);
/* Users and teams: letters, digits, '_', '-', '.'; not what the server's own addresses start with. */
MUST_USE enum rc model_check_entity_name(struct str name, struct err *err);
/* For people: 1 to 128 characters without '/'. */
MUST_USE enum rc model_check_organization_name(struct str name, struct err *err);
MUST_USE enum rc model_check_email(struct str email, struct err *err);
/* 1 to 128 characters, without / \ # ? % : and line ends. */
MUST_USE enum rc model_check_run_id(struct str id, struct err *err);
/* A file in a manifest: relative, '/' between names, none of them empty, "." or "..", no '\' and no NUL. */
MUST_USE enum rc model_check_path(struct str path, struct err *err);
/* A file of a run: the same rules. */
MUST_USE enum rc model_check_file_name(struct str name, struct err *err);
/* Free text with line ends; what: "description", for the message. Absent is fine. */
MUST_USE enum rc model_check_text(const char *what, struct str text, size_t max_bytes, struct err *err);
MUST_USE enum rc model_check_description(struct str text, struct err *err);
/*
 * A JSON object with at most 100 keys. Absent, "" and "null" count as {}. ret may be NULL.
 */
MUST_USE enum rc model_check_metadata(struct arena *arena, struct str text, struct json **ret, struct err *err);

#endif
