/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/proof.h"

#include <stdio.h>

#include "mail/am_repo.h"
#include "sys/file.h"

#define PATH_BYTES 8192
#define HISTORY_MAX_BYTES (16 * 1024 * 1024)

#define NOTHING ((struct span){ NULL, 0 })

/* What there is of a commit to compare; each ends with a NUL. */
#define FORMAT "--format=%T%x00%an <%ae>%x00%B%x00"

#define LOG "log", "--encoding=UTF-8", "--no-notes", FORMAT

static const char *const parts[] = { "tree", "author", "message" };

/* Names the first thing that differs in two histories. */
static void compare(struct span wanted, struct span got, struct str *why)
{
	for (size_t i = 0; wanted.len || got.len; i++) {
		struct span w = { 0 }, g = { 0 };

		if (!span_split(&wanted, '\0', &w) || !span_split(&got, '\0', &g) ||
		    !span_eq(span_trim(w), span_trim(g))) {
			str_addf(why, "git am gives another %s",
				 parts[i % ARRAY_SIZE(parts)]);
			return;
		}
	}
}

static struct err *histories(const struct am_repo *am, const struct proof_spec *spec,
			     struct str *wanted, struct str *got)
{
	char count[32];
	const char *const ours[] = { LOG, count, spec->tip->hex, NULL };
	const char *const theirs[] = { LOG, count, "HEAD", NULL };
	struct err *err;

	snprintf(count, sizeof(count), "--max-count=%zu", spec->n);
	err = repo_git(am->repo, ours, NOTHING, wanted, NULL);
	if (!err)
		err = am_repo_git(am, theirs, NOTHING, got);
	return err;
}

static struct err *apply(struct repo *repo, const struct proof_spec *spec, bool keep_cr,
			 struct str *why)
{
	struct am_repo am = { .repo = repo };
	struct str wanted = STR_INIT(HISTORY_MAX_BYTES);
	struct str got = STR_INIT(HISTORY_MAX_BYTES);
	struct argv args = ARGV_INIT;
	struct err *refused, *err = file_remove_tree(spec->dir);

	if (!err)
		err = am_repo_make(&am, repo, spec->dir, NULL, spec->base);
	if (!err)
		err = am_repo_start(&am, spec->base);
	if (err)
		goto out;
	argv_push(&args, "am");
	argv_push(&args, "-q");
	if (keep_cr)
		argv_push(&args, "--keep-cr");
	argv_push(&args, "--");
	for (size_t i = 0; i < spec->n; i++)
		argv_push(&args, spec->files[i]);
	err = argv_err(&args);
	if (err)
		goto out;
	refused = am_repo_git(&am, argv_list(&args), NOTHING, NULL);
	if (err_is_signal(refused)) {
		err = refused;
		goto out;
	}
	if (refused) {
		str_addf(why, "git am refuses it: %s", err_text(refused));
		err_drop(refused);
		goto out;
	}
	err = histories(&am, spec, &wanted, &got);
	if (!err)
		compare(str_span(&wanted), str_span(&got), why);
out:
	am_repo_release(&am);
	argv_release(&args);
	str_release(&got);
	str_release(&wanted);
	return err;
}

struct err *proof_run(struct repo *repo, const struct proof_spec *spec, bool *keep_cr,
		      struct str *why)
{
	struct str other = STR_INIT(PATH_BYTES);
	struct err *err = apply(repo, spec, false, why);

	*keep_cr = false;
	if (!err && why->len) {
		err = apply(repo, spec, true, &other);
		if (!err && !other.len) {
			*keep_cr = true;
			str_reset(why);
			str_adds(why, "it needs git am --keep-cr");
		}
	}
	str_release(&other);
	return err ? err : str_err(why, "git am");
}
