/*
 * cli/whoami.c - vitrine whoami: who is signed in, where, and with which key.
 */
#include "cli/run.h"

static const char *team(const void *viewer, size_t index)
{
        return vitrine_viewer_team(viewer, index);
}

static const char *organization(const void *viewer, size_t index)
{
        return vitrine_viewer_organization(viewer, index);
}

static const char *key_source(const vitrine_session *session)
{
        const char *source = vitrine_session_key_source(session);

        return strcmp(source, "argument") == 0 ? "--key-file" : source;
}

enum vitrine_code run_whoami(struct cli *cli, struct vitrine_error *error)
{
        vitrine_session *session = NULL;
        vitrine_viewer *viewer = NULL;
        enum vitrine_code code = cli_session(cli, &session, error);

        if (!code)
                code = vitrine_session_viewer(session, &viewer, error);
        if (code)
                return code;
        if (cli->json)
                json_begin_object(&cli->writer);
        out_field(cli, "user", "User", vitrine_viewer_username(viewer));
        out_field(cli, "email", "E-mail", vitrine_viewer_email(viewer));
        out_field(cli, "entity", "Entity", vitrine_viewer_entity(viewer));
        out_field_list(cli, "teams", "Teams", viewer, team);
        out_field_list(cli, "organizations", "Organizations", viewer, organization);
        out_field(cli, "server", "Server", vitrine_session_base_url(session));
        out_field(cli, "key_source", "Key from", key_source(session));
        if (cli->json)
                json_end_object(&cli->writer);
        vitrine_viewer_free(viewer);
        return VITRINE_OK;
}
