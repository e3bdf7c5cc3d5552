/*
 * blob/hasher.h - one digest of a stream, computed beside the thread that writes it.
 *
 * MD5 cannot be split and is slower than SHA-256 and writing together, so a single long
 * stream goes about twice as fast when MD5 has a core of its own. blob.c decides when that
 * is worth a thread. The data of hasher_add() is borrowed until hasher_wait() returns; the
 * digest belongs to the hasher between the two.
 *
 * Thread rule: one thread drives a hasher.
 */
#ifndef VITRINE_BLOB_HASHER_H
#define VITRINE_BLOB_HASHER_H

#include "base/base.h"
#include "crypto/crypto.h"

struct hasher;

struct hasher *hasher_new(struct crypto_digest *digest); /* NULL when no thread can be had */
void hasher_add(struct hasher *hasher, struct str data);
void hasher_wait(struct hasher *hasher); /* returns when the data has been hashed */
struct hasher *hasher_free(struct hasher *hasher); /* accepts NULL, returns NULL */

#endif
