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
	struct err *(*fn)(void *ctx, const char *path, const struct tree_entry *before,
			  const struct tree_entry *after);
	void *ctx;
};

static struct err *compare_trees(struct compare *c, const struct id *a, const struct id *b);

/* One name: of one side, or of both and then of the same sort. */
static struct err *compare_entry(struct compare *c, const struct tree_entry *before,
				 const struct tree_entry *after)
{
	const struct tree_entry *entry = before ? before : after;
	size_t base = c->path.len;
	struct err *err;

	if (before && after && id_eq(&before->id, &after->id) &&
	    entry_kind(before) == entry_kind(after))
		return NULL;
	str_add(&c->path, entry->name, entry->name_len);
	if (entry_is_tree(entry))
		str_addc(&c->path, '/');
	err = str_err(&c->path, "path in a tree");
	if (!err && entry_is_tree(entry))
		err = compare_trees(c, before ? &before->id : NULL,
				    after ? &after->id : NULL);
	else if (!err)
		err = c->fn(c->ctx, c->path.buf, before, after);
	str_truncate(&c->path, base);
	return err;
}

static struct err *merge_walk(struct compare *c, struct span a, struct span b)
{
	size_t id_bytes = c->repo->id_bytes, i = 0, j = 0;
	struct tree_entry x, y;
	bool has_x = tree_next(a, id_bytes, &i, &x), has_y = tree_next(b, id_bytes, &j, &y);
	struct err *err = NULL;

	while (!err && (has_x || has_y)) {
		int order = !has_x ? 1 : !has_y ? -1 : entry_order(&x, &y);

		err = compare_entry(c, order <= 0 ? &x : NULL, order >= 0 ? &y : NULL);
		if (order <= 0)
			has_x = tree_next(a, id_bytes, &i, &x);
		if (order >= 0)
			has_y = tree_next(b, id_bytes, &j, &y);
	}
	return err;
}

static struct err *compare_trees(struct compare *c, const struct id *a,
				 const struct id *b)
{
	struct object x = { .type = OBJECT_NONE }, y = { .type = OBJECT_NONE };
	struct err *err = a ? backend_tree(c->repo, a, &x) : NULL;

	if (!err && b)
		err = backend_tree(c->repo, b, &y);
	if (!err)
		err = merge_walk(c, x.bytes, y.bytes);
	object_release(&x);
	object_release(&y);
	return err;
}

struct err *backend_compare(const struct repo *repo, const struct id *a, const struct id *b,
			    struct err *(*fn)(void *ctx, const char *path,
					      const struct tree_entry *before,
					      const struct tree_entry *after),
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

static struct err *side(const struct repo *repo, const struct tree_entry *entry,
			const char *path, struct object *out)
{
	if (!entry || entry_is_submodule(entry))
		return NULL;
	return backend_blob(repo, &entry->id, path, EDIT_FILE_MAX_BYTES, out);
}

/* Of the bytes alone: libgit2 needs no repository for it. */
static struct err *count_lines(struct span a, struct span b, const char *path,
			       struct repo_diffstat *stat)
{
	git_patch *patch = NULL;
	size_t added = 0, removed = 0;
	int rc = git_patch_from_buffers(&patch, a.ptr, a.len, path, b.ptr, b.len, path,
					NULL);

	if (!rc)
		rc = git_patch_line_stats(NULL, &added, &removed, patch);
	git_patch_free(patch);
	if (rc)
		return backend_err(ERR_FATAL, rc, "cannot compare '%s'", path);
	stat->added += added;
	stat->removed += removed;
	return NULL;
}

static struct err *count_file(void *ctx, const char *path, const struct tree_entry *before,
			      const struct tree_entry *after)
{
	struct stat_job *job = ctx;
	struct object a = { .type = OBJECT_NONE }, b = { .type = OBJECT_NONE };
	struct err *err = side(job->repo, before, path, &a);

	if (!err)
		err = side(job->repo, after, path, &b);
	if (!err && (a.bytes.len || b.bytes.len))
		err = count_lines(a.bytes, b.bytes, path, job->stat);
	object_release(&a);
	object_release(&b);
	if (err)
		return err;
	job->stat->files++;
	return job->fn ? job->fn(job->ctx, path) : NULL;
}

struct err *repo_diff_stat(struct repo *repo, const struct oid *a, const struct oid *b,
			   struct repo_diffstat *stat,
			   struct err *(*fn)(void *ctx, const char *path), void *ctx)
{
	struct stat_job job = { .repo = repo, .stat = stat, .fn = fn, .ctx = ctx };
	struct id x, y;
	struct err *err = backend_id(repo, a, &x);

	*stat = (struct repo_diffstat){ 0 };
	if (!err)
		err = backend_id(repo, b, &y);
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
