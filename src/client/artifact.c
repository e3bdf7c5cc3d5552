/*
 * client/artifact.c - versions: finding them, and what they say of themselves.
 */
#include "client/artifact.h"

#include <stdio.h>

#include "base/fd.h"
#include "model/model.h"

/* ---- facts ---- */

static const char **read_names(struct arena *arena, const struct json *list, const char *key, size_t *ret_count)
{
        const char **names = arena_array(arena, const char *, list ? list->count : 0);

        for (const struct json *node = list ? list->first : NULL; node && names; node = node->next) {
                struct str text = json_text(node, key);

                if (!str_is_null(text) && !version_looks_like(text))
                        names[(*ret_count)++] = arena_text(arena, text);
        }
        return names;
}

/* Aliases of an artifact are those of all collections: only this one's count. */
static const char **read_own_aliases(struct arena *arena, const struct json *list, const struct facts *f, size_t *ret_count)
{
        const char **names = arena_array(arena, const char *, list ? list->count : 0);

        for (const struct json *node = list ? list->first : NULL; node && names; node = node->next) {
                const struct json *collection = json_get(node, "artifactCollection");
                struct str text = json_text(node, "alias");

                if (!version_looks_like(text) && str_eq_c(json_text(collection, "name"), f->collection) &&
                    str_eq_c(json_text(json_get(collection, "project"), "name"), f->project))
                        names[(*ret_count)++] = arena_text(arena, text);
        }
        return names;
}

static const char *version_text(struct arena *arena, const struct json *object)
{
        int64_t index;

        if (!json_i64(json_get(object, "versionIndex"), &index))
                return arena_text(arena, STR(""));
        return arena_printf(arena, "v%lld", (long long)index).ptr;
}

static void read_common(struct facts *f, const struct json *a)
{
        const struct json *sequence = json_get(a, "artifactSequence");
        struct arena *arena = &f->arena;
        struct str metadata = json_text(a, "metadata");
        int64_t number;

        f->id = arena_text(arena, json_text(a, "id"));
        f->type = arena_text(arena, json_text(json_get(a, "artifactType"), "name"));
        f->digest = arena_text(arena, json_text(a, "digest"));
        f->state = arena_text(arena, json_text(a, "state"));
        f->description = arena_text(arena, json_text(a, "description"));
        f->metadata = arena_text(arena, str_is_empty(metadata) ? STR("{}") : metadata);
        f->created_at = arena_text(arena, json_text(a, "createdAt"));
        f->updated_at = arena_text(arena, json_text(a, "updatedAt"));
        f->source_collection = arena_text(arena, json_text(sequence, "name"));
        f->source_project = arena_text(arena, json_text(dig(sequence, "project"), "name"));
        f->source_entity = arena_text(arena, json_text(dig(sequence, "project.entity"), "name"));
        f->source_version = version_text(arena, a);
        f->tags = read_names(arena, dig(a, "tags"), "name", &f->tag_count);
        if (json_i64(json_get(a, "size"), &number) && number > 0)
                f->size = (uint64_t)number;
        if (json_i64(json_get(a, "fileCount"), &number) && number > 0)
                f->file_count = (uint64_t)number;
        if (json_i64(json_get(a, "ttlDurationSeconds"), &number))
                f->ttl_s = number;
}

enum rc facts_read(struct facts *ret, const struct json *membership, const struct json *artifact, struct err *err)
{
        const struct json *collection = dig(membership, "artifactCollection");
        struct facts facts = { 0 }, *f = &facts;

