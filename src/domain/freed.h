/*
 * domain/freed.h - how many bytes the deletion of a version, or of several at once, would give
 * back, told before somebody decides.
 *
 * There are no reference counts (decision 12): whether content is needed elsewhere is in the
 * indexes of other versions. They are read within a bound, those of about the same age first,
 * and the answer has two figures: what is sure, and what can be at most. They are equal when
 * all could be read. Versions that the caller may not see are not read, so that the answer
 * never tells what others have; they only keep it from being sure.
 *
 * What several versions share goes with all of them and counts once, so the sum of the figures
 * for each says nothing.
 *
 * Files of other runs than the versions' own are not looked at.
 *
 * Thread rule: that of the call. Memory: 16 bytes a different file of the versions, 4 MiB at most.
 */
#ifndef VITRINE_DOMAIN_FREED_H
#define VITRINE_DOMAIN_FREED_H

#include "domain/artifact.h"

struct freed_bounds {
        size_t own_files;             /* of the versions themselves, together, that are looked at */
        size_t entries;               /* of all other indexes together */
        size_t versions;              /* others that are opened */
        uint64_t time_ms;
};
extern const struct freed_bounds freed_bounds_usual;

struct freed {
        int64_t at_least_bytes, at_most_bytes;
        int64_t restore_s;            /* for so long it can be restored; the bytes go after that */
};
/* *ret NULL: the caller may not delete the version, it is not committed, or its index cannot be read. In the call's arena. */
MUST_USE enum rc freed_by_deletion(struct call *call, const struct artifact *artifact, const struct freed_bounds *bounds,
                                   struct freed **ret, struct err *err);
/*
 * Of all of them together; the same one twice counts once. Those that the caller may not delete or that are not committed stay,
 * with their content; *ret NULL when none is left, or an index cannot be read. RC_INVALID for more than FREED_MAX.
 */
#define FREED_MAX 200
MUST_USE enum rc freed_by_deletions(struct call *call, const struct artifact *const *artifacts, size_t count,
                                    const struct freed_bounds *bounds, struct freed **ret, struct err *err);

#endif
