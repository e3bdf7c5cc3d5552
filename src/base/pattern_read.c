/*
 * base/pattern_read.c - the text of a regular expression into the steps that match it; called by pattern.c only.
 *
 * The steps are written while the text is read. An atom is repeated by copying its steps, which is why counts are small.
 */
#include "base/pattern_program.h"

#define REPEAT_MAX 200u
#define DEPTH_MAX 200u

struct reader {
        struct pattern *p;
        struct str text;
        size_t at;
        unsigned depth;
        struct err *err;
};

static enum rc wrong(struct reader *r, const char *what)
{
        return err_set(r->err, RC_INVALID, "The regular expression is not understood at character %zu: %s.", r->at + 1,
                       what);
}

static enum rc emit(struct reader *r, struct step step)
{
        struct pattern *p = r->p;

        if (p->count == PATTERN_MAX_STEPS)
                return err_set(r->err, RC_TOO_LARGE, "The regular expression is too long once its repeats are spelled out.");
        if (p->count == p->cap) {
                struct step *old = p->steps;

                p->cap = p->cap ? 2 * p->cap : 64;
                p->steps = pattern_alloc(p->cap, sizeof(*p->steps));
                if (old)
                        memcpy(p->steps, old, p->count * sizeof(*old));
                free(old);
        }
        p->steps[p->count++] = step;
        return RC_OK;
}

/* Makes room for one step in front of `from`. */
static enum rc insert(struct reader *r, uint32_t from, struct step step)
{
        enum rc rc = emit(r, step);
        struct step *steps = r->p->steps;

        if (rc)
                return rc;
        memmove(steps + from + 1, steps + from, (r->p->count - 1 - from) * sizeof(*steps));
        steps[from] = step;
        return RC_OK;
}

/* ---- reading ---- */

static bool more(const struct reader *r)
{
        return r->at < r->text.len;
}

static char peek(const struct reader *r)
{
        return more(r) ? r->text.ptr[r->at] : '\0';
}

static enum rc add_range(struct reader *r, struct class *class, uint32_t first, uint32_t last)
{
        if (class->count == RANGES_MAX)
                return wrong(r, "the class in brackets is too long");
        class->ranges[class->count++] = (struct range){ first, last };
        return RC_OK;
}

