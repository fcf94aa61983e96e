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
	struct object object; /* none for what has no bytes */
	char path[];
};

struct repo_source {
	struct source source;
	struct repo *repo;
	struct object root;
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
			    enum source_kind kind, struct object *object,
			    struct held **out)
{
	struct held **bucket = bucket_of(rs, path);
	size_t len = strlen(path) + 1;
	struct held *h = calloc(1, sizeof(*h) + len);

	*out = h;
	if (!h) {
		object_release(object);
		return err_nomem();
	}
	memcpy(h->path, path, len);
	h->kind = kind;
	h->object = *object;
	h->next = *bucket;
	*bucket = h;
	return NULL;
}

static struct err *hold(struct repo_source *rs, const char *path, struct held **out)
{
	struct object object = { .type = OBJECT_NONE };
	enum source_kind kind;
	struct err *err;
	struct id id;

	*out = find_held(rs, path);
	if (*out)
		return NULL;
	err = backend_entry(rs->repo, &rs->root, path, &kind, &id);
	if (!err && (kind == SOURCE_FILE || kind == SOURCE_EXECUTABLE || kind == SOURCE_LINK))
		err = backend_blob(rs->repo, &id, path, EDIT_FILE_MAX_BYTES, &object);
	return err ? err : add_held(rs, path, kind, &object, out);
}

static struct err *source_read(void *ctx, const char *path, struct source_entry *out)
{
	struct held *h;
	struct err *err = hold(ctx, path, &h);

	*out = (struct source_entry){ .kind = SOURCE_ABSENT };
	if (err)
		return err;
	out->kind = h->kind;
	out->bytes = h->object.bytes;
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

static struct err *keep_wanted(void *ctx, const struct listed *file, struct object *object)
{
	struct sifting *s = ctx;
	struct held *h = find_held(s->rs, file->path);
	struct err *err = NULL;

	if (h)
		object_release(object);
	else
		err = add_held(s->rs, file->path, file->kind, object, &h);
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
	struct id id;

	*out = NULL;
	if (!rs)
		return err_nomem();
	rs->repo = repo;
	rs->tree = *tree;
	rs->source = (struct source){ .ctx = rs, .read = source_read, .list = source_list,
				      .sift = source_sift, .tags = source_tags };
	err = backend_id(repo, tree, &id);
	if (!err)
		err = backend_tree(repo, &id, &rs->root);
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
			object_release(&h->object);
			free(h);
		}
	}
	object_release(&rs->root);
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

	return file->kind == SOURCE_SUBMODULE ? NULL : match->fn(match->ctx, file->path);
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

static struct err *walk_tree(struct walk *walk, const struct id *id);

static struct err *walk_entry(struct walk *walk, const struct tree_entry *entry)
{
	size_t base = walk->path.len;
	struct oid blob;
	struct err *err;

	str_add(&walk->path, entry->name, entry->name_len);
	if (entry_is_tree(entry))
		str_addc(&walk->path, '/');
	err = str_err(&walk->path, "path in a tree");
	if (!err && entry_is_tree(entry)) {
		err = walk_tree(walk, &entry->id);
	} else if (!err) {
		backend_hex(walk->repo, &entry->id, &blob);
		err = walk->fn(walk->ctx, walk->path.buf,
			       entry_kind(entry) == SOURCE_LINK, &blob);
	}
	str_truncate(&walk->path, base);
	return err;
}

static struct err *walk_tree(struct walk *walk, const struct id *id)
{
	struct tree_entry entry;
	struct object tree;
	size_t at = 0;
	struct err *err = backend_tree(walk->repo, id, &tree);

	if (err)
		return err;
	while (!err && tree_next(tree.bytes, walk->repo->id_bytes, &at, &entry)) {
		if (!entry_is_submodule(&entry))
			err = walk_entry(walk, &entry);
	}
	object_release(&tree);
	return err;
}

struct err *repo_tree_walk(struct repo *repo, const struct oid *tree,
			   struct err *(*fn)(void *ctx, const char *path, bool is_link,
					     const struct oid *blob),
			   void *ctx)
{
	struct walk walk = { .repo = repo, .fn = fn, .ctx = ctx };
	struct id id;
	struct err *err = backend_id(repo, tree, &id);

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
	struct object b;
	struct id id;
	struct err *err = backend_id(repo, blob, &id);

	if (!err)
		err = backend_blob(repo, &id, blob->hex, max_bytes, &b);
	if (err)
		return err;
	str_add_span(out, b.bytes);
	object_release(&b);
	return str_err(out, "file");
}
