/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "repo/backend.h"
#include "repo/git.h"
#include "repo/repo.h"

#define LINE_MAX_BYTES ((size_t)64 << 10)

static struct err *no_commit(struct repo *repo, const char *rev)
{
	static const char *const args[] = { "rev-parse", "--verify", "-q", "HEAD", NULL };
	struct str out = STR_INIT(LINE_MAX_BYTES);
	int code = 0;
	struct err *err = repo_git(repo, args, NO_INPUT, &out, &code);

	str_release(&out);
	if (err)
		return err;
	if (code && !strcmp(rev, "HEAD"))
		return err_hint(err_new(ERR_FATAL, "the repository has no commit yet"),
				"git commit");
	return err_new(ERR_INPUT, "'%s' names no commit", rev);
}

/* A whole name needs no git to be read: to git too it is that object before any ref. */
static bool is_commit(struct repo *repo, const char *rev, struct oid *out)
{
	struct commit_names names;
	struct err *err;
	struct id id;

	if (!id_parse(&id, span_of(rev), repo->id_bytes))
		return false;
	err = backend_commit(repo, &id, &names);
	if (!err)
		backend_hex(repo, &id, out);
	err_drop(err);
	return !oid_is_none(out);
}

struct err *repo_commit_of(struct repo *repo, const char *rev, struct oid *out)
{
	struct str name = STR_INIT(LINE_MAX_BYTES), answer = STR_INIT(LINE_MAX_BYTES);
	struct span line = { 0 }, rest;
	struct err *err;
	int code = 0;

	*out = (struct oid){ "" };
	if (is_commit(repo, rev, out))
		return NULL;
	str_addf(&name, "%s^{commit}", rev);
	err = str_err(&name, "revision");
	if (!err) {
		const char *const args[] = { "rev-parse",	 "--verify", "-q",
					     "--end-of-options", name.buf,   NULL };

		err = repo_git(repo, args, NO_INPUT, &answer, &code);
	}
	if (err)
		goto out;
	rest = str_span(&answer);
	if (code || !span_line(&rest, &line) || line.len >= sizeof(out->hex))
		err = no_commit(repo, rev);
	else
		memcpy(out->hex, line.ptr, line.len);
out:
	str_release(&name);
	str_release(&answer);
	return err;
}

static struct err *names_of(struct repo *repo, const struct oid *commit,
			    struct commit_names *out)
{
	struct id id;
	struct err *err = backend_id(repo, commit, &id);

	return err ? err : backend_commit(repo, &id, out);
}

struct err *repo_tree_of(struct repo *repo, const struct oid *commit, struct oid *out)
{
	struct commit_names names;
	struct err *err = names_of(repo, commit, &names);

	*out = (struct oid){ "" };
	if (!err)
		backend_hex(repo, &names.tree, out);
	return err;
}

struct err *repo_head_branch(struct repo *repo, struct str *out)
{
	/* Of an unborn branch it prints nothing, of a detached HEAD "HEAD". */
	static const char *const args[] = { "rev-parse", "--symbolic-full-name",
					    "--verify",	 "-q",
					    "HEAD",	 NULL };
	struct str answer = STR_INIT(LINE_MAX_BYTES);
	struct span rest, line = { 0 };
	int code = 0;
	struct err *err = repo_git(repo, args, NO_INPUT, &answer, &code);

	str_reset(out);
	rest = str_span(&answer);
	if (!err && !code && span_line(&rest, &line) && span_starts(line, "refs/heads/"))
		str_add_span(out, span_cut(line, strlen("refs/heads/"), line.len));
	str_release(&answer);
	return err ? err : str_err(out, "branch name");
}

static struct err *no_identity(struct err *why)
{
	struct err *err =
		err_new(ERR_CONFIG, "git knows no name to commit as (%s)", err_text(why));

	err_drop(why);
	return err_hint(err, "git config --global user.name 'Your Name'; "
			     "git config --global user.email you@example.com");
}

static bool has_variable(const struct repo *repo, const char *name)
{
	for (size_t i = 0; i < repo->env.n; i++) {
		const char *end = strchr(repo->env.v[i], '=');

		if (span_eqs(span_cut(span_of(repo->env.v[i]), 0, strcspn(repo->env.v[i], "=")),
			     name) && end && end[1])
			return true;
	}
	return false;
}

/* "Name <mail> seconds zone"; the date only where the user's environment sets it. */
static struct err *read_ident(struct repo *repo, const char *variable, const char *date,
			      struct str *out)
{
	const char *const args[] = { "var", variable, NULL };
	struct str answer = STR_INIT(LINE_MAX_BYTES);
	struct err *err = repo_git(repo, args, NO_INPUT, &answer, NULL);
	const char *end;

	str_reset(out);
	if (err) {
		err = no_identity(err);
		goto out;
	}
	end = strrchr(answer.buf, '>');
	if (!end)
		err = err_new(ERR_FATAL, "git var %s: unexpected answer", variable);
	else if (has_variable(repo, date))
		str_add_span(out, span_trim(str_span(&answer)));
	else
		str_add(out, answer.buf, (size_t)(end + 1 - answer.buf));
out:
	str_release(&answer);
	return err ? err : str_err(out, variable);
}

/* git is asked once: it is wanted before a run begins and again when it publishes. */
static struct err *ident(struct repo *repo, const char *variable, const char *date,
			 char **known, struct str *out)
{
	struct err *err;

	str_reset(out);
	if (*known) {
		str_adds(out, *known);
		return str_err(out, variable);
	}
	err = read_ident(repo, variable, date, out);
	if (!err)
		*known = strdup(out->buf);
	return err;
}

struct err *repo_identity(struct repo *repo, struct str *author, struct str *committer)
{
	struct err *err = ident(repo, "GIT_AUTHOR_IDENT", "GIT_AUTHOR_DATE", &repo->author,
				author);

	return err ? err : ident(repo, "GIT_COMMITTER_IDENT", "GIT_COMMITTER_DATE",
				 &repo->committer, committer);
}
