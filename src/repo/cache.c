/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <git2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/file.h"

#define PATH_BYTES ((size_t)64 << 10)
#define HEAD_WORD "dualfix-cache 1 "
#define HEAD_LEN (sizeof(HEAD_WORD) - 1 + GIT_OID_HEXSZ + 1)

/* More files than these are no work of ours. */
#define FILES_MAX ((size_t)1 << 20)

struct cache {
	struct str dir;
	int64_t expire_s;
};

static struct err *find_dir(struct repo *repo, struct str *dir)
{
	struct err *err = repo_private_path(repo, "cache", false, dir);

	return err ? err : str_err(dir, "cache");
}

struct err *cache_open(struct cache **out, struct repo *repo, int64_t expire_s)
{
	struct cache *cache = calloc(1, sizeof(*cache));
	struct err *err;

	*out = NULL;
	if (!cache)
		return err_nomem();
	str_init(&cache->dir, PATH_BYTES);
	cache->expire_s = expire_s;
	err = find_dir(repo, &cache->dir);
	if (err) {
		cache_free(cache);
		return err;
	}
	*out = cache;
	return NULL;
}

void cache_free(struct cache *cache)
{
	if (!cache)
		return;
	str_release(&cache->dir);
	free(cache);
}

static bool add_id(struct str *out, struct span bytes)
{
	char hex[GIT_OID_HEXSZ + 1];
	git_oid id;

	if (git_odb_hash(&id, bytes.ptr ? bytes.ptr : "", bytes.len, GIT_OBJECT_BLOB) < 0)
		return false;
	git_oid_tostr(hex, sizeof(hex), &id);
	str_adds(out, hex);
	return !out->failed;
}

static bool path_of(const struct cache *cache, struct span key, struct str *path)
{
	str_addf(path, "%s/", cache->dir.buf);
	return add_id(path, key);
}

static bool add_head(struct str *out, struct span value)
{
	str_adds(out, HEAD_WORD);
	if (!add_id(out, value))
		return false;
	str_addc(out, '\n');
	return !out->failed;
}

static bool is_old(const struct stat *st, int64_t expire_s, int64_t now_s)
{
	return expire_s <= now_s - (int64_t)st->st_mtime;
}

bool cache_get(const struct cache *cache, struct span key, struct str *out)
{
	struct str path = STR_INIT(PATH_BYTES), head = STR_INIT(HEAD_LEN + 1);
	struct str bytes = STR_INIT(CACHE_VALUE_MAX_BYTES + HEAD_LEN);
	struct span value;
	struct stat st;
	bool found = false;
	struct err *err;

	if (!path_of(cache, key, &path) || lstat(path.buf, &st) || !S_ISREG(st.st_mode) ||
	    is_old(&st, cache->expire_s, clock_wall_s()))
		goto out;
	err = file_read(path.buf, &bytes);
	if (err) {
		err_drop(err);
		goto out;
	}
	if (bytes.len < HEAD_LEN)
		goto out;
	value = span_cut(str_span(&bytes), HEAD_LEN, bytes.len);
	found = add_head(&head, value) && span_starts(str_span(&bytes), head.buf);
	if (found)
		str_add_span(out, value);
	found = found && !out->failed;
out:
	str_release(&bytes);
	str_release(&head);
	str_release(&path);
	return found;
}

struct file {
	char name[GIT_OID_HEXSZ + 8]; /* a temporary one has seven more */
	size_t bytes;
	struct timespec written;
};

struct listing {
	struct file *files;
	size_t n, cap;
	size_t bytes; /* of all */
};

static struct err *note_file(struct listing *list, const char *name, const struct stat *st)
{
	struct file *file;

	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 256;
		struct file *grown = realloc(list->files, cap * sizeof(*grown));

		if (!grown)
			return err_nomem();
		list->files = grown;
		list->cap = cap;
	}
	file = &list->files[list->n++];
	memcpy(file->name, name, strlen(name) + 1);
	file->bytes = (size_t)st->st_size;
	file->written = st->st_mtim;
	list->bytes += file->bytes;
	return NULL;
}

static bool is_ours(const char *name)
{
	size_t n = strlen(name);

	return (n == GIT_OID_HEXSZ || n == GIT_OID_HEXSZ + 7) &&
	       strspn(name, "0123456789abcdef") >= GIT_OID_HEXSZ;
}

static struct err *list_files(struct listing *list, DIR *dir)
{
	struct dirent *entry;
	struct err *err = NULL;

	while (!err && list->n < FILES_MAX && (entry = readdir(dir)) != NULL) {
		struct stat st;

		if (is_ours(entry->d_name) &&
		    !fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(st.st_mode))
			err = note_file(list, entry->d_name, &st);
	}
	return err;
}

static int oldest_first(const void *a, const void *b)
{
	const struct timespec *x = &((const struct file *)a)->written;
	const struct timespec *y = &((const struct file *)b)->written;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? -1 : 1;
	return x->tv_nsec < y->tv_nsec ? -1 : x->tv_nsec > y->tv_nsec;
}

/* Removes what is old, and the oldest of what is too much. */
static struct err *sweep(const char *path, int64_t expire_s, int64_t now_s, size_t *removed)
{
	struct listing list = { 0 };
	DIR *dir = opendir(path);
	struct err *err;

	*removed = 0;
	if (!dir && errno == ENOENT)
		return NULL;
	if (!dir)
		return err_errno(ERR_FATAL, errno, "cannot read '%s'", path);
	err = list_files(&list, dir);
	if (!err && list.n)
		qsort(list.files, list.n, sizeof(*list.files), oldest_first);
	for (size_t i = 0; !err && i < list.n; i++) {
		const struct file *file = &list.files[i];

		if (list.bytes <= CACHE_MAX_BYTES &&
		    expire_s > now_s - (int64_t)file->written.tv_sec)
			break;
		if (unlinkat(dirfd(dir), file->name, 0) && errno != ENOENT)
			err = err_errno(ERR_FATAL, errno, "cannot remove '%s/%s'", path,
					file->name);
		list.bytes -= file->bytes;
		*removed += !err;
	}
	free(list.files);
	closedir(dir);
	return err;
}

void cache_put(const struct cache *cache, struct span key, struct span value)
{
	struct str path = STR_INIT(PATH_BYTES);
	struct str bytes = STR_INIT(CACHE_VALUE_MAX_BYTES + HEAD_LEN);
	struct err *err;

	if (!path_of(cache, key, &path) || !add_head(&bytes, value))
		goto out;
	str_add_span(&bytes, value);
	if (bytes.failed)
		goto out;
	err = file_mkdirs(cache->dir.buf, 0700);
	if (!err)
		err = file_write_loose(path.buf, str_span(&bytes), 0600);
	err_drop(err);
out:
	str_release(&bytes);
	str_release(&path);
}

void cache_trim(const struct cache *cache)
{
	size_t removed;

	err_drop(sweep(cache->dir.buf, cache->expire_s, clock_wall_s(), &removed));
}

void cache_forget(const struct cache *cache, struct span key)
{
	struct str path = STR_INIT(PATH_BYTES);

	if (path_of(cache, key, &path))
		(void)unlink(path.buf);
	str_release(&path);
}

struct err *cache_gc(struct repo *repo, int64_t expire_s, int64_t now_s, size_t *removed)
{
	struct str dir = STR_INIT(PATH_BYTES);
	struct err *err = find_dir(repo, &dir);

	*removed = 0;
	if (!err)
		err = sweep(dir.buf, expire_s, now_s, removed);
	str_release(&dir);
	return err;
}
