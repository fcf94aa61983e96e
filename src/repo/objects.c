/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "repo/backend.h"
#include "sys/file.h"

/* As deep as git follows them. */
#define ALTERNATES_DEPTH_MAX 5
#define ALTERNATES_MAX_BYTES ((size_t)1 << 20)

const char *object_type_name(enum object_type type)
{
	static const char *const names[] = {
		[OBJECT_NONE] = "none",	    [OBJECT_BLOB] = "blob",
		[OBJECT_TREE] = "tree",	    [OBJECT_COMMIT] = "commit",
		[OBJECT_OTHER] = "another",
	};

	return names[type];
}

void object_release(struct object *object)
{
	if (object->drop)
		object->drop(object->held);
	*object = (struct object){ .type = OBJECT_NONE };
}

struct err *backend_missing(const struct repo *repo, const struct id *id)
{
	struct oid oid;

	backend_hex(repo, id, &oid);
	if (!backend_is_partial(repo))
		return err_hint(err_new(ERR_FATAL, "object %s is missing", oid.hex),
				"git fsck");
	if (repo->may_fetch)
		return err_hint(err_new(ERR_FATAL,
					"object %s is missing, and git could not fetch it",
					oid.hex),
				"git cat-file -t %s", oid.hex);
	return err_hint(
		err_new(ERR_FATAL, "object %s is missing: this is a partial clone",
			oid.hex),
		"git config dualfix.fetchMissing true, or git fetch --refetch --no-filter");
}

struct err *backend_id(const struct repo *repo, const struct oid *oid, struct id *out)
{
	if (!id_parse(out, span_of(oid->hex), repo->id_bytes))
		return err_new(ERR_FATAL, "'%s' is no object name", oid->hex);
	return NULL;
}

void backend_hex(const struct repo *repo, const struct id *id, struct oid *out)
{
	id_hex(id, repo->id_bytes, out->hex);
}

static bool is_listed(const struct argv *dirs, const char *dir)
{
	for (size_t i = 0; i < dirs->n; i++) {
		if (!strcmp(dirs->v[i], dir))
			return true;
	}
	return false;
}

static struct err *add_dirs(struct argv *dirs, const char *objects_dir, int depth);

static struct err *add_alternates(struct argv *dirs, const char *objects_dir, int depth)
{
	struct str path = STR_INIT(ALTERNATES_MAX_BYTES);
	struct str text = STR_INIT(ALTERNATES_MAX_BYTES);
	struct span rest, line;
	struct err *err;

	str_addf(&path, "%s/info/alternates", objects_dir);
	err = str_err(&path, "path");
	if (err || !file_exists(path.buf))
		goto out;
	err = file_read(path.buf, &text);
	rest = str_span(&text);
	while (!err && span_line(&rest, &line)) {
		/* libgit2 reads no quoted ones; git writes them for odd paths only. */
		if (!line.len || *line.ptr == '#' || *line.ptr == '"')
			continue;
		str_reset(&path);
		if (*line.ptr != '/')
			str_addf(&path, "%s/", objects_dir);
		str_add_span(&path, line);
		err = str_err(&path, "path");
		if (!err)
			err = add_dirs(dirs, path.buf, depth + 1);
	}
out:
	str_release(&path);
	str_release(&text);
	return err;
}

static struct err *add_dirs(struct argv *dirs, const char *objects_dir, int depth)
{
	char *real = realpath(objects_dir, NULL);
	struct err *err = NULL;

	/* One that is gone is git's to complain about, when it matters. */
	if (real && !is_listed(dirs, real)) {
		argv_push(dirs, real);
		if (depth < ALTERNATES_DEPTH_MAX)
			err = add_alternates(dirs, real, depth);
	}
	free(real);
	return err ? err : argv_err(dirs);
}

struct err *object_dirs(struct argv *dirs, const char *objects_dir)
{
	return add_dirs(dirs, objects_dir, 0);
}

/* ERR_FATAL unless it is there and of this type. */
static struct err *read_typed(const struct repo *repo, const struct id *id,
			      enum object_type type, struct object *out)
{
	struct err *err = repo->backend->read(repo->store, id, OBJECT_MAX_BYTES, out);
	struct oid oid;

