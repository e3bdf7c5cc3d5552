/*
 * gql/lexer.h - the steps of the lexer through its source; for lex.c and lex_string.c.
 *
 * The source is known to be well-formed UTF-8, so the first byte of a sequence says how long it is.
 */
#ifndef VITRINE_GQL_LEXER_H
#define VITRINE_GQL_LEXER_H

#include "gql/syntax.h"

static inline struct gql_loc here(const struct gql_lexer *lexer)
{
        return (struct gql_loc){
                .line = lexer->line,
                .column = (uint32_t)(lexer->pos - lexer->line_start - lexer->wide + 1),
                .offset = (uint32_t)lexer->pos,
        };
}

/* The byte at pos + ahead; 0 behind the end (a NUL in the source is no legal token either). */
static inline unsigned char byte_at(const struct gql_lexer *lexer, size_t ahead)
{
        size_t at = lexer->pos + ahead;

        return at < lexer->source.len ? (unsigned char)lexer->source.ptr[at] : 0;
}

static inline size_t sequence_len(unsigned char first)
{
        return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

static inline size_t sequence_units(unsigned char first)
{
        return first < 0xF0 ? 1 : 2;
}

/* Steps over one code point that is not a line end. */
static inline void step(struct gql_lexer *lexer)
{
        unsigned char first = byte_at(lexer, 0);
        size_t len = sequence_len(first);

        lexer->pos += len;
        lexer->wide += len - sequence_units(first);
}

/* Steps over \n, \r or \r\n. */
static inline void step_line(struct gql_lexer *lexer)
{
        lexer->pos += byte_at(lexer, 0) == '\r' && byte_at(lexer, 1) == '\n' ? 2 : 1;
        lexer->line++;
        lexer->line_start = lexer->pos;
        lexer->wide = 0;
}

/* The token begins at pos with one quotation mark, or with three. lex_string.c */
void lex_string(struct gql_lexer *lexer, struct gql_token *ret);
void lex_block_string(struct gql_lexer *lexer, struct gql_token *ret);

#endif
