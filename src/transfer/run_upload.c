/*
 * transfer/run_upload.c - the kind of upload that belongs to runs: a file of a run.
 *
 * Grant (made in api/resolve_run_file.c): GRANT_PUT_RUN_FILE, id: run; name: path. Nothing
 * is known of the bytes beforehand; the last upload of a name wins.
 */
#include "transfer/upload.h"

#include "domain/run_file.h"

static enum rc begin(struct upload *u, struct call *call, struct err *err)
{
        return run_file_may_put(call, u->grant.id, err);
}

static enum rc finish(struct upload *u, struct call *call, const struct blob_digests *digests, struct err *err)
{
        return run_file_done(call, u->grant.id, u->grant.name, digests, err);
}

const struct upload_kind run_upload_kind = { .begin = begin, .finish = finish };
