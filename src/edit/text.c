/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/text.h"

#include <stdlib.h>
#include <string.h>

static const char bom[] = "\xef\xbb\xbf";

const char *text_refusal(struct span bytes)
{
	struct span rest = bytes;
	size_t lines;

	if (span_starts(bytes, "\xff\xfe") || span_starts(bytes, "\xfe\xff"))
		return "is UTF-16 or UTF-32 text; only UTF-8 and 8-bit text can be edited";
	if (bytes.len > TEXT_MAX_BYTES)
		return "is larger than 64 MiB";
	if (span_findc(rest, '\0', 0) >= 0)
		return "is a binary file";
	lines = text_count(bytes, '\n');
	if (lines > TEXT_MAX_LINES)
		return "has more than 2,000,000 lines";
	return NULL;
}

size_t text_count(struct span s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.ptr[i] == c;
	return n;
}

/* Copies without the CRs of CRLFs, noting where they were. */
static struct err *copy_view(struct text *t, struct span body)
{
	size_t out = 0, line = 0;
	uint32_t crs = 0;

	t->copy = malloc(body.len + 1);
	t->cr = malloc((t->n_lines + 1) * sizeof(*t->cr));
	if (!t->copy || !t->cr)
		return err_nomem();
	t->cr[0] = 0;
	for (size_t at = 0; at < body.len;) {
		ptrdiff_t nl = span_findc(body, '\n', at);
		size_t stop = nl < 0 ? body.len : (size_t)nl;
		size_t len = stop - at;
		bool crlf = nl >= 0 && len && body.ptr[stop - 1] == '\r';

		memcpy(t->copy + out, body.ptr + at, len - crlf);
		out += len - crlf;
		if (nl >= 0)
			t->copy[out++] = '\n';
		crs += crlf;
		t->cr[++line] = crs;
		at = stop + (nl >= 0);
	}
	t->view = (struct span){ t->copy, out };
	return NULL;
}

static void index_lines(struct text *t)
{
	size_t line = 0, at = 0;

	while (at < t->view.len) {
		ptrdiff_t nl = span_findc(t->view, '\n', at);

		t->start[line++] = (uint32_t)at;
		at = nl < 0 ? t->view.len : (size_t)nl + 1;
	}
	t->start[line] = (uint32_t)t->view.len;
}

struct err *text_init(struct text *t, struct span bytes)
{
	struct span body;
	struct err *err = NULL;

	*t = (struct text){ .base = bytes };
	if (span_starts(bytes, bom))
		t->bom_bytes = strlen(bom);
	body = span_cut(bytes, t->bom_bytes, bytes.len);
	if (!body.ptr)
		body = SPAN("");
	t->view = body;
	t->n_lines = text_count(body, '\n');
	if (body.len && body.ptr[body.len - 1] != '\n')
		t->n_lines++;
	t->start = malloc((t->n_lines + 1) * sizeof(*t->start));
	if (!t->start)
		err = err_nomem();
	if (!err && span_find(body, SPAN("\r\n"), 0) >= 0)
		err = copy_view(t, body);
	if (!err)
		index_lines(t);
	return err;
}

void text_release(struct text *t)
{
	free(t->copy);
	free(t->start);
	free(t->cr);
	*t = (struct text){ .n_lines = 0 };
}

bool text_final_newline(const struct text *t)
{
	return !t->view.len || t->view.ptr[t->view.len - 1] == '\n';
}

size_t text_line_at(const struct text *t, size_t at)
{
	size_t low = 0, high = t->n_lines;

	if (at >= t->view.len)
		return text_final_newline(t) ? t->n_lines : t->n_lines - 1;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (t->start[mid] <= at)
			low = mid;
		else
			high = mid;
	}
	return low;
}

size_t text_line_stop(const struct text *t, size_t i)
{
	size_t stop = t->start[i + 1];

	if (stop > t->start[i] && t->view.ptr[stop - 1] == '\n')
		stop--;
	return stop;
}

struct span text_line(const struct text *t, size_t i)
{
	return span_cut(t->view, t->start[i], text_line_stop(t, i));
}

size_t text_base_at(const struct text *t, size_t at)
{
	size_t crs = t->cr ? t->cr[text_line_at(t, at)] : 0;

	return t->bom_bytes + at + crs;
}

char text_end(const struct text *t, size_t i)
{
	if (!t->cr)
		return '\n';
	if (i + 1 == t->n_lines && i && !text_final_newline(t))
		i--;
	return t->cr[i + 1] > t->cr[i] ? '\r' : '\n';
}

char text_end_near(const struct text *t, size_t at)
{
	size_t line;

	if (!t->cr || !t->n_lines)
		return '\n';
	line = text_line_at(t, at);
	if (line && (line == t->n_lines || t->start[line] == at))
		line--;
	return text_end(t, line);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

size_t text_indent(struct span line)
{
	size_t n = 0;

	while (n < line.len && is_blank(line.ptr[n]))
		n++;
	return n;
}

size_t text_trail(struct span line)
{
	size_t n = 0;

	while (n < line.len && is_blank(line.ptr[line.len - 1 - n]))
		n++;
	return n;
}
