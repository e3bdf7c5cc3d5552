/*
 * client/collection.h - what collection.c and collection_list.c share.
 */
#ifndef VITRINE_CLIENT_COLLECTION_H
#define VITRINE_CLIENT_COLLECTION_H

#include "client/list.h"

#define COLLECTION_FIELDS \
        " __typename id name description createdAt updatedAt project { id name entity { name } } " \
        "type: defaultArtifactType { name } tags { edges { node { name } } } "
#define PAGE_INFO " pageInfo { endCursor hasNextPage } "

/* The collection that a node with these fields is; a new object. */
MUST_USE enum rc collection_from(struct vitrine_session *session, const struct json *node, struct vitrine_collection **ret,
                                 struct err *err);

#endif
