/*
 * gql/parse.c - tokens to a syntax tree: operations, fragments, types. Values: parse_value.c.
 *
 * Recursive descent after October 2021; type system definitions are in gql/parse_sdl.c.
 * Errors are worded as graphql-js words them, because people search for those sentences.
 * The first error sticks and ends the token stream (see gql/syntax.h), so the functions
 * here return no code; gql_parse() asks once.
 *
 * Two bounds make hostile input cheap: tokens are counted as they are read, and nesting
 * (selection sets, lists, objects, list types) is limited, so that the recursion has a
 * known depth. Deeper limits that need fragments are gql/limits.c's work.
 */
#include <stdio.h>

#include "gql/syntax.h"

#define MAX_NESTING 200
#define DEFAULT_MAX_BYTES (64 * 1024)
#define DEFAULT_MAX_TOKENS 5000
#define SDL_MAX_BYTES (16 * 1024 * 1024)
#define SDL_MAX_TOKENS 2000000

/* ---- tokens ------------------------------------------------------------------------- */

static struct str kind_name(enum gql_token_kind kind)
{
        static const char *const names[] = {
                [GQL_TOKEN_END] = "<EOF>", [GQL_TOKEN_BANG] = "\"!\"", [GQL_TOKEN_DOLLAR] = "\"$\"",
                [GQL_TOKEN_AMP] = "\"&\"", [GQL_TOKEN_PAREN_L] = "\"(\"", [GQL_TOKEN_PAREN_R] = "\")\"",
                [GQL_TOKEN_SPREAD] = "\"...\"", [GQL_TOKEN_COLON] = "\":\"", [GQL_TOKEN_EQUALS] = "\"=\"",
                [GQL_TOKEN_AT] = "\"@\"", [GQL_TOKEN_BRACKET_L] = "\"[\"", [GQL_TOKEN_BRACKET_R] = "\"]\"",
                [GQL_TOKEN_BRACE_L] = "\"{\"", [GQL_TOKEN_PIPE] = "\"|\"", [GQL_TOKEN_BRACE_R] = "\"}\"",
                [GQL_TOKEN_NAME] = "Name", [GQL_TOKEN_INT] = "Int", [GQL_TOKEN_FLOAT] = "Float",
                [GQL_TOKEN_STRING] = "String", [GQL_TOKEN_BLOCK_STRING] = "BlockString",
        };

        return str_from(names[kind]);
}

struct str gql_token_describe(struct arena *arena, const struct gql_token *token)
{
        struct str name = kind_name(token->kind);

        if (str_is_null(token->text))
                return name;
        return arena_printf(arena, "%.*s \"%.*s\"", STR_ARG(name), STR_ARG(gql_quotable(arena, token->text)));
}

/* Reads and counts; `advance` is what graphql-js counts, so a token that was peeked counts later. */
void gql_parser_advance(struct gql_parser *p)
{
        if (p->has_peeked)
                p->token = p->peeked;
        else
                gql_lexer_next(&p->lexer, &p->token);
        p->has_peeked = false;
        if (p->token.kind != GQL_TOKEN_END && ++p->token_count > p->max_tokens) {
                gql_lexer_fail(&p->lexer, p->token.loc,
                               "Document contains more than %zu tokens. Parsing aborted.", p->max_tokens);
                p->token = (struct gql_token){ .kind = GQL_TOKEN_END, .loc = p->token.loc };
        }
}

struct gql_token *gql_parser_peek(struct gql_parser *p)
{
        if (!p->has_peeked)
                gql_lexer_next(&p->lexer, &p->peeked);
        p->has_peeked = true;
        return &p->peeked;
}

/* After an error nothing matches any more: not even the end. */
bool gql_parser_at(struct gql_parser *p, enum gql_token_kind kind)
{
        return !p->lexer.failed && p->token.kind == kind;
}

