/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/change.h"

#include <stdlib.h>
#include <string.h>

void changes_init(struct changes *ch)
{
	*ch = (struct changes){
		.log = STR_INIT(CHANGE_LOG_MAX_BYTES),
		.ends = STR_INIT(CHANGE_LOG_MAX_BYTES),
		.dice = 0x9e3779b9,
	};
}

void changes_release(struct changes *ch)
{
	struct change *c = ch->first[0];

	while (c) {
		struct change *next = c->next[0];

		free(c);
		c = next;
	}
	free(ch->segments);
	str_release(&ch->log);
	str_release(&ch->ends);
	changes_init(ch);
}

struct change *changes_first(const struct changes *ch)
{
	return ch->first[0];
}

struct change *change_next(const struct change *c)
{
	return c->next[0];
}

struct span change_text(const struct changes *ch, const struct change *c)
{
	return span_cut(str_span(&ch->log), c->at, c->at + c->len);
}

struct span change_ends(const struct changes *ch, const struct change *c)
{
	size_t n = text_count(change_text(ch, c), '\n');

	return span_cut(str_span(&ch->ends), c->ends_at, c->ends_at + n);
}

size_t change_hard_start(const struct change *c)
{
	return c->start + c->head;
}

size_t change_hard_end(const struct change *c)
{
	return c->end - c->tail;
}

struct change *changes_from(const struct changes *ch, size_t at)
{
	struct change *const *from = ch->first;
	struct change *c = NULL;

	for (int level = CHANGE_LEVELS - 1; level >= 0; level--) {
		while (from[level] && from[level]->end < at)
			from = from[level]->next;
		c = from[level];
	}
	return c;
}


struct change *changes_conflict(const struct changes *ch, size_t start, size_t end)
{
	struct change *c = changes_from(ch, start);

	for (; c && c->start <= end; c = change_next(c)) {
		if (end > change_hard_start(c) && start < change_hard_end(c))
			return c;
	}
	return NULL;
}

/* Whether c stands in front of what is to be put at [start, end). */
static bool stands_before(const struct change *c, size_t start, size_t end)
{
	return c->start != start ? c->start < start : c->end <= end;
}

static void link_change(struct changes *ch, struct change *c)
{
	struct change **from = ch->first;

	for (int level = CHANGE_LEVELS - 1; level >= 0; level--) {
		while (from[level] && stands_before(from[level], c->start, c->end))
			from = from[level]->next;
		if (level < c->height) {
			c->next[level] = from[level];
			from[level] = c;
		}
	}
	ch->n++;
}

void changes_remove(struct changes *ch, struct change *c)
{
	struct change **from = ch->first;

	for (int level = CHANGE_LEVELS - 1; level >= 0; level--) {
		struct change **at;

		while (from[level] && from[level]->start < c->start)
			from = from[level]->next;
		/* Nothing but their place in the list orders those at one offset. */
		at = &from[level];
		while (*at && *at != c && (*at)->start == c->start)
			at = &(*at)->next[level];
		if (*at == c)
			*at = c->next[level];
	}
	ch->segments[c->segment].owner = NULL;
	ch->n--;
	free(c);
}

static int roll_height(struct changes *ch)
{
	int height = 1;

	ch->dice ^= ch->dice << 13;
	ch->dice ^= ch->dice >> 17;
	ch->dice ^= ch->dice << 5;
	for (uint32_t d = ch->dice; (d & 3) == 0 && height < CHANGE_LEVELS; d >>= 2)
		height++;
	return height;
}

/* Lets go of the first n bytes of c, which are the base's own. */
static void drop_head(struct changes *ch, struct change *c, size_t n)
{
	size_t lines = text_count(span_cut(change_text(ch, c), 0, n), '\n');

	c->start += n;
	c->head -= n;
	c->at += n;
	c->len -= n;
	c->ends_at += lines;
}

static void drop_tail(struct change *c, size_t n)
{
	c->end -= n;
	c->tail -= n;
	c->len -= n;
}

/* Makes the neighbours of [start, end) let go of what they only quote. */
static void make_room(struct changes *ch, size_t start, size_t end)
{
	struct change *c = changes_from(ch, start);

	for (; c && c->start <= end; c = change_next(c)) {
		if (start >= change_hard_end(c) && start < c->end)
			drop_tail(c, c->end - start);
		else if (end <= change_hard_start(c) && end > c->start)
			drop_head(ch, c, end - c->start);
	}
}

/* The log's newest text becomes that of c. */
static struct err *log_text(struct changes *ch, struct change *c)
{
	struct err *err = str_err(&ch->log, "edits");

	if (!err)
		err = str_err(&ch->ends, "edits");
	if (err)
		return err;
	if (ch->n_segments == ch->cap_segments) {
		size_t cap = ch->cap_segments ? ch->cap_segments * 2 : 16;
		struct change_segment *s = realloc(ch->segments, cap * sizeof(*s));

		if (!s)
			return err_nomem();
		ch->segments = s;
		ch->cap_segments = cap;
	}
	c->segment = ch->n_segments++;
	ch->segments[c->segment] = (struct change_segment){ c->at, c->len, c };
	/* No text is found across the seam of two. */
	str_addc(&ch->log, '\0');
	return str_err(&ch->log, "edits");
}

