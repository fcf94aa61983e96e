/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/message.h"

#include <string.h>
#include <strings.h>

#include "mail/hazard.h"
#include "mail/wrap.h"
#include "verify/clean.h"

/* A subject line longer than this holds something else. */
#define SUBJECT_MAX_BYTES 4096

/* In front of a subject these are taken off, by git am or by us. */
static const char *const subject_prefixes[] = {
	"re:", "aw:", "fw:", "fwd:", "subject:", "fixup!", "squash!", "amend!",
};

/* Marks of a heading, a list or a quotation, when a blank follows. */
static const char subject_marks[] = "#*->+";

/* The next line as it will be seen; a lone carriage return ends one too. */
static bool next_line(struct span *rest, struct str *clean)
{
	struct span line;
	size_t end;

	if (!rest->len)
		return false;
	for (end = 0; end < rest->len; end++) {
		if (rest->ptr[end] == '\n' || rest->ptr[end] == '\r')
			break;
	}
	line = span_cut(*rest, 0, end);
	if (end + 1 < rest->len && rest->ptr[end] == '\r' && rest->ptr[end + 1] == '\n')
		end++;
	*rest = span_cut(*rest, end + 1, rest->len);
	str_reset(clean);
	clean_line(line, clean);
	return true;
}

static void collapse_blanks(struct span text, struct str *out)
{
	text = span_trim(text);
	for (size_t i = 0; i < text.len; i++) {
		bool blank = text.ptr[i] == ' ' || text.ptr[i] == '\t';

		if (!blank)
			str_addc(out, text.ptr[i]);
		else if (text.ptr[i - 1] != ' ' && text.ptr[i - 1] != '\t')
			str_addc(out, ' ');
	}
}

static bool strip_one(struct span *s)
{
	ptrdiff_t close;

	*s = span_trim(*s);
	if (!s->len)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(subject_prefixes); i++) {
		size_t n = strlen(subject_prefixes[i]);

		if (s->len >= n && !strncasecmp(s->ptr, subject_prefixes[i], n)) {
			*s = span_cut(*s, n, s->len);
			return true;
		}
	}
	close = s->ptr[0] == '[' ? span_findc(*s, ']', 0) : -1;
	if (close >= 0) {
		*s = span_cut(*s, (size_t)close + 1, s->len);
		return true;
	}
	if (s->ptr[0] == ':' || s->ptr[0] == '#' ||
	    (s->len > 1 && s->ptr[1] == ' ' && strchr(subject_marks, s->ptr[0]))) {
		*s = span_cut(*s, 1, s->len);
		return true;
	}
	return false;
}

/* Marks around the whole, as in "**fix it**" or "`fix it`", are none of it. */
static struct span strip_quotes(struct span s)
{
	static const char marks[] = "`*\"'_";
	size_t n = 0;
	struct span inner;

	while (2 * n + 2 < s.len && s.ptr[n] == s.ptr[0] &&
	       s.ptr[s.len - 1 - n] == s.ptr[0])
		n++;
	inner = span_cut(s, n, s.len - n);
	if (!n || !strchr(marks, s.ptr[0]) || span_findc(inner, s.ptr[0], 0) >= 0)
		return s;
	return span_trim(inner);
}

static struct span strip_end(struct span s)
{
	while (s.len && strchr(".,;: ", s.ptr[s.len - 1]))
		s.len--;
	return s;
}

/* Prefixes stand in quotes, and quotes behind prefixes. */
static struct span strip(struct span s)
{
	size_t len;

	do {
		len = s.len;
		while (strip_one(&s))
			;
		s = strip_end(strip_quotes(s));
	} while (s.len < len);
	return s;
}

static bool says_something(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c >= 0x80 || (c >= '0' && c <= '9') ||
		    ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
			return true;
	}
	return false;
}

void message_subject(struct span text, const char *fallback, struct str *out)
{
	struct str line = STR_INIT(SUBJECT_MAX_BYTES), flat = STR_INIT(SUBJECT_MAX_BYTES);
	struct span rest = text, s = { 0 };

	while (next_line(&rest, &line)) {
		str_reset(&flat);
		collapse_blanks(str_span(&line), &flat);
		s = str_span(&flat);
		s = strip(s);
		if (says_something(s) && !span_starts(s, "diff --git"))
			break;
		s.len = 0;
	}
	s = strip_end(wrap_cut(s, MESSAGE_SUBJECT_COLUMNS));
	if (s.len)
		str_add_span(out, s);
	else
		str_adds(out, fallback);
	str_release(&flat);
	str_release(&line);
}

/* What kind of text a line of the body is in. */
enum place { IN_TEXT, IN_FENCE, IN_DIFF };

struct body {
	struct wrap wrap;
	enum place place;
};

static bool is_fence(struct span line)
{
	struct span trimmed = span_trim(line);

	return span_starts(trimmed, "```") || span_starts(trimmed, "~~~");
}

static void add_line(struct body *body, struct span line)
{
	bool fence = is_fence(line);

	if (body->place == IN_FENCE) {
		if (fence)
			body->place = IN_TEXT;
		else if (!hazard_is_scissors(line))
			wrap_verbatim(&body->wrap, line, 4);
		return;
	}
	if (fence) {
		wrap_end_paragraph(&body->wrap);
		body->place = IN_FENCE;
		return;
	}
	if (!span_trim(line).len) {
		wrap_blank(&body->wrap);
		body->place = IN_TEXT;
		return;
	}
	if (hazard_of_line(line) == HAZARD_DIFF)
		body->place = IN_DIFF;
	if (body->place == IN_TEXT && hazard_of_line(line) != HAZARD_DROP)
		wrap_text(&body->wrap, line);
	else if (body->place == IN_DIFF && !hazard_is_scissors(line))
		wrap_verbatim(&body->wrap, line, 4);
}

void message_body(struct span text, struct str *out)
{
	struct str line = STR_INIT(MESSAGE_BODY_MAX_BYTES);
	struct span rest = span_cut(text, 0, MESSAGE_BODY_MAX_BYTES);
	struct body body = { .place = IN_TEXT };

	wrap_init(&body.wrap, MESSAGE_BODY_COLUMNS, out);
	while (next_line(&rest, &line))
		add_line(&body, str_span(&line));
	wrap_finish(&body.wrap);
	str_release(&line);
}

struct err *message_make(struct span subject, struct span body, struct span trailers,
			 const char *fallback, struct str *out)
{
	struct str text = STR_INIT(2 * MESSAGE_BODY_MAX_BYTES);
	struct err *err;

	message_subject(subject, fallback, out);
	str_addc(out, '\n');
	message_body(body, &text);
	err = str_err(&text, "commit message");
	if (!err && text.len) {
		str_addc(out, '\n');
		str_add_span(out, str_span(&text));
		str_addc(out, '\n');
	}
	if (!err && trailers.len) {
		str_addc(out, '\n');
		str_add_span(out, trailers);
		if (trailers.ptr[trailers.len - 1] != '\n')
			str_addc(out, '\n');
	}
	str_release(&text);
	return err ? err : str_err(out, "commit message");
}
