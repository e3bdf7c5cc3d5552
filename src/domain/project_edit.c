/*
 * domain/project_edit.c - changing, renaming and deleting projects and registries; see
 * project.h.
 */
#include "base/clock.h"
#include "domain/event.h"
#include "domain/project.h"
#include "domain/project_internal.h"
#include "domain/protect.h"
#include "store/collection.h"

#define DELETE_PAGE 200
#define ICON_WORD_MAX 32

/* ---- changing ---- */

struct upsert_job {
        const struct project_input *in;
        struct project *project;
        bool inserted;
};

static enum rc apply_access(struct call *call, struct project *p, struct str access, bool fresh, struct err *err)
{
        enum project_access wanted;

        if (str_is_null(access))
                return RC_OK;
        if (str_eq_nocase(access, STR("RESTRICTED")))
                wanted = ACCESS_RESTRICTED;
        else if (str_eq_nocase(access, STR("PRIVATE")) || str_eq_nocase(access, STR("USER_WRITE")) ||
                 str_eq_nocase(access, STR("ENTITY_WRITE")) || str_is_empty(access))
                wanted = ACCESS_ORGANIZATION;
        else
                return err_set(err, RC_INVALID, "'%.*s' is no visibility: use PRIVATE or RESTRICTED.",
                               STR_ARG(access));
        if (!p->is_registry)
                wanted = ACCESS_ORGANIZATION;
        if (wanted == p->access)
                return RC_OK;
        if (p->is_core)
                return err_set(err, RC_DENIED, "The visibility of the core registry '%.*s' cannot be changed.",
                               STR_ARG(p->name));
        if (!fresh) {
                enum rc rc = policy_require(call, p, ACT_VISIBILITY, err);

                if (rc)
                        return rc;
        }
        p->access = wanted;
        return RC_OK;
}

static enum rc apply_types(struct call *call, struct project *p, const struct project_input *in, bool fresh,
                           struct err *err)
{
        int64_t id;
        enum rc rc;

        if (in->type_count == 0)
                return RC_OK;
        if (!p->is_registry)
                return err_set(err, RC_INVALID, "Only a registry has accepted artifact types.");
        if (p->allow_all_types && !fresh)
                return err_set(err, RC_INVALID,
                               "Cannot update artifact types when `allows_all_artifact_types` is True. Set it to "
                               "False first.");
        if (!fresh) {
                rc = policy_require(call, p, ACT_EDIT_TYPES, err);
                if (rc)
                        return rc;
        }
        for (size_t i = 0; i < in->type_count; i++) {
                rc = model_check_type_name(in->types[i], err);
                if (!rc)
                        rc = store_type_ensure(call->conn, p->id, in->types[i], STR(""), p->updated_us, &id, err);
                if (rc)
                        return rc;
        }
        return RC_OK;
}

static enum rc apply_allow_all(struct call *call, struct project *p, const struct project_input *in, bool fresh,
                               struct err *err)
{
        if (!in->has_allow_all || !p->is_registry || in->allow_all_types == p->allow_all_types)
                return RC_OK;
        if (p->is_core)
                return err_set(err, RC_DENIED,
                               "The core registry '%.*s' accepts named types only: add a type instead.",
                               STR_ARG(p->name));
        if (!fresh) {
                enum rc rc = policy_require(call, p, ACT_EDIT_TYPES, err);

                if (rc)
                        return rc;
        }
        p->allow_all_types = in->allow_all_types;
        return RC_OK;
}

static enum rc apply_description(struct call *call, struct project *p, struct str description, bool fresh,
                                 struct err *err)
{
        enum rc rc;

        if (str_is_null(description) || str_eq(description, p->description))
                return RC_OK;
        if (p->is_core)
                return err_set(err, RC_DENIED, "The description of the core registry '%.*s' cannot be changed.",
                               STR_ARG(p->name));
        rc = model_check_description(description, err);
        if (!rc && !fresh)
                rc = policy_require(call, p, p->is_registry ? ACT_RENAME_REGISTRY : ACT_EDIT_PROJECT, err);
        if (rc)
                return rc;
        p->description = arena_str(call->arena, description);
        return RC_OK;
}

/* What the web app calls one of its pictures or colors. */
static bool is_icon_word(struct str word)
{
        if (word.len > ICON_WORD_MAX)
                return false;
        for (size_t i = 0; i < word.len; i++) {
                char c = word.ptr[i];

                if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
                        return false;
        }
        return true;
}

