/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where one text stands in another. memchr() looks at many bytes at once where memmem()
 * takes them one by one: a byte of the text that is rare in source code leads to the few
 * places worth a comparison. Where it is not rare, memmem() goes on: the worst case stays
 * that of memmem().
 */
#ifndef BASE_SEARCH_H
#define BASE_SEARCH_H

#include <stddef.h>

/* The first needle in hay, or NULL; neither is empty. */
const char *search_bytes(const char *hay, size_t n, const char *needle, size_t m);

#endif
