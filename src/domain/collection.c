/*
 * domain/collection.c - see collection.h.
 */
#include "domain/collection.h"

#include "base/clock.h"
#include "domain/event.h"
#include "domain/protect.h"

static enum rc note(struct call *call, const struct project *project, const struct collection *c,
                    struct str action, struct str detail, struct err *err)
{
        return event_note(call, &(struct event_row){ .action = action,
                                                     .org_id = project->org_id,
                                                     .entity_id = project->entity_id,
                                                     .project_id = project->id,
                                                     .collection_id = c->id,
                                                     .detail = detail },
                          err);
}

static enum rc find_for(struct call *call, int64_t id, enum collection_kind kind, enum action action,
                        struct collection **ret, struct project **ret_project, struct err *err)
{
        enum rc rc = collection_see(call, id, ret, ret_project, err);

        if (rc)
                return rc;
        if (!*ret || (*ret)->kind != kind)
                return err_set(err, RC_NOT_FOUND, "There is no such collection, or you may not see it.");
        return policy_require(call, *ret_project, action, err);
}

/* ---- edit ---- */

struct edit_job {
        const struct collection_edit *edit;
        struct collection *collection;
};

static enum rc apply_name(struct call *call, struct collection *c, struct str name, struct err *err)
{
        struct collection *same = NULL;
        enum rc rc;

        if (str_is_null(name) || str_eq(name, c->name))
                return RC_OK;
        rc = c->kind == COLLECTION_SEQUENCE ? model_check_artifact_name(name, err)
                                            : model_check_collection_name(name, err);
        if (!rc)
                rc = store_collection_by_name(call->conn, call->arena, c->project_id, name, &same, err);
        if (rc)
                return rc;
        if (same)
                return err_set(err, RC_EXISTS, "There is a collection '%.*s' already: choose another name.",
                               STR_ARG(name));
        c->name = arena_str(call->arena, name);
        return RC_OK;
}

static enum rc apply_type(struct call *call, struct collection *c, struct str type_name, struct err *err)
{
        enum rc rc;

        if (str_is_null(type_name) || str_eq(type_name, c->type_name))
                return RC_OK;
        if (c->kind != COLLECTION_SEQUENCE)
                return err_set(err, RC_INVALID, "The type of a collection of links cannot be changed.");
        if (model_type_is_reserved(type_name, c->name) || model_type_is_reserved(c->type_name, c->name))
                return err_set(err, RC_INVALID,
                               "Artifact type '%.*s' is reserved for internal use. Please use a different type.",
                               STR_ARG(type_name));
        rc = model_check_type_name(type_name, err);
        if (!rc)
                rc = store_type_ensure(call->conn, c->project_id, type_name, STR(""), c->updated_us, &c->type_id,
                                       err);
        if (!rc)
                rc = store_artifact_set_type(call->conn, c->id, c->type_id, err);
        c->type_name = arena_str(call->arena, type_name);
        return rc;
}

static enum rc edit_write(struct call *call, void *payload, struct err *err)
{
        struct edit_job *job = payload;
        const struct collection_edit *e = job->edit;
        struct project *project = NULL;
        struct collection *c = NULL;
        enum rc rc = find_for(call, e->id, e->kind, ACT_EDIT_COLLECTION, &c, &project, err);

        if (rc)
                return rc;
        c->updated_us = clock_now_us();
        rc = apply_name(call, c, e->name, err);
        if (!rc)
                rc = apply_type(call, c, e->type_name, err);
        if (!rc && e->description.ptr)
                c->description = arena_str(call->arena, e->description);
        if (!rc)
                rc = store_collection_update(call->conn, c, err);
        job->collection = c;
        if (rc)
                return rc;
        return note(call, project, c, STR("collection_edited"), STR_NULL, err);
}

enum rc collection_edit(struct call *call, const struct collection_edit *edit, struct collection **ret,
                        struct err *err)
{
        struct edit_job job = { .edit = edit };
        enum rc rc = model_check_description(edit->description, err);

        if (!rc)
                rc = domain_write(call, edit_write, &job, err);
        if (rc)
                return rc;
        *ret = job.collection;
        return RC_OK;
}

/* ---- delete ---- */

struct delete_job {
        int64_t id;
        enum collection_kind kind;
        struct collection *collection;
};

static enum rc delete_write(struct call *call, void *payload, struct err *err)
{
        struct delete_job *job = payload;
        struct project *project = NULL;
        struct collection *c = NULL;
        enum rc rc = find_for(call, job->id, job->kind, ACT_DELETE_COLLECTION, &c, &project, err);

        if (!rc)
                rc = protect_check_collection(call, project, c->id, err);
        if (!rc)
                rc = store_collection_delete(call->conn, c->id, clock_now_us(), err);
        if (rc)
                return rc;
        c->deleted = true;
        job->collection = c;
        return note(call, project, c, STR("collection_deleted"), event_detail(call, "name", c->name, NULL, STR_NULL),
                    err);
}

