/*
 * fuzz/fuzz_gql.c - the GraphQL language on any bytes.
 *
 * What the parser takes must print, and the print must parse, print the same and have as
 * many errors against a schema. (Not when type definitions and operations are mixed: the
 * short form of a query behind a type without a body reads as that body, in graphql-js
 * too.) A document of type definitions goes through the builder of schemas as well; what
 * that one takes must print as a schema that parses.
 */
#include <unistd.h>

#include "gql/mkschema.h"
#include "gql/schema_build.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every kind of type, with wrappers, defaults, directives and overlapping fields. */
static const char sdl[] =
        "type Query { a: Int @access(level: PUBLIC) n(id: ID, in: In, any: Any, s: [Size!]): Int @access(level: PUBLIC) "
        "t(x: Int! = 1): T @access(level: USER) i: I @access(level: USER) u: [U!]! @access(level: ADMIN) }\n"
        "type Mutation { set(in: In!, f: Float, b: Boolean = true, s: String): T @access(level: USER) }\n"
        "interface I { id: ID! name(short: Boolean = false): String }\n"
        "type T implements I { id: ID! name(short: Boolean = false): String t(first: Int): [T] u: U size: Size }\n"
        "type O implements I { id: ID! name(short: Boolean = false): String size: Int }\n"
        "union U = T | O enum Size { RED BLUE } scalar Any\n"
        "input In @bareString(field: \"s\") { need: Int! s: String = \"x\" list: [[Int!]] in: In size: Size = RED }";

static void demand(bool holds, const char *what)
{
        if (holds)
                return;
        (void)!write(2, what, strlen(what));
        abort();
}

static const struct gql_schema *the_schema(void)
{
        static const struct gql_schema *schema;
        static struct arena arena;
        struct gql_document *document = NULL;
        struct gql_error *problems = NULL;
        struct gql_error error = { 0 };
        struct err err = { 0 };

        if (schema)
                return schema;
        arena_init(&arena, 0);
        demand(gql_parse_sdl(&arena, str_from(sdl), &document, &error, &err) == RC_OK, "the schema does not parse\n");
        demand(gql_schema_build(&arena, document, &schema, &problems, &err) == RC_OK, "the schema is not one\n");
        return schema;
}

static void check_errors(const struct gql_error *errors)
{
        for (; errors; errors = errors->next) {
                demand(errors->rc != RC_OK && !str_is_empty(errors->message), "an error without a message\n");
                demand(str_is_utf8(errors->message), "a message that is not UTF-8\n");
                demand(errors->location_count <= ARRAY_LEN(errors->locations), "too many places\n");
        }
}

static size_t count_errors(struct arena *arena, const struct gql_document *document)
{
        const struct gql_error *errors = gql_validate(arena, the_schema(), document, NULL);
        size_t count = 0;

        check_errors(errors);
        for (; errors; errors = errors->next)
                count++;
        return count;
}

static void check_schema(struct arena *arena, const struct gql_document *document)
{
        static const struct mkschema_options options = {
                .symbol = "fuzzed", .header = "fuzzed.h", .origin = "fuzzed.graphql",
        };
        _cleanup_(buf_done) struct buf out = { 0 };
        const struct gql_schema *schema = NULL;
        struct gql_document *again = NULL;
        struct gql_error *problems = NULL;
        struct gql_error error = { 0 };
        struct err err = { 0 };

        if (gql_schema_build(arena, document, &schema, &problems, &err)) {
                check_errors(problems);
                return;
        }
        gql_print_schema(schema, &out);
        demand(gql_parse_sdl(arena, buf_str(&out), &again, &error, &err) == RC_OK, "a schema printed as none\n");
        buf_clear(&out);
        mkschema_source(schema, &options, &out);
        mkschema_header(schema, &options, &out);
}

static bool is_mixed(const struct gql_document *document)
{
        bool executable = false;
        bool types = false;

        for (const struct gql_definition *def = document->definitions; def; def = def->next) {
                bool is_executable = def->kind == GQL_DEF_OPERATION || def->kind == GQL_DEF_FRAGMENT;

                executable = executable || is_executable;
                types = types || !is_executable;
        }
        return executable && types;
}

static void check_document(struct arena *arena, const struct gql_document *document)
{
        static const struct gql_limits limits = { .max_bytes = 64 << 20 };   /* printing adds white space */
        _cleanup_(buf_done) struct buf once = { 0 };
        _cleanup_(buf_done) struct buf twice = { 0 };
        struct gql_document *again = NULL;
        struct gql_error error = { 0 };
        struct err err = { 0 };

        check_schema(arena, document);
        gql_print(document, &once);
        if (is_mixed(document))
                return;
        demand(gql_parse(arena, buf_str(&once), &limits, &again, &error, &err) == RC_OK, "printed as no document\n");
        gql_print(again, &twice);
        demand(str_eq(buf_str(&once), buf_str(&twice)), "printed differently the second time\n");
        demand(count_errors(arena, document) == count_errors(arena, again), "printed as another document\n");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const struct gql_limits limits = { .max_bytes = 1 << 20 };
        struct gql_document *document = NULL;
        struct gql_error error = { 0 };
        struct arena arena;
        struct err err = { 0 };

        arena_init(&arena, 0);
        if (gql_parse(&arena, (struct str){ (const char *)data, size }, &limits, &document, &error, &err) == RC_OK)
                check_document(&arena, document);
        else
                check_errors(&error);
        arena_done(&arena);
        return 0;
}
