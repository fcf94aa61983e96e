/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/reading.h"

#include <string.h>

#include "base/compiler.h"
#include "base/utf8.h"

/* "12: x", "12| x", "12\tx", " 12 x": the number, and what follows its sign. */
static bool take_number(struct span *line, size_t *number, char *sign)
{
	struct span s = *line;
	size_t digits = 0, pad = 0;

	while (pad < s.len && s.ptr[pad] == ' ')
		pad++;
	s = span_cut(s, pad, s.len);
	while (digits < s.len && s.ptr[digits] >= '0' && s.ptr[digits] <= '9')
		digits++;
	if (!span_number(span_cut(s, 0, digits), 10000000, number))
		return false;
	s = span_cut(s, digits, s.len);
	if (!s.len) {
		*sign = '\0'; /* an empty line whose blanks were cut */
		*line = s;
		return true;
	}
	*sign = s.ptr[0];
	if (!strchr(":|\t ", *sign))
		return false;
	s = span_cut(s, 1, s.len);
	/* After a colon or a bar comes one blank that belongs to the listing. */
	if ((*sign == ':' || *sign == '|') && span_starts(s, " "))
		s = span_cut(s, 1, s.len);
	*line = s;
	return true;
}

static bool read_numbered(struct span s, struct str *out)
{
	struct span rest = s, line;
	size_t last = 0, number;
	char sign, common = '\0';

	while (span_line(&rest, &line)) {
		if (!take_number(&line, &number, &sign))
			return false;
		if (last && number != last + 1)
			return false;
		if (sign && common && sign != common)
			return false;
		common = sign ? sign : common;
		last = number;
		str_add_span(out, line);
		if (rest.len || span_ends(s, "\n"))
			str_addc(out, '\n');
	}
	return true;
}

static bool read_hex4(struct span s, size_t at, uint32_t *cp)
{
	*cp = 0;
	if (at + 4 > s.len)
		return false;
	for (size_t i = at; i < at + 4; i++) {
		char c = s.ptr[i];
		uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0') :
				 c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10 :
				 c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10 : 16;

		if (digit > 15)
			return false;
		*cp = *cp << 4 | digit;
	}
	return true;
}

static bool read_escaped(struct span s, struct str *out)
{
	static const char from[] = "nrt\"'\\/", to[] = "\n\r\t\"'\\/";

	for (size_t i = 0; i < s.len; i++) {
		const char *which;
		uint32_t cp;

		/* A real line end or a bare quote was not escaped once more. */
		if (s.ptr[i] == '\n' || s.ptr[i] == '\t' || s.ptr[i] == '"')
			return false;
		if (s.ptr[i] != '\\') {
			str_addc(out, s.ptr[i]);
			continue;
		}
		if (++i == s.len)
			return false;
		which = s.ptr[i] ? strchr(from, s.ptr[i]) : NULL;
		if (which) {
			str_addc(out, to[which - from]);
		} else if (s.ptr[i] == 'u' && read_hex4(s, i + 1, &cp)) {
			utf8_add(out, cp);
			i += 4;
		} else {
			return false;
		}
	}
	return true;
}

static bool read_entities(struct span s, struct str *out)
{
	static const struct {
		const char *entity;
		char c;
	} known[] = {
		{ "&lt;", '<' },   { "&gt;", '>' },    { "&amp;", '&' },  { "&quot;", '"' },
		{ "&#39;", '\'' }, { "&#x27;", '\'' }, { "&apos;", '\'' }, { "&#34;", '"' },
	};

	for (size_t i = 0; i < s.len; i++) {
		size_t k = 0;

		if (s.ptr[i] == '<' || s.ptr[i] == '>')
			return false;
		if (s.ptr[i] != '&') {
			str_addc(out, s.ptr[i]);
			continue;
		}
		while (k < ARRAY_SIZE(known) &&
		       !span_starts(span_cut(s, i, s.len), known[k].entity))
			k++;
		if (k == ARRAY_SIZE(known))
			return false;
		str_addc(out, known[k].c);
		i += strlen(known[k].entity) - 1;
	}
	return true;
}

static bool read_fenced(struct span s, struct str *out)
{
	struct span rest = s, line, body;
	size_t ticks = 0, end;

	if (!s.len)
		return true;
	if (!span_line(&rest, &line))
		return false;
	line = span_trim(line);
	while (ticks < line.len && line.ptr[ticks] == '`')
		ticks++;
	if (ticks < 3 || span_findc(line, ' ', 0) >= 0)
		return false;
	body = rest;
	end = body.len;
	while (end && body.ptr[end - 1] == '\n')
		end--;
	if (end < 3 || memcmp(body.ptr + end - 3, "```", 3))
		return false;
	end -= 3;
	while (end && body.ptr[end - 1] == '`')
		end--;
	if (end && body.ptr[end - 1] != '\n')
		return false;
	str_add_span(out, span_cut(body, 0, end));
	return true;
}

const struct reading readings[] = {
	{ "numbered", read_numbered, false },
	{ "escaped", read_escaped, false },
	{ "entities", read_entities, false },
	{ "fenced", read_fenced, true },
};

const size_t n_readings = ARRAY_SIZE(readings);
