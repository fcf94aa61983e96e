/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/sandbox.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "sys/proc.h"
#include "verify/surroundings.h"

#define PATH_BYTES 4096
#define ENV_BYTES (128 * 1024)

/* Short, because a socket's path has 108 bytes at most. */
#define BOX_TMPDIR "/tmp/dualfix"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* When a row of the table counts, and how often. */
enum when {
	ALWAYS,
	WITH_NETWORK,
	WITH_HOME,
	EACH_SECRET_FILE, /* @ is each of the list in turn */
	EACH_SECRET_DIR,
	EACH_READ_DIR,
	EACH_HIDE_DIR,
	EACH_OBJECT_DIR,
};

#define ROW_WORDS 3

struct row {
	enum when when;
	const char *words[ROW_WORDS];
};

/*
 * The policy. A later row lies on top of an earlier one. A word that starts with
 * '@' stands for the path of that name.
 *
 * There is no --clearenv and --setenv: an argument list can be read by every
 * user of the machine, and bwrap's init shows the environment that it was
 * started with. So bwrap itself starts with the box's environment and no other.
 */
static const struct row bwrap_rows[] = {
	/* Namespaces of its own for users, processes, network, IPC, names, cgroups. */
	{ ALWAYS, { "--unshare-all" } },
	/* Shares abstract sockets too: there is no network without them. */
	{ WITH_NETWORK, { "--share-net" } },
	/* Without it a child of root can mount / anew and write there. */
	{ ALWAYS, { "--cap-drop", "ALL" } },
	/* No controlling terminal: nobody types into the user's (TIOCSTI). */
	{ ALWAYS, { "--new-session" } },
	/* With us or at our deadline the whole pid namespace ends. */
	{ ALWAYS, { "--die-with-parent" } },
	/* A name that resolves; the machine's own is nobody's business. */
	{ ALWAYS, { "--hostname", "localhost" } },

	/* The root is empty but for what follows. Programs and their settings: */
	{ ALWAYS, { "--ro-bind", "/usr", "/usr" } },
	{ ALWAYS, { "--ro-bind-try", "/bin", "/bin" } },
	{ ALWAYS, { "--ro-bind-try", "/sbin", "/sbin" } },
	{ ALWAYS, { "--ro-bind-try", "/lib", "/lib" } },
	{ ALWAYS, { "--ro-bind-try", "/lib32", "/lib32" } },
	{ ALWAYS, { "--ro-bind-try", "/lib64", "/lib64" } },
	{ ALWAYS, { "--ro-bind-try", "/libx32", "/libx32" } },
	{ ALWAYS, { "--ro-bind-try", "/etc", "/etc" } },
	{ ALWAYS, { "--ro-bind-try", "/opt", "/opt" } },
	{ ALWAYS, { "--ro-bind-try", "/nix", "/nix" } },
	{ ALWAYS, { "--ro-bind-try", "/gnu", "/gnu" } },
	/* Bound without devices, /dev/null cannot even be opened. */
	{ EACH_SECRET_FILE, { "--ro-bind", "/dev/null", "@" } },
	{ EACH_SECRET_DIR, { "--tmpfs", "@" } },

	{ ALWAYS, { "--proc", "/proc" } },
	/*
	 * The kernel lets the user id of root write these, capabilities or not, and a
	 * core_pattern is a program that it runs outside. bwrap 0.8 covers what it can
	 * write itself at that moment, which /proc/sys is not.
	 */
	{ ALWAYS, { "--ro-bind-try", "/proc/sys", "/proc/sys" } },
	{ ALWAYS, { "--ro-bind-try", "/proc/sysrq-trigger", "/proc/sysrq-trigger" } },
	{ ALWAYS, { "--ro-bind-try", "/proc/irq", "/proc/irq" } },
	{ ALWAYS, { "--ro-bind-try", "/proc/bus", "/proc/bus" } },
	{ ALWAYS, { "--ro-bind-try", "/proc/fs", "/proc/fs" } },
	{ ALWAYS, { "--ro-bind-try", "/proc/acpi", "/proc/acpi" } },
	{ ALWAYS, { "--ro-bind-try", "/proc/scsi", "/proc/scsi" } },
	{ ALWAYS, { "--ro-bind-try", "/proc/driver", "/proc/driver" } },
	{ ALWAYS, { "--ro-bind-try", "/proc/mtrr", "/proc/mtrr" } },
	{ ALWAYS, { "--dev", "/dev" } },
	{ ALWAYS, { "--tmpfs", "/tmp" } },
	{ ALWAYS, { "--tmpfs", "/var/tmp" } },
	/* No sockets of agents, containers, buses. */
	{ ALWAYS, { "--tmpfs", "/run" } },
	/* /etc/resolv.conf is often a link into /run. */
	{ WITH_NETWORK, { "--ro-bind-try", "@resolv", "@resolv" } },

	{ WITH_HOME, { "--tmpfs", "@home" } },
	{ EACH_READ_DIR, { "--ro-bind", "@", "@" } },
	/* A repository may lie in a folder that is bound above. */
	{ EACH_HIDE_DIR, { "--tmpfs", "@" } },

	{ ALWAYS, { "--bind", "@temp", BOX_TMPDIR } },
	{ ALWAYS, { "--bind", "@tree", "@tree" } },
	/* Who can write it chooses what the next git command runs. */
	{ ALWAYS, { "--ro-bind-try", "@git", "@git" } },
	{ EACH_OBJECT_DIR, { "--ro-bind", "@", "@" } },
	{ ALWAYS, { "--remount-ro", "/" } },
	{ ALWAYS, { "--chdir", "@work" } },
};

