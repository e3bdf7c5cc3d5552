/* Tests of gql/print.c, gql/print_sdl.c and gql/print_schema.c. */
#include "unit.h"

#include "gql/print.h"
#include "gql/schema_build.h"

static void expect_print(const char *source, const char *printed)
{
        _cleanup_(buf_done) struct buf out = { 0 };
        struct gql_document *document = NULL;
        struct gql_error error = { 0 };
        struct err err = { 0 };
        struct arena arena;

        arena_init(&arena, 0);
        assert_ok(gql_parse_sdl(&arena, str_from(source), &document, &error, &err));
        gql_print(document, &out);
        assert_str(buf_str(&out), printed);
        arena_done(&arena);
}

static void print_writes_operations(void **state UNUSED)
{
        expect_print("query{a}", "{\n  a\n}");
        expect_print("query($a:Int=1@x,$b:[B!]!){a}", "query ($a: Int = 1 @x, $b: [B!]!) {\n  a\n}");
        expect_print("\"d\" mutation M@x(y:1){a:b(c:$d)@e{f}}",
                     "\"d\"\nmutation M @x(y: 1) {\n  a: b(c: $d) @e {\n    f\n  }\n}");
        expect_print("{...F@x ...on T{a}...@y{b}}fragment F on T{a}",
                     "{\n  ...F @x\n  ... on T {\n    a\n  }\n  ... @y {\n    b\n  }\n}\n\nfragment F on T {\n  a\n}");
}

static void print_breaks_long_arguments(void **state UNUSED)
{
        expect_print("{a{b23456789012345678901234567890(c:\"1234567890123456789012345678901234567890123\")}}",
                     "{\n  a {\n    b23456789012345678901234567890(c: \"1234567890123456789012345678901234567890123\")\n  }\n}");
        expect_print("{a{b23456789012345678901234567890(c:\"123456789012345678901234567890123456789012345\",d:1)}}",
                     "{\n  a {\n    b23456789012345678901234567890(\n"
                     "      c: \"123456789012345678901234567890123456789012345\"\n      d: 1\n    )\n  }\n}");
}

static void print_writes_values(void **state UNUSED)
{
        expect_print("{a(b:[1 -2.50 \"x\\ty\\u0001\\u007f\\u0085\\\"\\\\\" {c:null,d:true}E[]{}])}",
                     "{\n  a(b: [1, -2.50, \"x\\ty\\u0001\\u007F\\u0085\\\"\\\\\", {c: null, d: true}, E, [], {}])\n}");
        expect_print("{a(b:\"\"\"one\"\"\")}", "{\n  a(b: \"\"\"one\"\"\")\n}");
        expect_print("{a(b:\"\"\"\none\n  two\n\"\"\")}", "{\n  a(b: \"\"\"\n  one\n    two\n  \"\"\")\n}");
        expect_print("{a(b:\"\"\"say \\\"\"\" now\"\"\")}", "{\n  a(b: \"\"\"say \\\"\"\" now\"\"\")\n}");
        expect_print("{a(b:\"\"\"\nends\\\n\"\"\")}", "{\n  a(b: \"\"\"\n  ends\\\n  \"\"\")\n}");
}

static void print_writes_type_definitions(void **state UNUSED)
{
        expect_print("schema@x{query:Q}", "schema @x {\n  query: Q\n}");
        expect_print("\"d\"type T implements A&B@x{\"e\"a(b:Int=1):C}",
                     "\"d\"\ntype T implements A & B @x {\n  \"e\"\n  a(b: Int = 1): C\n}");
        expect_print("type T{a(\"d\"b:Int,c:Int):C}", "type T {\n  a(\n    \"d\"\n    b: Int\n    c: Int\n  ): C\n}");
        expect_print("extend interface I@x scalar S union U=A|B enum E{A@x B}input N{a:Int=1}directive@d(a:A)repeatable on FIELD|QUERY",
                     "extend interface I @x\n\nscalar S\n\nunion U = A | B\n\nenum E {\n  A @x\n  B\n}\n\n"
                     "input N {\n  a: Int = 1\n}\n\ndirective @d(a: A) repeatable on FIELD | QUERY");
}

static void print_knows_what_survives_as_block_string(void **state UNUSED)
{
        assert_true(gql_printable_as_block(STR("")));
        assert_true(gql_printable_as_block(STR("a\n  b")));
        assert_true(gql_printable_as_block(STR(" a")));
        assert_false(gql_printable_as_block(STR(" a\n b")));
        assert_false(gql_printable_as_block(STR("\na")));
        assert_false(gql_printable_as_block(STR("a\n")));
        assert_false(gql_printable_as_block(STR("a\rb")));
        assert_false(gql_printable_as_block(STR("a\x01" "b")));
}

static void print_schema_hides_what_is_internal(void **state UNUSED)
{
        static const char sdl[] =
                "directive @access(level: AccessLevel!) on FIELD_DEFINITION enum AccessLevel { PUBLIC USER ADMIN }\n"
                "\"Start\" type Query { a(x: ID = 7, y: [Int!] = 1): S @access(level: USER) @cost(weight: 3) "
                "\"Second.\" b: U @access(level: PUBLIC) @deprecated }\n"
                "scalar S @specifiedBy(url: \"u\") union U = T type T { c(\"d\" e: Float = 1.50): Int @batch @deprecated(reason: \"r\") }";
        _cleanup_(buf_done) struct buf out = { 0 };
        const struct gql_schema *schema = NULL;
        struct gql_document *document = NULL;
        struct gql_error *problems = NULL;
        struct gql_error error = { 0 };
        struct err err = { 0 };
        struct arena arena;

        arena_init(&arena, 0);
        assert_ok(gql_parse_sdl(&arena, str_from(sdl), &document, &error, &err));
        assert_ok(gql_schema_build(&arena, document, &schema, &problems, &err));
        gql_print_schema(schema, &out);
        assert_str(buf_str(&out),
                   "\"\"\"Start\"\"\"\ntype Query {\n  a(x: ID = 7, y: [Int!] = [1]): S\n\n  \"\"\"Second.\"\"\"\n"
                   "  b: U @deprecated\n}\n\nscalar S @specifiedBy(url: \"u\")\n\nunion U = T\n\ntype T {\n  c(\n"
                   "    \"\"\"d\"\"\"\n    e: Float = 1.5\n  ): Int @deprecated(reason: \"r\")\n}");
        arena_done(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(print_writes_operations),
                cmocka_unit_test(print_breaks_long_arguments),
                cmocka_unit_test(print_writes_values),
                cmocka_unit_test(print_writes_type_definitions),
                cmocka_unit_test(print_knows_what_survives_as_block_string),
                cmocka_unit_test(print_schema_hides_what_is_internal),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
