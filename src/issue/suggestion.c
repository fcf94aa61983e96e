/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/suggestion.h"

#include <string.h>

#include "issue/words.h"

/* The last 'word' of text: "struct 'a' has no member named 'b'" is about b. */
static bool last_quoted(struct span text, struct span *word)
{
	size_t end = text.len, start;

	while (end && text.ptr[end - 1] != '\'')
		end--;
	if (!end)
		return false;
	start = --end;
	while (start && text.ptr[start - 1] != '\'')
		start--;
	*word = span_cut(text, start, end);
	return start && is_word(*word);
}

/* "... 'old' ...; did you mean 'new'?" */
static bool suggestion_of(struct span message, struct span *old, struct span *new)
{
	static const struct span mark = SPAN("; did you mean '");
	ptrdiff_t at = span_find(message, mark, 0), end;

	if (at < 0 || !last_quoted(span_cut(message, 0, (size_t)at), old))
		return false;
	*new = span_cut(message, (size_t)at + mark.len, message.len);
	end = span_findc(*new, '\'', 0);
	if (end < 0)
		return false;
	*new = span_cut(*new, 0, (size_t)end);
	return is_word(*new);
}

/* Whether word, as a whole one, begins at this byte of line. */
static bool stands_at(struct span line, size_t at, struct span word)
{
	struct span found;
	size_t end = at;

	if (at > line.len || (at && is_word_byte(line.ptr[at - 1])))
		return false;
	return word_next(line, &end, &found) && span_eq(found, word) &&
	       found.ptr == line.ptr + at;
}

static struct err *add(struct intake *in, size_t index)
{
	const struct diag *diag = &in->diags->v[index];
	struct span old, new, bytes, line;
	struct fixit fixit = { .file = diag->file, .line = diag->line, .end_line = diag->line,
			       .column = diag->column };

	if (!suggestion_of(diag->message, &old, &new) ||
	    !intake_bytes(in, diag->file, &bytes) || !line_of(bytes, diag->line, &line) ||
	    !stands_at(line, diag->column - 1, old))
		return NULL;
	fixit.end_column = fixit.column + old.len;
	fixit.text = new;
	return intake_fixit(in, index, &fixit);
}

struct err *suggestions_add(struct intake *in, size_t first)
{
	for (size_t i = first; i < in->diags->n; i++) {
		const struct diag *diag = &in->diags->v[i];
		struct err *err;

		if (diag->severity == DIAG_NOTE || diag->n_fixits || !diag->line ||
		    !diag->column ||
		    (strcmp(diag->tool, "gcc") && strcmp(diag->tool, "clang")))
			continue;
		err = add(in, i);
		if (err)
			return err;
	}
	return NULL;
}
