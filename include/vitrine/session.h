/*
 * vitrine/session.h - where the server is, who asks, and how: everything starts here.
 *
 * vitrine_session_new() does no input or output beyond reading the environment and netrc; the
 * first call that needs the server connects. Connections are kept and used again.
 *
 * Thread rule: one thread at a time, except vitrine_session_cancel().
 */
#ifndef VITRINE_SESSION_H
#define VITRINE_SESSION_H

#include <vitrine/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vitrine_session vitrine_session;

/* ---- callbacks ------------------------------------------------------------------------ */

enum vitrine_operation {
        VITRINE_OPERATION_HASH,      /* reading local files for their digests */
        VITRINE_OPERATION_UPLOAD,
        VITRINE_OPERATION_DOWNLOAD,
        VITRINE_OPERATION_VERIFY     /* comparing local files with digests */
};

enum vitrine_event_kind {
        VITRINE_EVENT_BEGIN,         /* of an operation; the totals are known */
        VITRINE_EVENT_PROGRESS,      /* bytes moved; at most some ten times a second */
        VITRINE_EVENT_FILE_BEGIN,    /* the first byte of `path` is about to move */
        VITRINE_EVENT_FILE_DONE,     /* `path` is whole; skipped says whether bytes moved for it */
        VITRINE_EVENT_RETRY,         /* message says why; retry_ms says when */
        VITRINE_EVENT_END            /* of the operation, also when it failed */
};

/* Valid during the callback only. Files at BEGIN and END: path is NULL. */
struct vitrine_event {
        size_t size;                 /* of this struct as the library knows it */
        enum vitrine_event_kind kind;
        enum vitrine_operation operation;
        const char *path;            /* name within the artifact, or NULL */
        uint64_t file_bytes;         /* size of that file */
        uint64_t file_bytes_done;
        int skipped;                 /* FILE_DONE: it was in the cache, in place or on the server */
        uint64_t bytes_total;        /* of the operation */
        uint64_t bytes_done;         /* with those that did not have to move */
        uint64_t bytes_skipped;      /* those alone */
        uint64_t files_total;
        uint64_t files_done;
        uint64_t files_skipped;
        unsigned transfers;          /* requests under way */
        const char *message;         /* RETRY: why; else NULL */
        uint64_t retry_ms;           /* RETRY: from now */
};
/* Anything but 0 cancels the operation, which then fails with VITRINE_CANCELED. */
typedef int (*vitrine_progress_fn)(const struct vitrine_event *event, void *payload);

enum vitrine_log_level { VITRINE_LOG_DEBUG, VITRINE_LOG_INFO, VITRINE_LOG_WARNING };
/* One line without line end; never holds a key or a signed address. */
typedef void (*vitrine_log_fn)(enum vitrine_log_level level, const char *message, void *payload);

/* ---- the session ----------------------------------------------------------------------- */

struct vitrine_session_options {
        size_t size;
        const char *base_url;        /* NULL: $VITRINE_BASE_URL, $WANDB_BASE_URL, http://localhost:8080 */
        const char *api_key;         /* NULL: $VITRINE_API_KEY, $WANDB_API_KEY, netrc; "": anonymous */
        const char *netrc_file;      /* NULL: $NETRC, ~/.netrc */
        const char *entity;          /* NULL: $VITRINE_ENTITY, $WANDB_ENTITY, then what the server says */
        const char *project;         /* NULL: $VITRINE_PROJECT, $WANDB_PROJECT, then "uncategorized" */
        const char *organization;    /* NULL: $VITRINE_ORGANIZATION, $WANDB_ORGANIZATION, then that of the entity */
        const char *cache_dir;       /* NULL: $VITRINE_CACHE_DIR, $XDG_CACHE_HOME/vitrine, ~/.cache/vitrine */
        int no_cache;                /* not 0: neither read nor fill the cache */
        uint64_t cache_max_bytes;    /* 0: 10 GiB or a tenth of the file system, whichever is less */
        const char *ca_file;         /* PEM file of authorities to trust; NULL: the system's */
        const char *user_agent;      /* put in front of the library's own; NULL: none */
        unsigned transfers_max;      /* requests at a time; 0: 64. The number adapts below that */
        unsigned hash_threads;       /* 0: one for each processor, at most 8 */
        unsigned connect_timeout_s;  /* 0: 10 */
        unsigned stall_timeout_s;    /* a transfer without a byte for so long is started again; 0: 60 */
        unsigned retry_for_s;        /* how long to try again without any progress; 0: 120 */
        vitrine_progress_fn progress;
        void *progress_payload;
        vitrine_log_fn log;
        void *log_payload;
};
#define VITRINE_SESSION_OPTIONS_INIT { sizeof(struct vitrine_session_options), NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, \
                                       NULL, NULL, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL }

