/* Counting content once, exactly and by estimate; counting what is stored. */
#include "life_fixture.h"

#include "domain/storage.h"

static void sha_of(uint64_t number, uint8_t ret[32])
{
        crypto_sha256(&number, sizeof(number), ret);
}

static void distinct_is_exact_up_to_its_limit(void **state)
{
        struct distinct set = { 0 };
        uint8_t sha256[32];
        uint64_t bytes = 0;

        (void)state;
        assert_int_equal(distinct_bytes(&set), 0);
        for (uint64_t n = 0; n < DISTINCT_EXACT; n++) {
                sha_of(n, sha256);
                distinct_add(&set, sha256, n % 1000);
                distinct_add(&set, sha256, n % 1000);
                bytes += n % 1000;
        }
        assert_int_equal(distinct_bytes(&set), bytes);
        assert_false(distinct_estimated(&set));
        distinct_clear(&set);
        assert_int_equal(distinct_bytes(&set), 0);
}

static void distinct_estimates_well_in_bounded_memory(void **state)
{
        struct distinct set = { 0 };
        uint8_t sha256[32];
        uint64_t bytes = 0;

        (void)state;
        for (uint64_t n = 0; n < 8 * DISTINCT_EXACT; n++) {
                uint64_t size = n % 50000 == 0 ? UINT64_C(3) << 30 : 100 + n % 5000;

                sha_of(n, sha256);
                distinct_add(&set, sha256, size);
                if (n % 3 == 0)
                        distinct_add(&set, sha256, size);
                bytes += size;
        }
        assert_true(distinct_estimated(&set));
        assert_true(set.small.cap <= 2 * DISTINCT_EXACT && set.large.shift == 0);
        assert_true(distinct_bytes(&set) > bytes - bytes / 50 && distinct_bytes(&set) < bytes + bytes / 50);
        distinct_clear(&set);
}

static struct storage_figure *of_project(struct run_fixture *f, int64_t id)
{
        struct project *project = NULL;
        struct storage_figure *figure = NULL;
        struct err err = { 0 };

        assert_ok(db_read_refresh(f->alice.conn, &err));
        assert_ok(project_see(&f->alice, id, &project, &err));
        assert_ok(storage_of_project(&f->alice, project, &figure, &err));
        return figure;
}

static void storage_count_forgets_what_is_gone(void **state)
{
        struct run_fixture *f = *state;
        const struct storage_order order = { 0 };
        struct artifact *a = life_log(&f->alice, "a", 1), *b = life_log(&f->alice, "b", 1);
        struct storage_figure *figure = NULL;
        struct err err = { 0 };

        life_log(&f->alice, "b", 5);
        assert_null(of_project(f, a->project_id));
        assert_ok(db_read_refresh(f->operator.conn, &err));
        assert_ok(storage_count(&f->operator, &order, &err));
        figure = of_project(f, a->project_id);
        assert_int_equal(figure->versions, 3);
        assert_int_equal(figure->logical_bytes, 2 * LIFE_SMALL + LIFE_LARGE);
        assert_int_equal(figure->unique_bytes, LIFE_SMALL + LIFE_LARGE);
        life_delete(&f->alice, b->id);
        assert_int_equal(of_project(f, a->project_id)->versions, 3);
        assert_ok(db_read_refresh(f->operator.conn, &err));
        assert_ok(storage_count(&f->operator, &order, &err));
        assert_int_equal(of_project(f, a->project_id)->versions, 2);
        assert_ok(project_delete(&f->alice, a->project_id, &err));
        assert_ok(db_read_refresh(f->operator.conn, &err));
        assert_ok(storage_count(&f->operator, &order, &err));
        assert_ok(storage_of_all(&f->operator, &figure, &err));
        assert_int_equal(figure->versions + figure->unique_bytes, 0);
        assert_int_equal(storage_of_all(&f->alice, &figure, &err), RC_DENIED);
}

static bool stop_at_once(void *payload)
{
        (void)payload;
        return true;
}

static void storage_count_stops_when_told(void **state)
{
        struct run_fixture *f = *state;
        struct artifact *a = life_log(&f->alice, "a", 1);
        struct err err = { 0 };

        assert_ok(db_read_refresh(f->operator.conn, &err));
        assert_int_equal(storage_count(&f->operator, &(struct storage_order){ .stop = stop_at_once }, &err), RC_UNAVAILABLE);
        assert_null(of_project(f, a->project_id));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_bytes, fixture_teardown_bytes)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(distinct_is_exact_up_to_its_limit),
                TEST(distinct_estimates_well_in_bounded_memory),
                TEST(storage_count_forgets_what_is_gone),
                TEST(storage_count_stops_when_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
