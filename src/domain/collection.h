/*
 * domain/collection.h - editing and deleting collections; empty portfolios; their tags.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_COLLECTION_H
#define VITRINE_DOMAIN_COLLECTION_H

#include "domain/artifact.h"

struct collection_edit {
        int64_t id;
        enum collection_kind kind;           /* what the caller takes it for */
        struct str name, description;        /* absent: leave alone */
        struct str type_name;                /* sequences only; absent: leave alone */
};
MUST_USE enum rc collection_edit(struct call *call, const struct collection_edit *edit, struct collection **ret,
                                 struct err *err);
/* Its versions go with it: links vanish, the sources stay; a sequence's artifacts are deleted. */
MUST_USE enum rc collection_delete(struct call *call, int64_t id, enum collection_kind kind,
                                   struct collection **ret, struct err *err);

struct portfolio_input {
        struct str entity_name, project_name, type_name, name, description;
};
MUST_USE enum rc collection_create_portfolio(struct call *call, const struct portfolio_input *in,
                                             struct collection **ret, struct err *err);

struct collection_tags {
        struct str entity_name, project_name, collection_name;
        const struct str *tags;
        size_t count;
        bool remove;
};
MUST_USE enum rc collection_change_tags(struct call *call, const struct collection_tags *change,
                                        struct collection **ret, struct err *err);

#endif
