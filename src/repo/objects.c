/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>

#include "repo/backend.h"
#include "sys/file.h"

/* As deep as git follows them. */
#define ALTERNATES_DEPTH_MAX 5
#define ALTERNATES_MAX_BYTES ((size_t)1 << 20)

/*
 * Above or below the loose (1) and packed (2) objects of the user: where most of what is
 * read is theirs, there should be no look into the quarantine first.
 */
#define QUARANTINE_FIRST 10
#define QUARANTINE_LAST 0

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

static bool is_partial(const struct repo *repo)
{
	return config_get(repo->config, "extensions.partialclone") ||
	       config_get(repo->config, "remote.origin.promisor");
}

struct err *backend_missing(const struct repo *repo, int rc, const git_oid *id)
{
	char hex[GIT_OID_HEXSZ + 1];

	git_oid_tostr(hex, sizeof(hex), id);
	if (rc != GIT_ENOTFOUND)
		return backend_err(ERR_FATAL, rc, "cannot read object %s", hex);
	if (!is_partial(repo))
		return err_hint(err_new(ERR_FATAL, "object %s is missing", hex),
				"git fsck");
	return err_hint(
		err_new(ERR_FATAL, "object %s is missing: this is a partial clone", hex),
		"git fetch --refetch --no-filter");
}

struct err *backend_oid(git_oid *out, const struct oid *oid)
{
	if (strlen(oid->hex) != GIT_OID_HEXSZ || git_oid_fromstr(out, oid->hex) < 0)
		return err_new(ERR_FATAL, "'%s' is no object name", oid->hex);
	return NULL;
}

void backend_hex(struct oid *out, const git_oid *id)
{
	git_oid_tostr(out->hex, sizeof(out->hex), id);
}

