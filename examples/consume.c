/*
 * consume.c - use a version from a registry in a run, and download it.
 *
 *     consume TEAM PROJECT NAME:ALIAS ROOT
 *
 * What the documentation of the registry does in Python:
 *
 *     run = wandb.init(entity=TEAM_ENTITY, project=PROJECT_NAME)
 *     fetched_artifact = run.use_artifact(artifact_or_name=artifact_name)
 *     download_path = fetched_artifact.download()
 *
 * NAME is such as wandb-registry-model/phi3-finetuned. Progress goes to standard error.
 */
#include <stdio.h>
#include <stdlib.h>

#include <vitrine/vitrine.h>

/* The library never prints; an application that wants to say something does it here. */
static int on_progress(const struct vitrine_event *event, void *payload)
{
        (void)payload;
        if (event->kind == VITRINE_EVENT_FILE_DONE)
                fprintf(stderr, "%s%s\n", event->path, event->skipped ? " (was here)" : "");
        return 0;
}

static enum vitrine_code consume(vitrine_session *session, char **argv, struct vitrine_error *error)
{
        struct vitrine_run_options run_options = VITRINE_RUN_OPTIONS_INIT;
        struct vitrine_download_options options = VITRINE_DOWNLOAD_OPTIONS_INIT;
        vitrine_artifact *artifact = NULL;
        vitrine_run *run = NULL;
        char *path = NULL;
        enum vitrine_code code;

        run_options.entity = argv[1];
        run_options.project = argv[2];
        code = vitrine_run_start(session, &run_options, &run, error);
        if (!code)
                code = vitrine_artifact_use(run, argv[3], NULL, &artifact, error);
        options.root = argv[4];
        if (!code)
                code = vitrine_artifact_download(artifact, &options, &path, error);
        if (!code)
                code = vitrine_run_finish(run, 0, error);
        if (!code)
                printf("%s is in %s\n", vitrine_artifact_qualified_name(artifact), path);
        vitrine_free(path);
        vitrine_artifact_free(artifact);
        vitrine_run_free(run);
        return code;
}

int main(int argc, char **argv)
{
        struct vitrine_session_options options = VITRINE_SESSION_OPTIONS_INIT;
        struct vitrine_error error = VITRINE_ERROR_INIT;
        vitrine_session *session = NULL;
        enum vitrine_code code;

        if (argc != 5) {
                fprintf(stderr, "usage: %s TEAM PROJECT NAME:ALIAS ROOT\n", argv[0]);
                return 2;
        }
        options.progress = on_progress;
        code = vitrine_session_new(&options, &session, &error);
        if (!code)
                code = consume(session, argv, &error);
        if (code)
                fprintf(stderr, "%s\n", error.message);
        vitrine_session_free(session);
        return code ? EXIT_FAILURE : EXIT_SUCCESS;
}
