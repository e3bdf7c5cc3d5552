/*
 * domain/event.c - see event.h.
 */
#include "domain/event.h"

#include "base/clock.h"
#include "json/json.h"

/* A User-Agent is the caller's to choose; bytes of the audit log are not. */
#define PROGRAM_MAX 200

enum rc event_note(struct call *call, const struct event_row *event, struct err *err)
{
        struct event_row row = *event;

        assert(call->writing);
        row.at_us = clock_now_us();
        row.account_id = call->who->account_id;
        row.request_id = call->request_id;
        row.address = call->address;
        row.program = str_slice(call->program, 0, PROGRAM_MAX);
        return store_event_add(call->conn, &row, err);
}

struct str event_detail(struct call *call, const char *key1, struct str value1, const char *key2,
                        struct str value2)
{
        _cleanup_(buf_done) struct buf buf = { 0 };
        struct json_writer w;

        json_writer_init(&w, &buf);
        json_begin_object(&w);
        json_key_string(&w, key1, value1);
        if (key2)
                json_key_string(&w, key2, value2);
        json_end_object(&w);
        return arena_str(call->arena, buf_str(&buf));
}
