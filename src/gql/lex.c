/*
 * gql/lex.c - source text to tokens (October 2021, section 2.1).
 *
 * Called by gql/parse.c only. White space, commas, comments and byte order marks are
 * skipped; strings are decoded (lex_string.c). Locations count UTF-16 units, because
 * graphql-js and every tool that shows our errors do.
 *
 * The source is known to be well-formed UTF-8, so that only bytes >= 0x80 inside strings
 * and comments need a look at their length.
 */
#include <stdio.h>

#include "base/buf.h"
#include "gql/lexer.h"

void gql_lexer_init(struct gql_lexer *lexer, struct arena *arena, struct str source)
{
        *lexer = (struct gql_lexer){ .arena = arena, .source = source, .line = 1 };
}

void gql_lexer_fail(struct gql_lexer *lexer, struct gql_loc loc, const char *fmt, ...)
{
        va_list ap;
        struct str text;

        if (lexer->failed)
                return;
        va_start(ap, fmt);
        text = arena_vprintf(lexer->arena, fmt, ap);
        va_end(ap);
        lexer->failed = true;
        lexer->error = (struct gql_error){
                .rc = RC_INVALID,
                .message = arena_printf(lexer->arena, "Syntax Error: %.*s", STR_ARG(text)),
                .locations = { loc },
                .location_count = 1,
        };
}

struct gql_loc gql_source_loc(struct str source, size_t at)
{
        struct gql_lexer lexer;

        gql_lexer_init(&lexer, NULL, source);
        while (lexer.pos < at) {
                if (byte_at(&lexer, 0) == '\n' || byte_at(&lexer, 0) == '\r')
                        step_line(&lexer);
                else
                        step(&lexer);
        }
        return here(&lexer);
}

static bool is_digit(unsigned char c)
{
        return c >= '0' && c <= '9';
}

static uint32_t code_point(const struct gql_lexer *lexer)
{
        unsigned char first = byte_at(lexer, 0);
        size_t len = sequence_len(first);
        uint32_t point = len == 1 ? first : (uint32_t)first & (0xFFu >> (len + 1));

        for (size_t i = 1; i < len; i++)
                point = point << 6 | (byte_at(lexer, i) & 0x3Fu);
        return point;
}

/* The code point at pos as an error message shows it. */
static struct str shown(const struct gql_lexer *lexer)
{
        uint32_t point;

        if (lexer->pos >= lexer->source.len)
                return STR("<EOF>");
        point = code_point(lexer);
        if (point == '"')
                return STR("'\"'");
        if (point >= 0x20 && point <= 0x7E)
                return arena_printf(lexer->arena, "\"%c\"", (char)point);
        return arena_printf(lexer->arena, "U+%04X", (unsigned)point);
}

struct str gql_quotable(struct arena *arena, struct str text)
{
        _cleanup_(buf_done) struct buf shown = { 0 };

        if (str_is_empty(text) || !memchr(text.ptr, '\0', text.len))
                return text;
        for (size_t i = 0; i < text.len; i++)
                buf_add(&shown, text.ptr[i] ? &text.ptr[i] : "\xEF\xBF\xBD", text.ptr[i] ? 1 : 3);
        return arena_str(arena, buf_str(&shown));
}

