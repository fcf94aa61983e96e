/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For LD_PRELOAD: the FAIL_AT-th allocation from the program's start fails, and FAIL_LOG
 * gets its stack, as addresses in their files. Without FAIL_AT it gets how many there
 * were. Children are not touched. Needs glibc, for the names of what is stood in for.
 */
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

enum { DEPTH = 48 };

static atomic_long left = -1; /* until one fails; negative: none does */
static int log_fd = -1;

__attribute__((constructor)) static void begin(void)
{
	const char *at = getenv("FAIL_AT"), *path = getenv("FAIL_LOG");
	void *stack[DEPTH];

	/* The first call allocates. */
	backtrace(stack, DEPTH);
	if (path)
		log_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	unsetenv("LD_PRELOAD");
	unsetenv("FAIL_LOG");
	unsetenv("FAIL_AT");
	left = at ? atol(at) : LONG_MAX;
}

__attribute__((destructor)) static void end(void)
{
	if (log_fd >= 0 && left > LONG_MAX / 2)
		dprintf(log_fd, "%ld\n", LONG_MAX - left);
}

static bool fails(void)
{
	void *stack[DEPTH];
	long now;

	if (left < 0)
		return false;
	now = atomic_fetch_sub(&left, 1) - 1;
	if (now != 0)
		return false;
	if (log_fd >= 0)
		backtrace_symbols_fd(stack, backtrace(stack, DEPTH), log_fd);
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t n, size_t size)
{
	size_t all;

	if (__builtin_mul_overflow(n, size, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	return fails() ? NULL : __libc_realloc(old, all);
}

int posix_memalign(void **mem, size_t alignment, size_t size)
{
	void *got = fails() ? NULL : __libc_memalign(alignment, size);

	if (!got)
		return ENOMEM;
	*mem = got;
	return 0;
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return fails() ? NULL : __libc_memalign(alignment, size);
}
