/*
 * client/large.c - large files: in segments, several at a time, into a part that survives us (large_part.c).
 *
 * The digest follows the segments as far as the bytes are there without a gap, those of segments that
 * are still coming included: it is the slowest step, so it must never wait for more than it has to. What was
 * digested is not fetched again: a segment whose address is refused goes on behind what came of it.
 */
#include "base/fd.h"
#include "client/large.h"

/* Fewer new bytes do not earn a job. */
#define DIGEST_STEP (4u * 1024 * 1024)

static void advance(struct large_get *l);

static void job_done(struct job *job)
{
        struct large_get *l = (struct large_get *)((char *)job - offsetof(struct large_get, job));
        struct file *file = l->file;

        l->job_runs = false;
        if (l->rc) {
                file_fail(file, l->rc, &l->err);
                return;
        }
        if (l->what == JOB_CHECK) {
                l->checked = true;
                for (size_t i = 0; i < l->segment_count; i++)
                        if (l->done[i]) {
                                l->done_count++;
                                progress_bytes(file->pull->engine, file->entry->path, file->want.size, 0,
                                               (int64_t)segment_size(file, i));
                        }
        } else if (l->what == JOB_FINISH) {
                bool wrong = l->wrong;

                if (l->cached)
                        file->pull->cached_bytes += file->want.size;
                large_drop(file);
                if (wrong) {
                        progress_bytes(file->pull->engine, file->entry->path, file->want.size, 0, -(int64_t)file->want.size);
                        file_restart(file);
                } else {
                        file_finish(file, false);
                }
                return;
        }
        advance(l);
}

static void start_job(struct large_get *l, enum large_job what)
{
        l->what = what;
        l->job_runs = true;
        l->job = (struct job){ .work = large_work, .done = job_done };
        engine_work(l->file->pull->engine, &l->job);
}

/* Up to where there are bytes without a gap. */
static uint64_t without_gap(const struct large_get *l)
{
        uint64_t end = (uint64_t)l->next * SEGMENT;

        if (l->next == l->segment_count)
                return l->file->want.size;
        for (size_t i = 0; i < SEGMENTS_AT_ONCE; i++)
                if ((l->gets[i].used || l->gets[i].parked) && l->gets[i].index == l->next)
                        return end + l->gets[i].got;
        return end;
}

static void digest_on(struct large_get *l)
{
        uint64_t end = without_gap(l);

        if (l->job_runs || end == l->digested || (end - l->digested < DIGEST_STEP && end < l->file->want.size))
                return;
        l->digest_to = end;
        start_job(l, JOB_DIGEST);
}

static struct segment_get *get_of(struct net_request *http)
{
        return http->payload;
}

static enum rc segment_begin(struct task *task, struct err *err)
{
        struct segment_get *g = (struct segment_get *)task;

        (void)err;
        task->http.first_byte = g->first + g->got; /* behind what came before the cut */
        task->http.last_byte = g->first + g->size - 1;
        return RC_OK;
}

static bool segment_head(struct net_request *http, int status)
{
        struct segment_get *g = get_of(http);

        if (status != 206 && !(g->first + g->got == 0 && g->size == g->file->want.size))
                g->refusal_rc = fail_protocol(&g->refusal, "the whole where a part was asked for");
        return g->refusal_rc == RC_OK;
}

static bool segment_data(struct net_request *http, const void *data, size_t len)
{
        struct segment_get *g = get_of(http);
        struct file *file = g->file;

        if (len > g->size - g->got) {
                g->refusal_rc = fail_protocol(&g->refusal, "more bytes than were asked for");
                return false;
        }
        g->refusal_rc = fd_pwrite_all(file->part_fd, data, len, g->first + g->got, &g->refusal);
        if (g->refusal_rc)
                return false;
        crypto_digest_add(g->digest, data, len);
        g->got += len;
        engine_moved(file->pull->engine, &g->task, len);
        progress_bytes(file->pull->engine, file->entry->path, file->want.size, 0, (int64_t)len);
        if (g->index == file->large->next)
                digest_on(file->large);
        return true;
}

