/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What mailed patches say besides the commits: how they were made and what was run,
 * below the cut and in the cover letter (templates/mail/cover.txt).
 */
#ifndef FLOW_LETTER_H
#define FLOW_LETTER_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "flow/publish.h"
#include "flow/report.h"

/* Who made it, what ran, what was not shown: a list, an item a line. */
void letter_notes(const struct report *report, struct str *out);

/* A series' cover letter: subject and body, both cleaned. */
struct err *letter_cover(const struct publish_spec *spec, struct span notes,
			 struct str *subject, struct str *body) MUST_USE;

#endif
