/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FNV-1a, 64 bits: tells states of things apart. Whoever wants two that collide can
 * make them, so it is for nothing that somebody gains by.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len);

/* The NUL counts, so that "a", "bc" and "ab", "c" differ. NULL is "". */
uint64_t hash_text(uint64_t hash, const char *text);

#endif
