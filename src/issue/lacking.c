/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/includes.h"

#include <string.h>

#include "issue/words.h"

#define INCLUDERS_MAX 64

/* "In file included from " is as long as the blanks and "from " of its next lines. */
#define FROM_BYTES 22

/*
 * The file that the compiler was given, from the lines above a diagnostic. gcc
 * lists from the inside out, clang from the outside in, each line anew.
 */
static struct err *compiled_file(struct remedy *d, const struct diag *diag,
				 const char **out)
{
	struct span rest = diag->text, line, name = { NULL, 0 };
	const struct tree_file *file;
	const char *path;
	struct err *err;
	ptrdiff_t colon;

	*out = NULL;
	while (span_line(&rest, &line)) {
		bool first = span_starts(line, "In file included from ");

		if (!first && !span_starts(line, "                 from "))
			break;
		if (!first || !name.ptr)
			name = span_cut(line, FROM_BYTES, line.len);
	}
	colon = span_findc(name, ':', 0);
	if (colon <= 0)
		return NULL;
	path = arena_dup(&d->arena, span_cut(name, 0, (size_t)colon));
	if (!path)
		return arena_err(&d->arena, "plan");
	err = remedy_file(d, path, &file);
	if (!err && !file->why && !is_header(path))
		*out = path;
	return err;
}

/* Sources that may include a header: they hold the last word of its name. */
struct includers {
	struct remedy *d;
	const char *own;
	const char *path[INCLUDERS_MAX];
	size_t n;
};

static struct err *note_includer(void *ctx, const char *path)
{
	struct includers *in = ctx;

	if (!is_c_source(path) || is_header(path) || !strcmp(path, in->own) ||
	    in->n == INCLUDERS_MAX)
		return NULL;
	in->path[in->n] = arena_dups(&in->d->arena, path);
	if (!in->path[in->n])
		return arena_err(&in->d->arena, "plan");
	in->n++;
	return NULL;
}

static struct err *list_includers(struct remedy *d, const char *header,
				  struct includers *includers)
{
	const struct evidence *e = d->in->evidence;
	const char *base = strrchr(header, '/');
	struct span stem, part, word = { NULL, 0 };
	const char *copy;
	size_t at = 0;

	base = base ? base + 1 : header;
	stem = span_cut(span_of(base), 0, (size_t)(strrchr(base, '.') - base));
	while (word_next(stem, &at, &part))
		word = part;
	if (!word.len)
		return NULL;
	copy = arena_dup(&d->arena, word);
	if (!copy)
		return arena_err(&d->arena, "plan");
	return e->files_with(e->ctx, copy, note_includer, includers);
}

/* Whether path includes header, and has what by other means before that. */
static struct err *provides(struct remedy *d, const char *path, const char *header,
			    const struct include *what, bool *includes, bool *provided)
{
	const struct tree_file *file;
	struct include inc;
	struct err *err;
	size_t at = 0;

	*includes = *provided = false;
	err = remedy_file(d, path, &file);
	if (err)
		return err;
	while (include_next(file->bytes, &at, &inc)) {
		struct span target = span_cut(what->line, what->line.len, what->line.len);
		const char *found, *want;
		bool yes;

		err = include_resolve(d, path, inc.target, &found);
		if (err)
			return err;
		if (found && !strcmp(found, header)) {
			*includes = true;
			return NULL;
		}
		if (what->system) {
			target = (struct span){ what->target.ptr - 1,
						what->target.len + 2 };
			*provided |= inc.system && span_eq(inc.target, what->target);
		} else {
			err = include_resolve(d, header, what->target, &want);
			if (err)
				return err;
			target = span_of(want);
			*provided |= found && want && !strcmp(found, want);
		}
		if (!found || !target.len)
			continue;
		err = include_reaches(d, found, target, &yes);
		if (err)
			return err;
		*provided |= yes;
	}
	return NULL;
}

struct err *lacking_file(struct remedy *d, const struct diag *diag, struct span import,
			 const char **out)
{
	struct includers includers = { .d = d };
	struct include what;
	size_t n = 0;
	struct err *err;

	*out = diag->file;
	if (!is_header(diag->file) || !d->in->evidence || !include_of(import, &what))
		return NULL;
	err = compiled_file(d, diag, &includers.own);
	if (!err && includers.own)
		err = list_includers(d, diag->file, &includers);
	if (err || !includers.own)
		return err;
	for (size_t i = 0; i < includers.n; i++) {
		bool includes, provided;

		err = provides(d, includers.path[i], diag->file, &what, &includes,
			       &provided);
		if (err)
			return err;
		if (!includes)
			continue;
		if (!provided)
			return NULL;
		n++;
	}
	if (n)
		*out = includers.own;
	return NULL;
}
