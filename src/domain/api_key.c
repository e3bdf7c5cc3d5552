/*
 * domain/api_key.c - API keys; see api_key.h.
 */
#include "domain/api_key.h"

#include "base/clock.h"
#include "crypto/crypto.h"
#include "domain/account.h"
#include "domain/event.h"
#include "domain/policy_people.h"

#define KEY_LEN 40
#define KEY_MAX 4096
#define HINT_LEN 4
#define DESCRIPTION_MAX 500

static bool is_word(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool all_word(struct str s)
{
        for (size_t i = 0; i < s.len; i++)
                if (!is_word(s.ptr[i]))
                        return false;
        return s.len > 0;
}

/* Three non-empty base64url segments: the client sends such a token as it is. */
static bool looks_like_jwt(struct str s)
{
        struct str rest = s;

        for (int i = 0; i < 3; i++) {
                if (str_is_null(rest) || !all_word(str_cut(&rest, '.')))
                        return false;
        }
        return str_is_null(rest);
}

enum rc api_key_check(struct str secret, struct err *err)
{
        size_t dash = str_find(secret, '-', 0);
        struct str key = dash == SIZE_MAX ? secret : str_slice(secret, dash + 1, secret.len);

        if (str_is_empty(secret))
                return err_set(err, RC_INVALID, "The API key is empty.");
        if (secret.len > KEY_MAX)
                return err_set(err, RC_INVALID, "An API key has at most %d characters.", KEY_MAX);
        if (looks_like_jwt(secret))
                return RC_OK;
        for (size_t i = 0; i < secret.len; i++)
                if ((unsigned char)secret.ptr[i] <= ' ' || (unsigned char)secret.ptr[i] >= 0x7f)
                        return err_set(err, RC_INVALID, "An API key may not contain spaces or other odd characters.");
        if (!all_word(key))
                return err_set(err, RC_INVALID,
                               "An API key may contain letters, digits, underscores and dashes only.");
        if (key.len < KEY_LEN)
                return err_set(err, RC_INVALID,
                               "An API key has %d characters or more (after a prefix that ends in a dash); this one has %zu.",
                               KEY_LEN, key.len);
        return RC_OK;
}

struct create_job {
        const struct api_key_new *wanted;
        struct str hash;
        struct api_key *key;
};

static enum rc create_write(struct call *call, void *payload, struct err *err)
{
        struct create_job *job = payload;
        struct account *a = NULL;
        int64_t count = 0;
        enum rc rc;

        rc = account_find(call, job->wanted->username, &a, err);
        if (rc)
                return rc;
        rc = policy_require_keys_of(call, a, err);
        if (rc)
                return rc;
        rc = store_api_key_count(call->conn, a->id, &count, err);
        if (rc)
                return rc;
        if (count >= API_KEYS_MAX)
                return err_set(err, RC_CONFLICT, "User '%.*s' has %d API keys, the most allowed: revoke one first.",
                               STR_ARG(a->username), API_KEYS_MAX);
        job->key->account_id = a->id;
        job->key->username = a->username;
        job->key->created_us = clock_now_us();
        rc = store_api_key_insert(call->conn, job->key, job->hash, err);
        if (rc == RC_EXISTS)
                return err_set(err, RC_EXISTS, "This API key is known already: import another, or revoke it first.");
        if (rc)
                return rc;
        return event_note(call,
                          &(struct event_row){
                                  .action = STR("key_created"),
                                  .entity_id = a->entity_id,
                                  .subject_id = a->id,
                                  .detail = event_detail(call, "username", a->username, "hint",
                                                        job->key->hint),
                          },
                          err);
}

enum rc api_key_create(struct call *call, const struct api_key_new *wanted, struct api_key **ret, struct err *err)
{
        struct api_key *key = arena_new(call->arena, struct api_key);
        struct create_job job = { .wanted = wanted, .key = key };
        uint8_t hash[32];
        enum rc rc;

        if (wanted->description.len > DESCRIPTION_MAX || !str_is_utf8(wanted->description))
                return err_set(err, RC_INVALID, "The description of an API key is at most %d bytes of text.",
                               DESCRIPTION_MAX);
        if (str_is_null(wanted->secret)) {
                key->secret = crypto_random_alnum(call->arena, KEY_LEN);
        } else {
                rc = api_key_check(wanted->secret, err);
                if (rc)
                        return rc;
                key->secret = wanted->secret;
        }
        key->description = str_is_null(wanted->description) ? STR("") : wanted->description;
        key->hint = str_slice(key->secret, key->secret.len - HINT_LEN, key->secret.len);
        crypto_sha256(key->secret.ptr, key->secret.len, hash);
        job.hash = (struct str){ (const char *)hash, sizeof(hash) };
        rc = domain_write(call, create_write, &job, err);
        if (rc)
                return rc;
        *ret = key;
        return RC_OK;
}

static enum rc revoke_write(struct call *call, void *payload, struct err *err)
{
        const int64_t *id = payload;
        struct api_key *key = NULL;
        struct account *a = NULL;
        enum rc rc;

        rc = store_api_key_by_id(call->conn, call->arena, *id, &key, err);
        if (rc)
                return rc;
        if (!key)
                return err_set(err, RC_NOT_FOUND, "There is no API key with this id.");
        rc = store_account_by_id(call->conn, call->arena, key->account_id, &a, err);
        if (rc)
                return rc;
        assert(a);
        if (policy_require_keys_of(call, a, NULL) != RC_OK)
                return err_set(err, RC_NOT_FOUND, "There is no API key with this id.");
        rc = store_api_key_delete(call->conn, key->id, err);
        if (rc)
                return rc;
        return event_note(call,
                          &(struct event_row){
                                  .action = STR("key_revoked"),
                                  .entity_id = a->entity_id,
                                  .subject_id = a->id,
                                  .detail = event_detail(call, "username", a->username, "hint", key->hint),
                          },
                          err);
}

enum rc api_key_revoke(struct call *call, int64_t id, struct err *err)
{
        return domain_write(call, revoke_write, &id, err);
}

enum rc api_key_list(struct call *call, struct str username, struct api_key_list *ret, struct err *err)
{
        struct account *a = NULL;
        enum rc rc;

        if (str_is_null(username)) {
                rc = policy_require_admin(call, "list everybody's API keys", err);
                return rc ? rc : store_api_key_list(call->conn, call->arena, 0, ret, err);
        }
        rc = account_find(call, username, &a, err);
        if (rc)
                return rc;
        rc = policy_require_keys_of(call, a, err);
        return rc ? rc : store_api_key_list(call->conn, call->arena, a->id, ret, err);
}