bool gql_parser_accept(struct gql_parser *p, enum gql_token_kind kind)
{
        if (!gql_parser_at(p, kind))
                return false;
        gql_parser_advance(p);
        return true;
}

void gql_parser_expect(struct gql_parser *p, enum gql_token_kind kind)
{
        if (!gql_parser_accept(p, kind))
                gql_lexer_fail(&p->lexer, p->token.loc, "Expected %.*s, found %.*s.", STR_ARG(kind_name(kind)),
                               STR_ARG(gql_token_describe(p->arena, &p->token)));
}

static bool at_word(struct gql_parser *p, const char *word)
{
        return gql_parser_at(p, GQL_TOKEN_NAME) && str_eq_c(p->token.text, word);
}

bool gql_parser_accept_word(struct gql_parser *p, const char *word)
{
        if (!at_word(p, word))
                return false;
        gql_parser_advance(p);
        return true;
}

void gql_parser_expect_word(struct gql_parser *p, const char *word)
{
        if (!gql_parser_accept_word(p, word))
                gql_lexer_fail(&p->lexer, p->token.loc, "Expected \"%s\", found %.*s.", word,
                               STR_ARG(gql_token_describe(p->arena, &p->token)));
}

void gql_parser_unexpected(struct gql_parser *p, const struct gql_token *token)
{
        gql_lexer_fail(&p->lexer, token->loc, "Unexpected %.*s.", STR_ARG(gql_token_describe(p->arena, token)));
}

bool gql_parser_enter(struct gql_parser *p)
{
        p->depth++;
        if (p->depth <= MAX_NESTING)
                return true;
        gql_lexer_fail(&p->lexer, p->token.loc, "Document is nested more than %d levels deep. Parsing aborted.",
                       MAX_NESTING);
        return false;
}

bool gql_parser_more(struct gql_parser *p, enum gql_token_kind close)
{
        return !gql_parser_accept(p, close) && !p->lexer.failed;
}

struct str gql_parser_name(struct gql_parser *p)
{
        struct str name = p->token.text;

        gql_parser_expect(p, GQL_TOKEN_NAME);
        return name;
}

/* ---- arguments, directives, types ----------------------------------------------------- */

static struct gql_argument *parse_arguments(struct gql_parser *p, bool constant)
{
        struct gql_argument *first = NULL;
        struct gql_argument **tail = &first;

        if (!gql_parser_accept(p, GQL_TOKEN_PAREN_L))
                return NULL;
        do {
                struct gql_argument *argument = arena_new(p->arena, struct gql_argument);

                argument->loc = p->token.loc;
                argument->name = gql_parser_name(p);
                gql_parser_expect(p, GQL_TOKEN_COLON);
                argument->value = gql_parser_value(p, constant);
                *tail = argument;
                tail = &argument->next;
        } while (gql_parser_more(p, GQL_TOKEN_PAREN_R));
        return first;
}

struct gql_directive *gql_parser_directives(struct gql_parser *p, bool constant)
{
        struct gql_directive *first = NULL;
        struct gql_directive **tail = &first;

        while (gql_parser_at(p, GQL_TOKEN_AT)) {
                struct gql_directive *directive = arena_new(p->arena, struct gql_directive);

                directive->loc = p->token.loc;
                gql_parser_advance(p);
                directive->name = gql_parser_name(p);
                directive->arguments = parse_arguments(p, constant);
                *tail = directive;
                tail = &directive->next;
        }
        return first;
}

struct gql_typeref *gql_parser_type(struct gql_parser *p)
{
        struct gql_typeref *type = arena_new(p->arena, struct gql_typeref);
        struct gql_typeref *non_null;

