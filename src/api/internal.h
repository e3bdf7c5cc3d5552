/*
 * api/internal.h - shared by the files of api/ only.
 */
#ifndef VITRINE_API_INTERNAL_H
#define VITRINE_API_INTERNAL_H

#include "api/api.h"

/* A row that a resolver loaded by its number, kept for the length of the request. */
struct memo {
        const char *type;             /* "User", ... */
        int64_t number;
        void *row;                    /* NULL: there is none */
        struct memo *next;
};

/* What is behind gql_app(). */
struct api_request {
        struct call *call;
        const struct gate *gate;
        struct memo *memos;
        size_t memo_count;
};

#endif
