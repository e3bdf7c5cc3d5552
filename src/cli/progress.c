/*
 * cli/progress.c - bars and lines of progress; see progress.h.
 */
#include "cli/progress.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/text.h"

#define REDRAW_MS 100u
#define PLAIN_LINE_MS 10000u
#define SAMPLE_MS 250u
#define RETRY_LINE_MS 2000u
#define RETRY_WORTH_MS 500u   /* a shorter wait is over before it is read */
#define WORTH_A_LINE_MS 1000u /* what is over sooner says nothing when it begins */
#define BAR_MAX 32u
#define LINE_BEGIN "\r\033[K" /* to the first column, and nothing behind it */

static const char *const doing[] = { "Hashing", "Uploading", "Downloading", "Verifying" };
static const char *const done[] = { "Hashed", "Uploaded", "Downloaded", "Verified" };

static uint64_t now_ms(const struct progress *progress)
{
        return progress->now_ms ? progress->now_ms() : clock_mono_ms();
}

static void put(const struct progress *progress, const struct buf *out)
{
        if (progress->write)
                progress->write(out->ptr, out->len, progress->payload);
        else if (write(STDERR_FILENO, out->ptr, out->len) < 0)
                return; /* nobody reads it: no reason to fail */
}

static unsigned columns_of(const struct progress *progress)
{
        struct winsize size = { 0 };

        if (progress->columns)
                return progress->columns;
        if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
                return size.ws_col;
        return 80;
}

static const char *word(const char *const words[4], enum vitrine_operation operation)
{
        return (unsigned)operation < 4 ? words[operation] : "Working";
}

/* ---- rate ------------------------------------------------------------------------------ */

static uint64_t moved(const struct vitrine_event *event)
{
        return event->bytes_done - (event->bytes_skipped < event->bytes_done ? event->bytes_skipped : event->bytes_done);
}

static const struct progress_sample *sample_at(const struct progress *progress, size_t index)
{
        return &progress->samples[index % PROGRESS_SAMPLES];
}

static void sample(struct progress *progress, uint64_t at_ms, uint64_t bytes)
{
        if (progress->sample_count > 0 && at_ms - sample_at(progress, progress->sample_count - 1)->at_ms < SAMPLE_MS)
                return;
        progress->samples[progress->sample_count++ % PROGRESS_SAMPLES] = (struct progress_sample){ at_ms, bytes };
}

uint64_t progress_rate(const struct progress *progress, uint64_t at_ms)
{
        size_t count = progress->sample_count;
        const struct progress_sample *first, *last;

        if (count < 2)
                return 0;
        first = sample_at(progress, count > PROGRESS_SAMPLES ? count - PROGRESS_SAMPLES : 0);
        last = sample_at(progress, count - 1);
        /* Against the present, so that the rate sinks while nothing moves. */
        if (at_ms <= first->at_ms || last->bytes <= first->bytes)
                return 0;
        return (uint64_t)((double)(last->bytes - first->bytes) * 1000 / (double)(at_ms - first->at_ms));
}

/* ---- one line ---------------------------------------------------------------------------- */

static void add_bar(struct buf *out, uint64_t part, uint64_t whole, unsigned width, bool color)
{
        unsigned filled = whole ? (unsigned)((double)part * width / (double)whole) : width;

        if (filled > width)
                filled = width;
        buf_add_c(out, '[');
        if (color)
                buf_printf(out, "\033[32m");
        for (unsigned i = 0; i < filled; i++)
                buf_add_c(out, i + 1 == filled && filled < width ? '>' : '=');
        if (color)
                buf_printf(out, "\033[0m");
        buf_printf(out, "%*s]", (int)(width - filled), "");
}

static unsigned percent(uint64_t part, uint64_t whole)
{
        return whole && part < whole ? (unsigned)((double)part * 100 / (double)whole) : 100;
}

