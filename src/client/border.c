/*
 * client/border.c - from the house's errors to the public ones, and the application's memory.
 *
 * `enum rc` and the first of `enum vitrine_code` are the same numbers. Three codes more are told by
 * errno: ENOMEM, ECANCELED and EPROTO, which mem_fail(), fail_canceled() and fail_protocol() set.
 */
#include <stdio.h>

#include "client/internal.h"

_Static_assert((int)VITRINE_INTERNAL == (int)RC_INTERNAL, "the codes have the same numbers");

static const char *const names[] = {
        "OK", "INVALID", "UNAUTHENTICATED", "DENIED", "NOT_FOUND", "EXISTS", "CONFLICT", "TOO_LARGE", "TOO_MANY",
        "AGAIN", "UNAVAILABLE", "IO", "CORRUPT", "INTERNAL", "CANCELED", "NO_MEMORY", "PROTOCOL",
};

const char *vitrine_code_name(enum vitrine_code code)
{
        return (unsigned)code < ARRAY_LEN(names) ? names[code] : "INTERNAL";
}

const char *vitrine_version(void)
{
        return VITRINE_VERSION;
}

static enum vitrine_code translate(enum rc rc, const struct err *err)
{
        switch (err->sys_errno) {
        case ENOMEM:
                return VITRINE_NO_MEMORY;
        case ECANCELED:
                return VITRINE_CANCELED;
        case EPROTO:
                return VITRINE_PROTOCOL;
        default:
                return (enum vitrine_code)rc;
        }
}

enum vitrine_code border(struct vitrine_session *session, enum rc rc, const struct err *err, struct vitrine_error *error)
{
        int http_status = session ? session->http_status : 0;
        enum vitrine_code code;

        /* The next call may fail without a word from the server. */
        if (session)
                session->http_status = 0;
        if (!rc)
                return VITRINE_OK;
        code = translate(rc, err);
        if (error) {
                error->code = code;
                error->http_status = http_status;
                error->system_errno = code < VITRINE_CANCELED ? err->sys_errno : 0;
                (void)snprintf(error->message, sizeof(error->message), "%s", err->msg);
        }
        return code;
}

enum rc fail_canceled(struct err *err)
{
        enum rc rc = err_set(err, RC_CONFLICT, "The operation was canceled.");

        if (err)
                err->sys_errno = ECANCELED;
        return rc;
}

enum rc fail_protocol(struct err *err, const char *what)
{
        enum rc rc = err_set(err, RC_INTERNAL, "The server does not answer as a registry does (%s): check its address "
                             "and version.", what);

        if (err)
                err->sys_errno = EPROTO;
        return rc;
}

enum rc take_options(void *ret, size_t size, const void *given, struct err *err)
{
        size_t known;

        if (!given)
                return RC_OK;
        memcpy(&known, given, sizeof(known));
        if (known < sizeof(known) || known > 65536)
                return err_set(err, RC_INVALID, "An options struct was not initialized: start with its INIT macro.");
        memcpy(ret, given, known < size ? known : size);
        return RC_OK;
}

char *copy_cstr(const char *text)
{
        size_t size = strlen(text) + 1;
        char *copy = mem_alloc(size);

        return copy ? memcpy(copy, text, size) : NULL;
}

char *arena_text(struct arena *arena, struct str text)
{
        return arena_cstr(arena, str_is_null(text) ? STR("") : text);
}

void vitrine_free(void *memory)
{
        mem_free(memory);
}

enum vitrine_code vitrine_set_allocator(const struct vitrine_allocator *allocator, struct vitrine_error *error)
{
        struct vitrine_allocator copy = VITRINE_ALLOCATOR_INIT;
        struct err err = { 0 };
        enum rc rc;

        if (!allocator) {
                mem_use(NULL);
                return VITRINE_OK;
        }
        rc = take_options(&copy, sizeof(copy), allocator, &err);
        if (!rc && !(copy.alloc && copy.resize && copy.release))
                rc = err_set(&err, RC_INVALID, "An allocator needs all three functions.");
        if (!rc)
                mem_use(&(struct mem_source){ copy.alloc, copy.resize, copy.release, copy.payload });
        return border(NULL, rc, &err, error);
}
