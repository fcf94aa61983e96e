/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of C that hold a name, and how they include what they include: what
 * one of them lacks is done as the others do it.
 */
#ifndef ISSUE_USERS_H
#define ISSUE_USERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "issue/includes.h"
#include "issue/remedy.h"

#define USERS_MAX 4000

struct users {
	struct remedy *d;
	const char *file; /* that lacks something: not one of them */
	const char *path[USERS_MAX];
	size_t n;
	bool full; /* there are more */
};

/* The files that hold word (none for ""), in the remedy's arena. There must be evidence. */
struct err *users_start(struct remedy *d, const char *file, struct span word,
			struct users **out) MUST_USE;

/* The files that hold the last word of header's name: all who include it are among them. */
struct err *users_of_header(struct remedy *d, const char *file, const char *header,
			    struct users **out) MUST_USE;

/* How header is spelt where users include it directly. */
struct spelling {
	struct span line;
	size_t n;     /* users that include it */
	bool near;    /* line is from a file beside ours */
	bool divided; /* other users spell it otherwise */
};

struct err *users_spelling(struct users *users, const char *header,
			   struct spelling *out) MUST_USE;

/*
 * The one header that all users include directly and by which they get header, a
 * path or "<stdio.h>"; NULL if there is none, or more than one.
 */
struct err *users_umbrella(struct users *users, struct span header,
			   const char **out) MUST_USE;

/* The line with which the file is to include header, or why that cannot be told. */
struct err *users_spell(struct users *users, const char *header, struct span *import,
			const char **why) MUST_USE;

#endif
