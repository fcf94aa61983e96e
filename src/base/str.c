/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char str_empty[1];

void str_init(struct str *s, size_t max_bytes)
{
	*s = (struct str)STR_INIT(max_bytes);
}

void str_release(struct str *s)
{
	if (s->cap_bytes)
		free(s->buf);
	str_init(s, s->max_bytes);
}

void str_reset(struct str *s)
{
	s->failed = s->full = false;
	str_truncate(s, 0);
}

static bool grow(struct str *s, size_t more)
{
	size_t need, cap;
	char *buf;

	if (s->failed)
		return false;
	if (!s->buf)
		s->buf = str_empty;
	if (more > s->max_bytes || s->len > s->max_bytes - more) {
		s->failed = s->full = true;
		return false;
	}
	need = s->len + more + 1;
	if (need <= s->cap_bytes)
		return true;
	cap = s->cap_bytes < 32 ? 64 : s->cap_bytes + s->cap_bytes / 2;
	if (cap < need)
		cap = need;
	buf = realloc(s->cap_bytes ? s->buf : NULL, cap);
	if (!buf) {
		s->failed = true;
		return false;
	}
	if (!s->cap_bytes)
		buf[0] = '\0';
	s->buf = buf;
	s->cap_bytes = cap;
	return true;
}

void str_add(struct str *s, const void *bytes, size_t len)
{
	if (!len || !grow(s, len))
		return;
	memcpy(s->buf + s->len, bytes, len);
	s->len += len;
	s->buf[s->len] = '\0';
}

void str_adds(struct str *s, const char *text)
{
	str_add(s, text, strlen(text));
}

void str_addc(struct str *s, char c)
{
	str_add(s, &c, 1);
}

void str_add_span(struct str *s, struct span span)
{
	str_add(s, span.ptr, span.len);
}

void str_add_quoted(struct str *s, const char *word)
{
	str_addc(s, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			str_adds(s, "'\\''");
		else
			str_addc(s, *word);
	}
	str_addc(s, '\'');
}

void str_vaddf(struct str *s, const char *fmt, va_list ap)
{
	va_list again;
	char small[256];
	int n;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	if (n < 0) {
		s->failed = true;
	} else if ((size_t)n < sizeof(small)) {
		str_add(s, small, (size_t)n);
	} else if (grow(s, (size_t)n)) {
		vsnprintf(s->buf + s->len, (size_t)n + 1, fmt, again);
		s->len += (size_t)n;
	}
	va_end(again);
}

void str_addf(struct str *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_vaddf(s, fmt, ap);
	va_end(ap);
}

void str_truncate(struct str *s, size_t len)
{
	if (len >= s->len)
		return;
	s->len = len;
	s->buf[len] = '\0';
}

void str_reserve(struct str *s, size_t len)
{
	if (s->max_bytes >= s->len && len <= s->max_bytes - s->len)
		(void)grow(s, len);
}

void str_splice(struct str *s, size_t start, size_t end, struct span with)
{
	size_t gone = end - start;

	if (s->failed)
		return;
	if (with.len > gone && !grow(s, with.len - gone))
		return;
	memmove(s->buf + start + with.len, s->buf + end, s->len - end);
	if (with.len)
		memcpy(s->buf + start, with.ptr, with.len);
	s->len = s->len - gone + with.len;
	if (s->cap_bytes)
		s->buf[s->len] = '\0';
}

struct span str_span(const struct str *s)
{
	return (struct span){ s->buf, s->len };
}

char *str_detach(struct str *s)
{
	char *buf = NULL;

	if (!s->failed && grow(s, 0)) {
		buf = s->buf;
		s->cap_bytes = 0;
	}
	str_release(s);
	return buf;
}

struct err *str_err(const struct str *s, const char *what)
{
	if (!s->failed)
		return NULL;
	if (!s->full)
		return err_nomem();
	return err_new(ERR_INPUT, "%s: larger than %zu bytes", what, s->max_bytes);
}
