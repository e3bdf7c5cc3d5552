/*
 * store/search.h - lists of registries, collections and versions: filtered, ordered, in pages
 * by key, and only of what the caller may see.
 *
 * Rows are places, not whole nouns: the callers read what they need by id. What may be seen
 * is part of the query (struct sight), so no page is thinned out afterwards.
 *
 * Orders: without a field by place (project, collection, version), each page a range of the
 * index of its table. With a field by that and then by place; by what belongs to the version
 * itself (size, age) by that, by version and then by collection. Of many registries at once these
 * two walk an index of the versions when more than a few thousand would have to be sorted.
 *
 * A cursor is the place of the last row, with the value it was ordered by. It says nothing of
 * filters, so lists that are the same list, asked for in different words, share cursors.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_SEARCH_H
#define VITRINE_STORE_SEARCH_H

#include "store/filter.h"

enum search_what { SEARCH_PROJECTS, SEARCH_COLLECTIONS, SEARCH_VERSIONS };

/* What of an entity's projects may be seen; domain/policy.h fills it. */
struct sight {
        enum { SIGHT_NONE, SIGHT_SOME, SIGHT_ALL } extent;
        bool organization;       /* SOME: those that are open to the organization... */
        int64_t account_id;      /* ...and those that this account has a role in, also through a team */
};

#define SEARCH_SEQUENCES 1u
#define SEARCH_PORTFOLIOS 2u

struct search_key {
        int64_t project_id, collection_id, version;
        int64_t artifact_id;             /* of a version; 0 otherwise */
        struct filter_key value;         /* FILTER_KEY_NULL: ordered by place */
};
struct search_query {
        enum search_what what;
        int64_t entity_id;               /* 0: any... */
        int64_t project_id;              /* ...then one of these is given, and was judged by the caller */
        int64_t collection_id;
        int64_t type_id;                 /* 0: any */
        bool registries;                 /* only these */
        unsigned kinds;                  /* SEARCH_SEQUENCES | SEARCH_PORTFOLIOS; 0: all */
        struct sight sight;
        const struct filter *projects, *collections, *versions; /* NULL: no filter */
        struct filter_order order;
        const struct search_key *after;  /* NULL: from the beginning */
        size_t limit;
};

struct search_row {
        int64_t project_id, collection_id, version, artifact_id;
        int64_t created_us;              /* of the link */
        struct search_key key;
};
struct search_list {
        struct search_row *items;
        size_t count;
};

/*
 * RC_TOO_MANY: finding this would take more than two seconds of processor time; the message says how to ask for less.
 * RC_INVALID names the field or value that the filter or order is wrong about, or a cursor of another order.
 */
MUST_USE enum rc store_search(struct db_conn *conn, struct arena *arena, const struct search_query *query,
                              struct search_list *ret, struct err *err);
MUST_USE enum rc store_search_count(struct db_conn *conn, struct arena *arena, const struct search_query *query,
                                    int64_t *ret, struct err *err);
/* The plans of the statements that a search would run, for the documentation. */
MUST_USE enum rc store_search_explain(struct db_conn *conn, struct arena *arena, const struct search_query *query,
                                      struct buf *ret_plan, struct err *err);

/* A key as text, and back; RC_INVALID when it is not one of ours. */
struct str store_search_key_format(struct arena *arena, const struct search_key *key);
MUST_USE enum rc store_search_key_parse(struct arena *arena, struct str text, struct search_key *ret, struct err *err);

#endif
