/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/lent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/span.h"

#define NAME_BYTES 256
#define DEPTH_MAX 128
#define ENTRIES_MAX 1000000

#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* What tools keep for themselves between two runs, by the user's hand as by ours. */
static const char *const caches[] = { ".cache", ".vite", ".vite-temp", "__pycache__" };

void lent_free(struct lent *lent)
{
	if (!lent)
		return;
	free(lent->root);
	argv_release(&lent->paths);
	argv_release(&lent->dirs);
	argv_release(&lent->files);
	free(lent);
}

const struct checkout_view *lent_view(const struct lent *lent)
{
	return lent ? &lent->view : NULL;
}

/* The sum of all entries: in which order a folder gives them says nothing. */
struct count {
	uint64_t sum;
	size_t n;
};

static bool is_skipped(const char *name)
{
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(caches); i++) {
		if (!strcmp(name, caches[i]))
			return true;
	}
	return false;
}

/*
 * Of a file its number and when it last changed in any way, which no tool sets at
 * will; of a folder its name: what comes and goes in it is counted itself.
 */
static uint64_t count_entry(struct count *count, uint64_t above, const char *name,
			    const struct stat *st)
{
	uint64_t hash = hash_text(above, name);

	hash = hash_bytes(hash, &st->st_mode, sizeof(st->st_mode));
	if (!S_ISDIR(st->st_mode)) {
		hash = hash_bytes(hash, &st->st_ino, sizeof(st->st_ino));
		hash = hash_bytes(hash, &st->st_ctim.tv_sec, sizeof(st->st_ctim.tv_sec));
		hash = hash_bytes(hash, &st->st_ctim.tv_nsec, sizeof(st->st_ctim.tv_nsec));
	}
	count->sum += hash;
	count->n++;
	return hash;
}

static void count_dir(struct count *count, uint64_t above, int fd, int depth)
{
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) { /* what cannot be read here, no check can read either */
		if (fd >= 0)
			close(fd);
		return;
	}
	while (count->n <= ENTRIES_MAX && (entry = readdir(dir)) != NULL) {
		struct stat st;
		uint64_t hash;

		if (is_skipped(entry->d_name) ||
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		hash = count_entry(count, above, entry->d_name, &st);
		if (S_ISDIR(st.st_mode) && depth == DEPTH_MAX)
			count->n = (size_t)ENTRIES_MAX + 1;
		else if (S_ISDIR(st.st_mode))
			count_dir(count, hash, openat(dirfd(dir), entry->d_name, DIR_FLAGS),
				  depth + 1);
	}
	closedir(dir);
}

static struct err *take_stamp(const struct lent *lent, uint64_t *stamp)
{
	struct count count = { .sum = HASH_START };

	for (size_t i = 0; i < lent->dirs.n; i++)
		count_dir(&count, hash_text(HASH_START, lent->dirs.v[i]),
			  open(lent->dirs.v[i], DIR_FLAGS), 0);
	for (size_t i = 0; i < lent->files.n; i++) {
		struct stat st;

		if (!lstat(lent->files.v[i], &st))
			count_entry(&count, HASH_START, lent->files.v[i], &st);
	}
	*stamp = count.sum;
	if (count.n > ENTRIES_MAX)
		return err_new(ERR_CONFIG, "dualfix.overlay: more than %d files, or folders "
			       "more than %d deep", ENTRIES_MAX, DEPTH_MAX);
	return NULL;
}

struct err *lent_mark(struct lent *lent)
{
	return take_stamp(lent, &lent->stamp);
}

struct err *lent_still(const struct lent *lent)
{
	uint64_t stamp;
	struct err *err = take_stamp(lent, &stamp);

	if (!err && stamp != lent->stamp)
		err = err_hint(err_new(ERR_CONFIG, "what dualfix.overlay names changed while "
				       "checks ran with it"),
			       "run it again when nothing is installed at the same time");
	return err;
}

/* Whatever is not a folder goes; -1 with errno if there is none in the end. */
static int make_dir(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, DIR_FLAGS);

	if (fd >= 0)
		return fd;
	if ((errno == ENOTDIR || errno == ELOOP) && unlinkat(dir_fd, name, 0))
		return -1;
	if (mkdirat(dir_fd, name, 0755))
		return -1;
	return openat(dir_fd, name, DIR_FLAGS);
}

static int make_file(int dir_fd, const char *name)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	struct stat st;

	if (!fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) && !S_ISREG(st.st_mode) &&
	    unlinkat(dir_fd, name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0))
		return -1;
	if (!fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return openat(dir_fd, name, flags, 0644);
}

static struct err *make_place(const char *tree_dir, const char *path, bool is_dir)
{
	struct span rest = span_of(path), part;
	int fd = open(tree_dir, DIR_FLAGS);

	while (fd >= 0 && span_split(&rest, '/', &part)) {
		char name[NAME_BYTES] = "";
		bool is_last = part.ptr + part.len == path + strlen(path);
		int next = -1;

		if (part.len < sizeof(name)) {
			memcpy(name, part.ptr, part.len);
			next = is_last && !is_dir ? make_file(fd, name) : make_dir(fd, name);
		} else {
			errno = ENAMETOOLONG;
		}
		close(fd); /* keeps errno: there is nothing that it could fail to write */
		fd = next;
	}
	if (fd < 0)
		return err_hint(err_errno(ERR_FATAL, errno, "cannot make room for '%s' in the "
					  "scratch checkout", path),
				"--clean makes it anew");
	close(fd);
	return NULL;
}

struct err *lent_make_places(const struct lent *lent, const char *tree_dir)
{
	size_t skip = strlen(lent->root) + 1;
	struct err *err = NULL;

	for (size_t i = 0; !err && i < lent->dirs.n; i++)
		err = make_place(tree_dir, lent->dirs.v[i] + skip, true);
	for (size_t i = 0; !err && i < lent->files.n; i++)
		err = make_place(tree_dir, lent->files.v[i] + skip, false);
	return err;
}