/* What may not be covered by an empty folder, or nothing would run. */
static const char *const needed_dirs[] = {
	"/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/proc", "/dev", "/tmp",
};

struct var {
	const char *name;
	const char *value; /* NULL: worked out below */
};

static const struct var box_env[] = {
	{ "PATH", NULL },
	{ "HOME", NULL },
	{ "TMPDIR", NULL },
	/*
	 * Python tells by size and second whether its compiled files are stale, and a
	 * tree and its fix may agree in both: those of one tree go with TMPDIR.
	 */
	{ "PYTHONPYCACHEPREFIX", NULL },
	/* git in the tree stops at the tree. */
	{ "GIT_CEILING_DIRECTORIES", NULL },
	{ "SHELL", "/bin/sh" },
	/* English, so that rules and people can read what tools say. */
	{ "LANG", "C.UTF-8" },
	{ "TERM", "dumb" },
	/* Compilers print their fix-its without a change to the project. */
	{ "GCC_EXTRA_DIAGNOSTIC_OUTPUT", "fixits-v1" },
	{ "CCC_OVERRIDE_OPTIONS", "# +-fdiagnostics-parseable-fixits" },
	/* Automake and ctest print what a failed test said, not where it was put. */
	{ "VERBOSE", "1" },
	{ "CTEST_OUTPUT_ON_FAILURE", "1" },
};

/* Scripts under "set -u" want these; passed as they are. */
static const char *const passed_env[] = { "USER", "LOGNAME", NULL };

const char *sandbox_name(enum sandbox_kind kind)
{
	return kind == SANDBOX_BWRAP ? "bwrap" : "none";
}

const char *sandbox_limits(enum sandbox_kind kind)
{
	if (kind == SANDBOX_BWRAP)
		return "memory, processor and disk use have no bound but the timeout; "
		       "a check that may use the network may use all of it";
	return "checks can read and write whatever you can, and use the network";
}

void sandbox_release(struct sandbox *sandbox)
{
	free(sandbox->program);
	sandbox->program = NULL;
	argv_release(&sandbox->secret_files);
	argv_release(&sandbox->secret_dirs);
}

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

/* The paths that the table's words stand for. */
struct places {
	const struct sandbox_job *job;
	struct surroundings outside;
	const char *home; /* NULL: it cannot be covered, so it is not shown either */
	char *resolv;
	struct str git;
};

static struct err *places_init(struct places *at, const struct sandbox_job *job)
{
	struct stat st;
	struct err *err;

	*at = (struct places){ .job = job };
	str_init(&at->git, PATH_BYTES);
	err = surroundings_take(&at->outside);
	if (err)
		return err;
	at->home = surroundings_home(&at->outside);
	if (!can_be_covered(at->home))
		at->home = NULL;
	at->resolv = realpath("/etc/resolv.conf", NULL);
	str_addf(&at->git, "%s/.git", job->tree_dir);
	err = str_err(&at->git, job->tree_dir);
	/* A link would bind what it names, wherever that is. */
	if (!err && !lstat(at->git.buf, &st) && !S_ISDIR(st.st_mode) &&
	    !S_ISREG(st.st_mode))
		err = err_new(ERR_FATAL, "'%s' is neither a folder nor a file",
			      at->git.buf);
	return err;
}

static void places_release(struct places *at)
{
	surroundings_release(&at->outside);
	str_release(&at->git);
	free(at->resolv);
}

static const char *place(const struct places *at, const char *word, const char *each)
{
	if (word[0] != '@')
		return word;
	if (!word[1])
		return each;
	if (!strcmp(word, "@tree"))
		return at->job->tree_dir;
	if (!strcmp(word, "@git"))
		return at->git.buf;
	if (!strcmp(word, "@temp"))
		return at->job->temp_dir;
	if (!strcmp(word, "@work"))
		return at->job->work_dir;
	if (!strcmp(word, "@home"))
		return at->home;
	return at->resolv ? at->resolv : "/etc/resolv.conf";
}

static void push_row(struct argv *args, const struct row *row, const struct places *at,
		     const char *each)
{
	for (size_t i = 0; i < ROW_WORDS && row->words[i]; i++)
		argv_push(args, place(at, row->words[i], each));
}

