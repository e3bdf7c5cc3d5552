#include "unit.h"

#include <regex.h>

#include "base/pattern.h"

static bool found(const char *pattern, const char *text)
{
        struct pattern *p = NULL;
        struct err err = { 0 };
        bool yes;

        if (pattern_new(str_from(pattern), &p, &err))
                fail_msg("%s: %s", pattern, err.msg);
        yes = pattern_found(p, str_from(text));
        assert_int_equal(pattern_found(p, str_from(text)), yes); /* nothing stays behind */
        pattern_free(p);
        return yes;
}

static const struct {
        const char *pattern, *yes, *no;   /* each a list divided by ',' */
} cases[] = {
        { "", ",a", NULL },
        { "abc", "abc,xabcx,ababc", "ab,acb," },
        { "a.c", "abc,a\xc3\xa9" "c", "ac,abbc" },
        { "^a", "a,ab", "ba" },
        { "a$", "a,ba", "ab" },
        { "^$", "", "a" },
        { "a*b", "b,aab", "a," },
        { "^a+b$", "ab,aaab", "b,aac" },
        { "^labe?l$", "labl,label", "labeel" },
        { "^(ab|cd)+$", "ab,cdab", "abc,ac" },
        { "^(?:x|yy|zzz)$", "x,yy,zzz", "y,zz,xyy" },
        { "^a{3}$", "aaa", "aa,aaaa" },
        { "^a{2,}$", "aa,aaaaaa", "a" },
        { "^a{1,3}$", "a,aa,aaa", "aaaa," },
        { "^(ab){0,2}c$", "c,abc,ababc", "abababc" },
        { "^a{0}b$", "b", "ab" },
        { "^a{0,0}b$", "b", "ab" },
        { "x{y", "x{y", "xy" },
        { "^[a-c]+$", "abc,c", "d,abd" },
        { "^[^a-c]$", "d,\xe2\x82\xac", "a,dd" },
        { "^[]x]$", "],x", "y" },
        { "^[a-]$", "a,-", "b" },
        { "^[\\d_]+$", "12_3", "a" },
        { "^\\d{4}-\\d\\d$", "2026-11", "2026-1,20x6-11" },
        { "^\\w+$", "a_1,\xc3\xa9t\xc3\xa9", "a b,-" },
        { "^\\S\\s\\S$", "a b", "ab,a" },
        { "^\\D+$", "abc", "a1" },
        { "\\bcat\\b", "a cat,cat", "concat,cats" },
        { "\\Bcat", "concat", "cat,a cat" },
        { "(?i)^AbC[x-z]$", "abcX,ABCy", "abd" },
        { "a\\.b\\*", "a.b*", "axb*,a.b" },
        { "^\\x41\\n$", "A\n", "a\n" },
        { "^\xc3\xa9+$", "\xc3\xa9\xc3\xa9", "e,\xc3" },
        { "^(a|b|)c$", "ac,bc,c", "dc" },
        { "^(a*)*b$", "b,aaab", "aaa" },
        { "a??b", "b,ab", "a" },
        { "^.*model.*$", "my-model-1", "mode" },
};

static void check_list(const char *pattern, const char *list, bool wanted)
{
        struct str rest = str_from(list);

        while (list && !str_is_null(rest)) {
                struct str text = str_cut(&rest, ',');
                char copy[64] = "";

                memcpy(copy, text.ptr, text.len);
                if (found(pattern, copy) != wanted)
                        fail_msg("'%s' %s be found in '%s'", pattern, wanted ? "should" : "should not", copy);
        }
}

static void pattern_found_follows_the_table(void **state)
{
        (void)state;
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                check_list(cases[i].pattern, cases[i].yes, true);
                check_list(cases[i].pattern, cases[i].no, false);
        }
}

static void pattern_new_refuses_what_it_does_not_know(void **state)
{
        static const char *const bad[] = { "(", ")", "(a", "a)", "[a", "*a", "a|*", "\\", "(?=a)", "(?P<x>a)", "\\1",
                                           "\\q", "[b-a]", "a{5,2}", "a{300}", "\\x4", "[\\q]", "(?<!a)b" };

        (void)state;
        for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
                struct pattern *p = NULL;
                struct err err = { 0 };

                if (pattern_new(str_from(bad[i]), &p, &err) != RC_INVALID)
                        fail_msg("'%s' should be refused", bad[i]);
                assert_null(p);
        }
}

