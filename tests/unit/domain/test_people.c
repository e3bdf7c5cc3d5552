/* Users, organizations, teams and keys: names, collisions, roles, defaults, rights. */
#include "unit.h"
#include "scratch.h"

#include "crypto/crypto.h"
#include "domain/account.h"
#include "domain/api_key.h"
#include "domain/organization.h"
#include "domain/policy_people.h"
#include "domain/team.h"
#include "store/migrations.h"
#include "store/project.h"

struct fixture {
        struct arena arena;
        struct scratch scratch;
        struct domain domain;
        struct call call;             /* as the operator */
        struct principal alice, bob;  /* ordinary users */
};

static struct account *add_user(struct fixture *f, const char *name)
{
        const struct account_new wanted = { .username = str_from(name) };
        struct account *account = NULL;
        struct err err = { 0 };

        assert_ok(account_create(&f->call, &wanted, &account, &err));
        return account;
}

static struct principal principal_of(const struct account *a)
{
        return (struct principal){
                .account_id = a->id, .entity_id = a->entity_id, .default_entity_id = a->default_entity_id,
                .username = a->username, .name = a->name,
        };
}

static struct organization *add_org(struct fixture *f, const char *name, const char *admin)
{
        const struct organization_new wanted = { .name = str_from(name), .admin = str_from(admin) };
        struct organization *org = NULL;
        struct err err = { 0 };

        assert_ok(organization_create(&f->call, &wanted, &org, &err));
        return org;
}

static enum rc try_team(struct call *call, const char *name, const char *org, const char *admin, struct err *err)
{
        const struct team_new wanted = { .name = str_from(name), .org = str_from(org), .admin = str_from(admin) };
        struct entity *team = NULL;

        return team_create(call, &wanted, &team, err);
}

static void add_team(struct fixture *f, const char *name, const char *org, const char *admin)
{
        struct err err = { 0 };

        assert_ok(try_team(&f->call, name, org, admin, &err));
}

static struct account *find_user(struct fixture *f, const char *name)
{
        struct account *account = NULL;
        struct err err = { 0 };

        assert_ok(account_find(&f->call, str_from(name), &account, &err));
        return account;
}

static struct organization *find_org(struct fixture *f, struct str name)
{
        struct organization *org = NULL;
        struct err err = { 0 };

        assert_ok(organization_find(&f->call, name, &org, &err));
        return org;
}

static int setup(void **state)
{
        struct fixture *f = calloc(1, sizeof(*f));
        struct db_config config = { 0 };
        struct err err = { 0 };

        crypto_start();
        scratch_make(&f->scratch);
        config.path = scratch_path(&f->scratch, "a.db");
        assert_ok(db_open(&config, &f->domain.db, &err));
        assert_ok(store_migrate(f->domain.db, &err));
        f->call = (struct call){ .domain = &f->domain, .arena = &f->arena, .who = &policy_operator };
        assert_ok(db_read_begin(f->domain.db, &f->call.conn, &err));
        f->alice = principal_of(add_user(f, "alice"));
        f->bob = principal_of(add_user(f, "bob"));
        *state = f;
        return 0;
}

static int teardown(void **state)
{
        struct fixture *f = *state;

        db_read_end(&f->call.conn);
        db_close(f->domain.db);
        scratch_remove(&f->scratch);
        arena_done(&f->arena);
        free(f);
        return 0;
}

/* A call by somebody. */
static struct call as(struct fixture *f, const struct principal *who)
{
        struct call call = f->call;

        call.who = who;
        return call;
}

static bool is_hashed(struct str name, struct str base)
{
        if (name.len != base.len + 10 || !str_starts(name, base) || name.ptr[base.len] != '_')
                return false;
        for (size_t i = base.len + 1; i < name.len; i++)
                if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", name.ptr[i]))
                        return false;
        return true;
}

/* ---- names -------------------------------------------------------------------------------- */

static void account_create_makes_a_personal_entity(void **state)
{
        struct fixture *f = *state;
        struct account *alice = find_user(f, "ALICE");

        assert_str(alice->username, "alice");
        assert_str(alice->default_entity, "alice");
        assert_int_equal(alice->default_entity_id, alice->entity_id);
        assert_false(alice->admin);
}

