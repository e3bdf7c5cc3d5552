/*
 * gql/mkschema.c - writes schema tables as C.
 *
 * Called by gql/mkschema_main.c with a schema from gql/schema_build.c, which has checked
 * everything; so nothing here can fail. Each table is written before the one that points
 * at it, except types, which point at each other and are declared first.
 */
#include "gql/mkschema.h"

#include "gql/builtin.h"

struct emitter {
        struct buf *out;
        const struct gql_schema *schema;
        const struct mkschema_options *options;
        unsigned values;      /* default values written so far: value_1, value_2, ... */
};

/* ---- C text ------------------------------------------------------------------------------- */

static void put_text(struct buf *out, struct str text)
{
        buf_add_c(out, '"');
        for (size_t i = 0; i < text.len; i++) {
                unsigned char c = (unsigned char)text.ptr[i];

                if (c == '"' || c == '\\')
                        buf_printf(out, "\\%c", c);
                else if (c == '\n')
                        buf_add(out, "\\n", 2);
                else if (c < 0x20 || c >= 0x7F || c == '?')
                        buf_printf(out, "\\%03o", c); /* octal ends after three digits; '?' could make a trigraph */
                else
                        buf_add_c(out, (char)c);
        }
        buf_add_c(out, '"');
}

/* .name = "text", unless absent */
static void put_member(struct buf *out, const char *name, const char *text)
{
        if (!text)
                return;
        buf_printf(out, " .%s = ", name);
        put_text(out, str_from(text));
        buf_add_c(out, ',');
}

static void put_type_name(struct buf *out, const struct gql_type *type)
{
        if (gql_type_is_builtin(type))
                buf_printf(out, "gql_type_%s", type->name);
        else
                buf_printf(out, "type_%s", type->name);
}

static void put_use(struct buf *out, struct gql_type_use use)
{
        buf_add_str(out, STR(" .type = { &"));
        put_type_name(out, use.type);
        buf_printf(out, ", %uu },", use.wrap);
}

static bool is_own(const struct gql_type *type)
{
        return !gql_type_is_builtin(type);
}

/* ---- default values -------------------------------------------------------------------------- */

static const char *const value_kinds[] = {
        [GQL_VALUE_NULL] = "NULL", [GQL_VALUE_INT] = "INT", [GQL_VALUE_FLOAT] = "FLOAT", [GQL_VALUE_STRING] = "STRING",
        [GQL_VALUE_BOOL] = "BOOL", [GQL_VALUE_ENUM] = "ENUM", [GQL_VALUE_LIST] = "LIST", [GQL_VALUE_OBJECT] = "OBJECT",
        [GQL_VALUE_VARIABLE] = "VARIABLE",
};

/* Children and followers first; returns the number of this one, 0 for none. */
static unsigned put_value(struct emitter *e, const struct gql_value *value)
{
        unsigned next;
        unsigned first;

        if (!value)
                return 0;
        next = put_value(e, value->next);
        first = put_value(e, value->first);
        buf_printf(e->out, "static const struct gql_value value_%u = { .kind = GQL_VALUE_%s,", ++e->values,
                   value_kinds[value->kind]);
        if (value->boolean)
                buf_add_str(e->out, STR(" .boolean = true,"));
        if (value->kind == GQL_VALUE_INT)
                buf_printf(e->out, " .integer = %lld,", (long long)value->integer);
        if (value->kind == GQL_VALUE_INT || value->kind == GQL_VALUE_FLOAT)
                buf_printf(e->out, " .number = %.*s,", STR_ARG(value->text));
        if (!str_is_null(value->text)) {
                buf_add_str(e->out, STR(" .text = { "));
                put_text(e->out, value->text);
                buf_printf(e->out, ", %zu },", value->text.len);
        }
        if (!str_is_null(value->name)) {
                buf_add_str(e->out, STR(" .name = { "));
                put_text(e->out, value->name);
                buf_printf(e->out, ", %zu },", value->name.len);
        }
        if (first)
                buf_printf(e->out, " .first = (struct gql_value *)&value_%u,", first);
        if (next)
                buf_printf(e->out, " .next = (struct gql_value *)&value_%u,", next);
        buf_printf(e->out, " .count = %zu };\n", value->count);
        return e->values;
}

