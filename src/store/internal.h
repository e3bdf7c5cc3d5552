/*
 * store/internal.h - helpers shared by the query files of this room only.
 */
#ifndef VITRINE_STORE_INTERNAL_H
#define VITRINE_STORE_INTERNAL_H

#include "store/artifact.h"

/* SHA-256 at `column`, size at the next one. */
struct stored_bytes store_read_bytes(struct db_stmt *stmt, int column);
/* The digest to bind; absent when there are no bytes. */
struct str store_sha(const struct stored_bytes *bytes);

#endif
