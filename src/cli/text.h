/*
 * cli/text.h - numbers and names as people read them.
 *
 * Thread rule: pure.
 */
#ifndef VITRINE_CLI_TEXT_H
#define VITRINE_CLI_TEXT_H

#include "base/buf.h"

#define TEXT_SIZE_MAX 24

/* "0 B", "999 B", "4.0 KiB", "12.3 GiB" */
const char *text_size(uint64_t bytes, char ret[static TEXT_SIZE_MAX]);
/* "4 s", "2:05", "3:00:09", "4 days" */
const char *text_duration(uint64_t seconds, char ret[static TEXT_SIZE_MAX]);
/*
 * Appends text; with `safe` control characters, those that turn the direction of writing, and broken UTF-8 become '?', so
 * that a name cannot drive a terminal.
 */
void text_add(struct buf *out, struct str text, bool safe);
/* How many columns it takes on a terminal: two for the scripts of East Asia and for pictures, none for accents that combine. */
size_t text_columns(struct str text);
/* Appends as much as fits into width columns, the last of them being an ellipsis; returns how many it takes. */
size_t text_add_cut(struct buf *out, struct str text, size_t width);
/* Appends paragraphs wrapped at `width` columns, each line behind `indent` blanks; a line that starts with a blank stays. */
void text_wrap(struct buf *out, struct str text, size_t indent, size_t width);

#endif
