/*
 * scratch.h - a directory of its own for a test, removed with all it holds.
 *
 * It is made under $TMPDIR (else /tmp): the tests of stored bytes want a real disk.
 */
#ifndef VITRINE_TESTS_SCRATCH_H
#define VITRINE_TESTS_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct scratch {
        char dir[200];
        char path[300]; /* the last scratch_path() */
};

static inline void scratch_make(struct scratch *scratch)
{
        const char *base = getenv("TMPDIR");

        snprintf(scratch->dir, sizeof(scratch->dir), "%s/vitrine-test-XXXXXX", base && *base ? base : "/tmp");
        if (!mkdtemp(scratch->dir)) {
                perror(scratch->dir);
                abort();
        }
}

static inline const char *scratch_path(struct scratch *scratch, const char *name)
{
        snprintf(scratch->path, sizeof(scratch->path), "%s/%s", scratch->dir, name);
        return scratch->path;
}

static inline int scratch_remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
        (void)info;
        (void)type;
        (void)walk;
        return remove(path);
}

static inline void scratch_remove(struct scratch *scratch)
{
        nftw(scratch->dir, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
