/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "plan/decode.h"

/* Depth of an object in the array "edits" of the outermost object. */
#define EDIT_DEPTH 3

struct plan_stream {
	struct str text;  /* from the first brace on */
	size_t at;        /* scanned up to here */
	size_t depth;
	size_t start;     /* of the edit that is open */
	size_t key_start; /* of the last string at depth 1 */
	size_t key_end;
	bool begun;       /* the first brace was seen */
	bool in_string, escaped;
	bool in_edits;    /* the array that is open is the one of edits */
	bool broken;      /* not to be followed any further */
	struct plan plan;
};

static struct err *make_room(struct plan_stream *stream)
{
	plan_init(&stream->plan);
	stream->plan.edits = arena_array(&stream->plan.arena, PLAN_STREAM_EDITS_MAX,
					 sizeof(*stream->plan.edits));
	return stream->plan.edits ? NULL : arena_err(&stream->plan.arena, "plan");
}

struct err *plan_stream_new(struct plan_stream **out)
{
	struct plan_stream *stream = calloc(1, sizeof(*stream));
	struct err *err;

	*out = NULL;
	if (!stream)
		return err_nomem();
	str_init(&stream->text, PLAN_MAX_BYTES);
	err = make_room(stream);
	if (err) {
		plan_stream_free(stream);
		return err;
	}
	*out = stream;
	return NULL;
}

void plan_stream_free(struct plan_stream *stream)
{
	if (!stream)
		return;
	str_release(&stream->text);
	plan_release(&stream->plan);
	free(stream);
}

void plan_stream_reset(struct plan_stream *stream)
{
	struct str text = stream->text;

	str_reset(&text);
	plan_release(&stream->plan);
	*stream = (struct plan_stream){ .text = text };
	err_drop(make_room(stream));
	stream->broken = !stream->plan.edits;
}

/* A member of a list that was cut short or garbled is left to the decoder's verdict. */
static void take_edit(struct plan_stream *stream, size_t end)
{
	struct plan *plan = &stream->plan;
	struct span json = span_cut(str_span(&stream->text), stream->start, end);
	struct err *err;

	if (plan->n_edits == PLAN_STREAM_EDITS_MAX) {
		stream->broken = true;
		return;
	}
	err = plan_decode_edit(plan, json, plan->n_edits, &plan->edits[plan->n_edits]);
	if (err)
		stream->broken = true;
	else
		plan->n_edits++;
	err_drop(err);
}

static bool key_is_edits(const struct plan_stream *stream)
{
	return span_eqs(span_cut(str_span(&stream->text), stream->key_start, stream->key_end),
			"edits");
}

static void in_string(struct plan_stream *stream, char c)
{
	if (stream->escaped) {
		stream->escaped = false;
	} else if (c == '\\') {
		stream->escaped = true;
	} else if (c == '"') {
		stream->in_string = false;
		stream->key_end = stream->at;
	}
}

static void outside(struct plan_stream *stream, char c)
{
	switch (c) {
	case '"':
		stream->in_string = true;
		if (stream->depth == 1)
			stream->key_start = stream->at + 1;
		break;
	case '{':
	case '[':
		stream->depth++;
		if (stream->depth == EDIT_DEPTH - 1)
			stream->in_edits = c == '[' && key_is_edits(stream);
		if (stream->depth == EDIT_DEPTH)
			stream->start = stream->at;
		break;
	case '}':
	case ']':
		if (stream->depth == EDIT_DEPTH && stream->in_edits && c == '}')
			take_edit(stream, stream->at + 1);
		if (!stream->depth)
			stream->broken = true;
		else
			stream->depth--;
		break;
	default:
		break;
	}
}

size_t plan_stream_feed(struct plan_stream *stream, struct span text)
{
	if (!stream->begun) {
		ptrdiff_t brace = span_findc(text, '{', 0);

		if (brace < 0)
			return 0;
		text = span_cut(text, (size_t)brace, text.len);
		stream->begun = true;
	}
	str_add_span(&stream->text, text);
	if (stream->text.failed)
		stream->broken = true;
	for (; !stream->broken && stream->at < stream->text.len; stream->at++) {
		char c = stream->text.buf[stream->at];

		if (stream->in_string)
			in_string(stream, c);
		else
			outside(stream, c);
	}
	return stream->plan.n_edits;
}

const struct plan *plan_stream_plan(const struct plan_stream *stream)
{
	return &stream->plan;
}

static bool same_edit(const struct edit *a, const struct edit *b)
{
	return a->kind == b->kind && !strcmp(a->file, b->file) && span_eq(a->find, b->find) &&
	       span_eq(a->replace, b->replace) && span_eq(a->line_content, b->line_content) &&
	       span_eq(a->action, b->action) && span_eq(a->content, b->content);
}

static bool move_text(struct plan *to, struct span text, struct span *out)
{
	char *copy = text.ptr ? arena_dup(&to->arena, text) : NULL;

	*out = (struct span){ copy, copy ? text.len : 0 };
	return copy || !text.ptr;
}

bool plan_stream_finish(struct plan_stream *stream, const struct plan *decoded,
			struct plan *out)
{
	struct plan *plan = &stream->plan;
	bool same = plan->n_edits == decoded->n_edits;

	for (size_t i = 0; same && i < plan->n_edits; i++)
		same = same_edit(&plan->edits[i], &decoded->edits[i]);
	same = same && move_text(plan, decoded->root_cause, &plan->root_cause) &&
	       move_text(plan, decoded->strategy, &plan->strategy) &&
	       move_text(plan, decoded->subject, &plan->subject) &&
	       move_text(plan, decoded->body, &plan->body);
	if (!same)
		return false;
	plan->from_base = decoded->from_base;
	*out = *plan;
	plan_init(plan);
	return true;
}
