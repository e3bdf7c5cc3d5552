/*
 * domain/run_export.c - see run_export.h.
 */
#include "domain/run_export.h"

#include "store/run_line.h"

struct run_export {
        struct db *db;
        int64_t run_id;
        enum run_stream stream;
        int64_t line;              /* the one that is being written */
        size_t done;               /* bytes of it that were written, its line end counted */
};

enum rc run_export_new(struct call *call, int64_t run_id, int64_t stream, struct run_export **ret, struct err *err)
{
        struct run_export *export;
        struct run *run = NULL;
        enum rc rc = run_require(call, run_id, ACT_DOWNLOAD, &run, NULL, err);

        if (rc)
                return rc;
        if (stream < 0 || stream >= RUN_STREAM__COUNT)
                return err_set(err, RC_NOT_FOUND, "The run has no such stream.");
        export = calloc(1, sizeof(*export));
        if (!export)
                return err_set(err, RC_UNAVAILABLE, "The server is out of memory: try again later.");
        export->db = call->domain->db;
        export->run_id = run->id;
        export->stream = (enum run_stream)stream;
        *ret = export;
        return RC_OK;
}

struct piece {
        struct run_export *export;
        char *at;
        size_t room;
};

static enum rc add_line(void *payload, int64_t line, struct str text, bool *ret_go_on, struct err *err UNUSED)
{
        struct piece *piece = payload;
        struct run_export *export = piece->export;
        size_t count;

        if (line != export->line)
                export->done = 0;
        export->line = line;
        count = text.len > export->done ? text.len - export->done : 0;
        if (count > piece->room)
                count = piece->room;
        memcpy(piece->at, text.ptr + export->done, count);
        piece->at += count;
        piece->room -= count;
        export->done += count;
        if (piece->room > 0 && export->done >= text.len) {
                *piece->at++ = '\n';
                piece->room--;
                export->line++;
                export->done = 0;
        }
        *ret_go_on = piece->room > 0;
        return RC_OK;
}

enum rc run_export_read(struct run_export *export, char *ret, size_t len, size_t *ret_len, struct err *err)
{
        _cleanup_(db_read_end) struct db_conn *conn = NULL;
        struct piece piece = { .export = export, .at = ret, .room = len };
        enum rc rc = db_read_begin(export->db, &conn, err);

        if (!rc)
                rc = store_run_lines_each(conn, export->run_id, export->stream, export->line, INT64_MAX, add_line, &piece,
                                          err);
        if (rc)
                return rc;
        *ret_len = len - piece.room;
        return RC_OK;
}

void run_export_free(struct run_export *export)
{
        free(export);
}
