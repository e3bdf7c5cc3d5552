/*
 * store/run_line.h - the lines of a run: history, system events, console.
 *
 * Lines are kept as the client wrote them, by stream and number. Writing a line again
 * replaces it, so that a repeated request changes nothing. History lines carry the step
 * they belong to.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_RUN_LINE_H
#define VITRINE_STORE_RUN_LINE_H

#include "store/query.h"

enum run_stream { RUN_HISTORY, RUN_EVENTS, RUN_CONSOLE, RUN_STREAM__COUNT };

struct run_line {
        int64_t line;
        struct str text;
        bool has_step;
        int64_t step;
};
struct run_line_list {
        struct run_line *items;
        size_t count;
};

MUST_USE enum rc store_run_lines_put(struct db_conn *conn, int64_t run_id, enum run_stream stream,
                                     const struct run_line *lines, size_t count, struct err *err);
/* The last `limit` lines, ascending. */
MUST_USE enum rc store_run_lines_last(struct db_conn *conn, struct arena *arena, int64_t run_id,
                                      enum run_stream stream, size_t limit, struct run_line_list *ret,
                                      struct err *err);
/* Which history lines have min <= step < max. */
struct run_range {
        int64_t first, last;           /* the lowest and the highest number; not set when there are none */
        int64_t lines, steps;          /* how many lines, and of how many different steps */
};
MUST_USE enum rc store_run_history_range(struct db_conn *conn, int64_t run_id, int64_t min_step, int64_t max_step,
                                         struct run_range *ret, struct err *err);
/* Drops history lines with a greater step, and those at or behind the first of them. */
MUST_USE enum rc store_run_history_cut(struct db_conn *conn, int64_t run_id, int64_t last_step, int64_t *ret_lines,
                                       struct err *err);

/* Reads lines one after the other in constant memory; for long histories and downloads. */
typedef enum rc (*store_run_line_fn)(void *payload, int64_t line, struct str text, bool *ret_go_on, struct err *err);
MUST_USE enum rc store_run_lines_each(struct db_conn *conn, int64_t run_id, enum run_stream stream, int64_t first,
                                      int64_t last, store_run_line_fn fn, void *payload, struct err *err);
/* Of each step in min <= step < max the line that came last, by step; the second number handed over is the step. */
MUST_USE enum rc store_run_steps_each(struct db_conn *conn, int64_t run_id, int64_t min_step, int64_t max_step,
                                      store_run_line_fn fn, void *payload, struct err *err);
/* The line with that number, or absent. */
MUST_USE enum rc store_run_line_get(struct db_conn *conn, struct arena *arena, int64_t run_id,
                                    enum run_stream stream, int64_t line, struct str *ret, struct err *err);
/* Bytes of all lines, each with a line end. */
MUST_USE enum rc store_run_lines_size(struct db_conn *conn, int64_t run_id, enum run_stream stream, int64_t *ret,
                                      struct err *err);

#endif
