/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "repo/backend.h"
#include "repo/git.h"
#include "repo/tree.h"
#include "sys/workers.h"

/* The tree without an entry, which git knows without having it. */
#define EMPTY_TREE "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
#define LISTING_MAX_BYTES ((size_t)256 << 20)

#define FILES_PER_THREAD 64 /* less is not worth one */
#define FILES_PER_STEP 16

/* ":000000 <mode> <no id> <id> A", as `git diff-tree --raw -z` has it of what was added. */
static bool read_entry(struct span meta, struct listed *out)
{
	static const char start[] = ":000000 ";
	char text[GIT_OID_HEXSZ + 1];
	struct span mode, id;
	size_t value = 0;

	if (!span_starts(meta, start))
		return false;
	meta = span_cut(meta, sizeof(start) - 1, meta.len);
	if (!span_split(&meta, ' ', &mode) || !span_split(&meta, ' ', &id) ||
	    !span_split(&meta, ' ', &id) || id.len != GIT_OID_HEXSZ)
		return false;
	for (size_t i = 0; i < mode.len; i++)
		value = value * 8 + (size_t)(mode.ptr[i] - '0');
	out->mode = (git_filemode_t)value;
	memcpy(text, id.ptr, id.len);
	text[id.len] = '\0';
	return !git_oid_fromstr(&out->id, text);
}

static struct err *each_entry(struct span listing,
			      struct err *(*fn)(void *ctx, const struct listed *file),
			      void *ctx)
{
	struct err *err = NULL;

	while (!err && listing.len) {
		ptrdiff_t meta = span_findc(listing, '\0', 0);
		ptrdiff_t path =
			meta < 0 ? -1 : span_findc(listing, '\0', (size_t)meta + 1);
		struct listed file;

		if (path < 0 || !read_entry(span_cut(listing, 0, (size_t)meta), &file))
			return err_new(ERR_FATAL, "git diff-tree: its output is not understood");
		file.path = listing.ptr + meta + 1;
		err = fn(ctx, &file);
		listing = span_cut(listing, (size_t)path + 1, listing.len);
	}
	return err;
}

struct err *backend_list(struct repo *repo, const struct oid *tree,
			 const char *const *pathspecs, struct str *listing,
			 struct err *(*fn)(void *ctx, const struct listed *file), void *ctx)
{
	const char *const start[] = { "diff-tree", "-r",	     "-z",	 "--raw",
				      "--no-renames", "--no-abbrev", EMPTY_TREE, tree->hex,
				      "--",	   NULL };
	struct argv args = ARGV_INIT;
	struct err *err;

	str_init(listing, LISTING_MAX_BYTES);
	/* From the difference to nothing: of the commands that list a tree it is the
	 * one that takes whole pathspecs. */
	argv_push_all(&args, start);
	argv_push_all(&args, pathspecs);
	err = argv_err(&args);
	if (!err)
		err = repo_git(repo, argv_list(&args), NO_INPUT, listing, NULL);
	if (err && err_kind(err) == ERR_FATAL)
		err = err_as(err, ERR_INPUT); /* the tree is there: it is the pathspec */
	if (!err)
		err = each_entry(str_span(listing), fn, ctx);
	argv_release(&args);
	return err;
}

struct sift {
	struct repo *repo;
	const struct sieve *sieve;
	size_t max_bytes;
	struct listed *files;
	size_t n, cap;
	git_odb_object **wanted; /* by file; NULL: not */
};

struct sifter {
	git_odb *odb;
	void *worker; /* the sieve's */
};

static struct err *add_file(void *ctx, const struct listed *file)
{
	struct sift *s = ctx;

	if (file->mode != GIT_FILEMODE_BLOB && file->mode != GIT_FILEMODE_BLOB_EXECUTABLE)
		return NULL;
	if (s->n == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 256;
		struct listed *files = realloc(s->files, cap * sizeof(*files));

		if (!files)
			return err_nomem();
		s->files = files;
		s->cap = cap;
	}
	s->files[s->n++] = *file;
	return NULL;
}

static struct err *begin(void *ctx, void **worker)
{
	struct sift *s = ctx;
	struct sifter *w = calloc(1, sizeof(*w));
	struct err *err;

	if (!w)
		return err_nomem();
	err = backend_odb(s->repo, &w->odb);
	if (!err)
		err = s->sieve->begin(s->sieve->ctx, &w->worker);
	if (err) {
		git_odb_free(w->odb);
		free(w);
		return err;
	}
	*worker = w;
	return NULL;
}

static void end(void *ctx, void *worker)
{
	struct sift *s = ctx;
	struct sifter *w = worker;

	s->sieve->end(s->sieve->ctx, w->worker);
	git_odb_free(w->odb);
	free(w);
}

static struct err *read_small(const struct sift *s, git_odb *odb, const git_oid *id,
			      git_odb_object **out)
{
	git_object_t type;
	size_t size;
	int rc = git_odb_read_header(&size, &type, odb, id);

	*out = NULL;
	if (!rc && size > s->max_bytes)
		return NULL;
	if (!rc)
		rc = git_odb_read(out, odb, id);
	return rc ? backend_missing(s->repo, rc, id) : NULL;
}

static struct err *sift_file(void *ctx, void *worker, size_t i)
{
	struct sift *s = ctx;
	struct sifter *w = worker;
	const struct listed *file = &s->files[i];
	git_odb_object *object;
	bool wanted = false;
	struct err *err = read_small(s, w->odb, &file->id, &object);

	if (err)
		return err_wrap(err, "%s", file->path);
	if (!object)
		return NULL;
	err = s->sieve->wants(s->sieve->ctx, w->worker, file->path,
			      (struct span){ git_odb_object_data(object),
					     git_odb_object_size(object) },
			      &wanted);
	if (!err && wanted)
		s->wanted[i] = object;
	else
		git_odb_object_free(object);
	return err;
}

struct err *backend_sift(struct repo *repo, const struct oid *tree, const char *pathspec,
			 size_t max_bytes, const struct sieve *sieve,
			 struct err *(*fn)(void *ctx, const struct listed *file,
					   git_odb_object *object),
			 void *ctx)
{
	const char *const pathspecs[] = { pathspec, NULL };
	struct sift s = { .repo = repo, .sieve = sieve, .max_bytes = max_bytes };
	struct workers_job job = { .step = FILES_PER_STEP, .worth = FILES_PER_THREAD,
				   .ctx = &s, .begin = begin, .item = sift_file, .end = end };
	struct str listing;
	struct err *err = backend_list(repo, tree, pathspecs, &listing, add_file, &s);

	if (!err) {
		s.wanted = calloc(s.n + 1, sizeof(git_odb_object *));
		err = s.wanted ? NULL : err_nomem();
	}
	job.n = s.n;
	if (!err)
		err = workers_run(&job);
	for (size_t i = 0; s.wanted && i < s.n; i++) {
		if (!s.wanted[i])
			continue;
		if (err)
			git_odb_object_free(s.wanted[i]);
		else
			err = fn(ctx, &s.files[i], s.wanted[i]);
	}
	free(s.wanted);
	free(s.files);
	str_release(&listing);
	return err;
}
