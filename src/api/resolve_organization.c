/*
 * api/resolve_organization.c - what administrators of an organization set.
 */
#include "api/artifact_node.h"
#include "domain/organization.h"

FIELD(Organization, defaultRegistryRole)
{
        struct role_node *node = arena_new(gql_arena(field), struct role_node);

        node->name = str_from(model_role_name((enum model_role)((const struct organization *)parent)->default_registry_role));
        gql_out_object(out, "Role", node);
        return RC_OK;
}

FIELD(Mutation, updateOrganization)
{
        const struct gql_value *in = arg_input(field);
        struct payload *payload = payload_new(field);
        struct organization *org = NULL;
        enum rc rc = organization_set_default_role(call_of(field), gql_member_str(in, "organizationName"),
                                                   gql_member_str(in, "defaultRegistryRole"), &org, err);

        if (rc)
                return rc;
        payload->object = org;
        gql_out_object(out, "UpdateOrganizationPayload", payload);
        return RC_OK;
}

FIELD_OBJECT(UpdateOrganizationPayload, organization, payload, object, "Organization")
