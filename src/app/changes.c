/*
 * app/changes.c - GET /-/changes?of=ID,ID,...: a mark for each thing, another one when it changed.
 *
 * A page asks once a second with the tag of the last answer and gets 304 while nothing is
 * new; then it asks GraphQL again for what it shows. The first time it asks with ages=1, and
 * learns whether something changed between its reading and this. Why not a stream of events is
 * in docs/decisions/0017-live-changes.md.
 */
#include "app/changes.h"

#include "domain/change.h"
#include "json/json.h"

#define THINGS_MAX 16

static enum rc write_marks(struct call *call, struct str ids, bool with_ages, struct buf *body, uint64_t *ret_tag,
                           struct err *err)
{
        struct json_writer w;
        struct str names[THINGS_MAX];
        int64_t ages[THINGS_MAX];
        size_t count = 0;
        struct str marks;

        json_writer_init(&w, body);
        json_begin_object(&w);
        json_key(&w, STR("changes"));
        json_begin_object(&w);
        while (!str_is_null(ids)) {
                struct str text = str_trim(str_cut(&ids, ','));
                struct str mark = STR_NULL;
                int64_t age_ms = -1;
                struct id id;
                enum rc rc;

                if (str_is_empty(text))
                        continue;
                if (++count > THINGS_MAX || !id_parse(text, &id))
                        return err_set(err, RC_INVALID, "'of' must name 1 to %d ids as GraphQL writes them.", THINGS_MAX);
                rc = with_ages ? change_mark_age(call, id, &mark, &age_ms, err) : change_mark(call, id, &mark, err);
                if (rc)
                        return rc;
                json_key(&w, text);
                json_string(&w, mark);
                names[count - 1] = text;
                ages[count - 1] = age_ms;
        }
        json_end_object(&w);
        /* Of the marks alone: ages grow while nothing changes. */
        marks = buf_str(body);
        *ret_tag = hash_bytes(marks.ptr, marks.len);
        if (with_ages) {
                json_key(&w, STR("ages"));
                json_begin_object(&w);
                for (size_t i = 0; i < count; i++)
                        if (ages[i] >= 0) {
                                json_key(&w, names[i]);
                                json_int(&w, ages[i]);
                        }
                json_end_object(&w);
        }
        json_end_object(&w);
        return count > 0 ? RC_OK : err_set(err, RC_INVALID, "'of' must name 1 to %d ids as GraphQL writes them.", THINGS_MAX);
}

enum rc changes_get(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        _cleanup_(buf_done) struct buf body = { 0 };
        struct http_entity entity = { .content_type = STR("application/json") };
        struct str bytes;
        uint64_t tag = 0;
        enum rc rc = gate_enter(req, &visit, err);

        if (!rc)
                rc = gate_require_user(&visit, err);
        if (!rc)
                rc = write_marks(&visit.call, http_query(req, "of"), str_eq(http_query(req, "ages"), STR("1")), &body, &tag,
                                 err);
        if (rc)
                return rc;
        bytes = arena_str(visit.call.arena, buf_str(&body));
        entity.size_bytes = bytes.len;
        entity.etag = arena_printf(visit.call.arena, "\"%016llx\"", (unsigned long long)tag);
        http_reply_header(req, "Cache-Control", STR("private, no-cache"));
        http_reply_header(req, "Vary", STR("Cookie, Authorization"));
        http_reply_header(req, "X-Content-Type-Options", STR("nosniff"));
        http_reply_bytes(req, &entity, bytes);
        return RC_OK;
}
