/*
 * base/pattern.c - see pattern.h.
 *
 * A pattern is a program of few kinds of steps (pattern_program.h; pattern_read.c makes it). Matching keeps the set of steps
 * where the program can be, and moves all of them over one code point after the other.
 */
#include "base/pattern_program.h"

void *pattern_alloc(size_t count, size_t size)
{
        void *memory = calloc(count, size);

        if (!memory)
                abort_because("out_of_memory", "give the process more memory");
        return memory;
}

uint32_t pattern_decode(struct str text, size_t *at)
{
        size_t len = str_utf8_step(text, *at);
        const unsigned char *s = (const unsigned char *)text.ptr + *at;
        uint32_t c;

        if (len <= 1) {
                (*at)++;
                return s[0];
        }
        c = len == 2 ? s[0] & 0x1fu : len == 3 ? s[0] & 0x0fu : s[0] & 0x07u;
        for (size_t i = 1; i < len; i++)
                c = c << 6 | (s[i] & 0x3fu);
        *at += len;
        return c;
}

enum rc pattern_new(struct str text, struct pattern **ret, struct err *err)
{
        struct pattern *p;
        enum rc rc;

        if (text.len > PATTERN_MAX_BYTES)
                return err_set(err, RC_TOO_LARGE, "The regular expression is longer than %u bytes.", PATTERN_MAX_BYTES);
        p = pattern_alloc(1, sizeof(*p));
        rc = pattern_read(p, text, err);
        if (rc) {
                pattern_free(p);
                return rc;
        }
        p->now = pattern_alloc(p->count, sizeof(uint32_t));
        p->next = pattern_alloc(p->count, sizeof(uint32_t));
        p->stack = pattern_alloc(2 * (size_t)p->count + 2, sizeof(uint32_t));
        p->added = pattern_alloc(p->count, sizeof(uint64_t));
        *ret = p;
        return RC_OK;
}

void pattern_free(struct pattern *p)
{
        if (!p)
                return;
        free(p->steps);
        free(p->classes);
        free(p->now);
        free(p->next);
        free(p->stack);
        free(p->added);
        free(p);
}

/* ---- matching ---- */

static uint32_t fold(uint32_t c)
{
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool in_class(const struct class *class, uint32_t c)
{
        for (uint32_t i = 0; i < class->count; i++)
                if (c >= class->ranges[i].first && c <= class->ranges[i].last)
                        return true;
        return false;
}

static bool step_takes(const struct pattern *p, const struct step *step, uint32_t c)
{
        const struct class *class;
        bool in;

        switch (step->kind) {
        case STEP_ANY:
                return true;
        case STEP_CHAR:
                return p->ignore_case ? fold(step->value) == fold(c) : step->value == c;
        case STEP_CLASS:
                class = &p->classes[step->value];
                in = in_class(class, c);
                if (!in && p->ignore_case && c < 128)
                        in = in_class(class, fold(c)) || (fold(c) >= 'a' && fold(c) <= 'z' && in_class(class, fold(c) - 32));
                return in != class->negated;
        default:
                return false;
        }
}

static bool is_word(uint32_t c)
{
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= 'a' && c <= 'z') || c >= 0xaa;
}

/* Where in the text: what the code points on both sides are. */
struct place {
        bool at_start, at_end, word_before, word_after;
};

static bool holds(enum assertion assertion, const struct place *place)
{
        switch (assertion) {
        case ASSERT_START:
                return place->at_start;
        case ASSERT_END:
                return place->at_end;
        case ASSERT_WORD:
                return place->word_before != place->word_after;
        default:
                return place->word_before == place->word_after;
        }
}

/* Adds a step and all that it leads to without taking a character; true when the pattern has matched. */
static bool add(struct pattern *p, uint32_t *set, uint32_t *count, uint32_t start, const struct place *place)
{
        uint32_t depth = 0;

        p->stack[depth++] = start;
        while (depth > 0) {
                uint32_t at = p->stack[--depth];
                const struct step *step = &p->steps[at];

                if (p->added[at] == p->generation)
                        continue;
                p->added[at] = p->generation;
                switch (step->kind) {
                case STEP_MATCH:
                        return true;
                case STEP_JUMP:
                        p->stack[depth++] = (uint32_t)((int32_t)at + step->to);
                        break;
                case STEP_SPLIT:
                        p->stack[depth++] = (uint32_t)((int32_t)at + step->or_to);
                        p->stack[depth++] = (uint32_t)((int32_t)at + step->to);
                        break;
                case STEP_ASSERT:
                        if (holds((enum assertion)step->value, place))
                                p->stack[depth++] = at + 1;
                        break;
                default:
                        set[(*count)++] = at;
                }
        }
        return false;
}

static struct place place_at(struct str text, size_t at, bool word_before)
{
        struct place place = { .at_start = at == 0, .at_end = at >= text.len, .word_before = word_before };
        size_t peeked = at;

        if (!place.at_end)
                place.word_after = is_word(pattern_decode(text, &peeked));
        return place;
}

bool pattern_found(struct pattern *p, struct str text)
{
        uint32_t now_count = 0;
        struct place place;
        size_t at = 0;

        text = str_slice(text, 0, PATTERN_MAX_TEXT);
        place = place_at(text, 0, false);
        p->generation++;
        if (add(p, p->now, &now_count, 0, &place))
                return true;
        while (at < text.len) {
                uint32_t c = pattern_decode(text, &at), next_count = 0, *swap = p->next;

                place = place_at(text, at, is_word(c));
                p->generation++;
                for (uint32_t i = 0; i < now_count; i++)
                        if (step_takes(p, &p->steps[p->now[i]], c) && add(p, p->next, &next_count, p->now[i] + 1, &place))
                                return true;
                if (add(p, p->next, &next_count, 0, &place)) /* it may also begin here */
                        return true;
                p->next = p->now;
                p->now = swap;
                now_count = next_count;
        }
        return false;
}
