/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/consent.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "cmd/person.h"
#include "cmd/question.h"
#include "cmd/settings.h"
#include "sys/file.h"

#define CONSENT_MAX_BYTES ((size_t)64 * 1024)
#define FILES_SHOWN_MAX 20

static struct err *refusal(const char *host, const char *why, const char *send)
{
	return err_hint(err_new(ERR_CONFIG, "nothing was sent to %s: %s", host, why),
			"git config dualfix.send %s", send);
}

static bool remembers(struct span list, const char *host)
{
	struct span line;

	while (span_line(&list, &line))
		if (span_eqs(line, host))
			return true;
	return false;
}

static void print_question(FILE *tty, const char *host, const char *const *files, size_t tokens)
{
	struct str clean = STR_INIT(CONSENT_MAX_BYTES);
	size_t n = 0;

	fprintf(tty, "git dualfix is about to send about %zu tokens to %s:\n", tokens, host);
	fputs("  the issue and parts of these files\n", tty);
	for (; files[n]; n++) {
		if (n >= FILES_SHOWN_MAX)
			continue;
		str_reset(&clean);
		utf8_clean(&clean, span_of(files[n]), UTF8_LINE);
		fprintf(tty, "  %s\n", clean.buf);
	}
	if (n > FILES_SHOWN_MAX)
		fprintf(tty, "  and %zu more\n", n - FILES_SHOWN_MAX);
	fputs("Send it, now and from this repository from now on? [y/N] ", tty);
	fflush(tty);
	str_release(&clean);
}

static struct err *ask_on_tty(const struct person *person, const char *host,
			      const char *const *files, size_t tokens)
{
	FILE *tty = fopen("/dev/tty", "r+");
	const bool asked = true;
	char answer[16];
	struct err *err;
	bool got, yes;

	if (!tty)
		return refusal(host, "no terminal to ask for consent on", "always");
	print_question(tty, host, files, tokens);
	got = question_read(repo_loop(person->repo), tty, answer, sizeof(answer));
	yes = got && (*answer == 'y' || *answer == 'Y');
	fclose(tty);
	/* Ctrl-C ends the question, and all else with it: the loop has taken note. */
	err = loop_run(repo_loop(person->repo), &asked);
	if (err || yes)
		return err;
	return refusal(host, "you said no", "never, to be asked no more");
}

static struct err *read_list(const struct person *person, struct str *path, struct str *list)
{
	struct err *err = repo_private_path(person->repo, "consent", true, path);

	if (!err && file_exists(path->buf))
		err = file_read(path->buf, list);
	return err;
}

bool consent_has(void *ctx, const struct endpoint *endpoint)
{
	const struct person *person = ctx;
	struct str path = STR_INIT(8192), list = STR_INIT(CONSENT_MAX_BYTES);
	bool has = endpoint->is_loopback || person->send == SEND_ALWAYS;

	if (!has && person->send == SEND_ASK) {
		err_drop(read_list(person, &path, &list));
		has = remembers(str_span(&list), endpoint->host);
	}
	str_release(&path);
	str_release(&list);
	return has;
}

struct err *consent_ask(void *ctx, const struct endpoint *endpoint, const char *const *files,
			size_t tokens)
{
	const struct person *person = ctx;
	struct str path = STR_INIT(8192), list = STR_INIT(CONSENT_MAX_BYTES);
	struct err *err;

	if (endpoint->is_loopback || person->send == SEND_ALWAYS)
		return NULL;
	if (person->send == SEND_NEVER)
		return refusal(endpoint->host, "dualfix.send is never", "ask");
	err = read_list(person, &path, &list);
	if (err || remembers(str_span(&list), endpoint->host))
		goto out;
	terminal_clear(person->terminal);
	err = ask_on_tty(person, endpoint->host, files, tokens);
	if (err)
		goto out;
	str_addf(&list, "%s\n", endpoint->host);
	err = str_err(&list, path.buf);
	if (!err)
		err = file_write(path.buf, str_span(&list), 0600);
out:
	str_release(&path);
	str_release(&list);
	return err;
}
