/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/facade.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "repo/backend.h"
#include "repo/git.h"
#include "sys/file.h"

#define PATH_BYTES ((size_t)64 << 10)
#define COPY_MAX_BYTES ((size_t)1 << 30)

#define CONFIG_MAX_BYTES ((size_t)4096)

void facade_begin_config(struct str *text, bool sha256)
{
	if (sha256)
		str_adds(text, "[extensions]\n"
			       "\tobjectFormat = sha256\n");
	str_addf(text,
		 "[core]\n"
		 "\trepositoryformatversion = %d\n"
		 "\tbare = false\n"
		 "\tfilemode = true\n"
		 "\tlogallrefupdates = false\n",
		 sha256);
}

struct err *facade_put(const char *dir, const char *name, struct span bytes)
{
	struct str path = STR_INIT(PATH_BYTES);
	struct err *err;
	int fd = -1;

	str_addf(&path, "%s/%s", dir, name);
	err = str_err(&path, "path");
	if (err)
		goto out;
	fd = open(path.buf, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	while (fd >= 0 && bytes.len) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		bytes = span_cut(bytes, (size_t)n, bytes.len);
	}
	if (fd < 0 || bytes.len)
		err = err_errno(ERR_FATAL, errno, "cannot write '%s'", path.buf);
	if (fd >= 0 && close(fd) < 0 && !err)
		err = err_errno(ERR_FATAL, errno, "cannot write '%s'", path.buf);
out:
	str_release(&path);
	return err;
}

static struct err *copy(const char *dir, const char *name, const char *from)
{
	struct str bytes = STR_INIT(COPY_MAX_BYTES);
	struct err *err = NULL;

	if (from && file_exists(from)) {
		err = err_as(file_read(from, &bytes), ERR_FATAL);
		if (!err)
			err = facade_put(dir, name, str_span(&bytes));
	}
	str_release(&bytes);
	return err;
}

static struct err *make_folders(const char *dir)
{
	static const char *const names[] = {
		"", "/info", "/objects", "/objects/info", "/objects/pack",
		"/refs", "/refs/heads", "/refs/tags",
	};
	struct str path = STR_INIT(PATH_BYTES);
	struct err *err = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(names) && !err; i++) {
		str_reset(&path);
		str_addf(&path, "%s%s", dir, names[i]);
		err = str_err(&path, "path");
		if (!err && mkdir(path.buf, 0755) < 0)
			err = err_errno(ERR_FATAL, errno, "cannot create folder '%s'",
					path.buf);
	}
	str_release(&path);
	return err;
}

static struct err *put_alternates(const char *dir, const char *const *object_dirs)
{
	struct str text = STR_INIT(PATH_BYTES);
	struct err *err;

	for (; *object_dirs; object_dirs++) {
		object_dir_quote(&text, *object_dirs);
		str_addc(&text, '\n');
	}
	err = str_err(&text, "info/alternates");
	if (!err)
		err = facade_put(dir, "objects/info/alternates", str_span(&text));
	str_release(&text);
	return err;
}

static struct err *put_head(const char *dir, const char *head)
{
	struct str text = STR_INIT(256);
	struct err *err;

	str_addf(&text, "%s\n", *head ? head : "ref: refs/heads/none");
	err = str_err(&text, "HEAD");
	if (!err)
		err = facade_put(dir, "HEAD", str_span(&text));
	str_release(&text);
	return err;
}

static struct err *put_tags(const char *dir, struct span tags)
{
	struct str text = STR_INIT(COPY_MAX_BYTES);
	struct err *err;

	str_adds(&text, "# pack-refs with: peeled fully-peeled sorted \n");
	str_add_span(&text, tags);
	err = str_err(&text, "packed-refs");
	if (!err)
		err = facade_put(dir, "packed-refs", str_span(&text));
	str_release(&text);
	return err;
}

static struct err *put_config(const char *dir, bool sha256)
{
	struct str text = STR_INIT(CONFIG_MAX_BYTES);
	struct err *err;

	facade_begin_config(&text, sha256);
	str_adds(&text, "[gc]\n"
			"\tauto = 0\n");
	err = str_err(&text, "config");
	if (!err)
		err = facade_put(dir, "config", str_span(&text));
	str_release(&text);
	return err;
}

struct err *facade_make(const char *tree_dir, const struct facade_spec *spec)
{
	struct str dir = STR_INIT(PATH_BYTES);
	struct err *err;

	str_addf(&dir, "%s/.git", tree_dir);
	err = str_err(&dir, "path");
	if (!err)
		err = file_remove_tree(dir.buf);
	if (!err)
		err = make_folders(dir.buf);
	if (!err)
		err = put_alternates(dir.buf, spec->object_dirs);
	if (!err)
		err = put_tags(dir.buf, spec->tags);
	if (!err)
		err = copy(dir.buf, "index", spec->index);
	if (!err)
		err = copy(dir.buf, "info/exclude", spec->exclude);
	if (!err)
		err = copy(dir.buf, "shallow", spec->shallow);
	if (!err)
		err = put_config(dir.buf, spec->sha256);
	if (!err)
		err = put_head(dir.buf, spec->head);
	str_release(&dir);
	return err;
}
