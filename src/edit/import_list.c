/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/import_list.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "plan/plan.h"

bool import_next_statement(struct span s, struct span code, size_t *at,
			   struct span *statement)
{
	size_t start = *at, i;
	int depth = 0;

	if (start >= s.len)
		return false;
	for (i = start; i < s.len; i++) {
		char c = code.ptr[i];

		depth += c == '(' || c == '{' || c == '[';
		depth -= c == ')' || c == '}' || c == ']';
		if (c == '\n' && depth <= 0 && !(i && code.ptr[i - 1] == '\\'))
			break;
	}
	*statement = span_cut(s, start, i);
	*at = i < s.len ? i + 1 : i;
	return true;
}

static struct err *add(struct import_list *list, const struct import *import)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 16;
		struct import *v = realloc(list->v, cap * sizeof(*v));

		if (!v)
			return err_nomem();
		list->v = v;
		list->cap = cap;
	}
	list->v[list->n++] = *import;
	return NULL;
}

/* Follows #if and #endif; what they hold is imported under a condition. */
struct conditions {
	int depth;
	int guard; /* 1 inside an include guard, which is no condition */
};

static bool is_guard(const struct text *t, size_t line)
{
	struct span rest, name;
	struct span a = span_trim(text_line(t, line)), b;

	if (line + 1 >= t->n_lines || !span_starts(a, "#ifndef "))
		return false;
	name = span_trim(span_cut(a, 8, a.len));
	b = span_trim(text_line(t, line + 1));
	if (!span_starts(b, "#define "))
		return false;
	rest = span_trim(span_cut(b, 8, b.len));
	return span_eq(span_cut(rest, 0, name.len), name);
}

static void follow(struct conditions *c, const struct text *t, size_t line)
{
	struct span s = span_trim(text_line(t, line));

	if (!span_starts(s, "#"))
		return;
	s = span_trim(span_cut(s, 1, s.len));
	if (span_starts(s, "if")) {
		if (!c->depth && !c->guard && is_guard(t, line))
			c->guard = 1;
		else
			c->depth++;
	} else if (span_starts(s, "endif") && c->depth) {
		c->depth--;
	}
}

struct err *import_list_read(struct import_list *list, const struct text *t,
			     struct span code, enum language language)
{
	const struct import_style *style = import_style(language);
	size_t first = style->first_line(t, code);
	struct conditions conditions = { 0, 0 };
	struct err *err = NULL;

	*list = (struct import_list){ .n = 0 };
	for (size_t i = 0; i < t->n_lines && !err; i++) {
		size_t at = t->start[i];
		struct span line = span_cut(code, at, text_line_stop(t, i)), s;
		struct import import = { .first = i };

		if (!span_trim(line).len || text_indent(line))
			continue;
		if (language == LANGUAGE_C)
			follow(&conditions, t, i);
		import_next_statement(t->view, code, &at, &s);
		import.text = span_trim(s);
		import.last = text_line_at(t, at ? at - 1 : 0);
		if (import.last >= t->n_lines)
			import.last = t->n_lines - 1;
		if (style->parse(import.text, &import)) {
			if (!conditions.depth)
				err = add(list, &import);
			i = import.last;
		} else if (i >= first && !style->passes(span_trim(line))) {
			break;
		}
	}
	return err;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_punct(char c)
{
	return c && strchr("<>\"(){},#=", c);
}

/* s with blanks only between words, one kind of quote and no ';'. */
static void add_plain(struct str *out, struct span s)
{
	bool gap = false;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i] == '\'' ? '"' : s.ptr[i];

		if (is_blank(c) || c == ';' || c == '\\') {
			gap = true;
			continue;
		}
		if (gap && out->len && !is_punct(c) && !is_punct(out->buf[out->len - 1]))
			str_addc(out, ' ');
		str_addc(out, c);
		gap = false;
	}
}

static bool same_statement(struct span x, struct span y)
{
	struct str a = STR_INIT(PLAN_MAX_BYTES), b = a;
	bool same;

	add_plain(&a, x);
	add_plain(&b, y);
	same = !a.failed && !b.failed && span_eq(str_span(&a), str_span(&b));
	str_release(&a);
	str_release(&b);
	return same;
}

