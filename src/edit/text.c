/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/text.h"

#include <stdlib.h>
#include <string.h>

static const char bom[] = "\xef\xbb\xbf";

const char *text_refusal(struct span bytes)
{
	if (span_starts(bytes, "\xff\xfe") || span_starts(bytes, "\xfe\xff"))
		return "is UTF-16 or UTF-32 text; only UTF-8 and 8-bit text can be edited";
	if (bytes.len > TEXT_MAX_BYTES)
		return "is larger than 64 MiB";
	if (span_findc(bytes, '\0', 0) >= 0)
		return "is a binary file";
	if (bytes.len > TEXT_MAX_LINES && text_count(bytes, '\n') > TEXT_MAX_LINES)
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

static struct err *grow_lines(struct text *t, size_t *cap)
{
	uint32_t *start;

	*cap += *cap / 2 + t->view.len / 32 + 16;
	start = realloc(t->start, *cap * sizeof(*start));
	if (!start)
		return err_nomem();
	t->start = start;
	return NULL;
}

/* Lines of s, by their starts; one more for where the last one ends. */
static struct err *index_lines(struct text *t, struct span s)
{
	size_t at = 0, cap = 0;
	struct err *err = NULL;

	while (!err) {
		const char *nl;

		if (t->n_lines + 1 >= cap)
			err = grow_lines(t, &cap);
		if (err || at == s.len)
			break;
		t->start[t->n_lines++] = (uint32_t)at;
		nl = memchr(s.ptr + at, '\n', s.len - at);
		at = nl ? (size_t)(nl - s.ptr) + 1 : s.len;
	}
	if (!err)
		t->start[t->n_lines] = (uint32_t)s.len;
	return err;
}

/* Copies without the CRs of CRLFs, noting where they were. */
static struct err *copy_view(struct text *t)
{
	struct span body = t->view;
	uint32_t out = 0, crs = 0;

	t->copy = malloc(body.len + 1);
	t->cr = malloc((t->n_lines + 1) * sizeof(*t->cr));
	if (!t->copy || !t->cr)
		return err_nomem();
	for (size_t i = 0; i < t->n_lines; i++) {
		size_t at = t->start[i], len = t->start[i + 1] - at;
		bool crlf = len > 1 && body.ptr[at + len - 1] == '\n' &&
			    body.ptr[at + len - 2] == '\r';

		memcpy(t->copy + out, body.ptr + at, len);
		if (crlf)
			t->copy[out + len - 2] = '\n';
		t->start[i] = out;
		t->cr[i] = crs;
		out += (uint32_t)(len - crlf);
		crs += crlf;
	}
	t->start[t->n_lines] = out;
	t->cr[t->n_lines] = crs;
	t->view = (struct span){ t->copy, out };
	return NULL;
}

struct err *text_init(struct text *t, struct span bytes)
{
	struct span body;
	struct err *err;

	*t = (struct text){ .base = bytes };
	if (span_starts(bytes, bom))
		t->bom_bytes = strlen(bom);
	body = span_cut(bytes, t->bom_bytes, bytes.len);
	if (!body.ptr)
		body = SPAN("");
	t->view = body;
	err = index_lines(t, body);
	if (!err && span_findc(body, '\r', 0) >= 0 && span_find(body, SPAN("\r\n"), 0) >= 0)
		err = copy_view(t);
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
