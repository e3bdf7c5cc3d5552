/*
 * domain/organization.c - organizations and their members; see organization.h.
 */
#include "domain/organization.h"

#include "base/clock.h"
#include "crypto/crypto.h"
#include "domain/account.h"
#include "domain/event.h"
#include "domain/policy_people.h"
#include "domain/project.h"
#include "domain/team.h"
#include "store/project.h"

#define NAME_HASH_LEN 9
#define NAME_TRIES 8

enum rc organization_parse_role(struct str text, enum model_member_role *ret, struct err *err)
{
        if (model_member_role_parse(text, ret))
                return RC_OK;
        return err_set(err, RC_INVALID, "There is no role '%.*s': give admin, member or viewer.",
                       STR_ARG(str_slice(text, 0, 64)));
}

enum rc organization_find(struct call *call, struct str name, struct organization **ret, struct err *err)
{
        struct organization *found = NULL;
        enum rc rc = store_organization_by_name(call->conn, call->arena, name, &found, err);

        if (rc)
                return rc;
        if (!found)
                return err_not_found(err, "organization", name);
        *ret = found;
        return RC_OK;
}

/* The display name with what entity names do not allow turned into dashes. */
static struct str entity_base(struct call *call, struct str name)
{
        char *text = arena_alloc(call->arena, name.len + 1);
        size_t len = 0;

        for (size_t i = 0; i < name.len && len < 48; i++) {
                char c = name.ptr[i];
                bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                             c == '_' || c == '.' || c == '-';

                if (plain && !(len == 0 && (c == '.' || c == '-')))
                        text[len++] = c;
                else if (len > 0 && text[len - 1] != '-')
                        text[len++] = '-';
        }
        return len > 0 ? (struct str){ text, len } : STR("org");
}

static enum rc hashed_name(struct call *call, struct str base, struct str *ret, struct err *err)
{
        struct entity *holder = NULL;

        for (int i = 0; i < NAME_TRIES; i++) {
                struct str name = arena_printf(call->arena, "%.*s_%.*s", STR_ARG(base),
                                               STR_ARG(crypto_random_alnum(call->arena, NAME_HASH_LEN)));
                enum rc rc = store_entity_by_name(call->conn, call->arena, name, &holder, err);

                if (rc)
                        return rc;
                if (!holder) {
                        *ret = name;
                        return RC_OK;
                }
        }
        return err_set(err, RC_INTERNAL, "no free entity name for '%.*s' in %d tries", STR_ARG(base), NAME_TRIES);
}

static enum rc choose_entity_name(struct call *call, struct str display, struct str *ret, struct err *err)
{
        struct str base = entity_base(call, display);
        struct entity *holder = NULL;
        enum rc rc = store_entity_by_name(call->conn, call->arena, base, &holder, err);

        if (rc)
                return rc;
        if (holder)
                return hashed_name(call, base, ret, err);
        *ret = base;
        return RC_OK;
}

enum rc organization_yield_name(struct call *call, struct str name, struct err *err)
{
        struct entity *holder = NULL;
        struct organization *org = NULL;
        struct str other;
        enum rc rc = store_entity_by_name(call->conn, call->arena, name, &holder, err);

        if (rc || !holder)
                return rc;
        if (holder->kind != ENTITY_ORG)
                return entity_name_is_free(call, name, err);
        rc = store_organization_by_id(call->conn, call->arena, holder->org_id, &org, err);
        if (rc)
                return rc;
        if (!org || policy_require_org_admin(call, org, NULL) != RC_OK)
                return entity_name_is_free(call, name, err);
        rc = hashed_name(call, holder->name, &other, err);
        if (rc)
                return rc;
        rc = store_entity_rename(call->conn, call->arena, holder->id, other, err);
        if (rc)
                return rc;
        return event_note(call,
                          &(struct event_row){
                                  .action = STR("entity_renamed"),
                                  .org_id = org->id,
                                  .entity_id = holder->id,
                                  .detail = event_detail(call, "from", holder->name, "to", other),
                          },
                          err);
}

static enum rc insert_core_registry(struct call *call, const struct organization *org, struct str type,
                                    struct str description, struct err *err)
{
        struct project p = {
                .entity_id = org->entity_id,
                .name = arena_printf(call->arena, "wandb-registry-%.*s", STR_ARG(type)),
                .description = description,
                .is_registry = true,
                .is_core = true,
                .access = ACCESS_ORGANIZATION,
                .created_by = call->who->account_id,
                .created_us = org->created_us,
                .updated_us = org->created_us,
        };
        int64_t type_id = 0;
        enum rc rc = store_project_insert(call->conn, &p, model_fold(call->arena, p.name), err);

        if (rc)
                return rc;
        return store_type_ensure(call->conn, p.id, type, STR(""), org->created_us, &type_id, err);
}

