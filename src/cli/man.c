/*
 * cli/man.c - the man pages, made from the table of commands: vitrine(1) and one page for each first word.
 *
 * The build runs "vitrine --man [WORD]" and installs what it prints.
 */
#include "cli/command.h"

/* Text as roff wants it: backslashes and hyphens kept, no line that starts with a control character. */
static void roff(struct buf *out, struct str text)
{
        for (size_t i = 0; i < text.len; i++) {
                bool at_start = i == 0 || text.ptr[i - 1] == '\n';
                char c = text.ptr[i];

                if (c == '\\')
                        buf_printf(out, "\\e");
                else if (c == '-')
                        buf_printf(out, "\\-");
                else if (c == '~')
                        buf_printf(out, "\\(ti");
                else if (c == '^')
                        buf_printf(out, "\\(ha");
                else if (at_start && (c == '.' || c == '\''))
                        buf_printf(out, "\\&%c", c);
                else
                        buf_add_c(out, c);
        }
}

static void roff_c(struct buf *out, const char *text)
{
        roff(out, str_from(text));
}

/* Paragraphs with an empty line between them. */
static void paragraphs(struct buf *out, const char *text)
{
        struct str rest = str_from(text);

        while (!str_is_null(rest)) {
                struct str line = str_cut(&rest, '\n');

                if (str_is_empty(line)) {
                        buf_printf(out, ".PP\n");
                        continue;
                }
                roff(out, line);
                buf_add_c(out, '\n');
        }
}

static void add_option(struct buf *out, const struct option_spec *spec)
{
        buf_printf(out, ".TP\n");
        if (spec->letter)
                buf_printf(out, "\\fB\\-%c\\fR, ", spec->letter);
        buf_printf(out, "\\fB\\-\\-");
        roff_c(out, spec->name);
        buf_printf(out, "\\fR");
        if (spec->value)
                buf_printf(out, " \\fI%s\\fR", spec->value);
        buf_add_c(out, '\n');
        roff_c(out, spec->help);
        if (spec->choices)
                buf_printf(out, " (%s)", spec->choices);
        buf_printf(out, ".\n");
        if (spec->env) {
                buf_printf(out, "Environment: ");
                roff_c(out, spec->env);
                buf_printf(out, ".\n");
        }
}

static void add_options(struct buf *out, const struct option_spec *specs, size_t count)
{
        for (size_t i = 0; i < count; i++)
                add_option(out, &specs[i]);
}

static void title(struct buf *out, const char *page, const char *summary)
{
        buf_printf(out, ".TH \"");
        for (const char *c = page; *c; c++) {
                char upper = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);

                roff(out, (struct str){ &upper, 1 });
        }
        buf_printf(out, "\" \"1\" \"\" \"vitrine %s\" \"Vitrine\"\n.nh\n.SH NAME\n", VITRINE_VERSION);
        roff_c(out, page);
        buf_printf(out, " \\- ");
        roff_c(out, summary);
        buf_add_c(out, '\n');
}

static void exit_statuses(struct buf *out)
{
        buf_printf(out, ".SH EXIT STATUS\n.TS\ntab(|);\nr lw(56).\n");
        for (size_t i = 0; i < status_line_count; i++) {
                buf_printf(out, "%d|T{\n", (int)status_lines[i].status);
                roff_c(out, status_lines[i].meaning);
                if (status_lines[i].example) {
                        buf_printf(out, "\nSuch as: ");
                        roff_c(out, status_lines[i].example);
                        buf_add_c(out, '.');
                }
                buf_printf(out, "\nT}\n");
        }
        buf_printf(out, ".TE\n");
        paragraphs(out, "An error is one sentence on standard error; with --json it is an object with the members error, "
                        "code and status.");
}

