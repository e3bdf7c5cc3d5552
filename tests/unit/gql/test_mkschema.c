/*
 * Tests of gql/schema_build.c and its parts, gql/mkschema.c, gql/schema.c, and of the
 * tables that the program mkschema made of tables.graphql.
 */
#include "unit.h"

#include "gql/builtin.h"
#include "gql/mkschema.h"
#include "gql/schema_build.h"
#include "test_tables.h"

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

static enum rc build(const char *sdl, const struct gql_schema **ret, struct gql_error **ret_problems)
{
        struct gql_document *document = NULL;
        struct gql_error error = { 0 };
        struct err err = { 0 };

        assert_ok(gql_parse_sdl(&arena, str_from(sdl), &document, &error, &err));
        return gql_schema_build(&arena, document, ret, ret_problems, &err);
}

/* ---- the tables that were compiled in --------------------------------------------------------- */

static const struct gql_type *type_named(const char *name)
{
        const struct gql_type *type = gql_schema_type(&test_tables, str_from(name));

        if (!type)
                fail_msg("%s is not there", name);
        return type;
}

static void tables_link_every_resolver(void **state UNUSED)
{
        struct err err = { 0 };

        assert_ok(gql_schema_check(&test_tables, &err));
        for (size_t i = 0; i < test_tables.type_count; i++) {
                const struct gql_type *type = test_tables.types[i];

                for (size_t j = 0; type->kind == GQL_TYPE_OBJECT && j < type->field_count; j++) {
                        char name[64];

                        snprintf(name, sizeof(name), "%s.%s", type->name, type->fields[j].name);
                        assert_int_equal(type->fields[j].resolve(NULL, NULL, NULL, &err), RC_CONFLICT);
                        assert_string_equal(err.msg, name);
                }
        }
        assert_null(type_named("Node")->fields[0].resolve);
        assert_int_equal(gql_type_field(type_named("One"), STR("many"))->prefetch(NULL, NULL, 0, &err), RC_CONFLICT);
        assert_string_equal(err.msg, "prefetched");
        assert_null(gql_type_field(type_named("One"), STR("old"))->prefetch);
}

static void tables_keep_what_the_sdl_says(void **state UNUSED)
{
        const struct gql_field_info *one = gql_type_field(type_named("Query"), STR("one"));
        const struct gql_input_def *id = gql_field_arg(one, STR("id"));

        assert_string_equal(type_named("Query")->description, "The \"start\",\nof ?""?= it all.");
        assert_ptr_equal(test_tables.query, type_named("Query"));
        assert_ptr_equal(test_tables.mutation, type_named("Mutation"));
        assert_int_equal(one->access, GQL_ACCESS_PUBLIC);
        assert_int_equal(one->cost, 7);
        assert_int_equal(test_tables.query->fields[1].access, GQL_ACCESS_ADMIN);
        assert_int_equal(test_tables.query->fields[1].cost, 1);
        assert_str(gql_use_print(&arena, test_tables.query->fields[1].type), "[Pet!]!");
        assert_str(gql_use_print(&arena, test_tables.query->fields[1].args[0].type), "[[Size!]!]");
        assert_ptr_equal(id->type.type, &gql_type_ID);
        assert_string_equal(id->default_sdl, "5");
        assert_int_equal(id->default_value->kind, GQL_VALUE_STRING);
        assert_string_equal(gql_type_field(type_named("One"), STR("old"))->deprecated, "gone");
        assert_string_equal(type_named("Size")->values[1].deprecated, "No longer supported");
        assert_null(type_named("Size")->values[0].deprecated);
        assert_string_equal(type_named("Any")->specified_by, "https://example.org/any");
        assert_string_equal(type_named("In")->bare_string_field, "b");
        assert_ptr_equal(type_named("Node")->possible[0], type_named("One"));
        assert_ptr_equal(type_named("One")->interfaces[0], type_named("Node"));
        assert_ptr_equal(type_named("Pet")->possible[0], type_named("One"));
}

