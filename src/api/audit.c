/*
 * api/audit.c - GET /admin/audit_logs: what happened on this server, for its administrators.
 *
 * Parameters: startDate, endDate (YYYY-MM-DD; the end counts as a whole day), numDays (7
 * when nothing says otherwise), anonymize=true (no names of people, no addresses). With limit or cursor the
 * answer is one JSON object with a page and the cursor of the next; without, every event of the range as
 * a line of JSON, written while it is read, so that a range of any size takes the same memory. order=desc: the
 * newest first, in pages.
 */
#include "api/api.h"

#include "base/clock.h"
#include "domain/audit.h"
#include "json/json.h"

#define DAY_US ((int64_t)24 * 3600 * 1000000)
#define PAGE_MOST 20000
#define PAGE_OTHERWISE 1000
/* Rows of a stream that are read at once. */
#define STREAM_ROWS 500

struct range {
        int64_t start_us, end_us;
        int64_t after_us, after_id;
        bool anonymize, newest_first; /* then after_us, after_id are where the page begins, going back */
};

/* ---- one event ---- */

/* What the logs of other servers call it; the rest keeps our name. */
static struct str action_name(struct str action)
{
        if (str_eq_c(action, "version_created"))
                return STR("artifact:create");
        if (str_eq_c(action, "version_used") || str_eq_c(action, "version_downloaded"))
                return STR("artifact:read");
        if (str_eq_c(action, "version_deleted"))
                return STR("artifact:delete");
        return action;
}

static void key_id(struct json_writer *w, const char *key, int64_t id)
{
        if (id)
                json_key_int(w, key, id);
}

static void key_text(struct json_writer *w, const char *key, struct str text)
{
        if (text.ptr)
                json_key_string(w, key, text);
}

static void write_artifact(struct json_writer *w, const struct audit_row *row, bool named, struct arena *arena)
{
        const struct event_row *e = &row->event;

        key_id(w, "artifact_asset", e->artifact_id);
        key_id(w, "artifact_sequence_asset", e->collection_id);
        key_text(w, "artifact_digest", row->digest);
        key_text(w, "artifact_collection_name", row->collection_name);
        if (e->has_version)
                json_key_int(w, "artifact_version_index", e->version);
        if (named && e->has_version && row->entity_name.ptr && row->project_name.ptr && row->collection_name.ptr)
                json_key_string(w, "artifact_qualified_name",
                                arena_printf(arena, "%.*s/%.*s/%.*s:v%lld", STR_ARG(row->entity_name),
                                             STR_ARG(row->project_name), STR_ARG(row->collection_name),
                                             (long long)e->version));
        key_text(w, "alias", e->alias);
}

/* Clients call themselves "W&B Public Client 0.31.0"; the bare program of newer ones says no number. */
static void write_program(struct json_writer *w, struct str program)
{
        size_t from = program.len;

        key_text(w, "actor_user_agent", program);
        while (from > 0 && program.ptr[from - 1] != ' ')
                from--;
        if (str_starts(program, STR("W&B ")) && from < program.len)
                json_key_string(w, "cli_version", str_slice(program, from, program.len));
}

static void write_row(struct json_writer *w, const struct audit_row *row, bool anonymize, struct arena *arena)
{
        const struct event_row *e = &row->event;
        bool named = !anonymize || e->org_id;   /* a personal entity has its user's name */

        json_begin_object(w);
        json_key_string(w, "timestamp", clock_format_str(arena, e->at_us));
        json_key_string(w, "action", action_name(e->action));
        key_id(w, "actor_user_id", e->account_id);
        if (!anonymize) {
                key_text(w, "actor_username", row->actor_name);
                key_text(w, "actor_email", row->actor_email);
                key_text(w, "actor_ip", e->address);
        }
        write_program(w, e->program);
        key_text(w, "request_id", e->request_id);
        key_id(w, "user_asset", e->subject_id);
        if (!anonymize) {
                key_text(w, "user_username", row->subject_name);
                key_text(w, "user_email", row->subject_email);
        }
        key_id(w, "organization_asset", e->org_id);
        key_text(w, "organization_name", row->organization_name);
        key_id(w, "entity_asset", e->entity_id);
        if (named)
                key_text(w, "entity_name", row->entity_name);
        key_id(w, "project_asset", e->project_id);
        key_text(w, "project_name", row->project_name);
        key_id(w, "run_asset", e->run_id);
        write_artifact(w, row, named, arena);
        if (e->detail.ptr && !anonymize) {   /* may name users */
                json_key(w, STR("detail"));
                json_raw(w, e->detail);
        }
        json_key_int(w, "response_code", 200);   /* what was refused leaves no event */
        json_end_object(w);
}

