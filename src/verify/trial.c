/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "sys/file.h"
#include "sys/proc.h"
#include "sys/spawn.h"
#include "verify/landlock.h"
#include "verify/lent.h"
#include "verify/memory.h"
#include "verify/surroundings.h"
#include "verify/walls.h"

#define PATH_BYTES 4096
#define TRIAL_TIMEOUT_MS 20000
#define TRIAL_OUT_BYTES 4096
#define SCRIPT_BYTES 32768

/* Each folder in memory may take this part of what a check may hold. */
#define TMPFS_PART 4

/* Deeper folders of /etc hold no secrets that a package puts there. */
#define SECRETS_DEPTH 4
#define SECRETS_MAX 512

/*
 * Says the first promise that does not hold, in words that "in it" completes. Only
 * what sh has built in, so that it costs few processes.
 */
static const char common_script[] =
	"no() { echo \"$1\"; exit 1; }\n"
	": >here || no 'the checkout cannot be written'\n"
	": >\"$TMPDIR/there\" || no 'TMPDIR cannot be written'\n"
	"for file in /usr/x /etc/x /proc/sys/kernel/core_pattern; do\n"
	"	(: >$file) 2>/dev/null && no \"$file can be written\"\n"
	"done\n"
	"(read -r x <../canary) 2>/dev/null && no 'files outside can be read'\n"
	"for x in \"$HOME\"/* \"$HOME\"/.[!.]*; do\n"
	"	[ \"$HOME\" = \"$TMPDIR\" ] || [ ! -e \"$x\" ] || no 'home can be read'\n"
	"done\n"
	"(: </dev/tty) 2>/dev/null && no 'there is a terminal'\n"
	"while read -r name value; do\n"
	"	case $name in\n"
	"	CapEff:) test $value = 0000000000000000 || no 'there are capabilities';;\n"
	"	NoNewPrivs:) test $value = 1 || no 'new privileges can be had';;\n"
	"	esac\n"
	"	case $BOX$name in landlockSeccomp:)\n"
	"		test $value = 2 || no 'there is no filter';; esac\n"
	"done </proc/self/status\n";

static const char bwrap_script[] =
	"(: >.git/x) 2>/dev/null && no '.git/x can be written'\n"
	"[ -e ../canary ] && no 'files outside can be seen'\n"
	"while read -r name rest; do\n"
	"	case $name in lo:*|Inter*|face*) ;; *) no 'there is a network';; esac\n"
	"done </proc/net/dev\n"
	"[ $$ -lt 10 ] || no 'processes outside can be seen'\n"
	"echo holds\n";

/* That sockets are refused, the box finds out itself each time (walls.c). */
static const char landlock_script[] =
	"(: >../x) 2>/dev/null && no 'files outside can be written'\n"
	"for x in \"$REAL_HOME\"/* \"$REAL_HOME\"/.[!.]*; do\n"
	"	[ ! -e \"$x\" ] || no 'home can be read'\n"
	"done\n"
	"(read -r x </proc/$OUTSIDE/environ) 2>/dev/null && no 'processes can be read'\n"
	"(: >/dev/shm/dualfix-trial) 2>/dev/null && no 'shared memory can be written'\n"
	"( read -r pid x </proc/self/stat; echo $pid >\"$TMPDIR/stray\"; kill -STOP $pid ) &\n"
	"while [ ! -s \"$TMPDIR/stray\" ]; do :; done\n"
	"echo holds\n";

struct installer {
	const char *program;
	const char *line;
};

static const struct installer installers[] = {
	{ "/usr/bin/apt-get", "apt-get install bubblewrap" },
	{ "/usr/bin/dnf", "dnf install bubblewrap" },
	{ "/usr/bin/pacman", "pacman -S bubblewrap" },
	{ "/sbin/apk", "apk add bubblewrap" },
	{ "/usr/bin/zypper", "zypper install bubblewrap" },
};

/* Settings of the kernel that forbid ordinary users what bwrap needs. */
struct knob {
	const char *file;
	char bad; /* the first byte when it forbids */
	const char *line;
};

static const struct knob knobs[] = {
	{ "/proc/sys/kernel/unprivileged_userns_clone", '0',
	  "sysctl kernel.unprivileged_userns_clone=1" },
	{ "/proc/sys/user/max_user_namespaces", '0',
	  "sysctl user.max_user_namespaces=10000" },
	{ "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", '1',
	  "sysctl kernel.apparmor_restrict_unprivileged_userns=0" },
};

#define OR_NONE "to run checks unprotected: git config dualfix.sandbox none"
#define OR_NOT_LENT "to check without it: git config --unset-all dualfix.overlay"

