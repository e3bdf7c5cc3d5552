/*
 * Every public call with its N-th allocation failing, for N = 1, 2, ... until none fails any more.
 *
 * usage: torture DIR [SCENE [FROM]]        the address, the key and MEMBER (a user's name) come from the environment
 *
 * Held each time: the call says VITRINE_NO_MEMORY with a sentence, or goes on without what it did not get; the same call
 * on the same objects then succeeds; all memory and all descriptors are given back; a file under its name has all
 * its bytes, and so has one in the cache. scenes.c has the calls. Prints TAP, a line for each scene.
 */
#include "torture.h"

#include <dirent.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- memory that is counted, and refused once ------------------------------------------------------ */

static struct {
        pthread_mutex_t lock;         /* guards the rest: hashing threads ask for memory, too */
        unsigned long count, fail_at; /* fail_at 0: never */
        int failed;
        long held;
} meter = { .lock = PTHREAD_MUTEX_INITIALIZER };

static int refused(void)
{
        int no;

        pthread_mutex_lock(&meter.lock);
        no = ++meter.count == meter.fail_at;
        meter.failed |= no;
        meter.held += !no;
        pthread_mutex_unlock(&meter.lock);
        return no;
}

static void forget_one(void)
{
        pthread_mutex_lock(&meter.lock);
        meter.held--;
        pthread_mutex_unlock(&meter.lock);
}

static void *take(size_t size, void *payload)
{
        (void)payload;
        return refused() ? NULL : malloc(size);
}

static void *resize(void *memory, size_t size, void *payload)
{
        if (!memory)
                return take(size, payload);
        if (refused())
                return NULL;
        forget_one();
        return realloc(memory, size);
}

static void give(void *memory, void *payload)
{
        (void)payload;
        if (!memory)
                return;
        forget_one();
        free(memory);
}

static void arm(unsigned long fail_at)
{
        pthread_mutex_lock(&meter.lock);
        meter.count = 0;
        meter.failed = 0;
        meter.fail_at = fail_at;
        pthread_mutex_unlock(&meter.lock);
}

/* ---- what is left on disk, and open -------------------------------------------------------------------- */

static char dir[512];

const char *in_dir(const char *name)
{
        static char path[4][1024];
        static unsigned which;

        which = (which + 1) % 4;
        snprintf(path[which], sizeof(path[0]), "%s/%s", dir, name);
        return path[which];
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
        (void)st;
        (void)kind;
        (void)where;
        return remove(path);
}