static enum rc apply_icon(struct call *call, struct project *p, const struct project_input *in, bool fresh,
                          struct err *err)
{
        if (!in->has_icon)
                return RC_OK;
        if (!p->is_registry)
                return err_set(err, RC_INVALID, "Only a registry has an icon.");
        if (!is_icon_word(in->icon_name) || !is_icon_word(in->icon_color))
                return err_set(err, RC_INVALID,
                               "The name and the color of an icon are at most %d lowercase letters, digits and hyphens.",
                               ICON_WORD_MAX);
        if (str_eq(in->icon_name, p->icon_name) && str_eq(in->icon_color, p->icon_color))
                return RC_OK;
        if (!fresh) {
                enum rc rc = policy_require(call, p, ACT_ICON, err);

                if (rc)
                        return rc;
        }
        p->icon_name = arena_str(call->arena, in->icon_name);
        p->icon_color = arena_str(call->arena, in->icon_color);
        return RC_OK;
}

/* Did the call bring anything new? Saving what is there already changes nothing, not even the time. */
static bool differs(const struct project *before, const struct project *after, const struct project_input *in)
{
        return !str_eq(before->description, after->description) || before->access != after->access ||
               before->allow_all_types != after->allow_all_types || in->type_count > 0 ||
               !str_eq(before->icon_name, after->icon_name) || !str_eq(before->icon_color, after->icon_color);
}

static enum rc upsert_apply(struct call *call, struct upsert_job *job, struct err *err)
{
        const struct project_input *in = job->in;
        struct project *p = job->project;
        struct project before = *p;
        enum rc rc;

        p->updated_us = clock_now_us();
        rc = apply_description(call, p, in->description, job->inserted, err);
        if (!rc)
                rc = apply_access(call, p, in->access, job->inserted, err);
        if (!rc)
                rc = apply_allow_all(call, p, in, job->inserted, err);
        if (!rc)
                rc = apply_types(call, p, in, job->inserted, err);
        if (!rc)
                rc = apply_icon(call, p, in, job->inserted, err);
        if (rc)
                return rc;
        if (!differs(&before, p, in)) {
                p->updated_us = before.updated_us;
                return RC_OK;
        }
        rc = store_project_update(call->conn, p, model_fold(call->arena, p->name), err);
        if (rc || job->inserted)
                return rc;
        return event_note(call, &(struct event_row){ .action = STR("project_updated"),
                                                     .org_id = p->org_id,
                                                     .entity_id = p->entity_id,
                                                     .project_id = p->id },
                          err);
}

/*
 * A registry that the caller may not see is answered as if it were to be made: those who may
 * not make one learn nothing, the others that the name is taken, as they must.
 */
static enum rc require_known(struct call *call, const struct entity *entity, const struct project *p,
                             struct err *err)
{
        bool may = false;
        enum rc rc = policy_may(call, p, ACT_VIEW, &may, err);

        if (rc || may)
                return rc;
        if (entity->kind == ENTITY_ORG) {
                rc = project_require_may_create(call, entity, p, err);
                if (rc)
                        return rc;
        }
        return policy_require(call, p, ACT_VIEW, err);
}

static enum rc upsert_write(struct call *call, void *payload, struct err *err)
{
        struct upsert_job *job = payload;
        struct entity *entity = NULL;
        enum rc rc = entity_find(call, job->in->entity_name, &entity, err);

        if (rc)
                return rc;
        if (!entity)
                return err_not_found(err, "entity", job->in->entity_name);
        rc = store_project_by_name(call->conn, call->arena, entity->id, job->in->name, &job->project, err);
        if (rc)
                return rc;
        job->inserted = !job->project;
        if (job->inserted) {
                job->project = project_draft(call, entity, job->in->name);
                rc = project_make(call, entity, job->project, err);
        } else {
                rc = require_known(call, entity, job->project, err);
        }
        if (rc)
                return rc;
        return upsert_apply(call, job, err);
}

enum rc project_upsert(struct call *call, const struct project_input *in, struct project **ret, bool *ret_inserted,
                       struct err *err)
{
        struct upsert_job job = { .in = in };
        enum rc rc;

        if (str_is_empty(in->name))
                return err_set(err, RC_INVALID, "The project needs a name.");
        rc = domain_write(call, upsert_write, &job, err);
        if (rc)
                return rc;
        *ret = job.project;
        *ret_inserted = job.inserted;
        return RC_OK;
}

struct rename_job {
        struct str entity_name, old_name, new_name;
        struct project *project;
};

