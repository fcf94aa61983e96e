/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/argv.h"
#include "base/path.h"
#include "edit/resolve.h"
#include "repo/backend.h"
#include "repo/git.h"
#include "repo/tree.h"

/*
 * Own comparison: it looks at what differs alone. git_diff_tree_to_tree() costs
 * forty times as much on a large tree, and grows with it.
 */
struct compare {
	const struct repo *repo;
	struct str path;
	struct err *(*fn)(void *ctx, const char *path, const git_tree_entry *before,
			  const git_tree_entry *after);
	void *ctx;
};

static bool is_tree(const git_tree_entry *entry)
{
	return entry && git_tree_entry_filemode(entry) == GIT_FILEMODE_TREE;
}

static struct err *compare_trees(struct compare *c, const git_oid *a, const git_oid *b);

/* One name: of one side, or of both and then of the same sort. */
static struct err *compare_entry(struct compare *c, const git_tree_entry *before,
				 const git_tree_entry *after)
{
	const git_tree_entry *entry = before ? before : after;
	size_t base = c->path.len;
	struct err *err;

	if (before && after &&
	    git_oid_equal(git_tree_entry_id(before), git_tree_entry_id(after)) &&
	    git_tree_entry_filemode(before) == git_tree_entry_filemode(after))
		return NULL;
	str_adds(&c->path, git_tree_entry_name(entry));
	if (is_tree(entry))
		str_addc(&c->path, '/');
	err = str_err(&c->path, "path in a tree");
	if (!err && is_tree(entry))
		err = compare_trees(c, before ? git_tree_entry_id(before) : NULL,
				    after ? git_tree_entry_id(after) : NULL);
	else if (!err)
		err = c->fn(c->ctx, c->path.buf, before, after);
	str_truncate(&c->path, base);
	return err;
}

/* As git sorts: a folder as if a slash stood at the end of its name. */
static int entry_order(const git_tree_entry *a, const git_tree_entry *b)
{
	const unsigned char *x = (const unsigned char *)git_tree_entry_name(a);
	const unsigned char *y = (const unsigned char *)git_tree_entry_name(b);
	int cx, cy;

	while (*x && *x == *y) {
		x++;
		y++;
	}
	cx = *x ? *x : is_tree(a) ? '/' : 0;
	cy = *y ? *y : is_tree(b) ? '/' : 0;
	return cx - cy;
}

static struct err *merge_walk(struct compare *c, const git_tree *a, const git_tree *b)
{
	size_t n = a ? git_tree_entrycount(a) : 0, m = b ? git_tree_entrycount(b) : 0;
	size_t i = 0, j = 0;
	struct err *err = NULL;

	while (!err && (i < n || j < m)) {
		const git_tree_entry *x = i < n ? git_tree_entry_byindex(a, i) : NULL;
		const git_tree_entry *y = j < m ? git_tree_entry_byindex(b, j) : NULL;
		int order = !x ? 1 : !y ? -1 : entry_order(x, y);

		err = compare_entry(c, order <= 0 ? x : NULL, order >= 0 ? y : NULL);
		i += order <= 0;
		j += order >= 0;
	}
	return err;
}

static struct err *compare_trees(struct compare *c, const git_oid *a, const git_oid *b)
{
	git_tree *x = NULL, *y = NULL;
	struct err *err = NULL;
	int rc;

	rc = a ? git_tree_lookup(&x, c->repo->git, a) : 0;
	if (rc)
		err = backend_missing(c->repo, rc, a);
	rc = !err && b ? git_tree_lookup(&y, c->repo->git, b) : 0;
	if (rc)
		err = backend_missing(c->repo, rc, b);
	if (!err)
		err = merge_walk(c, x, y);
	git_tree_free(x);
	git_tree_free(y);
	return err;
}

struct err *backend_compare(const struct repo *repo, const git_oid *a, const git_oid *b,
			    struct err *(*fn)(void *ctx, const char *path,
					      const git_tree_entry *before,
					      const git_tree_entry *after),
			    void *ctx)
{
	struct compare c = { .repo = repo, .fn = fn, .ctx = ctx };
	struct err *err;

	/* The ceiling bounds the depth of the recursion too. */
	str_init(&c.path, PATH_MAX_BYTES);
	err = compare_trees(&c, a, b);
	str_release(&c.path);
	return err;
}

struct stat_job {
	struct repo *repo;
	struct repo_diffstat *stat;
	struct err *(*fn)(void *ctx, const char *path);
	void *ctx;
};

static struct err *side(const struct repo *repo, const git_tree_entry *entry,
			const char *path, git_blob **out)
{
	*out = NULL;
	if (!entry || git_tree_entry_filemode(entry) == GIT_FILEMODE_COMMIT)
		return NULL;
	return backend_blob(repo, git_tree_entry_id(entry), path, EDIT_FILE_MAX_BYTES,
			    out);
}

static struct err *count_file(void *ctx, const char *path, const git_tree_entry *before,
			      const git_tree_entry *after)
{
	struct stat_job *job = ctx;
	git_blob *a = NULL, *b = NULL;
	git_patch *patch = NULL;
	size_t added = 0, removed = 0;
	struct err *err = side(job->repo, before, path, &a);
	int rc;

	if (!err)
		err = side(job->repo, after, path, &b);
	if (!err && (a || b)) {
		rc = git_patch_from_blobs(&patch, a, path, b, path, NULL);
		if (!rc)
			rc = git_patch_line_stats(NULL, &added, &removed, patch);
		if (rc)
			err = backend_err(ERR_FATAL, rc, "cannot compare '%s'", path);
	}
	git_patch_free(patch);
	git_blob_free(a);
	git_blob_free(b);
	if (err)
		return err;
	job->stat->files++;
	job->stat->added += added;
	job->stat->removed += removed;
	return job->fn ? job->fn(job->ctx, path) : NULL;
}

struct err *repo_diff_stat(struct repo *repo, const struct oid *a, const struct oid *b,
			   struct repo_diffstat *stat,
			   struct err *(*fn)(void *ctx, const char *path), void *ctx)
{
	struct stat_job job = { .repo = repo, .stat = stat, .fn = fn, .ctx = ctx };
	git_oid x, y;
	struct err *err = backend_oid(&x, a);

	*stat = (struct repo_diffstat){ 0 };
	if (!err)
		err = backend_oid(&y, b);
	return err ? err : backend_compare(repo, &x, &y, count_file, &job);
}

struct err *repo_diff_text(struct repo *repo, const struct oid *a, const struct oid *b,
			   const char *const *paths, struct str *out)
{
	const char *const first[] = {
		"diff-tree", "-r", "-p", "-M", "--binary", "--no-color", "--no-ext-diff",
		"--no-textconv", "--src-prefix=a/", "--dst-prefix=b/", "--unified=3",
		"--diff-algorithm=default", a->hex, b->hex, "--", NULL,
	};
	struct argv args = ARGV_INIT;
	struct err *err;

	argv_push_all(&args, first);
	if (paths)
		argv_push_all(&args, paths);
	err = argv_err(&args);
	if (!err)
		err = repo_git(repo, argv_list(&args), NO_INPUT, out, NULL);
	argv_release(&args);
	return err;
}
