/*
 * api/resolve_ttl.c - how long versions live. Parents: ArtifactTtlRule: struct ttl_rule *;
 * UpdateArtifactTtlRulePayload: struct ttl_node *.
 */
#include "api/artifact_node.h"
#include "domain/ttl.h"

struct ttl_node {
        struct ttl_rule rule;
        int64_t expiring;
};

FIELD(Artifact, ttlDurationSeconds)
{
        int64_t life_s = TTL_OFF;
        enum rc rc = ttl_effective(call_of(field), ((const struct version *)parent)->artifact, &life_s, err);

        if (!rc)
                gql_out_int(out, life_s);
        return rc;
}

FIELD(Artifact, ttlIsInherited)
{
        gql_out_bool(out, ((const struct version *)parent)->artifact->ttl_s == TTL_INHERIT);
        return RC_OK;
}

FIELD(Entity, artifactTtlRule)
{
        struct ttl_rule *rule = arena_new(gql_arena(field), struct ttl_rule);
        enum rc rc = ttl_rule_get(call_of(field), parent, rule, err);

        if (!rc)
                gql_out_object(out, "ArtifactTtlRule", rule);
        return rc;
}

FIELD(ArtifactTtlRule, defaultSeconds)
{
        const struct ttl_rule *rule = parent;

        if (rule->has_default)
                gql_out_int(out, rule->default_s);
        return RC_OK;
}

FIELD_BOOL(ArtifactTtlRule, adminsOnly, ttl_rule, admins_only)

FIELD(Mutation, updateArtifactTtlRule)
{
        const struct gql_value *in = arg_input(field), *life = gql_member(in, "defaultSeconds");
        struct ttl_node *node = arena_new(gql_arena(field), struct ttl_node);
        struct str name = gql_member_str(in, "entityName");
        struct entity *entity = NULL;
        enum rc rc = entity_find(call_of(field), name, &entity, err);

        if (rc)
                return rc;
        if (!entity)
                return err_not_found(err, "entity", name);
        node->rule = (struct ttl_rule){ .has_default = !gql_is_null(life),
                                        .default_s = gql_int(life, 0),
                                        .admins_only = gql_bool(gql_member(in, "adminsOnly"), false) };
        rc = ttl_rule_set(call_of(field), entity, &node->rule, gql_bool(gql_member(in, "dryRun"), false), &node->expiring,
                          err);
        if (!rc)
                gql_out_object(out, "UpdateArtifactTtlRulePayload", node);
        return rc;
}

FIELD_SELF(UpdateArtifactTtlRulePayload, rule, "ArtifactTtlRule")
FIELD_INT(UpdateArtifactTtlRulePayload, expiringNow, ttl_node, expiring)
