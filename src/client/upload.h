/*
 * client/upload.h - an upload: what its files share. upload.c asks for addresses; upload_put.c
 * sends; upload_parts.c sees to files in parts.
 */
#ifndef VITRINE_CLIENT_UPLOAD_H
#define VITRINE_CLIENT_UPLOAD_H

#include "client/artifact.h"
#include "client/parts.h"

/*
 * PARTS_AT_ONCE of one file are under way, in ascending order: a server that joins them while they come can then follow,
 * and has little left to do at the end.
 */
enum { BATCH = 500, BATCHES_MAX = 2, PUTS_MAX = 1500, PARTS_AT_ONCE = 16, ASKED_MAX = 4, HEADERS_MAX = 16 };

struct upload;
struct large;

/* A part of a large file. */
struct part {
        struct part_job digest;
        struct large *large;
        uint64_t offset, size;
        bool arrived;                 /* with an earlier attempt */
        struct put *put;              /* until it is sent; NULL when it need not be */
        char etag[64];
};

struct large {
        struct large *next;
        struct upload *upload;
        struct entry *entry;
        struct part *parts;
        size_t part_count, digested, sent;
        size_t started, under_way;    /* parts before `started` are sent, being sent, or were there */
        bool ready;                   /* all parts are digested: may be asked for */
        bool asked;
        bool over;
        char *upload_id, *storage_path;
        struct call_task complete;
};

struct put {
        struct task task;
        struct put *next, **before;   /* of all puts; ended ones are freed by the next round */
        bool ended;
        struct upload *upload;
        struct entry *entry;
        struct part *part;            /* NULL: the whole file */
        char *url;
        char *header_texts[HEADERS_MAX];
        size_t header_count;
        int fd;
        uint64_t sent;
};

struct batch {
        struct call_task call;
        struct upload *upload;
        struct entry *entries[BATCH];
        struct large *large;          /* a batch of its own */
        size_t count;
        bool used;
};

struct upload {
        struct vitrine_session *session;
        struct engine *engine;
        struct entries *entries;
        const char *artifact_id, *manifest_id;
        bool resumes;                 /* the server says which parts it has */
        size_t next;                  /* the first entry that was not asked for */
        size_t puts;
        size_t batches_under_way;
        struct batch batches[BATCHES_MAX];
        struct large *large;          /* those that are over included */
        struct put *all;
        size_t ended;
};

/* Sends the file; a part only when put_start() says so. Takes over nothing: texts are copied. */
MUST_USE enum rc put_add(struct upload *upload, struct entry *entry, struct part *part, struct str url,
                         const struct json *headers, struct err *err);
void put_start(struct put *put);
void puts_free(struct upload *upload, bool all); /* those that ended, or all of them */

/* Its parts are digested first. */
MUST_USE enum rc large_begin(struct upload *upload, struct entry *entry, struct err *err);
void large_write(const struct large *large, struct vars *vars); /* "uploadPartsInput" */
/* What the server answered; parts that it lacks are sent. */
MUST_USE enum rc large_take(struct large *large, const struct json *node, struct err *err);
void large_sent(struct part *part);
bool large_waiting(const struct upload *upload); /* is one not over? */
void large_free_all(struct upload *upload);

#endif
