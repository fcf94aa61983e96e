/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/quarantine.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/path.h"
#include "repo/backend.h"
#include "repo/graft.h"
#include "sys/clock.h"
#include "sys/file.h"

#define IDENT_MAX_BYTES ((size_t)4096)
#define MESSAGE_MAX_BYTES ((size_t)1 << 20)

struct err *repo_quarantine(struct repo *repo, const char *dir)
{
	struct str path = STR_INIT(IDENT_MAX_BYTES);
	struct err *err;

	str_addf(&path, "%s/objects", dir);
	err = str_err(&path, "path");
	if (!err)
		err = file_mkdirs(path.buf, 0700);
	if (!err)
		err = backend_use(repo, path.buf);
	str_release(&path);
	return err;
}

const char *repo_quarantine_dir(const struct repo *repo)
{
	return repo->quarantine;
}

static struct err *need_quarantine(const struct repo *repo)
{
	return repo->quarantine ? NULL
				: err_new(ERR_FATAL, "no quarantine to write objects to");
}

static bool is_content(enum source_kind kind)
{
	return kind == SOURCE_FILE || kind == SOURCE_EXECUTABLE || kind == SOURCE_LINK;
}

static struct err *refuse(const char *path, enum source_kind there)
{
	switch (there) {
	case SOURCE_FOLDER:
		return err_new(ERR_INPUT, "'%s' is a folder", path);
	case SOURCE_SUBMODULE:
		return err_new(ERR_INPUT, "'%s' is a submodule", path);
	case SOURCE_BEYOND_LINK:
		return err_new(ERR_INPUT, "'%s' leads through a symbolic link", path);
	case SOURCE_BEYOND_SUBMODULE:
		return err_new(ERR_INPUT, "'%s' leads into a submodule", path);
	case SOURCE_BEYOND_FILE:
		return err_new(ERR_INPUT, "'%s' leads through a file", path);
	default:
		return err_new(ERR_INPUT, "'%s' does not exist", path);
	}
}

/* What is in the tree, by its id alone. */
static struct err *kind_at(struct repo *repo, const struct object *base, const char *path,
			   enum source_kind *there)
{
	struct id id;

	return backend_entry(repo, base, path, there, &id);
}

/* What is deleted goes first: a file may become a folder in the same plan. */
static struct err *remove_all(struct repo *repo, const struct id *base,
			      const struct file_change *changes, size_t n,
			      struct graft *grafts, struct id *out)
{
	struct object tree;
	size_t n_grafts = 0;
	struct err *err = backend_tree(repo, base, &tree);

	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++) {
		enum source_kind there;

		err = path_check(changes[i].path);
		if (err || changes[i].kind != SOURCE_ABSENT)
			continue;
		err = kind_at(repo, &tree, changes[i].path, &there);
		if (!err && !is_content(there))
			err = refuse(changes[i].path, there);
		grafts[n_grafts++] =
			(struct graft){ .path = changes[i].path, .gone = true };
	}
	*out = *base;
	if (!err && n_grafts)
		err = graft(repo, base, grafts, n_grafts, out);
	object_release(&tree);
	return err;
}

static struct err *write_one(struct repo *repo, const struct object *tree,
			     const struct file_change *change, struct graft *out)
{
	enum source_kind there;
	struct err *err;

	if (!is_content(change->kind))
		return err_new(ERR_FATAL, "'%s' is given no content", change->path);
	err = kind_at(repo, tree, change->path, &there);
	if (!err && !is_content(there) && there != SOURCE_ABSENT)
		err = refuse(change->path, there);
	if (err)
		return err;
	*out = (struct graft){ .path = change->path, .mode = mode_of_kind(change->kind) };
	err = backend_write(repo, OBJECT_BLOB, change->bytes, &out->id);
	return err_wrap(err, "'%s'", change->path);
}

static struct err *write_all(struct repo *repo, const struct id *base,
			     const struct file_change *changes, size_t n,
			     struct graft *grafts, struct id *out)
{
	struct object tree;
	size_t n_grafts = 0;
	struct err *err = backend_tree(repo, base, &tree);

	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++) {
		if (changes[i].kind != SOURCE_ABSENT)
			err = write_one(repo, &tree, &changes[i], &grafts[n_grafts++]);
	}
	if (!err)
		err = graft(repo, base, grafts, n_grafts, out);
	object_release(&tree);
	return err;
}

