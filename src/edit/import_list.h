/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The imports at the top of a text, and where among them a new one goes.
 */
#ifndef EDIT_IMPORT_LIST_H
#define EDIT_IMPORT_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "edit/import_style.h"

struct import_list {
	struct import *v;
	size_t n, cap;
};

/* Where a new import goes: above line, with empty lines around it or not. */
struct import_spot {
	size_t line;
	bool blank_before, blank_after;
};

/* code is the text blanked. v is the caller's to free(), after an err too. */
struct err *import_list_read(struct import_list *list, const struct text *t,
			     struct span code, enum language language) MUST_USE;

/* Whether all that new brings is imported already. */
bool import_list_has(const struct import_list *list, const struct import *new,
		     enum language language);

struct import_spot import_list_place(const struct import_list *list,
				     const struct import *new, const struct text *t,
				     struct span code, enum language language);

/* The next statement of s from *at on: lines until its brackets are closed. */
bool import_next_statement(struct span s, struct span code, size_t *at,
			   struct span *statement);

#endif
