/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "edit/resolve.h"
#include "repo/backend.h"

#define N_BUCKETS 1024

/* What was read, so that a path is read once and its bytes stay. */
struct held {
	struct held *next;
	enum source_kind kind;
	git_odb_object *object; /* NULL for what has no bytes */
	char path[];
};

struct repo_source {
	struct source source;
	struct repo *repo;
	git_tree *root;
	struct oid tree;
	bool no_ctags;
	struct held *bucket[N_BUCKETS];
};

static struct held **bucket_of(struct repo_source *rs, const char *path)
{
	unsigned h = 2166136261u;

	for (; *path; path++)
		h = (h ^ (unsigned char)*path) * 16777619u;
	return &rs->bucket[h % N_BUCKETS];
}

static struct held *find_held(struct repo_source *rs, const char *path)
{
	struct held *h = *bucket_of(rs, path);

	while (h && strcmp(h->path, path))
		h = h->next;
	return h;
}

/* Takes object, also when it fails. */
static struct err *add_held(struct repo_source *rs, const char *path,
			    enum source_kind kind, git_odb_object *object,
			    struct held **out)
{
	struct held **bucket = bucket_of(rs, path);
	size_t len = strlen(path) + 1;
	struct held *h = calloc(1, sizeof(*h) + len);

	*out = h;
	if (!h) {
		git_odb_object_free(object);
		return err_nomem();
	}
	memcpy(h->path, path, len);
	h->kind = kind;
	h->object = object;
	h->next = *bucket;
	*bucket = h;
	return NULL;
}

static struct err *hold(struct repo_source *rs, const char *path, struct held **out)
{
	git_odb_object *object = NULL;
	enum source_kind kind;
	struct err *err;
	git_oid id;

	*out = find_held(rs, path);
	if (*out)
		return NULL;
	err = backend_entry(rs->repo, rs->root, path, &kind, &id);
	if (!err && (kind == SOURCE_FILE || kind == SOURCE_EXECUTABLE || kind == SOURCE_LINK))
		err = backend_object(rs->repo, rs->repo->odb, &id, path, EDIT_FILE_MAX_BYTES,
				     &object);
	return err ? err : add_held(rs, path, kind, object, out);
}

static struct err *source_read(void *ctx, const char *path, struct source_entry *out)
{
	struct held *h;
	struct err *err = hold(ctx, path, &h);

	*out = (struct source_entry){ .kind = SOURCE_ABSENT };
	if (err)
		return err;
	out->kind = h->kind;
	if (h->object)
		out->bytes = (struct span){ git_odb_object_data(h->object),
					    git_odb_object_size(h->object) };
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

struct sifting {
	struct repo_source *rs;
	struct err *(*fn)(void *ctx, const char *path);
	void *ctx;
};

static struct err *keep_wanted(void *ctx, const struct listed *file, git_odb_object *object)
{
	struct sifting *s = ctx;
	struct held *h = find_held(s->rs, file->path);
	struct err *err = NULL;

	if (h)
		git_odb_object_free(object);
	else
		err = add_held(s->rs, file->path, backend_kind(file->mode), object, &h);
	return err ? err : s->fn(s->ctx, file->path);
}

static struct err *source_sift(void *ctx, const char *pathspec, const struct sieve *sieve,
			       struct err *(*fn)(void *fn_ctx, const char *path),
			       void *fn_ctx)
{
	struct repo_source *rs = ctx;
	struct sifting s = { rs, fn, fn_ctx };

	return backend_sift(rs->repo, &rs->tree, pathspec, EDIT_FILE_MAX_BYTES, sieve,
			    keep_wanted, &s);
}

static struct err *source_tags(void *ctx, const char *path, struct span text,
			       struct err *(*fn)(void *fn_ctx, const struct source_tag *tag),
			       void *fn_ctx)
{
	struct repo_source *rs = ctx;

	if (rs->no_ctags)
		return NULL;
	return backend_ctags(rs->repo->loop, path, text, &rs->no_ctags, fn, fn_ctx);
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
	rs->source = (struct source){ .ctx = rs, .read = source_read, .list = source_list,
				      .sift = source_sift, .tags = source_tags };
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
			git_odb_object_free(h->object);
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

struct match {
	struct err *(*fn)(void *ctx, const char *path);
	void *ctx;
};

static struct err *match_file(void *ctx, const struct listed *file)
{
	const struct match *match = ctx;

	return file->mode == GIT_FILEMODE_COMMIT ? NULL : match->fn(match->ctx, file->path);
}

struct err *repo_tree_match(struct repo *repo, const struct oid *tree,
			    const char *const *pathspecs,
			    struct err *(*fn)(void *ctx, const char *path), void *ctx)
{
	struct match match = { fn, ctx };
	struct str listing = STR_INIT(0);
	struct err *err = backend_list(repo, tree, pathspecs, &listing, match_file, &match);

	str_release(&listing);
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
