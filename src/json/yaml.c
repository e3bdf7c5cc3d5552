/*
 * json/yaml.c - see yaml.h.
 *
 * libyaml makes a list of nodes that refer to each other by number. Copying them out follows
 * anchors, so the values are counted while they are copied: a document of a few lines can
 * otherwise mean billions.
 */
#include "json/yaml.h"

#include <yaml.h>

struct copier {
        struct arena *arena;
        yaml_document_t *document;
        size_t values;
};

static enum rc copy_node(struct copier *c, int number, unsigned depth, struct json **ret, struct err *err);

static struct str text_of(const yaml_node_t *node)
{
        return (struct str){ (const char *)node->data.scalar.value, node->data.scalar.length };
}

/* "1", "-2.5e3", also "+1", ".5" and "5.": as JSON spells them. */
static bool read_number(struct copier *c, struct str text, struct json *ret)
{
        struct err ignored = { 0 };
        struct json *number = NULL;
        const char *sign = "", *zero = "", *end = "";

        if (text.len == 0 || text.len > 100)
                return false;
        if (text.ptr[0] == '+' || text.ptr[0] == '-') {
                sign = text.ptr[0] == '-' ? "-" : "";
                text = str_slice(text, 1, text.len);
        }
        if (text.len == 0 || !((text.ptr[0] >= '0' && text.ptr[0] <= '9') || text.ptr[0] == '.'))
                return false;
        if (text.ptr[0] == '.' && text.len > 1)
                zero = "0";
        if (text.ptr[text.len - 1] == '.')
                end = "0";
        text = arena_printf(c->arena, "%s%s%.*s%s", sign, zero, STR_ARG(text), end);
        if (json_parse(c->arena, text, NULL, &number, &ignored) || number->kind != JSON_NUMBER)
                return false;
        *ret = *number;
        return true;
}

static void copy_scalar(struct copier *c, const yaml_node_t *node, struct json *ret)
{
        struct str text = text_of(node);

        if (node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
                if (text.len == 0 || str_eq_c(text, "~") || str_eq_nocase(text, STR("null"))) {
                        ret->kind = JSON_NULL;
                        return;
                }
                if (str_eq_nocase(text, STR("true")) || str_eq_nocase(text, STR("false"))) {
                        ret->kind = JSON_BOOL;
                        ret->boolean = str_eq_nocase(text, STR("true"));
                        return;
                }
                if (read_number(c, text, ret))
                        return;
        }
        ret->kind = JSON_STRING;
        ret->text = arena_str(c->arena, text);
}

static enum rc copy_sequence(struct copier *c, const yaml_node_t *node, unsigned depth, struct json *list,
                             struct err *err)
{
        struct json **tail = &list->first;

        list->kind = JSON_ARRAY;
        for (yaml_node_item_t *item = node->data.sequence.items.start; item < node->data.sequence.items.top; item++) {
                enum rc rc = copy_node(c, *item, depth + 1, tail, err);

                if (rc)
                        return rc;
                tail = &(*tail)->next;
                list->count++;
        }
        return RC_OK;
}

static enum rc copy_mapping(struct copier *c, const yaml_node_t *node, unsigned depth, struct json *object,
                            struct err *err)
{
        struct json **tail = &object->first;

        object->kind = JSON_OBJECT;
        for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
                const yaml_node_t *key = yaml_document_get_node(c->document, pair->key);
                enum rc rc;

                if (!key || key->type != YAML_SCALAR_NODE)
                        return err_set(err, RC_INVALID, "Line %zu of the YAML: a key must be a plain word.",
                                       node->start_mark.line + 1);
                if (json_get_str(object, text_of(key)))
                        return err_set(err, RC_INVALID, "Line %zu of the YAML: the key '%.*s' is there twice.",
                                       key->start_mark.line + 1, STR_ARG(str_slice(text_of(key), 0, 60)));
                rc = copy_node(c, pair->value, depth + 1, tail, err);
                if (rc)
                        return rc;
                (*tail)->key = arena_str(c->arena, text_of(key));
                tail = &(*tail)->next;
                object->count++;
        }
        return RC_OK;
}

static enum rc copy_node(struct copier *c, int number, unsigned depth, struct json **ret, struct err *err)
{
        const yaml_node_t *node = yaml_document_get_node(c->document, number);
        struct json *value = arena_new(c->arena, struct json);
        enum rc rc = RC_OK;

        if (depth > YAML_MAX_DEPTH)
                return err_set(err, RC_TOO_LARGE, "The YAML is nested deeper than %u.", YAML_MAX_DEPTH);
        if (++c->values > YAML_MAX_VALUES)
                return err_set(err, RC_TOO_LARGE, "The YAML holds more than %u values.", YAML_MAX_VALUES);
        if (!node)
                value->kind = JSON_NULL;
        else if (node->type == YAML_SEQUENCE_NODE)
                rc = copy_sequence(c, node, depth, value, err);
        else if (node->type == YAML_MAPPING_NODE)
                rc = copy_mapping(c, node, depth, value, err);
        else
                copy_scalar(c, node, value);
        if (rc)
                return rc;
        *ret = value;
        return RC_OK;
}

static enum rc copy_document(struct arena *arena, yaml_document_t *document, struct json **ret, struct err *err)
{
        struct copier c = { .arena = arena, .document = document };

        if (!yaml_document_get_root_node(document)) {
                *ret = arena_new(arena, struct json);
                return RC_OK;
        }
        return copy_node(&c, 1, 0, ret, err);
}

enum rc yaml_parse(struct arena *arena, struct str text, struct json **ret, struct err *err)
{
        yaml_document_t document;
        yaml_parser_t parser;
        enum rc rc;

        if (text.len > YAML_MAX_BYTES)
                return err_set(err, RC_TOO_LARGE, "The YAML is longer than %zu bytes.", YAML_MAX_BYTES);
        if (!yaml_parser_initialize(&parser))
                return err_set(err, RC_UNAVAILABLE, "The server is out of memory: try again later.");
        yaml_parser_set_input_string(&parser, (const unsigned char *)(text.ptr ? text.ptr : ""), text.len);
        if (yaml_parser_load(&parser, &document)) {
                rc = copy_document(arena, &document, ret, err);
                yaml_document_delete(&document);
        } else {
                rc = err_set(err, RC_INVALID, "Line %zu of the YAML, column %zu: %s.", parser.problem_mark.line + 1,
                             parser.problem_mark.column + 1, parser.problem ? parser.problem : "it cannot be read");
        }
        yaml_parser_delete(&parser);
        return rc;
}