static void segment_end(struct task *task, enum rc rc, const struct net_answer *answer, const struct err *err)
{
        struct segment_get *g = (struct segment_get *)task;
        struct file *file = g->file;
        struct large_get *l = file->large;
        struct err mine = g->refusal_rc ? g->refusal : *err;
        uint8_t sum[16];

        g->used = false;
        l->under_way--;
        if (g->refusal_rc)
                rc = g->refusal_rc;
        if (!rc && g->got != g->size)
                rc = fail_protocol(&mine, "fewer bytes than were asked for");
        if (!rc) {
                crypto_digest_end(g->digest, sum);
                rc = part_record(file, g->index, sum, &mine);
        }
        if (!rc) {
                g->digest = crypto_digest_free(g->digest);
                l->done[g->index] = 1;
                l->done_count++;
        } else if (answer_is_stale(answer) && file->asked < 4) {
                l->done[g->index] = 0;
                g->parked = true;
                l->stale = true;
        } else {
                file_fail(file, rc, &mine);
                return;
        }
        advance(l);
}

/* The one that is parked with this segment, or one that is free. */
static struct segment_get *take_get(struct large_get *l, size_t index)
{
        struct segment_get *g = NULL;

        for (size_t i = 0; i < SEGMENTS_AT_ONCE; i++) {
                if (l->gets[i].parked && l->gets[i].index == index)
                        return &l->gets[i];
                if (!l->gets[i].used && !l->gets[i].parked)
                        g = &l->gets[i];
        }
        if (g)
                *g = (struct segment_get){ .file = l->file, .index = index, .first = (uint64_t)index * SEGMENT,
                                           .size = segment_size(l->file, index) };
        return g;
}

/* False: all are under way, or there is no memory (then *ret_rc says so). */
static bool start_segment(struct large_get *l, size_t index, enum rc *ret_rc, struct err *err)
{
        struct file *file = l->file;
        struct segment_get *g = take_get(l, index);

        if (!g)
                return false;
        if (!g->digest)
                g->digest = crypto_digest_try_new(CRYPTO_XXH128);
        if (!g->digest) {
                *ret_rc = mem_fail(err);
                return false;
        }
        g->used = true;
        g->parked = false;
        l->done[index] = 2;
        l->under_way++;
        g->task = (struct task){
                .http = { .method = "GET", .url = file->url, .body_fd = -1, .large = true, .ranged = true,
                          .stall_s = file->pull->session->options.stall_timeout_s, .head = segment_head, .data = segment_data },
                .what = "a download", .path = file->entry->path, .begin = segment_begin, .end = segment_end,
        };
        engine_add(file->pull->engine, &g->task);
        return true;
}

/* What can be done next: segments, digesting what is there without a gap, the end. */
static void advance(struct large_get *l)
{
        struct file *file = l->file;
        struct err err = { 0 };
        enum rc rc = RC_OK;

        if (engine_failed(file->pull->engine) || !l->checked)
                return;
        if (l->stale) {
                if (!l->under_way && !l->job_runs) {
                        l->stale = false;
                        file_ask_again(file);
                }
                return;
        }
        for (size_t i = l->next; i < l->segment_count && l->under_way < SEGMENTS_AT_ONCE; i++)
                if (!l->done[i] && !start_segment(l, i, &rc, &err))
                        break;
        if (rc) {
                file_fail(file, rc, &err);
                return;
        }
        while (l->next < l->segment_count && l->done[l->next] == 1)
                l->next++;
        digest_on(l);
        if (!l->job_runs && l->done_count == l->segment_count && l->digested == file->want.size)
                start_job(l, JOB_FINISH);
}

enum rc large_start(struct file *file, struct err *err)
{
        struct large_get *l = file->large;

        if (l) { /* it has a new address */
                advance(l);
                return RC_OK;
        }
        l = mem_alloc_zero(1, sizeof(*l));
        if (!l)
                return mem_fail(err);
        l->file = file;
        l->copy.fd = -1;
        l->segment_count = (size_t)((file->want.size + SEGMENT - 1) / SEGMENT);
        l->done = mem_alloc_zero(l->segment_count ? l->segment_count : 1, 1);
        l->digest = crypto_digest_try_new(file->want.xxh ? CRYPTO_XXH128 : CRYPTO_MD5);
        file->large = l;
        file->pull->larges++;
        if (!l->done || !l->digest)
                return mem_fail(err);
        progress_file(file->pull->engine, file->entry->path, file->want.size);
        start_job(l, JOB_CHECK);
        return RC_OK;
}

void large_drop(struct file *file)
{
        if (!file->large)
                return;
        large_free(file->large);
        file->large = NULL;
        file->pull->larges--;
}
