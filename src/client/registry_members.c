/*
 * client/registry_members.c - who is in a registry, and with which role.
 *
 * The server's members are named by ids; people call them by names. Who is a member already is found in the list of
 * members, others through `users` and `entity`, as the wandb client does.
 */
#include "client/registry.h"

struct vitrine_members {
        struct arena arena;
        struct vitrine_member *items;
        size_t count;
};

static const char members_document[] =
        "query RegistryMembers($project: String!, $entity: String!) { project(name: $project, entityName: $entity) { "
        "members { id name username email role { name } } teamMembers { team { id name } role { name } } } }";
static const char user_document[] =
        "query SearchUsers($query: String) { users(query: $query) { edges { node { id username email } } } }";
static const char team_document[] = "query Team($name: String!) { entity(name: $name) { id name isTeam } }";
static const char add_document[] =
        "mutation CreateRegistryMembers($input: CreateProjectMembersInput!) { "
        "result: createProjectMembers(input: $input) { success } }";
static const char remove_document[] =
        "mutation DeleteRegistryMembers($input: DeleteProjectMembersInput!) { "
        "result: deleteProjectMembers(input: $input) { success } }";
static const char user_role_document[] =
        "mutation UpdateUserRegistryRole($input: UpdateProjectMemberInput!) { "
        "result: updateProjectMember(input: $input) { success } }";
static const char team_role_document[] =
        "mutation UpdateTeamRegistryRole($input: UpdateProjectTeamMemberInput!) { "
        "result: updateProjectTeamMember(input: $input) { success } }";

/* ---- the list ------------------------------------------------------------------------------- */

static void read_member(struct vitrine_members *members, enum vitrine_member_kind kind, const struct json *node)
{
        const struct json *who = kind == VITRINE_MEMBER_TEAM ? json_get(node, "team") : node;
        struct str name = kind == VITRINE_MEMBER_TEAM ? STR_NULL : json_text(who, "username");
        struct arena *arena = &members->arena;

        members->items[members->count++] = (struct vitrine_member){
                .size = sizeof(struct vitrine_member),
                .kind = kind,
                .id = arena_text(arena, json_text(who, "id")),
                .name = arena_text(arena, str_is_null(name) ? json_text(who, "name") : name),
                .email = arena_text(arena, json_text(who, "email")),
                .role = arena_text(arena, json_text(json_get(node, "role"), "name")),
        };
}

static enum rc read_members(struct vitrine_members *members, const struct json *project, struct err *err)
{
        const struct json *users = json_get(project, "members"), *teams = json_get(project, "teamMembers");

        members->items = arena_array(&members->arena, struct vitrine_member,
                                     (users ? users->count : 0) + (teams ? teams->count : 0));
        if (!members->items)
                return mem_fail(err);
        for (const struct json *node = users ? users->first : NULL; node; node = node->next)
                read_member(members, VITRINE_MEMBER_USER, node);
        for (const struct json *node = teams ? teams->first : NULL; node; node = node->next)
                read_member(members, VITRINE_MEMBER_TEAM, node);
        return arena_failed(&members->arena) ? mem_fail(err) : RC_OK;
}

static enum rc ask_members(struct vitrine_registry *r, struct vitrine_members **ret, struct err *err)
{
        struct vitrine_members *members;
        _cleanup_arena_ struct arena arena = { 0 };
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;
        enum rc rc;

        arena_begin(&arena);
        vars_begin(&vars);
        vars_text(&vars, "project", r->full_name);
        vars_text(&vars, "entity", r->entity);
        rc = call(r->session, &arena, members_document, &vars, &data, err);
        if (rc)
                return rc;
        if (!dig(data, "project"))
                return err_set(err, RC_NOT_FOUND, "There is no registry '%s' any more, or you may not see it.", r->name);
        members = mem_alloc_zero(1, sizeof(*members));
        if (!members)
                return mem_fail(err);
        arena_begin(&members->arena);
        rc = read_members(members, dig(data, "project"), err);
        if (rc)
                vitrine_members_free(members);
        else
                *ret = members;
        return rc;
}

