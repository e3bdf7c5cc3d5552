/*
 * gql/parse_sdl.c - the type system part of the grammar: schema, types, directives.
 *
 * Called by gql/parse.c when a definition starts with one of its words. An extension
 * ("extend type ...") becomes the same definition marked `extension`; what may follow
 * which word is decided here, whether it makes sense is decided by tools/mkschema.
 */
#include "gql/syntax.h"

static const struct {
        const char *word;
        enum gql_definition_kind kind;
} words[] = {
        { "schema", GQL_DEF_SCHEMA }, { "scalar", GQL_DEF_SCALAR }, { "type", GQL_DEF_OBJECT },
        { "interface", GQL_DEF_INTERFACE }, { "union", GQL_DEF_UNION }, { "enum", GQL_DEF_ENUM },
        { "input", GQL_DEF_INPUT }, { "directive", GQL_DEF_DIRECTIVE },
};

static size_t word_index(struct str word)
{
        for (size_t i = 0; i < ARRAY_LEN(words); i++)
                if (str_eq_c(word, words[i].word))
                        return i;
        return SIZE_MAX;
}

bool gql_parser_is_sdl_word(struct str word)
{
        return word_index(word) != SIZE_MAX;
}

/* `A & B`, with a separator before the first one allowed. */
static struct gql_name *parse_separated(struct gql_parser *p, enum gql_token_kind separator)
{
        struct gql_name *first = NULL;
        struct gql_name **tail = &first;

        (void)gql_parser_accept(p, separator);
        do {
                struct gql_name *name = arena_new(p->arena, struct gql_name);

                name->loc = p->token.loc;
                name->name = gql_parser_name(p);
                *tail = name;
                tail = &name->next;
        } while (gql_parser_accept(p, separator));
        return first;
}

static struct gql_name *parse_directive_locations(struct gql_parser *p)
{
        static const char *const known[] = {
                "QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD",
                "INLINE_FRAGMENT", "VARIABLE_DEFINITION", "SCHEMA", "SCALAR", "OBJECT", "FIELD_DEFINITION",
                "ARGUMENT_DEFINITION", "INTERFACE", "UNION", "ENUM", "ENUM_VALUE", "INPUT_OBJECT",
                "INPUT_FIELD_DEFINITION",
        };
        struct gql_name *first = NULL;
        struct gql_name **tail = &first;

        (void)gql_parser_accept(p, GQL_TOKEN_PIPE);
        do {
                struct gql_name *name = arena_new(p->arena, struct gql_name);
                struct gql_token token = p->token;
                bool found = false;

                name->loc = token.loc;
                name->name = gql_parser_name(p);
                for (size_t i = 0; i < ARRAY_LEN(known); i++)
                        found = found || str_eq_c(name->name, known[i]);
                if (!found)
                        gql_parser_unexpected(p, &token);
                *tail = name;
                tail = &name->next;
        } while (gql_parser_accept(p, GQL_TOKEN_PIPE));
        return first;
}

/* name: Type = default @directives - an argument or an input field. */
static struct gql_field_def *parse_input_def(struct gql_parser *p)
{
        struct gql_field_def *def = arena_new(p->arena, struct gql_field_def);

        def->loc = p->token.loc;
        gql_parser_description(p, &def->description, &def->description_block);
        def->name_loc = p->token.loc;
        def->name = gql_parser_name(p);
        gql_parser_expect(p, GQL_TOKEN_COLON);
        def->type = gql_parser_type(p);
        if (gql_parser_accept(p, GQL_TOKEN_EQUALS))
                def->default_value = gql_parser_value(p, true);
        def->directives = gql_parser_directives(p, true);
        return def;
}

static struct gql_field_def *parse_input_defs(struct gql_parser *p, enum gql_token_kind open,
                                              enum gql_token_kind close)
{
        struct gql_field_def *first = NULL;
        struct gql_field_def **tail = &first;

        if (!gql_parser_accept(p, open))
                return NULL;
        do {
                *tail = parse_input_def(p);
                tail = &(*tail)->next;
        } while (gql_parser_more(p, close));
        return first;
}

static struct gql_field_def *parse_field_def(struct gql_parser *p)
{
        struct gql_field_def *def = arena_new(p->arena, struct gql_field_def);

        def->loc = p->token.loc;
        gql_parser_description(p, &def->description, &def->description_block);
        def->name_loc = p->token.loc;
        def->name = gql_parser_name(p);
        def->arguments = parse_input_defs(p, GQL_TOKEN_PAREN_L, GQL_TOKEN_PAREN_R);
        gql_parser_expect(p, GQL_TOKEN_COLON);
        def->type = gql_parser_type(p);
        def->directives = gql_parser_directives(p, true);
        return def;
}

static struct gql_field_def *parse_field_defs(struct gql_parser *p)
{
        struct gql_field_def *first = NULL;
        struct gql_field_def **tail = &first;

        if (!gql_parser_accept(p, GQL_TOKEN_BRACE_L))
                return NULL;
        do {
                *tail = parse_field_def(p);
                tail = &(*tail)->next;
        } while (gql_parser_more(p, GQL_TOKEN_BRACE_R));
        return first;
}

static struct gql_name *parse_enum_value(struct gql_parser *p)
{
        struct gql_name *value = arena_new(p->arena, struct gql_name);
        struct str text;

