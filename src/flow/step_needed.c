/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which hunks a fix is owed to: each is dropped in turn and the checks run again. One
 * without which they pass as well is idle: it is named, or dropped for good.
 *
 * Not tried are files added or removed whole, tests, documents and comments: no check
 * is about them. Nor is a fix of rules alone: each of their edits is for a diagnostic.
 */
#include "flow/steps.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "edit/block.h"
#include "edit/language.h"
#include "edit/linediff.h"
#include "edit/symbols.h"
#include "repo/quarantine.h"
#include "repo/tree.h"
#include "sys/clock.h"
#include "verify/testfiles.h"

#define TRIALS_MAX 32
#define SHARE_OF_TIME 4       /* at most a quarter of what is left */
#define UNASKED_MAX_MS 30000  /* in all */
#define LOSS_MS 2000          /* what a trial may take beyond three times the last check */
#define HUNKS_MAX 2000
#define FILE_MAX_BYTES ((size_t)64 << 20)

struct hunk {
	size_t file;       /* of run->changed */
	size_t line;       /* in the result, from 1 */
	size_t start, end; /* in the result's bytes */
	struct span old;   /* what stood there */
	bool idle;
};

struct needed {
	struct repo_source *old, *now;
	struct hunk *hunks;
	size_t n, cap;
	size_t group;     /* hunks dropped at once */
	size_t at;        /* the first hunk of the trial under way */
	bool removing;    /* the trial under way drops all that are idle */
	struct oid tree;  /* what it is on */
	struct prove *prove;
	int64_t stop_ms, last_ms;
};

void needed_free(struct needed *needed)
{
	if (!needed)
		return;
	prove_free(needed->prove);
	repo_source_free(needed->old);
	repo_source_free(needed->now);
	free(needed->hunks);
	free(needed);
}

static bool is_document(const char *path)
{
	static const char *const names[] = {
		"*.md", "*.rst", "*.adoc", "README*", "NEWS*", "CHANGES*", "ChangeLog*",
		"CHANGELOG*",
	};
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!fnmatch(names[i], slash ? slash + 1 : path, 0))
			return true;
	return false;
}

static bool is_test(const struct run *run, const char *path)
{
	const struct check_list *checks = run->options.checks;

	for (size_t i = 0; i < checks->n; i++) {
		const char *command = checks->v[i].command;
		enum test_file kind = test_file_of(path, &command, 1);

		if (kind != TEST_FILE_NONE && kind != TEST_FILE_RECIPE)
			return true;
	}
	return false;
}

/* Whether both say the same, comments and blanks aside. */
static bool only_comments(const struct lines *a, size_t a0, size_t a1, const struct lines *b,
			  size_t b0, size_t b1)
{
	while (true) {
		while (a0 < a1 && !span_trim(a->v[a0]).len)
			a0++;
		while (b0 < b1 && !span_trim(b->v[b0]).len)
			b0++;
		if (a0 == a1 || b0 == b1)
			return a0 == a1 && b0 == b1;
		if (!span_eq(span_trim(a->v[a0++]), span_trim(b->v[b0++])))
			return false;
	}
}

/* A file's two sides, as they are and with comments and strings blanked. */
struct sides {
	struct span old, now;
	struct lines a, b, bare_a, bare_b;
	char *blank_a, *blank_b;
	size_t *from;
};

static void sides_release(struct sides *s)
{
	lines_release(&s->a);
	lines_release(&s->b);
	lines_release(&s->bare_a);
	lines_release(&s->bare_b);
	free(s->blank_a);
	free(s->blank_b);
	free(s->from);
}

static struct err *sides_read(struct sides *s, const char *path)
{
	enum language language = language_of(path, span_cut(s->old, 0, 256));
	bool exact;
	struct err *err = lines_split(&s->a, s->old);

	if (!err)
		err = lines_split(&s->b, s->now);
	if (err)
		return err;
	s->blank_a = symbols_blank(s->old, language);
	s->blank_b = symbols_blank(s->now, language);
	s->from = calloc(s->b.n + 1, sizeof(*s->from));
	if (!s->blank_a || !s->blank_b || !s->from)
		return err_nomem();
	err = lines_split(&s->bare_a, (struct span){ s->blank_a, s->old.len });
	if (!err)
		err = lines_split(&s->bare_b, (struct span){ s->blank_b, s->now.len });
	return err ? err : linediff(&s->a, &s->b, s->from, &exact);
}

