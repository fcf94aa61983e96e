/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "repo/audit.h"
#include "repo/backend.h"
#include "repo/checkout_state.h"
#include "repo/git.h"
#include "sys/file.h"

#define PATH_BYTES ((size_t)64 << 10)
#define REMOVED_MAX_BYTES ((size_t)16 << 20)
#define PATHS_MAX_BYTES ((size_t)256 << 20)

/* Up to so many are looked for in the index one by one. */
#define REFRESH_EACH_MAX 100

struct err *move_forget(struct checkout *co)
{
	struct err *err = file_remove_tree(co->stamp.buf);

	if (!err)
		err = file_remove_tree(co->tree_dir.buf);
	return err ? err : file_remove_tree(co->index.buf);
}

/* A check may have put anything in place of the folder. */
static struct err *make_tree_dir(struct checkout *co)
{
	struct stat st;
	struct err *err;

	if (!lstat(co->tree_dir.buf, &st) && S_ISDIR(st.st_mode))
		return NULL;
	err = move_forget(co);
	return err ? err : file_mkdirs(co->tree_dir.buf, 0755);
}

static struct err *remove_beside(const struct str *dir, const char *name)
{
	struct str path = STR_INIT(PATH_BYTES);
	struct err *err;

	str_addf(&path, "%s%s", dir->buf, name);
	err = str_err(&path, "path");
	if (!err)
		err = file_remove_tree(path.buf);
	str_release(&path);
	return err;
}

/*
 * Which tree the index holds is kept beside it as "<tree> <checksum of the index>": of
 * another index, should we be killed between the two, it says nothing.
 */
static struct err *put_held(const struct checkout *co, const struct oid *tree)
{
	size_t id_bytes = co->repo->id_bytes;
	struct str text = STR_INIT(4 * sizeof(struct oid));
	struct oid sum_hex;
	struct id sum;
	struct err *err = index_file_checksum(co->index.buf, id_bytes, &sum);

	id_hex(&sum, id_bytes, sum_hex.hex);
	str_addf(&text, "%s %s\n", tree->hex, sum_hex.hex);
	err = err_first(err, str_err(&text, "tree"));
	if (!err)
		err = file_write_loose(co->holds.buf, str_span(&text), 0600);
	str_release(&text);
	return err_as(err, ERR_FATAL);
}

static bool read_held(const struct checkout *co, struct id *tree)
{
	size_t id_bytes = co->repo->id_bytes;
	struct str text = STR_INIT(4 * sizeof(struct oid));
	struct err *err = file_read(co->holds.buf, &text);
	struct span rest = str_span(&text), hex;
	struct id sum = { { 0 } }, noted = { { 0 } };
	bool found;

	if (!err)
		err = index_file_checksum(co->index.buf, id_bytes, &sum);
	found = !err && span_split(&rest, ' ', &hex) && id_parse(tree, hex, id_bytes) &&
		id_parse(&noted, span_trim(rest), id_bytes) && id_eq(&sum, &noted);
	err_drop(err);
	str_release(&text);
	return found;
}

/* What differs between the tree that the index holds and the next. */
struct delta {
	struct repo *repo;
	struct str lines; /* for update-index */
	struct str paths; /* each with its NUL */
	bool is_plain;    /* contents and modes of files that are in both, known in full */
};

static bool is_attributes(const char *path)
{
	return span_ends(span_of(path), ".gitattributes");
}

/* How a file is written may hang on attributes, in which order on folders. */
static struct err *add_to_delta(void *ctx, const char *path, const struct tree_entry *before,
				const struct tree_entry *after)
{
	struct delta *delta = ctx;
	struct oid oid;

	if (!before || !after || entry_is_submodule(before) || entry_is_submodule(after) ||
	    is_attributes(path)) {
		delta->is_plain = false;
		return NULL;
	}
	backend_hex(delta->repo, &after->id, &oid);
	index_add_line(&delta->lines, after->mode, oid.hex, path);
	str_adds(&delta->paths, path);
	str_addc(&delta->paths, '\0');
	return NULL;
}

static struct err *find_delta(const struct checkout *co, const struct oid *tree,
			      struct delta *delta)
{
	struct err *err;
	struct id from, to;

	if (!read_held(co, &from))
		return NULL;
	delta->is_plain = true;
	err = backend_id(co->repo, tree, &to);
	if (!err)
		err = backend_compare(co->repo, &from, &to, add_to_delta, delta);
	/* It was made of objects in a quarantine that is gone. */
	if (err && !err_is_signal(err)) {
		err_drop(err);
		err = NULL;
		delta->is_plain = false;
	}
	if (!err)
		err = err_first(str_err(&delta->lines, "changes"),
				str_err(&delta->paths, "paths"));
	return err;
}

/* The latest time of the files among paths that were written since; how many there are. */
static size_t latest_written(int dir, struct span paths, const struct timespec *since,
			     struct timespec *latest)
{
	struct span path;
	size_t n = 0;

