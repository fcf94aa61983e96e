/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/lent.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/path.h"
#include "base/span.h"
#include "base/str.h"
#include "repo/tree.h"

#define PATH_BYTES ((size_t)64 << 10)
#define LISTING_MAX_BYTES ((size_t)4 << 20)

#define WITHOUT "to check without it: git -c dualfix.overlay= dualfix ..."

static struct err *refuse(const char *path, const char *why) MUST_USE;

static struct err *refuse(const char *path, const char *why)
{
	return err_hint(err_new(ERR_CONFIG, "dualfix.overlay '%s': %s", path, why), WITHOUT);
}

static struct err *refuse_many(void)
{
	return err_new(ERR_CONFIG, "dualfix.overlay: more than %d files and folders", LENT_MAX);
}

static struct err *add_path(struct lent *lent, const char *path)
{
	struct err *err = path_check(path);

	if (err)
		return err_as(err_wrap(err, "dualfix.overlay"), ERR_CONFIG);
	if (lent->paths.n == LENT_MAX)
		return refuse_many();
	argv_push(&lent->paths, path);
	return argv_err(&lent->paths);
}

/* What stands for itself in a pattern of glob(3). */
static void add_escaped(struct str *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("*?[]\\", *text))
			str_addc(out, '\\');
		str_addc(out, *text);
	}
}

static struct err *add_matches(struct lent *lent, const char *pattern)
{
	struct str full = STR_INIT(PATH_BYTES);
	size_t skip = strlen(lent->root) + 1;
	glob_t found = { 0 };
	struct err *err;
	int ret = GLOB_NOMATCH;

	add_escaped(&full, lent->root);
	str_addf(&full, "/%s", pattern);
	err = str_err(&full, "dualfix.overlay");
	if (!err)
		ret = glob(full.buf, 0, NULL, &found);
	if (!err && ret == GLOB_NOSPACE)
		err = err_nomem();
	else if (!err && ret)
		err = refuse(pattern, "there is nothing of that name");
	for (size_t i = 0; !err && i < found.gl_pathc; i++)
		err = add_path(lent, found.gl_pathv[i] + skip);
	globfree(&found);
	str_release(&full);
	return err;
}

/* A name as it stands, if there is such a thing; else a pattern. */
static struct err *add_named(struct lent *lent, int root_fd, const char *value)
{
	struct str path = STR_INIT(PATH_BYTES);
	struct span name = span_of(value);
	struct err *err;
	struct stat st;

	while (name.len > 1 && name.ptr[name.len - 1] == '/')
		name.len--;
	str_add_span(&path, name);
	err = str_err(&path, "dualfix.overlay");
	if (!err)
		err = err_as(err_wrap(path_check(path.buf), "dualfix.overlay"), ERR_CONFIG);
	if (!err && !fstatat(root_fd, path.buf, &st, AT_SYMLINK_NOFOLLOW))
		err = add_path(lent, path.buf);
	else if (!err)
		err = add_matches(lent, path.buf);
	str_release(&path);
	return err;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Those that others bring along go; "a-b" may stand between "a" and "a/b". */
static struct err *keep_outermost(struct lent *lent)
{
	struct argv kept = ARGV_INIT;

	qsort(lent->paths.v, lent->paths.n, sizeof(*lent->paths.v), by_text);
	for (size_t i = 0; i < lent->paths.n; i++) {
		bool inside = false;

		for (size_t j = 0; j < kept.n && !inside; j++)
			inside = path_below(lent->paths.v[i], kept.v[j]);
		if (!inside)
			argv_push(&kept, lent->paths.v[i]);
	}
	argv_release(&lent->paths);
	lent->paths = kept;
	return argv_err(&lent->paths);
}

/* What path is, no link on the way followed. */
static struct err *look(int root_fd, const char *path, struct stat *st)
{
	for (const char *end = strchr(path, '/');; end = strchr(end + 1, '/')) {
		char part[PATH_MAX_BYTES + 1];

		snprintf(part, sizeof(part), "%.*s",
			 (int)(end ? (size_t)(end - path) : strlen(path)), path);
		if (fstatat(root_fd, part, st, AT_SYMLINK_NOFOLLOW))
			return refuse(path, "there is nothing of that name");
		if (S_ISLNK(st->st_mode))
			return refuse(path, end ? "a symbolic link is on the way" :
						  "it is a symbolic link");
		if (!end)
			return NULL;
	}
}

static struct err *sort_out(struct lent *lent, int root_fd)
{
	for (size_t i = 0; i < lent->paths.n; i++) {
		const char *path = lent->paths.v[i];
		struct stat st;
		struct err *err = look(root_fd, path, &st);

		if (err)
			return err;
		if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
			return refuse(path, "it is neither a folder nor a file");
		argv_pushf(S_ISDIR(st.st_mode) ? &lent->dirs : &lent->files, "%s/%s",
			   lent->root, path);
	}
	return err_first(argv_err(&lent->dirs), argv_err(&lent->files));
}

/* git knows of files only, so what holds a tracked one is asked for. */
static struct err *refuse_tracked(const struct lent *lent, struct repo *repo)
{
	static const char *const env[] = { "GIT_LITERAL_PATHSPECS=1", NULL };
	struct str listing = STR_INIT(LISTING_MAX_BYTES);
	struct argv args = ARGV_INIT;
	struct span rest, file;
	struct err *err;

