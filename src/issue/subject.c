/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/remedy.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "issue/includes.h"

#define SUBJECT_MAX_BYTES 72
#define BODY_MAX_BYTES (16 << 10)
#define BODY_LINES_MAX 20
#define MESSAGE_MAX_BYTES 160

/* The cures that count, summed up. */
struct summary {
	const struct cure *first;
	const struct cure *second; /* the next that does something else */
	size_t n;                  /* things done: the same one twice counts once */
	bool one_kind, one_file, one_folder, one_tool;
};

static size_t folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

static bool same_deed(const struct cure *a, const struct cure *b)
{
	return a->kind == b->kind && !strcmp(a->file, b->file) &&
	       span_eq(a->what, b->what) && (a->kind != CURE_FIXIT || a->diag == b->diag);
}

static bool repeats(const struct remedy *d, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (!d->cures[i].dropped && same_deed(&d->cures[i], &d->cures[index]))
			return true;
	}
	return false;
}

static void sum_up(const struct remedy *d, struct summary *s)
{
	*s = (struct summary){
		.one_kind = true, .one_file = true, .one_folder = true, .one_tool = true
	};
	for (size_t i = 0; i < d->n_cures; i++) {
		const struct cure *c = &d->cures[i];

		if (c->dropped || repeats(d, i))
			continue;
		s->n++;
		if (!s->first) {
			s->first = c;
			continue;
		}
		if (!s->second && !span_eq(c->what, s->first->what))
			s->second = c;
		s->one_kind &= c->kind == s->first->kind;
		s->one_file &= !strcmp(c->file, s->first->file);
		s->one_folder &= folder_len(c->file) == folder_len(s->first->file) &&
				 !memcmp(c->file, s->first->file, folder_len(c->file));
		s->one_tool &= !strcmp(c->diag->tool, s->first->diag->tool);
	}
}

/* "strbuf: " for src/strbuf.c, or for several files of src/strbuf/. */
static void add_prefix(struct str *out, const struct summary *s)
{
	struct span path = span_of(s->first->file), name;
	size_t start, end = path.len;

	if (!s->one_file) {
		end = folder_len(s->first->file);
		if (!s->one_folder || !end)
			return;
	}
	path = span_cut(path, 0, end);
	for (start = end; start && path.ptr[start - 1] != '/';)
		start--;
	name = span_cut(path, start, end);
	if (s->one_file) {
		for (end = name.len; end > 1 && name.ptr[end - 1] != '.';)
			end--;
		if (end > 1)
			name = span_cut(name, 0, end - 1);
	}
	utf8_clean(out, name, UTF8_LINE);
	str_adds(out, ": ");
}

/* <stdio.h>, or base/str.h for one in quotes. */
static void add_target(struct str *out, const struct cure *cure)
{
	struct include inc;

	if (!include_of(cure->what, &inc))
		return;
	if (inc.system)
		str_addc(out, '<');
	utf8_clean(out, inc.target, UTF8_LINE);
	if (inc.system)
		str_addc(out, '>');
}

static void add_quoted(struct str *out, struct span text)
{
	text = span_trim(text);
	if (span_ends(text, ";") && text.len > 1)
		text = span_cut(text, 0, text.len - 1);
	str_addc(out, '\'');
	utf8_clean(out, text, UTF8_LINE);
	str_addc(out, '\'');
}