static enum rc insert_core_registries(struct call *call, const struct organization *org, struct err *err)
{
        enum rc rc = insert_core_registry(call, org, STR("model"), STR("Models that are ready to share."), err);

        return rc ? rc : insert_core_registry(call, org, STR("dataset"), STR("Datasets that are ready to share."), err);
}

static enum rc note_member(struct call *call, const char *action, const struct organization *org,
                           const struct account *account, const char *role, struct err *err)
{
        return event_note(call,
                          &(struct event_row){
                                  .action = str_from(action),
                                  .org_id = org->id,
                                  .subject_id = account->id,
                                  .detail = event_detail(call, "username", account->username,
                                                        role ? "role" : NULL, str_from(role)),
                          },
                          err);
}

struct create_job {
        const struct organization_new *wanted;
        struct organization *made;
};

static enum rc insert_organization(struct call *call, struct organization *o, struct err *err)
{
        struct entity entity = { .kind = ENTITY_ORG, .created_us = o->created_us };
        struct organization *holder = NULL;
        enum rc rc;

        rc = store_organization_by_name(call->conn, call->arena, o->name, &holder, err);
        if (rc)
                return rc;
        if (holder)
                return err_set(err, RC_EXISTS, "There is an organization '%.*s' already: choose another name.",
                               STR_ARG(o->name));
        rc = choose_entity_name(call, o->name, &entity.name, err);
        if (rc)
                return rc;
        rc = store_entity_insert(call->conn, call->arena, &entity, err);
        if (rc)
                return rc;
        o->entity_id = entity.id;
        o->entity_name = entity.name;
        rc = store_organization_insert(call->conn, call->arena, o, err);
        return rc ? rc : store_entity_set_org(call->conn, entity.id, o->id, err);
}

static enum rc create_write(struct call *call, void *payload, struct err *err)
{
        struct create_job *job = payload;
        struct organization *o = arena_new(call->arena, struct organization);
        struct account *admin = NULL;
        enum rc rc;

        *o = (struct organization){
                .name = job->wanted->name, .default_registry_role = 1, .created_us = clock_now_us()
        };
        rc = account_find(call, job->wanted->admin, &admin, err);
        if (rc)
                return rc;
        rc = insert_organization(call, o, err);
        if (rc)
                return rc;
        rc = event_note(call,
                        &(struct event_row){
                                .action = STR("organization_created"),
                                .org_id = o->id,
                                .entity_id = o->entity_id,
                                .detail = event_detail(call, "name", o->name, "entity", o->entity_name),
                        },
                        err);
        if (rc)
                return rc;
        rc = store_organization_set_member(call->conn, o->id, admin->id, MODEL_MEMBER_ADMIN, o->created_us, err);
        if (rc)
                return rc;
        rc = note_member(call, "org_member_set", o, admin, "admin", err);
        if (rc)
                return rc;
        if (!job->wanted->no_core_registries) {
                rc = insert_core_registries(call, o, err);
                if (rc)
                        return rc;
        }
        job->made = o;
        return RC_OK;
}

enum rc organization_create(struct call *call, const struct organization_new *wanted, struct organization **ret,
                            struct err *err)
{
        struct create_job job = { .wanted = wanted };
        enum rc rc;

        rc = policy_require_admin(call, "create organizations", err);
        if (rc)
                return rc;
        rc = model_check_organization_name(wanted->name, err);
        if (rc)
                return rc;
        rc = domain_write(call, create_write, &job, err);
        if (rc)
                return rc;
        *ret = job.made;
        return RC_OK;
}

struct delete_job {
        struct str name;
        bool force;
};

static enum rc refuse_content(struct call *call, const struct organization *org, const struct entity_list *teams,
                              struct err *err)
{
        bool content = false;
        enum rc rc = store_entity_has_content(call->conn, org->entity_id, &content, err);

        if (rc)
                return rc;
        for (size_t i = 0; i < teams->count && !content; i++) {
                rc = store_entity_has_content(call->conn, teams->items[i].id, &content, err);
                if (rc)
                        return rc;
        }
        if (!content)
                return RC_OK;
        return err_set(err, RC_CONFLICT,
                       "Organization '%.*s' has registries or teams with content: delete these first, or force it.",
                       STR_ARG(org->name));
}

/* Those that were made for the organization itself; those of its teams end with the teams. */
static enum rc end_service_accounts(struct call *call, const struct organization *org, struct err *err)
{
        struct member_list members;
        enum rc rc = store_organization_members(call->conn, call->arena, org->id, &members, err);

        for (size_t i = 0; !rc && i < members.count; i++) {
                struct account *a = NULL;

                if (!members.items[i].service)
                        continue;
                rc = store_account_by_id(call->conn, call->arena, members.items[i].account_id, &a, err);
                if (!rc && a)
                        rc = account_end_service(call, a, org->entity_id, err);
        }
        return rc;
}

