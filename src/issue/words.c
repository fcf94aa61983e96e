/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/words.h"

#include <string.h>

#define DISTANCE_MAX_BYTES 64

bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

bool is_word(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!is_word_byte(s.ptr[i]))
			return false;
	}
	return s.len && !(s.ptr[0] >= '0' && s.ptr[0] <= '9');
}

bool word_next(struct span text, size_t *at, struct span *word)
{
	size_t start = *at, end;

	while (start < text.len && !is_word_byte(text.ptr[start]))
		start++;
	for (end = start; end < text.len && is_word_byte(text.ptr[end]);)
		end++;
	*at = end;
	*word = span_cut(text, start, end);
	return end > start;
}

bool holds_word(struct span text, struct span word)
{
	ptrdiff_t at = 0;

	while ((at = span_find(text, word, (size_t)at)) >= 0) {
		size_t end = (size_t)at + word.len;

		if ((!at || !is_word_byte(text.ptr[at - 1])) &&
		    (end == text.len || !is_word_byte(text.ptr[end])))
			return true;
		at++;
	}
	return false;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t word_distance(struct span a, struct span b, size_t limit)
{
	/* Three rows of the table: the one before last is for swaps. */
	size_t rows[3][DISTANCE_MAX_BYTES + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2], *spare;

	if (a.len > DISTANCE_MAX_BYTES || b.len > DISTANCE_MAX_BYTES)
		return limit + 1;
	for (size_t j = 0; j <= b.len; j++)
		last[j] = before[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t cost = a.ptr[i - 1] != b.ptr[j - 1];

			row[j] = least(least(last[j] + 1, row[j - 1] + 1),
				       last[j - 1] + cost);
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
			    a.ptr[i - 2] == b.ptr[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return least(last[b.len], limit + 1);
}

/* Behind a comment that starts at at, or at itself. */
static size_t skip_comment(struct span text, size_t at)
{
	ptrdiff_t end;

	if (at + 1 >= text.len || text.ptr[at] != '/')
		return at;
	if (text.ptr[at + 1] == '/') {
		end = span_findc(text, '\n', at);
		return end < 0 ? text.len : (size_t)end;
	}
	if (text.ptr[at + 1] != '*')
		return at;
	end = span_find(text, SPAN("*/"), at + 2);
	return end < 0 ? text.len : (size_t)end + 2;
}

static size_t skip_string(struct span text, size_t at)
{
	char quote = text.ptr[at++];

	while (at < text.len && text.ptr[at] != quote && text.ptr[at] != '\n')
		at += text.ptr[at] == '\\' ? 2 : 1;
	return at < text.len && text.ptr[at] == quote ? at + 1 : least(at, text.len);
}

/* To the end of the line, or of the last of the lines that '\' joins. */
static size_t skip_directive(struct span text, size_t at)
{
	while (at < text.len) {
		size_t next = skip_comment(text, at);

		if (next != at) {
			at = next;
		} else if (text.ptr[at] == '\n') {
			if (!(text.ptr[at - 1] == '\\' ||
			      (text.ptr[at - 1] == '\r' && at > 1 &&
			       text.ptr[at - 2] == '\\')))
				return at;
			at++;
		} else {
			at++;
		}
	}
	return at;
}

static bool starts_line(struct span text, size_t at)
{
	while (at && (text.ptr[at - 1] == ' ' || text.ptr[at - 1] == '\t'))
		at--;
	return !at || text.ptr[at - 1] == '\n';
}

bool c_next(struct span text, size_t *at, struct c_token *token)
{
	size_t i = *at, next;

	for (; i < text.len; i = next) {
		next = skip_comment(text, i);
		if (next != i)
			continue;
		if (!strchr(" \t\r\n\v\f\\", text.ptr[i]) || !text.ptr[i])
			break;
		next = i + 1;
	}
	*at = i;
	if (i >= text.len)
		return false;
	if (text.ptr[i] == '#' && starts_line(text, i)) {
		token->kind = C_DIRECTIVE;
		*at = skip_directive(text, i + 1);
	} else if (text.ptr[i] == '"' || text.ptr[i] == '\'') {
		token->kind = C_STRING;
		*at = skip_string(text, i);
	} else if (is_word_byte(text.ptr[i])) {
		struct span word;

		token->kind = C_WORD;
		word_next(text, at, &word);
	} else {
		token->kind = C_MARK;
		*at = i + 1;
	}
	token->text = span_cut(text, i, *at);
	return true;
}
