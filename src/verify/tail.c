/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>

#include "verify/clean.h"
#include "verify/verdict.h"

/* What sandbox.c has compilers print for programs; the lines above it say the same. */
#define FIXIT_MARK "fix-it:\""

/* A longer line is cut: what is wrong stands at its start. */
#define LINE_SHOWN_BYTES 400
#define LINES_BEFORE 4

/* Room for "[... 1234567 lines left out ...]". */
#define GAP_BYTES 48

/*
 * Words that a line with an error has, by how sure a sign they are. The first line
 * of the surest rank that the log has is the first error: "error" in a file name
 * that a compiler was called with comes before the error itself.
 */
#define RANKS 3
#define MARKS_MAX 24

static const char *const marks[RANKS][MARKS_MAX] = {
	{ ": error:", ": fatal error:", ": Error:", "error[E",
	  "Traceback (most recent call last)", "panic:", "undefined reference to",
	  "not ok ", "--- FAIL: ", "AssertionError", "Assertion `",
	  "ERROR: AddressSanitizer", "runtime error:", "SyntaxError",
	  "ModuleNotFoundError", "ImportError", "multiple definition of" },
	{ "[  FAILED  ]", "FAILED", "FAIL:", "Failed test", "Segmentation fault",
	  "core dumped", "Aborted", "fatal:", "error:", "ERROR", "Error:", "Exception",
	  "No such file or", "command not found", ": not found", "cannot find", "*** [" },
	{ "error", "Error", "failed", "Failed", "FAIL", "failure", "fatal", "abort" },
};

static int rank_of(struct span line)
{
	for (int rank = 0; rank < RANKS; rank++) {
		for (const char *const *mark = marks[rank]; *mark; mark++) {
			if (span_find(line, span_of(*mark), 0) >= 0)
				return rank;
		}
	}
	return RANKS;
}

static void close_repeats(struct str *out, size_t repeats)
{
	if (repeats)
		str_addf(out, "[the line above %zu times more]\n", repeats);
}

static struct span cut_line(struct span line)
{
	size_t end = LINE_SHOWN_BYTES;

	if (line.len <= end)
		return line;
	while (end && ((unsigned char)line.ptr[end] & 0xc0) == 0x80)
		end--;
	return span_cut(line, 0, end);
}

/* The log as lines to show, repeats folded. *first is where the first error is. */
static void clean_log(struct span log, struct str *out, size_t *first)
{
	struct str line = STR_INIT(log.len + 1), last = STR_INIT(2 * LINE_SHOWN_BYTES);
	size_t repeats = 0;
	struct span raw;
	int best = RANKS;

	*first = log.len ? SIZE_MAX : 0;
	while (span_line(&log, &raw)) {
		struct span shown;
		int rank;

		str_reset(&line);
		clean_line(raw, &line);
		shown = cut_line(str_span(&line));
		if (span_starts(shown, FIXIT_MARK))
			continue;
		if (out->len && span_eq(shown, str_span(&last))) {
			repeats++;
			continue;
		}
		close_repeats(out, repeats);
		repeats = 0;
		rank = rank_of(shown);
		if (rank < best) {
			best = rank;
			*first = out->len;
		}
		str_add_span(out, shown);
		if (shown.len < line.len)
			str_adds(out, " [...]");
		str_addc(out, '\n');
		str_reset(&last);
		str_add_span(&last, shown);
	}
	close_repeats(out, repeats);
	str_release(&last);
	str_release(&line);
}

static size_t line_start(struct span text, size_t at)
{
	while (at && text.ptr[at - 1] != '\n')
		at--;
	return at;
}

/* The end of the last whole line within [from, limit). */
static size_t last_line_end(struct span text, size_t from, size_t limit)
{
	size_t end = limit < text.len ? limit : text.len;

	while (end > from && text.ptr[end - 1] != '\n')
		end--;
	return end;
}

/* The start of the first whole line at or after at. */
static size_t next_line_start(struct span text, size_t at)
{
	while (at < text.len && at && text.ptr[at - 1] != '\n')
		at++;
	return at;
}

/* Where the whole lines start that fill room at the end. */
static size_t closing_lines(struct span text, size_t room)
{
	return next_line_start(text, room < text.len ? text.len - room : 0);
}

static void add_gap(struct span left_out, struct str *out)
{
	size_t lines = 0;

	for (size_t i = 0; i < left_out.len; i++)
		lines += left_out.ptr[i] == '\n';
	if (lines)
		str_addf(out, "[... %zu line%s left out ...]\n", lines,
			 lines == 1 ? "" : "s");
}

/* Head around the first error and closing lines share the room, the head first. */
static void choose(struct span text, size_t first, size_t max_bytes, struct str *out)
{
	size_t room, start, head_end, tail;

	if (max_bytes <= 2 * GAP_BYTES)
		return; /* no room for a line and what is left out around it */
	room = max_bytes - 2 * GAP_BYTES;
	tail = closing_lines(text, room / 2);
	if (first >= tail) { /* the error is among the closing lines: those are all */
		start = closing_lines(text, room);
		add_gap(span_cut(text, 0, start), out);
		str_add_span(out, span_cut(text, start, text.len));
		return;
	}
	start = first;
	for (int i = 0; i < LINES_BEFORE && start; i++) {
		size_t up = line_start(text, start - 1);

		if (first - up > room / 8)
			break;
		start = up;
	}
	head_end = last_line_end(text, start, start + (room - (text.len - tail)));
	if (head_end > tail)
		head_end = tail;
	add_gap(span_cut(text, 0, start), out);
	str_add_span(out, span_cut(text, start, head_end));
	add_gap(span_cut(text, head_end, tail), out);
	str_add_span(out, span_cut(text, tail, text.len));
}

void verdict_tail(struct span log, size_t max_bytes, struct str *out)
{
	struct str text = STR_INIT(log.len * 4 + 4096);
	size_t first;

	clean_log(log, &text, &first);
	if (text.len <= max_bytes)
		str_add_span(out, str_span(&text));
	else
		choose(str_span(&text), first, max_bytes, out);
	str_release(&text);
}
