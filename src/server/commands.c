/*
 * server/commands.c - the table of commands: what there is, its arguments, its options.
 */
#include "server/config.h"
#include "server/operator.h"

#define KEY_FILE_HELP "import the API key in this file ('-': standard input) instead of making one"
#define PASSWORD_FILE_HELP "the password is the first line of this file ('-': standard input)"
#define FORCE_HELP "also when it holds something, unless a registry protects that; links elsewhere stay"

static const struct option_spec user_add_options[] = {
        { "email", "ADDRESS", NULL, NULL, "e-mail address" },
        { "full-name", "TEXT", NULL, NULL, "the name that people see" },
        { "admin", NULL, NULL, NULL, "makes an administrator of this server" },
        { "api-key-file", "FILE", NULL, NULL, KEY_FILE_HELP },
        { "no-key", NULL, NULL, NULL, "makes no API key" },
        { "password-file", "FILE", NULL, NULL, PASSWORD_FILE_HELP },
};
static const struct option_spec passwd_options[] = {
        { "password-file", "FILE", NULL, NULL, PASSWORD_FILE_HELP },
        { "generate", NULL, NULL, NULL, "makes a password and prints it" },
        { "none", NULL, NULL, NULL, "switches the password off" },
};
static const struct option_spec key_add_options[] = {
        { "description", "TEXT", NULL, "", "what the key is for" },
        { "api-key-file", "FILE", NULL, NULL, KEY_FILE_HELP },
};
static const struct option_spec key_revoke_options[] = {
        { "api-key-file", "FILE", NULL, NULL, "revoke the key in this file ('-': standard input)" },
};
static const struct option_spec org_add_options[] = {
        { "admin", "USER", NULL, NULL, "the first administrator" },
        { "no-core-registries", NULL, NULL, NULL, "leaves out the registries 'model' and 'dataset'" },
};
static const struct option_spec team_add_options[] = {
        { "org", "ORG", NULL, NULL, "the organization it belongs to; else the administrator's" },
        { "admin", "USER", NULL, NULL, "the first administrator" },
};
static const struct option_spec team_list_options[] = {
        { "org", "ORG", NULL, NULL, "only teams of this organization" },
};
static const struct option_spec delete_options[] = {
        { "force", NULL, NULL, NULL, FORCE_HELP },
};

static const struct option_spec check_options[] = {
        { "read-data", NULL, NULL, NULL, "also reads all bytes and compares their digests" },
};

static const struct option_spec reclaim_options[] = {
        { "dry-run", NULL, NULL, NULL, "only says what would be given back" },
};

static const struct option_spec ttl_options[] = {
        { "days", "N", NULL, NULL, "versions that say nothing themselves end so many days after they were made" },
        { "forever", NULL, NULL, NULL, "they never end" },
        { "unset", NULL, NULL, NULL, "nothing is said here: a team has what its organization says" },
        { "set-by", "WHO", NULL, NULL, "who may give a version a time of its own: admins, or members" },
        { "dry-run", NULL, NULL, NULL, "only says how many versions the change would end" },
};

static const struct option_spec restore_versions_options[] = {
        { "collection", "NAME", NULL, NULL, "only versions of this collection" },
};

static const struct option_spec delete_versions_options[] = {
        { "collection", "NAME", NULL, NULL, "only versions of this collection" },
        { "filter", "JSON", NULL, NULL, "only versions that this filter finds, written as for searching" },
        { "collection-filter", "JSON", NULL, NULL, "only in collections that this filter finds" },
        { "delete-aliases", NULL, NULL, NULL, "also those that have aliases, except protected ones" },
        { "dry-run", NULL, NULL, NULL, "only says what would be deleted" },
};

#define TTL_DETAILS \
        "Without options it says what holds now. What is linked into a registry does not end, nor do versions of the\n" \
        "types run_table, code, job and wandb-...\n"

#define OPTIONS(table) .options = (table), .option_count = ARRAY_LEN(table)