static void tables_hold_coerced_defaults(void **state UNUSED)
{
        const struct gql_field_info *one = gql_type_field(type_named("Query"), STR("one"));
        const struct gql_value *in = gql_field_arg(one, STR("in"))->default_value;
        const struct gql_value *any = gql_field_arg(one, STR("free"))->default_value;
        const struct gql_value *sizes = test_tables.query->fields[1].args[0].default_value;

        /* The object has the defaults of its own fields, in their order. */
        assert_string_equal(gql_field_arg(one, STR("in"))->default_sdl, "{a: 3, b: \"x\", c: [1, 2.5]}");
        assert_int_equal(in->count, 3);
        assert_str(in->first->name, "a");
        assert_int_equal(in->first->integer, 3);
        assert_str(in->first->next->text, "x");
        assert_true(in->first->next->next->first->next->number == 2.5);
        /* A custom scalar's is as written. */
        assert_string_equal(gql_field_arg(one, STR("free"))->default_sdl, "{k: [1, -2.5, null, true, RED, {}]}");
        any = any->first->first;
        assert_int_equal(any->integer, 1);
        assert_true(any->next->number == -2.5);
        assert_int_equal(any->next->next->kind, GQL_VALUE_NULL);
        assert_true(any->next->next->next->boolean);
        assert_str(any->next->next->next->next->text, "RED");
        /* A single item is a list in a list. */
        assert_string_equal(test_tables.query->fields[1].args[0].default_sdl, "[[RED]]");
        assert_int_equal(sizes->first->first->kind, GQL_VALUE_ENUM);
}

static void tables_are_found_by_name(void **state UNUSED)
{
        struct gql_schema unsorted = test_tables;

        unsorted.by_name = NULL;
        for (size_t i = 0; i < test_tables.type_count; i++) {
                struct str name = str_from(test_tables.types[i]->name);

                assert_ptr_equal(gql_schema_type(&test_tables, name), test_tables.types[i]);
                assert_ptr_equal(gql_schema_type(&unsorted, name), test_tables.types[i]);
        }
        assert_null(gql_schema_type(&test_tables, STR("On")));
        assert_null(gql_schema_type(&test_tables, STR("Ones")));
        assert_null(gql_schema_type(&test_tables, STR("")));
        assert_null(gql_schema_type(&test_tables, STR("AccessLevel")));
        assert_ptr_equal(gql_schema_type(&test_tables, STR("__Type")), &gql_type___Type);
        /* Built-in scalars are there when used; these two always, for introspection. */
        assert_non_null(gql_schema_type(&test_tables, STR("Boolean")));
        assert_non_null(gql_schema_type(&test_tables, STR("Float")));
        assert_null(gql_type_field(type_named("One"), STR("i")));
        assert_null(gql_type_input(type_named("In"), STR("d")));
        assert_true(gql_type_has_value(type_named("Size"), STR("BLUE")));
        assert_false(gql_type_has_value(type_named("Size"), STR("BLU")));
}

/* ---- problems ------------------------------------------------------------------------------------ */

#define OK_QUERY "type Query { a: Int @access(level: USER) } "

