/*
 * domain/people.c - see people.h.
 */
#include "domain/people.h"

#include "domain/policy_people.h"

static enum rc may_see(struct call *call, const struct entity *entity, bool *ret, struct err *err)
{
        *ret = call->who->admin;
        if (*ret || !entity)
                return RC_OK;
        if (entity->kind == ENTITY_TEAM)
                return policy_sees_team(call, entity, ret, err);
        if (entity->kind == ENTITY_ORG)
                return policy_in_org(call, entity->org_id, MODEL_MEMBER_VIEWER, ret, err);
        return RC_OK;
}

enum rc people_list(struct call *call, const struct entity *entity, struct str text, int64_t after_id, size_t first,
                    struct people_page *ret, struct err *err)
{
        enum people_of of = !entity ? PEOPLE_OF_SERVER : entity->kind == ENTITY_TEAM ? PEOPLE_OF_TEAM : PEOPLE_OF_ORGANIZATION;
        struct member_list list = { 0 };
        bool may = false;
        enum rc rc = may_see(call, entity, &may, err);

        if (!rc && may && (!entity || entity->kind != ENTITY_USER))
                rc = store_people_page(call->conn, call->arena, of,
                                       !entity ? 0 : of == PEOPLE_OF_TEAM ? entity->id : entity->org_id, text, after_id,
                                       first + 1, &list, err);
        if (rc)
                return rc;
        *ret = (struct people_page){ list.items, list.count < first ? list.count : first, list.count > first };
        return RC_OK;
}

enum rc people_of_project(struct call *call, const struct project *project, struct str text, int64_t after_id,
                          size_t first, struct registry_people_page *ret, struct err *err)
{
        struct project_member_list list = { 0 };
        enum rc rc = store_people_of_project(call->conn, call->arena, project->id, text, after_id, first + 1, &list, err);

        if (rc)
                return rc;
        *ret = (struct registry_people_page){ list.items, list.count < first ? list.count : first, list.count > first };
        return RC_OK;
}
