/*
 * client/collection.c - collections: finding and changing them.
 */
#include "client/artifact.h"
#include "client/collection.h"
#include "model/model.h"
#include "model/names.h"

struct vitrine_collection {
        struct vitrine_session *session;
        struct arena arena;
        const char *id, *name, *entity, *project, *type, *description, *created_at, *updated_at;
        const char **tags;
        size_t tag_count;
        bool sequence;
        struct arena alias_arena;     /* what vitrine_collection_aliases() answered last */
};

static const char fetch_document[] =
        "query Collection($entity: String!, $project: String!, $name: String!) { project(name: $project, "
        "entityName: $entity) { artifactCollection(name: $name) {" COLLECTION_FIELDS "} } }";
static const char aliases_document[] =
        "query ArtifactCollectionAliases($id: ID!, $cursor: String, $perPage: Int = 1000) { artifactCollection(id: $id) { "
        "__typename aliases(after: $cursor, first: $perPage) {" PAGE_INFO "edges { node { alias } } } } }";
static const char create_document[] =
        "mutation CreateArtifactPortfolio($input: CreateArtifactPortfolioInput!) { "
        "createArtifactPortfolio(input: $input) { artifactCollection {" COLLECTION_FIELDS "} } }";
static const char move_document[] =
        "mutation UpdateArtifactSequenceType($input: MoveArtifactSequenceInput!) { moveArtifactSequence(input: $input) { "
        "artifactCollection { id } } }";

/* ---- reading ----------------------------------------------------------------------------------- */

static void read_tags(struct vitrine_collection *c, const struct json *edges)
{
        c->tags = arena_array(&c->arena, const char *, edges ? edges->count : 0);
        for (const struct json *edge = edges ? edges->first : NULL; edge && c->tags; edge = edge->next)
                c->tags[c->tag_count++] = arena_text(&c->arena, json_text(json_get(edge, "node"), "name"));
}

enum rc collection_from(struct vitrine_session *session, const struct json *node, struct vitrine_collection **ret,
                        struct err *err)
{
        struct vitrine_collection *c = mem_alloc_zero(1, sizeof(*c));

        if (!c)
                return mem_fail(err);
        c->session = session;
        arena_begin(&c->arena);
        arena_begin(&c->alias_arena);
        c->id = arena_text(&c->arena, json_text(node, "id"));
        c->name = arena_text(&c->arena, json_text(node, "name"));
        c->project = arena_text(&c->arena, json_text(dig(node, "project"), "name"));
        c->entity = arena_text(&c->arena, json_text(dig(node, "project.entity"), "name"));
        c->type = arena_text(&c->arena, json_text(dig(node, "type"), "name"));
        c->description = arena_text(&c->arena, json_text(node, "description"));
        c->created_at = arena_text(&c->arena, json_text(node, "createdAt"));
        c->updated_at = arena_text(&c->arena, json_text(node, "updatedAt"));
        c->sequence = str_eq_c(json_text(node, "__typename"), "ArtifactSequence");
        read_tags(c, dig(node, "tags.edges"));
        if (arena_failed(&c->arena)) {
                vitrine_collection_free(c);
                return mem_fail(err);
        }
        *ret = c;
        return RC_OK;
}

void vitrine_collection_free(vitrine_collection *collection)
{
        if (!collection)
                return;
        arena_done(&collection->arena);
        arena_done(&collection->alias_arena);
        mem_free(collection);
}

static enum rc fetch_at(struct vitrine_session *session, const char *entity, const char *project, const char *name,
                        struct vitrine_collection **ret, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL, *node;
        enum rc rc;

        arena_begin(&arena);
        vars_begin(&vars);
        vars_text(&vars, "entity", entity);
        vars_text(&vars, "project", project);
        vars_text(&vars, "name", name);
        rc = call(session, &arena, fetch_document, &vars, &data, err);
        if (rc)
                return rc;
        if (!dig(data, "project"))
                return err_set(err, RC_NOT_FOUND, "There is no project '%s/%s', or you may not see it.", entity, project);
        node = dig(data, "project.artifactCollection");
        if (!node)
                return err_set(err, RC_NOT_FOUND, "There is no collection '%s/%s/%s', or you may not see it.", entity,
                               project, name);
        return collection_from(session, node, ret, err);
}

