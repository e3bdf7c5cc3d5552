/*
 * gql/parse_value.c - tokens to values: numbers, strings, words, lists, objects, variables.
 *
 * Called by parse.c and parse_sdl.c. In a constant no variable may stand.
 */
#include "gql/syntax.h"

static void set_integer(struct gql_value *value)
{
        if (str_to_i64(value->text, &value->integer)) {
                value->number = (double)value->integer;
                return;
        }
        value->integer = value->text.ptr[0] == '-' ? INT64_MIN : INT64_MAX;
}

static struct gql_value *parse_number(struct gql_parser *p)
{
        struct gql_value *value = arena_new(p->arena, struct gql_value);

        value->kind = gql_parser_at(p, GQL_TOKEN_INT) ? GQL_VALUE_INT : GQL_VALUE_FLOAT;
        value->loc = p->token.loc;
        value->text = p->token.text;
        value->number = strtod(arena_cstr(p->arena, value->text), NULL);
        if (value->kind == GQL_VALUE_INT)
                set_integer(value);
        gql_parser_advance(p);
        return value;
}

static struct gql_value *parse_word(struct gql_parser *p)
{
        struct gql_value *value = arena_new(p->arena, struct gql_value);

        value->loc = p->token.loc;
        value->text = p->token.text;
        value->boolean = str_eq_c(value->text, "true");
        if (value->boolean || str_eq_c(value->text, "false"))
                value->kind = GQL_VALUE_BOOL;
        else if (str_eq_c(value->text, "null"))
                value->kind = GQL_VALUE_NULL;
        else
                value->kind = GQL_VALUE_ENUM;
        gql_parser_advance(p);
        return value;
}

static struct gql_value *parse_string(struct gql_parser *p)
{
        struct gql_value *value = arena_new(p->arena, struct gql_value);

        value->kind = GQL_VALUE_STRING;
        value->loc = p->token.loc;
        value->text = p->token.text;
        value->block_string = gql_parser_at(p, GQL_TOKEN_BLOCK_STRING);
        gql_parser_advance(p);
        return value;
}

static struct gql_value *parse_collection(struct gql_parser *p, bool constant)
{
        struct gql_value *value = arena_new(p->arena, struct gql_value);
        struct gql_value **tail = &value->first;
        bool is_list = gql_parser_at(p, GQL_TOKEN_BRACKET_L);

        value->kind = is_list ? GQL_VALUE_LIST : GQL_VALUE_OBJECT;
        value->loc = p->token.loc;
        gql_parser_advance(p);
        if (!gql_parser_enter(p))
                return value;
        while (gql_parser_more(p, is_list ? GQL_TOKEN_BRACKET_R : GQL_TOKEN_BRACE_R)) {
                struct gql_loc name_loc = p->token.loc;
                struct str name = STR_NULL;

                if (!is_list) {
                        name = gql_parser_name(p);
                        gql_parser_expect(p, GQL_TOKEN_COLON);
                }
                *tail = gql_parser_value(p, constant);
                (*tail)->name = name;
                (*tail)->name_loc = name_loc;
                tail = &(*tail)->next;
                value->count++;
        }
        p->depth--;
        return value;
}

static struct gql_value *parse_variable_use(struct gql_parser *p, bool constant)
{
        struct gql_value *value = arena_new(p->arena, struct gql_value);
        struct gql_token dollar = p->token;

        gql_parser_advance(p);
        if (constant && gql_parser_at(p, GQL_TOKEN_NAME))
                gql_lexer_fail(&p->lexer, dollar.loc, "Unexpected variable \"$%.*s\" in constant value.",
                               STR_ARG(p->token.text));
        else if (constant)
                gql_parser_unexpected(p, &dollar);
        value->kind = GQL_VALUE_VARIABLE;
        value->loc = dollar.loc;
        value->text = gql_parser_name(p);
        return value;
}

struct gql_value *gql_parser_value(struct gql_parser *p, bool constant)
{
        switch (p->token.kind) {
        case GQL_TOKEN_BRACKET_L:
        case GQL_TOKEN_BRACE_L:
                return parse_collection(p, constant);
        case GQL_TOKEN_INT:
        case GQL_TOKEN_FLOAT:
                return parse_number(p);
        case GQL_TOKEN_STRING:
        case GQL_TOKEN_BLOCK_STRING:
                return parse_string(p);
        case GQL_TOKEN_NAME:
                return parse_word(p);
        case GQL_TOKEN_DOLLAR:
                return parse_variable_use(p, constant);
        default:
                gql_parser_unexpected(p, &p->token);
                return arena_new(p->arena, struct gql_value);
        }
}
