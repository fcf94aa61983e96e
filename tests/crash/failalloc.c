/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For LD_PRELOAD: the FAIL_AT-th allocation from the program's start fails, and FAIL_LOG
 * gets its stack, as addresses in their files. Without FAIL_AT it gets how many there
 * were. Children are not touched. What is not to fail goes to the next library: libc, or
 * the one of a sanitizer.
 */
#include <dlfcn.h>
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

enum { DEPTH = 48 };

static atomic_long left = -1; /* until one fails; negative: none does */
static int log_fd = -1;

/*
 * For a leak sanitizer: what the loader has for backtrace() it keeps; libcrypto and jansson
 * (sys/json.c) lose some where an allocation of theirs fails.
 */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:_dl_map_object_deps\nleak:libcrypto.so\nleak:libjansson.so\n";
}

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

/* *at is looked up once; threads that do so at once find the same. */
static void *next(_Atomic(void *) *at, const char *name)
{
	void *function = *at;

	if (!function)
		*at = function = dlsym(RTLD_NEXT, name);
	return function;
}

void *malloc(size_t size)
{
	static _Atomic(void *) at;
	void *(*real)(size_t) = next(&at, "malloc");

	return fails() ? NULL : real(size);
}

void *calloc(size_t n, size_t size)
{
	static _Atomic(void *) at;
	void *(*real)(size_t, size_t) = next(&at, "calloc");

	return fails() ? NULL : real(n, size);
}

void *realloc(void *old, size_t size)
{
	static _Atomic(void *) at;
	void *(*real)(void *, size_t) = next(&at, "realloc");

	return fails() ? NULL : real(old, size);
}

void *reallocarray(void *old, size_t n, size_t size)
{
	static _Atomic(void *) at;
	void *(*real)(void *, size_t, size_t) = next(&at, "reallocarray");

	return fails() ? NULL : real(old, n, size);
}

int posix_memalign(void **mem, size_t alignment, size_t size)
{
	static _Atomic(void *) at;
	int (*real)(void **, size_t, size_t) = next(&at, "posix_memalign");

	return fails() ? ENOMEM : real(mem, alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	static _Atomic(void *) at;
	void *(*real)(size_t, size_t) = next(&at, "aligned_alloc");

	return fails() ? NULL : real(alignment, size);
}
