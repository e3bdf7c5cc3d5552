/*
 * cli/run.h - the functions behind the table of commands; each in the file of its command.
 */
#ifndef VITRINE_CLI_RUN_H
#define VITRINE_CLI_RUN_H

#include "cli/command.h"

#define RUN(name) \
        VITRINE_MUST_USE enum vitrine_code run_##name(struct cli *cli, struct vitrine_error *error)

RUN(login);
RUN(logout);
RUN(whoami);
RUN(push);
RUN(pull);
RUN(use);
RUN(link);
RUN(unlink);
RUN(ls);
RUN(show);
RUN(alias_add);
RUN(alias_rm);
RUN(alias_history);
RUN(tag);
RUN(verify);
RUN(diff);
RUN(registry_list);
RUN(registry_show);
RUN(registry_create);
RUN(registry_edit);
RUN(registry_delete);
RUN(registry_members);
RUN(collection_list);
RUN(collection_show);
RUN(collection_create);
RUN(collection_edit);
RUN(collection_delete);
RUN(cache_info);
RUN(cache_prune);
RUN(completion);

/*
 * Behind a NOT_FOUND: asks what there is near the path of an artifact ([[ENTITY/]PROJECT/]NAME[:ALIAS]), a collection or a
 * registry, and adds "Did you mean ...?" to the error when there is something. Always returns `code`.
 */
enum vitrine_code suggest_artifact(struct cli *cli, enum vitrine_code code, const char *path,
                                   struct vitrine_error *error);
enum vitrine_code suggest_registry(struct cli *cli, enum vitrine_code code, const char *name,
                                   struct vitrine_error *error);

/* vitrine_artifact_fetch() and a suggestion. */
VITRINE_MUST_USE enum vitrine_code fetch_artifact(struct cli *cli, const char *path, vitrine_artifact **ret,
                                                  struct vitrine_error *error);
/* What is seen of a target before anything is sent: no alias in it, the registry is there and takes the type. */
VITRINE_MUST_USE enum vitrine_code check_target(struct cli *cli, const char *target, const char *type,
                                                struct vitrine_error *error);
/* One object or some lines about a version, as show, push, link and use print it; inside an open JSON object. */
void out_artifact(struct cli *cli, const vitrine_artifact *artifact);

/* For _cleanup_. */
static inline void artifact_freep(vitrine_artifact **artifact) { vitrine_artifact_free(*artifact); }
static inline void collection_freep(vitrine_collection **collection) { vitrine_collection_free(*collection); }
static inline void registry_freep(vitrine_registry **registry) { vitrine_registry_free(*registry); }
static inline void run_freep(vitrine_run **run) { vitrine_run_free(*run); }

#endif