static enum rc fetch(struct vitrine_session *session, const char *path, struct vitrine_collection **ret, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        struct place place;
        enum rc rc;

        arena_begin(&arena);
        rc = place_find(session, &arena, path, &place, err);
        return rc ? rc : fetch_at(session, place.entity.ptr, place.project.ptr, place.collection.ptr, ret, err);
}

enum vitrine_code vitrine_collection_fetch(vitrine_session *session, const char *path, vitrine_collection **ret_collection,
                                           struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(session, fetch(session, path, ret_collection, &err), &err, error);
}

/* ---- creating --------------------------------------------------------------------------------------- */

static enum rc create(struct vitrine_session *session, const char *path, const char *type, const char *description,
                      struct vitrine_collection **ret, struct err *err)
{
        struct vitrine_collection *there = NULL;
        _cleanup_arena_ struct arena arena = { 0 };
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;
        struct place place;
        enum rc rc;

        arena_begin(&arena);
        vars_begin(&vars);
        rc = place_find(session, &arena, path, &place, err);
        if (!rc && !registry_is_project(place.project))
                rc = err_set(err, RC_INVALID, "Collections are made in registries; in the project '%s' they come into being "
                             "with their first version.", place.project.ptr);
        if (!rc)
                rc = model_check_type_name(str_from(type), err);
        if (rc)
                return rc;
        rc = fetch_at(session, place.entity.ptr, place.project.ptr, place.collection.ptr, &there, err);
        vitrine_collection_free(there);
        if (!rc)
                return err_set(err, RC_EXISTS, "There is a collection '%s' in the registry already: choose another name.",
                               place.collection.ptr);
        if (rc != RC_NOT_FOUND)
                return rc;
        json_key(&vars.w, STR("input"));
        json_begin_object(&vars.w);
        vars_text(&vars, "entityName", place.entity.ptr);
        vars_text(&vars, "projectName", place.project.ptr);
        vars_text(&vars, "artifactTypeName", type);
        vars_text(&vars, "name", place.collection.ptr);
        vars_text_if(&vars, "description", description);
        json_end_object(&vars.w);
        rc = call(session, &arena, create_document, &vars, &data, err);
        return rc ? rc : collection_from(session, dig(data, "createArtifactPortfolio.artifactCollection"), ret, err);
}

enum vitrine_code vitrine_collection_create(vitrine_session *session, const char *path, const char *type,
                                            const char *description, vitrine_collection **ret_collection,
                                            struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(session, create(session, path, type, description, ret_collection, &err), &err, error);
}

/* ---- what it says ------------------------------------------------------------------------------------- */

const char *vitrine_collection_id(const vitrine_collection *collection) { return collection->id; }
const char *vitrine_collection_name(const vitrine_collection *collection) { return collection->name; }
const char *vitrine_collection_entity(const vitrine_collection *collection) { return collection->entity; }
const char *vitrine_collection_project(const vitrine_collection *collection) { return collection->project; }
const char *vitrine_collection_type(const vitrine_collection *collection) { return collection->type; }
const char *vitrine_collection_description(const vitrine_collection *collection) { return collection->description; }
const char *vitrine_collection_created_at(const vitrine_collection *collection) { return collection->created_at; }
const char *vitrine_collection_updated_at(const vitrine_collection *collection) { return collection->updated_at; }
size_t vitrine_collection_tag_count(const vitrine_collection *collection) { return collection->tag_count; }
int vitrine_collection_is_sequence(const vitrine_collection *collection) { return collection->sequence; }

const char *vitrine_collection_tag(const vitrine_collection *collection, size_t index)
{
        return index < collection->tag_count ? collection->tags[index] : NULL;
}

