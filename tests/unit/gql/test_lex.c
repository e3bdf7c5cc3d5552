/* Tests of gql/lex.c. */
#include "unit.h"

#include "gql/syntax.h"

/* A source and its tokens; `text` of the n-th is compared by the tests. */
struct lexed {
        struct arena arena;
        struct gql_lexer lexer;
        struct gql_token tokens[32];
        size_t count;
};

static void lex(struct lexed *lexed, struct str source)
{
        arena_init(&lexed->arena, 0);
        gql_lexer_init(&lexed->lexer, &lexed->arena, source);
        lexed->count = 0;
        do {
                assert_in_range(lexed->count, 0, ARRAY_LEN(lexed->tokens) - 1);
                gql_lexer_next(&lexed->lexer, &lexed->tokens[lexed->count]);
        } while (lexed->tokens[lexed->count++].kind != GQL_TOKEN_END);
}

static void expect_decoded(const char *source, const char *decoded)
{
        struct lexed lexed;

        lex(&lexed, str_from(source));
        if (lexed.lexer.failed)
                fail_msg("%s: %.*s", source, STR_ARG(lexed.lexer.error.message));
        assert_int_equal(lexed.count, 2);
        assert_str(lexed.tokens[0].text, decoded);
        arena_done(&lexed.arena);
}

static void expect_error(const char *source, uint32_t line, uint32_t column, const char *message)
{
        struct lexed lexed;

        lex(&lexed, str_from(source));
        if (!lexed.lexer.failed)
                fail_msg("%s should be refused", source);
        assert_str(lexed.lexer.error.message, message);
        assert_int_equal(lexed.lexer.error.location_count, 1);
        assert_int_equal(lexed.lexer.error.locations[0].line, line);
        assert_int_equal(lexed.lexer.error.locations[0].column, column);
        arena_done(&lexed.arena);
}

static void lex_next_knows_every_token(void **state UNUSED)
{
        static const enum gql_token_kind kinds[] = {
                GQL_TOKEN_BANG, GQL_TOKEN_DOLLAR, GQL_TOKEN_AMP, GQL_TOKEN_PAREN_L, GQL_TOKEN_PAREN_R,
                GQL_TOKEN_SPREAD, GQL_TOKEN_COLON, GQL_TOKEN_EQUALS, GQL_TOKEN_AT, GQL_TOKEN_BRACKET_L,
                GQL_TOKEN_BRACKET_R, GQL_TOKEN_BRACE_L, GQL_TOKEN_PIPE, GQL_TOKEN_BRACE_R, GQL_TOKEN_NAME,
                GQL_TOKEN_INT, GQL_TOKEN_FLOAT, GQL_TOKEN_STRING, GQL_TOKEN_BLOCK_STRING, GQL_TOKEN_END,
        };
        struct lexed lexed;

        lex(&lexed, STR("!$&()...:=@[]{|} _a1 -5 1.5e-3 \"s\" \"\"\"b\"\"\""));
        assert_int_equal(lexed.count, ARRAY_LEN(kinds));
        for (size_t i = 0; i < lexed.count; i++)
                assert_int_equal(lexed.tokens[i].kind, kinds[i]);
        assert_str(lexed.tokens[14].text, "_a1");
        assert_str(lexed.tokens[15].text, "-5");
        assert_str(lexed.tokens[16].text, "1.5e-3");
        assert_true(str_is_null(lexed.tokens[0].text));
        arena_done(&lexed.arena);
}

static void lex_next_skips_what_is_ignored(void **state UNUSED)
{
        struct lexed lexed;

        lex(&lexed, STR("\xEF\xBB\xBF ,\t,a # b { \xC3\xA9\r\n,,\rc\n#d"));
        assert_int_equal(lexed.count, 3);
        assert_str(lexed.tokens[0].text, "a");
        assert_str(lexed.tokens[1].text, "c");
        assert_int_equal(lexed.tokens[1].loc.line, 3);
        assert_int_equal(lexed.tokens[1].loc.column, 1);
        arena_done(&lexed.arena);
}

static void lex_next_counts_columns_in_utf16_units(void **state UNUSED)
{
        struct lexed lexed;

        /* One unit for e-acute, one for the euro sign, two for the emoji. */
        lex(&lexed, STR("\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\" a\n\xEF\xBB\xBF b"));
        assert_str(lexed.tokens[1].text, "a");
        assert_int_equal(lexed.tokens[1].loc.column, 8);
        assert_int_equal(lexed.tokens[1].loc.offset, 12);
        assert_int_equal(lexed.tokens[2].loc.line, 2);
        assert_int_equal(lexed.tokens[2].loc.column, 3);
        arena_done(&lexed.arena);
}

static void lex_string_decodes_escapes(void **state UNUSED)
{
        expect_decoded("\"\"", "");
        expect_decoded("\"plain \xC3\xA9\"", "plain \xC3\xA9");
        expect_decoded("\"\\\" \\\\ \\/ \\b\\f\\n\\r\\t\"", "\" \\ / \b\f\n\r\t");
        expect_decoded("\"\\u0041\\u00e9\\u20AC\"", "A\xC3\xA9\xE2\x82\xAC");
        expect_decoded("\"\\u{41}\\u{1F600}\\u{0000041}\"", "A\xF0\x9F\x98\x80" "A");
        expect_decoded("\"\\ud83d\\ude00!\"", "\xF0\x9F\x98\x80!");
}

static void lex_string_borrows_where_nothing_is_escaped(void **state UNUSED)
{
        const char *source = "\"abc\"";
        struct lexed lexed;

        lex(&lexed, str_from(source));
        assert_ptr_equal(lexed.tokens[0].text.ptr, source + 1);
        arena_done(&lexed.arena);
}

