/*
 * store/project.h - projects, registries (projects of an organization's entity), their
 * members and their artifact types.
 *
 * Rows come back in the arena; NULL means there is none. Deleted projects are never
 * returned. Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_PROJECT_H
#define VITRINE_STORE_PROJECT_H

#include "store/entity.h"

enum project_access { ACCESS_ORGANIZATION, ACCESS_RESTRICTED };

struct project {
        int64_t id;
        int64_t entity_id;
        struct str entity_name;
        enum entity_kind entity_kind;
        int64_t org_id;               /* of the team or organization; 0 for a person's project */
        struct str name;              /* with the wandb-registry- prefix for a registry */
        struct str description;
        bool is_registry, is_core;
        enum project_access access;
        bool allow_all_types;
        int64_t created_by;           /* account; 0 unknown */
        int64_t owner;                /* account that answers for it; created_by unless another was named */
        struct str icon_name, icon_color; /* of a registry, as an admin chose; null or empty: it follows from the name */
        int64_t created_us, updated_us;
};

MUST_USE enum rc store_project_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct project **ret,
                                     struct err *err);
/* One that was deleted, and when; NULL: it was not, or its entity is gone, too. */
MUST_USE enum rc store_project_deleted_by_id(struct db_conn *conn, struct arena *arena, int64_t id,
                                             struct project **ret, int64_t *ret_deleted_us, struct err *err);
MUST_USE enum rc store_project_by_name(struct db_conn *conn, struct arena *arena, int64_t entity_id,
                                       struct str name, struct project **ret, struct err *err);
/* By the name without regard to case: NULL when none or more than one. */
MUST_USE enum rc store_project_by_key(struct db_conn *conn, struct arena *arena, int64_t entity_id,
                                      struct str name_key, struct project **ret, struct err *err);
/* Inserts p (id is set), created_us and updated_us from it. RC_EXISTS when the name is taken. */
MUST_USE enum rc store_project_insert(struct db_conn *conn, struct project *p, struct str name_key, struct err *err);
/* Writes name, description, access, allow_all_types, icon, updated_us. RC_EXISTS when the name is taken. */
MUST_USE enum rc store_project_update(struct db_conn *conn, const struct project *p, struct str name_key,
                                      struct err *err);
MUST_USE enum rc store_project_set_owner(struct db_conn *conn, int64_t id, int64_t account_id, struct err *err);
MUST_USE enum rc store_project_delete(struct db_conn *conn, int64_t id, int64_t now_us, struct err *err);

struct project_list {
        struct project *items;
        size_t count;
};
/* Projects of an entity with id > after_id, by id, at most limit. */
MUST_USE enum rc store_project_list(struct db_conn *conn, struct arena *arena, int64_t entity_id,
                                    int64_t after_id, size_t limit, struct project_list *ret, struct err *err);

/* ---- members of a registry; roles as enum model_role, 0 none ------------------------ */

MUST_USE enum rc store_project_account_role(struct db_conn *conn, int64_t project_id, int64_t account_id,
                                            int *ret_role, struct err *err);
/* Highest role that the account has through teams. */
MUST_USE enum rc store_project_team_role(struct db_conn *conn, int64_t project_id, int64_t account_id,
                                         int *ret_role, struct err *err);
MUST_USE enum rc store_project_set_account(struct db_conn *conn, int64_t project_id, int64_t account_id, int role,
                                           int64_t now_us, struct err *err);
MUST_USE enum rc store_project_set_team(struct db_conn *conn, int64_t project_id, int64_t entity_id, int role,
                                        int64_t now_us, struct err *err);
MUST_USE enum rc store_project_remove_account(struct db_conn *conn, int64_t project_id, int64_t account_id,
                                              struct err *err);
MUST_USE enum rc store_project_remove_team(struct db_conn *conn, int64_t project_id, int64_t entity_id,
                                           struct err *err);

struct project_member {
        int64_t project_id;
        int64_t account_id;           /* a person... */
        int64_t entity_id;            /* ...or a team */
        struct str name, username, email;
        int role;
        bool service;
};
struct project_member_list {
        struct project_member *items;
        size_t count;
};
struct db_stmt;
/* Rows of a query like theirs, at most `count`; for store/people.c. */
MUST_USE enum rc store_read_project_members(struct db_stmt *stmt, struct arena *arena, int64_t project_id, int64_t count,
                                            struct project_member_list *ret, struct err *err);
MUST_USE enum rc store_project_accounts(struct db_conn *conn, struct arena *arena, int64_t project_id,
                                        struct project_member_list *ret, struct err *err);
MUST_USE enum rc store_project_teams(struct db_conn *conn, struct arena *arena, int64_t project_id,
                                     struct project_member_list *ret, struct err *err);

/* ---- artifact types ------------------------------------------------------------------ */

struct artifact_type {
        int64_t id, project_id;
        struct str name, description;
        int64_t created_us;
};
struct artifact_type_list {
        struct artifact_type *items;
        size_t count;
};
MUST_USE enum rc store_type_by_name(struct db_conn *conn, struct arena *arena, int64_t project_id, struct str name,
                                    struct artifact_type **ret, struct err *err);
MUST_USE enum rc store_type_by_id(struct db_conn *conn, struct arena *arena, int64_t id, struct artifact_type **ret,
                                  struct err *err);
/* Finds or makes it. */
MUST_USE enum rc store_type_ensure(struct db_conn *conn, int64_t project_id, struct str name,
                                   struct str description, int64_t now_us, int64_t *ret_id, struct err *err);
MUST_USE enum rc store_type_list(struct db_conn *conn, struct arena *arena, int64_t project_id, int64_t after_id,
                                 size_t limit, struct artifact_type_list *ret, struct err *err);

#endif
