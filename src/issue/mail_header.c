/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/mail_header.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/compiler.h"

#define DAY_S 86400

size_t mail_header_name(struct span line)
{
	size_t n = 0;

	while (n < line.len && line.ptr[n] > ' ' && line.ptr[n] < 0x7f && line.ptr[n] != ':')
		n++;
	return n && n < line.len && line.ptr[n] == ':' ? n : 0;
}

void mail_split(struct span whole, struct span *head, struct span *body)
{
	ptrdiff_t end = span_starts(whole, "\n") ? 0 : span_find(whole, SPAN("\n\n"), 0);
	size_t gap = end ? 2 : 1;

	*head = end < 0 ? whole : span_cut(whole, 0, (size_t)end + (gap == 2));
	*body = end < 0 ? span_cut(whole, whole.len, whole.len) :
			  span_cut(whole, (size_t)end + gap, whole.len);
}

static bool continues(struct span line)
{
	return line.len && (line.ptr[0] == ' ' || line.ptr[0] == '\t');
}

bool mail_header(struct span head, const char *name, struct str *out)
{
	size_t n = strlen(name);
	struct span line;
	bool found = false;

	while (span_line(&head, &line)) {
		if (found && !continues(line))
			break;
		if (found) {
			str_addc(out, ' ');
		} else {
			if (mail_header_name(line) != n || strncasecmp(line.ptr, name, n))
				continue;
			found = true;
			line = span_cut(line, n + 1, line.len);
		}
		line = span_trim(line);
		if (out->len + line.len < MAIL_HEADER_MAX_BYTES)
			str_add_span(out, line);
	}
	return found;
}

/* A token or a quoted string at the begin of *rest, which is moved past it. */
static void take_word(struct span *rest, char *out, size_t size)
{
	bool quoted = rest->len && rest->ptr[0] == '"';
	size_t at = quoted, n = 0;

	for (; at < rest->len; at++) {
		char c = rest->ptr[at];

		if (quoted ? c == '"' : c == ';' || c == ' ' || c == '\t')
			break;
		if (quoted && c == '\\' && at + 1 < rest->len)
			c = rest->ptr[++at];
		if (n + 1 < size)
			out[n++] = c;
	}
	out[n] = '\0';
	*rest = span_cut(*rest, at + quoted, rest->len);
}

void mail_parameter(struct span value, const char *name, char *out, size_t size)
{
	size_t n = strlen(name);
	char word[MAIL_HEADER_MAX_BYTES];
	struct span rest = value;

	out[0] = '\0';
	take_word(&rest, word, sizeof(word));
	while ((rest = span_trim(rest)).len) {
		ptrdiff_t equals;

		if (rest.ptr[0] == ';') {
			rest = span_cut(rest, 1, rest.len);
			continue;
		}
		equals = span_findc(rest, '=', 0);
		if (equals < 0)
			return;
		value = span_trim(span_cut(rest, 0, (size_t)equals));
		rest = span_trim(span_cut(rest, (size_t)equals + 1, rest.len));
		take_word(&rest, word, sizeof(word));
		if (value.len == n && !strncasecmp(value.ptr, name, n)) {
			snprintf(out, size, "%s", word);
			return;
		}
	}
}

