/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/commit_hook.h"

#include <stdlib.h>

#include "flow/cure.h"
#include "flow/verify.h"
#include "repo/quarantine.h"
#include "repo/record.h"
#include "sys/file.h"

#define PATH_BYTES 8192
#define LEFT_MAX_BYTES ((size_t)1 << 20)
#define EDITS_SHOWN_MAX 20

static struct err *commit_staged(struct session *s, const struct oid *head, struct oid *commit)
{
	struct str author = STR_INIT(PATH_BYTES), committer = STR_INIT(PATH_BYTES);
	struct oid tree;
	struct commit_request request = {
		.tree = &tree,
		.parent = head,
		.message = SPAN("what is staged\n"),
	};
	/* git commit -a and git commit <file> have one of their own. */
	struct err *err = repo_index_tree(s->repo, getenv("GIT_INDEX_FILE"), &tree);

	if (!err)
		err = repo_identity(s->repo, &author, &committer);
	request.author = author.buf;
	request.committer = committer.buf;
	if (!err)
		err = candidate_commit(s->repo, &request, commit);
	str_release(&author);
	str_release(&committer);
	return err;
}

static void show_edits(struct session *s, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_edits && i < EDITS_SHOWN_MAX; i++) {
		const struct edit *e = &plan->edits[i];
		struct span what = e->import_line.ptr ? e->import_line :
				   e->replace.ptr     ? e->replace :
							e->line_content;

		terminal_note(&s->terminal, "a rule would mend %s: %s '%.*s'", e->file,
			      edit_kind_name(e->kind), (int)what.len, what.ptr ? what.ptr : "");
	}
	if (plan->n_edits)
		terminal_hint(&s->terminal, "git dualfix --failing makes that a commit, after "
			      "yours");
}

static struct err *report_failure(struct session *s, const struct check_list *checks,
				  const struct verification *v, const struct oid *head,
				  const struct oid *commit)
{
	struct cure_spec cure_spec = {
		.repo = s->repo,
		.commit = head,
		.results = v->results,
		.n_results = v->n,
	};
	struct str left = STR_INIT(LEFT_MAX_BYTES);
	struct plan plan;
	struct oid tree;
	struct err *err = session_rules(s);

	if (!err)
		session_warn_failures(s, checks, v, " on what is staged");
	if (!err)
		err = repo_tree_of(s->repo, commit, &tree);
	cure_spec.tree = &tree;
	cure_spec.rules = s->rules;
	if (!err) {
		err = cure(&cure_spec, &plan, &left, NULL);
		if (!err)
			show_edits(s, &plan);
		plan_release(&plan);
	}
	str_release(&left);
	return err;
}

static struct err *check_staged(struct session *s, const struct check_list *checks,
				const struct oid *head)
{
	struct verification v = { 0 };
	const struct verify_spec spec =
		session_verify_spec(s, checks, s->settings.hook_timeout_s * 1000);
	struct oid commit;
	struct err *err = commit_staged(s, head, &commit);

	if (!err)
		err = verify_commit(&v, &spec, &commit);
	if (!err && verification_status(&v) == CHECK_FAIL)
		err = report_failure(s, checks, &v, head, &commit);
	verification_release(&v);
	return err;
}

struct err *commit_hook(struct session *s)
{
	struct check_list checks = { 0 };
	struct record *record = NULL;
	struct str dir = STR_INIT(PATH_BYTES);
	struct oid head;
	struct err *err = check_list_make(&checks, repo_config(s->repo), NULL, 0);

	if (err || !checks.n)
		goto out;
	err = repo_commit_of(s->repo, "HEAD", &head);
	if (!err)
		err = record_new(&record, s->repo);
	if (!err)
		err = repo_quarantine(s->repo, record_dir(record));
	if (!err)
		err = check_staged(s, &checks, &head);
out:
	if (record) {
		str_adds(&dir, record_dir(record));
		record_close(record);
		err_drop(file_remove_tree(dir.buf));
	}
	str_release(&dir);
	check_list_release(&checks);
	return err;
}
