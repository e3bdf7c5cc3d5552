/*
 * client/list.c - lists that are read page by page; see list.h.
 */
#include "client/list.h"

#include "model/model.h"

enum { PER_PAGE = 100 };

void list_begin(struct list *list, struct vitrine_session *session, const char *document, const char *parent,
                const char *connection)
{
        *list = (struct list){ .session = session, .document = document, .parent = parent, .connection = connection,
                               .more = true, .total = -1, .cursor = { .fallible = true } };
        arena_begin(&list->own);
        arena_begin(&list->page);
}

void list_done(struct list *list)
{
        arena_done(&list->own);
        arena_done(&list->page);
        buf_done(&list->cursor);
}

enum rc list_open(struct vitrine_session *session, const struct vitrine_list_options *options,
                  enum rc (*begin)(struct list *list, const struct vitrine_list_options *o, struct err *err),
                  struct list **ret, struct err *err)
{
        struct vitrine_list_options o = VITRINE_LIST_OPTIONS_INIT;
        struct list *list;
        enum rc rc = take_options(&o, sizeof(o), options, err);

        if (rc)
                return rc;
        list = mem_alloc_zero(1, sizeof(*list));
        if (!list)
                return mem_fail(err);
        list_begin(list, session, NULL, NULL, NULL);
        list->per_page = o.per_page;
        rc = begin(list, &o, err);
        if (rc)
                list_free(list);
        else
                *ret = list;
        return rc;
}

void list_free(struct list *list)
{
        if (!list)
                return;
        list_done(list);
        mem_free(list);
}

enum rc list_variable(struct list *list, const char *name, const char *text, struct err *err)
{
        assert(list->text_count < LIST_TEXTS_MAX);
        list->names[list->text_count] = name;
        list->texts[list->text_count] = text ? arena_cstr(&list->own, str_from(text)) : NULL;
        list->text_count++;
        return arena_failed(&list->own) ? mem_fail(err) : RC_OK;
}

/* A server that sends the page again that was there before would keep us for ever. */
static enum rc take_cursor(struct list *list, struct str cursor, struct err *err)
{
        if (!str_is_null(cursor) && list->cursor.len && str_eq(cursor, buf_str(&list->cursor)))
                return fail_protocol(err, "a page that is followed by itself");
        buf_clear(&list->cursor);
        buf_add_str(&list->cursor, cursor);
        return list->cursor.failed ? mem_fail(err) : RC_OK;
}

static enum rc read_page(struct list *list, const struct json *data, struct err *err)
{
        const struct json *connection = dig(data, list->connection), *next;
        const struct json *edges = json_get(connection, "edges");
        struct str cursor = json_text(json_get(connection, "pageInfo"), "endCursor");
        int64_t total;
        enum rc rc = RC_OK;

        if (list->parent && !dig(data, list->parent))
                return err_set(err, RC_NOT_FOUND, "%s", list->missing ? list->missing : "There is no such place.");
        next = dig(connection, "pageInfo.hasNextPage");
        list->more = next && next->boolean && !str_is_empty(cursor);
        if (list->more)
                rc = take_cursor(list, cursor, err);
        if (rc)
                return rc;
        list->edge = edges ? edges->first : NULL;
        if (json_i64(json_get(connection, "totalCount"), &total))
                list->total = total;
        return RC_OK;
}

static enum rc ask_for(struct list *list, int64_t per_page, struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;
        enum rc rc;

        arena_done(&list->page);
        arena_begin(&list->page);
        vars_begin(&vars);
        for (size_t i = 0; i < list->text_count; i++)
                vars_text(&vars, list->names[i], list->texts[i]);
        json_key_string(&vars.w, "cursor", list->cursor.len ? buf_str(&list->cursor) : STR_NULL);
        json_key_int(&vars.w, "perPage", per_page);
        rc = call(list->session, &list->page, list->document, &vars, &data, err);
        if (!rc)
                rc = read_page(list, data, err);
        return rc;
}

/* A version may have a megabyte of metadata: a page that is too long is asked for with half as many. */
static enum rc ask(struct list *list, struct err *err)
{
        int64_t per_page = list->per_page ? list->per_page : PER_PAGE;
        enum rc rc = ask_for(list, per_page, err);

        while (rc == RC_TOO_LARGE && per_page > 1) {
                per_page /= 2;
                *err = (struct err){ 0 };
                rc = ask_for(list, per_page, err);
        }
        if (rc)
                return rc;
        list->asked = true;
        list->per_page = (unsigned)per_page;
        return RC_OK;
}

enum rc list_next(struct list *list, const struct json **ret_node, struct err *err)
{
        const struct json *node = NULL;

        while (!node) {
                while (!list->edge && (list->more || !list->asked)) {
                        enum rc rc = ask(list, err);

                        if (rc)
                                return rc;
                }
                if (!list->edge)
                        break;
                node = dig(list->edge, "node");
                list->edge = list->edge->next;
        }
        *ret_node = node;
        return RC_OK;
}

/* ---- filters --------------------------------------------------------------------------------- */

