/*
 * vitrine/vitrine.h - libvitrine: artifacts and registries from C.
 *
 * This header includes all others. What the nouns mean and how they hang together:
 *
 *   session      an address, a key and the settings that go with them     session.h
 *   run          what artifacts are made and used by                      run.h
 *   artifact     files under a name; each change of content is a version  artifact.h
 *   collection   the versions of one name, in a project or a registry     collection.h
 *   registry     collections that an organization shares, and its members registry.h
 *
 * Everything is written against the interface that the wandb client uses, so what one of
 * the two writes the other reads, with the same digests and version numbers.
 *
 * Rules that hold everywhere:
 *
 *  - A function that can fail returns enum vitrine_code and takes `struct vitrine_error *error`
 *    last (may be NULL). Results are in parameters named ret_*; on failure they are untouched.
 *  - Options are structs that start with their size. Initialize with the _INIT macro and set
 *    what differs; an application built against an older header goes on working.
 *  - Objects are opaque. What x_new, x_fetch, x_create or x_next returns belongs to the caller,
 *    who calls x_free; x_free accepts NULL. Strings that a getter returns belong to the object
 *    and live until it changes or is freed. Strings passed in are copied.
 *  - Strings are UTF-8 and NUL-terminated. Sizes are bytes, times RFC 3339 in UTC.
 *  - The library never prints, never exits and never aborts; when memory runs out a function
 *    fails with VITRINE_NO_MEMORY and its object stays as it was.
 *  - Threads: a session and all that was made from it are used by one thread at a time; several
 *    threads take a session each. vitrine_session_cancel() may come from any thread and from a
 *    signal handler. Sessions, also of several processes, share one cache on disk.
 *  - Callbacks run on the thread that called the function.
 */
#ifndef VITRINE_VITRINE_H
#define VITRINE_VITRINE_H

#include <vitrine/artifact.h>
#include <vitrine/cache.h>
#include <vitrine/collection.h>
#include <vitrine/error.h>
#include <vitrine/registry.h>
#include <vitrine/run.h>
#include <vitrine/session.h>

#endif