/* What stands behind the bar, the most wanted first; each goes in as long as there is room. */
static size_t details(char ret[][48], const struct vitrine_event *event, uint64_t rate)
{
        char a[TEXT_SIZE_MAX], b[TEXT_SIZE_MAX];
        uint64_t left = event->bytes_total > event->bytes_done ? event->bytes_total - event->bytes_done : 0;
        size_t count = 0;

        (void)snprintf(ret[count++], 48, "%s of %s", text_size(event->bytes_done, a), text_size(event->bytes_total, b));
        if (rate > 0) {
                (void)snprintf(ret[count++], 48, "%s/s", text_size(rate, a));
                if (left > 0)
                        (void)snprintf(ret[count++], 48, "%s left", text_duration((left + rate - 1) / rate, a));
        }
        if (event->files_total > 1)
                (void)snprintf(ret[count++], 48, "%llu/%llu files", (unsigned long long)event->files_done,
                               (unsigned long long)event->files_total);
        return count;
}

void progress_line(struct buf *out, const struct vitrine_event *event, uint64_t rate, unsigned columns, bool color)
{
        /* Of empty files there are no bytes to count. */
        bool by_bytes = event->bytes_total > 0;
        uint64_t part = by_bytes ? event->bytes_done : event->files_done;
        uint64_t whole = by_bytes ? event->bytes_total : event->files_total;
        char texts[4][48];
        size_t count = details(texts, event, rate), shown = 0;
        const char *title = word(doing, event->operation);
        size_t used = 11 + 6; /* title and percentage */
        size_t bar = 0;

        while (shown < count && used + 2 + strlen(texts[shown]) < columns)
                used += 2 + strlen(texts[shown++]);
        if (used + 2 + 3 + 8 < columns)
                bar = columns - used - 2 - 3;
        if (bar > BAR_MAX)
                bar = BAR_MAX;
        buf_printf(out, "%-11s ", title);
        if (bar > 0) {
                add_bar(out, part, whole, (unsigned)bar, color);
                buf_add_c(out, ' ');
        }
        buf_printf(out, "%3u%%", percent(part, whole));
        for (size_t i = 0; i < shown; i++)
                buf_printf(out, "  %s", texts[i]);
}

/* ---- events --------------------------------------------------------------------------------- */

void progress_clear(struct progress *progress)
{
        _cleanup_(buf_done) struct buf out = { 0 };

        if (!progress->drawn)
                return;
        buf_printf(&out, LINE_BEGIN);
        put(progress, &out);
        progress->drawn = false;
}

static void draw(struct progress *progress, const struct vitrine_event *event, uint64_t at_ms)
{
        _cleanup_(buf_done) struct buf out = { 0 };
        uint64_t rate = progress_rate(progress, at_ms);

        if (progress->style == PROGRESS_BAR)
                buf_printf(&out, LINE_BEGIN);
        progress_line(&out, event, rate, progress->style == PROGRESS_BAR ? columns_of(progress) - 1 : 79,
                      progress->color && progress->style == PROGRESS_BAR);
        if (progress->style == PROGRESS_PLAIN)
                buf_add_c(&out, '\n');
        put(progress, &out);
        progress->drawn = progress->style == PROGRESS_BAR;
        progress->said_ms = at_ms;
}

static void begin_line(struct progress *progress, const struct vitrine_event *event)
{
        _cleanup_(buf_done) struct buf out = { 0 };
        char size[TEXT_SIZE_MAX];

        progress->begin_said = true;
        buf_printf(&out, "%s %llu file%s, %s\n", word(doing, event->operation), (unsigned long long)event->files_total,
                   event->files_total == 1 ? "" : "s", text_size(event->bytes_total, size));
        put(progress, &out);
}

static void begin(struct progress *progress, const struct vitrine_event *event, uint64_t at_ms)
{
        progress->begun_ms = progress->said_ms = at_ms;
        progress->begin_said = false;
        progress->sample_count = 0;
        sample(progress, at_ms, moved(event));
        if (progress->style == PROGRESS_BAR)
                draw(progress, event, at_ms);
}

