/*
 * api/resolve_account_edit.c - mutations on users, keys, teams and their members.
 *
 * Payload types that wrap one row have that row as their parent.
 */
#include "api/resolve.h"
#include "domain/account.h"
#include "domain/api_key.h"
#include "domain/team.h"

FIELD(Mutation, createUser)
{
        const struct gql_value *input = arg_input(field);
        struct account_new wanted = {
                .email = gql_member_str(input, "email"),
                .admin = gql_bool(gql_member(input, "admin"), false),
        };
        struct account *account = NULL;
        enum rc rc;

        rc = account_name_for_email(call_of(field), wanted.email, &wanted.username, err);
        if (rc)
                return rc;
        rc = account_create(call_of(field), &wanted, &account, err);
        if (rc)
                return rc;
        gql_out_object(out, "CreateUserPayload", account);
        return RC_OK;
}
FIELD_SELF(CreateUserPayload, user, "User")

FIELD(Mutation, updateUser)
{
        struct call *call = call_of(field);
        struct str entity = gql_member_str(arg_input(field), "defaultEntity");
        struct str name = gql_member_str(arg_input(field), "name");
        struct account *account = NULL;
        enum rc rc = RC_OK;

        if (!str_is_empty(entity))
                rc = account_set_default_entity(call, entity, err);
        if (!rc && !str_is_null(name))
                rc = account_set_name(call, name, err);
        if (!rc)
                rc = account_find(call, call->who->username, &account, err);
        if (rc)
                return rc;
        gql_out_object(out, "UpdateUserPayload", account);
        return RC_OK;
}
FIELD_SELF(UpdateUserPayload, user, "User")

/* Keys act as their owner: nobody, not even an administrator, gets one of another person here. */
static enum rc require_service(struct gql_field *field, struct str username, struct err *err)
{
        struct account *account = NULL;
        enum rc rc = account_find(call_of(field), username, &account, err);

        if (rc || account->service || account->id == call_of(field)->who->account_id)
                return rc;
        return err_set(err, RC_DENIED, "API keys of a person are made by that person: ask them to.");
}

FIELD(Mutation, generateApiKey)
{
        const struct gql_value *input = arg_input(field);
        struct api_key_new wanted = {
                .username = gql_member_str(input, "username"),
                .description = gql_member_str(input, "description"),
        };
        struct api_key *key = NULL;
        enum rc rc = RC_OK;

        if (str_is_empty(wanted.username))
                wanted.username = call_of(field)->who->username;
        else
                rc = require_service(field, wanted.username, err);
        if (!rc)
                rc = api_key_create(call_of(field), &wanted, &key, err);
        if (rc)
                return rc;
        gql_out_object(out, "GenerateApiKeyPayload", key);
        return RC_OK;
}
FIELD_SELF(GenerateApiKeyPayload, apiKey, "ApiKey")

FIELD(Mutation, deleteApiKey)
{
        int64_t id = 0;
        enum rc rc = member_id(field, arg_input(field), "id", MODEL_API_KEY, &id, err);

        if (rc)
                return rc;
        rc = api_key_revoke(call_of(field), id, err);
        if (rc)
                return rc;
        gql_out_object(out, "DeleteApiKeyPayload", payload_new(field));
        return RC_OK;
}
FIELD_BOOL(DeleteApiKeyPayload, success, payload, success)

FIELD(Mutation, createTeam)
{
        const struct gql_value *input = arg_input(field);
        struct team_new wanted = {
                .name = gql_member_str(input, "teamName"),
                .admin = gql_member_str(input, "teamAdminUserName"),
                .org = gql_member_str(input, "organizationName"),
        };
        struct entity *team = NULL;
        enum rc rc;

        if (str_is_empty(wanted.admin))
                wanted.admin = call_of(field)->who->username;
        rc = team_create(call_of(field), &wanted, &team, err);
        if (rc)
                return rc;
        gql_out_object(out, "CreateTeamPayload", team);
        return RC_OK;
}
FIELD_SELF(CreateTeamPayload, entity, "Entity")

/*
 * Mail is not this server's business: somebody who has an account joins at once, and
 * somebody who has none must be made one first.
 */
static enum rc find_invited(struct gql_field *field, struct account **ret, struct err *err)
{
        struct call *call = call_of(field);
        const struct gql_value *input = arg_input(field);
        struct str username = gql_member_str(input, "username");
        struct str email = gql_member_str(input, "email");

        if (!str_is_empty(username))
                return account_find(call, username, ret, err);
        if (str_is_empty(email))
                return err_set(err, RC_INVALID, "Whom to invite is missing: give a user name or an e-mail address.");
        return account_find_called(call, email, ret, err);
}

FIELD(Mutation, createInvite)
{
        const struct gql_value *input = arg_input(field);
        bool admin = gql_bool(gql_member(input, "admin"), false);
        struct account *account = NULL;
        enum rc rc = find_invited(field, &account, err);

        if (rc)
                return rc;
        rc = team_set_member(call_of(field), gql_member_str(input, "entityName"), account->username,
                             admin ? MODEL_MEMBER_ADMIN : MODEL_MEMBER_MEMBER, err);
        if (rc)
                return rc;
        gql_out_object(out, "CreateInvitePayload", account);
        return RC_OK;
}
FIELD_SELF(CreateInvitePayload, invite, "Invite")
FIELD_ID(Invite, id, MODEL_USER, account, id)
FIELD_STR(Invite, name, account, username)
FIELD_STR(Invite, email, account, email)
FIELD_SELF(Invite, toUser, "User")

FIELD(Invite, createdAt)
{
        out_time(field, out, clock_now_us());
        return RC_OK;
}

FIELD(Mutation, deleteInvite)
{
        struct call *call = call_of(field);
        const struct gql_value *input = arg_input(field);
        struct account *account = NULL;
        int64_t id = 0;
        enum rc rc = member_id(field, input, "id", MODEL_USER, &id, err);

        if (rc)
                return rc;
        rc = store_account_by_id(call->conn, call->arena, id, &account, err);
        if (rc)
                return rc;
        if (!account || account->deleted_us)
                return err_set(err, RC_NOT_FOUND, "There is no such member.");
        rc = team_remove_member(call, gql_member_str(input, "entityName"), account->username, err);
        if (rc)
                return rc;
        gql_out_object(out, "DeleteInvitePayload", payload_new(field));
        return RC_OK;
}
FIELD_BOOL(DeleteInvitePayload, success, payload, success)

FIELD(Mutation, createServiceAccount)
{
        const struct gql_value *input = arg_input(field);
        struct account *account = NULL;
        enum rc rc = account_create_service(call_of(field), gql_member_str(input, "entityName"),
                                            gql_member_str(input, "description"), &account, err);

        if (rc)
                return rc;
        gql_out_object(out, "CreateServiceAccountPayload", account);
        return RC_OK;
}
FIELD_SELF(CreateServiceAccountPayload, user, "User")
