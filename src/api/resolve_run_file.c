/*
 * api/resolve_run_file.c - the files of runs: listing, addresses to upload to, deleting.
 *
 * Asked for by name, a file that is not there yet is answered with a placeholder, because
 * that is how clients get the address to upload it to. The console is a file, too
 * (output.log), as long as no file of that name was uploaded.
 */
#include "api/run_node.h"

#include "api/file_node.h"
#include "domain/run_file.h"
#include "domain/run_read.h"

#define CONSOLE_NAME "output.log"
/* Row numbers never get there, so the ids of placeholders name no row. */
#define PLACEHOLDER (INT64_C(1) << 61)

struct lister {
        struct gql_field *field;
        const struct run *run;
        bool may_upload, may_download;
};

static enum rc lister_init(struct lister *l, struct gql_field *field, const struct run *run, struct err *err)
{
        struct project *project = NULL;
        enum rc rc = project_see(call_of(field), run->project_id, &project, err);

        *l = (struct lister){ .field = field, .run = run };
        if (!rc && project)
                rc = policy_may(call_of(field), project, ACT_LOG, &l->may_upload, err);
        if (!rc && project)
                rc = policy_may(call_of(field), project, ACT_DOWNLOAD, &l->may_download, err);
        return rc;
}

static struct str upload_url(struct gql_field *field, const struct run *run, struct str name)
{
        struct grant grant = { .kind = GRANT_PUT_RUN_FILE, .id = run->id, .size_bytes = -1, .name = name };

        return file_upload_url(field, &grant);
}

static struct file_node *new_node(const struct lister *l, struct str name, int64_t id)
{
        struct arena *arena = gql_arena(l->field);
        struct file_node *node = arena_new(arena, struct file_node);

        node->id = id_format(arena, (struct id){ MODEL_FILE, id });
        node->name = name;
        if (l->may_upload)
                node->upload_url = upload_url(l->field, l->run, name);
        return node;
}

static struct file_node *node_of_file(const struct lister *l, const struct run_file *file)
{
        struct file_node *node = new_node(l, file->name, file->id);
        struct grant grant = { .kind = GRANT_GET_RUN_FILE, .id = l->run->id, .id2 = file->id,
                               .size_bytes = file->size_bytes };

        if (l->may_download)
                node->url = file_download_url(l->field, &grant, file->name);
        node->size_bytes = file->size_bytes;
        node->mimetype = str_from(model_file_type(file->name).mime);
        node->updated_us = file->updated_us;
        node->md5 = node->digest = run_file_md5(gql_arena(l->field), file);
        return node;
}

static struct file_node *placeholder(const struct lister *l, struct str name)
{
        return new_node(l, name, PLACEHOLDER + (int64_t)(hash_bytes(name.ptr, name.len) % (uint64_t)PLACEHOLDER));
}

static enum rc node_of_console(const struct lister *l, struct file_node **ret, struct err *err)
{
        struct file_node *node = placeholder(l, STR(CONSOLE_NAME));
        struct grant grant = { .kind = GRANT_GET_RUN_LINES, .id = l->run->id, .id2 = RUN_CONSOLE, .size_bytes = -1 };
        enum rc rc = run_stream_size(call_of(l->field), l->run, RUN_CONSOLE, &node->size_bytes, err);

        if (rc)
                return rc;
        if (l->may_download)
                node->url = file_download_url(l->field, &grant, node->name);
        node->mimetype = STR("text/plain");
        node->updated_us = l->run->heartbeat_us;
        *ret = node;
        return RC_OK;
}

static enum rc node_of_name(const struct lister *l, struct str name, struct file_node **ret, struct err *err)
{
        struct run_file *file = NULL;
        enum rc rc = run_file_check_name(name, &name, err);

        if (!rc)
                rc = run_file_find(call_of(l->field), l->run, name, &file, err);
        if (rc)
                return rc;
        if (!file && l->run->log_lines > 0 && str_eq_c(name, CONSOLE_NAME))
                return node_of_console(l, ret, err);
        *ret = file ? node_of_file(l, file) : placeholder(l, name);
        return RC_OK;
}

static enum rc out_named_files(const struct lister *l, const struct gql_value *names, struct gql_out *out,
                               struct err *err)
{
        struct connection *page = connection_new(l->field, names->count);

        for (const struct gql_value *name = names->first; name; name = name->next) {
                struct file_node *node = NULL;
                enum rc rc = node_of_name(l, gql_text(name), &node, err);

                if (rc)
                        return rc;
                connection_add(page, "File", node, cursor_make(l->field, (int64_t)page->count + 1));
        }
        gql_out_object(out, "FileConnection", page);
        return RC_OK;
}

/* On the first page of a list without a pattern, when no such file was uploaded. */
static enum rc add_console(const struct lister *l, struct connection *page, struct err *err)
{
        struct run_file *file = NULL;
        struct file_node *node = NULL;
        enum rc rc;

