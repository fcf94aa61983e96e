/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What imports look like, language by language: which statements they are, how
 * they are grouped and sorted, and where the first one of a file belongs.
 */
#ifndef EDIT_IMPORT_STYLE_H
#define EDIT_IMPORT_STYLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "edit/language.h"
#include "edit/text.h"

struct import {
	size_t first, last; /* lines of the text, counted from 0 */
	struct span text;   /* the statement, no line end after it */
	struct span key;    /* what it is sorted by: module, path */
	int class;          /* groups come in this order: standard library, others, own */
	int form;           /* kinds that are not mixed: import and from, import and require */
};

struct import_style {
	/* Whether the statement s is an import; fills key, class and form. */
	bool (*parse)(struct span s, struct import *out);
	/* Lines that may stand among imports without ending them. */
	bool (*passes)(struct span line);
	/* The line where a first import goes; code is the text blanked. */
	size_t (*first_line)(const struct text *t, struct span code);
	bool groups_apart;  /* groups of unlike class have an empty line between */
	bool after_all;     /* an import of a new class goes below all others */
	bool forms_mixed;   /* forms are sorted together */
};

const struct import_style *import_style(enum language language);

#endif