        type->loc = p->token.loc;
        if (gql_parser_accept(p, GQL_TOKEN_BRACKET_L)) {
                type->kind = GQL_TYPEREF_LIST;
                if (!gql_parser_enter(p))
                        return type;
                type->of = gql_parser_type(p);
                p->depth--;
                gql_parser_expect(p, GQL_TOKEN_BRACKET_R);
        } else {
                type->kind = GQL_TYPEREF_NAMED;
                type->name = gql_parser_name(p);
        }
        if (!gql_parser_accept(p, GQL_TOKEN_BANG))
                return type;
        non_null = arena_new(p->arena, struct gql_typeref);
        *non_null = (struct gql_typeref){ .kind = GQL_TYPEREF_NON_NULL, .of = type, .loc = type->loc };
        return non_null;
}

void gql_parser_description(struct gql_parser *p, struct str *ret_text, bool *ret_block)
{
        if (!gql_parser_at(p, GQL_TOKEN_STRING) && !gql_parser_at(p, GQL_TOKEN_BLOCK_STRING))
                return;
        *ret_text = p->token.text;
        *ret_block = gql_parser_at(p, GQL_TOKEN_BLOCK_STRING);
        gql_parser_advance(p);
}

/* ---- selections ------------------------------------------------------------------------- */

static struct gql_selection *parse_selections(struct gql_parser *p);

/* The name of a fragment, which cannot be "on" (nor a string of that text, as graphql-js has it). */
static struct str parse_fragment_name(struct gql_parser *p)
{
        if (str_eq_c(p->token.text, "on"))
                gql_parser_unexpected(p, &p->token);
        return gql_parser_name(p);
}

static void parse_spread(struct gql_parser *p, struct gql_selection *selection)
{
        bool has_condition;

        gql_parser_expect(p, GQL_TOKEN_SPREAD);
        has_condition = gql_parser_accept_word(p, "on");
        selection->name_loc = p->token.loc;
        if (!has_condition && gql_parser_at(p, GQL_TOKEN_NAME)) {
                selection->kind = GQL_SELECTION_SPREAD;
                selection->name = parse_fragment_name(p);
                selection->directives = gql_parser_directives(p, false);
                return;
        }
        selection->kind = GQL_SELECTION_INLINE;
        if (has_condition)
                selection->name = gql_parser_name(p);
        selection->directives = gql_parser_directives(p, false);
        selection->set_loc = p->token.loc;
        selection->children = parse_selections(p);
}

static void parse_field(struct gql_parser *p, struct gql_selection *selection)
{
        selection->kind = GQL_SELECTION_FIELD;
        selection->name_loc = p->token.loc;
        selection->name = gql_parser_name(p);
        if (gql_parser_accept(p, GQL_TOKEN_COLON)) {
                selection->alias = selection->name;
                selection->name_loc = p->token.loc;
                selection->name = gql_parser_name(p);
        }
        selection->arguments = parse_arguments(p, false);
        selection->directives = gql_parser_directives(p, false);
        if (gql_parser_at(p, GQL_TOKEN_BRACE_L)) {
                selection->set_loc = p->token.loc;
                selection->children = parse_selections(p);
        }
}

static struct gql_selection *parse_selections(struct gql_parser *p)
{
        struct gql_selection *first = NULL;
        struct gql_selection **tail = &first;

        gql_parser_expect(p, GQL_TOKEN_BRACE_L);
        if (!gql_parser_enter(p))
                return NULL;
        if (++p->selection_depth > p->selection_depth_max)
                p->selection_depth_max = p->selection_depth;
        do {
                struct gql_selection *selection = arena_new(p->arena, struct gql_selection);

                selection->loc = p->token.loc;
                if (gql_parser_at(p, GQL_TOKEN_SPREAD))
                        parse_spread(p, selection);
                else
                        parse_field(p, selection);
                *tail = selection;
                tail = &selection->next;
        } while (gql_parser_more(p, GQL_TOKEN_BRACE_R));
        p->depth--;
        p->selection_depth--;
        return first;
}

/* ---- definitions -------------------------------------------------------------------------- */

