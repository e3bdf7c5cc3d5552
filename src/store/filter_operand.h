/*
 * store/filter_operand.h - what a field of a filter is in SQL; for filter.c.
 */
#ifndef VITRINE_STORE_FILTER_OPERAND_H
#define VITRINE_STORE_FILTER_OPERAND_H

#include "store/filter.h"

/* What is compared: its value and, in JSON, its json_type(). */
struct operand {
        enum filter_kind kind;
        const char *name;
        struct str value, type;
};

/* The field that `name` means, or NULL; *ret_path is what follows the dot of a JSON field. */
const struct filter_field *filter_field_find(struct str name, const struct filter_fields *fields, struct str *ret_path);
enum rc filter_field_unknown(struct str name, const struct filter_fields *fields, struct err *err);
/* Binds what its expressions need. */
MUST_USE enum rc filter_operand(struct filter_sql *sql, const struct filter_field *field, struct str path,
                                struct operand *ret, struct err *err);

#endif
