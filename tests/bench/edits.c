/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench-edits: the edit engine against history.
 *
 * usage: bench-edits [-s <seed>] [-v] <hunks
 *
 * Hunks (tests/bench/hunks.py) become find/replace edits as a perfect planner would
 * write them, are damaged in the ways of sample.c, and are scored: right is the
 * file as the commit left it, byte for byte; where nothing can be right, refused
 * is. The exit status is 1 when anything is wrong, or an exact find not right.
 *
 * A kind with ! before it is to be refused, by reasoning of the bench's own, which stands
 * at the head of damage_refuse.c; of those that are unclear a guess that hits is wrong
 * too. Of a kind with ~ nothing is asked (damage_tabs.c); it is in no sum.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/compiler.h"
#include "edit/resolve.h"
#include "sample.h"

struct score {
	size_t n, right, refused, blanks, wrong;
	size_t edits; /* more than n where a plan has several */
	double seconds;
};

static bool verbose;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static struct span file_bytes;

static struct err *read_one(void *ctx, const char *path, struct source_entry *out)
{
	(void)ctx, (void)path;
	*out = (struct source_entry){ SOURCE_FILE, file_bytes };
	return NULL;
}

static void die(struct err *err)
{
	fprintf(stderr, "bench-edits: %s\n", err_text(err));
	exit(2);
}

static bool same_but(struct span a, struct span b, const char *ignored)
{
	size_t i = 0, j = 0;

	for (;;) {
		while (i < a.len && strchr(ignored, a.ptr[i]))
			i++;
		while (j < b.len && strchr(ignored, b.ptr[j]))
			j++;
		if (i == a.len || j == b.len)
			return i == a.len && j == b.len;
		if (a.ptr[i++] != b.ptr[j++])
			return false;
	}
}

static void show(const char *what, const struct trial *t, struct span got,
		 const struct edit_result *result)
{
	printf("--- %s: %s, rung %s: %s\n--- find\n%s--- replace\n%s", what,
	       edit_status_name(result->status), result->rung ? result->rung : "-",
	       result->reason.buf, t->find.buf, t->replace.buf);
	if (got.len) {
		size_t i = 0, from;

		while (i < got.len && i < t->want.len && got.ptr[i] == t->want.buf[i])
			i++;
		from = i > 80 ? i - 80 : 0;
		printf("--- got, at %zu\n%.*s\n--- want\n%.*s\n", i,
		       (int)(got.len - from < 400 ? got.len - from : 400), got.ptr + from,
		       (int)(t->want.len - from < 400 ? t->want.len - from : 400),
		       t->want.buf + from);
	}
}

static void judge(const struct damage *damage, const struct trial *t, struct span got,
		  bool refused, const struct edit_result *result, struct score *score)
{
	const char *what = NULL;

	score->n++;
	if (t->unasked) {
		score->refused += refused;
		score->blanks += !refused;
	} else if (refused && t->must_refuse) {
		score->right++;
	} else if (refused) {
		score->refused++;
		what = verbose ? "refused" : NULL;
	} else if ((!t->must_refuse || t->may_hit) &&
		   (span_eq(got, str_span(&t->want)) ||
		    (t->any_ends && same_but(got, str_span(&t->want), "\r")))) {
		score->right++;
	} else if (!t->must_refuse && same_but(got, str_span(&t->want), " \t\r\n")) {
		score->blanks++;
		what = "blanks";
	} else {
		score->wrong++;
		what = "WRONG";
	}
	if (what) {
		printf("=== %s\n", damage->name);
		show(what, t, got, result);
	}
}

static void run(const struct damage *damage, const struct sample *s, const struct trial *t,
		struct score *score)
{
	const struct source source = { .read = read_one };
	struct edit edit = { .kind = EDIT_REPLACE, .file = s->path,
			     .find = str_span(&t->find), .replace = str_span(&t->replace) };
	const struct file_change *changes;
	struct edit_result result;
	struct resolver *r;
	struct err *err;
	size_t n = 0;
	double start;

	edit_result_init(&result);
	file_bytes = str_span(&t->file);
	start = now();
	err = resolver_new(&r, &source);
	score->edits++;
	if (!err)
		err = resolver_apply(r, &edit, &result);
	if (!err)
		err = resolver_changes(r, &changes, &n);
	score->seconds += now() - start;
	if (err)
		die(err);
	judge(damage, t, n ? changes[0].bytes : SPAN(""),
	      !n && result.status != EDIT_APPLIED &&
	      (result.status != EDIT_SATISFIED || t->done), &result, score);
	resolver_free(r);
	edit_result_release(&result);
}

