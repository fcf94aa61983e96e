/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/ahead.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "sys/clock.h"

#define NAME_MAX_BYTES 512

/* Words that look like a path and are none; more are not looked up. */
#define NAMES_MAX 512

struct name {
	char *path;
	bool there;
	int64_t us;
};

struct ahead {
	struct err *(*read)(void *ctx, const char *path, bool *there);
	void *ctx;
	char word[NAME_MAX_BYTES]; /* the one that is arriving */
	size_t len;
	bool too_long, escaped;
	struct name *names;
	size_t n, asked, there;
};

struct err *ahead_new(struct ahead **out,
		      struct err *(*read)(void *ctx, const char *path, bool *there),
		      void *ctx)
{
	struct ahead *ahead = calloc(1, sizeof(*ahead));

	*out = ahead;
	if (!ahead)
		return err_nomem();
	ahead->read = read;
	ahead->ctx = ctx;
	ahead->names = calloc(NAMES_MAX, sizeof(*ahead->names));
	if (ahead->names)
		return NULL;
	ahead_free(ahead);
	*out = NULL;
	return err_nomem();
}

void ahead_free(struct ahead *ahead)
{
	if (!ahead)
		return;
	for (size_t i = 0; i < ahead->n; i++)
		free(ahead->names[i].path);
	free(ahead->names);
	free(ahead);
}

static const struct name *find(const struct ahead *ahead, const char *path)
{
	for (size_t i = 0; i < ahead->n; i++)
		if (!strcmp(ahead->names[i].path, path))
			return &ahead->names[i];
	return NULL;
}

/* A path has a folder or an ending; the full stop of a sentence is not of it. */
static bool looks_like_path(const char *word)
{
	return strpbrk(word, "/.") && *word != '/' && *word != '.';
}

static void end_word(struct ahead *ahead)
{
	char *word = ahead->word;
	struct err *err;

	while (ahead->len && word[ahead->len - 1] == '.')
		ahead->len--;
	word[ahead->len] = '\0';
	if (!ahead->len || ahead->too_long || !looks_like_path(word) || find(ahead, word) ||
	    ahead->n == NAMES_MAX)
		goto out;
	err = path_check(word);
	if (!err)
		ahead->names[ahead->n].path = strdup(word);
	ahead->n += !err && ahead->names[ahead->n].path;
	err_drop(err);
out:
	ahead->len = 0;
	ahead->too_long = false;
}

static bool is_of_path(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       strchr("/._-+@", c) || (unsigned char)c >= 0x80;
}

void ahead_feed(struct ahead *ahead, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		/* Of an escape in JSON, the letter is no part of a word. */
		if (ahead->escaped || c == '\\' || !c || !is_of_path(c)) {
			ahead->escaped = !ahead->escaped && c == '\\';
			end_word(ahead);
		} else if (ahead->len == NAME_MAX_BYTES - 1) {
			ahead->too_long = true;
		} else {
			ahead->word[ahead->len++] = c;
		}
	}
}

static bool is_edited(const struct plan *plan, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(plan->edits[i].file, path))
			return true;
	return false;
}

void ahead_read(struct ahead *ahead, const struct plan *so_far)
{
	for (; ahead->asked < ahead->n && ahead->there < AHEAD_FILES_MAX; ahead->asked++) {
		struct name *name = &ahead->names[ahead->asked];
		int64_t start_us = clock_mono_us();

		if (is_edited(so_far, so_far->n_edits, name->path))
			continue;
		/* Whatever is wrong is said by the edit that wants the file. */
		err_drop(ahead->read(ahead->ctx, name->path, &name->there));
		name->us = clock_mono_us() - start_us;
		ahead->there += name->there;
	}
}

void ahead_count(const struct ahead *ahead, const struct plan *plan,
		 struct ahead_figures *figures)
{
	figures->read += ahead->there;
	for (size_t i = 0; i < plan->n_edits; i++) {
		const struct name *name = find(ahead, plan->edits[i].file);

		if (is_edited(plan, i, plan->edits[i].file))
			continue;
		figures->edited++;
		if (!name || !name->there)
			continue;
		figures->ready++;
		figures->saved_us += name->us;
	}
}
