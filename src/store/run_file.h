/*
 * store/run_file.h - the files of runs: which bytes a name stands for.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_RUN_FILE_H
#define VITRINE_STORE_RUN_FILE_H

#include "store/query.h"

struct run_file {
        int64_t id;
        int64_t run_id;
        struct str name;
        uint8_t sha256[32];
        uint8_t md5[16];
        int64_t size_bytes;
        int64_t updated_us;
};
struct run_file_list {
        struct run_file *items;
        size_t count;
};

/* Inserts it, or replaces the bytes of the file with that name (whose id stays). */
MUST_USE enum rc store_run_file_put(struct db_conn *conn, const struct run_file *file, struct err *err);
MUST_USE enum rc store_run_file_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct run_file **ret,
                                      struct err *err);
MUST_USE enum rc store_run_file_by_name(struct db_conn *conn, struct arena *arena, int64_t run_id, struct str name,
                                        struct run_file **ret, struct err *err);
/* With id > after_id, by id. pattern: SQL's LIKE with regard to case, '\' escapes; absent: all. */
MUST_USE enum rc store_run_file_list(struct db_conn *conn, struct arena *arena, int64_t run_id, struct str pattern,
                                     int64_t after_id, size_t limit, struct run_file_list *ret, struct err *err);
MUST_USE enum rc store_run_file_count(struct db_conn *conn, int64_t run_id, int64_t *ret, struct err *err);
MUST_USE enum rc store_run_file_delete(struct db_conn *conn, int64_t id, struct err *err);

#endif
