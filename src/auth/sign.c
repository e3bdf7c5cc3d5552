/*
 * auth/sign.c - signing and checking tokens; see sign.h.
 *
 * The keys live in the setting "sign.keys": for each key 4 bytes number, 8 bytes time of
 * birth, 32 bytes key; newest first. A key signs for 30 days and then stays good for
 * checking until it is replaced again, which is far longer than any URL lives. A token with
 * an unknown key number makes the process look again, as another process may have renewed
 * the keys, but not more often than once a second.
 */
#include "auth/sign.h"

#include "auth/internal.h"
#include "base/clock.h"
#include "crypto/crypto.h"
#include "store/setting.h"

#define SETTING "sign.keys"
#define STORED_KEY 44
#define HEAD 12
#define MAC 16
#define KEY_LIFE_US ((int64_t)30 * 24 * 3600 * 1000000)
#define RELOAD_US ((int64_t)1000000)
#define TOKEN_MAX 8192

static void put_u32(uint8_t *at, uint32_t value)
{
        for (int i = 0; i < 4; i++)
                at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void put_u64(uint8_t *at, uint64_t value)
{
        for (int i = 0; i < 8; i++)
                at[i] = (uint8_t)(value >> (56 - 8 * i));
}

static uint64_t get_be(const char *at, int bytes)
{
        uint64_t value = 0;

        for (int i = 0; i < bytes; i++)
                value = value << 8 | (uint8_t)at[i];
        return value;
}

static void parse_keys(struct str stored, struct sign_key ret[SIGN_KEYS])
{
        memset(ret, 0, SIGN_KEYS * sizeof(*ret));
        for (size_t i = 0; i < SIGN_KEYS && stored.len >= (i + 1) * STORED_KEY; i++) {
                const char *at = stored.ptr + i * STORED_KEY;

                ret[i].id = (uint32_t)get_be(at, 4);
                ret[i].created_us = (int64_t)get_be(at + 4, 8);
                memcpy(ret[i].bytes, at + HEAD, 32);
        }
}

static void install_keys(struct auth *auth, const struct sign_key keys[SIGN_KEYS])
{
        pthread_mutex_lock(&auth->sign_lock);
        memcpy(auth->sign_keys, keys, sizeof(auth->sign_keys));
        auth->sign_loaded_us = clock_now_us();
        pthread_mutex_unlock(&auth->sign_lock);
}

static enum rc read_keys(struct db_conn *conn, struct sign_key ret[SIGN_KEYS], struct err *err)
{
        struct arena arena;
        struct str stored = STR_NULL;
        enum rc rc;

        arena_init(&arena, 0);
        rc = store_setting_get(conn, &arena, STR(SETTING), &stored, err);
        if (!rc)
                parse_keys(stored, ret);
        arena_done(&arena);
        return rc;
}

/* Inside the writer: a new key in front unless the newest is young, also when another process was faster. */
static enum rc renew_write(struct db_conn *conn, void *payload, struct err *err)
{
        struct sign_key *keys = payload;
        uint8_t stored[SIGN_KEYS * STORED_KEY];
        int64_t now_us = clock_now_us();
        enum rc rc = read_keys(conn, keys, err);

        if (rc || (keys[0].id != 0 && now_us - keys[0].created_us < KEY_LIFE_US))
                return rc;
        keys[1] = keys[0];
        keys[0] = (struct sign_key){ .id = keys[1].id + 1, .created_us = now_us };
        crypto_random(keys[0].bytes, sizeof(keys[0].bytes));
        for (size_t i = 0; i < SIGN_KEYS; i++) {
                put_u32(stored + i * STORED_KEY, keys[i].id);
                put_u64(stored + i * STORED_KEY + 4, (uint64_t)keys[i].created_us);
                memcpy(stored + i * STORED_KEY + HEAD, keys[i].bytes, 32);
        }
        return store_setting_set(conn, STR(SETTING), (struct str){ (const char *)stored, sizeof(stored) }, err);
}

enum rc sign_load(struct auth *auth, struct err *err)
{
        struct sign_key keys[SIGN_KEYS] = { 0 };
        struct db_conn *conn = NULL;
        enum rc rc = db_read_begin(auth->db, &conn, err);

        if (rc)
                return rc;
        rc = read_keys(conn, keys, err);
        db_read_end(&conn);
        if (rc)
                return rc;
        install_keys(auth, keys);
        return sign_renew(auth, err);
}

enum rc sign_renew(struct auth *auth, struct err *err)
{
        struct sign_key keys[SIGN_KEYS] = { 0 };
        bool young;
        enum rc rc;

        pthread_mutex_lock(&auth->sign_lock);
        young = auth->sign_keys[0].id != 0 && clock_now_us() - auth->sign_keys[0].created_us < KEY_LIFE_US;
        pthread_mutex_unlock(&auth->sign_lock);
        if (young)
                return RC_OK;
        rc = db_write(auth->db, renew_write, keys, err);
        if (rc)
                return rc;
        install_keys(auth, keys);
        crypto_wipe(keys, sizeof(keys));
        return RC_OK;
}

/* id 0: the newest. */
static bool find_key(struct auth *auth, uint32_t id, struct sign_key *ret)
{
        bool found = false;

        pthread_mutex_lock(&auth->sign_lock);
        for (size_t i = 0; i < SIGN_KEYS && !found; i++) {
                found = auth->sign_keys[i].id != 0 && (id == 0 || auth->sign_keys[i].id == id);
                if (found)
                        *ret = auth->sign_keys[i];
        }
        pthread_mutex_unlock(&auth->sign_lock);
        return found;
}

static enum rc reload(struct auth *auth, struct err *err)
{
        bool stale;

        pthread_mutex_lock(&auth->sign_lock);
        stale = clock_now_us() - auth->sign_loaded_us > RELOAD_US;
        pthread_mutex_unlock(&auth->sign_lock);
        return stale ? sign_load(auth, err) : RC_OK;
}

static void make_mac(struct arena *arena, const struct sign_key *key, const char *purpose, struct str body,
                     uint8_t ret[static 32])
{
        static const char label[] = "vitrine-token-1"; /* with its NUL */
        size_t purpose_len = strlen(purpose) + 1;
        size_t len = sizeof(label) + purpose_len + body.len;
        char *bytes = arena_alloc(arena, len);

        memcpy(bytes, label, sizeof(label));
        memcpy(bytes + sizeof(label), purpose, purpose_len);
        memcpy(bytes + sizeof(label) + purpose_len, body.ptr, body.len);
        crypto_hmac_sha256(key->bytes, sizeof(key->bytes), bytes, len, ret);
}

struct str auth_sign(struct auth *auth, struct arena *arena, const char *purpose, struct str payload,
                     int64_t expires_us)
{
        size_t len = HEAD + payload.len;
        uint8_t *body = arena_alloc(arena, len);
        struct sign_key key = { 0 };
        bool found = find_key(auth, 0, &key);
        uint8_t mac[32];

        assert(found);
        put_u32(body, key.id);
        put_u64(body + 4, (uint64_t)expires_us);
        if (payload.len)
                memcpy(body + HEAD, payload.ptr, payload.len);
        make_mac(arena, &key, purpose, (struct str){ (const char *)body, len }, mac);
        crypto_wipe(&key, sizeof(key));
        return arena_printf(arena, "%.*s.%.*s", STR_ARG(crypto_base64url(arena, body, len)),
                            STR_ARG(crypto_base64url(arena, mac, MAC)));
}

static enum rc altered(struct err *err)
{
        return err_set(err, RC_DENIED, "This link is not valid: it was altered or cut short; ask for a new one.");
}

enum rc auth_verify(struct auth *auth, struct arena *arena, const char *purpose, struct str token, int64_t now_us,
                    struct str *ret_payload, struct err *err)
{
        struct str rest = token, body = STR_NULL, given = STR_NULL;
        struct str body_text = str_cut(&rest, '.');
        struct sign_key key = { 0 };
        uint8_t mac[32];
        uint32_t id;
        bool same;

        if (token.len > TOKEN_MAX || str_is_null(rest) || !crypto_unbase64url(arena, body_text, &body) ||
            !crypto_unbase64url(arena, rest, &given) || body.len < HEAD || given.len != MAC)
                return altered(err);
        id = (uint32_t)get_be(body.ptr, 4);
        if (id == 0)
                return altered(err);
        if (!find_key(auth, id, &key)) {
                enum rc rc = reload(auth, err);

                if (rc)
                        return rc;
                if (!find_key(auth, id, &key))
                        return altered(err);
        }
        make_mac(arena, &key, purpose, body, mac);
        crypto_wipe(&key, sizeof(key));
        same = crypto_equal(mac, given.ptr, MAC);
        if (!same)
                return altered(err);
        if ((int64_t)get_be(body.ptr + 4, 8) <= now_us)
                return err_set(err, RC_DENIED, "This link has expired: ask for a new one.");
        *ret_payload = str_slice(body, HEAD, body.len);
        return RC_OK;
}
