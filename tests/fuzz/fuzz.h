/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fuzzers share. A promise that is not kept is an abort.
 */
#ifndef FUZZ_H
#define FUZZ_H

#undef NDEBUG
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline struct span fuzz_span(const uint8_t *data, size_t size)
{
	return (struct span){ (const char *)data, size };
}

/* Drops err, which may be NULL, else must be of the kind. Whether it was one. */
static inline bool fuzz_failed(struct err *err, enum err_kind kind)
{
	bool failed = err != NULL;

	assert(!failed || err_kind(err) == kind);
	err_drop(err);
	return failed;
}

/* A C string of bytes, cut at a NUL; for free(). */
static inline char *fuzz_text(struct span bytes)
{
	char *text = malloc(bytes.len + 1);

	assert(text != NULL);
	for (size_t i = 0; i < bytes.len; i++)
		text[i] = bytes.ptr[i];
	text[bytes.len] = '\0';
	return text;
}

#endif
