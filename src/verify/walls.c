/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/walls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <linux/capability.h>
#include <linux/prctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "base/argv.h"
#include "base/path.h"

#define PATH_BYTES 4096

/* What a row is about, and when it counts. */
enum about {
	PATH,
	PATH_WITH_NETWORK,
	TREE,
	TEMP,
	HOME_KEPT,
	READ_DIRS,
	OBJECT_DIRS,
};

/* What stays hidden though it lies below. */
enum except {
	NOTHING,
	GIT_DIRS,
	HOME, /* and those */
};

struct row {
	enum about about;
	const char *path;
	enum reach reach;
	enum except except;
};

/*
 * The policy. There is no /tmp, /run, /dev/shm, /dev/pts or /dev/tty: they are
 * shared with all that the user runs. What /proc says of processes outside is kept
 * by Landlock (it takes the right to trace them), but for their names.
 */
static const struct row rows[] = {
	{ PATH, "/usr", REACH_READ, HOME },
	{ PATH, "/bin", REACH_READ, HOME },
	{ PATH, "/sbin", REACH_READ, HOME },
	{ PATH, "/lib", REACH_READ, HOME },
	{ PATH, "/lib32", REACH_READ, HOME },
	{ PATH, "/lib64", REACH_READ, HOME },
	{ PATH, "/libx32", REACH_READ, HOME },
	{ PATH, "/etc", REACH_READ, HOME },
	{ PATH, "/opt", REACH_READ, HOME },
	{ PATH, "/nix", REACH_READ, HOME },
	{ PATH, "/gnu", REACH_READ, HOME },
	{ PATH, "/proc", REACH_READ, NOTHING },
	{ PATH, "/dev/null", REACH_DEVICE, NOTHING },
	{ PATH, "/dev/zero", REACH_DEVICE, NOTHING },
	{ PATH, "/dev/full", REACH_DEVICE, NOTHING },
	{ PATH, "/dev/random", REACH_DEVICE, NOTHING },
	{ PATH, "/dev/urandom", REACH_DEVICE, NOTHING },
	/* Often a link into /run. */
	{ PATH_WITH_NETWORK, "/etc/resolv.conf", REACH_READ, NOTHING },
	{ READ_DIRS, NULL, REACH_READ, GIT_DIRS },
	{ OBJECT_DIRS, NULL, REACH_READ, NOTHING },
	{ TREE, NULL, REACH_WRITE, NOTHING },
	{ TEMP, NULL, REACH_WRITE, NOTHING },
	{ HOME_KEPT, NULL, REACH_WRITE, NOTHING },
};

/* What is gone hides nothing. */
static void push_real(struct argv *list, const char *path)
{
	char *real = path ? realpath(path, NULL) : NULL;

	if (real)
		argv_push(list, real);
	else if (path && errno == ENOMEM)
		list->failed = true; /* it may be there */
	free(real);
}

static void push_all_real(struct argv *list, const struct argv *paths)
{
	for (size_t i = 0; i < paths->n; i++)
		push_real(list, paths->v[i]);
}

static struct err *allow_list(struct landlock *landlock, const struct argv *paths,
			      enum reach reach, const struct argv *except)
{
	struct err *err = NULL;

	for (size_t i = 0; !err && i < paths->n; i++)
		err = landlock_allow(landlock, paths->v[i], reach, except);
	return err;
}

static struct err *allow_row(struct landlock *landlock, const struct row *row,
			     const struct premises *at, const struct argv *except)
{
	const struct sandbox_job *job = at->job;
	const char *path = row->path;

	switch (row->about) {
	case READ_DIRS:
		return allow_list(landlock, &at->read_dirs, row->reach, except);
	case OBJECT_DIRS:
		return allow_list(landlock, &at->object_dirs, row->reach, except);
	case PATH_WITH_NETWORK:
		if (!job->network)
			return NULL;
		break;
	case TREE:
		path = job->tree_dir;
		break;
	case TEMP:
		path = job->temp_dir;
		break;
	case HOME_KEPT:
		path = job->home_dir;
		break;
	case PATH:
		break;
	}
	return path ? landlock_allow(landlock, path, row->reach, except) : NULL;
}

static struct err *build(struct walls *walls, const struct sandbox *sandbox,
			 const struct premises *at)
{
	struct argv none = ARGV_INIT, git = ARGV_INIT, home = ARGV_INIT;
	const struct argv *const except[] = {
		[NOTHING] = &none, [GIT_DIRS] = &git, [HOME] = &home,
	};
	struct err *err;

	push_all_real(&git, &at->hide_dirs);
	push_all_real(&home, &at->hide_dirs);
	push_real(&home, at->home);
	err = err_first(argv_err(&git), argv_err(&home));
	if (!err)
		err = landlock_init(&walls->landlock, sandbox->landlock_version,
				    at->job->network);
	for (size_t i = 0; !err && i < ARRAY_SIZE(rows); i++)
		err = allow_row(&walls->landlock, &rows[i], at, except[rows[i].except]);
	argv_release(&git);
	argv_release(&home);
	return err;
}

struct err *walls_around(struct landlock **out, const struct sandbox *sandbox)
{
	struct argv secrets = ARGV_INIT;
	struct landlock *around;
	struct err *err;

