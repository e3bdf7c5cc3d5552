/*
 * gql/index.c - finds types and fields of a schema by name without a search.
 *
 * Made once per cache. A document is planned against it, and an abstract type's fields are
 * looked up in it while running, once per selection set and concrete type. One open table
 * holds (type, field name); the key's hash mixes the type's address with the name.
 */
#include "gql/builtin.h"
#include "gql/internal.h"

struct slot {
        const struct gql_type *type;
        const struct gql_field_info *info;
        size_t name_len;
};

struct gql_index {
        const struct gql_schema *schema;
        struct arena arena;
        struct map types;
        struct map batch_names;
        struct slot *slots;
        size_t mask;
};

static uint64_t slot_hash(const struct gql_type *type, struct str name)
{
        uint64_t hash = hash_bytes(name.ptr, name.len) ^ ((uint64_t)(uintptr_t)type * 0x9e3779b97f4a7c15u);

        return hash ^ (hash >> 29);
}

static void add_field(struct gql_index *index, const struct gql_type *type, const struct gql_field_info *info)
{
        struct str name = str_from(info->name);
        size_t at = slot_hash(type, name) & index->mask;

        while (index->slots[at].type)
                at = (at + 1) & index->mask;
        index->slots[at] = (struct slot){ type, info, name.len };
        if (info->prefetch)
                map_set(&index->batch_names, name, (void *)index);
}

static void add_type(struct gql_index *index, const struct gql_type *type)
{
        map_set(&index->types, str_from(type->name), (void *)(uintptr_t)type);
        for (size_t i = 0; i < type->field_count; i++)
                add_field(index, type, &type->fields[i]);
        if (gql_type_is_composite(type))
                add_field(index, type, &gql_field___typename);
}

struct gql_index *gql_index_new(const struct gql_schema *schema)
{
        static const struct gql_type *const scalars[] = {
                &gql_type_Int, &gql_type_Float, &gql_type_String, &gql_type_Boolean, &gql_type_ID,
        };
        struct gql_index *index = calloc(1, sizeof(*index));
        size_t fields = 2;
        size_t size = 64;

        assert(index);
        index->schema = schema;
        arena_init(&index->arena, 0);
        map_init(&index->types, &index->arena);
        map_init(&index->batch_names, &index->arena);
        for (size_t i = 0; i < schema->type_count; i++)
                fields += schema->types[i]->field_count + 1;
        for (size_t i = 0; i < GQL_INTROSPECTION_TYPE_COUNT; i++)
                fields += gql_introspection_types[i]->field_count + 1;
        while (size < fields * 2)
                size *= 2;
        index->mask = size - 1;
        index->slots = arena_array(&index->arena, struct slot, size);

        for (size_t i = 0; i < ARRAY_LEN(scalars); i++)
                add_type(index, scalars[i]);
        for (size_t i = 0; i < GQL_INTROSPECTION_TYPE_COUNT; i++)
                add_type(index, gql_introspection_types[i]);
        for (size_t i = 0; i < schema->type_count; i++)
                if (!gql_type_is_builtin(schema->types[i]))
                        add_type(index, schema->types[i]);
        add_field(index, schema->query, &gql_field___schema);
        add_field(index, schema->query, &gql_field___type);
        return index;
}

void gql_index_free(struct gql_index *index)
{
        if (!index)
                return;
        arena_done(&index->arena);
        free(index);
}

const struct gql_schema *gql_index_schema(const struct gql_index *index)
{
        return index->schema;
}

const struct gql_type *gql_index_type(const struct gql_index *index, struct str name)
{
        return map_get(&index->types, name);
}

const struct gql_field_info *gql_index_field(const struct gql_index *index, const struct gql_type *type,
                                             struct str name)
{
        size_t at = slot_hash(type, name) & index->mask;

        for (; index->slots[at].type; at = (at + 1) & index->mask) {
                const struct slot *slot = &index->slots[at];

                if (slot->type == type && slot->name_len == name.len &&
                    memcmp(slot->info->name, name.ptr, name.len) == 0)
                        return slot->info;
        }
        return NULL;
}

bool gql_index_is_batch(const struct gql_index *index, struct str name)
{
        return map_has(&index->batch_names, name);
}
