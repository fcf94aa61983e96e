/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/migrate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "repo/backend.h"

#define COPY_BYTES ((size_t)64 << 10)

/* From this many on, the file system is synced once instead of each file. */
#define SYNC_EACH_MAX 16

/* A loose object, "xx/yyyy...", and when it may appear: what it names first. */
struct loose {
	char name[sizeof(struct oid) + 1];
	int rank;
};

struct migration {
	struct repo *repo;
	int from_fd, to_fd; /* the object folders */
	struct stat to;
	struct loose *v;
	size_t n, cap;
};

static struct err *cannot_move(const char *name)
{
	return err_errno(ERR_FATAL, errno, "cannot move object '%s'", name);
}

static struct err *add_loose(struct migration *m, const char *folder, const char *file)
{
	struct oid oid;
	struct loose *l;
	enum object_type type;
	struct err *err;
	struct id id;

	/* What an interrupted write left is none of an object's name. */
	snprintf(oid.hex, sizeof(oid.hex), "%.2s%.62s", folder, file);
	if (strlen(file) > sizeof(oid.hex) ||
	    !id_parse(&id, span_of(oid.hex), m->repo->id_bytes))
		return NULL;
	if (m->n == m->cap) {
		size_t cap = m->cap ? 2 * m->cap : 64;
		struct loose *v = realloc(m->v, cap * sizeof(*v));

		if (!v)
			return err_nomem();
		m->v = v;
		m->cap = cap;
	}
	err = backend_exists(m->repo, &id, &type);
	if (err)
		return err;
	if (type == OBJECT_NONE)
		return backend_missing(m->repo, &id);
	l = &m->v[m->n++];
	snprintf(l->name, sizeof(l->name), "%.2s/%.62s", folder, file);
	l->rank = type == OBJECT_BLOB ? 0 : type == OBJECT_TREE ? 1 : 2;
	return NULL;
}

static DIR *open_folder(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !dir)
		close(fd);
	return dir;
}

static struct err *list_folder(struct migration *m, const char *folder)
{
	DIR *dir = open_folder(m->from_fd, folder);
	struct dirent *entry;
	struct err *err = NULL;

	if (!dir)
		return cannot_move(folder);
	while (!err && (entry = readdir(dir)))
		err = add_loose(m, folder, entry->d_name);
	closedir(dir);
	return err;
}

static int by_rank(const void *pa, const void *pb)
{
	const struct loose *a = pa, *b = pb;

	return a->rank != b->rank ? a->rank - b->rank : strcmp(a->name, b->name);
}

static struct err *list_loose(struct migration *m)
{
	DIR *dir = open_folder(m->from_fd, ".");
	struct dirent *entry;
	struct err *err = NULL;

	if (!dir)
		return cannot_move(m->repo->quarantine);
	while (!err && (entry = readdir(dir))) {
		if (strlen(entry->d_name) == 2 && strcmp(entry->d_name, ".."))
			err = list_folder(m, entry->d_name);
	}
	closedir(dir);
	if (!err && m->n)
		qsort(m->v, m->n, sizeof(*m->v), by_rank);
	return err;
}

static struct err *sync_one(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	struct err *err = NULL;

	/* Some file systems cannot sync a folder, and say EINVAL. */
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
		err = cannot_move(name);
	if (fd >= 0)
		close(fd);
	return err;
}

static struct err *sync_files(struct migration *m)
{
	struct err *err = NULL;

	if (m->n > SYNC_EACH_MAX)
		return syncfs(m->from_fd) < 0 ? cannot_move(m->repo->quarantine) : NULL;
	for (size_t i = 0; i < m->n && !err; i++)
		err = sync_one(m->from_fd, m->v[i].name);
	return err;
}

static struct err *sync_folders(struct migration *m)
{
	struct err *err = NULL;

	if (m->n > SYNC_EACH_MAX)
		return syncfs(m->to_fd) < 0 ? cannot_move(m->repo->objects_dir) : NULL;
	for (size_t i = 0; i < m->n && !err; i++) {
		char folder[3] = { m->v[i].name[0], m->v[i].name[1] };

		err = sync_one(m->to_fd, folder);
	}
	return err ? err : sync_one(m->to_fd, ".");
}

static struct err *make_folder(struct migration *m, const char *name)
{
	char folder[3] = { name[0], name[1] };

	if (!mkdirat(m->to_fd, folder, 0777)) {
		/* As shared as the folder above it (core.sharedRepository). */
		if (fchmodat(m->to_fd, folder, m->to.st_mode & 07777, 0) < 0)
			return cannot_move(name);
		return NULL;
	}
	return errno == EEXIST ? NULL : cannot_move(name);
}

static struct err *copy_bytes(int from, int to, const char *name)
{
	char buf[COPY_BYTES];

	for (;;) {
		ssize_t n = read(from, buf, sizeof(buf)), done = 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return cannot_move(name);
		if (!n)
			break;
		while (done < n) {
			ssize_t w = write(to, buf + done, (size_t)(n - done));

			if (w < 0 && errno != EINTR)
				return cannot_move(name);
			done += w < 0 ? 0 : w;
		}
	}
	return fchmod(to, 0444) < 0 || fsync(to) < 0 ? cannot_move(name) : NULL;
}

/* For an object folder on another file system. */
static struct err *copy_one(struct migration *m, const char *name)
{
	char temp[64];
	struct err *err;
	int from, to;

	/* A name that git's own gc clears away, should we die here. */
	snprintf(temp, sizeof(temp), "%.3stmp_obj_%ld", name, (long)getpid());
	from = openat(m->from_fd, name, O_RDONLY | O_CLOEXEC);
	if (from < 0)
		return cannot_move(name);
	unlinkat(m->to_fd, temp, 0);
	to = openat(m->to_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	err = to < 0 ? cannot_move(name) : copy_bytes(from, to, name);
	close(from);
	if (to >= 0 && close(to) < 0 && !err)
		err = cannot_move(name);
	if (!err && renameat(m->to_fd, temp, m->to_fd, name) < 0)
		err = cannot_move(name);
	if (err && to >= 0)
		unlinkat(m->to_fd, temp, 0);
	return err;
}

static struct err *move_one(struct migration *m, const char *name)
{
	struct err *err = make_folder(m, name);

	if (err)
		return err;
	/* One that is there already has the same bytes: its name is their sum. */
	if (!linkat(m->from_fd, name, m->to_fd, name, 0) || errno == EEXIST)
		return NULL;
	if (errno == EXDEV || errno == EPERM || errno == EMLINK || errno == EOPNOTSUPP)
		return copy_one(m, name);
	return cannot_move(name);
}

struct err *migrate_objects(struct repo *repo)
{
	struct migration m = { .repo = repo, .from_fd = -1, .to_fd = -1 };
	struct err *err = NULL;

	m.from_fd = open(repo->quarantine, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	m.to_fd = open(repo->objects_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m.from_fd < 0 || m.to_fd < 0 || fstat(m.to_fd, &m.to) < 0)
		err = err_errno(ERR_FATAL, errno, "cannot open '%s'",
				m.from_fd < 0 ? repo->quarantine : repo->objects_dir);
	if (!err)
		err = list_loose(&m);
	if (!err)
		err = sync_files(&m);
	for (size_t i = 0; i < m.n && !err; i++)
		err = move_one(&m, m.v[i].name);
	if (!err)
		err = sync_folders(&m);
	if (m.from_fd >= 0)
		close(m.from_fd);
	if (m.to_fd >= 0)
		close(m.to_fd);
	free(m.v);
	return err;
}
