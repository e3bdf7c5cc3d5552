/*
 * server/serve.c - vitrined serve: starts, waits, stops.
 *
 * All signals are blocked before any thread is made; the main thread takes them in its
 * loop, which wakes once a second to see whether the database still lives and once a
 * minute to let auth/ do its housekeeping.
 */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/operator.h"
#include "server/wire.h"

#define TICK_MS 60000

enum rc run_init(struct session *session, struct err *err UNUSED)
{
        struct str dir = session_option(session, "data");

        session_say(session, "The data directory '%.*s' is ready.", STR_ARG(dir));
        say_json_done(session, "data", dir, NULL, STR_NULL);
        return RC_OK;
}

static void block_signals(sigset_t *ret_set)
{
        sigemptyset(ret_set);
        sigaddset(ret_set, SIGTERM);
        sigaddset(ret_set, SIGINT);
        sigaddset(ret_set, SIGHUP);
        (void)sigprocmask(SIG_BLOCK, ret_set, NULL);
        (void)signal(SIGPIPE, SIG_IGN);
}

/* A second signal while stopping ends the process at once. */
static void unblock_signals(const sigset_t *set)
{
        (void)sigprocmask(SIG_UNBLOCK, set, NULL);
}

/* Until somebody wants us to stop. */
static enum rc wait_for_end(struct server *server, const sigset_t *set, struct err *err)
{
        const struct timespec second = { .tv_sec = 1 };
        uint64_t tick_ms = clock_mono_ms();

        for (;;) {
                int number = sigtimedwait(set, NULL, &second);

                if (number == SIGTERM || number == SIGINT)
                        return RC_OK;
                if (db_failed(server->domain.db))
                        return err_set(err, RC_IO,
                                       "The database could not be written and the server stops: check the disk, then start it again.");
                if (clock_mono_ms() - tick_ms >= TICK_MS) {
                        tick_ms = clock_mono_ms();
                        auth_tick(server->auth);
                }
        }
}

static void say_listening(const struct server *server, const struct serve_config *config, struct arena *arena)
{
        struct str url = server_listen_url(server, config, arena);

        (void)printf("listening on %.*s\n", STR_ARG(url));
        (void)fflush(stdout);
        log_event(LOG_LEVEL_INFO, "listening", "url=%.*s version=" VITRINE_VERSION " pid=%d", STR_ARG(url),
                  (int)getpid());
        notify_systemd("READY=1");
}

/*
 * Left alone, the C library raises this threshold up to 32 MiB as large blocks are freed, and
 * keeps later ones for good: a few large requests at once, and 250 MiB stay with the process.
 */
static void give_back_large_memory(void)
{
        (void)mallopt(M_MMAP_THRESHOLD, 128 * 1024);
}

enum rc run_serve(struct session *session, struct err *err)
{
        struct arena *arena = &session->arena;
        struct serve_config config;
        struct server server;
        unsigned drain_ms;
        sigset_t signals;
        enum rc rc = config_read(&session->options, arena, &config, err);

        if (rc)
                return rc;
        log_set_level(config.log_level);
        give_back_large_memory();
        block_signals(&signals);
        rc = server_open(&server, &config, arena, err);
        if (rc)
                return rc;
        rc = server_start(&server, &config, err);
        if (!rc && config.first_run)
                rc = first_run(&server, arena, server_url(&server, &config, arena), err);
        if (!rc) {
                say_listening(&server, &config, arena);
                rc = wait_for_end(&server, &signals, err);
        }
        health_stopping();
        notify_systemd("STOPPING=1");
        unblock_signals(&signals);
        drain_ms = rc ? 0 : config.drain_s * 1000;
        log_event(LOG_LEVEL_INFO, "stopping", "drain_s=%u", drain_ms / 1000);
        server_close(&server, drain_ms);
        log_event(LOG_LEVEL_INFO, "stopped", "clean=%s", rc ? "no" : "yes");
        return rc;
}
