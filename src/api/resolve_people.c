/*
 * api/resolve_people.c - members of teams, of organizations and of the server, in pages, for the
 * Registry App. Clients take `members`, which are whole lists. Parents: MemberPage, ProjectMemberPage
 * struct connection *.
 */
#include "api/resolve.h"
#include "domain/organization.h"
#include "domain/people.h"

#define PEOPLE_MAX 1000

struct page_wanted {
        struct str text;
        int64_t after_id;
        size_t first;
};

static enum rc read_wanted(struct gql_field *field, struct page_wanted *ret, struct err *err)
{
        struct str after = STR_NULL;
        enum rc rc = arg_page(field, 100, &ret->first, &after, err);

        ret->text = str_trim(gql_arg_str(field, "text"));
        if (!rc)
                rc = cursor_read(field, after, &ret->after_id, err);
        if (!rc && (ret->first < 1 || ret->first > PEOPLE_MAX))
                rc = err_set(err, RC_INVALID, "'first' must be from 1 to %d.", PEOPLE_MAX);
        return rc;
}

static enum rc out_people(struct gql_field *field, struct gql_out *out, const struct entity *entity, struct err *err)
{
        struct people_page people = { 0 };
        struct page_wanted wanted = { 0 };
        struct connection *page;
        enum rc rc = read_wanted(field, &wanted, err);

        if (!rc)
                rc = people_list(call_of(field), entity, wanted.text, wanted.after_id, wanted.first, &people, err);
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

FIELD(Project, people)
{
        struct registry_people_page people = { 0 };
        struct page_wanted wanted = { 0 };
        struct connection *page;
        enum rc rc = read_wanted(field, &wanted, err);

        if (!rc)
                rc = people_of_project(call_of(field), parent, wanted.text, wanted.after_id, wanted.first, &people, err);
        if (rc)
                return rc;
        page = connection_new(field, people.count);
        page->has_next = people.has_next;
        for (size_t i = 0; i < people.count; i++)
                connection_add(page, "ProjectMember", &people.items[i], cursor_make(field, people.items[i].account_id));
        gql_out_object(out, "ProjectMemberPage", page);
        return RC_OK;
}

static void out_page(struct gql_out *out, const char *type, const struct connection *page)
{
        gql_out_list(out, page->count);
        for (size_t i = 0; i < page->count; i++)
                gql_out_object(gql_out_item(out, i), type, page->edges[i].node);
}

FIELD(MemberPage, members)
{
        out_page(out, "Member", parent);
        return RC_OK;
}

FIELD(ProjectMemberPage, members)
{
        out_page(out, "ProjectMember", parent);
        return RC_OK;
}

FIELD_SELF(ProjectMemberPage, pageInfo, "PageInfo")

FIELD_SELF(MemberPage, pageInfo, "PageInfo")
