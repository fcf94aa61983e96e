/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/answer.h"

#include <stdio.h>
#include <string.h>

#include "plan/decode.h"
#include "sys/json.h"

#define MARKER_MAX_BYTES 64
#define REVIEW_MAX_BYTES ((size_t)64 << 10)
#define REVIEW_MAX_DEPTH 8

/* A line of nothing but a fence, with a language after an opening one. */
static bool is_fence(struct span line, bool opening)
{
	size_t ticks = 0;

	line = span_trim(line);
	while (ticks < line.len && line.ptr[ticks] == '`')
		ticks++;
	if (ticks < 3)
		return false;
	line = span_cut(line, ticks, line.len);
	if (!opening)
		return !line.len;
	for (size_t i = 0; i < line.len; i++)
		if (line.ptr[i] == '`' || line.ptr[i] == ' ')
			return false;
	return true;
}

static struct span last_line(struct span text)
{
	size_t end = text.len;

	if (span_ends(text, "\n"))
		end--;
	for (size_t i = end; i > 0; i--)
		if (text.ptr[i - 1] == '\n')
			return span_cut(text, i, end);
	return span_cut(text, 0, end);
}

/* A fence that opens on the first line and closes on the last one. */
static struct span strip_fence(struct span text)
{
	struct span rest = text, first, last = last_line(text);

	if (!span_line(&rest, &first) || !is_fence(first, true) ||
	    !is_fence(last, false) || last.ptr < rest.ptr)
		return text;
	return (struct span){ rest.ptr, (size_t)(last.ptr - rest.ptr) };
}

static struct span drop_line_end(struct span text)
{
	if (span_starts(text, "\r\n"))
		return span_cut(text, 2, text.len);
	if (span_starts(text, "\n"))
		return span_cut(text, 1, text.len);
	return text;
}

/* Whole lines, without a fence around them. */
static struct err *add_lines(struct str *out, struct span text)
{
	struct span last = last_line(text);

	if (!span_ends(text, "\n") && !span_trim(last).len)
		text.len -= last.len; /* the closing tag was indented */
	text = strip_fence(text);
	str_add_span(out, text);
	if (text.len && !span_ends(text, "\n"))
		str_addc(out, '\n');
	return str_err(out, "the executor's answer");
}

struct err *answer_region(struct str *out, struct span reply, const char *marker,
			  bool prefilled)
{
	char open[MARKER_MAX_BYTES], close[MARKER_MAX_BYTES];
	ptrdiff_t at;
	struct span text = reply;

	snprintf(open, sizeof(open), "<%s>", marker);
	snprintf(close, sizeof(close), "</%s>", marker);
	at = span_find(text, span_of(open), 0);
	if (at < 0 && !prefilled)
		return err_new(ERR_NO_FIX, "the text is not between <%s> and </%s>",
			       marker, marker);
	if (at >= 0)
		text = drop_line_end(span_cut(text, (size_t)at + strlen(open), text.len));
	if (span_find(text, span_of(open), 0) >= 0)
		return err_new(ERR_NO_FIX, "<%s> stands in it more than once", marker);
	at = span_find(text, span_of(close), 0);
	if (at >= 0)
		text = span_cut(text, 0, (size_t)at);
	return add_lines(out, text);
}

/* Where the one place of tag is; ERR_NO_FIX unless there is just one. */
static struct err *find_tag(struct span text, const char *tag, size_t *at)
{
	ptrdiff_t first = span_find(text, span_of(tag), 0);

	if (first < 0)
		return err_new(ERR_NO_FIX, "there is no %s", tag);
	*at = (size_t)first;
	if (span_find(text, span_of(tag), *at + 1) >= 0)
		return err_new(ERR_NO_FIX, "%s stands in it more than once", tag);
	return NULL;
}

struct err *answer_part(struct str *out, struct span reply, const char *family,
			const char *marker)
{
	char open[MARKER_MAX_BYTES], close[MARKER_MAX_BYTES];
	size_t from, to;
	struct span text;
	struct err *err;

	snprintf(open, sizeof(open), "<%s>", marker);
	snprintf(close, sizeof(close), "</%s>", marker);
	err = find_tag(reply, open, &from);
	if (!err)
		err = find_tag(reply, close, &to);
	if (err)
		return err;
	from += strlen(open);
	if (to < from)
		return err_new(ERR_NO_FIX, "%s stands before %s", close, open);
	text = span_cut(reply, from, to);
	if (span_find(text, span_of(family), 0) >= 0)
		return err_new(ERR_NO_FIX, "another region's tag stands in that of %s",
			       open);
	return add_lines(out, drop_line_end(text));
}

struct err *answer_review(struct span reply, bool *approved, struct str *reason)
{
	const struct json_limits limits = { REVIEW_MAX_BYTES, REVIEW_MAX_DEPTH };
	struct json_doc *doc = NULL;
	struct span text = { NULL, 0 };
	struct err *err;

	*approved = false;
	err = json_parse(&doc, plan_unwrap(reply), &limits);
	if (!err)
		err = json_read_bool(json_root(doc), "", "approve", JSON_REQUIRED,
				     approved);
	if (!err)
		err = json_read_string(json_root(doc), "", "reason", JSON_OPTIONAL,
				       &text);
	if (err) {
		*approved = false;
		err = err_as(err_wrap(err, "the review's answer"), ERR_SERVICE);
	} else {
		str_add_span(reason, text);
		err = str_err(reason, "the review's reason");
	}
	json_free(doc);
	return err;
}
