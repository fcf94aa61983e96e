/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/retouch.h"

#include <string.h>

#include "base/utf8.h"
#include "edit/compose.h"

void retouch_init(struct retouch *r, const struct text *t, struct retouch_file *file,
		  enum fold level)
{
	*r = (struct retouch){ .t = t, .file = file, .level = level };
}

static struct span body_of(struct span line)
{
	size_t indent = text_indent(line);

	return span_cut(line, indent, line.len - (indent == line.len ? 0 : text_trail(line)));
}

/* A bit for each ASCII character that has typographic kin. */
static unsigned kin_bit(char c)
{
	return c == '\'' ? 1 : c == '"' ? 2 : c == '-' ? 4 : c == ' ' ? 8 : 0;
}

/* What kinds of characters a stretch of text holds. */
struct kinds {
	unsigned typographic; /* that have an ASCII kin: which */
	unsigned plain;       /* ASCII that has typographic kin: which */
	bool decomposed;  /* a mark that would compose with what stands before it */
	bool composed;    /* beyond ASCII and not typographic */
	bool widthless;
	bool wide_blanks; /* a tab, or two blanks side by side */
	bool blanks;
};

static void look_at(struct span s, struct kinds *k)
{
	uint32_t last = 0;
	size_t at = 0;

	while (at < s.len) {
		uint32_t cp;

		at += utf8_next(s, at, &cp);
		if (cp == ' ' || cp == '\t') {
			k->wide_blanks |= cp == '\t' || last == ' ' || last == '\t';
			k->blanks = true;
		}
		if (cp < 0x80 && cp != ' ')
			k->plain |= kin_bit((char)cp);
		if (cp >= 0x80 && cp != UTF8_BAD) {
			if (fold_is_widthless(cp))
				k->widthless = true;
			else if (fold_ascii(cp))
				k->typographic |= kin_bit(fold_ascii(cp));
			else if (last && compose(last, cp))
				k->decomposed = true;
			else
				k->composed = true;
		}
		last = cp == UTF8_BAD ? 0 : cp;
	}
}

static struct kinds kinds_of(struct span s)
{
	struct kinds k = { .plain = 0 };

	look_at(s, &k);
	return k;
}

void retouch_learn(struct retouch *r, struct span plan, struct span file)
{
	struct span p = body_of(plan), f = body_of(file);
	size_t i = 0, j = 0;
	struct fold_unit x, y;

	if (r->level < FOLD_INNER || span_eq(p, f))
		return;
	while (fold_next(p, &i, &x) && fold_next(f, &j, &y)) {
		struct span a = span_cut(p, x.start, x.end), b = span_cut(f, y.start, y.end);
		struct kinds of_plan, of_file;

		if (span_eq(a, b))
			continue;
		of_plan = kinds_of(a);
		of_file = kinds_of(b);
		r->plan_typographic |= of_plan.typographic != 0;
		r->file_typographic |= of_file.typographic;
		r->plan_decomposed |= of_plan.decomposed;
		r->file_decomposed |= of_file.decomposed;
		if (x.cp == ' ' && !of_plan.typographic && !of_file.typographic)
			r->loose_blanks = true;
	}
	r->plan_widthless |= kinds_of(p).widthless && !kinds_of(f).widthless;
	r->file_widthless |= kinds_of(f).widthless && !kinds_of(p).widthless;
}

/* The bytes that a and b share at their start, and at their end. */
static void shared(struct span a, struct span b, size_t *head, size_t *tail)
{
	size_t most = a.len < b.len ? a.len : b.len;

	*head = *tail = 0;
	while (*head < most && a.ptr[*head] == b.ptr[*head])
		++*head;
	while (*tail < most - *head && a.ptr[a.len - 1 - *tail] == b.ptr[b.len - 1 - *tail])
		++*tail;
}

bool retouch_alike(struct span a, struct span b)
{
	struct span x = body_of(a), y = body_of(b);
	size_t head, tail, most = x.len > y.len ? x.len : y.len;

	shared(x, y, &head, &tail);
	return most && (head + tail) * 2 >= most;
}

enum cut_side { CUT_BEFORE, CUT_AFTER };

/*
 * The offset in the file's line where its units have come as far as those of the
 * plan's line at *at, which moves to the end of a unit if it lies within one.
 */
static size_t map_cut(struct span plan, struct span file, size_t *at, enum cut_side side)
{
	size_t i = 0, j = 0, plan_cut = 0, file_cut = 0;
	struct fold_unit x, y;

	while (plan_cut < *at && fold_next(plan, &i, &x) && fold_next(file, &j, &y)) {
		if (side == CUT_BEFORE && x.end > *at)
			break;
		plan_cut = x.end;
		file_cut = y.end;
	}
	*at = plan_cut;
	return file_cut;
}

