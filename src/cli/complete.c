/*
 * cli/complete.c - completions for bash, zsh and fish, made from the table of commands.
 *
 * They complete commands, options, the words that options choose from, files and directories.
 */
#include "cli/command.h"

#include <stdio.h>

enum value_kind { VALUE_NONE, VALUE_FILE, VALUE_DIR, VALUE_CHOICE, VALUE_OTHER };

static enum value_kind kind_of(const struct option_spec *spec)
{
        if (!spec->value)
                return VALUE_NONE;
        if (spec->choices)
                return VALUE_CHOICE;
        if (strcmp(spec->value, "FILE") == 0)
                return VALUE_FILE;
        return strcmp(spec->value, "DIR") == 0 ? VALUE_DIR : VALUE_OTHER;
}

/* Do the arguments name local files? */
static bool takes_files(const struct command *command)
{
        return strstr(command->arguments, "PATH") || strstr(command->arguments, "DIR");
}

static struct str first_word(const struct command *command)
{
        struct str rest = str_from(command->words);

        return str_cut(&rest, ' ');
}

/* Each first word once, then "word)" for each group's second words. */
static bool is_first_of_word(size_t index)
{
        return index == 0 || !str_eq(first_word(&commands[index]), first_word(&commands[index - 1]));
}

static struct str second_word(const struct command *command)
{
        struct str rest = str_from(command->words);

        (void)str_cut(&rest, ' ');
        return rest;
}

static void options_of(struct options *all, const struct command *command)
{
        *all = (struct options){ 0 };
        command_options(all, command);
}

/* ---- bash ------------------------------------------------------------------------------------ */

/* All options that have values of a kind, as a pattern "--root|-o|--cache-dir". */
static void bash_values(struct buf *out, enum value_kind kind, const char *action)
{
        bool any = false;

        for (size_t i = 0; i < command_count; i++) {
                struct options all;

                options_of(&all, &commands[i]);
                for (size_t j = 0; j < all.spec_count; j++) {
                        if (kind_of(all.specs[j]) != kind)
                                continue;
                        buf_printf(out, "%s'%s/--%s'", any ? "|" : "        ", commands[i].words, all.specs[j]->name);
                        any = true;
                        if (all.specs[j]->letter)
                                buf_printf(out, "|'%s/-%c'", commands[i].words, all.specs[j]->letter);
                }
        }
        if (any)
                buf_printf(out, ")\n                %s\n                return ;;\n", action);
}

static void bash_choices(struct buf *out)
{
        for (size_t i = 0; i < command_count; i++) {
                struct options all;

                options_of(&all, &commands[i]);
                for (size_t j = 0; j < all.spec_count; j++)
                        if (all.specs[j]->choices)
                                buf_printf(out, "        '%s/--%s')\n                COMPREPLY=($(compgen -W '%s' -- \"$cur\"))\n"
                                                "                return ;;\n",
                                           commands[i].words, all.specs[j]->name, all.specs[j]->choices);
        }
}

static void bash_first_words(struct buf *out, const char *when, const char *more)
{
        buf_printf(out, "        %s)\n                words='", when);
        for (size_t i = 0; i < command_count; i++)
                if (is_first_of_word(i))
                        buf_printf(out, "%.*s ", STR_ARG(first_word(&commands[i])));
        buf_printf(out, "%s ;;\n", more);
}

/* Options that may stand in front of the command, as far as a word follows that is none. */
static void bash_options_in_front(struct buf *out)
{
        bool any = false;

        for (size_t i = 0; i < output_option_count + server_option_count; i++) {
                const struct option_spec *spec = i < output_option_count ? &output_options[i]
                                                                         : &server_options[i - output_option_count];

                if (!spec->value)
                        continue;
                buf_printf(out, "%s--%s", any ? "|" : "", spec->name);
                if (spec->letter)
                        buf_printf(out, "|-%c", spec->letter);
                any = true;
        }
}

