/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/standing.h"

#include <string.h>

#include "issue/words.h"

/* A word as long as this does not stand somewhere by chance. */
#define TELLING_BYTES 3

static bool is_blank(char c)
{
	return (unsigned char)c <= ' ';
}

/* Equal but for blanks: compilers print tabs as spaces. */
static bool same_code(struct span a, struct span b)
{
	size_t i = 0, k = 0;

	a = span_trim(a);
	b = span_trim(b);
	while (i < a.len && k < b.len) {
		if (is_blank(a.ptr[i]) != is_blank(b.ptr[k]))
			return false;
		if (is_blank(a.ptr[i])) {
			while (i < a.len && is_blank(a.ptr[i]))
				i++;
			while (k < b.len && is_blank(b.ptr[k]))
				k++;
		} else if (a.ptr[i++] != b.ptr[k++]) {
			return false;
		}
	}
	return i == a.len && k == b.len;
}

static enum standing names_stand(struct span message, struct span line)
{
	enum standing standing = STANDING_BLIND;

	for (size_t i = 0; i + 1 < message.len; i++) {
		size_t at = i + 1, end;
		struct span word;

		if (!strchr("'`\"", message.ptr[i]))
			continue;
		end = at;
		if (!word_next(message, &end, &word) || word.ptr != message.ptr + at)
			continue;
		if (word.len < 2 || word.ptr + word.len == message.ptr + message.len)
			continue;
		if (holds_word(line, word))
			return STANDING_SURE;
		standing = STANDING_ABSENT;
	}
	return standing;
}

static enum standing alone(const struct remedy *d, const struct diag *diag,
			   const struct tree_file *file, struct span *line)
{
	*line = (struct span){ NULL, 0 };
	if (!diag->line)
		return STANDING_BLIND;
	if (!tree_line(file, diag->line, line))
		return STANDING_STALE;
	if (diag->source.ptr)
		return same_code(diag->source, *line) ? STANDING_SURE : STANDING_STALE;
	return d->in->own_log ? STANDING_SURE : names_stand(diag->message, *line);
}

static bool inside_word(struct span bytes, size_t at)
{
	return at && at < bytes.len && is_word_byte(bytes.ptr[at - 1]) &&
	       is_word_byte(bytes.ptr[at]);
}

/* Whether diag's fix-its for file lie between words; *telling: one replaces a word. */
static bool between_words(const struct diag *diag, const struct tree_file *file,
			  bool *telling)
{
	for (size_t i = 0; i < diag->n_fixits; i++) {
		const struct fixit *f = &diag->fixits[i];
		struct span old;
		size_t start, end;

		if (strcmp(f->file, file->path))
			continue;
		if (!tree_offset(file, f->line, f->column, &start) ||
		    !tree_offset(file, f->end_line, f->end_column, &end) || end < start ||
		    inside_word(file->bytes, start) || inside_word(file->bytes, end))
			return false;
		old = span_cut(file->bytes, start, end);
		*telling |= old.len >= TELLING_BYTES && is_word(old);
	}
	return true;
}

/* What the diagnostics of file say together. */
static bool agree(struct remedy *d, const struct tree_file *file)
{
	const struct diags *diags = d->in->diags;
	size_t sure = 0, absent = 0;
	bool between = true, telling = false;

	for (size_t i = 0; i < diags->n; i++) {
		const struct diag *diag = &diags->v[i];
		struct span line;

		if (strcmp(diag->file, file->path))
			continue;
		switch (alone(d, diag, file, &line)) {
		case STANDING_SURE:
			sure++;
			break;
		case STANDING_ABSENT:
			absent++;
			break;
		case STANDING_STALE:
			return false;
		case STANDING_BLIND:
			break;
		}
		between = between && between_words(diag, file, &telling);
	}
	return between && (sure > absent || (!absent && telling));
}

struct err *standing_of(struct remedy *d, const struct diag *diag,
			const struct tree_file *file, struct span *line,
			enum standing *out)
{
	struct opinion *o;

	*out = alone(d, diag, file, line);
	if (*out != STANDING_BLIND || !diag->line)
		return NULL;
	for (o = d->opinions; o && o->file != file; o = o->next)
		;
	if (!o) {
		o = arena_alloc(&d->arena, sizeof(*o));
		if (!o)
			return arena_err(&d->arena, "plan");
		*o = (struct opinion){ d->opinions, file, agree(d, file) };
		d->opinions = o;
	}
	if (o->agreed)
		*out = STANDING_SURE;
	return NULL;
}
