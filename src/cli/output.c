/*
 * cli/output.c - what commands print: fields, tables, JSON; see command.h.
 *
 * Names come from other people: on a terminal their control characters are shown as '?'. Only there is anything fitted to
 * the width; who reads through a pipe gets all of it.
 */
#include "cli/command.h"
#include "cli/text.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LABEL_COLUMNS 16
#define OUT_PASS (64u * 1024) /* bytes */
#define CUT_TO_MIN 12 /* columns; what is shorter says nothing */

/* Of the terminal; 0: there is none. */
static size_t terminal_columns(const struct cli *cli)
{
        struct winsize size = { 0 };

        if (!cli->out_is_terminal || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
                return 0;
        return size.ws_col;
}

void out_line(struct cli *cli, const char *fmt, ...)
{
        _cleanup_(buf_done) struct buf line = { 0 };
        char small[512];
        va_list ap;
        int length;

        if (cli->json)
                return;
        va_start(ap, fmt);
        length = vsnprintf(small, sizeof(small), fmt, ap);
        va_end(ap);
        if (length >= (int)sizeof(small)) {
                buf_reserve(&line, (size_t)length + 1);
                va_start(ap, fmt);
                (void)vsnprintf(line.ptr, (size_t)length + 1, fmt, ap);
                va_end(ap);
                line.len = (size_t)length;
        } else {
                buf_add(&line, small, (size_t)length);
        }
        text_add(&cli->out, buf_str(&line), cli->out_is_terminal);
        buf_add_c(&cli->out, '\n');
}

static void label_line(struct cli *cli, const char *label, struct str value)
{
        char head[64];

        (void)snprintf(head, sizeof(head), "%s:", label);
        buf_printf(&cli->out, "%-*s ", LABEL_COLUMNS, head);
        text_add(&cli->out, value, cli->out_is_terminal);
        buf_add_c(&cli->out, '\n');
}

void out_field(struct cli *cli, const char *key, const char *label, const char *value)
{
        if (cli->json)
                json_key_string(&cli->writer, key, str_from(value));
        else if (label && value && *value)
                label_line(cli, label, str_from(value));
}

void out_field_text(struct cli *cli, const char *key, const char *label, const char *value)
{
        _cleanup_(buf_done) struct buf safe = { 0 };
        size_t columns = terminal_columns(cli), start = cli->out.len;
        struct str rest = str_from(value);
        char head[64];

        if (cli->json || !columns || !value || !*value || columns < LABEL_COLUMNS + 30) {
                out_field(cli, key, label, value);
                return;
        }
        for (bool first = true; !str_is_null(rest); first = false) {
                if (!first)
                        buf_add_c(&safe, '\n');
                text_add(&safe, str_cut(&rest, '\n'), true);
        }
        text_wrap(&cli->out, buf_str(&safe), LABEL_COLUMNS + 1, columns - 1);
        (void)snprintf(head, sizeof(head), "%s:", label);
        /* The first line begins behind the label, where blanks are now. */
        if (cli->out.len > start + LABEL_COLUMNS)
                memcpy(cli->out.ptr + start, head, strlen(head) < LABEL_COLUMNS ? strlen(head) : LABEL_COLUMNS);
}

void out_field_int(struct cli *cli, const char *key, const char *label, int64_t value)
{
        char text[32];

        if (cli->json) {
                json_key_int(&cli->writer, key, value);
        } else if (label) {
                (void)snprintf(text, sizeof(text), "%lld", (long long)value);
                label_line(cli, label, str_from(text));
        }
}

void out_field_size(struct cli *cli, const char *key, const char *label, uint64_t bytes)
{
        char size[TEXT_SIZE_MAX], text[64];

        if (cli->json) {
                json_key_int(&cli->writer, key, (int64_t)bytes);
        } else if (label) {
                (void)snprintf(text, sizeof(text), bytes < 1000 ? "%s" : "%s (%llu bytes)", text_size(bytes, size),
                               (unsigned long long)bytes);
                label_line(cli, label, str_from(text));
        }
}

void out_field_list(struct cli *cli, const char *key, const char *label, const void *object, item_fn item)
{
        _cleanup_(buf_done) struct buf line = { 0 };
        const char *text;

        if (cli->json) {
                json_key(&cli->writer, str_from(key));
                json_begin_array(&cli->writer);
                for (size_t i = 0; (text = item(object, i)) != NULL; i++)
                        json_string(&cli->writer, str_from(text));
                json_end_array(&cli->writer);
                return;
        }
        for (size_t i = 0; (text = item(object, i)) != NULL; i++)
                buf_printf(&line, "%s%s", i ? ", " : "", text);
        if (line.len > 0)
                label_line(cli, label, buf_str(&line));
}

/* ---- tables ------------------------------------------------------------------------------------- */

void table_begin(struct table *table, struct cli *cli, const char *const *columns, size_t count)
{
        assert(count <= TABLE_COLUMNS_MAX);
        *table = (struct table){ .cli = cli, .arena = &cli->arena, .columns = columns, .column_count = count };
}

static void cell(struct table *table, struct str text)
{
        if (table->cell_count == table->cell_cap) {
                size_t cap = table->cell_cap ? table->cell_cap * 2 : TABLE_COLUMNS_MAX;
                struct str *cells = arena_array(table->arena, struct str, cap);

                if (table->cell_count)
                        memcpy(cells, table->cells, table->cell_count * sizeof(*cells));
                table->cells = cells;
                table->cell_cap = cap;
        }
        table->cells[table->cell_count++] = text;
}

void table_cell(struct table *table, const char *text)
{
        cell(table, arena_str(table->arena, str_from(text ? text : "")));
}

void table_cell_int(struct table *table, uint64_t value)
{
        cell(table, arena_printf(table->arena, "%llu", (unsigned long long)value));
}

/* Kept with a line end between the items, which no name can hold. */
void table_cell_list(struct table *table, const void *object, item_fn item)
{
        _cleanup_(buf_done) struct buf line = { 0 };
        const char *text;

        for (size_t i = 0; (text = item(object, i)) != NULL; i++)
                buf_printf(&line, "%s%s", i ? "\n" : "", text);
        cell(table, arena_str(table->arena, buf_str(&line)));
}

/* A column's name may start with a mark: '+' numbers, '#' sizes in bytes, '*' lists, '~' what may be cut. */
static char mark(const char *column)
{
        return strchr("+#*~", column[0]) ? column[0] : 0;
}

static const char *name_of(const char *column)
{
        return column + (mark(column) != 0);
}

static void json_cell(struct json_writer *w, const char *column, struct str text)
{
        json_key(w, str_from(name_of(column)));
        switch (mark(column)) {
        case '+':
        case '#':
                json_raw(w, text);
                break;
        case '*':
                json_begin_array(w);
                while (text.len > 0)
                        json_string(w, str_cut(&text, '\n'));
                json_end_array(w);
                break;
        default:
                json_string(w, text);
        }
}

static void table_json(struct table *table)
{
        struct json_writer *w = &table->cli->writer;

        json_begin_array(w);
        for (size_t i = 0; i < table->cell_count; i++) {
                if (i % table->column_count == 0)
                        json_begin_object(w);
                json_cell(w, table->columns[i % table->column_count], table->cells[i]);
                if ((i + 1) % table->column_count == 0)
                        json_end_object(w);
        }
        json_end_array(w);
}

/* As people see it. */
static struct str shown(struct table *table, size_t index)
{
        const char *column = table->columns[index % table->column_count];
        struct str text = table->cells[index];
        _cleanup_(buf_done) struct buf line = { 0 };
        char size[TEXT_SIZE_MAX];
        uint64_t bytes = 0;

        if (mark(column) == '#' && str_to_u64(text, &bytes))
                return arena_str(table->arena, str_from(text_size(bytes, size)));
        if (mark(column) == '*') {
                for (bool first = true; text.len > 0; first = false) {
                        struct str item = str_cut(&text, '\n');

                        buf_printf(&line, "%s%.*s", first ? "" : ",", STR_ARG(item));
                }
                text = buf_str(&line);
        }
        {
                _cleanup_(buf_done) struct buf safe = { 0 };

                /* A line end in a description would break the table anywhere. */
                text_add(&safe, text, true);
                return arena_str(table->arena, buf_str(&safe));
        }
}

static void add_padded(struct buf *out, struct str text, size_t width, bool right, bool last)
{
        size_t columns = text_columns(text);
        int blanks = columns < width ? (int)(width - columns) : 0;

        if (right)
                buf_printf(out, "%*s", blanks, "");
        if (columns > width)
                blanks = (int)(width - text_add_cut(out, text, width));
        else
                buf_add_str(out, text);
        if (!last) {
                buf_printf(out, "%*s", (right ? 0 : blanks) + 2, "");
                return;
        }
        while (out->len > 0 && out->ptr[out->len - 1] == ' ')
                out->len--;
        buf_add_c(out, '\n');
}

/* How wide each column must be for the cells at hand, which become what is shown. */
static void measure(struct table *table)
{
        for (size_t i = 0; i < table->cell_count; i++) {
                size_t len, column = i % table->column_count;

                table->cells[i] = shown(table, i);
                len = text_columns(table->cells[i]);
                if (len > table->width[column])
                        table->width[column] = len;
        }
}

/* Room for the names; a column that holds nothing is left out on a terminal: its width stays 0. */
static void measure_names(struct table *table)
{
        bool empty = table->cell_count == 0 && table->rows == 0;

        for (size_t i = 0; i < table->column_count; i++) {
                size_t name = strlen(name_of(table->columns[i]));

                if (table->width[i] < name && !(table->width[i] == 0 && !empty && table->cli->out_is_terminal))
                        table->width[i] = name;
        }
}

/* Until it fits a terminal, the widest of those that may be cut is. */
static void fit(struct table *table)
{
        size_t room = terminal_columns(table->cli), *width = table->width;

        while (room) {
                size_t sum = 0, widest = TABLE_COLUMNS_MAX;

                for (size_t i = 0; i < table->column_count; i++) {
                        sum += width[i] ? width[i] + 2 : 0;
                        if (mark(table->columns[i]) == '~' && width[i] > CUT_TO_MIN &&
                            (widest == TABLE_COLUMNS_MAX || width[i] > width[widest]))
                                widest = i;
                }
                if (sum <= room + 2 || widest == TABLE_COLUMNS_MAX)
                        return;
                width[widest] -= sum - room - 2 < width[widest] - CUT_TO_MIN ? sum - room - 2 : width[widest] - CUT_TO_MIN;
        }
}

static void print_row(struct table *table, const struct str *cells)
{
        size_t last = table->column_count;

        while (last > 1 && table->width[last - 1] == 0)
                last--;
        for (size_t i = 0; i < last; i++) {
                char kind = mark(table->columns[i]);

                if (table->width[i] || i + 1 == last)
                        add_padded(&table->cli->out, cells[i], table->width[i], kind == '+' || kind == '#', i + 1 == last);
        }
}

static void print_heading(struct table *table)
{
        struct str headings[TABLE_COLUMNS_MAX];
        char texts[TABLE_COLUMNS_MAX][64];

        measure_names(table);
        fit(table);
        for (size_t i = 0; i < table->column_count; i++) {
                size_t at = 0;

                for (const char *c = name_of(table->columns[i]); *c && at + 1 < sizeof(texts[i]); c++)
                        texts[i][at++] = *c == '_' ? ' ' : (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
                headings[i] = (struct str){ texts[i], at };
        }
        print_row(table, headings);
        table->headed = true;
}

void table_end(struct table *table)
{
        size_t columns = table->column_count;

        assert(table->cell_count % columns == 0);
        if (table->cli->json) {
                table_json(table);
                return;
        }
        measure(table);
        if (!table->headed)
                print_heading(table);
        for (size_t i = 0; i < table->cell_count; i += columns)
                print_row(table, table->cells + i);
}

/* ---- tables of any length -------------------------------------------------------------------------- */

static void forget_cells(struct table *table)
{
        assert(table->arena != &table->cli->arena);
        table->rows += table->cell_count / table->column_count;
        table->cells = NULL;
        table->cell_count = table->cell_cap = 0;
        arena_reset(table->arena);
}

void table_measure(struct table *table)
{
        measure(table);
        forget_cells(table);
}

void table_print(struct table *table)
{
        if (!table->headed)
                print_heading(table);
        for (size_t i = 0; i < table->cell_count; i++)
                table->cells[i] = shown(table, i);
        for (size_t i = 0; i < table->cell_count; i += table->column_count)
                print_row(table, table->cells + i);
        forget_cells(table);
}

enum vitrine_code out_pass(struct cli *cli, struct vitrine_error *error)
{
        if (cli->out.len < OUT_PASS)
                return VITRINE_OK;
        progress_clear(&cli->progress);
        if (fwrite(cli->out.ptr, 1, cli->out.len, stdout) != cli->out.len)
                return fail_errno(error, VITRINE_IO, "Standard output cannot be written");
        buf_clear(&cli->out);
        cli->out_begun = true;
        return VITRINE_OK;
}
