/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "edit/resolve.h"
#include "repo/backend.h"
#include "repo/git.h"

/* The tree without an entry, which git knows without having it. */
#define EMPTY_TREE "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
#define LISTING_MAX_BYTES ((size_t)256 << 20)

#define N_BUCKETS 1024

/* What was read, so that a path is read once and its bytes stay. */
struct held {
	struct held *next;
	enum source_kind kind;
	git_blob *blob; /* NULL for what has no bytes */
	char path[];
};

struct repo_source {
	struct source source;
	struct repo *repo;
	git_tree *root;
	struct oid tree;
	struct held *bucket[N_BUCKETS];
};

static struct held **bucket_of(struct repo_source *rs, const char *path)
{
	unsigned h = 2166136261u;

	for (; *path; path++)
		h = (h ^ (unsigned char)*path) * 16777619u;
	return &rs->bucket[h % N_BUCKETS];
}

static struct err *hold(struct repo_source *rs, const char *path, struct held **out)
{
	struct held **bucket = bucket_of(rs, path), *h;
	size_t len = strlen(path) + 1;
	struct err *err;
	git_oid id;

	for (h = *bucket; h && strcmp(h->path, path);)
		h = h->next;
	*out = h;
	if (h)
		return NULL;
	h = calloc(1, sizeof(*h) + len);
	if (!h)
		return err_nomem();
	memcpy(h->path, path, len);
	err = backend_entry(rs->repo, rs->root, path, &h->kind, &id);
	if (!err && (h->kind == SOURCE_FILE || h->kind == SOURCE_EXECUTABLE ||
		     h->kind == SOURCE_LINK))
		err = backend_blob(rs->repo, &id, path, EDIT_FILE_MAX_BYTES, &h->blob);
	if (err) {
		free(h);
		return err;
	}
	h->next = *bucket;
	*bucket = h;
	*out = h;
	return NULL;
}

static struct err *source_read(void *ctx, const char *path, struct source_entry *out)
{
	struct held *h;
	struct err *err = hold(ctx, path, &h);

	*out = (struct source_entry){ .kind = SOURCE_ABSENT };
	if (err)
		return err;
	out->kind = h->kind;
	if (h->blob)
		out->bytes = (struct span){ git_blob_rawcontent(h->blob),
					    (size_t)git_blob_rawsize(h->blob) };
	return NULL;
}

static struct err *source_list(void *ctx, const char *pathspec,
			       struct err *(*fn)(void *fn_ctx, const char *path),
			       void *fn_ctx)
{
	struct repo_source *rs = ctx;
	const char *const pathspecs[] = { pathspec, NULL };

	return repo_tree_match(rs->repo, &rs->tree, pathspecs, fn, fn_ctx);
}

struct err *repo_source_new(struct repo_source **out, struct repo *repo,
			    const struct oid *tree)
{
	struct repo_source *rs = calloc(1, sizeof(*rs));
	struct err *err;

	*out = NULL;
	if (!rs)
		return err_nomem();
	rs->repo = repo;
	rs->tree = *tree;
	rs->source =
		(struct source){ .ctx = rs, .read = source_read, .list = source_list };
	err = backend_tree(repo, tree, &rs->root);
	if (err) {
		free(rs);
		return err;
	}
	*out = rs;
	return NULL;
}

void repo_source_free(struct repo_source *rs)
{
	if (!rs)
		return;
	for (size_t i = 0; i < N_BUCKETS; i++) {
		while (rs->bucket[i]) {
			struct held *h = rs->bucket[i];

			rs->bucket[i] = h->next;
			git_blob_free(h->blob);
			free(h);
		}
	}
	git_tree_free(rs->root);
	free(rs);
}

const struct source *repo_source(struct repo_source *rs)
{
	return &rs->source;
}

/* One entry of `git diff-tree --raw -z`: ":<modes> <ids> <status>", its path. */
static struct err *each_added(struct span listing,
			      struct err *(*fn)(void *ctx, const char *path), void *ctx)
{
	static const char gitlink[] = ":000000 160000 ";
	struct err *err = NULL;