        artifact = membership ? dig(membership, "artifact") : artifact;
        if (!artifact || (membership && !collection))
                return fail_protocol(err, "a version without its artifact");
        arena_begin(&f->arena);
        read_common(f, artifact);
        if (membership) {
                f->collection = arena_text(&f->arena, json_text(collection, "name"));
                f->collection_id = arena_text(&f->arena, json_text(collection, "id"));
                f->project = arena_text(&f->arena, json_text(dig(collection, "project"), "name"));
                f->entity = arena_text(&f->arena, json_text(dig(collection, "project.entity"), "name"));
                f->version = version_text(&f->arena, membership);
                f->aliases = read_names(&f->arena, dig(membership, "aliases"), "alias", &f->alias_count);
        } else {
                f->collection = f->source_collection;
                f->collection_id = arena_text(&f->arena, json_text(json_get(artifact, "artifactSequence"), "id"));
                f->project = f->source_project;
                f->entity = f->source_entity;
                f->version = f->source_version;
                if (!arena_failed(&f->arena))
                        f->aliases = read_own_aliases(&f->arena, dig(artifact, "aliases"), f, &f->alias_count);
        }
        f->name = arena_printf(&f->arena, "%s%s%s", f->collection ? f->collection : "",
                               f->version && f->version[0] ? ":" : "", f->version ? f->version : "").ptr;
        f->qualified = arena_printf(&f->arena, "%s/%s/%s", f->entity ? f->entity : "", f->project ? f->project : "",
                                    f->name ? f->name : "").ptr;
        if (arena_failed(&f->arena)) {
                arena_done(&f->arena);
                return mem_fail(err);
        }
        *ret = facts;
        return RC_OK;
}

enum rc artifact_of(struct vitrine_session *session, struct facts *facts, struct vitrine_artifact **ret, struct err *err)
{
        struct vitrine_artifact *artifact = mem_alloc_zero(1, sizeof(*artifact));

        if (!artifact) {
                arena_done(&facts->arena);
                return mem_fail(err);
        }
        artifact->session = session;
        artifact->facts = *facts;
        entries_begin(&artifact->entries);
        *ret = artifact;
        return RC_OK;
}

enum rc artifact_from(struct vitrine_session *session, const struct json *membership, const struct json *artifact,
                      struct vitrine_artifact **ret, struct err *err)
{
        struct facts facts;
        enum rc rc = facts_read(&facts, membership, artifact, err);

        return rc ? rc : artifact_of(session, &facts, ret, err);
}

void vitrine_artifact_free(vitrine_artifact *artifact)
{
        if (!artifact)
                return;
        arena_done(&artifact->facts.arena);
        entries_done(&artifact->entries);
        if (artifact->copied)
                fd_close(&artifact->copy_fd);
        mem_free(artifact);
}

enum rc require_version(const struct vitrine_artifact *artifact, struct err *err)
{
        return artifact->draft ? err_set(err, RC_CONFLICT, "The artifact is a draft: log it first.") : RC_OK;
}

enum rc require_draft(const struct vitrine_artifact *artifact, struct err *err)
{
        return artifact->draft ? RC_OK
               : err_set(err, RC_CONFLICT, "The artifact is a version, which does not change: make a new draft of it.");
}

/* ---- places ---- */

enum rc place_find(struct vitrine_session *session, struct arena *arena, const char *path, struct place *ret, struct err *err)
{
        struct artifact_path parts = { 0 };
        struct str display = STR_NULL;
        struct place place;
        const char *entity = NULL;
        enum rc rc;

        if (!path)
                return err_set(err, RC_INVALID, "A path is missing: give [[ENTITY/]PROJECT/]NAME.");
        rc = artifact_path_parse(str_from(path), &parts, err);
        if (rc)
                return rc;
        place = (struct place){ parts.entity, parts.project, parts.collection, parts.alias };
        if (str_is_null(place.project))
                place.project = str_from(session->project);
        if (registry_is_project(place.project)) {
                rc = session_entity(session, &entity, err);
                if (!rc)
                        rc = resolve_org_entity(session, arena, entity, str_is_null(place.entity) && session->organization
                                                ? str_from(session->organization) : place.entity,
                                                &place.entity, &display, err);
                if (rc)
                        return rc;
        } else if (str_is_null(place.entity)) {
                rc = session_entity(session, &entity, err);
                if (rc)
                        return rc;
                place.entity = str_from(entity);
        }
        place.entity = arena_str(arena, place.entity);
        place.project = arena_str(arena, place.project);
        place.collection = arena_str(arena, place.collection);
        place.alias = arena_str(arena, str_is_empty(place.alias) ? STR("latest") : place.alias);
        if (arena_failed(arena))
                return mem_fail(err);
        *ret = place;
        return RC_OK;
}