void object_dir_quote(struct str *out, const char *dir)
{
	if (*dir != '#' && *dir != '"' && !strpbrk(dir, ":\n")) {
		str_adds(out, dir);
		return;
	}
	str_addc(out, '"');
	for (const unsigned char *p = (const unsigned char *)dir; *p; p++) {
		if (*p == '"' || *p == '\\' || *p < 0x20)
			str_addf(out, "\\%03o", *p);
		else
			str_addc(out, (char)*p);
	}
	str_addc(out, '"');
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

static struct err *open_odb(const struct repo *repo, const char *quarantine, int priority,
			    git_odb **out)
{
	struct err *err = NULL;
	git_odb *odb = NULL;
	int rc = git_odb_new(&odb);

	/* As alternates alone, so that there is nowhere to write without a quarantine. */
	if (!rc)
		rc = git_odb_add_disk_alternate(odb, repo->objects_dir);
	if (rc)
		err = backend_err(ERR_FATAL, rc, "cannot open '%s'", repo->objects_dir);
	else if (quarantine)
		err = add_quarantine(odb, quarantine, priority);
	if (err) {
		git_odb_free(odb);
		odb = NULL;
	}
	*out = odb;
	return err;
}

struct err *backend_odb(const struct repo *repo, git_odb **out)
{
	return open_odb(repo, repo->quarantine, QUARANTINE_LAST, out);
}

struct err *backend_use(struct repo *repo, const char *quarantine)
{
	git_repository *git = NULL;
	git_odb *odb = NULL;
	struct err *err;
	char *copy = NULL;
	int rc;

	if (quarantine && !(copy = strdup(quarantine)))
		return err_nomem();
	err = open_odb(repo, quarantine, QUARANTINE_FIRST, &odb);
	if (!err) {
		rc = git_repository_wrap_odb(&git, odb);
		if (rc)
			err = backend_err(ERR_FATAL, rc, "cannot open '%s'",
					  repo->objects_dir);
	}
	if (err) {
		git_odb_free(odb);
		free(copy);
		return err;
	}
	git_repository_free(repo->git);
	git_odb_free(repo->odb);
	free(repo->quarantine);
	repo->git = git;
	repo->odb = odb;
	repo->quarantine = copy;
	return NULL;
}

struct err *backend_tree(const struct repo *repo, const struct oid *oid, git_tree **out)
{
	struct err *err;
	git_oid id;
	int rc;

	*out = NULL;
	err = backend_oid(&id, oid);
	if (err)
		return err;
	rc = git_tree_lookup(out, repo->git, &id);
	return rc ? backend_missing(repo, rc, &id) : NULL;
}

struct err *backend_commit(const struct repo *repo, const struct oid *oid,
			   git_commit **out)
{
	struct err *err;
	git_oid id;
	int rc;

	*out = NULL;
	err = backend_oid(&id, oid);
	if (err)
		return err;
	rc = git_commit_lookup(out, repo->git, &id);
	return rc ? backend_missing(repo, rc, &id) : NULL;
}

enum source_kind backend_kind(git_filemode_t mode)
{
	switch (mode) {
	case GIT_FILEMODE_TREE:
		return SOURCE_FOLDER;
	case GIT_FILEMODE_COMMIT:
		return SOURCE_SUBMODULE;
	case GIT_FILEMODE_LINK:
		return SOURCE_LINK;
	case GIT_FILEMODE_BLOB_EXECUTABLE:
		return SOURCE_EXECUTABLE;
	default:
		return SOURCE_FILE;
	}
}

static enum source_kind beyond(enum source_kind kind)
{
	if (kind == SOURCE_SUBMODULE)
		return SOURCE_BEYOND_SUBMODULE;
	return kind == SOURCE_LINK ? SOURCE_BEYOND_LINK : SOURCE_BEYOND_FILE;
}

struct err *backend_entry(const struct repo *repo, const git_tree *root, const char *path,
			  enum source_kind *kind, git_oid *id)
{
	struct span rest = span_of(path), part;
	const git_tree *tree = root;
	git_tree *held = NULL;
	struct err *err = NULL;

	*kind = SOURCE_FOLDER;
	while (span_split(&rest, '/', &part)) {
		const git_tree_entry *entry;
		char name[256];
		git_tree *next;
		int rc;

		if (*kind != SOURCE_FOLDER) {
			*kind = beyond(*kind);
			break;
		}
		if (!tree) {
			rc = git_tree_lookup(&next, repo->git, id);
			if (rc) {
				err = backend_missing(repo, rc, id);
				break;
			}
			git_tree_free(held);
			tree = held = next;
		}
		/* No file system holds a longer name, nor does a tree of one. */
		if (part.len >= sizeof(name)) {
			*kind = SOURCE_ABSENT;
			break;
		}
		memcpy(name, part.ptr, part.len);
		name[part.len] = '\0';
		entry = git_tree_entry_byname(tree, name);
		if (!entry) {
			*kind = SOURCE_ABSENT;
			break;
		}
		*kind = backend_kind(git_tree_entry_filemode(entry));
		git_oid_cpy(id, git_tree_entry_id(entry));
		tree = NULL;
	}
	git_tree_free(held);
	return err;
}

static struct err *check_blob(const struct repo *repo, git_odb *odb, const git_oid *id,
			      const char *path, size_t max_bytes)
{
	git_object_t type;
	size_t size;
	int rc = git_odb_read_header(&size, &type, odb, id);

	if (rc)
		return backend_missing(repo, rc, id);
	if (type != GIT_OBJECT_BLOB)
		return err_new(ERR_FATAL, "'%s' is not a file", path);
	if (size > max_bytes)
		return err_new(ERR_INPUT, "'%s' has %zu bytes, more than %zu", path, size,
			       max_bytes);
	return NULL;
}

struct err *backend_object(const struct repo *repo, git_odb *odb, const git_oid *id,
			   const char *path, size_t max_bytes, git_odb_object **out)
{
	struct err *err = check_blob(repo, odb, id, path, max_bytes);
	int rc;

	*out = NULL;
	if (err)
		return err;
	rc = git_odb_read(out, odb, id);
	return rc ? backend_missing(repo, rc, id) : NULL;
}

struct err *backend_blob(const struct repo *repo, const git_oid *id, const char *path,
			 size_t max_bytes, git_blob **out)
{
	struct err *err = check_blob(repo, repo->odb, id, path, max_bytes);
	int rc;

	*out = NULL;
	if (err)
		return err;
	rc = git_blob_lookup(out, repo->git, id);
	return rc ? backend_missing(repo, rc, id) : NULL;
}
