/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hook/push.h"

#include <string.h>

#define PUSH_MAX_BYTES ((size_t)16 << 20)

/* Takes the last word off *rest. */
static bool last_word(struct span *rest, struct span *word)
{
	size_t at = rest->len;

	while (at && rest->ptr[at - 1] != ' ')
		at--;
	if (!at)
		return false;
	*word = span_cut(*rest, at, rest->len);
	*rest = span_cut(*rest, 0, at - 1);
	return word->len > 0;
}

static bool is_oid(struct span s)
{
	if (s.len != 40 && s.len != 64)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!memchr("0123456789abcdef", s.ptr[i], 16))
			return false;
	return true;
}

static bool is_zero(struct span oid)
{
	for (size_t i = 0; i < oid.len; i++)
		if (oid.ptr[i] != '0')
			return false;
	return true;
}

static bool has_tip(const struct push *push, struct span oid)
{
	for (size_t i = 0; i < push->n; i++)
		if (span_eqs(oid, push->tips[i].oid))
			return true;
	return false;
}

static struct err *add_tip(struct push *push, struct span oid, struct span ref)
{
	static const char heads[] = "refs/heads/";
	struct push_tip *tip;

	if (is_zero(oid) || !span_starts(ref, heads) || has_tip(push, oid))
		return NULL;
	if (push->n == PUSH_TIPS_MAX) {
		push->left_out++;
		return NULL;
	}
	tip = &push->tips[push->n];
	tip->oid = arena_dup(&push->arena, oid);
	tip->branch = arena_dup(&push->arena, span_cut(ref, sizeof(heads) - 1, ref.len));
	if (!tip->oid || !tip->branch)
		return arena_err(&push->arena, "pre-push");
	push->n++;
	return NULL;
}

struct err *push_parse(struct push *out, struct span text)
{
	struct span line;

	*out = (struct push){ 0 };
	arena_init(&out->arena, PUSH_MAX_BYTES);
	out->tips = arena_array(&out->arena, PUSH_TIPS_MAX, sizeof(*out->tips));
	if (!out->tips)
		return arena_err(&out->arena, "pre-push");
	while (span_line(&text, &line)) {
		struct span theirs, ref, ours;
		struct err *err;

		/* From the right: the local ref may have blanks in it. */
		if (!last_word(&line, &theirs) || !last_word(&line, &ref) ||
		    !last_word(&line, &ours) || !is_oid(theirs) || !is_oid(ours))
			return err_new(ERR_INPUT, "pre-push: a line on stdin is not git's");
		err = add_tip(out, ours, ref);
		if (err)
			return err;
	}
	return NULL;
}

void push_release(struct push *push)
{
	arena_release(&push->arena);
	*push = (struct push){ 0 };
}
