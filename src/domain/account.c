/*
 * domain/account.c - making and deleting users; see account.h.
 */
#include "domain/account.h"

#include "base/clock.h"
#include "crypto/crypto.h"
#include "domain/event.h"
#include "domain/policy_people.h"
#include "domain/project.h"
#include "store/session.h"

/* Of a full name, and of the description that names a service account. */
#define NAME_MAX_BYTES 200

const char *entity_kind_name(enum entity_kind kind)
{
        static const char *const names[] = { "user", "team", "organization" };

        return names[kind];
}

enum rc entity_name_is_free(struct call *call, struct str name, struct err *err)
{
        struct entity *holder = NULL;
        enum rc rc = store_entity_by_name(call->conn, call->arena, name, &holder, err);

        if (rc || !holder)
                return rc;
        return err_set(err, RC_EXISTS, "The name '%.*s' is taken by the %s '%.*s': choose another.", STR_ARG(name),
                       entity_kind_name(holder->kind), STR_ARG(holder->name));
}

enum rc account_find(struct call *call, struct str username, struct account **ret, struct err *err)
{
        struct account *found = NULL;
        enum rc rc = store_account_by_username(call->conn, call->arena, username, &found, err);

        if (rc)
                return rc;
        if (!found)
                return err_set(err, RC_NOT_FOUND, "There is no user '%.*s'.", STR_ARG(username));
        *ret = found;
        return RC_OK;
}

enum rc account_find_called(struct call *call, struct str called, struct account **ret, struct err *err)
{
        struct account *found = NULL;
        enum rc rc;

        if (str_find(called, '@', 0) == SIZE_MAX)
                return account_find(call, called, ret, err);
        rc = store_account_by_email(call->conn, call->arena, called, &found, err);
        if (rc)
                return rc;
        if (!found)
                return err_set(err, RC_NOT_FOUND,
                               "There is no user with this e-mail address: an administrator must create the user first.");
        *ret = found;
        return RC_OK;
}

/* The entity and the account, inside the writer. */
static enum rc insert_account(struct call *call, struct account *a, const char *action, struct err *err)
{
        struct entity entity = { .name = a->username, .kind = ENTITY_USER, .created_us = clock_now_us() };
        enum rc rc;

        rc = entity_name_is_free(call, a->username, err);
        if (rc)
                return rc;
        rc = store_entity_insert(call->conn, call->arena, &entity, err);
        if (rc)
                return rc;
        a->entity_id = entity.id;
        a->created_us = entity.created_us;
        rc = store_account_insert(call->conn, call->arena, a, err);
        if (rc)
                return rc;
        return event_note(call,
                          &(struct event_row){
                                  .action = str_from(action),
                                  .entity_id = entity.id,
                                  .subject_id = a->id,
                                  .detail = event_detail(call, "username", a->username, NULL, STR_NULL),
                          },
                          err);
}

struct create_job {
        const struct account_new *wanted;
        struct account *made;
};

static enum rc create_write(struct call *call, void *payload, struct err *err)
{
        struct create_job *job = payload;
        struct account a = {
                .username = job->wanted->username,
                .name = str_is_empty(job->wanted->name) ? job->wanted->username : job->wanted->name,
                .email = str_is_empty(job->wanted->email) ? STR_NULL : job->wanted->email,
                .admin = job->wanted->admin,
        };
        enum rc rc = insert_account(call, &a, "user_created", err);

        return rc ? rc : store_account_by_id(call->conn, call->arena, a.id, &job->made, err);
}

enum rc account_create(struct call *call, const struct account_new *wanted, struct account **ret, struct err *err)
{
        struct create_job job = { .wanted = wanted };
        enum rc rc;

        rc = policy_require_admin(call, "create users", err);
        if (rc)
                return rc;
        rc = model_check_entity_name(wanted->username, err);
        if (rc)
                return rc;
        if (!str_is_empty(wanted->email)) {
                rc = model_check_email(wanted->email, err);
                if (rc)
                        return rc;
        }
        rc = domain_write(call, create_write, &job, err);
        if (rc)
                return rc;
        *ret = job.made;
        return RC_OK;
}

static enum rc delete_write(struct call *call, void *payload, struct err *err)
{
        const struct str *username = payload;
        struct account *a = NULL;
        enum rc rc = account_find(call, *username, &a, err);

        if (rc)
                return rc;
        rc = project_delete_all(call, a->entity_id, err);
        if (!rc)
                rc = store_account_retire(call->conn, a, clock_now_us(), err);
        if (rc)
                return rc;
        return event_note(call,
                          &(struct event_row){
                                  .action = STR("user_deleted"),
                                  .entity_id = a->entity_id,
                                  .subject_id = a->id,
                                  .detail = event_detail(call, "username", a->username, NULL, STR_NULL),
                          },
                          err);
}