static void bash_words(struct buf *out)
{
        bash_first_words(out, "''", "help'\n                opts='--help --version'");
        bash_first_words(out, "help", "'");
        for (size_t i = 0; i < command_count; i++) {
                if (str_is_null(second_word(&commands[i])))
                        continue;
                if (is_first_of_word(i))
                        buf_printf(out, "        %.*s)\n                words='", STR_ARG(first_word(&commands[i])));
                buf_printf(out, "%.*s ", STR_ARG(second_word(&commands[i])));
                if (i + 1 == command_count || is_first_of_word(i + 1))
                        buf_printf(out, "'\n                opts=--help ;;\n");
        }
        for (size_t i = 0; i < command_count; i++) {
                struct options all;

                options_of(&all, &commands[i]);
                buf_printf(out, "        '%s')\n                opts='", commands[i].words);
                for (size_t j = 0; j < all.spec_count; j++)
                        buf_printf(out, "%s--%s", j ? " " : "", all.specs[j]->name);
                buf_printf(out, "'\n");
                if (strcmp(commands[i].words, "completion") == 0)
                        buf_printf(out, "                words='bash zsh fish'\n");
                buf_printf(out, "                files=%s ;;\n", takes_files(&commands[i]) ? "yes" : "no");
        }
}

static void bash_groups(struct buf *out)
{
        bool any = false;

        for (size_t i = 0; i < command_count; i++) {
                if (str_is_null(second_word(&commands[i])) || !is_first_of_word(i))
                        continue;
                buf_printf(out, "%s%.*s", any ? "|" : "", STR_ARG(first_word(&commands[i])));
                any = true;
        }
}

static void bash_script(struct buf *out)
{
        buf_printf(out, "# bash completion for vitrine; made by \"vitrine completion bash\"\n"
                        "_vitrine()\n{\n"
                        "        local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                        "        local command='' words='' opts='' files=no i\n"
                        "        COMPREPLY=()\n"
                        "        for ((i = 1; i < COMP_CWORD; i++)); do\n"
                        "                case ${COMP_WORDS[i]} in\n"
                        "                ");
        bash_options_in_front(out);
        /* An address is several words for bash, which parts them at '=' and ':'. */
        buf_printf(out, ")\n"
                        "                        ((i++))\n"
                        "                        [[ ${COMP_WORDS[i]} = '=' ]] && ((i++))\n"
                        "                        while [[ ${COMP_WORDS[i+1]} = : ]]; do\n"
                        "                                ((i += 2))\n"
                        "                        done ;;\n"
                        "                -*) ;;\n"
                        "                *)\n"
                        "                        if [[ -z $command ]]; then\n"
                        "                                command=${COMP_WORDS[i]}\n"
                        "                                case $command in\n"
                        "                                ");
        bash_groups(out);
        buf_printf(out, ") ;;\n"
                        "                                *) break ;;\n"
                        "                                esac\n"
                        "                        else\n"
                        "                                command=\"$command ${COMP_WORDS[i]}\"\n"
                        "                                break\n"
                        "                        fi ;;\n"
                        "                esac\n"
                        "        done\n"
                        "        case $command/$prev in\n");
        bash_values(out, VALUE_FILE, "COMPREPLY=($(compgen -f -- \"$cur\")); compopt -o filenames 2>/dev/null");
        bash_values(out, VALUE_DIR, "COMPREPLY=($(compgen -d -- \"$cur\")); compopt -o filenames 2>/dev/null");
        bash_choices(out);
        bash_values(out, VALUE_OTHER, "COMPREPLY=()");
        buf_printf(out, "        esac\n        case $command in\n");
        bash_words(out);
        buf_printf(out, "        esac\n"
                        "        if [[ $cur = -* ]]; then\n"
                        "                COMPREPLY=($(compgen -W \"$opts\" -- \"$cur\"))\n"
                        "        elif [[ $files = yes ]]; then\n"
                        "                COMPREPLY=($(compgen -f -- \"$cur\"))\n"
                        "                compopt -o filenames 2>/dev/null\n"
                        "        else\n"
                        "                COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                        "        fi\n"
                        "}\n"
                        "complete -F _vitrine vitrine\n");
}

