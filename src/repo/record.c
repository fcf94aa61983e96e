/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/record.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include "base/argv.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/lock.h"

#define PATH_BYTES ((size_t)64 << 10)

/* "YYYYMMDD-HHMMSS-mmmxx" */
#define ID_LEN 21

/* So many runs in one second, with the same four digits, are no accident. */
#define ID_TRIES 16

struct record {
	char id[ID_LEN + 1];
	struct str dir;
	struct lock lock;
};

static bool all_of(const char *s, size_t n, const char *set)
{
	return strspn(s, set) >= n;
}

static bool is_id(const char *name)
{
	return strlen(name) == ID_LEN && all_of(name, 8, "0123456789") &&
	       name[8] == '-' && all_of(name + 9, 6, "0123456789") && name[15] == '-' &&
	       all_of(name + 16, 3, "0123456789") &&
	       all_of(name + 19, 2, "0123456789abcdef");
}

static struct err *make_id(char *id)
{
	int64_t now_ms = clock_wall_ms();
	time_t now = (time_t)(now_ms / 1000);
	unsigned char random;
	struct tm tm;

	if (!gmtime_r(&now, &tm) || tm.tm_year < 0 || tm.tm_year > 8099)
		return err_new(ERR_FATAL, "the clock gives no date");
	if (getrandom(&random, 1, 0) != 1)
		return err_errno(ERR_FATAL, errno, "getrandom");
	snprintf(id, ID_LEN + 1, "%04u%02u%02u-%02u%02u%02u-%03u%02x",
		 (unsigned)(tm.tm_year + 1900) % 10000u, (unsigned)(tm.tm_mon + 1) % 100u,
		 (unsigned)tm.tm_mday % 100u, (unsigned)tm.tm_hour % 100u,
		 (unsigned)tm.tm_min % 100u, (unsigned)tm.tm_sec % 100u,
		 (unsigned)(now_ms % 1000), random);
	return NULL;
}

static struct err *run_path(struct repo *repo, const char *id, const char *name,
			    bool make, struct str *out)
{
	struct str below = STR_INIT(4096);
	struct err *err;

	str_addf(&below, "runs/%s%s%s", id, name ? "/" : "", name ? name : "");
	err = str_err(&below, "run id");
	if (!err)
		err = repo_private_path(repo, below.buf, make, out);
	str_release(&below);
	return err;
}

/* Locks the folder that record->dir names. */
static struct err *take_lock(struct record *record)
{
	struct str path = STR_INIT(PATH_BYTES);
	bool taken = false;
	struct err *err;

	str_addf(&path, "%s/lock", record->dir.buf);
	err = str_err(&path, "path");
	if (!err)
		err = lock_try(&record->lock, path.buf, &taken);
	if (!err && !taken)
		err = err_new(ERR_INPUT, "run %s is still going on", record->id);
	str_release(&path);
	return err;
}

static struct record *record_alloc(void)
{
	struct record *record = calloc(1, sizeof(*record));

	if (record) {
		str_init(&record->dir, PATH_BYTES);
		record->lock = (struct lock)LOCK_INIT;
	}
	return record;
}

/* Without touching what is in the folder. */
static void record_free(struct record *record)
{
	if (!record)
		return;
	lock_release(&record->lock);
	str_release(&record->dir);
	free(record);
}

static struct err *make_folder(struct record *record, struct repo *repo)
{
	for (int i = 0; i < ID_TRIES; i++) {
		struct err *err = make_id(record->id);

		if (!err)
			err = run_path(repo, record->id, NULL, true, &record->dir);
		if (err)
			return err;
		if (!mkdir(record->dir.buf, 0700))
			return NULL;
		if (errno != EEXIST)
			break;
	}
	return err_errno(ERR_FATAL, errno, "cannot create folder '%s'", record->dir.buf);
}

struct err *record_new(struct record **out, struct repo *repo)
{
	struct record *record = record_alloc();
	struct err *err;

	*out = NULL;
	if (!record)
		return err_nomem();
	err = make_folder(record, repo);
	if (!err)
		err = take_lock(record);
	if (err) {
		record_free(record);
		return err;
	}
	*out = record;
	return NULL;
}

struct err *record_open(struct record **out, struct repo *repo, const char *id)
{
	struct record *record = record_alloc();
	struct str found = STR_INIT(ID_LEN);
	struct err *err;

	*out = NULL;
	if (!record)
		return err_nomem();
	err = record_find(repo, id, &found);
	if (!err) {
		memcpy(record->id, found.buf, found.len + 1);
		err = run_path(repo, record->id, NULL, false, &record->dir);
	}
	if (!err)
		err = take_lock(record);
	str_release(&found);
	if (err) {
		record_free(record);
		return err;
	}
	*out = record;
	return NULL;
}

