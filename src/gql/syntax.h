/*
 * gql/syntax.h - what the lexer and the two parser files share; for this room only.
 *
 * The lexer makes one token at a time. Its error is sticky: after the first one every
 * further token is END, so a parser function may go on without asking; it stops soon
 * because no token it wants comes any more. The parser looks at the error once, at the
 * end. That keeps the grammar readable and the first error, which is the one to show.
 */
#ifndef VITRINE_GQL_SYNTAX_H
#define VITRINE_GQL_SYNTAX_H

#include "gql/gql.h"

enum gql_token_kind {
        GQL_TOKEN_END,
        GQL_TOKEN_BANG, GQL_TOKEN_DOLLAR, GQL_TOKEN_AMP, GQL_TOKEN_PAREN_L, GQL_TOKEN_PAREN_R, GQL_TOKEN_SPREAD,
        GQL_TOKEN_COLON, GQL_TOKEN_EQUALS, GQL_TOKEN_AT, GQL_TOKEN_BRACKET_L, GQL_TOKEN_BRACKET_R,
        GQL_TOKEN_BRACE_L, GQL_TOKEN_PIPE, GQL_TOKEN_BRACE_R,
        GQL_TOKEN_NAME, GQL_TOKEN_INT, GQL_TOKEN_FLOAT, GQL_TOKEN_STRING, GQL_TOKEN_BLOCK_STRING,
};

struct gql_token {
        enum gql_token_kind kind;
        struct str text;      /* names and numbers: as written; strings: decoded; absent for punctuation */
        struct gql_loc loc;
};

struct gql_lexer {
        struct arena *arena;
        struct str source;
        size_t pos;
        size_t line_start;    /* byte where the current line starts */
        size_t wide;          /* bytes since line_start beyond one per UTF-16 unit */
        uint32_t line;
        bool failed;
        struct gql_error error;
};

/* The source must be well-formed UTF-8 and live as long as the tokens. */
void gql_lexer_init(struct gql_lexer *lexer, struct arena *arena, struct str source);
void gql_lexer_next(struct gql_lexer *lexer, struct gql_token *ret);
/* Records "Syntax Error: ..." unless an error is recorded already. */
void gql_lexer_fail(struct gql_lexer *lexer, struct gql_loc loc, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* For messages, which are C strings on their way: U+0000 becomes U+FFFD. */
struct str gql_quotable(struct arena *arena, struct str text);
/* The place of byte `at` of a well-formed or broken source; slow, for errors. */
struct gql_loc gql_source_loc(struct str source, size_t at);

struct gql_parser {
        struct arena *arena;
        struct gql_lexer lexer;
        struct gql_token token;       /* the current one */
        struct gql_token peeked;      /* the one behind it, when has_peeked */
        bool has_peeked;
        size_t token_count;
        size_t max_tokens;
        unsigned depth;               /* nesting of sets, lists, objects and list types */
        unsigned selection_depth, selection_depth_max;
};

/* parse.c: words of the grammar, used by parse_value.c and parse_sdl.c. */
void gql_parser_advance(struct gql_parser *p);
struct gql_token *gql_parser_peek(struct gql_parser *p);
bool gql_parser_at(struct gql_parser *p, enum gql_token_kind kind);
bool gql_parser_accept(struct gql_parser *p, enum gql_token_kind kind);
void gql_parser_expect(struct gql_parser *p, enum gql_token_kind kind);
/* Is there another item before `close`? After an error there is none. */
bool gql_parser_more(struct gql_parser *p, enum gql_token_kind close);
bool gql_parser_accept_word(struct gql_parser *p, const char *word);
void gql_parser_expect_word(struct gql_parser *p, const char *word);
void gql_parser_unexpected(struct gql_parser *p, const struct gql_token *token);
/* One more level of nesting; false (and an error) when it is one too many. Undo with p->depth--. */
bool gql_parser_enter(struct gql_parser *p);
struct str gql_parser_name(struct gql_parser *p);
/* The operation's kind; the token is query, mutation or subscription. */
enum gql_operation_kind gql_parser_operation_kind(struct gql_parser *p);
struct gql_directive *gql_parser_directives(struct gql_parser *p, bool constant);
struct gql_typeref *gql_parser_type(struct gql_parser *p);
/* A description when there is one, else nothing changes. */
void gql_parser_description(struct gql_parser *p, struct str *ret_text, bool *ret_block);
struct str gql_token_describe(struct arena *arena, const struct gql_token *token);

/* parse_value.c: constant: without variables. */
struct gql_value *gql_parser_value(struct gql_parser *p, bool constant);

/* parse_sdl.c: a type system definition; the current token is its first. */
bool gql_parser_is_sdl_word(struct str word);
struct gql_definition *gql_parser_sdl(struct gql_parser *p);
struct gql_definition *gql_parser_extension(struct gql_parser *p);

#endif
