/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/sandbox.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/span.h"
#include "base/str.h"
#include "sys/warden.h"
#include "verify/bwrap.h"
#include "verify/lent.h"
#include "verify/limits.h"
#include "verify/premises.h"
#include "verify/walls.h"

#define ENV_BYTES (128 * 1024)

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

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
	static const char *const names[] = {
		[SANDBOX_BWRAP] = "bwrap",
		[SANDBOX_LANDLOCK] = "landlock",
		[SANDBOX_NONE] = "none",
	};

	return names[kind];
}

size_t sandbox_limits(const struct sandbox *sandbox, const char *limits[SANDBOX_LIMITS_MAX])
{
	size_t n = 0;

	switch (sandbox->kind) {
	case SANDBOX_NONE:
		limits[n++] = "checks can read and write whatever you can, and use the network";
		break;
	case SANDBOX_LANDLOCK:
		limits[n++] = "modes, times and extended attributes of your files elsewhere "
			      "can be changed (chmod is not covered)";
		limits[n++] = "whether a file is there, and the command lines of other "
			      "processes, can be seen";
		if (sandbox->landlock_version < LANDLOCK_SCOPES)
			limits[n++] = "your other processes can be sent signals "
				      "(before Linux 6.12)";
		if (sandbox->landlock_version < LANDLOCK_TRUNCATE)
			limits[n++] = "truncate(2) by name is refused, in the checkout as well "
				      "(before Linux 6.2)";
		limits[n++] = "there is no loopback, /tmp, /dev/shm, pseudo-terminal or System V "
			      "IPC, and 32-bit programs do not run";
		break;
	case SANDBOX_BWRAP:
		if (!sandbox->tmpfs_bytes)
			limits[n++] = "/tmp and home may take half of the memory each "
				      "(before bubblewrap 0.7)";
		if (sandbox->lent && sandbox->lent->dirs.n && sandbox->layers)
			limits[n++] = "what checks write in folders of dualfix.overlay may take "
				      "half of the memory";
		else if (sandbox->lent)
			limits[n++] = "what dualfix.overlay names cannot be written in it (before "
				      "bubblewrap 0.11, and where the file system has no overlay)";
		break;
	}
	if (sandbox->kind != SANDBOX_NONE)
		limits[n++] = "a check that may use the network may use all of it";
	if (!geteuid())
		limits[n++] = "the number of processes has no bound for root";
	limits[n++] = "memory is bounded late: it is looked at twice a second";
	return n;
}

void sandbox_release(struct sandbox *sandbox)
{
	free(sandbox->program);
	sandbox->program = NULL;
	lent_free(sandbox->lent);
	sandbox->lent = NULL;
	argv_release(&sandbox->secret_files);
	argv_release(&sandbox->secret_dirs);
	walls_around_free(sandbox->around);
	sandbox->around = NULL;
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

static void push_home(const struct sandbox *sandbox, const struct premises *at,
		      const char *temp, struct argv *env)
{
	const struct sandbox_job *job = at->job;
	struct str home = STR_INIT(ENV_BYTES);

	str_adds(&home, "HOME=");
	if (sandbox->kind == SANDBOX_LANDLOCK)
		walls_home(at, &home);
	else if (sandbox->kind == SANDBOX_BWRAP && at->home)
		str_adds(&home, at->home); /* whatever lies there */
	else if (sandbox->kind == SANDBOX_NONE && surroundings_home(&at->outside))
		str_adds(&home, surroundings_home(&at->outside));
	else if (job->home_dir)
		str_adds(&home, job->home_dir);
	else
		str_adds(&home, temp);
	if (!home.failed)
		argv_push(env, home.buf);
	str_release(&home);
}

static void push_env(const struct sandbox *sandbox, const struct premises *at,
		     struct argv *env)
{
	const struct sandbox_job *job = at->job;
	const char *temp = sandbox->kind == SANDBOX_BWRAP ? BWRAP_TMPDIR : job->temp_dir;

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
			push_home(sandbox, at, temp, env);
		else if (!strcmp(var->name, "TMPDIR"))
			argv_pushf(env, "TMPDIR=%s", temp);
		else if (!strcmp(var->name, "PYTHONPYCACHEPREFIX"))
			argv_pushf(env, "PYTHONPYCACHEPREFIX=%s/pycache", temp);
		else
			push_ceiling(env, at->seen);
	}
	proc_env(env, passed_env);
}

struct err *sandbox_enter(struct sandbox_entry *out, const struct sandbox *sandbox,
			  const struct sandbox_job *job)
{
	struct premises at;
	struct err *err;

	*out = (struct sandbox_entry){ .args = ARGV_INIT, .env = ARGV_INIT };
	err = premises_init(&at, sandbox, job);
	if (err)
		goto out;
	out->hold.n_limits = limits_make(out->bounds, job->timeout_ms);
	out->hold.limits = out->bounds;
	out->hold.first_to_go = true;
	out->dir = job->work_dir;
	/* bwrap's namespace ends what is left behind. */
	out->hold.warden = !WARDEN_WORKS ? HOLD_NO_WARDEN :
			   sandbox->kind == SANDBOX_BWRAP ? HOLD_WARDEN_OF_GROUP :
							    HOLD_WARDEN_OF_ALL;
	if (sandbox->kind == SANDBOX_BWRAP) {
		bwrap_args(sandbox, &at, &out->args);
		out->dir = NULL; /* from inside, where links lead nowhere else */
	} else if (sandbox->kind == SANDBOX_LANDLOCK) {
		err = walls_new(&out->walls, sandbox, &at);
		out->hold.confine = walls_confine;
		out->hold.confine_ctx = out->walls;
	}
	argv_push(&out->args, "/bin/sh");
	argv_push(&out->args, "-c");
	argv_push(&out->args, job->command);
	push_env(sandbox, &at, &out->env);
	err = err_first(err, err_first(argv_err(&out->args), argv_err(&out->env)));
out:
	premises_release(&at);
	if (err)
		sandbox_entry_release(out);
	return err;
}

void sandbox_entry_release(struct sandbox_entry *entry)
{
	argv_release(&entry->args);
	argv_release(&entry->env);
	walls_free(entry->walls);
	entry->walls = NULL;
}

void sandbox_entry_spec(const struct sandbox_entry *entry, struct proc_spec *spec)
{
	spec->argv = argv_list(&entry->args);
	spec->env = argv_list(&entry->env);
	spec->dir = entry->dir;
	spec->hold = &entry->hold;
}