bool record_in_use(struct repo *repo, const char *id)
{
	struct str path = STR_INIT(PATH_BYTES);
	struct lock lock = LOCK_INIT;
	bool taken = false;
	struct err *err = run_path(repo, id, "lock", false, &path);

	if (!err)
		err = lock_try(&lock, path.buf, &taken);
	if (err) /* nobody can hold what cannot be opened */
		taken = true;
	err_drop(err);
	lock_release(&lock);
	str_release(&path);
	return !taken;
}

/* Of a run or a checkout, what is there while it is in use only. */
static const char *const passing[] = { "objects", "mail", "tree.tmp" };

static struct err *remove_below(const char *dir, const char *name)
{
	struct str path = STR_INIT(PATH_BYTES);
	struct err *err;

	str_addf(&path, "%s/%s", dir, name);
	err = str_err(&path, "path");
	if (!err)
		err = file_remove_tree(path.buf);
	str_release(&path);
	return err;
}

void record_close(struct record *record)
{
	if (!record)
		return;
	/* What cannot be removed now is gc's. */
	for (size_t i = 0; i < ARRAY_SIZE(passing); i++)
		err_drop(remove_below(record->dir.buf, passing[i]));
	record_free(record);
}

const char *record_id(const struct record *record)
{
	return record->id;
}

const char *record_dir(const struct record *record)
{
	return record->dir.buf;
}

struct err *record_write(struct record *record, const char *name, struct span bytes)
{
	struct str path = STR_INIT(PATH_BYTES);
	struct err *err;

	str_addf(&path, "%s/%s", record->dir.buf, name);
	err = str_err(&path, "path");
	if (!err && strchr(name, '/'))
		err = err_new(ERR_FATAL, "'%s' is no name for a part of a run", name);
	if (!err)
		err = file_write(path.buf, bytes, 0600);
	str_release(&path);
	return err;
}

struct err *record_remove(struct record *record, const char *name)
{
	return remove_below(record->dir.buf, name);
}

static int newest_first(const void *a, const void *b)
{
	return strcmp(*(char *const *)b, *(char *const *)a);
}

/* The entries of <common dir>/dualfix/<name> that want takes, in reverse order. */
static struct err *list_private(struct repo *repo, const char *name,
				bool (*want)(const char *entry), struct argv *out)
{
	struct str path = STR_INIT(PATH_BYTES);
	struct err *err = repo_private_path(repo, name, false, &path);
	DIR *dir = err ? NULL : opendir(path.buf);
	struct dirent *entry;

	if (!err && !dir && errno != ENOENT)
		err = err_errno(ERR_FATAL, errno, "cannot read '%s'", path.buf);
	while (dir && (entry = readdir(dir))) {
		if (want(entry->d_name))
			argv_push(out, entry->d_name);
	}
	if (dir)
		closedir(dir);
	str_release(&path);
	if (!err)
		err = argv_err(out);
	if (!err && out->n)
		qsort(out->v, out->n, sizeof(*out->v), newest_first);
	return err;
}

struct err *record_find(struct repo *repo, const char *id, struct str *found)
{
	struct argv ids = ARGV_INIT;
	struct err *err = list_private(repo, "runs", is_id, &ids);
	const char *hit = NULL;

	for (size_t i = 0; i < ids.n && !err; i++) {
		if (id && strncmp(ids.v[i], id, strlen(id)))
			continue;
		if (hit)
			err = err_new(ERR_INPUT, "several runs begin with '%s'",
				      id ? id : "");
		hit = ids.v[i];
		if (!id)
			break;
	}
	if (!err && !hit)
		err = id ? err_new(ERR_INPUT, "there is no run '%s'", id)
			 : err_new(ERR_INPUT, "there is no run yet");
	str_reset(found);
	if (!err) {
		str_adds(found, hit);
		err = str_err(found, "run id");
	} else {
		err = err_hint(err, ids.n ? "git dualfix log" : "git dualfix -h");
	}
	argv_release(&ids);
	return err;
}

struct err *record_read(struct repo *repo, const char *id, const char *name,
			size_t max_bytes, struct str *out)
{
	struct str found = STR_INIT(ID_LEN), path = STR_INIT(PATH_BYTES);
	struct err *err = record_find(repo, id, &found);

	if (!err)
		err = run_path(repo, found.buf, name, false, &path);
	if (!err && (strchr(name, '/') || !file_exists(path.buf)))
		err = err_new(ERR_INPUT, "run %s has no %s", found.buf, name);
	if (!err) {
		str_release(out);
		str_init(out, max_bytes);
		err = file_read(path.buf, out);
	}
	str_release(&found);
	str_release(&path);
	return err;
}