/* ---- arguments and input fields ---------------------------------------------------------------- */

static void put_inputs(struct emitter *e, const struct gql_input_def *inputs, size_t count, const char *name)
{
        unsigned *values;

        if (count == 0)
                return;
        values = calloc(count, sizeof(*values));
        assert(values);
        for (size_t i = 0; i < count; i++)
                values[i] = put_value(e, inputs[i].default_value);
        buf_printf(e->out, "static const struct gql_input_def %s[] = {\n", name);
        for (size_t i = 0; i < count; i++) {
                buf_add_str(e->out, STR("        {"));
                put_member(e->out, "name", inputs[i].name);
                put_member(e->out, "description", inputs[i].description);
                put_use(e->out, inputs[i].type);
                put_member(e->out, "default_sdl", inputs[i].default_sdl);
                if (values[i])
                        buf_printf(e->out, " .default_value = &value_%u,", values[i]);
                put_member(e->out, "deprecated", inputs[i].deprecated);
                buf_add_str(e->out, STR(" },\n"));
        }
        buf_add_str(e->out, STR("};\n"));
        free(values);
}

/* ---- fields -------------------------------------------------------------------------------------- */

static void put_field(struct emitter *e, const struct gql_type *type, const struct gql_field_info *field)
{
        static const char *const levels[] = { "UNDECLARED", "PUBLIC", "USER", "ADMIN" };

        buf_add_str(e->out, STR("        {"));
        put_member(e->out, "name", field->name);
        put_member(e->out, "description", field->description);
        put_use(e->out, field->type);
        if (field->arg_count)
                buf_printf(e->out, " .args = args_%s_%s, .arg_count = %zu,", type->name, field->name, field->arg_count);
        if (type->kind == GQL_TYPE_OBJECT)
                buf_printf(e->out, " .resolve = resolve_%s_%s,", type->name, field->name);
        if (field->prefetch)
                buf_printf(e->out, " .prefetch = prefetch_%s_%s,", type->name, field->name);
        put_member(e->out, "deprecated", field->deprecated);
        if (field->access != GQL_ACCESS_UNDECLARED)
                buf_printf(e->out, " .access = GQL_ACCESS_%s,", levels[field->access]);
        buf_printf(e->out, " .cost = %u },\n", field->cost);
}

static void put_fields(struct emitter *e, const struct gql_type *type)
{
        if (type->field_count == 0)
                return;
        for (size_t i = 0; i < type->field_count; i++) {
                _cleanup_(buf_done) struct buf name = { 0 };

                buf_printf(&name, "args_%s_%s", type->name, type->fields[i].name);
                put_inputs(e, type->fields[i].args, type->fields[i].arg_count, buf_cstr(&name));
        }
        buf_printf(e->out, "static const struct gql_field_info fields_%s[] = {\n", type->name);
        for (size_t i = 0; i < type->field_count; i++)
                put_field(e, type, &type->fields[i]);
        buf_add_str(e->out, STR("};\n"));
}

/* ---- types ---------------------------------------------------------------------------------------- */

static void put_type_list(struct emitter *e, const char *what, const struct gql_type *owner,
                          const struct gql_type *const *types, size_t count)
{
        if (count == 0)
                return;
        buf_printf(e->out, "static const struct gql_type *const %s_%s[] = {", what, owner->name);
        for (size_t i = 0; i < count; i++) {
                buf_add_str(e->out, i ? STR(", &") : STR(" &"));
                put_type_name(e->out, types[i]);
        }
        buf_add_str(e->out, STR(" };\n"));
}

