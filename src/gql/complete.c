/*
 * gql/complete.c - writes the value of a field: lists, objects, nulls that bubble.
 *
 * October 2021, sections 6.4.3 and 6.4.4. Each function either leaves one whole value in
 * the answer and says WRITTEN, or has added an error and says FAILED; then the caller who
 * may write null cuts the answer back to where the value began. Nothing is built twice.
 */
#include "gql/internal.h"

static enum written write_null(struct gql_field *field)
{
        buf_add_str(field->exec->out, STR("null"));
        return WRITTEN;
}

static enum written complete_item(struct gql_field *field, uint32_t wrap, struct gql_out *item, size_t index)
{
        struct exec *exec = field->exec;
        struct gql_path place = { .up = exec->path, .index = index };
        size_t mark = exec->out->len;
        enum written written;

        exec->path = &place;
        written = gql_complete(field, wrap, item);
        exec->path = place.up;
        if (written == FAILED && (wrap & 3) != GQL_WRAP_NON_NULL && !exec->stopped) {
                exec->out->len = mark;
                return write_null(field);
        }
        return written;
}

/* Prefetching is worth the detour when an object of the list needs it. */
static void look_ahead(struct gql_field *field, struct gql_out *list)
{
        size_t count = gql_count_objects(list);
        struct gql_out **objects = arena_array(field->exec->arena, struct gql_out *, count);
        struct gql_out **end = objects;

        gql_gather_objects(list, &end);
        gql_look_ahead(field, objects, (size_t)(end - objects));
}

static enum written complete_list(struct gql_field *field, uint32_t wrap, struct gql_out *list)
{
        struct buf *out = field->exec->out;

        if (list->kind != GQL_OUT_LIST) {
                gql_fail(field, RC_INTERNAL, "Expected Iterable, but did not find one for field \"%s.%s\".",
                         field->parent->name, field->info->name);
                return FAILED;
        }
        if (field->batch)
                look_ahead(field, list);
        buf_add_c(out, '[');
        for (size_t i = 0; i < list->count; i++) {
                if (i)
                        buf_add_c(out, ',');
                if (complete_item(field, wrap, &list->items[i], i) == FAILED)
                        return FAILED;
        }
        buf_add_c(out, ']');
        return WRITTEN;
}

static enum written complete_object(struct gql_field *field, struct gql_out *object)
{
        const struct gql_type *declared = field->info->type.type;
        struct field_set *set;

        if (object->kind != GQL_OUT_OBJECT || !object->type || object->type->kind != GQL_TYPE_OBJECT) {
                gql_fail(field, RC_INTERNAL, "The field \"%s.%s\" did not resolve to an object of a known type.",
                         field->parent->name, field->info->name);
                return FAILED;
        }
        if (object->type != declared && !gql_type_is_subtype(object->type, declared)) {
                gql_fail(field, RC_INTERNAL, "Runtime Object type \"%s\" is not a possible type for \"%s\".",
                         object->type->name, declared->name);
                return FAILED;
        }
        set = gql_collect_below(field, object->type);
        if (set->failure) {
                gql_fail_located(field->exec, set->failure);
                return FAILED;
        }
        if (set->batches && !object->looked_ahead)
                gql_look_ahead(field, &object, 1);
        return gql_write_set(field->exec, set, object, false);
}

enum written gql_complete(struct gql_field *field, uint32_t wrap, struct gql_out *out)
{
        if (gql_stopped(field->exec))
                return FAILED;
        if ((wrap & 3) == GQL_WRAP_NON_NULL) {
                if (out->kind == GQL_OUT_NULL) {
                        gql_fail(field, RC_INTERNAL, "Cannot return null for non-nullable field %s.%s.",
                                 field->parent->name, field->info->name);
                        return FAILED;
                }
                wrap >>= 2;
        }
        if (out->kind == GQL_OUT_NULL)
                return write_null(field);
        if ((wrap & 3) == GQL_WRAP_LIST)
                return complete_list(field, wrap >> 2, out);
        if (gql_type_is_leaf(field->info->type.type))
                return gql_write_leaf(field, field->info->type.type, out);
        return complete_object(field, out);
}
