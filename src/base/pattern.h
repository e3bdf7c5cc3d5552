/*
 * base/pattern.h - regular expressions that cannot run away.
 *
 * For filters that callers write ($regex). All states are followed at once, so the time is
 * the length of the text times the size of the pattern, whatever the pattern; both are
 * limited. In return there are no back references and no look-around.
 *
 * What there is, on code points of UTF-8: literals, ".", [a-z], [^...], \d \w \s \D \W \S, \b \B,
 * ^ $, ( ) (?: ), |, * + ? {m} {m,} {m,n} with an optional lazy "?", \n \t \r \xHH, \ before
 * punctuation, and (?i) in front for ASCII letters of either case. "." and negated classes
 * match line ends, too.
 *
 * Thread rule: a pattern belongs to one thread at a time.
 */
#ifndef VITRINE_BASE_PATTERN_H
#define VITRINE_BASE_PATTERN_H

#include "base/base.h"

#define PATTERN_MAX_BYTES 1000u
#define PATTERN_MAX_STEPS 2000u             /* of the compiled program */
#define PATTERN_MAX_TEXT ((size_t)64 * 1024) /* of a longer text only this much is looked at */

struct pattern;

/* RC_INVALID says what is wrong with it. */
MUST_USE enum rc pattern_new(struct str text, struct pattern **ret, struct err *err);
void pattern_free(struct pattern *pattern); /* accepts NULL */
/* Anywhere in the text. */
bool pattern_found(struct pattern *pattern, struct str text);

#endif
