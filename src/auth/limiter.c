/*
 * auth/limiter.c - how often somebody may try in a minute.
 *
 * A small table of counters by the hash of a key, fixed in size: when all places that a key
 * may have are in use, the oldest counter gives way. That forgets tries of somebody else
 * only when hundreds of keys are tried within a minute, and then the limit per address
 * and the limit on hashes that run at once still hold.
 */
#include "auth/internal.h"

#define SLOTS 1024
#define PROBES 8
#define WINDOW_MS 60000

struct slot {
        uint64_t key;
        uint64_t since_ms;
        unsigned tries;               /* 0: free */
};

struct limiter {
        pthread_mutex_t lock;         /* guards slots */
        struct slot slots[SLOTS];
};

struct limiter *limiter_new(void)
{
        struct limiter *limiter = calloc(1, sizeof(*limiter));

        if (!limiter)
                abort_because("out_of_memory", "a table of 24 KiB was wanted");
        pthread_mutex_init(&limiter->lock, NULL);
        return limiter;
}

void limiter_free(struct limiter *limiter)
{
        pthread_mutex_destroy(&limiter->lock);
        free(limiter);
}

static struct slot *find_slot(struct limiter *limiter, uint64_t key, uint64_t now_ms)
{
        struct slot *oldest = NULL;

        for (size_t i = 0; i < PROBES; i++) {
                struct slot *slot = &limiter->slots[(key + i) % SLOTS];

                if (slot->tries > 0 && now_ms - slot->since_ms >= WINDOW_MS)
                        slot->tries = 0;
                if (slot->tries > 0 && slot->key == key)
                        return slot;
                if (!oldest || slot->tries == 0 ||
                    (oldest->tries > 0 && slot->since_ms < oldest->since_ms))
                        oldest = slot;
        }
        *oldest = (struct slot){ .key = key, .since_ms = now_ms };
        return oldest;
}

bool limiter_try(struct limiter *limiter, struct str key, unsigned max, uint64_t now_ms)
{
        struct slot *slot;
        bool may;

        pthread_mutex_lock(&limiter->lock);
        slot = find_slot(limiter, hash_bytes(key.ptr, key.len), now_ms);
        may = slot->tries < max;
        if (may)
                slot->tries++;
        pthread_mutex_unlock(&limiter->lock);
        return may;
}
