/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/includes.h"

#include <stdlib.h>
#include <string.h>

#include "issue/words.h"

#define REACH_MAX_FILES 400
#define TARGET_MAX_BYTES 512
#define HEADERS_MAX 200000

static bool has_suffix(const char *path, const char *const *suffixes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (span_ends(span_of(path), suffixes[i]))
			return true;
	}
	return false;
}

bool is_header(const char *path)
{
	static const char *const suffixes[] = { ".h", ".hh", ".hpp", ".hxx", ".H" };

	return has_suffix(path, suffixes, ARRAY_SIZE(suffixes));
}

bool is_c_source(const char *path)
{
	static const char *const suffixes[] = { ".c", ".cc", ".cpp", ".cxx", ".C" };

	return is_header(path) || has_suffix(path, suffixes, ARRAY_SIZE(suffixes));
}

bool include_of(struct span line, struct include *out)
{
	struct span s = span_trim(line);
	ptrdiff_t end;
	char close;

	out->line = s;
	if (!span_starts(s, "#"))
		return false;
	s = span_trim(span_cut(s, 1, s.len));
	if (!span_starts(s, "include"))
		return false;
	s = span_trim(span_cut(s, 7, s.len));
	if (!s.len || (s.ptr[0] != '"' && s.ptr[0] != '<'))
		return false;
	close = s.ptr[0] == '<' ? '>' : '"';
	end = span_findc(s, close, 1);
	if (end < 2 || (size_t)end > TARGET_MAX_BYTES)
		return false;
	out->system = close == '>';
	out->target = span_cut(s, 1, (size_t)end);
	/* Without the comment that may follow. */
	out->line =
		span_cut(out->line, 0, (size_t)(s.ptr - out->line.ptr) + (size_t)end + 1);
	return true;
}

bool include_next(struct span bytes, size_t *at, struct include *out)
{
	struct c_token token;

	while (c_next(bytes, at, &token)) {
		if (token.kind == C_DIRECTIVE && include_of(token.text, out))
			return true;
	}
	return false;
}

static struct err *exists(struct remedy *d, const char *path, bool *yes)
{
	const struct tree_file *file;
	struct err *err = remedy_file(d, path, &file);

	*yes = !err && file->bytes.ptr;
	return err;
}

