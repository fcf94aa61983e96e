/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/mail_decode.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define WORD_MAX_BYTES 16384
#define ENCODED_MAX_BYTES 1000 /* RFC 2047 says 75 */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

/* "=" at the end of a line, blanks behind it aside: where the next line starts, or 0. */
static size_t soft_break(struct span text, size_t at)
{
	size_t end = at + 1;

	while (end < text.len && strchr(" \t\r", text.ptr[end]) && text.ptr[end])
		end++;
	return end == text.len || text.ptr[end] == '\n' ? end + 1 : 0;
}

void mail_unquote(struct span text, bool in_header, struct str *out)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		int high = -1, low = -1;
		size_t next;

		if (c == '=' && i + 2 < text.len) {
			high = hex_digit(text.ptr[i + 1]);
			low = hex_digit(text.ptr[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			str_addc(out, (char)(high << 4 | low));
			i += 2;
			continue;
		}
		next = c == '=' && !in_header ? soft_break(text, i) : 0;
		if (next)
			i = next - 1;
		else
			str_addc(out, in_header && c == '_' ? ' ' : c);
	}
}

static int base64_digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

void mail_unbase64(struct span text, struct str *out)
{
	unsigned bits = 0;
	int n = 0;

	for (size_t i = 0; i < text.len && text.ptr[i] != '='; i++) {
		int digit = base64_digit(text.ptr[i]);

		if (digit < 0)
			continue;
		bits = (bits << 6 | (unsigned)digit) & 0xffffff;
		n += 6;
		if (n < 8)
			continue;
		n -= 8;
		str_addc(out, (char)(bits >> n & 0xff));
	}
}

/* "=?charset?Q?text?=" at the begin of s: its length, 0 if there is none. */
static size_t encoded_word(struct span s, struct span *charset, char *encoding,
			   struct span *text)
{
	ptrdiff_t mark, end;

	s = span_cut(s, 0, ENCODED_MAX_BYTES);
	if (!span_starts(s, "=?"))
		return 0;
	mark = span_findc(s, '?', 2);
	if (mark < 0 || (size_t)mark + 2 >= s.len || s.ptr[mark + 2] != '?')
		return 0;
	*charset = span_cut(s, 2, (size_t)mark);
	*encoding = (char)(s.ptr[mark + 1] | 0x20);
	end = span_find(s, SPAN("?="), (size_t)mark + 3);
	*text = span_cut(s, (size_t)mark + 3, end < 0 ? 0 : (size_t)end);
	if (end < 0 || (*encoding != 'q' && *encoding != 'b') ||
	    span_findc(*text, ' ', 0) >= 0)
		return 0;
	return (size_t)end + 2;
}

static struct err *add_word(struct span charset, char encoding, struct span text,
			    const struct mail_charsets *charsets, struct str *out)
{
	struct str bytes = STR_INIT(WORD_MAX_BYTES);
	char name[MAIL_CHARSET_MAX_BYTES];
	ptrdiff_t language = span_findc(charset, '*', 0); /* RFC 2231 5 */
	struct err *err;

	if (language >= 0)
		charset = span_cut(charset, 0, (size_t)language);
	snprintf(name, sizeof(name), "%.*s", (int)span_cut(charset, 0, sizeof(name)).len,
		 charset.ptr);
	if (encoding == 'q')
		mail_unquote(text, true, &bytes);
	else
		mail_unbase64(text, &bytes);
	err = str_err(&bytes, "header");
	if (!err)
		err = charsets->to_utf8(charsets->ctx, name, str_span(&bytes), out);
	str_release(&bytes);
	return err;
}

struct err *mail_words(struct span value, const struct mail_charsets *charsets,
		       struct str *out)
{
	struct str whole = STR_INIT(4 * WORD_MAX_BYTES);
	struct span charset, text, rest = span_cut(value, 0, WORD_MAX_BYTES);
	size_t after_word = SIZE_MAX; /* where whole was when a word had ended */
	struct err *err = NULL;

	while (!err && rest.len) {
		char encoding;
		size_t len = encoded_word(rest, &charset, &encoding, &text);

		if (!len) {
			str_addc(&whole, rest.ptr[0]);
			rest = span_cut(rest, 1, rest.len);
			continue;
		}
		/* Blanks between two words are none of the text (6.2). */
		if (after_word < whole.len &&
		    !span_trim(span_cut(str_span(&whole), after_word, whole.len)).len)
			str_truncate(&whole, after_word);
		err = add_word(charset, encoding, text, charsets, &whole);
		after_word = whole.len;
		rest = span_cut(rest, len, rest.len);
	}
	if (!err)
		err = str_err(&whole, "header");
	if (!err)
		utf8_clean(out, span_trim(str_span(&whole)), UTF8_LINE);
	str_release(&whole);
	return err;
}

static size_t quote_depth(struct span line)
{
	size_t n = 0;

	while (n < line.len && line.ptr[n] == '>')
		n++;
	return n;
}

void mail_unflow(struct span text, bool delete_space, struct str *out)
{
	size_t depth = 0;
	struct span line;
	bool open = false; /* the line above goes on in this one */

	while (span_line(&text, &line)) {
		size_t now = quote_depth(line);
		struct span words = span_cut(line, now, line.len);
		bool signature;

		if (words.len && words.ptr[words.len - 1] == '\r')
			words.len--;
		if (words.len && words.ptr[0] == ' ')
			words = span_cut(words, 1, words.len); /* stuffed */
		signature = span_eqs(words, "-- ");
		if (open && (now != depth || signature)) {
			str_addc(out, '\n');
			open = false;
		}
		for (size_t i = 0; !open && i < now; i++)
			str_addc(out, '>');
		if (!open && now)
			str_addc(out, ' ');
		depth = now;
		open = !signature && words.len && words.ptr[words.len - 1] == ' ';
		if (open && delete_space)
			words.len--;
		str_add_span(out, words);
		if (!open)
			str_addc(out, '\n');
	}
	if (open)
		str_addc(out, '\n');
}
