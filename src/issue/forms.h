/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parsers of the several forms behind diag.h, and what they share.
 *
 * All of it is bounded: past DIAGS_MAX diagnostics, or FIXITS_MAX fix-its of
 * one, the rest is left out; a path longer than DIAG_PATH_MAX_BYTES matches no file.
 */
#ifndef ISSUE_FORMS_H
#define ISSUE_FORMS_H

#include "issue/diag.h"
#include "sys/json.h"

#define DIAGS_MAX 20000
#define FIXITS_MAX 1000
#define DIAG_PATH_MAX_BYTES 1024
#define MESSAGE_MAX_BYTES ((size_t)16 << 10)
#define LOG_MAX_BYTES ((size_t)32 << 20)

/* The index of no diagnostic. */
#define DIAG_NONE ((size_t)-1)

struct intake {
	struct diags *diags;
	const char *root; /* absolute, or "" */
	struct err *(*read)(void *ctx, const char *path, struct span *out); /* or NULL */
	void *ctx;
};

/* Adds a copy of diag, whose strings must live in the arena. *index may be DIAG_NONE. */
struct err *intake_add(struct intake *in, const struct diag *diag, size_t *index) MUST_USE;

/* Adds a copy of fixit to diagnostic index, which may be DIAG_NONE. */
struct err *intake_fixit(struct intake *in, size_t index, const struct fixit *fixit) MUST_USE;

/*
 * A path as printed by a tool that ran in dir ("": the root) as a path from
 * the root, without "." and "..". One that leads out of the root stays absolute
 * or starts with "..". Empty when printed is empty or too long.
 */
struct err *intake_path(struct intake *in, const char *dir, struct span printed,
			const char **out) MUST_USE;

/* The same from a URI: file: and its host dropped, %41 decoded, base put before. */
struct err *intake_uri(struct intake *in, struct span base, struct span uri,
		       const char **out) MUST_USE;

/* Whether path, as intake_path() gives it, can name a file of the tree. */
bool intake_inside(const char *path);

/* The bytes of path, to count in. False if there is no such file or no way to read it. */
bool intake_bytes(struct intake *in, const char *path, struct span *out);

/*
 * The column in bytes of a column that counts characters, or UTF-16 code units.
 * False when the file cannot be read.
 */
bool intake_column(struct intake *in, const char *path, size_t line, size_t column,
		   bool utf16, size_t *out);

/* Fix-it that replaces the bytes [start, end) of path; false if they are not there. */
bool intake_range(struct intake *in, const char *path, size_t start, size_t end,
		  struct fixit *fixit);

/* A copy in the arena; a line of it with fewer than max_bytes bytes if that is not 0. */
struct err *intake_copy(struct intake *in, struct span text, size_t max_bytes,
			struct span *out) MUST_USE;

/* The first line of message, in the arena, with plain quotes for typographic ones. */
struct err *intake_message(struct intake *in, struct span message, struct span *out) MUST_USE;

/* Byte offset of an offset in UTF-16 code units. False past the end of bytes. */
bool byte_of_utf16(struct span bytes, size_t offset, size_t *byte);

/*
 * Column in bytes of the column-th character, or UTF-16 code unit (1-based), of a
 * line without its end; past that it goes on byte by byte.
 */
size_t column_of_character(struct span line, size_t column, bool utf16);

/* Line number (1-based) of bytes, without its line end; false if there is none. */
bool line_of(struct span bytes, size_t line, struct span *out);

/* A member that is a string, or the empty span; a number of at least 0, or none. */
struct span member_text(const json_node *object, const char *key);
size_t member_number(const json_node *object, const char *key, size_t none);

/* Reads text as one JSON document with the limits of all these forms. */
struct err *form_json(struct json_doc **out, struct span text) MUST_USE;

struct err *log_parse(struct intake *in, struct span text) MUST_USE;
struct err *gcc_json_parse(struct intake *in, struct span text) MUST_USE;
struct err *sarif_parse(struct intake *in, struct span text) MUST_USE;
struct err *clang_tidy_parse(struct intake *in, struct span text) MUST_USE;

/* Adds the name and version of the library that reads it. */
void clang_tidy_library(struct str *out);
struct err *cargo_json_parse(struct intake *in, struct span text) MUST_USE;
struct err *ruff_json_parse(struct intake *in, struct span text) MUST_USE;
struct err *eslint_json_parse(struct intake *in, struct span text) MUST_USE;

#endif
