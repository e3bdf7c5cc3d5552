/*
 * server/command_user.c - vitrined user and vitrined key.
 */
#include "auth/auth.h"
#include "base/clock.h"
#include "crypto/crypto.h"
#include "domain/account.h"
#include "domain/api_key.h"
#include "server/operator.h"

#define LIST_MAX 1000000
#define PASSWORD_LEN 20

void say_json_done(struct session *session, const char *key1, struct str value1, const char *key2,
                   struct str value2)
{
        struct json_writer *w = &session->writer;

        if (!session->json)
                return;
        json_begin_object(w);
        json_key_string(w, key1, value1);
        if (key2)
                json_key_string(w, key2, value2);
        json_end_object(w);
}

/* ---- user ------------------------------------------------------------------------------------ */

struct add_job {
        struct account_new account;
        struct str secret;            /* absent: make one */
        struct str phc;               /* absent: no password */
        bool wants_key;
        struct account *made;
        struct api_key *key;
};

/* User, password and key in one transaction: all or nothing. */
static enum rc add_write(struct call *call, void *payload, struct err *err)
{
        struct add_job *job = payload;
        enum rc rc = account_create(call, &job->account, &job->made, err);

        if (!rc && !str_is_null(job->phc))
                rc = account_set_password(call, job->made->username, job->phc, err);
        if (!rc && job->wants_key) {
                const struct api_key_new key = {
                        .username = job->made->username, .description = STR("first key"), .secret = job->secret
                };

                rc = api_key_create(call, &key, &job->key, err);
        }
        return rc;
}

static enum rc read_password_option(struct session *session, struct str *ret_phc, struct err *err)
{
        struct str password = STR_NULL;
        enum rc rc;

        if (str_is_null(session_option(session, "password-file")))
                return RC_OK;
        rc = session_secret(session, "password-file", &password, err);
        return rc ? rc : auth_password_hash(&session->arena, password, ret_phc, err);
}

static void print_added(struct session *session, const struct add_job *job, bool imported)
{
        struct json_writer *w = &session->writer;

        if (!session->json) {
                session_say(session, "User '%.*s' is added.", STR_ARG(job->made->username));
                if (!job->key || imported)
                        return;
                session_say(session, "The API key, shown this once:");
                buf_printf(&session->out, "%.*s\n", STR_ARG(job->key->secret));
                return;
        }
        json_begin_object(w);
        json_key_string(w, "username", job->made->username);
        json_key_string(w, "email", job->made->email);
        json_key_bool(w, "admin", job->made->admin);
        json_key_string(w, "entity", job->made->username);
        json_key_string(w, "api_key", job->key && !imported ? job->key->secret : STR_NULL);
        json_end_object(w);
}

enum rc run_user_add(struct session *session, struct err *err)
{
        struct add_job job = {
                .account = {
                        .username = session_argument(session, 0),
                        .name = session_option(session, "full-name"),
                        .email = session_option(session, "email"),
                        .admin = options_on(&session->options, "admin"),
                },
                .wants_key = !options_on(&session->options, "no-key"),
        };
        bool imported = !str_is_null(session_option(session, "api-key-file"));
        enum rc rc = read_password_option(session, &job.phc, err);

        if (!rc && imported && !job.wants_key)
                rc = err_set(err, RC_INVALID, "--no-key and --api-key-file exclude each other.");
        if (!rc && imported)
                rc = session_secret(session, "api-key-file", &job.secret, err);
        if (!rc)
                rc = domain_write(&session->call, add_write, &job, err);
        if (rc)
                return rc;
        print_added(session, &job, imported);
        return RC_OK;
}

enum rc run_user_list(struct session *session, struct err *err)
{
        static const char *const columns[] = { "username", "name", "email", "kind", "default_entity", "created" };
        struct account_list accounts;
        struct table table;
        enum rc rc = store_account_list(session->call.conn, &session->arena, 0, LIST_MAX, &accounts, err);

        if (rc)
                return rc;
        table_begin(&table, session, columns, ARRAY_LEN(columns));
        for (size_t i = 0; i < accounts.count; i++) {
                const struct account *a = &accounts.items[i];

                table_cell(&table, a->username);
                table_cell(&table, a->name);
                table_cell(&table, str_is_null(a->email) ? STR("") : a->email);
                table_cell(&table, a->service ? STR("service") : a->admin ? STR("admin") : STR("user"));
                table_cell(&table, a->default_entity);
                table_cell(&table, clock_format_str(&session->arena, a->created_us));
        }
        table_end(&table);
        return RC_OK;
}

enum rc run_user_delete(struct session *session, struct err *err)
{
        struct str name = session_argument(session, 0);
        enum rc rc = account_delete(&session->call, name, err);

        if (rc)
                return rc;
        session_say(session, "User '%.*s' is deleted.", STR_ARG(name));
        say_json_done(session, "deleted", name, NULL, STR_NULL);
        return RC_OK;
}

enum rc run_user_passwd(struct session *session, struct err *err)
{
        struct str name = session_argument(session, 0);
        struct str password = STR_NULL, phc = STR_NULL;
        bool generate = options_on(&session->options, "generate");
        struct account *account = NULL;
        enum rc rc = account_find(&session->call, name, &account, err);

