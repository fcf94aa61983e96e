/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "context/excerpt.h"

#include <ctype.h>
#include <string.h>

/* Lines shown around a place at least, and how far a block is followed. */
#define AROUND_LINES 12
#define BLOCK_LINES 60
#define HITS_OF_A_WORD 4
#define JOIN_LINES 6 /* parts as near as this are one */

/* An index over the lines is not kept: files are small, places few. */
static size_t line_start(struct span text, size_t line)
{
	size_t at = 0;

	for (size_t i = 1; i < line && at < text.len; i++) {
		ptrdiff_t end = span_findc(text, '\n', at);

		at = end < 0 ? text.len : (size_t)end + 1;
	}
	return at;
}

static size_t count_lines(struct span text)
{
	struct span rest = text, line;
	size_t n = 0;

	while (span_line(&rest, &line))
		n++;
	return n;
}

static struct span lines_between(struct span text, size_t first, size_t last)
{
	size_t start = line_start(text, first);
	size_t length = line_start(span_cut(text, start, text.len), last - first + 2);

	return span_cut(text, start, start + length);
}

static struct span line_at(struct span text, size_t start)
{
	ptrdiff_t end = span_findc(text, '\n', start);

	return span_cut(text, start, end < 0 ? text.len : (size_t)end);
}

/* A line that may begin a definition: a name at the margin, but no label. */
static bool begins_block(struct span line)
{
	if (!line.len || !(isalpha((unsigned char)line.ptr[0]) || line.ptr[0] == '_' ||
			   line.ptr[0] == '@'))
		return false;
	line = span_trim(line);
	return !span_ends(line, ":") || span_find(line, SPAN("("), 0) >= 0 ||
	       span_starts(line, "class ") || span_starts(line, "struct ");
}

static bool ends_block(struct span line)
{
	return span_starts(line, "}") || span_starts(line, "end");
}

/* From line (at offset at) up to the begin of its block, but not far. */
static size_t block_begin(struct span text, size_t line, size_t at)
{
	size_t first = line;

	for (size_t up = 0; up < BLOCK_LINES; up++) {
		if (begins_block(line_at(text, at)))
			return first;
		if (first == 1)
			return 1;
		at--; /* on the line end before */
		while (at && text.ptr[at - 1] != '\n')
			at--;
		first--;
	}
	return line > AROUND_LINES ? line - AROUND_LINES : 1;
}

static size_t block_end(struct span text, size_t line, size_t at, size_t n_lines)
{
	size_t last = line;

	for (size_t down = 0; down < BLOCK_LINES && last < n_lines; down++) {
		ptrdiff_t end = span_findc(text, '\n', at);

		if (down && ends_block(line_at(text, at)))
			return last;
		if (down && begins_block(line_at(text, at)))
			return last - 1;
		if (end < 0)
			break;
		at = (size_t)end + 1;
		last++;
	}
	if (last >= n_lines)
		return n_lines;
	return line + AROUND_LINES < n_lines ? line + AROUND_LINES : n_lines;
}

static size_t part_bytes(struct span text, const struct excerpt_part *part)
{
	return lines_between(text, part->first_line, part->last_line).len;
}

/* Joins with what is near; false if there is no room. */
static bool add_part(struct excerpt *out, struct span text, size_t first, size_t last,
		     size_t *room)
{
	struct excerpt_part part = { .first_line = first, .last_line = last };
	size_t freed = 0, need, kept = 0;

	for (size_t i = 0; i < out->n; i++) {
		const struct excerpt_part *p = &out->parts[i];

		if (p->first_line > part.last_line + JOIN_LINES ||
		    p->last_line + JOIN_LINES < part.first_line)
			continue;
		freed += part_bytes(text, p);
		if (p->first_line < part.first_line)
			part.first_line = p->first_line;
		if (p->last_line > part.last_line)
			part.last_line = p->last_line;
	}
	need = part_bytes(text, &part);
	if (need > *room + freed || (!freed && out->n == EXCERPT_PARTS_MAX))
		return false;
	for (size_t i = 0; i < out->n; i++) {
		const struct excerpt_part *p = &out->parts[i];

		if (p->first_line < part.first_line || p->last_line > part.last_line)
			out->parts[kept++] = *p;
	}
	for (out->n = kept; kept && out->parts[kept - 1].first_line > part.first_line;
	     kept--)
		out->parts[kept] = out->parts[kept - 1];
	out->parts[kept] = part;
	out->n++;
	*room = *room + freed - need;
	return true;
}

static void add_place(struct excerpt *out, struct span text, size_t line, size_t *room)
{
	size_t at = line_start(text, line), first, last;

	if (!line || line > out->n_lines)
		return;
	for (size_t i = 0; i < out->n; i++)
		if (line >= out->parts[i].first_line && line <= out->parts[i].last_line)
			return;
	first = line > AROUND_LINES ? line - AROUND_LINES : 1;
	last = line + AROUND_LINES < out->n_lines ? line + AROUND_LINES : out->n_lines;
	if (block_begin(text, line, at) < first)
		first = block_begin(text, line, at);
	if (block_end(text, line, at, out->n_lines) > last)
		last = block_end(text, line, at, out->n_lines);
	if (!add_part(out, text, first, last, room))
		(void)add_part(out, text, line > 4 ? line - 4 : 1,
			       line + 4 < out->n_lines ? line + 4 : out->n_lines, room);
}

static bool is_word_byte(unsigned char c)
{
	return isalnum(c) || c == '_' || c >= 0x80;
}

static bool find_word(struct span text, const char *word, size_t from, size_t *at)
{
	struct span needle = span_of(word);
	ptrdiff_t hit = span_find(text, needle, from);

	for (; hit >= 0; hit = span_find(text, needle, (size_t)hit + 1)) {
		size_t end = (size_t)hit + needle.len;

		if ((!hit || !is_word_byte((unsigned char)text.ptr[hit - 1])) &&
		    (end == text.len || !is_word_byte((unsigned char)text.ptr[end]))) {
			*at = (size_t)hit;
			return true;
		}
	}
	return false;
}

static void add_word(struct excerpt *out, struct span text, const char *word,
		     size_t *room)
{
	size_t from = 0, at, line = 1, counted = 0;

	for (int i = 0; i < HITS_OF_A_WORD && find_word(text, word, from, &at); i++) {
		for (; counted < at; counted++)
			line += text.ptr[counted] == '\n';
		add_place(out, text, line, room);
		from = at + 1;
	}
}

void excerpt_cut(struct excerpt *out, struct span text, const size_t *lines,
		 size_t n_lines, const char *const *words, size_t n_words,
		 size_t whole_bytes, size_t max_bytes)
{
	size_t room = max_bytes;

	*out = (struct excerpt){ .n_lines = count_lines(text) };
	if (!out->n_lines)
		return;
	if (text.len <= whole_bytes && text.len <= max_bytes) {
		(void)add_part(out, text, 1, out->n_lines, &room);
	} else {
		for (size_t i = 0; i < n_lines; i++)
			add_place(out, text, lines[i], &room);
		for (size_t i = 0; i < n_words; i++)
			add_word(out, text, words[i], &room);
		if (!out->n)
			(void)add_part(out, text, 1,
				       out->n_lines < BLOCK_LINES ? out->n_lines
								  : BLOCK_LINES,
				       &room);
	}
	for (size_t i = 0; i < out->n; i++)
		out->parts[i].text = lines_between(text, out->parts[i].first_line,
						   out->parts[i].last_line);
}
