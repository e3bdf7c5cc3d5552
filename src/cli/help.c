/*
 * cli/help.c - what --help prints, made from the table of commands.
 */
#include "cli/command.h"
#include "cli/text.h"

#define WIDTH 79
#define COLUMN 26 /* where the explanations of options begin */

static void exit_statuses(struct buf *out)
{
        buf_printf(out, "Exit status:");
        for (size_t i = 0; i < status_line_count; i++)
                buf_printf(out, "%s %d %s", i ? ";" : "", (int)status_lines[i].status, status_lines[i].name);
        buf_printf(out, ".\n");
}

static void add_exit_statuses(struct buf *out)
{
        _cleanup_(buf_done) struct buf text = { 0 };

        exit_statuses(&text);
        text_wrap(out, buf_str(&text), 0, WIDTH);
}

static void command_line(struct buf *out, const struct command *command)
{
        size_t columns = strlen(command->words);

        buf_printf(out, "  %s%*s", command->words, columns < 20 ? (int)(20 - columns) : 1, "");
        buf_printf(out, "%s\n", command->summary);
}

void help_overview(struct buf *out)
{
        buf_printf(out, "vitrine - models and other artifacts, from and to a registry\n\n"
                        "usage: vitrine COMMAND [ARGUMENT...] [OPTION...]\n"
                        "       vitrine COMMAND --help\n");
        for (size_t i = 0; i < command_count; i++) {
                if (commands[i].group)
                        buf_printf(out, "\n%s:\n", commands[i].group);
                command_line(out, &commands[i]);
        }
        buf_add_c(out, '\n');
        text_wrap(out, STR("The server is that of --server, $VITRINE_BASE_URL or $WANDB_BASE_URL; the key that of "
                           "$VITRINE_API_KEY, $WANDB_API_KEY or vitrine login. Everything takes --json."), 0, WIDTH);
        buf_add_c(out, '\n');
        add_exit_statuses(out);
}

static void add_option(struct buf *out, const struct option_spec *spec)
{
        _cleanup_(buf_done) struct buf text = { 0 }, lines = { 0 };
        size_t start = out->len;

        if (spec->letter)
                buf_printf(out, "  -%c, --%s", spec->letter, spec->name);
        else
                buf_printf(out, "      --%s", spec->name);
        if (spec->value)
                buf_printf(out, " %s", spec->value);
        buf_printf(&text, "%s", spec->help);
        if (spec->choices)
                buf_printf(&text, " (%s)", spec->choices);
        if (spec->env)
                buf_printf(&text, " [%s]", spec->env);
        text_wrap(&lines, buf_str(&text), COLUMN, WIDTH);
        /* The first line of the explanation goes beside a short name. */
        if (out->len - start + 2 <= COLUMN) {
                size_t used = out->len - start;

                buf_printf(out, "%*s", (int)(COLUMN - used), "");
                buf_add(out, lines.ptr + COLUMN, lines.len - COLUMN);
        } else {
                buf_add_c(out, '\n');
                buf_add_str(out, buf_str(&lines));
        }
}

static void add_options(struct buf *out, const char *heading, const struct option_spec *specs, size_t count)
{
        if (count == 0)
                return;
        buf_printf(out, "\n%s:\n", heading);
        for (size_t i = 0; i < count; i++)
                add_option(out, &specs[i]);
}

void help_command(struct buf *out, const struct command *command)
{
        buf_printf(out, "usage: vitrine %s%s%s [OPTION...]\n\n", command->words, *command->arguments ? " " : "",
                   command->arguments);
        text_wrap(out, str_from(command->summary), 0, WIDTH);
        if (command->details) {
                buf_add_c(out, '\n');
                text_wrap(out, str_from(command->details), 0, WIDTH);
        }
        for (size_t i = 0; i < command->example_count; i++) {
                if (i == 0)
                        buf_printf(out, "\nExamples:\n");
                buf_printf(out, "  vitrine %s\n", command->examples[i].line);
                text_wrap(out, str_from(command->examples[i].says), 6, WIDTH);
        }
        add_options(out, "Options", command->options, command->option_count);
        if (command->changes)
                add_options(out, "Trying", dry_run_options, 1);
        if (!command->local)
                add_options(out, "Server, key and transfers", server_options, server_option_count);
        add_options(out, "Output", output_options, output_option_count);
        buf_add_c(out, '\n');
        add_exit_statuses(out);
}

bool help_group(struct buf *out, const char *word)
{
        bool found = false;

        for (size_t i = 0; i < command_count; i++) {
                struct str rest = str_from(commands[i].words);

                if (!str_eq_c(str_cut(&rest, ' '), word))
                        continue;
                if (!found)
                        buf_printf(out, "usage: vitrine %s COMMAND [ARGUMENT...] [OPTION...]\n\n", word);
                found = true;
                command_line(out, &commands[i]);
        }
        return found;
}
