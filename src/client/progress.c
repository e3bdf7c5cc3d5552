/*
 * client/progress.c - what the application is told while an operation runs.
 *
 * Bytes come in pieces of some KiB; more than a dozen events a second would cost more than they say, so those that only
 * say "further" are left out in between. Who is told may answer that it is to stop.
 */
#include "base/clock.h"
#include "client/engine_inside.h"

enum { PROGRESS_MS = 80 };

void progress_emit(struct engine *engine, struct vitrine_event *event)
{
        struct vitrine_session *session = engine->session;
        const struct progress *p = &engine->progress;

        /* What is asked before or between operations is tried again, too, and who waits wants to know. */
        if (!session->options.progress || (!p->begun && event->kind != VITRINE_EVENT_RETRY))
                return;
        event->size = sizeof(*event);
        event->operation = p->operation;
        event->bytes_total = p->bytes;
        event->bytes_done = p->bytes_done;
        event->bytes_skipped = p->bytes_skipped;
        event->files_total = p->files;
        event->files_done = p->files_done;
        event->files_skipped = p->files_skipped;
        event->transfers = engine->counted;
        if (session->options.progress(event, session->options.progress_payload) != 0 && !engine->rc) {
                struct err err = { 0 };

                engine_fail(engine, fail_canceled(&err), &err);
        }
}

void progress_begin(struct engine *engine, enum vitrine_operation operation, uint64_t files, uint64_t bytes)
{
        struct vitrine_event event = { .kind = VITRINE_EVENT_BEGIN };

        engine->progress = (struct progress){ .operation = operation, .begun = true, .files = files, .bytes = bytes };
        progress_emit(engine, &event);
}

void progress_file(struct engine *engine, const char *path, uint64_t size)
{
        struct vitrine_event event = { .kind = VITRINE_EVENT_FILE_BEGIN, .path = path, .file_bytes = size };

        progress_emit(engine, &event);
}

void progress_bytes(struct engine *engine, const char *path, uint64_t size, uint64_t done, int64_t moved)
{
        struct vitrine_event event = { .kind = VITRINE_EVENT_PROGRESS, .path = path, .file_bytes = size,
                                       .file_bytes_done = done };
        uint64_t now;

        engine->progress.bytes_done += (uint64_t)moved; /* a negative number takes back */
        if (!engine->session->options.progress)
                return;
        now = clock_mono_ms();
        if (now - engine->progress.shown_ms < PROGRESS_MS)
                return;
        engine->progress.shown_ms = now;
        progress_emit(engine, &event);
}

void progress_done(struct engine *engine, const char *path, uint64_t size, bool skipped)
{
        struct vitrine_event event = { .kind = VITRINE_EVENT_FILE_DONE, .path = path, .file_bytes = size,
                                       .file_bytes_done = size, .skipped = skipped };

        engine->progress.files_done++;
        if (skipped) {
                engine->progress.files_skipped++;
                engine->progress.bytes_skipped += size;
                engine->progress.bytes_done += size;
        }
        progress_emit(engine, &event);
}

void progress_end(struct engine *engine)
{
        struct vitrine_event event = { .kind = VITRINE_EVENT_END };

        progress_emit(engine, &event);
        engine->progress.begun = false;
}