/* dir of from, a slash and target, with "." and ".." resolved; NULL if that leads out. */
static const char *beside(struct remedy *d, const char *from, struct span target)
{
	const char *slash = strrchr(from, '/');
	struct span dir = { from, slash ? (size_t)(slash - from) : 0 };
	char *path = arena_alloc(&d->arena, dir.len + target.len + 2);
	size_t len = dir.len;
	struct span part;

	if (!path)
		return NULL;
	memcpy(path, dir.ptr, dir.len);
	while (span_split(&target, '/', &part)) {
		if (!part.len || span_eqs(part, "."))
			continue;
		if (span_eqs(part, "..")) {
			if (!len)
				return NULL;
			while (len && path[len - 1] != '/')
				len--;
			len -= len > 0;
			continue;
		}
		if (len)
			path[len++] = '/';
		memcpy(path + len, part.ptr, part.len);
		len += part.len;
	}
	path[len] = '\0';
	return path;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int by_last_part(const void *pa, const void *pb)
{
	const char *a = *(const char *const *)pa, *b = *(const char *const *)pb;
	int order = strcmp(last_part(a), last_part(b));

	return order ? order : strcmp(a, b);
}

static struct err *note_header(void *ctx, const char *path)
{
	struct remedy *d = ctx;
	struct err *err;
	void *more;

	if (!is_header(path) || d->n_headers >= HEADERS_MAX)
		return NULL;
	if (d->n_headers == d->cap_headers) {
		err = remedy_grow(d, d->headers, d->n_headers, &d->cap_headers,
				  sizeof(*d->headers), &more);
		if (err)
			return err;
		d->headers = more;
	}
	d->headers[d->n_headers] = arena_dups(&d->arena, path);
	if (!d->headers[d->n_headers])
		return arena_err(&d->arena, "plan");
	d->n_headers++;
	return NULL;
}

static struct err *list_headers(struct remedy *d)
{
	const struct source *source = d->in->source;
	struct err *err;

	if (d->headers_listed || !source->list)
		return NULL;
	d->headers_listed = true;
	err = source->list(source->ctx, "*.[hH]*", note_header, d);
	if (!err && d->n_headers)
		qsort(d->headers, d->n_headers, sizeof(*d->headers), by_last_part);
	return err;
}

/* The only header of the tree whose path ends with "/<target>". */
static struct err *only_ending(struct remedy *d, struct span target, const char **out)
{
	const char *end = arena_printf(&d->arena, "/%.*s", (int)target.len, target.ptr);
	size_t low = 0, high, n = 0;
	struct err *err;

	if (!end)
		return arena_err(&d->arena, "plan");
	if (span_find(target, SPAN(".."), 0) >= 0)
		return NULL;
	err = list_headers(d);
	high = d->n_headers;
	while (!err && low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(last_part(d->headers[mid]), last_part(end)) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; !err && low < d->n_headers; low++) {
		if (strcmp(last_part(d->headers[low]), last_part(end)))
			break;
		if (!span_ends(span_of(d->headers[low]), end))
			continue;
		*out = n++ ? NULL : d->headers[low];
	}
	return err;
}

static struct err *resolve(struct remedy *d, const char *from, struct span target,
			   const char **out)
{
	const char *path = beside(d, from, target);
	struct err *err;
	bool yes;

	*out = NULL;
	if (path) {
		err = exists(d, path, &yes);
		if (err)
			return err;
		if (yes) {
			*out = path;
			return NULL;
		}
	}
	path = arena_dup(&d->arena, target);
	if (!path)
		return arena_err(&d->arena, "plan");
	err = exists(d, path, &yes);
	if (err)
		return err;
	if (yes) {
		*out = path;
		return NULL;
	}
	return only_ending(d, target, out);
}

struct err *include_resolve(struct remedy *d, const char *from, struct span target,
			    const char **out)
{
	const char *slash = strrchr(from, '/');
	struct span dir = { from, slash ? (size_t)(slash - from) : 0 };
	struct resolved *r;
	struct err *err;

	for (r = d->resolved; r; r = r->next) {
		if (span_eq(r->dir, dir) && span_eq(r->target, target)) {
			*out = r->path;
			return NULL;
		}
	}
	err = resolve(d, from, target, out);
	if (err)
		return err;
	r = arena_alloc(&d->arena, sizeof(*r));
	if (!r)
		return arena_err(&d->arena, "plan");
	r->dir.ptr = arena_dup(&d->arena, dir);
	r->dir.len = dir.len;
	r->target = target;
	r->path = *out;
	r->next = d->resolved;
	d->resolved = r;
	return r->dir.ptr ? NULL : arena_err(&d->arena, "plan");
}

/* Files seen on the way, each once. */
struct walk {
	const char *seen[REACH_MAX_FILES];
	size_t n;
};

static void walk_add(struct walk *walk, const char *path)
{
	for (size_t i = 0; i < walk->n; i++) {
		if (!strcmp(walk->seen[i], path))
			return;
	}
	if (walk->n < REACH_MAX_FILES)
		walk->seen[walk->n++] = path;
}

static bool is_system(struct span what, const struct include *inc)
{
	return inc->system && what.len == inc->target.len + 2 && what.ptr[0] == '<' &&
	       !memcmp(what.ptr + 1, inc->target.ptr, inc->target.len);
}

static struct err *reaches(struct remedy *d, const char *from, struct span what,
			   bool *yes)
{
	struct walk walk = { .n = 0 };
	struct err *err;

	*yes = false;
	walk_add(&walk, from);
	for (size_t i = 0; i < walk.n; i++) {
		const struct tree_file *file;
		struct include inc;
		size_t at = 0;

		err = remedy_file(d, walk.seen[i], &file);
		if (err)
			return err;
		while (include_next(file->bytes, &at, &inc)) {
			const char *path;

			*yes = is_system(what, &inc);
			if (*yes)
				return NULL;
			err = include_resolve(d, walk.seen[i], inc.target, &path);
			if (err)
				return err;
			if (!path)
				continue;
			*yes = span_eqs(what, path);
			if (*yes)
				return NULL;
			walk_add(&walk, path);
		}
	}
	return NULL;
}

struct err *include_reaches(struct remedy *d, const char *from, struct span what,
			    bool *yes)
{
	struct reached *r;
	struct err *err;

	for (r = d->reached; r; r = r->next) {
		if (!strcmp(r->from, from) && span_eq(r->what, what)) {
			*yes = r->yes;
			return NULL;
		}
	}
	err = reaches(d, from, what, yes);
	if (err)
		return err;
	r = arena_alloc(&d->arena, sizeof(*r));
	if (!r)
		return arena_err(&d->arena, "plan");
	*r = (struct reached){ d->reached, from, what, *yes };
	d->reached = r;
	return NULL;
}

struct err *include_each(struct remedy *d, const char *from,
			 void (*fn)(void *ctx, const struct tree_file *file), void *ctx)
{
	struct walk walk = { .n = 0 };

	walk_add(&walk, from);
	for (size_t i = 0; i < walk.n; i++) {
		const struct tree_file *file;
		struct include inc;
		size_t at = 0;
		struct err *err = remedy_file(d, walk.seen[i], &file);

		if (err)
			return err;
		fn(ctx, file);
		while (include_next(file->bytes, &at, &inc)) {
			const char *path;

			err = include_resolve(d, walk.seen[i], inc.target, &path);
			if (err)
				return err;
			if (path)
				walk_add(&walk, path);
		}
	}
	return NULL;
}
