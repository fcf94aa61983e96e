/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/log.h"

#include <string.h>

static bool holds_line(struct log *log, const char *path, size_t line)
{
	struct span bytes, text;

	return intake_bytes(log->in, path, &bytes) && line_of(bytes, line, &text);
}

struct err *log_resolve(struct log *log, struct span printed, size_t line,
			const char **out)
{
	const char *dir = log->n_inside ? log->inside[log->n_inside - 1] : "";
	const char *found = NULL, *other;
	struct err *err;

	err = intake_path(log->in, dir, printed, out);
	if (err || !log->in->read || !log->n_named || !line)
		return err;
	if (intake_inside(*out) && holds_line(log, *out, line))
		return NULL;
	for (size_t i = 0; i <= log->n_named; i++) {
		err = intake_path(log->in, i ? log->named[i - 1] : "", printed, &other);
		if (err)
			return err;
		if (!intake_inside(other) || !holds_line(log, other, line))
			continue;
		if (found && strcmp(found, other))
			return NULL;
		found = other;
	}
	if (found)
		*out = found;
	return NULL;
}

/* The text between the quotes of "Entering directory '/x'", whatever quotes they are. */
static struct span unquoted(struct span s)
{
	static const char *const marks[] = { "'", "`", "\"", "\xe2\x80\x98",
					     "\xe2\x80\x99" };

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		size_t n = strlen(marks[i]);

		if (span_starts(s, marks[i]))
			s = span_cut(s, n, s.len);
		if (span_ends(s, marks[i]))
			s = span_cut(s, 0, s.len - n);
	}
	return s;
}

static struct err *remember_folder(struct log *log, const char *dir, struct span name,
				   bool inside)
{
	const char *path;
	struct err *err;

	if (!name.len || name.len > DIAG_PATH_MAX_BYTES)
		return NULL;
	/* Resolved later, with the file: what is kept here may be absolute. */
	if (name.ptr[0] == '/')
		dir = "";
	if (dir[0])
		path = arena_printf(&log->in->diags->arena, "%s/%.*s", dir, (int)name.len,
				    name.ptr);
	else
		path = arena_dup(&log->in->diags->arena, name);
	err = path ? NULL : arena_err(&log->in->diags->arena, "folders");
	if (err || strlen(path) > DIAG_PATH_MAX_BYTES)
		return err;
	if (inside && log->n_inside < LOG_FOLDERS_MAX)
		log->inside[log->n_inside++] = path;
	for (size_t i = 0; i < log->n_named; i++) {
		if (!strcmp(log->named[i], path))
			return NULL;
	}
	if (log->n_named < LOG_FOLDERS_MAX)
		log->named[log->n_named++] = path;
	return NULL;
}

static void leave_folder(struct log *log, struct span name)
{
	for (size_t i = log->n_inside; i; i--) {
		if (!span_eqs(name, log->inside[i - 1]))
			continue;
		memmove(log->inside + i - 1, log->inside + i,
			(log->n_inside - i) * sizeof(log->inside[0]));
		log->n_inside--;
		return;
	}
}

/* Where the first word ends of what a shell would read. */
static size_t word_end(struct span line)
{
	char quote =
		line.len && (line.ptr[0] == '"' || line.ptr[0] == '\'') ? line.ptr[0] : 0;
	size_t end = quote != 0;

	while (end < line.len &&
	       (quote ? line.ptr[end] != quote : !strchr(" \t;&|", line.ptr[end])))
		end++;
	return end + (quote && end < line.len);
}

/* "make -C sub" and "cd sub &&" name a folder that make may not say it entered. */
static struct err *echoed_folder(struct log *log, struct span line)
{
	static const char *const marks[] = { " -C ", "cd " };

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		ptrdiff_t at = span_find(line, span_of(marks[i]), 0);
		struct span name;
		struct err *err;

		if (at < 0 || (i == 0 && span_find(line, SPAN("make"), 0) < 0) ||
		    (i == 1 && (at != 0 || span_find(line, SPAN("&&"), 0) < 0)))
			continue;
		name = span_trim(span_cut(line, (size_t)at + strlen(marks[i]), line.len));
		err = remember_folder(log,
				      log->n_inside ? log->inside[log->n_inside - 1] : "",
				      unquoted(span_cut(name, 0, word_end(name))), false);
		if (err)
			return err;
	}
	return NULL;
}

struct err *log_folder(struct log *log, struct span line, bool *taken)
{
	ptrdiff_t at;

	*taken = true;
	at = span_find(line, SPAN(": Entering directory "), 0);
	if (at >= 0) {
		log_close(log);
		return remember_folder(
			log, "", unquoted(span_cut(line, (size_t)at + 21, line.len)),
			true);
	}
	at = span_find(line, SPAN(": Leaving directory "), 0);
	if (at >= 0) {
		log_close(log);
		leave_folder(log, unquoted(span_cut(line, (size_t)at + 20, line.len)));
		return NULL;
	}
	*taken = false;
	return echoed_folder(log, line);
}
