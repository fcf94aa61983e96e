/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts that are sent to models, kept as files: templates/prompts/NAME.txt,
 * compiled in; the user's own file of that name goes before.
 *
 * A template begins with the line "version: N", which the run records; then
 * comes the text, in which {{name}} stands for a value. Values are never
 * looked at again, so text from outside cannot fill in another one.
 */
#ifndef MODEL_TEMPLATE_H
#define MODEL_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

/* One of the user's own files, already read. */
struct template_text {
	const char *name; /* "prompts/planner.txt" */
	struct span text;
};

/* {NULL, 0}: the compiled-in ones alone. */
struct templates {
	const struct template_text *own;
	size_t n_own;
};

struct template {
	const char *name;
	size_t version;
	bool own;
	struct span body;
};

/* ERR_CONFIG when there is none of that name, or it has no version line. */
struct err *template_find(struct template *out, const struct templates *templates,
			  const char *name) MUST_USE;

struct template_value {
	const char *name;
	struct span value;
};

/*
 * Adds the filled text to out. ERR_CONFIG names template and line when a name has
 * no value or braces do not close. A line that holds nothing but one placeholder
 * whose value is empty is left out.
 */
struct err *template_fill(struct str *out, const struct template *tpl,
			  const struct template_value *values, size_t n) MUST_USE;

#endif
