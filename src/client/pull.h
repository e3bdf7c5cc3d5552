/*
 * client/pull.h - a download: what its files share. download.c moves a window of files over the manifest;
 * look.c looks for what is there already, addresses.c asks where the others are, fetch.c gets small files, large.c those in
 * segments, follow.c and follow_web.c what references lead to.
 */
#ifndef VITRINE_CLIENT_PULL_H
#define VITRINE_CLIENT_PULL_H

#include "client/artifact.h"
#include "client/store.h"

enum { ASK_MAX = 256, SMALL_MAX = 256 * 1024, SEGMENT = 8 * 1024 * 1024 };

struct pull;
struct large_get;

/* A file that is being worked on. */
struct file {
        struct file *next, *prev;     /* of all files of the pull */
        struct file *queue;           /* in one of its queues */
        struct pull *pull;
        const struct entry *entry;
        struct want want;
        char *path;                   /* where it goes */
        int part_fd;                  /* locked; -1: none */
        bool use_cache;
        enum { LOOKED_DONE, LOOKED_BUSY, LOOKED_NEEDED } looked;
        uint64_t due_ms;              /* busy: when to look again */
        char *url;
        uint8_t asked;
        bool restarted;               /* its bytes were wrong once */
        /* small */
        struct task task;
        char *bytes;
        size_t got;
        struct job store;
        bool wrong;
        enum rc rc;
        struct err err;
        struct large_get *large;
};

struct pull {
        struct vitrine_session *session;
        struct engine *engine;
        struct vitrine_artifact *artifact;
        const struct vitrine_download_options *o;
        const char *root, *single;    /* one file only: single is where it goes */
        const char *prefix;           /* of the names wanted; single: the name itself */
        unsigned depth;               /* references that led here */
        size_t at;                    /* the first entry that was not looked at */
        size_t active, looking, asking, larges;
        size_t window;                /* the most that are active; each may hold a descriptor */
        struct file *all;
        struct file *busy, *needed, *ready;
        size_t needed_count;
        uint64_t held_bytes;          /* of small files in memory */
        uint64_t cached_bytes;        /* put into the cache */
};

void queue_push(struct file **queue, struct file *file);
struct file *queue_pop(struct file **queue);
void file_need(struct file *file);                       /* its address is to be asked for */

/* A file of the window. */
MUST_USE enum rc file_begin(struct pull *pull, const struct entry *entry, struct file **ret, struct err *err);
MUST_USE enum rc pull_judge(const struct pull *pull, const struct entry *entry, bool *ret, struct err *err);
/* Gives the next files to a job, if there are any and the window has room. look.c */
MUST_USE enum rc look_start(struct pull *pull, struct err *err);

/* A question for addresses that is under way. addresses.c */
struct ask {
        struct call_task call;
        struct pull *pull;
        struct file *files[ASK_MAX];  /* in byte order of their paths */
        size_t count;
};
MUST_USE enum rc ask_start(struct pull *pull, struct ask *ask, struct err *err);

/* Is the entry one of those that are asked for? */
bool pull_wants(const struct pull *pull, const struct entry *entry);
/* One file, to where it is to be; without progress of its own when references led here. download.c */
MUST_USE enum rc pull_one(struct vitrine_artifact *artifact, const struct vitrine_download_options *o, const char *path,
                          const char *local_path, unsigned depth, struct err *err);
/* References that are followed after the files were fetched, and those that nobody can follow. follow.c */
bool follows(const struct entry *entry);
MUST_USE enum rc follow_all(const struct pull *pull, struct err *err);

char *part_path_of(const struct file *file, char room[static 4096]);
void file_finish(struct file *file, bool skipped);       /* the file is in place */
void file_fail(struct file *file, enum rc rc, const struct err *err);
void file_ask_again(struct file *file);                  /* its address is refused */
void file_restart(struct file *file);                    /* its bytes were wrong: once more from the start */
MUST_USE enum rc small_start(struct file *file, struct err *err);
MUST_USE enum rc large_start(struct file *file, struct err *err);
void large_drop(struct file *file);
/* Removes files below root that are not in the artifact. tidy.c */
MUST_USE enum rc tidy_prune(const struct vitrine_artifact *artifact, const char *root, struct err *err);
bool answer_is_stale(const struct net_answer *answer);   /* another address may help */

#endif
