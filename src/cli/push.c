/*
 * cli/push.c - vitrine push: local files become the next version of an artifact.
 */
#include "cli/run.h"
#include "cli/text.h"

#include <stdio.h>
#include <sys/stat.h>

#define DAY_S 86400

static bool is_address(const char *path)
{
        return strstr(path, "://") != NULL;
}

/* The last part of a path, without slashes behind it. */
static struct str base_name(const char *path)
{
        struct str s = str_from(path);
        size_t at;

        while (s.len > 1 && s.ptr[s.len - 1] == '/')
                s.len--;
        for (at = s.len; at > 0 && s.ptr[at - 1] != '/';)
                at--;
        return str_slice(s, at, s.len);
}

static const char *name_within(struct cli *cli, struct str name)
{
        const char *prefix = cli_option(cli, "prefix");

        return arena_printf(&cli->arena, "%s%s%.*s", prefix ? prefix : "",
                            prefix && *prefix && !str_ends(str_from(prefix), STR("/")) ? "/" : "", STR_ARG(name)).ptr;
}

static enum vitrine_code count_of(vitrine_artifact *draft, size_t *ret, struct vitrine_error *error)
{
        return vitrine_artifact_entry_count(draft, ret, error);
}

/* One PATH into a draft. */
static enum vitrine_code add_path(struct cli *cli, vitrine_artifact *draft, const char *path,
                                  struct vitrine_error *error)
{
        struct stat status;

        if (is_address(path))
                return vitrine_artifact_add_reference(draft, path, cli_option(cli, "prefix")
                                                                           ? name_within(cli, base_name(path)) : NULL,
                                                      NULL, error);
        if (stat(path, &status) != 0)
                return fail_errno(error, errno == ENOENT || errno == ENOTDIR ? VITRINE_NOT_FOUND : VITRINE_IO,
                                  "%s cannot be read", path);
        if (S_ISDIR(status.st_mode))
                return vitrine_artifact_add_dir(draft, path, cli_option(cli, "prefix"), error);
        if (!S_ISREG(status.st_mode))
                return fail_with(error, VITRINE_INVALID, "%s is neither a file nor a directory.", path);
        return vitrine_artifact_add_file(draft, path, name_within(cli, base_name(path)), error);
}

/*
 * The library lets a later file of the same name replace an earlier one. From the command line that is a mistake more
 * often than a wish, so each PATH is also counted alone: the sum must come out.
 */
static enum vitrine_code check_clash(struct cli *cli, vitrine_artifact *draft, const char *path, size_t before,
                                     const char *name, const char *type, struct vitrine_error *error)
{
        vitrine_artifact *alone = NULL;
        size_t both = 0, own = 0;
        enum vitrine_code code = vitrine_artifact_new(cli->session, name, type, NULL, &alone, error);

        if (!code)
                code = add_path(cli, alone, path, error);
        if (!code)
                code = count_of(alone, &own, error);
        if (!code)
                code = count_of(draft, &both, error);
        vitrine_artifact_free(alone);
        if (!code && both != before + own)
                return fail_with(error, VITRINE_CONFLICT,
                            "%s holds a name that an earlier PATH has, too: rename one, or push them apart.", path);
        return code;
}

static enum vitrine_code add_paths(struct cli *cli, vitrine_artifact *draft, const char *name, const char *type,
                                   struct vitrine_error *error)
{
        size_t paths = cli->options.argument_count - 1;

        for (size_t i = 0; i < paths; i++) {
                const char *path = cli_argument(cli, i);
                size_t before = 0;
                enum vitrine_code code = paths > 1 && i > 0 ? count_of(draft, &before, error) : VITRINE_OK;

                if (!code)
                        code = add_path(cli, draft, path, error);
                if (!code && i > 0)
                        code = check_clash(cli, draft, path, before, name, type, error);
                if (code)
                        return code;
        }
        return VITRINE_OK;
}

