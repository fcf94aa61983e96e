/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct err {
	enum err_kind kind;
	char *text;
	char *hint;
};

static struct err out_of_memory = {
	.kind = ERR_FATAL,
	.text = (char *)"out of memory",
};

/* Texts longer than this are cut: an error is one line. */
#define TEXT_MAX_BYTES 4096

static void blank_controls(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p; p++) {
		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
		else if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
			*p = p[1] = '?'; /* C1 controls in UTF-8 */
	}
}

static char *format(const char *fmt, va_list ap)
{
	char buf[TEXT_MAX_BYTES];

	if (vsnprintf(buf, sizeof(buf), fmt, ap) < 0)
		return NULL;
	blank_controls(buf);
	return strdup(buf);
}

static struct err *build(enum err_kind kind, char *text)
{
	struct err *err = text ? calloc(1, sizeof(*err)) : NULL;

	if (!err) {
		free(text);
		return &out_of_memory;
	}
	err->kind = kind;
	err->text = text;
	return err;
}

struct err *err_new(enum err_kind kind, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	return build(kind, text);
}

struct err *err_errno(enum err_kind kind, int errnum, const char *fmt, ...)
{
	va_list ap;
	char *text;
	struct err *err;

	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	if (!text)
		return &out_of_memory;
	err = err_new(kind, "%s: %s", text, strerror(errnum));
	free(text);
	return err;
}

struct err *err_nomem(void)
{
	return &out_of_memory;
}

struct err *err_wrap(struct err *err, const char *fmt, ...)
{
	va_list ap;
	char *prefix, *text = NULL;

	if (!err || err == &out_of_memory)
		return err;
	va_start(ap, fmt);
	prefix = format(fmt, ap);
	va_end(ap);
	if (prefix) {
		size_t n = strlen(prefix) + strlen(err->text) + 3;

		text = malloc(n);
		if (text)
			snprintf(text, n, "%s: %s", prefix, err->text);
	}
	free(prefix);
	if (!text)
		return err; /* the shorter text is better than none */
	free(err->text);
	err->text = text;
	return err;
}

struct err *err_hint(struct err *err, const char *fmt, ...)
{
	va_list ap;

	if (!err || err == &out_of_memory || err->hint)
		return err;
	va_start(ap, fmt);
	err->hint = format(fmt, ap);
	va_end(ap);
	return err;
}

struct err *err_as(struct err *err, enum err_kind kind)
{
	if (err && err != &out_of_memory)
		err->kind = kind;
	return err;
}

enum err_kind err_kind(const struct err *err)
{
	return err->kind;
}

bool err_is_signal(const struct err *err)
{
	return err && (err->kind == ERR_INTERRUPTED || err->kind == ERR_TERMINATED);
}

const char *err_text(const struct err *err)
{
	return err->text;
}

const char *err_hint_text(const struct err *err)
{
	return err->hint;
}

int err_exit_code(enum err_kind kind)
{
	static const int codes[] = {
		[ERR_NO_FIX] = 1,        [ERR_INPUT] = 2,        [ERR_CONFIG] = 3,
		[ERR_SERVICE] = 4,       [ERR_FATAL] = 128,      [ERR_USAGE] = 129,
		[ERR_INTERRUPTED] = 130, [ERR_TERMINATED] = 143,
	};

	return codes[kind];
}

const char *err_kind_name(enum err_kind kind)
{
	switch (kind) {
	case ERR_NO_FIX:
		return "no-fix";
	case ERR_INPUT:
		return "input";
	case ERR_CONFIG:
		return "config";
	case ERR_SERVICE:
		return "service";
	case ERR_FATAL:
		return "fatal";
	case ERR_USAGE:
		return "usage";
	case ERR_INTERRUPTED:
		return "interrupted";
	case ERR_TERMINATED:
		return "terminated";
	}
	return "fatal";
}

void err_drop(struct err *err)
{
	if (!err || err == &out_of_memory)
		return;
	free(err->text);
	free(err->hint);
	free(err);
}

struct err *err_first(struct err *first, struct err *second)
{
	if (!first)
		return second;
	err_drop(second);
	return first;
}
