/*
 * cli/suggest.c - edit distance with swaps of neighbors; see suggest.h.
 */
#include "cli/suggest.h"

#define LONGEST 128u

static char lower(char c)
{
        return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b)
{
        return a < b ? a : b;
}

size_t suggest_distance(struct str a, struct str b)
{
        size_t rows[3][LONGEST + 1];
        size_t *before = rows[0], *last = rows[1], *now = rows[2];

        if (a.len >= LONGEST || b.len >= LONGEST)
                return SIZE_MAX;
        for (size_t j = 0; j <= b.len; j++)
                last[j] = j;
        for (size_t i = 1; i <= a.len; i++) {
                size_t *spare = before;

                now[0] = i;
                for (size_t j = 1; j <= b.len; j++) {
                        bool same = lower(a.ptr[i - 1]) == lower(b.ptr[j - 1]);

                        now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (same ? 0 : 1));
                        if (i > 1 && j > 1 && lower(a.ptr[i - 1]) == lower(b.ptr[j - 2]) &&
                            lower(a.ptr[i - 2]) == lower(b.ptr[j - 1]))
                                now[j] = least(now[j], before[j - 2] + 1);
                }
                before = last;
                last = now;
                now = spare;
        }
        return last[b.len];
}

void suggest_begin(struct suggestion *suggestion, struct str wrong)
{
        /* A third of the letters, at least one; in long words no more than four. */
        *suggestion = (struct suggestion){ .wrong = wrong, .distance = least(wrong.len / 3 + 2, 5) };
}

bool suggest_try(struct suggestion *suggestion, const char *candidate)
{
        struct str name = str_from(candidate);
        size_t distance = suggest_distance(suggestion->wrong, name);

        /* What was typed in full but not to the end is meant more often than a word as near. */
        if (suggestion->wrong.len >= 3 && str_starts(name, suggestion->wrong))
                distance = least(distance, 1);
        if (distance >= suggestion->distance)
                return false;
        suggestion->best = candidate;
        suggestion->distance = distance;
        return true;
}
