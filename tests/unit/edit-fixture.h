/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tree in memory, and cases of the edit engine as rows: files as they are, the
 * edits of a plan, what becomes of each, files as they are then.
 */
#ifndef EDIT_FIXTURE_H
#define EDIT_FIXTURE_H

#include "unit.h"

#include <fnmatch.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "edit/resolve.h"

#define CASE_FILES 6
#define CASE_EDITS 6

struct case_file {
	const char *path;
	struct span bytes;
	enum source_kind kind; /* 0: SOURCE_FILE */
};

struct case_edit {
	struct edit edit;
	enum edit_status status;
	const char *reason; /* a part of it; NULL: none wanted */
};

struct edit_case {
	const char *name;
	struct case_file files[CASE_FILES];
	struct case_edit edits[CASE_EDITS];
	struct case_file want[CASE_FILES]; /* changed files only; kind ABSENT needs gone */
	bool gone[CASE_FILES];
};

static enum source_kind kind_of(const struct case_file *f)
{
	return f->kind ? f->kind : SOURCE_FILE;
}

static inline struct err *fake_read(void *ctx, const char *path, struct source_entry *out)
{
	const struct case_file *files = ctx;

	*out = (struct source_entry){ .kind = SOURCE_ABSENT };
	for (size_t i = 0; i < CASE_FILES && files[i].path; i++) {
		size_t n = strlen(files[i].path);

		if (!strcmp(files[i].path, path)) {
			*out = (struct source_entry){ kind_of(&files[i]), files[i].bytes };
			return NULL;
		}
		if (!strncmp(files[i].path, path, n) && path[n] == '/')
			out->kind = kind_of(&files[i]) == SOURCE_LINK ? SOURCE_BEYOND_LINK :
				    kind_of(&files[i]) == SOURCE_SUBMODULE ?
				    SOURCE_BEYOND_SUBMODULE : SOURCE_BEYOND_FILE;
		n = strlen(path);
		if (!strncmp(files[i].path, path, n) && files[i].path[n] == '/')
			out->kind = SOURCE_FOLDER;
	}
	return NULL;
}

static inline struct err *fake_list(void *ctx, const char *pathspec,
				    struct err *(*fn)(void *fn_ctx, const char *path),
				    void *fn_ctx)
{
	const struct case_file *files = ctx;
	struct err *err = NULL;

	for (size_t i = 0; i < CASE_FILES && files[i].path && !err; i++)
		if (!fnmatch(pathspec, files[i].path, 0))
			err = fn(fn_ctx, files[i].path);
	return err;
}

static inline struct resolver *fake_resolver(struct source *source,
					     const struct case_file *files)
{
	struct resolver *r;

	*source = (struct source){ .ctx = (void *)files, .read = fake_read,
				   .list = fake_list };
	ok(resolver_new(&r, source));
	return r;
}

static inline void check_changes(const struct edit_case *c, struct resolver *r)
{
	const struct file_change *changes;
	size_t n, want = 0;

	ok(resolver_changes(r, &changes, &n));
	while (want < CASE_FILES && c->want[want].path)
		want++;
	if (n != want)
		fail_msg("%s: %zu files differ, not %zu", c->name, n, want);
	for (size_t i = 0; i < n; i++) {
		const struct case_file *w = &c->want[i];

		if (strcmp(changes[i].path, w->path))
			fail_msg("%s: '%s' differs, not '%s'", c->name, changes[i].path,
				 w->path);
		if (changes[i].kind != (c->gone[i] ? SOURCE_ABSENT : kind_of(w)))
			fail_msg("%s: '%s' has kind %d", c->name, w->path, changes[i].kind);
		if (!span_eq(changes[i].bytes, w->bytes))
			fail_msg("%s: '%s' became\n%.*s\nnot\n%.*s", c->name, w->path,
				 (int)changes[i].bytes.len, changes[i].bytes.ptr,
				 (int)w->bytes.len, w->bytes.ptr);
	}
}

static inline void run_edit_case(const struct edit_case *c)
{
	struct source source;
	struct resolver *r = fake_resolver(&source, c->files);

	for (size_t i = 0; i < CASE_EDITS && c->edits[i].edit.file; i++) {
		const struct case_edit *want = &c->edits[i];
		struct edit edit = want->edit;
		struct edit_result result;

		edit.index = i;
		edit_result_init(&result);
		ok(resolver_apply(r, &edit, &result));
		if (result.status != want->status)
			fail_msg("%s: edits[%zu] %s: %s", c->name, i,
				 edit_status_name(result.status), result.reason.buf);
		if (want->reason && !strstr(result.reason.buf, want->reason))
			fail_msg("%s: edits[%zu]: '%s' does not say '%s'", c->name, i,
				 result.reason.buf, want->reason);
		if (!want->reason && want->status == EDIT_APPLIED && result.reason.len)
			fail_msg("%s: edits[%zu]: %s", c->name, i, result.reason.buf);
		edit_result_release(&result);
	}
	check_changes(c, r);
	resolver_free(r);
}

#endif