/* ---- all of them, line by line ---- */

struct stream {
        const struct domain *domain;
        struct range range;
        struct buf lines;
        size_t sent;
        bool finished;
};

static enum rc stream_fill(struct stream *s, struct err *err)
{
        _cleanup_(arena_done) struct arena arena;
        struct audit_list page;
        enum rc rc;

        arena_init(&arena, (size_t)64 << 20);
        buf_done(&s->lines);
        s->lines = (struct buf){ 0 };
        s->sent = 0;
        rc = audit_page(s->domain, NULL, &arena, s->range.after_us, s->range.after_id, s->range.end_us, STREAM_ROWS,
                        &page, err);
        if (rc)
                return rc;
        for (size_t i = 0; i < page.count; i++) {
                struct json_writer w;

                json_writer_init(&w, &s->lines);
                write_row(&w, &page.items[i], s->range.anonymize, &arena);
                buf_add_c(&s->lines, '\n');
                s->range.after_us = page.items[i].event.at_us;
                s->range.after_id = page.items[i].event.id;
        }
        s->finished = page.count < STREAM_ROWS;
        return RC_OK;
}

static int64_t stream_read(void *payload, uint64_t position UNUSED, char *ret, size_t len)
{
        struct stream *s = payload;
        struct str left;
        struct err err = { 0 };

        if (s->sent == buf_str(&s->lines).len && !s->finished && stream_fill(s, &err))
                return -1;
        left = str_slice(buf_str(&s->lines), s->sent, buf_str(&s->lines).len);
        if (left.len > len)
                left.len = len;
        if (left.len)
                memcpy(ret, left.ptr, left.len);
        s->sent += left.len;
        return (int64_t)left.len;
}

static void stream_free(void *payload)
{
        struct stream *s = payload;

        buf_done(&s->lines);
        free(s);
}

/* ---- a page ---- */

static enum rc reply_page(struct http_request *req, struct call *call, struct range *range, size_t limit,
                          struct err *err)
{
        struct buf body = { 0 };
        struct audit_list page;
        struct json_writer w;
        enum rc rc = range->newest_first
                             ? audit_page_back(call, range->after_us, range->after_id, range->start_us, limit + 1, &page, err)
                             : audit_page(call->domain, call->conn, call->arena, range->after_us, range->after_id,
                                          range->end_us, limit + 1, &page, err);

        if (rc)
                return rc;
        json_writer_init(&w, &body);
        json_begin_object(&w);
        json_key(&w, STR("audit_logs"));
        json_begin_array(&w);
        for (size_t i = 0; i < page.count && i < limit; i++)
                write_row(&w, &page.items[i], range->anonymize, call->arena);
        json_end_array(&w);
        json_key_string(&w, "range_start_time", clock_format_str(call->arena, range->start_us));
        json_key_string(&w, "range_end_time", clock_format_str(call->arena, range->end_us));
        json_key_int(&w, "count", (int64_t)(page.count < limit ? page.count : limit));
        if (page.count > limit)
                json_key_string(&w, "next_cursor",
                                arena_printf(call->arena, "%lld-%lld", (long long)page.items[limit - 1].event.at_us,
                                             (long long)page.items[limit - 1].event.id));
        else
                json_key_string(&w, "next_cursor", STR_NULL);
        json_end_object(&w);
        http_reply_buf(req, 200, STR("application/json"), &body);
        return RC_OK;
}

/* ---- what is asked for ---- */

static enum rc read_number(struct http_request *req, const char *name, int64_t most, int64_t *ret, struct err *err)
{
        struct str text = http_query(req, name);
        int64_t number = 0;