static void pattern_new_limits_what_repeats_make(void **state)
{
        struct pattern *p = NULL;
        struct err err = { 0 };
        char text[PATTERN_MAX_BYTES + 2];

        (void)state;
        assert_int_equal(pattern_new(STR("(((a{100}){100}){100}){100}"), &p, &err), RC_TOO_LARGE);
        memset(text, 'a', sizeof(text));
        assert_int_equal(pattern_new((struct str){ text, PATTERN_MAX_BYTES + 1 }, &p, &err), RC_TOO_LARGE);
        memset(text, '(', 300);
        assert_int_equal(pattern_new((struct str){ text, 300 }, &p, &err), RC_INVALID);
}

/* Patterns that take other engines years. */
static void pattern_found_does_not_run_away(void **state)
{
        char text[20001];

        (void)state;
        memset(text, 'a', sizeof(text) - 1);
        text[sizeof(text) - 1] = '\0';
        assert_false(found("^(a+)+b$", text));
        assert_false(found("(a|aa|aaa|a*)*c", text));
        assert_false(found("(.*)(.*)(.*)(.*)(.*)x", text));
}

static unsigned next_random(unsigned *seed)
{
        *seed = *seed * 1103515245u + 12345u;
        return *seed >> 16;
}

static void random_pattern(unsigned *seed, char *ret, size_t *len, unsigned depth)
{
        unsigned parts = 1 + next_random(seed) % 3;

        for (unsigned i = 0; i < parts && *len < 100; i++) {
                switch (next_random(seed) % (depth ? 7 : 5)) {
                case 0:
                        ret[(*len)++] = '.';
                        break;
                case 1:
                        *len += (size_t)snprintf(ret + *len, 10, "[%sab]", next_random(seed) % 2 ? "^" : "");
                        break;
                case 2:
                case 3:
                case 4:
                        ret[(*len)++] = (char)('a' + next_random(seed) % 3);
                        break;
                case 5:
                        ret[(*len)++] = '(';
                        random_pattern(seed, ret, len, depth - 1);
                        ret[(*len)++] = ')';
                        break;
                default:
                        ret[(*len)++] = '(';
                        random_pattern(seed, ret, len, depth - 1);
                        ret[(*len)++] = '|';
                        random_pattern(seed, ret, len, depth - 1);
                        ret[(*len)++] = ')';
                }
                switch (next_random(seed) % 8) {
                case 0:
                        ret[(*len)++] = '*';
                        break;
                case 1:
                        ret[(*len)++] = '+';
                        break;
                case 2:
                        ret[(*len)++] = '?';
                        break;
                case 3:
                        *len += (size_t)snprintf(ret + *len, 10, "{%u,%u}", next_random(seed) % 2, 1 + next_random(seed) % 2);
                        break;
                default:
                        break;
                }
        }
        ret[*len] = '\0';
}

/*
 * The C library's engine is another one altogether; both must say the same. Anchors stand at the ends only:
 * inside repeated groups the C library takes them for granted.
 */
static void pattern_found_agrees_with_the_c_library(void **state)
{
        unsigned seed = 42, compared = 0;

        (void)state;
        for (int i = 0; i < 3000; i++) {
                char pattern[256] = "", text[16];
                size_t len = 0;
                regex_t other;

                if (next_random(&seed) % 2)
                        pattern[len++] = '^';
                random_pattern(&seed, pattern, &len, 3);
                if (next_random(&seed) % 2)
                        pattern[len++] = '$';
                pattern[len] = '\0';
                if (regcomp(&other, pattern, REG_EXTENDED | REG_NOSUB))
                        continue;
                for (int t = 0; t < 10; t++) {
                        size_t text_len = next_random(&seed) % 8;
                        bool wanted;

                        for (size_t c = 0; c < text_len; c++)
                                text[c] = (char)('a' + next_random(&seed) % 3);
                        text[text_len] = '\0';
                        wanted = regexec(&other, text, 0, NULL, 0) == 0;
                        if (found(pattern, text) != wanted)
                                fail_msg("'%s' %s be found in '%s'", pattern, wanted ? "should" : "should not", text);
                        compared++;
                }
                regfree(&other);
        }
        assert_true(compared > 20000);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(pattern_found_follows_the_table),
                cmocka_unit_test(pattern_new_refuses_what_it_does_not_know),
                cmocka_unit_test(pattern_new_limits_what_repeats_make),
                cmocka_unit_test(pattern_found_does_not_run_away),
                cmocka_unit_test(pattern_found_agrees_with_the_c_library),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
