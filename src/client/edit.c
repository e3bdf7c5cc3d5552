/*
 * client/edit.c - changing versions: links, aliases, tags, texts, deletion; and their lineage.
 */
#include "client/artifact.h"
#include "client/list.h"
#include "model/names.h"

/* One mutation whose answer does not matter beyond its errors. */
static enum rc mutate(struct vitrine_session *session, const char *document, struct vars *vars, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        const struct json *data = NULL;

        arena_begin(&arena);
        json_end_object(&vars->w); /* of input */
        return call(session, &arena, document, vars, &data, err);
}

static void begin_input(struct vars *vars)
{
        vars_begin(vars);
        json_key(&vars->w, STR("input"));
        json_begin_object(&vars->w);
}

/* ---- links ---- */

static enum rc check_aliases(const char *const *aliases, size_t count, struct err *err)
{
        enum rc rc = RC_OK;

        for (size_t i = 0; i < count && !rc; i++)
                rc = model_check_alias(str_from(aliases[i] ? aliases[i] : ""), err);
        return rc;
}

static enum rc link_to(struct vitrine_artifact *a, const struct place *place, const char *const *aliases, size_t count,
                       struct vitrine_artifact **ret, struct err *err)
{
        const struct json *data = NULL, *membership;
        _cleanup_(vars_done) struct vars vars = { 0 };
        _cleanup_arena_ struct arena arena = { 0 };
        enum rc rc;

        arena_begin(&arena);
        begin_input(&vars);
        vars_text(&vars, "artifactID", a->facts.id);
        vars_text(&vars, "artifactPortfolioName", place->collection.ptr);
        vars_text(&vars, "entityName", place->entity.ptr);
        vars_text(&vars, "projectName", place->project.ptr);
        json_key(&vars.w, STR("aliases"));
        json_begin_array(&vars.w);
        for (size_t i = 0; i < count; i++) {
                json_begin_object(&vars.w);
                vars_text(&vars, "artifactCollectionName", place->collection.ptr);
                vars_text(&vars, "alias", aliases[i]);
                json_end_object(&vars.w);
        }
        json_end_array(&vars.w);
        json_end_object(&vars.w);
        rc = call(a->session, &arena, "mutation LinkArtifact($input: LinkArtifactInput!) { linkArtifact(input: $input) { "
                  "versionIndex artifactMembership { ...M } } }" ARTIFACT_FRAGMENTS, &vars, &data, err);
        if (rc || !ret)
                return rc;
        membership = dig(data, "linkArtifact.artifactMembership");
        return membership ? artifact_from(a->session, membership, NULL, ret, err) : fail_protocol(err, "no link");
}

/* A draft that could not be linked afterwards should not be logged: what can be judged is judged before. */
static enum rc check_link(struct vitrine_artifact *a, const char *target, const char *const *aliases, size_t count,
                          struct arena *arena, struct place *ret, struct err *err)
{
        enum rc rc = check_aliases(aliases, count, err);

        return rc ? rc : place_find(a->session, arena, target, ret, err);
}

enum vitrine_code vitrine_artifact_link(vitrine_artifact *artifact, const char *target_path, const char *const *aliases,
                                        size_t alias_count, vitrine_artifact **ret_linked, struct vitrine_error *error)
{
        _cleanup_arena_ struct arena arena = { 0 };
        struct place place = { 0 };
        struct err err = { 0 };
        enum rc rc;

        arena_begin(&arena);
        rc = check_link(artifact, target_path, aliases, alias_count, &arena, &place, &err);
        if (!rc && artifact->draft) {
                enum vitrine_code code = vitrine_artifact_log(artifact, NULL, error);

                if (code)
                        return code;
        }
        if (!rc)
                rc = link_to(artifact, &place, aliases, alias_count, ret_linked, &err);
        return border(artifact->session, rc, &err, error);
}

enum vitrine_code vitrine_artifact_unlink(vitrine_artifact *linked, struct vitrine_error *error)
{
        struct vars vars;
        struct err err = { 0 };
        enum rc rc = require_version(linked, &err);

