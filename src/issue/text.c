/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

void issue_text_init(struct issue_text *issue)
{
	*issue = (struct issue_text){ 0 };
	str_init(&issue->text, ISSUE_TEXT_MAX_BYTES);
}

void issue_text_release(struct issue_text *issue)
{
	str_release(&issue->text);
	issue_text_init(issue);
}

/* A comment that is not closed hides nothing: it is shown. */
static size_t comment_end(struct span s, size_t at)
{
	ptrdiff_t end;

	if (!span_starts(span_cut(s, at, s.len), "<!--"))
		return at;
	end = span_find(s, SPAN("-->"), at + 4);
	return end < 0 ? at : (size_t)end + 3;
}

static bool is_hidden(uint32_t cp)
{
	return (utf8_is_control(cp) && cp != '\n' && cp != '\t') || utf8_is_ignorable(cp);
}

void issue_text_visible(struct str *out, struct span raw)
{
	size_t at = 0;

	if (span_starts(raw, "\xef\xbb\xbf"))
		at = 3;
	while (at < raw.len) {
		uint32_t cp;
		size_t end = comment_end(raw, at), len;

		if (end > at) {
			at = end;
			continue;
		}
		len = utf8_next(raw, at, &cp);
		if (cp == UTF8_BAD)
			utf8_add(out, UTF8_REPLACEMENT);
		else if (cp == '\r')
			str_adds(out, at + 1 < raw.len && raw.ptr[at + 1] == '\n' ? "" : "\n");
		else if (!is_hidden(cp))
			str_add_span(out, span_cut(raw, at, at + len));
		at += len;
	}
}

/* Without Markdown's marks for a heading, a quote or a list. */
static struct span plain_line(struct span line)
{
	line = span_trim(line);
	while (line.len && strchr("#>*=- ", line.ptr[0]))
		line = span_cut(line, 1, line.len);
	return span_trim(line);
}

static void find_title(struct issue_text *issue)
{
	struct span rest = str_span(&issue->text), line;
	size_t n;

	while (span_line(&rest, &line)) {
		line = plain_line(line);
		if (!line.len)
			continue;
		n = line.len < ISSUE_TITLE_MAX_BYTES ? line.len : ISSUE_TITLE_MAX_BYTES;
		while (n < line.len && n && ((unsigned char)line.ptr[n] & 0xc0) == 0x80)
			n--; /* not inside a character */
		snprintf(issue->title, sizeof(issue->title), "%.*s", (int)n, line.ptr);
		for (char *tab = strchr(issue->title, '\t'); tab; tab = strchr(tab, '\t'))
			*tab = ' ';
		return;
	}
}

/*
 * ASCII letters and digits in lower case, '-' between them, cut at a word. out has
 * room for ISSUE_SLUG_MAX_BYTES and one more.
 */
static void make_slug(struct span title, char *out)
{
	size_t n = 0, i;

	for (i = 0; i < title.len && n < ISSUE_SLUG_MAX_BYTES; i++) {
		char c = title.ptr[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[n++] = c;
		else if (n && out[n - 1] != '-')
			out[n++] = '-';
	}
	out[n] = '\0';
	/* A word that the limit cut is worse than none. */
	if (i < title.len && strchr(out, '-'))
		*strrchr(out, '-') = '\0';
	n = strlen(out);
	while (n && out[n - 1] == '-')
		out[--n] = '\0';
}

struct err *issue_text_read(struct issue_text *issue, struct span raw)
{
	struct err *err;

	str_reset(&issue->text);
	issue_text_visible(&issue->text, raw);
	err = str_err(&issue->text, "issue");
	if (err)
		return err;
	if (!span_trim(str_span(&issue->text)).len)
		return err_new(ERR_INPUT, "the issue says nothing");
	find_title(issue);
	make_slug(span_of(issue->title), issue->slug);
	return NULL;
}
