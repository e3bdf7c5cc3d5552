/*
 * transfer/filestream.c - what a running client streams; see filestream.h.
 *
 * A 4xx here ends the client's syncing for good, so only what stays wrong is answered with
 * one: a run that is not there, a body that is no JSON. All else is 5xx and comes again.
 */
#include "transfer/filestream.h"

#include "domain/run_stream.h"
#include "gate/gate.h"

enum rc filestream_post(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        struct run_stream_input in = { 0 };
        struct run *run = NULL;
        bool stop = false;
        enum rc rc;

        if (!str_is_empty(http_header(req, "Content-Encoding")) &&
            !str_eq_nocase(http_header(req, "Content-Encoding"), STR("identity")))
                return err_set(err, RC_INVALID, "Compressed bodies are not read here: send the body as it is.");
        rc = gate_enter(req, &visit, err);
        if (!rc)
                rc = gate_require_user(&visit, err);
        if (!rc)
                rc = run_require_named(&visit.call, http_param(req, "entity"), http_param(req, "project"),
                                       http_param(req, "run"), ACT_LOG, &run, NULL, err);
        if (!rc)
                rc = run_stream_read(http_arena(req), http_body(req), &in, err);
        if (!rc)
                rc = run_stream_apply(&visit.call, run->id, &in, &stop, err);
        if (rc)
                return rc;
        http_reply(req, 200, STR("application/json"), stop ? STR("{\"stopped\":true}") : STR("{}"));
        return RC_OK;
}
