/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * git dualfix check-mail: patches as mailed, applied and checked; and the hook that
 * does so before git send-email sends them.
 */
#include "cmd/check_mail.h"

#include <dirent.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/command.h"
#include "flow/check_mail.h"
#include "sys/file.h"

#define LINE_BYTES ((size_t)16 << 10)
#define TAIL_BYTES 2000
#define PATH_BYTES 8192
#define BESIDE_MAX 4096 /* files in the folder that are looked at */

/* Exit statuses, worst last. */
enum mail_end { END_GOOD, END_UNSHOWN, END_CANNOT, END_BAD };

static void worsen(enum mail_end *end, enum mail_end to)
{
	if (to > *end)
		*end = to;
}

/* What is told of. */

static void tell_check(struct session *s, const char *command,
		       const struct check_result *result, const struct check_result *before,
		       enum mail_end *end)
{
	struct str line = STR_INIT(LINE_BYTES), tail = STR_INIT(TAIL_BYTES + 256);
	bool good = result->status == CHECK_PASS;

	str_addf(&line, "'%s'", command);
	if (result->why.len)
		str_addf(&line, ": %s", result->why.buf);
	else if (!good && before && before->status != CHECK_PASS)
		str_adds(&line, ", as on the base");
	terminal_verdict(&s->terminal, good ? 1 : -1, check_status_name(result->status), line.buf);
	if (!good) {
		verdict_tail(str_span(&result->log), TAIL_BYTES, &tail);
		terminal_block(&s->terminal, "  ", str_span(&tail));
	}
	if (result->status == CHECK_ERROR)
		worsen(end, END_CANNOT);
	else if (!good)
		worsen(end, END_BAD);
	str_release(&line);
	str_release(&tail);
}

static void tell_claim(struct session *s, const struct claim *claim, enum mail_end *end)
{
	struct str line = STR_INIT(LINE_BYTES);

	str_addf(&line, "'%s'", claim->text);
	if (claim->why)
		str_addf(&line, ": %s", claim->why);
	switch (claim->verdict) {
	case CLAIM_REPRODUCED:
		terminal_verdict(&s->terminal, 1, "claim reproduced here", line.buf);
		break;
	case CLAIM_REFUTED:
		terminal_verdict(&s->terminal, -1, "claim not reproduced", line.buf);
		worsen(end, END_BAD);
		break;
	case CLAIM_UNTRIED:
		terminal_verdict(&s->terminal, 0, "claim not tried", line.buf);
		worsen(end, END_UNSHOWN);
		break;
	}
	str_release(&line);
}

static void tell_step(struct session *s, const struct mail_check *check, size_t i,
		      const struct check_list *list, enum mail_end *end)
{
	const struct mail_step *step = &check->steps[i];
	struct str line = STR_INIT(LINE_BYTES);
	bool applies = !oid_is_none(&step->commit);

	str_addf(&line, "'%s'", step->subject);
	if (step->why.len)
		str_addf(&line, ": %s", step->why.buf);
	terminal_verdict(&s->terminal, applies ? 1 : -1, applies ? "applies" : "does not apply",
			 line.buf);
	if (!applies)
		worsen(end, END_BAD);
	for (size_t c = 0; c < step->checks.n; c++)
		tell_check(s, list->v[c].command, &step->checks.results[c],
			   check->on_base.n ? &check->on_base.results[c] : NULL, end);
	if (step->checkpatch.n)
		tell_check(s, s->settings.checkpatch, &step->checkpatch.results[0], NULL, end);
	for (size_t c = 0; c < step->n_claims; c++)
		tell_claim(s, &step->claims[c], end);
	str_release(&line);
}

static int exit_status(enum mail_end end)
{
	static const int codes[] = {
		[END_GOOD] = 0, [END_UNSHOWN] = 5, [END_CANNOT] = 3, [END_BAD] = 1,
	};

	return codes[end];
}

/* Checks the files; the first so many patches are applied and not checked. */
static struct err *check_files(struct session *s, const struct span *files, size_t n,
			       size_t unchecked, int64_t timeout_s, enum mail_end *end)
{
	const struct settings *set = &s->settings;
	struct check_list list = { 0 };
	struct mail_check check = { 0 };
	struct mail_check_spec spec = {
		.verify = {
			.loop = s->loop,
			.repo = s->repo,
			.checks = &list,
			.sandbox = set->sandbox,
			.sandbox_read = argv_list(&set->sandbox_read),
			.sandbox_env = argv_list(&set->sandbox_env),
			.overlay = argv_list(&set->overlay),
			.expire_s = set->expire_s,
			.timeout_ms = timeout_s * 1000,
		},
		.files = files,
		.n_files = n,
		.unchecked = unchecked,
		.base = set->base,
		.checkpatch = set->checkpatch,
	};
	struct err *err = check_list_make(&list, repo_config(s->repo), argv_list(&set->verify),
					  set->verify.n);

	if (!err) {
		events_emit(&s->events, EVENT_STAGE, "checking %zu files", n);
		err = mail_check_run(&check, &spec);
	}
	terminal_clear(&s->terminal);
	if (!err && !set->quiet && !unchecked)
		terminal_note(&s->terminal, "base: %.12s (%s)", check.base.hex, check.base_from);
	for (size_t i = unchecked; !err && i < check.n; i++)
		tell_step(s, &check, i, &list, end);
	/* One before ours that does not apply is why ours was not looked at. */
	if (!err && check.n <= unchecked)
		tell_step(s, &check, check.n - 1, &list, end);
	if (!err && !list.n)
		worsen(end, END_UNSHOWN);
	if (!err && !list.n && !unchecked)
		terminal_warning(&s->terminal, "no checks are configured: shown is that it "
				 "applies, no more");
	mail_check_release(&check);
	check_list_release(&list);
	return err;
}

