/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "repo/backend.h"
#include "repo/git.h"
#include "sys/workers.h"

#define LISTING_MAX_BYTES ((size_t)256 << 20)

#define FILES_PER_THREAD 64 /* less is not worth one */
#define FILES_PER_STEP 16

/* ":000000 <mode> <no id> <id> A", as `git diff-tree --raw -z` has it of what was added. */
static bool read_entry(struct span meta, size_t id_bytes, struct listed *out)
{
	static const char start[] = ":000000 ";
	struct tree_entry entry = { .mode = 0 };
	struct span mode, id;

	if (!span_starts(meta, start))
		return false;
	meta = span_cut(meta, sizeof(start) - 1, meta.len);
	if (!span_split(&meta, ' ', &mode) || !span_split(&meta, ' ', &id) ||
	    !span_split(&meta, ' ', &id) || !id_parse(&out->id, id, id_bytes))
		return false;
	for (size_t i = 0; i < mode.len; i++)
		entry.mode = entry.mode * 8 + (unsigned)(mode.ptr[i] - '0');
	out->kind = entry_kind(&entry);
	return true;
}

static struct err *each_entry(struct span listing, size_t id_bytes,
			      struct err *(*fn)(void *ctx, const struct listed *file),
			      void *ctx)
{
	struct err *err = NULL;

	while (!err && listing.len) {
		ptrdiff_t meta = span_findc(listing, '\0', 0);
		ptrdiff_t path =
			meta < 0 ? -1 : span_findc(listing, '\0', (size_t)meta + 1);
		struct listed file;

		if (path < 0 || !read_entry(span_cut(listing, 0, (size_t)meta), id_bytes, &file))
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
	const char *const start[] = {
		"diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev",
		backend_empty_tree(repo), tree->hex, "--", NULL,
	};
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
		err = each_entry(str_span(listing), repo->id_bytes, fn, ctx);
	argv_release(&args);
	return err;
}

struct sift {
	struct repo *repo;
	const struct sieve *sieve;
	size_t max_bytes;
	struct listed *files;
	size_t n, cap;
	struct object *wanted; /* by file; none: not */
};

struct sifter {
	void *store;
	void *worker; /* the sieve's */
};

static struct err *add_file(void *ctx, const struct listed *file)
{
	struct sift *s = ctx;

	if (file->kind != SOURCE_FILE && file->kind != SOURCE_EXECUTABLE)
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
	err = backend_bulk(s->repo, &w->store);
	if (!err)
		err = s->sieve->begin(s->sieve->ctx, &w->worker);
	if (err) {
		s->repo->backend->close(w->store);
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
	s->repo->backend->close(w->store);
	free(w);
}

static struct err *sift_file(void *ctx, void *worker, size_t i)
{
	struct sift *s = ctx;
	struct sifter *w = worker;
	const struct listed *file = &s->files[i];
	struct object object;
	bool wanted = false;
	struct err *err =
		s->repo->backend->read(w->store, &file->id, s->max_bytes, &object);

	if (!err && object.type == OBJECT_NONE)
		err = backend_missing(s->repo, &file->id);
	if (err)
		return err_wrap(err, "%s", file->path);
	if (object.size <= s->max_bytes)
		err = s->sieve->wants(s->sieve->ctx, w->worker, file->path, object.bytes,
				      &wanted);
	if (!err && wanted)
		s->wanted[i] = object;
	else
		object_release(&object);
	return err;
}

struct err *backend_sift(struct repo *repo, const struct oid *tree, const char *pathspec,
			 size_t max_bytes, const struct sieve *sieve,
			 struct err *(*fn)(void *ctx, const struct listed *file,
					   struct object *object),
			 void *ctx)
{
	const char *const pathspecs[] = { pathspec, NULL };
	struct sift s = { .repo = repo, .sieve = sieve, .max_bytes = max_bytes };
	struct workers_job job = { .step = FILES_PER_STEP, .worth = FILES_PER_THREAD,
				   .ctx = &s, .begin = begin, .item = sift_file, .end = end };
	struct str listing;
	struct err *err = backend_list(repo, tree, pathspecs, &listing, add_file, &s);

	if (!err) {
		s.wanted = calloc(s.n + 1, sizeof(*s.wanted));
		err = s.wanted ? NULL : err_nomem();
	}
	job.n = s.n;
	if (!repo->backend->parallel)
		job.worth = SIZE_MAX;
	if (!err)
		err = backend_prefetch(repo, tree);
	if (!err)
		err = workers_run(&job);
	for (size_t i = 0; s.wanted && i < s.n; i++) {
		if (s.wanted[i].type == OBJECT_NONE)
			continue;
		if (err)
			object_release(&s.wanted[i]);
		else
			err = fn(ctx, &s.files[i], &s.wanted[i]);
	}
	free(s.wanted);
	free(s.files);
	str_release(&listing);
	return err;
}
