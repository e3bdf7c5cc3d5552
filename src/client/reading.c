/*
 * client/reading.c - a long read: into a digest, and on the way into a copy.
 *
 * A digest in order is what bounds a large download: MD5 cannot be shared among processors. So the
 * copy is written by a second thread, piece by piece from the very bytes that go into the digest: what is
 * copied was digested, whatever happens to the file meanwhile. Two pieces are in memory, one
 * being read and digested, one being written.
 *
 * Called on threads of the pool (store.c, large_part.c). The writer is no job of theirs: one that waits for
 * another could wait for ever. Without a thread the pieces are written in between.
 */
#include <pthread.h>
#include <unistd.h>

#include "base/fd.h"
#include "client/store.h"

enum { PIECE = 512 * 1024, PIECES = 2 };

struct writer {
        pthread_t thread;
        bool runs;
        int fd;
        pthread_mutex_t lock;         /* guards all below */
        pthread_cond_t change;
        const char *piece;            /* NULL: nothing to write */
        size_t len;
        uint64_t at;
        bool over;
        enum rc rc;
        struct err err;
};

static void *write_pieces(void *payload)
{
        struct writer *w = payload;

        (void)pthread_mutex_lock(&w->lock);
        for (;;) {
                struct err err = { 0 };
                enum rc rc;

                while (!w->piece && !w->over)
                        (void)pthread_cond_wait(&w->change, &w->lock);
                if (!w->piece)
                        break;
                (void)pthread_mutex_unlock(&w->lock);
                rc = fd_pwrite_all(w->fd, w->piece, w->len, w->at, &err);
                (void)pthread_mutex_lock(&w->lock);
                if (rc && !w->rc) {
                        w->rc = rc;
                        w->err = err;
                }
                w->piece = NULL;
                (void)pthread_cond_signal(&w->change);
        }
        (void)pthread_mutex_unlock(&w->lock);
        return NULL;
}

static void writer_begin(struct writer *w, int fd)
{
        w->fd = fd;
        if (pthread_mutex_init(&w->lock, NULL) != 0)
                return;
        if (pthread_cond_init(&w->change, NULL) == 0) {
                w->runs = pthread_create(&w->thread, NULL, write_pieces, w) == 0;
                if (w->runs)
                        return;
                (void)pthread_cond_destroy(&w->change);
        }
        (void)pthread_mutex_destroy(&w->lock);
}

/* Returns when the piece before is written; this one is to stay until the next call. */
static enum rc writer_add(struct writer *w, const char *piece, size_t len, uint64_t at, struct err *err)
{
        enum rc rc;

        if (!w->runs)
                return piece ? fd_pwrite_all(w->fd, piece, len, at, err) : RC_OK;
        (void)pthread_mutex_lock(&w->lock);
        while (w->piece)
                (void)pthread_cond_wait(&w->change, &w->lock);
        rc = w->rc;
        if (rc)
                *err = w->err;
        else if (piece)
                w->piece = piece;
        w->len = len;
        w->at = at;
        (void)pthread_cond_signal(&w->change);
        (void)pthread_mutex_unlock(&w->lock);
        return rc;
}

static void writer_end(struct writer *w)
{
        if (!w->runs)
                return;
        (void)pthread_mutex_lock(&w->lock);
        w->over = true;
        (void)pthread_cond_signal(&w->change);
        (void)pthread_mutex_unlock(&w->lock);
        (void)pthread_join(w->thread, NULL);
        (void)pthread_cond_destroy(&w->change);
        (void)pthread_mutex_destroy(&w->lock);
        w->runs = false;
}

static enum rc read_pieces(const struct reading *r, struct writer *w, char *buffer, uint64_t *ret_end, struct err *err)
{
        uint64_t at = r->from;
        enum rc rc = RC_OK;

        for (size_t turn = 0; at < r->to;) {
                char *piece = buffer + (turn % PIECES) * PIECE;
                size_t want = r->to - at < PIECE ? (size_t)(r->to - at) : PIECE;
                ssize_t got = pread(r->fd, piece, want, (off_t)at);

                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return err_set_errno(err, RC_IO, "%s cannot be read", r->path);
                if (got == 0)
                        break;
                if (r->copy_fd >= 0)
                        rc = writer_add(w, piece, (size_t)got, at, err);
                if (rc)
                        return rc;
                crypto_digest_add(r->digest, piece, (size_t)got);
                at += (uint64_t)got;
                turn++;
                if (engine_stopping(r->engine))
                        return fail_canceled(err);
        }
        rc = r->copy_fd >= 0 ? writer_add(w, NULL, 0, 0, err) : RC_OK;
        if (!rc)
                *ret_end = at;
        return rc;
}

enum rc read_on(const struct reading *reading, uint64_t *ret_end, struct err *err)
{
        char *buffer = mem_alloc((size_t)PIECE * PIECES);
        struct writer writer = { .runs = false };
        enum rc rc;

        if (!buffer)
                return mem_fail(err);
        if (reading->copy_fd >= 0)
                writer_begin(&writer, reading->copy_fd);
        rc = read_pieces(reading, &writer, buffer, ret_end, err);
        writer_end(&writer);
        mem_free(buffer);
        return rc;
}