/* ---- zsh ---------------------------------------------------------------------------------------- */

/* Inside '...' and for _arguments, where brackets and colons mean something. */
static void zsh_text(struct buf *out, const char *text)
{
        for (; *text; text++) {
                if (*text == '\'')
                        buf_printf(out, "'\\''");
                else if (strchr("[]:\\", *text))
                        buf_printf(out, "\\%c", *text);
                else
                        buf_add_c(out, *text);
        }
}

static void zsh_value(struct buf *out, const struct option_spec *spec)
{
        switch (kind_of(spec)) {
        case VALUE_NONE:
                return;
        case VALUE_FILE:
                buf_printf(out, ":%s:_files", spec->value);
                return;
        case VALUE_DIR:
                buf_printf(out, ":%s:_files -/", spec->value);
                return;
        case VALUE_CHOICE:
                buf_printf(out, ":%s:(%s)", spec->value, spec->choices);
                return;
        case VALUE_OTHER:
                buf_printf(out, ":%s:", spec->value);
        }
}

static void zsh_options(struct buf *out, const struct command *command)
{
        struct options all;

        options_of(&all, command);
        for (size_t i = 0; i < all.spec_count; i++) {
                const struct option_spec *spec = all.specs[i];

                buf_printf(out, " \\\n                        '%s--%s%s[", spec->many ? "*" : "", spec->name, spec->value ? "=" : "");
                zsh_text(out, spec->help);
                buf_printf(out, "]");
                zsh_value(out, spec);
                buf_add_c(out, '\'');
                if (!spec->letter)
                        continue;
                buf_printf(out, " '%s-%c[", spec->many ? "*" : "", spec->letter);
                zsh_text(out, spec->help);
                buf_printf(out, "]");
                zsh_value(out, spec);
                buf_add_c(out, '\'');
        }
        if (strcmp(command->words, "completion") == 0)
                buf_printf(out, " '1:SHELL:(bash zsh fish)'");
        else if (takes_files(command))
                buf_printf(out, " '*:PATH:_files'");
        else if (command->max_arguments > 0)
                buf_printf(out, " '*:NAME: '"); /* nothing to offer, but what follows is not an error */
}

static void zsh_describe(struct buf *out, const char *word, bool second)
{
        buf_printf(out, "                list=(");
        for (size_t i = 0; i < command_count; i++) {
                struct str name = second ? second_word(&commands[i]) : first_word(&commands[i]);

                if (second ? !str_eq_c(first_word(&commands[i]), word) : !is_first_of_word(i))
                        continue;
                buf_printf(out, "\n                        '%.*s:", STR_ARG(name));
                if (!second && !str_is_null(second_word(&commands[i])))
                        buf_printf(out, "commands about it");
                else
                        zsh_text(out, commands[i].summary);
                buf_add_c(out, '\'');
        }
        buf_printf(out, ")\n                _describe command list\n");
}

static void zsh_script(struct buf *out)
{
        buf_printf(out, "#compdef vitrine\n# zsh completion for vitrine; made by \"vitrine completion zsh\"\n"
                        "_vitrine()\n{\n        local -a list\n        local command=$words[2]\n"
                        "        if (( CURRENT == 2 )); then\n");
        zsh_describe(out, "", false);
        buf_printf(out, "                return\n        fi\n        case $command in\n        ");
        bash_groups(out);
        buf_printf(out, ")\n                if (( CURRENT > 3 )); then\n                        command=\"$command $words[3]\"\n"
                        "                        shift words; (( CURRENT-- ))\n                fi ;;\n        esac\n"
                        "        shift words; (( CURRENT-- ))\n        case $command in\n");
        for (size_t i = 0; i < command_count; i++) {
                if (!str_is_null(second_word(&commands[i])) && is_first_of_word(i)) {
                        struct str first = first_word(&commands[i]);
                        char word[32];

                        (void)snprintf(word, sizeof(word), "%.*s", STR_ARG(first));
                        buf_printf(out, "        %s)\n", word);
                        zsh_describe(out, word, true);
                        buf_printf(out, "                ;;\n");
                }
                buf_printf(out, "        '%s')\n                _arguments -s", commands[i].words);
                zsh_options(out, &commands[i]);
                buf_printf(out, " ;;\n");
        }
        buf_printf(out, "        esac\n}\n_vitrine \"$@\"\n");
}

