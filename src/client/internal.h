/*
 * client/internal.h - what the files of libvitrine share: the session and its helpers.
 *
 * Public functions are thin: they take options apart, call a static function that speaks
 * `enum rc` and `struct err` like the rest of the house, and hand the outcome over the
 * border (border()). All memory is fallible (docs/decisions/0015).
 *
 * Thread rule: the session's thread, unless a function says otherwise.
 */
#ifndef VITRINE_CLIENT_INTERNAL_H
#define VITRINE_CLIENT_INTERNAL_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "json/json.h"
#include "vitrine/vitrine.h"

struct engine;

struct feature_list {
        struct arena arena;
        bool known;
        size_t count;
        struct str *names;            /* of those that are on */
};

struct vitrine_session {
        struct arena arena;           /* texts that live as long as the session */
        const char *base_url;         /* without '/' at its end */
        const char *key_source;
        char *authorization;          /* header; NULL: anonymous. Wiped at the end */
        const char *entity, *project, *organization; /* as given; NULL: ask */
        const char *found_entity, *found_organization;
        const char *cache_dir;        /* NULL: none */
        uint64_t cache_max_bytes;
        struct vitrine_session_options options; /* numbers and callbacks only; texts are not kept */
        atomic_int canceled;
        struct engine *engine;
        struct feature_list features;
        int http_status;              /* of the last answer, for errors */
};

/* ---- the border: border.c ---- */

/* Translates, fills in *error when there is one, and returns the public code. */
enum vitrine_code border(struct vitrine_session *session, enum rc rc, const struct err *err, struct vitrine_error *error);
/* Copies the options that the application knows over the defaults in ret. RC_INVALID when its size cannot be. */
MUST_USE enum rc take_options(void *ret, size_t size, const void *given, struct err *err);
enum rc fail_canceled(struct err *err);
enum rc fail_protocol(struct err *err, const char *what);  /* "its answer has no artifact" */
/* Of the C library's style; NULL: no memory. */
char *copy_cstr(const char *text);
/* For the library's arenas. */
static inline void arena_begin(struct arena *arena)
{
        arena_init(arena, 0);
        arena->fallible = true;
}
#define _cleanup_arena_ _cleanup_(arena_done)
/* arena_cstr of a text that may be absent: then "". NULL: no memory. */
char *arena_text(struct arena *arena, struct str text);

/* ---- the session: session.c ---- */

void session_log(struct vitrine_session *session, enum vitrine_log_level level, const char *fmt, ...) PRINTF_LIKE(3, 4);
MUST_USE enum rc session_viewer(struct vitrine_session *session, struct vitrine_viewer **ret, struct err *err); /* viewer.c */
MUST_USE enum rc session_entity(struct vitrine_session *session, const char **ret, struct err *err);
MUST_USE enum rc session_organization(struct vitrine_session *session, const char **ret, struct err *err);
MUST_USE enum rc session_feature(struct vitrine_session *session, const char *name, bool *ret, struct err *err);
static inline bool session_canceled(const struct vitrine_session *session)
{
        return atomic_load_explicit(&session->canceled, memory_order_relaxed) != 0;
}
/* The key for a server in a netrc file; *ret NULL when there is none. netrc.c */
MUST_USE enum rc netrc_find(struct arena *arena, const char *netrc_file, const char *base_url, const char **ret,
                            struct err *err);

/* Where names of people lead: of "ORG" (display or path name, NULL: the only one) the entity that owns its registries. org.c */
MUST_USE enum rc resolve_org_entity(struct vitrine_session *session, struct arena *arena, const char *entity,
                                    struct str organization, struct str *ret_org_entity, struct str *ret_display,
                                    struct err *err);

/* ---- GraphQL: graphql.c ---- */

/* Variables: begin, json_key_...(&vars.w), then call(). */
struct vars {
        struct buf buf;
        struct json_writer w;
};
void vars_begin(struct vars *vars);
void vars_done(struct vars *vars);
void vars_text(struct vars *vars, const char *key, const char *value);      /* NULL: null */
void vars_text_if(struct vars *vars, const char *key, const char *value);   /* NULL: no such key */

/* Everything lives in the arena. The error is the server's first, with its code. */
MUST_USE enum rc call(struct vitrine_session *session, struct arena *arena, const char *document, struct vars *vars,
                      const struct json **ret_data, struct err *err);
/* The body of such a call, for those who send it themselves; and what came back. */
void call_write(struct buf *buf, const char *document, struct vars *vars);
MUST_USE enum rc call_read(struct vitrine_session *session, struct arena *arena, struct str text,
                           const struct json **ret_data, struct err *err);
/* Of an answer that is no success. */
enum rc answer_error(int status, struct str body, const char *what, struct err *err);
/* data.a.b.c; NULL when any is missing. */
const struct json *dig(const struct json *data, const char *path);

#endif
