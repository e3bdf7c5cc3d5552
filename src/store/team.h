/*
 * store/team.h - teams, and who belongs to them.
 *
 * A team is an entity of kind ENTITY_TEAM. The same struct member and the same roles serve
 * organizations (store/organization.h).
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_TEAM_H
#define VITRINE_STORE_TEAM_H

#include "model/model.h"
#include "store/account.h"
#include "store/role.h"

struct member {
        int64_t account_id;
        int64_t entity_id;            /* the team; 0 in a list of an organization's members */
        struct str username, name;
        struct str email;             /* may be absent */
        enum model_member_role role;
        bool service;
        int64_t joined_us;
        struct str scope;             /* what a service account was made for: a team, an organization's entity; else absent */
};
struct member_list {
        struct member *items;
        size_t count;
};

/* Of an account a: the name of what a service account was made for. */
#define STORE_MEMBER_SCOPE "(SELECT s.name FROM entity s WHERE s.id = a.service_entity_id)"

/* Reads one row of (account id, entity id, username, name, email, role, service, joined, scope). */
void store_read_member(struct db_stmt *stmt, struct arena *arena, struct member *ret);
MUST_USE enum rc store_read_members(struct db_stmt *stmt, struct arena *arena, struct member_list *ret,
                                    struct err *err);
/* Rows of (id, name, kind, org_id, created_us). */
MUST_USE enum rc store_read_entities(struct db_stmt *stmt, struct arena *arena, struct entity_list *ret,
                                     struct err *err);

/* Teams of an organization, by name; org_id 0: all teams. */
MUST_USE enum rc store_team_list(struct db_conn *conn, struct arena *arena, int64_t org_id, struct entity_list *ret,
                                 struct err *err);
/* Teams of an account, first joined first. */
MUST_USE enum rc store_team_of_account(struct db_conn *conn, struct arena *arena, int64_t account_id,
                                       struct entity_list *ret, struct err *err);
/* In the order of joining. */
MUST_USE enum rc store_team_members(struct db_conn *conn, struct arena *arena, int64_t entity_id,
                                    struct member_list *ret, struct err *err);
MUST_USE enum rc store_team_set_member(struct db_conn *conn, int64_t entity_id, int64_t account_id,
                                       enum model_member_role role, int64_t now_us, struct err *err);
/* *ret_removed: was a member. */
MUST_USE enum rc store_team_remove_member(struct db_conn *conn, int64_t entity_id, int64_t account_id,
                                          bool *ret_removed, struct err *err);
/* Takes it out of use; members are let go. */
MUST_USE enum rc store_team_retire(struct db_conn *conn, int64_t entity_id, int64_t now_us, struct err *err);

#endif