static struct gql_variable *parse_variables(struct gql_parser *p)
{
        struct gql_variable *first = NULL;
        struct gql_variable **tail = &first;

        if (!gql_parser_accept(p, GQL_TOKEN_PAREN_L))
                return NULL;
        do {
                struct gql_variable *variable = arena_new(p->arena, struct gql_variable);

                variable->loc = p->token.loc;
                gql_parser_description(p, &variable->description, &variable->description_block);
                variable->dollar_loc = p->token.loc;
                gql_parser_expect(p, GQL_TOKEN_DOLLAR);
                variable->name_loc = p->token.loc;
                variable->name = gql_parser_name(p);
                gql_parser_expect(p, GQL_TOKEN_COLON);
                variable->type = gql_parser_type(p);
                if (gql_parser_accept(p, GQL_TOKEN_EQUALS))
                        variable->default_value = gql_parser_value(p, true);
                variable->directives = gql_parser_directives(p, true);
                *tail = variable;
                tail = &variable->next;
        } while (gql_parser_more(p, GQL_TOKEN_PAREN_R));
        return first;
}

enum gql_operation_kind gql_parser_operation_kind(struct gql_parser *p)
{
        struct gql_token token = p->token;

        gql_parser_expect(p, GQL_TOKEN_NAME);
        if (str_eq_c(token.text, "query"))
                return GQL_QUERY;
        if (str_eq_c(token.text, "mutation"))
                return GQL_MUTATION;
        if (!str_eq_c(token.text, "subscription"))
                gql_parser_unexpected(p, &token);
        return GQL_SUBSCRIPTION;
}

static struct gql_definition *parse_operation(struct gql_parser *p)
{
        struct gql_definition *operation = arena_new(p->arena, struct gql_definition);

        operation->kind = GQL_DEF_OPERATION;
        operation->loc = p->token.loc;
        if (!gql_parser_at(p, GQL_TOKEN_BRACE_L)) {
                gql_parser_description(p, &operation->description, &operation->description_block);
                operation->operation = gql_parser_operation_kind(p);
                operation->name_loc = p->token.loc;
                if (gql_parser_at(p, GQL_TOKEN_NAME))
                        operation->name = gql_parser_name(p);
                operation->variables = parse_variables(p);
                operation->directives = gql_parser_directives(p, false);
        }
        operation->selections = parse_selections(p);
        return operation;
}

static struct gql_definition *parse_fragment(struct gql_parser *p)
{
        struct gql_definition *fragment = arena_new(p->arena, struct gql_definition);

        fragment->kind = GQL_DEF_FRAGMENT;
        fragment->loc = p->token.loc;
        gql_parser_description(p, &fragment->description, &fragment->description_block);
        gql_parser_expect_word(p, "fragment");
        fragment->name_loc = p->token.loc;
        fragment->name = parse_fragment_name(p);
        gql_parser_expect_word(p, "on");
        fragment->type_condition_loc = p->token.loc;
        fragment->type_condition = gql_parser_name(p);
        fragment->directives = gql_parser_directives(p, false);
        fragment->selections = parse_selections(p);
        return fragment;
}

static bool is_operation_word(struct str word)
{
        return str_eq_c(word, "query") || str_eq_c(word, "mutation") || str_eq_c(word, "subscription");
}

static struct gql_definition *parse_definition(struct gql_parser *p)
{
        struct gql_token *keyword = &p->token;
        bool described = gql_parser_at(p, GQL_TOKEN_STRING) || gql_parser_at(p, GQL_TOKEN_BLOCK_STRING);

