/*
 * domain/bulk.h - deleting many versions by one call.
 *
 * bulk_delete_ask() counts what a filter finds and leaves a job; bulk_delete_work() does it,
 * in writes that each take at most BULK_WRITE_MS, and notes in the same transaction how far it
 * came: a server that dies goes on where it was, and no version is judged twice.
 *
 * Each version is judged when its turn comes, as if the caller asked for it alone: may the
 * caller delete it, does a link to it carry a protected alias, has it aliases at all (then only
 * with delete_aliases)? What may not be deleted stays and is counted by its reason. What is
 * found in a collection of links is only unlinked. Versions that came after the call are left.
 *
 * Thread rule: that of the call, which must not be writing.
 */
#ifndef VITRINE_DOMAIN_BULK_H
#define VITRINE_DOMAIN_BULK_H

#include "domain/call.h"
#include "store/job.h"

#define BULK_WRITE_MS 20u

struct bulk_input {
        struct str entity_name;          /* absent: the caller's default */
        struct str project_name;         /* a project or registry; absent: all of the entity that the filters find */
        struct str collection_name;      /* of that project; absent: all */
        struct str project_filters, collection_filters, version_filters; /* JSON, as for lists; may be absent */
        bool delete_aliases;
        bool dry_run;                    /* judges and counts, changes nothing */
};
/* *ret has its id and, as total, how many there are now. RC_INVALID: everything of an entity, without any filter. */
MUST_USE enum rc bulk_delete_ask(struct call *call, const struct bulk_input *in, struct job **ret, struct err *err);

struct bulk_counts {
        int64_t deleted, unlinked;       /* or, in a dry run, would be */
        int64_t kept_protected;          /* a protected alias is on it, or on a link to it */
        int64_t kept_aliased;            /* it has aliases, and these should stay */
        int64_t kept_denied;             /* the caller may not */
};
/* Out of job->result; zeros before the first write. */
MUST_USE enum rc bulk_counts_read(struct arena *arena, const struct job *job, struct bulk_counts *ret,
                                  struct err *err);
/* One sentence for people. */
struct str bulk_counts_say(struct arena *arena, const struct job *job, const struct bulk_counts *counts);

struct bulk_order {
        uint64_t until_ms;               /* clock_mono_ms(); come back by then. 0: at the end */
        bool (*stop)(void *payload);     /* may be NULL; asked between writes: RC_UNAVAILABLE when true */
        void (*on_progress)(void *payload, const struct job *job); /* may be NULL */
        void *payload;
        unsigned pause_us;               /* after each write, for others */
};
/*
 * The call is the asking one's (job_principal()); call->arena is used for the whole of it, memory of single steps is not.
 * Sets job->state to JOB_DONE or JOB_CANCELED at the end, and leaves it JOB_RUNNING otherwise.
 */
MUST_USE enum rc bulk_delete_work(struct call *call, struct job *job, const struct bulk_order *order,
                                  struct err *err);

#endif
