/*
 * server/operator.h - the functions behind the operator's commands; commands.c lists them.
 */
#ifndef VITRINE_SERVER_OPERATOR_H
#define VITRINE_SERVER_OPERATOR_H

#include "server/command.h"

enum rc run_init(struct session *session, struct err *err);
enum rc run_serve(struct session *session, struct err *err);
enum rc run_check(struct session *session, struct err *err);
enum rc run_reclaim(struct session *session, struct err *err);
enum rc run_delete_versions(struct session *session, struct err *err);
enum rc run_deleted_list(struct session *session, struct err *err);
enum rc run_deleted_restore(struct session *session, struct err *err);
enum rc run_deleted_restore_versions(struct session *session, struct err *err);

enum rc run_user_add(struct session *session, struct err *err);
enum rc run_user_list(struct session *session, struct err *err);
enum rc run_user_delete(struct session *session, struct err *err);
enum rc run_user_passwd(struct session *session, struct err *err);

enum rc run_key_add(struct session *session, struct err *err);
enum rc run_key_list(struct session *session, struct err *err);
enum rc run_key_revoke(struct session *session, struct err *err);

enum rc run_org_add(struct session *session, struct err *err);
enum rc run_org_list(struct session *session, struct err *err);
enum rc run_org_delete(struct session *session, struct err *err);
enum rc run_org_member_set(struct session *session, struct err *err);
enum rc run_org_member_remove(struct session *session, struct err *err);
enum rc run_org_member_list(struct session *session, struct err *err);

enum rc run_org_default_role(struct session *session, struct err *err);
enum rc run_org_ttl(struct session *session, struct err *err);

enum rc run_registry_protect(struct session *session, struct err *err);
enum rc run_registry_unprotect(struct session *session, struct err *err);
enum rc run_registry_protected(struct session *session, struct err *err);

enum rc run_team_add(struct session *session, struct err *err);
enum rc run_team_list(struct session *session, struct err *err);
enum rc run_team_delete(struct session *session, struct err *err);
enum rc run_team_member_set(struct session *session, struct err *err);
enum rc run_team_member_remove(struct session *session, struct err *err);
enum rc run_team_member_list(struct session *session, struct err *err);
enum rc run_team_ttl(struct session *session, struct err *err);

/* What several of them say. */
void say_json_done(struct session *session, const char *key1, struct str value1, const char *key2,
                   struct str value2);
/* Members as a table. */
struct member_list;
void print_members(struct session *session, const struct member_list *members);

#endif
