/*
 * run_fixture.h - a database with a user, a team and a project, for the tests of runs.
 */
#ifndef VITRINE_TESTS_RUN_FIXTURE_H
#define VITRINE_TESTS_RUN_FIXTURE_H

#include "unit.h"
#include "scratch.h"

#include "crypto/crypto.h"
#include "domain/account.h"
#include "domain/organization.h"
#include "domain/policy_people.h"
#include "domain/run.h"
#include "domain/run_stream.h"
#include "domain/team.h"
#include "store/migrations.h"

struct run_fixture {
        struct arena arena;
        struct scratch scratch;
        struct domain domain;
        struct call operator;
        struct call alice;            /* of the team */
        struct call mallory;          /* of nothing */
        struct principal people[2];
};

static inline struct call fixture_user(struct run_fixture *f, const char *name, struct principal *who)
{
        const struct account_new wanted = { .username = str_from(name) };
        struct call call = f->operator;
        struct account *a = NULL;
        struct err err = { 0 };

        assert_ok(account_create(&f->operator, &wanted, &a, &err));
        *who = (struct principal){ .account_id = a->id, .entity_id = a->entity_id,
                                   .default_entity_id = a->default_entity_id, .username = a->username };
        call.who = who;
        call.conn = NULL;
        assert_ok(db_read_begin(f->domain.db, &call.conn, &err));
        return call;
}

static inline int fixture_setup(void **state)
{
        struct run_fixture *f = calloc(1, sizeof(*f));
        const struct organization_new org = { .name = STR("org"), .admin = STR("alice") };
        const struct team_new team = { .name = STR("team"), .org = STR("org"), .admin = STR("alice") };
        struct organization *made = NULL;
        struct entity *entity = NULL;
        struct err err = { 0 };

        crypto_start();
        scratch_make(&f->scratch);
        arena_init(&f->arena, 0);
        assert_ok(db_open(&(struct db_config){ .path = scratch_path(&f->scratch, "test.db"), .readers_max = 8 },
                          &f->domain.db, &err));
        assert_ok(store_migrate(f->domain.db, &err));
        f->operator = (struct call){ .domain = &f->domain, .arena = &f->arena, .who = &policy_operator };
        assert_ok(db_read_begin(f->domain.db, &f->operator.conn, &err));
        f->alice = fixture_user(f, "alice", &f->people[0]);
        f->mallory = fixture_user(f, "mallory", &f->people[1]);
        assert_ok(organization_create(&f->operator, &org, &made, &err));
        assert_ok(team_create(&f->operator, &team, &entity, &err));
        assert_ok(db_read_refresh(f->alice.conn, &err));
        assert_ok(db_read_refresh(f->mallory.conn, &err));
        *state = f;
        return 0;
}

static inline int fixture_teardown(void **state)
{
        struct run_fixture *f = *state;

        db_read_end(&f->alice.conn);
        db_read_end(&f->mallory.conn);
        db_read_end(&f->operator.conn);
        db_close(f->domain.db);
        arena_done(&f->arena);
        scratch_remove(&f->scratch);
        free(f);
        return 0;
}

/* The same with the two stores of bytes. */
static inline int fixture_setup_bytes(void **state)
{
        struct run_fixture *f;
        struct err err = { 0 };

        if (fixture_setup(state))
                return -1;
        f = *state;
        assert_ok(blob_fs_open(&(struct blob_fs_config){ .dir = scratch_path(&f->scratch, "blobs") }, &f->domain.blobs, &err));
        assert_ok(blob_fs_open(&(struct blob_fs_config){ .dir = scratch_path(&f->scratch, "parts") }, &f->domain.parts, &err));
        return 0;
}

static inline int fixture_teardown_bytes(void **state)
{
        struct run_fixture *f = *state;

        blob_store_close(f->domain.blobs);
        blob_store_close(f->domain.parts);
        return fixture_teardown(state);
}

static inline struct run *fixture_run(struct run_fixture *f, const char *name)
{
        const struct run_input in = { .entity_name = STR("team"), .project_name = STR("proj"), .name = str_from(name) };
        struct run *run = NULL;
        struct err err = { 0 };
        bool inserted = false;

        assert_ok(run_upsert(&f->alice, &in, &run, &inserted, &err));
        return run;
}

/* Sends a body as a client would; answers whether the run was told to stop. */
static inline bool fixture_stream(struct run_fixture *f, const struct run *run, const char *body)
{
        struct run_stream_input in;
        struct err err = { 0 };
        bool stop = false;

        assert_ok(run_stream_read(&f->arena, str_from(body), &in, &err));
        assert_ok(run_stream_apply(&f->alice, run->id, &in, &stop, &err));
        return stop;
}

static inline struct run *fixture_again(struct run_fixture *f, const struct run *run)
{
        struct run *again = NULL;
        struct err err = { 0 };

        assert_ok(run_see(&f->alice, run->id, &again, &err));
        assert_non_null(again);
        return again;
}

static inline struct str fixture_document(struct run_fixture *f, const struct run *run, enum run_document which)
{
        struct str text = STR_NULL;
        struct err err = { 0 };

        assert_ok(store_run_document(f->alice.conn, &f->arena, run->id, which, &text, &err));
        return text;
}

#endif
