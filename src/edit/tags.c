/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/tags.h"

#include <stdlib.h>

#include "base/arena.h"

#define TAGS_MAX 100000
#define NAMES_MAX_BYTES ((size_t)16 << 20)

struct tag {
	struct span name, scope;
	size_t first, last; /* lines, from 0 */
};

struct tagged_text {
	const struct text *text;
	struct arena names;
	struct tag *v;
	size_t n, cap;
	struct tagged_text *next;
};

void tags_init(struct tags *tags, const struct source *source)
{
	*tags = (struct tags){ .source = source };
}

void tags_release(struct tags *tags)
{
	while (tags->texts) {
		struct tagged_text *text = tags->texts;

		tags->texts = text->next;
		arena_release(&text->names);
		free(text->v);
		free(text);
	}
	err_drop(tags->err);
	*tags = (struct tags){ .source = NULL };
}

struct err *tags_err(struct tags *tags)
{
	struct err *err = tags->err;

	tags->err = NULL;
	return err;
}

static struct err *keep(struct tagged_text *text, struct span s, struct span *out)
{
	char *copy = arena_dup(&text->names, s);

	*out = (struct span){ copy, s.len };
	return copy ? NULL : arena_err(&text->names, "tags");
}

static struct err *add_tag(void *ctx, const struct source_tag *tag)
{
	struct tagged_text *text = ctx;
	struct tag *made;
	struct err *err;

	if (!tag->first || tag->last < tag->first || tag->last > text->text->n_lines)
		return NULL;
	if (text->n == text->cap) {
		size_t cap = text->cap ? 2 * text->cap : 64;

		if (cap > TAGS_MAX)
			return err_new(ERR_NO_FIX, "more than %d tags", TAGS_MAX);
		made = realloc(text->v, cap * sizeof(*made));
		if (!made)
			return err_nomem();
		text->v = made;
		text->cap = cap;
	}
	made = &text->v[text->n];
	made->first = tag->first - 1;
	made->last = tag->last - 1;
	err = keep(text, tag->name, &made->name);
	if (!err)
		err = keep(text, tag->scope, &made->scope);
	text->n += !err;
	return err;
}

static int by_line(const void *pa, const void *pb)
{
	const struct tag *a = pa, *b = pb;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return a->last > b->last ? -1 : a->last < b->last;
}

static const struct tagged_text *read_text(struct tags *tags, const struct text *t,
					   const char *path)
{
	const struct source *source = tags->source;
	struct tagged_text *text = tags->texts;
	struct err *err;

	while (text && text->text != t)
		text = text->next;
	if (text || !source || !source->tags)
		return text;
	text = calloc(1, sizeof(*text));
	if (!text)
		return NULL;
	text->text = t;
	arena_init(&text->names, NAMES_MAX_BYTES);
	text->next = tags->texts;
	tags->texts = text;
	err = source->tags(source->ctx, path, t->view, add_tag, text);
	if (err)
		text->n = 0; /* some of them missing: a name could seem to be the only one */
	if (err && err_kind(err) != ERR_NO_FIX)
		tags->err = err_first(tags->err, err);
	else
		err_drop(err);
	if (text->n)
		qsort(text->v, text->n, sizeof(*text->v), by_line);
	return text;
}

/* Whether scope is owner, or ends with it: "ns::Owner". */
static bool is_in(struct span scope, struct span owner)
{
	char before;

	if (scope.len < owner.len ||
	    !span_eq(span_cut(scope, scope.len - owner.len, scope.len), owner))
		return false;
	before = scope.len > owner.len ? scope.ptr[scope.len - owner.len - 1] : '.';
	return before == '.' || before == ':' || before == '#' || before == '/' ||
	       before == '\\';
}

void tags_find(struct tags *tags, const struct text *t, const char *path, struct span owner,
	       struct span name, void (*fn)(void *ctx, size_t first, size_t last), void *ctx)
{
	const struct tagged_text *text = read_text(tags, t, path);

	for (size_t i = 0; text && i < text->n; i++) {
		const struct tag *tag = &text->v[i];

		if (span_eq(tag->name, name) && (!owner.len || is_in(tag->scope, owner)))
			fn(ctx, tag->first, tag->last);
	}
}