	*latest = *since;
	while (span_split(&paths, '\0', &path)) {
		struct stat st;

		if (!path.len || fstatat(dir, path.ptr, &st, AT_SYMLINK_NOFOLLOW) ||
		    !S_ISREG(st.st_mode) || time_is_before(&st.st_mtim, since))
			continue;
		n++;
		if (time_is_before(latest, &st.st_mtim))
			*latest = st.st_mtim;
	}
	return n;
}

static void set_times(int dir, struct span paths, const struct timespec *since,
		      const struct timespec *latest)
{
	const struct timespec times[] = { { .tv_nsec = UTIME_OMIT }, *latest };
	struct span path;

	while (span_split(&paths, '\0', &path)) {
		struct stat st;

		/* One that stays as it is is no worse off than before. */
		if (path.len && !fstatat(dir, path.ptr, &st, AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(st.st_mode) && !time_is_before(&st.st_mtim, since))
			utimensat(dir, path.ptr, times, AT_SYMLINK_NOFOLLOW);
	}
}

/*
 * Files that a move wrote get one time, the latest. make compares times, and the order
 * in which git writes says nothing: a configure older than its configure.ac, both as
 * they were released, is made anew, with other tools than the author's, or fails.
 * How many there are.
 */
static size_t level_times(const struct checkout *co, struct span paths,
			  const struct timespec *since, struct timespec *latest)
{
	int dir = open(co->tree_dir.buf, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t n = 0;

	if (dir < 0)
		return 0;
	n = latest_written(dir, paths, since, latest);
	if (n > 1)
		set_times(dir, paths, since, latest);
	close(dir);
	return n;
}

/* The index gets these ids, and forgets what it knew of the state of the files. */
static struct err *enter(struct checkout *co, const struct str *lines)
{
	static const char *const args[] = { "update-index", "-z", "--index-info", NULL };
	struct err *err = str_err(lines, "changes");

	if (!err && lines->len)
		err = checkout_git(co, args, str_span(lines), NULL, NULL);
	return err;
}

/* The index learns the state of the files, which are as they should be. */
static struct err *refresh(struct checkout *co, struct span paths)
{
	static const char *const each[] = { "add", "--refresh", "--pathspec-from-file=-",
					    "--pathspec-file-nul", NULL };
	static const char *const all[] = { "update-index", "-q", "--refresh", NULL };
	struct span rest = paths, path;
	size_t n = 0;
	int code;

	while (n <= REFRESH_EACH_MAX && span_split(&rest, '\0', &path))
		n++;
	if (n <= REFRESH_EACH_MAX)
		return checkout_git(co, each, paths, NULL, NULL);
	return checkout_git(co, all, NO_INPUT, NULL, &code);
}

/* Nobody touched any file: those that differ are written, no other is looked at again. */
static struct err *move_by_delta(struct checkout *co, const struct delta *delta,
				 const struct timespec *since)
{
	static const char *const args[] = { "checkout-index", "-f", "-z", "--stdin", NULL };
	struct span paths = str_span(&delta->paths);
	struct timespec latest;
	struct err *err;

	if (!paths.len)
		return NULL;
	err = enter(co, &delta->lines);
	if (!err)
		err = checkout_git(co, args, paths, NULL, NULL);
	if (err)
		return err;
	level_times(co, paths, since, &latest);
	return refresh(co, paths);
}

/*
 * A check that wrote tracked files left something that speaks of them: put back the
 * Makefile that configure wrote, keep its configure.log, and the next check takes
 * the project for configured.
 */
static struct err *forget_if_rewritten(struct checkout *co)
{
	static const char *const args[] = { "diff", "--quiet", "--no-ext-diff",
					    "--ignore-submodules=all", NULL };
	int code = 0;
	struct err *err = NULL;

	if (co->used)
		err = checkout_git(co, args, NO_INPUT, NULL, &code);
	co->used = co->used && !code;
	return err;
}

/* The paths of files that git wrote since. */
static void list_written(const struct index_file *file, const struct timespec *since,
			 struct str *paths)
{
	struct index_entry entry = { .nth = 0 };

	while (index_file_next(file, &entry)) {
		if (!time_is_before(&entry.mtime, since))
			str_add(paths, entry.path, entry.path_len + 1);
	}
}

/* Those of them that git takes for unchanged, since it was in the same second. */
static void list_masked(const struct index_file *file, const struct timespec *since,
			const struct timespec *latest, struct str *lines)
{
	struct index_entry entry = { .nth = 0 };

	while (index_file_next(file, &entry)) {
		if (!time_is_before(&entry.mtime, since) &&
		    entry.mtime.tv_sec == latest->tv_sec)
			index_entry_add_line(lines, file, &entry);
	}
}

static struct err *level_written(struct checkout *co, const struct timespec *since)
{
	struct str paths = STR_INIT(PATHS_MAX_BYTES), lines = STR_INIT(PATHS_MAX_BYTES);
	struct timespec latest;
	struct index_file file;
	struct err *err = index_file_read(&file, co->index.buf, co->repo->id_bytes);

	if (!err) {
		list_written(&file, since, &paths);
		err = str_err(&paths, "paths");
	}
	if (!err && level_times(co, str_span(&paths), since, &latest) > 1) {
		list_masked(&file, since, &latest, &lines);
		err = enter(co, &lines);
		if (!err)
			err = refresh(co, str_span(&paths));
	}
	index_file_release(&file);
	str_release(&paths);
	str_release(&lines);
	return err_as(err, ERR_FATAL);
}

/* git looks at each file, and writes what differs from the tree. */
static struct err *move_by_reset(struct checkout *co, const struct oid *tree,
				 const struct audit *audit, const struct timespec *since)
{
	const char *const args[] = { "read-tree", "--reset", "-u", tree->hex, NULL };
	/* It would believe in one that was changed within a second. */
	struct err *err = enter(co, &audit->misfits);

	if (!err)
		err = forget_if_rewritten(co);
	if (!err)
		err = checkout_git(co, args, NO_INPUT, NULL, NULL);
	return err ? err : level_written(co, since);
}

/* What the last run left beside the tracked files, and git does not ignore. */
static struct err *clean(struct checkout *co)
{
	struct str exclude = STR_INIT(PATH_BYTES), removed = STR_INIT(REMOVED_MAX_BYTES);
	bool prepared = file_exists(co->stamp.buf);
	struct err *err;

	/* Twice -f: repositories that a check made are no better than files. */
	str_addf(&exclude, "core.excludesFile=%s", co->exclude.buf);
	err = str_err(&exclude, "path");
	if (!err) {
		const char *const args[] = { "-c", exclude.buf, "clean",
					     prepared ? "-ffd" : "-ffdq", NULL };

		err = checkout_git(co, args, NO_INPUT, prepared ? &removed : NULL, NULL);
	}
	/* Some of it may be what was prepared. */
	if (!err && removed.len)
		err = file_remove_tree(co->stamp.buf);
	str_release(&removed);
	str_release(&exclude);
	return err;
}

/* Whether the files are what the index says, and what differs between it and tree. */
static struct err *look(const struct checkout *co, const struct oid *tree,
			struct audit *audit, struct delta *delta)
{
	struct index_file file;
	struct err *err = index_file_read(&file, co->index.buf, co->repo->id_bytes);

	if (!err)
		audit_run(audit, &file, co->tree_dir.buf, !co->used);
	err_drop(err);
	index_file_release(&file);
	return audit->untouched ? find_delta(co, tree, delta) : NULL;
}

/*
 * What a check left is no tree's. git would write files by it that then pass for
 * untouched for ever.
 */
static struct err *remove_attributes(const struct checkout *co, const struct str *paths)
{
	int dir = open(co->tree_dir.buf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct span rest = str_span(paths), path;
	struct err *err = str_err(paths, "paths");

	while (!err && span_split(&rest, '\0', &path)) {
		if (path.len && unlinkat(dir, path.ptr, 0) < 0 && errno != ENOENT)
			err = err_errno(ERR_FATAL, errno, "cannot remove '%s'", path.ptr);
	}
	if (dir >= 0)
		close(dir);
	return err;
}

/* What a file that is written now gets, by the clock of the file system. */
static struct timespec file_time(const struct checkout *co)
{
	struct stat st = { 0 };

	if (futimens(co->lock.fd, NULL) || fstat(co->lock.fd, &st))
		st.st_mtim.tv_sec = 0;
	return st.st_mtim;
}

struct err *move_files(struct checkout *co, const struct oid *tree)
{
	struct delta delta = { .repo = co->repo };
	struct audit audit = { .untouched = false };
	struct timespec since = file_time(co);
	struct err *err = make_tree_dir(co);

	str_init(&delta.lines, PATHS_MAX_BYTES);
	str_init(&delta.paths, PATHS_MAX_BYTES);
	str_init(&audit.misfits, PATHS_MAX_BYTES);
	str_init(&audit.attributes, PATHS_MAX_BYTES);
	/* Gone before git looks at the folder. */
	if (!err)
		err = remove_beside(&co->tree_dir, "/.git");
	/* Of a git that was killed: the checkout is ours alone. */
	if (!err)
		err = remove_beside(&co->index, ".lock");
	if (!err)
		err = look(co, tree, &audit, &delta);
	if (!err)
		err = remove_attributes(co, &audit.attributes);
	if (!err)
		err = delta.is_plain ? move_by_delta(co, &delta, &since)
				     : move_by_reset(co, tree, &audit, &since);
	/* After the move: the .gitignore that counts is the tree's. */
	if (!err && !co->used && (!delta.is_plain || audit.strays))
		err = clean(co);
	if (!err)
		err = put_held(co, tree);
	if (!err)
		co->used = true;
	str_release(&delta.lines);
	str_release(&delta.paths);
	str_release(&audit.misfits);
	str_release(&audit.attributes);
	return err;
}
