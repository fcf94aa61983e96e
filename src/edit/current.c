/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/current.h"

#include <stdlib.h>

/* A stretch of the current text that is base text, or the hard text of a change. */
struct current_piece {
	size_t now;  /* where it starts in the current text */
	size_t from; /* and in the base view or the change's text */
	struct change *in;
};

static void add_piece(struct current *now, size_t at, size_t from, struct change *in)
{
	struct current_piece *last = now->n ? &now->pieces[now->n - 1] : NULL;

	/* Context that a change let go of joins the base text around it. */
	if (last && !in && !last->in && at - last->now == from - last->from)
		return;
	now->pieces[now->n++] = (struct current_piece){ at, from, in };
}

struct err *current_read(struct current *now, struct draft *d)
{
	struct str ends = STR_INIT(CHANGE_LOG_MAX_BYTES);
	struct changes *ch = &d->changes;
	size_t at = 0, base = 0;
	struct err *err;

	*now = (struct current){ .text = d->text.view };
	if (!ch->n)
		return NULL;
	now->hold = (struct str)STR_INIT(CHANGE_LOG_MAX_BYTES);
	now->pieces = calloc(3 * ch->n + 1, sizeof(*now->pieces));
	if (!now->pieces)
		return err_nomem();
	for (struct change *c = changes_first(ch); c; c = change_next(c)) {
		add_piece(now, at, base, NULL);
		at += change_hard_start(c) - base;
		add_piece(now, at, c->head, c);
		at += c->len - c->head - c->tail;
		base = change_hard_end(c);
	}
	add_piece(now, at, base, NULL);
	changes_view(ch, &d->text, 0, d->text.view.len, &now->hold, &ends);
	str_release(&ends);
	err = str_err(&now->hold, "edits");
	now->text = str_span(&now->hold);
	return err;
}

void current_release(struct current *now)
{
	free(now->pieces);
	str_release(&now->hold);
}

/* The last piece that starts at or before at. */
static size_t piece_at(const struct current *now, size_t at)
{
	size_t low = 0, high = now->n;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (now->pieces[mid].now <= at)
			low = mid;
		else
			high = mid;
	}
	return low;
}

static bool is_ours(const struct change *c)
{
	return c->kind == CHANGE_DIRECT || (c->kind == CHANGE_ANSWERED && c->whole_file);
}

bool current_locate(const struct current *now, size_t start, size_t end,
		    struct place *out, struct change **edge)
{
	const struct current_piece *p;
	size_t i;

	*out = (struct place){ start, end, NULL };
	if (!now->pieces)
		return true;
	i = piece_at(now, start);
	p = &now->pieces[i];
	/* What is put in front of text that is not ours goes to the base before it. */
	if (start == end && start == p->now && i && p->in && !is_ours(p->in) && !p[-1].in)
		p--;
	*edge = p->in ? p->in : i + 1 < now->n ? p[1].in : NULL;
	if (p + 1 < now->pieces + now->n && end > p[1].now)
		return false;
	*out = (struct place){ p->from + start - p->now, p->from + end - p->now, p->in };
	return !p->in || is_ours(p->in);
}
