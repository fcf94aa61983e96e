/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define FIRST_OTHER_FD 3

void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int fd_move_up(int fd)
{
	int up = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_OTHER_FD);
	int saved = errno;

	close(fd);
	errno = saved;
	return up;
}

struct err *pipe_init(int fd[N_PIPE_ENDS], int ours)
{
	struct err *err;

	if (pipe2(fd, O_CLOEXEC)) {
		fd[PIPE_READ] = fd[PIPE_WRITE] = -1;
		goto fail;
	}
	for (int i = 0; i < N_PIPE_ENDS; i++) {
		fd[i] = fd_move_up(fd[i]);
		if (fd[i] < 0)
			goto fail;
	}
	if (ours < 0 || !fcntl(fd[ours], F_SETFL, O_NONBLOCK))
		return NULL;
fail:
	err = err_errno(ERR_FATAL, errno, "cannot create a pipe");
	pipe_release(fd);
	return err;
}

void pipe_release(int fd[N_PIPE_ENDS])
{
	fd_close(&fd[PIPE_READ]);
	fd_close(&fd[PIPE_WRITE]);
}