/* Adds the character at offset at and the marks on it as one; returns where they end. */
static size_t add_composed(struct span s, size_t at, struct str *out)
{
	uint32_t cp, mark, whole;
	size_t start = at, n, marks = 0;

	at += utf8_next(s, at, &cp);
	while (at < s.len && cp != UTF8_BAD) {
		n = utf8_next(s, at, &mark);
		whole = mark == UTF8_BAD ? 0 : compose(cp, mark);
		if (!whole)
			break;
		cp = whole;
		at += n;
		marks++;
	}
	if (marks)
		utf8_add(out, cp);
	else
		str_add_span(out, span_cut(s, start, at));
	return at;
}

/* How many bytes of ASCII s starts with. */
static size_t ascii_len(struct span s)
{
	size_t n = 0;
	uint64_t word = 0;

	while (s.len - n >= sizeof(word)) {
		memcpy(&word, s.ptr + n, sizeof(word));
		if (word & 0x8080808080808080u)
			break;
		n += sizeof(word);
	}
	while (n < s.len && (unsigned char)s.ptr[n] < 0x80)
		n++;
	return n;
}

/*
 * Whether a letter from U+00C0 to U+02FF stands at offset at: no mark, nothing's kin
 * and as wide as others, it says nothing but as what a mark may follow.
 */
static bool is_letter(struct span s, size_t at)
{
	return at + 1 < s.len && (unsigned char)s.ptr[at] >= 0xc3 &&
	       (unsigned char)s.ptr[at] <= 0xcb && ((unsigned char)s.ptr[at + 1] & 0xc0) == 0x80;
}

static const struct retouch_file *look_up(const struct retouch *r)
{
	struct retouch_file *f = r->file;
	struct kinds k = { .plain = 0 };
	struct span view = r->t->view;
	size_t at = 0, before = 0;

	if (f->known)
		return f;
	/* Only what is beyond ASCII counts, and the character before it. */
	while (at < view.len) {
		size_t n = ascii_len(span_cut(view, at, view.len));

		at += n;
		before = n ? at - 1 : before;
		if (is_letter(view, at)) {
			before = at;
			at += 2;
			continue;
		}
		while (at < view.len && (unsigned char)view.ptr[at] >= 0x80)
			at++;
		look_at(span_cut(view, before, at), &k);
	}
	*f = (struct retouch_file){ true, k.typographic, k.decomposed, k.widthless };
	return f;
}

/* Text that came from nowhere in the file, checked against what the plan misquotes. */
static bool add_fresh(const struct retouch *r, struct span s, struct span replaced,
		      bool whole, struct str *out, const char **why)
{
	struct kinds k = kinds_of(s), gone = kinds_of(replaced);
	struct retouch_file all = { .known = false };
	bool fold;
	size_t at = 0;

	fold = r->plan_typographic && k.typographic;
	if (fold || (r->plan_decomposed && k.decomposed) || (r->plan_widthless && k.widthless))
		all = *look_up(r);
	*why = "find quotes the file's characters loosely, and replace has more of the kind";
	if ((fold && all.typographic) ||
	    (r->file_typographic & k.plain & (~gone.plain | gone.typographic)) ||
	    (r->plan_decomposed && k.decomposed && all.decomposed) ||
	    (r->file_decomposed && k.composed) ||
	    (r->plan_widthless && k.widthless && all.widthless))
		return false;
	*why = "find quotes the file's blanks loosely, and replace has more of them";
	if (r->loose_blanks && (k.wide_blanks || (whole && k.blanks) || gone.wide_blanks))
		return false;
	while (at < s.len) {
		size_t start = at;
		uint32_t cp;

		at += utf8_next(s, at, &cp);
		if (cp == UTF8_BAD) {
			at = start + 1;
			str_addc(out, s.ptr[start]);
		} else if (fold && fold_ascii(cp)) {
			str_addc(out, fold_ascii(cp));
		} else if (r->plan_widthless && fold_is_widthless(cp)) {
			continue;
		} else if (r->plan_decomposed && k.decomposed) {
			at = add_composed(s, start, out);
		} else {
			str_add_span(out, span_cut(s, start, at));
		}
	}
	*why = NULL;
	return true;
}

bool retouch_write(const struct retouch *r, struct span old, struct span file,
		   struct span body, struct str *out, const char **why)
{
	struct span plan = body_of(old), own = body_of(file);
	size_t trail = text_trail(body), head, tail, stop, from, to;
	struct span text = span_cut(body, 0, body.len - trail);

	if (r->level < FOLD_INNER) {
		str_add_span(out, body);
		return true;
	}
	shared(plan, text, &head, &tail);
	stop = plan.len - tail;
	from = map_cut(plan, own, &head, CUT_BEFORE);
	to = map_cut(plan, own, &stop, CUT_AFTER);
	tail = plan.len - stop;
	str_add_span(out, span_cut(own, 0, from));
	if (!add_fresh(r, span_cut(text, head, text.len - tail), span_cut(own, from, to),
		       !old.len, out, why))
		return false;
	str_add_span(out, span_cut(own, to, own.len));
	str_add_span(out, span_cut(body, text.len, body.len));
	return true;
}
