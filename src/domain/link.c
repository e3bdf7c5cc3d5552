/*
 * domain/link.c - links into registries and portfolios, and aliases; see artifact.h.
 *
 * A link is a membership of the artifact in a portfolio. The portfolio numbers its members
 * itself and never gives a number twice. `latest` sits on the newest link. Linking the same
 * version again keeps its membership and moves the aliases.
 */
#include "domain/artifact.h"

#include "base/clock.h"
#include "domain/event.h"
#include "domain/protect.h"

/* ---- aliases ---- */

static enum rc note_alias(struct call *call, const struct project *project, const struct collection *collection,
                          int64_t version, int64_t artifact_id, struct str action, struct str alias,
                          struct err *err)
{
        return event_note(call, &(struct event_row){ .action = action,
                                                     .org_id = project->org_id,
                                                     .entity_id = project->entity_id,
                                                     .project_id = project->id,
                                                     .collection_id = collection->id,
                                                     .artifact_id = artifact_id,
                                                     .has_version = true,
                                                     .version = version,
                                                     .alias = alias },
                          err);
}

enum rc alias_put(struct call *call, const struct project *project, const struct collection *collection,
                  int64_t version, int64_t artifact_id, struct str alias, struct err *err)
{
        int64_t before = -1;
        enum rc rc = model_check_alias(alias, err);

        if (!rc)
                rc = store_alias_set(call->conn, collection->id, alias, version, clock_now_us(), &before, err);
        if (rc || before == version)
                return rc;
        rc = protect_check_alias(call, project, alias, err);
        if (rc)
                return rc;
        if (before >= 0) {
                rc = note_alias(call, project, collection, before, 0, STR("alias_removed"), alias, err);
                if (rc)
                        return rc;
        }
        return note_alias(call, project, collection, version, artifact_id, STR("alias_added"), alias, err);
}

enum rc alias_put_latest(struct call *call, const struct project *project, const struct collection *collection,
                         int64_t version, int64_t artifact_id, struct err *err)
{
        bool may = false;
        enum rc rc = protect_may(call, project, STR("latest"), &may, err);

        if (rc || !may)
                return rc;
        return alias_put(call, project, collection, version, artifact_id, STR("latest"), err);
}

enum rc alias_drop_all(struct call *call, const struct project *project, const struct collection *collection,
                       int64_t version, int64_t artifact_id, struct err *err)
{
        struct alias_list aliases;
        enum rc rc = store_alias_of_version(call->conn, call->arena, collection->id, version, &aliases, err);

        for (size_t i = 0; !rc && i < aliases.count; i++)
                rc = note_alias(call, project, collection, version, artifact_id, STR("alias_removed"),
                                aliases.items[i].alias, err);
        return rc;
}

struct alias_job {
        int64_t artifact_id;
        const struct alias_change *changes;
        size_t count;
        bool remove;
};

static enum rc change_one(struct call *call, const struct alias_job *job, const struct alias_change *change,
                          struct err *err)
{
        struct project *project = NULL;
        struct collection *collection = NULL;
        struct membership place;
        bool found = false, removed = false;
        enum rc rc = project_require(call, change->entity_name, change->project_name, ACT_ALIAS, &project, err);

        if (!rc)
                rc = store_collection_by_name(call->conn, call->arena, project->id, change->collection_name,
                                              &collection, err);
        if (rc)
                return rc;
        if (!collection)
                return err_not_found(err, "collection", change->collection_name);
        rc = store_membership_by_artifact(call->conn, collection->id, job->artifact_id, &place, &found, err);
        if (rc)
                return rc;
        if (!found)
                return err_set(err, RC_NOT_FOUND, "The artifact is not in the collection '%.*s': link it first.",
                               STR_ARG(collection->name));
        if (!job->remove)
                return alias_put(call, project, collection, place.version, job->artifact_id, change->alias, err);
        rc = store_alias_remove(call->conn, collection->id, change->alias, place.version, &removed, err);
        if (rc || !removed)
                return rc;
        rc = protect_check_alias(call, project, change->alias, err);
        if (rc)
                return rc;
        return note_alias(call, project, collection, place.version, job->artifact_id, STR("alias_removed"),
                          change->alias, err);
}

static enum rc alias_write(struct call *call, void *payload, struct err *err)
{
        const struct alias_job *job = payload;
        enum rc rc = RC_OK;