static struct err *no_box(const char *fmt, ...) PRINTF_LIKE(1, 2) MUST_USE;

static struct err *no_box(const char *fmt, ...)
{
	struct str text = STR_INIT(PATH_BYTES);
	struct err *err;
	va_list ap;

	va_start(ap, fmt);
	str_vaddf(&text, fmt, ap);
	va_end(ap);
	err = err_new(ERR_CONFIG, "%s", text.buf);
	str_release(&text);
	return err;
}

static struct err *hint_install(struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(installers); i++) {
		if (!access(installers[i].program, X_OK))
			return err_hint(err, "%s", installers[i].line);
	}
	return err_hint(err, "install bubblewrap");
}

static struct err *hint_knob(struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(knobs); i++) {
		int fd = open(knobs[i].file, O_RDONLY | O_CLOEXEC);
		char c = 0;
		bool bad = fd >= 0 && read(fd, &c, 1) == 1 && c == knobs[i].bad;

		if (fd >= 0)
			close(fd);
		if (bad)
			return err_hint(err, "%s", knobs[i].line);
	}
	return err;
}

static struct err *find_bwrap(char **out, const struct surroundings *outside)
{
	struct err *err;
	int errnum;

	err = spawn_find(out, &errnum, "bwrap", argv_list(&outside->env));
	if (!err && !*out)
		err = hint_install(no_box("bwrap is not installed"));
	return err;
}

/*
 * In the box root keeps its user id, and with it what root's files let it read.
 * What others may not read stays unreadable.
 */
static void collect_secrets(struct sandbox *box, struct str *path, int depth)
{
	DIR *dir = opendir(path->buf);
	size_t len = path->len;
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)) != NULL) {
		struct stat st;

		if (box->secret_files.n + box->secret_dirs.n >= SECRETS_MAX)
			break;
		/* half of /etc is links, and a link keeps no secret */
		if (entry->d_type == DT_LNK || !strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, ".."))
			continue;
		if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		str_truncate(path, len);
		str_addf(path, "/%s", entry->d_name);
		if (path->failed)
			break;
		if (S_ISREG(st.st_mode) && !(st.st_mode & S_IROTH))
			argv_push(&box->secret_files, path->buf);
		else if (S_ISDIR(st.st_mode) && !(st.st_mode & S_IROTH))
			argv_push(&box->secret_dirs, path->buf);
		else if (S_ISDIR(st.st_mode) && depth > 1)
			collect_secrets(box, path, depth - 1);
	}
	str_truncate(path, len);
	closedir(dir);
}

static struct err *find_secrets(struct sandbox *box)
{
	struct str path = STR_INIT(PATH_BYTES);
	struct err *err;

	if (geteuid() != 0)
		return NULL;
	str_adds(&path, "/etc");
	collect_secrets(box, &path, SECRETS_DEPTH);
	err = str_err(&path, "/etc");
	if (!err)
		err = argv_err(&box->secret_files);
	if (!err)
		err = argv_err(&box->secret_dirs);
	if (!err && box->secret_files.n + box->secret_dirs.n >= SECRETS_MAX)
		err = err_hint(no_box("more than %d secret files in /etc", SECRETS_MAX),
			       "run as an ordinary user");
	str_release(&path);
	return err;
}

/* dir gets what the script looks for: tree/.git/, tmp/ and canary. */
static struct err *lay_out(const char *dir, struct str *tree, struct str *temp)
{
	struct str path = STR_INIT(PATH_BYTES);
	struct err *err;

	str_addf(tree, "%s/tree", dir);
	str_addf(temp, "%s/tmp", dir);
	err = err_first(str_err(tree, dir), str_err(temp, dir));
	if (err)
		goto out;
	str_addf(&path, "%s/.git", tree->buf);
	err = str_err(&path, dir);
	if (!err)
		err = file_mkdirs(path.buf, 0700);
	if (!err)
		err = file_mkdirs(temp->buf, 0700);
	if (err)
		goto out;
	str_reset(&path);
	str_addf(&path, "%s/canary", dir);
	err = str_err(&path, dir);
	if (!err)
		err = file_write(path.buf, SPAN("outside\n"), 0600);
out:
	str_release(&path);
	return err;
}

static struct err *judge(const char *name, const struct proc_result *result)
{
	struct span rest = str_span(&result->out), line = { 0 };
	struct str how = STR_INIT(TRIAL_OUT_BYTES);
	struct err *err;

