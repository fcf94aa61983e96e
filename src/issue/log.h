/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log parser's state, shared by its files: log.c reads line by line and
 * knows what C compilers print; log_lang.c knows Python and Rust, log_folders.c
 * which folder a path is relative to.
 *
 * The text has lost its terminal codes and lies in the arena, so a diagnostic's
 * spans point into it.
 */
#ifndef ISSUE_LOG_H
#define ISSUE_LOG_H

#include "issue/forms.h"

#define LOG_FOLDERS_MAX 64
#define LOG_FRAMES_MAX 64

struct frame {
	struct span file;
	size_t line;
	struct span source;
};

struct log {
	struct intake *in;
	struct span rest; /* what follows the current line */

	/* Folders that make entered and has not left, innermost last; all ever named. */
	const char *inside[LOG_FOLDERS_MAX];
	size_t n_inside;
	const char *named[LOG_FOLDERS_MAX];
	size_t n_named;

	const char *preface; /* where "In file included from" before the next one starts */
	size_t head;         /* the diagnostic that following notes belong to */
	size_t open;         /* the one that the next line may belong to: head or a note */
	size_t body_lines;   /* of the open one, so far */
	bool caret_seen;

	struct frame frames[LOG_FRAMES_MAX]; /* of a Python traceback */
	size_t n_frames;
	const char *trace;

	struct span pytest_message; /* "E   NameError: ..." */
	struct span pytest_source;  /* ">       os.getcwd()" */

	struct {
		bool pending; /* "error[E0433]: ..." was read, " --> file:1:2" was not */
		enum diag_severity severity;
		const char *start;
		struct span code;
		struct span message;
	} rust;
};

struct position {
	struct span file;
	size_t line, column;
	struct span rest; /* what follows, trimmed */
	bool indented;    /* two or more blanks stood before rest */
};

/* "file:12: ", "file:12:5: ", "file(12,5): ". */
bool log_position(struct span line, struct position *p);

/* "   12 | code", "12 | code", "   | ^~~"; number is 0 for the last. */
bool log_gutter(struct span line, size_t *number, struct span *code);

/*
 * Starts a diagnostic whose text begins at start; file is resolved against the
 * folders that make told of. A note is added after log->head.
 */
struct err *log_start(struct log *log, const struct position *p, struct diag *diag,
		      const char *start) MUST_USE;

/* Takes line into the text of the open diagnostic and of its head. */
void log_extend(struct log *log, struct span line);

/* No further line belongs to what came before. */
void log_close(struct log *log);

/*
 * printed as a path from the root: in the folder that make entered last, unless
 * the file is not there (output of make -j is mixed, --no-print-directory says
 * nothing); then in the only one of the folders named so far that has it.
 */
struct err *log_resolve(struct log *log, struct span printed, size_t line,
			const char **out) MUST_USE;

/* Each sets *taken when line was theirs. */
struct err *log_folder(struct log *log, struct span line, bool *taken) MUST_USE;
struct err *log_python(struct log *log, struct span line, bool *taken) MUST_USE;
struct err *log_rust(struct log *log, struct span line, bool *taken) MUST_USE;

#endif
