/*
 * client/store.h - files on this machine: checking them, writing them whole, and the cache.
 *
 * A file gets its name when all of it is there and its digest was checked, in a directory of the
 * application's as well as in the cache. Before, it has no name (O_TMPFILE) or that of a part.
 *
 * Thread rule: any thread; the functions touch nothing but the disk and their arguments.
 */
#ifndef VITRINE_CLIENT_STORE_H
#define VITRINE_CLIENT_STORE_H

#include "client/engine.h"
#include "client/entries.h"
#include "crypto/crypto.h"

/* What a file has to be. */
struct want {
        uint64_t size;
        uint8_t digest[16];
        bool xxh;
        bool any_size;                /* the manifest does not say */
};
struct want want_of(const struct entry *entry);

/* Scratch of one worker. */
struct scratch {
        struct engine *engine;        /* to see that it is to stop */
        struct crypto_digest *md5, *xxh;
        char *buffer;
        char last_dir[4096];          /* that was made or found last */
};
enum { SCRATCH_BUFFER = 256 * 1024 };
MUST_USE enum rc scratch_begin(struct scratch *scratch, struct engine *engine, struct err *err);
void scratch_done(struct scratch *scratch);

/* *ret: is it there with this content? */
MUST_USE enum rc file_matches(struct scratch *s, const char *path, const struct want *want, bool *ret, struct err *err);
/* Makes the directories of the path. */
MUST_USE enum rc file_dirs(struct scratch *s, const char *path, struct err *err);
/* A file that has no name yet, or, where the file system knows no such files, one that nobody asks for. */
struct nameless {
        int fd;                       /* -1: none */
        char beside[4096];            /* the name it has meanwhile; "": none */
};
/* In the directory of the path, which is made. */
MUST_USE enum rc nameless_open(struct scratch *s, const char *path, struct nameless *ret, struct err *err);
/* It gets its name, in place of what had it; the descriptor stays open. */
MUST_USE enum rc nameless_name(struct nameless *nameless, const char *path, struct err *err);
void nameless_drop(struct nameless *nameless); /* closes it; for _cleanup_ */
/* The bytes of the other file, without copying them: not on every file system. */
bool nameless_clone(const struct nameless *nameless, int from_fd);

/* The name comes into being with all bytes, in place of what had it. */
MUST_USE enum rc file_write(struct scratch *s, const char *path, const void *data, size_t len, struct err *err);
/* The same from an open file whose bytes are checked on the way: *ret_right false and no name when they differ. */
MUST_USE enum rc file_copy(struct scratch *s, int fd, const struct want *want, const char *path, bool *ret_right,
                           struct err *err);

/* ---- reading what is large: reading.c ---- */

struct reading {
        struct engine *engine;        /* to see that it is to stop */
        int fd, copy_fd;              /* copy_fd -1: no copy */
        uint64_t from, to;            /* to UINT64_MAX: to the end of the file */
        struct crypto_digest *digest;
        const char *path;             /* for messages */
};
/* Adds the bytes to the digest and, on a thread of its own, writes them to the same place of the copy. *ret_end: how far. */
MUST_USE enum rc read_on(const struct reading *reading, uint64_t *ret_end, struct err *err);

/* ---- the cache ---- */

/* "DIR/obj/md5/xx/rest" and the part of the same file; ret holds 4096 bytes. False: no cache, or the name is too long. */
bool cache_path(const struct vitrine_session *session, const struct want *want, char ret[static 4096]);
bool cache_part_path(const struct vitrine_session *session, const struct want *want, char ret[static 4096]);
/* Opens the part and locks it; *ret_fd -1 when another holds it. */
MUST_USE enum rc part_lock(struct scratch *s, const char *part_path, int *ret_fd, struct err *err);
/* Afterwards, when much was put in: keeps the cache within its bound. Never fails for good. */
void cache_bound(struct vitrine_session *session, uint64_t added_bytes);

#endif
