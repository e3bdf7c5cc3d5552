/*
 * store/event.h - what happened, and by whom.
 *
 * An event row is written in the transaction of the change it tells of and never changed
 * afterwards. Action history, audit and "who was production on that day" read it.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_EVENT_H
#define VITRINE_STORE_EVENT_H

#include "store/query.h"

struct event_row {
        int64_t id;              /* set by the database */
        int64_t at_us;           /* 0: now */
        int64_t account_id;      /* who; 0: an operator's command */
        int64_t subject_id;      /* the account that it was done to; 0: does not apply */
        struct str action;       /* "alias_added", "version_linked", "member_set", ... */
        int64_t org_id;          /* what it is about; 0: does not apply */
        int64_t entity_id;
        int64_t project_id;
        int64_t collection_id;
        int64_t artifact_id;
        int64_t run_id;
        bool has_version;
        int64_t version;         /* in collection_id, when has_version */
        struct str alias;        /* that was put on a version or taken off; absent: does not apply */
        struct str detail;       /* a JSON object; absent: nothing to add. Never a secret. */
        struct str request_id;   /* of the request that did it... */
        struct str address;      /* ...from here... */
        struct str program;      /* ...by this (the User-Agent); all absent: a command, or the server by itself */
};

/* Call inside db_write() only. */
MUST_USE enum rc store_event_add(struct db_conn *conn, const struct event_row *event, struct err *err);
struct event_list {
        struct event_row *items;
        size_t count;
};
/* Which events: all that are not said do not matter. */
struct event_filter {
        struct str action;       /* absent: any */
        int64_t account_id;      /* by whom; 0: anybody */
        int64_t since_us;        /* from then on */
        int64_t until_us;        /* before then; 0: until now */
};
/* What changed in a collection, newest first: ids below `below`. Uses and downloads of its versions are left out. */
MUST_USE enum rc store_event_page(struct db_conn *conn, struct arena *arena, int64_t collection_id,
                                  const struct event_filter *filter, int64_t below, size_t limit,
                                  struct event_list *ret, struct err *err);
/* Has the account read files of the version through the collection since then? */
MUST_USE enum rc store_event_downloaded(struct db_conn *conn, int64_t account_id, int64_t artifact_id,
                                        int64_t collection_id, int64_t since_us, bool *ret, struct err *err);
/* The last time before or at at_us that the alias was put on or taken off; *ret_found false: never. */
MUST_USE enum rc store_event_alias_at(struct db_conn *conn, struct arena *arena, int64_t collection_id,
                                      struct str alias, int64_t at_us, struct event_row *ret, bool *ret_found,
                                      struct err *err);

/* Number of the newest event, 0 when there is none: a cheap "has anything changed". */
MUST_USE enum rc store_event_last(struct db_conn *conn, int64_t *ret_id, struct err *err);

#endif
