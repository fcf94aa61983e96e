/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the compiler is asked to check for us.
 */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

/* The result must be looked at; every function that returns an err has it. */
#define MUST_USE __attribute__((warn_unused_result))

/* Argument FMT is a printf format for the arguments from ARGS on (1-based). */
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