static void remove_tree(const char *path)
{
        (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int same_bytes(const char *path, const char *other)
{
        FILE *a = fopen(path, "rb"), *b = fopen(other, "rb");
        int left, right, same = a && b;

        while (same) {
                left = getc(a);
                right = getc(b);
                if (left == EOF && right == EOF)
                        break;
                same = left == right;
        }
        if (a)
                fclose(a);
        if (b)
                fclose(b);
        return same;
}

static char half[1024];

/* A file under out/ is a part that says so, or one of the three contents that there are, whole. */
static int look_at(const char *path, const struct stat *st, int kind, struct FTW *where)
{
        (void)st;
        if (kind != FTW_F || strstr(path + where->base, ".vitrine-part") || same_bytes(path, in_dir("in/small")) ||
            same_bytes(path, in_dir("in/big")) || same_bytes(path, in_dir("more/large")))
                return 0;
        snprintf(half, sizeof(half), "%s", path);
        return 1;
}

static int files_are_whole(void)
{
        return nftw(in_dir("out"), look_at, 16, FTW_PHYS) != 1;
}

static int cache_is_whole(void)
{
        struct vitrine_error error = VITRINE_ERROR_INIT;
        vitrine_session *session = NULL;
        uint64_t files = 0, removed = 0;
        enum vitrine_code code = new_session(&session, &error);

        if (!code)
                code = vitrine_cache_check(session, &files, &removed, &error);
        vitrine_session_free(session);
        return !code && removed == 0;
}

static int open_descriptors(void)
{
        DIR *all = opendir("/proc/self/fd");
        int count = 0;

        while (all && readdir(all))
                count++;
        if (all)
                closedir(all);
        return count;
}

/* ---- scenes and rounds --------------------------------------------------------------------------------- */

static void leave(struct stage *stage)
{
        vitrine_artifact_free(stage->version);
        vitrine_artifact_free(stage->draft);
        vitrine_artifact_free(stage->linked);
        vitrine_collection_free(stage->collection);
        vitrine_registry_free(stage->registry);
        vitrine_run_free(stage->run);
        vitrine_session_free(stage->session);
}

static int complain(const struct scene *scene, unsigned long n, const char *what, enum vitrine_code code,
                    const struct vitrine_error *error)
{
        printf("# %s, allocation %lu: %s: %s (%s)\n", scene->name, n, what, vitrine_code_name(code), error->message);
        return 1;
}

/* 0: as it should be. *ret_failed: an allocation was refused. */
static int one_round(const struct scene *scene, unsigned long n, unsigned long number, int *ret_failed,
                     unsigned long *went_on)
{
        struct vitrine_error error = VITRINE_ERROR_INIT, after = VITRINE_ERROR_INIT;
        struct stage stage = { .round = number };
        int wrong = 0, open_before = open_descriptors();
        long held_before = meter.held;
        enum vitrine_code code = VITRINE_OK;

        remove_tree(in_dir("out"));
        remove_tree(in_dir("cache"));
        snprintf(stage.name, sizeof(stage.name), "%s-%lu", scene->name, number);
        arm(0);
        if (!scene->no_session)
                code = new_session(&stage.session, &error);
        if (!code && scene->prepare)
                code = scene->prepare(&stage, &error);
        if (code) {
                leave(&stage);
                return complain(scene, n, "it cannot be prepared", code, &error);
        }
        arm(n);
        code = scene->act(&stage, &error);
        *ret_failed = meter.failed;
        arm(0);
        *went_on += *ret_failed && !code;
        if (code && (code != VITRINE_NO_MEMORY || !*ret_failed))
                wrong |= complain(scene, n, "another error", code, &error);
        if (code && (error.code != code || error.message[0] == '\0'))
                wrong |= complain(scene, n, "an error without a sentence", code, &error);
        if (!files_are_whole())
                wrong |= complain(scene, n, half, code, &error);
        if (code) {
                code = scene->act(&stage, &after);
                if (code && code != scene->again)
                        wrong |= complain(scene, n, "it does not work again", code, &after);
        }
        if (!files_are_whole())
                wrong |= complain(scene, n, half, code, &error);
        leave(&stage);
        if (meter.held != held_before)
                wrong |= complain(scene, n, "memory is held", code, &error);
        if (open_descriptors() != open_before)
                wrong |= complain(scene, n, "a descriptor is open", code, &error);
        if (!cache_is_whole())
                wrong |= complain(scene, n, "the cache has what is not whole", code, &error);
        return wrong;
}

static unsigned long play(const struct scene *scene, unsigned long from, size_t number)
{
        static unsigned long rounds;
        unsigned long n, wrong = 0, went_on = 0;
        int failed = 1;

        for (n = from; failed && wrong < 10; n++) {
                failed = 0;
                wrong += (unsigned long)one_round(scene, n, ++rounds, &failed, &went_on);
        }
        printf("%s %zu - %s: each of %lu allocations may fail; %lu times it went on without\n", wrong ? "not ok" : "ok",
               number, scene->name, n - 1 - from, went_on);
        fflush(stdout);
        return wrong;
}

static void write_file(const char *path, const char *content, size_t times)
{
        FILE *file = fopen(path, "wb");

        for (size_t i = 0; file && i < times; i++)
                fputs(content, file);
        if (!file || fclose(file))
                exit(2);
}

int main(int argc, char **argv)
{
        struct vitrine_allocator allocator = VITRINE_ALLOCATOR_INIT;
        struct vitrine_error error = VITRINE_ERROR_INIT;
        const char *only = argc > 2 ? argv[2] : NULL;
        unsigned long from = argc > 3 ? strtoul(argv[3], NULL, 10) : 1, wrong = 0;
        size_t played = 0;

        if (argc < 2)
                return 2;
        snprintf(dir, sizeof(dir), "%s", argv[1]);
        mkdir(in_dir("in"), 0777);
        write_file(in_dir("in/small"), "small", 1);
        write_file(in_dir("in/big"), "abcdefg", 90000);
        mkdir(in_dir("more"), 0777);
        write_file(in_dir("more/large"), "sixteen bytes...", 1024 * 1024 + 5000);
        allocator.alloc = take;
        allocator.resize = resize;
        allocator.release = give;
        if (vitrine_set_allocator(&allocator, &error) || make_world(&error)) {
                fprintf(stderr, "torture: %s\n", error.message);
                return 1;
        }
        printf("TAP version 13\n");
        for (size_t i = 0; i < scene_count; i++)
                if (!only || strcmp(only, scenes[i].name) == 0)
                        wrong += play(&scenes[i], from, ++played);
        printf("1..%zu\n", played);
        return wrong != 0;
}
