/*
 * gql/print_sdl.c - type system definitions back to text, as graphql-js print() writes them.
 *
 * The other half of gql/print.c. For a schema in tables see gql/print_schema.c.
 */
#include "gql/print.h"

static void print_input(struct gql_printer *p, const struct gql_field_def *def)
{
        gql_print_description(p, def->description, def->description_block);
        gql_print_str(p, def->name);
        gql_print_text(p, ": ");
        gql_print_typeref(p, def->type);
        if (def->default_value) {
                gql_print_text(p, " = ");
                gql_print_value(p, def->default_value);
        }
        gql_print_directives(p, def->directives);
}

/* Arguments with a description or a block string go on lines of their own. */
static bool has_lines(const struct gql_field_def *defs)
{
        _cleanup_(buf_done) struct buf text = { 0 };
        struct gql_printer measure = { .out = &text };

        for (; defs; defs = defs->next)
                print_input(&measure, defs);
        return str_find(buf_str(&text), '\n', 0) < text.len;
}

static void print_arguments(struct gql_printer *p, const struct gql_field_def *defs)
{
        bool lines = has_lines(defs);

        if (!defs)
                return;
        buf_add_c(p->out, '(');
        p->indent += lines;
        for (; defs; defs = defs->next) {
                if (lines)
                        gql_print_newline(p);
                print_input(p, defs);
                if (defs->next && !lines)
                        gql_print_text(p, ", ");
        }
        p->indent -= lines;
        if (lines)
                gql_print_newline(p);
        buf_add_c(p->out, ')');
}

static void print_field(struct gql_printer *p, const struct gql_field_def *field)
{
        gql_print_description(p, field->description, field->description_block);
        gql_print_str(p, field->name);
        print_arguments(p, field->arguments);
        gql_print_text(p, ": ");
        gql_print_typeref(p, field->type);
        gql_print_directives(p, field->directives);
}

static void print_fields(struct gql_printer *p, const struct gql_definition *def)
{
        if (!def->fields)
                return;
        gql_print_text(p, " {");
        p->indent++;
        for (const struct gql_field_def *field = def->fields; field; field = field->next) {
                gql_print_newline(p);
                if (def->kind == GQL_DEF_INPUT)
                        print_input(p, field);
                else
                        print_field(p, field);
        }
        p->indent--;
        gql_print_newline(p);
        buf_add_c(p->out, '}');
}

static void print_values(struct gql_printer *p, const struct gql_name *values)
{
        if (!values)
                return;
        gql_print_text(p, " {");
        p->indent++;
        for (; values; values = values->next) {
                gql_print_newline(p);
                gql_print_description(p, values->description, values->description_block);
                gql_print_str(p, values->name);
                gql_print_directives(p, values->directives);
        }
        p->indent--;
        gql_print_newline(p);
        buf_add_c(p->out, '}');
}

static void print_names(struct gql_printer *p, const char *before, const struct gql_name *names, const char *between)
{
        for (const struct gql_name *name = names; name; name = name->next) {
                gql_print_text(p, name == names ? before : between);
                gql_print_str(p, name->name);
        }
}

static const char *word_of(enum gql_definition_kind kind)
{
        switch (kind) {
        case GQL_DEF_SCHEMA: return "schema";
        case GQL_DEF_SCALAR: return "scalar ";
        case GQL_DEF_OBJECT: return "type ";
        case GQL_DEF_INTERFACE: return "interface ";
        case GQL_DEF_UNION: return "union ";
        case GQL_DEF_ENUM: return "enum ";
        case GQL_DEF_INPUT: return "input ";
        case GQL_DEF_DIRECTIVE: return "directive @";
        case GQL_DEF_OPERATION:
        case GQL_DEF_FRAGMENT: break;
        }
        return "";
}

void gql_print_sdl_definition(struct gql_printer *p, const struct gql_definition *def)
{
        bool fields = def->kind == GQL_DEF_OBJECT || def->kind == GQL_DEF_INTERFACE;

        gql_print_description(p, def->description, def->description_block);
        if (def->extension)
                gql_print_text(p, "extend ");
        gql_print_text(p, word_of(def->kind));
        gql_print_str(p, def->name);
        if (fields)
                print_names(p, " implements ", def->names, " & ");
        if (def->kind == GQL_DEF_DIRECTIVE) {
                print_arguments(p, def->fields);
                if (def->repeatable)
                        gql_print_text(p, " repeatable");
                print_names(p, " on ", def->names, " | ");
                return;
        }
        gql_print_directives(p, def->directives);
        if (def->kind == GQL_DEF_UNION)
                print_names(p, " = ", def->names, " | ");
        else if (def->kind == GQL_DEF_ENUM)
                print_values(p, def->names);
        else
                print_fields(p, def);
}