        if (!rc && !vitrine_artifact_is_link(linked))
                rc = err_set(&err, RC_CONFLICT, "'%s' is where the version was logged, not a link: delete it instead.",
                             linked->facts.qualified);
        if (rc)
                return border(linked->session, rc, &err, error);
        begin_input(&vars);
        vars_text(&vars, "artifactID", linked->facts.id);
        vars_text(&vars, "artifactPortfolioID", linked->facts.collection_id);
        rc = mutate(linked->session, "mutation UnlinkArtifact($input: UnlinkArtifactInput!) { unlinkArtifact(input: $input) { "
                    "success } }", &vars, &err);
        vars_done(&vars);
        return border(linked->session, rc, &err, error);
}

enum vitrine_code vitrine_artifact_delete(vitrine_artifact *version, int delete_aliases, struct vitrine_error *error)
{
        struct vars vars;
        struct err err = { 0 };
        enum rc rc = require_version(version, &err);

        if (rc)
                return border(version->session, rc, &err, error);
        begin_input(&vars);
        vars_text(&vars, "artifactID", version->facts.id);
        json_key_bool(&vars.w, "deleteAliases", delete_aliases != 0);
        rc = mutate(version->session, "mutation DeleteArtifact($input: DeleteArtifactInput!) { deleteArtifact(input: $input) { "
                    "artifact { id } } }", &vars, &err);
        vars_done(&vars);
        return border(version->session, rc, &err, error);
}

/* ---- aliases ---- */

static enum rc change_aliases(struct vitrine_artifact *a, const char *document, const char *const *aliases, size_t count,
                              struct err *err)
{
        struct vars vars;
        enum rc rc = require_version(a, err);

        if (!rc)
                rc = check_aliases(aliases, count, err);
        if (rc || count == 0)
                return rc;
        begin_input(&vars);
        vars_text(&vars, "artifactID", a->facts.id);
        json_key(&vars.w, STR("aliases"));
        json_begin_array(&vars.w);
        for (size_t i = 0; i < count; i++) {
                json_begin_object(&vars.w);
                vars_text(&vars, "entityName", a->facts.entity);
                vars_text(&vars, "projectName", a->facts.project);
                vars_text(&vars, "artifactCollectionName", a->facts.collection);
                vars_text(&vars, "alias", aliases[i]);
                json_end_object(&vars.w);
        }
        json_end_array(&vars.w);
        rc = mutate(a->session, document, &vars, err);
        vars_done(&vars);
        return rc ? rc : artifact_reload(a, err);
}

enum vitrine_code vitrine_artifact_add_aliases(vitrine_artifact *version, const char *const *aliases, size_t alias_count,
                                               struct vitrine_error *error)
{
        struct err err = { 0 };
        enum rc rc = change_aliases(version, "mutation AddAliases($input: AddAliasesInput!) { addAliases(input: $input) { "
                                    "success } }", aliases, alias_count, &err);

        return border(version->session, rc, &err, error);
}

enum vitrine_code vitrine_artifact_remove_aliases(vitrine_artifact *version, const char *const *aliases,
                                                  size_t alias_count, struct vitrine_error *error)
{
        struct err err = { 0 };
        enum rc rc = change_aliases(version, "mutation DeleteAliases($input: DeleteAliasesInput!) { deleteAliases(input: "
                                    "$input) { success } }", aliases, alias_count, &err);

        return border(version->session, rc, &err, error);
}

/* ---- texts and tags ---- */

static void write_tags(struct vars *vars, const char *key, const char *const *tags, size_t count)
{
        if (count == 0)
                return;
        json_key(&vars->w, str_from(key));
        json_begin_array(&vars->w);
        for (size_t i = 0; i < count; i++) {
                json_begin_object(&vars->w);
                vars_text(vars, "tagName", tags[i]);
                json_end_object(&vars->w);
        }
        json_end_array(&vars->w);
}

