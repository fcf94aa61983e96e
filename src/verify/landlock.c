/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/landlock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/path.h"
#include "base/str.h"

#define PATH_BYTES 4096

/* Around what is hidden; a folder as large as that is a spool, not a system's. */
#define RULES_MAX 20000

#ifdef __linux__

/*
 * From include/uapi/linux/landlock.h (Linux 6.12) and, for the numbers of the
 * calls, include/uapi/asm-generic/unistd.h, which all processors share above
 * 423. Written down here, since headers are older than kernels.
 */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#define CREATE_RULESET_VERSION 1U
#define RULE_PATH_BENEATH 1

#define FS_EXECUTE (UINT64_C(1) << 0)
#define FS_WRITE_FILE (UINT64_C(1) << 1)
#define FS_READ_FILE (UINT64_C(1) << 2)
#define FS_READ_DIR (UINT64_C(1) << 3)
#define FS_REMOVE_DIR (UINT64_C(1) << 4)
#define FS_REMOVE_FILE (UINT64_C(1) << 5)
#define FS_MAKE_CHAR (UINT64_C(1) << 6)
#define FS_MAKE_DIR (UINT64_C(1) << 7)
#define FS_MAKE_REG (UINT64_C(1) << 8)
#define FS_MAKE_SOCK (UINT64_C(1) << 9)
#define FS_MAKE_FIFO (UINT64_C(1) << 10)
#define FS_MAKE_BLOCK (UINT64_C(1) << 11)
#define FS_MAKE_SYM (UINT64_C(1) << 12)
#define FS_REFER (UINT64_C(1) << 13)
#define FS_TRUNCATE (UINT64_C(1) << 14)
#define FS_IOCTL_DEV (UINT64_C(1) << 15)

#define NET_BIND_TCP (UINT64_C(1) << 0)
#define NET_CONNECT_TCP (UINT64_C(1) << 1)

#define SCOPE_ABSTRACT_UNIX_SOCKET (UINT64_C(1) << 0)
#define SCOPE_SIGNAL (UINT64_C(1) << 1)

/* An older kernel takes the longer struct while what it does not know is zero. */
struct ruleset_attr {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
	uint64_t scoped;
};

struct path_beneath_attr {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

/* All rights up to the last of version 1, by their order. */
#define FS_VERSION_1 (FS_REFER - 1)

/* The rights that a file can have; a rule on a file with others is refused. */
#define FS_OF_FILES \
	(FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)

static const uint64_t reaches[] = {
	[REACH_READ] = FS_EXECUTE | FS_READ_FILE | FS_READ_DIR,
	[REACH_WRITE] = FS_EXECUTE | FS_READ_FILE | FS_READ_DIR | FS_WRITE_FILE |
			FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG |
			FS_MAKE_FIFO | FS_MAKE_SYM | FS_REFER | FS_TRUNCATE,
	[REACH_DEVICE] = FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE | FS_IOCTL_DEV,
	[REACH_ALL] = UINT64_MAX,
};

static uint64_t rights_of(int version)
{
	uint64_t rights = FS_VERSION_1;

	if (version >= LANDLOCK_MOVES)
		rights |= FS_REFER;
	if (version >= LANDLOCK_TRUNCATE)
		rights |= FS_TRUNCATE;
	if (version >= LANDLOCK_IOCTL)
		rights |= FS_IOCTL_DEV;
	return rights;
}

int landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);

	return version < 0 ? 0 : (int)version;
}

struct err *landlock_init(struct landlock *out, int version, bool network)
{
	struct ruleset_attr attr = { .handled_access_fs = rights_of(version) };
	long fd;

	*out = (struct landlock){ .fd = -1, .version = version };
	if (version >= LANDLOCK_TCP && !network)
		attr.handled_access_net = NET_BIND_TCP | NET_CONNECT_TCP;
	if (version >= LANDLOCK_SCOPES)
		attr.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
	fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (fd < 0)
		return err_errno(ERR_FATAL, errno, "Landlock");
	out->fd = (int)fd;
	return NULL;
}