static size_t offset_of(const struct lines *lines, size_t i, struct span text)
{
	return i < lines->n ? (size_t)(lines->v[i].ptr - text.ptr) : text.len;
}

/* Only words of code make a comment one: of other languages nothing is known. */
static bool is_idle_by_nature(const struct sides *s, const char *path, size_t a0, size_t a1,
			      size_t b0, size_t b1)
{
	bool known = language_of(path, span_cut(s->old, 0, 256)) != LANGUAGE_OTHER;
	bool strings = false;

	/* Blanking takes strings away as well: a hunk of those is no comment. */
	for (size_t i = a0; i < a1; i++)
		strings = strings || span_findc(s->a.v[i], '"', 0) >= 0 ||
			  span_findc(s->a.v[i], '\'', 0) >= 0;
	for (size_t i = b0; i < b1; i++)
		strings = strings || span_findc(s->b.v[i], '"', 0) >= 0 ||
			  span_findc(s->b.v[i], '\'', 0) >= 0;
	if (!known || strings)
		return only_comments(&s->a, a0, a1, &s->b, b0, b1);
	return only_comments(&s->bare_a, a0, a1, &s->bare_b, b0, b1);
}

static struct err *add_hunk(struct needed *needed, const struct hunk *hunk)
{
	if (needed->n == needed->cap) {
		size_t cap = needed->cap ? needed->cap * 2 : 16;
		struct hunk *grown = realloc(needed->hunks, cap * sizeof(*grown));

		if (!grown)
			return err_nomem();
		needed->hunks = grown;
		needed->cap = cap;
	}
	needed->hunks[needed->n++] = *hunk;
	return NULL;
}

static struct err *cut_hunks(struct needed *needed, size_t file, const char *path,
			     const struct sides *s)
{
	size_t i = 0, j = 0;
	struct err *err = NULL;

	while (!err && (i < s->a.n || j < s->b.n)) {
		size_t i0 = i, j0 = j;

		if (j < s->b.n && s->from[j] == i) {
			i++;
			j++;
			continue;
		}
		while (j < s->b.n && s->from[j] == LINEDIFF_NEW)
			j++;
		i = j < s->b.n ? s->from[j] : s->a.n;
		if (is_idle_by_nature(s, path, i0, i, j0, j))
			continue;
		err = add_hunk(needed, &(struct hunk){
			.file = file,
			.line = j0 + 1,
			.start = offset_of(&s->b, j0, s->now),
			.end = offset_of(&s->b, j, s->now),
			.old = span_cut(s->old, offset_of(&s->a, i0, s->old),
					offset_of(&s->a, i, s->old)),
		});
	}
	return err;
}

static struct err *read_file(struct needed *needed, const char *path, struct source_entry *a,
			     struct source_entry *b)
{
	struct err *err = repo_source(needed->old)->read(repo_source(needed->old)->ctx, path, a);

	return err ? err : repo_source(needed->now)->read(repo_source(needed->now)->ctx, path, b);
}

static bool is_text(const struct source_entry *entry)
{
	return (entry->kind == SOURCE_FILE || entry->kind == SOURCE_EXECUTABLE) &&
	       !text_refusal(entry->bytes);
}

static struct err *find_hunks(struct run *run, struct needed *needed)
{
	struct err *err = repo_source_new(&needed->old, run->env.repo, &run->base_tree);

	if (!err)
		err = repo_source_new(&needed->now, run->env.repo, &run->tree);
	for (size_t i = 0; !err && i < run->changed.n; i++) {
		const char *path = run->changed.v[i];
		struct source_entry a, b;
		struct sides sides = { .from = NULL };

		if (is_document(path) || is_test(run, path))
			continue;
		err = read_file(needed, path, &a, &b);
		if (err || a.kind != b.kind || !is_text(&a) || !is_text(&b))
			continue;
		sides.old = a.bytes;
		sides.now = b.bytes;
		err = sides_read(&sides, path);
		if (!err)
			err = cut_hunks(needed, i, path, &sides);
		sides_release(&sides);
	}
	return err;
}

