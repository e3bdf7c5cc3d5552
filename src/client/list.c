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
                               .more = true, .total = -1 };
        arena_begin(&list->own);
        arena_begin(&list->page);
}

void list_done(struct list *list)
{
        arena_done(&list->own);
        arena_done(&list->page);
}

enum rc list_variable(struct list *list, const char *name, const char *text, struct err *err)
{
        assert(list->text_count < LIST_TEXTS_MAX);
        list->names[list->text_count] = name;
        list->texts[list->text_count] = text ? arena_cstr(&list->own, str_from(text)) : NULL;
        list->text_count++;
        return arena_failed(&list->own) ? mem_fail(err) : RC_OK;
}

static enum rc read_page(struct list *list, const struct json *data, struct err *err)
{
        const struct json *connection = dig(data, list->connection), *next;
        const struct json *edges = json_get(connection, "edges");
        int64_t total;

        if (list->parent && !dig(data, list->parent))
                return err_set(err, RC_NOT_FOUND, "%s", list->missing ? list->missing : "There is no such place.");
        next = dig(connection, "pageInfo.hasNextPage");
        list->edge = edges ? edges->first : NULL;
        list->cursor = arena_str(&list->own, json_text(json_get(connection, "pageInfo"), "endCursor"));
        list->more = next && next->boolean && !str_is_null(list->cursor);
        if (json_i64(json_get(connection, "totalCount"), &total))
                list->total = total;
        return arena_failed(&list->own) ? mem_fail(err) : RC_OK;
}

static enum rc ask(struct list *list, struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL;
        enum rc rc;

        arena_done(&list->page);
        arena_begin(&list->page);
        vars_begin(&vars);
        for (size_t i = 0; i < list->text_count; i++)
                vars_text(&vars, list->names[i], list->texts[i]);
        json_key_string(&vars.w, "cursor", list->cursor);
        json_key_int(&vars.w, "perPage", list->per_page ? list->per_page : PER_PAGE);
        rc = call(list->session, &list->page, list->document, &vars, &data, err);
        list->asked = true;
        return rc ? rc : read_page(list, data, err);
}

enum rc list_next(struct list *list, const struct json **ret_edge, struct err *err)
{
        while (!list->edge && (list->more || !list->asked)) {
                enum rc rc = ask(list, err);

                if (rc)
                        return rc;
        }
        *ret_edge = list->edge;
        if (list->edge)
                list->edge = list->edge->next;
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
