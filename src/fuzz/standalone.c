/*
 * fuzz/standalone.c - runs a fuzz target without a fuzzer, as a test.
 *
 * usage: fuzz_x [-m COUNT] FILE|DIRECTORY...
 *
 * Every file is given to the target as it is; then COUNT damaged copies of them, the same
 * ones in every run. A target that finds something aborts. Prints TAP.
 */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/fd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUTS_MAX = 4096, SIZE_MAX_BYTES = 1 << 20 };

struct input {
        uint8_t *data;
        size_t size;
};
static struct input inputs[INPUTS_MAX];
static size_t input_count;

static bool add_file(const char *path)
{
        struct arena arena;
        struct str content = STR_NULL;
        struct err err = { 0 };
        bool read;

        if (input_count == INPUTS_MAX)
                return false;
        arena_init(&arena, 0);
        read = fd_read_file(&arena, path, SIZE_MAX_BYTES, &content, &err) == RC_OK;
        if (read) {
                inputs[input_count].data = malloc(content.len ? content.len : 1);
                if (!inputs[input_count].data)
                        abort();
                memcpy(inputs[input_count].data, content.ptr, content.len);
                inputs[input_count++].size = content.len;
        }
        arena_done(&arena);
        return read;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
        return strcmp((*a)->d_name, (*b)->d_name);
}

static bool add_path(const char *path)
{
        struct stat st;
        struct dirent **names = NULL;
        char file[4096];
        int count;
        bool good = true;

        if (stat(path, &st))
                return false;
        if (!S_ISDIR(st.st_mode))
                return add_file(path);
        count = scandir(path, &names, NULL, by_name);
        if (count < 0)
                return false;
        for (int i = 0; i < count; i++) {
                int len = snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);

                if (names[i]->d_name[0] != '.')
                        good = good && len > 0 && (size_t)len < sizeof file && add_file(file);
                free(names[i]);
        }
        free(names);
        return good;
}

static uint32_t roll(uint64_t *state, size_t sides)
{
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        return (uint32_t)((*state >> 33) % (sides ? sides : 1));
}

/* Change, insert, remove or copy a few bytes. */
static void damage(uint64_t *state, struct buf *buf)
{
        static const char spice[] = "{}[]\",:\\u0/.-e\x00\xff\x80=";
        size_t at = roll(state, buf->len + 1);
        size_t len = 1 + roll(state, 8);

        switch (roll(state, 6)) {
        case 0:
                if (at < buf->len)
                        buf->ptr[at] = (char)(buf->ptr[at] ^ 1 << roll(state, 8));
                break;
        case 1:
                if (at < buf->len)
                        buf->ptr[at] = spice[roll(state, sizeof spice - 1)];
                break;
        case 2:
                len = len < buf->len - at ? len : buf->len - at;
                memmove(buf->ptr + at, buf->ptr + at + len, buf->len - at - len);
                buf->len -= len;
                break;
        case 3:
                buf_add_c(buf, ' ');
                memmove(buf->ptr + at + 1, buf->ptr + at, buf->len - at - 1);
                buf->ptr[at] = spice[roll(state, sizeof spice - 1)];
                break;
        case 4:
                if (buf->len > len && at + len < buf->len)
                        memmove(buf->ptr + at, buf->ptr + roll(state, buf->len - len), len);
                break;
        default:
                if (at + 8 <= buf->len)
                        memset(buf->ptr + at, roll(state, 2) ? 0xff : 0, len);
                break;
        }
}

/* In memory of exactly its size, so that the sanitizers see one byte too far. */
static void run(const void *data, size_t size)
{
        uint8_t *copy = malloc(size ? size : 1);

        if (!copy)
                abort();
        memcpy(copy, data, size);
        (void)LLVMFuzzerTestOneInput(copy, size);
        free(copy);
}

static void run_damaged(size_t count)
{
        uint64_t state = 1;
        struct buf buf = { 0 };

        for (size_t i = 0; i < count; i++) {
                const struct input *input = &inputs[roll(&state, input_count)];
                size_t times = 1 + roll(&state, 4);

                buf_clear(&buf);
                buf_reserve(&buf, input->size + 16);
                buf_add(&buf, input->data, input->size);
                while (times--)
                        damage(&state, &buf);
                run(buf.ptr, buf.len);
        }
        buf_done(&buf);
}

int main(int argc, char **argv)
{
        uint64_t count = 0;
        int first = 1;

        if (argc > 2 && strcmp(argv[1], "-m") == 0 && str_to_u64(str_from(argv[2]), &count))
                first = 3;
        for (int i = first; i < argc; i++)
                if (!add_path(argv[i])) {
                        (void)fprintf(stderr, "%s: cannot be read\n", argv[i]);
                        return 2;
                }
        if (input_count == 0)
                return 2;
        for (size_t i = 0; i < input_count; i++)
                run(inputs[i].data, inputs[i].size);
        printf("1..2\nok 1 - %zu inputs\n", input_count);
        (void)fflush(stdout);
        run_damaged((size_t)count);
        printf("ok 2 - %llu damaged copies\n", (unsigned long long)count);
        for (size_t i = 0; i < input_count; i++)
                free(inputs[i].data);
        return 0;
}