static bool is_dropped(const struct needed *needed, size_t i)
{
	if (needed->removing)
		return needed->hunks[i].idle;
	return i >= needed->at && i < needed->at + needed->group;
}

/* The tree without the hunks that are dropped. */
static struct err *make_tree(struct run *run, struct needed *needed)
{
	struct file_change *changes = calloc(run->changed.n + 1, sizeof(*changes));
	struct str *texts = calloc(run->changed.n + 1, sizeof(*texts));
	size_t n = 0;
	struct err *err = changes && texts ? NULL : err_nomem();

	for (size_t i = 0; !err && i < needed->n;) {
		size_t file = needed->hunks[i].file, at = 0;
		struct source_entry a, b;
		struct str *text = &texts[n];
		bool any = false;

		str_init(text, FILE_MAX_BYTES);
		err = read_file(needed, run->changed.v[file], &a, &b);
		for (; !err && i < needed->n && needed->hunks[i].file == file; i++) {
			const struct hunk *hunk = &needed->hunks[i];

			if (!is_dropped(needed, i))
				continue;
			str_add_span(text, span_cut(b.bytes, at, hunk->start));
			str_add_span(text, hunk->old);
			at = hunk->end;
			any = true;
		}
		if (err || !any)
			continue;
		str_add_span(text, span_cut(b.bytes, at, b.bytes.len));
		err = str_err(text, "file without a hunk");
		changes[n].path = run->changed.v[file];
		changes[n].kind = b.kind;
		changes[n++].bytes = str_span(text);
	}
	if (!err)
		err = candidate_tree(run->env.repo, &run->tree, changes, n, &needed->tree);
	for (size_t i = 0; texts && i <= run->changed.n; i++)
		str_release(&texts[i]);
	free(texts);
	free(changes);
	return err;
}

static struct err *start_trial(struct run *run)
{
	struct needed *needed = run->needed;
	struct prove_spec spec = run_prove_spec(run, &needed->tree);
	int64_t until_ms = deadline_after_ms(clock_mono_ms(), 3 * needed->last_ms + LOSS_MS);
	struct err *err = make_tree(run, needed);

	if (err)
		return err;
	if (until_ms < spec.deadline_ms)
		spec.deadline_ms = until_ms;
	spec.changed = argv_list(&run->changed);
	spec.n_changed = run->changed.n;
	prove_free(needed->prove);
	needed->prove = NULL;
	err = prove_start(&needed->prove, &spec, run_on_stage, run);
	if (!err)
		run_wait(run, STEP_TRIED);
	return err;
}

/* How many trials there is time for; few hunks need few. */
static size_t trials_for(struct run *run, struct needed *needed)
{
	int64_t left_ms = deadline_left_ms(run->deadline_ms, clock_mono_ms()) / SHARE_OF_TIME;

	if (left_ms > UNASKED_MAX_MS && run->options.idle == IDLE_NAME)
		left_ms = UNASKED_MAX_MS;
	needed->last_ms = prove_ms(run->after) + 1;
	needed->stop_ms = deadline_after_ms(clock_mono_ms(), left_ms);
	left_ms /= needed->last_ms;
	return left_ms > TRIALS_MAX ? TRIALS_MAX : (size_t)left_ms;
}

struct err *step_needed(struct run *run)
{
	struct needed *needed;
	size_t trials;
	struct err *err;

	run->step = STEP_REVIEW;
	if (run->report.outcome != OUTCOME_FIXED || run->options.idle == IDLE_OFF ||
	    run_only_rules(run))
		return NULL;
	needed_free(run->needed);
	run->needed = needed = calloc(1, sizeof(*needed));
	if (!needed)
		return err_nomem();
	err = find_hunks(run, needed);
	trials = trials_for(run, needed);
	/* One group of many says nothing that is not known. */
	if (err || !needed->n || needed->n > HUNKS_MAX || !trials ||
	    (trials == 1 && needed->n > 1))
		return err;
	needed->group = (needed->n + trials - 1) / trials;
	run_stage(run, "looking which hunks are needed");
	return start_trial(run);
}

static size_t count_idle(const struct needed *needed)
{
	size_t n = 0;

	for (size_t i = 0; i < needed->n; i++)
		n += needed->hunks[i].idle;
	return n;
}