enum rc collection_delete(struct call *call, int64_t id, enum collection_kind kind, struct collection **ret,
                          struct err *err)
{
        struct delete_job job = { .id = id, .kind = kind };
        enum rc rc = domain_write(call, delete_write, &job, err);

        if (rc)
                return rc;
        *ret = job.collection;
        return RC_OK;
}

/* ---- an empty portfolio ---- */

struct portfolio_job {
        const struct portfolio_input *in;
        struct collection *collection;
};

static enum rc portfolio_write(struct call *call, void *payload, struct err *err)
{
        struct portfolio_job *job = payload;
        const struct portfolio_input *in = job->in;
        struct project *project = NULL;
        struct artifact_type *accepted = NULL;
        struct collection *c = NULL;
        enum rc rc = project_require(call, in->entity_name, in->project_name, ACT_CREATE_COLLECTION, &project, err);

        if (!rc)
                rc = store_collection_by_name(call->conn, call->arena, project->id, in->name, &c, err);
        if (!rc)
                rc = store_type_by_name(call->conn, call->arena, project->id, in->type_name, &accepted, err);
        if (rc)
                return rc;
        if (c)
                return err_set(err, RC_EXISTS, "There is a collection '%.*s' already: choose another name.",
                               STR_ARG(in->name));
        if (project->is_registry && !project->allow_all_types && !accepted)
                return err_set(err, RC_INVALID,
                               "The registry '%.*s' does not accept artifacts of type '%.*s': choose an accepted type.",
                               STR_ARG(project->name), STR_ARG(in->type_name));
        c = arena_new(call->arena, struct collection);
        c->project_id = project->id;
        c->kind = COLLECTION_PORTFOLIO;
        c->name = in->name;
        c->type_name = in->type_name;
        c->description = in->description.ptr ? in->description : STR("");
        c->created_us = c->updated_us = clock_now_us();
        rc = store_type_ensure(call->conn, project->id, in->type_name, STR(""), c->created_us, &c->type_id, err);
        if (!rc)
                rc = store_collection_insert(call->conn, c, STR_NULL, call->who->account_id, err);
        job->collection = c;
        if (rc)
                return rc;
        return note(call, project, c, STR("collection_created"), STR_NULL, err);
}

enum rc collection_create_portfolio(struct call *call, const struct portfolio_input *in, struct collection **ret,
                                    struct err *err)
{
        struct portfolio_job job = { .in = in };
        enum rc rc = model_check_collection_name(in->name, err);

        if (!rc)
                rc = model_check_type_name(in->type_name, err);
        if (!rc)
                rc = model_check_description(in->description, err);
        if (!rc)
                rc = domain_write(call, portfolio_write, &job, err);
        if (rc)
                return rc;
        *ret = job.collection;
        return RC_OK;
}

/* ---- tags ---- */

struct tags_job {
        const struct collection_tags *change;
        struct collection *collection;
};

static enum rc tags_write(struct call *call, void *payload, struct err *err)
{
        struct tags_job *job = payload;
        const struct collection_tags *t = job->change;
        struct project *project = NULL;
        struct collection *c = NULL;
        int64_t tag_id = 0;
        enum rc rc = project_require(call, t->entity_name, t->project_name, ACT_EDIT_COLLECTION, &project, err);

        if (!rc)
                rc = store_collection_by_name(call->conn, call->arena, project->id, t->collection_name, &c, err);
        if (rc)
                return rc;
        if (!c)
                return err_not_found(err, "collection", t->collection_name);
        for (size_t i = 0; !rc && i < t->count; i++) {
                if (t->remove) {
                        rc = store_collection_tag_remove(call->conn, c->id, t->tags[i], err);
                        continue;
                }
                rc = model_check_tag(t->tags[i], err);
                if (!rc)
                        rc = store_tag_ensure(call->conn, t->tags[i], &tag_id, err);
                if (!rc)
                        rc = store_collection_tag_add(call->conn, c->id, tag_id, err);
        }
        c->updated_us = clock_now_us();
        if (!rc)
                rc = store_collection_update(call->conn, c, err);
        job->collection = c;
        if (rc)
                return rc;
        return note(call, project, c, t->remove ? STR("collection_tags_removed") : STR("collection_tags_added"),
                    STR_NULL, err);
}

enum rc collection_change_tags(struct call *call, const struct collection_tags *change, struct collection **ret,
                               struct err *err)
{
        struct tags_job job = { .change = change };
        enum rc rc;

        if (change->count > MODEL_TAGS_MAX)
                return err_set(err, RC_INVALID, "At most %d tags can be given in one call.", MODEL_TAGS_MAX);
        rc = domain_write(call, tags_write, &job, err);
        if (rc)
                return rc;
        *ret = job.collection;
        return RC_OK;
}
