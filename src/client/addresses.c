/*
 * client/addresses.c - asking where files are to be read, some hundred at a time.
 */
#include "client/pull.h"

#define FILES_FIELDS "files(names: $names, first: $first) { edges { node { name directUrl } } }"

static const char member_files[] =
        "query ArtifactMembershipFiles($entity: String!, $project: String!, $collection: String!, $alias: String!, "
        "$names: [String!], $first: Int) { project(name: $project, entityName: $entity) { artifactCollection(name: "
        "$collection) { artifactMembership(aliasName: $alias) { " FILES_FIELDS " } } } }";
static const char artifact_files[] =
        "query ArtifactFiles($id: ID!, $names: [String!], $first: Int) { artifact(id: $id) { " FILES_FIELDS " } }";

/* What is reached through a registry is read through it: the source may be closed to the reader. */
static const char *write_question(const struct vitrine_artifact *a, struct vars *vars)
{
        if (!a->facts.project[0]) {
                vars_text(vars, "id", a->facts.id);
                return artifact_files;
        }
        vars_text(vars, "entity", a->facts.entity);
        vars_text(vars, "project", a->facts.project);
        vars_text(vars, "collection", a->facts.collection);
        vars_text(vars, "alias", a->facts.version);
        return member_files;
}

static const struct json *first_edge(const struct json *data)
{
        const struct json *edges = dig(data, "artifact.files.edges");

        if (!edges)
                edges = dig(data, "project.artifactCollection.artifactMembership.files.edges");
        return edges ? edges->first : NULL;
}

enum rc file_url(struct vitrine_artifact *a, struct arena *arena, const char *path, const char **ret, struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        const struct json *data = NULL, *edge;
        const char *document;
        struct str url;
        enum rc rc;

        vars_begin(&vars);
        document = write_question(a, &vars);
        json_key(&vars.w, STR("names"));
        json_begin_array(&vars.w);
        json_string(&vars.w, str_from(path));
        json_end_array(&vars.w);
        json_key_int(&vars.w, "first", 1);
        rc = call(a->session, arena, document, &vars, &data, err);
        if (rc)
                return rc;
        edge = first_edge(data);
        url = json_text(dig(edge, "node"), "directUrl");
        if (str_is_empty(url))
                return err_set(err, RC_NOT_FOUND, "The server has no address for '%s' in '%s'.", path, a->facts.qualified);
        *ret = arena_cstr(arena, url);
        return *ret ? RC_OK : mem_fail(err);
}

static int by_path(const void *a, const void *b)
{
        const struct file *const *left = a, *const *right = b;

        return strcmp((*left)->entry->path, (*right)->entry->path);
}

static struct file *find_asked(struct ask *ask, struct str path)
{
        size_t low = 0, high = ask->count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = str_cmp(str_from(ask->files[middle]->entry->path), path);

                if (order == 0)
                        return ask->files[middle];
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}

static enum rc take_addresses(struct ask *ask, const struct json *data, struct err *err)
{
        for (const struct json *edge = first_edge(data); edge; edge = edge->next) {
                const struct json *node = dig(edge, "node");
                struct file *file = find_asked(ask, json_text(node, "name"));
                struct str url = json_text(node, "directUrl");

                if (!file || file->url || str_is_empty(url))
                        continue;
                file->url = mem_alloc(url.len + 1);
                if (!file->url)
                        return mem_fail(err);
                memcpy(file->url, url.ptr, url.len);
                file->url[url.len] = '\0';
        }
        for (size_t i = ask->count; i > 0; i--) {
                if (!ask->files[i - 1]->url)
                        return err_set(err, RC_NOT_FOUND, "The server has no address for '%s': it may have been deleted.",
                                       ask->files[i - 1]->entry->path);
                queue_push(&ask->pull->ready, ask->files[i - 1]);
        }
        return RC_OK;
}

static void ask_done(struct call_task *call, struct arena *arena, enum rc rc, const struct json *data, const struct err *err)
{
        struct ask *ask = (struct ask *)call;
        struct err mine = *err;

        (void)arena;
        ask->pull->asking--;
        if (!rc)
                rc = take_addresses(ask, data, &mine);
        if (rc)
                engine_fail(ask->pull->engine, rc, &mine);
        ask->count = 0;
}

enum rc ask_start(struct pull *pull, struct ask *ask, struct err *err)
{
        _cleanup_(vars_done) struct vars vars = { 0 };
        const char *document;
        struct file *file;
        enum rc rc;

        while (ask->count < ASK_MAX && (file = queue_pop(&pull->needed)) != NULL) {
                file->asked++;
                ask->files[ask->count++] = file;
        }
        pull->needed_count -= ask->count;
        qsort(ask->files, ask->count, sizeof(struct file *), by_path);
        vars_begin(&vars);
        document = write_question(pull->artifact, &vars);
        json_key(&vars.w, STR("names"));
        json_begin_array(&vars.w);
        for (size_t i = 0; i < ask->count; i++)
                json_string(&vars.w, str_from(ask->files[i]->entry->path));
        json_end_array(&vars.w);
        json_key_int(&vars.w, "first", (int64_t)ask->count);
        call_task_done(&ask->call);
        ask->pull = pull;
        ask->call.done = ask_done;
        rc = call_task_start(pull->session, &ask->call, document, &vars, err);
        if (!rc)
                pull->asking++;
        return rc;
}
