/*
 * client/stream.c - one body that is read from its beginning to its end; see stream.h.
 */
#include "client/stream.h"

static enum rc stream_begin(struct task *task, struct err *err)
{
        struct stream *s = (struct stream *)task;

        (void)err;
        task->http.ranged = s->got > 0;
        task->http.first_byte = s->got;
        task->http.last_byte = INT64_MAX;
        return RC_OK;
}

static bool stream_head(struct net_request *http, int status)
{
        struct stream *s = http->payload;

        if (s->got > 0 && status != 206)
                s->refusal_rc = fail_protocol(&s->refusal, "the whole where a part was asked for");
        return s->refusal_rc == RC_OK;
}

static bool stream_data(struct net_request *http, const void *data, size_t len)
{
        struct stream *s = http->payload;

        s->got += len;
        engine_moved(s->engine, &s->task, len);
        return s->take(s, (struct str){ data, len });
}

static void stream_end(struct task *task, enum rc rc, const struct net_answer *answer, const struct err *err)
{
        struct stream *s = (struct stream *)task;

        (void)answer;
        s->over = true;
        s->rc = s->refusal_rc ? s->refusal_rc : rc;
        s->err = s->refusal_rc ? s->refusal : *err;
}

static bool not_over(void *payload)
{
        return !((struct stream *)payload)->over;
}

enum rc stream_run(struct vitrine_session *session, struct stream *s, const char *url, const char *what, struct err *err)
{
        enum rc rc;

        s->engine = session->engine;
        s->task = (struct task){
                .http = { .method = "GET", .url = url, .body_fd = -1, .large = true,
                          .stall_s = session->options.stall_timeout_s, .head = stream_head, .data = stream_data },
                .free = true, .what = what, .begin = stream_begin, .end = stream_end,
        };
        engine_add(session->engine, &s->task);
        rc = engine_run(session->engine, not_over, s, err);
        if (!rc && s->rc) {
                *err = s->err;
                rc = s->rc;
        }
        return rc;
}
