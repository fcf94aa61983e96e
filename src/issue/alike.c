/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/users.h"

#include <string.h>

/* So many files must have a header first for that to be the custom. */
#define FIRST_MIN 2

static struct err *any_direct(struct users *users, const struct include *what, bool *yes)
{
	*yes = false;
	for (size_t i = 0; i < users->n && !*yes; i++) {
		const struct tree_file *tree;
		struct include inc;
		struct err *err;
		size_t at = 0;

		err = remedy_file(users->d, users->path[i], &tree);
		if (err)
			return err;
		while (!*yes && include_next(tree->bytes, &at, &inc))
			*yes = inc.system && span_eq(inc.target, what->target);
	}
	return NULL;
}

/* An #include that was added to file before, and that brings header. */
static struct err *added_before(struct remedy *d, const char *file, struct span header,
				struct span *import, bool *yes)
{
	*yes = false;
	for (size_t i = 0; i < d->n_cures && !*yes; i++) {
		const struct cure *cure = &d->cures[i];
		struct include inc;
		const char *path;
		struct err *err;

		if (cure->kind != CURE_INCLUDE || strcmp(cure->file, file) ||
		    !include_of(cure->what, &inc))
			continue;
		err = include_resolve(d, file, inc.target, &path);
		if (!err && path)
			err = include_reaches(d, path, header, yes);
		if (err)
			return err;
		if (*yes)
			*import = cure->what;
	}
	return NULL;
}

static struct err *look(struct remedy *d, const char *file, struct span name,
			const struct include *inc, struct span *import)
{
	struct span header = { inc->target.ptr - 1, inc->target.len + 2 };
	struct span better = { NULL, 0 };
	const char *umbrella, *why = NULL;
	struct users *users;
	struct err *err;
	bool yes;

	err = added_before(d, file, header, import, &yes);
	if (err || yes)
		return err;
	err = users_start(d, file, name, &users);
	if (!err)
		err = any_direct(users, inc, &yes);
	if (err || yes)
		return err;
	err = users_umbrella(users, header, &umbrella);
	if (err || !umbrella)
		return err;
	err = users_spell(users, umbrella, &better, &why);
	if (!err && !why)
		*import = better;
	return err;
}

struct err *include_alike(struct remedy *d, const char *file, struct span name,
			  struct span *import)
{
	struct include inc;
	struct answer *a;
	struct err *err;

	for (a = d->answers; a; a = a->next) {
		if (!strcmp(a->file, file) && span_eq(a->name, name) &&
		    span_eq(a->wanted, *import)) {
			*import = a->import;
			return NULL;
		}
	}
	if (!include_of(*import, &inc) || !inc.system || !name.len || !d->in->evidence ||
	    d->n_answers++ >= REMEDY_ANSWERS_MAX)
		return NULL;
	a = arena_alloc(&d->arena, sizeof(*a));
	if (!a)
		return arena_err(&d->arena, "plan");
	a->file = file;
	a->name = name;
	a->wanted = a->import = *import;
	err = look(d, file, name, &inc, &a->import);
	a->next = d->answers;
	d->answers = a;
	*import = a->import;
	return err;
}

/* foo.h beside foo.c, if the tree has it and file does not include it yet. */
static struct err *own_header(struct remedy *d, const char *file, const char **out)
{
	const char *dot = strrchr(file, '.');
	const struct tree_file *tree;
	const char *header;
	struct err *err;
	bool yes;

	*out = NULL;
	if (!dot || is_header(file) || !is_c_source(file))
		return NULL;
	header = arena_printf(&d->arena, "%.*s.h", (int)(dot - file), file);
	if (!header)
		return arena_err(&d->arena, "plan");
	err = remedy_file(d, header, &tree);
	if (!err && !tree->why) {
		err = include_reaches(d, file, span_of(header), &yes);
		*out = err || yes ? NULL : header;
	}
	return err;
}

struct err *include_own(struct remedy *d, const char *file, struct span *import)
{
	const char *header, *path, *why = NULL;
	struct span better = { NULL, 0 }, what;
	struct include inc;
	struct users *users;
	struct err *err;
	bool yes;

	err = own_header(d, file, &header);
	if (err || !header || !include_of(*import, &inc) || !d->in->evidence)
		return err;
	what = (struct span){ inc.target.ptr - 1, inc.target.len + 2 };
	if (!inc.system) {
		err = include_resolve(d, file, inc.target, &path);
		if (err || !path || !strcmp(path, header))
			return err;
		what = span_of(path);
	}
	err = include_reaches(d, header, what, &yes);
	if (err || !yes)
		return err;
	err = users_start(d, file, SPAN(""), &users);
	if (!err)
		err = users_spell(users, header, &better, &why);
	if (!err && !why)
		*import = better;
	return err;
}

/* Whether path includes header, and if so whether before anything else. */
static struct err *first_there(struct remedy *d, const char *path, const char *header,
			       bool *includes, bool *first)
{
	const struct tree_file *tree;
	struct include inc;
	struct err *err;
	size_t at = 0, n = 0;

	*includes = *first = false;
	err = remedy_file(d, path, &tree);
	while (!err && !*includes && include_next(tree->bytes, &at, &inc)) {
		const char *found;

		err = include_resolve(d, path, inc.target, &found);
		*includes = !err && found && !strcmp(found, header);
		*first = *includes && !n;
		n++;
	}
	return err;
}

struct err *include_comes_first(struct remedy *d, const char *file, struct span import,
				bool *yes)
{
	struct users *users;
	struct include inc;
	const char *header;
	struct err *err;
	size_t n = 0;

	*yes = false;
	if (!d->in->evidence || is_header(file) || !include_of(import, &inc))
		return NULL;
	err = include_resolve(d, file, inc.target, &header);
	if (err || !header)
		return err;
	err = users_of_header(d, file, header, &users);
	for (size_t i = 0; !err && i < users->n; i++) {
		bool includes, first;

		if (is_header(users->path[i]))
			continue;
		err = first_there(d, users->path[i], header, &includes, &first);
		if (!err && includes && !first)
			return NULL;
		n += includes;
	}
	*yes = n >= FIRST_MIN;
	return err;
}
