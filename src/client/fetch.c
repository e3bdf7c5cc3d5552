/*
 * client/fetch.c - small files: into memory, checked and written on another thread.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "client/pull.h"

bool answer_is_stale(const struct net_answer *answer)
{
        return answer && (answer->status == 401 || answer->status == 403 || answer->status == 404 || answer->status == 410);
}

static enum rc small_begin(struct task *task, struct err *err)
{
        struct file *file = (struct file *)((char *)task - offsetof(struct file, task));

        (void)err;
        if (file->got)
                progress_bytes(file->pull->engine, file->entry->path, file->want.size, 0, -(int64_t)file->got);
        file->got = 0;
        return RC_OK;
}

static struct file *file_of(struct net_request *http)
{
        return (struct file *)((char *)http->payload - offsetof(struct file, task));
}

static bool small_data(struct net_request *http, const void *data, size_t len)
{
        struct file *file = file_of(http);

        if (len > file->want.size - file->got) {
                file->wrong = true;
                return false;
        }
        memcpy(file->bytes + file->got, data, len);
        file->got += len;
        engine_moved(file->pull->engine, &file->task, len);
        progress_bytes(file->pull->engine, file->entry->path, file->want.size, file->got, (int64_t)len);
        return true;
}

static void drop_bytes(struct file *file)
{
        if (file->bytes)
                file->pull->held_bytes -= file->want.size + 1;
        mem_free(file->bytes);
        file->bytes = NULL;
}

/* Into the part, which then gets its name in the cache; the lock goes with the descriptor. */
static enum rc keep(struct file *file, struct scratch *s, struct err *err)
{
        char part[4096], path[4096];
        enum rc rc;

        if (file->part_fd < 0 || !file->use_cache || !cache_part_path(file->pull->session, &file->want, part) ||
            !cache_path(file->pull->session, &file->want, path))
                return RC_OK;
        rc = fd_pwrite_all(file->part_fd, file->bytes, file->want.size, 0, err);
        if (!rc && ftruncate(file->part_fd, (off_t)file->want.size) < 0)
                rc = err_set_errno(err, RC_IO, "%s cannot be written", part);
        if (!rc)
                rc = file_dirs(s, path, err);
        if (!rc && rename(part, path) < 0)
                rc = err_set_errno(err, RC_IO, "%s cannot be written", path);
        return rc;
}

static void store_work(struct job *job)
{
        struct file *file = (struct file *)((char *)job - offsetof(struct file, store));
        struct crypto_digest *digest;
        struct scratch s = { .engine = file->pull->engine };
        uint8_t sum[16];

        if (file->want.xxh) {
                digest = crypto_digest_try_new(CRYPTO_XXH128);
                if (!digest) {
                        file->rc = mem_fail(&file->err);
                        return;
                }
                crypto_digest_add(digest, file->bytes, file->got);
                crypto_digest_end(digest, sum);
                (void)crypto_digest_free(digest);
        } else {
                crypto_md5(file->bytes, file->got, sum);
        }
        file->wrong = file->got != file->want.size || memcmp(sum, file->want.digest, sizeof(sum)) != 0;
        if (file->wrong)
                return;
        file->rc = file_write(&s, file->path, file->bytes, file->got, &file->err);
        /* A cache that cannot be written to is no reason to fail. */
        if (!file->rc && keep(file, &s, &(struct err){ 0 }) != RC_OK)
                file->use_cache = false;
}

static void store_done(struct job *job)
{
        struct file *file = (struct file *)((char *)job - offsetof(struct file, store));

        drop_bytes(file);
        if (file->rc) {
                file_fail(file, file->rc, &file->err);
        } else if (file->wrong) {
                file_restart(file);
        } else {
                if (file->use_cache && file->part_fd >= 0)
                        file->pull->cached_bytes += file->want.size;
                file_finish(file, false);
        }
}

static void small_end(struct task *task, enum rc rc, const struct net_answer *answer, const struct err *err)
{
        struct file *file = (struct file *)((char *)task - offsetof(struct file, task));

        if (!rc) {
                engine_work(file->pull->engine, &file->store);
                return;
        }
        drop_bytes(file);
        if (file->wrong)
                file_restart(file);
        else if (answer_is_stale(answer) && file->asked < 4)
                file_ask_again(file);
        else
                file_fail(file, rc, err);
}

enum rc small_start(struct file *file, struct err *err)
{
        struct pull *pull = file->pull;

        file->bytes = mem_alloc(file->want.size + 1);
        if (!file->bytes)
                return mem_fail(err);
        pull->held_bytes += file->want.size + 1;
        file->got = 0;
        file->wrong = false;
        file->store = (struct job){ .work = store_work, .done = store_done };
        file->task = (struct task){
                .http = { .method = "GET", .url = file->url, .body_fd = -1,
                          .stall_s = pull->session->options.stall_timeout_s, .data = small_data },
                .what = "a download", .path = file->entry->path, .begin = small_begin, .end = small_end,
        };
        progress_file(pull->engine, file->entry->path, file->want.size);
        engine_add(pull->engine, &file->task);
        return RC_OK;
}
