/*
 * server/data.h - the data directory: where the server keeps everything.
 *
 *     DIR/vitrine.db   rows (SQLite, with -wal and -shm beside it)
 *     DIR/blobs/       bytes
 *     DIR/parts/       bytes of uploads in parts, until they are joined
 *     DIR/lock         held by the one server that serves it
 *
 * The directory is made for its owner only. Operator's commands open the database beside a
 * running server; only `serve` takes the lock.
 *
 * Thread rule: opened and closed by the main thread.
 */
#ifndef VITRINE_SERVER_DATA_H
#define VITRINE_SERVER_DATA_H

#include "blob/blob.h"
#include "db/db.h"

struct data;

/*
 * Opens the database and brings it up to this program. create: make the directory when it is
 * missing; otherwise RC_NOT_FOUND.
 */
MUST_USE enum rc data_open(struct arena *arena, struct str dir, bool create, struct data **ret_data,
                           struct err *err);
void data_close(struct data *data); /* accepts NULL */
struct db *data_db(struct data *data);
/* For `serve`: RC_CONFLICT when another server has the lock. */
MUST_USE enum rc data_lock(struct data *data, struct err *err);
/* For `serve`: opens DIR/blobs and DIR/parts. */
MUST_USE enum rc data_open_blobs(struct data *data, struct blob_store **ret_blobs, struct blob_store **ret_parts,
                                 struct err *err);

#endif
