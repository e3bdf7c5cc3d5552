/* Tests of gql/parse.c and gql/parse_sdl.c. */
#include "unit.h"

#include "gql/gql.h"

static struct arena arena;

static int setup(void **state UNUSED)
{
        arena_init(&arena, 0);
        return 0;
}

static int teardown(void **state UNUSED)
{
        arena_done(&arena);
        return 0;
}

static const struct gql_document *parse(const char *source)
{
        struct gql_document *document = NULL;
        struct gql_error error = { 0 };
        struct err err = { 0 };

        assert_ok(gql_parse(&arena, str_from(source), NULL, &document, &error, &err));
        return document;
}

static void expect_error(struct str source, const struct gql_limits *limits, enum rc rc, uint32_t line, uint32_t column,
                         const char *message)
{
        struct gql_document *document = NULL;
        struct gql_error error = { 0 };
        struct err err = { 0 };

        assert_int_equal(gql_parse(&arena, source, limits, &document, &error, &err), rc);
        assert_null(document);
        assert_int_equal(error.rc, rc);
        assert_str(error.message, message);
        assert_string_equal(err.msg, message);
        assert_int_equal(error.location_count, line ? 1 : 0);
        assert_int_equal(error.locations[0].line, line);
        assert_int_equal(error.locations[0].column, column);
}

static void parse_reads_an_operation(void **state UNUSED)
{
        const struct gql_document *document =
                parse("query Q($id: [ID!]! = [\"a\", 2] @x, $b: Int) @y(z: 1) {\n  alias: field(arg: $id) @skip(if: true) { a }\n}");
        const struct gql_definition *query = document->definitions;
        const struct gql_selection *field = query->selections;

        assert_int_equal(document->definition_count, 1);
        assert_int_equal(document->depth_max, 2);
        assert_int_equal(query->kind, GQL_DEF_OPERATION);
        assert_int_equal(query->operation, GQL_QUERY);
        assert_str(query->name, "Q");
        assert_str(query->variables->name, "id");
        assert_int_equal(query->variables->type->kind, GQL_TYPEREF_NON_NULL);
        assert_int_equal(query->variables->type->of->kind, GQL_TYPEREF_LIST);
        assert_str(query->variables->type->of->of->of->name, "ID");
        assert_int_equal(query->variables->default_value->count, 2);
        assert_int_equal(query->variables->default_value->first->next->integer, 2);
        assert_str(query->variables->directives->name, "x");
        assert_str(query->variables->next->name, "b");
        assert_null(query->variables->next->default_value);
        assert_str(query->directives->arguments->name, "z");
        assert_str(field->alias, "alias");
        assert_str(field->name, "field");
        assert_int_equal(field->loc.line, 2);
        assert_int_equal(field->loc.column, 3);
        assert_int_equal(field->name_loc.column, 10);
        assert_int_equal(field->arguments->value->kind, GQL_VALUE_VARIABLE);
        assert_str(field->arguments->value->text, "id");
        assert_true(field->directives->arguments->value->boolean);
        assert_str(field->children->name, "a");
        assert_null(field->children->children);
}

static void parse_reads_fragments(void **state UNUSED)
{
        const struct gql_document *document =
                parse("{ ...F @x ... on T { a } ... @y { b } ...on1 } fragment F on U @z { c } mutation M { d }");
        const struct gql_selection *selection = document->definitions->selections;
        const struct gql_definition *fragment = document->definitions->next;

        assert_true(str_is_null(document->definitions->name));
        assert_int_equal(selection->kind, GQL_SELECTION_SPREAD);
        assert_str(selection->name, "F");
        assert_str(selection->directives->name, "x");
        selection = selection->next;
        assert_int_equal(selection->kind, GQL_SELECTION_INLINE);
        assert_str(selection->name, "T");
        selection = selection->next;
        assert_int_equal(selection->kind, GQL_SELECTION_INLINE);
        assert_true(str_is_null(selection->name));
        assert_str(selection->directives->name, "y");
        assert_str(selection->next->name, "on1");
        assert_int_equal(fragment->kind, GQL_DEF_FRAGMENT);
        assert_str(fragment->name, "F");
        assert_str(fragment->type_condition, "U");
        assert_int_equal(fragment->next->operation, GQL_MUTATION);
}

