/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/sysinfo.h>
#endif

#include "base/span.h"

#define READ_BYTES 4096
#define STATM_BYTES 256

/* More than may run at once (limits.c) are not looked at. */
#define PROCESSES_MAX 8192
#define DEPTH_MAX 64

uint64_t memory_max_bytes(void)
{
#ifdef __linux__
	struct sysinfo info;

	if (!sysinfo(&info))
		return (uint64_t)info.totalram * info.mem_unit / 4 * 3;
#endif
	return 0;
}

/* proc_pid_statm(5): size, resident, shared, ... in pages. */
static uint64_t held_alone(pid_t pid)
{
	char path[64], bytes[STATM_BYTES];
	size_t resident = 0, shared = 0;
	struct span rest, word;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0; /* it is gone */
	n = read(fd, bytes, sizeof(bytes));
	close(fd);
	rest = (struct span){ bytes, n > 0 ? (size_t)n : 0 };
	if (!span_split(&rest, ' ', &word) || !span_split(&rest, ' ', &word) ||
	    !span_number(word, SIZE_MAX / 16, &resident) || !span_split(&rest, ' ', &word) ||
	    !span_number(word, SIZE_MAX / 16, &shared) || shared > resident)
		return 0;
	return (uint64_t)(resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE);
}

struct walk {
	uint64_t bytes;
	size_t n;
};

static void walk(struct walk *w, pid_t pid, int depth);

/* One may have more of them than one read gives. */
static void walk_children(struct walk *w, const char *path, int depth)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char bytes[READ_BYTES];
	pid_t pid = 0;
	ssize_t n;

	while (fd >= 0 && (n = read(fd, bytes, sizeof(bytes))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (bytes[i] >= '0' && bytes[i] <= '9') {
				pid = pid * 10 + (bytes[i] - '0');
				continue;
			}
			if (pid)
				walk(w, pid, depth);
			pid = 0;
		}
	}
	if (fd >= 0)
		close(fd);
}

/* Each thread has the children that it made. */
static void walk(struct walk *w, pid_t pid, int depth)
{
	char path[64 + 256];
	struct dirent *entry;
	DIR *dir;

	if (++w->n > PROCESSES_MAX || depth == DEPTH_MAX)
		return;
	w->bytes += held_alone(pid);
	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/children", (int)pid,
			 entry->d_name);
		walk_children(w, path, depth + 1);
	}
	if (dir)
		closedir(dir);
}

uint64_t memory_held_bytes(pid_t pid)
{
	struct walk w = { 0 };

	walk(&w, pid, 0);
	return w.bytes;
}
