/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "base/span.h"
#include "base/str.h"
#include "sys/signals.h"

#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"
#define PATH_MAX_BYTES 65536
#define FIRST_OTHER_FD 3
#define MAX_FDS (1L << 20) /* more than that is "unlimited" */

static struct span path_of(const char *const *env)
{
	for (; env && *env; env++) {
		if (!strncmp(*env, "PATH=", 5))
			return span_of(*env + 5);
	}
	return SPAN(DEFAULT_PATH);
}

static bool is_program(const char *path, int *errnum)
{
	struct stat st;

	if (stat(path, &st))
		return false;
	if (S_ISREG(st.st_mode) && !access(path, X_OK))
		return true;
	*errnum = EACCES;
	return false;
}

struct err *spawn_find(char **path, int *errnum, const char *name,
		       const char *const *env)
{
	struct span rest = path_of(env), folder;
	struct str at = STR_INIT(PATH_MAX_BYTES);
	struct err *err = NULL;

	*path = NULL;
	*errnum = ENOENT;
	if (strchr(name, '/')) {
		*path = strdup(name);
		return *path ? NULL : err_nomem();
	}
	while (*name && !*path && span_split(&rest, ':', &folder)) {
		if (!span_starts(folder, "/"))
			continue;
		str_reset(&at);
		str_add_span(&at, folder);
		str_addf(&at, "/%s", name);
		err = str_err(&at, "PATH");
		if (err)
			break;
		if (is_program(at.buf, errnum)) {
			*path = str_detach(&at);
			err = *path ? NULL : err_nomem();
		}
	}
	str_release(&at);
	return err;
}

static bool close_at_once(unsigned int first)
{
#ifdef SYS_close_range
	return syscall(SYS_close_range, first, ~0U, 0U) == 0;
#else
	(void)first;
	return false;
#endif
}

/* All above 2 but the one that reports a failed exec, which becomes 3. */
static int close_others(int *status_fd, long max_fds)
{
	if (*status_fd != FIRST_OTHER_FD &&
	    dup3(*status_fd, FIRST_OTHER_FD, O_CLOEXEC) < 0)
		return errno;
	*status_fd = FIRST_OTHER_FD;
	if (close_at_once(FIRST_OTHER_FD + 1))
		return 0;
	for (int fd = FIRST_OTHER_FD + 1; fd < max_fds; fd++)
		close(fd);
	return 0;
}

/* Only async-signal-safe calls from here to exec, and no memory written but our own. */
static int prepare_child(const struct spawn_spec *spec, pid_t parent, long max_fds,
			 int *status_fd)
{
	int errnum;

	if (spec->own_group) {
		setpgid(0, 0);
#ifdef __linux__
		if (prctl(PR_SET_PDEATHSIG, SIGKILL))
			return errno;
#endif
		if (getppid() != parent)
			return ECANCELED; /* we died before it was armed */
	}
	for (int fd = 0; fd < 3; fd++) {
		if (spec->stream[fd] >= 0 && dup2(spec->stream[fd], fd) < 0)
			return errno;
	}
	if (spec->dir && chdir(spec->dir))
		return errno;
	errnum = close_others(status_fd, max_fds);
	signals_default();
	return errnum;
}

static _Noreturn void be_child(const struct spawn_spec *spec, pid_t parent, long max_fds,
			       int status_fd)
{
	int errnum = prepare_child(spec, parent, max_fds, &status_fd);
	ssize_t n;

	if (!errnum) {
		execve(spec->path, (char *const *)spec->argv, (char *const *)spec->env);
		errnum = errno;
	}
	n = write(status_fd, &errnum, sizeof(errnum));
	(void)n;
	_exit(127);
}

/*
 * The child borrows our memory until its exec, and we wait for that: fork would copy
 * the page tables of every library that we have loaded, and cost a fifth of a run.
 * In a function of its own, since what lives in registers does not outlast vfork.
 */
__attribute__((noinline)) static pid_t start_child(const struct spawn_spec *spec,
						   long max_fds, int status_fd)
{
	const pid_t parent = getpid();
	const pid_t pid = vfork();

	if (pid == 0)
		be_child(spec, parent, max_fds, status_fd);
	return pid;
}

/* Out of the way of the child's own 0 to 2, should ours be closed. */
static int move_up(int fd)
{
	int up = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_OTHER_FD);
	int saved = errno;

	close(fd);
	errno = saved;
	return up;
}

struct err *spawn(const struct spawn_spec *spec, pid_t *pid, int *status_fd)
{
	long max_fds = sysconf(_SC_OPEN_MAX);
	struct err *err = NULL;
	int pipe_fd[2];
	sigset_t old;
	int errnum;

	if (pipe2(pipe_fd, O_CLOEXEC))
		return err_errno(ERR_FATAL, errno, "cannot create a pipe");
	pipe_fd[1] = move_up(pipe_fd[1]);
	if (pipe_fd[1] < 0) {
		err = err_errno(ERR_FATAL, errno, "cannot create a pipe");
		goto out;
	}
	if (max_fds < 0 || max_fds > MAX_FDS)
		max_fds = MAX_FDS;
	signals_block(&old);
	*pid = start_child(spec, max_fds, pipe_fd[1]);
	errnum = errno;
	signals_unblock(&old);
	if (*pid < 0)
		err = err_errno(ERR_FATAL, errnum, "cannot create a process");
	else if (spec->own_group)
		setpgid(*pid, *pid); /* whoever comes first: nobody may miss the group */
out:
	if (pipe_fd[1] >= 0)
		close(pipe_fd[1]);
	if (err)
		close(pipe_fd[0]);
	else
		*status_fd = pipe_fd[0];
	return err;
}

int spawn_failure(int status_fd)
{
	int errnum;
	ssize_t n;

	do {
		n = read(status_fd, &errnum, sizeof(errnum));
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(errnum) ? errnum : 0;
}
