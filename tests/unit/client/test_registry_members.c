/* Tests of client/registry_members.c. */
#include "unit.h"

#include "answers.h"

#define REGISTRY \
        "{\"data\": {\"entity\": {\"project\": {\"id\": \"project-id\", \"name\": \"wandb-registry-R\", \"entity\": {\"name\": " \
        "\"org-entity\"}}}}}"
#define MEMBERS \
        "{\"data\": {\"project\": {\"members\": [{\"id\": \"u1\", \"name\": \"Ann A.\", \"username\": \"ann\", \"email\": " \
        "\"ann@example.com\", \"role\": {\"name\": \"admin\"}}, {\"id\": \"u2\", \"name\": \"old\", \"username\": null, \"email\": " \
        "null, \"role\": {\"name\": \"viewer\"}}], \"teamMembers\": [{\"team\": {\"id\": \"t1\", \"name\": \"lab\"}, \"role\": " \
        "{\"name\": \"member\"}}]}}}"
#define USERS \
        "{\"data\": {\"users\": {\"edges\": [{\"node\": {\"id\": \"u8\", \"username\": \"bobby\", \"email\": null}}, {\"node\": " \
        "{\"id\": \"u9\", \"username\": \"bob\", \"email\": \"bob@example.com\"}}]}}}"
#define DONE "{\"data\": {\"result\": {\"success\": true}}}"
#define REFUSED "{\"errors\": [{\"message\": \"There is no role 'emperor'.\", \"extensions\": {\"code\": \"INVALID\"}}]}"

static vitrine_registry *begin(struct answers *a, const char *const *answers)
{
        vitrine_registry *registry = NULL;

        assert_int_equal(vitrine_registry_fetch(answers_begin(a, answers), "R", NULL, &registry, NULL), VITRINE_OK);
        return registry;
}

static void end(struct answers *a, vitrine_registry *registry)
{
        vitrine_registry_free(registry);
        answers_end(a);
}

static void members_are_users_and_then_teams(void **state UNUSED)
{
        struct vitrine_member member = VITRINE_MEMBER_INIT;
        struct { size_t size; } none = { 0 };
        vitrine_members *members = NULL;
        struct answers a;
        vitrine_registry *r = begin(&a, (const char *const[]){ REGISTRY, MEMBERS, NULL });

        assert_int_equal(vitrine_registry_members(r, &members, NULL), VITRINE_OK);
        assert_int_equal(vitrine_members_count(members), 3);
        assert_int_equal(vitrine_members_get(members, 0, &member, NULL), VITRINE_OK);
        assert_int_equal(member.kind, VITRINE_MEMBER_USER);
        assert_string_equal(member.id, "u1");
        assert_string_equal(member.name, "ann");
        assert_string_equal(member.email, "ann@example.com");
        assert_string_equal(member.role, "admin");
        /* An account without a login name, and without an address. */
        assert_int_equal(vitrine_members_get(members, 1, &member, NULL), VITRINE_OK);
        assert_string_equal(member.name, "old");
        assert_string_equal(member.email, "");
        assert_int_equal(vitrine_members_get(members, 2, &member, NULL), VITRINE_OK);
        assert_int_equal(member.kind, VITRINE_MEMBER_TEAM);
        assert_string_equal(member.name, "lab");
        assert_string_equal(member.role, "member");
        assert_int_equal(vitrine_members_get(members, 3, &member, NULL), VITRINE_NOT_FOUND);
        assert_string_equal(member.name, "lab");
        assert_int_equal(vitrine_members_get(members, 0, (struct vitrine_member *)(void *)&none, NULL), VITRINE_INVALID);
        vitrine_members_free(members);
        end(&a, r);
}

static void members_of_a_registry_that_is_gone(void **state UNUSED)
{
        vitrine_members *members = NULL;
        struct answers a;
        vitrine_registry *r = begin(&a, (const char *const[]){ REGISTRY, "{\"data\": {\"project\": null}}", NULL });

        assert_int_equal(vitrine_registry_members(r, &members, NULL), VITRINE_NOT_FOUND);
        assert_null(members);
        end(&a, r);
}

static void add_member_finds_users_by_their_whole_name(void **state UNUSED)
{
        struct answers a;
        vitrine_registry *r = begin(&a, (const char *const[]){ REGISTRY, MEMBERS, USERS, DONE, DONE, NULL });

        assert_int_equal(vitrine_registry_add_member(r, VITRINE_MEMBER_USER, "bob", NULL, NULL), VITRINE_OK);
        answers_asked(&a, 2, "\"query\":\"bob\"");
        answers_asked(&a, 3, "\"projectId\":\"project-id\",\"userIds\":[\"u9\"]");
        answers_asked(&a, 4, "\"userId\":\"u9\",\"userProjectRole\":\"member\"");
        end(&a, r);
}