/* "[[ENTITY/]PROJECT/]NAME" into its parts; what is missing is NULL. */
static enum vitrine_code split_name(struct cli *cli, const char *text, const char **ret_entity,
                                    const char **ret_project, const char **ret_name, struct vitrine_error *error)
{
        struct str parts[3] = { STR_NULL, STR_NULL, STR_NULL };
        struct str rest = str_from(text);
        size_t count = 0;

        while (!str_is_null(rest) && count < 3)
                parts[count++] = str_cut(&rest, '/');
        if (!str_is_null(rest) || strchr(text, ':'))
                return fail_with(error, VITRINE_INVALID,
                            "'%.200s' cannot be the name of what is pushed: write [[ENTITY/]PROJECT/]NAME, "
                            "and aliases with --alias.", text);
        *ret_name = arena_cstr(&cli->arena, parts[count - 1]);
        *ret_project = count > 1 ? arena_cstr(&cli->arena, parts[count - 2]) : NULL;
        *ret_entity = count > 2 ? arena_cstr(&cli->arena, parts[0]) : NULL;
        if (*ret_project && strncmp(*ret_project, "wandb-registry-", 15) == 0)
                return fail_with(error, VITRINE_INVALID,
                            "Nothing is pushed to a registry itself: push to a project, with --link %.200s.", text);
        return VITRINE_OK;
}

static enum vitrine_code make_draft(struct cli *cli, const char *name, const char *type, vitrine_artifact **ret,
                                    struct vitrine_error *error)
{
        struct vitrine_artifact_options options = VITRINE_ARTIFACT_OPTIONS_INIT;
        enum vitrine_code code = cli_text(cli, cli_option(cli, "description"), &options.description, error);

        if (!code)
                code = cli_text(cli, cli_option(cli, "metadata"), &options.metadata_json, error);
        if (code)
                return code;
        options.incremental = options_on(&cli->options, "incremental");
        return vitrine_artifact_new(cli->session, name, type, &options, ret, error);
}

/* What would be sent, for --dry-run. */
static enum vitrine_code preview(struct cli *cli, vitrine_artifact *draft, const char *name, const char *entity,
                                 const char *project, struct vitrine_error *error)
{
        char size[TEXT_SIZE_MAX];
        uint64_t bytes = 0;
        size_t count = 0;
        enum vitrine_code code = vitrine_artifact_entry_count(draft, &count, error);

        for (size_t i = 0; !code && i < count; i++) {
                struct vitrine_entry entry = VITRINE_ENTRY_INIT;

                code = vitrine_artifact_entry(draft, i, &entry, error);
                if (!code && entry.size_bytes != UINT64_MAX)
                        bytes += entry.size_bytes;
        }
        if (!code && !entity)
                code = vitrine_session_entity(cli->session, &entity, error);
        if (code)
                return code;
        if (!project)
                project = vitrine_session_project(cli->session);
        if (cli->json) {
                json_begin_object(&cli->writer);
                json_key_bool(&cli->writer, "dry_run", true);
                out_field(cli, "collection", NULL, name);
                out_field(cli, "entity", NULL, entity);
                out_field(cli, "project", NULL, project);
                out_field_int(cli, "file_count", NULL, (int64_t)count);
                out_field_int(cli, "size", NULL, (int64_t)bytes);
                if (cli_option(cli, "link"))
                        out_field(cli, "target", NULL, cli_option(cli, "link"));
                json_end_object(&cli->writer);
        }
        out_line(cli, "Would push %zu file%s, %s, as %s/%s/%s.", count, count == 1 ? "" : "s", text_size(bytes, size),
                 entity, project, name);
        if (cli_option(cli, "link"))
                out_line(cli, "Would link it to %s.", cli_option(cli, "link"));
        return VITRINE_OK;
}

/* The run that makes it; none without --run and --job-type. */
static enum vitrine_code start_run(struct cli *cli, const char *entity, const char *project, vitrine_run **ret,
                                   struct vitrine_error *error)
{
        struct vitrine_run_options options = VITRINE_RUN_OPTIONS_INIT;

        options.id = cli_option(cli, "run");
        options.job_type = cli_option(cli, "job-type");
        if (!options.id && !options.job_type)
                return VITRINE_OK;
        options.entity = entity;
        options.project = project;
        return vitrine_run_start(cli->session, &options, ret, error);
}