static bool is_unique(const struct sample *s)
{
	size_t start = (size_t)(s->file.v[s->first - s->above].ptr - s->before.ptr), end;
	struct span find;

	end = s->first + s->taken + s->below < s->file.n ?
	      (size_t)(s->file.v[s->first + s->taken + s->below].ptr - s->before.ptr) :
	      s->before.len;
	find = span_cut(s->before, start, end);
	return span_trim(find).len > 2 && span_find(s->before, find, 0) == (ptrdiff_t)start &&
	       span_find(s->before, find, start + 1) < 0;
}

/*
 * Whether all lines quoted end alike. A plan's text has no line ends of its own: where
 * they differ, or the commit changes them, it cannot say what the commit did.
 */
static bool ends_alike(const struct sample *s)
{
	size_t first = s->first - s->above, n = s->above + s->taken + s->below, ends[2] = { 0 };

	for (size_t i = 0; i < n + s->fresh.n; i++) {
		struct span line = i < n ? s->file.v[first + i] : s->fresh.v[i - n];

		if (span_ends(line, "\n"))
			ends[span_ends(line, "\r\n")]++;
	}
	return !ends[0] || !ends[1];
}

/* Context as a planner would quote it: one to three lines, more until it is unique. */
static bool choose_context(struct sample *s, struct dice *dice)
{
	size_t want = 1 + roll_below(dice, 3);

	if (s->first > s->file.n || s->taken > 200 || s->fresh.n > 200)
		return false;
	for (; want < 12; want++) {
		size_t rest = s->file.n - s->first - s->taken;

		s->above = s->first < want ? s->first : want;
		s->below = rest < want ? rest : want;
		if (s->above + s->taken + s->below && is_unique(s))
			return ends_alike(s);
	}
	return false;
}

static char *read_all(size_t *len)
{
	size_t cap = 1 << 20;
	char *buf = malloc(cap);

	*len = 0;
	for (;;) {
		size_t n = buf ? fread(buf + *len, 1, cap - *len, stdin) : 0;

		*len += n;
		if (!n)
			return buf;
		if (*len == cap)
			buf = realloc(buf, cap *= 2);
	}
}

/* Damage that makes one text of the file another one cannot be undone. */
static bool stands_elsewhere(const struct sample *s, const struct trial *t)
{
	size_t first = (size_t)(s->file.v[s->first - s->above].ptr - s->before.ptr);
	size_t last = s->first + s->taken + s->below;
	size_t end = last < s->file.n ? (size_t)(s->file.v[last].ptr - s->before.ptr) :
					s->before.len;
	ptrdiff_t at = -1;
	struct span find = span_trim(str_span(&t->find));

	while ((at = span_find(s->before, find, (size_t)(at + 1))) >= 0)
		if ((size_t)at < first || (size_t)at + find.len > end)
			return true;
	return false;
}

static bool is_as_quoted(const struct sample *s, const struct trial *t)
{
	return span_starts(span_cut(s->before,
				    (size_t)(s->file.v[s->first - s->above].ptr -
					     s->before.ptr), s->before.len), t->find.buf);
}

static void run_sample(struct sample *s, struct dice *dice, struct score *scores)
{
	struct trial trial;
	bool ended = span_ends(s->before, "\n"), stays, vague;

	if (!choose_context(s, dice))
		return;
	vague = sample_is_vague(s);
	/* A commit that closes or opens the end of the file is exact or nothing. */
	stays = s->first + s->taken < s->file.n || !s->fresh.n ||
		ended == span_ends(s->fresh.v[s->fresh.n - 1], "\n");
	if (!stays && ended)
		return;
	trial_init(&trial);
	for (size_t k = 0; k < (stays ? n_damages : 1); k++) {
		trial_reset(&trial);
		if (damages[k].make(s, &trial, dice) && trial.find.len &&
		    !span_eq(str_span(&trial.find), str_span(&trial.replace)) &&
		    (trial.must_refuse || (!stands_elsewhere(s, &trial) &&
					   (!vague || is_as_quoted(s, &trial)))))
			run(&damages[k], s, &trial, &scores[k]);
	}
	trial_release(&trial);
}