        if (gql_parser_at(p, GQL_TOKEN_BRACE_L))
                return parse_operation(p);
        if (described)
                keyword = gql_parser_peek(p);
        if (described && keyword->kind == GQL_TOKEN_BRACE_L) {
                gql_lexer_fail(&p->lexer, p->token.loc, "Unexpected description, descriptions are not supported "
                                                        "on shorthand queries.");
        } else if (keyword->kind == GQL_TOKEN_NAME) {
                if (gql_parser_is_sdl_word(keyword->text))
                        return gql_parser_sdl(p);
                if (is_operation_word(keyword->text))
                        return parse_operation(p);
                if (str_eq_c(keyword->text, "fragment"))
                        return parse_fragment(p);
                if (described)
                        gql_lexer_fail(&p->lexer, p->token.loc, "Unexpected description, only GraphQL definitions "
                                                                "support descriptions.");
                else if (str_eq_c(keyword->text, "extend"))
                        return gql_parser_extension(p);
        }
        gql_parser_unexpected(p, keyword);
        return arena_new(p->arena, struct gql_definition);
}

static struct gql_document *parse_document(struct gql_parser *p)
{
        struct gql_document *document = arena_new(p->arena, struct gql_document);
        struct gql_definition **tail = &document->definitions;

        document->source = p->lexer.source;
        gql_parser_advance(p);
        do {
                *tail = parse_definition(p);
                tail = &(*tail)->next;
                document->definition_count++;
        } while (!p->lexer.failed && !gql_parser_at(p, GQL_TOKEN_END));
        document->token_count = p->token_count;
        document->depth_max = p->selection_depth_max;
        return document;
}

/* ---- entry points --------------------------------------------------------------------------- */

static enum rc refuse(struct arena *arena, enum rc rc, struct gql_loc loc, struct str message,
                      struct gql_error *ret_error, struct err *err)
{
        *ret_error = (struct gql_error){
                .rc = rc, .message = arena_str(arena, message), .locations = { loc },
                .location_count = loc.line ? 1 : 0,
        };
        return err_set(err, rc, "%.*s", STR_ARG(message));
}

static enum rc parse_limited(struct arena *arena, struct str source, size_t max_bytes, size_t max_tokens,
                             struct gql_document **ret, struct gql_error *ret_error, struct err *err)
{
        struct gql_parser parser = { .arena = arena, .max_tokens = max_tokens };
        struct gql_document *document;

        if (source.len > max_bytes)
                return refuse(arena, RC_TOO_LARGE, (struct gql_loc){ 0 },
                              arena_printf(arena, "The GraphQL document is longer than %zu bytes; send a shorter one.",
                                           max_bytes),
                              ret_error, err);
        if (!str_is_utf8(source)) {
                size_t at = 0;

                while (str_utf8_step(source, at) > 0)
                        at += str_utf8_step(source, at);
                return refuse(arena, RC_INVALID, gql_source_loc(source, at),
                              STR("Syntax Error: The document is not valid UTF-8; encode it as UTF-8."),
                              ret_error, err);
        }
        gql_lexer_init(&parser.lexer, arena, source.ptr ? source : STR(""));
        document = parse_document(&parser);
        if (parser.lexer.failed) {
                *ret_error = parser.lexer.error;
                return err_set(err, RC_INVALID, "%.*s", STR_ARG(parser.lexer.error.message));
        }
        *ret = document;
        return RC_OK;
}

enum rc gql_parse(struct arena *arena, struct str source, const struct gql_limits *limits,
                  struct gql_document **ret, struct gql_error *ret_error, struct err *err)
{
        size_t max_bytes = limits && limits->max_bytes ? limits->max_bytes : DEFAULT_MAX_BYTES;
        size_t max_tokens = limits && limits->max_tokens ? limits->max_tokens : DEFAULT_MAX_TOKENS;

        return parse_limited(arena, source, max_bytes, max_tokens, ret, ret_error, err);
}

enum rc gql_parse_sdl(struct arena *arena, struct str source, struct gql_document **ret,
                      struct gql_error *ret_error, struct err *err)
{
        return parse_limited(arena, source, SDL_MAX_BYTES, SDL_MAX_TOKENS, ret, ret_error, err);
}