        if (rc)
                return rc;
        if (generate)
                password = crypto_random_alnum(&session->arena, PASSWORD_LEN);
        else if (!str_is_null(session_option(session, "password-file")))
                rc = session_secret(session, "password-file", &password, err);
        else if (!options_on(&session->options, "none"))
                rc = session_ask_password(session, &password, err);
        if (!rc && !str_is_null(password))
                rc = auth_password_hash(&session->arena, password, &phc, err);
        if (!rc)
                rc = account_set_password(&session->call, account->username, phc, err);
        if (rc)
                return rc;
        session_say(session, "The password of '%.*s' is %s; browsers must sign in again.", STR_ARG(account->username),
                    str_is_null(phc) ? "switched off" : "changed");
        say_json_done(session, "username", account->username, generate ? "password" : NULL, password);
        if (generate && !session->json)
                buf_printf(&session->out, "%.*s\n", STR_ARG(password));
        return RC_OK;
}

/* ---- key --------------------------------------------------------------------------------------- */

enum rc run_key_add(struct session *session, struct err *err)
{
        struct api_key_new wanted = {
                .username = session_argument(session, 0), .description = session_option(session, "description")
        };
        bool imported = !str_is_null(session_option(session, "api-key-file"));
        struct json_writer *w = &session->writer;
        struct api_key *key = NULL;
        enum rc rc = RC_OK;

        if (imported)
                rc = session_secret(session, "api-key-file", &wanted.secret, err);
        if (!rc)
                rc = api_key_create(&session->call, &wanted, &key, err);
        if (rc)
                return rc;
        if (session->json) {
                json_begin_object(w);
                json_key_int(w, "id", key->id);
                json_key_string(w, "username", key->username);
                json_key_string(w, "api_key", imported ? STR_NULL : key->secret);
                json_end_object(w);
                return RC_OK;
        }
        session_say(session, "Key %lld of '%.*s' is added%s", (long long)key->id, STR_ARG(key->username),
                    imported ? "." : "; shown this once:");
        if (!imported)
                buf_printf(&session->out, "%.*s\n", STR_ARG(key->secret));
        return RC_OK;
}

enum rc run_key_list(struct session *session, struct err *err)
{
        static const char *const columns[] = { "id", "username", "hint", "description", "created", "last_used" };
        struct api_key_list keys;
        struct table table;
        enum rc rc = api_key_list(&session->call, session_argument(session, 0), &keys, err);

        if (rc)
                return rc;
        table_begin(&table, session, columns, ARRAY_LEN(columns));
        for (size_t i = 0; i < keys.count; i++) {
                const struct api_key *key = &keys.items[i];

                table_cell(&table, arena_printf(&session->arena, "%lld", (long long)key->id));
                table_cell(&table, key->username);
                table_cell(&table, arena_printf(&session->arena, "...%.*s", STR_ARG(key->hint)));
                table_cell(&table, key->description);
                table_cell(&table, clock_format_str(&session->arena, key->created_us));
                table_cell(&table, key->last_used_us ? clock_format_str(&session->arena, key->last_used_us)
                                                     : STR("never"));
        }
        table_end(&table);
        return RC_OK;
}

/* The key's number: given, or found by the key itself. */
static enum rc find_key(struct session *session, int64_t *ret_id, struct err *err)
{
        struct str text = session_argument(session, 0), secret = STR_NULL;
        struct account *account = NULL;
        struct api_key key = { 0 };
        uint8_t hash[32];
        enum rc rc;

        if (str_is_null(text) == str_is_null(session_option(session, "api-key-file")))
                return err_set(err, RC_INVALID, "Give either the number of the key (see vitrined key list) or --api-key-file.");
        if (!str_is_null(text)) {
                if (!str_to_i64(text, ret_id) || *ret_id <= 0)
                        return err_set(err, RC_INVALID, "'%.*s' is not the number of a key: see vitrined key list.",
                                       STR_ARG(str_slice(text, 0, 32)));
                return RC_OK;
        }
        rc = session_secret(session, "api-key-file", &secret, err);
        if (rc)
                return rc;
        crypto_sha256(secret.ptr, secret.len, hash);
        rc = store_api_key_account(session->call.conn, &session->arena, (struct str){ (const char *)hash, 32 },
                                   &account, &key, err);
        if (rc)
                return rc;
        if (!account)
                return err_set(err, RC_NOT_FOUND, "This API key is not known here.");
        *ret_id = key.id;
        return RC_OK;
}

enum rc run_key_revoke(struct session *session, struct err *err)
{
        int64_t id = 0;
        enum rc rc = find_key(session, &id, err);

        if (!rc)
                rc = api_key_revoke(&session->call, id, err);
        if (rc)
                return rc;
        session_say(session, "Key %lld is revoked.", (long long)id);
        say_json_done(session, "revoked", arena_printf(&session->arena, "%lld", (long long)id), NULL, STR_NULL);
        return RC_OK;
}