static void lex_string_refuses_what_is_not_one(void **state UNUSED)
{
        expect_error("\"", 1, 2, "Syntax Error: Unterminated string.");
        expect_error(" \"a\nb\"", 1, 4, "Syntax Error: Unterminated string.");
        expect_error("\"a\\", 1, 3, "Syntax Error: Invalid character escape sequence: \"\\\".");
        expect_error("\"\\q\"", 1, 2, "Syntax Error: Invalid character escape sequence: \"\\q\".");
        expect_error("\"\\u12\"", 1, 2, "Syntax Error: Invalid Unicode escape sequence: \"\\u12\"\".");
        expect_error("\"\\ud83d\"", 1, 2, "Syntax Error: Invalid Unicode escape sequence: \"\\ud83d\".");
        expect_error("\"\\u{}\"", 1, 2, "Syntax Error: Invalid Unicode escape sequence: \"\\u{}\".");
        expect_error("\"\\u{110000}\"", 1, 2, "Syntax Error: Invalid Unicode escape sequence: \"\\u{110000}\".");
        expect_error("\"\\u{FFFFFFFF}\"", 1, 2, "Syntax Error: Invalid Unicode escape sequence: \"\\u{FFFFFFFF\".");
        expect_error("\"\\\xF0\x9F\x98\x80\"", 1, 2,
                     "Syntax Error: Invalid character escape sequence: \"\\\xEF\xBF\xBD\".");
}

static void lex_block_string_takes_the_indentation_off(void **state UNUSED)
{
        expect_decoded("\"\"\"\"\"\"", "");
        expect_decoded("\"\"\" a \"\"\"", " a ");
        expect_decoded("\"\"\"\n    Hello,\n      World!\n\n    Yours,\n      GraphQL.\n  \"\"\"",
                      "Hello,\n  World!\n\nYours,\n  GraphQL.");
        expect_decoded("\"\"\"a\r\n  b\r   c\"\"\"", "a\nb\n c");
        expect_decoded("\"\"\"  \n \n\"\"\"", "");
        expect_decoded("\"\"\"one \\\"\"\" two \\u0041 \" \"\" three\"\"\"", "one \"\"\" two \\u0041 \" \"\" three");
        expect_error("\"\"\"a\n b", 2, 3, "Syntax Error: Unterminated string.");
}

static void lex_number_refuses_what_is_not_one(void **state UNUSED)
{
        expect_error("00", 1, 2, "Syntax Error: Invalid number, unexpected digit after 0: \"0\".");
        expect_error("1.", 1, 3, "Syntax Error: Invalid number, expected digit but got: <EOF>.");
        expect_error("-a", 1, 2, "Syntax Error: Invalid number, expected digit but got: \"a\".");
        expect_error("1e+\xC3\xA9", 1, 4, "Syntax Error: Invalid number, expected digit but got: U+00E9.");
        expect_error("1x", 1, 2, "Syntax Error: Invalid number, expected digit but got: \"x\".");
        expect_error("1.2.", 1, 4, "Syntax Error: Invalid number, expected digit but got: \".\".");
}

static void lex_next_refuses_other_characters(void **state UNUSED)
{
        expect_error("a\n  ?", 2, 3, "Syntax Error: Unexpected character: \"?\".");
        expect_error("'a'", 1, 1, "Syntax Error: Unexpected single quote character ('), did you mean to use a double "
                                  "quote (\")?");
        expect_error("..", 1, 1, "Syntax Error: Unexpected character: \".\".");
        expect_error("\xF0\x9F\x98\x80", 1, 1, "Syntax Error: Unexpected character: U+1F600.");
}

static void lex_next_stays_at_the_first_error(void **state UNUSED)
{
        struct lexed lexed;

        lex(&lexed, STR("a ? ! b"));
        assert_int_equal(lexed.count, 2);
        gql_lexer_fail(&lexed.lexer, lexed.tokens[0].loc, "another");
        gql_lexer_next(&lexed.lexer, &lexed.tokens[1]);
        assert_int_equal(lexed.tokens[1].kind, GQL_TOKEN_END);
        assert_str(lexed.lexer.error.message, "Syntax Error: Unexpected character: \"?\".");
        arena_done(&lexed.arena);
}

/* Many escapes on one line: memory stays in proportion to the source. */
static void lex_string_copies_are_no_longer_than_the_string(void **state UNUSED)
{
        enum { COUNT = 10000 };
        _cleanup_(buf_done) struct buf source = { 0 };
        struct gql_lexer lexer;
        struct gql_token token;
        struct arena arena;

        for (int i = 0; i < COUNT; i++)
                buf_add_str(&source, STR("\"\\n\" "));
        arena_init(&arena, 0);
        gql_lexer_init(&lexer, &arena, buf_str(&source));
        for (int i = 0; i < COUNT; i++) {
                gql_lexer_next(&lexer, &token);
                assert_str(token.text, "\n");
        }
        assert_in_range(arena.used_bytes, 1, COUNT * 64);
        arena_done(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lex_next_knows_every_token),
                cmocka_unit_test(lex_next_skips_what_is_ignored),
                cmocka_unit_test(lex_next_counts_columns_in_utf16_units),
                cmocka_unit_test(lex_string_decodes_escapes),
                cmocka_unit_test(lex_string_borrows_where_nothing_is_escaped),
                cmocka_unit_test(lex_string_refuses_what_is_not_one),
                cmocka_unit_test(lex_block_string_takes_the_indentation_off),
                cmocka_unit_test(lex_number_refuses_what_is_not_one),
                cmocka_unit_test(lex_next_refuses_other_characters),
                cmocka_unit_test(lex_next_stays_at_the_first_error),
                cmocka_unit_test(lex_string_copies_are_no_longer_than_the_string),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
