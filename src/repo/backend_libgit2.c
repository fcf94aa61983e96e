/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>

#include "repo/backend.h"

/*
 * Above or below the loose (1) and packed (2) objects of the user: where most of what is
 * read is theirs, there should be no look into the quarantine first.
 */
#define QUARANTINE_FIRST 10
#define QUARANTINE_LAST 0

struct store {
	/* Or NULL; never asked for anything, but its cache is larger than the odb's own. */
	git_repository *git;
	git_odb *odb;
};

struct err *backend_err(enum err_kind kind, int rc, const char *fmt, ...)
{
	const git_error *last = git_error_last();
	char what[1024];
	va_list ap;

	if (last && last->klass == GIT_ERROR_NOMEMORY)
		return err_nomem();
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (!last || !last->message)
		return err_new(kind, "%s: libgit2 error %d", what, rc);
	return err_new(kind, "%s: %s", what, last->message);
}

static git_oid oid_of(const struct id *id)
{
	git_oid oid;

	git_oid_fromraw(&oid, id->raw);
	return oid;
}

static enum object_type type_of(git_object_t type)
{
	switch (type) {
	case GIT_OBJECT_BLOB:
		return OBJECT_BLOB;
	case GIT_OBJECT_TREE:
		return OBJECT_TREE;
	case GIT_OBJECT_COMMIT:
		return OBJECT_COMMIT;
	default:
		return OBJECT_OTHER;
	}
}

static void store_close(void *ctx)
{
	struct store *store = ctx;

	if (!store)
		return;
	git_repository_free(store->git);
	git_odb_free(store->odb);
	free(store);
}

static struct err *add_quarantine(git_odb *odb, const char *dir, int priority)
{
	git_odb_backend *loose;
	int rc = git_odb_backend_loose(&loose, dir, -1, 0, 0, 0);

	if (!rc) {
		rc = git_odb_add_backend(odb, loose, priority);
		if (rc)
			loose->free(loose);
	}
	return rc ? backend_err(ERR_FATAL, rc, "cannot use '%s'", dir) : NULL;
}

static struct err *store_open(void **out, const struct repo *repo, const char *quarantine,
			      enum store_use use)
{
	int priority = use == STORE_FOR_BULK ? QUARANTINE_LAST : QUARANTINE_FIRST;
	struct store *store;
	struct err *err = NULL;
	int rc;

	*out = NULL;
	if (repo->id_bytes != ID_SHA1_BYTES)
		return err_new(ERR_CONFIG, "libgit2 cannot read the repository's extension "
					   "objectFormat=sha256");
	store = calloc(1, sizeof(*store));
	if (!store)
		return err_nomem();
	rc = git_odb_new(&store->odb);
	/* As alternates alone, so that there is nowhere to write without a quarantine. */
	if (!rc)
		rc = git_odb_add_disk_alternate(store->odb, repo->objects_dir);
	if (!rc && quarantine)
		err = add_quarantine(store->odb, quarantine, priority);
	if (!rc && !err && use == STORE_FOR_RUN)
		rc = git_repository_wrap_odb(&store->git, store->odb);
	if (rc)
		err = backend_err(ERR_FATAL, rc, "cannot open '%s'", repo->objects_dir);
	if (err) {
		store_close(store);
		return err;
	}
	*out = store;
	return NULL;
}

static struct err *cannot_read(int rc, const git_oid *oid)
{
	char hex[GIT_OID_HEXSZ + 1];

	git_oid_tostr(hex, sizeof(hex), oid);
	return backend_err(ERR_FATAL, rc, "cannot read object %s", hex);
}

static void drop(void *held)
{
	git_odb_object_free(held);
}

static struct err *store_read(void *ctx, const struct id *id, size_t max_bytes,
			      struct object *out)
{
	struct store *store = ctx;
	git_oid oid = oid_of(id);
	git_odb_object *object = NULL;
	git_object_t type = GIT_OBJECT_INVALID;
	int rc = 0;

	*out = (struct object){ .type = OBJECT_NONE };
	/* Costs as much again where nothing is too large to be looked at. */
	if (max_bytes < OBJECT_MAX_BYTES)
		rc = git_odb_read_header(&out->size, &type, store->odb, &oid);
	if (!rc && out->size <= max_bytes)
		rc = git_odb_read(&object, store->odb, &oid);
	if (rc)
		return rc == GIT_ENOTFOUND ? NULL : cannot_read(rc, &oid);
	if (object) {
		type = git_odb_object_type(object);
		out->size = git_odb_object_size(object);
		out->bytes = (struct span){ git_odb_object_data(object), out->size };
		out->held = object;
		out->drop = drop;
	}
	out->type = type_of(type);
	return NULL;
}

static struct err *store_write(void *ctx, enum object_type type, struct span bytes,
			       struct id *out)
{
	static const git_object_t types[] = {
		[OBJECT_BLOB] = GIT_OBJECT_BLOB,
		[OBJECT_TREE] = GIT_OBJECT_TREE,
		[OBJECT_COMMIT] = GIT_OBJECT_COMMIT,
	};
	struct store *store = ctx;
	git_oid oid;
	int rc = git_odb_write(&oid, store->odb, bytes.len ? bytes.ptr : "", bytes.len,
			       types[type]);

	*out = (struct id){ { 0 } };
	if (rc)
		return backend_err(ERR_FATAL, rc, "cannot write a %s",
				   object_type_name(type));
	/* libgit2 1.5 says 0 where the disk is full. */
	if (!git_odb_exists(store->odb, &oid))
		return err_hint(err_new(ERR_FATAL, "cannot write a %s", object_type_name(type)),
				"is the disk full?");
	memcpy(out->raw, oid.id, sizeof(oid.id));
	return NULL;
}

const struct backend backend_libgit2 = {
	.name = "libgit2",
	.parallel = true,
	.open = store_open,
	.close = store_close,
	.read = store_read,
	.write = store_write,
};