static void account_create_refuses(void **state)
{
        struct fixture *f = *state;
        const struct {
                const char *name, *email;
                enum rc rc;
        } cases[] = {
                { "alice", NULL, RC_EXISTS },      { "ALICE", NULL, RC_EXISTS },  { "", NULL, RC_INVALID },
                { "a/b", NULL, RC_INVALID },       { "..", NULL, RC_INVALID },    { "a b", NULL, RC_INVALID },
                { "graphql", NULL, RC_INVALID },   { "carl", "x", RC_INVALID },   { "carl", "@x", RC_INVALID },
                { "carl", "a@b\n", RC_INVALID },   { "ca\xffrl", NULL, RC_INVALID },
        };

        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                const struct account_new wanted = { .username = str_from(cases[i].name),
                                                    .email = str_from(cases[i].email) };
                struct account *account = NULL;
                struct err err = { 0 };

                if (account_create(&f->call, &wanted, &account, &err) != cases[i].rc)
                        fail_msg("'%s' gave %s: %s", cases[i].name, rc_name(err.rc), err.msg);
                assert_null(account);
        }
}

static void organization_create_takes_its_name_when_it_is_free(void **state)
{
        struct fixture *f = *state;
        struct organization *org = add_org(f, "Acme", "alice");

        assert_str(org->name, "Acme");
        assert_str(org->entity_name, "Acme");
        assert_int_equal(find_org(f, STR("acme"))->id, org->id);
}

static void organization_create_hashes_a_taken_name(void **state)
{
        struct fixture *f = *state;
        struct organization *first, *org;

        first = add_org(f, "first", "alice");
        add_team(f, "reviewco", "first", "alice");
        org = add_org(f, "reviewco", "alice");
        assert_true(is_hashed(org->entity_name, STR("reviewco")));
        assert_int_equal(find_org(f, STR("reviewco"))->id, org->id);
        assert_int_equal(find_org(f, org->entity_name)->id, org->id);
        assert_int_not_equal(first->id, org->id);
}

static void team_create_takes_the_name_from_its_organization(void **state)
{
        struct fixture *f = *state;
        struct organization *org = add_org(f, "reviewco", "alice");
        struct organization *after;
        struct entity *team = NULL;
        struct err err = { 0 };

        assert_str(org->entity_name, "reviewco");
        add_team(f, "reviewco", "reviewco", "alice");
        after = find_org(f, STR("reviewco"));
        assert_int_equal(after->id, org->id);
        assert_true(is_hashed(after->entity_name, STR("reviewco")));
        assert_ok(team_find(&f->call, STR("reviewco"), &team, &err));
        assert_int_equal(team->org_id, org->id);
}

/* Nobody takes the name of an organization that they do not administer. */
static void team_create_leaves_the_name_of_a_foreign_organization(void **state)
{
        struct fixture *f = *state;
        struct call alice = as(f, &f->alice);
        struct err err = { 0 };

        add_org(f, "victim", "bob");
        add_org(f, "own", "alice");
        assert_int_equal(try_team(&alice, "victim", "own", "alice", &err), RC_EXISTS);
        assert_str(find_org(f, STR("victim"))->entity_name, "victim");
}

static void organization_entity_name_has_no_odd_characters(void **state)
{
        struct fixture *f = *state;

        assert_str(add_org(f, "Caf\xc3\xa9 & Sons", "alice")->entity_name, "Caf-Sons");
        assert_str(add_org(f, "\xe4\xbd\xa0\xe5\xa5\xbd", "alice")->entity_name, "org");
}

static void organization_create_refuses(void **state)
{
        struct fixture *f = *state;
        const struct {
                const char *name, *admin;
                enum rc rc;
        } cases[] = {
                { "", "alice", RC_INVALID }, { "a/b", "alice", RC_INVALID }, { "new", "nobody", RC_NOT_FOUND },
                { "acme", "alice", RC_EXISTS }, { "ACME", "alice", RC_EXISTS },
        };

        add_org(f, "Acme", "alice");
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                const struct organization_new wanted = { .name = str_from(cases[i].name),
                                                         .admin = str_from(cases[i].admin) };
                struct organization *org = NULL;
                struct err err = { 0 };

                if (organization_create(&f->call, &wanted, &org, &err) != cases[i].rc)
                        fail_msg("'%s' gave %s: %s", cases[i].name, rc_name(err.rc), err.msg);
        }
}