static enum rc check_changes(const struct vitrine_artifact_changes *c, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        enum rc rc = RC_OK;

        arena_begin(&arena);
        if (c->description)
                rc = model_check_description(str_from(c->description), err);
        if (!rc && c->metadata_json)
                rc = model_check_metadata(&arena, str_from(c->metadata_json), NULL, err);
        for (size_t i = 0; i < c->tags_to_add_count && !rc; i++)
                rc = model_check_tag(str_from(c->tags_to_add[i]), err);
        return rc;
}

/* Both copies are made before either takes its place: the draft is not changed by half. */
static enum rc update_draft(struct vitrine_artifact *draft, const struct vitrine_artifact_changes *c, struct err *err)
{
        struct facts *f = &draft->facts;
        const char *description = f->description, *metadata = f->metadata;

        if (c->tags_to_add_count || c->tags_to_remove_count || c->ttl_s)
                return err_set(err, RC_CONFLICT, "Tags and the time to live of a draft are given when it is logged.");
        if (c->description)
                description = arena_text(&f->arena, str_from(c->description));
        if (c->metadata_json)
                metadata = arena_text(&f->arena, str_from(c->metadata_json));
        if ((c->description && !description) || (c->metadata_json && !metadata))
                return mem_fail(err);
        f->description = description;
        f->metadata = metadata;
        return RC_OK;
}

static enum rc update(struct vitrine_artifact *a, const struct vitrine_artifact_changes *c, struct err *err)
{
        struct vars vars;
        enum rc rc = check_changes(c, err);

        if (rc)
                return rc;
        if (a->draft)
                return update_draft(a, c, err);
        begin_input(&vars);
        vars_text(&vars, "artifactID", a->facts.id);
        vars_text_if(&vars, "description", c->description);
        vars_text_if(&vars, "metadata", c->metadata_json);
        if (c->ttl_s)
                json_key_int(&vars.w, "ttlDurationSeconds", c->ttl_s);
        write_tags(&vars, "tagsToAdd", c->tags_to_add, c->tags_to_add_count);
        write_tags(&vars, "tagsToDelete", c->tags_to_remove, c->tags_to_remove_count);
        rc = mutate(a->session, "mutation UpdateArtifact($input: UpdateArtifactInput!) { updateArtifact(input: $input) { "
                    "artifact { id } } }", &vars, err);
        vars_done(&vars);
        return rc ? rc : artifact_reload(a, err);
}

enum vitrine_code vitrine_artifact_update(vitrine_artifact *artifact, const struct vitrine_artifact_changes *changes,
                                          struct vitrine_error *error)
{
        struct vitrine_artifact_changes c = VITRINE_ARTIFACT_CHANGES_INIT;
        struct err err = { 0 };
        enum rc rc = take_options(&c, sizeof(c), changes, &err);

        if (!rc)
                rc = update(artifact, &c, &err);
        return border(artifact->session, rc, &err, error);
}

/* ---- lineage ---- */

struct one_run {
        const char *id, *entity, *project;
};

struct vitrine_runs {
        struct arena arena;
        struct one_run *runs;
        size_t count, cap;
};

#define RUN_FIELDS "name project { name entity { name } }"

static enum rc read_run(struct vitrine_runs *runs, const struct json *node, struct err *err)
{
        struct one_run *run;

        if (!node || str_is_null(json_text(node, "name")))
                return RC_OK;
        if (runs->count == runs->cap) {
                size_t cap = runs->cap * 2 + 16;
                struct one_run *grown = arena_array(&runs->arena, struct one_run, cap);

                if (!grown)
                        return mem_fail(err);
                if (runs->count)
                        memcpy(grown, runs->runs, runs->count * sizeof(*grown));
                runs->runs = grown;
                runs->cap = cap;
        }
        run = &runs->runs[runs->count++];
        run->id = arena_text(&runs->arena, json_text(node, "name"));
        run->project = arena_text(&runs->arena, json_text(dig(node, "project"), "name"));
        run->entity = arena_text(&runs->arena, json_text(dig(node, "project.entity"), "name"));
        return arena_failed(&runs->arena) ? mem_fail(err) : RC_OK;
}