	argv_push(&args, "ls-files");
	argv_push(&args, "-z");
	argv_push(&args, "--");
	argv_push_all(&args, argv_list(&lent->paths));
	err = argv_err(&args);
	if (!err)
		err = repo_git_env(repo, argv_list(&args), env, (struct span){ 0 }, &listing,
				   NULL);
	rest = str_span(&listing);
	if (!err && span_split(&rest, '\0', &file) && file.len) {
		for (size_t i = 0; !err && i < lent->paths.n; i++) {
			if (path_below(file.ptr, lent->paths.v[i]))
				err = refuse(lent->paths.v[i], "it is tracked, or holds what is");
		}
	}
	argv_release(&args);
	str_release(&listing);
	return err;
}

#define HERE "./"

static struct err *refuse_not_ignored(const struct lent *lent, struct repo *repo)
{
	static const char *const args[] = { "check-ignore", "-z", "--stdin", NULL };
	struct str asked = STR_INIT(LISTING_MAX_BYTES), ignored = STR_INIT(LISTING_MAX_BYTES);
	struct span rest, path = { 0 };
	struct err *err;
	int code;

	/* It takes a path for a pathspec, of which none begins so. */
	for (size_t i = 0; i < lent->paths.n; i++) {
		str_addf(&asked, HERE "%s", lent->paths.v[i]);
		str_addc(&asked, '\0');
	}
	err = str_err(&asked, "dualfix.overlay");
	if (!err)
		err = repo_git(repo, args, str_span(&asked), &ignored, &code);
	/* 1: it names none. More: once again, for its words; a path is in a submodule, say. */
	if (!err && code > 1) {
		err = err_wrap(repo_git(repo, args, str_span(&asked), NULL, NULL),
			       "dualfix.overlay");
		if (err && err_kind(err) == ERR_FATAL)
			err = err_as(err, ERR_CONFIG);
	}
	/* It gives them in the order in which they were asked for. */
	rest = str_span(&ignored);
	for (size_t i = 0; !err && i < lent->paths.n; i++) {
		if (!span_split(&rest, '\0', &path) ||
		    !span_eqs(span_cut(path, strlen(HERE), path.len), lent->paths.v[i]))
			err = refuse(lent->paths.v[i], "git does not ignore it");
	}
	str_release(&asked);
	str_release(&ignored);
	return err;
}

static void set_view(struct lent *lent)
{
	uint64_t hash = hash_text(HASH_START, lent->root);

	for (size_t i = 0; i < lent->paths.n; i++)
		hash = hash_text(hash, lent->paths.v[i]);
	snprintf(lent->id, sizeof(lent->id), "%016" PRIx64, hash);
	lent->view = (struct checkout_view){
		.dir = lent->root,
		.lent = argv_list(&lent->paths),
		.id = lent->id,
	};
}

static struct err *fill(struct lent *lent, struct repo *repo, const char *const *paths)
{
	int root_fd = open(lent->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct err *err = NULL;

	if (root_fd < 0)
		return err_errno(ERR_FATAL, errno, "cannot open '%s'", lent->root);
	for (; !err && *paths; paths++)
		err = add_named(lent, root_fd, *paths);
	if (!err)
		err = keep_outermost(lent);
	if (!err)
		err = sort_out(lent, root_fd);
	close(root_fd);
	if (!err)
		err = refuse_tracked(lent, repo);
	if (!err)
		err = refuse_not_ignored(lent, repo);
	if (!err)
		err = lent_mark(lent);
	set_view(lent);
	return err;
}

struct err *lent_take(struct lent **out, struct repo *repo, const char *const *paths)
{
	const char *root = repo_work_tree(repo);
	struct lent *lent;
	struct err *err;

	*out = NULL;
	if (!paths || !paths[0])
		return NULL;
	if (!root)
		return refuse(paths[0], "there is no work tree here");
	lent = calloc(1, sizeof(*lent));
	if (!lent)
		return err_nomem();
	argv_init(&lent->paths);
	argv_init(&lent->dirs);
	argv_init(&lent->files);
	lent->root = strdup(root);
	err = lent->root ? fill(lent, repo, paths) : err_nomem();
	if (err) {
		lent_free(lent);
		return err;
	}
	*out = lent;
	return NULL;
}

struct err *lent_fits(const struct lent *lent, struct repo *repo, const struct oid *tree)
{
	struct repo_source *source;
	struct err *err = repo_source_new(&source, repo, tree);

	for (size_t i = 0; !err && i < lent->paths.n; i++) {
		const struct source *files = repo_source(source);
		struct source_entry entry;

		err = files->read(files->ctx, lent->paths.v[i], &entry);
		if (!err && entry.kind != SOURCE_ABSENT)
			err = refuse(lent->paths.v[i], "the tree to check has something there "
				     "itself");
	}
	repo_source_free(source);
	return err;
}
