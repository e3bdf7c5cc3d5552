/*
 * domain/run_state.c - the states of a run; the picture is in run.h.
 */
#include "domain/run.h"

static const char *const names[RUN_STATE__COUNT] = {
        [RUN_RUNNING] = "running",       [RUN_FINISHED] = "finished", [RUN_FAILED] = "failed",
        [RUN_CRASHED] = "crashed",       [RUN_KILLED] = "killed",     [RUN_PREEMPTING] = "preempting",
        [RUN_PREEMPTED] = "preempted",   [RUN_PENDING] = "pending",
};

const char *run_state_name(enum run_state state)
{
        assert(state < RUN_STATE__COUNT);
        return names[state];
}

bool run_state_parse(struct str text, enum run_state *ret)
{
        for (size_t i = 0; i < RUN_STATE__COUNT; i++) {
                if (str_eq_nocase(text, str_from(names[i]))) {
                        *ret = (enum run_state)i;
                        return true;
                }
        }
        return false;
}

static bool is_alive(enum run_state state)
{
        return state == RUN_RUNNING || state == RUN_PREEMPTING;
}

enum run_state run_state_now(const struct run *run, int64_t now_us)
{
        if (!is_alive(run->state) || run->heartbeat_us >= now_us - RUN_SILENT_US)
                return run->state;
        return run->state == RUN_PREEMPTING ? RUN_PREEMPTED : RUN_CRASHED;
}

static void complete(struct run *run, int64_t exit_code)
{
        run->exit_code = exit_code;
        if (exit_code == 0)
                run->state = RUN_FINISHED;
        else if (run->stop_requested)
                run->state = RUN_KILLED;
        else
                run->state = run->state == RUN_PREEMPTING ? RUN_PREEMPTED : RUN_FAILED;
}

void run_hear(struct run *run, enum run_word word, int64_t exit_code, int64_t now_us)
{
        /* An upsert may be a late edit of a run that is over; only its stream brings it back. */
        bool back = !is_alive(run->state) && (word != RUN_WORD_UPSERT || run->state == RUN_PENDING);

        if (word == RUN_WORD_UPSERT && !is_alive(run->state) && !back)
                return;
        if (back && word != RUN_WORD_COMPLETE) {
                run->state = RUN_RUNNING;
                run->stop_requested = false;
        }
        if (word == RUN_WORD_PREEMPTING)
                run->state = RUN_PREEMPTING;
        else if (word == RUN_WORD_COMPLETE)
                complete(run, exit_code);
        run->heartbeat_us = now_us;
        run->updated_us = now_us;
}