static void put_values(struct emitter *e, const struct gql_type *type)
{
        if (type->value_count == 0)
                return;
        buf_printf(e->out, "static const struct gql_enum_value values_%s[] = {\n", type->name);
        for (size_t i = 0; i < type->value_count; i++) {
                buf_add_str(e->out, STR("        {"));
                put_member(e->out, "name", type->values[i].name);
                put_member(e->out, "description", type->values[i].description);
                put_member(e->out, "deprecated", type->values[i].deprecated);
                buf_add_str(e->out, STR(" },\n"));
        }
        buf_add_str(e->out, STR("};\n"));
}

static void put_type(struct emitter *e, const struct gql_type *type)
{
        static const char *const kinds[] = { "SCALAR", "OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT" };
        _cleanup_(buf_done) struct buf inputs = { 0 };

        buf_printf(&inputs, "inputs_%s", type->name);
        put_fields(e, type);
        put_inputs(e, type->inputs, type->input_count, buf_cstr(&inputs));
        put_values(e, type);
        put_type_list(e, "interfaces", type, type->interfaces, type->interface_count);
        put_type_list(e, "possible", type, type->possible, type->possible_count);
        buf_printf(e->out, "static const struct gql_type type_%s = { .kind = GQL_TYPE_%s,", type->name,
                   kinds[type->kind]);
        put_member(e->out, "name", type->name);
        put_member(e->out, "description", type->description);
        if (type->field_count)
                buf_printf(e->out, " .fields = fields_%s, .field_count = %zu,", type->name, type->field_count);
        if (type->interface_count)
                buf_printf(e->out, " .interfaces = interfaces_%s, .interface_count = %zu,", type->name,
                           type->interface_count);
        if (type->possible_count)
                buf_printf(e->out, " .possible = possible_%s, .possible_count = %zu,", type->name,
                           type->possible_count);
        if (type->value_count)
                buf_printf(e->out, " .values = values_%s, .value_count = %zu,", type->name, type->value_count);
        if (type->input_count)
                buf_printf(e->out, " .inputs = inputs_%s, .input_count = %zu,", type->name, type->input_count);
        put_member(e->out, "bare_string_field", type->bare_string_field);
        put_member(e->out, "specified_by", type->specified_by);
        buf_add_str(e->out, STR(" };\n\n"));
}

static void put_schema(struct emitter *e)
{
        const struct gql_schema *schema = e->schema;

        buf_add_str(e->out, STR("static const struct gql_type *const types[] = {\n"));
        for (size_t i = 0; i < schema->type_count; i++) {
                buf_add_str(e->out, STR("        &"));
                put_type_name(e->out, schema->types[i]);
                buf_add_str(e->out, STR(",\n"));
        }
        buf_add_str(e->out, STR("};\nstatic const uint16_t by_name[] = {"));
        for (size_t i = 0; i < schema->type_count; i++)
                buf_printf(e->out, "%s%u,", i % 16 ? " " : "\n        ", schema->by_name[i]);
        buf_printf(e->out, "\n};\nconst struct gql_schema %s = { .types = types, .type_count = %zu, .by_name = by_name,",
                   e->options->symbol, schema->type_count);
        put_member(e->out, "description", schema->description);
        buf_printf(e->out, " .query = &type_%s,", schema->query->name);
        if (schema->mutation)
                buf_printf(e->out, " .mutation = &type_%s,", schema->mutation->name);
        buf_add_str(e->out, STR(" };\n"));
}

/* ---- files ---------------------------------------------------------------------------------------- */

static void put_origin(const struct mkschema_options *options, struct buf *out)
{
        buf_printf(out, "/* Made by mkschema from %s: change that file instead. */\n", options->origin);
}

static void put_prototype(struct buf *out, bool prefetch, const char *type, const char *field)
{
        if (prefetch)
                buf_printf(out, "enum rc prefetch_%s_%s(struct gql_field *field, void **parents, size_t count, "
                                "struct err *err)", type, field);
        else
                buf_printf(out, "enum rc resolve_%s_%s(struct gql_field *field, void *parent, struct gql_out *out, "
                                "struct err *err)", type, field);
}