static struct err *push_each(struct argv *args, const struct row *row,
			     const struct places *at, const char *const *list)
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
		else if (row->when == EACH_HIDE_DIR && !can_be_covered(path.buf))
			err = err_new(ERR_CONFIG, "'%s' cannot be hidden from checks",
				      path.buf);
		/* What is gone needs neither showing nor hiding. */
		else if (!access(path.buf, F_OK))
			push_row(args, row, at, path.buf);
	}
	str_release(&path);
	return err;
}

static struct err *push_rows(const struct sandbox *sandbox, struct argv *args,
			     const struct places *at)
{
	const struct sandbox_job *job = at->job;

	for (size_t i = 0; i < ARRAY_SIZE(bwrap_rows); i++) {
		const struct row *row = &bwrap_rows[i];
		const char *const *list = NULL;
		struct err *err;

		switch (row->when) {
		case ALWAYS:
			push_row(args, row, at, NULL);
			continue;
		case WITH_NETWORK:
			if (job->network)
				push_row(args, row, at, NULL);
			continue;
		case WITH_HOME:
			if (at->home)
				push_row(args, row, at, NULL);
			continue;
		case EACH_SECRET_FILE:
			list = argv_list(&sandbox->secret_files);
			break;
		case EACH_SECRET_DIR:
			list = argv_list(&sandbox->secret_dirs);
			break;
		case EACH_READ_DIR:
			list = job->read_dirs;
			break;
		case EACH_HIDE_DIR:
			list = job->hide_dirs;
			break;
		case EACH_OBJECT_DIR:
			list = job->object_dirs;
			break;
		}
		err = push_each(args, row, at, list);
		if (err)
			return err;
	}
	return NULL;
}

/* Our PATH without relative entries: those would name files of the checkout. */
static void push_path(struct argv *env, const char *ours)
{
	struct str path = STR_INIT(ENV_BYTES);
	struct span rest = span_of(ours), part;

	str_adds(&path, "PATH=");
	while (span_split(&rest, ':', &part)) {
		if (!span_starts(part, "/"))
			continue;
		if (path.len > strlen("PATH="))
			str_addc(&path, ':');
		str_add_span(&path, part);
	}
	if (path.failed || path.len == strlen("PATH="))
		argv_push(env, "PATH=" DEFAULT_PATH);
	else
		argv_push(env, path.buf);
	str_release(&path);
}

static void push_ceiling(struct argv *env, const char *tree_dir)
{
	const char *slash = strrchr(tree_dir, '/');
	int n = slash && slash > tree_dir ? (int)(slash - tree_dir) : 1;

	argv_pushf(env, "GIT_CEILING_DIRECTORIES=%.*s", n, tree_dir);
}

static void push_env(const struct sandbox *sandbox, const struct places *at,
		     struct argv *env)
{
	const struct sandbox_job *job = at->job;
	bool none = sandbox->kind == SANDBOX_NONE;
	const char *home = none ? surroundings_home(&at->outside) : at->home;
	const char *temp = none ? job->temp_dir : BOX_TMPDIR;

	/* First, so that what the user names wins. */
	if (job->pass_env)
		proc_env(env, job->pass_env);
	for (size_t i = 0; i < ARRAY_SIZE(box_env); i++) {
		const struct var *var = &box_env[i];

		if (env_value(env, var->name))
			continue;
		if (var->value)
			argv_pushf(env, "%s=%s", var->name, var->value);
		else if (!strcmp(var->name, "PATH"))
			push_path(env, env_value(&at->outside.env, "PATH"));
		else if (!strcmp(var->name, "HOME"))
			argv_pushf(env, "HOME=%s", home ? home : temp);
		else if (!strcmp(var->name, "TMPDIR"))
			argv_pushf(env, "TMPDIR=%s", temp);
		else if (!strcmp(var->name, "PYTHONPYCACHEPREFIX"))
			argv_pushf(env, "PYTHONPYCACHEPREFIX=%s/pycache", temp);
		else
			push_ceiling(env, job->tree_dir);
	}
	proc_env(env, passed_env);
}

struct err *sandbox_command(const struct sandbox *sandbox, const struct sandbox_job *job,
			    struct argv *args, struct argv *env)
{
	struct places at;
	struct err *err;

	err = places_init(&at, job);
	if (err)
		goto out;
	if (sandbox->kind == SANDBOX_BWRAP) {
		argv_push(args, sandbox->program);
		err = push_rows(sandbox, args, &at);
		if (err)
			goto out;
		argv_push(args, "--");
	}
	argv_push(args, "/bin/sh");
	argv_push(args, "-c");
	argv_push(args, job->command);
	push_env(sandbox, &at, env);
	err = err_first(argv_err(args), argv_err(env));
out:
	places_release(&at);
	return err;
}
