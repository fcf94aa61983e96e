/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/premises.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "verify/lent.h"

#define PATH_BYTES 4096

/* What may not be covered by an empty folder, or nothing would run. */
static const char *const needed_dirs[] = {
	"/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/proc", "/dev", "/tmp",
};

static bool can_be_covered(const char *dir)
{
	if (!dir || dir[0] != '/')
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(needed_dirs); i++) {
		if (path_below(needed_dirs[i], dir))
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

static struct err *take_objects(struct premises *at)
{
	const struct sandbox_job *job = at->job;

	for (size_t i = 0; job->object_dirs && job->object_dirs[i]; i++) {
		if (access(job->object_dirs[i], F_OK))
			continue;
		argv_push(&at->object_dirs, job->object_dirs[i]);
		argv_push(&at->object_seats, job->object_seats ? job->object_seats[i] :
								 job->object_dirs[i]);
	}
	return err_first(argv_err(&at->object_dirs), argv_err(&at->object_seats));
}

/* The checkout lies over all that else would be seen there. */
static struct err *may_lie_at(const struct premises *at, const char *root)
{
	if (!can_be_covered(root) || path_below(BWRAP_TMPDIR, root) ||
	    (at->home && path_below(at->home, root)))
		return err_new(ERR_CONFIG, "dualfix.overlay: the checkout cannot be shown at "
			       "'%s', which holds what a check needs", root);
	for (size_t i = 0; i < at->read_dirs.n; i++) {
		if (path_below(at->read_dirs.v[i], root))
			return err_hint(err_new(ERR_CONFIG, "dualfix.sandboxRead '%s' lies in "
						"the work tree, where dualfix.overlay shows "
						"the checkout", at->read_dirs.v[i]),
					"a folder of the work tree goes into dualfix.overlay");
	}
	return NULL;
}

static struct err *find_seat(struct premises *at, const struct lent *lent)
{
	const struct sandbox_job *job = at->job;
	size_t skip = strlen(job->tree_dir);

	at->seen = lent ? lent->root : job->tree_dir;
	if (path_below(job->work_dir, job->tree_dir))
		str_addf(&at->work, "%s%s", at->seen, job->work_dir + skip);
	else
		str_adds(&at->work, job->work_dir);
	str_addf(&at->seen_git, "%s/.git", at->seen);
	return err_first(str_err(&at->work, job->work_dir), str_err(&at->seen_git, at->seen));
}

struct err *premises_init(struct premises *at, const struct sandbox *sandbox,
			  const struct sandbox_job *job)
{
	struct err *err;

	*at = (struct premises){ .job = job };
	str_init(&at->work, PATH_BYTES);
	str_init(&at->git, PATH_BYTES);
	str_init(&at->seen_git, PATH_BYTES);
	argv_init(&at->object_seats);
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
		err = take_objects(at);
	if (!err)
		err = find_seat(at, sandbox->lent);
	if (!err && sandbox->lent)
		err = may_lie_at(at, sandbox->lent->root);
	return err;
}

void premises_release(struct premises *at)
{
	surroundings_release(&at->outside);
	str_release(&at->work);
	str_release(&at->git);
	str_release(&at->seen_git);
	argv_release(&at->object_seats);
	free(at->resolv);
	argv_release(&at->read_dirs);
	argv_release(&at->hide_dirs);
	argv_release(&at->object_dirs);
}
