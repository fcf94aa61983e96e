/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/imports.h"

#include <stdlib.h>

#include "edit/current.h"
#include "edit/import_go.h"
#include "edit/import_list.h"
#include "edit/lines.h"
#include "edit/literal.h"
#include "edit/symbols.h"

/* The file as it is now, with what is needed to look for imports in it. */
struct view {
	struct current now;
	struct text text;
	char *code;
	enum language language;
};

static struct err *view_read(struct view *v, struct draft *d)
{
	struct err *err = current_read(&v->now, d);

	v->text = (struct text){ .n_lines = 0 };
	v->code = NULL;
	if (!err)
		err = text_init(&v->text, v->now.text);
	if (err)
		return err;
	v->language = language_of(d->path, v->text.view);
	v->code = symbols_blank(v->text.view, v->language);
	return v->code ? NULL : err_nomem();
}

static void view_release(struct view *v)
{
	current_release(&v->now);
	text_release(&v->text);
	free(v->code);
}

static struct span view_code(const struct view *v)
{
	return (struct span){ v->code, v->text.view.len };
}

/* Writes text at [start, end) of the file as it is now; whole lines if it inserts. */
static struct err *write_now(struct draft *d, const struct view *v, size_t start, size_t end,
			     struct span text, const struct edit *edit,
			     struct edit_result *result)
{
	struct change *edge = NULL;
	struct place p;
	bool done;

	if (!current_locate(&v->now, start, end, &p, &edge)) {
		draft_refuse(d, edge, result);
		return NULL;
	}
	edit_result_done(result, EDIT_APPLIED, NULL, draft_line(d, &p));
	if (start < end)
		return draft_write(d, &p, text, NULL, edit, result, &done);
	return lines_put(d, &p, text, edit, result, &done);
}

/* In a language we do not know, an import is whatever starts like the new one. */
static void take_as_import(struct import *new)
{
	if (!new->key.len)
		new->key = new->text;
}

static struct err *add_general(struct draft *d, const struct view *v, struct span statement,
			       const struct edit *edit, struct edit_result *result)
{
	struct import new = { .text = span_trim(statement) };
	struct str lines = STR_INIT(PLAN_MAX_BYTES + 4);
	struct import_list list;
	struct import_spot spot;
	struct err *err;

	err = import_list_read(&list, &v->text, view_code(v), v->language);
	if (err)
		goto out;
	if (!import_style(v->language)->parse(new.text, &new))
		take_as_import(&new);
	if (import_list_has(&list, &new, v->language)) {
		edit_result_done(result, EDIT_SATISFIED, NULL, 0);
		goto out;
	}
	spot = import_list_place(&list, &new, &v->text, view_code(v), v->language);
	str_adds(&lines, spot.blank_before ? "\n" : "");
	str_add_span(&lines, new.text);
	str_adds(&lines, spot.blank_after ? "\n\n" : "\n");
	err = str_err(&lines, "import_line");
	if (!err)
		err = write_now(d, v, v->text.start[spot.line], v->text.start[spot.line],
				str_span(&lines), edit, result);
out:
	free(list.v);
	str_release(&lines);
	return err;
}

static struct err *add_go(struct draft *d, const struct view *v, struct span statement,
			  const struct edit *edit, struct edit_result *result)
{
	struct go_change change;
	struct str spec = STR_INIT(PLAN_MAX_BYTES + 8);
	struct span s = span_trim(statement);
	struct err *err = import_go(&change, &v->text, view_code(v), s);

	if (err)
		goto out;
	if (change.satisfied) {
		edit_result_done(result, EDIT_SATISFIED, NULL, 0);
	} else if (change.general) {
		if (!span_starts(s, "import"))
			str_adds(&spec, "import ");
		str_add_span(&spec, s);
		err = str_err(&spec, "import_line");
		if (!err)
			err = add_general(d, v, str_span(&spec), edit, result);
	} else {
		err = write_now(d, v, change.start, change.end, str_span(&change.text), edit,
				result);
	}
out:
	str_release(&change.text);
	str_release(&spec);
	return err;
}

static struct err *add_statement(struct draft *d, struct span statement,
				 const struct edit *edit, struct edit_result *result)
{
	struct view v;
	struct err *err = view_read(&v, d);

	if (!err && v.language == LANGUAGE_GO)
		err = add_go(d, &v, statement, edit, result);
	else if (!err)
		err = add_general(d, &v, statement, edit, result);
	view_release(&v);
	return err;
}

/* The specifications of `import ( ... )` are statements of their own. */
static bool is_go_frame(struct span line)
{
	line = span_trim(line);
	return span_eqs(line, "import (") || span_eqs(line, "import(") || span_eqs(line, ")");
}

struct err *imports_add(struct draft *d, const struct edit *edit, struct edit_result *result)
{
	enum language language = language_of(d->path, d->text.view);
	struct str hold = STR_INIT(0);
	struct span lines = plan_text(edit->import_line, &hold), statement;
	char *code = symbols_blank(lines, language);
	struct err *err = str_err(&hold, "import_line");
	bool applied = false;
	size_t at = 0, line = 0;

	if (!err && !code)
		err = err_nomem();
	if (!err && !span_trim(lines).len) {
		edit_result_set(result, EDIT_FAILED, "import_line is empty");
		goto out;
	}
	while (!err && language == LANGUAGE_GO && span_starts(span_trim(lines), "import (") &&
	       at < lines.len && code[at]) {
		if (code[at] == '(' || code[at] == ')')
			code[at] = ' ';
		at++;
	}
	at = 0;
	while (!err && import_next_statement(lines, (struct span){ code, lines.len }, &at,
					     &statement)) {
		if (!span_trim(statement).len ||
		    (language == LANGUAGE_GO && is_go_frame(statement)))
			continue;
		err = add_statement(d, statement, edit, result);
		if (err || (result->status != EDIT_APPLIED && result->status != EDIT_SATISFIED))
			break;
		if (!applied && result->status == EDIT_APPLIED) {
			applied = true;
			line = result->line;
		}
	}
	if (!err && applied && result->status == EDIT_SATISFIED)
		edit_result_done(result, EDIT_APPLIED, NULL, line);
out:
	free(code);
	str_release(&hold);
	return err;
}
