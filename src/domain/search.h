/*
 * domain/search.h - lists of registries, collections and versions, as far as the caller may
 * see them.
 *
 * Filters and orders come as the client sent them. Cursors stay good across processes and
 * between lists that are the same list asked for in different words.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_SEARCH_H
#define VITRINE_DOMAIN_SEARCH_H

#include "domain/artifact.h"
#include "store/search.h"

struct search_input {
        const struct entity *entity;         /* all of its projects (of an organization: its registries)... */
        struct project *project;             /* ...or one project or registry that the caller may see... */
        struct collection *collection;       /* ...or one collection of it */
        int64_t type_id;                     /* collections of this type only; 0: any */
        unsigned kinds;                      /* SEARCH_SEQUENCES | SEARCH_PORTFOLIOS; 0: all */
        struct str project_filters, collection_filters, version_filters; /* may be absent */
        struct str order, after;             /* may be absent */
        size_t first;
        bool want_total;
};

/* One of the three is filled, with its cursors; has_next says that there is more. */
struct search_page {
        struct project **projects;
        struct collection **collections;
        struct project **homes;              /* of the collections */
        struct version **versions;
        struct str *cursors;
        size_t count;
        bool has_next;
        int64_t total;                       /* -1: not asked for */
};

/* RC_INVALID names the field, operator, value or cursor that is wrong. */
MUST_USE enum rc search_projects(struct call *call, const struct search_input *in, struct search_page *ret,
                                 struct err *err);
MUST_USE enum rc search_collections(struct call *call, const struct search_input *in, struct search_page *ret,
                                    struct err *err);
MUST_USE enum rc search_versions(struct call *call, const struct search_input *in, struct search_page *ret,
                                 struct err *err);
/* For work on all that a search finds: how many versions, and where they stand, by place behind a key (store/search.h). */
MUST_USE enum rc search_count_versions(struct call *call, const struct search_input *in, int64_t *ret,
                                       struct err *err);
MUST_USE enum rc search_version_places(struct call *call, const struct search_input *in, struct str after_key,
                                       size_t limit, struct search_list *ret, struct err *err);

#endif
