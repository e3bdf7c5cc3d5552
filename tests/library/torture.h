/*
 * torture.h - what torture.c (the driver) and scenes.c (the calls) share.
 *
 * A scene is one public call, or a few that belong together, on objects that were made before. prepare() runs with
 * all the memory it wants, act() with one allocation failing. What act() failed to do it must be able to do
 * right afterwards, on the same objects, when memory is there again.
 */
#ifndef TORTURE_H
#define TORTURE_H

#include <vitrine/vitrine.h>

struct stage {
        unsigned long round;          /* a number of this scene's own, for names that nothing else has */
        vitrine_session *session;
        vitrine_artifact *version, *draft, *linked;
        vitrine_collection *collection;
        vitrine_registry *registry;
        vitrine_run *run;
        char name[64];                /* made of the round's number */
        char path[256];
};

typedef enum vitrine_code scene_fn(struct stage *stage, struct vitrine_error *error);

struct scene {
        const char *name;
        scene_fn *prepare;            /* NULL: only a session */
        scene_fn *act;
        enum vitrine_code again;      /* also good the second time: the first may have been carried out, but for its answer */
        int no_session;               /* act() makes its own */
};

extern const struct scene scenes[];
extern const size_t scene_count;

/* A path below the folder of the test; good until the fourth next call. */
const char *in_dir(const char *name);
/* What is there once for all scenes: an artifact, a registry, a link. */
enum vitrine_code make_world(struct vitrine_error *error);
enum vitrine_code new_session(vitrine_session **ret, struct vitrine_error *error);

#endif