static void build_names_each_problem(void **state UNUSED)
{
        static const struct {
                const char *sdl;
                uint32_t column;
                const char *message;
        } cases[] = {
                { "type T { a: Int }", 1, "Query root type must be provided." },
                { "schema { query: Nope }", 17, "Unknown type \"Nope\"." },
                { OK_QUERY "schema { query: Query subscription: Query }", 66, "Subscriptions are not supported." },
                { OK_QUERY "scalar Query", 51, "There can be only one type named \"Query\"." },
                { OK_QUERY "scalar Int", 51, "There can be only one type named \"Int\"." },
                { OK_QUERY "extend type Query { b: Int }", 44, "Write the addition into the definition itself: extensions are not supported." },
                { OK_QUERY "directive @mine on FIELD", 44, "Directive \"@mine\" is not one that the server knows." },
                { OK_QUERY "query { a }", 44, "A schema has no operations or fragments; take this out." },
                { OK_QUERY "type T { a: Nope }", 56, "Unknown type \"Nope\"." },
                { OK_QUERY "type T { a(b: Nope): Int }", 58, "Unknown type \"Nope\"." },
                { OK_QUERY "type T { a: Int a: Int }", 60, "\"a\" is defined twice in T." },
                { OK_QUERY "type T { a(b: Int, b: Int): Int }", 63, "\"b\" is defined twice in T.a." },
                { OK_QUERY "type T", 44, "Type T must define one or more fields." },
                { OK_QUERY "type __T { a: Int }", 49, "Name \"__T\" must not begin with \"__\", which is reserved by GraphQL introspection." },
                { OK_QUERY "type T { a: In } input In { b: Int }", 56, "The type of T.a must be Output Type but got: In." },
                { OK_QUERY "input In { b: [Query!] }", 58, "The type of b in In must be Input Type but got: [Query!]." },
                { OK_QUERY "input In", 44, "Input Object type In must define one or more fields." },
                { OK_QUERY "enum E", 44, "Enum type E must define one or more values." },
                { OK_QUERY "enum E { A B A }", 57, "\"A\" is named twice in E." },
                { OK_QUERY "union U", 44, "Union type U must define one or more member types." },
                { OK_QUERY "union U = Int", 54, "Union type U can only include Object types, it cannot include Int." },
                { OK_QUERY "type T implements Query { a: Int }", 62, "Type T must only implement Interface types, it cannot implement Query." },
                { OK_QUERY "interface I { a: Int! } type T implements I { a: Int }", 93, "Interface field I.a expects type Int! but T.a is type Int." },
                { OK_QUERY "interface I { a: Int } type T implements I { b: Int }", 67, "Interface field I.a expected but T does not provide it." },
                { OK_QUERY "interface I { a(x: Int): Int } type T implements I { a: Int }", 97, "Interface field argument I.a(x:) expected but T.a does not provide it." },
                { OK_QUERY "interface I { a(x: Int): Int } type T implements I { a(x: ID): Int }", 97, "Interface field argument I.a(x:) expects type Int but T.a(x:) is type ID." },
                { OK_QUERY "interface I { a: Int } type T implements I { a(x: Int!): Int }", 89, "Object field T.a includes required argument x that is missing from the Interface field I.a." },
                { OK_QUERY "interface I implements I { a: Int }", 44, "Type I cannot implement itself because it would create a circular reference." },
                { OK_QUERY "interface I { a: Int } interface J implements I { a: Int } type T implements J { a: Int }", 103, "Type T must implement I because it is implemented by J." },
                { OK_QUERY "input In { a: In! }", 44, "Cannot reference Input Object \"In\" within itself through a series of non-null fields." },
                { OK_QUERY "input In { a: Int = \"1\" }", 64, "Default value \"1\" does not fit the type Int." },
                { OK_QUERY "input In { a: Int! = null }", 65, "Default value null does not fit the type Int!." },
                { OK_QUERY "input In { a: Int = 2147483648 }", 64, "Default value 2147483648 does not fit the type Int." },
                { OK_QUERY "input In { a: [Int!] = [1, null] }", 71, "Default value null does not fit the type Int!." },
                { OK_QUERY "input In { a: In = {} }", 63, "Default value {} does not fit the type In." },
                { OK_QUERY "input In { a: Int! } type T { b(c: In = {}): Int }", 84, "Default value {} does not fit the type In." },
                { OK_QUERY "input In { a: Int } type T { b(c: In = {d: 1}): Int }", 83, "Default value {d: 1} does not fit the type In." },
                { "type Query { a: Int }", 14, "Query.a does not say who may ask for it; add @access(level: ...)." },
                { "type Query { a: Int @acess(level: USER) b: Int @access(level: USER) }", 21, "Directive \"@acess\" is unknown or may not be used on this field." },
                { "type Query { a: Int @access(level: NOBODY) }", 36, "Unknown access level NOBODY; use PUBLIC, USER or ADMIN." },
                { "type Query { a: Int @access }", 21, "\"@access\" needs its argument \"level\"." },
                { "type Query { a: Int @access(level: \"USER\") }", 36, "\"level\" of \"@access\" has the wrong kind of value." },
                { "type Query { a: Int @access(level: USER, more: 1) }", 42, "Unknown argument \"more\" on directive \"@access\"." },
                { "type Query { a: Int @access(level: USER) @access(level: ADMIN) }", 42, "The directive \"@access\" can only be used once at this location." },
                { "type Query { a: Int @access(level: USER) @batch }", 42, "Directive \"@batch\" is unknown or may not be used on this field." },
                { OK_QUERY "type T { a: Int @access(level: USER) }", 60, "Directive \"@access\" is unknown or may not be used on this field." },
                { OK_QUERY "type T { a: Int @cost(weight: -1) }", 74, "The weight of \"@cost\" must be from 0 to 1000000." },
                { OK_QUERY "interface I { a: Int @batch }", 65, "Directive \"@batch\" is unknown or may not be used on this field." },
                { OK_QUERY "type T { a(b: Int! @deprecated): Int }", 55, "b in T.a is required and cannot be deprecated." },
                { OK_QUERY "input In @bareString(field: \"x\") { a: Int }", 72, "\"@bareString\" must name a field of In that takes a string." },
                { OK_QUERY "scalar S @specifiedBy", 53, "\"@specifiedBy\" needs its argument \"url\"." },
                { OK_QUERY "type T { a: [[[[[[[[Int!]!]!]!]!]!]!]!]! }", 64, "This type is wrapped more than 15 times." },
                { OK_QUERY "\"a\\u0000b\" scalar S", 44, "Text here contains U+0000; take it out." },
        };

        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                const struct gql_schema *schema = NULL;
                struct gql_error *problems = NULL;
                bool found = false;

                if (build(cases[i].sdl, &schema, &problems) != RC_INVALID)
                        fail_msg("%s should be refused", cases[i].sdl);
                assert_null(schema);
                for (const struct gql_error *problem = problems; problem; problem = problem->next)
                        found = found || (str_eq_c(problem->message, cases[i].message) &&
                                          problem->locations[0].column == cases[i].column);
                if (!found)
                        fail_msg("%s: %.*s at %u", cases[i].sdl, STR_ARG(problems->message),
                                 problems->locations[0].column);
        }
}