/* ---- fetching ---- */

static const char by_name_document[] =
        "query ArtifactMembershipByName($entity: String!, $project: String!, $name: String!) { "
        "project(name: $project, entityName: $entity) { artifactCollectionMembership(name: $name) { ...M } } }"
        ARTIFACT_FRAGMENTS;

static enum rc read_membership(struct vitrine_session *session, const char *entity, const char *project, const char *name,
                               struct facts *ret, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL, *membership;
        enum rc rc;

        arena_begin(&arena);
        vars_begin(&vars);
        vars_text(&vars, "entity", entity);
        vars_text(&vars, "project", project);
        vars_text(&vars, "name", name);
        rc = call(session, &arena, by_name_document, &vars, &data, err);
        if (rc)
                return rc;
        if (!dig(data, "project"))
                return err_set(err, RC_NOT_FOUND, "There is no project '%s/%s', or you may not see it.", entity, project);
        membership = dig(data, "project.artifactCollectionMembership");
        if (!membership)
                return err_set(err, RC_NOT_FOUND, "There is no artifact '%s/%s/%s', or you may not see it.", entity, project,
                               name);
        return facts_read(ret, membership, NULL, err);
}

static enum rc fetch(struct vitrine_session *session, const char *path, const char *type, struct vitrine_artifact **ret,
                     struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        struct place place;
        struct facts facts;
        const char *name;
        enum rc rc;

        arena_begin(&arena);
        rc = place_find(session, &arena, path, &place, err);
        if (rc)
                return rc;
        name = arena_printf(&arena, "%s:%s", place.collection.ptr, place.alias.ptr).ptr;
        if (!name)
                return mem_fail(err);
        rc = read_membership(session, place.entity.ptr, place.project.ptr, name, &facts, err);
        if (rc)
                return rc;
        if (type && strcmp(type, facts.type) != 0) {
                rc = err_set(err, RC_INVALID, "'%s' is of type '%s', not '%s'.", facts.qualified, facts.type, type);
                arena_done(&facts.arena);
                return rc;
        }
        return artifact_of(session, &facts, ret, err);
}

enum vitrine_code vitrine_artifact_fetch(vitrine_session *session, const char *path, const char *type,
                                         vitrine_artifact **ret_artifact, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(session, fetch(session, path, type, ret_artifact, &err), &err, error);
}

static enum rc read_by_id(struct vitrine_session *session, const char *id, struct facts *ret, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;
        enum rc rc;

        arena_begin(&arena);
        vars_begin(&vars);
        vars_text(&vars, "id", id);
        rc = call(session, &arena, "query ArtifactByID($id: ID!) { artifact(id: $id) { ...A } }" VERSION_FRAGMENT,
                  &vars, &data, err);
        if (rc)
                return rc;
        if (!dig(data, "artifact"))
                return err_set(err, RC_NOT_FOUND, "There is no artifact with the id '%s', or you may not see it.", id);
        return facts_read(ret, NULL, dig(data, "artifact"), err);
}

enum rc artifact_by_id(struct vitrine_session *session, const char *id, struct vitrine_artifact **ret, struct err *err)
{
        struct facts facts;
        enum rc rc = read_by_id(session, id, &facts, err);

        return rc ? rc : artifact_of(session, &facts, ret, err);
}

enum vitrine_code vitrine_artifact_fetch_id(vitrine_session *session, const char *id, vitrine_artifact **ret_artifact,
                                            struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(session, artifact_by_id(session, id, ret_artifact, &err), &err, error);
}

enum rc artifact_reload(struct vitrine_artifact *a, struct err *err)
{
        struct facts facts;
        enum rc rc;

        if (a->facts.project[0] && a->facts.version[0])
                rc = read_membership(a->session, a->facts.entity, a->facts.project, a->facts.name, &facts, err);
        else
                rc = read_by_id(a->session, a->facts.id, &facts, err);
        if (rc)
                return rc;
        arena_done(&a->facts.arena);
        a->facts = facts;
        return RC_OK;
}

