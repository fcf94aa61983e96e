/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The transcript against a model that cannot be wrong: random edits, each made by
 * hand on a plain string as well. And what was applied is taken back.
 */
#include "edit-fixture.h"

#include <stdio.h>

#include "edit/change.h"
#include "edit/draft.h"
#include "edit/fold.h"
#include "edit/linediff.h"

#define ROUNDS 400
#define LINES_MAX 40

struct dice {
	uint64_t state;
};

static size_t roll(struct dice *d, size_t n)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return n ? (size_t)((d->state * 0x2545f4914f6cdd1du) >> 33) % n : 0;
}

static void make_text(struct dice *d, struct str *out)
{
	size_t n = 1 + roll(d, LINES_MAX);

	str_adds(out, roll(d, 8) ? "" : "\xef\xbb\xbf");
	for (size_t i = 0; i < n; i++) {
		str_addf(out, "%.*sline %zu %s", (int)roll(d, 3), "\t\t\t", i,
			 roll(d, 3) ? "abc" : "x\xe9y");
		if (i + 1 < n || roll(d, 4))
			str_adds(out, roll(d, 4) ? "\n" : "\r\n");
	}
}

/* The text with its CRLFs as LFs, and no BOM. */
static void lf_view(struct span s, struct str *out)
{
	if (span_starts(s, "\xef\xbb\xbf"))
		s = span_cut(s, 3, s.len);
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] != '\r')
			str_addc(out, s.ptr[i]);
}

static void current_bytes(struct resolver *r, struct span base, struct str *out)
{
	const struct file_change *changes;
	size_t n;

	str_reset(out);
	ok(resolver_changes(r, &changes, &n));
	str_add_span(out, n ? changes[0].bytes : base);
}

/* Bytes at the start and at the end that a and b share. */
static void shared(struct span a, struct span b, size_t *head, size_t *tail)
{
	size_t most = a.len < b.len ? a.len : b.len;

	*head = *tail = 0;
	while (*head < most && a.ptr[*head] == b.ptr[*head])
		++*head;
	while (*tail < most - *head && a.ptr[a.len - 1 - *tail] == b.ptr[b.len - 1 - *tail])
		++*tail;
}

/*
 * One random replacement of a piece of the current text: it happens where the piece
 * stands, if that is one place, and nothing else moves.
 */
static void one_edit(struct dice *d, struct resolver *r, struct span base, size_t index)
{
	struct str bytes = STR_INIT(1 << 20), now = bytes, find = bytes, got = bytes,
		   replace = bytes;
	struct edit edit = { .kind = EDIT_REPLACE, .file = "a.txt", .index = index };
	struct edit_result result;
	size_t start, end;
	ptrdiff_t at;

	current_bytes(r, base, &bytes);
	lf_view(str_span(&bytes), &now);
	start = roll(d, now.len);
	end = start + 1 + roll(d, 24);
	str_add_span(&find, span_cut(str_span(&now), start, end));
	str_addf(&replace, "<%zu%s>", index, roll(d, 3) ? "" : "\n|");
	edit.find = str_span(&find);
	edit.replace = str_span(&replace);
	edit_result_init(&result);
	if (edit.find.len && edit.find.ptr[0] != '\n' &&
	    edit.find.ptr[edit.find.len - 1] != '\n') {
		ok(resolver_apply(r, &edit, &result));
		current_bytes(r, base, &bytes);
		lf_view(str_span(&bytes), &got);
		at = span_find(str_span(&now), edit.find, 0);
		if (result.status == EDIT_APPLIED && !strcmp(result.rung, "literal") &&
		    span_find(str_span(&now), edit.find, (size_t)at + 1) < 0) {
			size_t head, tail;

			/* Blanks around a whole line may go with it; nothing else. */
			shared(str_span(&now), str_span(&got), &head, &tail);
			assert_true(head + 3 >= (size_t)at);
			assert_true(now.len - tail <= (size_t)at + edit.find.len + 3);
			assert_non_null(strstr(got.buf, "<"));
		} else if (result.status != EDIT_APPLIED) {
			assert_true(span_eq(str_span(&got), str_span(&now)));
		}
	}
	edit_result_release(&result);
	str_release(&bytes);
	str_release(&now);
	str_release(&find);
	str_release(&got);
	str_release(&replace);
}

