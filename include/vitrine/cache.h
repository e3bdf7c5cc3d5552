/*
 * vitrine/cache.h - the local store of downloaded files, by digest.
 *
 * The library fills and uses it by itself (session options cache_dir, no_cache, cache_max_bytes); these
 * functions look at it and clean it up. Any number of processes use one cache at a time: a file in it is
 * whole, or it is not there, and one that several want at once is downloaded once.
 *
 * Thread rule: that of the session.
 */
#ifndef VITRINE_CACHE_H
#define VITRINE_CACHE_H

#include <vitrine/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The directory, "" without a cache. Belongs to the session. */
VITRINE_API const char *vitrine_cache_dir(const vitrine_session *session);
/* What is in it now. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_cache_usage(vitrine_session *session, uint64_t *ret_files, uint64_t *ret_bytes, struct vitrine_error *error);
/*
 * Removes what was used longest ago until at most keep_bytes are left (0: everything). *ret_freed_bytes may
 * be NULL. Files that other processes are using stay usable for them.
 */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_cache_clean(vitrine_session *session, uint64_t keep_bytes, uint64_t *ret_freed_bytes,
                    struct vitrine_error *error);
/* Reads every file again and removes those whose bytes are not what they should be. */
VITRINE_API VITRINE_MUST_USE enum vitrine_code
vitrine_cache_check(vitrine_session *session, uint64_t *ret_files, uint64_t *ret_removed, struct vitrine_error *error);

#ifdef __cplusplus
}
#endif

#endif
