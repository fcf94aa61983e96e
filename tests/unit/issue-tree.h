/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Case files of the issue room's tests: a tree, a log and what must come of it,
 * in one text file. Lines before the first "@@@" are settings; "@@@ file a/b.c",
 * "@@@ log" and the like begin sections that go to the next "@@@".
 */
#ifndef ISSUE_TREE_H
#define ISSUE_TREE_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/path.h"
#include "edit/source.h"
#include "issue/rules.h"
#include "issue/words.h"

#include "unit.h"

#define SECTIONS_MAX 40

struct section {
	char name[128];
	struct span text;
};

struct case_file {
	char *bytes;
	struct span settings;
	struct section v[SECTIONS_MAX];
	size_t n;
};

static inline char *read_all(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *bytes = malloc(1 << 20);

	if (!f || !bytes)
		fail_msg("%s: cannot be read", path);
	*len = fread(bytes, 1, (1 << 20) - 1, f);
	bytes[*len] = '\0';
	fclose(f);
	return bytes;
}

static inline void case_read(struct case_file *c, const char *path)
{
	struct span rest, line;
	const char *start;
	size_t len;

	memset(c, 0, sizeof(*c));
	c->bytes = read_all(path, &len);
	rest = (struct span){ c->bytes, len };
	start = rest.ptr;
	while (span_line(&rest, &line)) {
		if (!span_starts(line, "@@@ "))
			continue;
		if (c->n)
			c->v[c->n - 1].text.len =
				(size_t)(line.ptr - c->v[c->n - 1].text.ptr);
		else
			c->settings = (struct span){ start, (size_t)(line.ptr - start) };
		assert_true(c->n < SECTIONS_MAX && line.len - 4 < sizeof(c->v[0].name));
		memcpy(c->v[c->n].name, line.ptr + 4, line.len - 4);
		c->v[c->n++].text = rest;
	}
}

static inline struct span case_section(const struct case_file *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!strcmp(c->v[i].name, name))
			return c->v[i].text;
	}
	return (struct span){ NULL, 0 };
}

/* The value of a setting "name value"; "" for one without; ptr NULL if it is not there.
 */
static inline struct span case_setting(const struct case_file *c, const char *name)
{
	struct span rest = c->settings, line;

	while (span_line(&rest, &line)) {
		if (span_starts(line, name) &&
		    (line.len == strlen(name) || line.ptr[strlen(name)] == ' '))
			return span_trim(span_cut(line, strlen(name), line.len));
	}
	return (struct span){ NULL, 0 };
}

static inline const char *case_file_name(const struct section *s)
{
	return strncmp(s->name, "file ", 5) ? NULL : s->name + 5;
}

static inline struct err *case_tree_read(void *ctx, const char *path,
					 struct source_entry *out)
{
	const struct case_file *c = ctx;

	*out = (struct source_entry){ SOURCE_ABSENT, { NULL, 0 } };
	for (size_t i = 0; i < c->n; i++) {
		if (case_file_name(&c->v[i]) && !strcmp(case_file_name(&c->v[i]), path))
			*out = (struct source_entry){ SOURCE_FILE, c->v[i].text };
	}
	return NULL;
}

/* The one glob that the room makes. */
static inline struct err *case_tree_list(void *ctx, const char *pathspec,
					 struct err *(*fn)(void *fn_ctx,
							   const char *path),
					 void *fn_ctx)
{
	const struct case_file *c = ctx;
	struct err *err = NULL;

	assert_string_equal(pathspec, "*.[hH]*");
	for (size_t i = 0; i < c->n && !err; i++) {
		const char *name = case_file_name(&c->v[i]);

		if (name && (strstr(name, ".h") || strstr(name, ".H")))
			err = fn(fn_ctx, name);
	}
	return err;
}

static inline struct err *case_bytes(void *ctx, const char *path, struct span *out)
{
	struct source_entry entry;
	struct err *err = case_tree_read(ctx, path, &entry);

	*out = entry.bytes;
	return err;
}

static inline struct err *case_count(void *ctx, const char *word, size_t max, size_t *n)
{
	const struct case_file *c = ctx;
	struct span have;

	*n = 0;
	for (size_t i = 0; i < c->n; i++) {
		size_t at = 0;

		while (case_file_name(&c->v[i]) && word_next(c->v[i].text, &at, &have))
			*n += *n < max && span_eqs(have, word);
	}
	return NULL;
}

static inline struct err *case_removed(void *ctx, const char *word, bool *was)
{
	*was = span_eqs(case_setting(ctx, "removed"), word);
	return NULL;
}

static inline struct err *case_files(void *ctx, const char *word,
				     struct err *(*fn)(void *fn_ctx, const char *path),
				     void *fn_ctx)
{
	const struct case_file *c = ctx;
	struct err *err = NULL;

	for (size_t i = 0; i < c->n && !err; i++) {
		if (case_file_name(&c->v[i]) && holds_word(c->v[i].text, span_of(word)))
			err = fn(fn_ctx, case_file_name(&c->v[i]));
	}
	return err;
}

static inline enum diag_form case_form(const struct case_file *c)
{
	return diag_form_of(case_section(c, "log"));
}

/* Calls fn for every case file of folder, by name; fails if there are fewer than min. */
static inline void case_each(const char *folder, int min, void (*fn)(const char *path))
{
	struct dirent **v;
	int n = scandir(folder, &v, NULL, alphasort), cases = 0;
	char path[512];

	if (n < 0)
		fail_msg("%s: cannot be listed (run from the top)", folder);
	for (int i = 0; i < n; i++) {
		if (span_ends(span_of(v[i]->d_name), ".case")) {
			snprintf(path, sizeof(path), "%s/%s", folder, v[i]->d_name);
			fn(path);
			cases++;
		}
		free(v[i]);
	}
	free(v);
	assert_true(cases >= min);
}

/* With CASES=rewrite in the environment the file gets what came, for git diff to show. */
static inline bool case_rewrite(const char *path, const char *first,
				const struct case_file *c, struct span a,
				const char *second, struct span b)
{
	const char *mode = getenv("CASES");
	struct str out = STR_INIT(1 << 20);
	FILE *f;

	if (!mode || strcmp(mode, "rewrite"))
		return false;
	str_add_span(&out, c->settings);
	for (size_t i = 0; i < c->n; i++) {
		if (!strcmp(c->v[i].name, first) || !strcmp(c->v[i].name, second))
			continue;
		str_addf(&out, "@@@ %s\n", c->v[i].name);
		str_add_span(&out, c->v[i].text);
	}
	str_addf(&out, "@@@ %s\n", first);
	str_add_span(&out, a);
	if (second[0])
		str_addf(&out, "@@@ %s\n", second);
	str_add_span(&out, b);
	ok(str_err(&out, path));
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(out.buf, 1, out.len, f), out.len);
	assert_int_equal(fclose(f), 0);
	str_release(&out);
	return true;
}

/* Compares what came of a case with what its section says. */
static inline void case_compare(const char *path, const char *what, struct span got,
				struct span want)
{
	if (!span_eq(span_trim(got), span_trim(want)))
		fail_msg("%s: %s is\n%.*s\n--- not\n%.*s", path, what, (int)got.len,
			 got.len ? got.ptr : "", (int)want.len, want.len ? want.ptr : "");
}

#endif
