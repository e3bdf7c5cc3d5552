/*
 * domain/change.c - see change.h.
 */
#include "domain/change.h"

#include "crypto/crypto.h"
#include "domain/artifact.h"
#include "domain/run.h"
#include "store/change.h"
#include "store/organization.h"

#define MARK_BYTES 9

struct looked {
        bool seen;
        struct change_numbers numbers;
};

static enum rc look_at_project(struct call *call, int64_t id, struct looked *ret, struct err *err)
{
        struct project *project = NULL;
        enum rc rc = project_see(call, id, &project, err);

        ret->seen = !rc && project;
        return ret->seen ? store_change_project(call->conn, id, &ret->numbers, err) : rc;
}

static enum rc look_at_collection(struct call *call, int64_t id, struct looked *ret, struct err *err)
{
        struct collection *collection = NULL;
        struct project *project = NULL;
        enum rc rc = collection_see(call, id, &collection, &project, err);

        ret->seen = !rc && collection;
        return ret->seen ? store_change_collection(call->conn, id, &ret->numbers, err) : rc;
}

static enum rc look_at_artifact(struct call *call, int64_t id, struct looked *ret, struct err *err)
{
        struct artifact *artifact = NULL;
        enum rc rc = artifact_see(call, id, &artifact, err);

        ret->seen = !rc && artifact && artifact->state != ARTIFACT_DELETED;
        return ret->seen ? store_change_artifact(call->conn, artifact->id, &ret->numbers, err) : rc;
}

static enum rc look_at_run(struct call *call, int64_t id, struct looked *ret, struct err *err)
{
        struct run *run = NULL;
        enum rc rc = run_see(call, id, &run, err);

        ret->seen = !rc && run;
        return ret->seen ? store_change_run(call->conn, id, &ret->numbers, err) : rc;
}

/* A person sees themselves, the members of a team or an organization what is theirs. */
static enum rc sees(struct call *call, const struct entity *entity, bool *ret, struct err *err)
{
        int role = 0;
        enum rc rc = RC_OK;

        *ret = call->who->admin || entity->id == call->who->entity_id || entity->id == call->who->service_entity_id;
        if (*ret)
                return RC_OK;
        if (entity->kind == ENTITY_TEAM)
                rc = store_role_in_team(call->conn, entity->id, call->who->account_id, &role, err);
        if (!rc && role == 0 && entity->org_id != 0)
                rc = store_role_in_org(call->conn, entity->org_id, call->who->account_id, &role, err);
        if (rc)
                return rc;
        *ret = role > 0;
        return RC_OK;
}

static enum rc look_at_entity(struct call *call, int64_t id, struct looked *ret, struct err *err)
{
        struct entity *entity = NULL;
        struct sight sight = { 0 };
        enum rc rc = store_entity_by_id(call->conn, call->arena, id, &entity, err);

        if (!rc && entity)
                rc = sees(call, entity, &ret->seen, err);
        if (rc || !ret->seen)
                return rc;
        rc = policy_sight(call, entity, &sight, err);
        return rc ? rc : store_change_entity(call->conn, entity->id, entity->org_id, &sight, &ret->numbers, err);
}

static enum rc look_at_organization(struct call *call, int64_t id, struct looked *ret, struct err *err)
{
        struct organization *organization = NULL;
        enum rc rc = store_organization_by_id(call->conn, call->arena, id, &organization, err);

        return rc || !organization ? rc : look_at_entity(call, organization->entity_id, ret, err);
}

static enum rc look(struct call *call, struct id id, struct looked *ret, struct err *err)
{
        switch (id.type) {
        case MODEL_PROJECT:
                return look_at_project(call, id.number, ret, err);
        case MODEL_ARTIFACT_SEQUENCE:
        case MODEL_ARTIFACT_PORTFOLIO:
                return look_at_collection(call, id.number, ret, err);
        case MODEL_ARTIFACT:
                return look_at_artifact(call, id.number, ret, err);
        case MODEL_RUN:
                return look_at_run(call, id.number, ret, err);
        case MODEL_ENTITY:
                return look_at_entity(call, id.number, ret, err);
        case MODEL_ORGANIZATION:
                return look_at_organization(call, id.number, ret, err);
        default:
                return err_set(err, RC_INVALID, "Changes are told of projects, collections, artifacts, runs, entities and "
                                                "organizations: send the id of one.");
        }
}

/* Hashed, so that nobody counts by it what others do. */
static struct str mark_of(struct call *call, const struct looked *looked)
{
        uint8_t digest[32];

        if (!looked->seen)
                return STR_NULL;
        crypto_sha256(&looked->numbers, sizeof(looked->numbers), digest);
        return crypto_base64url(call->arena, digest, MARK_BYTES);
}

enum rc change_mark(struct call *call, struct id id, struct str *ret, struct err *err)
{
        struct looked looked = { 0 };
        enum rc rc = look(call, id, &looked, err);

        if (rc)
                return rc;
        *ret = mark_of(call, &looked);
        return RC_OK;
}

enum rc change_mark_age(struct call *call, struct id id, struct str *ret, int64_t *ret_age_ms, struct err *err)
{
        struct looked looked = { 0 };
        int64_t changed_us = 0, age_us;
        enum rc rc = look(call, id, &looked, err);

        if (!rc && looked.seen)
                rc = store_change_time(call->conn, &looked.numbers, &changed_us, err);
        if (rc)
                return rc;
        /* A clock that was set back makes nothing younger than now. */
        age_us = call_now_us(call) - changed_us;
        *ret = mark_of(call, &looked);
        *ret_age_ms = changed_us == 0 ? -1 : age_us > 0 ? age_us / 1000 : 0;
        return RC_OK;
}