        if (l->run->log_lines == 0)
                return RC_OK;
        rc = run_file_find(call_of(l->field), l->run, STR(CONSOLE_NAME), &file, err);
        if (!rc && !file)
                rc = node_of_console(l, &node, err);
        /* Its cursor is where the list of rows begins. */
        if (!rc && node)
                connection_add(page, "File", node, cursor_make(l->field, 0));
        return rc;
}

FIELD(Run, files)
{
        const struct gql_value *names = gql_arg(field, "names");
        struct str pattern = gql_arg_str(field, "pattern"), after;
        struct run_file_list list = { 0 };
        struct connection *page;
        struct lister l;
        int64_t after_id = 0;
        size_t first;
        enum rc rc = lister_init(&l, field, parent, err);

        if (!rc)
                rc = arg_page(field, 50, &first, &after, err);
        if (!rc)
                rc = cursor_read(field, after, &after_id, err);
        if (rc)
                return rc;
        if (!gql_is_null(names) && names->count > 0)
                return out_named_files(&l, names, out, err);
        page = connection_new(field, first + 1);
        if (str_is_empty(after) && str_is_empty(pattern) && first > 0)
                rc = add_console(&l, page, err);
        if (!rc)
                rc = run_file_list(call_of(field), parent, str_is_empty(pattern) ? STR_NULL : pattern, after_id,
                                   first + 1 - page->count, &list, err);
        if (rc)
                return rc;
        page->has_next = page->count + list.count > first;
        for (size_t i = 0; i < list.count && page->count < first; i++)
                connection_add(page, "File", node_of_file(&l, &list.items[i]), cursor_make(field, list.items[i].id));
        page->total = -1;
        gql_out_object(out, "FileConnection", page);
        return RC_OK;
}

FIELD(Run, fileCount)
{
        int64_t count = 0;
        enum rc rc = run_file_count(call_of(field), parent, &count, err);

        if (!rc)
                gql_out_int(out, count);
        return rc;
}

/* ---- mutations ---- */

struct created_files {
        int64_t run_id;
        struct file_node *files;
        size_t count;
};

/*
 * A name that cannot be stored gets no address, so that the others of its batch can still be
 * uploaded; when no name is good the caller is told why.
 */
FIELD(Mutation, createRunFiles)
{
        struct run_names names = read_run_names(arg_input(field));
        const struct gql_value *list = gql_member(arg_input(field), "files");
        struct created_files *created = arena_new(gql_arena(field), struct created_files);
        struct run *run = NULL;
        struct err bad = { 0 };
        size_t good = 0;
        enum rc rc;

        if (list->count > RUN_FILES_PER_CALL)
                return err_set(err, RC_TOO_LARGE, "Ask for %d files at a time at most.", RUN_FILES_PER_CALL);
        rc = run_require_named(call_of(field), names.entity, names.project, names.run, ACT_LOG, &run, NULL, err);
        if (rc)
                return rc;
        created->run_id = run->id;
        created->files = arena_array(gql_arena(field), struct file_node, list->count);
        for (const struct gql_value *item = list->first; item; item = item->next) {
                struct file_node *node = &created->files[created->count++];
                struct str name = STR_NULL;

                node->name = gql_text(item);
                node->id = id_format(gql_arena(field),
                                     (struct id){ MODEL_FILE, PLACEHOLDER + (int64_t)created->count });
                if (run_file_check_name(node->name, &name, &bad))
                        continue;
                node->upload_url = upload_url(field, run, name);
                good++;
        }
        if (good == 0 && created->count > 0) {
                *err = bad;
                return bad.rc;
        }
        gql_out_object(out, "CreateRunFilesPayload", created);
        return RC_OK;
}

FIELD_ID(CreateRunFilesPayload, runID, MODEL_RUN, created_files, run_id)

FIELD(CreateRunFilesPayload, uploadHeaders)
{
        gql_out_list(out, 0);
        return RC_OK;
}

FIELD(CreateRunFilesPayload, files)
{
        struct created_files *created = parent;

        gql_out_list(out, created->count);
        for (size_t i = 0; i < created->count; i++)
                gql_out_object(gql_out_item(out, i), "File", &created->files[i]);
        return RC_OK;
}

/* The bytes themselves have said so already. */
FIELD(Mutation, markRunFilesUploaded)
{
        struct run_names names = read_run_names(arg_input(field));
        struct run *run = NULL;
        enum rc rc = run_require_named(call_of(field), names.entity, names.project, names.run, ACT_LOG, &run, NULL, err);

        return rc ? rc : out_success(field, out);
}

FIELD(Mutation, deleteFiles)
{
        const struct gql_value *list = gql_member(arg_input(field), "files");
        int64_t *ids = arena_array(gql_arena(field), int64_t, list->count);
        size_t count = 0;
        enum rc rc;

        for (const struct gql_value *item = list->first; item; item = item->next) {
                rc = text_id(field, gql_text(item), MODEL_FILE, &ids[count++], err);
                if (rc)
                        return rc;
        }
        rc = run_file_delete(call_of(field), ids, count, err);
        return rc ? rc : out_success(field, out);
}
