/*
 * cli/completion.c - vitrine completion: the script for a shell.
 */
#include "cli/run.h"
#include "cli/suggest.h"

enum vitrine_code run_completion(struct cli *cli, struct vitrine_error *error)
{
        if (completion_script(&cli->out, cli_argument(cli, 0)))
                return VITRINE_OK;
        return fail_with(error, VITRINE_INVALID, "There are completions for bash, zsh and fish, not for '%.64s'.",
                    cli_argument(cli, 0));
}
