/*
 * gql/mkschema.h - a checked schema as C source; for the program tools/mkschema and tests.
 *
 * The tables are constant data that need no code at start: pointers to types, fields and
 * resolvers are link-time constants, so a field whose resolver nobody wrote fails the
 * link with the resolver's name.
 */
#ifndef VITRINE_GQL_MKSCHEMA_H
#define VITRINE_GQL_MKSCHEMA_H

#include "base/buf.h"
#include "gql/schema.h"

struct mkschema_options {
        const char *symbol;     /* name of the struct gql_schema */
        const char *header;     /* as the source includes it: "schema_tables.h" */
        const char *origin;     /* file name of the SDL, for the first line */
};

/* schema_tables.h: the schema's symbol and a prototype per resolver and prefetch function. */
void mkschema_header(const struct gql_schema *schema, const struct mkschema_options *options, struct buf *out);
/* schema_tables.c */
void mkschema_source(const struct gql_schema *schema, const struct mkschema_options *options, struct buf *out);
/*
 * A source file with an empty body for each resolver and prefetch function whose name is
 * nowhere in `sources`; returns how many. A help while a schema grows, not for the build.
 */
size_t mkschema_stubs(const struct gql_schema *schema, const struct mkschema_options *options,
                      const struct str *sources, size_t source_count, struct buf *out);

#endif
