/* The resolvers of tables.graphql: each leaves its mark, so that the test knows it is linked. */
#include "test_tables.h"

#define RESOLVER(type, field_)                                                                      \
        enum rc resolve_##type##_##field_(struct gql_field *field UNUSED, void *parent UNUSED,      \
                                          struct gql_out *out UNUSED, struct err *err)              \
        {                                                                                           \
                return err_set(err, RC_CONFLICT, #type "." #field_);                                \
        }

RESOLVER(Query, one)
RESOLVER(Query, pets)
RESOLVER(Mutation, clear)
RESOLVER(One, id)
RESOLVER(One, many)
RESOLVER(One, old)

enum rc prefetch_One_many(struct gql_field *field UNUSED, void **parents UNUSED, size_t count UNUSED, struct err *err)
{
        return err_set(err, RC_CONFLICT, "prefetched");
}