static void add_member_takes_out_who_cannot_have_the_role(void **state UNUSED)
{
        struct vitrine_error error = VITRINE_ERROR_INIT;
        struct answers a;
        vitrine_registry *r = begin(&a, (const char *const[]){ REGISTRY, MEMBERS, USERS, DONE, REFUSED, DONE, NULL });

        assert_int_equal(vitrine_registry_add_member(r, VITRINE_MEMBER_USER, "bob@example.com", "emperor", &error), VITRINE_INVALID);
        assert_string_equal(error.message, "There is no role 'emperor'.");
        answers_asked(&a, 3, "mutation CreateRegistryMembers");
        answers_asked(&a, 5, "mutation DeleteRegistryMembers");
        answers_asked(&a, 5, "\"userIds\":[\"u9\"]");
        end(&a, r);
}

static void add_member_who_is_there_changes_the_role_only(void **state UNUSED)
{
        struct answers a;
        vitrine_registry *r = begin(&a, (const char *const[]){ REGISTRY, MEMBERS, MEMBERS, MEMBERS, DONE, NULL });

        assert_int_equal(vitrine_registry_add_member(r, VITRINE_MEMBER_USER, "ann", NULL, NULL), VITRINE_OK);
        assert_int_equal(vitrine_registry_add_member(r, VITRINE_MEMBER_USER, "ann@example.com", "admin", NULL), VITRINE_OK);
        assert_int_equal(vitrine_registry_add_member(r, VITRINE_MEMBER_TEAM, "lab", "viewer", NULL), VITRINE_OK);
        answers_asked(&a, 4, "\"teamId\":\"t1\",\"teamProjectRole\":\"viewer\"");
        end(&a, r);
}

static void add_member_knows_ids_and_teams(void **state UNUSED)
{
        struct answers a;
        vitrine_registry *r = begin(&a, (const char *const[]){
                REGISTRY, MEMBERS, DONE, DONE, MEMBERS, "{\"data\": {\"entity\": {\"id\": \"t7\", \"name\": \"crew\", \"isTeam\": true}}}",
                DONE, DONE, MEMBERS, "{\"data\": {\"entity\": {\"id\": \"u1\", \"name\": \"ann\", \"isTeam\": false}}}", MEMBERS,
                "{\"data\": {\"users\": {\"edges\": []}}}", NULL });

        assert_int_equal(vitrine_registry_add_member(r, VITRINE_MEMBER_USER, "VXNlcjo0Mg==", NULL, NULL), VITRINE_OK);
        answers_asked(&a, 2, "\"userIds\":[\"VXNlcjo0Mg==\"]");
        assert_int_equal(vitrine_registry_add_member(r, VITRINE_MEMBER_TEAM, "crew", NULL, NULL), VITRINE_OK);
        answers_asked(&a, 6, "\"teamIds\":[\"t7\"]");
        /* A user is no team; and nobody is nobody. */
        assert_int_equal(vitrine_registry_add_member(r, VITRINE_MEMBER_TEAM, "ann", NULL, NULL), VITRINE_NOT_FOUND);
        assert_int_equal(vitrine_registry_add_member(r, VITRINE_MEMBER_USER, "nobody", NULL, NULL), VITRINE_NOT_FOUND);
        assert_int_equal(vitrine_registry_add_member(r, VITRINE_MEMBER_USER, "", NULL, NULL), VITRINE_INVALID);
        end(&a, r);
}

static void set_role_and_remove_want_members(void **state UNUSED)
{
        struct vitrine_error error = VITRINE_ERROR_INIT;
        struct answers a;
        vitrine_registry *r = begin(&a, (const char *const[]){ REGISTRY, MEMBERS, MEMBERS, MEMBERS, DONE, MEMBERS, MEMBERS, DONE, NULL });

        assert_int_equal(vitrine_registry_set_role(r, VITRINE_MEMBER_USER, "bob", "viewer", &error), VITRINE_NOT_FOUND);
        assert_string_equal(error.message, "'bob' is no member of the registry 'R': add them first.");
        assert_int_equal(vitrine_registry_set_role(r, VITRINE_MEMBER_USER, "ann", NULL, NULL), VITRINE_INVALID);
        assert_int_equal(vitrine_registry_set_role(r, VITRINE_MEMBER_USER, "ann", "viewer", NULL), VITRINE_OK);
        answers_asked(&a, 4, "\"userProjectRole\":\"viewer\"");
        /* A team is not found under a user's name; removing who is not there is no error. */
        assert_int_equal(vitrine_registry_remove_member(r, VITRINE_MEMBER_USER, "VXNlcjo0Mg==", NULL), VITRINE_OK);
        assert_int_equal(vitrine_registry_remove_member(r, VITRINE_MEMBER_TEAM, "lab", NULL), VITRINE_OK);
        answers_asked(&a, 7, "mutation DeleteRegistryMembers");
        answers_asked(&a, 7, "\"teamIds\":[\"t1\"]");
        end(&a, r);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(members_are_users_and_then_teams),
                cmocka_unit_test(members_of_a_registry_that_is_gone),
                cmocka_unit_test(add_member_finds_users_by_their_whole_name),
                cmocka_unit_test(add_member_takes_out_who_cannot_have_the_role),
                cmocka_unit_test(add_member_who_is_there_changes_the_role_only),
                cmocka_unit_test(add_member_knows_ids_and_teams),
                cmocka_unit_test(set_role_and_remove_want_members),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
