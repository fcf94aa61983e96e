/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/write.h"

#include <string.h>

#include "base/utf8.h"
#include "repo/backend.h"
#include "repo/git.h"
#include "sys/file.h"

#define LINE_MAX_BYTES ((size_t)4096)
#define PATH_BYTES ((size_t)64 << 10)
#define TREE_MAX_BYTES ((size_t)64 << 20)
#define HOOK_TIMEOUT_MS 120000

/* Runs git with the quarantine as its object folder; its one line becomes an id. */
static struct err *write_object(struct repo *repo, const char *const *args,
				const char *const *more, struct span input,
				struct oid *out)
{
	struct str answer = STR_INIT(LINE_MAX_BYTES);
	struct argv env = ARGV_INIT;
	struct span rest, line = { 0 };
	struct err *err;

	*out = (struct oid){ "" };
	if (!repo->quarantine)
		return err_new(ERR_FATAL, "no quarantine to write objects to");
	if (more)
		argv_push_all(&env, more);
	err = git_env_writing(repo, repo->quarantine, &env);
	if (!err)
		err = repo_git_env(repo, args, argv_list(&env), input, &answer, NULL);
	rest = str_span(&answer);
	if (!err && (!span_line(&rest, &line) || line.len >= sizeof(out->hex)))
		err = err_new(ERR_FATAL, "git %s: unexpected answer", args[0]);
	if (!err)
		memcpy(out->hex, line.ptr, line.len);
	str_release(&answer);
	argv_release(&env);
	return err;
}

/* "Name <mail>", and "seconds zone" behind it or nothing, as git's variables. */
static struct err *push_identity(struct argv *env, const char *who, const char *text)
{
	const char *open = strrchr(text, '<'), *close = open ? strchr(open, '>') : NULL;
	size_t name = close ? (size_t)(open - text) : 0;
	const char *date;

	if (!close)
		return err_new(ERR_INPUT, "'%s' cannot be an author", text);
	date = close + 1 + strspn(close + 1, " ");
	while (name && text[name - 1] == ' ')
		name--;
	argv_pushf(env, "GIT_%s_NAME=%.*s", who, (int)name, text);
	argv_pushf(env, "GIT_%s_EMAIL=%.*s", who, (int)(close - open - 1), open + 1);
	if (*date)
		argv_pushf(env, "GIT_%s_DATE=%s", who, date);
	return argv_err(env);
}

struct err *repo_signs(const struct repo *repo, bool *out)
{
	*out = false;
	return config_get_bool(repo_config(repo), "commit.gpgsign", out);
}

struct err *candidate_commit_signed(struct repo *repo,
				    const struct commit_request *request, struct oid *out)
{
	const char *const args[] = {
		"-c", "i18n.commitEncoding=UTF-8", "commit-tree", "-S", "-p",
		request->parent->hex, "-F", "-", request->tree->hex, NULL,
	};
	struct argv env = ARGV_INIT;
	struct err *err = push_identity(&env, "AUTHOR", request->author);

	if (!err)
		err = push_identity(&env, "COMMITTER", request->committer);
	if (!err)
		err = write_object(repo, args, argv_list(&env), request->message, out);
	argv_release(&env);
	if (err && err_kind(err) == ERR_FATAL)
		err = err_hint(err_wrap(err_as(err, ERR_CONFIG), "cannot sign the commit"),
			       "unsigned: git -c commit.gpgSign=false dualfix apply <plan>");
	return err;
}

static struct err *read_note_ref(struct repo *repo, struct oid *out)
{
	static const char *const args[] = { "rev-parse", "--verify", "-q", NOTE_REF, NULL };
	struct str answer = STR_INIT(LINE_MAX_BYTES);
	struct span rest, line;
	int code;
	struct err *err = repo_git(repo, args, NO_INPUT, &answer, &code);

	*out = (struct oid){ "" };
	rest = str_span(&answer);
	if (!err && !code && span_line(&rest, &line) && line.len < sizeof(out->hex))
		memcpy(out->hex, line.ptr, line.len);
	str_release(&answer);
	return err;
}

/* The notes that there are, but for one on commit, and the new one. */
static struct err *list_notes(struct repo *repo, const struct oid *old,
			      const struct oid *commit, const struct oid *blob,
			      struct str *out)
{
	const char *const args[] = { "ls-tree", old->hex, NULL };
	struct str tree = STR_INIT(TREE_MAX_BYTES);
	struct span rest, line;
	struct err *err = NULL;

	if (!oid_is_none(old))
		err = repo_git(repo, args, NO_INPUT, &tree, NULL);
	rest = str_span(&tree);
	while (!err && span_line(&rest, &line)) {
		if (span_ends(line, commit->hex))
			continue;
		str_add_span(out, line);
		str_addc(out, '\n');
	}
	str_addf(out, "100644 blob %s\t%s\n", blob->hex, commit->hex);
	str_release(&tree);
	return err ? err : str_err(out, "notes");
}

