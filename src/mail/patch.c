/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/patch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "mail/cover.h"
#include "mail/message.h"
#include "mail/proof.h"
#include "sys/file.h"

#define PATH_BYTES 8192
#define NAMES_MAX_BYTES (1024 * 1024)
#define CAVEAT_MAX_BYTES 8192
#define NOTES_MAX_BYTES (2 * MESSAGE_BODY_MAX_BYTES)

/*
 * What must hold whatever the user's settings are. diff.noprefix, diff.context,
 * diff.relative, format.attach and format.signOff broke or signed patches when tried.
 */
static const char *const settled[] = {
	"--no-attach",
	"--no-signoff",
	"--src-prefix=a/",
	"--dst-prefix=b/",
	"--unified=3",
	"--inter-hunk-context=0",
	"--no-relative",
	"--no-color",
	"--no-ext-diff",
	"--no-textconv",
	"--submodule=short",
	"--ignore-submodules=none",
	"--binary",
	"--full-index",
	"--encoding=UTF-8",
	NULL,
};

void patch_series_release(struct patch_series *series)
{
	for (size_t i = 0; i < series->n; i++) {
		free(series->v[i].name);
		str_release(&series->v[i].text);
	}
	free(series->v);
	str_release(&series->caveat);
	series->v = NULL;
	series->n = 0;
}

static bool is_no(const char *value)
{
	static const char *const words[] = { "", "false", "no", "off", "0" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcasecmp(value, words[i]))
			return true;
	}
	return false;
}

static bool wants_cover(struct repo *repo, const struct patch_spec *spec)
{
	const char *says = config_get(repo_config(repo), "format.coverletter");

	return spec->cover_subject.ptr && !(says && is_no(says));
}

static struct err *format_patch(struct repo *repo, const struct patch_spec *spec,
				const char *dir, struct str *names)
{
	struct argv args = ARGV_INIT;
	struct err *err;

	argv_push(&args, "-c");
	argv_pushf(&args, "format.coverLetter=%s",
		   wants_cover(repo, spec) ? "auto" : "false");
	argv_push(&args, "format-patch");
	argv_push_all(&args, settled);
	argv_pushf(&args, "--output-directory=%s", dir);
	argv_pushf(&args, "--base=%s", spec->base->hex);
	if (spec->reroll > 0)
		argv_pushf(&args, "--reroll-count=%d", spec->reroll);
	if (spec->in_reply_to)
		argv_pushf(&args, "--in-reply-to=%s", spec->in_reply_to);
	/* The patches answer the cover letter then, and only that the mail. */
	if (spec->in_reply_to && wants_cover(repo, spec))
		argv_push(&args, "--thread=shallow");
	if (spec->earlier_tip)
		argv_pushf(&args, "--range-diff=%s..%s", spec->earlier_base->hex,
			   spec->earlier_tip->hex);
	argv_pushf(&args, "%s..%s", spec->base->hex, spec->tip->hex);
	err = argv_err(&args);
	if (!err)
		err = repo_git(repo, argv_list(&args), (struct span){ NULL, 0 }, names,
			       NULL);
	argv_release(&args);
	return err;
}

/* "0000-cover-letter.patch", or "v2-0000-..."; patches count from 1. */
static bool is_cover(const char *name)
{
	if (*name == 'v')
		name += strcspn(name, "-") + 1;
	return !strncmp(name, "0000-", 5);
}

/* Takes the files that git named, which are all in dir. */
static struct err *take_files(struct patch_series *series, const char *dir,
			      struct span names)
{
	struct span line;
	struct err *err = NULL;

	series->v = calloc(PATCHES_MAX, sizeof(*series->v));
	if (!series->v)
		return err_nomem();
	while (!err && span_line(&names, &line)) {
		struct patch *patch = &series->v[series->n];
		struct span name;

		if (!span_starts(line, dir) || line.len < strlen(dir) + 2)
			return err_new(ERR_FATAL, "git format-patch names '%.*s'",
				       (int)line.len, line.ptr);
		if (series->n == PATCHES_MAX)
			return err_new(ERR_INPUT, "more than %d commits", PATCHES_MAX);
		name = span_cut(line, strlen(dir) + 1, line.len);
		patch->name = strndup(name.ptr, name.len);
		if (!patch->name)
			return err_nomem();
		str_init(&patch->text, PATCH_MAX_BYTES);
		series->n++;
	}
	series->cover = series->n && is_cover(series->v[0].name);
	for (size_t i = 0; !err && i < series->n; i++) {
		struct str path = STR_INIT(PATH_BYTES);

		str_addf(&path, "%s/%s", dir, series->v[i].name);
		err = str_err(&path, dir);
		if (!err)
			err = file_read(path.buf, &series->v[i].text);
		str_release(&path);
	}
	return err;
}

/* Where the line after "---" starts: the first such line below the header. 0: nowhere. */
static size_t below_the_cut(struct span text)
{
	ptrdiff_t body = span_find(text, SPAN("\n\n"), 0);
	ptrdiff_t cut = body < 0 ? -1 : span_find(text, SPAN("\n---\n"), (size_t)body);

	return cut < 0 ? 0 : (size_t)cut + strlen("\n---\n");
}