static void test_random_edits(void **state)
{
	struct dice d = { 0x1234567 };

	(void)state;
	for (size_t round = 0; round < ROUNDS; round++) {
		struct str base = STR_INIT(1 << 20);
		struct case_file tree[CASE_FILES] = { { "a.txt", { NULL, 0 }, 0 } };
		struct source source;
		struct resolver *r;

		make_text(&d, &base);
		tree[0].bytes = str_span(&base);
		r = fake_resolver(&source, tree);
		for (size_t i = 0; i < 12; i++)
			one_edit(&d, r, str_span(&base), i);
		resolver_free(r);
		str_release(&base);
	}
}

/* The changes of a text, made by hand on a copy of its view. */
static void test_transcript(void **state)
{
	struct dice d = { 99 };

	(void)state;
	for (size_t round = 0; round < ROUNDS; round++) {
		struct str base = STR_INIT(1 << 20), want = base, got = base;
		struct text t;
		struct changes ch;
		size_t taken_to = SIZE_MAX, n = 0;

		make_text(&d, &base);
		ok(text_init(&t, str_span(&base)));
		changes_init(&ch);
		str_add_span(&want, t.view);
		/* From the end, so that the copy's offsets stay those of the base. */
		for (size_t end = t.view.len; end > 0 && n < 10; n++) {
			size_t start = end - roll(&d, end < 20 ? end : 20);
			struct change *made, *conflict;
			struct written w = { .text = SPAN("(new)"), .edit = n };

			ok(changes_add(&ch, start, end, &w, &made, &conflict));
			assert_null(conflict);
			str_splice(&want, start, end, w.text);
			if (taken_to != SIZE_MAX && start < end && end - start > 1) {
				ok(changes_add(&ch, start + 1, end, &w, &made, &conflict));
				assert_non_null(conflict);
			}
			taken_to = start;
			end = start > 5 ? start - roll(&d, 5) - 1 : 0;
		}
		ok(changes_apply(&ch, &t, &got));
		{
			struct str view = STR_INIT(1 << 20);

			lf_view(str_span(&got), &view);
			assert_true(span_eq(str_span(&view), str_span(&want)));
			str_release(&view);
		}
		changes_release(&ch);
		text_release(&t);
		str_release(&base);
		str_release(&want);
		str_release(&got);
	}
}

/* What one resolver made of a file, another one undoes. */
static void test_inverse(void **state)
{
	struct dice d = { 7 };

	(void)state;
	for (size_t round = 0; round < ROUNDS; round++) {
		struct str base = STR_INIT(1 << 20), there = base, find = base, back = base;
		struct case_file tree[CASE_FILES] = { { "a.txt", { NULL, 0 }, 0 } };
		struct edit edit = { .kind = EDIT_REPLACE, .file = "a.txt",
				     .replace = SPAN("unique text;") };
		struct edit_result result;
		struct source source;
		struct resolver *r;
		struct text t;
		size_t line;

		make_text(&d, &base);
		ok(text_init(&t, str_span(&base)));
		line = roll(&d, t.n_lines);
		str_add_span(&find, text_line(&t, line));
		edit.find = str_span(&find);
		tree[0].bytes = str_span(&base);
		r = fake_resolver(&source, tree);
		edit_result_init(&result);
		ok(resolver_apply(r, &edit, &result));
		current_bytes(r, str_span(&base), &there);
		resolver_free(r);
		if (result.status == EDIT_APPLIED) {
			struct edit undo = edit;

			undo.find = edit.replace;
			undo.replace = edit.find;
			tree[0].bytes = str_span(&there);
			r = fake_resolver(&source, tree);
			ok(resolver_apply(r, &undo, &result));
			assert_int_equal(result.status, EDIT_APPLIED);
			current_bytes(r, str_span(&there), &back);
			assert_true(span_eq(str_span(&back), str_span(&base)));
			resolver_free(r);
		}
		edit_result_release(&result);
		text_release(&t);
		str_release(&base);
		str_release(&there);
		str_release(&find);
		str_release(&back);
	}
}

static void add_line(struct dice *d, struct str *out, bool hidden)
{
	static const char *const parts[] = { "abcde", "fghij", "x-y", "\"q\"",
		"\xe2\x80\x9cq\xe2\x80\x9d", "cafe\xcc\x81", "caf\xc3\xa9", " ", "  ", "\t",
		"\xe2\x80\x93", "\xff", "ab\xe2\x80\x8b" "cde", "\xc2\xad" };
	size_t n = 1 + roll(d, 3);

	for (size_t i = 0; i < n; i++)
		str_adds(out, parts[roll(d, ARRAY_SIZE(parts) - (hidden ? 0 : 2))]);
	str_addc(out, '\n');
}

