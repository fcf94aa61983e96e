/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/mend.h"

#include <string.h>

#include "issue/spelling.h"
#include "issue/words.h"

/* The statement that ends before a place: what it is made of so far. */
struct statement {
	struct c_token last;
	size_t words;
	bool begun;
	bool asked; /* a '?' waits for its ':' */
};

static struct statement statement_before(struct span bytes, size_t place)
{
	struct statement s = { .words = 0 };
	struct c_token token;
	size_t at = 0;

	while (c_next(bytes, &at, &token) && token.text.ptr < bytes.ptr + place) {
		bool ends = token.kind == C_DIRECTIVE ||
			    (token.kind == C_MARK && strchr(";{}:", token.text.ptr[0]));

		if (token.kind == C_MARK && token.text.ptr[0] == ':' && s.asked)
			ends = s.asked = false;
		if (ends || (token.kind == C_MARK && token.text.ptr[0] == '?'))
			s.asked = !ends;
		s.begun = !ends;
		s.words = ends ? 0 : s.words + (token.kind == C_WORD);
		s.last = token;
	}
	return s;
}

static struct span indentation(struct span line)
{
	size_t n = 0;

	while (n < line.len && (line.ptr[n] == ' ' || line.ptr[n] == '\t'))
		n++;
	return span_cut(line, 0, n);
}

static bool may_end(const struct c_token *token)
{
	return token->kind == C_WORD || token->kind == C_STRING ||
	       (token->kind == C_MARK && strchr(")]", token->text.ptr[0]));
}

static struct err *add(struct remedy *d, const struct diag *diag,
		       const struct fixit *fixit, enum cure_kind kind,
		       struct span subject, const char **why)
{
	struct cure cure = { .kind = kind,
			     .diag = diag,
			     .file = diag->file,
			     .what = fixit->text,
			     .subject = subject };
	struct err *err;

	cure.inserts =
		fixit->line == fixit->end_line && fixit->column == fixit->end_column;
	err = remedy_fixits(d, diag, fixit, 1, why);
	if (err || *why)
		return err;
	return remedy_cure(d, &cure);
}

static struct fixit fixit_at(const struct tree_file *file, struct span place,
			     struct span text)
{
	struct fixit f = { .file = file->path, .text = text };
	size_t offset = (size_t)(place.ptr - file->bytes.ptr);

	f.line = f.end_line = tree_line_at(file, offset);
	f.column = offset - file->start[f.line - 1] + 1;
	f.end_column = f.column + place.len;
	return f;
}

struct err *mend_statement(struct remedy *d, const struct diag *diag, struct span subject,
			   const char **why)
{
	const struct tree_file *file;
	struct statement before;
	struct span line, above, indent, end;
	struct fixit fixit;
	struct err *err;

	err = remedy_editable(d, diag->file, &file, why);
	if (err || *why || !tree_line(file, diag->line, &line))
		return err;
	indent = indentation(line);
	before = statement_before(file->bytes,
				  (size_t)(line.ptr - file->bytes.ptr) + indent.len);
	*why = "what stands before is no declaration of its own";
	if (!indent.len || !before.begun || before.words < 2 || !may_end(&before.last))
		return NULL;
	end = span_cut(before.last.text, before.last.text.len, before.last.text.len);
	fixit = fixit_at(file, end, SPAN(";"));
	/* A line that is set in deeper goes on with what stands above it. */
	if (!tree_line(file, fixit.line, &above) || fixit.line >= diag->line ||
	    indentation(above).len < indent.len ||
	    memcmp(indentation(above).ptr, indent.ptr, indent.len))
		return NULL;
	*why = NULL;
	return add(d, diag, &fixit, CURE_FIXIT, subject, why);
}

static bool only_place(const struct tree_file *file, struct span word, struct span *out)
{
	struct c_token token;
	size_t at = 0, n = 0;

	while (c_next(file->bytes, &at, &token)) {
		if (token.kind == C_WORD && span_eq(token.text, word)) {
			*out = token.text;
			n++;
		}
	}
	return n == 1;
}

struct err *mend_spelling(struct remedy *d, const struct diag *diag, struct span name,
			  struct span subject, const char **why)
{
	ptrdiff_t blank = span_findc(name, ' ', 0);
	struct span old = span_cut(name, (size_t)(blank + 1), name.len);
	struct span place = { NULL, 0 }, new = { NULL, 0 };
	const struct tree_file *file;
	struct fixit fixit;
	struct err *err;

	err = remedy_editable(d, diag->file, &file, why);
	if (err || *why)
		return err;
	if (d->n_answers++ >= REMEDY_ANSWERS_MAX || !only_place(file, old, &place)) {
		*why = "no header of the project declares it";
		return NULL;
	}
	err = spelling_nearest(d, diag->file, old, blank >= 0, &new, why);
	if (!err && !*why)
		err = spelling_check(d, diag->file, old, new, 1, why);
	if (err || *why)
		return err;
	fixit = fixit_at(file, place, new);
	return add(d, diag, &fixit, CURE_SPELLING, subject, why);
}