static enum rc read_aliases(struct vitrine_collection *c, struct arena *arena, const char ***ret, size_t *ret_count,
                            struct err *err)
{
        const struct json *node = NULL;
        size_t count = 0, cap = 0;
        const char **all = arena_array(arena, const char *, 0);
        struct list list;
        enum rc rc;

        list_begin(&list, c->session, aliases_document, "artifactCollection", "artifactCollection.aliases");
        list.per_page = 1000;
        list.missing = "The collection is gone.";
        rc = list_variable(&list, "id", c->id, err);
        for (;;) {
                struct str alias;

                if (!rc)
                        rc = list_next(&list, &node, err);
                if (rc || !node)
                        break;
                alias = json_text(node, "alias");
                if (str_is_null(alias) || version_looks_like(alias))
                        continue;
                if (count == cap) {
                        const char **grown = arena_array(arena, const char *, cap * 2 + 16);

                        if (grown && count)
                                memcpy(grown, all, count * sizeof(*all));
                        all = grown;
                        cap = cap * 2 + 16;
                }
                if (all)
                        all[count++] = arena_text(arena, alias);
                if (arena_failed(arena))
                        rc = mem_fail(err);
        }
        list_done(&list);
        if (!rc) {
                *ret = all;
                *ret_count = count;
        }
        return rc;
}

enum vitrine_code vitrine_collection_aliases(vitrine_collection *collection, const char *const **ret_aliases,
                                             size_t *ret_count, struct vitrine_error *error)
{
        struct arena arena;
        struct err err = { 0 };
        const char **all = NULL;
        enum rc rc;

        arena_begin(&arena);
        rc = read_aliases(collection, &arena, &all, ret_count, &err);
        if (rc) {
                arena_done(&arena);
                return border(collection->session, rc, &err, error);
        }
        arena_done(&collection->alias_arena);
        collection->alias_arena = arena;
        *ret_aliases = all;
        return VITRINE_OK;
}

/* ---- changing ------------------------------------------------------------------------------------------- */

static const char *of_kind(const struct vitrine_collection *c, const char *sequence, const char *portfolio)
{
        return c->sequence ? sequence : portfolio;
}

static enum rc update_texts(struct vitrine_collection *c, struct arena *arena, const struct vitrine_collection_changes *o,
                            struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;

        vars_begin(&vars);
        json_key(&vars.w, STR("input"));
        json_begin_object(&vars.w);
        vars_text(&vars, of_kind(c, "artifactSequenceID", "artifactPortfolioID"), c->id);
        vars_text_if(&vars, "name", o->name);
        vars_text_if(&vars, "description", o->description);
        json_end_object(&vars.w);
        return call(c->session, arena, of_kind(c, "mutation UpdateArtifactSequence($input: UpdateArtifactSequenceInput!) { "
                    "result: updateArtifactSequence(input: $input) { artifactCollection { id } } }",
                    "mutation UpdateArtifactPortfolio($input: UpdateArtifactPortfolioInput!) { "
                    "result: updateArtifactPortfolio(input: $input) { artifactCollection { id } } }"), &vars, &data, err);
}

static enum rc update_type(struct vitrine_collection *c, struct arena *arena, const char *type, struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;

        if (!c->sequence)
                return err_set(err, RC_INVALID, "The type of a collection in a registry cannot be changed.");
        vars_begin(&vars);
        json_key(&vars.w, STR("input"));
        json_begin_object(&vars.w);
        vars_text(&vars, "artifactSequenceID", c->id);
        vars_text(&vars, "destinationArtifactTypeName", type);
        json_end_object(&vars.w);
        return call(c->session, arena, move_document, &vars, &data, err);
}