/* With an index or without: a block stands where all its lines read alike. */
static void test_blocks(void **state)
{
	struct dice d = { 11 };

	(void)state;
	for (size_t round = 0; round < 20 * ROUNDS; round++) {
		struct str file = STR_INIT(1 << 16), find = file;
		struct offsets at = { .n = 0 };
		struct draft draft;
		struct lines block;

		for (size_t i = 0; i < 30; i++)
			add_line(&d, &file, round % 2);
		for (size_t i = 0; i < 1 + round % 2; i++)
			add_line(&d, &find, round % 3);
		ok(draft_init(&draft, "a.txt", str_span(&file)));
		ok(lines_split(&block, str_span(&find)));
		ok(draft_find_block(&draft, block.v, block.n, &at));
		for (size_t i = 0; i + block.n <= draft.text.n_lines; i++) {
			size_t k = 0, hits = 0;

			while (k < block.n && fold_same(text_line(&draft.text, i + k),
							block.v[k], FOLD_UNICODE))
				k++;
			for (size_t j = 0; j < at.n; j++)
				hits += at.v[j] == i;
			/* Of blank lines alone no block is made. */
			if (k == block.n && fold_hash(block.v[0]))
				assert_int_equal(hits, 1);
			if (k < block.n)
				assert_int_equal(hits, 0);
		}
		offsets_release(&at);
		lines_release(&block);
		draft_release(&draft);
		str_release(&file);
		str_release(&find);
	}
}

static size_t longest_common(const struct lines *a, const struct lines *b)
{
	size_t best[31][31] = { { 0 } };

	for (size_t i = 1; i <= a->n; i++)
		for (size_t j = 1; j <= b->n; j++) {
			size_t up = best[i - 1][j], left = best[i][j - 1];

			best[i][j] = up > left ? up : left;
			if (span_eq(a->v[i - 1], b->v[j - 1]))
				best[i][j] = best[i - 1][j - 1] + 1;
		}
	return best[a->n][b->n];
}

/* A diff's lines stand where it says, in order, and there could not be more. */
static void test_linediff(void **state)
{
	struct dice d = { 5 };

	(void)state;
	for (size_t round = 0; round < ROUNDS; round++) {
		struct span a_lines[30], b_lines[30];
		static const char letters[] = "abcde";
		struct lines a = { a_lines, roll(&d, 30), true };
		struct lines b = { b_lines, roll(&d, 30), true };
		size_t from[30], last = 0, kept = 0;
		bool exact;

		for (size_t i = 0; i < a.n; i++)
			a.v[i] = (struct span){ letters + roll(&d, 5), 1 };
		for (size_t i = 0; i < b.n; i++)
			b.v[i] = (struct span){ letters + roll(&d, 5), 1 };
		ok(linediff(&a, &b, from, &exact));
		assert_true(exact);
		for (size_t j = 0; j < b.n; j++) {
			if (from[j] == LINEDIFF_NEW)
				continue;
			assert_true(from[j] < a.n && (!kept || from[j] > last));
			assert_true(span_eq(a.v[from[j]], b.v[j]));
			last = from[j];
			kept++;
		}
		assert_int_equal(kept, longest_common(&a, &b));
	}
}

/* Lines against a naive count, at every length that a pass in blocks could get wrong. */
static void test_lines(void **state)
{
	struct dice d = { 11 };

	(void)state;
	for (size_t round = 0; round < 2000; round++) {
		static const char kinds[] = "\n\n\r\xe9 ab";
		size_t len = round % 300, dense = roll(&d, 40), lines = 0;
		char *bytes = malloc(len ? len : 1);
		bool ascii = true, starts = true;
		struct text t;

		assert_non_null(bytes);
		for (size_t i = 0; i < len; i++) {
			bytes[i] = roll(&d, dense) ? 'x' : kinds[roll(&d, sizeof(kinds) - 1)];
			ascii &= (unsigned char)bytes[i] < 0x80;
		}
		ok(text_init(&t, (struct span){ bytes, len }));
		assert_int_equal(t.ascii, ascii);
		for (size_t i = 0; i < t.view.len; i++) {
			if (starts)
				assert_int_equal(t.start[lines++], i);
			starts = t.view.ptr[i] == '\n';
			assert_false(starts && i && t.view.ptr[i - 1] == '\r' &&
				     t.base.len == t.view.len);
		}
		assert_int_equal(t.n_lines, lines);
		assert_int_equal(t.start[lines], t.view.len);
		text_release(&t);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_edits), cmocka_unit_test(test_transcript),
		cmocka_unit_test(test_inverse),      cmocka_unit_test(test_linediff),
		cmocka_unit_test(test_blocks),       cmocka_unit_test(test_lines),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
