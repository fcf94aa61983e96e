/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/terminal.h"

#include <stdarg.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/str.h"
#include "base/utf8.h"

#define LINE_MAX_BYTES ((size_t)64 * 1024)
#define COLUMNS_USUAL 80
#define WIDE_FROM 0x1100 /* some characters from here on take two columns */

#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define RESET "\033[m"

static bool wants_colour(const char *when, int fd)
{
	const char *term = getenv("TERM");

	if (when && !strcmp(when, "always"))
		return true;
	if (when && !strcmp(when, "never"))
		return false;
	return isatty(fd) && !getenv("NO_COLOR") && term && strcmp(term, "dumb");
}

void terminal_init(struct terminal *t, bool quiet, int verbose, const char *progress,
		   const char *colour)
{
	*t = (struct terminal){ .quiet = quiet, .verbose = verbose };
	t->progress = !quiet && isatty(STDERR_FILENO);
	if (progress && !strcmp(progress, "always"))
		t->progress = true;
	if (progress && !strcmp(progress, "never"))
		t->progress = false;
	t->colour_err = wants_colour(colour, STDERR_FILENO);
	t->colour_out = wants_colour(colour, STDOUT_FILENO);
}

void terminal_clear(struct terminal *t)
{
	if (!t->stage_shown)
		return;
	fputs("\r\033[K", stderr);
	t->stage_shown = false;
}

static void say(struct terminal *t, const char *colour, const char *word, const char *text)
{
	struct str clean = STR_INIT(LINE_MAX_BYTES);

	terminal_clear(t);
	utf8_clean(&clean, span_of(text), UTF8_LINE);
	if (t->colour_err && colour)
		fprintf(stderr, "%s%s:%s %s\n", colour, word, RESET, clean.buf);
	else
		fprintf(stderr, "%s: %s\n", word, clean.buf);
	str_release(&clean);
}

static void vsay(struct terminal *t, const char *colour, const char *word, const char *fmt,
		 va_list ap)
{
	struct str text = STR_INIT(LINE_MAX_BYTES);

	str_vaddf(&text, fmt, ap);
	say(t, colour, word, text.buf);
	str_release(&text);
}

void terminal_warning(struct terminal *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(t, YELLOW, "warning", fmt, ap);
	va_end(ap);
}

void terminal_note(struct terminal *t, const char *fmt, ...)
{
	va_list ap;

	if (t->quiet)
		return;
	va_start(ap, fmt);
	vsay(t, NULL, "note", fmt, ap);
	va_end(ap);
}

void terminal_hint(struct terminal *t, const char *fmt, ...)
{
	va_list ap;

	if (t->quiet)
		return;
	va_start(ap, fmt);
	vsay(t, YELLOW, "hint", fmt, ap);
	va_end(ap);
}

void terminal_verdict(struct terminal *t, int good, const char *word, const char *text)
{
	if (!t->quiet)
		say(t, good > 0 ? GREEN : good < 0 ? RED : YELLOW, word, text);
}

void terminal_block(struct terminal *t, const char *prefix, struct span text)
{
	struct span line;

	terminal_clear(t);
	while (span_line(&text, &line)) {
		struct str clean = STR_INIT(LINE_MAX_BYTES);

		utf8_clean(&clean, span_cut(line, 0, 1000), UTF8_LINE);
		fprintf(stderr, "%s%s\n", prefix, clean.buf);
		str_release(&clean);
	}
}

void terminal_error(struct terminal *t, const struct err *err)
{
	bool fatal = err_kind(err) == ERR_FATAL;
	const char *hint = err_hint_text(err);

	say(t, RED, fatal ? "fatal" : "error", err_text(err));
	if (hint)
		say(t, YELLOW, "hint", hint);
}

/* Where text ends that has room in so many columns. */
static struct span fitting(struct span text, size_t columns)
{
	size_t at = 0, used = 0;
	uint32_t cp;

	while (at < text.len) {
		size_t next = at + utf8_next(text, at, &cp);

		used += cp < WIDE_FROM ? 1 : 2;
		if (used > columns)
			break;
		at = next;
	}
	return span_cut(text, 0, at);
}

/* One line of the terminal and no more: of a second one the first part would stay. */
static void show_stage(struct terminal *t, const char *text)
{
	static const char more[] = " ...";
	struct str clean = STR_INIT(LINE_MAX_BYTES);
	struct winsize size;
	size_t columns = COLUMNS_USUAL;
	struct span shown;

	if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col > sizeof(more))
		columns = size.ws_col;
	terminal_clear(t);
	utf8_clean(&clean, span_of(text), UTF8_LINE);
	shown = fitting(str_span(&clean), columns - sizeof(more));
	fprintf(stderr, "%.*s%s", (int)shown.len, shown.ptr, more);
	fflush(stderr);
	t->stage_shown = true;
	str_release(&clean);
}

static void on_event(void *ctx, enum event_kind kind, const char *text)
{
	struct terminal *t = ctx;

	switch (kind) {
	case EVENT_STAGE:
		if (t->progress)
			show_stage(t, text);
		break;
	case EVENT_NOTE:
		terminal_note(t, "%s", text);
		break;
	case EVENT_WARNING:
		terminal_warning(t, "%s", text);
		break;
	case EVENT_DETAIL:
		if (t->verbose)
			terminal_note(t, "%s", text);
		break;
	}
}

struct events terminal_events(struct terminal *t)
{
	return (struct events){ .emit = on_event, .ctx = t };
}

struct err *terminal_out(struct span bytes, bool clean)
{
	struct str text = STR_INIT(bytes.len * 3 + 1);
	struct err *err = NULL;

	/* What stdio does not know is why it failed before. */
	errno = 0;
	/* A patch goes to a file or a pipe as it is; in a terminal it is only looked at. */
	if (clean || isatty(STDOUT_FILENO)) {
		utf8_clean(&text, bytes, UTF8_TEXT);
		err = str_err(&text, "output");
		bytes = str_span(&text);
	}
	if (!err && (fwrite(bytes.ptr ? bytes.ptr : "", 1, bytes.len, stdout) != bytes.len ||
		     fflush(stdout)))
		err = errno ? err_errno(ERR_FATAL, errno, "unable to write to stdout") :
			      err_new(ERR_FATAL, "unable to write to stdout");
	str_release(&text);
	return err;
}