static void add_deeds(struct str *out, const struct summary *s)
{
	const struct cure *c = s->first;

	switch (s->one_kind ? c->kind : CURE_FIXIT) {
	case CURE_INCLUDE:
		str_adds(out, s->second ? "add missing includes" : "add missing include");
		if (s->n > 2 && s->second)
			return;
		str_adds(out, " of ");
		add_target(out, c);
		if (s->second) {
			str_adds(out, " and ");
			add_target(out, s->second);
		}
		return;
	case CURE_IMPORT:
		str_adds(out, s->second ? "add missing imports" : "add missing ");
		if (!s->second)
			add_quoted(out, c->what);
		return;
	case CURE_REMOVAL:
		str_adds(out,
			 s->second ? "drop unused imports" : "drop unused import of ");
		if (!s->second)
			add_quoted(out, c->what);
		return;
	case CURE_SPELLING:
		str_adds(out, "fix spelling of ");
		if (s->second)
			str_addf(out, "%zu names", s->n);
		else
			add_quoted(out, c->what);
		return;
	case CURE_FIXIT:
		break;
	}
	if (s->one_kind && !s->second && c->what.len && c->what.len <= 3 && c->inserts) {
		str_adds(out, "add missing '");
		utf8_clean(out, c->what, UTF8_LINE);
		str_adds(out, "'");
	} else if (s->n == 1) {
		str_addf(out, "do what %s asks for",
			 c->diag->tool[0] ? c->diag->tool : "the log");
	} else {
		str_addf(out, "fix %zu errors", s->n);
	}
}

static void add_subject(struct str *out, const struct summary *s)
{
	add_prefix(out, s);
	if (s->first->subject.ptr && !s->second) {
		utf8_clean(out, s->first->subject, UTF8_LINE);
		if (out->len <= SUBJECT_MAX_BYTES)
			return;
		str_reset(out);
		add_prefix(out, s);
	}
	add_deeds(out, s);
	if (out->len <= SUBJECT_MAX_BYTES)
		return;
	str_reset(out);
	if (s->n == 1)
		str_adds(out, "fix an error that the checks report");
	else
		str_addf(out, "fix %zu errors that the checks report", s->n);
}

static void add_body(struct str *out, const struct remedy *d, const struct summary *s)
{
	size_t n = 0;

	str_addf(out, "%s said:\n\n",
		 s->one_tool && s->first->diag->tool[0] ? s->first->diag->tool
							: "The tools");
	for (size_t i = 0; i < d->n_cures; i++) {
		const struct cure *c = &d->cures[i];

		if (c->dropped || repeats(d, i) || n++ >= BODY_LINES_MAX)
			continue;
		str_adds(out, "    ");
		utf8_clean(out, span_of(c->diag->file), UTF8_LINE);
		str_addf(out, ":%zu: ", c->diag->line);
		utf8_clean(out, span_cut(c->diag->message, 0, MESSAGE_MAX_BYTES),
			   UTF8_LINE);
		str_addc(out, '\n');
	}
	if (n > BODY_LINES_MAX)
		str_addf(out, "\nand %zu more.\n", n - BODY_LINES_MAX);
}

static struct err *keep(struct plan *plan, struct str *text, struct span *out)
{
	struct err *err = str_err(text, "the commit message");

	if (!err) {
		out->ptr = arena_dup(&plan->arena, span_trim(str_span(text)));
		out->len = span_trim(str_span(text)).len;
		if (!out->ptr)
			err = arena_err(&plan->arena, "plan");
	}
	str_reset(text);
	return err;
}

struct err *remedy_message(struct remedy *d, struct plan *plan)
{
	struct str text = STR_INIT(BODY_MAX_BYTES);
	struct summary s;
	struct err *err;

	sum_up(d, &s);
	if (!s.first)
		return NULL;
	add_subject(&text, &s);
	err = keep(plan, &text, &plan->subject);
	if (!err) {
		add_body(&text, d, &s);
		err = keep(plan, &text, &plan->body);
	}
	if (!err) {
		utf8_clean(&text, span_cut(s.first->diag->message, 0, MESSAGE_MAX_BYTES),
			   UTF8_LINE);
		err = keep(plan, &text, &plan->root_cause);
	}
	if (!err) {
		str_adds(&text,
			 "do what the diagnostics call for: fix-its and rules, no model");
		err = keep(plan, &text, &plan->strategy);
	}
	str_release(&text);
	return err;
}