/*
 * options may be NULL. INVALID: the address or the key cannot be one. A missing key is not an error
 * here; calls that need one fail with UNAUTHENTICATED.
 */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_session_new(const struct vitrine_session_options *options, vitrine_session **ret_session,
                    struct vitrine_error *error);
/* Everything made from the session must have been freed. */
VITRINE_API void vitrine_session_free(vitrine_session *session);

/*
 * What runs in the session, and every later call, fails with VITRINE_CANCELED as soon as it can; targets of
 * downloads are then as whole or absent as ever. From any thread and from signal handlers.
 */
VITRINE_API void vitrine_session_cancel(vitrine_session *session);
/* Takes the cancellation back. */
VITRINE_API void vitrine_session_resume(vitrine_session *session);

VITRINE_API const char *vitrine_session_base_url(const vitrine_session *session);
/* Where the key was found: "argument", "VITRINE_API_KEY", "WANDB_API_KEY", "netrc" or "none". */
VITRINE_API const char *vitrine_session_key_source(const vitrine_session *session);
VITRINE_API const char *vitrine_session_project(const vitrine_session *session);

/* ---- who am I, and what is there --------------------------------------------------------- */

typedef struct vitrine_viewer vitrine_viewer;

/* UNAUTHENTICATED when the server does not know the key. Free with vitrine_viewer_free(). */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_session_viewer(vitrine_session *session, vitrine_viewer **ret_viewer, struct vitrine_error *error);
VITRINE_API void vitrine_viewer_free(vitrine_viewer *viewer);
VITRINE_API const char *vitrine_viewer_id(const vitrine_viewer *viewer);
VITRINE_API const char *vitrine_viewer_username(const vitrine_viewer *viewer);
VITRINE_API const char *vitrine_viewer_email(const vitrine_viewer *viewer);   /* "" when there is none */
VITRINE_API const char *vitrine_viewer_entity(const vitrine_viewer *viewer);  /* where artifacts go by default */
VITRINE_API size_t vitrine_viewer_team_count(const vitrine_viewer *viewer);
VITRINE_API const char *vitrine_viewer_team(const vitrine_viewer *viewer, size_t index); /* NULL behind the last */
VITRINE_API size_t vitrine_viewer_organization_count(const vitrine_viewer *viewer);
VITRINE_API const char *vitrine_viewer_organization(const vitrine_viewer *viewer, size_t index);

/* The entity of the options, the environment or the server; asked once. Belongs to the session. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_session_entity(vitrine_session *session, const char **ret_entity, struct vitrine_error *error);
/* The organization of the options, the environment, or the only one of the entity. Belongs to the session. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_session_organization(vitrine_session *session, const char **ret_organization, struct vitrine_error *error);

/* *ret_enabled: 1 when the server says it has the feature ("ARTIFACT_REGISTRY_SEARCH", ...), else 0. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_session_feature(vitrine_session *session, const char *name, int *ret_enabled, struct vitrine_error *error);

/*
 * A GraphQL document of one's own. variables_json: an object, or NULL. *ret_data_json is the JSON of
 * "data"; free with vitrine_free(). Errors in the answer are returned as the error; TOO_LARGE when it is longer than 32 MiB.
 */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_session_graphql(vitrine_session *session, const char *document, const char *variables_json,
                        char **ret_data_json, struct vitrine_error *error);

/*
 * Puts the key for a server into the netrc file (NULL: $NETRC, ~/.netrc), in place of an older one for
 * the same server; the file is replaced as a whole and readable for its owner only. key NULL: removes it.
 */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_netrc_store(const char *netrc_file, const char *base_url, const char *key, struct vitrine_error *error);

#ifdef __cplusplus
}
#endif

#endif