struct err *changes_add(struct changes *ch, size_t start, size_t end,
			const struct written *w, struct change **made,
			struct change **conflict)
{
	int height = roll_height(ch);
	struct change *c;
	struct err *err;

	*made = NULL;
	*conflict = changes_conflict(ch, start, end);
	if (*conflict)
		return NULL;
	c = calloc(1, sizeof(*c) + (size_t)height * sizeof(c->next[0]));
	if (!c)
		return err_nomem();
	*c = (struct change){
		.start = start, .end = end, .head = w->head, .tail = w->tail,
		.at = ch->log.len, .len = w->text.len, .ends_at = ch->ends.len,
		.edit = w->edit, .kind = w->kind, .whole_file = w->whole_file,
		.height = height,
	};
	str_add_span(&ch->log, w->text);
	str_add_span(&ch->ends, w->ends);
	err = log_text(ch, c);
	if (err) {
		free(c);
		return err;
	}
	make_room(ch, start, end);
	link_change(ch, c);
	*made = c;
	return NULL;
}

static void copy_within(struct str *s, size_t start, size_t end)
{
	str_reserve(s, end - start);
	str_add(s, s->buf + start, end - start);
}

struct err *changes_rewrite(struct changes *ch, struct change *c, size_t start,
			    size_t end, const struct written *w)
{
	struct change old = *c;
	struct span text = change_text(ch, c);
	size_t ends = text_count(text, '\n');
	size_t first = text_count(span_cut(text, 0, start), '\n');
	size_t gone = text_count(span_cut(text, start, end), '\n');
	size_t at = ch->log.len, ends_at = ch->ends.len;
	struct err *err;

	copy_within(&ch->log, old.at, old.at + start);
	str_add_span(&ch->log, w->text);
	copy_within(&ch->log, old.at + end, old.at + old.len);
	copy_within(&ch->ends, old.ends_at, old.ends_at + first);
	str_add_span(&ch->ends, w->ends);
	copy_within(&ch->ends, old.ends_at + first + gone, old.ends_at + ends);
	c->at = at;
	c->ends_at = ends_at;
	c->len = old.len - (end - start) + w->text.len;
	err = log_text(ch, c);
	if (err) {
		c->at = old.at;
		c->len = old.len;
		c->ends_at = old.ends_at;
		c->segment = old.segment;
		return err;
	}
	ch->segments[old.segment].owner = NULL;
	if (c->head > start)
		c->head = start;
	if (c->tail > old.len - end)
		c->tail = old.len - end;
	c->edit = w->edit;
	c->kind = w->kind;
	return NULL;
}

struct change *changes_at_log(const struct changes *ch, size_t at, size_t len)
{
	size_t low = 0, high = ch->n_segments;
	struct change *c;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (ch->segments[mid].at <= at)
			low = mid;
		else
			high = mid;
	}
	c = low < high ? ch->segments[low].owner : NULL;
	return c && at >= c->at && at + len <= c->at + c->len ? c : NULL;
}

static void add_with_ends(struct str *out, struct span text, struct span ends)
{
	size_t line = 0;

	for (size_t at = 0; at < text.len;) {
		ptrdiff_t nl = span_findc(text, '\n', at);

		if (nl < 0) {
			str_add_span(out, span_cut(text, at, text.len));
			break;
		}
		str_add_span(out, span_cut(text, at, (size_t)nl));
		str_adds(out, ends.ptr[line++] == '\r' ? "\r\n" : "\n");
		at = (size_t)nl + 1;
	}
}

struct err *changes_apply(const struct changes *ch, const struct text *t,
			  struct str *out)
{
	size_t at = 0, more = 0;

	/* Each LF may become two bytes. Too little would be copied once more. */
	for (struct change *c = ch->first[0]; c; c = c->next[0])
		more += c->len + change_ends(ch, c).len;
	str_reserve(out, t->base.len + more);
	for (struct change *c = ch->first[0]; c; c = c->next[0]) {
		size_t start = text_base_at(t, c->start);

		/* The BOM stays in front of what is inserted at the start. */
		str_add_span(out, span_cut(t->base, at, start));
		add_with_ends(out, change_text(ch, c), change_ends(ch, c));
		at = text_base_at(t, c->end);
	}
	str_add_span(out, span_cut(t->base, at, t->base.len));
	return str_err(out, "result");
}

static void add_base_view(const struct text *t, size_t start, size_t end,
			  struct str *text, struct str *ends)
{
	str_add_span(text, span_cut(t->view, start, end));
	for (size_t i = text_line_at(t, start); i < t->n_lines; i++) {
		size_t stop = text_line_stop(t, i);

		if (stop >= end || stop == t->view.len)
			break;
		str_addc(ends, text_end(t, i));
	}
}

void changes_view(const struct changes *ch, const struct text *t, size_t start,
		  size_t end, struct str *text, struct str *ends)
{
	struct change *c = changes_from(ch, start);
	size_t at = start;

	for (; c && (c->start < end || c->start == t->view.len); c = c->next[0]) {
		if (c->start < start || c->start > end)
			continue;
		add_base_view(t, at, c->start, text, ends);
		str_add_span(text, change_text(ch, c));
		str_add_span(ends, change_ends(ch, c));
		at = c->end;
	}
	add_base_view(t, at, end, text, ends);
}
