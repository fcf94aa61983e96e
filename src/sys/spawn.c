/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "base/span.h"
#include "base/str.h"
#include "sys/pipe.h"
#include "sys/signals.h"
#include "sys/warden.h"

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

static int set_limit(const struct hold_limit *limit)
{
	struct rlimit now;

	if (getrlimit((unsigned int)limit->resource, &now))
		return errno;
	if (now.rlim_max == RLIM_INFINITY || now.rlim_max > limit->max)
		now.rlim_max = limit->max;
	if (now.rlim_cur == RLIM_INFINITY || now.rlim_cur > now.rlim_max)
		now.rlim_cur = now.rlim_max;
	return setrlimit((unsigned int)limit->resource, &now) ? errno : 0;
}

/* More is lost without a child than without this. */
static void go_first(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return;
	n = write(fd, "1000", 4);
	(void)n;
	close(fd);
}

static int apply(const struct hold *hold)
{
	int errnum = 0;

	if (hold->first_to_go)
		go_first();
	for (size_t i = 0; !errnum && i < hold->n_limits; i++)
		errnum = set_limit(&hold->limits[i]);
	if (!errnum && hold->confine)
		errnum = hold->confine(hold->confine_ctx);
	return errnum;
}

struct child {
	const struct spawn_spec *spec;
	pid_t parent;
	long max_fds;
	int status_fd;
};

static _Noreturn void give_up(int status_fd, int errnum)
{
	ssize_t n = write(status_fd, &errnum, sizeof(errnum));

	(void)n;
	_exit(127);
}

/* Only async-signal-safe calls from here to exec, and no memory written but our own. */
static int join(const struct child *child)
{
	setpgid(0, 0);
#ifdef __linux__
	if (prctl(PR_SET_PDEATHSIG, child->spec->death_signal))
		return errno;
#endif
	/* it may have died before that was armed */
	return getppid() == child->parent ? 0 : ECANCELED;
}

static int prepare_child(const struct spawn_spec *spec, long max_fds, int *status_fd)
{
	int errnum;

	for (int fd = 0; fd < 3; fd++) {
		if (spec->stream[fd] >= 0 && dup2(spec->stream[fd], fd) < 0)
			return errno;
	}
	if (spec->dir && chdir(spec->dir))
		return errno;
	/* Before descriptors are closed: it may need one of them. */
	errnum = spec->hold ? apply(spec->hold) : 0;
	if (!errnum)
		errnum = close_others(status_fd, max_fds);
	signals_default();
	return errnum;
}

static _Noreturn void be_program(const void *ctx)
{
	const struct child *child = ctx;
	const struct spawn_spec *spec = child->spec;
	int status_fd = child->status_fd;
	int errnum = prepare_child(spec, child->max_fds, &status_fd);

	if (!errnum) {
		execve(spec->path, (char *const *)spec->argv, (char *const *)spec->env);
		errnum = errno;
	}
	give_up(status_fd, errnum);
}

static _Noreturn void be_child(const struct child *child)
{
	int errnum = child->spec->own_group ? join(child) : 0;

	if (errnum)
		give_up(child->status_fd, errnum);
	if (child->spec->hold && child->spec->hold->warden)
		give_up(child->status_fd, warden_run(child->spec->hold->warden, child->parent,
						     be_program, child));
	be_program(child);
}

/*
 * The child borrows our memory until its exec, and we wait for that: fork would copy
 * the page tables of every library that we have loaded, and cost a fifth of a run.
 * In a function of its own, since what lives in registers does not outlast vfork.
 */
__attribute__((noinline)) static pid_t start_child(const struct spawn_spec *spec,
						   long max_fds, int status_fd)
{
	const struct child child = { spec, getpid(), max_fds, status_fd };
	/* A warden stays, so it needs a memory of its own. */
	const pid_t pid = spec->hold && spec->hold->warden ? fork() : vfork();

	if (pid == 0)
		be_child(&child);
	return pid;
}

struct err *spawn(const struct spawn_spec *spec, pid_t *pid, int *status_fd)
{
	long max_fds = sysconf(_SC_OPEN_MAX);
	int pipe_fd[N_PIPE_ENDS];
	struct err *err = pipe_init(pipe_fd, -1);
	sigset_t old;
	int errnum;

	if (err)
		return err;
	if (max_fds < 0 || max_fds > MAX_FDS)
		max_fds = MAX_FDS;
	signals_block(&old);
	*pid = start_child(spec, max_fds, pipe_fd[PIPE_WRITE]);
	errnum = errno;
	signals_unblock(&old);
	if (*pid < 0)
		err = err_errno(ERR_FATAL, errnum, "cannot create a process");
	else if (spec->own_group)
		setpgid(*pid, *pid); /* whoever comes first: nobody may miss the group */
	if (!err) {
		*status_fd = pipe_fd[PIPE_READ];
		pipe_fd[PIPE_READ] = -1;
	}
	pipe_release(pipe_fd);
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
