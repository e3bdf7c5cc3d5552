/*
 * client/stream.h - one body that is read from its beginning to its end: a manifest (manifest_fetch.c), a file for a
 * reader (read_file.c).
 *
 * After a cut the request goes on behind the last byte that was taken, so whoever takes sees every byte once.
 *
 * Thread rule: the session's thread.
 */
#ifndef VITRINE_CLIENT_STREAM_H
#define VITRINE_CLIENT_STREAM_H

#include "client/engine.h"

struct stream {
        struct task task;
        struct engine *engine;
        /* Set by the caller. false ends it; then refusal_rc and refusal say why. */
        bool (*take)(struct stream *stream, struct str bytes);
        uint64_t got;                 /* bytes that came, with those that take() is looking at */
        bool over;
        enum rc rc;
        struct err err, refusal;
        enum rc refusal_rc;
};

/* what: for messages, "the manifest". */
MUST_USE enum rc stream_run(struct vitrine_session *session, struct stream *stream, const char *url, const char *what,
                            struct err *err);

#endif