const struct command commands[] = {
        {
                .words = "serve",
                .arguments = "",
                .summary = "Runs the server.",
                .details = "Prints 'listening on URL' once it answers. SIGTERM and SIGINT stop it gracefully: it finishes\n"
                           "what is in flight, for at most --drain-seconds.\n"
                           "Settings come from the command line, else from the environment, else from --config FILE\n"
                           "(lines of 'name = value'), else they are the ones in parentheses.\n",
                .options = serve_options,
                .option_count = SERVE_OPTION_COUNT,
                .bare = true,
                .run = run_serve,
        },
        {
                .words = "init",
                .arguments = "",
                .summary = "Makes the data directory, or brings it up to this version.",
                .creates = true,
                .run = run_init,
        },
        {
                .words = "check",
                .arguments = "",
                .summary = "Looks whether everything that was committed is there and whole.",
                .details = "Versions, their manifests and files, uploads, files of runs, and the rules among the rows. It\n"
                           "changes nothing and may run beside the server. Standard output has one line for each piece of\n"
                           "damage and then a summary; the exit status is 1 when there is damage.\n",
                OPTIONS(check_options),
                .run = run_check,
        },
        {
                .words = "reclaim",
                .arguments = "",
                .summary = "Gives back the bytes that nothing needs any more.",
                .details = "Those of versions that were deleted longer ago than they can be restored, and of uploads that\n"
                           "were never finished. The server does it by itself (--reclaim-minutes); beside a running\n"
                           "server this command has the server do it and waits. It may be interrupted at any time.\n",
                OPTIONS(reclaim_options),
                .run = run_reclaim,
        },
        {
                .words = "delete-versions",
                .arguments = "ENTITY PROJECT",
                .min_arguments = 2,
                .max_arguments = 2,
                .summary = "Deletes versions of a project, or takes links out of a registry, many at once.",
                .details = "All of them, or what --collection and the filters leave, such as\n"
                           "--filter '{\"created_at\": {\"$lt\": \"2026-01-01\"}}'. Versions with a protected alias on a link to\n"
                           "them stay. It shows how far it is; what is interrupted goes on when a server starts. Deleted\n"
                           "versions can be restored (vitrined deleted list).\n",
                OPTIONS(delete_versions_options),
                .run = run_delete_versions,
        },
        {
                .words = "deleted list",
                .arguments = "",
                .summary = "Lists projects, registries, collections and versions that can be restored.",
                .run = run_deleted_list,
        },
        {
                .words = "deleted restore",
                .arguments = "KIND NUMBER",
                .min_arguments = 2,
                .max_arguments = 2,
                .summary = "Brings a deleted version, collection, project or registry back.",
                .details = "KIND is version, collection or project, NUMBER that of vitrined deleted list. A version gets its\n"
                           "aliases back as far as no other version has them by now; a project or registry comes with what\n"
                           "was deleted together with it.\n",
                .run = run_deleted_restore,
        },
        {
                .words = "deleted restore-versions",
                .arguments = "ENTITY PROJECT",
                .min_arguments = 2,
                .max_arguments = 2,
                .summary = "Brings all deleted versions of a project back, as far as they can be restored.",
                .details = "Each comes back to its collections with the aliases that no other version has by now. Those whose\n"
                           "content was logged again meanwhile stay deleted. It may be interrupted and done again.\n",
                OPTIONS(restore_versions_options),
                .run = run_deleted_restore_versions,
        },
        {
                .words = "user add",
                .arguments = "NAME",
                .min_arguments = 1,
                .max_arguments = 1,
                .summary = "Adds a user, with an API key.",
                .details = "Standard output has the new key and nothing else, so that a script can say\n"
                           "KEY=$(vitrined user add NAME). It cannot be shown again.\n",
                OPTIONS(user_add_options),
                .creates = true,
                .run = run_user_add,
        },
        { .words = "user list", .arguments = "", .summary = "Lists users.", .run = run_user_list },
        {
                .words = "user delete",
                .arguments = "NAME",
                .min_arguments = 1,
                .max_arguments = 1,
                .summary = "Deletes a user.",
                .details = "Keys and sign-ins end at once, personal projects are gone, the name is free again. What the\n"
                           "user logged for teams stays.\n",
                .run = run_user_delete,
        },
        {
                .words = "user passwd",
                .arguments = "NAME",
                .min_arguments = 1,
                .max_arguments = 1,
                .summary = "Sets the password for signing in with a browser.",
                .details = "Asks for it, or reads a line of standard input when that is not a terminal.\n",
                OPTIONS(passwd_options),
                .run = run_user_passwd,
        },
        {
                .words = "key add",
                .arguments = "USER",
                .min_arguments = 1,
                .max_arguments = 1,
                .summary = "Adds an API key to a user.",
                .details = "Any key that the client accepts can be imported: 40 characters or more of A-Z, a-z, 0-9, '_'\n"
                           "and '-' after an optional prefix that ends in a dash, or a JSON web token.\n",
                OPTIONS(key_add_options),
                .run = run_key_add,
        },
        {
                .words = "key list",
                .arguments = "[USER]",
                .max_arguments = 1,
                .summary = "Lists API keys (never the keys themselves).",
                .run = run_key_list,
        },
        {
                .words = "key revoke",
                .arguments = "[NUMBER]",
                .max_arguments = 1,
                .summary = "Revokes an API key at once.",
                OPTIONS(key_revoke_options),
                .run = run_key_revoke,
        },
        {
                .words = "org add",
                .arguments = "NAME",
                .min_arguments = 1,
                .max_arguments = 1,
                .summary = "Adds an organization, with the registries 'model' and 'dataset'.",
                OPTIONS(org_add_options),
                .creates = true,
                .run = run_org_add,
        },
        { .words = "org list", .arguments = "", .summary = "Lists organizations.", .run = run_org_list },
        {
                .words = "org delete",
                .arguments = "NAME",
                .min_arguments = 1,
                .max_arguments = 1,
                .summary = "Deletes an organization, its teams and its registries.",
                OPTIONS(delete_options),
                .run = run_org_delete,
        },
        {
                .words = "org member set",
                .arguments = "ORG USER ROLE",
                .min_arguments = 3,
                .max_arguments = 3,
                .summary = "Makes a user admin, member or viewer of an organization.",
                .details = "The role 'remove' takes the user out.\n",
                .run = run_org_member_set,
        },
        {
                .words = "org member remove",
                .arguments = "ORG USER",
                .min_arguments = 2,
                .max_arguments = 2,
                .summary = "Takes a user out of an organization, its teams and registries.",
                .run = run_org_member_remove,
        },
        {
                .words = "org member list",
                .arguments = "ORG",
                .min_arguments = 1,
                .max_arguments = 1,
                .summary = "Lists the members of an organization.",
                .run = run_org_member_list,
        },
        {
                .words = "org default-role",
                .arguments = "ORG ROLE",
                .min_arguments = 2,
                .max_arguments = 2,
                .summary = "Sets what members may do in registries that the whole organization sees.",
                .details = "ROLE is restricted_viewer (at first), viewer or member. Roles that are given in a registry, or to a\n"
                           "team, count when they are higher.\n",
                .run = run_org_default_role,
        },
        {
                .words = "org ttl",
                .arguments = "ORG",
                .min_arguments = 1,
                .max_arguments = 1,
                .summary = "Shows or sets how long versions live in teams that have no rule of their own.",
                .details = TTL_DETAILS,
                OPTIONS(ttl_options),
                .run = run_org_ttl,
        },
        {
                .words = "registry protect",
                .arguments = "ORG REGISTRY ALIAS",
                .min_arguments = 3,
                .max_arguments = 3,
                .summary = "Lets only admins of a registry put an alias on a version or take it off.",
                .run = run_registry_protect,
        },
        {
                .words = "registry unprotect",
                .arguments = "ORG REGISTRY ALIAS",
                .min_arguments = 3,
                .max_arguments = 3,
                .summary = "Lets members of a registry move an alias again.",
                .run = run_registry_unprotect,
        },
        {
                .words = "registry protected",
                .arguments = "ORG REGISTRY",
                .min_arguments = 2,
                .max_arguments = 2,
                .summary = "Lists the protected aliases of a registry.",
                .run = run_registry_protected,
        },
        {
                .words = "team add",
                .arguments = "NAME",
                .min_arguments = 1,
                .max_arguments = 1,
                .summary = "Adds a team to an organization.",
                .details = "When the name is the path name of the organization itself, the team gets it and the\n"
                           "organization's becomes NAME_ and nine random characters.\n",
                OPTIONS(team_add_options),
                .creates = true,
                .run = run_team_add,
        },
        {
                .words = "team list",
                .arguments = "",
                .summary = "Lists teams.",
                OPTIONS(team_list_options),
                .run = run_team_list,
        },
        {
                .words = "team delete",
                .arguments = "NAME",
                .min_arguments = 1,
                .max_arguments = 1,
                .summary = "Deletes a team and its projects.",
                OPTIONS(delete_options),
                .run = run_team_delete,
        },
        {
                .words = "team member set",
                .arguments = "TEAM USER ROLE",
                .min_arguments = 3,
                .max_arguments = 3,
                .summary = "Makes a user admin, member or viewer of a team.",
                .details = "The user joins the team's organization, too. The role 'remove' takes the user out of the team.\n",
                .run = run_team_member_set,
        },
        {
                .words = "team member remove",
                .arguments = "TEAM USER",
                .min_arguments = 2,
                .max_arguments = 2,
                .summary = "Takes a user out of a team.",
                .run = run_team_member_remove,
        },
        {
                .words = "team member list",
                .arguments = "TEAM",
                .min_arguments = 1,
                .max_arguments = 1,
                .summary = "Lists the members of a team.",
                .run = run_team_member_list,
        },
        {
                .words = "team ttl",
                .arguments = "TEAM",
                .min_arguments = 1,
                .max_arguments = 1,
                .summary = "Shows or sets how long a team's versions live that say nothing themselves.",
                .details = TTL_DETAILS,
                OPTIONS(ttl_options),
                .run = run_team_ttl,
        },
};
const size_t command_count = ARRAY_LEN(commands);
