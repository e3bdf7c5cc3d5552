/*
 * gql/lex_string.c - strings in "quotation marks" and block strings in three of them (October 2021, section 2.9.4).
 *
 * Called by lex.c. Text borrows from the source where no escape and no indentation forces a copy.
 */
#include "gql/lexer.h"

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

/* Four hex digits at pos + ahead, or -1. */
static int32_t hex4(const struct gql_lexer *lexer, size_t ahead)
{
        int32_t value = 0;

        for (size_t i = 0; i < 4; i++) {
                int digit = str_hex_digit((char)byte_at(lexer, ahead + i));

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
                if (str_hex_digit((char)c) < 0)
                        break;
                point = point << 4 | (uint32_t)str_hex_digit((char)c);
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
                        /* Never more bytes than the escape it comes from: there is room. */
                        len += str_utf8_put(out + len, (uint32_t)point);
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

void lex_string(struct gql_lexer *lexer, struct gql_token *ret)
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

void lex_block_string(struct gql_lexer *lexer, struct gql_token *ret)
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
