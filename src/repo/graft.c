/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/graft.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"

/* One folder: its entries by name, then those that are new. */
struct folder {
	struct tree_entry *v;
	size_t n, n_old, cap;
};

/* A path and what is below it stand together: "/" comes before all else. */
static int by_path(const void *pa, const void *pb)
{
	const unsigned char *a = (const unsigned char *)((const struct graft *)pa)->path;
	const unsigned char *b = (const unsigned char *)((const struct graft *)pb)->path;
	int x, y;

	while (*a && *a == *b) {
		a++;
		b++;
	}
	x = *a == '/' ? 1 : *a ? *a + 1 : 0;
	y = *b == '/' ? 1 : *b ? *b + 1 : 0;
	return x - y;
}

static int name_cmp(const struct tree_entry *a, const struct tree_entry *b)
{
	size_t n = a->name_len < b->name_len ? a->name_len : b->name_len;
	int order = memcmp(a->name, b->name, n);

	if (order)
		return order;
	return a->name_len < b->name_len ? -1 : a->name_len > b->name_len;
}

static int by_name(const void *a, const void *b)
{
	return name_cmp(a, b);
}

static int as_git_sorts(const void *a, const void *b)
{
	return entry_order(a, b);
}

static struct err *folder_add(struct folder *folder, const struct tree_entry *entry)
{
	if (folder->n == folder->cap) {
		size_t cap = folder->cap ? 2 * folder->cap : 64;
		struct tree_entry *v = realloc(folder->v, cap * sizeof(*v));

		if (!v)
			return err_nomem();
		folder->v = v;
		folder->cap = cap;
	}
	folder->v[folder->n++] = *entry;
	return NULL;
}

static struct err *folder_fill(struct folder *folder, struct span tree, size_t id_bytes)
{
	struct tree_entry entry;
	struct err *err = NULL;
	size_t at = 0;

	while (!err && tree_next(tree, id_bytes, &at, &entry))
		err = folder_add(folder, &entry);
	folder->n_old = folder->n;
	if (!err && folder->n)
		qsort(folder->v, folder->n, sizeof(*folder->v), by_name);
	return err;
}

static struct tree_entry *folder_find(struct folder *folder, struct span name)
{
	const struct tree_entry key = { .name = name.ptr, .name_len = name.len };

	if (!folder->n_old)
		return NULL;
	return bsearch(&key, folder->v, folder->n_old, sizeof(key), by_name);
}

/* mode 0 marks what is gone. */
static struct err *folder_write(const struct repo *repo, struct folder *folder,
				struct id *out, bool *is_empty)
{
	struct str tree = STR_INIT(OBJECT_MAX_BYTES);
	struct err *err;

	if (folder->n)
		qsort(folder->v, folder->n, sizeof(*folder->v), as_git_sorts);
	for (size_t i = 0; i < folder->n; i++) {
		if (folder->v[i].mode)
			tree_add(&tree, repo->id_bytes, &folder->v[i]);
	}
	*is_empty = !tree.len;
	err = str_err(&tree, "tree");
	if (!err)
		err = backend_write(repo, OBJECT_TREE, str_span(&tree), out);
	str_release(&tree);
	return err;
}

/* The first name of what is left of a path, and whether more follows. */
static struct span first_name(const char *path, bool *is_last)
{
	size_t len = strcspn(path, "/");

	*is_last = !path[len];
	return (struct span){ path, len };
}

/* How many of the grafts begin with this name: they stand together. */
static size_t group_size(const struct graft *grafts, size_t n, size_t depth,
			 struct span name)
{
	size_t i = 1;
	bool is_last;

	while (i < n && span_eq(first_name(grafts[i].path + depth, &is_last), name))
		i++;
	return i;
}

static struct err *graft_folder(const struct repo *repo, const struct id *base,
				struct graft *grafts, size_t n, size_t depth,
				struct id *out, bool *is_empty);

/* The grafts on or below one name of the folder. */
static struct err *graft_group(const struct repo *repo, struct folder *folder,
			       struct graft *grafts, size_t n, size_t depth,
			       struct span name)
{
	struct tree_entry *old = folder_find(folder, name);
	struct tree_entry entry = { .name = name.ptr, .name_len = name.len };
	bool is_last, is_empty = false;
	struct err *err = NULL;

	first_name(grafts[0].path + depth, &is_last);
	if (is_last) {
		if (n > 1)
			return err_new(ERR_INPUT, "'%s' leads through a file",
				       grafts[1].path);
		entry.mode = grafts[0].gone ? 0 : grafts[0].mode;
		entry.id = grafts[0].id;
	} else {
		if (old && !entry_is_tree(old))
			return err_new(ERR_INPUT, "'%s' leads through a file",
				       grafts[0].path);
		err = graft_folder(repo, old ? &old->id : NULL, grafts, n,
				   depth + name.len + 1, &entry.id, &is_empty);
		entry.mode = is_empty ? 0 : MODE_TREE;
	}
	if (err || (!old && !entry.mode))
		return err;
	if (!old)
		return folder_add(folder, &entry);
	*old = entry;
	return NULL;
}

static struct err *graft_folder(const struct repo *repo, const struct id *base,
				struct graft *grafts, size_t n, size_t depth,
				struct id *out, bool *is_empty)
{
	struct object tree = { .type = OBJECT_NONE };
	struct folder folder = { 0 };
	struct err *err = base ? backend_tree(repo, base, &tree) : NULL;

	if (!err)
		err = folder_fill(&folder, tree.bytes, repo->id_bytes);
	for (size_t i = 0; i < n && !err;) {
		bool is_last;
		struct span name = first_name(grafts[i].path + depth, &is_last);
		size_t size = group_size(grafts + i, n - i, depth, name);

		err = graft_group(repo, &folder, grafts + i, size, depth, name);
		i += size;
	}
	if (!err)
		err = folder_write(repo, &folder, out, is_empty);
	free(folder.v);
	object_release(&tree);
	return err;
}

struct err *graft(const struct repo *repo, const struct id *base, struct graft *grafts,
		  size_t n, struct id *out)
{
	bool is_empty;

	for (size_t i = 0; i < n; i++) {
		/* It bounds the depth of the recursion, too. */
		struct err *err = path_check(grafts[i].path);

		if (err)
			return err;
	}
	if (n)
		qsort(grafts, n, sizeof(*grafts), by_path);
	return graft_folder(repo, base, grafts, n, 0, out, &is_empty);
}
