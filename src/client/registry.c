/*
 * client/registry.c - registries: projects of an organization whose names start with "wandb-registry-".
 *
 * The questions and their order are those of the wandb client, so that servers see nothing new: a change is one
 * upsertModel with everything in it, and a new name is a renameProject behind it.
 */
#include "client/registry.h"

#include "model/model.h"
#include "model/names.h"


static const char fetch_document[] =
        "query FetchRegistry($name: String, $entity: String) { entity(name: $entity) { project(name: $name) { ...R } } }"
        REGISTRY_FRAGMENT;
static const char upsert_document[] =
        "mutation UpsertRegistry($input: UpsertModelInput!) { upsertModel(input: $input) { inserted project { ...R } } }"
        REGISTRY_FRAGMENT;
static const char rename_document[] =
        "mutation RenameRegistry($input: RenameProjectInput!) { renameProject(input: $input) { inserted project { ...R } } }"
        REGISTRY_FRAGMENT;
static const char delete_document[] =
        "mutation DeleteRegistry($id: String!) { deleteModel(input: {id: $id}) { success } }";

struct str registry_without_prefix(struct str name)
{
        return str_starts(name, STR(REGISTRY_PREFIX)) ? str_slice(name, strlen(REGISTRY_PREFIX), name.len) : name;
}

/* ---- reading ------------------------------------------------------------------------------- */

static void read_types(struct vitrine_registry *r, const struct json *edges)
{
        r->type_cap = edges ? edges->count : 0;
        r->types = arena_array(&r->arena, const char *, r->type_cap);
        for (const struct json *edge = edges ? edges->first : NULL; edge && r->types; edge = edge->next)
                r->types[r->type_count++] = arena_text(&r->arena, json_text(json_get(edge, "node"), "name"));
        r->saved_count = r->type_count;
}

/* Into an object whose arena is empty. */
static enum rc read_registry(struct vitrine_registry *r, const struct json *project, struct err *err)
{
        const struct json *all = json_get(project, "allowAllArtifactTypes");
        struct str name = json_text(project, "name");
        struct arena *arena = &r->arena;

        if (!str_starts(name, STR(REGISTRY_PREFIX)))
                return fail_protocol(err, "no registry");
        r->id = arena_text(arena, json_text(project, "id"));
        r->full_name = arena_text(arena, name);
        r->name = arena_text(arena, registry_without_prefix(name));
        r->entity = arena_text(arena, json_text(dig(project, "entity"), "name"));
        r->organization = arena_text(arena, json_text(dig(project, "entity.organization"), "name"));
        r->path = arena_printf(arena, "%s/%s", r->entity ? r->entity : "", r->full_name ? r->full_name : "").ptr;
        r->description = arena_text(arena, json_text(project, "description"));
        r->created_at = arena_text(arena, json_text(project, "createdAt"));
        r->updated_at = arena_text(arena, json_text(project, "updatedAt"));
        r->visibility = str_eq_c(json_text(project, "access"), "RESTRICTED") ? VITRINE_VISIBILITY_RESTRICTED
                                                                             : VITRINE_VISIBILITY_ORGANIZATION;
        r->all_types = all && all->boolean;
        read_types(r, dig(project, "artifactTypes.edges"));
        return arena_failed(arena) ? mem_fail(err) : RC_OK;
}

enum rc registry_from(struct vitrine_session *session, const struct json *project, struct vitrine_registry **ret,
                      struct err *err)
{
        struct vitrine_registry *r = mem_alloc_zero(1, sizeof(*r));
        enum rc rc;

        if (!r)
                return mem_fail(err);
        r->session = session;
        arena_begin(&r->arena);
        rc = read_registry(r, project, err);
        if (rc)
                vitrine_registry_free(r);
        else
                *ret = r;
        return rc;
}

/* What the server says now takes the place of what was there; on failure that stays. */
static enum rc replace(struct vitrine_registry *r, const struct json *project, struct err *err)
{
        struct vitrine_registry *fresh = NULL;
        enum rc rc = registry_from(r->session, project, &fresh, err);

        if (rc)
                return rc;
        arena_done(&r->arena);
        *r = *fresh;
        mem_free(fresh);
        return RC_OK;
}

void vitrine_registry_free(vitrine_registry *registry)
{
        if (!registry)
                return;
        arena_done(&registry->arena);
        mem_free(registry);
}

static enum rc ask_registry(struct vitrine_session *session, struct arena *arena, const char *entity, const char *full_name,
                            const struct json **ret, struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;
        enum rc rc;

        vars_begin(&vars);
        vars_text(&vars, "name", full_name);
        vars_text(&vars, "entity", entity);
        rc = call(session, arena, fetch_document, &vars, &data, err);
        if (rc)
                return rc;
        *ret = dig(data, "entity.project");
        if (!*ret)
                return err_set(err, RC_NOT_FOUND, "There is no registry '%s', or you may not see it.",
                               registry_without_prefix(str_from(full_name)).ptr);
        return RC_OK;
}

