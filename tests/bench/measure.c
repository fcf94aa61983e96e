/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usage: measure <command> [<arg>...]
 *
 * Runs the command, exits as it does, and prints one JSON object on descriptor 3: exit
 * (128 + n for signal n), wall_ms, cpu_ms (with all children that were waited for); then
 * own_cpu_ms and own_rss_kib of the command's own process, tree_cpu_ms of it and whatever
 * it started, processes, how many that was. These are null where the kernel does not say,
 * or where somebody measures us.
 *
 * wait4() can tell neither the command from its children nor its memory from what we
 * had before the exec, and knows nothing of a process that nobody waited for, such as
 * those in a sandbox. So processes are stopped at their end by ptrace, and their figures
 * are read from /proc. That adds a per cent or two.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FOLLOW (PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXIT)

struct figures {
	pid_t pid;
	bool traced;
	double own_cpu_ms; /* < 0: not known */
	long own_rss_kib;
	long processes; /* the command's own not among them */
	double tree_cpu_ms;
};

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static FILE *proc_open(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	return fopen(path, "r");
}

/* < 0: the kernel does not say */
static double cpu_ms(pid_t pid)
{
	FILE *file = proc_open(pid, "schedstat");
	unsigned long long ns;
	double ms = -1;

	if (file && fscanf(file, "%llu", &ns) == 1)
		ms = (double)ns / 1e6;
	if (file)
		fclose(file);
	return ms;
}

/* The process stands at its end, its memory still there. */
static void read_end(struct figures *f, pid_t pid)
{
	double ms = cpu_ms(pid);
	char line[256];
	FILE *file;

	if (ms > 0)
		f->tree_cpu_ms += ms;
	if (pid != f->pid)
		return;
	f->own_cpu_ms = ms;
	file = proc_open(pid, "status");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmHWM: %ld", &f->own_rss_kib) == 1)
			break;
	if (file)
		fclose(file);
}

static void start(struct figures *f, char **argv)
{
	int gate[2];
	char go;

	if (pipe(gate) < 0 || (f->pid = fork()) < 0) {
		perror("measure");
		exit(127);
	}
	if (!f->pid) {
		close(gate[1]);
		if (read(gate[0], &go, 1) < 0)
			_exit(127);
		close(gate[0]);
		close(3);
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	close(gate[0]);
	f->traced = !ptrace(PTRACE_SEIZE, f->pid, NULL, FOLLOW);
	close(gate[1]);
}

/* What to hand on to a process that stopped with status: a signal, or none. */
static int stop_signal(struct figures *f, pid_t pid, int status)
{
	int event = status >> 16;

	if (event == PTRACE_EVENT_EXIT)
		read_end(f, pid);
	if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK)
		f->processes++;
	return event ? 0 : WSTOPSIG(status);
}

static int run(struct figures *f, struct rusage *usage)
{
	for (;;) {
		int status;
		pid_t pid = wait4(-1, &status, __WALL, usage);

		if (pid < 0 && errno != EINTR)
			return 127;
		if (pid < 0)
			continue;
		if (WIFSTOPPED(status)) {
			long signal = stop_signal(f, pid, status);

			ptrace(PTRACE_CONT, pid, NULL, (void *)signal);
			continue;
		}
		if (pid != f->pid)
			continue;
		return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	}
}

static double ms_of(struct timeval t)
{
	return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

int main(int argc, char **argv)
{
	struct figures f = { .own_cpu_ms = -1, .own_rss_kib = -1 };
	struct rusage usage;
	double start_ms;
	int code;

	if (argc < 2) {
		fputs("usage: measure <command> [<arg>...]\n", stderr);
		return 129;
	}
	start(&f, argv + 1);
	start_ms = now_ms();
	code = run(&f, &usage);
	dprintf(3, "{\"exit\":%d,\"wall_ms\":%.3f,\"cpu_ms\":%.3f", code,
		now_ms() - start_ms, ms_of(usage.ru_utime) + ms_of(usage.ru_stime));
	if (f.own_cpu_ms >= 0 && f.own_rss_kib >= 0)
		dprintf(3,
			",\"own_cpu_ms\":%.3f,\"own_rss_kib\":%ld,\"tree_cpu_ms\":%.3f,"
			"\"processes\":%ld}\n",
			f.own_cpu_ms, f.own_rss_kib, f.tree_cpu_ms, f.processes);
	else
		dprintf(3, ",\"own_cpu_ms\":null,\"own_rss_kib\":null,"
			   "\"tree_cpu_ms\":null,\"processes\":null}\n");
	return code;
}
