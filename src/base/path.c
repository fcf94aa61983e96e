/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/path.h"

#include <string.h>

#include "base/span.h"
#include "base/utf8.h"

const char *const path_protect_default[] = {
	".github/",
	".gitlab-ci.yml",
	".husky/",
	".githooks/",
	".pre-commit-config.yaml",
	"lefthook.yml",
	"**/.gitmodules",
	"**/.gitattributes",
	NULL,
};
const size_t path_protect_default_n = ARRAY_SIZE(path_protect_default) - 1;

/* Longer than any name a file system takes; the rest of a part is not looked at. */
#define NAME_MAX_BYTES 1024

/* A part of a path, as the least careful of the file systems reads it. */
struct name {
	char buf[NAME_MAX_BYTES + 4];
	size_t len;
};

/* ASCII, and what else some file system's table folds to an ASCII letter. */
static uint32_t fold(uint32_t cp)
{
	if (cp >= 'A' && cp <= 'Z')
		return cp - 'A' + 'a';
	switch (cp) {
	case 0x0130: /* capital i with a dot */
	case 0x0131: /* small i without */
		return 'i';
	case 0x017f: /* long s */
		return 's';
	case 0x212a: /* Kelvin sign */
		return 'k';
	}
	return cp;
}

static void add_char(struct name *name, uint32_t cp, const char *bytes, size_t len)
{
	if (cp < 0x80) {
		name->buf[name->len++] = (char)cp;
	} else {
		memcpy(name->buf + name->len, bytes, len);
		name->len += len;
	}
}

static void name_read(struct name *name, struct span part)
{
	size_t at = 0;

	name->len = 0;
	while (at < part.len && name->len < NAME_MAX_BYTES) {
		uint32_t cp;
		size_t len = utf8_next(part, at, &cp);

		if (cp == ':' && at)
			break;
		/* git takes ".git" and a broken character for ".git" on HFS+. */
		if (cp == UTF8_BAD && name->len == 4 && !memcmp(name->buf, ".git", 4))
			break;
		if (cp == UTF8_BAD || !utf8_is_ignorable(cp))
			add_char(name, fold(cp), part.ptr + at, len);
		at += len;
	}
	while (name->len &&
	       (name->buf[name->len - 1] == '.' || name->buf[name->len - 1] == ' '))
		name->len--;
	name->buf[name->len] = '\0';
}

/* The next part of *rest, '\' separating as '/' does. */
static bool next_part(struct span *rest, struct span *part)
{
	size_t end = 0;

	if (!rest->ptr)
		return false;
	while (end < rest->len && rest->ptr[end] != '/' && rest->ptr[end] != '\\')
		end++;
	*part = span_cut(*rest, 0, end);
	if (end == rest->len)
		*rest = (struct span){ NULL, 0 };
	else
		*rest = span_cut(*rest, end + 1, rest->len);
	return true;
}

/* The first characters of an 8.3 name for the folded name of, and how many there are. */
static size_t short_base(const char *of, char base[6])
{
	const char *start = of + strspn(of, ". ");
	const char *dot = strrchr(start, '.');
	size_t n = 0;

	for (const char *p = start; *p && p != dot && n < 6; p++)
		if (*p != '.' && *p != ' ')
			base[n++] = *p;
	return n;
}

/*
 * Whether name may be the 8.3 short name of the folded name of: "<base>~<number>",
 * the base as long as the number lets it be, or two letters of it and four digits
 * of a hash. What follows the dot is not compared.
 */
static bool is_short_name(const struct name *name, const char *of)
{
	const char *tilde = strchr(name->buf, '~');
	size_t head, number, n;
	char base[6];

	if (!tilde || tilde - name->buf > 6)
		return false;
	head = (size_t)(tilde - name->buf);
	number = strspn(tilde + 1, "0123456789");
	if (!number || number > 6 || (tilde[1 + number] && tilde[1 + number] != '.'))
		return false;
	n = short_base(of, base);
	if (head == 6 && n >= 2 && !memcmp(name->buf, base, 2) &&
	    strspn(name->buf + 2, "0123456789abcdef") == 4)
		return true;
	if (n > 7 - number)
		n = 7 - number;
	return head == n && n && !memcmp(name->buf, base, n);
}