enum vitrine_code vitrine_artifact_load(vitrine_artifact *version, struct vitrine_error *error)
{
        struct err err = { 0 };
        enum rc rc = require_version(version, &err);

        if (!rc)
                rc = artifact_reload(version, &err);
        return border(version->session, rc, &err, error);
}

static enum rc record_use(struct vitrine_artifact *a, struct vitrine_run *run, struct err *err)
{
        const char *id = NULL, *entity = NULL, *project = NULL;
        _cleanup_arena_ struct arena arena = { 0 };
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;
        enum rc rc = run_names(run, &id, &entity, &project);

        if (!rc)
                rc = require_version(a, err);
        if (rc)
                return rc;
        arena_begin(&arena);
        vars_begin(&vars);
        json_key(&vars.w, STR("input"));
        json_begin_object(&vars.w);
        vars_text(&vars, "artifactID", a->facts.id);
        vars_text(&vars, "entityName", entity);
        vars_text(&vars, "projectName", project);
        vars_text(&vars, "runName", id);
        if (a->facts.project[0]) {
                vars_text(&vars, "artifactEntityName", a->facts.entity);
                vars_text(&vars, "artifactProjectName", a->facts.project);
        }
        json_end_object(&vars.w);
        return call(a->session, &arena, "mutation UseArtifact($input: UseArtifactInput!) { useArtifact(input: $input) { "
                    "artifact { id } } }", &vars, &data, err);
}

enum vitrine_code vitrine_artifact_used_by(vitrine_artifact *version, vitrine_run *run, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(version->session, record_use(version, run, &err), &err, error);
}

/* ---- getters ---- */

static const char *text_of(const char *text)
{
        return text ? text : "";
}

#define GETTER(name, field) \
        const char *vitrine_artifact_##name(const vitrine_artifact *artifact) { return text_of(artifact->facts.field); }
GETTER(id, id)
GETTER(entity, entity)
GETTER(project, project)
GETTER(collection, collection)
GETTER(version, version)
GETTER(name, name)
GETTER(qualified_name, qualified)
GETTER(type, type)
GETTER(digest, digest)
GETTER(state, state)
GETTER(description, description)
GETTER(metadata, metadata)
GETTER(created_at, created_at)
GETTER(updated_at, updated_at)
GETTER(source_entity, source_entity)
GETTER(source_project, source_project)
GETTER(source_collection, source_collection)
GETTER(source_version, source_version)

int vitrine_artifact_is_draft(const vitrine_artifact *artifact) { return artifact->draft; }
uint64_t vitrine_artifact_size(const vitrine_artifact *artifact) { return artifact->facts.size; }
uint64_t vitrine_artifact_file_count(const vitrine_artifact *artifact) { return artifact->facts.file_count; }
int64_t vitrine_artifact_ttl_s(const vitrine_artifact *artifact) { return artifact->facts.ttl_s; }
size_t vitrine_artifact_alias_count(const vitrine_artifact *artifact) { return artifact->facts.alias_count; }
size_t vitrine_artifact_tag_count(const vitrine_artifact *artifact) { return artifact->facts.tag_count; }

const char *vitrine_artifact_alias(const vitrine_artifact *artifact, size_t index)
{
        return index < artifact->facts.alias_count ? artifact->facts.aliases[index] : NULL;
}

const char *vitrine_artifact_tag(const vitrine_artifact *artifact, size_t index)
{
        return index < artifact->facts.tag_count ? artifact->facts.tags[index] : NULL;
}

int vitrine_artifact_is_link(const vitrine_artifact *artifact)
{
        const struct facts *f = &artifact->facts;

        return !artifact->draft && (strcmp(text_of(f->entity), text_of(f->source_entity)) != 0 ||
                                    strcmp(text_of(f->project), text_of(f->source_project)) != 0 ||
                                    strcmp(text_of(f->collection), text_of(f->source_collection)) != 0);
}
