/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/wrap.h"

#include <string.h>

#include "base/utf8.h"
#include "mail/hazard.h"

#define PARAGRAPH_MAX_BYTES (256 * 1024)
#define CODE_INDENT 4

static size_t columns_of(struct span s)
{
	size_t n = 0;

	for (size_t at = 0; at < s.len; n++) {
		uint32_t cp;

		at += utf8_next(s, at, &cp);
	}
	return n;
}

struct span wrap_cut(struct span s, size_t columns)
{
	size_t at = 0, n = 0, blank = 0;

	while (at < s.len && n < columns) {
		uint32_t cp;

		if (s.ptr[at] == ' ')
			blank = at;
		at += utf8_next(s, at, &cp);
		n++;
	}
	if (at == s.len || s.ptr[at] == ' ')
		blank = at;
	/* One word longer than all: cut it. */
	return span_trim(span_cut(s, 0, blank ? blank : at));
}

void wrap_init(struct wrap *wrap, size_t columns, struct str *out)
{
	*wrap = (struct wrap){ .out = out, .start = out->len, .columns = columns };
	wrap->block = out->len;
	str_init(&wrap->words, PARAGRAPH_MAX_BYTES);
}

/* Begins a line of output, after the empty line that is due. */
static void begin_line(struct wrap *wrap, size_t indent)
{
	if (wrap->out->len > wrap->start)
		str_adds(wrap->out, wrap->gap ? "\n\n" : "\n");
	if (wrap->gap || wrap->out->len == wrap->start)
		wrap->block = wrap->out->len;
	wrap->gap = false;
	for (size_t i = 0; i < indent; i++)
		str_addc(wrap->out, ' ');
}

static struct span word_at(struct span text, size_t at)
{
	ptrdiff_t end = span_findc(text, ' ', at);

	return span_cut(text, at, end < 0 ? text.len : (size_t)end);
}

/*
 * The end of the line that starts at start: as many words as fit, fewer when the
 * word after them may start no line, but one at least.
 */
static size_t line_end(struct span text, size_t start, size_t room)
{
	size_t end = start + word_at(text, start).len, good = end;
	size_t used = columns_of(word_at(text, start));

	while (end < text.len) {
		struct span word = word_at(text, end + 1);

		used += 1 + columns_of(word);
		if (used > room)
			break;
		if (!hazard_starts(word))
			good = end;
		end += 1 + word.len;
	}
	if (end == text.len || !hazard_starts(word_at(text, end + 1)))
		return end;
	return good;
}

void wrap_end_paragraph(struct wrap *wrap)
{
	struct span text = str_span(&wrap->words);
	size_t indent = 0;

	for (size_t at = 0; at < text.len;) {
		size_t room = wrap->columns > indent ? wrap->columns - indent : 1;
		size_t end = line_end(text, at, room);

		/* Nowhere better to break: a blank before it takes the meaning away. */
		if (!indent && hazard_starts(word_at(text, at)))
			indent = 1;
		/* Pieces of lines can make up a mark that none of them was. */
		if (!hazard_is_scissors(span_cut(text, at, end))) {
			begin_line(wrap, indent);
			str_add_span(wrap->out, span_cut(text, at, end));
			indent = wrap->hang;
		}
		at = end + 1;
	}
	str_reset(&wrap->words);
	wrap->hang = 0;
}

/* "- ", "* ", "3. ", "3) ": how long the mark of a list item is, or 0. */
static size_t item_mark(struct span line)
{
	size_t n = 0;

	if (line.len > 1 && strchr("-*+", line.ptr[0]) && line.ptr[1] == ' ')
		return 2;
	while (n < line.len && line.ptr[n] >= '0' && line.ptr[n] <= '9')
		n++;
	if (n && n < 4 && n + 1 < line.len &&
	    (line.ptr[n] == '.' || line.ptr[n] == ')') && line.ptr[n + 1] == ' ')
		return n + 2;
	return 0;
}

static void add_words(struct wrap *wrap, struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		bool blank = line.ptr[i] == ' ' || line.ptr[i] == '\t';

		if (!blank && i && (line.ptr[i - 1] == ' ' || line.ptr[i - 1] == '\t'))
			str_addc(&wrap->words, ' ');
		if (!blank)
			str_addc(&wrap->words, line.ptr[i]);
	}
}

/* "## " and the like: an editor would take the line for a comment. */
static size_t heading_mark(struct span line)
{
	size_t n = 0;

	while (n < line.len && line.ptr[n] == '#')
		n++;
	return n && n < line.len && line.ptr[n] == ' ' ? n + 1 : 0;
}

void wrap_text(struct wrap *wrap, struct span line)
{
	struct span text = span_trim(line);
	size_t indent = (size_t)(text.ptr - line.ptr), mark = item_mark(text);

	if (line.ptr[0] == '\t' || (indent >= CODE_INDENT && !mark && !wrap->words.len)) {
		wrap_verbatim(wrap, line, 0);
		return;
	}
	if (text.ptr[0] == '>' || text.ptr[0] == '|') {
		wrap_verbatim(wrap, text,
			      text.ptr[0] == '>' && hazard_starts(word_at(text, 0)));
		return;
	}
	if (heading_mark(text)) {
		wrap_blank(wrap);
		add_words(wrap, span_trim(span_cut(text, heading_mark(text), text.len)));
		wrap_blank(wrap);
		return;
	}
	if (mark) {
		wrap_end_paragraph(wrap);
		wrap->hang = mark;
	} else if (wrap->words.len) {
		str_addc(&wrap->words, ' ');
	}
	add_words(wrap, text);
}

void wrap_verbatim(struct wrap *wrap, struct span line, size_t indent)
{
	wrap_end_paragraph(wrap);
	while (line.len && strchr(" \t", line.ptr[line.len - 1]))
		line.len--;
	if (!line.len) {
		wrap->gap = wrap->out->len > wrap->start;
		return;
	}
	begin_line(wrap, indent);
	str_add_span(wrap->out, line);
}

void wrap_blank(struct wrap *wrap)
{
	wrap_end_paragraph(wrap);
	wrap->gap = wrap->out->len > wrap->start;
}

static void indent_trailers(struct wrap *wrap)
{
	struct span rest = span_cut(str_span(wrap->out), wrap->block, wrap->out->len);
	struct span line;
	bool any = false;

	while (span_line(&rest, &line)) {
		bool trailer = hazard_is_trailer(line);

		/* A blank in front continues the trailer above. */
		if (!trailer && line.len && line.ptr[0] != ' ')
			return;
		any = any || trailer;
	}
	if (!any)
		return;
	for (size_t at = wrap->block; at < wrap->out->len; at++) {
		ptrdiff_t end = span_findc(str_span(wrap->out), '\n', at);

		str_splice(wrap->out, at, at, SPAN(" "));
		if (end < 0 || wrap->out->failed)
			break;
		at = (size_t)end + 1;
	}
}

void wrap_finish(struct wrap *wrap)
{
	wrap_end_paragraph(wrap);
	indent_trailers(wrap);
	str_release(&wrap->words);
}
