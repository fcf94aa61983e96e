/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/users.h"

#include <string.h>

#include "issue/words.h"

#define UMBRELLA_USERS_MAX 64 /* sources looked at for what they have in common */
#define UMBRELLA_USERS_MIN 2  /* fewer have it in common by chance */
#define UMBRELLAS_MAX 8

static struct err *note_user(void *ctx, const char *path)
{
	struct users *users = ctx;

	if (!is_c_source(path) || !strcmp(path, users->file))
		return NULL;
	if (users->n == USERS_MAX) {
		users->full = true;
		return NULL;
	}
	users->path[users->n] = arena_dups(&users->d->arena, path);
	if (!users->path[users->n])
		return arena_err(&users->d->arena, "plan");
	users->n++;
	return NULL;
}

struct err *users_start(struct remedy *d, const char *file, struct span word,
			struct users **out)
{
	const char *copy = arena_dup(&d->arena, word);
	struct users *users = arena_alloc(&d->arena, sizeof(*users));

	*out = users;
	if (!users || !copy)
		return arena_err(&d->arena, "plan");
	users->d = d;
	users->file = file;
	if (!word.len)
		return NULL;
	return d->in->evidence->files_with(d->in->evidence->ctx, copy, note_user, users);
}

static size_t folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

static bool same_folder(const char *a, const char *b)
{
	return folder_len(a) == folder_len(b) && !memcmp(a, b, folder_len(a));
}

static struct err *note_spelling(struct remedy *d, const char *from, const char *header,
				 const char *file, struct spelling *out)
{
	const struct tree_file *tree;
	struct include inc;
	struct err *err;
	size_t at = 0;

	err = remedy_file(d, from, &tree);
	if (err)
		return err;
	while (include_next(tree->bytes, &at, &inc)) {
		const char *path;

		err = include_resolve(d, from, inc.target, &path);
		if (err)
			return err;
		if (!path || strcmp(path, header))
			continue;
		out->n++;
		if (!out->line.ptr || (!out->near && same_folder(from, file))) {
			out->line = inc.line;
			out->near = same_folder(from, file);
			out->divided = false;
		} else if (!span_eq(out->line, inc.line) &&
			   (!out->near || same_folder(from, file))) {
			out->divided = true;
		}
		return NULL;
	}
	return NULL;
}

struct err *users_spelling(struct users *users, const char *header, struct spelling *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < users->n; i++) {
		struct err *err;

		if (!strcmp(users->path[i], header))
			continue;
		err = note_spelling(users->d, users->path[i], header, users->file, out);
		if (err)
			return err;
	}
	return NULL;
}

/* Headers that users include directly and that lead to header. */
struct umbrella {
	const char *path;
	size_t users;
};

/* Adds the headers by which from gets header. */
static struct err *note_umbrellas(struct remedy *d, const char *from, struct span header,
				  struct umbrella *found, size_t *n)
{
	const struct tree_file *tree;
	struct include inc;
	struct err *err;
	size_t at = 0, k;

	err = remedy_file(d, from, &tree);
	if (err)
		return err;
	while (include_next(tree->bytes, &at, &inc)) {
		const char *path;
		bool yes;

		err = include_resolve(d, from, inc.target, &path);
		if (!err && path)
			err = include_reaches(d, path, header, &yes);
		if (err)
			return err;
		if (!path || !yes)
			continue;
		for (k = 0; k < *n && strcmp(found[k].path, path);)
			k++;
		if (k == *n && *n < UMBRELLAS_MAX)
			found[(*n)++] = (struct umbrella){ path, 0 };
		if (k < *n)
			found[k].users++;
	}
	return NULL;
}

/*
 * Nobody who uses the name includes header itself: then they all get it by one
 * header that includes it, if there is exactly one such.
 */
struct err *users_umbrella(struct users *users, struct span header, const char **out)
{
	struct umbrella found[UMBRELLAS_MAX];
	size_t n = 0, n_users = 0, best = 0;

