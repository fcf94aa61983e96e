/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forge/head.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "sys/http_head.h"

#define PAGE_MAX 100000

void head_init(struct head *head)
{
	*head = (struct head){ .reset_s = -1 };
}

/* One that does not fit is none. */
static void take_url(char *out, struct span url)
{
	if (url.len < HEAD_URL_MAX_BYTES && !memchr(url.ptr, '\0', url.len))
		snprintf(out, HEAD_URL_MAX_BYTES, "%.*s", (int)url.len, url.ptr);
}

/* Where the link-value at the begin of s ends: at a comma outside quotes. */
static size_t link_end(struct span s)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < s.len && (quoted || s.ptr[i] != ','); i++) {
		if (s.ptr[i] == '"')
			quoted = !quoted;
	}
	return i;
}

static bool is_rel_next(struct span param)
{
	struct span word;

	param = span_trim(param);
	if (param.len < 4 || strncasecmp(param.ptr, "rel=", 4))
		return false;
	param = span_cut(param, 4, param.len);
	if (span_starts(param, "\"") && span_ends(param, "\"") && param.len > 1)
		param = span_cut(param, 1, param.len - 1);
	while (span_split(&param, ' ', &word)) {
		if (word.len == 4 && !strncasecmp(word.ptr, "next", 4))
			return true;
	}
	return false;
}

static void take_links(struct head *head, struct span links)
{
	ptrdiff_t open, close;

	while ((open = span_findc(links, '<', 0)) >= 0 &&
	       (close = span_findc(links, '>', (size_t)open)) >= 0) {
		struct span url = span_cut(links, (size_t)open + 1, (size_t)close);
		struct span params, param;
		size_t end;

		links = span_cut(links, (size_t)close + 1, links.len);
		end = link_end(links);
		params = span_cut(links, 0, end);
		links = span_cut(links, end, links.len);
		while (span_split(&params, ';', &param)) {
			if (is_rel_next(param))
				take_url(head->next, url);
		}
	}
}

static void take_limit(struct head *head, struct span line)
{
	static const char *const remaining[] = { "x-ratelimit-remaining",
						 "ratelimit-remaining" };
	static const char *const reset[] = { "x-ratelimit-reset", "ratelimit-reset" };
	struct span value;
	size_t n;

	for (size_t i = 0; i < ARRAY_SIZE(remaining); i++) {
		if (http_head_value(line, remaining[i], &value))
			head->used_up = span_eqs(value, "0");
		else if (http_head_value(line, reset[i], &value) &&
			 span_number(value, INT32_MAX, &n))
			head->reset_s = (int64_t)n;
	}
}

void head_add(struct head *head, struct span line)
{
	struct span value;

	if (span_starts(line, "HTTP/"))
		head_init(head);
	else if (http_head_value(line, "link", &value))
		take_links(head, value);
	else if (http_head_value(line, "location", &value))
		take_url(head->location, value);
	else if (http_head_value(line, "content-type", &value))
		head->is_json = value.len >= 16 &&
				!strncasecmp(value.ptr, "application/json", 16);
	else if (http_head_value(line, "x-next-page", &value))
		(void)span_number(value, PAGE_MAX, &head->next_page);
	else
		take_limit(head, line);
}