enum rc account_delete(struct call *call, struct str username, struct err *err)
{
        enum rc rc = policy_require_admin(call, "delete users", err);

        return rc ? rc : domain_write(call, delete_write, &username, err);
}

struct password_job {
        struct str username, phc;
};

static enum rc password_write(struct call *call, void *payload, struct err *err)
{
        struct password_job *job = payload;
        struct account *a = NULL;
        enum rc rc = account_find(call, job->username, &a, err);

        if (rc)
                return rc;
        if (!call->who->admin && call->who->account_id != a->id)
                return err_set(err, RC_DENIED, "Only '%.*s' or an administrator of this server may change this password.",
                               STR_ARG(a->username));
        if (a->service)
                return err_set(err, RC_INVALID, "'%.*s' is a service account: it signs in with API keys only.",
                               STR_ARG(a->username));
        rc = store_account_set_password(call->conn, a->id, job->phc, err);
        if (rc)
                return rc;
        rc = store_session_delete_all(call->conn, a->id, err);
        if (rc)
                return rc;
        return event_note(call,
                          &(struct event_row){
                                  .action = STR("password_changed"),
                                  .entity_id = a->entity_id,
                                  .subject_id = a->id,
                                  .detail = event_detail(call, "username", a->username, NULL, STR_NULL),
                          },
                          err);
}

enum rc account_set_password(struct call *call, struct str username, struct str phc, struct err *err)
{
        struct password_job job = { .username = username, .phc = phc };

        return domain_write(call, password_write, &job, err);
}

static enum rc default_write(struct call *call, void *payload, struct err *err)
{
        const struct str *name = payload;
        struct entity *entity = NULL;
        int role = 0;
        enum rc rc;

        rc = store_entity_by_name(call->conn, call->arena, *name, &entity, err);
        if (rc)
                return rc;
        if (entity && entity->kind == ENTITY_TEAM) {
                rc = store_role_in_team(call->conn, entity->id, call->who->account_id, &role, err);
                if (rc)
                        return rc;
        }
        if (!entity || (entity->id != call->who->entity_id && role == 0))
                return err_set(err, RC_NOT_FOUND,
                               "'%.*s' is neither your own entity nor a team of yours: name one of these.",
                               STR_ARG(*name));
        return store_account_set_default(call->conn, call->who->account_id, entity->id, err);
}

enum rc account_set_default_entity(struct call *call, struct str entity_name, struct err *err)
{
        return domain_write(call, default_write, &entity_name, err);
}

static enum rc name_write(struct call *call, void *payload, struct err *err)
{
        const struct str *name = payload;
        enum rc rc = store_account_set_name(call->conn, call->who->account_id,
                                            str_is_empty(*name) ? call->who->username : *name, err);

        return rc ? rc
                  : event_note(call,
                               &(struct event_row){
                                       .action = STR("user_renamed"),
                                       .entity_id = call->who->entity_id,
                                       .subject_id = call->who->account_id,
                                       .detail = event_detail(call, "username", call->who->username, "name", *name),
                               },
                               err);
}

static bool is_one_line(struct str text)
{
        for (size_t i = 0; i < text.len; i++)
                if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7f)
                        return false;
        return true;
}

enum rc account_set_name(struct call *call, struct str name, struct err *err)
{
        struct str text = str_trim(name);

        if (text.len > NAME_MAX_BYTES || !str_is_utf8(text) || !is_one_line(text))
                return err_set(err, RC_INVALID, "A full name is one line of at most %d bytes of text.", NAME_MAX_BYTES);
        if (call->who->account_id == 0)
                return err_set(err, RC_INVALID, "The operator has no name: do this as a user.");
        return domain_write(call, name_write, &text, err);
}

/* ---- service accounts ---- */

struct service_job {
        struct str owner_name, description;
        struct account *made;
};

static enum rc find_service_owner(struct call *call, struct str name, struct entity **ret, struct err *err)
{
        struct organization *org = NULL;
        struct entity *owner = NULL;
        enum rc rc = entity_find(call, name, &owner, err);

        if (rc)
                return rc;
        if (owner && owner->kind == ENTITY_TEAM) {
                *ret = owner;
                return policy_require_team_admin(call, owner, err);
        }
        if (owner && owner->kind == ENTITY_ORG)
                rc = store_organization_by_id(call->conn, call->arena, owner->org_id, &org, err);
        if (rc)
                return rc;
        if (!org)
                return err_not_found(err, "team or organization", name);
        *ret = owner;
        return policy_require_org_admin(call, org, err);
}

