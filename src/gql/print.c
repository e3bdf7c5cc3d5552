/*
 * gql/print.c - a syntax tree back to text, as graphql-js print() writes it.
 *
 * Used for tests against graphql-js, for default values in introspection and for error
 * messages that quote a value. Printing what was parsed and parsing what was printed
 * give the same tree. Type system definitions are in gql/print_sdl.c.
 */
#include "gql/print.h"

#include "gql/gql.h"

#define MAX_LINE 80        /* arguments of a longer field go on lines of their own */
#define MAX_BLOCK_LINE 70  /* a longer block string gets lines of its own */

void gql_print_newline(struct gql_printer *p)
{
        buf_add_c(p->out, '\n');
        for (unsigned i = 0; i < p->indent; i++)
                buf_add(p->out, "  ", 2);
}

void gql_print_text(struct gql_printer *p, const char *text)
{
        buf_add_str(p->out, str_from(text));
}

void gql_print_str(struct gql_printer *p, struct str text)
{
        buf_add_str(p->out, text);
}

/* ---- strings -------------------------------------------------------------------------- */

void gql_print_string(struct gql_printer *p, struct str text)
{
        static const char letters[] = "\"\\\b\f\n\r\t";
        static const char names[] = "\"\\bfnrt";

        buf_add_c(p->out, '"');
        for (size_t i = 0; i < text.len; i++) {
                unsigned char c = (unsigned char)text.ptr[i];
                const char *hit = c ? strchr(letters, c) : NULL;

                if (hit) {
                        buf_add_c(p->out, '\\');
                        buf_add_c(p->out, names[hit - letters]);
                } else if (c < 0x20 || c == 0x7F) {
                        buf_printf(p->out, "\\u%04X", c);
                } else if (c == 0xC2 && i + 1 < text.len && (unsigned char)text.ptr[i + 1] < 0xA0) {
                        buf_printf(p->out, "\\u%04X", (unsigned char)text.ptr[++i]); /* C1 controls */
                } else {
                        buf_add_c(p->out, (char)c);
                }
        }
        buf_add_c(p->out, '"');
}

static bool is_white(char c)
{
        return c == ' ' || c == '\t';
}

/* UTF-16 units, the length that JavaScript sees. */
static size_t units(struct str text)
{
        size_t n = 0;

        for (size_t i = 0; i < text.len; i++) {
                unsigned char c = (unsigned char)text.ptr[i];

                n += (c & 0xC0) != 0x80;
                n += c >= 0xF0;
        }
        return n;
}

/* Is every line behind the first empty or indented? */
static bool is_indented(struct str text)
{
        size_t at = str_find(text, '\n', 0);

        if (at >= text.len)
                return false;
        for (; at < text.len; at = str_find(text, '\n', at + 1))
                if (at + 1 < text.len && text.ptr[at + 1] != '\n' && !is_white(text.ptr[at + 1]))
                        return false;
        return true;
}

void gql_print_block_string(struct gql_printer *p, struct str text)
{
        bool single = str_find(text, '\n', 0) >= text.len;
        bool leading = is_indented(text);
        bool triple = str_ends(text, STR("\"\"\""));
        bool trailing = (str_ends(text, STR("\"")) && !triple) || str_ends(text, STR("\\"));
        bool lines = !single || units(text) > MAX_BLOCK_LINE || trailing || leading || triple;

        gql_print_text(p, "\"\"\"");
        if (leading || (lines && !(single && text.len > 0 && is_white(text.ptr[0]))))
                gql_print_newline(p);
        for (size_t i = 0; i < text.len; i++) {
                if (text.ptr[i] == '\n') {
                        gql_print_newline(p);
                } else if (str_starts(str_slice(text, i, text.len), STR("\"\"\""))) {
                        gql_print_text(p, "\\\"\"\"");
                        i += 2;
                } else {
                        buf_add_c(p->out, text.ptr[i]);
                }
        }
        if (lines)
                gql_print_newline(p);
        gql_print_text(p, "\"\"\"");
}

bool gql_printable_as_block(struct str text)
{
        bool empty_line = true;      /* nothing but white space on this line so far */
        bool indented = false;       /* this line starts with white space */
        bool all_indented = true;    /* so did every line with text */
        bool seen_line = false;

        if (str_is_empty(text))
                return true;
        for (size_t i = 0; i < text.len; i++) {
                unsigned char c = (unsigned char)text.ptr[i];

                if (c == '\n') {
                        if (empty_line && !seen_line)
                                return false;
                        seen_line = true;
                        empty_line = true;
                        indented = false;
                } else if (is_white((char)c)) {
                        indented = indented || empty_line;
                } else if (c < 0x10) {
                        return false;
                } else {
                        all_indented = all_indented && indented;
                        empty_line = false;
                }
        }
        return !empty_line && !(all_indented && seen_line);
}

