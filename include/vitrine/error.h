/*
 * vitrine/error.h - result codes, the error object, memory, the library's version.
 *
 * Thread rule: any thread, except vitrine_set_allocator().
 */
#ifndef VITRINE_ERROR_H
#define VITRINE_ERROR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define VITRINE_API __attribute__((visibility("default")))
#define VITRINE_MUST_USE __attribute__((warn_unused_result))
#else
#define VITRINE_API
#define VITRINE_MUST_USE
#endif

/* Why something failed. More may be added behind the last; treat unknown ones as INTERNAL. */
enum vitrine_code {
        VITRINE_OK = 0,
        VITRINE_INVALID,         /* an argument is wrong, or the server says so */
        VITRINE_UNAUTHENTICATED, /* no key, or one the server does not know */
        VITRINE_DENIED,          /* the server knows who asks and refuses */
        VITRINE_NOT_FOUND,
        VITRINE_EXISTS,          /* the name is taken */
        VITRINE_CONFLICT,        /* the state of things does not allow it */
        VITRINE_TOO_LARGE,
        VITRINE_TOO_MANY,        /* over a limit of the server, also after waiting as it asked */
        VITRINE_AGAIN,           /* may work soon */
        VITRINE_UNAVAILABLE,     /* the server cannot be reached, or the local disk is full */
        VITRINE_IO,              /* this machine failed: a file, a directory */
        VITRINE_CORRUPT,         /* bytes are not what their digest promised */
        VITRINE_INTERNAL,        /* a mistake of the server or of this library */
        VITRINE_CANCELED,        /* vitrine_session_cancel(), or a callback asked for it */
        VITRINE_NO_MEMORY,
        VITRINE_PROTOCOL         /* the answer is not one that a server of this kind gives */
};

/*
 * An error: its code and one sentence that says what is wrong and, where that is known, what
 * to do. Start with VITRINE_ERROR_INIT or zero; only functions that fail write to it.
 */
struct vitrine_error {
        enum vitrine_code code;
        int http_status;         /* 0 when no answer of a server was involved */
        int system_errno;        /* 0 when no call to the system was involved */
        char message[512];       /* one line, without line end; never holds a key */
};
#define VITRINE_ERROR_INIT { VITRINE_OK, 0, 0, "" }

/* "NOT_FOUND", ...; for messages and logs. Never NULL. */
VITRINE_API const char *vitrine_code_name(enum vitrine_code code);

/*
 * Where the library gets its memory; what libcurl and OpenSSL need for themselves they take
 * from malloc(). All three are needed, behave as malloc, realloc and free do, and may be
 * called from several threads.
 */
struct vitrine_allocator {
        size_t size;
        void *(*alloc)(size_t size_bytes, void *payload);
        void *(*resize)(void *memory, size_t size_bytes, void *payload);
        void (*release)(void *memory, void *payload);
        void *payload;
};
#define VITRINE_ALLOCATOR_INIT { sizeof(struct vitrine_allocator), NULL, NULL, NULL, NULL }

/*
 * Before any other function of the library, and not while another thread is in one. NULL: malloc again,
 * allowed when nothing of the library is left. INVALID when a function is missing.
 */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_set_allocator(const struct vitrine_allocator *allocator, struct vitrine_error *error);

/* For what the library returned with the remark "free with vitrine_free()"; accepts NULL. */
VITRINE_API void vitrine_free(void *memory);

/* Of the library that runs, "0.1.0". */
VITRINE_API const char *vitrine_version(void);

#ifdef __cplusplus
}
#endif

#endif
