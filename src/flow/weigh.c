/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a change makes tests ask less, or answers them by heart: looked at before any
 * check runs on it, since a check cannot see that.
 */
#include "flow/steps.h"

#include <stdlib.h>

#include "repo/tree.h"
#include "verify/answers.h"
#include "verify/testfiles.h"
#include "verify/weakened.h"

#define NAMES_MAX_BYTES ((size_t)16 << 20)
#define WHY_MAX_BYTES ((size_t)1 << 20)
#define TEST_FILE_MAX_BYTES ((size_t)1 << 20)
#define TESTS_READ_MAX 4000 /* files; what is beyond is not looked at */

struct weigh {
	struct run *run;
	struct arena arena;
	struct repo_source *old, *now;
	struct changed_file *files;
	const char **commands;
	struct answers answers;
	size_t read;
	struct str why;
	size_t n;
};

bool run_only_rules(const struct run *run)
{
	const struct report *report = &run->report;

	for (size_t i = 0; i < report->n_edits; i++)
		if (report->edits[i].status == EDIT_APPLIED && report->edits[i].by != BY_RULE)
			return false;
	return true;
}

static struct err *read_side(struct repo_source *source, const char *path, struct span *out)
{
	struct source_entry entry;
	struct err *err = repo_source(source)->read(repo_source(source)->ctx, path, &entry);

	*out = (struct span){ 0 };
	if (!err && (entry.kind == SOURCE_FILE || entry.kind == SOURCE_EXECUTABLE))
		*out = (struct span){ entry.bytes.ptr ? entry.bytes.ptr : "", entry.bytes.len };
	return err;
}

static struct err *read_files(struct weigh *w)
{
	const struct argv *changed = &w->run->changed;
	struct err *err = NULL;

	for (size_t i = 0; !err && i < changed->n; i++) {
		w->files[i].path = changed->v[i];
		err = read_side(w->old, changed->v[i], &w->files[i].before);
		if (!err)
			err = read_side(w->now, changed->v[i], &w->files[i].after);
	}
	return err;
}

/* *all has room for *cap. */
static struct err *add_names(struct arena *arena, struct test_names *all, size_t *cap,
			     const struct test_names *names)
{
	if (all->n + names->n > *cap) {
		const char **v;

		*cap = 2 * (all->n + names->n);
		v = arena_array(arena, *cap, sizeof(*v));
		if (!v)
			return arena_err(arena, "names of tests");
		for (size_t i = 0; i < all->n; i++)
			v[i] = all->v[i];
		all->v = v;
	}
	for (size_t i = 0; i < names->n; i++)
		all->v[all->n++] = names->v[i];
	return NULL;
}

/* The names of the tests that failed; complete is false where some log does not tell. */
static struct err *read_names(struct weigh *w, struct test_names *all)
{
	const struct check_result *results = prove_results(w->run->before);
	size_t cap = 0;
	struct err *err = NULL;

	for (size_t i = 0; !err && i < w->run->options.checks->n; i++) {
		struct test_names names;

		if (results[i].status != CHECK_FAIL && results[i].status != CHECK_TIMEOUT)
			continue;
		err = counts_names(str_span(&results[i].log), &w->arena, &names);
		if (err)
			break;
		all->complete = all->complete && names.complete && names.n;
		err = add_names(&w->arena, all, &cap, &names);
	}
	return err;
}

static struct err *seek_in(void *ctx, const char *path, bool is_link, const struct oid *blob)
{
	struct weigh *w = ctx;
	struct str text = STR_INIT(TEST_FILE_MAX_BYTES);
	enum test_file kind = test_file_of(path, w->commands, w->run->options.checks->n);
	struct err *err;

	if (is_link || !w->answers.n || (kind != TEST_FILE_CODE && kind != TEST_FILE_RUNNER) ||
	    w->read++ >= TESTS_READ_MAX)
		return NULL;
	err = repo_blob(w->run->env.repo, blob, TEST_FILE_MAX_BYTES, &text);
	if (!err) {
		answers_seek(&w->answers, path, str_span(&text), &w->why, &w->n);
	} else if (err_kind(err) == ERR_INPUT) { /* larger than any test is written by hand */
		err_drop(err);
		err = NULL;
	}
	str_release(&text);
	return err;
}

