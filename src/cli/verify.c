/*
 * cli/verify.c - vitrine verify: is a directory what a version says?
 */
#include "cli/run.h"

#include <sys/stat.h>

enum vitrine_code run_verify(struct cli *cli, struct vitrine_error *error)
{
        _cleanup_(artifact_freep) vitrine_artifact *version = NULL;
        const char *root = cli_argument(cli, 1);
        struct stat status;
        enum vitrine_code code;

        if (stat(root, &status) != 0)
                return fail_errno(error, errno == ENOENT ? VITRINE_NOT_FOUND : VITRINE_IO, "%s cannot be read", root);
        if (!S_ISDIR(status.st_mode))
                return fail_with(error, VITRINE_INVALID, "%s is not a directory.", root);
        code = fetch_artifact(cli, cli_argument(cli, 0), &version, error);
        if (!code)
                code = vitrine_artifact_verify(version, root, options_on(&cli->options, "strict"), error);
        if (code)
                return code;
        if (cli->json) {
                json_begin_object(&cli->writer);
                out_field(cli, "name", NULL, vitrine_artifact_qualified_name(version));
                out_field(cli, "root", NULL, root);
                json_key_bool(&cli->writer, "same", true);
                json_end_object(&cli->writer);
        }
        out_line(cli, "%s is %s.", root, vitrine_artifact_qualified_name(version));
        return VITRINE_OK;
}
