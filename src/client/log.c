/*
 * client/log.c - a draft becomes a version.
 *
 * The steps are the wandb client's (its documents are in tests/graphql/client-documents): hash,
 * CreateArtifact, CreateArtifactManifest, CreateArtifactFiles and the bytes, the manifest itself, CommitArtifact. A
 * step that was done may be done again, so after a failure the whole is simply started anew: the
 * client id finds the same pending version, and files that arrived are not sent again.
 */
#include "client/artifact.h"
#include "crypto/crypto.h"
#include "model/names.h"

struct logging {
        struct vitrine_session *session;
        struct vitrine_artifact *draft;
        const struct vitrine_log_options *o;
        const char *entity, *project, *run;
        char digest[33];
        struct arena arena;           /* of the whole operation */
        const char *artifact_id, *manifest_id, *base_id;
        bool committed;               /* the content was there already */
};

static enum rc find_names(struct logging *l, struct err *err)
{
        const struct vitrine_log_options *o = l->o;
        enum rc rc = RC_OK;

        if (o->run)
                rc = run_names(o->run, &l->run, &l->entity, &l->project);
        if (o->entity)
                l->entity = o->entity;
        if (o->project)
                l->project = o->project;
        if (!rc && !l->entity)
                rc = session_entity(l->session, &l->entity, err);
        if (!l->project)
                l->project = l->session->project;
        for (size_t i = 0; i < o->alias_count && !rc; i++)
                rc = model_check_alias(str_from(o->aliases[i]), err);
        for (size_t i = 0; i < o->tag_count && !rc; i++)
                rc = model_check_tag(str_from(o->tags[i]), err);
        return rc;
}

static void write_alias(struct vars *vars, const char *collection, const char *alias)
{
        json_begin_object(&vars->w);
        vars_text(vars, "artifactCollectionName", collection);
        vars_text(vars, "alias", alias);
        json_end_object(&vars->w);
}

static void write_create(struct logging *l, struct vars *vars)
{
        const struct facts *f = &l->draft->facts;
        const struct vitrine_log_options *o = l->o;

        json_key(&vars->w, STR("input"));
        json_begin_object(&vars->w);
        vars_text(vars, "entityName", l->entity);
        vars_text(vars, "projectName", l->project);
        vars_text_if(vars, "runName", l->run);
        vars_text(vars, "artifactTypeName", f->type);
        vars_text(vars, "artifactCollectionName", f->collection);
        vars_text(vars, "digest", l->digest);
        vars_text(vars, "digestAlgorithm", "MANIFEST_MD5");
        vars_text_if(vars, "description", f->description);
        vars_text(vars, "metadata", f->metadata);
        json_key(&vars->w, STR("aliases"));
        json_begin_array(&vars->w);
        write_alias(vars, f->collection, "latest");
        for (size_t i = 0; i < o->alias_count; i++)
                if (strcmp(o->aliases[i], "latest") != 0)
                        write_alias(vars, f->collection, o->aliases[i]);
        json_end_array(&vars->w);
        json_key(&vars->w, STR("tags"));
        json_begin_array(&vars->w);
        for (size_t i = 0; i < o->tag_count; i++) {
                json_begin_object(&vars->w);
                vars_text(vars, "tagName", o->tags[i]);
                json_end_object(&vars->w);
        }
        json_end_array(&vars->w);
        if (o->ttl_s)
                json_key_int(&vars->w, "ttlDurationSeconds", o->ttl_s);
        json_key_bool(&vars->w, "enableDigestDeduplication", true);
        vars_text_if(vars, "distributedID", o->distributed_id);
        vars_text(vars, "clientID", l->draft->client_id);
        vars_text(vars, "sequenceClientID", l->draft->sequence_client_id);
        json_end_object(&vars->w);
}

static enum rc create(struct logging *l, struct err *err)
{
        const struct json *data = NULL, *artifact;
        _cleanup_(vars_done) struct vars vars = { 0 };
        struct str state, latest;
        enum rc rc;

