/*
 * vitrine/run.h - runs: what artifacts are logged and used by, so that their lineage is known.
 *
 * A run here is only that: it has a name, a state and artifacts, and no history of metrics.
 *
 * Thread rule: that of the session.
 */
#ifndef VITRINE_RUN_H
#define VITRINE_RUN_H

#include <vitrine/session.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vitrine_run vitrine_run;

struct vitrine_run_options {
        size_t size;
        const char *entity;          /* NULL: the session's */
        const char *project;         /* NULL: the session's; made when it is not there */
        const char *id;              /* NULL: a new random one; that of a run that exists: go on with it */
        const char *display_name;    /* NULL: the server chooses */
        const char *job_type;        /* NULL: none */
        const char *group;           /* NULL: none */
        const char *notes;           /* NULL: none */
        const char *config_json;     /* an object, {"lr": 0.1}; NULL: none */
};
#define VITRINE_RUN_OPTIONS_INIT { sizeof(struct vitrine_run_options), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL }

/* The run is "running" from then on. options may be NULL. DENIED, NOT_FOUND (the entity). */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_run_start(vitrine_session *session, const struct vitrine_run_options *options, vitrine_run **ret_run,
                  struct vitrine_error *error);
/* "finished" when exit_code is 0, else "failed". The object still has to be freed. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_run_finish(vitrine_run *run, int exit_code, struct vitrine_error *error);
/* Does not finish it: the server will find that it went silent. */
VITRINE_API void vitrine_run_free(vitrine_run *run);

VITRINE_API const char *vitrine_run_id(const vitrine_run *run);           /* as in addresses: "a1b2c3d4" */
VITRINE_API const char *vitrine_run_display_name(const vitrine_run *run); /* "" when there is none */
VITRINE_API const char *vitrine_run_entity(const vitrine_run *run);
VITRINE_API const char *vitrine_run_project(const vitrine_run *run);

#ifdef __cplusplus
}
#endif

#endif