        for (size_t i = 0; !rc && i < job->count; i++)
                rc = change_one(call, job, &job->changes[i], err);
        return rc;
}

enum rc alias_change(struct call *call, int64_t artifact_id, const struct alias_change *changes, size_t count,
                     bool remove, struct err *err)
{
        struct alias_job job = { artifact_id, changes, count, remove };

        return domain_write(call, alias_write, &job, err);
}

/* ---- linking ---- */

struct link_job {
        const struct link_input *in;
        struct artifact *artifact;
        struct project *source;
        struct project *project;
        struct collection *portfolio;
        struct membership place;
        int64_t now_us;
};

static enum rc find_linked_artifact(struct call *call, struct link_job *job, struct err *err)
{
        const struct link_input *in = job->in;
        struct artifact *a = NULL;
        bool may = false;
        enum rc rc;

        if (in->artifact_id)
                rc = store_artifact_by_id(call->conn, call->arena, in->artifact_id, &a, err);
        else
                rc = store_artifact_by_client(call->conn, call->arena, in->client_id, &a, err);
        if (!rc && a)
                rc = policy_may_artifact(call, a, ACT_DOWNLOAD, &may, err);
        if (rc)
                return rc;
        if (!a || !may)
                return err_set(err, RC_NOT_FOUND,
                               "There is no such artifact to link, or you may not read it: log it first.");
        if (a->state != ARTIFACT_COMMITTED)
                return err_set(err, RC_CONFLICT,
                               "The artifact is not committed: wait until it is logged (artifact.wait()), then "
                               "link it.");
        job->artifact = a;
        rc = store_project_by_id(call->conn, call->arena, a->project_id, &job->source, err);
        if (rc)
                return rc;
        if (!job->source)
                return err_set(err, RC_NOT_FOUND, "The artifact's project was deleted: log the artifact again.");
        return RC_OK;
}

/* The project to link into: a registry must exist, an ordinary project is made on demand. */
static enum rc find_target_project(struct call *call, struct link_job *job, struct err *err)
{
        const struct link_input *in = job->in;
        struct entity *entity = NULL;
        enum rc rc;

        if (in->portfolio_id) {
                rc = collection_see(call, in->portfolio_id, &job->portfolio, &job->project, err);
                if (rc)
                        return rc;
                if (!job->portfolio)
                        return err_set(err, RC_NOT_FOUND, "There is no such collection, or you may not see it.");
                return RC_OK;
        }
        rc = entity_find(call, in->entity_name, &entity, err);
        if (rc)
                return rc;
        if (!entity)
                return err_not_found(err, "entity", in->entity_name);
        rc = project_find_in(call, entity, in->project_name, &job->project, err);
        if (rc || job->project)
                return rc;
        if (entity->kind == ENTITY_ORG || registry_is_project(in->project_name))
                return err_set(err, RC_NOT_FOUND,
                               "There is no registry '%.*s' in '%.*s', or you may not see it: create it first.",
                               STR_ARG(in->project_name), STR_ARG(entity->name));
        return project_ensure(call, in->entity_name, in->project_name, &job->project, err);
}

/* Only a team of the same organization publishes to its registries; projects link within their team. */
static enum rc check_same_home(const struct link_job *job, struct err *err)
{
        bool ok = job->project->is_registry ? job->source->entity_kind == ENTITY_TEAM &&
                                                      job->source->org_id == job->project->org_id
                                            : job->source->entity_id == job->project->entity_id;

        if (ok)
                return RC_OK;
        if (job->project->is_registry && job->source->entity_kind == ENTITY_USER)
                return err_set(err, RC_INVALID,
                               "linking is only allowed within the same team or to a collection in your "
                               "organization's registry: '%.*s' is a personal entity, log the artifact in a project "
                               "of one of the organization's teams and link that.",
                               STR_ARG(job->source->entity_name));
        return err_set(err, RC_INVALID,
                       "linking is only allowed within the same team or to a collection in your organization's "
                       "registry: '%.*s' and '%.*s' have different homes.",
                       STR_ARG(job->source->entity_name), STR_ARG(job->project->entity_name));
}

static enum rc check_type_accepted(struct call *call, const struct link_job *job, struct err *err)
{
        struct artifact_type *accepted = NULL;
        enum rc rc;

