/*
 * cli/commands.c - the table of commands: what there is, its arguments, options and examples.
 *
 * Help, man pages and completions are made from it; a command is added here and nowhere else.
 */
#include "cli/run.h"

#define MANY SIZE_MAX

const struct option_spec output_options[] = {
        { .name = "json", .help = "print one JSON value; errors are JSON objects, too" },
        { .name = "quiet", .letter = 'q', .help = "no progress and no remarks" },
        { .name = "progress", .value = "HOW", .choices = "auto bar plain none",
          .help = "auto: a bar on a terminal, plain lines elsewhere" },
        { .name = "help", .letter = 'h', .help = "say what the command does" },
};
const size_t output_option_count = ARRAY_LEN(output_options);

const struct option_spec dry_run_options[] = {
        { .name = "dry-run", .letter = 'n', .help = "only say what would be changed" },
};

const struct option_spec server_options[] = {
        { .name = "server", .letter = 's', .value = "URL", .env = "VITRINE_BASE_URL, WANDB_BASE_URL",
          .help = "the registry's address; else http://localhost:8080" },
        { .name = "key-file", .value = "FILE", .env = "VITRINE_API_KEY, WANDB_API_KEY",
          .help = "the API key is the first line of FILE ('-': standard input); else that of vitrine login" },
        { .name = "entity", .letter = 'e', .value = "NAME", .env = "VITRINE_ENTITY, WANDB_ENTITY",
          .help = "user or team whose projects are meant; else the server knows" },
        { .name = "project", .letter = 'p', .value = "NAME", .env = "VITRINE_PROJECT, WANDB_PROJECT",
          .help = "project that is meant; else 'uncategorized'" },
        { .name = "organization", .value = "NAME", .env = "VITRINE_ORGANIZATION, WANDB_ORGANIZATION",
          .help = "organization whose registries are meant; else that of the entity" },
        { .name = "netrc", .value = "FILE", .env = "NETRC", .help = "where vitrine login keeps keys; else ~/.netrc" },
        { .name = "ca-file", .value = "FILE", .help = "PEM file of authorities to trust; else the system's" },
        { .name = "cache-dir", .value = "DIR", .env = "VITRINE_CACHE_DIR",
          .help = "the cache of downloaded files; else ~/.cache/vitrine" },
        { .name = "no-cache", .help = "neither read nor fill the cache" },
        { .name = "transfers", .value = "N", .help = "at most so many transfers at a time; else 64" },
        { .name = "retry-seconds", .value = "N", .help = "how long to try again without any progress; else 120, or 10 when it never answered" },
        { .name = "verbose", .letter = 'v', .help = "say more about what happens" },
        { .name = "debug", .help = "say everything that happens" },
};
const size_t server_option_count = ARRAY_LEN(server_options);

#define YES { .name = "yes", .letter = 'y', .help = "do not ask whether it is meant" }
#define FILTER { .name = "filter", .value = "JSON", .help = "only those that match, such as {\"name\": {\"$contains\": \"bert\"}}" }
#define ORDER { .name = "order", .value = "FIELD", .help = "sort by a field, '-' in front: downwards, such as -created_at" }
#define LIMIT { .name = "limit", .value = "N", .help = "list at most so many" }
#define ALIAS { .name = "alias", .letter = 'a', .value = "ALIAS", .many = true, .help = "an alias for it besides latest; several times for several" }
#define ROOT { .name = "root", .letter = 'o', .value = "DIR", .help = "where the files go; else ./artifacts/NAME:VERSION" }
#define PATH_PREFIX { .name = "path", .value = "PREFIX", .help = "only files whose names start so" }
#define PRUNE { .name = "prune", .help = "remove what is below DIR and not in the artifact" }
#define SKIP_REFERENCES { .name = "skip-references", .help = "leave out references that cannot be fetched" }
#define RUN_ID { .name = "run", .letter = 'r', .value = "ID", .help = "the run that does it; it is made when it is not there" }
#define JOB_TYPE { .name = "job-type", .value = "WORD", .help = "what the run does, such as train" }

