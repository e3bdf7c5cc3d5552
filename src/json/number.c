/*
 * json/number.c - bare words: numbers, true, false, null.
 *
 * The grammar of numbers is checked to the letter (no leading zero, no bare dot, no plus).
 * Most numbers are short, and a short one is exact in a double: its digits as an integer
 * times or divided by a power of ten that is exact itself. The rest asks the C library, in
 * the "C" locale whatever the process has set.
 */
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>

#include "json/internal.h"

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
        c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
        assert(c_locale != (locale_t)0);
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

size_t json_word_len(const char *text, size_t len)
{
        size_t i = 0;

        while (i < len) {
                char c = text[i];

                if (!is_digit(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '-' && c != '+' &&
                    c != '.')
                        break;
                i++;
        }
        return i;
}

static size_t skip_digits(struct str text, size_t at)
{
        while (at < text.len && is_digit(text.ptr[at]))
                at++;
        return at;
}

/* NULL when text is a number of the grammar. */
static const char *check_number(struct str text, bool *ret_integer)
{
        size_t at = 0;
        size_t start;

        if (text.len > JSON_NUMBER_MAX)
                return "the number has more than 1,024 characters";
        if (at < text.len && text.ptr[at] == '-')
                at++;
        start = at;
        at = skip_digits(text, at);
        if (at == start)
                return "this is not a JSON value";
        if (text.ptr[start] == '0' && at - start > 1)
                return "a number must not start with a zero that is followed by digits";
        *ret_integer = at == text.len;
        if (at < text.len && text.ptr[at] == '.') {
                start = at + 1;
                at = skip_digits(text, start);
                if (at == start)
                        return "digits must follow the decimal point of a number";
        }
        if (at < text.len && (text.ptr[at] == 'e' || text.ptr[at] == 'E')) {
                at++;
                if (at < text.len && (text.ptr[at] == '+' || text.ptr[at] == '-'))
                        at++;
                start = at;
                at = skip_digits(text, start);
                if (at == start)
                        return "digits must follow the exponent sign of a number";
        }
        return at == text.len ? NULL : "this is not a JSON number";
}

/* Exact for up to 15 digits and powers of ten up to 22; false when it must be asked elsewhere. */
static bool fast_double(struct str text, double *ret)
{
        static const double tens[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                       1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
        bool negative = text.len > 0 && text.ptr[0] == '-';
        uint64_t digits = 0;
        int fraction = 0;
        bool in_fraction = false;
        double value;

        if (text.len > 17)
                return false;
        for (size_t i = negative ? 1 : 0; i < text.len; i++) {
                char c = text.ptr[i];

                if (c == '.') {
                        in_fraction = true;
                        continue;
                }
                if (!is_digit(c))
                        return false;
                digits = digits * 10 + (uint64_t)(c - '0');
                if (in_fraction)
                        fraction++;
        }
        if (digits > 1000000000000000u)
                return false;
        value = (double)digits / tens[fraction];
        *ret = negative ? -value : value;
        return true;
}

double json_number_double(struct str text)
{
        char copy[JSON_NUMBER_MAX + 1];
        double value = 0;

        if (fast_double(text, &value))
                return value;
        assert(text.len <= JSON_NUMBER_MAX);
        pthread_once(&c_locale_once, make_c_locale);
        memcpy(copy, text.ptr, text.len);
        copy[text.len] = '\0';
        return strtod_l(copy, NULL, c_locale);
}

static bool lenient_word(struct str word, double *ret)
{
        if (str_eq(word, STR("NaN")))
                *ret = (double)NAN;
        else if (str_eq(word, STR("Infinity")))
                *ret = (double)INFINITY;
        else if (str_eq(word, STR("-Infinity")))
                *ret = -(double)INFINITY;
        else
                return false;
        return true;
}

static const char *word_check(struct str word, bool lenient, enum json_kind *ret_kind, bool *ret_integer,
                              bool *ret_special)
{
        double ignored = 0;
        const char *why;

        *ret_integer = false;
        *ret_special = false;
        if (str_eq(word, STR("null"))) {
                *ret_kind = JSON_NULL;
                return NULL;
        }
        if (str_eq(word, STR("true")) || str_eq(word, STR("false"))) {
                *ret_kind = JSON_BOOL;
                return NULL;
        }
        *ret_kind = JSON_NUMBER;
        why = check_number(word, ret_integer);
        if (!why)
                return NULL;
        if (!lenient_word(word, &ignored))
                return why;
        if (!lenient)
                return "NaN and Infinity are not JSON numbers";
        *ret_special = true;
        return NULL;
}

const char *json_word_kind(struct str word, bool lenient, enum json_kind *ret_kind)
{
        bool integer = false;
        bool special = false;

        return word_check(word, lenient, ret_kind, &integer, &special);
}

const char *json_word_value(struct str word, bool lenient, struct json *ret)
{
        bool integer = false;
        bool special = false;
        const char *why = word_check(word, lenient, &ret->kind, &integer, &special);

        if (why)
                return why;
        if (ret->kind != JSON_NUMBER) {
                ret->boolean = word.ptr[0] == 't';
                return NULL;
        }
        ret->text = word;
        if (special) {
                (void)lenient_word(word, &ret->number);
                return NULL;
        }
        ret->is_integer = integer && str_to_i64(word, &ret->integer);
        ret->number = json_number_double(word);
        return NULL;
}

void json_double_text(double value, char ret[static 32])
{
        locale_t before;

        pthread_once(&c_locale_once, make_c_locale);
        before = uselocale(c_locale);
        for (int precision = 15; precision <= 17; precision++) {
                (void)snprintf(ret, 32, "%.*g", precision, value);
                if (strtod_l(ret, NULL, c_locale) == value)
                        break;
        }
        (void)uselocale(before);
}