static enum vitrine_code log_draft(struct cli *cli, vitrine_artifact *draft, const char *entity, const char *project,
                                   struct vitrine_error *error)
{
        struct vitrine_log_options options = VITRINE_LOG_OPTIONS_INIT;
        _cleanup_(run_freep) vitrine_run *run = NULL;
        uint64_t ttl_days = 0;
        enum vitrine_code code = options_number(&cli->options, "ttl-days", 1, 36500, 0, &ttl_days, error);
        /* With --link the aliases are those in the registry. */
        bool linked = cli_option(cli, "link") != NULL;

        if (!code)
                code = start_run(cli, entity, project, &run, error);
        if (code)
                return code;
        options.run = run;
        options.entity = entity;
        options.project = project;
        if (!linked)
                options.aliases = options_all(&cli->options, "alias", &options.alias_count);
        options.tags = options_all(&cli->options, "tag", &options.tag_count);
        options.ttl_s = (int64_t)ttl_days * DAY_S;
        code = vitrine_artifact_log(draft, &options, error);
        if (run && code) {
                (void)!vitrine_run_finish(run, 1, NULL);
                return code;
        }
        if (run)
                code = vitrine_run_finish(run, 0, error);
        return code;
}

static enum vitrine_code link_it(struct cli *cli, vitrine_artifact *version, vitrine_artifact **ret_linked,
                                 struct vitrine_error *error)
{
        const char *target = cli_option(cli, "link");
        size_t alias_count = 0;
        const char *const *aliases = options_all(&cli->options, "alias", &alias_count);

        char why[sizeof(error->message)];
        enum vitrine_code code;

        if (!target)
                return VITRINE_OK;
        code = suggest_artifact(cli, vitrine_artifact_link(version, target, aliases, alias_count, ret_linked, error),
                                target, error);
        if (!code)
                return VITRINE_OK;
        /* Who gave one command wants to know which half of it was done. */
        (void)snprintf(why, sizeof(why), "%s", error->message);
        (void)snprintf(error->message, sizeof(error->message), "%.150s was pushed, but not linked: %.300s",
                       vitrine_artifact_qualified_name(version), why);
        return code;
}

static void print_pushed(struct cli *cli, const vitrine_artifact *version, const vitrine_artifact *linked)
{
        if (cli->json) {
                json_begin_object(&cli->writer);
                out_artifact(cli, version);
                if (linked) {
                        json_key(&cli->writer, STR("linked"));
                        json_begin_object(&cli->writer);
                        out_artifact(cli, linked);
                        json_end_object(&cli->writer);
                }
                json_end_object(&cli->writer);
        }
        out_line(cli, "%s", vitrine_artifact_qualified_name(version));
        if (linked)
                out_line(cli, "%s", vitrine_artifact_qualified_name(linked));
}

enum vitrine_code run_push(struct cli *cli, struct vitrine_error *error)
{
        const char *entity = NULL, *project = NULL, *name = NULL, *type = cli_option(cli, "type");
        _cleanup_(artifact_freep) vitrine_artifact *draft = NULL, *linked = NULL;
        vitrine_session *session = NULL;
        enum vitrine_code code;

        if (!type)
                return fail_with(error, VITRINE_INVALID, "What type is it? Say --type model, --type dataset or another word.");
        code = split_name(cli, cli_argument(cli, cli->options.argument_count - 1), &entity, &project, &name, error);
        if (!code)
                code = cli_session(cli, &session, error);
        if (!code && cli_option(cli, "link"))
                code = check_target(cli, cli_option(cli, "link"), type, error);
        if (!code)
                code = make_draft(cli, name, type, &draft, error);
        if (!code)
                code = add_paths(cli, draft, name, type, error);
        if (!code && cli->dry_run)
                return preview(cli, draft, name, entity, project, error);
        if (!code)
                code = log_draft(cli, draft, entity, project, error);
        if (!code)
                code = link_it(cli, draft, &linked, error);
        if (!code)
                print_pushed(cli, draft, linked);
        return code;
}
