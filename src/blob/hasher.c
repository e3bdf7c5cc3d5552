/*
 * blob/hasher.c - a thread that computes one digest, piece by piece; see hasher.h.
 *
 * Two semaphores pass the piece over and back: `given` says that there is one (or that it
 * is time to stop), `hashed` that the thread is done with it. Between them nothing is
 * shared.
 */
#include "blob/hasher.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>

struct hasher {
        struct crypto_digest *digest;
        struct str data;  /* absent: stop */
        sem_t given;
        sem_t hashed;
        pthread_t thread;
};

static void wait_for(sem_t *semaphore)
{
        while (sem_wait(semaphore) < 0 && errno == EINTR)
                ;
}

static void *hasher_main(void *payload)
{
        struct hasher *hasher = payload;

        for (;;) {
                wait_for(&hasher->given);
                if (str_is_null(hasher->data))
                        return NULL;
                crypto_digest_add(hasher->digest, hasher->data.ptr, hasher->data.len);
                sem_post(&hasher->hashed);
        }
}

struct hasher *hasher_new(struct crypto_digest *digest)
{
        struct hasher *hasher = calloc(1, sizeof(*hasher));

        if (!hasher)
                return NULL;
        hasher->digest = digest;
        sem_init(&hasher->given, 0, 0);
        sem_init(&hasher->hashed, 0, 0);
        if (pthread_create(&hasher->thread, NULL, hasher_main, hasher) != 0) {
                free(hasher);
                return NULL;
        }
        return hasher;
}

void hasher_add(struct hasher *hasher, struct str data)
{
        assert(!str_is_null(data));
        hasher->data = data;
        sem_post(&hasher->given);
}

void hasher_wait(struct hasher *hasher)
{
        wait_for(&hasher->hashed);
}

struct hasher *hasher_free(struct hasher *hasher)
{
        if (!hasher)
                return NULL;
        hasher->data = STR_NULL;
        sem_post(&hasher->given);
        pthread_join(hasher->thread, NULL);
        sem_destroy(&hasher->given);
        sem_destroy(&hasher->hashed);
        free(hasher);
        return NULL;
}