struct err *candidate_note(struct repo *repo, const struct oid *commit, struct span text,
			   const char *identity, struct candidate_note *out)
{
	static const char *const blob_args[] = { "hash-object", "-w", "--stdin", NULL };
	static const char *const tree_args[] = { "mktree", NULL };
	struct str listing = STR_INIT(TREE_MAX_BYTES);
	struct argv env = ARGV_INIT, args = ARGV_INIT;
	struct oid blob, tree;
	struct err *err = read_note_ref(repo, &out->old);

	if (!err)
		err = write_object(repo, blob_args, NULL, text, &blob);
	if (!err)
		err = list_notes(repo, &out->old, commit, &blob, &listing);
	if (!err)
		err = write_object(repo, tree_args, NULL, str_span(&listing), &tree);
	if (!err)
		err = push_identity(&env, "AUTHOR", identity);
	if (!err)
		err = push_identity(&env, "COMMITTER", identity);
	if (err)
		goto out;
	argv_push(&args, "commit-tree");
	argv_push(&args, "--no-gpg-sign");
	argv_push(&args, tree.hex);
	if (!oid_is_none(&out->old)) {
		argv_push(&args, "-p");
		argv_push(&args, out->old.hex);
	}
	err = argv_err(&args);
	if (!err)
		err = write_object(repo, argv_list(&args), argv_list(&env),
				   SPAN("Notes added by git dualfix\n"), &out->new);
out:
	str_release(&listing);
	argv_release(&env);
	argv_release(&args);
	return err;
}

struct err *repo_drop_note(struct repo *repo, const struct oid *commit)
{
	const char *const remove[] = { "notes", "--ref=" NOTE_REF, "remove",
				       "--ignore-missing", commit->hex, NULL };
	const char *const list[] = { "ls-tree", NOTE_REF, NULL };
	struct str left = STR_INIT(TREE_MAX_BYTES);
	struct oid now;
	struct err *err = read_note_ref(repo, &now);

	if (err || oid_is_none(&now))
		return err;
	err = repo_git(repo, remove, NO_INPUT, NULL, NULL);
	if (!err)
		err = repo_git(repo, list, NO_INPUT, &left, NULL);
	if (!err)
		err = read_note_ref(repo, &now);
	if (!err && !left.len) {
		const char *const del[] = { "update-ref", "-d", NOTE_REF, now.hex, NULL };

		err = repo_git(repo, del, NO_INPUT, NULL, NULL);
	}
	str_release(&left);
	return err;
}

/* A git before 2.36 cannot run hooks for others: fine where there is none to run. */
static struct err *without_hook_command(struct repo *repo)
{
	static const char *const args[] = { "rev-parse", "--path-format=absolute",
					    "--git-path", "hooks/commit-msg", NULL };
	struct str path = STR_INIT(PATH_BYTES);
	struct git_job job = { .args = args, .out = &path, .as_configured = true };
	struct err *err = git_run_on(repo, &job);

	str_truncate(&path, span_trim(str_span(&path)).len);
	if (!err && file_exists(path.buf))
		err = err_new(ERR_CONFIG, "this git is too old to run the hook '%s'", path.buf);
	str_release(&path);
	return err;
}

static struct err *run_hook(struct repo *repo, const char *path)
{
	const char *const args[] = { "hook", "run", "--ignore-missing", "commit-msg", "--",
				     path, NULL };
	bool refused = false;
	struct git_job job = { .args = args, .as_configured = true, .refused = &refused,
			       .timeout_ms = HOOK_TIMEOUT_MS };
	struct err *err = git_run_on(repo, &job);

	if (!refused)
		return err_wrap(err, "the commit-msg hook");
	if (strstr(err_text(err), "is not a git command")) {
		err_drop(err);
		return without_hook_command(repo);
	}
	return err_wrap(err_as(err, ERR_NO_FIX), "the commit-msg hook refuses the message");
}

struct err *repo_ask_hook(struct repo *repo, const char *path, struct str *message)
{
	struct str back = STR_INIT(message->max_bytes);
	struct span text;
	struct err *err = file_write(path, str_span(message), 0600);

	if (!err)
		err = run_hook(repo, path);
	if (!err)
		err = file_read(path, &back);
	if (err)
		goto out;
	text = span_trim(str_span(&back));
	if (!text.len || !utf8_valid(text) || span_findc(text, '\0', 0) >= 0) {
		err = err_new(ERR_NO_FIX, "the commit-msg hook leaves no message to use");
		goto out;
	}
	str_reset(message);
	str_add_span(message, text);
	str_addc(message, '\n');
	err = str_err(message, "commit message");
out:
	str_release(&back);
	return err;
}