static enum rc rename_write(struct call *call, void *payload, struct err *err)
{
        struct rename_job *job = payload;
        struct entity *entity = NULL;
        struct project *same = NULL;
        enum rc rc = project_require(call, job->entity_name, job->old_name, ACT_VIEW, &job->project, err);

        if (!rc)
                rc = policy_require(call, job->project,
                                    job->project->is_registry ? ACT_RENAME_REGISTRY : ACT_EDIT_PROJECT, err);
        if (!rc)
                rc = store_entity_by_id(call->conn, call->arena, job->project->entity_id, &entity, err);
        if (rc)
                return rc;
        if (job->project->is_core)
                return err_set(err, RC_DENIED, "The core registry '%.*s' cannot be renamed.",
                               STR_ARG(job->project->name));
        rc = project_check_name(entity, job->new_name, err);
        if (!rc)
                rc = store_project_by_key(call->conn, call->arena, entity->id,
                                          model_fold(call->arena, job->new_name), &same, err);
        if (rc)
                return rc;
        if (same && same->id != job->project->id)
                return err_set(err, RC_EXISTS, "The name '%.*s' is taken, please use a different name.",
                               STR_ARG(same->name));
        job->project->name = arena_str(call->arena, job->new_name);
        job->project->updated_us = clock_now_us();
        rc = store_project_update(call->conn, job->project, model_fold(call->arena, job->new_name), err);
        if (rc)
                return rc;
        return event_note(call, &(struct event_row){ .action = STR("project_renamed"),
                                                     .org_id = job->project->org_id,
                                                     .entity_id = entity->id,
                                                     .project_id = job->project->id,
                                                     .detail = event_detail(call, "from", job->old_name, "to",
                                                                            job->new_name) },
                          err);
}

enum rc project_rename(struct call *call, struct str entity_name, struct str old_name, struct str new_name,
                       struct project **ret, struct err *err)
{
        struct rename_job job = { entity_name, old_name, new_name, NULL };
        enum rc rc = domain_write(call, rename_write, &job, err);

        if (rc)
                return rc;
        *ret = job.project;
        return RC_OK;
}

/* With its collections, at one time: by that they come back together. */
static enum rc delete_whole(struct call *call, const struct project *p, int64_t now, struct err *err)
{
        enum rc rc = p->is_registry ? RC_OK : protect_check_project(call, p->id, err);

        if (!rc)
                rc = store_collection_delete_in(call->conn, p->id, now, err);
        if (!rc)
                rc = store_project_delete(call->conn, p->id, now, err);
        if (rc)
                return rc;
        return event_note(call, &(struct event_row){ .action = p->is_registry ? STR("registry_deleted")
                                                                               : STR("project_deleted"),
                                                     .org_id = p->org_id,
                                                     .entity_id = p->entity_id,
                                                     .project_id = p->id },
                          err);
}

enum rc project_delete_all(struct call *call, int64_t entity_id, struct err *err)
{
        struct project_list page = { NULL, DELETE_PAGE };
        int64_t now = clock_now_us(), after = 0;
        enum rc rc = RC_OK;

        while (!rc && page.count == DELETE_PAGE) {
                rc = store_project_list(call->conn, call->arena, entity_id, after, DELETE_PAGE, &page, err);
                for (size_t i = 0; !rc && i < page.count; i++) {
                        after = page.items[i].id;
                        rc = delete_whole(call, &page.items[i], now, err);
                        if (rc == RC_CONFLICT)
                                return err_prefix(err, rc, "'%.*s'", STR_ARG(page.items[i].name));
                }
        }
        return rc;
}

static enum rc delete_write(struct call *call, void *payload, struct err *err)
{
        int64_t id = *(const int64_t *)payload;
        struct project *p = NULL;
        enum rc rc = store_project_by_id(call->conn, call->arena, id, &p, err);

        if (rc)
                return rc;
        if (!p)
                return err_set(err, RC_NOT_FOUND, "There is no such project or registry: it may have been deleted.");
        rc = policy_require(call, p, p->is_registry ? ACT_DELETE_REGISTRY : ACT_DELETE_PROJECT, err);
        if (rc)
                return rc;
        if (p->is_core)
                return err_set(err, RC_DENIED, "The core registry '%.*s' cannot be deleted.", STR_ARG(p->name));
        return delete_whole(call, p, clock_now_us(), err);
}

enum rc project_delete(struct call *call, int64_t id, struct err *err)
{
        return domain_write(call, delete_write, &id, err);
}
