/*
 * gql/validate.h - what the files of validation share; for this room only.
 *
 * gql/validate.c walks the document once and keeps what is known about the place it is at:
 * the type around it, the field, the input type expected. At each node it calls the rules
 * that have something to say there. Rules about variables and unused fragments need the
 * whole document and run after the walk, from what the walk noted per definition.
 *
 * Rule functions are named after graphql-js's rules; messages and locations are theirs.
 */
#ifndef VITRINE_GQL_VALIDATE_H
#define VITRINE_GQL_VALIDATE_H

#include "base/map.h"
#include "gql/builtin.h"
#include "gql/gql.h"

/* Where a value stands: what it should be, and whether leaving it out is fine. */
struct input_place {
        bool known;               /* false: an unknown argument or field; use is not set */
        struct gql_type_use use;
        bool has_default;
};

/* A variable used somewhere in a definition. */
struct variable_use {
        const struct gql_value *value;
        struct input_place place;
        struct variable_use *next;
};

struct spread_use {
        const struct gql_selection *spread;
        struct spread_use *next;
};

/* What the walk notes about an operation or a fragment. */
struct definition_notes {
        const struct gql_definition *def;
        struct variable_use *variables, **variables_tail;
        struct spread_use *spreads, **spreads_tail;
        size_t mark;              /* last search that came by */
        unsigned spread_index;    /* NoFragmentCycles: place in the path, from 1; 0: not in it */
        bool cycles_checked;
};

struct validation {
        struct arena *arena;
        const struct gql_schema *schema;
        const struct gql_document *document;
        const struct gql_limits *limits;
        struct gql_error *errors, **tail;
        size_t error_count, error_max;
        bool aborted;             /* too many errors: stop walking */

        struct map fragments;     /* name -> definition_notes; of several with one name the last */
        struct map operations;    /* name -> first definition of that name */
        struct map fragment_names;/* name -> first definition of that name */
        struct definition_notes *notes;  /* one per definition, in order */
        struct definition_notes **queue; /* room for all of them, for searches through fragments */
        size_t notes_count, operation_count;
        size_t mark;

        /* the place of the walk */
        struct definition_notes *current;
        const struct gql_type *parent;        /* composite type of the selection set; NULL: unknown */
        const struct gql_field_info *field;   /* innermost field around; NULL: none or unknown */
        const struct gql_directive_info *directive;
        unsigned values_off;                  /* > 0: ValuesOfCorrectType has said what there is to say */

        struct overlap *overlap;              /* validate_overlap.c's memory */
};

/* ---- validate.c --------------------------------------------------------------------------- */

void validation_error(struct validation *v, const struct gql_loc *locations, size_t count, const char *fmt, ...)
        PRINTF_LIKE(4, 5);
/* The same with one location. */
#define validation_error_at(v, loc, ...) validation_error((v), &(struct gql_loc){ (loc).line, (loc).column, (loc).offset }, 1, __VA_ARGS__)
struct definition_notes *validation_fragment(const struct validation *v, struct str name);   /* NULL: unknown */
/* The field's definition, meta fields included; NULL: unknown. */
const struct gql_field_info *validation_field(const struct validation *v, const struct gql_type *parent,
                                              struct str name);
/*
 * What a variable's type says. use.type is NULL when the name is unknown, or when there are
 * too many wrappers for a type_use; known: it is an input type.
 */
struct input_place validation_typeref(const struct validation *v, const struct gql_typeref *ref);
/* Where an argument or a member stands; def NULL: unknown. */
struct input_place validation_place(const struct gql_input_def *def);
struct str validation_print_typeref(const struct validation *v, const struct gql_typeref *ref);
struct str validation_print_value(const struct validation *v, const struct gql_value *value);
struct str validation_print_use(const struct validation *v, struct gql_type_use use);

/* ---- validate_document.c: definitions and fragments ------------------------------------------ */

void rule_executable_definitions(struct validation *v);
void rule_unique_operation_names(struct validation *v, const struct gql_definition *operation);
void rule_lone_anonymous_operation(struct validation *v, const struct gql_definition *operation);
void rule_unique_fragment_names(struct validation *v, const struct gql_definition *fragment);
void rule_known_fragment_names(struct validation *v, const struct gql_selection *spread);
void rule_fragments_on_composite_types(struct validation *v, struct str fragment_name, struct str type_name,
                                       struct gql_loc loc);
void rule_possible_inline(struct validation *v, const struct gql_selection *inline_fragment,
                          const struct gql_type *type);
void rule_possible_spread(struct validation *v, const struct gql_selection *spread);
void rule_no_fragment_cycles(struct validation *v);
void rule_no_unused_fragments(struct validation *v);

/* ---- validate_fields.c: fields, arguments, directives, names of types ------------------------- */

void rule_known_type_name(struct validation *v, struct str name, struct gql_loc loc);
void rule_scalar_leafs(struct validation *v, const struct gql_selection *field, const struct gql_field_info *info);
void rule_fields_on_correct_type(struct validation *v, const struct gql_selection *field,
                                 const struct gql_field_info *info);
void rule_known_argument_names(struct validation *v, const struct gql_argument *argument,
                               const struct gql_input_def *def);
void rule_known_directive_arguments(struct validation *v, const struct gql_directive *directive);
void rule_unique_argument_names(struct validation *v, const struct gql_argument *arguments);
void rule_provided_required_arguments(struct validation *v, const struct gql_selection *field,
                                      const struct gql_field_info *info);
void rule_provided_required_directive_arguments(struct validation *v, const struct gql_directive *directive);
/* location: "FIELD", "QUERY", ... */
void rule_known_directives(struct validation *v, const struct gql_directive *directive, const char *location);
void rule_unique_directives_per_location(struct validation *v, const struct gql_directive *directives);
const struct gql_directive_info *validation_directive(struct str name);  /* NULL: unknown */

/* ---- validate_values.c --------------------------------------------------------------------------- */

/* ValuesOfCorrectType and UniqueInputFieldNames, whole value; notes variables. */
void rule_values(struct validation *v, const struct gql_value *value, struct input_place place);

/* ---- validate_variables.c ------------------------------------------------------------------------- */

void rule_unique_variable_names(struct validation *v, const struct gql_definition *operation);
void rule_variable_is_input_type(struct validation *v, const struct gql_variable *variable);
/* NoUndefinedVariables, NoUnusedVariables, VariablesInAllowedPosition; after the walk. */
void rule_variables(struct validation *v, struct definition_notes *operation);

/* ---- validate_overlap.c ----------------------------------------------------------------------------- */

void rule_overlapping_fields(struct validation *v, const struct gql_selection *selections,
                             const struct gql_type *parent);

#endif
