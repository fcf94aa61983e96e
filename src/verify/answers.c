/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/answers.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "edit/block.h"
#include "edit/linediff.h"

#define WINDOW_LINES 3
#define LITERALS_MAX 32

struct literals {
	struct span v[LITERALS_MAX];
	size_t n;
};

static const char *const comparisons[] = {
	"==", "case ", "-eq ", "strcmp(", "equals(", " = ", "when ", "=> ", " in (", " is ",
};

/* What stands before a value that is given, and not compared with. */
static const char *const givers[] = {
	"return", "echo", "?", ":", "=>", "{", "printf", "print", "yield", "then", ")",
};

static size_t string_end(struct span line, size_t at)
{
	char quote = line.ptr[at++];

	while (at < line.len && line.ptr[at] != quote)
		at += line.ptr[at] == '\\' && at + 1 < line.len ? 2 : 1;
	return at;
}

/* Strings by what is in them, numbers as they are written. */
static bool next_literal(struct span line, size_t *at, struct span *out)
{
	for (; *at < line.len; (*at)++) {
		char c = line.ptr[*at];
		bool in_word = *at && (isalnum((unsigned char)line.ptr[*at - 1]) ||
				       line.ptr[*at - 1] == '_');
		size_t start = *at;

		if (c == '"' || c == '\'') {
			size_t end = string_end(line, start);

			*out = span_cut(line, start + 1, end);
			*at = end + (end < line.len);
			return true;
		}
		if (isdigit((unsigned char)c) && !in_word) {
			while (*at < line.len && (isalnum((unsigned char)line.ptr[*at]) ||
						  line.ptr[*at] == '.'))
				(*at)++;
			*out = span_cut(line, start, *at);
			return true;
		}
	}
	return false;
}

static void read_literals(struct span line, struct literals *out)
{
	struct span one;
	size_t at = 0;

	while (out->n < LITERALS_MAX && next_literal(line, &at, &one))
		out->v[out->n++] = one;
}

/* A shell's tests say it all in strings: "fib 6". */
static void read_within(struct literals *out)
{
	size_t n = out->n;

	for (size_t i = 0; i < n; i++)
		if (span_findc(out->v[i], ' ', 0) >= 0)
			read_literals(out->v[i], out);
}

static bool has(const struct literals *list, struct span one)
{
	for (size_t i = 0; i < list->n; i++)
		if (span_eq(list->v[i], one))
			return true;
	return false;
}

static bool is_question(struct span literal)
{
	return literal.len && !span_eqs(literal, "0") && !span_eqs(literal, "1");
}

/* Where the first comparison of the line ends, or its length. */
static size_t comparison_end(struct span line)
{
	size_t end = line.len + 1;

	for (size_t i = 0; i < ARRAY_SIZE(comparisons); i++) {
		ptrdiff_t hit = span_find(line, span_of(comparisons[i]), 0);

		if (hit >= 0 && (size_t)hit + strlen(comparisons[i]) < end)
			end = (size_t)hit + strlen(comparisons[i]);
	}
	/* "7) echo 13 ;;" of a shell's case. */
	if (end > line.len && span_find(line, SPAN(") "), 0) > 0 &&
	    span_find(line, SPAN(";;"), 0) > 0)
		end = 0;
	return end;
}

static struct err *add(struct answers *answers, struct arena *arena, const char *path,
		       size_t line, struct span question, struct span reply)
{
	struct answer *a = &answers->v[answers->n];

	if (answers->n == ANSWERS_MAX)
		return NULL;
	*a = (struct answer){
		.path = arena_dups(arena, path),
		.line = line,
		.question = { arena_dup(arena, question), question.len },
		.reply = { arena_dup(arena, reply), reply.len },
	};
	if (!a->path || !a->question.ptr || !a->reply.ptr)
		return arena_err(arena, "answers");
	answers->n++;
	return NULL;
}

static bool is_given(struct span line, const struct span *question, const struct span *reply)
{
	size_t from = (size_t)(question->ptr - line.ptr) + question->len;
	size_t to = (size_t)(reply->ptr - line.ptr);

	for (size_t i = 0; i < ARRAY_SIZE(givers); i++)
		if (span_find(span_cut(line, from, to), span_of(givers[i]), 0) >= 0)
			return true;
	return false;
}

/* A comparison in line i; what it answers stands there or in the next two new lines. */
static struct err *collect_at(struct answers *answers, struct arena *arena, const char *path,
			      const struct lines *lines, const size_t *from, size_t i)
{
	size_t end = comparison_end(lines->v[i]);
	struct literals asked = { .n = 0 }, given = { .n = 0 };
	struct err *err = NULL;

	if (end > lines->v[i].len)
		return NULL;
	read_literals(span_cut(lines->v[i], end, lines->v[i].len), &asked);
	if (!asked.n)
		return NULL;
	given = asked;
	for (size_t j = i + 1; j < lines->n && j < i + WINDOW_LINES; j++) {
		if (from[j] != LINEDIFF_NEW)
			break;
		read_literals(lines->v[j], &given);
	}
	for (size_t q = 0; !err && q < asked.n; q++)
		for (size_t r = q + 1; !err && r < given.n; r++)
			if (is_question(asked.v[q]) && !span_eq(asked.v[q], given.v[r]) &&
			    (r >= asked.n ||
			     is_given(lines->v[i], &asked.v[q], &given.v[r])))
				err = add(answers, arena, path, i + 1, asked.v[q], given.v[r]);
	return err;
}

struct err *answers_collect(struct answers *answers, struct arena *arena, const char *path,
			    struct span before, struct span after)
{
	struct lines old = { .n = 0 }, now = { .n = 0 };
	size_t *from = NULL;
	bool exact;
	struct err *err = lines_split(&old, before);

	if (!err)
		err = lines_split(&now, after);
	if (!err && !(from = calloc(now.n + 1, sizeof(*from))))
		err = err_nomem();
	if (!err)
		err = linediff(&old, &now, from, &exact);
	for (size_t i = 0; !err && i < now.n; i++)
		if (from[i] == LINEDIFF_NEW)
			err = collect_at(answers, arena, path, &now, from, i);
	free(from);
	lines_release(&old);
	lines_release(&now);
	return err;
}

void answers_seek(struct answers *answers, const char *path, struct span text,
		  struct str *out, size_t *n)
{
	struct span rest = text, line;

	for (size_t number = 1; answers->n && span_line(&rest, &line); number++) {
		struct literals here = { .n = 0 };

		read_literals(line, &here);
		read_within(&here);
		if (here.n < 2)
			continue;
		for (size_t i = 0; i < answers->n; i++) {
			const struct answer *a = &answers->v[i];

			if (!has(&here, a->question) || !has(&here, a->reply))
				continue;
			str_addf(out, "%s:%zu: answers '%.*s' with '%.*s', which is what "
				 "%s:%zu asks\n", a->path, a->line, (int)a->question.len,
				 a->question.ptr, (int)a->reply.len, a->reply.ptr, path, number);
			answers->v[i--] = answers->v[--answers->n];
			(*n)++;
		}
	}
}
