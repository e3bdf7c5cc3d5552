/*
 * cli/progress.h - how far a transfer is, on standard error.
 *
 * On a terminal one line that is drawn again and again: a bar, bytes, rate, time left, files. Elsewhere plain
 * lines: one when an operation turns out to take its time, one every ten seconds, one at its end. What is said is made
 * of the library's events; nothing here decides anything.
 *
 * Thread rule: one thread, the one that called the library.
 */
#ifndef VITRINE_CLI_PROGRESS_H
#define VITRINE_CLI_PROGRESS_H

#include <vitrine/session.h>

#include "base/buf.h"

enum progress_style { PROGRESS_NONE, PROGRESS_PLAIN, PROGRESS_BAR };

#define PROGRESS_SAMPLES 32

struct progress_sample {
        uint64_t at_ms;
        uint64_t bytes;
};

/* Zero with a style is ready. */
struct progress {
        enum progress_style style;
        bool color;
        bool drawn;                /* a line without line end is on the terminal */
        bool begin_said;           /* plain: the line about what is being done is out */
        uint64_t begun_ms, said_ms, retry_said_ms;
        struct progress_sample samples[PROGRESS_SAMPLES]; /* of bytes that moved, a ring */
        size_t sample_count;       /* ever taken */
        uint64_t (*now_ms)(void);  /* NULL: the clock */
        void (*write)(const void *data, size_t size, void *payload); /* NULL: standard error */
        void *payload;
        unsigned columns;          /* 0: ask the terminal */
};

/* A vitrine_progress_fn with the struct progress as payload. Never cancels. */
int progress_event(const struct vitrine_event *event, void *payload);
/* Takes the line off the terminal, so that something else can be printed. */
void progress_clear(struct progress *progress);

/* Bytes per second over the last seconds; 0 when not known yet. */
uint64_t progress_rate(const struct progress *progress, uint64_t now_ms);
/* One line of at most `columns` columns for the event, without line end. */
void progress_line(struct buf *out, const struct vitrine_event *event, uint64_t rate, unsigned columns, bool color);

#endif
