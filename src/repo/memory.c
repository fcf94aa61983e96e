/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/memory.h"

#include <git2.h>
#include <git2/sys/alloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "repo/repo.h"

/*
 * Buffers of a file's size are where libgit2 expects to be told no; what is
 * smaller is a struct or a name, and there it forgets to look.
 */
#define SMALL_BYTES ((size_t)64 << 10)

static void (*at_end)(void);

void repo_at_nomem(void (*end)(void))
{
	at_end = end;
}

static void *or_end(void *got, size_t size)
{
	if (!got && at_end && size <= SMALL_BYTES)
		at_end();
	return got;
}

static void *get(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return or_end(malloc(size), size);
}

static void *get_more(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return or_end(realloc(old, size), size);
}

#if LIBGIT2_VER_MAJOR > 1 || LIBGIT2_VER_MINOR >= 7

static git_allocator allocator = { .gmalloc = get, .grealloc = get_more, .gfree = free };

#else

static size_t product(size_t n, size_t size)
{
	return size && n > SIZE_MAX / size ? SIZE_MAX : n * size;
}

static void *get_zeroed(size_t n, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return or_end(calloc(n, size), product(n, size));
}

static void *get_more_of(void *old, size_t n, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return or_end(reallocarray(old, n, size), product(n, size));
}

static void *get_array(size_t n, size_t size, const char *file, int line)
{
	return get_more_of(NULL, n, size, file, line);
}

static char *get_bytes(const char *bytes, size_t len, const char *file, int line)
{
	char *copy = len < SIZE_MAX ? get(len + 1, file, line) : NULL;

	if (copy) {
		memcpy(copy, bytes, len);
		copy[len] = '\0';
	}
	return copy;
}

static char *get_start(const char *text, size_t max, const char *file, int line)
{
	return get_bytes(text, strnlen(text, max), file, line);
}

static char *get_text(const char *text, const char *file, int line)
{
	return get_bytes(text, strlen(text), file, line);
}

static git_allocator allocator = {
	.gmalloc = get,
	.gcalloc = get_zeroed,
	.gstrdup = get_text,
	.gstrndup = get_start,
	.gsubstrdup = get_bytes,
	.grealloc = get_more,
	.greallocarray = get_more_of,
	.gmallocarray = get_array,
	.gfree = free,
};

#endif

void memory_for_library(void)
{
	git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &allocator);
}