	*out = NULL;
	if (!sandbox->secret_files.n && !sandbox->secret_dirs.n)
		return NULL;
	around = calloc(1, sizeof(*around));
	if (!around)
		return err_nomem();
	push_all_real(&secrets, &sandbox->secret_files);
	push_all_real(&secrets, &sandbox->secret_dirs);
	err = argv_err(&secrets);
	if (!err)
		err = landlock_init(around, sandbox->landlock_version, true);
	if (!err)
		err = landlock_allow(around, "/", REACH_ALL, &secrets);
	argv_release(&secrets);
	if (err) {
		walls_around_free(around);
		return err;
	}
	*out = around;
	return NULL;
}

void walls_around_free(struct landlock *around)
{
	if (around)
		landlock_release(around);
	free(around);
}

/* In the words of path_below(). */
static const char *below_home(const struct premises *at, const char *path)
{
	return at->home ? path_below(path, at->home) : NULL;
}

void walls_home(const struct premises *at, struct str *out)
{
	/* The user may show all of it. */
	for (size_t i = 0; i < at->read_dirs.n; i++) {
		const char *rest = below_home(at, at->read_dirs.v[i]);

		if (rest && !rest[strspn(rest, "/")]) {
			str_adds(out, at->home);
			return;
		}
	}
	if (at->job->home_dir)
		str_adds(out, at->job->home_dir);
	else
		str_addf(out, "%s/home", at->job->temp_dir);
}

/* The folders on the way to the link, from the home down, and the link. */
static void plan_link(struct walls *walls, const char *home, const char *rest,
		      const char *target)
{
	for (const char *slash = strchr(rest + 1, '/'); slash; slash = strchr(slash + 1, '/'))
		argv_pushf(&walls->folders, "%s%.*s", home, (int)(slash - rest), rest);
	argv_push(&walls->links, target);
	argv_pushf(&walls->links, "%s%s", home, rest);
}

static struct err *plan_home(struct walls *walls, const struct premises *at)
{
	struct str home = STR_INIT(PATH_BYTES);
	struct err *err;

	walls_home(at, &home);
	err = str_err(&home, "home");
	if (err || (at->home && !strcmp(home.buf, at->home)))
		goto out;
	argv_push(&walls->folders, home.buf);
	for (size_t i = 0; i < at->read_dirs.n; i++) {
		const char *rest = below_home(at, at->read_dirs.v[i]);

		if (rest)
			plan_link(walls, home.buf, rest, at->read_dirs.v[i]);
	}
	err = err_first(argv_err(&walls->folders), argv_err(&walls->links));
out:
	str_release(&home);
	return err;
}

struct err *walls_new(struct walls **out, const struct sandbox *sandbox,
		      const struct premises *at)
{
	const struct seccomp_spec filter = {
		.network = at->job->network,
		.truncate = sandbox->landlock_version >= LANDLOCK_TRUNCATE,
	};
	struct walls *walls = calloc(1, sizeof(*walls));
	struct err *err;

	*out = NULL;
	if (!walls)
		return err_nomem();
	argv_init(&walls->folders);
	argv_init(&walls->links);
	walls->around = sandbox->around;
	err = build(walls, sandbox, at);
	if (!err)
		err = plan_home(walls, at);
	if (!err && !seccomp_make(&walls->seccomp, &filter))
		err = err_new(ERR_CONFIG, "no system call filter for this processor");
	if (err) {
		walls_free(walls);
		return err;
	}
	*out = walls;
	return NULL;
}

void walls_free(struct walls *walls)
{
	if (!walls)
		return;
	landlock_release(&walls->landlock);
	argv_release(&walls->folders);
	argv_release(&walls->links);
	free(walls);
}

#ifdef __linux__

/*
 * Root's would come back by the next exec, were there not no_new_privs; the set
 * that bounds them is emptied as well where we may.
 */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	for (unsigned long cap = 0; cap < 64; cap++) {
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
			break;
	}
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &head, none) ? errno : 0;
}

/* A filter that some layer between us and the kernel swallowed is found here. */
static int look_back(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 && errno == EPERM)
		return 0;
	if (fd >= 0)
		close(fd);
	return ENOTSUP;
}

/* What is there already is an earlier command's, and as good as what it did to it. */
static void make_home(const struct walls *walls)
{
	for (size_t i = 0; i < walls->folders.n; i++)
		(void)!mkdir(walls->folders.v[i], 0700);
	for (size_t i = 0; i + 1 < walls->links.n; i += 2)
		(void)!symlink(walls->links.v[i], walls->links.v[i + 1]);
}

int walls_confine(const void *ctx)
{
	const struct walls *walls = ctx;
	int errnum;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return errno;
	errnum = drop_capabilities();
	if (!errnum && walls->around)
		errnum = landlock_enforce(walls->around);
	if (!errnum)
		errnum = landlock_enforce(&walls->landlock);
	if (!errnum)
		errnum = seccomp_enforce(&walls->seccomp);
	if (!errnum)
		errnum = look_back();
	if (!errnum)
		make_home(walls);
	return errnum;
}

#else

int walls_confine(const void *ctx)
{
	(void)ctx;
	return ENOSYS;
}

#endif