static void parse_reads_values(void **state UNUSED)
{
        const struct gql_document *document =
                parse("{ a(v: [1, -2.5e1, \"s\", \"\"\"b\"\"\", true, false, null, ENUM, {k: [], l: {}}, $v, 99999999999999999999]) }");
        const struct gql_value *value = document->definitions->selections->arguments->value;

        assert_int_equal(value->kind, GQL_VALUE_LIST);
        assert_int_equal(value->count, 11);
        value = value->first;
        assert_int_equal(value->kind, GQL_VALUE_INT);
        assert_int_equal(value->integer, 1);
        assert_true(value->number == 1.0);
        value = value->next;
        assert_int_equal(value->kind, GQL_VALUE_FLOAT);
        assert_true(value->number == -25.0);
        assert_str(value->text, "-2.5e1");
        value = value->next;
        assert_int_equal(value->kind, GQL_VALUE_STRING);
        assert_false(value->block_string);
        assert_true(value->next->block_string);
        value = value->next->next;
        assert_true(value->boolean);
        assert_int_equal(value->next->kind, GQL_VALUE_BOOL);
        assert_false(value->next->boolean);
        value = value->next->next;
        assert_int_equal(value->kind, GQL_VALUE_NULL);
        assert_int_equal(value->next->kind, GQL_VALUE_ENUM);
        value = value->next->next;
        assert_int_equal(value->kind, GQL_VALUE_OBJECT);
        assert_str(value->first->name, "k");
        assert_int_equal(value->first->count, 0);
        assert_str(value->first->next->name, "l");
        value = value->next->next;
        /* Beyond int64: the text and the double say what it was. */
        assert_int_equal(value->integer, INT64_MAX);
        assert_true(value->number == 1e20);
        assert_str(value->text, "99999999999999999999");
}

static void parse_reads_type_definitions(void **state UNUSED)
{
        struct gql_document *document = NULL;
        struct gql_error error = { 0 };
        struct err err = { 0 };
        const struct gql_definition *def;

        assert_ok(gql_parse_sdl(&arena, STR("\"d\" type T implements & I & J @x { \"\"\"f\"\"\" a(\"g\" b: Int = 1 @y): [T!] @z }\n"
                                            "union U = | A | B extend enum E { V W @deprecated } input N { x: Int! = 3 }\n"
                                            "directive @d(a: Int) repeatable on FIELD | QUERY schema { query: T mutation: M }"),
                                &document, &error, &err));
        def = document->definitions;
        assert_int_equal(document->definition_count, 6);
        assert_int_equal(def->kind, GQL_DEF_OBJECT);
        assert_str(def->description, "d");
        assert_false(def->description_block);
        assert_str(def->names->next->name, "J");
        assert_true(def->fields->description_block);
        assert_str(def->fields->arguments->description, "g");
        assert_int_equal(def->fields->arguments->default_value->integer, 1);
        assert_int_equal(def->fields->type->kind, GQL_TYPEREF_LIST);
        def = def->next;
        assert_int_equal(def->kind, GQL_DEF_UNION);
        assert_str(def->names->next->name, "B");
        def = def->next;
        assert_int_equal(def->kind, GQL_DEF_ENUM);
        assert_true(def->extension);
        assert_str(def->names->next->directives->name, "deprecated");
        def = def->next;
        assert_int_equal(def->fields->default_value->integer, 3);
        def = def->next;
        assert_true(def->repeatable);
        assert_str(def->names->next->name, "QUERY");
        def = def->next;
        assert_str(def->fields->next->name, "mutation");
        assert_str(def->fields->next->type->name, "M");
}

