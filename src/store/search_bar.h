/*
 * store/search_bar.h - what in an organization's registries has a name that holds some text: for the
 * search bar, which asks while somebody types.
 *
 * Unlike store/search.h, which answers any filter, these are a few fixed statements, each over names
 * and never over versions: their cost grows with the number of collections, aliases in use and tags.
 * ASCII letters match in either case. Only what is in sight.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_SEARCH_BAR_H
#define VITRINE_STORE_SEARCH_BAR_H

#include "store/membership.h"
#include "store/search.h"

struct search_bar {
        int64_t entity_id;               /* the organization's own */
        struct sight sight;
        struct str text;                 /* taken as it is */
        size_t limit;                    /* of each answer */
};

/* By name without the prefix that all have, or by description. */
MUST_USE enum rc store_search_bar_registries(struct db_conn *conn, struct arena *arena, const struct search_bar *bar,
                                             struct id_list *ret, struct err *err);
/* By name, then by tag; each once. */
MUST_USE enum rc store_search_bar_collections(struct db_conn *conn, struct arena *arena,
                                              const struct search_bar *bar, struct id_list *ret, struct err *err);
/* By alias, then by tag; each once. */
MUST_USE enum rc store_search_bar_versions(struct db_conn *conn, struct arena *arena, const struct search_bar *bar,
                                           struct membership_list *ret, struct err *err);
#endif
