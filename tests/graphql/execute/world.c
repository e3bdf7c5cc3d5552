/*
 * world.c - see world.h.
 */
#include "world.h"

#include <stdio.h>

#include "gql/internal.h"
#include "gql/schema_build.h"

static const char *access_word(unsigned access)
{
        return access == GQL_ACCESS_ADMIN ? "ADMIN" : access == GQL_ACCESS_USER ? "USER" : "PUBLIC";
}

static enum rc allow(void *app, enum gql_access access, const char *field, struct err *err)
{
        struct world *world = app;

        if (!world->allowed || access <= world->allowed)
                return RC_OK;
        return err_set(err, RC_DENIED, "%s needs %s", field, access_word(access));
}

static void on_error(void *app, struct err *err, struct str path_json)
{
        struct world *world = app;

        assert(!str_is_null(path_json));
        world->errors_told++;
        if (err->rc == RC_IO)
                err_set(err, RC_IO, "internal");
}

static bool starts(const char *name, const char *start)
{
        return strncmp(name, start, strlen(start)) == 0;
}

static void fill(struct gql_field *field, struct gql_out *out, const struct json *value)
{
        const struct gql_type *type = field->info->type.type;
        struct str name = json_text(value, "__typename");
        struct buf text = { 0 };
        struct json_writer w;
        size_t i = 0;

        if (type->kind == GQL_TYPE_SCALAR && strcmp(type->name, "JSON") == 0 && value->kind != JSON_NULL) {
                json_writer_init(&w, &text);
                json_value(&w, value);
                gql_out_json(out, arena_str(gql_arena(field), buf_str(&text)));
                buf_done(&text);
                return;
        }
        switch (value->kind) {
        case JSON_NULL:
                gql_out_null(out);
                break;
        case JSON_BOOL:
                gql_out_bool(out, value->boolean);
                break;
        case JSON_NUMBER:
                if (value->is_integer)
                        gql_out_int(out, value->integer);
                else
                        gql_out_float(out, value->number);
                break;
        case JSON_STRING:
                gql_out_str(out, value->text);
                break;
        case JSON_ARRAY:
                gql_out_list(out, value->count);
                for (const struct json *item = value->first; item; item = item->next)
                        fill(field, gql_out_item(out, i++), item);
                break;
        case JSON_OBJECT:
                gql_out_object(out, str_is_null(name) ? type->name : arena_cstr(gql_arena(field), name),
                               (void *)(uintptr_t)value);
                break;
        }
}

static enum rc count(struct gql_field *field, struct gql_out *out, struct err *err)
{
        struct world *world = gql_app(field);
        struct str text;
        struct json *counter;

        world->counter += gql_int(gql_arg(field, "by"), 1);
        if (strcmp(field->info->name, "add") != 0)
                return err_set(err, RC_CONFLICT, "failed at %lld", (long long)world->counter);
        text = arena_printf(gql_arena(field),
                "{\"value\": %lld, \"again\": {\"value\": %lld}, \"bad\": {\"$error\": \"bad counter\"}}",
                (long long)world->counter, (long long)world->counter);
        if (json_parse(gql_arena(field), text, NULL, &counter, err))
                abort();
        gql_out_object(out, "Counter", counter);
        return RC_OK;
}

static enum rc resolve(struct gql_field *field, void *parent, struct gql_out *out, struct err *err)
{
        struct world *world = gql_app(field);
        const char *name = field->info->name;
        const struct json *object = parent ? parent : world->root;
        const struct json *value;

        world->resolved++;
        if (starts(name, "echo")) {
                struct buf text = { 0 };

                gql_value_json(gql_args(field), &text);
                gql_out_str(out, arena_str(gql_arena(field), buf_str(&text)));
                buf_done(&text);
                return RC_OK;
        }
        if (strcmp(field->parent->name, "Mutation") == 0)
                return count(field, out, err);
        value = json_get(object, name);
        if (!value)
                return RC_OK;
        if (json_get(value, "$error")) {
                int64_t rc = RC_INVALID;

                (void)json_i64(json_get(value, "$rc"), &rc);
                return err_set(err, (enum rc)rc, "%.*s", STR_ARG(json_text(value, "$error")));
        }
        fill(field, out, value);
        return RC_OK;
}

static enum rc prefetch(struct gql_field *field, void **parents, size_t parent_count, struct err *err)
{
        struct world *world = gql_app(field);

        for (size_t i = 0; i < parent_count; i++)
                assert(parents[i]);
        world->prefetch_calls++;
        world->prefetch_objects += parent_count;
        if (world->prefetch_fails && strcmp(field->info->name, world->prefetch_fails) == 0)
                return err_set(err, RC_UNAVAILABLE, "prefetch failed");
        return RC_OK;
}

const struct gql_schema *world_schema(struct arena *arena, struct str sdl)
{
        struct gql_document *document;
        struct gql_error error = { 0 };
        struct gql_error *problems = NULL;
        const struct gql_schema *schema;
        struct err err = { 0 };

        if (gql_parse_sdl(arena, sdl, &document, &error, &err)) {
                fprintf(stderr, "schema: %.*s at line %u\n", STR_ARG(error.message), error.locations[0].line);
                abort();
        }
        if (gql_schema_build(arena, document, &schema, &problems, &err)) {
                for (; problems; problems = problems->next)
                        fprintf(stderr, "schema: %.*s at line %u\n", STR_ARG(problems->message),
                                problems->locations[0].line);
                abort();
        }
        for (size_t t = 0; t < schema->type_count; t++) {
                const struct gql_type *type = schema->types[t];

                for (size_t f = 0; f < type->field_count && type->kind == GQL_TYPE_OBJECT; f++) {
                        /* The tables are in our arena, where nobody minds. */
                        struct gql_field_info *info = (struct gql_field_info *)(uintptr_t)&type->fields[f];

                        info->resolve = resolve;
                        info->prefetch = info->prefetch ? prefetch : NULL;
                }
        }
        return schema;
}

struct gql_request world_request(struct world *world, struct arena *arena, const struct json *variables,
                                 struct str operation_name)
{
        return (struct gql_request){
                .arena = arena,
                .app = world,
                .variables = variables,
                .operation_name = operation_name,
                .allow = allow,
                .on_error = on_error,
        };
}
