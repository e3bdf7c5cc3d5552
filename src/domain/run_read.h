/*
 * domain/run_read.h - reading a run back: history, events, console, what its config says.
 *
 * Rows come back as the client wrote them. Where fewer are asked for than there are, they are
 * taken evenly, the first and the last always among them. Whoever holds a struct run has been
 * let in by run_find() or run_see().
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_RUN_READ_H
#define VITRINE_DOMAIN_RUN_READ_H

#include "domain/run.h"
#include "store/run_line.h"

#define RUN_SAMPLES_DEFAULT 500
#define RUN_SAMPLES_MAX 100000
#define RUN_READ_MAX_BYTES ((size_t)48 * 1024 * 1024) /* of rows in one answer */

struct run_rows {
        struct str *items;
        size_t count;
};
/* Lines first..last of a stream, at most `limit`; RC_TOO_LARGE over RUN_READ_MAX_BYTES. */
MUST_USE enum rc run_lines(struct call *call, const struct run *run, enum run_stream stream, int64_t first,
                           int64_t last, size_t limit, struct run_line_list *ret, struct err *err);
/* Rows of history with min_step <= _step < max_step, at most `samples`. */
MUST_USE enum rc run_history(struct call *call, const struct run *run, int64_t min_step, int64_t max_step,
                             int64_t samples, struct run_rows *ret, struct err *err);
/* All rows of a stream, at most `samples`. */
MUST_USE enum rc run_sample_lines(struct call *call, const struct run *run, enum run_stream stream, int64_t samples,
                                  struct run_rows *ret, struct err *err);
/*
 * spec: {"keys": ["_step", "loss"], "samples": 500, "minStep": 0, "maxStep": 100}. Rows that have all
 * of the keys, with only those, as a JSON list of objects; NaN and infinities as strings.
 */
MUST_USE enum rc run_sampled_history(struct call *call, const struct run *run, struct str spec, struct str *ret_json,
                                     struct err *err);
/* Bytes of a stream as a text file. */
MUST_USE enum rc run_stream_size(struct call *call, const struct run *run, enum run_stream stream, int64_t *ret,
                                 struct err *err);
/* The last row of a stream in the form that resuming clients read: a JSON list of JSON strings. */
MUST_USE enum rc run_tail(struct call *call, const struct run *run, enum run_stream stream, struct str *ret_json,
                          struct err *err);

/* The named members of the config's _wandb entry, as a JSON object. */
MUST_USE enum rc run_wandb_config(struct call *call, const struct run *run, const struct str *keys, size_t count,
                                  struct str *ret_json, struct err *err);

/* What wandb-metadata.json says; *ret NULL when the run has none that can be read. */
struct run_info {
        struct str program, os, python, colab, executable, gpu;
        struct str git_remote, git_commit;    /* both absent: no git */
        struct str *args;
        size_t arg_count;
        bool code_saved;
        int64_t cpu_count, gpu_count;         /* -1: not said */
};
MUST_USE enum rc run_info(struct call *call, const struct run *run, struct run_info **ret, struct err *err);

/* ---- console ---------------------------------------------------------------------------------- */

/* A line as clients write it: ["ERROR "] time " " text. */
struct run_log_line {
        int64_t number;
        int64_t time_us;              /* 0: not said */
        struct str level;             /* "error", or absent */
        struct str text;
};
struct run_log {
        struct run_log_line *items;
        size_t count;
        bool has_next;
};
void run_log_parse(struct str raw, struct run_log_line *ret);
/* Lines behind number `after` (-1: from the start); last > 0: the last ones instead. */
MUST_USE enum rc run_log_page(struct call *call, const struct run *run, int64_t after, size_t first, size_t last,
                              struct run_log *ret, struct err *err);

#endif
