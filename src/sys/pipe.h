/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pipes to children. Neither end is 0, 1 or 2, even where ours are closed: a child's
 * own are put there. Both ends are closed on exec.
 */
#ifndef SYS_PIPE_H
#define SYS_PIPE_H

#include "base/compiler.h"
#include "base/err.h"

enum { PIPE_READ, PIPE_WRITE, N_PIPE_ENDS };

#define PIPE_NONE { -1, -1 }

/* Of the two the end ours does not block; -1: both do. PIPE_NONE after an err. */
struct err *pipe_init(int fd[N_PIPE_ENDS], int ours) MUST_USE;
void pipe_release(int fd[N_PIPE_ENDS]);

/* Takes fd and gives its duplicate above 2; -1 with errno. */
int fd_move_up(int fd);

/* -1 is fine, and what *fd is afterwards. */
void fd_close(int *fd);

#endif