static void mistakes(struct buf *out)
{
        buf_printf(out, ".SH MISTAKES\n.TS\ntab(|);\nlw(24) r lw(30).\nWhat is wrong|Status|What to do\n_\n");
        for (size_t i = 0; i < mistake_line_count; i++) {
                buf_printf(out, "T{\n");
                roff_c(out, mistake_lines[i].mistake);
                buf_printf(out, "\nT}|%d|T{\n", (int)mistake_lines[i].status);
                roff_c(out, mistake_lines[i].remedy);
                buf_printf(out, "\nT}\n");
        }
        buf_printf(out, ".TE\n");
}

static void environment(struct buf *out)
{
        static const char *const lines[][2] = {
                { "VITRINE_BASE_URL, WANDB_BASE_URL", "The registry's address." },
                { "VITRINE_API_KEY, WANDB_API_KEY", "The API key. It goes before the one that vitrine login stored." },
                { "VITRINE_ENTITY, VITRINE_PROJECT, VITRINE_ORGANIZATION",
                  "What is meant by a name without them; the same with WANDB_ in front." },
                { "VITRINE_CACHE_DIR, XDG_CACHE_HOME", "Where the cache is." },
                { "NETRC", "The file that vitrine login writes, in place of ~/.netrc." },
                { "NO_COLOR", "When it is set and not empty nothing is colored." },
        };

        buf_printf(out, ".SH ENVIRONMENT\n");
        for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
                buf_printf(out, ".TP\n\\fB");
                roff_c(out, lines[i][0]);
                buf_printf(out, "\\fR\n");
                roff_c(out, lines[i][1]);
                buf_add_c(out, '\n');
        }
        buf_printf(out, ".SH FILES\n.TP\n\\fI\\(ti/.netrc\\fR\nAPI keys, readable by their owner only.\n"
                        ".TP\n\\fI\\(ti/.cache/vitrine\\fR\nThe cache; it may be removed at any time.\n");
}

/* "registry create" -> "vitrine-registry(1)" */
static struct str first_word(const struct command *command)
{
        struct str rest = str_from(command->words);

        return str_cut(&rest, ' ');
}

static void command_list(struct buf *out)
{
        buf_printf(out, ".SH COMMANDS\n");
        for (size_t i = 0; i < command_count; i++) {
                if (commands[i].group)
                        buf_printf(out, ".SS %s\n", commands[i].group);
                buf_printf(out, ".TP\n\\fBvitrine %s\\fR \\fI", commands[i].words);
                roff_c(out, commands[i].arguments);
                buf_printf(out, "\\fR\n");
                roff_c(out, commands[i].summary);
                buf_printf(out, " See \\fBvitrine\\-%.*s\\fR(1).\n", STR_ARG(first_word(&commands[i])));
        }
}

/* A page for each first word of a command; words of one group stand together in the table. */
static void see_also(struct buf *out)
{
        struct str before = STR_NULL;

        buf_printf(out, ".SH SEE ALSO\n");
        for (size_t i = 0; i < command_count; i++) {
                struct str rest = str_from(commands[i].words), word = str_cut(&rest, ' ');

                if (!str_is_null(before) && str_eq(word, before))
                        continue;
                buf_printf(out, "\\fBvitrine\\-%.*s\\fR(1),\n", STR_ARG(word));
                before = word;
        }
        buf_printf(out, "\\fBlibvitrine\\fR(3)\n");
}

static void main_page(struct buf *out)
{
        title(out, "vitrine", "models and other artifacts, from and to a registry");
        buf_printf(out, ".SH SYNOPSIS\n.B vitrine\n\\fICOMMAND\\fR [\\fIARGUMENT\\fR...] [\\fIOPTION\\fR...]\n"
                        ".br\n.B vitrine\n\\fICOMMAND\\fR \\fB\\-\\-help\\fR\n.SH DESCRIPTION\n");
        paragraphs(out, "Logs files as versions of artifacts, publishes versions in registries and fetches them again, from "
                        "a Vitrine server or another that speaks the interface of the wandb client. What the one "
                        "writes the other reads.\n\n"
                        "Artifacts are written [[ENTITY/]PROJECT/]NAME[:ALIAS], where ALIAS is v3, latest or any other alias; "
                        "left out it is latest. In a registry they are "
                        "[ORGANIZATION/]wandb-registry-REGISTRY/COLLECTION[:ALIAS].\n\n"
                        "Results go to standard output, progress and errors to standard error. With --json the result is one "
                        "JSON value.");
        command_list(out);
        buf_printf(out, ".SH OPTIONS OF ALL COMMANDS\n");
        add_options(out, output_options, output_option_count);
        buf_printf(out, ".SH OPTIONS OF ALL COMMANDS THAT TALK TO A SERVER\n");
        add_options(out, server_options, server_option_count);
        buf_printf(out, ".SH OPTIONS OF ALL COMMANDS THAT CHANGE SOMETHING\n");
        add_options(out, dry_run_options, 1);
        exit_statuses(out);
        mistakes(out);
        environment(out);
        see_also(out);
}

