/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which language a file is written in, by its name, or its shebang.
 */
#ifndef EDIT_LANGUAGE_H
#define EDIT_LANGUAGE_H

#include <stdbool.h>

#include "base/span.h"

enum language {
	LANGUAGE_OTHER,
	LANGUAGE_C, /* C++ and Objective-C too */
	LANGUAGE_PYTHON,
	LANGUAGE_JS, /* TypeScript too */
	LANGUAGE_GO,
	LANGUAGE_RUST,
	LANGUAGE_JAVA, /* and what looks like it: Kotlin, Scala, C#, Swift */
	LANGUAGE_SHELL,
	LANGUAGES
};

/* What the scanners need to know of a language's surface. */
struct language_traits {
	const char *name;
	const char *line_comment;  /* NULL: none */
	const char *block_open;    /* of a block comment; NULL: none */
	const char *block_close;
	const char *quotes;        /* characters that open a string on one line */
	const char *long_quotes;   /* characters whose strings run over lines; NULL */
	bool triple_quotes;        /* of quotes, tripled */
	bool braces;               /* blocks are braces, not indentation */
};

/* path: its base name counts. head: the file's first bytes. */
enum language language_of(const char *path, struct span head);

const struct language_traits *language_traits(enum language language);

#endif
