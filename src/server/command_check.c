/*
 * server/command_check.c - vitrined check: domain/check.c for the operator.
 */
#include <stdio.h>

#include "base/clock.h"
#include "domain/check.h"
#include "server/data.h"
#include "server/operator.h"

#define PROGRESS_MS 2000

struct checking {
        struct session *session;
        uint64_t said_ms;
};

static void on_damage(void *payload, const char *kind, struct str where, struct str what)
{
        struct session *session = ((struct checking *)payload)->session;
        struct json_writer *w = &session->writer;

        if (!session->json) {
                (void)printf("%.*s: %.*s\n", STR_ARG(where), STR_ARG(what));
                return;
        }
        json_begin_object(w);
        json_key_string(w, "kind", str_from(kind));
        json_key_string(w, "where", where);
        json_key_string(w, "what", what);
        json_end_object(w);
}

static void on_progress(void *payload, const struct check_counts *counts)
{
        struct checking *checking = payload;
        uint64_t now = clock_mono_ms();

        if (now - checking->said_ms < PROGRESS_MS)
                return;
        checking->said_ms = now;
        session_say(checking->session, "%llu of %llu versions, %llu files, %llu uploads, %llu MB read",
                    (unsigned long long)counts->versions, (unsigned long long)counts->versions_total,
                    (unsigned long long)counts->files, (unsigned long long)counts->uploads,
                    (unsigned long long)(counts->bytes_read / 1000000));
}

static void say_counts(struct session *session, const struct check_counts *counts)
{
        const struct {
                const char *name;
                uint64_t value;
        } numbers[] = {
                { "versions", counts->versions },     { "files", counts->files },
                { "references", counts->references }, { "uploads", counts->uploads },
                { "runFiles", counts->run_files },    { "parts", counts->parts },
                { "bytesRead", counts->bytes_read },
        };

        if (!session->json) {
                (void)printf("%llu versions with %llu files and %llu references, %llu files of runs: %llu damaged\n",
                             (unsigned long long)counts->versions, (unsigned long long)counts->files,
                             (unsigned long long)counts->references, (unsigned long long)counts->run_files,
                             (unsigned long long)counts->damage);
                return;
        }
        for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
                json_key_int(&session->writer, numbers[i].name, (int64_t)numbers[i].value);
}

enum rc run_check(struct session *session, struct err *err)
{
        struct checking checking = { .session = session, .said_ms = clock_mono_ms() };
        const struct check_order order = { .read_data = options_on(&session->options, "read-data"),
                                           .on_damage = on_damage,
                                           .on_progress = on_progress,
                                           .payload = &checking };
        struct check_counts counts = { 0 };
        enum rc rc = data_open_blobs(session->data, &session->domain.blobs, &session->domain.parts, err);

        if (rc)
                return rc;
        if (session->json) {
                json_begin_object(&session->writer);
                json_key(&session->writer, STR("damage"));
                json_begin_array(&session->writer);
        }
        rc = check_run(&session->call, &order, &counts, err);
        if (rc)
                return rc;
        if (session->json)
                json_end_array(&session->writer);
        say_counts(session, &counts);
        if (session->json)
                json_end_object(&session->writer);
        if (counts.damage == 0)
                return RC_OK;
        if (session->json) /* what a failing command has gathered is not printed for it */
                (void)printf("%s\n", buf_cstr(&session->out));
        (void)fflush(stdout);
        return err_set(err, RC_CORRUPT, "%llu pieces of damage were found: restore what is named from a backup, or log it again.",
                       (unsigned long long)counts.damage);
}
