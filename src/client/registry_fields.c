/*
 * client/registry_fields.c - what a registry says of itself, and what can be set before it is saved.
 *
 * A setter that fails has changed nothing: copies are made first, and an arena that had no memory for one is
 * as good as before.
 */
#include "client/registry.h"
#include "model/model.h"
#include "model/names.h"

const char *vitrine_registry_id(const vitrine_registry *registry) { return registry->id; }
const char *vitrine_registry_name(const vitrine_registry *registry) { return registry->name; }
const char *vitrine_registry_full_name(const vitrine_registry *registry) { return registry->full_name; }
const char *vitrine_registry_path(const vitrine_registry *registry) { return registry->path; }
const char *vitrine_registry_entity(const vitrine_registry *registry) { return registry->entity; }
const char *vitrine_registry_organization(const vitrine_registry *registry) { return registry->organization; }
const char *vitrine_registry_description(const vitrine_registry *registry) { return registry->description; }
const char *vitrine_registry_created_at(const vitrine_registry *registry) { return registry->created_at; }
const char *vitrine_registry_updated_at(const vitrine_registry *registry) { return registry->updated_at; }
enum vitrine_visibility vitrine_registry_visibility(const vitrine_registry *registry) { return registry->visibility; }
int vitrine_registry_allows_all_types(const vitrine_registry *registry) { return registry->all_types; }
size_t vitrine_registry_type_count(const vitrine_registry *registry) { return registry->type_count; }

const char *vitrine_registry_type(const vitrine_registry *registry, size_t index)
{
        return index < registry->type_count ? registry->types[index] : NULL;
}

static enum rc set_text(struct vitrine_registry *r, const char **ret, struct str text, struct err *err)
{
        /* A failed arena stays failed; a copy of its own keeps the object as it was. */
        const char *copy;

        copy = arena_text(&r->arena, text);
        if (!copy) {
                r->arena.failed = false;
                return mem_fail(err);
        }
        *ret = copy;
        return RC_OK;
}

enum vitrine_code vitrine_registry_set_name(vitrine_registry *registry, const char *name, struct vitrine_error *error)
{
        struct str plain = registry_without_prefix(str_from(name));
        struct err err = { 0 };
        enum rc rc = model_check_registry_name(plain, &err);

        if (!rc)
                rc = set_text(registry, &registry->name, plain, &err);
        return border(registry->session, rc, &err, error);
}

enum vitrine_code vitrine_registry_set_description(vitrine_registry *registry, const char *description,
                                                   struct vitrine_error *error)
{
        struct err err = { 0 };
        enum rc rc = model_check_description(str_from(description), &err);

        if (!rc)
                rc = set_text(registry, &registry->description, str_from(description), &err);
        return border(registry->session, rc, &err, error);
}

enum vitrine_code vitrine_registry_set_visibility(vitrine_registry *registry, enum vitrine_visibility visibility,
                                                  struct vitrine_error *error)
{
        struct err err = { 0 };
        enum rc rc = registry_check_visibility(visibility, &err);

        if (!rc)
                registry->visibility = visibility;
        return border(registry->session, rc, &err, error);
}

enum vitrine_code vitrine_registry_set_allows_all_types(vitrine_registry *registry, int allow, struct vitrine_error *error)
{
        (void)error;
        registry->all_types = allow != 0;
        return VITRINE_OK;
}

static size_t type_index(const struct vitrine_registry *r, const char *type)
{
        for (size_t i = 0; i < r->type_count; i++)
                if (strcmp(r->types[i], type) == 0)
                        return i;
        return SIZE_MAX;
}

static enum rc add_type(struct vitrine_registry *r, const char *type, struct err *err)
{
        enum rc rc = model_check_type_name(str_from(type), err);

        if (rc || type_index(r, type) != SIZE_MAX)
                return rc;
        if (r->type_count == r->type_cap) {
                size_t cap = r->type_cap * 2 + 4;
                const char **types = arena_array(&r->arena, const char *, cap);

                if (!types) {
                        r->arena.failed = false;
                        return mem_fail(err);
                }
                if (r->type_count)
                        memcpy(types, r->types, r->type_count * sizeof(*types));
                r->types = types;
                r->type_cap = cap;
        }
        rc = set_text(r, &r->types[r->type_count], str_from(type), err);
        if (!rc)
                r->type_count++;
        return rc;
}

enum vitrine_code vitrine_registry_add_type(vitrine_registry *registry, const char *type, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(registry->session, add_type(registry, type, &err), &err, error);
}

static enum rc remove_type(struct vitrine_registry *r, const char *type, struct err *err)
{
        size_t index = type ? type_index(r, type) : SIZE_MAX;

        if (index == SIZE_MAX)
                return err_set(err, RC_NOT_FOUND, "The registry has no type '%s'.", type ? type : "");
        if (index < r->saved_count)
                return err_set(err, RC_CONFLICT, "The type '%s' was saved and cannot be removed any more.", type);
        memmove(&r->types[index], &r->types[index + 1], (r->type_count - index - 1) * sizeof(*r->types));
        r->type_count--;
        return RC_OK;
}

enum vitrine_code vitrine_registry_remove_type(vitrine_registry *registry, const char *type, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(registry->session, remove_type(registry, type, &err), &err, error);
}