static void organization_create_makes_core_registries(void **state)
{
        struct fixture *f = *state;
        const struct organization_new bare = { .name = STR("bare"), .admin = STR("alice"), .no_core_registries = true };
        struct organization *org = add_org(f, "Acme", "alice"), *without = NULL;
        const char *const names[] = { "model", "dataset" };
        struct project_list list = { 0 };
        struct err err = { 0 };

        for (size_t i = 0; i < ARRAY_LEN(names); i++) {
                struct artifact_type_list types = { 0 };
                struct project *project = NULL;

                assert_ok(store_project_by_name(f->call.conn, &f->arena, org->entity_id,
                                                registry_project_name(&f->arena, str_from(names[i])), &project, &err));
                assert_non_null(project);
                assert_true(project->is_registry && project->is_core && !project->allow_all_types);
                assert_int_equal(project->access, ACCESS_ORGANIZATION);
                assert_ok(store_type_list(f->call.conn, &f->arena, project->id, 0, 10, &types, &err));
                assert_int_equal(types.count, 1);
                assert_str(types.items[0].name, names[i]);
        }
        assert_ok(organization_create(&f->call, &bare, &without, &err));
        assert_ok(store_project_list(f->call.conn, &f->arena, without->entity_id, 0, 10, &list, &err));
        assert_int_equal(list.count, 0);
}

/* ---- members and defaults -------------------------------------------------------------------- */

static void team_first_joined_becomes_the_default(void **state)
{
        struct fixture *f = *state;
        struct err err = { 0 };

        add_org(f, "Acme", "alice");
        add_team(f, "one", "Acme", "alice");
        add_team(f, "two", "Acme", "alice");
        assert_str(find_user(f, "alice")->default_entity, "one");
        assert_ok(team_remove_member(&f->call, STR("one"), STR("alice"), &err));
        assert_str(find_user(f, "alice")->default_entity, "two");
        assert_ok(team_delete(&f->call, STR("two"), false, &err));
        assert_str(find_user(f, "alice")->default_entity, "alice");
}

static void team_member_joins_the_organization(void **state)
{
        struct fixture *f = *state;
        struct organization *org = add_org(f, "Acme", "alice");
        int role = 0;
        struct err err = { 0 };

        add_team(f, "one", "Acme", "alice");
        assert_ok(team_set_member(&f->call, STR("one"), STR("bob"), MODEL_MEMBER_VIEWER, &err));
        assert_ok(store_role_in_org(f->call.conn, org->id, f->bob.account_id, &role, &err));
        assert_int_equal(role, MODEL_MEMBER_MEMBER);
        assert_ok(organization_remove_member(&f->call, STR("Acme"), STR("bob"), &err));
        assert_ok(store_role_in_org(f->call.conn, org->id, f->bob.account_id, &role, &err));
        assert_int_equal(role, MODEL_MEMBER_NONE);
        assert_str(find_user(f, "bob")->default_entity, "bob");
}

static void organization_keeps_an_administrator(void **state)
{
        struct fixture *f = *state;
        struct err err = { 0 };

        add_org(f, "Acme", "alice");
        assert_int_equal(organization_remove_member(&f->call, STR("Acme"), STR("alice"), &err), RC_CONFLICT);
        assert_int_equal(organization_set_member(&f->call, STR("Acme"), STR("alice"), MODEL_MEMBER_VIEWER, &err),
                         RC_CONFLICT);
        assert_ok(organization_set_member(&f->call, STR("Acme"), STR("bob"), MODEL_MEMBER_ADMIN, &err));
        assert_ok(organization_set_member(&f->call, STR("Acme"), STR("alice"), MODEL_MEMBER_VIEWER, &err));
        assert_int_equal(organization_remove_member(&f->call, STR("Acme"), STR("nobody"), &err), RC_NOT_FOUND);
}

static void team_create_without_organization_follows_the_default_entity(void **state)
{
        struct fixture *f = *state;
        struct organization *second;
        struct call alice = as(f, &f->alice);
        struct entity *team = NULL;
        struct err err = { 0 };

        assert_int_equal(try_team(&alice, "early", NULL, "alice", &err), RC_CONFLICT);
        add_org(f, "first", "alice");
        second = add_org(f, "second", "alice");
        add_team(f, "home", "second", "alice");
        assert_ok(try_team(&alice, "next", NULL, "alice", &err));
        assert_ok(team_find(&f->call, STR("next"), &team, &err));
        assert_int_equal(team->org_id, second->id);
}

/* ---- rights ------------------------------------------------------------------------------------- */

