/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* A lock on a file that was removed meanwhile keeps nobody out. */
static bool is_at(int fd, const char *path)
{
	struct stat held, there;

	return !fstat(fd, &held) && !lstat(path, &there) && held.st_dev == there.st_dev &&
	       held.st_ino == there.st_ino;
}

struct err *lock_try(struct lock *lock, const char *path, bool *taken)
{
	struct err *err = NULL;
	int fd;

	*taken = false;
	for (;;) {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY,
			  0600);
		if (fd < 0)
			return err_errno(ERR_FATAL, errno, "cannot open lock '%s'", path);
		if (flock(fd, LOCK_EX | LOCK_NB) < 0)
			break;
		if (is_at(fd, path)) {
			lock->fd = fd;
			*taken = true;
			return NULL;
		}
		close(fd);
	}
	if (errno != EWOULDBLOCK)
		err = err_errno(ERR_FATAL, errno, "cannot lock '%s'", path);
	close(fd);
	return err;
}

void lock_release(struct lock *lock)
{
	if (!lock || lock->fd < 0)
		return;
	close(lock->fd);
	lock->fd = -1;
}