static void one_command(struct buf *out, const struct command *command, bool heading)
{
        if (heading) {
                buf_printf(out, ".SS vitrine %s ", command->words);
                roff_c(out, command->arguments);
                buf_add_c(out, '\n');
        }
        roff_c(out, command->summary);
        buf_add_c(out, '\n');
        if (command->details) {
                buf_printf(out, ".PP\n");
                paragraphs(out, command->details);
        }
        if (command->option_count + command->changes > 0)
                buf_printf(out, "%s", heading ? ".PP\n" : ".SH OPTIONS\n");
        add_options(out, command->options, command->option_count);
        if (command->changes)
                add_options(out, dry_run_options, 1);
}

static void examples(struct buf *out, const char *word)
{
        bool any = false;

        for (size_t i = 0; i < command_count; i++) {
                for (size_t j = 0; str_eq_c(first_word(&commands[i]), word) && j < commands[i].example_count; j++) {
                        if (!any)
                                buf_printf(out, ".SH EXAMPLES\n");
                        any = true;
                        buf_printf(out, ".TP\n.EX\nvitrine ");
                        roff_c(out, commands[i].examples[j].line);
                        buf_printf(out, "\n.EE\n");
                        roff_c(out, commands[i].examples[j].says);
                        buf_printf(out, ".\n");
                }
        }
}

/* What the NAME section says: of a single command its summary without the period. */
static void name_line(struct buf *out, const struct command *command, size_t count)
{
        struct str summary = str_from(command->summary);

        if (count > 1)
                buf_printf(out, "the commands of vitrine that start with %.*s", STR_ARG(first_word(command)));
        else
                buf_printf(out, "%.*s", (int)summary.len - 1, summary.ptr);
}

bool man_page(struct buf *out, const char *word)
{
        _cleanup_(buf_done) struct buf name = { 0 }, page = { 0 };
        const struct command *first = NULL;
        size_t count = 0;

        if (!word) {
                main_page(out);
                return true;
        }
        for (size_t i = 0; i < command_count; i++) {
                if (!str_eq_c(first_word(&commands[i]), word))
                        continue;
                first = first ? first : &commands[i];
                count++;
        }
        if (!first)
                return false;
        name_line(&name, first, count);
        buf_printf(&page, "vitrine-%s", word);
        title(out, buf_cstr(&page), buf_cstr(&name));
        buf_printf(out, ".SH SYNOPSIS\n");
        for (size_t i = 0; i < count; i++) {
                buf_printf(out, "%s\\fBvitrine %s\\fR \\fI", i ? ".br\n" : "", first[i].words);
                roff_c(out, first[i].arguments);
                buf_printf(out, "\\fR [\\fIOPTION\\fR...]\n");
        }
        buf_printf(out, ".SH DESCRIPTION\n");
        for (size_t i = 0; i < count; i++)
                one_command(out, &first[i], count > 1);
        examples(out, word);
        buf_printf(out, ".SH OPTIONS OF ALL COMMANDS\n");
        roff_c(out, "Those for the server, the key and the output are in vitrine(1).\n");
        exit_statuses(out);
        buf_printf(out, ".SH SEE ALSO\n\\fBvitrine\\fR(1)\n");
        return true;
}