        if (!job->project->is_registry || job->project->allow_all_types)
                return RC_OK;
        rc = store_type_by_name(call->conn, call->arena, job->project->id, job->artifact->type_name, &accepted,
                                err);
        if (rc || accepted)
                return rc;
        return err_set(err, RC_INVALID,
                       "The registry '%.*s' does not accept artifacts of type '%.*s': link a version of an accepted "
                       "type, or add the type to the registry.",
                       STR_ARG(job->project->name), STR_ARG(job->artifact->type_name));
}

static enum rc make_portfolio(struct call *call, struct link_job *job, struct err *err)
{
        struct collection *c = arena_new(call->arena, struct collection);
        enum rc rc = model_check_collection_name(job->in->portfolio_name, err);

        if (!rc)
                rc = policy_require(call, job->project, ACT_CREATE_COLLECTION, err);
        if (!rc)
                rc = store_type_ensure(call->conn, job->project->id, job->artifact->type_name, STR(""), job->now_us,
                                       &c->type_id, err);
        if (rc)
                return rc;
        c->project_id = job->project->id;
        c->kind = COLLECTION_PORTFOLIO;
        c->type_name = job->artifact->type_name;
        c->name = job->in->portfolio_name;
        c->description = STR("");
        c->created_us = c->updated_us = job->now_us;
        rc = store_collection_insert(call->conn, c, STR_NULL, call->who->account_id, err);
        if (rc)
                return rc;
        job->portfolio = c;
        return event_note(call, &(struct event_row){ .action = STR("collection_created"),
                                                     .org_id = job->project->org_id,
                                                     .entity_id = job->project->entity_id,
                                                     .project_id = job->project->id,
                                                     .collection_id = c->id },
                          err);
}

static enum rc find_or_make_portfolio(struct call *call, struct link_job *job, struct err *err)
{
        enum rc rc = RC_OK;

        if (!job->portfolio)
                rc = store_collection_by_name(call->conn, call->arena, job->project->id, job->in->portfolio_name,
                                              &job->portfolio, err);
        if (rc)
                return rc;
        if (!job->portfolio)
                return make_portfolio(call, job, err);
        if (job->portfolio->kind != COLLECTION_PORTFOLIO)
                return err_set(err, RC_CONFLICT,
                               "'%.*s' holds artifacts that were logged there: choose another name to link to.",
                               STR_ARG(job->portfolio->name));
        if (!str_eq(job->portfolio->type_name, job->artifact->type_name))
                return err_set(err, RC_INVALID,
                               "The collection '%.*s' holds artifacts of type '%.*s', not '%.*s': link to another "
                               "collection.",
                               STR_ARG(job->portfolio->name), STR_ARG(job->portfolio->type_name),
                               STR_ARG(job->artifact->type_name));
        return RC_OK;
}

static enum rc put_membership(struct call *call, struct link_job *job, struct err *err)
{
        bool found = false;
        enum rc rc = store_membership_by_artifact(call->conn, job->portfolio->id, job->artifact->id, &job->place,
                                                  &found, err);

        if (rc || found)
                return rc;
        job->place.collection_id = job->portfolio->id;
        job->place.artifact_id = job->artifact->id;
        job->place.created_us = job->now_us;
        rc = store_collection_next_version(call->conn, job->portfolio->id, job->now_us, &job->place.version, err);
        if (!rc)
                rc = store_membership_insert(call->conn, &job->place, call->who->account_id, err);
        if (!rc && job->artifact->ttl_s != TTL_OFF) {
                job->artifact->ttl_s = TTL_OFF;   /* a link keeps its version alive */
                rc = store_artifact_update(call->conn, job->artifact, err);
        }
        if (rc)
                return rc;
        return event_note(call, &(struct event_row){ .action = STR("version_linked"),
                                                     .org_id = job->project->org_id,
                                                     .entity_id = job->project->entity_id,
                                                     .project_id = job->project->id,
                                                     .collection_id = job->portfolio->id,
                                                     .artifact_id = job->artifact->id,
                                                     .has_version = true,
                                                     .version = job->place.version },
                          err);
}

static enum rc link_write(struct call *call, void *payload, struct err *err)
{
        struct link_job *job = payload;
        struct membership newest;
        bool any = false;
        enum rc rc;