enum vitrine_code vitrine_registry_members(vitrine_registry *registry, vitrine_members **ret_members,
                                           struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(registry->session, ask_members(registry, ret_members, &err), &err, error);
}

size_t vitrine_members_count(const vitrine_members *members)
{
        return members->count;
}

enum vitrine_code vitrine_members_get(const vitrine_members *members, size_t index, struct vitrine_member *ret_member,
                                      struct vitrine_error *error)
{
        struct err err = { 0 };
        size_t size = ret_member->size;
        struct vitrine_member item;

        if (index >= members->count)
                return border(NULL, err_set(&err, RC_NOT_FOUND, "There is no member number %zu.", index), &err, error);
        if (size < sizeof(size))
                return border(NULL, err_set(&err, RC_INVALID, "The struct for the member was not initialized: start with "
                                            "VITRINE_MEMBER_INIT."), &err, error);
        item = members->items[index];
        item.size = size;
        memcpy(ret_member, &item, size < sizeof(item) ? size : sizeof(item));
        return VITRINE_OK;
}

void vitrine_members_free(vitrine_members *members)
{
        if (!members)
                return;
        arena_done(&members->arena);
        mem_free(members);
}

/* ---- who is meant ------------------------------------------------------------------------------ */

/* Base64 of "User:" and "Entity:", with which the server's ids begin. */
static bool looks_like_id(const char *text)
{
        return strncmp(text, "VXNlcj", 6) == 0 || strncmp(text, "RW50aXR5O", 9) == 0;
}

static const struct vitrine_member *find_member(const struct vitrine_members *members, enum vitrine_member_kind kind,
                                                const char *who)
{
        for (size_t i = 0; i < members->count; i++) {
                const struct vitrine_member *m = &members->items[i];

                if (m->kind == kind && (strcmp(m->id, who) == 0 || strcmp(m->name, who) == 0 ||
                                        (*m->email && strcmp(m->email, who) == 0)))
                        return m;
        }
        return NULL;
}

static enum rc find_user(struct vitrine_session *session, struct arena *arena, const char *who, const char **ret_id,
                         struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL, *edges;
        enum rc rc;

        vars_begin(&vars);
        vars_text(&vars, "query", who);
        rc = call(session, arena, user_document, &vars, &data, err);
        if (rc)
                return rc;
        edges = dig(data, "users.edges");
        for (const struct json *edge = edges ? edges->first : NULL; edge; edge = edge->next) {
                const struct json *node = json_get(edge, "node");

                if (str_eq_c(json_text(node, "username"), who) || str_eq_c(json_text(node, "email"), who)) {
                        *ret_id = arena_text(arena, json_text(node, "id"));
                        return arena_failed(arena) ? mem_fail(err) : RC_OK;
                }
        }
        return err_set(err, RC_NOT_FOUND, "There is no user '%s', or you may not see them.", who);
}

static enum rc find_team(struct vitrine_session *session, struct arena *arena, const char *who, const char **ret_id,
                         struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL, *is_team;
        enum rc rc;

        vars_begin(&vars);
        vars_text(&vars, "name", who);
        rc = call(session, arena, team_document, &vars, &data, err);
        if (rc)
                return rc;
        is_team = dig(data, "entity.isTeam");
        if (!is_team || !is_team->boolean)
                return err_set(err, RC_NOT_FOUND, "There is no team '%s', or you may not see it.", who);
        *ret_id = arena_text(arena, json_text(dig(data, "entity"), "id"));
        return arena_failed(arena) ? mem_fail(err) : RC_OK;
}

static enum rc find_id(struct vitrine_session *session, struct arena *arena, enum vitrine_member_kind kind, const char *who,
                       const char **ret_id, struct err *err)
{
        if (looks_like_id(who)) {
                *ret_id = who;
                return RC_OK;
        }
        return kind == VITRINE_MEMBER_TEAM ? find_team(session, arena, who, ret_id, err)
                                           : find_user(session, arena, who, ret_id, err);
}

/* ---- changes --------------------------------------------------------------------------------------- */