static enum rc note_service(struct call *call, const struct entity *owner, const struct account *a, const char *action,
                            struct err *err)
{
        return event_note(call,
                          &(struct event_row){
                                  .action = str_from(action),
                                  .org_id = owner->org_id,
                                  .entity_id = owner->id,
                                  .subject_id = a->id,
                                  .detail = event_detail(call, "username", a->username, NULL, STR_NULL),
                          },
                          err);
}

static enum rc service_write(struct call *call, void *payload, struct err *err)
{
        struct service_job *job = payload;
        struct entity *owner = NULL;
        struct account a = { .service = true };
        enum rc rc = find_service_owner(call, job->owner_name, &owner, err);

        if (rc)
                return rc;
        a.username = arena_printf(call->arena, "%.*s-service-%.*s", STR_ARG(str_slice(owner->name, 0, 40)),
                                  STR_ARG(crypto_random_alnum(call->arena, 8)));
        a.name = str_is_empty(job->description) ? a.username : job->description;
        a.service_entity_id = owner->id;
        rc = insert_account(call, &a, "service_account_created", err);
        if (!rc)
                rc = store_organization_set_member(call->conn, owner->org_id, a.id, MODEL_MEMBER_MEMBER, a.created_us, err);
        if (!rc && owner->kind == ENTITY_TEAM)
                rc = store_team_set_member(call->conn, owner->id, a.id, MODEL_MEMBER_MEMBER, a.created_us, err);
        if (!rc && owner->kind == ENTITY_TEAM)
                rc = store_account_set_default(call->conn, a.id, owner->id, err);
        if (!rc)
                rc = note_service(call, owner, &a, owner->kind == ENTITY_TEAM ? "team_member_set" : "org_member_set", err);
        return rc ? rc : store_account_by_id(call->conn, call->arena, a.id, &job->made, err);
}

enum rc account_create_service(struct call *call, struct str owner_name, struct str description,
                               struct account **ret, struct err *err)
{
        struct service_job job = { .owner_name = owner_name, .description = str_trim(description) };
        enum rc rc;

        if (job.description.len > NAME_MAX_BYTES || !str_is_utf8(job.description))
                return err_set(err, RC_INVALID, "The description of a service account is at most %d bytes of text.",
                               NAME_MAX_BYTES);
        rc = domain_write(call, service_write, &job, err);
        if (rc)
                return rc;
        *ret = job.made;
        return RC_OK;
}

enum rc account_end_service(struct call *call, const struct account *account, int64_t left_entity_id, struct err *err)
{
        struct entity *home = NULL, *left = NULL;
        enum rc rc;

        if (!account->service || !account->service_entity_id)
                return RC_OK;
        rc = store_entity_by_id(call->conn, call->arena, account->service_entity_id, &home, err);
        if (!rc)
                rc = store_entity_by_id(call->conn, call->arena, left_entity_id, &left, err);
        if (rc)
                return rc;
        if (!home || !left || (home->id != left->id && (left->kind != ENTITY_ORG || left->org_id != home->org_id)))
                return RC_OK;
        rc = project_delete_all(call, account->entity_id, err);
        if (!rc)
                rc = store_account_retire(call->conn, account, clock_now_us(), err);
        return rc ? rc : note_service(call, home, account, "service_account_deleted", err);
}

enum rc account_name_for_email(struct call *call, struct str email, struct str *ret_username, struct err *err)
{
        struct str local = str_slice(email, 0, str_find(email, '@', 0));
        char *text = arena_alloc(call->arena, local.len + 1);
        struct entity *holder = NULL;
        struct str base, name;
        size_t len = 0;
        enum rc rc;

        rc = model_check_email(email, err);
        if (rc)
                return rc;
        for (size_t i = 0; i < local.len && len < 40; i++) {
                char c = local.ptr[i];
                bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

                if (plain || ((c == '-' || c == '_' || c == '.') && len > 0))
                        text[len++] = c;
        }
        base = len > 0 ? (struct str){ text, len } : STR("user");
        name = base;
        for (int i = 2; i < 100; i++) {
                rc = store_entity_by_name(call->conn, call->arena, name, &holder, err);
                if (rc)
                        return rc;
                if (!holder) {
                        *ret_username = name;
                        return RC_OK;
                }
                name = arena_printf(call->arena, "%.*s%d", STR_ARG(base), i);
        }
        *ret_username = arena_printf(call->arena, "%.*s-%.*s", STR_ARG(base),
                                     STR_ARG(crypto_random_alnum(call->arena, 8)));
        return RC_OK;
}
