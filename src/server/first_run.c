/*
 * server/first_run.c - serve --first-run: something to begin with.
 *
 * In a database without users it makes a user with a password and an API key, an
 * organization with its core registries and a team, all in one transaction, and prints
 * what a person needs, secrets included, once. Later starts only say where to go.
 */
#include <stdio.h>

#include "auth/auth.h"
#include "crypto/crypto.h"
#include "domain/account.h"
#include "domain/api_key.h"
#include "domain/organization.h"
#include "domain/policy_people.h"
#include "domain/team.h"
#include "server/wire.h"

#define USER "admin"
#define ORGANIZATION "local"
#define TEAM "team"
#define PASSWORD_LEN 16

struct first {
        struct str phc;
        bool done;                    /* false: there are users already */
        struct api_key *key;
};

static enum rc make_first(struct call *call, void *payload, struct err *err)
{
        static const struct account_new user = { .username = { USER, sizeof(USER) - 1 }, .admin = true };
        struct first *first = payload;
        const struct organization_new org = { .name = STR(ORGANIZATION), .admin = user.username };
        const struct team_new team = { .name = STR(TEAM), .org = org.name, .admin = user.username };
        const struct api_key_new key = { .username = user.username, .description = STR("first key") };
        struct account *account = NULL;
        struct organization *made_org = NULL;
        struct entity *made_team = NULL;
        int64_t count = 0;
        enum rc rc = store_account_count(call->conn, &count, err);

        if (rc || count > 0)
                return rc;
        rc = account_create(call, &user, &account, err);
        if (!rc)
                rc = account_set_password(call, user.username, first->phc, err);
        if (!rc)
                rc = organization_create(call, &org, &made_org, err);
        if (!rc)
                rc = team_create(call, &team, &made_team, err);
        if (!rc)
                rc = api_key_create(call, &key, &first->key, err);
        first->done = rc == RC_OK;
        return rc;
}

static void print_welcome(struct str url, struct str password, struct str key)
{
        (void)printf("\nThis is a new registry at %.*s\n\n"
                     "Sign in with a browser:  user " USER ", password %.*s\n"
                     "Organization '" ORGANIZATION "', team '" TEAM "'. The password and the key are not shown again.\n\n"
                     "Tell the client in a shell:\n\n"
                     "    export WANDB_BASE_URL=%.*s\n"
                     "    export WANDB_API_KEY=%.*s\n\n"
                     "and then, in Python (pip install wandb):\n\n"
                     "    import pathlib, wandb\n"
                     "    pathlib.Path(\"hello.txt\").write_text(\"Hello, registry!\")\n"
                     "    with wandb.init(entity=\"" TEAM "\", project=\"first-project\") as run:\n"
                     "        artifact = run.log_artifact(\"hello.txt\", name=\"hello\", type=\"model\")\n"
                     "        run.link_artifact(artifact, \"wandb-registry-model/Hello\")\n\n",
                     STR_ARG(url), STR_ARG(password), STR_ARG(url), STR_ARG(key));
}

enum rc first_run(struct server *server, struct arena *arena, struct str url, struct err *err)
{
        struct call call = { .domain = &server->domain, .arena = arena, .who = &policy_operator };
        struct first first = { 0 };
        struct str password = crypto_random_alnum(arena, PASSWORD_LEN);
        _cleanup_(db_read_end) struct db_conn *conn = NULL;
        int64_t count = 0;
        enum rc rc = db_read_begin(server->domain.db, &conn, err);

        if (!rc)
                rc = store_account_count(conn, &count, err);
        if (rc)
                return rc;
        if (count == 0) {
                call.conn = conn;
                rc = auth_password_hash(arena, password, &first.phc, err);
                if (!rc)
                        rc = domain_write(&call, make_first, &first, err);
                if (rc)
                        return rc;
        }
        if (first.done)
                print_welcome(url, password, first.key->secret);
        else
                (void)printf("\nThis registry is at %.*s; sign in at %.*s/login\n"
                             "Lost the password? vitrined user passwd NAME --data DIR sets another.\n\n",
                             STR_ARG(url), STR_ARG(url));
        (void)fflush(stdout);
        return RC_OK;
}
