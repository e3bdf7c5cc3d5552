/*
 * base/pattern_program.h - what a regular expression is compiled into; for pattern_read.c, which writes it, and
 * pattern.c, which runs it.
 */
#ifndef VITRINE_BASE_PATTERN_PROGRAM_H
#define VITRINE_BASE_PATTERN_PROGRAM_H

#include "base/pattern.h"

#define RANGES_MAX 64u

enum step_kind { STEP_CHAR, STEP_CLASS, STEP_ANY, STEP_SPLIT, STEP_JUMP, STEP_ASSERT, STEP_MATCH };
enum assertion { ASSERT_START, ASSERT_END, ASSERT_WORD, ASSERT_NO_WORD };

struct range {
        uint32_t first, last;
};
struct class {
        bool negated;
        uint32_t count;
        struct range ranges[RANGES_MAX];
};
/* Targets are relative, so that steps can be copied. */
struct step {
        enum step_kind kind;
        uint32_t value;            /* code point, class, assertion */
        int32_t to, or_to;
};

struct pattern {
        struct step *steps;
        uint32_t count, cap;
        struct class *classes;
        uint32_t class_count;
        bool ignore_case;
        /* for matching: two sets of steps, and when each step was added last */
        uint32_t *now, *next, *stack;
        uint64_t *added;
        uint64_t generation;
};

/* Zeroed; ends the process when memory is out. */
void *pattern_alloc(size_t count, size_t size);
/* The code point at *at, which moves behind it; bytes that are no UTF-8 stand for themselves. */
uint32_t pattern_decode(struct str text, size_t *at);
/* Writes the steps and classes of p, which is zeroed. */
MUST_USE enum rc pattern_read(struct pattern *p, struct str text, struct err *err);

#endif
