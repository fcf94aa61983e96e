/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/question.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define ANSWER_MAX_BYTES 4096
#define TEXT_MAX_BYTES ((size_t)64 << 10)

static const char tty_path[] = "/dev/tty";

bool question_possible(void)
{
	FILE *tty = fopen(tty_path, "r+");

	if (tty)
		fclose(tty);
	return tty != NULL;
}

bool question_read(struct loop *loop, FILE *tty, char *line, size_t size)
{
	/* A signal that comes before read(2) would not end it. */
	bool got = loop_wait_input(loop, fileno(tty)) && fgets(line, (int)size, tty);

	if (!got)
		dprintf(fileno(tty), "\n"); /* what is said next begins a line */
	return got;
}

struct err *question_ask(struct loop *loop, const char *text, struct str *answer)
{
	FILE *tty = fopen(tty_path, "r+");
	struct str clean = STR_INIT(TEXT_MAX_BYTES);
	const bool asked = true;
	char line[ANSWER_MAX_BYTES];
	bool got;
	struct err *err;

	if (!tty)
		return err_new(ERR_CONFIG, "no terminal to ask on");
	utf8_clean(&clean, span_of(text), UTF8_TEXT);
	fprintf(tty, "%s ", clean.buf);
	fflush(tty);
	got = question_read(loop, tty, line, sizeof(line));
	fclose(tty);
	str_release(&clean);
	/* Ctrl-C ends the question, and all else with it: the loop has taken note. */
	err = loop_run(loop, &asked);
	if (err)
		return err;
	if (!got)
		return err_new(ERR_CONFIG, "no answer");
	str_reset(answer);
	str_add_span(answer, span_trim(span_of(line)));
	return str_err(answer, "answer");
}
