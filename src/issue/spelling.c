/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/spelling.h"

#include "issue/includes.h"
#include "issue/rule.h"
#include "issue/words.h"

#define SHORT_BYTES 3  /* names as short as this are near to everything */
#define MIDDLE_BYTES 7 /* up to here one letter may be wrong, else two */

/* A name that no compiler suggests must be nearer than one that it does. */
#define NEAREST_DISTANCE 1

/* Whether the names are the same but for digits: x1 is not x2 misspelt. */
static bool differ_in_number(struct span a, struct span b)
{
	size_t i = 0, k = 0;

	for (;;) {
		while (i < a.len && a.ptr[i] >= '0' && a.ptr[i] <= '9')
			i++;
		while (k < b.len && b.ptr[k] >= '0' && b.ptr[k] <= '9')
			k++;
		if (i == a.len || k == b.len)
			return i == a.len && k == b.len;
		if (a.ptr[i++] != b.ptr[k++])
			return false;
	}
}

struct rivals {
	struct span old, new;
	size_t distance;
	struct span found;
};

static void weigh_rival(struct rivals *r, struct span word)
{
	if (r->found.ptr || !is_word(word) || span_eq(word, r->old) ||
	    span_eq(word, r->new) || word.len + r->distance < r->old.len ||
	    word.len > r->old.len + r->distance)
		return;
	if (word_distance(word, r->old, r->distance) <= r->distance)
		r->found = word;
}

static void seek_rival(void *ctx, const struct tree_file *file)
{
	struct rivals *r = ctx;
	struct c_token token;
	size_t at = 0, inner;
	struct span word;

	while (!r->found.ptr && c_next(file->bytes, &at, &token)) {
		if (token.kind == C_STRING)
			continue;
		for (inner = 0; word_next(token.text, &inner, &word);)
			weigh_rival(r, word);
	}
}

/* The nearest name so far of those that a file knows. */
struct nearest {
	struct span old;
	bool tag;
	size_t distance;
	struct span found;
	bool divided; /* another is as near */
};

static void weigh(struct nearest *n, struct span word)
{
	size_t distance;

	if (!is_word(word) || span_eq(word, n->old) || span_eq(word, n->found) ||
	    word.len + n->distance < n->old.len || word.len > n->old.len + n->distance)
		return;
	distance = word_distance(word, n->old, n->distance);
	if (distance > n->distance)
		return;
	n->divided = n->found.ptr && distance == n->distance;
	n->distance = distance;
	n->found = word;
}

static void seek_nearest(void *ctx, const struct tree_file *file)
{
	struct nearest *n = ctx;
	struct c_token token;
	bool after_tag = false;
	size_t at = 0, inner;
	struct span word;

	while (c_next(file->bytes, &at, &token)) {
		bool is_tag = after_tag;

		after_tag = token.kind == C_WORD && (span_eqs(token.text, "struct") ||
						     span_eqs(token.text, "union") ||
						     span_eqs(token.text, "enum"));
		if (token.kind == C_STRING ||
		    (n->tag && (!is_tag || token.kind != C_WORD)))
			continue;
		for (inner = 0; word_next(token.text, &inner, &word);)
			weigh(n, word);
	}
}

struct err *spelling_nearest(struct remedy *d, const char *file, struct span old,
			     bool tag, struct span *out, const char **why)
{
	struct nearest n = { .old = old, .tag = tag, .distance = NEAREST_DISTANCE };
	const struct rules *rules = d->in->rules;
	struct err *err;

	err = include_each(d, file, seek_nearest, &n);
	if (err)
		return err;
	for (size_t i = 0; !tag && i < rules->n_entries; i++) {
		if (span_starts(span_of(rules->entries[i].table), "c-"))
			weigh(&n, span_of(rules->entries[i].name));
	}
	if (!n.found.ptr)
		*why = "no header of the project declares it, and no name is near";
	else if (n.divided)
		*why = "more than one name is near it";
	else
		*out = n.found;
	return NULL;
}

static struct err *elsewhere(struct remedy *d, const char *word, size_t places,
			     const char **why)
{
	const struct evidence *e = d->in->evidence;
	struct err *err;
	size_t n = 0;
	bool was = false;

	err = e->count_word(e->ctx, word, places + 1, &n);
	if (err)
		return err;
	if (n > places) {
		*why = arena_printf(&d->arena,
				    "'%s' stands elsewhere too, so it is no misspelling",
				    word);
		return *why ? NULL : arena_err(&d->arena, "plan");
	}
	err = e->removed_word(e->ctx, word, &was);
	if (!err && was) {
		*why = arena_printf(&d->arena,
				    "'%s' was removed lately, so it is no misspelling",
				    word);
		if (!*why)
			err = arena_err(&d->arena, "plan");
	}
	return err;
}

struct err *spelling_check(struct remedy *d, const char *file, struct span old,
			   struct span new, size_t places, const char **why)
{
	size_t limit = old.len <= MIDDLE_BYTES ? 1 : 2;
	struct rivals rivals = { .old = old, .new = new };
	const char *word;
	struct err *err;

	rivals.distance = word_distance(old, new, limit);
	if (old.len <= SHORT_BYTES || new.len <= SHORT_BYTES || rivals.distance > limit ||
	    differ_in_number(old, new)) {
		*why = "the suggested name is not near enough";
		return NULL;
	}
	if (rules_lookup(d->in->rules, NULL, old)) {
		*why = "the name is a known one, so it is no misspelling";
		return NULL;
	}
	if (!d->in->evidence) {
		*why = "nothing is known of the rest of the tree";
		return NULL;
	}
	err = include_each(d, file, seek_rival, &rivals);
	if (err)
		return err;
	if (rivals.found.ptr) {
		*why = arena_printf(&d->arena, "'%.*s' is as near as the suggested name",
				    (int)rivals.found.len, rivals.found.ptr);
		return *why ? NULL : arena_err(&d->arena, "plan");
	}
	word = arena_dup(&d->arena, old);
	if (!word)
		return arena_err(&d->arena, "plan");
	return elsewhere(d, word, places, why);
}
