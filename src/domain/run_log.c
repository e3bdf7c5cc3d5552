/*
 * domain/run_log.c - console lines; see run_read.h.
 *
 * Clients put the time before each line, and "ERROR " before that when it came from standard
 * error. A line that is not written so is all text.
 */
#include "domain/run_read.h"

#include "base/clock.h"

void run_log_parse(struct str raw, struct run_log_line *ret)
{
        struct str rest = raw, error = STR("ERROR ");
        bool is_error = str_starts(rest, error);
        struct str stamp;
        int64_t time_us;

        *ret = (struct run_log_line){ .number = ret->number, .text = raw.ptr ? raw : STR("") };
        if (is_error)
                rest = str_slice(rest, error.len, rest.len);
        stamp = str_cut(&rest, ' ');
        if (stamp.len < 19 || stamp.ptr[10] != 'T')
                return;
        if (!clock_parse(stamp, &time_us)) {
                char with_zone[64];

                /* Clients leave the zone out and mean UTC. */
                if (stamp.len + 2 > sizeof(with_zone))
                        return;
                memcpy(with_zone, stamp.ptr, stamp.len);
                with_zone[stamp.len] = 'Z';
                with_zone[stamp.len + 1] = '\0';
                if (!clock_parse(str_from(with_zone), &time_us))
                        return;
        }
        ret->time_us = time_us;
        ret->level = is_error ? STR("error") : STR_NULL;
        ret->text = rest.ptr ? rest : STR("");
}

enum rc run_log_page(struct call *call, const struct run *run, int64_t after, size_t first, size_t last,
                     struct run_log *ret, struct err *err)
{
        struct run_line_list list = { 0 };
        struct run_log log = { 0 };
        int64_t from = last == 0 ? after + 1 : run->log_lines > (int64_t)last ? run->log_lines - (int64_t)last : 0;
        enum rc rc = run_lines(call, run, RUN_CONSOLE, from, INT64_MAX, last ? last : first + 1, &list, err);

        if (rc)
                return rc;
        if (last == 0 && list.count > first) {
                log.has_next = true;
                list.count = first;
        }
        log.items = arena_array(call->arena, struct run_log_line, list.count);
        for (size_t i = 0; i < list.count; i++) {
                log.items[i].number = list.items[i].line;
                run_log_parse(list.items[i].text, &log.items[i]);
        }
        log.count = list.count;
        *ret = log;
        return RC_OK;
}