        value->loc = p->token.loc;
        gql_parser_description(p, &value->description, &value->description_block);
        text = p->token.text;
        if (str_eq_c(text, "true") || str_eq_c(text, "false") || str_eq_c(text, "null"))
                gql_lexer_fail(&p->lexer, p->token.loc, "%.*s is reserved and cannot be used for an enum value.",
                               STR_ARG(gql_token_describe(p->arena, &p->token)));
        value->name = gql_parser_name(p);
        value->directives = gql_parser_directives(p, true);
        return value;
}

static struct gql_name *parse_enum_values(struct gql_parser *p)
{
        struct gql_name *first = NULL;
        struct gql_name **tail = &first;

        if (!gql_parser_accept(p, GQL_TOKEN_BRACE_L))
                return NULL;
        do {
                *tail = parse_enum_value(p);
                tail = &(*tail)->next;
        } while (gql_parser_more(p, GQL_TOKEN_BRACE_R));
        return first;
}

/* { query: Query mutation: Mutation }: fields named after the operation. */
static struct gql_field_def *parse_roots(struct gql_parser *p, bool optional)
{
        struct gql_field_def *first = NULL;
        struct gql_field_def **tail = &first;

        if (optional && !gql_parser_at(p, GQL_TOKEN_BRACE_L))
                return NULL;
        gql_parser_expect(p, GQL_TOKEN_BRACE_L);
        do {
                struct gql_field_def *root = arena_new(p->arena, struct gql_field_def);

                root->loc = root->name_loc = p->token.loc;
                root->name = p->token.text;
                (void)gql_parser_operation_kind(p);
                gql_parser_expect(p, GQL_TOKEN_COLON);
                root->type = arena_new(p->arena, struct gql_typeref);
                root->type->kind = GQL_TYPEREF_NAMED;
                root->type->loc = p->token.loc;
                root->type->name = gql_parser_name(p);
                *tail = root;
                tail = &root->next;
        } while (gql_parser_more(p, GQL_TOKEN_BRACE_R));
        return first;
}

static void parse_directive_definition(struct gql_parser *p, struct gql_definition *def)
{
        gql_parser_expect(p, GQL_TOKEN_AT);
        def->name_loc = p->token.loc;
        def->name = gql_parser_name(p);
        def->fields = parse_input_defs(p, GQL_TOKEN_PAREN_L, GQL_TOKEN_PAREN_R);
        def->repeatable = gql_parser_accept_word(p, "repeatable");
        gql_parser_expect_word(p, "on");
        def->names = parse_directive_locations(p);
}

/* What follows the name of a type: interfaces, directives, then its body. */
static void parse_type_body(struct gql_parser *p, struct gql_definition *def)
{
        bool fields = def->kind == GQL_DEF_OBJECT || def->kind == GQL_DEF_INTERFACE;

        def->name_loc = p->token.loc;
        def->name = gql_parser_name(p);
        if (fields && gql_parser_accept_word(p, "implements"))
                def->names = parse_separated(p, GQL_TOKEN_AMP);
        def->directives = gql_parser_directives(p, true);
        if (fields)
                def->fields = parse_field_defs(p);
        else if (def->kind == GQL_DEF_INPUT)
                def->fields = parse_input_defs(p, GQL_TOKEN_BRACE_L, GQL_TOKEN_BRACE_R);
        else if (def->kind == GQL_DEF_ENUM)
                def->names = parse_enum_values(p);
        else if (def->kind == GQL_DEF_UNION && gql_parser_accept(p, GQL_TOKEN_EQUALS))
                def->names = parse_separated(p, GQL_TOKEN_PIPE);
}

static void parse_body(struct gql_parser *p, struct gql_definition *def)
{
        size_t index = word_index(p->token.text);

        /* The caller has seen the word; only an error in between takes it away. */
        if (p->lexer.failed || index == SIZE_MAX)
                return;
        gql_parser_advance(p);
        def->kind = words[index].kind;
        if (def->kind == GQL_DEF_SCHEMA) {
                def->directives = gql_parser_directives(p, true);
                def->fields = parse_roots(p, def->extension);
        } else if (def->kind == GQL_DEF_DIRECTIVE) {
                parse_directive_definition(p, def);
        } else {
                parse_type_body(p, def);
        }
}

struct gql_definition *gql_parser_sdl(struct gql_parser *p)
{
        struct gql_definition *def = arena_new(p->arena, struct gql_definition);

        def->loc = p->token.loc;
        gql_parser_description(p, &def->description, &def->description_block);
        parse_body(p, def);
        return def;
}

struct gql_definition *gql_parser_extension(struct gql_parser *p)
{
        struct gql_definition *def = arena_new(p->arena, struct gql_definition);
        struct gql_token *word = gql_parser_peek(p);
        size_t index = word->kind == GQL_TOKEN_NAME ? word_index(word->text) : SIZE_MAX;

        def->loc = p->token.loc;
        def->extension = true;
        if (index == SIZE_MAX || words[index].kind == GQL_DEF_DIRECTIVE) {
                gql_parser_unexpected(p, word);
                return def;
        }
        gql_parser_advance(p);
        parse_body(p, def);
        /* An extension has to add something. */
        if (!def->directives && !def->fields && !def->names)
                gql_parser_unexpected(p, &p->token);
        return def;
}
