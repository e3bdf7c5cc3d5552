/*
 * domain/people.h - who is in a team, in an organization, on the server; in pages.
 *
 * Thread rule: that of the call.
 */
#ifndef VITRINE_DOMAIN_PEOPLE_H
#define VITRINE_DOMAIN_PEOPLE_H

#include "domain/call.h"
#include "store/people.h"

struct people_page {
        struct member *items;
        size_t count;
        bool has_next;
};
/*
 * Of an organization or a team for those who may see it, of the server for its administrators; nobody
 * otherwise. entity: the team's or the organization's own; NULL: the server. text and paging as store/people.h says.
 */
MUST_USE enum rc people_list(struct call *call, const struct entity *entity, struct str text, int64_t after_id,
                             size_t first, struct people_page *ret, struct err *err);

struct registry_people_page {
        struct project_member *items;
        size_t count;
        bool has_next;
};
/* People and service accounts that were given a role in a registry; for a caller who sees it (project_see()). */
MUST_USE enum rc people_of_project(struct call *call, const struct project *project, struct str text, int64_t after_id,
                                   size_t first, struct registry_people_page *ret, struct err *err);

#endif