static bool is_name_start(unsigned char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static void skip_ignored(struct gql_lexer *lexer)
{
        for (; lexer->pos < lexer->source.len;) {
                unsigned char c = byte_at(lexer, 0);

                if (c == ' ' || c == '\t' || c == ',') {
                        lexer->pos++;
                } else if (c == '\n' || c == '\r') {
                        step_line(lexer);
                } else if (c == 0xEF && code_point(lexer) == 0xFEFF) {
                        step(lexer);
                } else if (c == '#') {
                        while (lexer->pos < lexer->source.len && c != '\n' && c != '\r') {
                                step(lexer);
                                c = byte_at(lexer, 0);
                        }
                } else {
                        return;
                }
        }
}

static bool read_digits(struct gql_lexer *lexer)
{
        if (!is_digit(byte_at(lexer, 0))) {
                gql_lexer_fail(lexer, here(lexer), "Invalid number, expected digit but got: %.*s.",
                               STR_ARG(shown(lexer)));
                return false;
        }
        while (is_digit(byte_at(lexer, 0)))
                lexer->pos++;
        return true;
}

static void read_number(struct gql_lexer *lexer, struct gql_token *ret)
{
        size_t start = lexer->pos;

        ret->kind = GQL_TOKEN_INT;
        if (byte_at(lexer, 0) == '-')
                lexer->pos++;
        if (byte_at(lexer, 0) == '0') {
                lexer->pos++;
                if (is_digit(byte_at(lexer, 0))) {
                        gql_lexer_fail(lexer, here(lexer), "Invalid number, unexpected digit after 0: %.*s.",
                                       STR_ARG(shown(lexer)));
                        return;
                }
        } else if (!read_digits(lexer)) {
                return;
        }
        if (byte_at(lexer, 0) == '.') {
                ret->kind = GQL_TOKEN_FLOAT;
                lexer->pos++;
                if (!read_digits(lexer))
                        return;
        }
        if (byte_at(lexer, 0) == 'e' || byte_at(lexer, 0) == 'E') {
                ret->kind = GQL_TOKEN_FLOAT;
                lexer->pos++;
                if (byte_at(lexer, 0) == '+' || byte_at(lexer, 0) == '-')
                        lexer->pos++;
                if (!read_digits(lexer))
                        return;
        }
        if (byte_at(lexer, 0) == '.' || is_name_start(byte_at(lexer, 0))) {
                gql_lexer_fail(lexer, here(lexer), "Invalid number, expected digit but got: %.*s.",
                               STR_ARG(shown(lexer)));
                return;
        }
        ret->text = str_slice(lexer->source, start, lexer->pos);
}

static void read_name(struct gql_lexer *lexer, struct gql_token *ret)
{
        size_t start = lexer->pos;

        while (is_name_start(byte_at(lexer, 0)) || is_digit(byte_at(lexer, 0)))
                lexer->pos++;
        ret->kind = GQL_TOKEN_NAME;
        ret->text = str_slice(lexer->source, start, lexer->pos);
}

static enum gql_token_kind punctuation(unsigned char c)
{
        switch (c) {
        case '!': return GQL_TOKEN_BANG;
        case '$': return GQL_TOKEN_DOLLAR;
        case '&': return GQL_TOKEN_AMP;
        case '(': return GQL_TOKEN_PAREN_L;
        case ')': return GQL_TOKEN_PAREN_R;
        case ':': return GQL_TOKEN_COLON;
        case '=': return GQL_TOKEN_EQUALS;
        case '@': return GQL_TOKEN_AT;
        case '[': return GQL_TOKEN_BRACKET_L;
        case ']': return GQL_TOKEN_BRACKET_R;
        case '{': return GQL_TOKEN_BRACE_L;
        case '|': return GQL_TOKEN_PIPE;
        case '}': return GQL_TOKEN_BRACE_R;
        default: return GQL_TOKEN_END;
        }
}

static void read_token(struct gql_lexer *lexer, struct gql_token *ret)
{
        unsigned char c = byte_at(lexer, 0);

        if (punctuation(c) != GQL_TOKEN_END) {
                ret->kind = punctuation(c);
                lexer->pos++;
        } else if (is_name_start(c)) {
                read_name(lexer, ret);
        } else if (is_digit(c) || c == '-') {
                read_number(lexer, ret);
        } else if (c == '"') {
                if (byte_at(lexer, 1) == '"' && byte_at(lexer, 2) == '"')
                        lex_block_string(lexer, ret);
                else
                        lex_string(lexer, ret);
        } else if (c == '.' && byte_at(lexer, 1) == '.' && byte_at(lexer, 2) == '.') {
                ret->kind = GQL_TOKEN_SPREAD;
                lexer->pos += 3;
        } else if (c == '\'') {
                gql_lexer_fail(lexer, ret->loc, "Unexpected single quote character ('), "
                                                "did you mean to use a double quote (\")?");
        } else {
                gql_lexer_fail(lexer, ret->loc, "Unexpected character: %.*s.", STR_ARG(shown(lexer)));
        }
}

void gql_lexer_next(struct gql_lexer *lexer, struct gql_token *ret)
{
        if (!lexer->failed)
                skip_ignored(lexer);
        *ret = (struct gql_token){ .kind = GQL_TOKEN_END, .loc = here(lexer) };
        if (!lexer->failed && lexer->pos < lexer->source.len)
                read_token(lexer, ret);
        if (lexer->failed)
                *ret = (struct gql_token){ .kind = GQL_TOKEN_END, .loc = here(lexer) };
}
