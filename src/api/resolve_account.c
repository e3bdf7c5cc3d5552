/*
 * api/resolve_account.c - users, entities, teams, organizations, members: what they are.
 *
 * Mutations on them are in resolve_account_edit.c; the projects of an entity in
 * resolve_registry.c.
 *
 * Every name of an entity that exists is answered with an object, because clients fail on
 * null where they look for the organization of a path; but its organization, members and
 * person only to those who may see them. A person's entity has no organization of its own:
 * clients then look at the list of the user's organizations.
 */
#include "api/internal.h"
#include "api/resolve.h"
#include "domain/account.h"
#include "domain/api_key.h"
#include "domain/organization.h"
#include "domain/policy_people.h"
#include "domain/project.h"

#define USERS_MAX 50
#define MEMOS_MAX 64

/* ---- rows by number ------------------------------------------------------------------------- */

static bool recall(struct gql_field *field, const char *type, int64_t number, void **ret_row)
{
        const struct api_request *request = gql_app(field);

        for (const struct memo *memo = request->memos; memo; memo = memo->next) {
                if (memo->number == number && strcmp(memo->type, type) == 0) {
                        *ret_row = memo->row;
                        return true;
                }
        }
        return false;
}

static void remember(struct gql_field *field, const char *type, int64_t number, void *row)
{
        struct api_request *request = gql_app(field);
        struct memo *memo;

        if (request->memo_count >= MEMOS_MAX)
                return;
        memo = arena_new(gql_arena(field), struct memo);
        *memo = (struct memo){ .type = type, .number = number, .row = row, .next = request->memos };
        request->memos = memo;
        request->memo_count++;
}

enum rc out_user(struct gql_field *field, struct gql_out *out, int64_t account_id, struct err *err)
{
        struct call *call = call_of(field);
        struct account *account = NULL;
        void *row = NULL;
        enum rc rc;

        if (account_id == 0)
                return RC_OK;
        if (!recall(field, "User", account_id, &row)) {
                rc = store_account_by_id(call->conn, call->arena, account_id, &account, err);
                if (rc)
                        return rc;
                row = account;
                remember(field, "User", account_id, row);
        }
        gql_out_object(out, "User", row);
        return RC_OK;
}

enum rc out_entity(struct gql_field *field, struct gql_out *out, int64_t entity_id, struct err *err)
{
        struct call *call = call_of(field);
        struct entity *entity = NULL;
        void *row = NULL;
        enum rc rc;

        if (entity_id == 0)
                return RC_OK;
        if (!recall(field, "Entity", entity_id, &row)) {
                rc = store_entity_by_id(call->conn, call->arena, entity_id, &entity, err);
                if (rc)
                        return rc;
                row = entity;
                remember(field, "Entity", entity_id, row);
        }
        gql_out_object(out, "Entity", row);
        return RC_OK;
}

enum rc out_organization(struct gql_field *field, struct gql_out *out, int64_t org_id, struct err *err)
{
        struct call *call = call_of(field);
        struct organization *org = NULL;
        enum rc rc;

        if (org_id == 0)
                return RC_OK;
        rc = store_organization_by_id(call->conn, call->arena, org_id, &org, err);
        if (rc)
                return rc;
        gql_out_object(out, "Organization", org);
        return RC_OK;
}

/* ---- entry points ------------------------------------------------------------------------------ */

FIELD(Query, viewer)
{
        return out_user(field, out, call_of(field)->who->account_id, err);
}

FIELD(Query, entity)
{
        struct entity *entity = NULL;
        enum rc rc = entity_find(call_of(field), gql_arg_str(field, "name"), &entity, err);

        if (rc)
                return rc;
        gql_out_object(out, "Entity", entity);
        return RC_OK;
}