        vars_begin(&vars);
        write_create(l, &vars);
        rc = call(l->session, &l->arena, "mutation CreateArtifact($input: CreateArtifactInput!) { createArtifact(input: "
                  "$input) { artifact { id state artifactSequence { latestArtifact { id } } } } }", &vars, &data, err);
        if (rc)
                return rc;
        artifact = dig(data, "createArtifact.artifact");
        state = json_text(artifact, "state");
        latest = json_text(dig(artifact, "artifactSequence.latestArtifact"), "id");
        l->artifact_id = arena_text(&l->arena, json_text(artifact, "id"));
        l->base_id = l->draft->base_id ? l->draft->base_id : str_is_null(latest) ? NULL : arena_text(&l->arena, latest);
        l->committed = str_eq_c(state, "COMMITTED");
        if (arena_failed(&l->arena))
                return mem_fail(err);
        if (!l->artifact_id[0])
                return fail_protocol(err, "no artifact");
        return RC_OK;
}

/* digest "": only announced; else *ret_url and headers say where the manifest goes. */
static enum rc announce_manifest(struct logging *l, const char *digest, const char **ret_url, const struct json **ret_headers,
                                 struct err *err)
{
        const struct json *data = NULL, *made;
        _cleanup_(vars_done) struct vars vars = { 0 };
        const bool patch = l->o->distributed_id != NULL, incremental = l->draft->incremental;
        enum rc rc;

        vars_begin(&vars);
        json_key(&vars.w, STR("input"));
        json_begin_object(&vars.w);
        vars_text(&vars, "artifactID", l->artifact_id);
        vars_text_if(&vars, "baseArtifactID", l->base_id);
        vars_text(&vars, "name", patch ? "wandb_manifest.patch.json"
                                : incremental ? "wandb_manifest.incremental.json" : "wandb_manifest.json");
        vars_text(&vars, "digest", digest);
        vars_text(&vars, "entityName", l->entity);
        vars_text(&vars, "projectName", l->project);
        vars_text(&vars, "runName", l->run ? l->run : "");
        vars_text(&vars, "type", patch ? "PATCH" : incremental ? "INCREMENTAL" : "FULL");
        json_end_object(&vars.w);
        rc = call(l->session, &l->arena, "mutation CreateArtifactManifest($input: CreateArtifactManifestInput!) { "
                  "createArtifactManifest(input: $input) { artifactManifest { id file { id uploadUrl uploadHeaders } } } }",
                  &vars, &data, err);
        if (rc)
                return rc;
        made = dig(data, "createArtifactManifest.artifactManifest");
        l->manifest_id = arena_text(&l->arena, json_text(made, "id"));
        *ret_url = arena_text(&l->arena, json_text(dig(made, "file"), "uploadUrl"));
        *ret_headers = dig(made, "file.uploadHeaders");
        if (arena_failed(&l->arena))
                return mem_fail(err);
        return l->manifest_id[0] ? RC_OK : fail_protocol(err, "no manifest");
}

static enum rc change_manifest(struct logging *l, const char *digest, const char **ret_url, const struct json **ret_headers,
                               struct err *err)
{
        const struct json *data = NULL, *made;
        _cleanup_(vars_done) struct vars vars = { 0 };
        enum rc rc;

        vars_begin(&vars);
        json_key(&vars.w, STR("input"));
        json_begin_object(&vars.w);
        vars_text(&vars, "artifactManifestID", l->manifest_id);
        vars_text(&vars, "digest", digest);
        json_end_object(&vars.w);
        rc = call(l->session, &l->arena, "mutation UpdateArtifactManifest($input: UpdateArtifactManifestInput!) { "
                  "updateArtifactManifest(input: $input) { artifactManifest { id file { id uploadUrl uploadHeaders } } } }",
                  &vars, &data, err);
        if (rc)
                return rc;
        made = dig(data, "updateArtifactManifest.artifactManifest");
        *ret_url = arena_text(&l->arena, json_text(dig(made, "file"), "uploadUrl"));
        *ret_headers = dig(made, "file.uploadHeaders");
        return arena_failed(&l->arena) ? mem_fail(err) : RC_OK;
}

static enum rc send_manifest(struct logging *l, struct err *err)
{
        _cleanup_(buf_done) struct buf text = { .fallible = true };
        const struct json *headers = NULL;
        const char *url = NULL;
        uint8_t md5[16];
        char digest[32];
        enum rc rc;

