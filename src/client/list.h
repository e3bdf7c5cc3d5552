/*
 * client/list.h - lists that are read page by page while they are walked.
 *
 * A struct list asks one query for its pages and hands out node after node. What a node means is
 * its caller's matter (registry_list.c, collection_list.c, versions.c). Filters, and the questions that lists of a project
 * or of an organization have in common, are prepared here. One page is in memory at a time.
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
        struct buf cursor;            /* behind the page at hand */
        bool asked, more;
        bool of_project;              /* else of the registries of an organization */
        int64_t total;                /* -1: not known */
};

void list_begin(struct list *list, struct vitrine_session *session, const char *document, const char *parent,
                const char *connection);
void list_done(struct list *list);
/* For the public types of lists, which start with one: on the heap, and set up by begin() from the options. */
MUST_USE enum rc list_open(struct vitrine_session *session, const struct vitrine_list_options *options,
                           enum rc (*begin)(struct list *list, const struct vitrine_list_options *o, struct err *err),
                           struct list **ret, struct err *err);
void list_free(struct list *list);
/* Copied into the list; NULL stays NULL. */
MUST_USE enum rc list_variable(struct list *list, const char *name, const char *text, struct err *err);
/* *ret_node is NULL behind the last; it lives until the next call. What was deleted while the list was walked is left out. */
MUST_USE enum rc list_next(struct list *list, const struct json **ret_node, struct err *err);

/*
 * A filter as the server wants it: `filter` (JSON or NULL) and, when name is not NULL, {"name": name}. Absent when
 * neither is there. registry: names in it get the prefix, but for $regex and $contains.
 */
MUST_USE enum rc list_filter(struct arena *arena, const char *filter, const char *name, bool registry, struct str *ret,
                             struct err *err);

/* The variables entity and project (and list->of_project); *ret_entity: for the sentence about what is missing. */
MUST_USE enum rc list_of_project(struct list *list, const struct vitrine_list_options *o, const char **ret_entity,
                                 struct err *err);
/* The variable organization, and the sentence about one that is not there. */
MUST_USE enum rc list_of_organization(struct list *list, const struct vitrine_list_options *o, struct err *err);
/* list_filter() into a variable, which is null when there is none; `also`: a second filter that must hold, or NULL. */
MUST_USE enum rc list_filter_variable(struct list *list, const char *variable, const char *filter, const char *also,
                                      const char *name, bool registry, struct err *err);

/* Of the organization that is meant (NULL: the session's): its display name and its entity. */
MUST_USE enum rc find_org(struct vitrine_session *session, struct arena *arena, const char *organization,
                          struct str *ret_display, struct str *ret_entity, struct err *err);

#endif