static void write_name(struct json_writer *w, const struct json *value)
{
        switch (value->kind) {
        case JSON_STRING: {
                struct buf full = { .fallible = true };

                if (!str_starts(value->text, STR("wandb-registry-")))
                        buf_add_str(&full, STR("wandb-registry-"));
                buf_add_str(&full, value->text);
                if (full.failed)
                        w->buf->failed = true;
                json_string(w, buf_str(&full));
                buf_done(&full);
                return;
        }
        case JSON_ARRAY:
                json_begin_array(w);
                for (const struct json *item = value->first; item; item = item->next)
                        write_name(w, item);
                json_end_array(w);
                return;
        case JSON_OBJECT:
                json_begin_object(w);
                for (const struct json *member = value->first; member; member = member->next) {
                        json_key(w, member->key);
                        if (str_eq_c(member->key, "$regex") || str_eq_c(member->key, "$contains"))
                                json_value(w, member);
                        else
                                write_name(w, member);
                }
                json_end_object(w);
                return;
        default:
                json_value(w, value);
        }
}

/* The filter again, with the prefix in front of what `name` is compared with. */
static void write_registry_filter(struct json_writer *w, const struct json *value)
{
        if (value->kind == JSON_ARRAY) {
                json_begin_array(w);
                for (const struct json *item = value->first; item; item = item->next)
                        write_registry_filter(w, item);
                json_end_array(w);
        } else if (value->kind == JSON_OBJECT) {
                json_begin_object(w);
                for (const struct json *member = value->first; member; member = member->next) {
                        json_key(w, member->key);
                        if (str_eq_c(member->key, "name"))
                                write_name(w, member);
                        else
                                write_registry_filter(w, member);
                }
                json_end_object(w);
        } else {
                json_value(w, value);
        }
}

static void write_filter(struct json_writer *w, const struct json *filter, bool registry)
{
        if (registry)
                write_registry_filter(w, filter);
        else
                json_value(w, filter);
}

static void write_name_filter(struct json_writer *w, const char *name, bool registry)
{
        const struct json text = { .kind = JSON_STRING, .text = str_from(name) };

        json_begin_object(w);
        json_key(w, STR("name"));
        if (registry)
                write_name(w, &text);
        else
                json_value(w, &text);
        json_end_object(w);
}

enum rc list_filter(struct arena *arena, const char *filter, const char *name, bool registry, struct str *ret,
                    struct err *err)
{
        _cleanup_(buf_done) struct buf buf = { .fallible = true };
        struct json *parsed = NULL;
        struct json_writer w;
        enum rc rc;

        if (!filter && !name)
                return RC_OK;
        if (filter) {
                rc = json_parse(arena, str_from(filter), NULL, &parsed, err);
                if (rc)
                        return err->sys_errno == ENOMEM ? rc : err_prefix(err, rc, "The filter is no JSON");
                if (parsed->kind != JSON_OBJECT)
                        return err_set(err, RC_INVALID, "A filter is a JSON object, such as {\"name\": \"x\"}.");
        }
        json_writer_init(&w, &buf);
        if (filter && name) {
                json_begin_object(&w);
                json_key(&w, STR("$and"));
                json_begin_array(&w);
        }
        if (name)
                write_name_filter(&w, name, registry);
        if (parsed)
                write_filter(&w, parsed, registry);
        if (filter && name) {
                json_end_array(&w);
                json_end_object(&w);
        }
        *ret = arena_str(arena, buf_str(&buf));
        return buf.failed || arena_failed(arena) ? mem_fail(err) : RC_OK;
}

enum rc find_org(struct vitrine_session *session, struct arena *arena, const char *organization, struct str *ret_display,
                 struct str *ret_entity, struct err *err)
{
        const char *entity = NULL;
        enum rc rc = session_entity(session, &entity, err);

        if (!organization)
                organization = session->organization;
        return rc ? rc : resolve_org_entity(session, arena, entity, organization ? str_from(organization) : STR_NULL,
                                            ret_entity, ret_display, err);
}

/* ---- what lists have in common ---------------------------------------------------------------- */

enum rc list_of_project(struct list *list, const struct vitrine_list_options *o, const char **ret_entity, struct err *err)
{
        const char *entity = o->entity;
        enum rc rc = entity ? RC_OK : session_entity(list->session, &entity, err);

        list->of_project = true;
        if (!rc)
                rc = list_variable(list, "entity", entity, err);
        if (!rc)
                rc = list_variable(list, "project", o->project, err);
        if (!rc)
                *ret_entity = entity;
        return rc;
}

enum rc list_of_organization(struct list *list, const struct vitrine_list_options *o, struct err *err)
{
        struct str display = STR_NULL, entity = STR_NULL;
        enum rc rc = find_org(list->session, &list->own, o->organization, &display, &entity, err);

        if (rc)
                return rc;
        display = arena_str(&list->own, display);
        list->missing = arena_printf(&list->own, "There is no organization '%.*s', or you are not in it.",
                                     STR_ARG(display)).ptr;
        return list_variable(list, "organization", display.ptr, err);
}

enum rc list_filter_variable(struct list *list, const char *variable, const char *filter, const char *also,
                             const char *name, bool registry, struct err *err)
{
        struct str first = STR_NULL, second = STR_NULL;
        enum rc rc = list_filter(&list->own, filter, name, registry, &first, err);

        if (!rc)
                rc = list_filter(&list->own, also, NULL, registry, &second, err);
        if (rc)
                return rc;
        if (!str_is_null(first) && !str_is_null(second))
                first = arena_printf(&list->own, "{\"$and\":[%.*s,%.*s]}", STR_ARG(first), STR_ARG(second));
        else if (str_is_null(first))
                first = second;
        return arena_failed(&list->own) ? mem_fail(err) : list_variable(list, variable, first.ptr, err);
}