static void parse_says_what_it_expected(void **state UNUSED)
{
        expect_error(STR(""), NULL, RC_INVALID, 1, 1, "Syntax Error: Unexpected <EOF>.");
        expect_error(STR_NULL, NULL, RC_INVALID, 1, 1, "Syntax Error: Unexpected <EOF>.");
        expect_error(STR("{ a"), NULL, RC_INVALID, 1, 4, "Syntax Error: Expected Name, found <EOF>.");
        expect_error(STR("{\n}"), NULL, RC_INVALID, 2, 1, "Syntax Error: Expected Name, found \"}\".");
        expect_error(STR("{ a(b 1) }"), NULL, RC_INVALID, 1, 7, "Syntax Error: Expected \":\", found Int \"1\".");
        expect_error(STR("fragment on on T { a }"), NULL, RC_INVALID, 1, 10, "Syntax Error: Unexpected Name \"on\".");
        expect_error(STR("fragment F T { a }"), NULL, RC_INVALID, 1, 12, "Syntax Error: Expected \"on\", found Name \"T\".");
        expect_error(STR("query ($a: Int = $b) { a }"), NULL, RC_INVALID, 1, 18,
                     "Syntax Error: Unexpected variable \"$b\" in constant value.");
        expect_error(STR("enum E { true }"), NULL, RC_INVALID, 1, 10,
                     "Syntax Error: Name \"true\" is reserved and cannot be used for an enum value.");
        expect_error(STR("extend type T"), NULL, RC_INVALID, 1, 14, "Syntax Error: Unexpected <EOF>.");
        expect_error(STR("\"d\" { a }"), NULL, RC_INVALID, 1, 1,
                     "Syntax Error: Unexpected description, descriptions are not supported on shorthand queries.");
        expect_error(STR("{ a(b: \"\0\") c(: }"), NULL, RC_INVALID, 1, 15, "Syntax Error: Expected Name, found \":\".");
        expect_error(STR("{ \"\0\" }"), NULL, RC_INVALID, 1, 3, "Syntax Error: Expected Name, found String \"\xEF\xBF\xBD\".");
}

static void parse_refuses_broken_utf8(void **state UNUSED)
{
        expect_error(STR("{ a\n\xC3\xA9 \xC3 }"), NULL, RC_INVALID, 2, 3,
                     "Syntax Error: The document is not valid UTF-8; encode it as UTF-8.");
}

static void parse_keeps_its_limits(void **state UNUSED)
{
        const struct gql_limits limits = { .max_bytes = 16, .max_tokens = 5 };

        expect_error(STR("{ aaaaaaaaaaaaaaaaaaaaaa }"), &limits, RC_TOO_LARGE, 0, 0,
                     "The GraphQL document is longer than 16 bytes; send a shorter one.");
        expect_error(STR("{ a b c d }"), &limits, RC_INVALID, 1, 11,
                     "Syntax Error: Document contains more than 5 tokens. Parsing aborted.");
        expect_error(STR("\"a\" type T {}"), &(struct gql_limits){ .max_tokens = 1 }, RC_INVALID, 1, 5,
                     "Syntax Error: Document contains more than 1 tokens. Parsing aborted.");
        assert_int_equal(parse("{ a b c }")->token_count, 5);
}

static struct str repeat(const char *open, size_t count)
{
        struct buf text = { 0 };
        struct str copy;

        for (size_t i = 0; i < count; i++)
                buf_add_str(&text, str_from(open));
        copy = arena_str(&arena, buf_str(&text));
        buf_done(&text);
        return copy;
}

/* Each way to nest is stopped long before the stack would be. */
static void parse_bounds_nesting(void **state UNUSED)
{
        const struct gql_limits limits = { .max_bytes = 64 * 1024 * 1024, .max_tokens = 10000000 };
        static const char *const openers[] = { "{a", "{...", "[", "{a:", "[" };
        static const char *const before[] = { "", "", "{a(b:", "{a(b:", "query($a:" };

        for (size_t i = 0; i < ARRAY_LEN(openers); i++) {
                struct str source = arena_printf(&arena, "%s%.*s", before[i], STR_ARG(repeat(openers[i], 1000000)));
                struct gql_document *document;
                struct gql_error error = { 0 };
                struct err err = { 0 };

                assert_int_equal(gql_parse(&arena, source, &limits, &document, &error, &err), RC_INVALID);
                assert_str(error.message, "Syntax Error: Document is nested more than 200 levels deep. Parsing aborted.");
        }
        assert_int_equal(parse(arena_printf(&arena, "%.*s%.*s", STR_ARG(repeat("{a", 199)),
                                            STR_ARG(repeat("}", 199))).ptr)->depth_max, 199);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(parse_reads_an_operation, setup, teardown),
                cmocka_unit_test_setup_teardown(parse_reads_fragments, setup, teardown),
                cmocka_unit_test_setup_teardown(parse_reads_values, setup, teardown),
                cmocka_unit_test_setup_teardown(parse_reads_type_definitions, setup, teardown),
                cmocka_unit_test_setup_teardown(parse_says_what_it_expected, setup, teardown),
                cmocka_unit_test_setup_teardown(parse_refuses_broken_utf8, setup, teardown),
                cmocka_unit_test_setup_teardown(parse_keeps_its_limits, setup, teardown),
                cmocka_unit_test_setup_teardown(parse_bounds_nesting, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
