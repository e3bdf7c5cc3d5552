/*
 * store/check.h - queries of domain/check.c: everything that points at bytes, page by page,
 * and the rules that rows must keep among themselves.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_CHECK_H
#define VITRINE_STORE_CHECK_H

#include "store/artifact_blob.h"
#include "store/run_file.h"

/* Ids of committed artifacts above after_id, ascending. */
MUST_USE enum rc store_check_artifacts(struct db_conn *conn, struct arena *arena, int64_t after_id, size_t limit,
                                       struct id_list *ret, struct err *err);
MUST_USE enum rc store_check_artifact_count(struct db_conn *conn, int64_t *ret, struct err *err);

/* What was uploaded, in the order of its key; `after` NULL: from the start. */
struct check_blobs {
        struct artifact_blob *items;
        size_t count;
};
MUST_USE enum rc store_check_blobs(struct db_conn *conn, struct arena *arena, const struct artifact_blob *after,
                                   size_t limit, struct check_blobs *ret, struct err *err);

MUST_USE enum rc store_check_run_files(struct db_conn *conn, struct arena *arena, int64_t after_id, size_t limit,
                                       struct run_file_list *ret, struct err *err);

/* Parts of uploads that are not complete, behind (upload_id, part). */
struct check_part {
        int64_t upload_id;
        struct upload_part part;
};
struct check_parts {
        struct check_part *items;
        size_t count;
};
MUST_USE enum rc store_check_parts(struct db_conn *conn, struct arena *arena, int64_t upload_id, int64_t part,
                                   size_t limit, struct check_parts *ret, struct err *err);
/* Is it still the part of an upload that is not complete? */
MUST_USE enum rc store_check_part_wanted(struct db_conn *conn, const struct check_part *part, bool *ret_wanted,
                                         struct err *err);

/* ---- rules ---------------------------------------------------------------------------- */

struct check_rule {
        const char *kind;             /* for scripts */
        const char *what;             /* for people: one sentence */
        const char *sql;              /* rows that break it: where (text); takes a limit */
};
extern const struct check_rule check_rules[];
extern const size_t check_rule_count;

struct str_list {
        struct str *items;
        size_t count;
};
/* The places, at most `limit`, that break a rule. */
MUST_USE enum rc store_check_rule(struct db_conn *conn, struct arena *arena, const struct check_rule *rule,
                                  size_t limit, struct str_list *ret, struct err *err);

#endif