struct err *candidate_tree(struct repo *repo, const struct oid *base,
			   const struct file_change *changes, size_t n, struct oid *out)
{
	struct graft *grafts = calloc(n + 1, sizeof(*grafts));
	struct err *err = grafts ? need_quarantine(repo) : err_nomem();
	struct id before, less, after;

	*out = (struct oid){ "" };
	if (!err)
		err = backend_id(repo, base, &before);
	if (!err)
		err = remove_all(repo, &before, changes, n, grafts, &less);
	if (!err)
		err = write_all(repo, &less, changes, n, grafts, &after);
	if (!err)
		backend_hex(repo, &after, out);
	free(grafts);
	return err;
}

/* Adds the date of now, as git writes it, unless there is one. */
static void add_date(struct str *ident)
{
	time_t now = (time_t)clock_wall_s();
	struct tm tm;
	long minutes = 0;

	if (ident->len && ident->buf[ident->len - 1] != '>')
		return;
	if (localtime_r(&now, &tm))
		minutes = tm.tm_gmtoff / 60;
	str_addf(ident, " %lld %c%02ld%02ld", (long long)now, minutes < 0 ? '-' : '+',
		 labs(minutes) / 60, labs(minutes) % 60);
}

/*
 * "<field> Name <mail> seconds zone". libgit2 takes it apart and says whether it is
 * well formed; what it would write stands in the commit.
 */
static struct err *add_ident(struct str *commit, const char *field, const char *text)
{
	struct str ident = STR_INIT(IDENT_MAX_BYTES);
	git_signature *sig = NULL;
	struct err *err;
	int rc;

	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p < 0x20)
			return err_new(ERR_INPUT, "'%s' cannot be an author", text);
	}
	str_adds(&ident, text);
	add_date(&ident);
	err = str_err(&ident, "author");
	if (err)
		goto out;
	rc = git_signature_from_buffer(&sig, ident.buf);
	if (rc) {
		err = backend_err(ERR_INPUT, rc, "'%s' cannot be an author", text);
		goto out;
	}
	str_addf(commit, "%s %s <%s> %lld %c%02d%02d\n", field, sig->name, sig->email,
		 (long long)sig->when.time, sig->when.offset < 0 ? '-' : '+',
		 abs(sig->when.offset) / 60, abs(sig->when.offset) % 60);
out:
	git_signature_free(sig);
	str_release(&ident);
	return err;
}

/* Both must be there, and be what they are taken for. */
static struct err *check_names(struct repo *repo, const struct commit_request *request)
{
	struct commit_names names;
	struct object tree;
	struct id id;
	struct err *err = backend_id(repo, request->tree, &id);

	if (!err)
		err = backend_tree(repo, &id, &tree);
	if (err)
		return err;
	object_release(&tree);
	err = backend_id(repo, request->parent, &id);
	return err ? err : backend_commit(repo, &id, &names);
}

struct err *candidate_commit(struct repo *repo, const struct commit_request *request,
			     struct oid *out)
{
	struct str commit = STR_INIT(MESSAGE_MAX_BYTES);
	struct err *err = need_quarantine(repo);
	struct id id;

	if (!err && span_findc(request->message, '\0', 0) >= 0)
		err = err_new(ERR_INPUT, "the commit message holds a NUL");
	str_addf(&commit, "tree %s\nparent %s\n", request->tree->hex,
		 request->parent->hex);
	if (!err)
		err = add_ident(&commit, "author", request->author);
	if (!err)
		err = add_ident(&commit, "committer", request->committer);
	str_addc(&commit, '\n');
	str_add_span(&commit, request->message);
	err = err_first(err, str_err(&commit, "commit message"));
	if (!err)
		err = check_names(repo, request);
	*out = (struct oid){ "" };
	if (!err)
		err = backend_write(repo, OBJECT_COMMIT, str_span(&commit), &id);
	if (!err)
		backend_hex(repo, &id, out);
	str_release(&commit);
	return err;
}
