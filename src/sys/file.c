/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES ((size_t)64 * 1024)

/* A folder deeper than this is moved up to the root of the tree before it is removed. */
#define REMOVE_DEPTH_MAX 32

static struct err *read_all(int fd, const char *name, struct str *out)
{
	char buf[READ_BYTES];
	ssize_t n;

	for (;;) {
		n = read(fd, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(ERR_INPUT, errno, "cannot read '%s'", name);
		if (!n)
			return NULL;
		str_add(out, buf, (size_t)n);
		if (out->failed)
			return str_err(out, name);
	}
}

struct err *file_read(const char *path, struct str *out)
{
	struct err *err;
	struct stat st;
	int fd;

	if (!strcmp(path, "-"))
		return read_all(STDIN_FILENO, "standard input", out);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_errno(ERR_INPUT, errno, "cannot open '%s'", path);
	if (fstat(fd, &st) < 0) {
		err = err_errno(ERR_INPUT, errno, "cannot read '%s'", path);
	} else {
		if (S_ISREG(st.st_mode) && st.st_size > 0)
			str_reserve(out, (size_t)st.st_size);
		err = read_all(fd, path, out);
	}
	close(fd);
	return err;
}

static struct err *write_all(int fd, const char *path, struct span bytes)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(ERR_FATAL, errno, "cannot write '%s'", path);
		bytes = span_cut(bytes, (size_t)n, bytes.len);
	}
	return NULL;
}

/* The rename itself must survive a crash, not only what it names. */
static struct err *sync_parent(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == path ? 1 : slash ? (size_t)(slash - path) : 0;
	struct err *err = NULL;
	char *parent = len ? strndup(path, len) : strdup(".");
	int fd;

	if (!parent)
		return err_nomem();
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* Some file systems cannot sync a folder, and say EINVAL. */
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
		err = err_errno(ERR_FATAL, errno, "cannot write '%s'", parent);
	if (fd >= 0)
		close(fd);
	free(parent);
	return err;
}

static struct err *write_whole(const char *path, struct span bytes, mode_t mode, bool sync)
{
	struct err *err = NULL;
	char *temp = NULL;
	int fd = -1;

	if (asprintf(&temp, "%s.XXXXXX", path) < 0) {
		temp = NULL;
		return err_nomem();
	}
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0) {
		err = err_errno(ERR_FATAL, errno, "cannot create '%s'", temp);
		free(temp);
		return err;
	}
	err = write_all(fd, temp, bytes);
	if (!err && (fchmod(fd, mode) < 0 || (sync && fsync(fd) < 0)))
		err = err_errno(ERR_FATAL, errno, "cannot write '%s'", temp);
	/* A full disk under NFS is told at close. */
	if (close(fd) < 0 && !err)
		err = err_errno(ERR_FATAL, errno, "cannot write '%s'", temp);
	if (!err && rename(temp, path) < 0)
		err = err_errno(ERR_FATAL, errno, "cannot rename '%s' to '%s'", temp,
				path);
	if (err)
		unlink(temp);
	else if (sync)
		err = sync_parent(path);
	free(temp);
	return err;
}

struct err *file_write(const char *path, struct span bytes, mode_t mode)
{
	return write_whole(path, bytes, mode, true);
}

struct err *file_write_loose(const char *path, struct span bytes, mode_t mode)
{
	return write_whole(path, bytes, mode, false);
}

