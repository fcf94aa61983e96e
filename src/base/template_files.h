/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of templates/, compiled in.
 *
 * The table is written by templates/embed.sh at build time, in the byte order
 * of the names. It holds text and is read as such, but every byte survives.
 */
#ifndef BASE_TEMPLATE_FILES_H
#define BASE_TEMPLATE_FILES_H

#include <stddef.h>

struct template_file {
	const char *name;  /* path below templates/: "prompts/plan.txt" */
	const char *bytes; /* len bytes and then a NUL */
	size_t len;
};

/* template_files_count entries, and after them one whose name is NULL. */
extern const struct template_file template_files[];
extern const size_t template_files_count;

#endif
