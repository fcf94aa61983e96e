/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/premises.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096

/* What may not be covered by an empty folder, or nothing would run. */
static const char *const needed_dirs[] = {
	"/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/proc", "/dev", "/tmp",
};

/* Whether path is dir or lies in it. */
static bool lies_in(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	while (n > 1 && dir[n - 1] == '/')
		n--;
	if (n == 1 && dir[0] == '/')
		return true;
	return !strncmp(path, dir, n) && (!path[n] || path[n] == '/');
}

static bool can_be_covered(const char *dir)
{
	if (!dir || dir[0] != '/')
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(needed_dirs); i++) {
		if (lies_in(needed_dirs[i], dir))
			return false;
	}
	return true;
}

/* Each of list that is there: what is gone needs neither showing nor hiding. */
static struct err *expand(const struct premises *at, const char *const *list, bool hide,
			  struct argv *out)
{
	struct str path = STR_INIT(PATH_BYTES);
	const char *home = surroundings_home(&at->outside);
	struct err *err = NULL;

	for (; !err && list && *list; list++) {
		const char *dir = *list;

		str_reset(&path);
		if (dir[0] == '~' && (!dir[1] || dir[1] == '/') && home)
			str_addf(&path, "%s%s", home, dir + 1);
		else
			str_adds(&path, dir);
		err = str_err(&path, "a folder's name");
		if (err)
			break;
		if (path.buf[0] != '/')
			err = err_new(ERR_CONFIG, "'%s' is not an absolute path", dir);
		else if (hide && !can_be_covered(path.buf))
			err = err_new(ERR_CONFIG, "'%s' cannot be hidden from checks",
				      path.buf);
		else if (!access(path.buf, F_OK))
			argv_push(out, path.buf);
	}
	str_release(&path);
	return err ? err : argv_err(out);
}

/* A link would stand for what it names, wherever that is. */
static struct err *find_git(struct premises *at)
{
	struct stat st;
	struct err *err;

	str_addf(&at->git, "%s/.git", at->job->tree_dir);
	err = str_err(&at->git, at->job->tree_dir);
	if (!err && !lstat(at->git.buf, &st) && !S_ISDIR(st.st_mode) &&
	    !S_ISREG(st.st_mode))
		err = err_new(ERR_FATAL, "'%s' is neither a folder nor a file",
			      at->git.buf);
	return err;
}

struct err *premises_init(struct premises *at, const struct sandbox_job *job)
{
	struct err *err;

	*at = (struct premises){ .job = job };
	str_init(&at->git, PATH_BYTES);
	argv_init(&at->read_dirs);
	argv_init(&at->hide_dirs);
	argv_init(&at->object_dirs);
	err = surroundings_take(&at->outside);
	if (err)
		return err;
	at->home = surroundings_home(&at->outside);
	if (!can_be_covered(at->home))
		at->home = NULL;
	at->resolv = realpath("/etc/resolv.conf", NULL);
	err = find_git(at);
	if (!err)
		err = expand(at, job->read_dirs, false, &at->read_dirs);
	if (!err)
		err = expand(at, job->hide_dirs, true, &at->hide_dirs);
	if (!err)
		err = expand(at, job->object_dirs, false, &at->object_dirs);
	return err;
}

void premises_release(struct premises *at)
{
	surroundings_release(&at->outside);
	str_release(&at->git);
	free(at->resolv);
	argv_release(&at->read_dirs);
	argv_release(&at->hide_dirs);
	argv_release(&at->object_dirs);
}
