/*
 * auth_test.h - a database with one user and a struct auth over it, in a folder of its own.
 */
#ifndef VITRINE_TESTS_AUTH_TEST_H
#define VITRINE_TESTS_AUTH_TEST_H

#include "unit.h"
#include "scratch.h"

#include "auth/auth.h"
#include "base/clock.h"
#include "crypto/crypto.h"
#include "store/account.h"
#include "store/api_key.h"
#include "store/migrations.h"

#define KEY "0123456789abcdefghijABCDEFGHIJ0123456789"
#define PASSWORD "correct horse"

struct fixture {
        struct arena arena;
        struct scratch scratch;
        struct db *db;
        struct auth *auth;
        struct account account;
        struct api_key key;
};

static inline struct str sha256_str(struct arena *arena, const char *text)
{
        uint8_t *hash = arena_alloc(arena, 32);

        crypto_sha256(text, strlen(text), hash);
        return (struct str){ (const char *)hash, 32 };
}

static inline enum rc make_user(struct db_conn *conn, void *payload, struct err *err)
{
        struct fixture *f = payload;
        struct entity entity = { .name = STR("alice"), .kind = ENTITY_USER, .created_us = 1 };
        enum rc rc = store_entity_insert(conn, &f->arena, &entity, err);

        if (rc)
                return rc;
        f->account = (struct account){
                .entity_id = entity.id, .username = STR("alice"), .name = STR("Alice"), .created_us = 1
        };
        rc = crypto_password_hash(&f->arena, STR(PASSWORD), &f->account.password, err);
        if (!rc)
                rc = store_account_insert(conn, &f->arena, &f->account, err);
        if (rc)
                return rc;
        f->key = (struct api_key){
                .account_id = f->account.id, .description = STR(""), .hint = STR("6789"), .created_us = 1
        };
        return store_api_key_insert(conn, &f->key, sha256_str(&f->arena, KEY), err);
}

static inline int fixture_make(void **state)
{
        struct fixture *f = calloc(1, sizeof(*f));
        struct db_config config = { 0 };
        struct err err = { 0 };

        crypto_start();
        scratch_make(&f->scratch);
        config.path = scratch_path(&f->scratch, "a.db");
        assert_ok(db_open(&config, &f->db, &err));
        assert_ok(store_migrate(f->db, &err));
        assert_ok(db_write(f->db, make_user, f, &err));
        assert_ok(auth_open(f->db, &f->auth, &err));
        *state = f;
        return 0;
}

static inline int fixture_free(void **state)
{
        struct fixture *f = *state;

        auth_close(f->auth);
        db_close(f->db);
        scratch_remove(&f->scratch);
        arena_done(&f->arena);
        free(f);
        return 0;
}

#endif
