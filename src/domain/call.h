/*
 * domain/call.h - who asks, and with what in hand.
 *
 * Every function of domain/ that does something takes a struct call: the caller's identity,
 * the request's arena, a database connection, the blob store. Reading functions read on
 * call->conn. Changing functions do their heavy work first, then hand a closure to the
 * writer by domain_write(): it runs with a call whose conn is the writer's, checks the
 * rules again on what it sees there, changes rows and notes events, all in one transaction.
 *
 * Thread rule: a call belongs to one request; while domain_write() waits, the writer's
 * thread uses its arena.
 */
#ifndef VITRINE_DOMAIN_CALL_H
#define VITRINE_DOMAIN_CALL_H

#include "blob/blob.h"
#include "model/model.h"
#include "model/names.h"
#include "model/principal.h"
#include "store/query.h"

struct upload_joins;

/* What one server process is made of; immutable after start. */
struct domain {
        struct db *db;
        struct blob_store *blobs;
        struct blob_store *parts;   /* of uploads in parts, until they are joined */
        struct upload_joins *joins; /* NULL: parts are joined when all are there */
        struct str public_url;      /* without a trailing slash; absent: derived from each request */
};

struct call {
        const struct domain *domain;
        struct arena *arena;
        struct db_conn *conn;
        const struct principal *who;   /* never NULL */
        struct str base_url;           /* address that the client uses, without a trailing slash */
        struct str request_id;
        struct str address, program;   /* of the caller, for the audit log; absent: an operator's command */
        bool writing;                  /* conn is the writer's */
        bool passing;                  /* what is answered holds for this moment only: see call_now_us() */
};

/*
 * The time, for an answer that depends on it; such an answer is not given again to the next who asks the same.
 * Also to be set by whoever makes an answer of anything else than what the database holds: call->passing.
 */
int64_t call_now_us(struct call *call);

typedef enum rc (*domain_write_fn)(struct call *call, void *payload, struct err *err);

/*
 * Runs fn on the writer in a transaction of its own (group commit) and waits until it is
 * durable; then call->conn sees the change. When call is writing already, fn just runs.
 */
MUST_USE enum rc domain_write(struct call *call, domain_write_fn fn, void *payload, struct err *err);

/* Errors that many functions answer with. */
enum rc err_not_found(struct err *err, const char *what, struct str name);

#endif
