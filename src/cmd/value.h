/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A typed value of an option or a setting: how its text is read into a field of
 * struct settings. Option table and settings table share it.
 */
#ifndef CMD_VALUE_H
#define CMD_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"

enum value_type {
	VALUE_BOOL,   /* bool */
	VALUE_TEXT,   /* char *, owned, NULL when not set */
	VALUE_LIST,   /* struct argv: each use adds one */
	VALUE_COUNT,  /* int64_t, from min to max */
	VALUE_USD,    /* double, 0 and up */
	VALUE_CHOICE, /* int: place in choices */
	VALUE_AGE,    /* int64_t seconds: "14.days", "2.weeks", "never" */
};

struct value_spec {
	enum value_type type;
	size_t offset;              /* of the field in struct settings */
	int64_t min, max;           /* VALUE_COUNT */
	/* NULL-terminated; VALUE_CHOICE has them, VALUE_TEXT may: NULL takes any text */
	const char *const *choices;
};

/* Reads text into the field. what names it for the error: "--jobs", "dualfix.jobs". */
struct err *value_set(const struct value_spec *spec, void *settings, enum err_kind kind,
		      const char *what, const char *text) MUST_USE;

#endif
