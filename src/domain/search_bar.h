/*
 * domain/search_bar.h - what in an organization holds some text, as far as the caller may see it.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_SEARCH_BAR_H
#define VITRINE_DOMAIN_SEARCH_BAR_H

#include "domain/artifact.h"

struct found {
        struct project **registries;
        size_t registry_count;
        struct collection **collections;
        struct project **homes;          /* of the collections */
        size_t collection_count;
        struct version **versions;
        size_t version_count;
};
/* At most `first` of each; nothing for an empty text or an entity that is no organization's. */
MUST_USE enum rc search_bar(struct call *call, const struct entity *entity, struct str text, size_t first,
                            struct found *ret, struct err *err);

#endif
