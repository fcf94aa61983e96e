/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/region.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "edit/symbols.h"
#include "edit/text.h"
#include "sys/json.h"

/* An answer may grow by this factor and these lines. */
#define GROWTH_FACTOR 3
#define GROWTH_LINES ((size_t)60)

/* A longer comment says something. */
#define PLACEHOLDER_MAX_BYTES 80

#define OBJECT_MAX_BYTES ((size_t)16 << 20)
#define OBJECT_MAX_DEPTH 64

/* Of a region of more lines than this, some lines must come back unchanged. */
#define KEEP_FROM_LINES ((size_t)12)

/* What is left of a comment line: its text, without the signs around it. */
static struct span comment_text(struct span line, bool *comment)
{
	static const char *const open[] = { "//", "/*", "#", "--", "<!--", ";", "%", "*",
					    "\"", "{/*" };
	struct span s = span_trim(line);

	*comment = false;
	for (size_t i = 0; i < ARRAY_SIZE(open); i++) {
		if (span_starts(s, open[i])) {
			s = span_trim(span_cut(s, strlen(open[i]), s.len));
			*comment = true;
			i = SIZE_MAX;
		}
	}
	if (span_ends(s, "-->"))
		s.len -= 3;
	else if (span_ends(s, "*/}"))
		s.len -= 3;
	else if (span_ends(s, "*/"))
		s.len -= 2;
	return span_trim(s);
}

static bool has_dots(struct span s, bool at_edge_only)
{
	static const char *const dots[] = { "...", "\xe2\x80\xa6" };

	for (size_t i = 0; i < ARRAY_SIZE(dots); i++) {
		if (at_edge_only ? span_starts(s, dots[i]) || span_ends(s, dots[i]) :
				   span_eqs(s, dots[i]))
			return true;
	}
	return false;
}

/*
 * Whether dots that come last stand for code, by what comes first: "rest of the code
 * ..." does, "An existing reference..." is a comment like others.
 */
static bool opens_left_out(struct span s)
{
	static const char *const words[] = { "existing", "rest", "the rest", "unchanged",
		"remain", "the remain", "same", "previous", "the previous", "omitted",
		"other", "no change", "keep", "your", "all other", "all existing", "code",
		"the existing", "the other", "the same" };

	while (s.len && strchr("([<{", s.ptr[0]))
		s = span_trim(span_cut(s, 1, s.len));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t n = strlen(words[i]);

		if (s.len >= n && !strncasecmp(s.ptr, words[i], n))
			return true;
	}
	return false;
}

/* Dots and words that say what they stand for. */
static bool says_left_out(struct span s, bool comment)
{
	static const char *const words[] = { "existing", "rest of", "unchanged", "remain",
		"same as", "previous", "omitted", "other ", "as before", "no change" };
	char text[PLACEHOLDER_MAX_BYTES + 1];

	if (!s.len || s.len > PLACEHOLDER_MAX_BYTES || !has_dots(s, true) ||
	    (!comment && !span_starts(s, "...")))
		return false;
	if (!has_dots(span_cut(s, 0, 3), true) && !opens_left_out(s))
		return false;
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcasestr(text, words[i]))
			return true;
	}
	return false;
}

bool region_is_placeholder(struct span line)
{
	bool comment;
	struct span s = comment_text(line, &comment);

	return says_left_out(s, comment);
}

bool region_is_elision(struct span line)
{
	bool comment;
	struct span s = comment_text(line, &comment);

	return has_dots(s, false) || says_left_out(s, comment);
}

static bool has_line(struct span text, struct span wanted)
{
	struct span line;

	while (span_line(&text, &line)) {
		if (span_eq(span_trim(line), span_trim(wanted)))
			return true;
	}
	return false;
}

static bool check_bytes(const struct region *r, struct span answer, struct str *reason)
{
	if (span_findc(answer, '\0', 0) >= 0)
		str_adds(reason, "the answer holds a NUL byte");
	else if (!utf8_valid(answer) && utf8_valid(r->text))
		str_adds(reason, "the answer is not valid UTF-8");
	return !reason->len;
}

static bool is_object(struct span text)
{
	const struct json_limits limits = { OBJECT_MAX_BYTES, OBJECT_MAX_DEPTH };
	struct json_doc *doc = NULL;
	struct err *err;
	bool is;

	if (!span_starts(span_trim(text), "{"))
		return false;
	err = json_parse(&doc, text, &limits);
	is = !err && json_is_object(json_root(doc));
	err_drop(err);
	json_free(doc);
	return is;
}

/* A plan, say, from a model that took the wrong one of its two trades for its own. */
static bool check_object(const struct region *r, struct span answer, struct str *reason)
{
	if (!is_object(answer) || is_object(r->text))
		return true;
	str_adds(reason, "the answer is a JSON object, not the text of the region");
	return false;
}