/* \d \w \s into the class, as they are or turned around. */
static enum rc add_named(struct reader *r, struct class *class, char name)
{
        static const struct range digits[] = { { '0', '9' } };
        static const struct range words[] = { { '0', '9' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' }, { 0xaa, 0x10ffff } };
        static const struct range spaces[] = { { '\t', '\r' }, { ' ', ' ' } };
        bool negated = name == 'D' || name == 'W' || name == 'S';
        const struct range *ranges = spaces;
        size_t count = ARRAY_LEN(spaces);
        uint32_t from = 0;

        if (name == 'd' || name == 'D') {
                ranges = digits;
                count = ARRAY_LEN(digits);
        } else if (name == 'w' || name == 'W') {
                ranges = words;
                count = ARRAY_LEN(words);
        }
        for (size_t i = 0; i < count; i++) {
                enum rc rc = RC_OK;

                if (!negated)
                        rc = add_range(r, class, ranges[i].first, ranges[i].last);
                else if (ranges[i].first > from)
                        rc = add_range(r, class, from, ranges[i].first - 1);
                if (rc)
                        return rc;
                from = ranges[i].last + 1;
        }
        return negated && from <= 0x10ffff ? add_range(r, class, from, 0x10ffff) : RC_OK;
}

/* What stands behind a backslash and means one character. */
static enum rc read_escape(struct reader *r, uint32_t *ret)
{
        char c = peek(r);

        r->at++;
        switch (c) {
        case 'n':
                *ret = '\n';
                return RC_OK;
        case 't':
                *ret = '\t';
                return RC_OK;
        case 'r':
                *ret = '\r';
                return RC_OK;
        case 'x':
                if (r->at + 2 > r->text.len || str_hex_digit(r->text.ptr[r->at]) < 0 || str_hex_digit(r->text.ptr[r->at + 1]) < 0)
                        return wrong(r, "\\x needs two hexadecimal digits");
                *ret = (uint32_t)(str_hex_digit(r->text.ptr[r->at]) * 16 + str_hex_digit(r->text.ptr[r->at + 1]));
                r->at += 2;
                return RC_OK;
        default:
                r->at--;
                if (!more(r) || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
                        return wrong(r, "there is no such thing behind a backslash here");
                *ret = pattern_decode(r->text, &r->at);
                return RC_OK;
        }
}

static bool is_named_class(char c)
{
        return c == 'd' || c == 'D' || c == 'w' || c == 'W' || c == 's' || c == 'S';
}

static enum rc new_class(struct reader *r, struct class **ret)
{
        struct pattern *p = r->p;
        struct class *classes = pattern_alloc(p->class_count + 1, sizeof(*classes));

        if (p->class_count)
                memcpy(classes, p->classes, p->class_count * sizeof(*classes));
        free(p->classes);
        p->classes = classes;
        *ret = &classes[p->class_count++];
        return emit(r, (struct step){ .kind = STEP_CLASS, .value = p->class_count - 1 });
}

/* One end of a range, or a named class (*ret_named). */
static enum rc read_member(struct reader *r, struct class *class, uint32_t *ret, bool *ret_named)
{
        *ret_named = false;
        if (peek(r) != '\\') {
                *ret = pattern_decode(r->text, &r->at);
                return RC_OK;
        }
        r->at++;
        if (is_named_class(peek(r))) {
                *ret_named = true;
                return add_named(r, class, r->text.ptr[r->at++]);
        }
        return read_escape(r, ret);
}

static enum rc read_class(struct reader *r)
{
        struct class *class;
        enum rc rc = new_class(r, &class);
        bool first = true;

        if (rc)
                return rc;
        if (peek(r) == '^') {
                class->negated = true;
                r->at++;
        }
        for (; more(r) && (peek(r) != ']' || first); first = false) {
                uint32_t low = 0, high;
                bool named;

                rc = read_member(r, class, &low, &named);
                if (rc)
                        return rc;
                if (named)
                        continue;
                high = low;
                if (peek(r) == '-' && r->at + 1 < r->text.len && r->text.ptr[r->at + 1] != ']') {
                        r->at++;
                        rc = read_member(r, class, &high, &named);
                        if (rc)
                                return rc;
                        if (named || high < low)
                                return wrong(r, "the range in brackets goes backward");
                }
                rc = add_range(r, class, low, high);
                if (rc)
                        return rc;
        }
        if (!more(r))
                return wrong(r, "a ']' is missing");
        r->at++;
        return RC_OK;
}

static enum rc read_alternatives(struct reader *r);

static enum rc read_group(struct reader *r)
{
        enum rc rc;

        if (peek(r) == '?') {
                if (r->at + 1 >= r->text.len || r->text.ptr[r->at + 1] != ':')
                        return wrong(r, "only (?: ) and (?i) in front can stand behind '(?'");
                r->at += 2;
        }
        if (++r->depth > DEPTH_MAX)
                return wrong(r, "the groups are nested too deeply");
        rc = read_alternatives(r);
        r->depth--;
        if (rc)
                return rc;
        if (peek(r) != ')')
                return wrong(r, "a ')' is missing");
        r->at++;
        return RC_OK;
}

static enum rc read_backslash(struct reader *r)
{
        char c = peek(r);
        struct class *class;
        uint32_t value = 0;
        enum rc rc;

        if (c == 'b' || c == 'B') {
                r->at++;
                return emit(r, (struct step){ .kind = STEP_ASSERT, .value = c == 'b' ? ASSERT_WORD : ASSERT_NO_WORD });
        }
        if (is_named_class(c)) {
                r->at++;
                rc = new_class(r, &class);
                return rc ? rc : add_named(r, class, c);
        }
        rc = read_escape(r, &value);
        return rc ? rc : emit(r, (struct step){ .kind = STEP_CHAR, .value = value });
}

static enum rc read_atom(struct reader *r)
{
        char c = peek(r);

        switch (c) {
        case '(':
                r->at++;
                return read_group(r);
        case '[':
                r->at++;
                return read_class(r);
        case '\\':
                r->at++;
                return read_backslash(r);
        case '.':
                r->at++;
                return emit(r, (struct step){ .kind = STEP_ANY });
        case '^':
        case '$':
                r->at++;
                return emit(r, (struct step){ .kind = STEP_ASSERT, .value = c == '^' ? ASSERT_START : ASSERT_END });
        case '*':
        case '+':
        case '?':
                return wrong(r, "there is nothing to repeat");
        default:
                return emit(r, (struct step){ .kind = STEP_CHAR, .value = pattern_decode(r->text, &r->at) });
        }
}

/* ---- repeating ---- */

static enum rc copy_atom(struct reader *r, const struct step *atom, uint32_t len)
{
        for (uint32_t i = 0; i < len; i++) {
                enum rc rc = emit(r, atom[i]);

                if (rc)
                        return rc;
        }
        return RC_OK;
}

/* x{low,high}, high 0: no end. The atom is the program's end, from `from` on. */
static enum rc repeat(struct reader *r, uint32_t from, uint32_t low, uint32_t high)
{
        uint32_t len = r->p->count - from;
        struct step *atom = pattern_alloc(len + 1, sizeof(*atom));
        enum rc rc = RC_OK;

        memcpy(atom, r->p->steps + from, len * sizeof(*atom));
        r->p->count = from;
        for (uint32_t i = 0; i < low && !rc; i++)
                rc = copy_atom(r, atom, len);
        if (!rc && high == 0) { /* split past the end; atom; jump back */
                rc = emit(r, (struct step){ .kind = STEP_SPLIT, .to = 1, .or_to = (int32_t)len + 2 });
                if (!rc)
                        rc = copy_atom(r, atom, len);
                if (!rc)
                        rc = emit(r, (struct step){ .kind = STEP_JUMP, .to = -(int32_t)len - 1 });
        }
        for (uint32_t i = low; i < high && !rc; i++) { /* each of them may end it all */
                rc = emit(r, (struct step){ .kind = STEP_SPLIT, .to = 1,
                                            .or_to = (int32_t)((high - i) * (len + 1)) });
                if (!rc)
                        rc = copy_atom(r, atom, len);
        }
        free(atom);
        return rc;
}

static bool read_number(struct reader *r, uint32_t *ret)
{
        size_t start = r->at;
        uint32_t value = 0;

        while (peek(r) >= '0' && peek(r) <= '9' && value <= REPEAT_MAX)
                value = 10 * value + (uint32_t)(r->text.ptr[r->at++] - '0');
        *ret = value;
        return r->at > start;
}

/* {m}, {m,}, {m,n}; anything else behind '{' is an ordinary character. */
static enum rc read_counts(struct reader *r, uint32_t *ret_low, uint32_t *ret_high, bool *ret_is)
{
        size_t start = r->at++;
        uint32_t low, high;

        *ret_is = false;
        if (!read_number(r, &low))
                goto literal;
        high = low;
        if (peek(r) == ',') {
                r->at++;
                if (peek(r) == '}')
                        high = 0;
                else if (!read_number(r, &high))
                        goto literal;
                else if (high < low)
                        return wrong(r, "the repeat counts are the wrong way around");
        }
        if (peek(r) != '}')
                goto literal;
        r->at++;
        if (low > REPEAT_MAX || high > REPEAT_MAX)
                return wrong(r, "a repeat count is over 200");
        *ret_low = low;
        *ret_high = high;
        *ret_is = true;
        return RC_OK;
literal:
        r->at = start;
        return RC_OK;
}

static enum rc read_repeats(struct reader *r, uint32_t from)
{
        for (;;) {
                uint32_t low = 0, high = 0;
                bool is = true, nothing = false;
                char c = peek(r);
                enum rc rc = RC_OK;

                if (c == '*' || c == '+' || c == '?') {
                        r->at++;
                        low = c == '+';
                        high = c == '?';
                } else if (c == '{') {
                        size_t start = r->at;

                        rc = read_counts(r, &low, &high, &is);
                        nothing = is && low == 0 && high == 0 && r->text.ptr[r->at - 2] != ',';
                        if (!rc && !is && r->at == start)
                                return RC_OK;
                } else {
                        return RC_OK;
                }
                if (!rc && nothing)
                        r->p->count = from;
                else if (!rc)
                        rc = repeat(r, from, low, high);
                if (rc)
                        return rc;
                if (peek(r) == '?')
                        r->at++; /* lazy: the same for whether there is a match */
        }
}

static enum rc read_sequence(struct reader *r)
{
        while (more(r) && peek(r) != '|' && peek(r) != ')') {
                uint32_t from = r->p->count;
                enum rc rc = read_atom(r);

                if (!rc)
                        rc = read_repeats(r, from);
                if (rc)
                        return rc;
        }
        return RC_OK;
}

static enum rc read_alternatives(struct reader *r)
{
        uint32_t from = r->p->count;
        enum rc rc = read_sequence(r);

        if (rc || peek(r) != '|')
                return rc;
        r->at++;
        /* split; first; jump behind; the others */
        rc = insert(r, from, (struct step){ .kind = STEP_SPLIT, .to = 1, .or_to = (int32_t)(r->p->count - from) + 2 });
        if (!rc)
                rc = emit(r, (struct step){ .kind = STEP_JUMP });
        if (!rc) {
                uint32_t jump = r->p->count - 1;

                if (++r->depth > DEPTH_MAX)
                        return wrong(r, "there are too many alternatives");
                rc = read_alternatives(r);
                r->depth--;
                r->p->steps[jump].to = (int32_t)(r->p->count - jump);
        }
        return rc;
}

enum rc pattern_read(struct pattern *p, struct str text, struct err *err)
{
        struct reader r = { .p = p, .text = text, .err = err };
        enum rc rc;

        if (str_starts(text, STR("(?i)"))) {
                p->ignore_case = true;
                r.at = 4;
        }
        rc = read_alternatives(&r);
        if (!rc && more(&r))
                rc = wrong(&r, "a ')' has no '('");
        return rc ? rc : emit(&r, (struct step){ .kind = STEP_MATCH });
}