static void rights_of_ordinary_users_end_where_they_should(void **state)
{
        struct fixture *f = *state;
        struct call bob = as(f, &f->bob);
        const struct account_new user = { .username = STR("carl") };
        const struct organization_new org = { .name = STR("mine"), .admin = STR("bob") };
        const struct api_key_new key = { .username = STR("alice") };
        struct account *account = NULL;
        struct organization *made = NULL;
        struct api_key *made_key = NULL;
        struct api_key_list keys;
        struct err err = { 0 };

        add_org(f, "Acme", "alice");
        add_team(f, "one", "Acme", "alice");
        assert_int_equal(account_create(&bob, &user, &account, &err), RC_DENIED);
        assert_int_equal(account_delete(&bob, STR("alice"), &err), RC_DENIED);
        assert_int_equal(account_set_password(&bob, STR("alice"), STR("x"), &err), RC_DENIED);
        assert_int_equal(organization_create(&bob, &org, &made, &err), RC_DENIED);
        assert_int_equal(organization_delete(&bob, STR("Acme"), true, &err), RC_DENIED);
        assert_int_equal(organization_set_member(&bob, STR("Acme"), STR("bob"), MODEL_MEMBER_ADMIN, &err), RC_DENIED);
        assert_int_equal(try_team(&bob, "two", "Acme", "bob", &err), RC_DENIED);
        assert_int_equal(team_set_member(&bob, STR("one"), STR("bob"), MODEL_MEMBER_ADMIN, &err), RC_DENIED);
        assert_int_equal(team_delete(&bob, STR("one"), true, &err), RC_DENIED);
        assert_int_equal(api_key_create(&bob, &key, &made_key, &err), RC_DENIED);
        assert_int_equal(api_key_list(&bob, STR("alice"), &keys, &err), RC_DENIED);
        assert_int_equal(api_key_list(&bob, STR_NULL, &keys, &err), RC_DENIED);
        assert_int_equal(account_create_service(&bob, STR("one"), STR("robot"), &account, &err), RC_DENIED);
}

static void rights_of_members_grow_with_their_role(void **state)
{
        struct fixture *f = *state;
        struct call bob = as(f, &f->bob);
        struct err err = { 0 };

        add_org(f, "Acme", "alice");
        add_team(f, "one", "Acme", "alice");
        assert_ok(organization_set_member(&f->call, STR("Acme"), STR("bob"), MODEL_MEMBER_VIEWER, &err));
        assert_int_equal(try_team(&bob, "two", "Acme", "bob", &err), RC_DENIED);
        assert_ok(organization_set_member(&f->call, STR("Acme"), STR("bob"), MODEL_MEMBER_MEMBER, &err));
        assert_ok(try_team(&bob, "two", "Acme", "bob", &err));
        assert_int_equal(try_team(&bob, "three", "Acme", "alice", &err), RC_DENIED);
        assert_ok(team_set_member(&bob, STR("two"), STR("alice"), MODEL_MEMBER_VIEWER, &err));
        assert_int_equal(team_set_member(&bob, STR("one"), STR("bob"), MODEL_MEMBER_VIEWER, &err), RC_DENIED);
        assert_ok(organization_set_member(&f->call, STR("Acme"), STR("bob"), MODEL_MEMBER_ADMIN, &err));
        assert_ok(team_set_member(&bob, STR("one"), STR("bob"), MODEL_MEMBER_VIEWER, &err));
        assert_ok(try_team(&bob, "three", "Acme", "alice", &err));
}

/* ---- deleting --------------------------------------------------------------------------------------- */

static void account_delete_frees_the_name(void **state)
{
        struct fixture *f = *state;
        struct account *account = NULL;
        struct err err = { 0 };

        assert_ok(account_delete(&f->call, STR("bob"), &err));
        assert_int_equal(account_find(&f->call, STR("bob"), &account, &err), RC_NOT_FOUND);
        assert_int_equal(account_delete(&f->call, STR("bob"), &err), RC_NOT_FOUND);
        assert_int_not_equal(add_user(f, "bob")->id, f->bob.account_id);
        assert_ok(store_account_by_id(f->call.conn, &f->arena, f->bob.account_id, &account, &err));
        assert_true(account->deleted_us > 0);
}

static void organization_delete_takes_its_teams_and_frees_names(void **state)
{
        struct fixture *f = *state;
        struct entity *team = NULL;
        struct account *robot = NULL;
        struct organization *org = NULL;
        struct err err = { 0 };

        add_org(f, "Acme", "alice");
        add_team(f, "one", "Acme", "alice");
        assert_ok(account_create_service(&f->call, STR("one"), STR("robot"), &robot, &err));
        assert_ok(organization_delete(&f->call, STR("Acme"), false, &err));
        assert_int_equal(organization_find(&f->call, STR("Acme"), &org, &err), RC_NOT_FOUND);
        assert_int_equal(team_find(&f->call, STR("one"), &team, &err), RC_NOT_FOUND);
        assert_int_equal(account_find(&f->call, robot->username, &robot, &err), RC_NOT_FOUND);
        assert_str(add_org(f, "Acme", "alice")->entity_name, "Acme");
        add_team(f, "one", "Acme", "alice");
}

