/*
 * client/netrc.c - keys in ~/.netrc, where the wandb client keeps them, too.
 *
 * An entry is `machine HOST[:PORT]`, `login user`, `password KEY`, on one line or several. The port is part
 * of the machine's name, as that client writes it. Storing replaces the file as a whole, so that it
 * is never half written, and keeps everything else that is in it.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "client/internal.h"
#include "net/net.h"

enum { NETRC_MAX = 1024 * 1024 };

static const char *default_path(struct arena *arena)
{
        const char *path = getenv("NETRC");
        const char *home = getenv("HOME");

        if (path && path[0])
                return path;
        return arena_printf(arena, "%s/.netrc", home && home[0] ? home : ".").ptr;
}

/* The next word; *at moves behind it. Absent at the end. */
static struct str next_word(struct str text, size_t *at)
{
        size_t start;

        for (;;) {
                while (*at < text.len && strchr(" \t\r\n", text.ptr[*at]))
                        ++*at;
                if (*at == text.len || text.ptr[*at] != '#')
                        break;
                while (*at < text.len && text.ptr[*at] != '\n')
                        ++*at;
        }
        start = *at;
        while (*at < text.len && !strchr(" \t\r\n", text.ptr[*at]))
                ++*at;
        return *at > start ? str_slice(text, start, *at) : STR_NULL;
}

/* Where the machine's entry lies: [from, to); its password. False when there is none. */
static bool find_entry(struct str text, struct str machine, size_t *ret_from, size_t *ret_to, struct str *ret_password)
{
        bool found = false;
        size_t at = 0;

        for (;;) {
                struct str word = next_word(text, &at);
                size_t start = at - word.len;

                if (str_is_null(word) || str_eq_c(word, "machine") || str_eq_c(word, "default")) {
                        if (found) {
                                *ret_to = str_is_null(word) ? text.len : start;
                                return true;
                        }
                        if (str_is_null(word))
                                return false;
                        if (str_eq_c(word, "machine") && str_eq(next_word(text, &at), machine)) {
                                found = true;
                                *ret_from = start;
                                *ret_password = STR_NULL;
                        }
                } else if (found && str_eq_c(word, "password")) {
                        *ret_password = next_word(text, &at);
                } else if (found) {
                        (void)next_word(text, &at);
                }
        }
}

enum rc netrc_find(struct arena *arena, const char *netrc_file, const char *base_url, const char **ret, struct err *err)
{
        const char *path = netrc_file ? netrc_file : default_path(arena);
        struct str text = STR_NULL, password = STR_NULL;
        size_t from, to;
        char host[256];
        enum rc rc;

        *ret = NULL;
        if (!path)
                return mem_fail(err);
        if (!net_url_host(base_url, host, sizeof(host)))
                return RC_OK;
        rc = fd_read_file(arena, path, NETRC_MAX, &text, err);
        if (rc == RC_NOT_FOUND)
                return RC_OK;
        if (rc)
                return err_prefix(err, rc, "Reading %s", path);
        if (find_entry(text, str_from(host), &from, &to, &password) && !str_is_empty(password)) {
                *ret = arena_cstr(arena, password);
                if (!*ret)
                        return mem_fail(err);
        }
        return arena_failed(arena) ? mem_fail(err) : RC_OK;
}

/* Of a symbolic link, as collections of dotfiles have them, what it leads to is replaced. */
static enum rc replace_file(struct arena *arena, const char *path, struct str text, struct err *err)
{
        char real[PATH_MAX];
        _cleanup_(fd_close) int fd = -1;
        const char *beside;
        enum rc rc;

        if (realpath(path, real))
                path = real;
        beside = arena_printf(arena, "%s.vitrine-%ld", path, (long)getpid()).ptr;
        if (!beside)
                return mem_fail(err);
        fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return err_set_errno(err, RC_IO, "%s cannot be written", beside);
        rc = fd_write_all(fd, text.ptr, text.len, err);
        if (!rc && (fsync(fd) < 0 || rename(beside, path) < 0))
                rc = err_set_errno(err, RC_IO, "%s cannot be written", path);
        if (rc)
                (void)unlink(beside);
        return rc;
}

static enum rc store(const char *netrc_file, const char *base_url, const char *key, struct err *err)
{
        _cleanup_(buf_done) struct buf text = { .fallible = true };
        struct str old = STR_NULL, password;
        _cleanup_arena_ struct arena arena = { 0 };
        const char *path;
        size_t from, to;
        char host[256];
        enum rc rc;

        arena_begin(&arena);
        path = netrc_file ? netrc_file : default_path(&arena);
        if (!path)
                return mem_fail(err);
        if (!base_url || !net_url_host(base_url, host, sizeof(host)))
                return err_set(err, RC_INVALID, "The server's address must start with http:// or https://.");
        if (key && (!key[0] || strpbrk(key, " \t\r\n")))
                return err_set(err, RC_INVALID, "The key is empty or has white space in it: copy it again.");
        rc = fd_read_file(&arena, path, NETRC_MAX, &old, err);
        if (rc && rc != RC_NOT_FOUND)
                return rc;
        if (find_entry(old, str_from(host), &from, &to, &password)) {
                buf_add_str(&text, str_slice(old, 0, from));
                buf_add_str(&text, str_slice(old, to, old.len));
        } else {
                buf_add_str(&text, old);
        }
        if (key) {
                if (text.len && text.ptr[text.len - 1] != '\n')
                        buf_add_c(&text, '\n');
                buf_printf(&text, "machine %s\n  login user\n  password %s\n", host, key);
        }
        if (text.failed || arena_failed(&arena))
                return mem_fail(err);
        if (!key && rc == RC_NOT_FOUND)
                return RC_OK;
        return replace_file(&arena, path, buf_str(&text), err);
}

enum vitrine_code vitrine_netrc_store(const char *netrc_file, const char *base_url, const char *key,
                                      struct vitrine_error *error)
{
        struct err err = { 0 };
        enum rc rc = store(netrc_file, base_url, key, &err);

        return border(NULL, rc, &err, error);
}
