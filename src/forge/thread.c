/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forge/thread.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "forge/quote.h"
#include "issue/text.h"

#define ARENA_MAX_BYTES ((size_t)32 << 20)
#define LINE_MAX_BYTES 1000
#define DATE_BYTES 10 /* "2026-11-23" */

void thread_init(struct thread *thread)
{
	*thread = (struct thread){ .n_comments = SIZE_MAX };
	arena_init(&thread->arena, ARENA_MAX_BYTES);
}

void thread_release(struct thread *thread)
{
	arena_release(&thread->arena);
	free(thread->notes);
	thread_init(thread);
}

/* Not inside a character. */
static struct span cut_to(struct span s, size_t max)
{
	if (s.len <= max)
		return s;
	while (max && ((unsigned char)s.ptr[max] & 0xc0) == 0x80)
		max--;
	return span_cut(s, 0, max);
}

struct span thread_copy(struct thread *thread, struct span s)
{
	char *copy;

	s = cut_to(s, THREAD_PIECE_MAX_BYTES);
	copy = arena_dup(&thread->arena, s);
	return (struct span){ copy, copy ? s.len : 0 };
}

struct err *thread_add(struct thread *thread, const struct note *note)
{
	struct note *copy;

	if (thread->n == THREAD_NOTES_MAX) {
		thread->left_out++;
		return NULL;
	}
	if (thread->n == thread->cap) {
		size_t cap = thread->cap ? 2 * thread->cap : 16;
		struct note *notes = realloc(thread->notes, cap * sizeof(*notes));

		if (!notes)
			return err_nomem();
		thread->notes = notes;
		thread->cap = cap;
	}
	copy = &thread->notes[thread->n++];
	*copy = (struct note){
		.author = thread_copy(thread, note->author),
		.date = thread_copy(thread, note->date),
		.body = thread_copy(thread, note->body),
		.cut = note->cut || note->body.len > THREAD_PIECE_MAX_BYTES,
	};
	if (!copy->author.ptr || !copy->date.ptr || !copy->body.ptr)
		return arena_err(&thread->arena, "the issue's comments");
	return NULL;
}

static void add_one_line(struct str *out, struct span s)
{
	utf8_clean(out, span_trim(cut_to(s, LINE_MAX_BYTES)), UTF8_LINE);
}

/* Half of a comment mark could pair with another's when the text is read again. */
static void add_unmarked(struct str *out, struct span s)
{
	ptrdiff_t mark;

	while ((mark = span_find(s, SPAN("<!--"), 0)) >= 0) {
		str_add_span(out, span_cut(s, 0, (size_t)mark));
		str_adds(out, "<! --");
		s = span_cut(s, (size_t)mark + 4, s.len);
	}
	str_add_span(out, s);
}

static void add_author(struct str *out, const struct note *note)
{
	struct span date = note->date;

	if (note->author.len)
		add_one_line(out, note->author);
	else
		str_adds(out, "somebody");
	if (date.len >= DATE_BYTES) {
		str_adds(out, " on ");
		add_one_line(out, span_cut(date, 0, DATE_BYTES));
	}
}

/* The body of note into out, which has room; before NULL: it opens the thread. */
static struct err *add_body(struct str *out, const struct note *note,
			    const struct str *before)
{
	struct str visible = STR_INIT(4 * THREAD_PIECE_MAX_BYTES);
	struct str kept = STR_INIT(4 * THREAD_PIECE_MAX_BYTES + 1);
	struct span text;
	struct err *err;

	issue_text_visible(&visible, note->body);
	err = str_err(&visible, "comment");
	if (err)
		goto out;
	if (before)
		quote_strip(&kept, str_span(&visible), str_span(before));
	else
		quote_strip_first(&kept, str_span(&visible));
	err = str_err(&kept, "comment");
	text = span_trim(str_span(&kept));
	if (err || (!text.len && !note->cut))
		goto out;
	add_unmarked(out, text);
	str_adds(out, note->cut ? "\n[cut here: it is longer]\n" : "\n");
out:
	str_release(&visible);
	str_release(&kept);
	return err;
}

/* One that says nothing of its own is passed over. */
static struct err *add_comment(struct str *out, const struct note *note, bool *fits)
{
	struct str text = STR_INIT(8 * THREAD_PIECE_MAX_BYTES);
	size_t heading;
	struct err *err;

	str_adds(&text, "\nComment by ");
	add_author(&text, note);
	str_adds(&text, ":\n\n");
	heading = text.len;
	err = add_body(&text, note, out);
	if (!err)
		err = str_err(&text, "comment");
	*fits = !err && out->len + text.len <= THREAD_TEXT_MAX_BYTES;
	if (*fits && text.len > heading)
		str_add_span(out, str_span(&text));
	str_release(&text);
	return err;
}

struct err *thread_text(const struct thread *thread, struct str *out)
{
	size_t left_out = thread->left_out;
	struct err *err;

	add_one_line(out, thread->title);
	str_adds(out, "\n\n");
	if (thread->labels.len) {
		str_adds(out, "Labels: ");
		add_one_line(out, thread->labels);
		str_addc(out, '\n');
	}
	str_adds(out, "Opened by ");
	add_author(out, &thread->first);
	str_adds(out, thread->closed ? ", closed since\n\n" : "\n\n");
	err = add_body(out, &thread->first, NULL);
	for (size_t i = 0; !err && i < thread->n; i++) {
		bool fits = true;

		err = add_comment(out, &thread->notes[i], &fits);
		if (!fits) {
			left_out += thread->n - i;
			break;
		}
	}
	if (left_out)
		str_addf(out, "\n[%zu more comments are not shown]\n", left_out);
	return err ? err : str_err(out, "issue");
}