static bool check_wrapping(const struct region *r, struct span answer, struct str *reason)
{
	struct span rest = answer, line;

	while (span_line(&rest, &line)) {
		struct span s = span_trim(line);

		if (span_starts(s, "```") && !has_line(r->text, line)) {
			str_adds(reason, "the answer holds a code fence");
			return false;
		}
		if (region_is_elision(line) && !has_line(r->text, line)) {
			str_addf(reason, "the answer leaves code out: '%.*s'",
				 (int)(s.len < 80 ? s.len : 80), s.ptr);
			return false;
		}
	}
	return true;
}

static struct span first_line(struct span s)
{
	struct span line = { NULL, 0 };

	while (span_line(&s, &line)) {
		if (span_trim(line).len)
			return line;
	}
	return SPAN("");
}

static struct span last_line(struct span s)
{
	struct span line, last = SPAN("");

	while (span_line(&s, &line)) {
		if (span_trim(line).len)
			last = line;
	}
	return last;
}

/* The lines around the region were shown to be read, not to be written again. */
static bool check_edges(const struct region *r, struct span answer, struct str *reason)
{
	struct span above = last_line(r->before), below = first_line(r->after);
	struct span first = first_line(answer), last = last_line(answer);

	if (span_trim(above).len > 3 && span_eq(first, above) &&
	    !span_eq(first, first_line(r->text)))
		str_adds(reason, "the answer repeats the lines above the region");
	else if (span_trim(below).len > 3 && span_eq(last, below) &&
		 !span_eq(last, last_line(r->text)))
		str_adds(reason, "the answer repeats the lines below the region");
	return !reason->len;
}

/* The least indentation of all lines; SIZE_MAX when no line says anything. */
static size_t base_indent(struct span s, struct span *sample)
{
	struct span line;
	size_t least = SIZE_MAX;

	while (span_line(&s, &line)) {
		size_t indent = text_indent(line);

		if (!span_trim(line).len || indent >= least)
			continue;
		least = indent;
		*sample = span_cut(line, 0, indent);
	}
	return least;
}

static bool check_indent(const struct region *r, struct span answer, struct str *reason)
{
	struct span old = SPAN(""), new = SPAN("");
	size_t a = base_indent(r->text, &old), b = base_indent(answer, &new);

	if (a == SIZE_MAX || b == SIZE_MAX || span_eq(old, new))
		return true;
	str_adds(reason, "the answer is not indented as the region is");
	return false;
}

struct balance {
	long round, square, curly;
};

static bool count_brackets(struct span s, enum language language, struct balance *out)
{
	char *code = symbols_blank(s, language);

	*out = (struct balance){ 0, 0, 0 };
	if (!code)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		out->round += (code[i] == '(') - (code[i] == ')');
		out->square += (code[i] == '[') - (code[i] == ']');
		out->curly += (code[i] == '{') - (code[i] == '}');
	}
	free(code);
	return true;
}

static bool check_balance(const struct region *r, struct span answer, struct str *reason)
{
	enum language language = language_of(r->file, r->text);
	struct balance a, b;

	if (language == LANGUAGE_OTHER || language == LANGUAGE_SHELL)
		return true;
	if (!count_brackets(r->text, language, &a) || !count_brackets(answer, language, &b))
		return true;
	if (a.round == b.round && a.square == b.square && a.curly == b.curly)
		return true;
	/* What did not balance may be what the edit is to cure. */
	if (!b.round && !b.square && !b.curly)
		return true;
	str_adds(reason, "the brackets of the answer do not balance as the region's do");
	return false;
}

static bool check_extent(const struct region *r, struct span answer, struct str *reason)
{
	size_t old = text_count(r->text, '\n') + 1, new = text_count(answer, '\n') + 1;
	struct span rest = r->text, line;
	size_t said = 0, kept = 0;

	if (span_eq(answer, r->text)) {
		str_adds(reason, "the answer is the region unchanged");
		return false;
	}
	if (new > old * GROWTH_FACTOR + GROWTH_LINES) {
		str_addf(reason, "the answer has %zu lines where the region has %zu", new, old);
		return false;
	}
	while (span_line(&rest, &line)) {
		if (span_trim(line).len < 3)
			continue;
		said++;
		kept += has_line(answer, line);
	}
	/* Of a whole definition something stays, its first line as a rule. */
	if (r->edit && r->edit->symbol && said > 1 && !kept) {
		str_addf(reason, "nothing of '%s' came back: give the whole of it",
			 r->edit->symbol);
		return false;
	}
	if (said > KEEP_FROM_LINES && kept * 8 < said) {
		str_addf(reason, "only %zu of the region's %zu lines came back: keep what "
			 "the change does not touch", kept, said);
		return false;
	}
	return true;
}

bool region_check(const struct region *region, struct span answer, struct str *reason)
{
	static bool (*const checks[])(const struct region *, struct span, struct str *) = {
		check_bytes, check_object, check_wrapping, check_extent,
		check_edges, check_indent, check_balance,
	};

	if (!answer.len)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		if (!checks[i](region, answer, reason))
			return false;
	}
	return true;
}
