/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/cover.h"

#include <string.h>

#include "base/utf8.h"

#define HEADER_MAX_BYTES 16384
#define WORD_BYTES 63 /* of the 75, without what stands around the text */

static const char subject_mark[] = "*** SUBJECT HERE ***";
static const char body_mark[] = "*** BLURB HERE ***";

static bool is_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.ptr[i] >= 0x80)
			return false;
	}
	return true;
}

static bool is_letter_or_digit(unsigned char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static void encode_character(struct str *out, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.ptr[i];

		if (is_letter_or_digit(c))
			str_addc(out, (char)c);
		else
			str_addf(out, "=%02X", c);
	}
}

/* As it stands in a header: as it is, or in encoded words, a line each. */
static void add_header_text(struct str *out, struct span s)
{
	struct str piece = STR_INIT(64);
	size_t room = 0;

	/* What looks like an encoded word would be read as one. */
	if (is_ascii(s) && span_find(s, SPAN("=?"), 0) < 0) {
		str_add_span(out, s);
		return;
	}
	for (size_t at = 0; at < s.len;) {
		uint32_t cp;
		size_t len = utf8_next(s, at, &cp);

		str_reset(&piece);
		encode_character(&piece, span_cut(s, at, at + len));
		/* A character is not parted between two words. */
		if (piece.len > room) {
			str_adds(out, at ? "?=\n =?UTF-8?q?" : "=?UTF-8?q?");
			room = WORD_BYTES;
		}
		str_add_span(out, str_span(&piece));
		room -= piece.len;
		at += len;
	}
	str_adds(out, "?=");
	str_release(&piece);
}

static struct err *replace(struct str *letter, const char *mark, size_t from,
			   struct span with)
{
	ptrdiff_t at = span_find(str_span(letter), span_of(mark), from);

	if (at < 0)
		return err_new(ERR_FATAL, "git's cover letter has no place for a text");
	str_splice(letter, (size_t)at, (size_t)at + strlen(mark), with);
	return str_err(letter, "cover letter");
}

static void declare_utf8(struct str *letter, size_t end)
{
	struct span head = span_cut(str_span(letter), 0, end);

	if (span_find(head, SPAN("\nContent-Type:"), 0) < 0)
		str_splice(letter, end, end,
			   SPAN("MIME-Version: 1.0\n"
				"Content-Type: text/plain; charset=UTF-8\n"
				"Content-Transfer-Encoding: 8bit\n"));
}

struct err *cover_fill(struct str *letter, struct span subject, struct span body)
{
	struct str header = STR_INIT(HEADER_MAX_BYTES);
	ptrdiff_t end = span_find(str_span(letter), SPAN("\n\n"), 0);
	struct err *err;

	if (end < 0)
		return err_new(ERR_FATAL, "git's cover letter has no end of its header");
	/* From the end: what is put in moves what stands below it. */
	err = replace(letter, body_mark, (size_t)end, body);
	if (!err && !is_ascii(body))
		declare_utf8(letter, (size_t)end + 1);
	add_header_text(&header, subject);
	if (!err)
		err = str_err(&header, "subject");
	if (!err)
		err = replace(letter, subject_mark, 0, str_span(&header));
	str_release(&header);
	return err ? err : str_err(letter, "cover letter");
}