static const struct option_spec login_options[] = {
        { .name = "no-check", .help = "store the key without asking the server whether it is one" },
};
static const struct option_spec push_options[] = {
        { .name = "type", .letter = 't', .value = "TYPE", .help = "model, dataset, ... (required)" },
        { .name = "link", .letter = 'l', .value = "TARGET", .help = "also publish it there, as vitrine link does" },
        ALIAS,
        { .name = "tag", .value = "TAG", .many = true, .help = "a tag; several times for several" },
        { .name = "description", .letter = 'd', .value = "TEXT", .help = "what it is; '@FILE' takes the text of a file" },
        { .name = "metadata", .letter = 'm', .value = "JSON", .help = "an object; '@FILE' takes the text of a file" },
        { .name = "incremental", .help = "add to the files of the latest version" },
        { .name = "prefix", .value = "PREFIX", .help = "put before the names of all files" },
        { .name = "ttl-days", .value = "N", .help = "delete the version so many days later" },
        RUN_ID,
        JOB_TYPE,
};
static const struct option_spec pull_options[] = {
        ROOT, PATH_PREFIX, PRUNE, SKIP_REFERENCES,
        { .name = "type", .letter = 't', .value = "TYPE", .help = "fail when it has another type" },
};
static const struct option_spec use_options[] = {
        RUN_ID, JOB_TYPE, ROOT,
        { .name = "no-files", .help = "record the use only" },
        { .name = "type", .letter = 't', .value = "TYPE", .help = "fail when it has another type" },
};
static const struct option_spec link_options[] = { ALIAS };
static const struct option_spec ls_options[] = {
        PATH_PREFIX,
        { .name = "long", .letter = 'l', .help = "with size and digest" },
};
static const struct option_spec show_options[] = {
        { .name = "lineage", .help = "with the runs that made and used it" },
};
static const struct option_spec tag_options[] = {
        { .name = "remove", .value = "TAG", .many = true, .help = "take a tag away; several times for several" },
};
static const struct option_spec history_options[] = { LIMIT };
static const struct option_spec verify_options[] = {
        { .name = "strict", .help = "a file that is too many is a difference, too" },
};
static const struct option_spec list_options[] = { FILTER, ORDER, LIMIT };
static const struct option_spec registry_create_options[] = {
        { .name = "visibility", .value = "WHO", .choices = "organization restricted",
          .help = "organization: everybody in it sees it; restricted: its members do" },
        { .name = "description", .letter = 'd', .value = "TEXT", .help = "what it is for; '@FILE' takes the text of a file" },
        { .name = "type", .letter = 't', .value = "TYPE", .many = true, .help = "a type of artifacts that it takes; none: all types" },
};
static const struct option_spec registry_edit_options[] = {
        { .name = "name", .value = "NAME", .help = "rename it" },
        { .name = "description", .letter = 'd', .value = "TEXT", .help = "what it is for; '@FILE' takes the text of a file" },
        { .name = "visibility", .value = "WHO", .choices = "organization restricted",
          .help = "organization: everybody in it sees it; restricted: its members do" },
        { .name = "type", .letter = 't', .value = "TYPE", .many = true, .help = "also take artifacts of this type, for good" },
        { .name = "all-types", .help = "take artifacts of all types" },
        { .name = "listed-types-only", .help = "take artifacts of the types that it has, and of those of --type, only" },
};
static const struct option_spec members_options[] = {
        { .name = "add", .value = "WHO", .many = true, .help = "a user, by name or e-mail address" },
        { .name = "add-team", .value = "TEAM", .many = true, .help = "a team" },
        { .name = "set", .value = "WHO", .many = true, .help = "give a user who is a member the role" },
        { .name = "set-team", .value = "TEAM", .many = true, .help = "give a team that is a member the role" },
        { .name = "remove", .value = "WHO", .many = true, .help = "a user" },
        { .name = "remove-team", .value = "TEAM", .many = true, .help = "a team" },
        { .name = "role", .value = "ROLE", .help = "for those who are added or set: admin, member, viewer, restricted_viewer" },
};
static const struct option_spec yes_options[] = { YES };
static const struct option_spec collection_list_options[] = {
        { .name = "registries", .help = "those of all registries of the organization" },
        { .name = "type", .letter = 't', .value = "TYPE", .help = "of a project: those with artifacts of this type" },
        FILTER, ORDER, LIMIT,
};
static const struct option_spec collection_create_options[] = {
        { .name = "type", .letter = 't', .value = "TYPE", .help = "of the artifacts in it (required)" },
        { .name = "description", .letter = 'd', .value = "TEXT", .help = "what it is; '@FILE' takes the text of a file" },
};
static const struct option_spec collection_edit_options[] = {
        { .name = "name", .value = "NAME", .help = "rename it" },
        { .name = "description", .letter = 'd', .value = "TEXT", .help = "what it is; '@FILE' takes the text of a file" },
        { .name = "type", .letter = 't', .value = "TYPE", .help = "of a project's collection: another type" },
        { .name = "tag", .value = "TAG", .many = true, .help = "a tag to add; several times for several" },
        { .name = "remove-tag", .value = "TAG", .many = true, .help = "a tag to take away" },
};
static const struct option_spec collection_show_options[] = { LIMIT };
static const struct option_spec prune_options[] = {
        { .name = "keep", .value = "SIZE", .help = "leave at most so much, such as 500M or 20G; else nothing is left" },
        { .name = "check", .help = "remove only files whose bytes are damaged" },
};

