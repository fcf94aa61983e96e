/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hook/written.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "sys/file.h"

#define PATH_BYTES 8192
#define NOTES_MAX_BYTES ((size_t)1 << 20)
#define CONFIG_MAX_BYTES ((size_t)16 << 20)
#define NO_INPUT ((struct span){ NULL, 0 })

/* A note without a value: the file ended without a newline. */
#define UNENDED "unended"

/* In place of a key, which has a dot. */
#define FOLDER "folder"

static struct err *notes_read(struct repo *repo, struct str *path, struct str *notes)
{
	struct err *err = repo_private_path(repo, "written", true, path);

	if (!err && file_exists(path->buf))
		err = file_read(path->buf, notes);
	return err;
}

static struct err *notes_write(const struct str *path, const struct str *notes)
{
	struct err *err = str_err(notes, path->buf);

	return err ? err : file_write(path->buf, str_span(notes), 0600);
}

static struct err *config_path(struct repo *repo, struct str *path)
{
	str_addf(path, "%s/config", repo_common_dir(repo));
	return str_err(path, "configuration");
}

/* Whether some of the configuration is ours: the end was looked at then. */
static bool has_pair(const struct str *notes)
{
	struct span rest = str_span(notes), note;

	while (span_split(&rest, '\0', &note))
		if (span_findc(note, '\n', 0) > 0 && !span_starts(note, FOLDER "\n"))
			return true;
	return false;
}

/* git writes whole lines: what had no end gets one, which is noted to be taken back. */
static struct err *note_end(struct repo *repo, struct str *notes)
{
	struct str path = STR_INIT(PATH_BYTES), text = STR_INIT(CONFIG_MAX_BYTES);
	struct err *err = config_path(repo, &path);

	if (!err)
		err = file_read(path.buf, &text);
	if (!err && text.len && text.buf[text.len - 1] != '\n')
		str_add(notes, UNENDED, sizeof(UNENDED));
	str_release(&path);
	str_release(&text);
	return err;
}

static struct err *restore_end(struct repo *repo)
{
	struct str path = STR_INIT(PATH_BYTES), text = STR_INIT(CONFIG_MAX_BYTES);
	struct stat st;
	struct err *err = config_path(repo, &path);

	if (!err)
		err = file_read(path.buf, &text);
	if (!err && text.len && text.buf[text.len - 1] == '\n' && !stat(path.buf, &st)) {
		str_truncate(&text, text.len - 1);
		err = file_write(path.buf, str_span(&text), st.st_mode & 07777);
	}
	str_release(&path);
	str_release(&text);
	return err;
}

/* As the file says it now: the configuration in memory is that of the start. */
static struct err *has_value(struct repo *repo, const char *key, const char *value,
			     bool *has)
{
	const char *const args[] = { "config", "-z", "--get-all", key, NULL };
	struct str text = STR_INIT(NOTES_MAX_BYTES);
	struct span rest, part;
	int code;
	struct err *err = repo_git(repo, args, NO_INPUT, &text, &code);

	*has = false;
	rest = str_span(&text);
	while (!err && span_split(&rest, '\0', &part))
		if (span_eqs(part, value))
			*has = true;
	str_release(&text);
	return err;
}

struct err *written_add(struct repo *repo, const char *key, const char *value, bool *wrote)
{
	const char *const args[] = { "config", "--local", "--add", key, value, NULL };
	struct str path = STR_INIT(PATH_BYTES), notes = STR_INIT(NOTES_MAX_BYTES);
	bool has;
	struct err *err = has_value(repo, key, value, &has);

	if (wrote)
		*wrote = !err && !has;
	if (!err && !has)
		err = notes_read(repo, &path, &notes);
	if (err || has)
		goto out;
	if (!has_pair(&notes))
		err = note_end(repo, &notes);
	str_addf(&notes, "%s\n%s", key, value);
	str_addc(&notes, '\0');
	/* Noted first: what is written without a note could not be taken out. */
	if (!err)
		err = notes_write(&path, &notes);
	if (!err)
		err = repo_git(repo, args, NO_INPUT, NULL, NULL);
out:
	str_release(&path);
	str_release(&notes);
	return err;
}

struct err *written_note_folder(struct repo *repo, const char *path)
{
	struct str at = STR_INIT(PATH_BYTES), notes = STR_INIT(NOTES_MAX_BYTES);
	struct err *err = notes_read(repo, &at, &notes);

	str_addf(&notes, FOLDER "\n%s", path);
	str_addc(&notes, '\0');
	if (!err)
		err = notes_write(&at, &notes);
	str_release(&at);
	str_release(&notes);
	return err;
}

/* "key\nvalue" into its two parts; false for another note. */
static bool note_parts(struct span note, struct str *key, struct str *value)
{
	ptrdiff_t end = span_findc(note, '\n', 0);

	str_reset(key);
	str_reset(value);
	if (end <= 0)
		return false;
	str_add_span(key, span_cut(note, 0, (size_t)end));
	str_add_span(value, span_cut(note, (size_t)end + 1, note.len));
	return true;
}

/* Absent by now, or there more than once, is no fault of ours. */
static struct err *unset(struct repo *repo, const char *key, const char *value)
{
	const char *const args[] = { "config", "--local", "--fixed-value", "--unset", key,
				     value, NULL };
	int code;

	return repo_git(repo, args, NO_INPUT, NULL, &code);
}

static struct err *forget(struct repo *repo, const struct str *path)
{
	struct str dir = STR_INIT(PATH_BYTES);
	struct err *err = file_remove_tree(path->buf);

	if (!err)
		err = repo_private_path(repo, "", false, &dir);
	while (dir.len && dir.buf[dir.len - 1] == '/')
		str_truncate(&dir, dir.len - 1);
	if (!err)
		(void)rmdir(dir.buf); /* there is more of ours, as a rule */
	str_release(&dir);
	return err;
}

struct err *written_remove(struct repo *repo, const char *prefix, size_t *n)
{
	struct str path = STR_INIT(PATH_BYTES), notes = STR_INIT(NOTES_MAX_BYTES);
	struct str left = STR_INIT(NOTES_MAX_BYTES);
	struct str key = STR_INIT(PATH_BYTES), value = STR_INIT(NOTES_MAX_BYTES);
	struct span rest, note;
	bool unended = false, some_left = false;
	struct err *err = notes_read(repo, &path, &notes);

	*n = 0;
	rest = str_span(&notes);
	while (!err && span_split(&rest, '\0', &note)) {
		bool is_pair = note_parts(note, &key, &value);

		unended = unended || span_eqs(note, UNENDED);
		if (is_pair && !strcmp(key.buf, FOLDER)) {
			if (!rmdir(value.buf) || !*prefix)
				continue;
		} else if (is_pair && !strncmp(key.buf, prefix, strlen(prefix))) {
			err = unset(repo, key.buf, value.buf);
			++*n;
			continue;
		}
		str_add_span(&left, note);
		str_addc(&left, '\0');
		some_left = some_left || is_pair;
	}
	if (err || !notes.len)
		goto out;
	if (some_left) {
		err = notes_write(&path, &left);
	} else {
		if (unended)
			err = restore_end(repo);
		if (!err)
			err = forget(repo, &path);
	}
out:
	str_release(&path);
	str_release(&notes);
	str_release(&left);
	str_release(&key);
	str_release(&value);
	return err;
}