static void build_shows_all_problems(void **state UNUSED)
{
        const struct gql_schema *schema = NULL;
        struct gql_error *problems = NULL;
        size_t count = 0;

        assert_int_equal(build("type Query { a: Nope b: Int\n c: Int @cost }", &schema, &problems), RC_INVALID);
        for (; problems; problems = problems->next)
                count++;
        assert_int_equal(count, 5); /* an unknown type, a cost without weight, three fields without @access */
}

static void build_takes_what_interfaces_allow(void **state UNUSED)
{
        const struct gql_schema *schema = NULL;
        struct gql_error *problems = NULL;
        struct err err = { 0 };

        assert_ok(build(OK_QUERY "interface I { a(x: Int): I b: [I] } interface J implements I { a(x: Int): J b: [I!]! }"
                                 "type T implements I & J { a(x: Int, y: Int! = 1): T! b: [J!]! }", &schema, &problems));
        assert_int_equal(gql_schema_type(schema, STR("I"))->possible_count, 1);
        assert_true(gql_type_is_subtype(gql_schema_type(schema, STR("T")), gql_schema_type(schema, STR("J"))));
        assert_null(gql_schema_type(schema, STR("Float")));
        assert_null(schema->mutation);
}

static void check_refuses_an_undeclared_root_field(void **state UNUSED)
{
        static const struct gql_field_info fields[] = { { .name = "a", .type = { &gql_type_Int, 0 } } };
        static const struct gql_type query = { .kind = GQL_TYPE_OBJECT, .name = "Query", .fields = fields, .field_count = 1 };
        const struct gql_schema schema = { .query = &query };
        struct err err = { 0 };

        assert_int_equal(gql_schema_check(&schema, &err), RC_INTERNAL);
        assert_string_equal(err.msg, "Query.a does not say who may ask for it");
        assert_int_equal(gql_schema_check(&(struct gql_schema){ 0 }, &err), RC_INTERNAL);
}

/* ---- stubs ----------------------------------------------------------------------------------------- */

static void stubs_are_written_for_what_is_missing(void **state UNUSED)
{
        static const struct mkschema_options options = { .header = "tables.h" };
        const struct str sources[] = { STR("enum rc resolve_Query_one(x) resolve_Query_petsy my_resolve_One_id resolve_Mutation_clear"),
                                       STR("resolve_One_old;prefetch_One_many") };
        _cleanup_(buf_done) struct buf out = { 0 };

        assert_int_equal(mkschema_stubs(&test_tables, &options, sources, ARRAY_LEN(sources), &out), 3);
        assert_true(str_contains(buf_str(&out), STR("enum rc resolve_Query_pets(")));
        assert_true(str_contains(buf_str(&out), STR("enum rc resolve_One_id(")));
        assert_true(str_contains(buf_str(&out), STR("enum rc resolve_One_many(")));
        assert_false(str_contains(buf_str(&out), STR("prefetch_")));
        assert_false(str_contains(buf_str(&out), STR("resolve_Query_one")));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(tables_link_every_resolver, setup, teardown),
                cmocka_unit_test_setup_teardown(tables_keep_what_the_sdl_says, setup, teardown),
                cmocka_unit_test_setup_teardown(tables_hold_coerced_defaults, setup, teardown),
                cmocka_unit_test_setup_teardown(tables_are_found_by_name, setup, teardown),
                cmocka_unit_test_setup_teardown(build_names_each_problem, setup, teardown),
                cmocka_unit_test_setup_teardown(build_shows_all_problems, setup, teardown),
                cmocka_unit_test_setup_teardown(build_takes_what_interfaces_allow, setup, teardown),
                cmocka_unit_test_setup_teardown(check_refuses_an_undeclared_root_field, setup, teardown),
                cmocka_unit_test_setup_teardown(stubs_are_written_for_what_is_missing, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