static const struct example login_examples[] = {
        { "login", "asks for the key, without showing it" },
        { "login --server https://registry.example.com < key.txt", "takes the key from a file" },
};
static const struct example push_examples[] = {
        { "push model.safetensors config.json classifier --type model", "logs two files as the next version" },
        { "push out/ bert -t model -l wandb-registry-model/bert -a staging",
          "logs a directory and publishes it as staging" },
        { "push s3://bucket/corpus.tar corpus -t dataset", "logs an address in place of bytes" },
};
static const struct example pull_examples[] = {
        { "pull wandb-registry-model/classifier:production --root model/", "brings model/ up to date" },
        { "pull corpus:v3 --path val/", "fetches a part" },
};
static const struct example use_examples[] = {
        { "use wandb-registry-model/bert:production -r nightly-42 -o model/",
          "fetches it, and the run is shown as its consumer" },
};
static const struct example link_examples[] = {
        { "link team/demo/bert:v7 wandb-registry-model/bert -a staging", "publishes version 7" },
};
static const struct example alias_add_examples[] = {
        { "alias add wandb-registry-model/classifier:staging production",
          "promotes what is staging now; who was production before no longer is" },
};
static const struct example history_examples[] = {
        { "alias history wandb-registry-model/classifier production", "who was production, since when, by whom" },
};
static const struct example verify_examples[] = {
        { "verify wandb-registry-model/classifier:production model/ --strict", "fails when model/ is anything else" },
};
static const struct example diff_examples[] = {
        { "diff classifier:v6 classifier:v7", "what version 7 changed" },
};
static const struct example members_examples[] = {
        { "registry members model", "lists them" },
        { "registry members model --add-team research --role viewer", "lets a team read" },
};
static const struct example cache_prune_examples[] = {
        { "cache prune --keep 20G", "removes what was used longest ago until 20 GiB are left" },
};
static const struct example completion_examples[] = {
        { "completion bash > ~/.local/share/bash-completion/completions/vitrine", "installs it for one user" },
};

#define OPTIONS(table) .options = (table), .option_count = ARRAY_LEN(table)
#define EXAMPLES(table) .examples = (table), .example_count = ARRAY_LEN(table)
#define ARGUMENTS(text, min, max) .arguments = (text), .min_arguments = (min), .max_arguments = (max)

