/*
 * client/follow.h - what follow.c and follow_web.c share: references that a download follows.
 */
#ifndef VITRINE_CLIENT_FOLLOW_H
#define VITRINE_CLIENT_FOLLOW_H

#include "client/pull.h"

bool reference_is_http(const struct entry *entry);
/* Its address for a digest: nobody looked. */
bool reference_is_unchecked(const struct entry *entry);
enum rc reference_changed(const struct entry *entry, struct err *err);
/* Where it goes; NULL: no memory. */
const char *reference_target(const struct pull *pull, const struct entry *entry, struct arena *arena);
/* Those to http and https that the pull wants, several at a time. follow_web.c */
MUST_USE enum rc follow_web(const struct pull *pull, struct err *err);

#endif
