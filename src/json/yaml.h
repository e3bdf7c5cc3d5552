/*
 * json/yaml.h - small YAML documents as JSON trees.
 *
 * For what people and clients write by hand in YAML (sweeps). Mappings, sequences, scalars,
 * anchors; the first document of the text. A plain scalar is null, true, false or a number
 * when it is spelled as JSON spells it (also with a leading '+', '.' or a trailing one), else
 * a string: "yes" stays "yes". Built on libyaml, which no other room knows.
 *
 * Thread rule: pure.
 */
#ifndef VITRINE_JSON_YAML_H
#define VITRINE_JSON_YAML_H

#include "json/json.h"

#define YAML_MAX_BYTES ((size_t)1024 * 1024)
#define YAML_MAX_VALUES 100000u  /* with what anchors repeat */
#define YAML_MAX_DEPTH 32u

/* RC_INVALID names line and column; RC_TOO_LARGE over the limits. Everything is copied. */
MUST_USE enum rc yaml_parse(struct arena *arena, struct str text, struct json **ret, struct err *err);

#endif
