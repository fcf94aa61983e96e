/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Diagnostics: what compilers, linters and test runners say is wrong, with the
 * fix-its they offer, from whichever form they print it in.
 */
#ifndef ISSUE_DIAG_H
#define ISSUE_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

enum diag_severity { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR };

/*
 * Replace the bytes from (line, column) up to, not including, (end_line,
 * end_column) by text. Lines and columns are 1-based, columns count bytes.
 */
struct fixit {
	const char *file;
	size_t line, column;
	size_t end_line, end_column;
	struct span text;
};

struct diag {
	const char *tool; /* "gcc", "clang", "python", "go", "rustc", "ruff", ... */
	enum diag_severity severity;
	const char *file; /* as printed, relative to the root where it can be; "" if none */
	size_t line;      /* 0: none */
	size_t column;    /* in bytes; 0: none */
	const char *code; /* option or rule id: "-Wparentheses", "F401"; or "" */
	struct span message; /* the first line, without position and code, quotes plain */
	struct span text;    /* all that was printed of it, notes included */
	struct span source;  /* the source line it quotes; ptr NULL when it quotes none */
	struct fixit *fixits;
	size_t n_fixits;
	bool automatic; /* the tool calls these fix-its safe to apply unseen */
};

struct diags {
	struct arena arena;
	struct diag *v;
	size_t n;
	size_t cap;
};

void diags_init(struct diags *diags);
void diags_release(struct diags *diags);

enum diag_form {
	DIAG_LOG,        /* what make prints: gcc, clang (fix-its v1 too), python, go, cargo */
	DIAG_GCC_JSON,   /* gcc -fdiagnostics-format=json */
	DIAG_SARIF,      /* SARIF 2.1.0 */
	DIAG_CLANG_TIDY, /* clang-tidy --export-fixes, YAML */
	DIAG_CARGO_JSON, /* cargo --message-format=json, a line each */
	DIAG_RUFF_JSON,  /* ruff --output-format=json */
	DIAG_ESLINT_JSON /* eslint -f json */
};

/* What text looks like; DIAG_LOG if nothing better. */
enum diag_form diag_form_of(struct span text);

/*
 * Adds what text holds to diags. root is the folder the tools ran in: absolute
 * paths below it become relative, others stay and match no file. Structured
 * forms that are malformed are ERR_INPUT; a log never is. Some tools give byte
 * offsets instead of lines: read, with ctx, gives the file to count in.
 */
struct err *diag_parse(struct diags *diags, struct span text, enum diag_form form,
		       const char *root,
		       struct err *(*read)(void *ctx, const char *path, struct span *out),
		       void *ctx) MUST_USE;

#endif
