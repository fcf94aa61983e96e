/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/prove.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "verify/lent.h"
#include "verify/lockfiles.h"
#include "verify/setup.h"

#define TEMP_PATH_MAX_BYTES 8192

struct prove {
	struct check_run *run;
	const struct lent *lent; /* or NULL */
	struct str temp_dir;
	struct setup setup;
	struct str key, stamp, home_dir; /* of setup */
	struct oid tree;
	const char *const *changed;
	size_t n_changed;
	size_t n_checks;
	int64_t start_ms, ms;
	void (*done)(void *ctx, struct err *err);
	void *ctx;
};

/* A pathspec as monorepos use it: a folder, a file, or a glob over whole paths. */
static bool path_matches(const char *spec, const char *path)
{
	return path_below(path, spec) || !fnmatch(spec, path, 0);
}

static bool is_wanted(void *ctx, const struct check *check)
{
	const struct prove *prove = ctx;

	if (!check->path || !prove->changed)
		return true;
	for (size_t i = 0; i < prove->n_changed; i++)
		if (path_matches(check->path, prove->changed[i]))
			return true;
	return false;
}

/* Beside the files, so that what a killed run left there is found and removed. */
static struct err *make_temp_dir(struct prove *prove, const struct checkout *checkout)
{
	struct err *err;

	str_addf(&prove->temp_dir, "%s.tmp", checkout_dir(checkout));
	err = str_err(&prove->temp_dir, "TMPDIR");
	if (!err)
		err = file_remove_tree(prove->temp_dir.buf);
	if (!err)
		err = file_mkdirs(prove->temp_dir.buf, 0700);
	return err;
}

/* What is prepared belongs to the checkout, and goes with it. */
static struct err *find_setup(struct prove *prove, const struct prove_spec *spec)
{
	struct err *err = lockfiles_key(&prove->key, spec->repo, spec->tree, spec->checks,
					spec->sandbox);

	if (!err)
		err = checkout_beside(spec->checkout, CHECKOUT_STAMP, &prove->stamp);
	if (!err)
		err = checkout_beside(spec->checkout, "home", &prove->home_dir);
	prove->setup = (struct setup){
		.key = prove->key.buf,
		.stamp = prove->stamp.buf,
		.home_dir = prove->home_dir.buf,
	};
	return err;
}

/* What lies there may be another's once the checkout is given back. */
static void remove_temp_dir(struct prove *prove)
{
	if (prove->temp_dir.len)
		err_drop(file_remove_tree(prove->temp_dir.buf));
	str_release(&prove->temp_dir);
}

static bool any_ran(const struct prove *prove)
{
	const struct check_result *results = check_run_results(prove->run);

	for (size_t i = 0; i < prove->n_checks; i++)
		if (results[i].status != CHECK_NOT_RUN && !results[i].cached)
			return true;
	return false;
}

static void on_done(void *ctx, struct err *err)
{
	struct prove *prove = ctx;

	if (!err && prove->lent && any_ran(prove))
		err = lent_still(prove->lent);
	remove_temp_dir(prove);
	prove->ms = clock_mono_ms() - prove->start_ms;
	prove->done(prove->ctx, err);
}

struct err *prove_start(struct prove **out, const struct prove_spec *spec,
			void (*done)(void *ctx, struct err *err), void *ctx)
{
	struct prove *prove = calloc(1, sizeof(*prove));
	struct check_run_spec run = {
		.checks = spec->checks,
		.checkout = spec->checkout,
		.sandbox = spec->sandbox,
		.work_tree = repo_work_tree(spec->repo),
		.read_dirs = spec->read_dirs,
		.hide_dirs = spec->hide_dirs,
		.pass_env = spec->pass_env,
		.deadline_ms = spec->deadline_ms,
		.repeat = spec->repeat,
		.events = spec->events,
		.known = spec->known,
		.wanted = is_wanted,
		.wanted_ctx = prove,
	};
	struct err *err;

	*out = NULL;
	if (!prove)
		return err_nomem();
	str_init(&prove->temp_dir, TEMP_PATH_MAX_BYTES);
	str_init(&prove->key, TEMP_PATH_MAX_BYTES);
	str_init(&prove->stamp, TEMP_PATH_MAX_BYTES);
	str_init(&prove->home_dir, TEMP_PATH_MAX_BYTES);
	prove->lent = spec->sandbox->lent;
	prove->tree = *spec->tree; /* the caller's may be gone before the checks are */
	run.tree = &prove->tree;
	prove->changed = spec->changed;
	prove->n_changed = spec->n_changed;
	prove->n_checks = spec->checks->n;
	prove->start_ms = clock_mono_ms();
	prove->done = done;
	prove->ctx = ctx;
	err = make_temp_dir(prove, spec->checkout);
	run.temp_dir = prove->temp_dir.buf;
	if (!err && spec->checks->n_setup) {
		err = find_setup(prove, spec);
		run.setup = &prove->setup;
	}
	if (!err && prove->lent)
		err = lent_fits(prove->lent, spec->repo, spec->tree);
	if (!err)
		err = checkout_move(spec->checkout, spec->tree, spec->head);
	if (!err)
		err = check_run_start(&prove->run, spec->loop, &run, on_done, prove);
	if (err) {
		prove_free(prove);
		return err;
	}
	*out = prove;
	return NULL;
}

struct check_result *prove_results(struct prove *prove)
{
	return check_run_results(prove->run);
}

int64_t prove_ms(const struct prove *prove)
{
	return prove->ms;
}

void prove_free(struct prove *prove)
{
	if (!prove)
		return;
	check_run_free(prove->run);
	remove_temp_dir(prove);
	str_release(&prove->key);
	str_release(&prove->stamp);
	str_release(&prove->home_dir);
	free(prove);
}

struct err *prove_keep_logs(struct prove *prove, struct record *record, const char *prefix)
{
	struct check_result *results = prove_results(prove);

	for (size_t i = 0; i < prove->n_checks; i++) {
		char name[64];
		struct err *err;

		if (results[i].status == CHECK_NOT_RUN)
			continue;
		snprintf(name, sizeof(name), "%s-%zu.log", prefix, i + 1);
		err = record_write(record, name, str_span(&results[i].log));
		if (err)
			return err;
	}
	return NULL;
}
