/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "plan/fields.h"

enum need {
	NEEDS_NOTHING,
	NEEDS_FILE,
	NEEDS_NONE, /* nothing may be there */
};

/* What one edit needs of one path, and whether a file is there after it. */
struct touch {
	const char *path;
	const struct edit *edit;
	enum need need;
	bool leaves_file;
};

/* Two edits that do not go together: of several, those whose second comes first. */
struct conflict {
	const struct edit *first, *second;
	const char *path;
	const char *why;
};

static void note(struct conflict *c, const char *path, const struct touch *a,
		 const struct touch *b, const char *why)
{
	bool swap = a->edit->index > b->edit->index;
	const struct edit *first = swap ? b->edit : a->edit;
	const struct edit *second = swap ? a->edit : b->edit;

	if (!c->second || second->index < c->second->index)
		*c = (struct conflict){ first, second, path, why };
}

/*
 * In the order of the bytes, with '/' before all others: what lies below a path
 * follows it at once. Plan order among equals; a rename takes before it gives.
 */
static int by_path(const void *va, const void *vb)
{
	const struct touch *a = va, *b = vb;
	const unsigned char *p = (const unsigned char *)a->path;
	const unsigned char *q = (const unsigned char *)b->path;

	while (*p && *p == *q) {
		p++;
		q++;
	}
	if (*p != *q) {
		int x = *p == '/' ? 1 : *p, y = *q == '/' ? 1 : *q;

		return x < y ? -1 : 1;
	}
	if (a->edit->index != b->edit->index)
		return a->edit->index < b->edit->index ? -1 : 1;
	return (a->need == NEEDS_NONE) - (b->need == NEEDS_NONE);
}

static size_t collect(const struct plan *plan, struct touch *out)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_edits; i++) {
		const struct edit *e = &plan->edits[i];

		if (e->regex)
			continue;
		switch (e->kind) {
		case EDIT_CREATE_FILE:
			out[n++] = (struct touch){ e->file, e, NEEDS_NONE, true };
			break;
		case EDIT_DELETE_FILE:
			out[n++] = (struct touch){ e->file, e, NEEDS_FILE, false };
			break;
		case EDIT_RENAME_FILE:
			out[n++] = (struct touch){ e->file, e, NEEDS_FILE, false };
			out[n++] = (struct touch){ e->to, e, NEEDS_NONE, true };
			break;
		default:
			out[n++] = (struct touch){ e->file, e, NEEDS_FILE, true };
			break;
		}
	}
	return n;
}

/* One after the other on one path. */
static void compare_steps(struct conflict *c, const struct touch *was,
			  const struct touch *next)
{
	if (next->need == NEEDS_FILE && !was->leaves_file)
		note(c, was->path, was, next, "no file is there after the first");
	else if (next->need == NEEDS_NONE && was->leaves_file)
		note(c, was->path, was, next, "a file is there after the first");
}

static bool is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return !strncmp(path, folder, n) && path[n] == '/';
}

static void find_conflict(struct conflict *c, const struct touch *touch, size_t n)
{
	const struct touch *file = NULL; /* the last that stays */

	for (size_t i = 0; i < n; i++) {
		bool last = i + 1 == n || strcmp(touch[i].path, touch[i + 1].path) != 0;

		if (!last) {
			compare_steps(c, &touch[i], &touch[i + 1]);
			continue;
		}
		if (!touch[i].leaves_file)
			continue;
		if (file && is_below(touch[i].path, file->path))
			note(c, file->path, file, &touch[i],
			     "it would be a file and a folder");
		else
			file = &touch[i];
	}
}

struct err *plan_check_conflicts(const struct plan *plan)
{
	struct conflict c = { .why = "" };
	struct touch *touch = calloc(2 * plan->n_edits + 1, sizeof(*touch));
	size_t n;

	if (!touch)
		return err_nomem();
	n = collect(plan, touch);
	qsort(touch, n, sizeof(*touch), by_path);
	find_conflict(&c, touch, n);
	free(touch);
	if (!c.second)
		return NULL;
	return err_new(ERR_INPUT,
		       "edits[%zu] (%s) and edits[%zu] (%s) contradict: '%s': %s",
		       c.first->index, edit_kind_name(c.first->kind), c.second->index,
		       edit_kind_name(c.second->kind), c.path, c.why);
}

static struct err *check_protected(const struct edit *edit, const char *key,
				   const char *path, const char *const *patterns, size_t n)
{
	const char *pattern = path_protected(path, patterns, n);
	struct err *err;

	if (!pattern)
		return NULL;
	err = err_new(ERR_INPUT,
		      "edits[%zu].%s: '%s' is protected by dualfix.protect '%s'",
		      edit->index, key, path, pattern);
	return err_hint(err, "look at the edit; --allow-protected lets it through");
}

struct err *plan_check_protected(const struct plan *plan, const char *const *patterns,
				 size_t n)
{
	struct err *err = NULL;

	for (size_t i = 0; i < plan->n_edits && !err; i++) {
		const struct edit *e = &plan->edits[i];

		if (!e->regex)
			err = check_protected(e, "file", e->file, patterns, n);
		if (!err && e->to)
			err = check_protected(e, "to", e->to, patterns, n);
	}
	return err;
}