/* All hunks of one file of a commit, as one plan. */
#define COMMIT_HUNKS 40

struct commit {
	struct sample hunks[COMMIT_HUNKS];
	size_t n;
};

/* Context that keeps off the lines of the hunks next to it. */
static bool choose_between(struct commit *c, size_t i)
{
	struct sample *s = &c->hunks[i];
	size_t low = i ? s[-1].first + s[-1].taken : 0;
	size_t high = i + 1 < c->n ? s[1].first : s->file.n;

	if (s->first < low || s->first + s->taken > high)
		return false;
	for (size_t want = 1; want < 12; want++) {
		s->above = s->first - low < want ? s->first - low : want;
		s->below = high - s->first - s->taken < want ? high - s->first - s->taken : want;
		if (s->above + s->taken + s->below && is_unique(s))
			return ends_alike(s);
	}
	return false;
}

static void want_all(const struct commit *c, struct trial *t)
{
	const struct sample *s = c->hunks;
	size_t line = 0;

	str_add_span(&t->file, s->before);
	for (size_t i = 0; i < c->n; i++) {
		for (; line < s[i].first; line++)
			str_add_span(&t->want, s->file.v[line]);
		for (size_t k = 0; k < s[i].fresh.n; k++)
			str_add_span(&t->want, s[i].fresh.v[k]);
		line = s[i].first + s[i].taken;
	}
	for (; line < s->file.n; line++)
		str_add_span(&t->want, s->file.v[line]);
}

/* Finds and replaces of one hunk, damaged in some way that fits it. */
static void make_part(const struct sample *s, struct trial *t, struct dice *dice, bool damaged)
{
	size_t k = damaged ? roll_below(dice, 8) : 0;

	trial_reset(t);
	if (!damages[k].make(s, t, dice) || !t->find.len || sample_is_vague(s) ||
	    stands_elsewhere(s, t)) {
		trial_reset(t);
		(void)damages[0].make(s, t, dice);
	}
}

static void run_commit(struct commit *c, struct dice *dice, bool damaged, struct score *score)
{
	static const struct damage whole = { "whole commit", NULL };
	const struct source source = { .read = read_one };
	const struct file_change *changes;
	struct trial all, parts[COMMIT_HUNKS];
	struct edit_result result;
	struct resolver *r;
	bool applied = true;
	size_t n = 0;
	double start;
	struct err *err;

	trial_init(&all);
	want_all(c, &all);
	for (size_t i = 0; i < c->n; i++) {
		trial_init(&parts[i]);
		make_part(&c->hunks[i], &parts[i], dice, damaged);
	}
	file_bytes = str_span(&all.file);
	edit_result_init(&result);
	start = now();
	err = resolver_new(&r, &source);
	for (size_t i = 0; i < c->n && !err && applied; i++) {
		struct edit edit = { .kind = EDIT_REPLACE, .file = c->hunks[i].path, .index = i,
				     .find = str_span(&parts[i].find),
				     .replace = str_span(&parts[i].replace) };

		err = resolver_apply(r, &edit, &result);
		score->edits++;
		applied = result.status == EDIT_APPLIED;
		if (!applied)
			all.find = parts[i].find;
	}
	if (!err)
		err = resolver_changes(r, &changes, &n);
	score->seconds += now() - start;
	if (err)
		die(err);
	judge(&whole, &all, n ? changes[0].bytes : SPAN(""), !applied, &result, score);
	str_init(&all.find, SAMPLE_MAX_BYTES);
	resolver_free(r);
	edit_result_release(&result);
	for (size_t i = 0; i < c->n; i++)
		trial_release(&parts[i]);
	trial_release(&all);
}

/* Commits that open or close the end of the file are left to single hunks. */
static void run_commits(struct commit *c, struct dice *dice, struct score *scores)
{
	const struct sample *last = c->n ? &c->hunks[c->n - 1] : NULL;
	bool good = c->n > 1 && last->first + last->taken < last->file.n;

	for (size_t i = 0; i < c->n && good; i++)
		good = choose_between(c, i) && c->hunks[i].taken < 200 &&
		       c->hunks[i].fresh.n < 200;
	if (!good)
		return;
	run_commit(c, dice, false, &scores[n_damages]);
	run_commit(c, dice, true, &scores[n_damages + 1]);
}

