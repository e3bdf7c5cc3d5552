/*
 * model/path.c - how versions and artifacts are named: "v3", "entity/project/name:alias".
 */
#include "model/model.h"

bool version_looks_like(struct str text)
{
        if (text.len < 2 || text.ptr[0] != 'v')
                return false;
        for (size_t i = 1; i < text.len; i++)
                if (text.ptr[i] < '0' || text.ptr[i] > '9')
                        return false;
        return true;
}

bool version_parse(struct str text, int64_t *ret_version)
{
        int64_t version = 0;

        if (!version_looks_like(text) || (text.ptr[1] == '0' && text.len > 2))
                return false;
        if (!str_to_i64(str_slice(text, 1, text.len), &version) || version > INT32_MAX)
                return false;
        *ret_version = version;
        return true;
}

struct str version_format(struct arena *arena, int64_t version)
{
        return arena_printf(arena, "v%lld", (long long)version);
}

static enum rc fail_path(struct str text, struct err *err)
{
        return err_set(err, RC_INVALID,
                       "'%.*s' is not an artifact path: write [[entity/]project/]collection[:alias].",
                       (int)(text.len < 200 ? text.len : 200), text.ptr ? text.ptr : "");
}

enum rc artifact_path_parse(struct str text, struct artifact_path *ret, struct err *err)
{
        struct artifact_path path = { STR_NULL, STR_NULL, STR_NULL, STR_NULL };
        struct str rest = text;
        struct str names = str_cut(&rest, ':');
        struct str pieces[3];
        size_t count = 0;

        path.alias = rest;
        if (!str_is_null(rest) && str_is_empty(rest))
                return fail_path(text, err);
        while (!str_is_null(names)) {
                if (count == ARRAY_LEN(pieces))
                        return fail_path(text, err);
                pieces[count] = str_cut(&names, '/');
                if (str_is_empty(pieces[count]))
                        return fail_path(text, err);
                count++;
        }
        if (count == 0)
                return fail_path(text, err);
        path.collection = pieces[count - 1];
        if (count > 1)
                path.project = pieces[count - 2];
        if (count > 2)
                path.entity = pieces[0];
        *ret = path;
        return RC_OK;
}

struct str artifact_path_format(struct arena *arena, const struct artifact_path *path)
{
        return arena_printf(arena, "%.*s%s%.*s%s%.*s%s%.*s", STR_ARG(path->entity),
                            str_is_null(path->entity) ? "" : "/", STR_ARG(path->project),
                            str_is_null(path->project) ? "" : "/", STR_ARG(path->collection),
                            str_is_null(path->alias) ? "" : ":", STR_ARG(path->alias));
}

bool registry_is_project(struct str project_name)
{
        return project_name.len > sizeof MODEL_REGISTRY_PREFIX - 1 &&
               str_starts(project_name, STR(MODEL_REGISTRY_PREFIX));
}

struct str registry_short_name(struct str project_name)
{
        if (!registry_is_project(project_name))
                return STR_NULL;
        return str_slice(project_name, sizeof MODEL_REGISTRY_PREFIX - 1, project_name.len);
}

struct str registry_project_name(struct arena *arena, struct str registry_name)
{
        return arena_printf(arena, "%s%.*s", MODEL_REGISTRY_PREFIX, STR_ARG(registry_name));
}
