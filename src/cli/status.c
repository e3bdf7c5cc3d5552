/*
 * cli/status.c - errors and exit statuses; see status.h.
 */
#include "cli/status.h"

#include <stdio.h>

const struct status_line status_lines[] = {
        { EXIT_DONE, "done", "Done.", NULL },
        { EXIT_DIFFERS, "they differ (diff)", "diff: the two differ.", NULL },
        { EXIT_USAGE, "wrong usage or value", "The command line is wrong, or the server refuses a value in it.",
          "an option that does not exist; a type that the registry does not take" },
        { EXIT_NOT_FOUND, "not found", "There is no such thing.", "a mistyped name, alias or path" },
        { EXIT_CONFLICT, "name taken or conflict", "The name is taken, or the state of things does not allow it.",
          "a collection whose artifacts have another type; a registry that is there already" },
        { EXIT_NO_KEY, "not signed in", "Nobody is signed in: there is no API key, or the server does not know it.",
          "no vitrine login before; a key that was revoked" },
        { EXIT_DENIED, "not permitted", "The server knows who asks, and does not permit it.", "the role of a viewer" },
        { EXIT_UNREACHABLE, "server not reached", "The server cannot be reached, or is shutting down.",
          "a wrong address, a network that is down" },
        { EXIT_BUSY, "server busy", "The server is busy or a limit on requests is reached, also after waiting.", NULL },
        { EXIT_TOO_LARGE, "too large", "Something is larger than the server takes.", NULL },
        { EXIT_MACHINE, "this machine failed", "This machine failed.", "a full disk, a read-only target, a file that cannot be read" },
        { EXIT_CORRUPT, "digest wrong", "Bytes are not what their digest says.",
          "verify: a file is missing or was changed; a file that changed while it was pushed" },
        { EXIT_NO_REGISTRY, "not a registry", "What answers at the address is not a registry.", "the address of some other web server" },
        { EXIT_MEMORY, "no memory", "The memory is exhausted.", NULL },
        { EXIT_MISTAKE, "internal mistake", "A mistake in the server or in this program.", NULL },
        { EXIT_INTERRUPTED, "interrupted", "Interrupted (Ctrl-C, SIGTERM); the same command goes on where it stopped.", NULL },
};
const size_t status_line_count = ARRAY_LEN(status_lines);

const struct mistake_line mistake_lines[] = {
        { "No server answers at the address", EXIT_UNREACHABLE, "See whether it runs, and what --server or VITRINE_BASE_URL says." },
        { "The network is unreachable", EXIT_UNREACHABLE, "Give the same command again when it is there: it goes on where it stopped." },
        { "The address is none", EXIT_USAGE, "It starts with http:// or https:// and has no user, no '?' and no '#'." },
        { "Some other web server answers", EXIT_NO_REGISTRY, "Correct the address." },
        { "There is no key", EXIT_NO_KEY, "vitrine login stores one." },
        { "The key is wrong or was revoked", EXIT_NO_KEY, "Make a new one, and vitrine login again." },
        { "The name is unknown", EXIT_NOT_FOUND, "The message has the names that are nearly the same." },
        { "The role does not permit it", EXIT_DENIED, "An admin of the registry or team gives roles." },
        { "The name is taken", EXIT_CONFLICT, "Choose another; vitrine registry list and collection list show what there is." },
        { "The artifact has another type", EXIT_CONFLICT, "Give that type, or another name." },
        { "The registry does not take the type", EXIT_USAGE, "vitrine registry show says which it takes." },
        { "The disk is full", EXIT_MACHINE, "Make room and give the command again; vitrine cache prune frees the cache." },
        { "The target is read-only", EXIT_MACHINE, "Choose another with --root." },
        { "A file was changed (verify)", EXIT_CORRUPT, "vitrine pull fetches it again." },
};
const size_t mistake_line_count = ARRAY_LEN(mistake_lines);

static void set(struct vitrine_error *error, enum vitrine_code code, int system_errno, const char *fmt, va_list ap)
        PRINTF_LIKE(4, 0);

static void set(struct vitrine_error *error, enum vitrine_code code, int system_errno, const char *fmt, va_list ap)
{
        int used;

        if (!error)
                return;
        *error = (struct vitrine_error){ .code = code, .system_errno = system_errno };
        used = vsnprintf(error->message, sizeof(error->message), fmt, ap);
        if (system_errno && used > 0 && (size_t)used < sizeof(error->message))
                (void)snprintf(error->message + used, sizeof(error->message) - (size_t)used, ": %s.",
                               strerror(system_errno));
}

enum vitrine_code fail_with(struct vitrine_error *error, enum vitrine_code code, const char *fmt, ...)
{
        va_list ap;

        va_start(ap, fmt);
        set(error, code, 0, fmt, ap);
        va_end(ap);
        return code;
}

enum vitrine_code fail_errno(struct vitrine_error *error, enum vitrine_code code, const char *fmt, ...)
{
        int saved = errno;
        va_list ap;

        va_start(ap, fmt);
        set(error, code, saved, fmt, ap);
        va_end(ap);
        return code;
}

enum vitrine_code fail_from(struct vitrine_error *error, const struct err *err)
{
        enum vitrine_code code;

        switch (err->rc) {
        case RC_INVALID:
                code = VITRINE_INVALID;
                break;
        case RC_NOT_FOUND:
                code = VITRINE_NOT_FOUND;
                break;
        case RC_TOO_LARGE:
                code = VITRINE_TOO_LARGE;
                break;
        case RC_IO:
        case RC_UNAVAILABLE:
                code = VITRINE_IO;
                break;
        default:
                code = VITRINE_INTERNAL;
        }
        (void)fail_with(error, code, "%s", err->msg);
        error->system_errno = err->sys_errno;
        return code;
}

/* UNAVAILABLE is said of the server and of a full disk here; only the errno tells them apart. */
static enum exit_status unavailable(const struct vitrine_error *error)
{
        switch (error->system_errno) {
        case ENOSPC:
        case EDQUOT:
        case EROFS:
        case EMFILE:
        case ENFILE:
                return EXIT_MACHINE;
        default:
                return EXIT_UNREACHABLE;
        }
}

enum exit_status status_of(const struct vitrine_error *error)
{
        switch (error->code) {
        case VITRINE_OK:
                return EXIT_DONE;
        case VITRINE_INVALID:
                return EXIT_USAGE;
        case VITRINE_UNAUTHENTICATED:
                return EXIT_NO_KEY;
        case VITRINE_DENIED:
                return EXIT_DENIED;
        case VITRINE_NOT_FOUND:
                return EXIT_NOT_FOUND;
        case VITRINE_EXISTS:
        case VITRINE_CONFLICT:
                return EXIT_CONFLICT;
        case VITRINE_TOO_LARGE:
                return EXIT_TOO_LARGE;
        case VITRINE_TOO_MANY:
        case VITRINE_AGAIN:
                return EXIT_BUSY;
        case VITRINE_UNAVAILABLE:
                return unavailable(error);
        case VITRINE_IO:
                return EXIT_MACHINE;
        case VITRINE_CORRUPT:
                return EXIT_CORRUPT;
        case VITRINE_CANCELED:
                return EXIT_INTERRUPTED;
        case VITRINE_NO_MEMORY:
                return EXIT_MEMORY;
        case VITRINE_PROTOCOL:
                return EXIT_NO_REGISTRY;
        case VITRINE_INTERNAL:
                break;
        }
        return EXIT_MISTAKE;
}
