/*
 * client/list.h - lists that are read page by page while they are walked.
 *
 * A struct list asks one query for its pages and hands out edge after edge. What an edge means is
 * its caller's matter (registry.c, collection.c, versions.c). Filters are prepared here.
 */
#ifndef VITRINE_CLIENT_LIST_H
#define VITRINE_CLIENT_LIST_H

#include "client/internal.h"

enum { LIST_TEXTS_MAX = 10 };

struct list {
        struct vitrine_session *session;
        struct arena own;             /* what the query is asked with */
        struct arena page;            /* the answer at hand */
        const char *document;         /* with $cursor and $perPage */
        const char *connection;       /* where its edges are: "project.artifactCollections" */
        const char *parent;           /* must be there, or missing is NOT_FOUND: "project" */
        const char *missing;          /* the sentence for that; in own */
        const char *names[LIST_TEXTS_MAX], *texts[LIST_TEXTS_MAX]; /* variables; a text of NULL is null */
        size_t text_count;
        unsigned per_page;            /* 0: 100 */
        const struct json *edge;      /* the next one */
        struct str cursor;            /* in own */
        bool asked, more;
        int64_t total;                /* -1: not known */
};

void list_begin(struct list *list, struct vitrine_session *session, const char *document, const char *parent,
                const char *connection);
void list_done(struct list *list);
/* Copied into the list; NULL stays NULL. */
MUST_USE enum rc list_variable(struct list *list, const char *name, const char *text, struct err *err);
/* *ret_edge is NULL behind the last; it lives until the next call. */
MUST_USE enum rc list_next(struct list *list, const struct json **ret_edge, struct err *err);

/*
 * A filter as the server wants it: `filter` (JSON or NULL) and, when name is not NULL, {"name": name}. Absent when
 * neither is there. registry: names in it get the prefix, but for $regex and $contains.
 */
MUST_USE enum rc list_filter(struct arena *arena, const char *filter, const char *name, bool registry, struct str *ret,
                             struct err *err);

/* Of the organization that is meant (NULL: the session's): its display name and its entity. */
MUST_USE enum rc find_org(struct vitrine_session *session, struct arena *arena, const char *organization,
                          struct str *ret_display, struct str *ret_entity, struct err *err);

#endif
