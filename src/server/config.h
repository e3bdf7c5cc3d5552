/*
 * server/config.h - what `vitrined serve` can be told: one table for the command line, the
 * environment, the configuration file and --help.
 */
#ifndef VITRINE_SERVER_CONFIG_H
#define VITRINE_SERVER_CONFIG_H

#include "base/log.h"
#include "server/options.h"

#define SERVE_OPTION_COUNT 13
extern const struct option_spec serve_options[SERVE_OPTION_COUNT];

struct serve_config {
        struct str data_dir;
        const char *address;          /* to listen on: "127.0.0.1", "::" */
        uint16_t port;                /* 0: any */
        struct str public_url;        /* without a trailing slash; absent: from the Host header */
        bool trust_forwarded;
        bool plain_pages;
        bool first_run;
        unsigned workers, io_threads; /* 0: the http room decides */
        unsigned drain_s;
        unsigned reclaim_minutes;     /* between two runs; 0: never by itself */
        unsigned restore_days;        /* how long a deleted version can be restored */
        bool log_requests;
        enum log_level log_level;
};

/* Fills in the environment and the file first. RC_INVALID with a sentence. */
MUST_USE enum rc config_read(struct options *options, struct arena *arena, struct serve_config *ret,
                             struct err *err);

#endif
