/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/quarantine.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/path.h"
#include "repo/backend.h"
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

/* Updates for git_tree_create_updated(); the paths are the changes' own. */
struct updates {
	git_tree_update *v;
	size_t n;
};

static git_filemode_t mode_of(enum source_kind kind)
{
	if (kind == SOURCE_LINK)
		return GIT_FILEMODE_LINK;
	return kind == SOURCE_EXECUTABLE ? GIT_FILEMODE_BLOB_EXECUTABLE
					 : GIT_FILEMODE_BLOB;
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

static struct err *apply(struct repo *repo, const git_tree *base,
			 const struct updates *updates, git_tree **out)
{
	git_oid id;
	int rc = git_tree_create_updated(&id, repo->git, (git_tree *)base, updates->n,
					 updates->v);

	*out = NULL;
	if (!rc)
		rc = git_tree_lookup(out, repo->git, &id);
	return rc ? backend_err(ERR_FATAL, rc, "cannot write the tree") : NULL;
}

/* What is deleted goes first: a file may become a folder in the same plan. */
static struct err *remove_all(struct repo *repo, const git_tree *base,
			      const struct file_change *changes, size_t n,
			      struct updates *updates, git_tree **out)
{
	updates->n = 0;
	for (size_t i = 0; i < n; i++) {
		enum source_kind there;
		git_oid id;
		struct err *err = path_check(changes[i].path);

		if (err)
			return err;
		if (changes[i].kind != SOURCE_ABSENT)
			continue;
		err = backend_entry(repo, base, changes[i].path, &there, &id);
		if (!err && !is_content(there))
			err = refuse(changes[i].path, there);
		if (err)
			return err;
		updates->v[updates->n++] = (git_tree_update){
			.action = GIT_TREE_UPDATE_REMOVE,
			.path = changes[i].path,
		};
	}
	return apply(repo, base, updates, out);
}

static struct err *write_all(struct repo *repo, const git_tree *base,
			     const struct file_change *changes, size_t n,
			     struct updates *updates, git_tree **out)
{
	updates->n = 0;
	for (size_t i = 0; i < n; i++) {
		const struct file_change *c = &changes[i];
		git_tree_update *u = &updates->v[updates->n];
		enum source_kind there;
		struct err *err;
		int rc;

		if (c->kind == SOURCE_ABSENT)
			continue;
		if (!is_content(c->kind))
			return err_new(ERR_FATAL, "'%s' is given no content", c->path);
		err = backend_entry(repo, base, c->path, &there, &u->id);
		if (!err && !is_content(there) && there != SOURCE_ABSENT)
			err = refuse(c->path, there);
		if (err)
			return err;
		rc = git_blob_create_from_buffer(&u->id, repo->git, c->bytes.ptr,
						 c->bytes.len);
		if (rc)
			return backend_err(ERR_FATAL, rc, "cannot write '%s'", c->path);
		u->action = GIT_TREE_UPDATE_UPSERT;
		u->filemode = mode_of(c->kind);
		u->path = c->path;
		updates->n++;
	}
	return apply(repo, base, updates, out);
}

struct err *candidate_tree(struct repo *repo, const struct oid *base,
			   const struct file_change *changes, size_t n, struct oid *out)
{
	struct updates updates = { .v = calloc(n + 1, sizeof(*updates.v)) };
	git_tree *before = NULL, *less = NULL, *after = NULL;
	struct err *err = updates.v ? need_quarantine(repo) : err_nomem();

	*out = (struct oid){ "" };
	if (!err)
		err = backend_tree(repo, base, &before);
	if (!err)
		err = remove_all(repo, before, changes, n, &updates, &less);
	if (!err)
		err = write_all(repo, less, changes, n, &updates, &after);
	if (!err)
		backend_hex(out, git_tree_id(after));
	git_tree_free(before);
	git_tree_free(less);
	git_tree_free(after);
	free(updates.v);
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

static struct err *signature(const char *text, git_signature **out)
{
	struct str ident = STR_INIT(IDENT_MAX_BYTES);
	struct err *err = NULL;
	int rc;

	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p < 0x20)
			return err_new(ERR_INPUT, "'%s' cannot be an author", text);
	}
	str_adds(&ident, text);
	add_date(&ident);
	err = str_err(&ident, "author");
	if (!err) {
		rc = git_signature_from_buffer(out, ident.buf);
		if (rc)
			err = backend_err(ERR_INPUT, rc, "'%s' cannot be an author",
					  text);
	}
	str_release(&ident);
	return err;
}

struct err *candidate_commit(struct repo *repo, const struct commit_request *request,
			     struct oid *out)
{
	git_signature *author = NULL, *committer = NULL;
	struct str message = STR_INIT(MESSAGE_MAX_BYTES);
	git_commit *parent = NULL;
	git_tree *tree = NULL;
	struct err *err = need_quarantine(repo);
	git_oid id;
	int rc;

	*out = (struct oid){ "" };
	if (!err && span_findc(request->message, '\0', 0) >= 0)
		err = err_new(ERR_INPUT, "the commit message holds a NUL");
	if (!err) {
		str_add_span(&message, request->message);
		err = str_err(&message, "commit message");
	}
	if (!err)
		err = signature(request->author, &author);
	if (!err)
		err = signature(request->committer, &committer);
	if (!err)
		err = backend_tree(repo, request->tree, &tree);
	if (!err)
		err = backend_commit(repo, request->parent, &parent);
	if (!err) {
		const git_commit *parents[] = { parent };

		rc = git_commit_create(&id, repo->git, NULL, author, committer, NULL,
				       message.buf, tree, 1, parents);
		if (rc)
			err = backend_err(ERR_FATAL, rc, "cannot write the commit");
	}
	if (!err)
		backend_hex(out, &id);
	git_signature_free(author);
	git_signature_free(committer);
	git_tree_free(tree);
	git_commit_free(parent);
	str_release(&message);
	return err;
}
