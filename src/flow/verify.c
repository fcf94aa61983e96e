/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/verify.h"

#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "flow/prove.h"
#include "repo/checkout.h"
#include "sys/clock.h"
#include "verify/known.h"
#include "verify/lent.h"
#include "verify/sandbox.h"

struct wait {
	bool done;
	struct err *err;
};

static void on_done(void *ctx, struct err *err)
{
	struct wait *wait = ctx;

	wait->err = err;
	wait->done = true;
}

static struct err *prove_and_wait(struct verification *out, const struct prove_spec *spec)
{
	struct wait wait = { 0 };
	struct err *err = prove_start(&out->prove, spec, on_done, &wait);

	if (!err)
		err = loop_run(spec->loop, &wait.done);
	err = err_first(err, wait.err);
	if (err)
		return err;
	out->results = prove_results(out->prove);
	out->n = spec->checks->n;
	out->ms = prove_ms(out->prove);
	return NULL;
}

struct err *verify_commit(struct verification *out, const struct verify_spec *spec,
			  const struct oid *commit)
{
	const char *const hide_dirs[] = { repo_git_dir(spec->repo), repo_common_dir(spec->repo),
					  NULL };
	struct sandbox sandbox = { 0 };
	struct checkout *checkout = NULL;
	struct known *known = NULL;
	struct lent *lent = NULL;
	struct oid tree;
	struct prove_spec prove = {
		.loop = spec->loop,
		.repo = spec->repo,
		.checks = spec->checks,
		.sandbox = &sandbox,
		.tree = &tree,
		.head = commit,
		.read_dirs = spec->sandbox_read,
		.hide_dirs = hide_dirs,
		.pass_env = spec->sandbox_env,
		.deadline_ms = deadline_after_ms(clock_mono_ms(), spec->timeout_ms),
		.repeat = spec->repeat,
	};
	struct err *err;

	*out = (struct verification){ 0 };
	err = repo_tree_of(spec->repo, commit, &tree);
	if (!err)
		err = lent_take(&lent, spec->repo, spec->overlay);
	if (!err)
		err = sandbox_take(&sandbox, spec->loop, spec->sandbox, lent);
	if (!err)
		err = known_new(&known, spec->repo, &sandbox, spec->sandbox_env,
				spec->sandbox_read, spec->expire_s);
	if (!err)
		err = checkout_take(&checkout, spec->repo, lent_view(sandbox.lent));
	if (!err && spec->clean)
		err = checkout_clear(checkout);
	if (err)
		goto out;
	prove.known = spec->afresh ? NULL : known;
	prove.checkout = checkout;
	err = prove_and_wait(out, &prove);
out:
	if (err) /* what still runs ends while the checkout is ours */
		verification_release(out);
	checkout_release(checkout);
	known_free(known);
	sandbox_release(&sandbox);
	return err;
}

static bool may_be_taken(const char *setting, enum sandbox_kind kind,
			 const struct lent *lent)
{
	if (lent && kind != SANDBOX_BWRAP)
		return false;
	if (!setting || !strcmp(setting, "auto"))
		return kind != SANDBOX_NONE;
	return !strcmp(setting, sandbox_name(kind));
}

struct err *verify_is_known(const struct verify_spec *spec, const struct oid *commit,
			    bool *known)
{
	static const enum sandbox_kind kinds[] = { SANDBOX_BWRAP, SANDBOX_LANDLOCK,
						   SANDBOX_NONE };
	struct lent *lent = NULL;
	struct oid tree;
	struct err *err = repo_tree_of(spec->repo, commit, &tree);

	*known = false;
	if (!err)
		err = lent_take(&lent, spec->repo, spec->overlay);
	for (size_t i = 0; !err && !*known && i < ARRAY_SIZE(kinds); i++) {
		const struct sandbox sandbox = { .kind = kinds[i], .lent = lent };
		struct known *passes;

		if (!may_be_taken(spec->sandbox, kinds[i], lent))
			continue;
		err = known_new(&passes, spec->repo, &sandbox, spec->sandbox_env,
				spec->sandbox_read, spec->expire_s);
		if (err)
			break;
		*known = check_list_known(spec->checks, passes, &tree);
		known_free(passes);
	}
	lent_free(lent);
	return err;
}

void verification_release(struct verification *v)
{
	prove_free(v->prove);
	*v = (struct verification){ 0 };
}

enum check_status verification_status(const struct verification *v)
{
	static const int badness[] = {
		[CHECK_NOT_RUN] = 0, [CHECK_PASS] = 1, [CHECK_TIMEOUT] = 2,
		[CHECK_FAIL] = 3,    [CHECK_ERROR] = 4,
	};
	enum check_status worst = CHECK_NOT_RUN;

	for (size_t i = 0; i < v->n; i++)
		if (badness[v->results[i].status] > badness[worst])
			worst = v->results[i].status;
	return worst;
}
