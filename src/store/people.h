/*
 * store/people.h - members of teams, organizations and registries, and everybody, in pages.
 *
 * Thread rule: that of the connection.
 */
#ifndef VITRINE_STORE_PEOPLE_H
#define VITRINE_STORE_PEOPLE_H

#include "store/project.h"
#include "store/team.h"

enum people_of { PEOPLE_OF_SERVER, PEOPLE_OF_ORGANIZATION, PEOPLE_OF_TEAM };

/*
 * With id > after_id, by id, at most limit; text (absent: everybody) is part of a user name, name or e-mail
 * address. id: the organization's, or the team's entity. Of the server: administrators have the role admin,
 * others member.
 */
MUST_USE enum rc store_people_page(struct db_conn *conn, struct arena *arena, enum people_of of, int64_t id,
                                   struct str text, int64_t after_id, size_t limit, struct member_list *ret,
                                   struct err *err);
/* People and service accounts that were given a role in a registry, the same way; with after_id, text and limit as above. */
MUST_USE enum rc store_people_of_project(struct db_conn *conn, struct arena *arena, int64_t project_id, struct str text,
                                         int64_t after_id, size_t limit, struct project_member_list *ret, struct err *err);

#endif