bool file_exists(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

bool file_is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static struct err *make_dir(const char *path, mode_t mode)
{
	int saved;

	if (!mkdir(path, mode))
		return NULL;
	saved = errno;
	if (file_is_dir(path))
		return NULL;
	return err_errno(ERR_FATAL, saved, "cannot create folder '%s'", path);
}

struct err *file_mkdirs(const char *path, mode_t mode)
{
	struct err *err = NULL;
	char *copy;

	if (file_is_dir(path))
		return NULL;
	copy = strdup(path);
	if (!copy)
		return err_nomem();
	for (char *p = copy + 1; *copy && *p && !err; p++) {
		if (*p != '/' || p[-1] == '/')
			continue;
		*p = '\0';
		err = make_dir(copy, mode);
		*p = '/';
	}
	if (!err)
		err = make_dir(path, mode);
	free(copy);
	return err;
}

/* The length of the longest beginning of path that is a folder; path has that cut off. */
static size_t cut_to_folder(char *path)
{
	size_t len = strlen(path);

	for (size_t i = len; i > 0; i--) {
		if (i < len && path[i] != '/')
			continue;
		path[i] = '\0';
		if (file_is_dir(path))
			return i;
	}
	return 0;
}

struct err *file_try_dirs(const char *path)
{
	size_t len = strlen(path), stays;
	struct err *err = NULL;
	char *copy = strdup(path);

	if (!copy)
		return err_nomem();
	stays = cut_to_folder(copy);
	if (stays < len || !len)
		err = file_mkdirs(path, 0700);
	if (!err && access(path, W_OK | X_OK) < 0)
		err = err_errno(ERR_FATAL, errno, "cannot write into folder '%s'", path);
	memcpy(copy, path, len + 1);
	for (size_t i = len; i > stays; i--) {
		if (i < len && path[i] != '/')
			continue;
		copy[i] = '\0';
		(void)rmdir(copy); /* not made, or somebody uses it already */
	}
	free(copy);
	return err;
}

/* One removal: where it began, and how many folders were moved up. */
struct removal {
	const char *path;
	int root_fd;
	dev_t dev;
	unsigned long moved;
};

static struct err *cannot_remove(const struct removal *r, int errnum, const char *name)
{
	return err_errno(ERR_FATAL, errnum, "cannot remove '%s' below '%s'", name,
			 r->path);
}

static struct err *empty_dir(struct removal *r, int fd, int depth);

/* Opens folder name in dir_fd so that it can be read and emptied; -1 with errno. */
static int open_dir(int dir_fd, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	struct stat st;
	int fd = openat(dir_fd, name, flags);

	if (fd < 0 && errno == EACCES &&
	    !fchmodat(dir_fd, name, 0700, AT_SYMLINK_NOFOLLOW))
		fd = openat(dir_fd, name, flags);
	if (fd >= 0 && !fstat(fd, &st) && (st.st_mode & 0700) != 0700)
		(void)fchmod(fd, 0700); /* a failure shows when it is emptied */
	return fd;
}

/* Out of a depth that would cost a descriptor for each level. */
static struct err *move_up(struct removal *r, int dir_fd, const char *name)
{
	char up[64];
	int saved;

	do {
		snprintf(up, sizeof(up), ".removed-%lu", r->moved++);
		if (!renameat(dir_fd, name, r->root_fd, up))
			return NULL;
		saved = errno; /* the name may be taken; all of it is to go anyway */
	} while (saved == EEXIST || saved == ENOTEMPTY || saved == ENOTDIR);
	return cannot_remove(r, saved, name);
}

static struct err *remove_dir(struct removal *r, int dir_fd, const char *name, int depth)
{
	struct err *err = NULL;
	struct stat st;
	int fd = open_dir(dir_fd, name);

	if (fd < 0)
		return cannot_remove(r, errno, name);
	if (fstat(fd, &st) < 0) {
		err = cannot_remove(r, errno, name);
	} else if (st.st_dev != r->dev) {
		err = cannot_remove(r, EXDEV, name);
	} else if (depth == REMOVE_DEPTH_MAX) {
		err = move_up(r, dir_fd, name);
	} else {
		err = empty_dir(r, fd, depth);
		fd = -1;
	}
	if (fd >= 0)
		close(fd);
	if (!err && depth < REMOVE_DEPTH_MAX && unlinkat(dir_fd, name, AT_REMOVEDIR) < 0)
		err = cannot_remove(r, errno, name);
	return err;
}

static struct err *remove_entry(struct removal *r, int dir_fd, const char *name,
				int depth)
{
	if (!unlinkat(dir_fd, name, 0) || errno == ENOENT)
		return NULL;
	if (errno != EISDIR && errno != EPERM)
		return cannot_remove(r, errno, name);
	return remove_dir(r, dir_fd, name, depth);
}

/* Removes what is in fd, once. *found says whether there was anything. */
static struct err *empty_once(struct removal *r, DIR *dir, int depth, bool *found)
{
	struct dirent *entry;
	struct err *err = NULL;

	*found = false;
	while (!err && (errno = 0, entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		*found = true;
		err = remove_entry(r, dirfd(dir), entry->d_name, depth + 1);
	}
	if (!err && errno)
		err = cannot_remove(r, errno, ".");
	return err;
}

/*
 * Until nothing is left: the root gets what is moved up while it is read.
 * Closes fd.
 */
static struct err *empty_dir(struct removal *r, int fd, int depth)
{
	struct err *err;
	bool found;
	DIR *dir = fdopendir(fd);

	if (!dir) {
		err = cannot_remove(r, errno, ".");
		close(fd);
		return err;
	}
	do {
		rewinddir(dir);
		err = empty_once(r, dir, depth, &found);
	} while (!err && found);
	closedir(dir);
	return err;
}

struct err *file_remove_tree(const char *path)
{
	struct removal r = { .path = path, .root_fd = -1 };
	struct err *err = NULL;
	struct stat st;
	int fd;

	if (!unlink(path) || errno == ENOENT)
		return NULL;
	if (errno != EISDIR && errno != EPERM)
		return err_errno(ERR_FATAL, errno, "cannot remove '%s'", path);
	r.root_fd = open_dir(AT_FDCWD, path);
	if (r.root_fd < 0 || fstat(r.root_fd, &st) < 0) {
		err = err_errno(ERR_FATAL, errno, "cannot remove '%s'", path);
		goto out;
	}
	r.dev = st.st_dev;
	fd = fcntl(r.root_fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		err = err_errno(ERR_FATAL, errno, "cannot remove '%s'", path);
	else
		err = empty_dir(&r, fd, 0);
	if (!err && rmdir(path) < 0)
		err = err_errno(ERR_FATAL, errno, "cannot remove '%s'", path);
out:
	if (r.root_fd >= 0)
		close(r.root_fd);
	return err;
}

struct err *file_temp_dir(const char *parent, const char *prefix, struct str *out)
{
	struct err *err;

	str_reset(out);
	str_addf(out, "%s/%sXXXXXX", parent, prefix);
	err = str_err(out, "folder name");
	if (!err && !mkdtemp(out->buf))
		err = err_errno(ERR_FATAL, errno, "cannot create a folder in '%s'",
				parent);
	return err;
}