void mkschema_header(const struct gql_schema *schema, const struct mkschema_options *options, struct buf *out)
{
        put_origin(options, out);
        buf_printf(out, "#ifndef MKSCHEMA_%s_H\n#define MKSCHEMA_%s_H\n\n#include \"gql/schema.h\"\n\n",
                   options->symbol, options->symbol);
        buf_printf(out, "extern const struct gql_schema %s;\n", options->symbol);
        for (size_t i = 0; i < schema->type_count; i++) {
                const struct gql_type *type = schema->types[i];

                if (type->kind == GQL_TYPE_OBJECT)
                        buf_add_c(out, '\n');
                for (size_t j = 0; type->kind == GQL_TYPE_OBJECT && j < type->field_count; j++) {
                        if (type->fields[j].prefetch) {
                                put_prototype(out, true, type->name, type->fields[j].name);
                                buf_add_str(out, STR(";\n"));
                        }
                        put_prototype(out, false, type->name, type->fields[j].name);
                        buf_add_str(out, STR(";\n"));
                }
        }
        buf_add_str(out, STR("\n#endif\n"));
}

void mkschema_source(const struct gql_schema *schema, const struct mkschema_options *options, struct buf *out)
{
        struct emitter e = { .out = out, .schema = schema, .options = options };

        put_origin(options, out);
        buf_printf(out, "#include \"%s\"\n\n#include \"gql/builtin.h\"\n\n", options->header);
        for (size_t i = 0; i < schema->type_count; i++)
                if (is_own(schema->types[i]))
                        buf_printf(out, "static const struct gql_type type_%s;\n", schema->types[i]->name);
        buf_add_c(out, '\n');
        for (size_t i = 0; i < schema->type_count; i++)
                if (is_own(schema->types[i]))
                        put_type(&e, schema->types[i]);
        put_schema(&e);
}

/* ---- stubs ------------------------------------------------------------------------------------------ */

static bool is_name_char(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Is `name` somewhere in the text as a whole word? */
static bool mentions(struct str text, struct str name)
{
        size_t at = 0;

        while (at + name.len <= text.len) {
                const char *hit = memmem(text.ptr + at, text.len - at, name.ptr, name.len);

                if (!hit)
                        return false;
                at = (size_t)(hit - text.ptr);
                if ((at == 0 || !is_name_char(text.ptr[at - 1])) &&
                    (at + name.len == text.len || !is_name_char(text.ptr[at + name.len])))
                        return true;
                at++;
        }
        return false;
}

static bool is_missing(const struct str *sources, size_t source_count, const char *kind, const char *type,
                       const char *field)
{
        _cleanup_(buf_done) struct buf name = { 0 };

        buf_printf(&name, "%s_%s_%s", kind, type, field);
        for (size_t i = 0; i < source_count; i++)
                if (mentions(sources[i], buf_str(&name)))
                        return false;
        return true;
}

size_t mkschema_stubs(const struct gql_schema *schema, const struct mkschema_options *options,
                      const struct str *sources, size_t source_count, struct buf *out)
{
        size_t missing = 0;

        buf_printf(out, "#include \"%s\"\n", options->header);
        for (size_t i = 0; i < schema->type_count; i++) {
                const struct gql_type *type = schema->types[i];

                for (size_t j = 0; type->kind == GQL_TYPE_OBJECT && j < type->field_count; j++) {
                        const char *field = type->fields[j].name;

                        if (type->fields[j].prefetch &&
                            is_missing(sources, source_count, "prefetch", type->name, field)) {
                                missing++;
                                buf_add_c(out, '\n');
                                put_prototype(out, true, type->name, field);
                                buf_add_str(out, STR("\n{\n        return RC_OK;\n}\n"));
                        }
                        if (is_missing(sources, source_count, "resolve", type->name, field)) {
                                missing++;
                                buf_add_c(out, '\n');
                                put_prototype(out, false, type->name, field);
                                buf_printf(out, "\n{\n        return err_set(err, RC_INTERNAL, \"%s.%s is not written "
                                                "yet\");\n}\n", type->name, field);
                        }
                }
        }
        return missing;
}