struct err *record_each(struct repo *repo, struct err *(*fn)(void *ctx, const char *id),
			void *ctx)
{
	struct argv ids = ARGV_INIT;
	struct err *err = list_private(repo, "runs", is_id, &ids);

	for (size_t i = 0; i < ids.n && !err; i++)
		err = fn(ctx, ids.v[i]);
	argv_release(&ids);
	return err;
}

struct counting {
	struct repo *repo;
	struct record_count *out;
};

static bool has_passing(struct repo *repo, const char *id)
{
	struct str path = STR_INIT(PATH_BYTES);
	bool any = false;

	for (size_t i = 0; !any && i < ARRAY_SIZE(passing); i++) {
		struct err *err = run_path(repo, id, passing[i], false, &path);

		any = !err && file_exists(path.buf);
		err_drop(err);
	}
	str_release(&path);
	return any;
}

static struct err *count_run(void *ctx, const char *id)
{
	const struct counting *c = ctx;

	c->out->runs++;
	if (record_in_use(c->repo, id))
		c->out->in_use++;
	else if (has_passing(c->repo, id))
		c->out->killed++;
	return NULL;
}

struct err *record_count(struct record_count *out, struct repo *repo)
{
	struct counting c = { .repo = repo, .out = out };

	*out = (struct record_count){ 0 };
	return record_each(repo, count_run, &c);
}

struct sweep {
	struct repo *repo;
	int64_t expire_s, now_s;
	size_t removed;
};

static bool is_expired(const struct sweep *sweep, const char *path)
{
	struct stat st;

	return !lstat(path, &st) && sweep->expire_s <= sweep->now_s - (int64_t)st.st_mtime;
}

static struct err *sweep_passing(const char *dir, bool *found)
{
	struct str path = STR_INIT(PATH_BYTES);
	struct err *err = NULL;

	for (size_t i = 0; !err && i < ARRAY_SIZE(passing); i++) {
		str_reset(&path);
		str_addf(&path, "%s/%s", dir, passing[i]);
		err = str_err(&path, "path");
		if (err || !file_exists(path.buf))
			continue;
		*found = true;
		err = file_remove_tree(path.buf);
	}
	str_release(&path);
	return err;
}

/* name is below "runs" or "checkout"; its lock file says when it was last in use. */
static struct err *sweep_one(struct sweep *sweep, const char *parent, const char *name)
{
	struct str dir = STR_INIT(PATH_BYTES), path = STR_INIT(PATH_BYTES);
	struct lock lock = LOCK_INIT;
	bool taken = false, expired = false, found = false;
	struct err *err;

	str_addf(&path, "%s/%s", parent, name);
	err = str_err(&path, "path");
	if (!err)
		err = repo_private_path(sweep->repo, path.buf, false, &dir);
	if (err)
		goto out;
	str_reset(&path);
	str_addf(&path, "%s/lock", dir.buf);
	err = str_err(&path, "path");
	if (!err) {
		expired = is_expired(sweep, file_exists(path.buf) ? path.buf : dir.buf);
		err = lock_try(&lock, path.buf, &taken);
	}
	if (err && !file_exists(dir.buf)) {
		err_drop(err); /* another gc was faster */
		err = NULL;
	}
	if (err || !taken)
		goto out;
	err = expired ? file_remove_tree(dir.buf) : sweep_passing(dir.buf, &found);
	sweep->removed += !err && (expired || found);
out:
	lock_release(&lock);
	str_release(&dir);
	str_release(&path);
	return err;
}

/* "<n>" or "<n>-<id>": see checkout.h. */
static bool is_checkout(const char *name)
{
	size_t digits = strspn(name, "0123456789");

	return digits && (!name[digits] || name[digits] == '-');
}

struct err *record_gc(struct repo *repo, int64_t expire_s, int64_t now_s, size_t *removed)
{
	struct sweep sweep = { .repo = repo, .expire_s = expire_s, .now_s = now_s };
	struct argv runs = ARGV_INIT, checkouts = ARGV_INIT;
	struct err *err = list_private(repo, "runs", is_id, &runs);

	if (!err)
		err = list_private(repo, "checkout", is_checkout, &checkouts);
	for (size_t i = 0; i < runs.n && !err; i++)
		err = sweep_one(&sweep, "runs", runs.v[i]);
	for (size_t i = 0; i < checkouts.n && !err; i++)
		err = sweep_one(&sweep, "checkout", checkouts.v[i]);
	*removed = sweep.removed;
	argv_release(&runs);
	argv_release(&checkouts);
	return err;
}
