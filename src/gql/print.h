/*
 * gql/print.h - pieces of the printers; for this room only.
 *
 * A printer writes to a buf and knows how deep it stands: every line it starts, also
 * inside block strings, begins with that much indentation.
 */
#ifndef VITRINE_GQL_PRINT_H
#define VITRINE_GQL_PRINT_H

#include "base/buf.h"
#include "gql/ast.h"

struct gql_printer {
        struct buf *out;
        unsigned indent;      /* levels of two spaces */
};

void gql_print_newline(struct gql_printer *p);
void gql_print_text(struct gql_printer *p, const char *text);
void gql_print_str(struct gql_printer *p, struct str text);
/* "..." with escapes. */
void gql_print_string(struct gql_printer *p, struct str text);
/* """...""", laid out as graphql-js does. */
void gql_print_block_string(struct gql_printer *p, struct str text);
/* Would the text survive being printed as a block string and read back? */
bool gql_printable_as_block(struct str text);
void gql_print_value(struct gql_printer *p, const struct gql_value *value);
void gql_print_typeref(struct gql_printer *p, const struct gql_typeref *type);
/* Each with a space before it. */
void gql_print_directives(struct gql_printer *p, const struct gql_directive *directives);
/* The description and a new line; nothing when absent. */
void gql_print_description(struct gql_printer *p, struct str text, bool block);
/* print_sdl.c */
void gql_print_sdl_definition(struct gql_printer *p, const struct gql_definition *def);

#endif
