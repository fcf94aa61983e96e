/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "repo/backend.h"
#include "repo/git.h"
#include "repo/quarantine.h"
#include "repo/repo.h"
#include "sys/file.h"

#define STATUS_MAX_BYTES ((size_t)64 << 20)
#define INDEX_MAX_BYTES ((size_t)1 << 30)
#define PATH_BYTES ((size_t)64 << 10)
#define LINE_MAX_BYTES ((size_t)4096)

struct err *repo_dirty_files(struct repo *repo, size_t max, struct str *out, size_t *n)
{
	static const char *const args[] = {
		"status", "--porcelain=v1", "--untracked-files=no", "--no-renames",
		"--ignore-submodules=dirty", NULL,
	};
	struct str status = STR_INIT(STATUS_MAX_BYTES);
	struct span rest, line;
	struct err *err;

	*n = 0;
	if (!repo->work_tree)
		return NULL;
	err = repo_git(repo, args, NO_INPUT, &status, NULL);
	rest = str_span(&status);
	while (!err && span_line(&rest, &line)) {
		if ((*n)++ >= max)
			continue;
		/* Two letters and a blank, then the path. */
		str_add_span(out, span_cut(line, 3, line.len));
		str_addc(out, '\n');
	}
	str_release(&status);
	return err ? err : str_err(out, "list of changed files");
}

/* A split one would leave its other half in the user's git folder. */
#define PRIVATE_INDEX "-c", "core.splitIndex=false", "-c", "core.untrackedCache=false"

/* A copy of the user's index (from, or the one of the work tree), beside the quarantine. */
static struct err *copy_index(struct repo *repo, const char *from, const char *copy)
{
	struct str path = STR_INIT(PATH_BYTES), index = STR_INIT(INDEX_MAX_BYTES);
	struct err *err;

	if (from)
		str_adds(&path, from);
	else
		str_addf(&path, "%s/index", repo->git_dir);
	err = str_err(&path, "path");
	/* None is there before the first `git add`. */
	if (!err && file_exists(path.buf)) {
		err = file_read(path.buf, &index);
		if (!err)
			err = file_write(copy, str_span(&index), 0600);
	}
	str_release(&path);
	str_release(&index);
	return err;
}

/* A file past core.bigFileThreshold becomes a pack, which nothing here reads. */
static struct err *no_packs(const struct repo *repo)
{
	struct str path = STR_INIT(PATH_BYTES);
	struct dirent *entry;
	struct err *err = NULL;
	DIR *dir;

	str_addf(&path, "%s/pack", repo->quarantine);
	dir = opendir(path.buf);
	while (dir && !err && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			err = err_new(ERR_INPUT, "an uncommitted change is too large");
	}
	if (dir)
		closedir(dir);
	str_release(&path);
	return err;
}

static struct err *refuse_conflicts(struct repo *repo, const char *const *env)
{
	static const char *const args[] = { "ls-files", "--unmerged", NULL };
	struct str out = STR_INIT(STATUS_MAX_BYTES);
	struct err *err = repo_git_env(repo, args, env, NO_INPUT, &out, NULL);

	if (!err && out.len)
		err = err_hint(
			err_new(ERR_INPUT, "the work tree has unresolved conflicts"),
			"git status");
	str_release(&out);
	return err;
}

static struct err *write_tree(struct repo *repo, const char *const *env, struct oid *out)
{
	static const char *const args[] = { PRIVATE_INDEX, "write-tree", NULL };
	struct str answer = STR_INIT(LINE_MAX_BYTES);
	struct err *err = repo_git_env(repo, args, env, NO_INPUT, &answer, NULL);
	struct span rest = str_span(&answer), line;

	if (!err && span_line(&rest, &line) && line.len < sizeof(out->hex))
		memcpy(out->hex, line.ptr, line.len);
	str_release(&answer);
	return err;
}

/* The tree of a copy of the index; add (NULL: nothing) is run on that first. */
static struct err *index_tree(struct repo *repo, const char *from, const char *const *add,
			      struct oid *out)
{
	struct str index = STR_INIT(PATH_BYTES);
	struct argv env = ARGV_INIT;
	struct err *err = NULL;

	*out = (struct oid){ "" };
	if (!repo->work_tree)
		return err_new(ERR_INPUT, "there is no work tree here");
	if (!repo->quarantine)
		return err_new(ERR_FATAL, "no quarantine to write objects to");
	str_addf(&index, "%s.index", repo->quarantine);
	argv_pushf(&env, "GIT_INDEX_FILE=%s", index.buf);
	err = err_first(str_err(&index, "path"),
			git_env_writing(repo, repo->quarantine, &env));
	if (!err)
		err = copy_index(repo, from, index.buf);
	if (!err)
		err = refuse_conflicts(repo, argv_list(&env));
	if (!err && add)
		err = repo_git_env(repo, add, argv_list(&env), NO_INPUT, NULL, NULL);
	if (!err)
		err = no_packs(repo);
	if (!err)
		err = write_tree(repo, argv_list(&env), out);
	if (index.len)
		unlink(index.buf);
	str_release(&index);
	argv_release(&env);
	return err;
}

struct err *repo_worktree_tree(struct repo *repo, struct oid *out)
{
	static const char *const add[] = {
		PRIVATE_INDEX,
		/* A warning about line ends is no reason to stop. */
		"-c", "core.safecrlf=false", "add", "-u", "--", ".", NULL,
	};

	return index_tree(repo, NULL, add, out);
}

struct err *repo_index_tree(struct repo *repo, const char *index, struct oid *out)
{
	return index_tree(repo, index, NULL, out);
}
