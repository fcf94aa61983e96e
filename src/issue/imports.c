/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/imports.h"

#include <string.h>

#include "issue/includes.h"
#include "issue/pyimports.h"
#include "issue/words.h"

/* The last word of a Python import line, which is the name that it binds. */
static struct span bound_name(struct span import)
{
	struct span word, last = { NULL, 0 };
	size_t at = 0;

	while (word_next(import, &at, &word))
		last = word;
	return last;
}

/* In the file itself, or in what it includes. */
static struct err *is_there(struct remedy *d, const char *path,
			    const struct tree_file *file, struct span import, bool *yes)
{
	struct include inc;
	const char *found;
	struct err *err;

	*yes = tree_has_line(file, import);
	if (*yes || !include_of(import, &inc))
		return NULL;
	if (inc.system)
		return include_reaches(
			d, path, (struct span){ inc.target.ptr - 1, inc.target.len + 2 },
			yes);
	err = include_resolve(d, path, inc.target, &found);
	if (err || !found)
		return err;
	return include_reaches(d, path, span_of(found), yes);
}

/* "<stdio.h>" of "#include <stdio.h>", or the path of a header of the project. */
struct err *import_needs(struct remedy *d, const char *file, struct span import,
			 struct span *out)
{
	struct include inc;
	const char *path;
	struct err *err;

	*out = (struct span){ NULL, 0 };
	if (!include_of(import, &inc))
		return NULL;
	err = include_resolve(d, file, inc.target, &path);
	if (inc.system && !path)
		*out = (struct span){ inc.target.ptr - 1, inc.target.len + 2 };
	else if (path)
		*out = span_of(path);
	return err;
}

struct err *remedy_import(struct remedy *d, const struct diag *diag, enum cure_kind kind,
			  struct span import, struct span subject, const char *header,
			  const char **why)
{
	struct cure cure = {
		.kind = kind, .diag = diag, .what = import, .subject = subject
	};
	const struct tree_file *file;
	struct err *err;
	bool there;

	err = lacking_file(d, diag, import, &cure.file);
	if (!err)
		err = remedy_editable(d, cure.file, &file, why);
	if (err || *why)
		return err;
	if (kind == CURE_INCLUDE) {
		cure.needs = span_of(header);
		if (!header)
			err = import_needs(d, cure.file, import, &cure.needs);
		if (!err)
			err = include_own(d, cure.file, &cure.what);
		if (err)
			return err;
	}
	err = is_there(d, cure.file, file, cure.what, &there);
	if (err)
		return err;
	if (there) {
		*why = arena_printf(&d->arena, "'%.*s' is there already",
				    (int)cure.what.len, cure.what.ptr);
		return *why ? NULL : arena_err(&d->arena, "plan");
	}
	if (!strcmp(diag->tool, "python") && py_binds(file, bound_name(import))) {
		*why = "the file gives the name another meaning";
		return NULL;
	}
	return remedy_cure(d, &cure);
}

/* Go's '"fmt" imported and not used': the line that imports it and nothing else. */
struct err *remedy_removal(struct remedy *d, const struct diag *diag, struct span name,
			   struct span subject, const char **why)
{
	struct cure cure = { .kind = CURE_REMOVAL,
			     .diag = diag,
			     .file = diag->file,
			     .what = name,
			     .subject = subject };
	struct fixit fixit = { .file = diag->file, .text = { "", 0 } };
	const struct tree_file *file;
	struct span line, rest;
	struct err *err;

	err = remedy_editable(d, diag->file, &file, why);
	if (err || *why)
		return err;
	if (!tree_line(file, diag->line, &line)) {
		*why = "it points past the end of the file";
		return NULL;
	}
	rest = span_trim(line);
	if (span_starts(rest, "import "))
		rest = span_trim(span_cut(rest, 7, rest.len));
	if (rest.len != name.len + 2 || rest.ptr[0] != '"' ||
	    rest.ptr[rest.len - 1] != '"' ||
	    !span_eq(span_cut(rest, 1, rest.len - 1), name)) {
		*why = "the line does more than import it";
		return NULL;
	}
	fixit.line = diag->line;
	fixit.column = fixit.end_column = 1;
	fixit.end_line = diag->line + 1;
	err = remedy_fixits(d, diag, &fixit, 1, why);
	if (err || *why)
		return err;
	return remedy_cure(d, &cure);
}

/* Whether the #include that b adds brings what a's is added for. */
static struct err *brings(struct remedy *d, const struct cure *b, const struct cure *a,
			  bool *yes)
{
	struct include inc;
	const char *path;
	struct err *err;

	*yes = false;
	if (!a->needs.len || !include_of(b->what, &inc))
		return NULL;
	err = include_resolve(d, b->file, inc.target, &path);
	if (err || !path)
		return err;
	*yes = span_eqs(a->needs, path); /* two spellings of one header */
	return *yes ? NULL : include_reaches(d, path, a->needs, yes);
}

/* An #include that another added one brings along is not needed. */
struct err *remedy_drop_needless(struct remedy *d)
{
	for (size_t i = 0; i < d->n_cures; i++) {
		struct cure *a = &d->cures[i];

		for (size_t k = 0; k < d->n_cures && !a->dropped; k++) {
			const struct cure *b = &d->cures[k];
			struct err *err;

			if (a->kind != CURE_INCLUDE || b->kind != CURE_INCLUDE ||
			    b->dropped || strcmp(a->file, b->file) ||
			    span_eq(a->what, b->what))
				continue;
			err = brings(d, b, a, &a->dropped);
			if (err)
				return err;
		}
	}
	return NULL;
}