FIELD(Query, organization)
{
        struct call *call = call_of(field);
        struct organization *org = NULL;
        bool sees = false;
        enum rc rc;

        rc = store_organization_by_name(call->conn, call->arena, gql_arg_str(field, "name"), &org, err);
        if (rc || !org)
                return rc;
        rc = policy_in_org(call, org->id, MODEL_MEMBER_VIEWER, &sees, err);
        if (rc || !sees)
                return rc;
        gql_out_object(out, "Organization", org);
        return RC_OK;
}

FIELD(Query, users)
{
        struct call *call = call_of(field);
        struct account_list found;
        struct connection *connection;
        enum rc rc;

        rc = store_account_search(call->conn, call->arena, gql_arg_str(field, "query"), USERS_MAX, &found, err);
        if (rc)
                return rc;
        connection = connection_new(field, found.count);
        for (size_t i = 0; i < found.count; i++) {
                bool sees = false;

                rc = policy_sees_account(call, found.items[i].id, &sees, err);
                if (rc)
                        return rc;
                if (sees)
                        connection_add(connection, "User", &found.items[i], STR_NULL);
        }
        gql_out_object(out, "UserConnection", connection);
        return RC_OK;
}

CONNECTION_EDGES(UserConnection, UserEdge)
EDGE_NODE(UserEdge)

/* ---- users ------------------------------------------------------------------------------------------ */

FIELD_ID(User, id, MODEL_USER, account, id)
FIELD_STR(User, name, account, name)
FIELD_STR(User, username, account, username)
FIELD_NULL(User, photoUrl)
FIELD_BOOL(User, admin, account, admin)
FIELD_CONST_STR(User, flags, "{\"code_saving_enabled\":true}")
FIELD_STR(User, entity, account, default_entity)
FIELD_TIME(User, deletedAt, account, deleted_us)

FIELD(User, email)
{
        const struct account *account = parent;
        bool sees = false;
        enum rc rc = policy_sees_account(call_of(field), account->id, &sees, err);

        if (rc)
                return rc;
        if (sees)
                gql_out_str(out, account->email);
        return RC_OK;
}

FIELD(User, apiKeys)
{
        struct call *call = call_of(field);
        const struct account *account = parent;
        struct api_key_list keys;
        struct connection *connection;
        enum rc rc;

        if (policy_require_keys_of(call, account, NULL) != RC_OK)
                return RC_OK;
        rc = store_api_key_list(call->conn, call->arena, account->id, &keys, err);
        if (rc)
                return rc;
        connection = connection_new(field, keys.count);
        for (size_t i = 0; i < keys.count; i++)
                connection_add(connection, "ApiKey", &keys.items[i], STR_NULL);
        gql_out_object(out, "ApiKeyConnection", connection);
        return RC_OK;
}

FIELD(User, teams)
{
        struct call *call = call_of(field);
        const struct account *account = parent;
        struct entity_list teams;
        struct connection *connection;
        enum rc rc;

        rc = store_team_of_account(call->conn, call->arena, account->id, &teams, err);
        if (rc)
                return rc;
        connection = connection_new(field, teams.count);
        for (size_t i = 0; i < teams.count; i++) {
                bool sees = false;

                rc = policy_sees_team(call, &teams.items[i], &sees, err);
                if (rc)
                        return rc;
                if (sees)
                        connection_add(connection, "Entity", &teams.items[i], STR_NULL);
        }
        gql_out_object(out, "EntityConnection", connection);
        return RC_OK;
}

FIELD(User, organizations)
{
        struct call *call = call_of(field);
        const struct account *account = parent;
        struct organization_list orgs;
        size_t count = 0;
        enum rc rc;

        rc = store_organization_of_account(call->conn, call->arena, account->id, &orgs, err);
        if (rc)
                return rc;
        for (size_t i = 0; i < orgs.count; i++) {
                bool sees = false;

                rc = policy_in_org(call, orgs.items[i].id, MODEL_MEMBER_VIEWER, &sees, err);
                if (rc)
                        return rc;
                if (sees)
                        orgs.items[count++] = orgs.items[i];
        }
        gql_out_list(out, count);
        for (size_t i = 0; i < count; i++)
                gql_out_object(gql_out_item(out, i), "Organization", &orgs.items[i]);
        return RC_OK;
}

