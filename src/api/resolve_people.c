/*
 * api/resolve_people.c - members of teams, of organizations and of the server, in pages, for the
 * Registry App. Clients take `members`, which are whole lists. Parent: MemberPage struct connection *.
 */
#include "api/resolve.h"
#include "domain/organization.h"
#include "domain/people.h"

#define PEOPLE_MAX 1000

static enum rc out_people(struct gql_field *field, struct gql_out *out, const struct entity *entity, struct err *err)
{
        struct people_page people = { 0 };
        struct str after = STR_NULL, text = str_trim(gql_arg_str(field, "text"));
        struct connection *page;
        int64_t after_id = 0;
        size_t first = 0;
        enum rc rc = arg_page(field, 100, &first, &after, err);

        if (!rc)
                rc = cursor_read(field, after, &after_id, err);
        if (!rc && (first < 1 || first > PEOPLE_MAX))
                rc = err_set(err, RC_INVALID, "'first' must be from 1 to %d.", PEOPLE_MAX);
        if (!rc)
                rc = people_list(call_of(field), entity, text, after_id, first, &people, err);
        if (rc)
                return rc;
        page = connection_new(field, people.count);
        page->has_next = people.has_next;
        for (size_t i = 0; i < people.count; i++)
                connection_add(page, "Member", &people.items[i], cursor_make(field, people.items[i].account_id));
        gql_out_object(out, "MemberPage", page);
        return RC_OK;
}

FIELD(Query, people)
{
        return out_people(field, out, NULL, err);
}

FIELD(Entity, people)
{
        return out_people(field, out, parent, err);
}

FIELD(Organization, people)
{
        struct call *call = call_of(field);
        struct entity *entity = NULL;
        enum rc rc = store_entity_by_id(call->conn, call->arena, ((const struct organization *)parent)->entity_id, &entity,
                                        err);

        return rc || !entity ? rc : out_people(field, out, entity, err);
}

FIELD(MemberPage, members)
{
        const struct connection *page = parent;

        gql_out_list(out, page->count);
        for (size_t i = 0; i < page->count; i++)
                gql_out_object(gql_out_item(out, i), "Member", page->edges[i].node);
        return RC_OK;
}

FIELD_SELF(MemberPage, pageInfo, "PageInfo")
