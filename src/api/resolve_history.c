/*
 * api/resolve_history.c - action history of collections, aliases at a time, protected
 * aliases.
 *
 *     CollectionEvent     struct event_row *
 */
#include "api/artifact_node.h"
#include "base/clock.h"
#include "domain/account.h"
#include "domain/history.h"
#include "domain/protect.h"

/* ---- action history ---- */

/* *ret_nobody: the user is unknown, so nothing is by them. */
static enum rc read_filter(struct gql_field *field, struct event_filter *ret, bool *ret_nobody, struct err *err)
{
        struct call *call = call_of(field);
        struct str username = gql_arg_str(field, "username"), since = gql_arg_str(field, "since"),
                   until = gql_arg_str(field, "until");
        struct account *account = NULL;
        enum rc rc = RC_OK;

        ret->action = gql_arg_str(field, "action");
        if (!str_is_null(since) && !clock_parse(since, &ret->since_us))
                return err_set(err, RC_INVALID, "'since' is no time: send it like 2024-05-31T12:00:00Z.");
        if (!str_is_null(until) && !clock_parse(until, &ret->until_us))
                return err_set(err, RC_INVALID, "'until' is no time: send it like 2024-05-31T12:00:00Z.");
        if (!str_is_empty(username))
                rc = store_account_by_username(call->conn, call->arena, username, &account, err);
        if (rc)
                return rc;
        ret->account_id = account ? account->id : 0;
        *ret_nobody = !str_is_empty(username) && !account;
        return RC_OK;
}

static enum rc collection_history(struct gql_field *field, const struct collection_node *node, struct gql_out *out,
                                  struct err *err)
{
        struct call *call = call_of(field);
        struct event_filter filter = { 0 };
        struct event_list events = { 0 };
        bool nobody = false;
        struct connection *page;
        struct str after;
        int64_t below = 0;
        size_t first;
        enum rc rc = arg_page(field, 50, &first, &after, err);

        if (!rc)
                rc = cursor_read(field, after, &below, err);
        if (!rc)
                rc = read_filter(field, &filter, &nobody, err);
        if (!rc && !nobody)
                rc = store_event_page(call->conn, call->arena, node->row->id, &filter, below ? below : INT64_MAX,
                                      first + 1, &events, err);
        if (rc)
                return rc;
        page = connection_new(field, events.count);
        page->has_next = events.count > first;
        for (size_t i = 0; i < events.count && i < first; i++)
                connection_add(page, "CollectionEvent", &events.items[i], cursor_make(field, events.items[i].id));
        gql_out_object(out, "CollectionEventConnection", page);
        return RC_OK;
}

FIELD(ArtifactSequence, history) { return collection_history(field, parent, out, err); }
FIELD(ArtifactPortfolio, history) { return collection_history(field, parent, out, err); }

CONNECTION_EDGES(CollectionEventConnection, CollectionEventEdge)
CONNECTION_PAGE_INFO(CollectionEventConnection)
EDGE_NODE(CollectionEventEdge)
EDGE_CURSOR(CollectionEventEdge)

FIELD_ID(CollectionEvent, id, MODEL_COLLECTION_EVENT, event_row, id)
FIELD_TIME(CollectionEvent, createdAt, event_row, at_us)
FIELD_STR(CollectionEvent, action, event_row, action)
FIELD_STR(CollectionEvent, alias, event_row, alias)

FIELD(CollectionEvent, versionIndex)
{
        const struct event_row *e = parent;

        if (e->has_version)
                gql_out_int(out, e->version);
        return RC_OK;
}

FIELD(CollectionEvent, user)
{
        return out_user(field, out, ((struct event_row *)parent)->account_id, err);
}

/* ---- an alias at a time ---- */

static enum rc membership_at(struct gql_field *field, struct collection_node *node, struct gql_out *out,
                             struct err *err)
{
        struct call *call = call_of(field);
        struct str at = gql_arg_str(field, "at");
        struct project *project = node->project;
        struct version *v = NULL;
        int64_t at_us = 0;
        enum rc rc = RC_OK;

        if (!clock_parse(at, &at_us))
                return err_set(err, RC_INVALID, "'%.*s' is not a time: write it like 2026-03-03T12:00:00Z.",
                               STR_ARG(str_slice(at, 0, 64)));
        if (!node->looked_up)
                rc = project_see(call, node->row->project_id, &project, err);
        if (rc || !project)
                return rc;
        rc = version_find_at(call, project, node->row, gql_arg_str(field, "aliasName"), at_us, &v, err);
        if (rc)
                return rc;
        gql_out_object(out, "ArtifactCollectionMembership", v);
        return RC_OK;
}

FIELD(ArtifactSequence, artifactMembershipAt) { return membership_at(field, parent, out, err); }
FIELD(ArtifactPortfolio, artifactMembershipAt) { return membership_at(field, parent, out, err); }

/* ---- protected aliases ---- */

FIELD(Project, protectedAliases)
{
        struct call *call = call_of(field);
        struct str_list aliases;
        enum rc rc = store_protected_list(call->conn, call->arena, ((struct project *)parent)->id, &aliases, err);

        if (rc)
                return rc;
        gql_out_list(out, aliases.count);
        for (size_t i = 0; i < aliases.count; i++)
                gql_out_str(gql_out_item(out, i), aliases.items[i]);
        return RC_OK;
}

static enum rc define(struct gql_field *field, struct gql_out *out, bool protect, struct err *err)
{
        const struct gql_value *in = arg_input(field);
        int64_t id = 0;
        enum rc rc = member_id(field, in, "projectId", MODEL_PROJECT, &id, err);

        if (!rc)
                rc = protect_define(call_of(field), id, gql_member_str(in, "alias"), protect, err);
        return rc ? rc : out_success(field, out);
}

FIELD(Mutation, createProtectedAlias)
{
        return define(field, out, true, err);
}

FIELD(Mutation, deleteProtectedAlias)
{
        return define(field, out, false, err);
}
