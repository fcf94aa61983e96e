/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/bwrap.h"

#include <inttypes.h>
#include <string.h>

#include "base/path.h"
#include "verify/lent.h"

/* When a row of the table counts, and how often. */
enum when {
	ALWAYS,
	WITH_NETWORK,
	WITH_HOME,      /* there is one to cover */
	WITH_KEPT_HOME, /* and a folder to put there */
	EACH_SECRET_FILE, /* @ is each of the list in turn */
	EACH_SECRET_DIR,
	EACH_READ_DIR,
	EACH_HIDE_DIR,
	EACH_OBJECT_DIR,
	EACH_LAYERED_DIR, /* of what is lent */
	EACH_LENT_DIR,    /* where there are no layers */
	EACH_LENT_FILE,
};

#define ROW_WORDS 4

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
	{ WITH_KEPT_HOME, { "--bind", "@kept", "@home" } },
	{ EACH_READ_DIR, { "--ro-bind", "@", "@" } },
	/* A repository may lie in a folder that is bound above. */
	{ EACH_HIDE_DIR, { "--tmpfs", "@" } },

	{ ALWAYS, { "--bind", "@temp", BWRAP_TMPDIR } },
	/* Where something is lent that is in place of the user's work tree. */
	{ ALWAYS, { "--bind", "@tree", "@seen" } },
	/* Who can write it chooses what the next git command runs. */
	{ ALWAYS, { "--ro-bind-try", "@git", "@seen-git" } },
	{ EACH_OBJECT_DIR, { "--ro-bind", "@", "@seat" } },
	/* What is written there lies in memory, and is gone with the command. */
	{ EACH_LAYERED_DIR, { "--overlay-src", "@", "--tmp-overlay", "@" } },
	{ EACH_LENT_DIR, { "--ro-bind", "@", "@" } },
	{ EACH_LENT_FILE, { "--ro-bind", "@", "@" } },
	{ ALWAYS, { "--remount-ro", "/" } },
	{ ALWAYS, { "--chdir", "@work" } },
};

/* What a row that is repeated is about, each time. */
struct turn {
	const struct argv *list; /* NULL: it is not repeated */
	size_t i;
};

static const char *place(const struct premises *at, const char *word, struct turn turn)
{
	if (word[0] != '@')
		return word;
	if (!word[1])
		return turn.list->v[turn.i];
	if (!strcmp(word, "@seat"))
		return at->object_seats.v[turn.i];
	if (!strcmp(word, "@tree"))
		return at->job->tree_dir;
	if (!strcmp(word, "@seen"))
		return at->seen;
	if (!strcmp(word, "@seen-git"))
		return at->seen_git.buf;
	if (!strcmp(word, "@git"))
		return at->git.buf;
	if (!strcmp(word, "@temp"))
		return at->job->temp_dir;
	if (!strcmp(word, "@work"))
		return at->work.buf;
	if (!strcmp(word, "@kept"))
		return at->job->home_dir;
	if (!strcmp(word, "@home"))
		return at->home;
	return at->resolv ? at->resolv : "/etc/resolv.conf";
}

static void push_size(struct argv *args, uint64_t bytes)
{
	argv_push(args, "--size");
	argv_pushf(args, "%" PRIu64, bytes);
}

static void push_row(struct argv *args, const struct row *row, const struct premises *at,
		     uint64_t tmpfs_bytes, struct turn turn)
{
	if (tmpfs_bytes && !strcmp(row->words[0], "--tmpfs"))
		push_size(args, tmpfs_bytes);
	for (size_t i = 0; i < ROW_WORDS && row->words[i]; i++)
		argv_push(args, place(at, row->words[i], turn));
}

/* What a row is repeated for; NULL when it is not. */
static const struct argv *list_of(const struct sandbox *sandbox, const struct premises *at,
				  enum when when)
{
	static const struct argv none = ARGV_INIT;
	const struct lent *lent = sandbox->lent;

	switch (when) {
	case EACH_SECRET_FILE:
		return &sandbox->secret_files;
	case EACH_SECRET_DIR:
		return &sandbox->secret_dirs;
	case EACH_READ_DIR:
		return &at->read_dirs;
	case EACH_HIDE_DIR:
		return &at->hide_dirs;
	case EACH_OBJECT_DIR:
		return &at->object_dirs;
	case EACH_LAYERED_DIR:
		return lent && sandbox->layers ? &lent->dirs : &none;
	case EACH_LENT_DIR:
		return lent && !sandbox->layers ? &lent->dirs : &none;
	case EACH_LENT_FILE:
		return lent ? &lent->files : &none;
	default:
		return NULL;
	}
}

static bool counts(const struct premises *at, enum when when)
{
	return when == ALWAYS || (when == WITH_NETWORK && at->job->network) ||
	       (when == WITH_HOME && at->home && !at->job->home_dir) ||
	       (when == WITH_KEPT_HOME && at->home && at->job->home_dir);
}

void bwrap_args(const struct sandbox *sandbox, const struct premises *at, struct argv *args)
{
	argv_push(args, sandbox->program);
	for (size_t i = 0; i < ARRAY_SIZE(bwrap_rows); i++) {
		const struct row *row = &bwrap_rows[i];
		struct turn turn = { .list = list_of(sandbox, at, row->when) };

		for (; turn.list && turn.i < turn.list->n; turn.i++)
			push_row(args, row, at, sandbox->tmpfs_bytes, turn);
		if (!turn.list && counts(at, row->when))
			push_row(args, row, at, sandbox->tmpfs_bytes, turn);
	}
	argv_push(args, "--");
}

bool bwrap_shows(const struct premises *at, const char *path)
{
	bool shown = false;

	for (size_t i = 0; i < ARRAY_SIZE(bwrap_rows); i++) {
		const struct row *row = &bwrap_rows[i];
		bool covers = !strcmp(row->words[0], "--tmpfs");
		const char *dest = row->words[covers ? 1 : 2];

		if (row->when == ALWAYS && dest && dest[0] == '/' && path_below(path, dest))
			shown = !covers;
	}
	if (at->home && path_below(path, at->home))
		shown = false;
	for (size_t i = 0; i < at->read_dirs.n && !shown; i++)
		shown = path_below(path, at->read_dirs.v[i]);
	return shown || path_below(path, at->seen);
}
