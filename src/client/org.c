/*
 * client/org.c - which organization is meant.
 *
 * Registries belong to an organization, which people call by its display name, while addresses
 * take the name of its entity. The rules are the wandb client's: starting from an entity, a
 * team leads to its organization, a person to those the person belongs to; a name that was
 * given must be the display name or the entity's.
 */
#include "client/internal.h"

static const char org_document[] =
        "query FetchOrgInfoFromEntity($entity: String!) { entity(name: $entity) { "
        "organization { name orgEntity { name } } user { organizations { name orgEntity { name } } } } }";

static bool matches(const struct json *organization, struct str wanted)
{
        struct str org_entity = json_text(json_get(organization, "orgEntity"), "name");

        return !str_is_null(org_entity) && (str_is_empty(wanted) || str_eq(wanted, org_entity) ||
                                            str_eq(wanted, json_text(organization, "name")));
}

static enum rc not_this_one(const struct json *only, struct str wanted, struct err *err)
{
        struct str name = json_text(only, "name");

        return err_set(err, RC_NOT_FOUND, "There is no organization '%.*s' that you belong to: yours is '%.*s'.",
                       STR_ARG(wanted), STR_ARG(name));
}

static enum rc choose(const struct json *entity, const char *entity_name, struct str wanted, const struct json **ret,
                      struct err *err)
{
        const struct json *own = dig(entity, "organization"), *list = dig(entity, "user.organizations"), *found = NULL;
        size_t usable = 0;

        if (own) {
                *ret = own;
                return matches(own, wanted) ? RC_OK : not_this_one(own, wanted, err);
        }
        for (const struct json *o = list ? list->first : NULL; o; o = o->next)
                if (matches(o, wanted)) {
                        found = o;
                        usable++;
                }
        *ret = found;
        if (usable == 1)
                return RC_OK;
        if (usable > 1)
                return err_set(err, RC_INVALID, "'%s' belongs to several organizations: name one, as in "
                               "ORGANIZATION/wandb-registry-NAME.", entity_name);
        if (!str_is_empty(wanted) && list && list->count == 1)
                return not_this_one(list->first, wanted, err);
        if (!str_is_empty(wanted))
                return err_set(err, RC_NOT_FOUND, "There is no organization '%.*s' that you belong to.", STR_ARG(wanted));
        return err_set(err, RC_NOT_FOUND, "'%s' belongs to no organization: name one, or use a team as the entity.",
                       entity_name);
}

enum rc resolve_org_entity(struct vitrine_session *session, struct arena *arena, const char *entity,
                           struct str organization, struct str *ret_org_entity, struct str *ret_display, struct err *err)
{
        const struct json *data = NULL, *chosen = NULL, *found;
        _cleanup_(vars_done) struct vars vars = { 0 };
        enum rc rc;

        vars_begin(&vars);
        vars_text(&vars, "entity", entity);
        rc = call(session, arena, org_document, &vars, &data, err);
        if (rc)
                return rc;
        found = dig(data, "entity");
        if (!found)
                return err_set(err, RC_NOT_FOUND, "There is no entity '%s', or you may not see it.", entity);
        rc = choose(found, entity, organization, &chosen, err);
        if (rc)
                return rc;
        *ret_org_entity = json_text(json_get(chosen, "orgEntity"), "name");
        *ret_display = json_text(chosen, "name");
        return RC_OK;
}