	if (result->end == PROC_EXITED && result->exit_code == 0 &&
	    span_eqs(rest, "holds\n"))
		return NULL;
	if (result->end == PROC_NOT_STARTED)
		return hint_knob(no_box("%s does not work here: %s", name,
					strerror(result->exec_errno)));
	while (span_line(&rest, &line) && !span_trim(line).len)
		;
	if (result->end == PROC_EXITED && span_starts(line, "bwrap: ")) {
		err = hint_knob(no_box("bwrap does not work here: %.*s",
				       (int)line.len - 7, line.ptr + 7));
	} else if (result->end == PROC_EXITED && line.len) {
		err = hint_knob(no_box("%s does not hold here: %.*s in it", name,
				       (int)line.len, line.ptr));
	} else {
		proc_result_say(result, &how);
		err = hint_knob(no_box("the trial run of %s %s", name, how.buf));
	}
	str_release(&how);
	return err;
}

static void write_script(enum sandbox_kind kind, const char *home, struct str *out)
{
	bool bwrap = kind == SANDBOX_BWRAP;

	str_addf(out, "BOX=%s OUTSIDE=%d REAL_HOME=", sandbox_name(kind), (int)getpid());
	str_add_quoted(out, home ? home : "/nonexistent");
	str_addc(out, '\n');
	str_adds(out, common_script);
	str_adds(out, bwrap ? bwrap_script : landlock_script);
}

/* The process that landlock_script left behind. */
static struct err *find_stray(const char *temp_dir)
{
	struct str path = STR_INIT(PATH_BYTES), text = STR_INIT(TRIAL_OUT_BYTES);
	struct err *err;
	size_t pid = 0;

	str_addf(&path, "%s/stray", temp_dir);
	err = str_err(&path, temp_dir);
	if (!err)
		err = file_read(path.buf, &text);
	if (!err && (!span_number(span_trim(str_span(&text)), INT32_MAX, &pid) || pid < 2))
		err = no_box("landlock does not hold here: processes have no number in it");
	if (!err && (!kill((pid_t)pid, 0) || errno != ESRCH))
		err = no_box("landlock does not hold here: processes outlive their command in it");
	str_release(&text);
	str_release(&path);
	return err;
}

static struct err *run_script(const struct sandbox *box, struct loop *loop,
			      const struct sandbox_job *job)
{
	struct proc_spec spec = { 0 };
	struct sandbox_entry entry;
	struct proc_result result;
	struct err *err;

	err = sandbox_enter(&entry, box, job);
	if (err)
		return err;
	sandbox_entry_spec(&entry, &spec);
	spec.timeout_ms = job->timeout_ms;
	spec.out_max_bytes = TRIAL_OUT_BYTES;
	spec.merge = true;
	spec.overflow = PROC_OVERFLOW_CUTS;
	err = proc_run(loop, &spec, &result);
	if (!err)
		err = judge(sandbox_name(box->kind), &result);
	proc_result_release(&result);
	sandbox_entry_release(&entry);
	return err;
}

static struct err *trial(const struct sandbox *box, struct loop *loop,
			 const struct surroundings *outside)
{
	struct str dir = STR_INIT(PATH_BYTES), tree = STR_INIT(PATH_BYTES);
	struct str temp = STR_INIT(PATH_BYTES), script = STR_INIT(SCRIPT_BYTES);
	struct sandbox_job job = { .timeout_ms = TRIAL_TIMEOUT_MS };
	struct err *err;

	if (box->lent)
		str_adds(&script, "echo holds\n");
	else
		write_script(box->kind, surroundings_home(outside), &script);
	err = str_err(&script, "script");
	if (!err)
		err = file_temp_dir(surroundings_temp(outside), "dualfix-trial-", &dir);
	if (!err)
		err = lay_out(dir.buf, &tree, &temp);
	if (!err && box->lent)
		err = lent_make_places(box->lent, tree.buf);
	if (err)
		goto out;
	job.command = script.buf;
	job.tree_dir = job.work_dir = tree.buf;
	job.temp_dir = temp.buf;
	err = run_script(box, loop, &job);
	if (!err && box->kind == SANDBOX_LANDLOCK)
		err = find_stray(temp.buf);
out:
	if (dir.len)
		err = err_first(err, file_remove_tree(dir.buf));
	str_release(&script);
	str_release(&temp);
	str_release(&tree);
	str_release(&dir);
	return err;
}

static struct err *find_landlock(int *version)
{
	*version = landlock_version();
	if (*version >= LANDLOCK_MOVES)
		return NULL;
	return err_hint(no_box(*version ? "Landlock is too old here" :
					  "there is no Landlock here"),
			"Linux 5.19 or newer, started with landlock among lsm=");
}

