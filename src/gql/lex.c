/*
 * gql/lex.c - source text to tokens (October 2021, section 2.1).
 *
 * Called by gql/parse.c only. White space, commas, comments and byte order marks are
 * skipped; strings are decoded here, and borrow from the source where no escape and no
 * indentation forces a copy. Locations count UTF-16 units, because graphql-js and every
 * tool that shows our errors do.
 *
 * The source is known to be well-formed UTF-8, so that only bytes >= 0x80 inside strings
 * and comments need a look at their length.
 */
#include <stdio.h>

#include "base/buf.h"
#include "gql/syntax.h"

void gql_lexer_init(struct gql_lexer *lexer, struct arena *arena, struct str source)
{
        *lexer = (struct gql_lexer){ .arena = arena, .source = source, .line = 1 };
}

static struct gql_loc here(const struct gql_lexer *lexer)
{
        return (struct gql_loc){
                .line = lexer->line,
                .column = (uint32_t)(lexer->pos - lexer->line_start - lexer->wide + 1),
                .offset = (uint32_t)lexer->pos,
        };
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

/* The byte at pos + ahead; 0 behind the end (a NUL in the source is no legal token either). */
static unsigned char byte_at(const struct gql_lexer *lexer, size_t ahead)
{
        size_t at = lexer->pos + ahead;

        return at < lexer->source.len ? (unsigned char)lexer->source.ptr[at] : 0;
}

static size_t sequence_len(unsigned char first)
{
        return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

static size_t sequence_units(unsigned char first)
{
        return first < 0xF0 ? 1 : 2;
}

/* Steps over one code point that is not a line end. */
static void step(struct gql_lexer *lexer)
{
        unsigned char first = byte_at(lexer, 0);
        size_t len = sequence_len(first);

        lexer->pos += len;
        lexer->wide += len - sequence_units(first);
}

/* Steps over \n, \r or \r\n. */
static void step_line(struct gql_lexer *lexer)
{
        lexer->pos += byte_at(lexer, 0) == '\r' && byte_at(lexer, 1) == '\n' ? 2 : 1;
        lexer->line++;
        lexer->line_start = lexer->pos;
        lexer->wide = 0;
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

/* `units` UTF-16 units from pos on, to quote them; half a surrogate pair becomes U+FFFD. */
static struct str slice_units(const struct gql_lexer *lexer, size_t units)
{
        size_t at = lexer->pos;

        while (units > 0 && at < lexer->source.len) {
                unsigned char first = (unsigned char)lexer->source.ptr[at];

                if (sequence_units(first) > units) {
                        struct str whole = gql_quotable(lexer->arena, str_slice(lexer->source, lexer->pos, at));

                        return arena_printf(lexer->arena, "%.*s\xEF\xBF\xBD", STR_ARG(whole));
                }
                units -= sequence_units(first);
                at += sequence_len(first);
        }
        return gql_quotable(lexer->arena, str_slice(lexer->source, lexer->pos, at));
}

static bool is_digit(unsigned char c)
{
        return c >= '0' && c <= '9';
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

static int hex_digit(unsigned char c)
{
        if (is_digit(c))
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
                return c - 'A' + 10;
        return -1;
}

/* Four hex digits at pos + ahead, or -1. */
static int32_t hex4(const struct gql_lexer *lexer, size_t ahead)
{
        int32_t value = 0;

        for (size_t i = 0; i < 4; i++) {
                int digit = hex_digit(byte_at(lexer, ahead + i));

                if (digit < 0)
                        return -1;
                value = value << 4 | digit;
        }
        return value;
}

static bool is_scalar_value(int32_t point)
{
        return (point >= 0 && point <= 0xD7FF) || (point >= 0xE000 && point <= 0x10FFFF);
}

/* UTF-8 never takes more bytes than the escape it comes from, so `out` has room. */
static size_t put_utf8(char *out, uint32_t point)
{
        if (point < 0x80) {
                out[0] = (char)point;
                return 1;
        }
        if (point < 0x800) {
                out[0] = (char)(0xC0 | point >> 6);
                out[1] = (char)(0x80 | (point & 0x3F));
                return 2;
        }
        if (point < 0x10000) {
                out[0] = (char)(0xE0 | point >> 12);
                out[1] = (char)(0x80 | (point >> 6 & 0x3F));
                out[2] = (char)(0x80 | (point & 0x3F));
                return 3;
        }
        out[0] = (char)(0xF0 | point >> 18);
        out[1] = (char)(0x80 | (point >> 12 & 0x3F));
        out[2] = (char)(0x80 | (point >> 6 & 0x3F));
        out[3] = (char)(0x80 | (point & 0x3F));
        return 4;
}

/* \u{...}: at most eight digits. Returns the escape's length, 0 after an error. */
static size_t read_escape_braces(struct gql_lexer *lexer, int32_t *ret_point)
{
        uint32_t point = 0;
        size_t size = 3;

        while (size < 12) {
                unsigned char c = byte_at(lexer, size++);

                if (c == '}') {
                        if (size < 5 || !is_scalar_value((int32_t)point))
                                break;
                        *ret_point = (int32_t)point;
                        return size;
                }
                if (hex_digit(c) < 0)
                        break;
                point = point << 4 | (uint32_t)hex_digit(c);
                if (point > INT32_MAX)
                        break;
        }
        gql_lexer_fail(lexer, here(lexer), "Invalid Unicode escape sequence: \"%.*s\".",
                       STR_ARG(slice_units(lexer, size)));
        return 0;
}

/* \uXXXX, or two of them that form a surrogate pair. */
static size_t read_escape_fixed(struct gql_lexer *lexer, int32_t *ret_point)
{
        int32_t lead = hex4(lexer, 2);

        if (is_scalar_value(lead)) {
                *ret_point = lead;
                return 6;
        }
        if (lead >= 0xD800 && lead <= 0xDBFF && byte_at(lexer, 6) == '\\' && byte_at(lexer, 7) == 'u') {
                int32_t trail = hex4(lexer, 8);

                if (trail >= 0xDC00 && trail <= 0xDFFF) {
                        *ret_point = 0x10000 + ((lead - 0xD800) << 10) + (trail - 0xDC00);
                        return 12;
                }
        }
        gql_lexer_fail(lexer, here(lexer), "Invalid Unicode escape sequence: \"%.*s\".",
                       STR_ARG(slice_units(lexer, 6)));
        return 0;
}

static size_t read_escape(struct gql_lexer *lexer, int32_t *ret_point)
{
        static const char letters[] = "\"\\/bfnrt";
        static const char values[] = "\"\\/\b\f\n\r\t";
        unsigned char c = byte_at(lexer, 1);
        const char *hit = c ? strchr(letters, c) : NULL;

        if (hit) {
                *ret_point = values[hit - letters];
                return 2;
        }
        if (c == 'u')
                return byte_at(lexer, 2) == '{' ? read_escape_braces(lexer, ret_point)
                                                : read_escape_fixed(lexer, ret_point);
        gql_lexer_fail(lexer, here(lexer), "Invalid character escape sequence: \"%.*s\".",
                       STR_ARG(slice_units(lexer, 2)));
        return 0;
}

/* The rest of a string from its first escape on; the text before it is [start, pos). */
static void read_string_escaped(struct gql_lexer *lexer, size_t start, struct gql_token *ret)
{
        size_t end = lexer->pos;
        size_t len = lexer->pos - start;
        char *out;

        /* The decoded text is never longer than the written one, which ends at a bare quote. */
        while (end < lexer->source.len && lexer->source.ptr[end] != '"')
                end += lexer->source.ptr[end] == '\\' ? 2 : 1;
        out = arena_alloc(lexer->arena, end - start + 1);
        memcpy(out, lexer->source.ptr + start, len);
        while (lexer->pos < lexer->source.len) {
                unsigned char c = byte_at(lexer, 0);

                if (c == '"') {
                        lexer->pos++;
                        ret->text = (struct str){ out, len };
                        return;
                }
                if (c == '\n' || c == '\r')
                        break;
                if (c == '\\') {
                        int32_t point = 0;
                        size_t size = read_escape(lexer, &point);

                        if (size == 0)
                                return;
                        len += put_utf8(out + len, (uint32_t)point);
                        lexer->pos += size;
                } else {
                        size_t from = lexer->pos;

                        step(lexer);
                        memcpy(out + len, lexer->source.ptr + from, lexer->pos - from);
                        len += lexer->pos - from;
                }
        }
        gql_lexer_fail(lexer, here(lexer), "Unterminated string.");
}

static void read_string(struct gql_lexer *lexer, struct gql_token *ret)
{
        size_t start = ++lexer->pos;

        ret->kind = GQL_TOKEN_STRING;
        while (lexer->pos < lexer->source.len) {
                unsigned char c = byte_at(lexer, 0);

                if (c == '"') {
                        ret->text = str_slice(lexer->source, start, lexer->pos);
                        lexer->pos++;
                        return;
                }
                if (c == '\\') {
                        read_string_escaped(lexer, start, ret);
                        return;
                }
                if (c == '\n' || c == '\r')
                        break;
                step(lexer);
        }
        gql_lexer_fail(lexer, here(lexer), "Unterminated string.");
}

/* Cuts the next line off a block string's text, whose line ends are \n by now. */
static bool next_line(struct str *rest, struct str *ret)
{
        size_t at;

        if (!rest->ptr)
                return false;
        at = str_find(*rest, '\n', 0);
        *ret = str_slice(*rest, 0, at);
        *rest = at < rest->len ? str_slice(*rest, at + 1, rest->len) : STR_NULL;
        return true;
}

static size_t indent_of(struct str line)
{
        size_t n = 0;

        while (n < line.len && (line.ptr[n] == ' ' || line.ptr[n] == '\t'))
                n++;
        return n;
}

/* BlockStringValue() of the specification, in place: `text` shrinks. */
static struct str dedent(char *text, size_t len)
{
        struct str rest = { text, len };
        struct str line;
        size_t common = SIZE_MAX;
        size_t first = SIZE_MAX;
        size_t last = 0;
        size_t out = 0;

        for (size_t i = 0; next_line(&rest, &line); i++) {
                size_t indent = indent_of(line);

                if (indent == line.len)
                        continue;
                if (first == SIZE_MAX)
                        first = i;
                last = i;
                if (i > 0 && indent < common)
                        common = indent;
        }
        if (first == SIZE_MAX)
                return STR("");
        rest = (struct str){ text, len };
        for (size_t i = 0; i <= last && next_line(&rest, &line); i++) {
                if (i < first)
                        continue;
                if (i > 0)
                        line = str_slice(line, common < line.len ? common : line.len, line.len);
                if (i > first)
                        text[out++] = '\n';
                memmove(text + out, line.ptr, line.len);
                out += line.len;
        }
        return (struct str){ text, out };
}

/* Finds the closing quotes from pos on, so that the copy can be allocated in one piece. */
static size_t block_string_end(const struct gql_lexer *lexer)
{
        size_t at = lexer->pos;

        while (at < lexer->source.len) {
                struct str rest = str_slice(lexer->source, at, lexer->source.len);

                if (str_starts(rest, STR("\\\"\"\"")))
                        at += 4;
                else if (str_starts(rest, STR("\"\"\"")))
                        return at;
                else
                        at++;
        }
        return at;
}

static void read_block_string(struct gql_lexer *lexer, struct gql_token *ret)
{
        char *out;
        size_t len = 0;
        size_t end;

        ret->kind = GQL_TOKEN_BLOCK_STRING;
        lexer->pos += 3;
        end = block_string_end(lexer);
        out = arena_alloc(lexer->arena, end - lexer->pos + 1);
        while (lexer->pos < end) {
                unsigned char c = byte_at(lexer, 0);

                if (c == '\\' && byte_at(lexer, 1) == '"' && byte_at(lexer, 2) == '"' && byte_at(lexer, 3) == '"') {
                        memset(out + len, '"', 3);
                        len += 3;
                        lexer->pos += 4;
                } else if (c == '\n' || c == '\r') {
                        out[len++] = '\n';
                        step_line(lexer);
                } else {
                        size_t from = lexer->pos;

                        step(lexer);
                        memcpy(out + len, lexer->source.ptr + from, lexer->pos - from);
                        len += lexer->pos - from;
                }
        }
        if (end >= lexer->source.len) {
                gql_lexer_fail(lexer, here(lexer), "Unterminated string.");
                return;
        }
        lexer->pos += 3;
        ret->text = dedent(out, len);
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
                        read_block_string(lexer, ret);
                else
                        read_string(lexer, ret);
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