const struct command commands[] = {
        {
                .words = "push", .group = "Artifacts", ARGUMENTS("PATH... NAME", 2, MANY), .run = run_push,
                .summary = "Logs files as the next version of an artifact.",
                .details = "Each PATH is a file, a directory (all files below it, by their names from there) or an address "
                           "such as s3://bucket/key, of which only a reference is kept. NAME is [[ENTITY/]PROJECT/]NAME. "
                           "Only what the server does not have is sent. When the latest version has the same "
                           "content already, no new one is made.\n\n"
                           "A push that was interrupted goes on where it stopped when the same command is given again.\n\n"
                           "Without --run the version has no run that made it.",
                OPTIONS(push_options), EXAMPLES(push_examples), .changes = true,
        },
        {
                .words = "pull", ARGUMENTS("NAME[:ALIAS]", 1, 1), .run = run_pull,
                .summary = "Fetches the files of a version.",
                .details = "Prints the directory. Files that are there with the right digest are left alone; every byte is "
                           "checked before a file gets its name, so under it there is the whole file or what was "
                           "there before. Interrupted, the same command goes on with what it has.\n\n"
                           "Any number of processes may pull at once: they share one cache, and each file "
                           "is downloaded once.",
                OPTIONS(pull_options), EXAMPLES(pull_examples),
        },
        {
                .words = "use", ARGUMENTS("NAME[:ALIAS]", 1, 1), .run = run_use,
                .summary = "Fetches a version and records that a run used it.",
                .details = "As pull, and the version's lineage shows the run as a consumer. Without --run a run is made for "
                           "it and finished.",
                OPTIONS(use_options), EXAMPLES(use_examples), .changes = true,
        },
        {
                .words = "link", ARGUMENTS("NAME[:ALIAS] TARGET", 2, 2), .run = run_link,
                .summary = "Publishes a version in a registry.",
                .details = "TARGET is [ORGANIZATION/]wandb-registry-REGISTRY/COLLECTION, or [[ENTITY/]PROJECT/]COLLECTION. The "
                           "collection is made when it is not there; the registry is not. The files stay where they are, "
                           "and whoever may read the registry may read them.",
                OPTIONS(link_options), EXAMPLES(link_examples), .changes = true,
        },
        {
                .words = "unlink", ARGUMENTS("TARGET:ALIAS", 1, 1), .run = run_unlink,
                .summary = "Takes a version out of a registry.",
                .details = "The version itself stays. The number that it had in the collection is not given again.",
                .changes = true,
        },
        {
                .words = "ls", ARGUMENTS("NAME[:ALIAS]", 1, 1), .run = run_ls,
                .summary = "Lists the files of a version.",
                OPTIONS(ls_options),
        },
        {
                .words = "show", ARGUMENTS("NAME[:ALIAS]", 1, 1), .run = run_show,
                .summary = "Tells about a version.",
                OPTIONS(show_options),
        },
        {
                .words = "alias add", ARGUMENTS("NAME[:ALIAS] ALIAS...", 2, MANY), .run = run_alias_add,
                .summary = "Gives a version aliases.",
                .details = "In one collection an alias names one version: another version that had it loses it, at once.",
                EXAMPLES(alias_add_examples), .changes = true,
        },
        {
                .words = "alias rm", ARGUMENTS("NAME[:ALIAS] ALIAS...", 2, MANY), .run = run_alias_rm,
                .summary = "Takes aliases away from a version.",
                .changes = true,
        },
        {
                .words = "alias history", ARGUMENTS("COLLECTION [ALIAS]", 1, 2), .run = run_alias_history,
                .summary = "Tells which version an alias named when, by whom.",
                .details = "Newest first. Needs a Vitrine server.",
                OPTIONS(history_options), EXAMPLES(history_examples),
        },
        {
                .words = "tag", ARGUMENTS("NAME[:ALIAS] [TAG...]", 1, MANY), .run = run_tag,
                .summary = "Adds tags to a version or takes them away.",
                .details = "Prints the tags that it has then. Collections have tags of their own: see collection edit.",
                OPTIONS(tag_options), .changes = true,
        },
        {
                .words = "verify", ARGUMENTS("NAME[:ALIAS] DIR", 2, 2), .run = run_verify,
                .summary = "Compares a directory with a version, byte by byte.",
                .details = "Exit status 11 and the first file that is missing or differs, when it is not the same.",
                OPTIONS(verify_options), EXAMPLES(verify_examples),
        },
        {
                .words = "diff", ARGUMENTS("NAME[:ALIAS] NAME[:ALIAS]", 2, 2), .run = run_diff,
                .summary = "Tells which files two versions differ in.",
                .details = "'+' only in the second, '-' only in the first, '~' in both with different content. Exit "
                           "status 1 when they differ. Nothing is downloaded.",
                EXAMPLES(diff_examples),
        },
        {
                .words = "registry list", .group = "Registries and collections", ARGUMENTS("", 0, 0),
                .run = run_registry_list,
                .summary = "Lists the registries of the organization.",
                OPTIONS(list_options),
        },
        {
                .words = "registry show", ARGUMENTS("REGISTRY", 1, 1), .run = run_registry_show,
                .summary = "Tells about a registry.",
        },
        {
                .words = "registry create", ARGUMENTS("REGISTRY", 1, 1), .run = run_registry_create,
                .summary = "Makes a registry.",
                OPTIONS(registry_create_options), .changes = true,
        },
        {
                .words = "registry edit", ARGUMENTS("REGISTRY", 1, 1), .run = run_registry_edit,
                .summary = "Changes a registry.",
                .details = "Types can be added only: what is linked must stay allowed.",
                OPTIONS(registry_edit_options), .changes = true,
        },
        {
                .words = "registry delete", ARGUMENTS("REGISTRY", 1, 1), .run = run_registry_delete,
                .summary = "Deletes a registry with its collections.",
                .details = "The versions that are linked there stay in their projects.",
                OPTIONS(yes_options), .changes = true,
        },
        {
                .words = "registry members", ARGUMENTS("REGISTRY", 1, 1), .run = run_registry_members,
                .summary = "Lists, adds and removes members of a registry.",
                .details = "Without options that change something it lists them.",
                OPTIONS(members_options), EXAMPLES(members_examples), .changes = true,
        },
        {
                .words = "collection list", ARGUMENTS("[PLACE]", 0, 1), .run = run_collection_list,
                .summary = "Lists the collections of a project or of a registry.",
                .details = "PLACE is [ENTITY/]PROJECT or [ORGANIZATION/]wandb-registry-REGISTRY; without it, the project of "
                           "the options.",
                OPTIONS(collection_list_options),
        },
        {
                .words = "collection show", ARGUMENTS("COLLECTION", 1, 1), .run = run_collection_show,
                .summary = "Tells about a collection and lists its versions.",
                OPTIONS(collection_show_options),
        },
        {
                .words = "collection create", ARGUMENTS("COLLECTION", 1, 1), .run = run_collection_create,
                .summary = "Makes an empty collection in a registry.",
                .details = "COLLECTION is [ORGANIZATION/]wandb-registry-REGISTRY/NAME. In projects collections come into "
                           "being with their first version.",
                OPTIONS(collection_create_options), .changes = true,
        },
        {
                .words = "collection edit", ARGUMENTS("COLLECTION", 1, 1), .run = run_collection_edit,
                .summary = "Changes a collection.",
                OPTIONS(collection_edit_options), .changes = true,
        },
        {
                .words = "collection delete", ARGUMENTS("COLLECTION", 1, 1), .run = run_collection_delete,
                .summary = "Deletes a collection.",
                .details = "In a registry the links go and the versions stay; in a project the versions go, too.",
                OPTIONS(yes_options), .changes = true,
        },
        {
                .words = "login", .group = "Who and where", ARGUMENTS("", 0, 0), .run = run_login,
                .summary = "Stores an API key for a server.",
                .details = "The key is asked for on the terminal without being shown, or is the first line of --key-file or of "
                           "standard input. It is checked with the server and written to ~/.netrc, which only its owner can "
                           "read; the wandb client finds it there, too.",
                OPTIONS(login_options), EXAMPLES(login_examples), .changes = true,
        },
        {
                .words = "logout", ARGUMENTS("", 0, 0), .run = run_logout,
                .summary = "Forgets the API key of a server.",
                .changes = true,
        },
        {
                .words = "whoami", ARGUMENTS("", 0, 0), .run = run_whoami,
                .summary = "Tells who is signed in, and where.",
        },
        {
                .words = "cache info", .group = "This machine", ARGUMENTS("", 0, 0), .run = run_cache_info,
                .summary = "Tells where the cache is and what is in it.",
        },
        {
                .words = "cache prune", ARGUMENTS("", 0, 0), .run = run_cache_prune,
                .summary = "Makes room in the cache.",
                OPTIONS(prune_options), EXAMPLES(cache_prune_examples), .changes = true,
        },
        {
                .words = "completion", ARGUMENTS("SHELL", 1, 1), .run = run_completion, .local = true,
                .summary = "Prints completions for a shell: bash, zsh or fish.",
                EXAMPLES(completion_examples),
        },
};
const size_t command_count = ARRAY_LEN(commands);