	while (!err && listing.len) {
		ptrdiff_t meta = span_findc(listing, '\0', 0);
		ptrdiff_t path =
			meta < 0 ? -1 : span_findc(listing, '\0', (size_t)meta + 1);

		if (path < 0)
			return err_new(ERR_FATAL, "git diff-tree: output is cut off");
		if (!span_starts(listing, gitlink))
			err = fn(ctx, listing.ptr + meta + 1);
		listing = span_cut(listing, (size_t)path + 1, listing.len);
	}
	return err;
}

struct err *repo_tree_match(struct repo *repo, const struct oid *tree,
			    const char *const *pathspecs,
			    struct err *(*fn)(void *ctx, const char *path), void *ctx)
{
	const char *const start[] = { "diff-tree", "-r",	   "-z",
				      "--raw",	   "--no-renames", EMPTY_TREE,
				      tree->hex,   "--",	   NULL };
	struct str listing = STR_INIT(LISTING_MAX_BYTES);
	struct argv args = ARGV_INIT;
	struct err *err;

	/* From the difference to nothing: of the commands that list a tree it is the
	 * one that takes whole pathspecs. */
	argv_push_all(&args, start);
	argv_push_all(&args, pathspecs);
	err = argv_err(&args);
	if (!err)
		err = repo_git(repo, argv_list(&args), NO_INPUT, &listing, NULL);
	if (err && err_kind(err) == ERR_FATAL)
		err = err_as(err, ERR_INPUT); /* the tree is there: it is the pathspec */
	if (!err)
		err = each_added(str_span(&listing), fn, ctx);
	str_release(&listing);
	argv_release(&args);
	return err;
}

struct walk {
	struct repo *repo;
	struct str path;
	struct err *(*fn)(void *ctx, const char *path, bool is_link,
			  const struct oid *blob);
	void *ctx;
};

static struct err *walk_tree(struct walk *walk, const git_oid *id)
{
	struct err *err = NULL;
	size_t n, base = walk->path.len;
	git_tree *tree;
	int rc = git_tree_lookup(&tree, walk->repo->git, id);

	if (rc)
		return backend_missing(walk->repo, rc, id);
	n = git_tree_entrycount(tree);
	for (size_t i = 0; i < n && !err; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
		git_filemode_t mode = git_tree_entry_filemode(entry);
		struct oid blob;

		if (mode == GIT_FILEMODE_COMMIT)
			continue;
		str_adds(&walk->path, git_tree_entry_name(entry));
		if (mode == GIT_FILEMODE_TREE)
			str_addc(&walk->path, '/');
		err = str_err(&walk->path, "path in a tree");
		if (err)
			break;
		if (mode == GIT_FILEMODE_TREE) {
			err = walk_tree(walk, git_tree_entry_id(entry));
		} else {
			backend_hex(&blob, git_tree_entry_id(entry));
			err = walk->fn(walk->ctx, walk->path.buf,
				       mode == GIT_FILEMODE_LINK, &blob);
		}
		str_truncate(&walk->path, base);
	}
	git_tree_free(tree);
	return err;
}

struct err *repo_tree_walk(struct repo *repo, const struct oid *tree,
			   struct err *(*fn)(void *ctx, const char *path, bool is_link,
					     const struct oid *blob),
			   void *ctx)
{
	struct walk walk = { .repo = repo, .fn = fn, .ctx = ctx };
	git_oid id;
	struct err *err = backend_oid(&id, tree);

	/* The ceiling bounds the depth of the recursion too. */
	str_init(&walk.path, PATH_MAX_BYTES);
	if (!err)
		err = walk_tree(&walk, &id);
	str_release(&walk.path);
	return err;
}

struct err *repo_blob(struct repo *repo, const struct oid *blob, size_t max_bytes,
		      struct str *out)
{
	git_blob *b = NULL;
	git_oid id;
	struct err *err = backend_oid(&id, blob);

	if (!err)
		err = backend_blob(repo, &id, blob->hex, max_bytes, &b);
	if (!err) {
		str_add(out, git_blob_rawcontent(b), (size_t)git_blob_rawsize(b));
		err = str_err(out, "file");
	}
	git_blob_free(b);
	return err;
}