/* ---- values, types, directives ---------------------------------------------------------- */

static void print_collection(struct gql_printer *p, const struct gql_value *value)
{
        bool is_list = value->kind == GQL_VALUE_LIST;

        buf_add_c(p->out, is_list ? '[' : '{');
        for (const struct gql_value *item = value->first; item; item = item->next) {
                if (!is_list) {
                        gql_print_str(p, item->name);
                        gql_print_text(p, ": ");
                }
                gql_print_value(p, item);
                if (item->next)
                        gql_print_text(p, ", ");
        }
        buf_add_c(p->out, is_list ? ']' : '}');
}

void gql_print_value(struct gql_printer *p, const struct gql_value *value)
{
        switch (value->kind) {
        case GQL_VALUE_NULL:
                gql_print_text(p, "null");
                break;
        case GQL_VALUE_BOOL:
                gql_print_text(p, value->boolean ? "true" : "false");
                break;
        case GQL_VALUE_INT:
        case GQL_VALUE_FLOAT:
        case GQL_VALUE_ENUM:
                gql_print_str(p, value->text);
                break;
        case GQL_VALUE_STRING:
                if (value->block_string)
                        gql_print_block_string(p, value->text);
                else
                        gql_print_string(p, value->text);
                break;
        case GQL_VALUE_VARIABLE:
                buf_add_c(p->out, '$');
                gql_print_str(p, value->text);
                break;
        case GQL_VALUE_LIST:
        case GQL_VALUE_OBJECT:
                print_collection(p, value);
                break;
        }
}

void gql_print_typeref(struct gql_printer *p, const struct gql_typeref *type)
{
        switch (type->kind) {
        case GQL_TYPEREF_NAMED:
                gql_print_str(p, type->name);
                break;
        case GQL_TYPEREF_LIST:
                buf_add_c(p->out, '[');
                gql_print_typeref(p, type->of);
                buf_add_c(p->out, ']');
                break;
        case GQL_TYPEREF_NON_NULL:
                gql_print_typeref(p, type->of);
                buf_add_c(p->out, '!');
                break;
        }
}

static void print_arguments(struct gql_printer *p, const struct gql_argument *arguments, bool lines)
{
        if (!arguments)
                return;
        buf_add_c(p->out, '(');
        p->indent += lines;
        for (const struct gql_argument *argument = arguments; argument; argument = argument->next) {
                if (lines)
                        gql_print_newline(p);
                gql_print_str(p, argument->name);
                gql_print_text(p, ": ");
                gql_print_value(p, argument->value);
                if (argument->next && !lines)
                        gql_print_text(p, ", ");
        }
        p->indent -= lines;
        if (lines)
                gql_print_newline(p);
        buf_add_c(p->out, ')');
}

void gql_print_directives(struct gql_printer *p, const struct gql_directive *directives)
{
        for (; directives; directives = directives->next) {
                gql_print_text(p, " @");
                gql_print_str(p, directives->name);
                print_arguments(p, directives->arguments, false);
        }
}

void gql_print_description(struct gql_printer *p, struct str text, bool block)
{
        if (str_is_null(text))
                return;
        if (block)
                gql_print_block_string(p, text);
        else
                gql_print_string(p, text);
        gql_print_newline(p);
}

/* ---- selections --------------------------------------------------------------------------- */

/* Too long for one line? Measured without the indentation, as graphql-js does. */
static bool is_long_field(const struct gql_selection *field)
{
        _cleanup_(buf_done) struct buf line = { 0 };
        struct gql_printer measure = { .out = &line };

        if (!field->arguments)
                return false;
        if (!str_is_null(field->alias)) {
                gql_print_str(&measure, field->alias);
                gql_print_text(&measure, ": ");
        }
        gql_print_str(&measure, field->name);
        print_arguments(&measure, field->arguments, false);
        return units(buf_str(&line)) > MAX_LINE;
}

static void print_selections(struct gql_printer *p, const struct gql_selection *selections);