        if (str_is_empty(text))
                return RC_OK;
        if (!str_to_i64(text, &number) || number < 1 || number > most)
                return err_set(err, RC_INVALID, "'%s' is a number from 1 to %lld.", name, (long long)most);
        *ret = number;
        return RC_OK;
}

static enum rc read_day(struct http_request *req, const char *name, int64_t *ret, struct err *err)
{
        struct str text = http_query(req, name);

        if (str_is_empty(text))
                return RC_OK;
        if (text.len != 10 || !clock_parse(arena_printf(http_arena(req), "%.*sT00:00:00Z", STR_ARG(text)), ret))
                return err_set(err, RC_INVALID, "'%s' is a day like 2026-03-03.", name);
        return RC_OK;
}

static enum rc read_cursor(struct http_request *req, struct range *range, struct err *err)
{
        struct str rest = http_query(req, "cursor");
        struct str first;

        if (str_is_empty(rest))
                return RC_OK;
        first = str_cut(&rest, '-');
        if (!str_to_i64(first, &range->after_us) || !str_to_i64(rest, &range->after_id))
                return err_set(err, RC_INVALID, "The cursor is none that this server gave out: use next_cursor.");
        return RC_OK;
}

static enum rc read_order(struct http_request *req, struct range *range, struct err *err)
{
        struct str order = http_query(req, "order");

        if (str_is_empty(order) || str_eq_c(order, "asc"))
                return RC_OK;
        if (!str_eq_c(order, "desc"))
                return err_set(err, RC_INVALID, "'order' is asc or desc.");
        range->newest_first = true;
        range->after_us = range->end_us;
        range->after_id = 0;
        return RC_OK;
}

static enum rc read_range(struct http_request *req, struct range *range, struct err *err)
{
        int64_t days = 7, start = INT64_MIN, end = INT64_MIN;
        enum rc rc = read_number(req, "numDays", 36500, &days, err);

        if (!rc)
                rc = read_day(req, "startDate", &start, err);
        if (!rc)
                rc = read_day(req, "endDate", &end, err);
        if (rc)
                return rc;
        if (end != INT64_MIN)
                end += DAY_US;
        if (start != INT64_MIN && end == INT64_MIN)
                end = http_query(req, "numDays").ptr ? start + days * DAY_US : clock_now_us() + 1;
        if (end == INT64_MIN)
                end = clock_now_us() + 1;
        if (start == INT64_MIN)
                start = end - days * DAY_US;
        *range = (struct range){ .start_us = start,
                                 .end_us = end,
                                 .after_us = start - 1,
                                 .after_id = INT64_MAX,
                                 .anonymize = str_eq_nocase(http_query(req, "anonymize"), STR("true")) };
        rc = read_order(req, range, err);
        return rc ? rc : read_cursor(req, range, err);
}

static enum rc audit_get(struct http_request *req, struct err *err)
{
        _cleanup_(gate_leave) struct visit visit = { 0 };
        bool paged = http_query(req, "limit").ptr || http_query(req, "cursor").ptr;
        int64_t limit = PAGE_OTHERWISE;
        struct range range;
        struct stream *stream;
        enum rc rc = gate_enter(req, &visit, err);

        if (!rc)
                rc = gate_require_user(&visit, err);
        if (!rc)
                rc = audit_require(&visit.call, err);
        if (!rc)
                rc = read_range(req, &range, err);
        if (!rc)
                rc = read_number(req, "limit", PAGE_MOST, &limit, err);
        if (rc)
                return rc;
        if (paged || range.newest_first)
                return reply_page(req, &visit.call, &range, (size_t)limit, err);
        stream = calloc(1, sizeof(*stream));
        if (!stream)
                return err_set(err, RC_UNAVAILABLE, "The server is out of memory: try again later.");
        stream->domain = visit.call.domain;
        stream->range = range;
        http_reply_stream(req, 200, STR("application/x-ndjson"), UINT64_MAX, stream_read, stream_free, stream);
        return RC_OK;
}

const struct http_route audit_routes[] = {
        {
                .method = "GET",
                .pattern = "/admin/audit_logs",
                .body = HTTP_BODY_NONE,
                .access = "admin",
                .handler = { .handle = audit_get },
        },
};
const size_t audit_route_count = ARRAY_LEN(audit_routes);
