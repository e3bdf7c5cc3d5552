/*
 * gql/mkschema_main.c - the program mkschema: a GraphQL schema to C tables at build time.
 *
 *   mkschema SCHEMA.graphql TABLES.c TABLES.h [--symbol NAME]
 *   mkschema --stubs SCHEMA.graphql [SOURCE.c ...]
 *
 * The first form writes the tables (see gql/mkschema.h). The second prints a source file
 * with an empty body for each resolver whose name is in none of the sources, and says on
 * standard error how many. Problems of the schema come as file:line:column: sentence.
 * A build tool: it prints and exits, as no room of the server does.
 */
#include <stdio.h>

#include "base/fd.h"
#include "gql/mkschema.h"
#include "gql/schema_build.h"

#define MAX_FILE (16 * 1024 * 1024)

static int usage(void)
{
        fprintf(stderr, "usage: mkschema SCHEMA.graphql TABLES.c TABLES.h [--symbol NAME]\n"
                        "       mkschema --stubs SCHEMA.graphql [SOURCE.c ...]\n");
        return 2;
}

static const char *base_name(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

static void show(const char *path, const struct gql_error *problems)
{
        for (; problems; problems = problems->next)
                fprintf(stderr, "%s:%u:%u: error: %.*s\n", path, problems->locations[0].line,
                        problems->locations[0].column, STR_ARG(problems->message));
}

static const struct gql_schema *load(struct arena *arena, const char *path)
{
        const struct gql_schema *schema = NULL;
        struct gql_document *document = NULL;
        struct gql_error error = { 0 };
        struct gql_error *problems = NULL;
        struct str text = STR_NULL;
        struct err err = { 0 };

        if (fd_read_file(arena, path, MAX_FILE, &text, &err))
                fprintf(stderr, "mkschema: %s\n", err.msg);
        else if (gql_parse_sdl(arena, text, &document, &error, &err))
                show(path, &error);
        else if (gql_schema_build(arena, document, &schema, &problems, &err))
                show(path, problems);
        return schema;
}

static int save(const char *path, const struct buf *content)
{
        FILE *file = fopen(path, "w");
        bool written = file && fwrite(content->ptr, 1, content->len, file) == content->len;

        if (file && fclose(file) != 0)
                written = false;
        if (!written)
                fprintf(stderr, "mkschema: cannot write %s: %s\n", path, strerror(errno));
        return written ? 0 : 1;
}

static int write_tables(struct arena *arena, const char *schema_path, const char *source_path,
                        const char *header_path, struct mkschema_options *options)
{
        _cleanup_(buf_done) struct buf source = { 0 };
        _cleanup_(buf_done) struct buf header = { 0 };
        const struct gql_schema *schema = load(arena, schema_path);

        if (!schema)
                return 1;
        options->origin = base_name(schema_path);
        options->header = base_name(header_path);
        mkschema_header(schema, options, &header);
        mkschema_source(schema, options, &source);
        return save(header_path, &header) || save(source_path, &source);
}

static int write_stubs(struct arena *arena, char **paths, size_t count)
{
        struct mkschema_options options = { .header = "schema_tables.h" };
        _cleanup_(buf_done) struct buf out = { 0 };
        const struct gql_schema *schema = load(arena, paths[0]);
        struct str *sources = arena_array(arena, struct str, count);
        struct err err = { 0 };

        if (!schema)
                return 1;
        for (size_t i = 1; i < count; i++) {
                if (fd_read_file(arena, paths[i], MAX_FILE, &sources[i], &err)) {
                        fprintf(stderr, "mkschema: %s\n", err.msg);
                        return 1;
                }
        }
        fprintf(stderr, "mkschema: %zu missing\n", mkschema_stubs(schema, &options, sources, count, &out));
        return fwrite(out.ptr, 1, out.len, stdout) == out.len ? 0 : 1;
}

static int run(struct arena *arena, int argc, char **argv)
{
        struct mkschema_options options = { .symbol = "vitrine_schema" };

        if (argc >= 3 && strcmp(argv[1], "--stubs") == 0)
                return write_stubs(arena, argv + 2, (size_t)argc - 2);
        if (argc == 6 && strcmp(argv[4], "--symbol") == 0)
                options.symbol = argv[5];
        else if (argc != 4)
                return usage();
        return write_tables(arena, argv[1], argv[2], argv[3], &options);
}

int main(int argc, char **argv)
{
        struct arena arena;
        int status;

        arena_init(&arena, 0);
        status = run(&arena, argc, argv);
        arena_done(&arena);
        return status;
}
