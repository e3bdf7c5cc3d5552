/*
 * The library with its N-th allocation failing, for N = 1, 2, ... until none fails any more.
 *
 * usage: torture DIR        the address and the key come from the environment
 *
 * Each round logs, finds, lists, downloads, verifies and frees, in a session of its own. Held each time:
 * the call that met the failure says VITRINE_NO_MEMORY and nothing else, all memory is given back, and a file under
 * its name has all its bytes. Prints TAP.
 */
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vitrine/vitrine.h>

static struct {
        pthread_mutex_t lock;
        unsigned long count, fail_at;
        unsigned long failed;
        long held;
} meter = { .lock = PTHREAD_MUTEX_INITIALIZER };

static int refused(void)
{
        int no;

        pthread_mutex_lock(&meter.lock);
        no = ++meter.count == meter.fail_at;
        meter.failed += (unsigned long)no;
        meter.held += !no;
        pthread_mutex_unlock(&meter.lock);
        return no;
}

static void *take(size_t size, void *payload)
{
        (void)payload;
        return refused() ? NULL : malloc(size);
}

static void *resize(void *memory, size_t size, void *payload)
{
        void *grown;

        if (!memory)
                return take(size, payload);
        if (refused())
                return NULL;
        grown = realloc(memory, size);
        pthread_mutex_lock(&meter.lock);
        meter.held--;
        pthread_mutex_unlock(&meter.lock);
        return grown;
}

static void give(void *memory, void *payload)
{
        (void)payload;
        if (!memory)
                return;
        pthread_mutex_lock(&meter.lock);
        meter.held--;
        pthread_mutex_unlock(&meter.lock);
        free(memory);
}

static char dir[512];

static const char *in_dir(const char *name)
{
        static char path[2][1024];
        static unsigned which;

        which ^= 1;
        snprintf(path[which], sizeof(path[0]), "%s/%s", dir, name);
        return path[which];
}

static enum vitrine_code log_one(vitrine_session *session, struct vitrine_error *error)
{
        static const char *const aliases[] = { "tortured" };
        struct vitrine_log_options options = VITRINE_LOG_OPTIONS_INIT;
        vitrine_artifact *draft = NULL;
        enum vitrine_code code = vitrine_artifact_new(session, "torture", "model", NULL, &draft, error);

        options.aliases = aliases;
        options.alias_count = 1;
        if (!code)
                code = vitrine_artifact_add_dir(draft, in_dir("in"), "files", error);
        if (!code)
                code = vitrine_artifact_add_bytes(draft, "note.txt", "a note", 6, error);
        if (!code) /* new content each time, so that all steps of an upload are made */
                code = vitrine_artifact_add_bytes(draft, "count", &meter.fail_at, sizeof(meter.fail_at), error);
        if (!code)
                code = vitrine_artifact_add_reference(draft, "s3://bucket/key", "ref", NULL, error);
        if (!code)
                code = vitrine_artifact_log(draft, &options, error);
        vitrine_artifact_free(draft);
        return code;
}

static enum vitrine_code fetch_one(vitrine_session *session, struct vitrine_error *error)
{
        struct vitrine_download_options options = VITRINE_DOWNLOAD_OPTIONS_INIT;
        struct vitrine_entry entry = VITRINE_ENTRY_INIT;
        vitrine_artifact *version = NULL;
        char *root = NULL;
        enum vitrine_code code = vitrine_artifact_fetch(session, "torture:latest", "model", &version, error);

        options.root = in_dir("out");
        options.skip_references = 1;
        if (!code)
                code = vitrine_artifact_entry(version, 0, &entry, error);
        if (!code)
                code = vitrine_artifact_download(version, &options, &root, error);
        vitrine_free(root);
        vitrine_artifact_free(version);
        return code;
}

static enum vitrine_code list_all(vitrine_session *session, struct vitrine_error *error)
{
        struct vitrine_list_options options = VITRINE_LIST_OPTIONS_INIT;
        vitrine_collections *list = NULL;
        vitrine_collection *one = NULL;
        enum vitrine_code code;

        options.project = vitrine_session_project(session);
        options.filter = "{\"name\": \"torture\"}";
        code = vitrine_collections_list(session, &options, &list, error);
        while (!code) {
                one = NULL;
                code = vitrine_collections_next(list, &one, error);
                if (code || !one)
                        break;
                vitrine_collection_free(one);
        }
        vitrine_collections_free(list);
        return code;
}

static enum vitrine_code round_of_all(struct vitrine_error *error)
{
        struct vitrine_session_options options = VITRINE_SESSION_OPTIONS_INIT;
        vitrine_session *session = NULL;
        vitrine_viewer *viewer = NULL;
        enum vitrine_code code;

        options.cache_dir = in_dir("cache");
        options.retry_for_s = 5;
        options.hash_threads = 2;
        code = vitrine_session_new(&options, &session, error);
        if (code)
                return code;
        code = vitrine_session_viewer(session, &viewer, error);
        vitrine_viewer_free(viewer);
        if (!code)
                code = log_one(session, error);
        if (!code)
                code = fetch_one(session, error);
        if (!code)
                code = list_all(session, error);
        vitrine_session_free(session);
        return code;
}

/* Absent, or whole: the big file is all 'x'. */
static int is_whole(const char *path, size_t size)
{
        struct stat st;

        return stat(path, &st) < 0 || (size_t)st.st_size == size;
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

static void make_files(void)
{
        enum { BIG = 600 * 1024 };
        char *big = malloc(BIG);
        FILE *file;

        mkdir(in_dir("in"), 0777);
        memset(big, 'x', BIG);
        file = fopen(in_dir("in/big"), "w");
        fwrite(big, 1, BIG, file);
        fclose(file);
        file = fopen(in_dir("in/small"), "w");
        fputs("small", file);
        fclose(file);
        free(big);
}

int main(int argc, char **argv)
{
        struct vitrine_allocator allocator = VITRINE_ALLOCATOR_INIT;
        struct vitrine_error error = VITRINE_ERROR_INIT;
        unsigned long from = argc > 2 ? strtoul(argv[2], NULL, 10) : 1, n, wrong = 0;
        enum vitrine_code code;

        if (argc < 2)
                return 2;
        snprintf(dir, sizeof(dir), "%s", argv[1]);
        make_files();
        allocator.alloc = take;
        allocator.resize = resize;
        allocator.release = give;
        if (vitrine_set_allocator(&allocator, &error) != VITRINE_OK)
                return 1;
        for (n = from; n < 20000; n++) {
                remove_tree(in_dir("out"));
                remove_tree(in_dir("cache"));
                meter.count = meter.failed = 0;
                meter.held = 0;
                meter.fail_at = n;
                error.message[0] = '\0';
                code = round_of_all(&error);
                if (meter.held != 0 || (code != VITRINE_NO_MEMORY && code != VITRINE_OK) ||
                    !is_whole(in_dir("out/files/big"), 600 * 1024) || !is_whole(in_dir("out/files/small"), 5)) {
                        printf("# allocation %lu: %s (%s), %ld pieces held\n", n, vitrine_code_name(code), error.message,
                               meter.held);
                        wrong++;
                }
                if (meter.failed == 0)
                        break;
        }
        printf("TAP version 13\n1..1\n%s 1 - each of %lu allocations may fail\n", wrong ? "not ok" : "ok", n - 1);
        return wrong != 0;
}
