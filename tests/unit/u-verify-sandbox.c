/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "as-user.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/file.h"
#include "sys/proc.h"
#include "verify/landlock.h"
#include "verify/sandbox.h"

/*
 * A user's world: <top>/repo is a repository with a secret in its git directory,
 * the scratch checkout in there, <top>/home a home with a tool in it.
 */
static struct {
	struct loop *loop;
	struct sandbox box[3]; /* by kind */
	char top[64];
	char tree[256], temp[256], git[256], objects[256], home[256], tools[256];
} w;

static void put(const char *dir, const char *name, const char *text)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	ok(file_write(path, span_of(text), 0644));
}

static void folder(char *out, size_t size, const char *below)
{
	snprintf(out, size, "%s/%s", w.top, below);
	ok(file_mkdirs(out, 0755));
}

/* So that there is something to be bounded. */
static void raise_core_limit(void)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_CORE, &limit), 0);
}

static int setup(void **state)
{
	char path[512];

	(void)state;
	raise_core_limit();
	strcpy(w.top, "/tmp/u-verify-XXXXXX");
	assert_non_null(mkdtemp(w.top));
	folder(w.git, sizeof(w.git), "repo/.git");
	folder(w.objects, sizeof(w.objects), "repo/.git/objects");
	folder(w.tree, sizeof(w.tree), "repo/.git/dualfix/checkout/1/tree");
	folder(w.temp, sizeof(w.temp), "repo/.git/dualfix/tmp");
	folder(w.home, sizeof(w.home), "home");
	folder(w.tools, sizeof(w.tools), "home/tools");
	folder(path, sizeof(path), "repo/.git/dualfix/checkout/1/tree/.git");
	folder(path, sizeof(path), "repo/.git/dualfix/checkout/1/tree/sub");
	put(w.git, "config", "secret of git\n");
	put(w.objects, "pack", "an object\n");
	put(w.tree, "file", "in the tree\n");
	put(w.home, "key", "secret of home\n");
	put(w.tools, "tool", "#!/bin/sh\necho tool ran\n");
	snprintf(path, sizeof(path), "%s/tool", w.tools);
	assert_int_equal(chmod(path, 0755), 0);
	setenv("HOME", w.home, 1);
	setenv("REAL_HOME", w.home, 1);
	setenv("OUTSIDE_KEY", "sk-outside", 1);
	setenv("PASSED", "as named", 1);
	snprintf(path, sizeof(path), "%d", (int)getpid());
	setenv("OUTSIDE", path, 1);
	setenv("GIT_DIR", w.git, 1);
	setenv("PATH", "relative:/usr/local/bin:/usr/bin:/bin::.", 1);
	ok(loop_new(&w.loop));
	for (int i = 0; i < 3; i++) {
		argv_init(&w.box[i].secret_files);
		argv_init(&w.box[i].secret_dirs);
		w.box[i].kind = (enum sandbox_kind)i;
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		sandbox_release(&w.box[i]);
	loop_free(w.loop);
	ok(file_remove_tree(w.top));
	return 0;
}

static void run(enum sandbox_kind kind, const char *command, bool network,
		struct proc_result *result)
{
	const char *const read_dirs[] = { "~/tools", "/nonexistent/dir", NULL };
	const char *const hide_dirs[] = { w.git, NULL };
	const char *const object_dirs[] = { w.objects, NULL };
	const char *const pass_env[] = { "PASSED", "OUTSIDE", "REAL_HOME", NULL };
	struct proc_spec spec = { 0 };
	struct sandbox_entry entry;
	struct sandbox_job job = {
		.command = command,
		.tree_dir = w.tree,
		.work_dir = w.tree,
		.temp_dir = w.temp,
		.read_dirs = read_dirs,
		.hide_dirs = hide_dirs,
		.object_dirs = object_dirs,
		.pass_env = pass_env,
		.network = network,
		.timeout_ms = 20000,
	};

	ok(sandbox_enter(&entry, &w.box[kind], &job));
	sandbox_entry_spec(&entry, &spec);
	spec.timeout_ms = 20000;
	spec.out_max_bytes = 65536;
	spec.merge = true;
	ok(proc_run(w.loop, &spec, result));
	sandbox_entry_release(&entry);
}

/* command in the box prints want and exits with code. */
struct row {
	const char *command;
	int code;
	const char *want; /* all that is printed; NULL: whatever */
};

static const struct row both[] = {
	{ "cat file", 0, "in the tree\n" },
	{ "pwd | sed 's,.*/repo/,,'", 0, ".git/dualfix/checkout/1/tree\n" },
	{ "exit 7", 7, "" },

	/* writes */
	{ "echo x >new && cat new", 0, "x\n" },
	{ "mkdir -p d e && echo x >d/f && mv d/f e/g && ln e/g d/h && cat d/h && rm -r d e", 0,
	  "x\n" },
	{ "echo x >$TMPDIR/new && mv $TMPDIR/new moved && cat moved; rm moved", 0, "x\n" },
	{ "touch x && chmod 755 x && ln -s x y && rm x y && mkfifo p && rm p", 0, "" },
	{ "echo x >/usr/x", 2, NULL },
	{ "echo x >/etc/x", 2, NULL },
	{ "echo x >/x", 2, NULL },
	{ "echo x >../x 2>/dev/null; echo x >../../../../x 2>/dev/null; :", 0, NULL },
	{ "mount -o remount,rw /usr 2>/dev/null || echo no", 0, "no\n" },
	{ ": >/proc/sys/kernel/core_pattern", 2, NULL }, /* opens it; writes nothing */
	{ "chown 12345 file 2>/dev/null || echo no", 0, "no\n" },
	{ "mknod null c 1 3 2>/dev/null || echo no", 0, "no\n" },
	{ "echo x >/dev/null && head -c 3 /dev/zero | wc -c", 0, "3\n" },
	{ "echo x >/dev/full", 1, NULL },

	/* reads */
	{ "cat ~/key", 1, NULL },
	{ "cat \"$REAL_HOME/key\"", 1, NULL },
	{ "ls ~", 0, "tools\n" },
	{ "git -c dualfix.x=y config dualfix.x", 0, "y\n" }, /* asks the home first */
	{ "echo x >~/mine && cat ~/mine && rm ~/mine", 0, "x\n" },
	{ "~/tools/tool", 0, "tool ran\n" },
	{ "echo x >~/tools/x", 2, NULL },
	{ ": >>~/tools/tool", 2, NULL },
	{ "cat ../../../../config", 1, NULL },
	{ "cat ../../../../objects/pack", 0, "an object\n" },
	{ "echo x >../../../../objects/x", 2, NULL },
	{ "cat /etc/shadow 2>/dev/null", 1, "" },
	{ "cat /etc/passwd >/dev/null", 0, "" },
	{ "ls ~root 2>/dev/null | wc -l", 0, "0\n" },

	/* processes, terminal, capabilities */
	{ "grep -h Cap[EP] /proc/self/status | cut -f2 | sort -u", 0, "0000000000000000\n" },
	{ "grep NoNewPrivs /proc/self/status | cut -f2", 0, "1\n" },
	{ "(: </dev/tty) 2>/dev/null || echo no terminal", 0, "no terminal\n" },
	{ "ulimit -c", 0, "0\n" },
	{ "cat /proc/self/oom_score_adj", 0, "1000\n" },

	/* environment */
	{ "env | grep -c sk-outside", 1, "0\n" },
	{ "echo \"$PASSED\"", 0, "as named\n" },
	{ "echo \"$PATH\"", 0, "/usr/local/bin:/usr/bin:/bin\n" },
	{ "echo \"$GIT_DIR$CI\"", 0, "\n" },
	{ "echo \"$LANG $TERM $GCC_EXTRA_DIAGNOSTIC_OUTPUT\"", 0, "C.UTF-8 dumb fixits-v1\n" },
	{ "echo \"$CCC_OVERRIDE_OPTIONS\"", 0, "# +-fdiagnostics-parseable-fixits\n" },
	{ "test \"$GIT_CEILING_DIRECTORIES\" = \"$(dirname \"$PWD\")\"", 0, "" },
	{ "env | cut -d= -f1 | grep -vxE 'PATH|HOME|TMPDIR|GIT_CEILING_DIRECTORIES|SHELL|LANG|"
	  "TERM|GCC_EXTRA_DIAGNOSTIC_OUTPUT|CCC_OVERRIDE_OPTIONS|VERBOSE|"
	  "CTEST_OUTPUT_ON_FAILURE|USER|LOGNAME|PASSED|OUTSIDE|REAL_HOME|PWD|_|SHLVL|OLDPWD|"
	  "PYTHONPYCACHEPREFIX'", 1, "" },

	/* what is left running ends */
	{ "sleep 1000 & echo started", 0, "started\n" },
	{ "setsid sleep 1000 & echo started", 0, "started\n" },

	/* what suites do */
	{ "printf 'int main(void) { return 3; }' >a.c && cc -o a.out a.c; ./a.out; echo $?; "
	  "rm -f a.c a.out", 0, "3\n" },
	/* LeakSanitizer traces its own process, AddressSanitizer takes terabytes to itself. */
	{ "printf 'int main(void) { return 0; }' >a.c; cc -fsanitize=address -o a.out a.c || "
	  "{ echo 0; exit; }; ./a.out; echo $?; rm -f a.c a.out", 0, "0\n" },
	{ "printf 'a b' | { read -r x; echo \"$x\"; } | cat", 0, "a b\n" },
};

static const struct row bwrap_only[] = {
	{ "echo x >$TMPDIR/new && cat /tmp/dualfix/new", 0, "x\n" },
	{ "echo x >.git/hook", 2, NULL },
	{ "mv .git elsewhere", 1, NULL },
	{ "echo x >/tmp/mine", 0, "" },
	{ "ls /run /var/tmp", 0, "/run:\n\n/var/tmp:\n" },
	{ "read -r pid name state parent group session rest </proc/$$/stat; "
	  "test $session -gt 0 -a $session -le $$ && echo own", 0, "own\n" },
	{ "uname -n", 0, "localhost\n" },
	{ "ls -d /proc/[0-9]* | wc -l | awk '{ print ($1 < 10) }'", 0, "1\n" },
	/* Nothing of the kernel's but what anybody may write anyway. */
	{ "find /proc \\( -path '/proc/[0-9]*' -o -path '/proc/*self*' -o -path '/proc/pressure' "
	  "\\) -prune -o -type f -writable -print 2>/dev/null; :", 0, "" },
	{ "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '", 0, "lo\n" },
	{ "tr '\\0' '\\n' </proc/1/environ | grep -c sk-outside", 1, "0\n" },
	{ "test \"$HOME\" = \"$REAL_HOME\"", 0, "" },
};

static const struct row landlock_only[] = {
	{ "echo \"$TMPDIR\" | sed 's,.*/repo/,,'", 0, ".git/dualfix/tmp\n" },
	{ "test \"$HOME\" = \"$TMPDIR/home\"", 0, "" },
	{ "readlink ~/tools | grep -cxF \"$REAL_HOME/tools\"", 0, "1\n" },
	{ "echo x >../x", 2, NULL },
	{ "echo x >../../../../x", 2, NULL },
	{ "ln file ../x 2>/dev/null || echo no", 0, "no\n" },
	{ "mv file ../x 2>/dev/null || echo no", 0, "no\n" },
	{ "ls \"$REAL_HOME\"", 2, NULL },
	{ "ls ~/tools \"$REAL_HOME/tools\" | grep -c tool$", 0, "2\n" },
	{ "echo x >/tmp/mine", 2, NULL },
	{ "echo x >\"$REAL_HOME/mine\"", 2, NULL },
	{ "ls /run", 2, NULL },
	{ "ls /tmp", 2, NULL },
	{ "echo x >/dev/shm/x", 2, NULL },
	{ "grep -w Seccomp: /proc/self/status | cut -f2", 0, "2\n" },
	{ "cat /proc/$PPID/environ", 1, NULL },
	{ "cat /proc/$OUTSIDE/environ", 1, NULL },
	{ "readlink /proc/$OUTSIDE/fd/0", 1, NULL },
	{ "kill -9 $OUTSIDE 2>/dev/null || echo no", 0, "no\n" },
	{ "kill -9 $PPID 2>/dev/null || echo no", 0, "no\n" },
	{ "python3 -c 'import socket; socket.socket()' 2>&1 | tail -n 1", 0,
	  "PermissionError: [Errno 1] Operation not permitted\n" },
};

static void check_row(enum sandbox_kind kind, const struct row *row)
{
	struct proc_result result;
	char path[512];

	proc_result_init(&result);
	run(kind, row->command, false, &result);
	if (result.end != PROC_EXITED || result.exit_code != row->code ||
	    (row->want && strcmp(result.out.buf, row->want)))
		fail_msg("%s: %s: end %d, exit %d, printed '%s'", sandbox_name(kind),
			 row->command, (int)result.end, result.exit_code, result.out.buf);
	proc_result_release(&result);
	snprintf(path, sizeof(path), "%s/../x", w.tree);
	assert_int_equal(access(path, F_OK), -1);
	snprintf(path, sizeof(path), "%s/x", w.git);
	assert_int_equal(access(path, F_OK), -1);
}

static void check_rows(enum sandbox_kind kind, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_row(kind, &rows[i]);
}

static void auto_is_bwrap(void **state)
{
	(void)state;
	ok(sandbox_take(&w.box[SANDBOX_BWRAP], w.loop, "auto", NULL));
	assert_int_equal(w.box[SANDBOX_BWRAP].kind, SANDBOX_BWRAP);
	assert_true(w.box[SANDBOX_BWRAP].program[0] == '/');
}

static void bwrap_holds(void **state)
{
	(void)state;
	check_rows(SANDBOX_BWRAP, both, ARRAY_SIZE(both));
	check_rows(SANDBOX_BWRAP, bwrap_only, ARRAY_SIZE(bwrap_only));
}

static void landlock_holds(void **state)
{
	(void)state;
	if (!landlock_version())
		return; /* not here */
	ok(sandbox_take(&w.box[SANDBOX_LANDLOCK], w.loop, "landlock", NULL));
	assert_int_equal(w.box[SANDBOX_LANDLOCK].kind, SANDBOX_LANDLOCK);
	check_rows(SANDBOX_LANDLOCK, both, ARRAY_SIZE(both));
	check_rows(SANDBOX_LANDLOCK, landlock_only, ARRAY_SIZE(landlock_only));
}

/* Without bwrap "auto" is the other one. */
static void auto_is_landlock(void **state)
{
	char *path = strdup(getenv("PATH"));
	struct sandbox box;

	(void)state;
	if (!landlock_version())
		return; /* not here */
	setenv("PATH", "/nonexistent", 1);
	ok(sandbox_take(&box, w.loop, "auto", NULL));
	setenv("PATH", path, 1);
	free(path);
	assert_int_equal(box.kind, SANDBOX_LANDLOCK);
	sandbox_release(&box);
}

static void limits_are_named(void **state)
{
	static const struct {
		enum sandbox_kind kind;
		int version;
		const char *said, *unsaid;
	} rows[] = {
		{ SANDBOX_BWRAP, 0, "memory", "chmod" },
		{ SANDBOX_LANDLOCK, 7, "chmod", "signals" },
		{ SANDBOX_LANDLOCK, 7, "loopback", "truncate" },
		{ SANDBOX_LANDLOCK, 5, "signals", "truncate" },
		{ SANDBOX_LANDLOCK, 2, "truncate", "whatever you can" },
		{ SANDBOX_NONE, 0, "whatever you can", "loopback" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sandbox box = { .kind = rows[i].kind,
				       .landlock_version = rows[i].version };
		const char *limits[SANDBOX_LIMITS_MAX];
		size_t n = sandbox_limits(&box, limits);
		bool said = false;

		assert_in_range(n, 1, SANDBOX_LIMITS_MAX);
		for (size_t j = 0; j < n; j++) {
			said |= strstr(limits[j], rows[i].said) != NULL;
			assert_null(strstr(limits[j], rows[i].unsaid));
		}
		assert_true(said);
	}
}

static void loopback_is_up(void **state)
{
	static const struct row row = {
		"python3 -c 'import socket\n"
		"s = socket.socket(); s.bind((\"127.0.0.1\", 0)); s.listen()\n"
		"socket.create_connection(s.getsockname()); print(\"up\")'",
		0, "up\n",
	};

	(void)state;
	if (access("/usr/bin/python3", X_OK))
		return; /* not here */
	check_row(SANDBOX_BWRAP, &row);
}

static void network_when_asked(void **state)
{
	struct proc_result boxed_net, ours;

	(void)state;
	proc_result_init(&boxed_net);
	proc_result_init(&ours);
	run(SANDBOX_BWRAP, "readlink /proc/self/ns/net; test -e /etc/resolv.conf", true,
	    &boxed_net);
	run(SANDBOX_NONE, "readlink /proc/self/ns/net; test -e /etc/resolv.conf", true, &ours);
	assert_string_equal(boxed_net.out.buf, ours.out.buf);
	assert_int_equal(boxed_net.exit_code, ours.exit_code);
	proc_result_release(&ours);
	proc_result_release(&boxed_net);
}

static void folders_in_memory_are_bounded(void **state)
{
	static const struct row row = {
		"head -c 3000000 /dev/zero >/tmp/big 2>/dev/null || echo full; "
		"head -c 3000000 /dev/zero >$HOME/big 2>/dev/null || echo full; "
		"head -c 3000000 /dev/zero >$TMPDIR/big && echo on disk", 0,
		"full\nfull\non disk\n",
	};
	uint64_t bytes = w.box[SANDBOX_BWRAP].tmpfs_bytes;

	(void)state;
	assert_true(bytes > 0);
	w.box[SANDBOX_BWRAP].tmpfs_bytes = 1 << 20;
	check_row(SANDBOX_BWRAP, &row);
	w.box[SANDBOX_BWRAP].tmpfs_bytes = bytes;
}

/* Without a box, what can be kept is kept. */
static void none_has_the_environment(void **state)
{
	static const struct row rows[] = {
		{ "cat file", 0, "in the tree\n" },
		{ "env | grep -c sk-outside", 1, "0\n" },
		{ "echo \"$GIT_DIR$CI\"", 0, "\n" },
		{ "cat ~/key", 0, "secret of home\n" },
		{ "ulimit -c", 0, "0\n" },
		{ "setsid sleep 1001 & echo started", 0, "started\n" },
		{ "echo \"$TMPDIR\" | sed 's,.*/repo/,,'", 0, ".git/dualfix/tmp\n" },
		{ "echo \"$PASSED\"", 0, "as named\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(SANDBOX_NONE, &rows[i]);
}

/* Here a limit may be lower already, so the bounds themselves are looked at. */
static void bounds_are_set(void **state)
{
	static const struct {
		int resource;
		uint64_t least, most;
	} want[] = {
		{ RLIMIT_CORE, 0, 0 },
		{ RLIMIT_FSIZE, UINT64_C(1) << 32, UINT64_C(1) << 36 },
		{ RLIMIT_NOFILE, 1024, 1 << 16 },
		{ RLIMIT_NPROC, 1024, 1 << 22 },
		{ RLIMIT_CPU, 10, 10 * 4096 + 60 },
	};
	const struct sandbox_job job = { .command = ":", .tree_dir = w.tree, .work_dir = w.tree,
					 .temp_dir = w.temp, .timeout_ms = 10000 };

	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		struct sandbox_entry entry;

		if (kind == SANDBOX_LANDLOCK && !landlock_version())
			continue;
		ok(sandbox_enter(&entry, &w.box[kind], &job));
		for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
			const struct hold_limit *found = NULL;

			for (size_t j = 0; j < entry.hold.n_limits; j++) {
				if (entry.hold.limits[j].resource == want[i].resource)
					found = &entry.hold.limits[j];
			}
			assert_non_null(found);
			assert_in_range(found->max, want[i].least, want[i].most);
		}
		sandbox_entry_release(&entry);
	}
}

static void git_link_is_refused(void **state)
{
	struct sandbox_job job = { .command = ":", .temp_dir = w.temp };
	struct sandbox_entry entry;
	char tree[512], link[520];

	(void)state;
	folder(tree, sizeof(tree), "evil");
	snprintf(link, sizeof(link), "%s/.git", tree);
	assert_int_equal(symlink(w.home, link), 0);
	job.tree_dir = job.work_dir = tree;
	for (int kind = 0; kind < 3; kind++) {
		struct err *err = sandbox_enter(&entry, &w.box[kind], &job);

		assert_non_null(err);
		err_drop(err);
	}
}

static void settings(void **state)
{
	static const struct {
		const char *setting, *path, *text, *hint;
	} rows[] = {
		{ "", "/usr/bin", "none of auto", "dualfix.sandbox auto" },
		{ "chroot", "/usr/bin", "'chroot'", "dualfix.sandbox" },
		{ "bwrap", "/nonexistent", "no sandbox: bwrap is not installed",
		  "git config dualfix.sandbox none" },
		{ "bwrap", "", "not installed", "bubblewrap" },
	};
	struct sandbox box;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *path = strdup(getenv("PATH"));
		struct err *err;

		setenv("PATH", rows[i].path, 1);
		err = sandbox_take(&box, w.loop, rows[i].setting, NULL);
		setenv("PATH", path, 1);
		free(path);
		assert_non_null(err);
		assert_int_equal(err_kind(err), ERR_CONFIG);
		if (!strstr(err_text(err), rows[i].text) ||
		    !strstr(err_hint_text(err), rows[i].hint))
			fail_msg("%s (%s)", err_text(err), err_hint_text(err));
		err_drop(err);
	}
	ok(sandbox_take(&box, w.loop, "none", NULL));
	assert_string_equal(sandbox_name(box.kind), "none");
	sandbox_release(&box);
}

/* A bwrap that does not do what it is asked for is not taken. */
static void liars_are_found(void **state)
{
	static const struct {
		const char *script, *text;
	} rows[] = {
		{ "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2; exit 1\n",
		  "does not work here: No permissions" },
		{ "#!/bin/sh\nwhile [ \"$1\" != -- ]; do [ \"$1\" = --chdir ] && cd \"$2\"; "
		  "shift; done; shift; export TMPDIR=..; exec \"$@\"\n", "does not hold here: " },
		{ "#!/bin/sh\nexit 0\n", NULL }, /* says nothing and runs nothing */
		{ "#!/bin/sh\nkill -9 $$\n", "killed by signal 9" },
		/* asked again without that option */
		{ "#!/bin/sh\ncase \"$*\" in *--size*) echo 'bwrap: Unknown option --size';; "
		  "*) echo 'bwrap: asked again';; esac; exit 1\n", "does not work here: asked again" },
	};
	char *path = strdup(getenv("PATH"));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char dir[512], program[520], paths[600];
		struct sandbox box;
		struct err *err;

		folder(dir, sizeof(dir), "liar");
		snprintf(program, sizeof(program), "%s/bwrap", dir);
		ok(file_write(program, span_of(rows[i].script), 0755));
		snprintf(paths, sizeof(paths), "%s:%s", dir, path);
		setenv("PATH", paths, 1);
		err = sandbox_take(&box, w.loop, "bwrap", NULL);
		setenv("PATH", path, 1);
		assert_non_null(err);
		assert_int_equal(err_kind(err), ERR_CONFIG);
		if (rows[i].text && !strstr(err_text(err), rows[i].text))
			fail_msg("%zu: %s", i, err_text(err));
		assert_non_null(strstr(err_hint_text(err), "dualfix.sandbox none"));
		err_drop(err);
	}
	free(path);
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(auto_is_bwrap),
		cmocka_unit_test(bwrap_holds),
		cmocka_unit_test(landlock_holds),
		cmocka_unit_test(folders_in_memory_are_bounded),
		cmocka_unit_test(auto_is_landlock),
		cmocka_unit_test(limits_are_named),
		cmocka_unit_test(loopback_is_up),
		cmocka_unit_test(network_when_asked),
		cmocka_unit_test(none_has_the_environment),
		cmocka_unit_test(bounds_are_set),
		cmocka_unit_test(git_link_is_refused),
		cmocka_unit_test(settings),
		cmocka_unit_test(liars_are_found),
		cmocka_unit_test(ordinary_user),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

int main(void)
{
	run_as_user(run_all);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return run_all();
}