        entries_write(&l->draft->entries, &text);
        if (text.failed)
                return mem_fail(err);
        crypto_md5(text.ptr, text.len, md5);
        crypto_base64_to(digest, md5, sizeof(md5));
        if (l->draft->incremental || l->o->distributed_id)
                rc = change_manifest(l, digest, &url, &headers, err);
        else
                rc = announce_manifest(l, digest, &url, &headers, err);
        if (rc)
                return rc;
        if (!url[0])
                return fail_protocol(err, "no address for the manifest");
        return upload_bytes(l->session, url, headers, buf_str(&text), err);
}

static enum rc commit(struct logging *l, struct err *err)
{
        const struct json *data = NULL;
        _cleanup_(vars_done) struct vars vars = { 0 };

        vars_begin(&vars);
        json_key(&vars.w, STR("input"));
        json_begin_object(&vars.w);
        vars_text(&vars, "artifactID", l->artifact_id);
        json_end_object(&vars.w);
        return call(l->session, &l->arena, "mutation CommitArtifact($input: CommitArtifactInput!) { commitArtifact(input: "
                    "$input) { artifact { id } } }", &vars, &data, err);
}

/* The draft takes over what the server says; its entries stay, as they are what was logged. */
static enum rc become_version(struct logging *l, struct err *err)
{
        struct vitrine_artifact *version = NULL;
        enum rc rc = artifact_by_id(l->session, l->artifact_id, &version, err);
        struct facts old;

        if (rc)
                return rc;
        old = l->draft->facts;
        l->draft->facts = version->facts;
        version->facts = old;
        l->draft->draft = false;
        l->draft->manifest_known = !l->draft->incremental && !l->o->distributed_id;
        if (!l->draft->manifest_known)
                entries_done(&l->draft->entries);
        vitrine_artifact_free(version);
        return RC_OK;
}

static enum rc run_steps(struct logging *l, struct err *err)
{
        const struct json *headers = NULL;
        const char *url = NULL;
        enum rc rc = find_names(l, err);

        if (!rc)
                rc = hash_entries(l->session, &l->draft->entries, err);
        if (rc)
                return rc;
        entries_sort(&l->draft->entries);
        rc = entries_digest(&l->draft->entries, false, l->digest, err);
        if (!rc)
                rc = create(l, err);
        if (!rc && !l->committed)
                rc = announce_manifest(l, "", &url, &headers, err);
        if (!rc && !l->committed)
                rc = upload_entries(l->session, &l->draft->entries, l->artifact_id, l->manifest_id, err);
        if (!rc && !l->committed)
                rc = send_manifest(l, err);
        if (!rc && !l->committed && !l->o->no_commit)
                rc = commit(l, err);
        return rc ? rc : become_version(l, err);
}

static enum rc log_draft(struct vitrine_artifact *draft, const struct vitrine_log_options *o, struct err *err)
{
        struct logging l = { .session = draft->session, .draft = draft, .o = o };
        enum rc rc = require_draft(draft, err);

        if (rc)
                return rc;
        if (o->no_commit && !o->distributed_id)
                return err_set(err, RC_INVALID, "Leaving the commit to others needs a distributed id.");
        arena_begin(&l.arena);
        rc = run_steps(&l, err);
        if (rc) /* all that is not known to be there is asked for again */
                for (size_t i = 0; i < draft->entries.count; i++)
                        if (draft->entries.items[i].local && !draft->entries.items[i].reference)
                                draft->entries.items[i].present = false;
        if (rc)
                for (size_t i = 0; i < draft->entries.count; i++)
                        if (draft->entries.items[i].data)
                                draft->entries.items[i].present = false;
        arena_done(&l.arena);
        return rc;
}

enum vitrine_code vitrine_artifact_log(vitrine_artifact *draft, const struct vitrine_log_options *options,
                                       struct vitrine_error *error)
{
        struct vitrine_log_options o = VITRINE_LOG_OPTIONS_INIT;
        struct err err = { 0 };
        enum rc rc = take_options(&o, sizeof(o), options, &err);

        if (!rc)
                rc = log_draft(draft, &o, &err);
        return border(draft->session, rc, &err, error);
}
