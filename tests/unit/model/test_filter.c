#include "unit.h"

#include "model/filter.h"

static struct filter *parse(struct arena *arena, const char *text)
{
        struct filter *filter = NULL;
        struct err err = { 0 };

        assert_ok(filter_parse(arena, str_from(text), &filter, &err));
        return filter;
}

static void filter_parse_nothing_matches_everything(void **state)
{
        static const char *const texts[] = { "", "  ", "null", "{}" };
        struct arena arena;

        (void)state;
        arena_init(&arena, 0);
        for (size_t i = 0; i < ARRAY_LEN(texts); i++)
                assert_null(parse(&arena, texts[i]));
        arena_done(&arena);
}

static void filter_parse_makes_a_tree(void **state)
{
        struct arena arena;
        struct filter *f;

        (void)state;
        arena_init(&arena, 0);
        f = parse(&arena, "{\"state\": \"done\"}");
        assert_int_equal(f->op, FILTER_EQ);
        assert_str(f->field, "state");
        assert_str(f->value->text, "done");

        f = parse(&arena, "{\"a\": 1, \"b\": {\"$gt\": 2, \"$not\": {\"$in\": [3]}}, \"$nor\": [{\"c\": null}, {\"d\": true}]}");
        assert_int_equal(f->op, FILTER_AND);
        assert_int_equal(f->first->op, FILTER_EQ);
        assert_int_equal(f->first->next->op, FILTER_AND);
        assert_int_equal(f->first->next->first->op, FILTER_GT);
        assert_int_equal(f->first->next->first->next->op, FILTER_NOT);
        assert_int_equal(f->first->next->first->next->first->op, FILTER_IN);
        assert_str(f->first->next->first->next->first->field, "b");
        assert_int_equal(f->first->next->next->op, FILTER_NOT);
        assert_int_equal(f->first->next->next->first->op, FILTER_OR);
        assert_null(f->first->next->next->next);
        arena_done(&arena);
}

static void filter_parse_says_what_is_wrong(void **state)
{
        static const struct {
                const char *text, *said;
        } cases[] = {
                { "[", "cannot be read" },
                { "[1]", "must be a JSON object" },
                { "{\"a\": {\"$foo\": 1}}", "$foo" },
                { "{\"$eq\": 1}", "$eq" },
                { "{\"a\": [1]}", "$in" },
                { "{\"a\": {}}", "'a'" },
                { "{\"a\": {\"$in\": 1}}", "$in" },
                { "{\"a\": {\"$in\": [[1]]}}", "plain values" },
                { "{\"a\": {\"$gt\": {}}}", "$gt" },
                { "{\"a\": {\"$exists\": 1}}", "$exists" },
                { "{\"a\": {\"$regex\": 1}}", "$regex" },
                { "{\"a\": {\"$size\": 1.5}}", "$size" },
                { "{\"$and\": {}}", "$and" },
                { "{\"$or\": []}", "$or" },
                { "{\"$or\": [1]}", "$or" },
                { "{\"$not\": 1}", "$not" },
        };
        struct arena arena;

        (void)state;
        arena_init(&arena, 0);
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                struct filter *filter = NULL;
                struct err err = { 0 };

                assert_int_equal(filter_parse(&arena, str_from(cases[i].text), &filter, &err), RC_INVALID);
                assert_null(filter);
                if (!strstr(err.msg, cases[i].said))
                        fail_msg("%s: '%s' does not say '%s'", cases[i].text, err.msg, cases[i].said);
        }
        arena_done(&arena);
}

static void filter_parse_limits_what_it_takes(void **state)
{
        _cleanup_(buf_done) struct buf text = { 0 };
        struct filter *filter = NULL;
        struct err err = { 0 };
        struct arena arena;

        (void)state;
        arena_init(&arena, 0);
        buf_add_str(&text, STR("{\"$or\": ["));
        for (unsigned i = 0; i <= FILTER_MAX_NODES; i++)
                buf_printf(&text, "%s{\"a\": %u}", i ? "," : "", i);
        buf_add_str(&text, STR("]}"));
        assert_int_equal(filter_parse(&arena, buf_str(&text), &filter, &err), RC_TOO_LARGE);
        buf_clear(&text);
        buf_add_str(&text, STR("{\"a\": {\"$in\": ["));
        for (unsigned i = 0; i <= FILTER_MAX_VALUES; i++)
                buf_printf(&text, "%s%u", i ? "," : "", i);
        buf_add_str(&text, STR("]}}"));
        assert_int_equal(filter_parse(&arena, buf_str(&text), &filter, &err), RC_TOO_LARGE);
        arena_done(&arena);
}

static void filter_parse_order_takes_one_field(void **state)
{
        struct filter_order order;
        struct err err = { 0 };

        (void)state;
        assert_ok(filter_parse_order(STR("-created_at"), &order, &err));
        assert_str(order.field, "created_at");
        assert_true(order.descending);
        assert_ok(filter_parse_order(STR("+a.b"), &order, &err));
        assert_str(order.field, "a.b");
        assert_false(order.descending);
        assert_ok(filter_parse_order(STR_NULL, &order, &err));
        assert_true(str_is_null(order.field));
        assert_int_equal(filter_parse_order(STR("a,b"), &order, &err), RC_INVALID);
        assert_int_equal(filter_parse_order(STR("-"), &order, &err), RC_INVALID);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(filter_parse_nothing_matches_everything),
                cmocka_unit_test(filter_parse_makes_a_tree),
                cmocka_unit_test(filter_parse_says_what_is_wrong),
                cmocka_unit_test(filter_parse_limits_what_it_takes),
                cmocka_unit_test(filter_parse_order_takes_one_field),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