static enum rc delete_write(struct call *call, void *payload, struct err *err)
{
        const struct delete_job *job = payload;
        struct organization *org = NULL;
        struct entity_list teams;
        enum rc rc;

        rc = organization_find(call, job->name, &org, err);
        if (rc)
                return rc;
        rc = store_team_list(call->conn, call->arena, org->id, &teams, err);
        if (rc)
                return rc;
        if (!job->force) {
                rc = refuse_content(call, org, &teams, err);
                if (rc)
                        return rc;
        }
        /* Its registries first: what they protected is protected no more when the teams' projects are asked. */
        rc = project_delete_all(call, org->entity_id, err);
        if (rc)
                return rc;
        for (size_t i = 0; i < teams.count; i++) {
                rc = team_retire(call, &teams.items[i], err);
                if (rc)
                        return rc;
        }
        rc = end_service_accounts(call, org, err);
        if (!rc)
                rc = store_organization_retire(call->conn, org, clock_now_us(), err);
        if (rc)
                return rc;
        return event_note(call,
                          &(struct event_row){
                                  .action = STR("organization_deleted"),
                                  .org_id = org->id,
                                  .entity_id = org->entity_id,
                                  .detail = event_detail(call, "name", org->name, NULL, STR_NULL),
                          },
                          err);
}

enum rc organization_delete(struct call *call, struct str name, bool force, struct err *err)
{
        struct delete_job job = { .name = name, .force = force };
        enum rc rc = policy_require_admin(call, "delete organizations", err);

        return rc ? rc : domain_write(call, delete_write, &job, err);
}

enum rc organization_ensure_member(struct call *call, const struct organization *org,
                                   const struct account *account, enum model_member_role role, struct err *err)
{
        int held = 0;
        enum rc rc = store_role_in_org(call->conn, org->id, account->id, &held, err);

        if (rc || held != MODEL_MEMBER_NONE)
                return rc;
        rc = store_organization_set_member(call->conn, org->id, account->id, role, clock_now_us(), err);
        return rc ? rc : note_member(call, "org_member_set", org, account, model_member_role_name(role), err);
}

struct member_job {
        struct str org_name, username;
        enum model_member_role role;        /* MODEL_MEMBER_NONE: remove */
};

/* Refuses to leave the organization without an administrator. */
static enum rc keep_an_admin(struct call *call, const struct organization *org, int held, enum model_member_role role,
                             struct err *err)
{
        int64_t admins = 0;
        enum rc rc;

        if (held != MODEL_MEMBER_ADMIN || role == MODEL_MEMBER_ADMIN)
                return RC_OK;
        rc = store_organization_admins(call->conn, org->id, &admins, err);
        if (rc || admins > 1)
                return rc;
        return err_set(err, RC_CONFLICT,
                       "This is the last administrator of organization '%.*s': make somebody else one first.",
                       STR_ARG(org->name));
}

static enum rc member_write(struct call *call, void *payload, struct err *err)
{
        const struct member_job *job = payload;
        struct organization *org = NULL;
        struct account *account = NULL;
        bool removed = false;
        int held = 0;
        enum rc rc;

        rc = organization_find(call, job->org_name, &org, err);
        if (rc)
                return rc;
        rc = policy_require_org_admin(call, org, err);
        if (rc)
                return rc;
        rc = account_find_called(call, job->username, &account, err);
        if (rc)
                return rc;
        rc = store_role_in_org(call->conn, org->id, account->id, &held, err);
        if (rc)
                return rc;
        rc = keep_an_admin(call, org, held, job->role, err);
        if (rc)
                return rc;
        if (job->role != MODEL_MEMBER_NONE) {
                rc = store_organization_set_member(call->conn, org->id, account->id, job->role, clock_now_us(),
                                                   err);
                return rc ? rc : note_member(call, "org_member_set", org, account, model_member_role_name(job->role), err);
        }
        rc = store_organization_remove_member(call->conn, org->id, account->id, &removed, err);
        if (rc)
                return rc;
        if (!removed)
                return err_set(err, RC_NOT_FOUND, "'%.*s' is not a member of organization '%.*s'.",
                               STR_ARG(account->username), STR_ARG(org->name));
        rc = account_end_service(call, account, org->entity_id, err);
        return rc ? rc : note_member(call, "org_member_removed", org, account, NULL, err);
}

enum rc organization_set_member(struct call *call, struct str org_name, struct str username, enum model_member_role role,
                                struct err *err)
{
        struct member_job job = { .org_name = org_name, .username = username, .role = role };

        return domain_write(call, member_write, &job, err);
}

enum rc organization_remove_member(struct call *call, struct str org_name, struct str username, struct err *err)
{
        struct member_job job = { .org_name = org_name, .username = username, .role = MODEL_MEMBER_NONE };

        return domain_write(call, member_write, &job, err);
}