static enum rc fetch(struct vitrine_session *session, const char *name, const char *organization,
                     struct vitrine_registry **ret, struct err *err)
{
        struct str display = STR_NULL, entity = STR_NULL, full_name;
        const struct json *project = NULL;
        _cleanup_arena_ struct arena arena = { 0 };
        enum rc rc;

        arena_begin(&arena);
        if (!name)
                return err_set(err, RC_INVALID, "A registry's name is missing.");
        rc = model_check_registry_name(registry_without_prefix(str_from(name)), err);
        if (!rc)
                rc = find_org(session, &arena, organization, &display, &entity, err);
        if (rc)
                return rc;
        full_name = arena_printf(&arena, REGISTRY_PREFIX "%.*s", STR_ARG(registry_without_prefix(str_from(name))));
        entity = arena_str(&arena, entity);
        if (arena_failed(&arena))
                return mem_fail(err);
        rc = ask_registry(session, &arena, entity.ptr, full_name.ptr, &project, err);
        return rc ? rc : registry_from(session, project, ret, err);
}

enum vitrine_code vitrine_registry_fetch(vitrine_session *session, const char *name, const char *organization,
                                         vitrine_registry **ret_registry, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(session, fetch(session, name, organization, ret_registry, &err), &err, error);
}

static enum rc load(struct vitrine_registry *r, struct err *err)
{
        const struct json *project = NULL;
        _cleanup_arena_ struct arena arena = { 0 };
        enum rc rc;

        arena_begin(&arena);
        rc = ask_registry(r->session, &arena, r->entity, r->full_name, &project, err);
        return rc ? rc : replace(r, project, err);
}

enum vitrine_code vitrine_registry_load(vitrine_registry *registry, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(registry->session, load(registry, &err), &err, error);
}

/* ---- creating and saving ------------------------------------------------------------------------ */

static void write_types(struct vars *vars, const char *const *types, size_t count)
{
        json_key(&vars->w, STR("artifactTypes"));
        if (count == 0) {
                json_null(&vars->w);
                return;
        }
        json_begin_array(&vars->w);
        for (size_t i = 0; i < count; i++) {
                json_begin_object(&vars->w);
                vars_text(vars, "name", types[i]);
                json_end_object(&vars->w);
        }
        json_end_array(&vars->w);
}

static const char *access_of(enum vitrine_visibility visibility)
{
        return visibility == VITRINE_VISIBILITY_RESTRICTED ? "RESTRICTED" : "PRIVATE";
}

enum rc registry_check_visibility(enum vitrine_visibility visibility, struct err *err)
{
        if (visibility != VITRINE_VISIBILITY_RESTRICTED && visibility != VITRINE_VISIBILITY_ORGANIZATION)
                return err_set(err, RC_INVALID, "A registry's visibility is 'organization' or 'restricted'.");
        return RC_OK;
}

static enum rc check_new(const char *name, const struct vitrine_registry_options *o, struct err *err)
{
        enum rc rc;

        if (!name)
                return err_set(err, RC_INVALID, "A registry's name is missing.");
        rc = model_check_registry_name(str_from(name), err);
        if (!rc)
                rc = registry_check_visibility(o->visibility, err);
        for (size_t i = 0; !rc && i < o->artifact_type_count; i++)
                rc = model_check_type_name(str_from(o->artifact_types[i]), err);
        return rc;
}

static enum rc create(struct vitrine_session *session, const char *name, const struct vitrine_registry_options *o,
                      struct vitrine_registry **ret, struct err *err)
{
        struct str display = STR_NULL, entity = STR_NULL, full_name;
        const struct json *data = NULL, *inserted;
        struct err missing = { 0 };
        _cleanup_arena_ struct arena arena = { 0 };
        _cleanup_(vars_done) struct vars vars = { 0 };
        enum rc rc;

        arena_begin(&arena);
        vars_begin(&vars);
        rc = check_new(name, o, err);
        if (!rc)
                rc = find_org(session, &arena, o->organization, &display, &entity, err);
        if (rc)
                return rc;
        full_name = arena_printf(&arena, REGISTRY_PREFIX "%s", name);
        entity = arena_str(&arena, entity);
        if (arena_failed(&arena))
                return mem_fail(err);
        /* An upsert of one that is there would change it. */
        rc = ask_registry(session, &arena, entity.ptr, full_name.ptr, &data, &missing);
        if (!rc)
                return err_set(err, RC_EXISTS, "There is a registry '%s' already: choose another name.", name);
        if (rc != RC_NOT_FOUND) {
                *err = missing;
                return rc;
        }
        json_key(&vars.w, STR("input"));
        json_begin_object(&vars.w);
        vars_text(&vars, "entityName", entity.ptr);
        vars_text(&vars, "name", full_name.ptr);
        vars_text_if(&vars, "description", o->description);
        vars_text(&vars, "access", access_of(o->visibility));
        json_key_bool(&vars.w, "allowAllArtifactTypesInRegistry", o->artifact_type_count == 0);
        write_types(&vars, o->artifact_types, o->artifact_type_count);
        json_end_object(&vars.w);
        rc = call(session, &arena, upsert_document, &vars, &data, err);
        if (rc)
                return rc;
        inserted = dig(data, "upsertModel.inserted");
        if (!inserted || !inserted->boolean)
                return err_set(err, RC_EXISTS, "There is a registry '%s' already: choose another name.", name);
        return registry_from(session, dig(data, "upsertModel.project"), ret, err);
}