CONNECTION_EDGES(ApiKeyConnection, ApiKeyEdge)
EDGE_NODE(ApiKeyEdge)
FIELD_ID(ApiKey, id, MODEL_API_KEY, api_key, id)
FIELD_STR(ApiKey, description, api_key, description)
FIELD_TIME(ApiKey, createdAt, api_key, created_us)
FIELD_TIME(ApiKey, lastUsedAt, api_key, last_used_us)

FIELD(ApiKey, name)
{
        const struct api_key *key = parent;

        if (str_is_null(key->secret))
                gql_out_str(out, arena_printf(gql_arena(field), "************%.*s", STR_ARG(key->hint)));
        else
                gql_out_str(out, key->secret);
        return RC_OK;
}

/* ---- entities ------------------------------------------------------------------------------------------ */

CONNECTION_EDGES(EntityConnection, EntityEdge)
EDGE_NODE(EntityEdge)
FIELD_ID(Entity, id, MODEL_ENTITY, entity, id)
FIELD_STR(Entity, name, entity, name)
FIELD_CONST_BOOL(Entity, available, true)
FIELD_NULL(Entity, photoUrl)
FIELD_CONST_BOOL(Entity, readOnly, false)
FIELD_CONST_BOOL(Entity, readOnlyAdmin, false)
FIELD_CONST_BOOL(Entity, privateOnly, false)
FIELD_CONST_BOOL(Entity, codeSavingEnabled, true)
FIELD_CONST_STR(Entity, defaultAccess, "PRIVATE")
FIELD_CONST_BOOL(Entity, isPaid, false)
FIELD_CONST_BOOL(Entity, xxhashDigestsEnabled, true)

FIELD(Entity, entityType)
{
        gql_out_str(out, str_from(entity_kind_name(((const struct entity *)parent)->kind)));
        return RC_OK;
}

FIELD(Entity, isTeam)
{
        gql_out_bool(out, ((const struct entity *)parent)->kind == ENTITY_TEAM);
        return RC_OK;
}

FIELD(Entity, limits)
{
        gql_out_json(out, STR("{}"));
        return RC_OK;
}

/* May the caller look behind the name? */
static enum rc sees_entity(struct gql_field *field, const struct entity *entity, bool *ret, struct err *err)
{
        struct call *call = call_of(field);
        struct account *account = NULL;
        enum rc rc;

        if (entity->kind == ENTITY_TEAM)
                return policy_sees_team(call, entity, ret, err);
        if (entity->kind == ENTITY_ORG)
                return policy_in_org(call, entity->org_id, MODEL_MEMBER_VIEWER, ret, err);
        rc = store_account_by_entity(call->conn, call->arena, entity->id, &account, err);
        if (rc)
                return rc;
        *ret = false;
        return account ? policy_sees_account(call, account->id, ret, err) : RC_OK;
}

FIELD(Entity, storageBytes)
{
        const struct entity *entity = parent;
        bool sees = false;
        int64_t bytes = 0;
        enum rc rc = sees_entity(field, entity, &sees, err);

        if (!rc && sees)
                rc = store_entity_bytes(call_of(field)->conn, entity->id, &bytes, err);
        if (rc)
                return rc;
        gql_out_int(out, bytes);
        return RC_OK;
}

FIELD(Entity, organization)
{
        const struct entity *entity = parent;
        bool sees = false;
        enum rc rc;

        if (entity->kind == ENTITY_USER)
                return RC_OK;
        rc = sees_entity(field, entity, &sees, err);
        if (rc || !sees)
                return rc;
        return out_organization(field, out, entity->org_id, err);
}