static enum rc add_or_remove(struct vitrine_registry *r, struct arena *arena, const char *document,
                             enum vitrine_member_kind kind, const char *id, struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;

        vars_begin(&vars);
        json_key(&vars.w, STR("input"));
        json_begin_object(&vars.w);
        vars_text(&vars, "projectId", r->id);
        json_key(&vars.w, kind == VITRINE_MEMBER_TEAM ? STR("teamIds") : STR("userIds"));
        json_begin_array(&vars.w);
        json_string(&vars.w, str_from(id));
        json_end_array(&vars.w);
        json_end_object(&vars.w);
        return call(r->session, arena, document, &vars, &data, err);
}

static enum rc give_role(struct vitrine_registry *r, struct arena *arena, enum vitrine_member_kind kind, const char *id,
                         const char *role, struct err *err)
{
        bool team = kind == VITRINE_MEMBER_TEAM;
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;

        vars_begin(&vars);
        json_key(&vars.w, STR("input"));
        json_begin_object(&vars.w);
        vars_text(&vars, "projectId", r->id);
        vars_text(&vars, team ? "teamId" : "userId", id);
        vars_text(&vars, team ? "teamProjectRole" : "userProjectRole", role);
        json_end_object(&vars.w);
        return call(r->session, arena, team ? team_role_document : user_role_document, &vars, &data, err);
}

static void free_members(struct vitrine_members **members)
{
        vitrine_members_free(*members);
}

/* Who was added gets the role, or is taken out again: nobody stays in with another role than was asked for. */
static enum rc add(struct vitrine_registry *r, struct arena *arena, enum vitrine_member_kind kind, const char *id,
                   const char *role, struct err *err)
{
        struct err ignored = { 0 };
        enum rc rc = add_or_remove(r, arena, add_document, kind, id, err);

        if (rc)
                return rc;
        rc = give_role(r, arena, kind, id, role ? role : "member", err);
        if (rc && add_or_remove(r, arena, remove_document, kind, id, &ignored))
                session_log(r->session, VITRINE_LOG_WARNING, "A member without the wanted role is in the registry '%s': %s",
                            r->name, ignored.msg);
        return rc;
}

enum what { ADD, SET, REMOVE };

static enum rc change(struct vitrine_registry *r, enum what what, enum vitrine_member_kind kind, const char *who,
                      const char *role, struct err *err)
{
        _cleanup_(free_members) struct vitrine_members *members = NULL;
        _cleanup_arena_ struct arena arena = { 0 };
        const struct vitrine_member *there;
        const char *id = NULL;
        enum rc rc;

        arena_begin(&arena);
        if (!who || !*who)
                return err_set(err, RC_INVALID, "The name of a member is missing.");
        rc = ask_members(r, &members, err);
        if (rc)
                return rc;
        there = find_member(members, kind, who);
        if (what == SET && !there)
                return err_set(err, RC_NOT_FOUND, "'%s' is no member of the registry '%s': add them first.", who, r->name);
        if (what == SET && !role)
                return err_set(err, RC_INVALID, "A role is missing: admin, member, viewer or restricted_viewer.");
        if (there)
                id = there->id;
        else
                rc = find_id(r->session, &arena, kind, who, &id, err);
        if (rc || (what == REMOVE && !there))
                return rc;
        if (what == REMOVE)
                return add_or_remove(r, &arena, remove_document, kind, id, err);
        if (!there)
                return add(r, &arena, kind, id, role, err);
        if (!role || strcmp(there->role, role) == 0)
                return RC_OK;
        return give_role(r, &arena, kind, id, role, err);
}

enum vitrine_code vitrine_registry_add_member(vitrine_registry *registry, enum vitrine_member_kind kind, const char *member,
                                              const char *role, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(registry->session, change(registry, ADD, kind, member, role, &err), &err, error);
}

enum vitrine_code vitrine_registry_set_role(vitrine_registry *registry, enum vitrine_member_kind kind, const char *member,
                                            const char *role, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(registry->session, change(registry, SET, kind, member, role, &err), &err, error);
}

enum vitrine_code vitrine_registry_remove_member(vitrine_registry *registry, enum vitrine_member_kind kind,
                                                 const char *member, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(registry->session, change(registry, REMOVE, kind, member, NULL, &err), &err, error);
}
