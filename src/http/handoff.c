/*
 * http/handoff.c - the border between I/O threads and workers.
 *
 * Out: handoff_suspend() takes the connection out of libmicrohttpd's hands and puts the
 * request into its loop's batch; after the turn, handoff_flush() gives the batch to the
 * workers. Back: the worker leaves a note with the loop, and the loop resumes the
 * connection. Two laws, both because the other way was measured to stall:
 *
 *   - only the loop calls MHD_resume_connection() (a worker's call does not wake it);
 *   - a chunked body is never suspended (body.c).
 *
 * While it is suspended a request belongs to the worker, libmicrohttpd does not look at
 * the connection, and so nothing can free the request. When the connection is lost at
 * another time and begin() had succeeded, the request goes to a worker once more, without
 * a connection, for abort(); the worker frees it.
 *
 * A full queue: a request that is new is answered with 503; one that has begun waits in
 * the batch for the next turn.
 */
#include "http/internal.h"

static struct http_request *request_of_job(struct pool_job *job)
{
        return (struct http_request *)(void *)((char *)job - offsetof(struct http_request, job));
}

static enum rc run_data(struct http_request *req, struct err *err)
{
        enum rc rc = req->route->handler.data(req, buf_str(&req->body), err);

        buf_clear(&req->body);
        return rc;
}

static enum rc run_handle(struct http_request *req, struct err *err)
{
        enum rc rc;

        req->ended = true;
        rc = req->route->handler.handle(req, err);
        if (!rc && req->reply.kind == REPLY_NONE)
                rc = err_set(err, RC_INTERNAL, "The request was handled without an answer.");
        if (!rc && req->reply.kind == REPLY_STREAM && !req->is_head) {
                reply_read_piece(req); /* ahead: saves a trip, and a failure can still be told */
                if (req->reply.stream_broken)
                        rc = err_set(err, RC_IO, "The answer could not be read.");
        }
        return rc;
}

static void run_abort(struct http_request *req)
{
        req->ended = true;
        if (req->route->handler.abort)
                req->route->handler.abort(req);
}

void handoff_run_steps(struct http_request *req)
{
        const struct http_handler *handler = &req->route->handler;
        struct err err = { 0 };
        enum rc rc = RC_OK;

        if (req->steps & STEP_BEGIN) {
                rc = handler->begin ? handler->begin(req, &err) : RC_OK;
                req->begun = !rc;
        }
        if (!rc && req->steps & STEP_DATA)
                rc = run_data(req, &err);
        if (!rc && req->steps & STEP_HANDLE)
                rc = run_handle(req, &err);
        if (rc) {
                if (req->begun && !req->ended)
                        run_abort(req);
                reply_error(req, rc, &err);
        }
}

/* On a worker. */
static void run_job(struct pool_job *job)
{
        struct http_request *req = request_of_job(job);

        if (req->steps & STEP_ABORT) {
                run_abort(req);
                request_free(req);
                return;
        }
        if (req->steps & STEP_READ)
                reply_read_piece(req);
        else
                handoff_run_steps(req);
        loop_tell(req->loop, &req->note);
}

/* On the loop. */
static void resume(struct loop *loop, struct note *note)
{
        struct http_request *req = (struct http_request *)(void *)note;

        loop->suspended--;
        MHD_resume_connection(req->connection);
}

static void batch_add(struct http_request *req, unsigned steps)
{
        struct loop *loop = req->loop;

        req->steps = steps;
        req->job.run = run_job;
        req->note.run = resume;
        req->batch_next = NULL;
        *loop->batch_last = req;
        loop->batch_last = &req->batch_next;
}

void handoff_suspend(struct http_request *req, unsigned steps)
{
        MHD_suspend_connection(req->connection);
        req->loop->suspended++;
        batch_add(req, steps);
}

void handoff_abort(struct http_request *req)
{
        req->connection = NULL;
        batch_add(req, STEP_ABORT);
}

/* Whether the request may be told to come back later. */
static bool is_new(const struct http_request *req)
{
        return !req->begun && (req->steps & (STEP_BEGIN | STEP_HANDLE)) != 0;
}

bool handoff_flush(struct loop *loop)
{
        struct http_request *req;

        while ((req = loop->batch) != NULL) {
                struct http_request *next = req->batch_next;

                /* The request may be back, or gone, as soon as it is added. */
                if (!pool_add(loop->server->pool, &req->job)) {
                        struct err err = { 0 };

                        if (!is_new(req))
                                return false;
                        reply_error(req, err_set(&err, RC_AGAIN, "The server is busy: try again soon."), &err);
                        loop_tell(loop, &req->note);
                }
                loop->batch = next;
                if (!next)
                        loop->batch_last = &loop->batch;
        }
        return true;
}
