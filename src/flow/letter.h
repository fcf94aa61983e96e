/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What mailed patches say besides the commits: how they were made and what was run,
 * below the cut and in the cover letter (templates/mail/cover.txt).
 */
#ifndef FLOW_LETTER_H
#define FLOW_LETTER_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "flow/landing.h"
#include "flow/report.h"
#include "model/template.h"

/* Who made it, what ran, what was not shown: a list, an item a line. */
void letter_notes(const struct report *report, struct str *out);

struct letter_spec {
	const struct templates *templates;
	const struct landing *landings;
	size_t n_landings;
	const char *title, *address; /* of the issue; NULL: none */
	struct span notes;
};

/* A series' cover letter: subject and body, both cleaned. */
struct err *letter_cover(const struct letter_spec *spec, struct str *subject,
			 struct str *body) MUST_USE;

#endif