enum vitrine_code vitrine_registry_create(vitrine_session *session, const char *name,
                                          const struct vitrine_registry_options *options,
                                          vitrine_registry **ret_registry, struct vitrine_error *error)
{
        struct vitrine_registry_options o = VITRINE_REGISTRY_OPTIONS_INIT;
        struct err err = { 0 };
        enum rc rc = take_options(&o, sizeof(o), options, &err);

        if (!rc)
                rc = create(session, name, &o, ret_registry, &err);
        return border(session, rc, &err, error);
}

static enum rc rename_it(struct vitrine_registry *r, struct arena *arena, const char *new_full_name, struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;
        enum rc rc;

        vars_begin(&vars);
        json_key(&vars.w, STR("input"));
        json_begin_object(&vars.w);
        vars_text(&vars, "entityName", r->entity);
        vars_text(&vars, "oldProjectName", r->full_name);
        vars_text(&vars, "newProjectName", new_full_name);
        json_end_object(&vars.w);
        rc = call(r->session, arena, rename_document, &vars, &data, err);
        return rc ? rc : replace(r, dig(data, "renameProject.project"), err);
}

/*
 * Under which name the server has it: an upsert of one that was deleted meanwhile would make it anew. After a rename
 * whose answer was lost it is there under the new name already.
 */
static enum rc find_saved(struct vitrine_registry *r, struct arena *arena, const char *new_full_name, const char **ret_name,
                          struct err *err)
{
        const struct json *project = NULL;
        struct err ignored = { 0 };
        enum rc rc = ask_registry(r->session, arena, r->entity, r->full_name, &project, err);

        *ret_name = r->full_name;
        if (rc != RC_NOT_FOUND || strcmp(new_full_name, r->full_name) == 0)
                return rc;
        if (ask_registry(r->session, arena, r->entity, new_full_name, &project, &ignored) ||
            !str_eq_c(json_text(project, "createdAt"), r->created_at))
                return rc;
        *ret_name = new_full_name;
        return RC_OK;
}

static enum rc upsert(struct vitrine_registry *r, struct arena *arena, const char *full_name, struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;
        enum rc rc;

        vars_begin(&vars);
        json_key(&vars.w, STR("input"));
        json_begin_object(&vars.w);
        vars_text(&vars, "entityName", r->entity);
        vars_text(&vars, "name", full_name);
        vars_text(&vars, "description", r->description);
        vars_text(&vars, "access", access_of(r->visibility));
        json_key_bool(&vars.w, "allowAllArtifactTypesInRegistry", r->all_types);
        write_types(&vars, r->types + r->saved_count, r->type_count - r->saved_count);
        json_end_object(&vars.w);
        rc = call(r->session, arena, upsert_document, &vars, &data, err);
        return rc ? rc : replace(r, dig(data, "upsertModel.project"), err);
}

static enum rc save(struct vitrine_registry *r, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        const char *name = NULL, *new_full_name, *wish;
        enum rc rc;

        arena_begin(&arena);
        if (r->all_types && r->type_count > r->saved_count)
                return err_set(err, RC_INVALID, "The registry takes artifacts of all types: before types are added that "
                               "has to be switched off.");
        new_full_name = arena_printf(&arena, REGISTRY_PREFIX "%s", r->name).ptr;
        if (arena_failed(&arena))
                return mem_fail(err);
        rc = find_saved(r, &arena, new_full_name, &name, err);
        if (!rc)
                rc = upsert(r, &arena, name, err);
        if (rc || strcmp(new_full_name, r->full_name) == 0)
                return rc;
        rc = rename_it(r, &arena, new_full_name, err);
        if (!rc)
                return RC_OK;
        /* The wish stays, for the next attempt. */
        wish = arena_text(&r->arena, registry_without_prefix(str_from(new_full_name)));
        if (wish)
                r->name = wish;
        r->arena.failed = false;
        return rc;
}

enum vitrine_code vitrine_registry_save(vitrine_registry *registry, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(registry->session, save(registry, &err), &err, error);
}

static enum rc delete_it(struct vitrine_registry *r, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;

        arena_begin(&arena);
        vars_begin(&vars);
        vars_text(&vars, "id", r->id);
        return call(r->session, &arena, delete_document, &vars, &data, err);
}

enum vitrine_code vitrine_registry_delete(vitrine_registry *registry, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(registry->session, delete_it(registry, &err), &err, error);
}
