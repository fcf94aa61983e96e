/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Comments and strings out of the way: what is left can be scanned for braces
 * and names. Line breaks and offsets stay.
 */
#include <stdlib.h>
#include <string.h>

#include "edit/symbols.h"

struct blanker {
	char *out;
	size_t len, at;
	enum language language;
	const struct language_traits *traits;
	char before; /* the last byte of code that was no blank */
};

static bool is_name(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool looking_at(const struct blanker *b, const char *s)
{
	size_t n = s ? strlen(s) : 0;

	return n && b->len - b->at >= n && !memcmp(b->out + b->at, s, n);
}

static void wipe(struct blanker *b, size_t n)
{
	for (; n-- && b->at < b->len; b->at++) {
		if (b->out[b->at] != '\n')
			b->out[b->at] = ' ';
	}
}

static void wipe_line(struct blanker *b)
{
	while (b->at < b->len && b->out[b->at] != '\n')
		wipe(b, 1);
}

static void wipe_block(struct blanker *b)
{
	bool nests = b->language == LANGUAGE_RUST;
	size_t depth = 0;

	while (b->at < b->len) {
		if ((nests || !depth) && looking_at(b, b->traits->block_open)) {
			depth++;
			wipe(b, strlen(b->traits->block_open));
		} else if (looking_at(b, b->traits->block_close)) {
			wipe(b, strlen(b->traits->block_close));
			if (!--depth)
				return;
		} else {
			wipe(b, 1);
		}
	}
}

/* From an opening quote, n of the same, to the closing ones. */
static void wipe_string(struct blanker *b, size_t n, bool long_one, bool escapes)
{
	char quote = b->out[b->at], close[4] = "";

	memset(close, quote, n);
	wipe(b, n);
	while (b->at < b->len) {
		if (looking_at(b, close)) {
			wipe(b, n);
			return;
		}
		if (b->out[b->at] == '\n' && !long_one)
			return;
		wipe(b, escapes && b->out[b->at] == '\\' ? 2 : 1);
	}
}

/* r"..." and r#"..."# of Rust, the b or r being at hand. */
static bool wipe_raw_rust(struct blanker *b)
{
	size_t at = b->at + 1, hashes = 0;

	if (b->at && is_name(b->out[b->at - 1]))
		return false;
	while (at < b->len && b->out[at] == '#') {
		hashes++;
		at++;
	}
	if (at >= b->len || b->out[at] != '"')
		return false;
	wipe(b, at + 1 - b->at);
	while (b->at < b->len) {
		size_t n = 0;

		if (b->out[b->at] == '"') {
			while (n < hashes && b->at + 1 + n < b->len &&
			       b->out[b->at + 1 + n] == '#')
				n++;
			if (n == hashes) {
				wipe(b, n + 1);
				return true;
			}
		}
		wipe(b, 1);
	}
	return true;
}

/* A quote that opens no string: a lifetime, a digit separator. */
static bool is_plain_quote(const struct blanker *b)
{
	const char *p = b->out + b->at;
	size_t left = b->len - b->at;

	if (*p != '\'')
		return false;
	if (b->language == LANGUAGE_RUST)
		return !(left > 2 && (p[1] == '\\' || p[2] == '\'' ||
				      (unsigned char)p[1] >= 0x80));
	return b->language == LANGUAGE_C && b->at && is_name(p[-1]) && left > 1 &&
	       is_name(p[1]) && p[-1] >= '0' && p[-1] <= '9';
}

static bool wipe_quoted(struct blanker *b)
{
	const struct language_traits *t = b->traits;
	char c = b->out[b->at], three[4] = { c, c, c, '\0' };

	if (is_plain_quote(b))
		return false;
	if (t->triple_quotes && strchr(t->quotes, c) && looking_at(b, three)) {
		wipe_string(b, 3, true, true);
		return true;
	}
	if (t->quotes && strchr(t->quotes, c)) {
		wipe_string(b, 1, false, true);
		return true;
	}
	if (t->long_quotes && strchr(t->long_quotes, c)) {
		bool raw = (b->language == LANGUAGE_SHELL && c == '\'') ||
			   (b->language == LANGUAGE_GO && c == '`');

		wipe_string(b, 1, true, !raw);
		return true;
	}
	if (b->language == LANGUAGE_RUST && c == '\'') {
		wipe_string(b, 1, false, true);
		return true;
	}
	return false;
}

static bool after_return(const struct blanker *b)
{
	static const char word[] = "return";
	size_t at = b->at, n = strlen(word);

	while (at && (b->out[at - 1] == ' ' || b->out[at - 1] == '\t'))
		at--;
	return at >= n && !memcmp(b->out + at - n, word, n);
}

/* A slash where no operand ended starts a regular expression. */
static bool wipe_js_regex(struct blanker *b)
{
	bool class = false;

	if (b->out[b->at] != '/' ||
	    (!strchr("(=,:[!&|?{};\n+", b->before) && !after_return(b)))
		return false;
	wipe(b, 1);
	while (b->at < b->len && b->out[b->at] != '\n') {
		char c = b->out[b->at];

		wipe(b, c == '\\' ? 2 : 1);
		if (c == '[')
			class = true;
		else if (c == ']')
			class = false;
		else if (c == '/' && !class)
			break;
	}
	return true;
}

static bool wipe_something(struct blanker *b)
{
	const struct language_traits *t = b->traits;
	char c = b->out[b->at];

	if (looking_at(b, t->line_comment)) {
		bool word = *t->line_comment != '#' || b->language == LANGUAGE_PYTHON ||
			    !b->at || strchr(" \t\n;", b->out[b->at - 1]);

		if (word) {
			wipe_line(b);
			return true;
		}
	}
	if (looking_at(b, t->block_open)) {
		wipe_block(b);
		return true;
	}
	if (b->language == LANGUAGE_RUST && c == 'r' && wipe_raw_rust(b))
		return true;
	if (b->language == LANGUAGE_JS && wipe_js_regex(b))
		return true;
	if (b->language == LANGUAGE_SHELL && c == '\\') {
		wipe(b, 2);
		return true;
	}
	return wipe_quoted(b);
}

char *symbols_blank(struct span view, enum language language)
{
	struct blanker b = {
		.out = malloc(view.len + 1), .len = view.len,
		.language = language, .traits = language_traits(language),
		.before = '\n',
	};

	if (!b.out)
		return NULL;
	if (view.len)
		memcpy(b.out, view.ptr, view.len);
	b.out[view.len] = '\0';
	while (b.at < b.len) {
		char c = b.out[b.at];

		if (wipe_something(&b)) {
			b.before = '"';
			continue;
		}
		if (c != ' ' && c != '\t')
			b.before = c;
		b.at++;
	}
	return b.out;
}
