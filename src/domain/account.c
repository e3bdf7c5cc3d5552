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

struct service_job {
        struct str team_name, description;
        struct account *made;
};

static enum rc service_write(struct call *call, void *payload, struct err *err)
{
        struct service_job *job = payload;
        struct entity *team = NULL;
        struct account a = { .service = true };
        enum rc rc;

        rc = store_entity_by_name(call->conn, call->arena, job->team_name, &team, err);
        if (rc)
                return rc;
        if (!team || team->kind != ENTITY_TEAM)
                return err_not_found(err, "team", job->team_name);
        rc = policy_require_team_admin(call, team, err);
        if (rc)
                return rc;
        a.username = arena_printf(call->arena, "%.*s-service-%.*s", STR_ARG(str_slice(team->name, 0, 40)),
                                  STR_ARG(crypto_random_alnum(call->arena, 8)));
        a.name = str_is_empty(job->description) ? a.username : job->description;
        a.service_entity_id = team->id;
        rc = insert_account(call, &a, "service_account_created", err);
        if (rc)
                return rc;
        rc = store_organization_set_member(call->conn, team->org_id, a.id, MODEL_MEMBER_MEMBER, a.created_us, err);
        if (rc)
                return rc;
        rc = store_team_set_member(call->conn, team->id, a.id, MODEL_MEMBER_MEMBER, a.created_us, err);
        if (rc)
                return rc;
        rc = store_account_set_default(call->conn, a.id, team->id, err);
        return rc ? rc : store_account_by_id(call->conn, call->arena, a.id, &job->made, err);
}

enum rc account_create_service(struct call *call, struct str team_name, struct str description,
                               struct account **ret, struct err *err)
{
        struct service_job job = { .team_name = team_name, .description = str_trim(description) };
        enum rc rc;

        if (job.description.len > 200 || !str_is_utf8(job.description))
                return err_set(err, RC_INVALID, "The description of a service account is at most 200 bytes of text.");
        rc = domain_write(call, service_write, &job, err);
        if (rc)
                return rc;
        *ret = job.made;
        return RC_OK;
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