	*out = NULL;
	for (size_t i = 0; i < users->n && n_users < UMBRELLA_USERS_MAX; i++) {
		struct err *err;

		if (is_header(users->path[i]))
			continue;
		n_users++;
		err = note_umbrellas(users->d, users->path[i], header, found, &n);
		if (err)
			return err;
	}
	if (n_users < UMBRELLA_USERS_MIN)
		return NULL;
	for (size_t k = 0; k < n; k++) {
		if (found[k].users != n_users)
			continue;
		best++;
		*out = found[k].path;
	}
	if (best != 1)
		*out = NULL;
	return NULL;
}

struct err *users_of_header(struct remedy *d, const char *file, const char *header,
			    struct users **out)
{
	const char *base = strrchr(header, '/');
	struct span stem, part, word = { NULL, 0 };
	size_t at = 0;

	base = base ? base + 1 : header;
	stem = span_cut(span_of(base), 0, (size_t)(strrchr(base, '.') - base));
	while (word_next(stem, &at, &part))
		word = part;
	return users_start(d, file, word, out);
}

/* Those who include header may not use the name that is missing. */
static struct err *includers_spelling(struct users *users, const char *header,
				      struct spelling *out)
{
	struct users *includers;
	struct err *err;

	err = users_of_header(users->d, users->file, header, &includers);
	if (!err)
		err = users_spelling(includers, header, out);
	return err;
}

/*
 * Nobody includes header: then as file, or else the other users, include its
 * neighbours, with the same folder before the name.
 */
static struct err *neighbours_spelling(struct users *users, const char *from,
				       const char *header, struct spelling *out)
{
	struct remedy *d = users->d;
	const struct tree_file *tree;
	struct include inc;
	struct err *err;
	size_t at = 0, cut;

	err = remedy_file(d, from, &tree);
	if (err)
		return err;
	while (include_next(tree->bytes, &at, &inc)) {
		const char *path, *line;

		err = include_resolve(d, from, inc.target, &path);
		if (err)
			return err;
		if (!path || !same_folder(path, header) || !strcmp(path, header))
			continue;
		for (cut = inc.target.len; cut && inc.target.ptr[cut - 1] != '/';)
			cut--;
		line = arena_printf(
			&d->arena,
			inc.system ? "#include <%.*s%s>" : "#include \"%.*s%s\"",
			(int)cut, inc.target.ptr,
			header + folder_len(header) + (folder_len(header) > 0));
		if (!line)
			return arena_err(&d->arena, "plan");
		out->line = span_of(line);
		out->n = 1;
		return NULL;
	}
	return NULL;
}

static struct err *any_spelling(struct users *users, const char *header,
				struct spelling *out)
{
	struct err *err = users_spelling(users, header, out);

	if (!err && !out->n)
		err = includers_spelling(users, header, out);
	if (!err && !out->n)
		err = neighbours_spelling(users, users->file, header, out);
	for (size_t i = 0; !err && !out->n && i < users->n && i < UMBRELLA_USERS_MAX; i++)
		err = neighbours_spelling(users, users->path[i], header, out);
	return err;
}

struct err *users_spell(struct users *users, const char *header, struct span *import,
			const char **why)
{
	struct spelling spelling;
	const char *path;
	struct include inc;
	struct err *err;

	err = any_spelling(users, header, &spelling);
	if (err)
		return err;
	if (!spelling.n || spelling.divided) {
		*why = spelling.n ? "its header is included under several names"
				  : "no other file includes the header that declares it";
		return NULL;
	}
	if (!include_of(spelling.line, &inc))
		return NULL;
	err = include_resolve(users->d, users->file, inc.target, &path);
	if (!err && (!path || strcmp(path, header)))
		*why = "the header's name means another file here";
	if (!err && !*why)
		*import = spelling.line;
	return err;
}