static bool is_dotgit(const struct name *name)
{
	return !strcmp(name->buf, ".git") || is_short_name(name, ".git");
}

/* Bytes of a path that a message shows, so that the reason is not cut off. */
#define SHOWN_BYTES 200

static struct err *refuse(const char *path, const char *why)
{
	const char *more = strlen(path) > SHOWN_BYTES ? "..." : "";

	return err_new(ERR_INPUT, "'%.*s%s' %s", SHOWN_BYTES, path, more, why);
}

static struct err *check_part(const char *path, struct span part)
{
	struct name name;

	if (!part.len)
		return refuse(path, "has an empty part");
	name_read(&name, part);
	if (is_dotgit(&name))
		return refuse(path, "has a part that is '.git' to some file system");
	if (!name.len)
		return refuse(path, "has a part '.' or '..', or one that some file "
				    "system reads so");
	return NULL;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_absolute(const char *path)
{
	if (*path == '/' || *path == '\\')
		return true;
	return is_letter(path[0]) && path[1] == ':' &&
	       (path[2] == '/' || path[2] == '\\');
}

static bool has_control(struct span s)
{
	size_t at = 0;
	uint32_t cp;

	while (at < s.len) {
		at += utf8_next(s, at, &cp);
		if (cp != UTF8_BAD && utf8_is_control(cp))
			return true;
	}
	return false;
}

struct err *path_check(const char *path)
{
	struct span rest = span_of(path), part;
	struct err *err = NULL;

	if (!rest.len)
		return err_new(ERR_INPUT, "the path is empty");
	if (rest.len > PATH_MAX_BYTES)
		return err_new(ERR_INPUT, "the path is longer than %d bytes",
			       PATH_MAX_BYTES);
	if (has_control(rest))
		return refuse(path, "has a control character");
	if (is_absolute(path))
		return refuse(path, "is not relative to the repository");
	while (!err && next_part(&rest, &part))
		err = check_part(path, part);
	return err;
}

/* '*' and '?' as in a shell; backtracks to the last star only. */
static bool glob_matches(const char *glob, const char *text)
{
	const char *star = NULL, *retry = NULL;

	while (*text) {
		if (*glob == '*') {
			star = glob++;
			retry = text;
		} else if (*glob == '?') {
			glob++;
			text++;
			while ((*text & 0xc0) == 0x80) /* a character, not a byte */
				text++;
		} else if (*glob == *text) {
			glob++;
			text++;
		} else if (star) {
			glob = star + 1;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return !*glob;
}

static bool part_matches(struct span pattern, struct span part)
{
	struct name want, have;

	name_read(&want, pattern);
	name_read(&have, part);
	return glob_matches(want.buf, have.buf) || is_short_name(&have, want.buf);
}

/* Whether all parts of pattern are the first ones of path. */
static bool leads(struct span pattern, struct span path)
{
	struct span want, have;

	while (next_part(&pattern, &want)) {
		if (!want.len)
			continue;
		if (!next_part(&path, &have) || !part_matches(want, have))
			return false;
	}
	return true;
}

static bool pattern_matches(const char *pattern, const char *path)
{
	struct span rest = span_of(path), part;

	if (strncmp(pattern, "**/", 3))
		return leads(span_of(pattern), rest);
	do {
		if (leads(span_of(pattern + 3), rest))
			return true;
	} while (next_part(&rest, &part));
	return false;
}

const char *path_protected(const char *path, const char *const *patterns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (patterns[i][strspn(patterns[i], "/")] &&
		    pattern_matches(patterns[i], path))
			return patterns[i];
	return NULL;
}

const char *path_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	while (n && dir[n - 1] == '/')
		n--;
	if (strncmp(path, dir, n) || (path[n] && path[n] != '/'))
		return NULL;
	return path + n;
}
