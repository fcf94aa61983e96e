/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/required.h"

#include <string.h>

#include "sys/regex.h"

/* A shorter text is in most files. */
#define WORTH_BYTES 2

#define UTF8_MAX_BYTES 4

/* A pattern while it is read. */
struct reader {
	struct span pattern;
	size_t at;
	size_t depth;                  /* of groups */
	char run[REQUIRED_MAX_BYTES];  /* the text that ends at at */
	size_t len, last;              /* of it, and where its last character starts */
	struct required *out;          /* v[n] is the best of this alternative */
};

static char peek(const struct reader *r, size_t ahead)
{
	size_t at = r->at + ahead;

	return at < r->pattern.len ? r->pattern.ptr[at] : '\0';
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void end_run(struct reader *r)
{
	struct required *out = r->out;

	if (!r->depth && r->len > out->v[out->n].len) {
		memcpy(out->v[out->n].text, r->run, r->len);
		out->v[out->n].len = r->len;
	}
	r->len = 0;
}

static void add(struct reader *r, char c)
{
	bool begins = ((unsigned char)c & 0xc0) != 0x80;

	if (r->depth)
		return;
	/* Never inside a character: it may turn out to be optional. */
	if (r->len + (begins ? UTF8_MAX_BYTES : 1) > sizeof(r->run))
		end_run(r);
	if (begins || !r->len)
		r->last = r->len;
	r->run[r->len++] = c;
}

/* The character before may be there or not. */
static void drop_last(struct reader *r)
{
	if (r->len)
		r->len = r->last;
	end_run(r);
}

static void skip_past(struct reader *r, char c)
{
	while (r->at < r->pattern.len && r->pattern.ptr[r->at++] != c)
		;
}

/* At a backslash. */
static bool read_escape(struct reader *r)
{
	char c = peek(r, 1);

	if (!c || is_one_of(c, "QEgkoc"))
		return false;
	r->at += 2;
	if (!is_letter(c) && !is_digit(c)) {
		add(r, c);
		return true;
	}
	end_run(r);
	if (is_one_of(c, "xpPN") && peek(r, 0) == '{')
		skip_past(r, '}');
	else if (is_one_of(c, "pP"))
		r->at++;
	else if (c == 'x')
		for (size_t n = 0; n < 2 && is_one_of(peek(r, 0), "0123456789abcdefABCDEF"); n++)
			r->at++;
	else if (is_digit(c)) /* more of them may belong to it, or be text that is lost */
		while (is_digit(peek(r, 0)))
			r->at++;
	return true;
}

/* At a bracket that opens a class. */
static bool skip_class(struct reader *r)
{
	end_run(r);
	r->at++;
	if (peek(r, 0) == '^')
		r->at++;
	if (peek(r, 0) == ']')
		r->at++;
	while (r->at < r->pattern.len) {
		char c = r->pattern.ptr[r->at++];

		if (c == ']')
			return true;
		if (c == '\\') {
			if (is_one_of(peek(r, 0), "QEc"))
				return false;
			r->at++;
		}
		if (c == '[' && is_one_of(peek(r, 0), ".="))
			return false;
		if (c == '[' && peek(r, 0) == ':') {
			size_t n = 1;

			while (is_letter(peek(r, n)) || peek(r, n) == '^')
				n++;
			if (peek(r, n) == ':' && peek(r, n + 1) == ']')
				r->at += n + 2;
		}
	}
	return false;
}

/* At a parenthesis that opens a group: its texts do not count. */
static bool open_group(struct reader *r)
{
	end_run(r);
	if (peek(r, 1) == '*')
		return false;
	if (peek(r, 1) == '?' && !is_one_of(peek(r, 2), ":=!>|<P'"))
		return false;
	r->at += peek(r, 1) == '?' ? 3 : 1;
	r->depth++;
	return true;
}

/* At a brace: "{2,3}", or itself. */
static void read_brace(struct reader *r)
{
	size_t n = 1;

	drop_last(r);
	while (is_digit(peek(r, n)) || is_one_of(peek(r, n), ", \t"))
		n++;
	r->at += peek(r, n) == '}' ? n + 1 : 1;
}

static bool next_alternative(struct reader *r)
{
	struct required *out = r->out;

	end_run(r);
	if (r->depth)
		return true;
	if (out->v[out->n].len < WORTH_BYTES || out->n + 1 == REQUIRED_MAX)
		return false;
	out->v[++out->n].len = 0;
	return true;
}

static bool read_item(struct reader *r)
{
	char c = r->pattern.ptr[r->at];

	switch (c) {
	case '\\':
		return read_escape(r);
	case '[':
		return skip_class(r);
	case '(':
		return open_group(r);
	case '{':
		read_brace(r);
		return true;
	case ')':
		if (!r->depth)
			return false;
		r->depth--;
		break;
	case '|':
		if (!next_alternative(r))
			return false;
		break;
	case '*':
	case '?':
		drop_last(r);
		break;
	case '+':
	case '.':
	case '^':
	case '$':
	case '\n':
	case '\r':
		end_run(r);
		break;
	default:
		add(r, c);
	}
	r->at++;
	return true;
}

void required_init(struct required *out, struct span pattern, unsigned flags)
{
	struct reader r = { .pattern = pattern, .out = out };
	bool known = !(flags & (REGEX_CASELESS | REGEX_EXTENDED));

	out->n = 0;
	out->v[0].len = 0;
	while (known && r.at < pattern.len)
		known = read_item(&r);
	end_run(&r);
	if (known && !r.depth && out->v[out->n].len >= WORTH_BYTES)
		out->n++;
	else
		out->n = 0;
}

bool required_holds(const struct required *r, struct span bytes)
{
	for (size_t i = 0; i < r->n; i++) {
		struct span text = { r->v[i].text, r->v[i].len };

		if (span_find(bytes, text, 0) >= 0)
			return true;
	}
	return !r->n;
}
