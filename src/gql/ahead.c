/*
 * gql/ahead.c - one prefetch call for all objects of a list, however deep they hang.
 *
 * A field marked @batch has a prefetch function, which takes all parents at once. Writing
 * is depth first, so before a list is written, this file walks ahead level by level: it
 * calls the prefetch function of each such field with all the list's objects, resolves the
 * field for each of them right away (two aliases of one field may leave different data in
 * the parents), and goes on below with everything that came out. Fields on the way to such
 * a field (edges, node) are resolved ahead too. The values wait in gql_out.early until
 * their turn; errors wait with them, so the answer looks as if nothing had been done
 * ahead.
 *
 * Mutations' root fields never come here: they have no list above them.
 */
#include "gql/internal.h"

struct batch {
        struct gql_field *field;       /* whose values the objects are */
        const struct gql_type *type;
        struct gql_out **objects;
        void **parents;
        size_t count;
};

size_t gql_count_objects(const struct gql_out *out)
{
        size_t count = 0;

        if (out->kind != GQL_OUT_LIST)
                return out->kind == GQL_OUT_OBJECT;
        for (size_t i = 0; i < out->count; i++)
                count += gql_count_objects(&out->items[i]);
        return count;
}

/* Those already looked at are left out: nested lists come by once per level. */
void gql_gather_objects(struct gql_out *out, struct gql_out ***end)
{
        if (out->kind == GQL_OUT_OBJECT && out->type && !out->looked_ahead)
                *(*end)++ = out;
        if (out->kind != GQL_OUT_LIST)
                return;
        for (size_t i = 0; i < out->count; i++)
                gql_gather_objects(&out->items[i], end);
}

static struct err *err_copy(struct arena *arena, const struct err *err)
{
        struct err *copy = arena_new(arena, struct err);

        *copy = *err;
        return copy;
}

/* Resolves one field for all parents of the batch. */
static void resolve_all(struct batch *batch, struct gql_field *field)
{
        struct exec *exec = field->exec;
        struct err *shared = NULL;

        if (field->info->prefetch) {
                struct err err = { 0 };

                if (field->info->prefetch(field, batch->parents, batch->count, &err))
                        shared = err_copy(exec->arena, &err);
        }
        for (size_t i = 0; i < batch->count && !gql_stopped(exec); i++) {
                struct early *early = &batch->objects[i]->early[field->early_slot];
                struct err err = { 0 };

                early->done = true;
                early->failure = shared;
                early->value.exec = exec;
                if (!shared && gql_resolve(field, batch->parents[i], &early->value, &err))
                        early->failure = err_copy(exec->arena, &err);
        }
}

static void look_below(struct batch *batch, struct gql_field *field)
{
        struct gql_out **objects, **end;
        size_t count = 0;

        for (size_t i = 0; i < batch->count; i++)
                count += gql_count_objects(&batch->objects[i]->early[field->early_slot].value);
        objects = arena_array(field->exec->arena, struct gql_out *, count);
        end = objects;
        for (size_t i = 0; i < batch->count; i++)
                gql_gather_objects(&batch->objects[i]->early[field->early_slot].value, &end);
        gql_look_ahead(field, objects, (size_t)(end - objects));
}

/* Is there anything to win? For a lone object only its own prefetch functions count. */
static bool is_worth(const struct batch *batch, const struct gql_field *field)
{
        if (field->early_slot == SIZE_MAX)
                return false;
        return field->info->prefetch || (batch->count > 1 && !gql_type_is_leaf(field->info->type.type));
}

static void look_ahead_of_type(struct batch *batch)
{
        struct arena *arena = batch->field->exec->arena;
        struct field_set *set;
        bool worth = false;

        /* A type that does not belong here becomes an error in its turn. */
        if (!gql_type_is_subtype(batch->type, batch->field->info->type.type))
                return;
        set = gql_collect_below(batch->field, batch->type);
        if (set->failure)
                return;
        for (struct gql_field *f = set->first; f; f = f->next)
                worth |= is_worth(batch, f);
        if (!worth)
                return;
        for (size_t i = 0; i < batch->count; i++)
                batch->objects[i]->early = arena_array(arena, struct early, set->early_count);
        for (struct gql_field *f = set->first; f; f = f->next) {
                if (!is_worth(batch, f) || !gql_coerce_args(f))
                        continue;
                resolve_all(batch, f);
                if (!gql_type_is_leaf(f->info->type.type))
                        look_below(batch, f);
        }
}

void gql_look_ahead(struct gql_field *field, struct gql_out **objects, size_t count)
{
        struct batch batch = {
                .field = field,
                .objects = arena_array(field->exec->arena, struct gql_out *, count),
                .parents = arena_array(field->exec->arena, void *, count),
        };

        /* One round per concrete type. */
        for (size_t start = 0; start < count; start++) {
                if (objects[start]->looked_ahead)
                        continue;
                batch.type = objects[start]->type;
                batch.count = 0;
                for (size_t i = start; i < count; i++) {
                        if (objects[i]->type != batch.type)
                                continue;
                        objects[i]->looked_ahead = true;
                        batch.objects[batch.count] = objects[i];
                        batch.parents[batch.count++] = objects[i]->object;
                }
                look_ahead_of_type(&batch);
        }
}