        job->now_us = clock_now_us();
        rc = find_linked_artifact(call, job, err);
        if (!rc)
                rc = find_target_project(call, job, err);
        if (!rc)
                rc = policy_require(call, job->project, ACT_LINK, err);
        if (!rc)
                rc = check_same_home(job, err);
        if (!rc)
                rc = check_type_accepted(call, job, err);
        if (!rc)
                rc = find_or_make_portfolio(call, job, err);
        if (!rc)
                rc = put_membership(call, job, err);
        if (!rc)
                rc = store_membership_last(call->conn, job->portfolio->id, &newest, &any, err);
        if (!rc && any && newest.version == job->place.version)
                rc = alias_put_latest(call, job->project, job->portfolio, job->place.version, job->artifact->id,
                                      err);
        for (size_t i = 0; !rc && i < job->in->alias_count; i++)
                rc = alias_put(call, job->project, job->portfolio, job->place.version, job->artifact->id,
                               job->in->aliases[i], err);
        return rc;
}

enum rc artifact_link(struct call *call, const struct link_input *in, struct version **ret, struct err *err)
{
        struct link_job job = { .in = in };
        struct version *v;
        enum rc rc;

        if (!in->artifact_id && str_is_empty(in->client_id))
                return err_set(err, RC_INVALID, "Say which artifact to link: artifactID or clientID.");
        if (!in->portfolio_id && (str_is_empty(in->portfolio_name) || str_is_empty(in->project_name)))
                return err_set(err, RC_INVALID,
                               "Say where to link to: artifactPortfolioID, or projectName and "
                               "artifactPortfolioName.");
        rc = domain_write(call, link_write, &job, err);
        if (rc)
                return rc;
        v = arena_new(call->arena, struct version);
        v->artifact = job.artifact;
        v->place = job.place;
        v->collection = job.portfolio;
        v->project = job.project;
        *ret = v;
        return RC_OK;
}

/* ---- unlinking ---- */

struct unlink_job {
        int64_t artifact_id, portfolio_id;
};

enum rc version_remove_link(struct call *call, const struct project *project, const struct collection *portfolio,
                            const struct membership *place, struct err *err)
{
        struct membership newest;
        bool any = false;
        enum rc rc = store_membership_by_alias(call->conn, portfolio->id, STR("latest"), &newest, &any, err);

        if (!rc)
                rc = alias_drop_all(call, project, portfolio, place->version, place->artifact_id, err);
        if (!rc)
                rc = store_membership_delete(call->conn, portfolio->id, place->version, err);
        if (!rc)
                rc = store_collection_add_count(call->conn, portfolio->id, -1, clock_now_us(), err);
        if (!rc)
                rc = event_note(call, &(struct event_row){ .action = STR("version_unlinked"),
                                                           .org_id = project->org_id,
                                                           .entity_id = project->entity_id,
                                                           .project_id = project->id,
                                                           .collection_id = portfolio->id,
                                                           .artifact_id = place->artifact_id,
                                                           .has_version = true,
                                                           .version = place->version },
                                err);
        if (rc || !any || newest.version != place->version)
                return rc;
        /* `latest` was on it: the highest version that is left carries it now. */
        rc = store_membership_last(call->conn, portfolio->id, &newest, &any, err);
        if (rc || !any)
                return rc;
        return alias_put_latest(call, project, portfolio, newest.version, newest.artifact_id, err);
}

static enum rc unlink_write(struct call *call, void *payload, struct err *err)
{
        const struct unlink_job *job = payload;
        struct collection *portfolio = NULL;
        struct project *project = NULL;
        struct membership place;
        bool found = false;
        enum rc rc = collection_see(call, job->portfolio_id, &portfolio, &project, err);

        if (rc)
                return rc;
        if (!portfolio || portfolio->kind != COLLECTION_PORTFOLIO)
                return err_set(err, RC_NOT_FOUND, "There is no such collection of links, or you may not see it.");
        rc = policy_require(call, project, ACT_UNLINK, err);
        if (!rc)
                rc = store_membership_by_artifact(call->conn, portfolio->id, job->artifact_id, &place, &found, err);
        if (rc)
                return rc;
        if (!found)
                return err_set(err, RC_NOT_FOUND, "The version is not linked into '%.*s'.",
                               STR_ARG(portfolio->name));
        rc = protect_check_unlink(call, project, portfolio->id, place.version, err);
        return rc ? rc : version_remove_link(call, project, portfolio, &place, err);
}

enum rc artifact_unlink(struct call *call, int64_t artifact_id, int64_t portfolio_id, struct err *err)
{
        struct unlink_job job = { artifact_id, portfolio_id };

        return domain_write(call, unlink_write, &job, err);
}