/* What a statement says before its list of names, and that list. */
static bool split_names(struct span s, enum language language, struct span *head,
			struct span *names)
{
	ptrdiff_t at, end;

	if (language == LANGUAGE_PYTHON) {
		struct span word = SPAN("import");

		at = span_find(s, word, 0);
		if (at < 0)
			return false;
		*head = span_trim(span_cut(s, 0, (size_t)at));
		*names = span_trim(span_cut(s, (size_t)at + word.len, s.len));
		at = span_findc(*names, '#', 0);
		if (at >= 0 && !span_starts(*names, "("))
			*names = span_trim(span_cut(*names, 0, (size_t)at));
		if (span_starts(*names, "("))
			*names = span_cut(*names, 1, names->len - span_ends(*names, ")"));
		return true;
	}
	if (language != LANGUAGE_JS)
		return false;
	at = span_findc(s, '{', 0);
	end = span_findc(s, '}', 0);
	if (at < 0 || end < at)
		return false;
	*head = span_trim(span_cut(s, 0, (size_t)at));
	*names = span_cut(s, (size_t)at + 1, (size_t)end);
	return true;
}

static bool has_name(const struct import_list *list, const struct import *new,
		     struct span head, struct span name, enum language language)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct import *old = &list->v[i];
		struct span old_head, names, part;

		if (old->form != new->form ||
		    (language == LANGUAGE_JS && !span_eq(old->key, new->key)))
			continue;
		if (!split_names(old->text, language, &old_head, &names) ||
		    !same_statement(head, old_head))
			continue;
		while (span_split(&names, ',', &part)) {
			if (same_statement(span_trim(part), name))
				return true;
		}
	}
	return false;
}

bool import_list_has(const struct import_list *list, const struct import *new,
		     enum language language)
{
	struct span head, names, part;

	for (size_t i = 0; i < list->n; i++) {
		const struct import *old = &list->v[i];

		if (same_statement(old->text, new->text))
			return true;
		if (language == LANGUAGE_C && old->class == new->class &&
		    span_eq(old->key, new->key))
			return true;
	}
	if (!split_names(new->text, language, &head, &names))
		return false;
	while (span_split(&names, ',', &part)) {
		part = span_trim(part);
		if (part.len && !has_name(list, new, head, part, language))
			return false;
	}
	return true;
}

/* Orders that files are found sorted in. */
enum order { BY_BYTES, BY_LETTERS, BY_FORM_THEN_BYTES, BY_FORM_THEN_LETTERS, ORDERS };

static int compare(const struct import *a, const struct import *b, enum order order)
{
	size_t n = a->key.len < b->key.len ? a->key.len : b->key.len;
	int d = 0;

	if (order >= BY_FORM_THEN_BYTES && a->form != b->form)
		return a->form - b->form;
	if (n)
		d = order == BY_BYTES || order == BY_FORM_THEN_BYTES ?
			    memcmp(a->key.ptr, b->key.ptr, n) :
			    strncasecmp(a->key.ptr, b->key.ptr, n);
	return d ? d : (a->key.len > b->key.len) - (a->key.len < b->key.len);
}

/* The part of a key that names its family: a folder, a top package. */
static struct span root_of(const struct import *import)
{
	struct span key = import->key;
	size_t n = 0;

	while (n < key.len && !strchr("./:", key.ptr[n]))
		n++;
	return n < key.len ? span_cut(key, 0, n) : SPAN("");
}

struct group {
	size_t from, to; /* in the list */
	size_t kin;      /* members of the new import's kind */
	bool family;     /* one of its root */
	bool mixed;      /* more than one class */
};

static bool is_kin(const struct import *a, const struct import *b,
		   const struct import_style *style)
{
	return a->class == b->class && (style->forms_mixed || a->form == b->form);
}

