/*
 * base/log.h - one line per event on standard error, as logfmt.
 *
 * Only server/ and cli/ call this above debug level; rooms return errors instead. Never
 * pass secrets: no keys, tokens, signed URLs, Authorization headers.
 * Thread rule: any thread; a line is written with one write(2), with others of the same thread perhaps.
 */
#ifndef VITRINE_BASE_LOG_H
#define VITRINE_BASE_LOG_H

#include "base/base.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

void log_set_level(enum log_level level);
bool log_enabled(enum log_level level);
/*
 * event: a short fixed word ("request"); fmt: further key=value pairs, already quoted
 * where needed (log_quote).
 */
void log_event(enum log_level level, const char *event, const char *fmt, ...) PRINTF_LIKE(3, 4);
/*
 * From now on this thread's lines below "warn" wait for log_flush(), or until there are enough of them for one
 * write: for threads that log often and can promise to flush soon, and before they end.
 */
void log_hold(void);
void log_flush(void);
/* Escapes s for a logfmt value into ret (always quoted, control bytes as \xNN); truncates. */
const char *log_quote(struct str s, char *ret, size_t ret_size);

#endif