static struct err *tell(struct run *run, bool removed)
{
	struct needed *needed = run->needed;
	struct report *report = &run->report;
	size_t n = count_idle(needed);

	report->hunks.tried = needed->n;
	report->hunks.needed = needed->n - n;
	report->hunks.removed = removed;
	report->hunks.idle = arena_array(&report->arena, n + 1, sizeof(*report->hunks.idle));
	if (!report->hunks.idle)
		return arena_err(&report->arena, "report");
	for (size_t i = 0; i < needed->n; i++) {
		const struct hunk *hunk = &needed->hunks[i];
		struct idle_report *row = &report->hunks.idle[report->hunks.n_idle];

		if (!hunk->idle)
			continue;
		row->file = arena_dups(&report->arena, run->changed.v[hunk->file]);
		row->line = hunk->line;
		if (!row->file)
			return arena_err(&report->arena, "report");
		report->hunks.n_idle++;
		events_emit(run->env.events, removed ? EVENT_NOTE : EVENT_WARNING,
			    "%s:%zu: the checks pass without this hunk%s", row->file, row->line,
			    removed ? ", so it is left out" : "");
	}
	return NULL;
}

/* What was tried is the base itself, and what failed there before passes now. */
static void mark_flaky(struct run *run, const struct check_result *trial)
{
	struct check_result *before = prove_results(run->before);

	for (size_t i = 0; i < run->options.checks->n; i++)
		if (trial[i].status == CHECK_PASS && (before[i].status == CHECK_FAIL ||
						      before[i].status == CHECK_TIMEOUT))
			before[i].flaky = true;
}

static bool passes(const struct run *run, const struct needed *needed)
{
	return verdict(prove_results(run->before), prove_results(needed->prove),
		       run->options.checks->n) == OUTCOME_FIXED;
}

/* The idle hunks are gone for good, if the checks pass without all of them as well. */
static struct err *take_smaller(struct run *run)
{
	struct needed *needed = run->needed;
	bool removed = passes(run, needed);
	struct err *err = tell(run, removed);

	if (err || !removed)
		return err;
	run->tree = needed->tree;
	run->report.tree = needed->tree;
	run->landings[run->n_landings - 1].tree = needed->tree;
	prove_free(run->after);
	run->after = needed->prove;
	needed->prove = NULL;
	err = report_set_checks(&run->report, run->options.checks, prove_results(run->before),
				prove_results(run->after));
	return err ? err : run_measure(run);
}

static struct err *judge_again(struct run *run)
{
	run->report.outcome = verdict(prove_results(run->before), prove_results(run->after),
				      run->options.checks->n);
	events_emit(run->env.events, EVENT_WARNING,
		    "a check failed on the base, and passed when it ran there again: "
		    "it is flaky and shows nothing");
	return report_set_checks(&run->report, run->options.checks, prove_results(run->before),
				 prove_results(run->after));
}

struct err *step_tried(struct run *run)
{
	struct needed *needed = run->needed;
	bool idle;
	struct err *err;

	if (!run_stage_ended(run, &err))
		return NULL;
	run->step = STEP_REVIEW;
	if (err)
		return err;
	run->report.timings.verify_ms += prove_ms(needed->prove);
	if (needed->removing)
		return take_smaller(run);
	idle = passes(run, needed);
	if (idle && oid_eq(&needed->tree, &run->before_tree)) {
		mark_flaky(run, prove_results(needed->prove));
		return judge_again(run);
	}
	for (size_t i = needed->at; i < needed->n && i < needed->at + needed->group; i++)
		needed->hunks[i].idle = idle;
	needed->at += needed->group;
	if (needed->at < needed->n) {
		if (clock_mono_ms() < needed->stop_ms)
			return start_trial(run);
		events_emit(run->env.events, EVENT_DETAIL,
			    "no time to find out which hunks are needed");
		return NULL;
	}
	/* Of several commits each would have to be made smaller. */
	if (!count_idle(needed) || run->options.idle != IDLE_REMOVE || run->n_landings > 1)
		return tell(run, false);
	needed->removing = true;
	run_stage(run, "checking the result without its idle hunks");
	return start_trial(run);
}