static void run_all(struct span in, struct dice *dice, struct score *scores)
{
	struct span previous = SPAN("");

	while (in.len) {
		size_t path_len, len, hunks;
		struct span head;
		struct sample s = { .other = previous };
		struct commit commit = { .n = 0 };
		char *path;

		if (!span_line(&in, &head) ||
		    sscanf(head.ptr, "file %zu %zu %zu", &path_len, &len, &hunks) != 3)
			break;
		/* Half a commit, or a damaged one, need not leave JSON behind. */
		if (asprintf(&path, "%.*s%s", (int)path_len, in.ptr,
			     span_ends(span_cut(in, 0, path_len), ".json") ? "c" : "") < 0)
			break;
		s.path = path;
		s.before = span_cut(in, path_len, path_len + len);
		in = span_cut(in, path_len + len, in.len);
		s.file = bench_split(s.before);
		for (size_t i = 0; i < hunks; i++) {
			size_t bytes;

			span_line(&in, &head);
			if (sscanf(head.ptr, "hunk %zu %zu %zu", &s.first, &s.taken,
				   &bytes) != 3)
				break;
			s.fresh = bench_split(span_cut(in, 0, bytes));
			in = span_cut(in, bytes, in.len);
			run_sample(&s, dice, scores);
			if (commit.n < COMMIT_HUNKS)
				commit.hunks[commit.n++] = s;
			else
				free(s.fresh.v);
		}
		if (commit.n == hunks)
			run_commits(&commit, dice, scores);
		for (size_t i = 0; i < commit.n; i++)
			free(commit.hunks[i].fresh.v);
		previous = s.before;
		free(s.file.v);
		free(path);
	}
}

static int report(const struct score *scores, uint64_t seed)
{
	struct score all = { .n = 0 };

	printf("%-28s %7s %7s %7s %7s %7s %7s %5s\n", "seed", "edits", "right", "refused",
	       "blanks", "WRONG", "right", "us");
	for (size_t k = 0; k < n_damages + 2; k++) {
		const struct score *s = &scores[k];

		if (k < n_damages && *damages[k].name == '~') {
			printf("%-28s %7zu %7s %7zu %7zu\n", damages[k].name, s->n, "-",
			       s->refused, s->blanks);
			continue;
		}
		if (s->n)
			printf("%-28s %7zu %7zu %7zu %7zu %7zu %6.1f%% %5.0f\n",
			       k < n_damages ? damages[k].name :
			       k == n_damages ? "whole commits" : "whole commits, damaged",
			       s->n, s->right, s->refused, s->blanks, s->wrong,
			       100.0 * (double)s->right / (double)s->n,
			       1e6 * s->seconds / (double)s->edits);
		all.n += s->n;
		all.edits += s->edits;
		all.right += s->right;
		all.refused += s->refused;
		all.blanks += s->blanks;
		all.wrong += s->wrong;
		all.seconds += s->seconds;
	}
	printf("%-28llu %7zu %7zu %7zu %7zu %7zu %6.1f%%\n", (unsigned long long)seed, all.n,
	       all.right, all.refused, all.blanks, all.wrong,
	       all.n ? 100.0 * (double)all.right / (double)all.n : 0);
	printf("%.0f edits per second of CPU\n", all.seconds > 0 ? (double)all.edits / all.seconds : 0);
	return all.wrong || all.blanks || scores[0].right != scores[0].n;
}

int main(int argc, char **argv)
{
	struct score *scores = calloc(n_damages + 2, sizeof(*scores));
	struct dice dice = { 1 };
	size_t len;
	char *in;
	int opt, bad;

	while ((opt = getopt(argc, argv, "s:v")) != -1) {
		if (opt == 's')
			dice.state = strtoull(optarg, NULL, 10) * 2 + 1;
		else if (opt == 'v')
			verbose = true;
		else
			return 129;
	}
	uint64_t seed = dice.state / 2;

	dice.state = dice.state * 0x9e3779b97f4a7c15u | 1;
	in = read_all(&len);
	if (!in || !scores)
		return 2;
	run_all((struct span){ in, len }, &dice, scores);
	bad = report(scores, seed);
	free(scores);
	free(in);
	return bad;
}