/* Days since 1970-01-01 in the Gregorian calendar. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t era, of_era, of_year;

	year -= month <= 2;
	era = year / 400;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	of_era = (year - era * 400) * 365 + (year % 400) / 4 - (year % 400) / 100 + of_year;
	return era * 146097 + of_era - 719468;
}

static bool month_of(struct span word, int64_t *out)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (size_t i = 0; word.len >= 3 && i < 12; i++) {
		if (!strncasecmp(word.ptr, names + 3 * i, 3)) {
			*out = (int64_t)i + 1;
			return true;
		}
	}
	return false;
}

static bool next_word(struct span *rest, struct span *word)
{
	size_t n = 0;

	*rest = span_trim(*rest);
	while (n < rest->len && !strchr(" \t,", rest->ptr[n]))
		n++;
	*word = span_cut(*rest, 0, n);
	*rest = span_cut(*rest, n + 1, rest->len);
	return n > 0;
}

static bool clock_of(struct span word, int64_t *out)
{
	static const size_t max[] = { 23, 59, 60 };
	struct span part;
	size_t n = 0, number;

	*out = 0;
	while (span_split(&word, ':', &part)) {
		if (n == ARRAY_SIZE(max) || !span_number(part, max[n++], &number))
			return false;
		*out = *out * 60 + (int64_t)number;
	}
	if (n == 2)
		*out *= 60;
	return n >= 2;
}

static int64_t zone_of(struct span word)
{
	size_t number;

	if (word.len != 5 || (word.ptr[0] != '+' && word.ptr[0] != '-') ||
	    !span_number(span_cut(word, 1, 5), 9959, &number))
		return 0;
	number = (number / 100 * 60 + number % 100) * 60;
	return word.ptr[0] == '-' ? -(int64_t)number : (int64_t)number;
}

bool mail_date(struct span value, int64_t *out)
{
	struct span word, rest = value;
	size_t day, year;
	int64_t month, seconds;
	ptrdiff_t comma = span_findc(value, ',', 0);

	if (comma >= 0)
		rest = span_cut(value, (size_t)comma + 1, value.len);
	if (!next_word(&rest, &word) || !span_number(word, 31, &day) || !day ||
	    !next_word(&rest, &word) || !month_of(word, &month) ||
	    !next_word(&rest, &word) || !span_number(word, 9999, &year) ||
	    !next_word(&rest, &word) || !clock_of(word, &seconds))
		return false;
	if (year < 100)
		year += year < 50 ? 2000 : 1900; /* RFC 5322 4.3 */
	if (year < 1970)
		return false;
	seconds += days_of((int64_t)year, month, (int64_t)day) * DAY_S;
	*out = next_word(&rest, &word) ? seconds - zone_of(word) : seconds;
	return *out >= 0;
}

void mail_day(int64_t seconds, char *out)
{
	int64_t days = seconds / DAY_S, year = 1970, month = 1;

	year += days / 366;
	while (days >= days_of(year + 1, 1, 1))
		year++;
	while (month < 12 && days >= days_of(year, month + 1, 1))
		month++;
	snprintf(out, 11, "%04u-%02u-%02u", (unsigned)(year % 10000), (unsigned)(month % 100),
		 (unsigned)((days - days_of(year, month, 1) + 1) % 100));
}

bool mail_id_is_valid(struct span id)
{
	size_t ats = 0;

	if (id.len < 5 || id.len > MAIL_ID_MAX_BYTES || id.ptr[0] != '<' ||
	    id.ptr[id.len - 1] != '>')
		return false;
	for (size_t i = 1; i + 1 < id.len; i++) {
		if (id.ptr[i] <= ' ' || id.ptr[i] >= 0x7f || strchr("<>\"(),;\\", id.ptr[i]))
			return false;
		ats += id.ptr[i] == '@';
	}
	return ats == 1 && id.ptr[1] != '@' && id.ptr[id.len - 2] != '@';
}

bool mail_next_id(struct span *rest, struct span *id)
{
	ptrdiff_t start, end;

	while ((start = span_findc(*rest, '<', 0)) >= 0) {
		end = span_findc(*rest, '>', (size_t)start);
		if (end < 0)
			return false;
		*id = span_cut(*rest, (size_t)start, (size_t)end + 1);
		*rest = span_cut(*rest, (size_t)end + 1, rest->len);
		if (mail_id_is_valid(*id))
			return true;
	}
	return false;
}

struct span mail_author(struct span value)
{
	ptrdiff_t angle = span_findc(value, '<', 0), paren = span_findc(value, '(', 0);
	struct span name = span_trim(span_cut(value, 0, angle < 0 ? 0 : (size_t)angle));

	if (name.len > 1 && name.ptr[0] == '"' && name.ptr[name.len - 1] == '"')
		name = span_trim(span_cut(name, 1, name.len - 1));
	if (!name.len && angle < 0 && paren >= 0 && span_ends(value, ")"))
		name = span_trim(span_cut(value, (size_t)paren + 1, value.len - 1));
	if (name.len)
		return name;
	if (angle < 0)
		return span_trim(value);
	name = span_cut(value, (size_t)angle + 1, value.len);
	paren = span_findc(name, '>', 0);
	return paren < 0 ? name : span_cut(name, 0, (size_t)paren);
}
