/*
 * domain/check.h - is what was committed all there? For `vitrined check`.
 *
 * Looks at everything that points at bytes: committed versions (their manifest and index
 * exist, the index reads to its end, its files make the version's digest, their bytes are
 * there with the right size), uploads, files of runs, parts of unfinished uploads; then at
 * the rules that rows must keep (numbers, aliases, collections). With read_data every byte
 * is read: manifests are parsed again, blobs must have their SHA-256 and the client's
 * digest. It changes nothing and may run beside a server: it reads page by page, each page
 * from a fresh snapshot.
 *
 * It does not look for bytes that nobody points at.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_CHECK_H
#define VITRINE_DOMAIN_CHECK_H

#include "domain/call.h"

struct check_counts {
        uint64_t versions, files, references; /* of committed versions */
        uint64_t versions_total;              /* committed when the check began */
        uint64_t uploads, run_files, parts;
        uint64_t bytes_read;                  /* of blobs, with read_data */
        uint64_t damage;
};

struct check_order {
        bool read_data;
        /* Each piece of damage: a word for scripts, where, one sentence. */
        void (*on_damage)(void *payload, const char *kind, struct str where, struct str what);
        /* Now and then. May be NULL. */
        void (*on_progress)(void *payload, const struct check_counts *counts);
        void *payload;
};

/* RC_OK when the check came to its end, damage or not: see ret->damage. */
MUST_USE enum rc check_run(struct call *call, const struct check_order *order, struct check_counts *ret,
                           struct err *err);

#endif
