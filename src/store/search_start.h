/*
 * store/search_start.h - where a search for versions begins when it looks for something rare; for
 * search.c only.
 *
 * A list by place walks from the projects down to the versions and asks each whether it fits.
 * When few versions fit that reads nearly all of them for nothing. But if one of the conditions
 * that must all hold is a plain comparison of a metadata value, or a tag, an index says which
 * versions can fit at all (metadata_term, artifact_tag_by_tag). If they are few, the search
 * begins with them and asks the same conditions of them; if they are many, walking finds a page
 * soon. So what is found is the same either way, and the index may name too many, never too few.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_SEARCH_START_H
#define VITRINE_STORE_SEARCH_START_H

#include "store/search.h"

struct search_start {
        bool by_value;                   /* with the versions, in the order of the list's value; search.c decides */
        const struct filter *test;       /* the condition to begin with; NULL: walk */
        struct str key;                  /* in the metadata; absent: the test is of tags */
};

MUST_USE enum rc search_start_find(struct db_conn *conn, struct arena *arena, const struct search_query *query,
                                   struct search_start *ret, struct err *err);
/* A SELECT of the artifacts' ids. */
void search_start_write(struct filter_sql *sql, const struct search_start *start);

#endif