static enum rc insert_project(struct db_conn *conn, void *payload, struct err *err)
{
        struct project *p = payload;

        return store_project_insert(conn, p, p->name, err);
}

static void team_delete_wants_force_when_it_owns_something(void **state)
{
        struct fixture *f = *state;
        struct project p = { .name = STR("work"), .created_us = 1, .updated_us = 1 };
        struct project *found = NULL;
        struct entity *team = NULL;
        struct err err = { 0 };

        add_org(f, "Acme", "alice");
        add_team(f, "one", "Acme", "alice");
        assert_ok(team_find(&f->call, STR("one"), &team, &err));
        p.entity_id = team->id;
        assert_ok(db_write(f->domain.db, insert_project, &p, &err));
        assert_ok(db_read_refresh(f->call.conn, &err));
        assert_int_equal(team_delete(&f->call, STR("one"), false, &err), RC_CONFLICT);
        assert_int_equal(organization_delete(&f->call, STR("Acme"), false, &err), RC_CONFLICT);
        assert_ok(team_delete(&f->call, STR("one"), true, &err));
        assert_ok(store_project_by_id(f->call.conn, &f->arena, p.id, &found, &err));
        assert_null(found);
}

/* ---- keys ----------------------------------------------------------------------------------------------- */

static void api_key_check_follows_the_client(void **state)
{
        const struct {
                const char *key;
                enum rc rc;
        } cases[] = {
                { "0123456789012345678901234567890123456789", RC_OK },
                { "local-0123456789012345678901234567890123456789", RC_OK },
                { "local-0123456789-12345678901234567890123456789_", RC_OK },
                { "wandb_v1_0123456789012345678901234567890123456789abcdefghij", RC_OK },
                { "-0123456789012345678901234567890123456789", RC_OK },
                { "eyJh.eyJz.c2ln", RC_OK },
                { "a.b", RC_INVALID },
                { "a.b.c.d", RC_INVALID },
                { "a..c", RC_INVALID },
                { "", RC_INVALID },
                { "012345678901234567890123456789012345678", RC_INVALID },
                { "0123456789-0123456789012345678901234567890", RC_INVALID },
                { "0123456789012345678901234567890123456789!", RC_INVALID },
                { "01234567890123456789 01234567890123456789", RC_INVALID },
                { "0123456789012345678901234567890123456789\xc3\xa9", RC_INVALID },
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct err err = { 0 };

                if (api_key_check(str_from(cases[i].key), &err) != cases[i].rc)
                        fail_msg("'%s': %s", cases[i].key, err.msg);
        }
}

static void api_key_create_makes_imports_lists_revokes(void **state)
{
        struct fixture *f = *state;
        struct call bob = as(f, &f->bob);
        const struct api_key_new fresh = { .username = STR("bob"), .description = STR("laptop") };
        const struct api_key_new imported = { .username = STR("bob"),
                                              .secret = STR("moved-0123456789012345678901234567890123456789") };
        struct api_key *made = NULL, *moved = NULL, *again = NULL;
        struct api_key_list keys;
        struct err err = { 0 };

        assert_ok(api_key_create(&bob, &fresh, &made, &err));
        assert_int_equal(made->secret.len, 40);
        assert_ok(api_key_check(made->secret, &err));
        assert_ok(api_key_create(&bob, &imported, &moved, &err));
        assert_int_equal(api_key_create(&bob, &imported, &again, &err), RC_EXISTS);
        assert_ok(api_key_list(&bob, STR("bob"), &keys, &err));
        assert_int_equal(keys.count, 2);
        assert_str(keys.items[0].description, "laptop");
        assert_str(keys.items[1].hint, "6789");
        assert_true(str_is_null(keys.items[0].secret));
        assert_int_equal(api_key_revoke(&(struct call){ .domain = bob.domain, .arena = bob.arena, .conn = bob.conn,
                                                        .who = &f->alice }, made->id, &err), RC_NOT_FOUND);
        assert_ok(api_key_revoke(&bob, made->id, &err));
        assert_int_equal(api_key_revoke(&bob, made->id, &err), RC_NOT_FOUND);
        assert_ok(api_key_list(&bob, STR("bob"), &keys, &err));
        assert_int_equal(keys.count, 1);
        assert_ok(api_key_revoke(&bob, moved->id, &err));
        assert_ok(api_key_create(&bob, &imported, &again, &err));
}