static void print_selection(struct gql_printer *p, const struct gql_selection *selection)
{
        switch (selection->kind) {
        case GQL_SELECTION_FIELD:
                if (!str_is_null(selection->alias)) {
                        gql_print_str(p, selection->alias);
                        gql_print_text(p, ": ");
                }
                gql_print_str(p, selection->name);
                print_arguments(p, selection->arguments, is_long_field(selection));
                gql_print_directives(p, selection->directives);
                break;
        case GQL_SELECTION_SPREAD:
                gql_print_text(p, "...");
                gql_print_str(p, selection->name);
                gql_print_directives(p, selection->directives);
                break;
        case GQL_SELECTION_INLINE:
                gql_print_text(p, "...");
                if (!str_is_null(selection->name)) {
                        gql_print_text(p, " on ");
                        gql_print_str(p, selection->name);
                }
                gql_print_directives(p, selection->directives);
                break;
        }
        if (selection->children) {
                buf_add_c(p->out, ' ');
                print_selections(p, selection->children);
        }
}

static void print_selections(struct gql_printer *p, const struct gql_selection *selections)
{
        buf_add_c(p->out, '{');
        p->indent++;
        for (; selections; selections = selections->next) {
                gql_print_newline(p);
                print_selection(p, selections);
        }
        p->indent--;
        gql_print_newline(p);
        buf_add_c(p->out, '}');
}

/* ---- definitions ---------------------------------------------------------------------------- */

static void print_variable(struct gql_printer *p, const struct gql_variable *variable)
{
        gql_print_description(p, variable->description, variable->description_block);
        buf_add_c(p->out, '$');
        gql_print_str(p, variable->name);
        gql_print_text(p, ": ");
        gql_print_typeref(p, variable->type);
        if (variable->default_value) {
                gql_print_text(p, " = ");
                gql_print_value(p, variable->default_value);
        }
        gql_print_directives(p, variable->directives);
}

static bool has_lines(const struct gql_variable *variables)
{
        _cleanup_(buf_done) struct buf text = { 0 };
        struct gql_printer measure = { .out = &text };

        for (; variables; variables = variables->next)
                print_variable(&measure, variables);
        return str_find(buf_str(&text), '\n', 0) < text.len;
}

static void print_variables(struct gql_printer *p, const struct gql_variable *variables)
{
        bool lines = has_lines(variables);

        if (!variables)
                return;
        buf_add_c(p->out, '(');
        for (; variables; variables = variables->next) {
                if (lines)
                        gql_print_newline(p);
                print_variable(p, variables);
                if (variables->next && !lines)
                        gql_print_text(p, ", ");
        }
        if (lines)
                gql_print_newline(p);
        buf_add_c(p->out, ')');
}

static void print_operation(struct gql_printer *p, const struct gql_definition *operation)
{
        static const char *const words[] = {
                [GQL_QUERY] = "query", [GQL_MUTATION] = "mutation", [GQL_SUBSCRIPTION] = "subscription",
        };
        bool shorthand = operation->operation == GQL_QUERY && str_is_null(operation->name) &&
                         !operation->variables && !operation->directives && str_is_null(operation->description);

        if (!shorthand) {
                gql_print_description(p, operation->description, operation->description_block);
                gql_print_text(p, words[operation->operation]);
                if (!str_is_null(operation->name) || operation->variables)
                        buf_add_c(p->out, ' ');
                gql_print_str(p, operation->name);
                print_variables(p, operation->variables);
                gql_print_directives(p, operation->directives);
                buf_add_c(p->out, ' ');
        }
        print_selections(p, operation->selections);
}

static void print_fragment(struct gql_printer *p, const struct gql_definition *fragment)
{
        gql_print_description(p, fragment->description, fragment->description_block);
        gql_print_text(p, "fragment ");
        gql_print_str(p, fragment->name);
        gql_print_text(p, " on ");
        gql_print_str(p, fragment->type_condition);
        gql_print_directives(p, fragment->directives);
        buf_add_c(p->out, ' ');
        print_selections(p, fragment->selections);
}

void gql_print(const struct gql_document *document, struct buf *out)
{
        struct gql_printer printer = { .out = out };

        for (const struct gql_definition *def = document->definitions; def; def = def->next) {
                if (def->kind == GQL_DEF_OPERATION)
                        print_operation(&printer, def);
                else if (def->kind == GQL_DEF_FRAGMENT)
                        print_fragment(&printer, def);
                else
                        gql_print_sdl_definition(&printer, def);
                if (def->next)
                        gql_print_text(&printer, "\n\n");
        }
}