static enum rc update_tags(struct vitrine_collection *c, struct arena *arena, const char *name, bool add,
                           const char *const *tags, size_t count, struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;

        if (count == 0)
                return RC_OK;
        vars_begin(&vars);
        json_key(&vars.w, STR("input"));
        json_begin_object(&vars.w);
        vars_text(&vars, "entityName", c->entity);
        vars_text(&vars, "projectName", c->project);
        vars_text(&vars, "artifactCollectionName", name);
        json_key(&vars.w, STR("tags"));
        json_begin_array(&vars.w);
        for (size_t i = 0; i < count; i++) {
                json_begin_object(&vars.w);
                vars_text(&vars, "tagName", tags[i]);
                json_end_object(&vars.w);
        }
        json_end_array(&vars.w);
        json_end_object(&vars.w);
        return call(c->session, arena, add
                    ? "mutation AddArtifactCollectionTags($input: CreateArtifactCollectionTagAssignmentsInput!) { "
                      "result: createArtifactCollectionTagAssignments(input: $input) { tags { name } } }"
                    : "mutation DeleteArtifactCollectionTags($input: DeleteArtifactCollectionTagAssignmentsInput!) { "
                      "result: deleteArtifactCollectionTagAssignments(input: $input) { success } }", &vars, &data, err);
}

static enum rc reload(struct vitrine_collection *c, const char *name, struct err *err)
{
        struct vitrine_collection *fresh = NULL;
        enum rc rc = fetch_at(c->session, c->entity, c->project, name, &fresh, err);

        if (rc)
                return rc;
        arena_done(&c->arena);
        arena_done(&c->alias_arena);
        *c = *fresh;
        mem_free(fresh);
        return RC_OK;
}

static enum rc check_changes(const struct vitrine_collection_changes *o, struct err *err)
{
        enum rc rc = o->name ? model_check_collection_name(str_from(o->name), err) : RC_OK;

        if (!rc)
                rc = model_check_description(str_from(o->description), err);
        if (!rc && o->type)
                rc = model_check_type_name(str_from(o->type), err);
        for (size_t i = 0; !rc && i < o->tags_to_add_count; i++)
                rc = model_check_tag(str_from(o->tags_to_add[i]), err);
        return rc;
}

static enum rc update(struct vitrine_collection *c, const struct vitrine_collection_changes *o, struct err *err)
{
        const char *name = o->name ? o->name : c->name;
        _cleanup_arena_ struct arena arena = { 0 };
        enum rc rc = check_changes(o, err);

        arena_begin(&arena);
        if (!rc && (o->name || o->description))
                rc = update_texts(c, &arena, o, err);
        if (!rc && o->type)
                rc = update_type(c, &arena, o->type, err);
        if (!rc)
                rc = update_tags(c, &arena, name, true, o->tags_to_add, o->tags_to_add_count, err);
        if (!rc)
                rc = update_tags(c, &arena, name, false, o->tags_to_remove, o->tags_to_remove_count, err);
        return rc ? rc : reload(c, name, err);
}

enum vitrine_code vitrine_collection_update(vitrine_collection *collection, const struct vitrine_collection_changes *changes,
                                            struct vitrine_error *error)
{
        struct vitrine_collection_changes o = VITRINE_COLLECTION_CHANGES_INIT;
        struct err err = { 0 };
        enum rc rc = take_options(&o, sizeof(o), changes, &err);

        if (!rc)
                rc = update(collection, &o, &err);
        return border(collection->session, rc, &err, error);
}

static enum rc delete_it(struct vitrine_collection *c, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;

        arena_begin(&arena);
        vars_begin(&vars);
        vars_text(&vars, "id", c->id);
        return call(c->session, &arena, of_kind(c, "mutation DeleteArtifactSequence($id: ID!) { "
                    "result: deleteArtifactSequence(input: {artifactSequenceID: $id}) { artifactCollection { id } } }",
                    "mutation DeleteArtifactPortfolio($id: ID!) { "
                    "result: deleteArtifactPortfolio(input: {artifactPortfolioID: $id}) { artifactCollection { id } } }"),
                    &vars, &data, err);
}

enum vitrine_code vitrine_collection_delete(vitrine_collection *collection, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(collection->session, delete_it(collection, &err), &err, error);
}