static struct err *take(struct sandbox *out, struct loop *loop,
			const struct surroundings *outside, enum sandbox_kind kind)
{
	struct err *err;

	*out = (struct sandbox){ .kind = kind };
	argv_init(&out->secret_files);
	argv_init(&out->secret_dirs);
	if (kind == SANDBOX_NONE)
		return NULL;
	err = kind == SANDBOX_BWRAP ? find_bwrap(&out->program, outside) :
				      find_landlock(&out->landlock_version);
	if (!err)
		err = find_secrets(out);
	if (!err && kind == SANDBOX_LANDLOCK)
		err = walls_around(&out->around, out);
	out->tmpfs_bytes = memory_max_bytes() / TMPFS_PART;
	if (!err)
		err = trial(out, loop, outside);
	/* bwrap before 0.7 */
	if (err && strstr(err_text(err), "Unknown option --size")) {
		err_drop(err);
		out->tmpfs_bytes = 0;
		err = trial(out, loop, outside);
	}
	if (err)
		sandbox_release(out);
	return err;
}

/* With what else can be done, after the hint that it has. */
static struct err *or_else(struct err *err, const char *other)
{
	struct err *full;

	if (!err || err_kind(err) != ERR_CONFIG)
		return err;
	full = err_new(ERR_CONFIG, "%s", err_text(err));
	if (err_hint_text(err))
		full = err_hint(full, "%s; or, %s", err_hint_text(err), other);
	else
		full = err_hint(full, "%s", other);
	err_drop(err);
	return full;
}

/*
 * Under layers if it can be: whether bubblewrap, the kernel and the file system below
 * agree to them, only a trial tells.
 */
static struct err *take_lent(struct sandbox *box, struct loop *loop,
			     const struct surroundings *outside, struct lent *lent)
{
	struct err *err;

	box->lent = lent;
	box->layers = true;
	err = trial(box, loop, outside);
	if (err && err_kind(err) == ERR_CONFIG) {
		err_drop(err);
		box->layers = false;
		err = trial(box, loop, outside);
	}
	if (err)
		sandbox_release(box);
	return or_else(err, OR_NOT_LENT);
}

/* What is better than the other is tried first, and its hint is the one to give. */
static struct err *take_any(struct sandbox *out, struct loop *loop,
			    const struct surroundings *outside)
{
	struct err *first = take(out, loop, outside, SANDBOX_BWRAP), *second, *err;

	if (!first || err_kind(first) != ERR_CONFIG)
		return first;
	second = take(out, loop, outside, SANDBOX_LANDLOCK);
	if (!second || err_kind(second) != ERR_CONFIG) {
		err_drop(first);
		return second;
	}
	err = err_new(ERR_CONFIG, "%s; %s", err_text(first), err_text(second));
	if (err_hint_text(first))
		err = err_hint(err, "%s", err_hint_text(first));
	err_drop(first);
	err_drop(second);
	return err;
}

static struct err *take_as_set(struct sandbox *out, struct loop *loop,
			       const struct surroundings *outside, const char *setting,
			       struct lent *lent)
{
	static const enum sandbox_kind kinds[] = {
		SANDBOX_BWRAP, SANDBOX_LANDLOCK, SANDBOX_NONE,
	};
	size_t i = 0;

	while (i < ARRAY_SIZE(kinds) && strcmp(setting, sandbox_name(kinds[i])))
		i++;
	if (i == ARRAY_SIZE(kinds) && strcmp(setting, "auto"))
		return err_hint(err_new(ERR_CONFIG, "dualfix.sandbox '%s': this is none of "
					"auto, bwrap, landlock, none", setting),
				"git config dualfix.sandbox auto");
	if (lent && i < ARRAY_SIZE(kinds) && kinds[i] != SANDBOX_BWRAP)
		return err_hint(err_new(ERR_CONFIG, "dualfix.overlay needs bubblewrap, and "
					"dualfix.sandbox is '%s'", setting),
				"git config dualfix.sandbox bwrap; or, " OR_NOT_LENT);
	if (lent)
		return or_else(err_wrap(take(out, loop, outside, SANDBOX_BWRAP),
					"dualfix.overlay needs bubblewrap"), OR_NOT_LENT);
	return or_else(i < ARRAY_SIZE(kinds) ? take(out, loop, outside, kinds[i]) :
					       take_any(out, loop, outside),
		       OR_NONE);
}

struct err *sandbox_take(struct sandbox *out, struct loop *loop, const char *setting,
			 struct lent *lent)
{
	struct surroundings outside;
	struct err *err;

	*out = (struct sandbox){ .kind = SANDBOX_BWRAP };
	err = surroundings_take(&outside);
	if (err) {
		lent_free(lent);
		return err;
	}
	err = take_as_set(out, loop, &outside, setting ? setting : "auto", lent);
	if (err)
		lent_free(lent);
	else if (lent)
		err = take_lent(out, loop, &outside, lent);
	surroundings_release(&outside);
	return err_wrap(err, "no sandbox");
}
