/*
 * client/viewer.c - who the API key belongs to, as the server says it.
 */
#include "client/internal.h"

struct vitrine_viewer {
        struct arena arena;
        const char *id, *username, *email, *entity;
        size_t team_count, organization_count;
        const char **teams, **organizations;
};

static const char viewer_document[] =
        "query Viewer { viewer { id username name email entity teams { edges { node { name } } } "
        "organizations { name } } }";

static void read_viewer(struct vitrine_viewer *v, const struct json *viewer)
{
        const struct json *teams = dig(viewer, "teams.edges"), *organizations = dig(viewer, "organizations");
        struct str username = json_text(viewer, "username");

        v->id = arena_text(&v->arena, json_text(viewer, "id"));
        v->username = arena_text(&v->arena, str_is_null(username) ? json_text(viewer, "name") : username);
        v->email = arena_text(&v->arena, json_text(viewer, "email"));
        v->entity = arena_text(&v->arena, json_text(viewer, "entity"));
        v->teams = arena_array(&v->arena, const char *, teams ? teams->count : 0);
        v->organizations = arena_array(&v->arena, const char *, organizations ? organizations->count : 0);
        if (arena_failed(&v->arena))
                return;
        for (const struct json *edge = teams ? teams->first : NULL; edge; edge = edge->next)
                v->teams[v->team_count++] = arena_text(&v->arena, json_text(dig(edge, "node"), "name"));
        for (const struct json *o = organizations ? organizations->first : NULL; o; o = o->next)
                v->organizations[v->organization_count++] = arena_text(&v->arena, json_text(o, "name"));
}

enum rc session_viewer(struct vitrine_session *session, struct vitrine_viewer **ret, struct err *err)
{
        _cleanup_arena_ struct arena arena = { 0 };
        const struct json *data = NULL;
        struct vitrine_viewer *viewer;
        enum rc rc;

        arena_begin(&arena);
        rc = call(session, &arena, viewer_document, NULL, &data, err);
        if (rc)
                return rc;
        if (!dig(data, "viewer"))
                return err_set(err, RC_UNAUTHENTICATED, session->authorization
                               ? "The server does not know this API key: check the key and the server's address."
                               : "There is no API key: log in with vitrine login, or set VITRINE_API_KEY.");
        viewer = mem_alloc_zero(1, sizeof(*viewer));
        if (!viewer)
                return mem_fail(err);
        arena_begin(&viewer->arena);
        read_viewer(viewer, dig(data, "viewer"));
        if (arena_failed(&viewer->arena)) {
                vitrine_viewer_free(viewer);
                return mem_fail(err);
        }
        *ret = viewer;
        return RC_OK;
}

enum vitrine_code vitrine_session_viewer(vitrine_session *session, vitrine_viewer **ret_viewer, struct vitrine_error *error)
{
        struct err err = { 0 };

        return border(session, session_viewer(session, ret_viewer, &err), &err, error);
}

void vitrine_viewer_free(vitrine_viewer *viewer)
{
        if (!viewer)
                return;
        arena_done(&viewer->arena);
        mem_free(viewer);
}

const char *vitrine_viewer_id(const vitrine_viewer *viewer) { return viewer->id; }
const char *vitrine_viewer_username(const vitrine_viewer *viewer) { return viewer->username; }
const char *vitrine_viewer_email(const vitrine_viewer *viewer) { return viewer->email; }
const char *vitrine_viewer_entity(const vitrine_viewer *viewer) { return viewer->entity; }
size_t vitrine_viewer_team_count(const vitrine_viewer *viewer) { return viewer->team_count; }
size_t vitrine_viewer_organization_count(const vitrine_viewer *viewer) { return viewer->organization_count; }

const char *vitrine_viewer_team(const vitrine_viewer *viewer, size_t index)
{
        return index < viewer->team_count ? viewer->teams[index] : NULL;
}

const char *vitrine_viewer_organization(const vitrine_viewer *viewer, size_t index)
{
        return index < viewer->organization_count ? viewer->organizations[index] : NULL;
}
