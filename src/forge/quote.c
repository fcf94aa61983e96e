/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forge/quote.h"

#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"

#define KEPT_LINES_MAX 4

/* "On Monday, A. wrote:" in the languages whose mail programs say it most. */
static const char *const wrote[] = {
	"wrote", "writes", "schrieb", "a \303\251crit", "escribi\303\263",
	"ha scritto", "escreveu", "\320\277\320\270\321\210\320\265\321\202",
};

static const char *const ends[] = {
	"-----Original Message-----", "-----Original message-----",
	"Reply to this email directly",
};

struct strip {
	struct str *out;
	struct span rest;   /* from the line after this one */
	struct span before; /* ptr NULL: nothing was, quotations stay */
	char fence;         /* '`' or '~' inside a fenced block, else 0 */
	size_t fence_len;
	size_t line_start;  /* of the last line added, in out */
};

static bool is_quoted(struct span line)
{
	return span_starts(span_trim(line), ">");
}

static bool says_who_wrote(struct span line)
{
	line = span_trim(line);
	if (!span_ends(line, ":"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(wrote); i++) {
		if (span_find(line, span_of(wrote[i]), 0) >= 0)
			return true;
	}
	return false;
}

static bool ends_comment(struct span line, struct span rest)
{
	size_t indent = 0;

	if (span_eqs(line, "-- "))
		return true;
	while (indent < line.len && line.ptr[indent] == ' ')
		indent++;
	line = span_cut(line, indent, line.len);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		if (span_starts(line, ends[i]))
			return true;
	}
	return indent < 4 && span_starts(line, "<!--") &&
	       span_find(line, SPAN("-->"), 0) < 0 && span_find(rest, SPAN("-->"), 0) < 0;
}

static void add_line(struct strip *strip, struct span line)
{
	strip->line_start = strip->out->len;
	str_add_span(strip->out, line);
	str_addc(strip->out, '\n');
}

/* Opens and closes fenced blocks (CommonMark 4.5). */
static void watch_fence(struct strip *strip, struct span line)
{
	size_t n = 0;
	char c;

	line = span_trim(line);
	c = line.len ? line.ptr[0] : 0;
	if (c != '`' && c != '~')
		return;
	while (n < line.len && line.ptr[n] == c)
		n++;
	if (!strip->fence && n >= 3 && (c == '~' || span_findc(line, c, n) < 0)) {
		strip->fence = c;
		strip->fence_len = n;
	} else if (c == strip->fence && n >= strip->fence_len && n == line.len) {
		strip->fence = 0;
	}
}

/* The quotation at the begin of rest: its length in bytes, 0 if there is none. */
static size_t quotation(struct span rest, size_t *lines)
{
	struct span left = rest, line;
	size_t end = 0;

	*lines = 0;
	while (span_line(&left, &line) && is_quoted(line)) {
		end = rest.len - left.len;
		++*lines;
	}
	return end;
}

static bool was_said(struct span quoted, struct span before)
{
	struct span line;

	while (span_line(&quoted, &line)) {
		line = span_trim(line);
		while (span_starts(line, ">"))
			line = span_trim(span_cut(line, 1, line.len));
		if (line.len && span_find(before, line, 0) < 0)
			return false;
	}
	return true;
}

static struct span skip_blank_lines(struct span rest)
{
	struct span left = rest, line;

	while (span_line(&left, &line) && !span_trim(line).len)
		rest = left;
	return rest;
}

/* A mail program may have broken the line that says who wrote it. */
static void drop_begun(struct strip *strip, struct span line)
{
	struct span last = span_cut(str_span(strip->out), strip->line_start,
				    strip->out->len);

	if (!span_starts(span_trim(line), "On ") && span_starts(last, "On "))
		str_truncate(strip->out, strip->line_start);
}

/* True when line, or the quotation that begins with it, is dropped. */
static bool drops(struct strip *strip, struct span line, struct span from)
{
	struct span next = skip_blank_lines(strip->rest);
	size_t lines, end;

	if (says_who_wrote(line)) {
		end = quotation(next, &lines);
		if (!end)
			return false;
		drop_begun(strip, line);
		strip->rest = span_cut(next, end, next.len);
		return true;
	}
	end = quotation(from, &lines);
	if (lines <= KEPT_LINES_MAX || !was_said(span_cut(from, 0, end), strip->before))
		return false;
	strip->rest = span_cut(from, end, from.len);
	return true;
}

static void strip_lines(struct strip *strip)
{
	struct span from = strip->rest, line;

	while (span_line(&strip->rest, &line)) {
		bool fenced = strip->fence != 0;

		watch_fence(strip, line);
		if (!fenced && !strip->fence) {
			if (ends_comment(line, strip->rest))
				break;
			if (strip->before.ptr && drops(strip, line, from)) {
				from = strip->rest;
				continue;
			}
		}
		add_line(strip, line);
		from = strip->rest;
	}
}

void quote_strip(struct str *out, struct span text, struct span before)
{
	struct strip strip = {
		.out = out, .rest = text, .before = before.ptr ? before : SPAN(""),
		.line_start = out->len,
	};

	strip_lines(&strip);
}

void quote_strip_first(struct str *out, struct span text)
{
	struct strip strip = { .out = out, .rest = text, .line_start = out->len };

	strip_lines(&strip);
}
