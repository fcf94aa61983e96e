/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/warden.h"

#include <errno.h>

#ifdef __linux__

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEP_MS 10
#define SWEEP_MS 4000
#define READ_BYTES 4096

/* Of Linux 3.5; proc(5). All children, orphans of ours included. */
#define CHILDREN "/proc/thread-self/children"

/*
 * It holds a copy of our memory, so nobody may look into it, not even by a core
 * file; and no pipe or lock of ours may stay open because of it.
 */
static void close_up(void)
{
	const struct rlimit none = { 0 };

	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &none);
#ifdef SYS_close_range
	if (!syscall(SYS_close_range, 0U, ~0U, 0U))
		return;
#endif
	for (long fd = sysconf(_SC_OPEN_MAX); fd >= 0; fd--)
		close((int)fd);
}

/* Reaps what has ended. *status is set once child has; false when none is left. */
static bool reap(pid_t child, int *status, bool *ended)
{
	int st;
	pid_t pid;

	while ((pid = waitpid(-1, &st, WNOHANG)) > 0) {
		if (pid != child)
			continue;
		*status = st;
		*ended = true;
	}
	return pid == 0;
}

static void kill_listed(const char *bytes, ssize_t n, pid_t *pid)
{
	for (ssize_t i = 0; i < n; i++) {
		if (bytes[i] >= '0' && bytes[i] <= '9') {
			*pid = *pid * 10 + (bytes[i] - '0');
			continue;
		}
		if (*pid > 1)
			kill(*pid, SIGKILL);
		*pid = 0;
	}
}

/* A pid in the list is a child's that we have not reaped: it cannot be another's. */
static void kill_children(void)
{
	int fd = open(CHILDREN, O_RDONLY | O_CLOEXEC);
	char bytes[READ_BYTES];
	pid_t pid = 0;
	ssize_t n;

	if (fd < 0)
		return;
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		kill_listed(bytes, n, &pid);
	close(fd);
}

/* Returns the signal that came, or -1 when the time was up. */
static int wait_signal(int ms)
{
	const struct timespec span = { ms / 1000, ms % 1000 * 1000000L };
	sigset_t all;

	sigfillset(&all);
	return ms < 0 ? sigwaitinfo(&all, NULL) : sigtimedwait(&all, NULL, &span);
}

/* The children of what was killed become ours, and are next. */
static void sweep(pid_t child, int *status, bool *ended)
{
	for (int ms = 0; ms < SWEEP_MS; ms += STEP_MS) {
		kill_children();
		if (!reap(child, status, ended))
			return;
		wait_signal(STEP_MS);
	}
}

/* Who asks us by our group asked the child as well; the kernel asks us alone. */
static void ask_to_end(pid_t parent)
{
	if (getppid() == parent)
		return;
	kill(0, SIGTERM);
	kill(0, SIGCONT);
}

static _Noreturn void end_as(int status)
{
	sigset_t none;

	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	sigemptyset(&none);
	signal(WTERMSIG(status), SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	raise(WTERMSIG(status));
	_exit(128 + WTERMSIG(status));
}

static _Noreturn void watch(pid_t child, pid_t parent)
{
	int status = SIGKILL; /* for one that cannot be killed */
	bool ended = false;

	close_up();
	while (reap(child, &status, &ended) && !ended) {
		if (wait_signal(-1) != SIGTERM)
			continue;
		ask_to_end(parent);
		for (int ms = 0; ms < WARDEN_TERM_MS && !ended; ms += STEP_MS) {
			wait_signal(STEP_MS);
			reap(child, &status, &ended);
		}
		break;
	}
	sweep(child, &status, &ended);
	end_as(status);
}

static _Noreturn void watch_group(pid_t child, pid_t parent)
{
	int status = SIGKILL;
	bool ended = false;

	close_up();
	while (reap(child, &status, &ended) && !ended) {
		if (getppid() != parent)
			kill(0, SIGKILL); /* us, too */
		wait_signal(-1);
	}
	end_as(status);
}

/*
 * For us and what we start, as far as it goes: only the leader of a session can take
 * a terminal again. A session of our own would leave the group that we are killed by.
 */
static void leave_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return;
	ioctl(fd, TIOCNOTTY);
	close(fd);
}

/* In the new process, which writes no memory but its own frames. */
static _Noreturn void be_led(pid_t warden, void (*program)(const void *ctx), const void *ctx)
{
	if (!prctl(PR_SET_PDEATHSIG, SIGKILL) && getppid() == warden)
		program(ctx);
	_exit(127);
}

__attribute__((noinline)) static pid_t start(void (*program)(const void *ctx),
					     const void *ctx)
{
	const pid_t warden = getpid();
	const pid_t pid = vfork();

	if (pid == 0)
		be_led(warden, program, ctx);
	return pid;
}

int warden_run(enum hold_warden kind, pid_t parent, void (*program)(const void *ctx),
	       const void *ctx)
{
	const bool all = kind == HOLD_WARDEN_OF_ALL;
	pid_t child;

	if ((all && prctl(PR_SET_CHILD_SUBREAPER, 1)) || prctl(PR_SET_PDEATHSIG, SIGTERM))
		return errno;
	leave_terminal();
	child = start(program, ctx);
	if (child < 0)
		return errno;
	if (all)
		watch(child, parent);
	watch_group(child, parent);
}

#else

int warden_run(enum hold_warden kind, pid_t parent, void (*program)(const void *ctx),
	       const void *ctx)
{
	(void)kind;
	(void)parent;
	(void)program;
	(void)ctx;
	return ENOSYS;
}

#endif