static struct err *seek_answers(struct weigh *w)
{
	struct run *run = w->run;
	struct err *err = NULL;

	for (size_t i = 0; !err && i < run->changed.n; i++) {
		const struct changed_file *file = &w->files[i];

		if (!file->after.ptr || test_file_of(file->path, w->commands,
						     run->options.checks->n) != TEST_FILE_NONE)
			continue;
		err = answers_collect(&w->answers, &w->arena, file->path, file->before,
				      file->after);
	}
	if (!err && w->answers.n)
		err = repo_tree_walk(run->env.repo, &run->base_tree, seek_in, w);
	return err;
}

/* Against the base where its checks passed, and against what failed: it with a reproducer. */
static struct err *weigh_against(struct weigh *w, const struct oid *tree, bool failed)
{
	struct run *run = w->run;
	struct weakened_spec spec = {
		.files = w->files,
		.n_files = run->changed.n,
		.commands = w->commands,
		.n_commands = run->options.checks->n,
	};
	struct test_names failing = { .complete = true };
	size_t n = 0;
	struct err *err;

	repo_source_free(w->old);
	w->old = NULL;
	err = repo_source_new(&w->old, run->env.repo, tree);
	if (!err)
		err = read_files(w);
	if (!err && failed)
		err = read_names(w, &failing);
	spec.failing = failing.v;
	spec.n_failing = failing.n;
	spec.named = failing.complete;
	if (!err)
		err = weakened(&spec, &w->why, &n);
	w->n += n;
	return err;
}

static struct err *weigh(struct weigh *w)
{
	struct run *run = w->run;
	bool own = oid_eq(&run->before_tree, &run->base_tree);
	struct err *err;

	w->files = calloc(run->changed.n + 1, sizeof(*w->files));
	w->commands = arena_array(&w->arena, run->options.checks->n + 1, sizeof(*w->commands));
	if (!w->files || !w->commands)
		return err_nomem();
	for (size_t i = 0; i < run->options.checks->n; i++)
		w->commands[i] = run->options.checks->v[i].command;
	err = repo_source_new(&w->now, run->env.repo, &run->tree);
	if (!err && !own)
		err = weigh_against(w, &run->before_tree, true);
	if (!err && !w->n)
		err = weigh_against(w, &run->base_tree, own);
	if (!err && !w->n)
		err = seek_answers(w);
	return err ? err : str_err(&w->why, "what weakens tests");
}

static struct err *refuse(struct run *run, struct str *why, size_t n)
{
	struct str text = STR_INIT(WHY_MAX_BYTES);
	struct span rest = str_span(why), line;
	struct err *err;

	while (span_line(&rest, &line))
		events_emit(run->env.events, EVENT_WARNING, "%.*s", (int)line.len, line.ptr);
	run->report.outcome = OUTCOME_REFUSED;
	if (run_may_repair(run) && run->has_prompt) {
		str_addf(&text, "It was refused before any check ran. Tests say what is "
			 "wanted: they may not ask less, and no code may hold their "
			 "answers.\n\n%s", why->buf);
		err = run_repair(run, str_span(&text), true);
		str_release(&text);
		return err;
	}
	return err_hint(err_new(ERR_NO_FIX, "the change makes tests ask less, or answers them by "
				"heart, in %zu place%s", n, n == 1 ? "" : "s"),
			"--allow-test-edits takes it all the same");
}

struct err *run_weigh(struct run *run, bool *refused)
{
	struct weigh w = { .run = run, .why = STR_INIT(WHY_MAX_BYTES) };
	struct err *err;

	*refused = false;
	if (run->options.allow_test_edits || run_only_rules(run))
		return NULL;
	arena_init(&w.arena, NAMES_MAX_BYTES);
	err = weigh(&w);
	if (!err && w.n) {
		*refused = true;
		err = report_set_checks(&run->report, run->options.checks,
					prove_results(run->before), NULL);
		if (!err)
			err = refuse(run, &w.why, w.n);
	}
	free(w.files);
	repo_source_free(w.old);
	repo_source_free(w.now);
	arena_release(&w.arena);
	str_release(&w.why);
	return err;
}
