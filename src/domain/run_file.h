/*
 * domain/run_file.h - files that clients upload with a run.
 *
 * The bytes are a blob; a row says that this name of this run stands for them. Uploading a
 * name again replaces what it stands for.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_RUN_FILE_H
#define VITRINE_DOMAIN_RUN_FILE_H

#include "domain/run.h"
#include "store/run_file.h"

#define RUN_FILES_PER_CALL 10000

/* A leading "./" means nothing. RC_INVALID for names that leave the run's folder. */
MUST_USE enum rc run_file_check_name(struct str name, struct str *ret_name, struct err *err);

/* May the caller upload to this run? */
MUST_USE enum rc run_file_may_put(struct call *call, int64_t run_id, struct err *err);
/* The bytes are durable: the name stands for them from now on. */
MUST_USE enum rc run_file_done(struct call *call, int64_t run_id, struct str name, const struct blob_digests *digests,
                               struct err *err);

MUST_USE enum rc run_file_list(struct call *call, const struct run *run, struct str pattern, int64_t after_id,
                               size_t limit, struct run_file_list *ret, struct err *err);
/* *ret NULL when there is none of that name. */
MUST_USE enum rc run_file_find(struct call *call, const struct run *run, struct str name, struct run_file **ret,
                               struct err *err);
/* For a download: the file, when the caller may have its bytes now. */
MUST_USE enum rc run_file_open(struct call *call, int64_t run_id, int64_t file_id, struct run_file **ret,
                               struct err *err);
/* Padded base64. */
struct str run_file_md5(struct arena *arena, const struct run_file *file);
MUST_USE enum rc run_file_count(struct call *call, const struct run *run, int64_t *ret, struct err *err);
/* RC_NOT_FOUND, and nothing happens, when one of them is not there. */
MUST_USE enum rc run_file_delete(struct call *call, const int64_t *ids, size_t count, struct err *err);

#endif
