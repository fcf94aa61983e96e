/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Short forms of struct value_spec, for the rows of the option and the settings
 * table: the type of a value, and the field of struct settings (cmd/settings.h) it
 * goes to.
 */
#ifndef CMD_ROWS_H
#define CMD_ROWS_H

#include <stddef.h>

#include "cmd/value.h"

#define AT(field) .offset = offsetof(struct settings, field)
#define BOOLEAN(field) { .type = VALUE_BOOL, AT(field) }
#define TEXT(field) { .type = VALUE_TEXT, AT(field) }
#define ONE_OF(field, names) { .type = VALUE_TEXT, AT(field), .choices = (names) }
#define LIST(field) { .type = VALUE_LIST, AT(field) }
#define COUNT(field, lo, hi) { .type = VALUE_COUNT, AT(field), .min = (lo), .max = (hi) }
#define USD(field) { .type = VALUE_USD, AT(field) }
#define CHOICE(field, names) { .type = VALUE_CHOICE, AT(field), .choices = (names) }
#define AGE(field) { .type = VALUE_AGE, AT(field) }

#endif