static struct err *clean_notes(struct span notes, struct str *out)
{
	message_body(notes, out);
	for (size_t i = 0; i < out->len; i++) {
		if ((unsigned char)out->buf[i] >= 0x80)
			out->buf[i] = '?';
	}
	if (out->len)
		str_adds(out, "\n\n");
	return str_err(out, "notes");
}

static struct err *add_notes(struct patch_series *series, struct span notes)
{
	for (size_t i = series->cover; notes.len && i < series->n; i++) {
		struct str *text = &series->v[i].text;
		size_t at = below_the_cut(str_span(text));
		struct err *err;

		if (at)
			str_splice(text, at, at, notes);
		err = str_err(text, series->v[i].name);
		if (err)
			return err;
	}
	return NULL;
}

/* Writes them back, notes and all, and lets git am judge. */
static struct err *prove(struct patch_series *series, struct repo *repo,
			 const struct patch_spec *spec, const char *dir)
{
	struct str path = STR_INIT(PATH_BYTES);
	struct argv files = ARGV_INIT;
	struct proof_spec proof = {
		.base = spec->base,
		.tip = spec->tip,
		.n = series->n - series->cover,
	};
	struct err *err = NULL;

	for (size_t i = 0; !err && i < proof.n; i++) {
		const struct patch *patch = &series->v[i + series->cover];

		argv_pushf(&files, "%s/%s", dir, patch->name);
		err = argv_err(&files);
		if (!err)
			err = file_write(files.v[i], str_span(&patch->text), 0600);
	}
	str_addf(&path, "%s/am", dir);
	if (!err)
		err = str_err(&path, dir);
	if (!err) {
		proof.files = argv_list(&files);
		proof.dir = path.buf;
		err = proof_run(repo, &proof, &series->keep_cr, &series->caveat);
	}
	argv_release(&files);
	str_release(&path);
	return err;
}

struct err *patch_series_make(struct patch_series *out, struct repo *repo,
			      const struct patch_spec *spec)
{
	struct str dir = STR_INIT(PATH_BYTES), names = STR_INIT(NAMES_MAX_BYTES);
	struct str notes = STR_INIT(NOTES_MAX_BYTES);
	struct err *err;

	*out = (struct patch_series){ 0 };
	str_init(&out->caveat, CAVEAT_MAX_BYTES);
	err = file_temp_dir(spec->scratch_dir, "mail-", &dir);
	if (err)
		goto out;
	err = format_patch(repo, spec, dir.buf, &names);
	if (!err)
		err = take_files(out, dir.buf, str_span(&names));
	if (!err && !out->n)
		err = err_new(ERR_INPUT, "no commit to make a patch of");
	if (!err && out->cover)
		err = cover_fill(&out->v[0].text, spec->cover_subject, spec->cover_body);
	if (!err)
		err = clean_notes(spec->notes, &notes);
	if (!err)
		err = add_notes(out, str_span(&notes));
	if (!err)
		err = prove(out, repo, spec, dir.buf);
	if (!err && out->keep_cr)
		err = add_notes(out, SPAN("Apply with: git am --keep-cr\n\n"));
out:
	if (dir.len)
		err = err_first(err, file_remove_tree(dir.buf));
	if (err)
		patch_series_release(out);
	str_release(&notes);
	str_release(&names);
	str_release(&dir);
	return err;
}

void patch_series_mbox(const struct patch_series *series, struct str *out)
{
	for (size_t i = series->cover; i < series->n; i++)
		str_add_span(out, str_span(&series->v[i].text));
}

static struct err *write_new(const char *path, struct span text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	struct err *err = NULL;

	if (fd < 0 && errno == EEXIST)
		return err_hint(err_new(ERR_INPUT, "'%s' is there already", path),
				"-o <another directory>, or --reroll-count <n>");
	if (fd < 0)
		return err_errno(ERR_INPUT, errno, "'%s'", path);
	while (!err && text.len) {
		ssize_t n = write(fd, text.ptr, text.len);

		if (n < 0 && errno != EINTR)
			err = err_errno(ERR_FATAL, errno, "'%s'", path);
		else if (n > 0)
			text = span_cut(text, (size_t)n, text.len);
	}
	if (close(fd) < 0 && !err)
		err = err_errno(ERR_FATAL, errno, "'%s'", path);
	if (err)
		(void)unlink(path);
	return err;
}

struct err *patch_series_write(const struct patch_series *series, const char *dir,
			       struct argv *paths)
{
	size_t first = paths->n, written = 0;
	struct err *err = dir ? file_mkdirs(dir, 0777) : NULL;

	for (size_t i = 0; !err && i < series->n; i++) {
		if (dir)
			argv_pushf(paths, "%s/%s", dir, series->v[i].name);
		else
			argv_push(paths, series->v[i].name);
		err = argv_err(paths);
		if (!err)
			err = write_new(paths->v[first + i],
					str_span(&series->v[i].text));
		if (!err)
			written++;
	}
	for (size_t i = 0; err && i < written; i++)
		(void)unlink(paths->v[first + i]);
	return err;
}