/* ---- fish ----------------------------------------------------------------------------------------- */

static void fish_text(struct buf *out, const char *text)
{
        for (; *text; text++) {
                if (*text == '\'' || *text == '\\')
                        buf_add_c(out, '\\');
                buf_add_c(out, *text);
        }
}

static void fish_option(struct buf *out, const struct command *command, const struct option_spec *spec)
{
        buf_printf(out, "complete -c vitrine -n '__vitrine_is \"%s\"' -l %s", command->words, spec->name);
        if (spec->letter)
                buf_printf(out, " -s %c", spec->letter);
        switch (kind_of(spec)) {
        case VALUE_NONE:
                break;
        case VALUE_FILE:
                buf_printf(out, " -r -F");
                break;
        case VALUE_DIR:
                buf_printf(out, " -x -a '(__fish_complete_directories)'");
                break;
        case VALUE_CHOICE:
                buf_printf(out, " -x -a '%s'", spec->choices);
                break;
        case VALUE_OTHER:
                buf_printf(out, " -x");
        }
        buf_printf(out, " -d '");
        fish_text(out, spec->help);
        buf_printf(out, "'\n");
}

static void fish_script(struct buf *out)
{
        buf_printf(out, "# fish completion for vitrine; made by \"vitrine completion fish\"\n"
                        "function __vitrine_words\n"
                        "        for word in (commandline -opc)[2..-1]\n"
                        "                string match -q -- '-*' $word; or echo $word\n"
                        "        end\nend\n"
                        "function __vitrine_is\n"
                        "        set -l words (__vitrine_words)\n"
                        "        set -l wanted (count (string split ' ' -- $argv[1]))\n"
                        "        test (count $words) -ge $wanted; and test \"$words[1..$wanted]\" = \"$argv[1]\"\nend\n"
                        "function __vitrine_at\n"
                        "        set -l words (__vitrine_words)\n"
                        "        test \"$words\" = \"$argv[1]\"\nend\n"
                        "complete -c vitrine -f\n");
        for (size_t i = 0; i < command_count; i++) {
                struct str second = second_word(&commands[i]);
                struct options all;

                if (is_first_of_word(i)) {
                        buf_printf(out, "complete -c vitrine -n '__vitrine_at \"\"' -a %.*s -d '",
                                   STR_ARG(first_word(&commands[i])));
                        fish_text(out, str_is_null(second) ? commands[i].summary : "commands about it");
                        buf_printf(out, "'\n");
                }
                if (!str_is_null(second)) {
                        buf_printf(out, "complete -c vitrine -n '__vitrine_at %.*s' -a %.*s -d '",
                                   STR_ARG(first_word(&commands[i])), STR_ARG(second));
                        fish_text(out, commands[i].summary);
                        buf_printf(out, "'\n");
                }
                if (takes_files(&commands[i]))
                        buf_printf(out, "complete -c vitrine -n '__vitrine_is \"%s\"' -F\n", commands[i].words);
                if (strcmp(commands[i].words, "completion") == 0)
                        buf_printf(out, "complete -c vitrine -n '__vitrine_is completion' -a 'bash zsh fish'\n");
                options_of(&all, &commands[i]);
                for (size_t j = 0; j < all.spec_count; j++)
                        fish_option(out, &commands[i], all.specs[j]);
        }
}

bool completion_script(struct buf *out, const char *shell)
{
        if (strcmp(shell, "bash") == 0)
                bash_script(out);
        else if (strcmp(shell, "zsh") == 0)
                zsh_script(out);
        else if (strcmp(shell, "fish") == 0)
                fish_script(out);
        else
                return false;
        return true;
}
