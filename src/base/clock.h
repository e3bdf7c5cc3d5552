/*
 * base/clock.h - what time it is.
 *
 * Wall-clock times are int64_t microseconds since 1970 UTC (`*_us`); intervals use the
 * monotonic clock in milliseconds. On the wire times are RFC 3339 with seconds and Z.
 */
#ifndef VITRINE_BASE_CLOCK_H
#define VITRINE_BASE_CLOCK_H

#include "base/arena.h"

int64_t clock_now_us(void);
uint64_t clock_mono_ms(void);
uint64_t clock_mono_us(void);
/* "2026-08-21T15:25:35Z"; ret needs 32 bytes. */
void clock_format_us(int64_t time_us, char ret[static 32]);
struct str clock_format_str(struct arena *arena, int64_t time_us);
/*
 * Parses RFC 3339 ("2026-08-21T15:25:35.123Z", offsets allowed), "YYYY-MM-DD" and
 * "YYYY-MM-DD HH:MM:SS" (UTC). False when it is not a date.
 */
bool clock_parse(struct str text, int64_t *ret_time_us);
/* "Wed, 21 Oct 2026 07:28:00 GMT" for HTTP headers; ret needs 32 bytes. */
void clock_format_http(int64_t time_us, char ret[static 32]);

#endif