static void api_key_create_has_a_limit(void **state)
{
        struct fixture *f = *state;
        const struct api_key_new wanted = { .username = STR("bob") };
        struct api_key *key = NULL;
        struct err err = { 0 };

        for (int i = 0; i < API_KEYS_MAX; i++)
                assert_ok(api_key_create(&f->call, &wanted, &key, &err));
        assert_int_equal(api_key_create(&f->call, &wanted, &key, &err), RC_CONFLICT);
}

/* ---- events ------------------------------------------------------------------------------------------------ */

/* Each change leaves its line, and no line holds a secret. */
static void event_rows_tell_of_every_change(void **state)
{
        struct fixture *f = *state;
        const struct api_key_new wanted = { .username = STR("bob") };
        struct api_key *key = NULL;
        struct str actions = STR_NULL, details = STR_NULL;
        struct err err = { 0 };

        add_org(f, "Acme", "alice");
        add_team(f, "Acme", "Acme", "alice");
        assert_ok(team_set_member(&f->call, STR("Acme"), STR("bob"), MODEL_MEMBER_VIEWER, &err));
        assert_ok(team_remove_member(&f->call, STR("Acme"), STR("bob"), &err));
        assert_ok(api_key_create(&f->call, &wanted, &key, &err));
        assert_ok(api_key_revoke(&f->call, key->id, &err));
        assert_ok(account_delete(&f->call, STR("bob"), &err));
        assert_ok(team_delete(&f->call, STR("Acme"), false, &err));
        assert_ok(organization_delete(&f->call, STR("Acme"), false, &err));
        assert_ok(store_text(f->call.conn, &f->arena, &actions, &err,
                             "SELECT group_concat(action, ' ') FROM (SELECT action FROM event ORDER BY id)", ""));
        assert_str(actions,
                   "user_created user_created organization_created org_member_set entity_renamed team_created"
                   " team_member_set org_member_set team_member_set team_member_removed key_created key_revoked"
                   " user_deleted team_deleted registry_deleted registry_deleted organization_deleted");
        assert_ok(store_text(f->call.conn, &f->arena, &details, &err, "SELECT group_concat(detail) FROM event", ""));
        assert_false(str_contains(details, key->secret));
}

/* A change that fails half-way leaves neither rows nor events. */
static void change_that_fails_leaves_nothing(void **state)
{
        struct fixture *f = *state;
        int64_t before = 0, after = 0;
        struct err err = { 0 };

        assert_ok(store_int(f->call.conn, &before, NULL, &err, "SELECT count(*) FROM event", ""));
        assert_int_equal(try_team(&f->call, "one", "nothing", "alice", &err), RC_NOT_FOUND);
        assert_int_equal(try_team(&f->call, "alice", NULL, "alice", &err), RC_CONFLICT);
        assert_ok(db_read_refresh(f->call.conn, &err));
        assert_ok(store_int(f->call.conn, &after, NULL, &err, "SELECT count(*) FROM event", ""));
        assert_int_equal(before, after);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(account_create_makes_a_personal_entity),
                TEST(account_create_refuses),
                TEST(organization_create_takes_its_name_when_it_is_free),
                TEST(organization_create_hashes_a_taken_name),
                TEST(team_create_takes_the_name_from_its_organization),
                TEST(team_create_leaves_the_name_of_a_foreign_organization),
                TEST(organization_entity_name_has_no_odd_characters),
                TEST(organization_create_refuses),
                TEST(organization_create_makes_core_registries),
                TEST(team_first_joined_becomes_the_default),
                TEST(team_member_joins_the_organization),
                TEST(organization_keeps_an_administrator),
                TEST(team_create_without_organization_follows_the_default_entity),
                TEST(rights_of_ordinary_users_end_where_they_should),
                TEST(rights_of_members_grow_with_their_role),
                TEST(account_delete_frees_the_name),
                TEST(organization_delete_takes_its_teams_and_frees_names),
                TEST(team_delete_wants_force_when_it_owns_something),
                TEST(api_key_check_follows_the_client),
                TEST(api_key_create_makes_imports_lists_revokes),
                TEST(api_key_create_has_a_limit),
                TEST(event_rows_tell_of_every_change),
                TEST(change_that_fails_leaves_nothing),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