struct err *cmd_check_mail(struct session *s, int *exit_code)
{
	size_t n = s->args.n;
	struct str *texts = NULL;
	struct span *files = NULL;
	enum mail_end end = END_GOOD;
	struct err *err = NULL;

	*exit_code = 0;
	if (!n)
		return err_new(ERR_USAGE, "name the files of the patches, '-' for stdin");
	texts = calloc(n, sizeof(*texts));
	files = calloc(n, sizeof(*files));
	if (!texts || !files) {
		err = err_nomem();
		n = 0;
	}
	for (size_t i = 0; i < n; i++)
		str_init(&texts[i], MAIL_MAX_BYTES);
	for (size_t i = 0; !err && i < n; i++) {
		err = file_read(s->args.v[i], &texts[i]);
		files[i] = str_span(&texts[i]);
	}
	if (!err)
		err = check_files(s, files, n, 0, s->settings.timeout_s, &end);
	if (!err)
		*exit_code = exit_status(end);
	for (size_t i = 0; i < n; i++)
		str_release(&texts[i]);
	free(texts);
	free(files);
	return err;
}

/* The hook. */

/* A mail's place in its series, and those that come before it. */
struct series {
	struct str *texts; /* by number: a cover letter is 0 */
	size_t number;     /* of ours */
	size_t total;
	struct span prefix;
	bool twice; /* two files with one number */
};

static void take_beside(struct series *series, const char *path)
{
	struct str text = STR_INIT(MAIL_MAX_BYTES);
	size_t number, total;
	struct span prefix;

	err_drop(file_read(path, &text));
	if (!text.len || !mail_number(str_span(&text), &number, &total, &prefix) ||
	    total != series->total || number >= series->number ||
	    !span_eq(prefix, series->prefix)) {
		str_release(&text);
		return;
	}
	if (series->texts[number].len) {
		series->twice = true;
		str_release(&text);
		return;
	}
	series->texts[number] = text;
}

/* To open a pipe would wait for somebody to write to it. */
static bool may_be_mail(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) &&
	       (uint64_t)st.st_size <= MAIL_MAX_BYTES;
}

static void look_beside(struct series *series, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct str dir = STR_INIT(PATH_BYTES), name = STR_INIT(PATH_BYTES);
	struct dirent *entry;
	DIR *d;

	str_add(&dir, slash ? path : ".", slash ? (size_t)(slash - path) : 1);
	if (!dir.len)
		str_addc(&dir, '/');
	d = opendir(dir.buf);
	for (size_t i = 0; d && i < BESIDE_MAX && (entry = readdir(d)); i++) {
		if (entry->d_name[0] == '.')
			continue;
		str_reset(&name);
		str_addf(&name, "%s/%s", dir.buf, entry->d_name);
		if (!name.failed && may_be_mail(name.buf))
			take_beside(series, name.buf);
	}
	if (d)
		closedir(d);
	str_release(&dir);
	str_release(&name);
}

static bool is_whole(const struct series *series)
{
	for (size_t i = 1; i < series->number; i++)
		if (!series->texts[i].len)
			return false;
	return !series->twice;
}

static struct err *check_series(struct session *s, struct series *series, struct span ours,
				enum mail_end *end)
{
	struct span *files = calloc(series->number + 1, sizeof(*files));
	size_t n = 0;
	struct err *err = NULL;

	if (!files)
		return err_nomem();
	for (size_t i = 0; i < series->number; i++)
		if (series->texts[i].len)
			files[n++] = str_span(&series->texts[i]);
	files[n++] = ours;
	err = check_files(s, files, n, series->number - 1, s->settings.hook_timeout_s, end);
	free(files);
	return err;
}

/* Whether it stands behind others in a way that its subject does not tell. */
static bool comes_later(void)
{
	const char *counter = getenv("GIT_SENDEMAIL_FILE_COUNTER");

	return counter && *counter && strcmp(counter, "1");
}

struct err *check_mail_hook(struct session *s, const char *const *args, int *exit_code)
{
	struct str text = STR_INIT(MAIL_MAX_BYTES);
	struct series series = { .number = 1 };
	bool numbered;
	enum mail_end end = END_GOOD;
	struct err *err;

	if (!args[0])
		return err_new(ERR_USAGE, "sendemail-validate is given the file of a mail");
	err = file_read(args[0], &text);
	if (err)
		goto out;
	numbered = mail_number(str_span(&text), &series.number, &series.total, &series.prefix);
	/* A cover letter has no patch. */
	if ((numbered && !series.number) || series.number > SCRATCH_MAILS_MAX)
		goto out;
	series.texts = calloc(series.number + 1, sizeof(*series.texts));
	if (!series.texts) {
		err = err_nomem();
		goto out;
	}
	if (numbered)
		look_beside(&series, args[0]);
	if ((!numbered && comes_later()) || !is_whole(&series))
		terminal_warning(&s->terminal, "'%s' was not checked: the patches before it are "
				 "not beside it", args[0]);
	else
		err = check_series(s, &series, str_span(&text), &end);
	if (!err && end == END_BAD)
		*exit_code = 1;
out:
	for (size_t i = 0; series.texts && i < series.number; i++)
		str_release(&series.texts[i]);
	free(series.texts);
	str_release(&text);
	return err;
}