FIELD(Entity, user)
{
        struct call *call = call_of(field);
        const struct entity *entity = parent;
        struct account *account = NULL;
        bool sees = false;
        enum rc rc;

        if (entity->kind != ENTITY_USER)
                return RC_OK;
        rc = store_account_by_entity(call->conn, call->arena, entity->id, &account, err);
        if (rc || !account)
                return rc;
        rc = policy_sees_account(call, account->id, &sees, err);
        if (rc || !sees)
                return rc;
        gql_out_object(out, "User", account);
        return RC_OK;
}

static void out_members(struct gql_out *out, struct member_list *members)
{
        gql_out_list(out, members->count);
        for (size_t i = 0; i < members->count; i++)
                gql_out_object(gql_out_item(out, i), "Member", &members->items[i]);
}

FIELD(Entity, members)
{
        struct call *call = call_of(field);
        const struct entity *entity = parent;
        struct member_list members = { 0 };
        bool sees = false;
        enum rc rc = RC_OK;

        if (entity->kind != ENTITY_USER)
                rc = sees_entity(field, entity, &sees, err);
        if (!rc && sees && entity->kind == ENTITY_TEAM)
                rc = store_team_members(call->conn, call->arena, entity->id, &members, err);
        else if (!rc && sees)
                rc = store_organization_members(call->conn, call->arena, entity->org_id, &members, err);
        if (rc)
                return rc;
        out_members(out, &members);
        return RC_OK;
}

/* Clients hand a member's id to deleteInvite, and a user's id to registries: one kind of id serves both. */
FIELD_ID(Member, id, MODEL_USER, member, account_id)
FIELD_STR(Member, name, member, name)
FIELD_STR(Member, username, member, username)
FIELD_STR(Member, email, member, email)
FIELD_STR(Member, scope, member, scope)
FIELD_NULL(Member, photoUrl)
FIELD_NULL(Member, apiKey)
FIELD_CONST_BOOL(Member, pending, false)

FIELD(Member, accountType)
{
        gql_out_str(out, ((const struct member *)parent)->service ? STR("SERVICE") : STR("MEMBER"));
        return RC_OK;
}

FIELD(Member, admin)
{
        gql_out_bool(out, ((const struct member *)parent)->role == MODEL_MEMBER_ADMIN);
        return RC_OK;
}

FIELD(Member, role)
{
        gql_out_str(out, str_from(model_member_role_name(((const struct member *)parent)->role)));
        return RC_OK;
}

/* ---- organizations ---------------------------------------------------------------------------------------- */

FIELD_ID(Organization, id, MODEL_ORGANIZATION, organization, id)
FIELD_STR(Organization, name, organization, name)
FIELD_NULL(Organization, coreWeaveOrganizationId)
FIELD_SELF(Organization, advancedRegistryFeatures, "AdvancedRegistryFeatures")
FIELD_CONST_BOOL(AdvancedRegistryFeatures, advancedSearch, true)

FIELD(Organization, orgEntity)
{
        return out_entity(field, out, ((const struct organization *)parent)->entity_id, err);
}

/* There are none; clients only look whether a name is in the list. */
FIELD(Organization, featureFlags)
{
        gql_out_list(out, 0);
        return RC_OK;
}
FIELD_NULL(FeatureFlag, rampKey)
FIELD_CONST_BOOL(FeatureFlag, isEnabled, false)

FIELD(Organization, members)
{
        struct call *call = call_of(field);
        struct member_list members = { 0 };
        enum rc rc = store_organization_members(call->conn, call->arena, ((const struct organization *)parent)->id,
                                                &members, err);

        if (rc)
                return rc;
        out_members(out, &members);
        return RC_OK;
}

FIELD(Organization, teams)
{
        struct call *call = call_of(field);
        struct entity_list teams = { 0 };
        enum rc rc = store_team_list(call->conn, call->arena, ((const struct organization *)parent)->id, &teams,
                                     err);

        if (rc)
                return rc;
        gql_out_list(out, teams.count);
        for (size_t i = 0; i < teams.count; i++)
                gql_out_object(gql_out_item(out, i), "Entity", &teams.items[i]);
        return RC_OK;
}