static struct err *add_rule(struct landlock *landlock, const char *path, uint64_t rights)
{
	struct path_beneath_attr rule = { .allowed_access = rights };
	struct err *err = NULL;
	struct stat st;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	if (rule.parent_fd < 0 || fstat(rule.parent_fd, &st))
		goto out; /* what we cannot reach, what we start cannot either */
	if (S_ISLNK(st.st_mode))
		goto out;
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= FS_OF_FILES;
	rule.allowed_access &= rights_of(landlock->version);
	if (!rule.allowed_access)
		goto out;
	if (++landlock->n_rules > RULES_MAX)
		err = err_new(ERR_CONFIG, "'%s': more than %d files beside what is hidden",
			      path, RULES_MAX);
	else if (syscall(SYS_landlock_add_rule, landlock->fd, RULE_PATH_BENEATH, &rule, 0))
		err = err_errno(ERR_FATAL, errno, "Landlock: '%s'", path);
out:
	if (rule.parent_fd >= 0)
		close(rule.parent_fd);
	return err;
}

int landlock_enforce(const struct landlock *landlock)
{
	return syscall(SYS_landlock_restrict_self, landlock->fd, 0) ? errno : 0;
}

#else

int landlock_version(void)
{
	return 0;
}

struct err *landlock_init(struct landlock *out, int version, bool network)
{
	(void)network;
	*out = (struct landlock){ .fd = -1, .version = version };
	return err_errno(ERR_FATAL, ENOSYS, "Landlock");
}

static struct err *add_rule(struct landlock *landlock, const char *path, uint64_t rights)
{
	(void)rights;
	(void)landlock;
	return err_errno(ERR_FATAL, ENOSYS, "'%s'", path);
}

int landlock_enforce(const struct landlock *landlock)
{
	(void)landlock;
	return ENOSYS;
}

static const uint64_t reaches[REACH_ALL + 1];

#endif

void landlock_release(struct landlock *landlock)
{
	if (landlock->version && landlock->fd >= 0)
		close(landlock->fd);
	landlock->fd = -1;
}

static struct err *allow(struct landlock *landlock, struct str *path, enum reach reach,
			 const struct argv *except);

static struct err *allow_entries(struct landlock *landlock, struct str *path,
				 enum reach reach, const struct argv *except)
{
	DIR *dir = opendir(path->buf);
	size_t len = path->len;
	struct err *err = NULL;
	struct dirent *entry;

	if (!dir)
		return NULL;
	while (!err && (entry = readdir(dir)) != NULL) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		str_truncate(path, len);
		str_addf(path, "%s%s", len > 1 ? "/" : "", entry->d_name);
		err = str_err(path, "path");
		if (!err)
			err = allow(landlock, path, reach, except);
	}
	str_truncate(path, len);
	closedir(dir);
	return err;
}

static struct err *allow(struct landlock *landlock, struct str *path, enum reach reach,
			 const struct argv *except)
{
	bool split = false;

	for (size_t i = 0; except && i < except->n; i++) {
		if (path_below(path->buf, except->v[i]))
			return NULL;
		split |= path_below(except->v[i], path->buf) != NULL;
	}
	/* Not even its names, which would be all names below. */
	if (split)
		return allow_entries(landlock, path, reach, except);
	return add_rule(landlock, path->buf, reaches[reach]);
}

struct err *landlock_allow(struct landlock *landlock, const char *path, enum reach reach,
			   const struct argv *except)
{
	struct str at = STR_INIT(PATH_BYTES);
	char *real = realpath(path, NULL);
	struct err *err;

	if (!real)
		return errno == ENOMEM ? err_nomem() : NULL;
	str_adds(&at, real);
	err = str_err(&at, path);
	if (!err)
		err = allow(landlock, &at, reach, except);
	str_release(&at);
	free(real);
	return err;
}