	if (err || (out->type == type && out->size <= OBJECT_MAX_BYTES))
		return err;
	backend_hex(repo, id, &oid);
	if (out->type == OBJECT_NONE)
		err = backend_missing(repo, id);
	else if (out->type != type)
		err = err_new(ERR_FATAL, "object %s is no %s", oid.hex,
			      object_type_name(type));
	else
		err = err_new(ERR_FATAL, "object %s is too large", oid.hex);
	object_release(out);
	return err;
}

struct err *backend_exists(const struct repo *repo, const struct id *id,
			   enum object_type *type)
{
	struct object object;
	struct err *err = repo->backend->read(repo->store, id, 0, &object);

	*type = err ? OBJECT_NONE : object.type;
	if (!err)
		object_release(&object);
	return err;
}

struct err *backend_write(const struct repo *repo, enum object_type type,
			  struct span bytes, struct id *out)
{
	return repo->backend->write(repo->store, type, bytes, out);
}

static struct err *damaged(const struct repo *repo, const struct id *id,
			   enum object_type type)
{
	struct oid oid;

	backend_hex(repo, id, &oid);
	return err_hint(err_new(ERR_FATAL, "%s %s is damaged", object_type_name(type),
				oid.hex),
			"git fsck");
}

struct err *backend_tree(const struct repo *repo, const struct id *id, struct object *out)
{
	struct err *err = read_typed(repo, id, OBJECT_TREE, out);

	if (!err && !tree_is_sound(out->bytes, repo->id_bytes)) {
		object_release(out);
		err = damaged(repo, id, OBJECT_TREE);
	}
	return err;
}

struct err *backend_commit(const struct repo *repo, const struct id *id,
			   struct commit_names *out)
{
	struct object object;
	struct err *err = read_typed(repo, id, OBJECT_COMMIT, &object);

	if (err)
		return err;
	if (!commit_parse(out, object.bytes, repo->id_bytes))
		err = damaged(repo, id, OBJECT_COMMIT);
	object_release(&object);
	return err;
}

static enum source_kind beyond(enum source_kind kind)
{
	if (kind == SOURCE_SUBMODULE)
		return SOURCE_BEYOND_SUBMODULE;
	return kind == SOURCE_LINK ? SOURCE_BEYOND_LINK : SOURCE_BEYOND_FILE;
}

struct err *backend_entry(const struct repo *repo, const struct object *root,
			  const char *path, enum source_kind *kind, struct id *id)
{
	struct object held = { .type = OBJECT_NONE };
	struct span rest = span_of(path), part, tree = root->bytes;
	struct err *err = NULL;
	bool is_root = true;

	*kind = SOURCE_FOLDER;
	while (span_split(&rest, '/', &part)) {
		struct tree_entry entry;

		if (*kind != SOURCE_FOLDER) {
			*kind = beyond(*kind);
			break;
		}
		if (!is_root) {
			object_release(&held);
			err = backend_tree(repo, id, &held);
			if (err)
				break;
			tree = held.bytes;
		}
		is_root = false;
		if (!tree_find(tree, repo->id_bytes, part, &entry)) {
			*kind = SOURCE_ABSENT;
			break;
		}
		*kind = entry_kind(&entry);
		*id = entry.id;
	}
	object_release(&held);
	return err;
}

struct err *backend_blob(const struct repo *repo, const struct id *id, const char *path,
			 size_t max_bytes, struct object *out)
{
	struct err *err = repo->backend->read(repo->store, id, max_bytes, out);

	if (err)
		return err;
	if (out->type == OBJECT_NONE)
		err = backend_missing(repo, id);
	else if (out->type != OBJECT_BLOB)
		err = err_new(ERR_FATAL, "'%s' is not a file", path);
	else if (out->size > max_bytes)
		err = err_new(ERR_INPUT, "'%s' has %zu bytes, more than %zu", path,
			      out->size, max_bytes);
	if (err)
		object_release(out);
	return err;
}
