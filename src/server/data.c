/*
 * server/data.c - opening, locking and closing the data directory; see data.h.
 */
#include "server/data.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "store/migrations.h"

/* One for each worker thread; they are opened on demand. */
#define READERS_MAX 32
#define MEMO_BYTES ((size_t)2 << 20)
#define KEPT_BYTES ((size_t)64 << 20) /* some forty thousand answers of the usual length */
/* The upper parts of the indexes of a million versions: half of the reads (docs/performance.md). */
#define READER_CACHE_BYTES ((size_t)4 << 20)

struct data {
        const char *dir;              /* in the arena of data_open() */
        const char *blobs_dir, *parts_dir, *lock_path;
        struct db *db;
        struct blob_store *blobs, *parts;
        int lock_fd;
};

static enum rc require_dir(const char *dir, bool create, struct err *err)
{
        struct stat info;

        if (create)
                return path_make_dirs(dir, 0700, err);
        if (stat(dir, &info) != 0 && errno == ENOENT)
                return err_set(err, RC_NOT_FOUND,
                               "There is no data directory '%s': name it with --data, or make it with vitrined init.", dir);
        return RC_OK;
}

enum rc data_open(struct arena *arena, struct str dir, bool create, struct data **ret_data, struct err *err)
{
        struct db_config config = { .readers_max = READERS_MAX, .memo_bytes = MEMO_BYTES, .kept_bytes = KEPT_BYTES,
                                    .reader_cache_bytes = READER_CACHE_BYTES };
        struct data *data = arena_new(arena, struct data);
        enum rc rc;

        data->dir = arena_cstr(arena, dir);
        data->lock_fd = -1;
        data->blobs_dir = arena_printf(arena, "%s/blobs", data->dir).ptr;
        data->parts_dir = arena_printf(arena, "%s/parts", data->dir).ptr;
        data->lock_path = arena_printf(arena, "%s/lock", data->dir).ptr;
        config.path = arena_printf(arena, "%s/vitrine.db", data->dir).ptr;
        rc = require_dir(data->dir, create, err);
        if (rc)
                return rc;
        if (!create && access(config.path, F_OK) != 0)
                return err_set(err, RC_NOT_FOUND,
                               "'%s' holds no registry: name another directory with --data, or run vitrined init.",
                               data->dir);
        rc = db_open(&config, &data->db, err);
        if (rc)
                return rc;
        rc = store_migrate(data->db, err);
        if (rc) {
                data_close(data);
                return rc;
        }
        *ret_data = data;
        return RC_OK;
}

void data_close(struct data *data)
{
        if (!data)
                return;
        blob_store_close(data->parts);
        blob_store_close(data->blobs);
        db_close(data->db);
        fd_close(&data->lock_fd);
}

struct db *data_db(struct data *data)
{
        return data->db;
}

enum rc data_lock(struct data *data, struct err *err)
{
        int fd = open(data->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

        if (fd < 0)
                return err_set_errno(err, RC_IO, "The lock of the data directory '%s' cannot be made", data->dir);
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
                fd_close(&fd);
                return err_set(err, RC_CONFLICT,
                               "Another server is using the data directory '%s': stop it first, or use another --data.",
                               data->dir);
        }
        data->lock_fd = fd;
        return RC_OK;
}

enum rc data_open_blobs(struct data *data, struct blob_store **ret_blobs, struct blob_store **ret_parts,
                        struct err *err)
{
        const struct blob_fs_config blobs = { .dir = data->blobs_dir };
        const struct blob_fs_config parts = { .dir = data->parts_dir };
        enum rc rc = blob_fs_open(&blobs, &data->blobs, err);

        if (!rc)
                rc = blob_fs_open(&parts, &data->parts, err);
        if (rc)
                return rc;
        *ret_blobs = data->blobs;
        *ret_parts = data->parts;
        return RC_OK;
}