static enum rc read_consumers(struct vitrine_artifact *a, struct vitrine_runs *runs, struct err *err)
{
        const struct json *node = NULL;
        struct list list;
        enum rc rc;

        list_begin(&list, a->session, "query ArtifactUsedBy($id: ID!, $cursor: String, $perPage: Int) { artifact(id: $id) { "
                   "usedBy(after: $cursor, first: $perPage) { pageInfo { endCursor hasNextPage } edges { node { " RUN_FIELDS
                   " } } } } }", "artifact", "artifact.usedBy");
        list.per_page = 1000;
        list.missing = "The version is gone.";
        rc = list_variable(&list, "id", a->facts.id, err);
        do {
                if (!rc)
                        rc = list_next(&list, &node, err);
                if (!rc)
                        rc = read_run(runs, node, err);
        } while (!rc && node);
        list_done(&list);
        return rc;
}

static enum rc read_producer(struct vitrine_artifact *a, struct vitrine_runs *runs, struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        _cleanup_arena_ struct arena arena = { 0 };
        const struct json *data = NULL;
        enum rc rc;

        arena_begin(&arena);
        vars_begin(&vars);
        vars_text(&vars, "id", a->facts.id);
        rc = call(a->session, &arena, "query ArtifactCreatedBy($id: ID!) { artifact(id: $id) { createdBy { __typename ... on "
                  "Run { " RUN_FIELDS " } } } }", &vars, &data, err);
        return rc ? rc : read_run(runs, dig(data, "artifact.createdBy"), err);
}

static enum rc read_runs(struct vitrine_artifact *a,
                         enum rc (*read)(struct vitrine_artifact *a, struct vitrine_runs *runs, struct err *err),
                         struct vitrine_runs **ret, struct err *err)
{
        struct vitrine_runs *runs;
        enum rc rc = require_version(a, err);

        if (rc)
                return rc;
        runs = mem_alloc_zero(1, sizeof(*runs));
        if (!runs)
                return mem_fail(err);
        arena_begin(&runs->arena);
        rc = read(a, runs, err);
        if (rc)
                vitrine_runs_free(runs);
        else
                *ret = runs;
        return rc;
}

enum vitrine_code vitrine_artifact_consumers(vitrine_artifact *version, vitrine_runs **ret_runs, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(version->session, read_runs(version, read_consumers, ret_runs, &err), &err, error);
}

enum vitrine_code vitrine_artifact_producers(vitrine_artifact *version, vitrine_runs **ret_runs, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(version->session, read_runs(version, read_producer, ret_runs, &err), &err, error);
}

size_t vitrine_runs_count(const vitrine_runs *runs) { return runs->count; }

const char *vitrine_runs_id(const vitrine_runs *runs, size_t index)
{
        return index < runs->count ? runs->runs[index].id : NULL;
}

const char *vitrine_runs_entity(const vitrine_runs *runs, size_t index)
{
        return index < runs->count ? runs->runs[index].entity : NULL;
}

const char *vitrine_runs_project(const vitrine_runs *runs, size_t index)
{
        return index < runs->count ? runs->runs[index].project : NULL;
}

void vitrine_runs_free(vitrine_runs *runs)
{
        if (!runs)
                return;
        arena_done(&runs->arena);
        mem_free(runs);
}

/* ---- use, which is fetch and a word about it ---- */

enum vitrine_code vitrine_artifact_use(vitrine_run *run, const char *path, const char *type, vitrine_artifact **ret_artifact,
                                       struct vitrine_error *error)
{
        vitrine_artifact *version = NULL;
        enum vitrine_code code = vitrine_artifact_fetch(run_session(run), path, type, &version, error);

        if (code)
                return code;
        code = vitrine_artifact_used_by(version, run, error);
        if (code) {
                vitrine_artifact_free(version);
                return code;
        }
        *ret_artifact = version;
        return VITRINE_OK;
}