static void go_on(struct progress *progress, const struct vitrine_event *event, uint64_t at_ms)
{
        sample(progress, at_ms, moved(event));
        if (progress->style == PROGRESS_BAR) {
                if (at_ms - progress->said_ms >= REDRAW_MS)
                        draw(progress, event, at_ms);
                return;
        }
        if (!progress->begin_said && at_ms - progress->begun_ms >= WORTH_A_LINE_MS)
                begin_line(progress, event);
        else if (at_ms - progress->said_ms >= PLAIN_LINE_MS)
                draw(progress, event, at_ms);
}

static void end(struct progress *progress, const struct vitrine_event *event, uint64_t at_ms)
{
        _cleanup_(buf_done) struct buf out = { 0 };
        char size[TEXT_SIZE_MAX], took[TEXT_SIZE_MAX], rate[TEXT_SIZE_MAX];
        uint64_t ms = at_ms > progress->begun_ms ? at_ms - progress->begun_ms : 1;

        progress_clear(progress);
        /* Of nothing nothing is said, and reading one's own files is worth a word only when it took its time. */
        if (event->files_total == 0 || (event->operation == VITRINE_OPERATION_HASH && ms < WORTH_A_LINE_MS))
                return;
        /* It failed or was interrupted: the error says the rest. */
        if (event->files_done < event->files_total) {
                if (event->operation == VITRINE_OPERATION_VERIFY)
                        return;
                buf_printf(&out, "%s %llu of %llu files\n", word(done, event->operation),
                           (unsigned long long)event->files_done, (unsigned long long)event->files_total);
                put(progress, &out);
                return;
        }
        buf_printf(&out, "%s %llu file%s, %s", word(done, event->operation), (unsigned long long)event->files_done,
                   event->files_done == 1 ? "" : "s", text_size(event->bytes_done, size));
        if (ms < 100)
                buf_printf(&out, " in %llu ms", (unsigned long long)ms);
        else if (ms < 10000)
                buf_printf(&out, " in %.1f s", (double)ms / 1000);
        else
                buf_printf(&out, " in %s", text_duration(ms / 1000, took));
        if (moved(event) > 0 && ms >= 100)
                buf_printf(&out, ", %s/s", text_size((uint64_t)((double)moved(event) * 1000 / (double)ms), rate));
        if (event->files_skipped > 0)
                buf_printf(&out, "; %llu %s there already", (unsigned long long)event->files_skipped,
                           event->files_skipped == 1 ? "was" : "were");
        buf_add_c(&out, '\n');
        put(progress, &out);
}

/* A wire that is cut often would fill the screen: one line in two seconds is enough. */
static void retry(struct progress *progress, const struct vitrine_event *event, uint64_t at_ms)
{
        _cleanup_(buf_done) struct buf out = { 0 };

        if (event->retry_ms < RETRY_WORTH_MS)
                return;
        if (progress->retry_said_ms && at_ms - progress->retry_said_ms < RETRY_LINE_MS)
                return;
        progress->retry_said_ms = at_ms;
        progress_clear(progress);
        text_add(&out, str_from(event->message ? event->message : "It failed"), true);
        if (event->retry_ms >= 1000)
                buf_printf(&out, " - trying again in %.0f s\n", (double)event->retry_ms / 1000);
        else
                buf_printf(&out, " - trying again\n");
        put(progress, &out);
}

int progress_event(const struct vitrine_event *event, void *payload)
{
        struct progress *progress = payload;
        uint64_t at_ms;

        if (progress->style == PROGRESS_NONE)
                return 0;
        at_ms = now_ms(progress);
        switch (event->kind) {
        case VITRINE_EVENT_BEGIN:
                begin(progress, event, at_ms);
                break;
        case VITRINE_EVENT_END:
                end(progress, event, at_ms);
                break;
        case VITRINE_EVENT_RETRY:
                retry(progress, event, at_ms);
                break;
        case VITRINE_EVENT_PROGRESS:
        case VITRINE_EVENT_FILE_BEGIN:
        case VITRINE_EVENT_FILE_DONE:
                go_on(progress, event, at_ms);
                break;
        }
        return 0;
}