static struct group group_at(const struct import_list *list, size_t from,
			     const struct import *new, const struct import_style *style)
{
	struct group g = { .from = from, .to = from };
	struct span root = root_of(new);

	while (g.to < list->n &&
	       (g.to == from || list->v[g.to].first == list->v[g.to - 1].last + 1)) {
		const struct import *member = &list->v[g.to];

		if (is_kin(member, new, style)) {
			g.kin++;
			g.family |= root.len && span_eq(root_of(member), root);
		}
		g.mixed |= member->class != list->v[from].class;
		g.to++;
	}
	return g;
}

/* The group to join: one of its family, else the one with most of its kind. */
static bool choose_group(const struct import_list *list, const struct import *new,
			 const struct import_style *style, struct group *best, bool *mixed)
{
	bool found = false;

	*mixed = false;
	for (size_t from = 0; from < list->n;) {
		struct group g = group_at(list, from, new, style);

		*mixed |= g.mixed;
		if (g.kin && (!found || (g.family && !best->family) ||
			      (g.family == best->family && g.kin > best->kin))) {
			*best = g;
			found = true;
		}
		from = g.to;
	}
	return found;
}

static bool is_sorted(const struct import_list *list, const struct group *g,
		      const struct import *new, const struct import_style *style,
		      enum order order)
{
	const struct import *last = NULL;

	for (size_t i = g->from; i < g->to; i++) {
		const struct import *member = &list->v[i];

		if (!is_kin(member, new, style))
			continue;
		if (last && compare(last, member, order) > 0)
			return false;
		last = member;
	}
	return true;
}

/* The line in group g: its sorted place if the group is sorted, else below its kin. */
static size_t place_in_group(const struct import_list *list, const struct group *g,
			     const struct import *new, const struct import_style *style)
{
	enum order order = style->forms_mixed ? BY_FORM_THEN_LETTERS : BY_LETTERS;
	bool sorted = g->kin > 1, same_form = false;
	size_t line = list->v[g->to - 1].last + 1;

	if (sorted && !is_sorted(list, g, new, style, order)) {
		for (order = 0; order < ORDERS; order++) {
			if (is_sorted(list, g, new, style, order))
				break;
		}
		sorted = order < ORDERS;
	} else if (g->kin == 1) {
		/* One alone tells no order; but a first include may have to be first. */
		sorted = !style->after_all;
	}
	for (size_t i = g->from; i < g->to; i++) {
		const struct import *member = &list->v[i];

		if (!is_kin(member, new, style))
			continue;
		if (sorted && compare(member, new, order) > 0)
			return member->first;
		if (sorted || member->form == new->form || !same_form)
			line = member->last + 1;
		same_form |= member->form == new->form;
	}
	return line;
}

static bool is_empty(const struct text *t, size_t line)
{
	return line >= t->n_lines || !span_trim(text_line(t, line)).len;
}

static struct import_spot place_first(const struct text *t, size_t line)
{
	struct import_spot spot = { .line = line };

	if (line < t->n_lines && line && is_empty(t, line))
		spot.line++;
	else
		spot.blank_before = line && !is_empty(t, line - 1) &&
				    !(line == 1 && span_starts(t->view, "#!"));
	spot.blank_after = !is_empty(t, spot.line);
	return spot;
}

struct import_spot import_list_place(const struct import_list *list,
				     const struct import *new, const struct text *t,
				     struct span code, enum language language)
{
	const struct import_style *style = import_style(language);
	struct import_spot spot = { .line = 0 };
	const struct import *above = NULL;
	struct group g;
	bool mixed;

	if (!list->n)
		return place_first(t, style->first_line(t, code));
	if (choose_group(list, new, style, &g, &mixed)) {
		spot.line = place_in_group(list, &g, new, style);
		return spot;
	}
	for (size_t i = 0; i < list->n; i++) {
		if (style->after_all || list->v[i].class <= new->class)
			above = &list->v[i];
	}
	if (above) {
		spot.line = above->last + 1;
		spot.blank_before = style->groups_apart && !mixed;
		spot.blank_after = spot.blank_before && !is_empty(t, spot.line);
	} else {
		spot.line = list->v[0].first;
		spot.blank_after = style->groups_apart && !mixed;
	}
	return spot;
}
