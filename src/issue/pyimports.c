/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/pyimports.h"

#include <string.h>

#include "issue/words.h"

#define FILES_MAX 2000

struct importers {
	struct remedy *d;
	const char *file;
	struct span name;
	struct span line; /* as the first of them has it; ptr NULL: none yet */
	size_t n;
	bool divided;
};

static bool same_folder(const char *a, const char *b)
{
	const char *sa = strrchr(a, '/'), *sb = strrchr(b, '/');
	size_t na = sa ? (size_t)(sa - a) : 0, nb = sb ? (size_t)(sb - b) : 0;

	return na == nb && !memcmp(a, b, na);
}

/* Takes the next blank-separated word off *rest. */
static struct span token(struct span *rest)
{
	size_t end = 0;
	struct span got;

	*rest = span_trim(*rest);
	while (end < rest->len && rest->ptr[end] != ' ' && rest->ptr[end] != '\t')
		end++;
	got = span_cut(*rest, 0, end);
	*rest = span_trim(span_cut(*rest, end, rest->len));
	return got;
}

/*
 * The statement that binds name and nothing else, out of one that does:
 * "import os, sys" gives "import os" for os. False if line does not bind it.
 */
static bool binds(struct remedy *d, struct span line, struct span name, struct span *out)
{
	struct span rest = line, item, module = { NULL, 0 }, head = token(&rest);
	const char *text;
	ptrdiff_t comment = span_findc(rest, '#', 0);

	if (comment >= 0)
		rest = span_cut(rest, 0, (size_t)comment);
	if (span_eqs(head, "from")) {
		module = token(&rest);
		head = token(&rest);
	}
	if (!span_eqs(head, "import"))
		return false;
	while (span_split(&rest, ',', &item)) {
		struct span whole = span_trim(item), bound, as;

		item = whole;
		bound = token(&item);
		as = token(&item);
		if (span_eqs(as, "as"))
			bound = token(&item);
		if (!span_eq(bound, name))
			continue;
		if (module.ptr)
			text = arena_printf(&d->arena, "from %.*s import %.*s",
					    (int)module.len, module.ptr, (int)whole.len,
					    whole.ptr);
		else
			text = arena_printf(&d->arena, "import %.*s", (int)whole.len,
					    whole.ptr);
		*out = span_of(text);
		return text != NULL;
	}
	return false;
}

static struct err *note_importer(void *ctx, const char *path)
{
	struct importers *in = ctx;
	const struct tree_file *tree;
	struct span line, got;
	struct err *err;

	if (!span_ends(span_of(path), ".py") || !strcmp(path, in->file) ||
	    in->n++ >= FILES_MAX)
		return NULL;
	err = remedy_file(in->d, path, &tree);
	if (err)
		return err;
	for (size_t n = 1; tree_line(tree, n, &line); n++) {
		/* An indented import is conditional: no example for others. */
		if (!line.len || line.ptr[0] == ' ' || line.ptr[0] == '\t' ||
		    !binds(in->d, line, in->name, &got))
			continue;
		/* A relative import means another module in another folder. */
		if (span_starts(got, "from .") && !same_folder(path, in->file))
			continue;
		if (!in->line.ptr)
			in->line = got;
		else if (!span_eq(in->line, got))
			in->divided = true;
	}
	return NULL;
}

/* "os = ", "def os(", "class os", "for os in" */
bool py_binds(const struct tree_file *file, struct span name)
{
	static const char *const before[] = { "def",	"class",    "for",   "as",
					      "global", "nonlocal", "import" };
	struct span line;

	for (size_t n = 1; tree_line(file, n, &line); n++) {
		struct span word, last = { NULL, 0 };
		size_t at = 0, behind;

		while (word_next(line, &at, &word)) {
			if (!span_eq(word, name)) {
				last = word;
				continue;
			}
			for (size_t i = 0; i < ARRAY_SIZE(before); i++) {
				if (last.ptr && span_eqs(last, before[i]))
					return true;
			}
			for (behind = at; behind < line.len && line.ptr[behind] == ' ';)
				behind++;
			if (behind < line.len && line.ptr[behind] == '=' &&
			    (behind + 1 == line.len || line.ptr[behind + 1] != '='))
				return true;
			last = word;
		}
	}
	return false;
}

struct err *import_alike(struct remedy *d, const char *file, struct span name,
			 struct span *import, const char **why)
{
	struct importers importers = { .d = d, .file = file, .name = name };
	const struct evidence *e = d->in->evidence;
	const struct tree_file *tree;
	const char *word;
	struct err *err;

	err = remedy_file(d, file, &tree);
	if (err)
		return err;
	if (!e || d->n_answers++ >= REMEDY_ANSWERS_MAX) {
		*why = e ? "too many unknown names"
			 : "nothing is known of the rest of the tree";
		return NULL;
	}
	if (py_binds(tree, name)) {
		*why = "the file binds the name itself";
		return NULL;
	}
	word = arena_dup(&d->arena, name);
	if (!word)
		return arena_err(&d->arena, "plan");
	err = e->files_with(e->ctx, word, note_importer, &importers);
	if (err)
		return err;
	if (!importers.line.ptr)
		*why = "no other file imports it";
	else if (importers.divided)
		*why = "other files import it in different ways";
	else
		*import = importers.line;
	return NULL;
}
