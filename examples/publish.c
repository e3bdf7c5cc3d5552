/*
 * publish.c - log a file as a version of an artifact and link it to a registry.
 *
 *     publish TEAM PROJECT FILE NAME TARGET
 *
 * What the documentation of the registry does in Python:
 *
 *     run = wandb.init(entity=TEAM_ENTITY_NAME, project="<project_name>")
 *     artifact = wandb.Artifact(name="<artifact_name>", type="<collection_type>")
 *     artifact.add_file(local_path="<local_path_to_artifact>")
 *     run.link_artifact(artifact=artifact, target_path=target_path)
 *
 * Server and key come from VITRINE_BASE_URL (or WANDB_BASE_URL) and VITRINE_API_KEY (or WANDB_API_KEY, or netrc).
 */
#include <stdio.h>
#include <stdlib.h>

#include <vitrine/vitrine.h>

static int publish(vitrine_session *session, char **argv, struct vitrine_error *error)
{
        struct vitrine_run_options run_options = VITRINE_RUN_OPTIONS_INIT;
        struct vitrine_log_options log_options = VITRINE_LOG_OPTIONS_INIT;
        vitrine_artifact *artifact = NULL, *linked = NULL;
        vitrine_run *run = NULL;
        enum vitrine_code code;

        run_options.entity = argv[1];
        run_options.project = argv[2];
        run_options.job_type = "train";
        code = vitrine_run_start(session, &run_options, &run, error);
        if (!code)
                code = vitrine_artifact_new(session, argv[4], "model", NULL, &artifact, error);
        if (!code)
                code = vitrine_artifact_add_file(artifact, argv[3], NULL, error);
        if (!code) {
                log_options.run = run;
                code = vitrine_artifact_log(artifact, &log_options, error);
        }
        if (!code)
                code = vitrine_artifact_link(artifact, argv[5], NULL, 0, &linked, error);
        if (!code)
                printf("%s is %s\n", vitrine_artifact_qualified_name(linked), vitrine_artifact_qualified_name(artifact));
        if (run) {
                enum vitrine_code finished = vitrine_run_finish(run, code ? 1 : 0, code ? NULL : error);

                code = code ? code : finished;
        }
        vitrine_artifact_free(linked);
        vitrine_artifact_free(artifact);
        vitrine_run_free(run);
        return code ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
        struct vitrine_error error = VITRINE_ERROR_INIT;
        vitrine_session *session = NULL;
        int status = EXIT_FAILURE;

        if (argc != 6) {
                fprintf(stderr, "usage: %s TEAM PROJECT FILE NAME TARGET\n", argv[0]);
                return 2;
        }
        if (vitrine_session_new(NULL, &session, &error) == VITRINE_OK)
                status = publish(session, argv, &error);
        if (error.code)
                fprintf(stderr, "%s\n", error.message);
        vitrine_session_free(session);
        return status;
}
