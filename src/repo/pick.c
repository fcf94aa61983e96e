/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "repo/backend.h"
#include "repo/git.h"
#include "repo/quarantine.h"

#define ANSWER_MAX_BYTES ((size_t)64 << 20)
#define NOBODY "git dualfix <git-dualfix@localhost> 0 +0000"

/*
 * A commit of tree upon from, so that from is what git merges it and the other one from.
 * git 2.40 and newer could be told so: --merge-base.
 */
static struct err *commit_upon(struct repo *repo, const struct oid *tree,
			       const struct oid *from, struct oid *out)
{
	const struct commit_request request = {
		.tree = tree, .parent = from,
		.author = NOBODY, .committer = NOBODY, .message = SPAN("onto\n"),
	};

	return candidate_commit(repo, &request, out);
}

/* The tree's id; below it, if there are conflicts, the files that have some. */
static struct err *read_answer(struct span answer, bool merged, struct oid *out,
			       struct str *conflict)
{
	struct span line;

	if (!span_line(&answer, &line) || line.len >= sizeof(out->hex))
		return err_new(ERR_FATAL, "git merge-tree: unexpected answer");
	if (merged)
		memcpy(out->hex, line.ptr, line.len);
	else
		str_add_span(conflict, span_line(&answer, &line) ? line : SPAN("?"));
	return str_err(conflict, "path");
}

struct err *candidate_pick(struct repo *repo, const struct oid *tree, const struct oid *from,
			   const struct oid *to, struct oid *out, struct str *conflict)
{
	struct str answer = STR_INIT(ANSWER_MAX_BYTES);
	struct argv env = ARGV_INIT;
	struct oid onto;
	int code = 0;
	struct err *err = commit_upon(repo, tree, from, &onto);

	*out = (struct oid){ "" };
	if (!err)
		err = git_env_writing(repo, repo->quarantine, &env);
	if (!err) {
		const char *const args[] = { "merge-tree", "--write-tree", "--name-only",
					     "--no-messages", onto.hex, to->hex, NULL };

		err = repo_git_env(repo, args, argv_list(&env), NO_INPUT, &answer, &code);
	}
	if (!err && code > 1) /* 1 is for conflicts */
		err = err_new(ERR_FATAL, "git merge-tree --write-tree does not work here: "
			      "git 2.38 or later is needed");
	if (!err)
		err = read_answer(str_span(&answer), !code, out, conflict);
	str_release(&answer);
	argv_release(&env);
	return err;
}
