/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/quarantine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "repo/backend.h"
#include "repo/git.h"
#include "repo/stale.h"
#include "repo/write.h"

#define MIGRATE_TRIES 5
#define REFS_MAX_BYTES ((size_t)64 << 20)
#define NAME_MAX_BYTES ((size_t)1024)
#define COPY_BYTES ((size_t)64 << 10)

/* From this many on, the file system is synced once instead of each file. */
#define SYNC_EACH_MAX 16

#define SUFFIX_MAX 10000

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

static struct err *migrate(struct repo *repo)
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

static bool in_quarantine(const struct repo *repo, const struct id *id)
{
	char path[NAME_MAX_BYTES * 4];
	struct oid oid;

	backend_hex(repo, id, &oid);
	snprintf(path, sizeof(path), "%s/%.2s/%s", repo->quarantine, oid.hex, oid.hex + 2);
	return !access(path, F_OK);
}

static struct err *must_exist(void *ctx, const char *path,
			      const struct tree_entry *before,
			      const struct tree_entry *after)
{
	const struct repo *user = ctx;
	enum object_type type;
	struct err *err;

	(void)path;
	(void)before;
	if (!after || entry_is_submodule(after))
		return NULL;
	err = backend_exists(user, &after->id, &type);
	if (!err && type == OBJECT_NONE)
		err = backend_missing(user, &after->id);
	return err;
}

/* The commit's own objects; *id becomes its parent, if there is one in the quarantine. */
static struct err *prove_one(struct repo *repo, struct repo *user, struct id *id,
			     bool *more)
{
	struct commit_names names = { .has_parent = false }, parent;
	struct err *err = backend_commit(user, id, &names);

	if (!err && names.has_parent)
		err = backend_commit(user, &names.parent, &parent);
	if (!err)
		err = backend_compare(user, names.has_parent ? &parent.tree : NULL,
				      &names.tree, must_exist, user);
	*id = names.parent;
	*more = !err && names.has_parent && in_quarantine(repo, id);
	return err;
}

/*
 * An object that was in the user's store when we found no need to write it may be
 * pruned since: what a new commit names must all be there before a ref is.
 */
static struct err *prove_complete(struct repo *repo, const struct oid *tip)
{
	struct repo user = *repo;
	struct err *err;
	struct id id;
	bool more;

	user.store = NULL;
	user.quarantine = NULL;
	err = backend_id(repo, tip, &id);
	if (!err)
		err = backend_use(&user, NULL);
	more = !err && in_quarantine(repo, &id);
	while (more)
		err = prove_one(repo, &user, &id, &more);
	backend_close(&user);
	return err;
}

/* The branch must not exist, and the notes must be what they were: both, or neither. */
static struct err *create_refs(struct repo *repo, const char *branch,
			       const struct oid *commit, const char *message,
			       const struct candidate_note *note)
{
	static const char *const env[] = { "GIT_ALTERNATE_OBJECT_DIRECTORIES=", NULL };
	const char *const args[] = { "update-ref", "--create-reflog", "-m", message,
				     "--stdin", NULL };
	struct str input = STR_INIT(4 * NAME_MAX_BYTES);
	struct err *err;

	str_addf(&input, "create refs/heads/%s %s\n", branch, commit->hex);
	if (note && oid_is_none(&note->old))
		str_addf(&input, "create " NOTE_REF " %s\n", note->new.hex);
	else if (note)
		str_addf(&input, "update " NOTE_REF " %s %s\n", note->new.hex, note->old.hex);
	err = str_err(&input, "branch name");
	if (!err)
		err = repo_git_env(repo, args, env, str_span(&input), NULL, NULL);
	str_release(&input);
	/* A lock is there, too, for as long as another run makes it. */
	if (err && (strstr(err_text(err), "already exists") ||
		    strstr(err_text(err), "exists; cannot create") ||
		    strstr(err_text(err), ".lock': File exists")))
		err = err_as(err, ERR_INPUT);
	return err_wrap(err, "cannot create branch '%s'", branch);
}

/*
 * A git gc --prune=now beside us takes away what no ref names yet, and folders that are
 * empty; if it read the refs before ours was there, afterwards, too. The quarantine
 * still has it all. What such a gc deletes later yet is lost: git gc(1) warns of it.
 */
static struct err *put_there(struct repo *repo, const struct oid *commit,
			     const struct candidate_note *note)
{
	struct err *err = NULL;

	for (int i = 0; i < MIGRATE_TRIES; i++) {
		err_drop(err);
		err = migrate(repo);
		if (!err)
			err = prove_complete(repo, commit);
		if (!err && note)
			err = prove_complete(repo, &note->new);
		if (!err)
			break;
	}
	return err;
}

struct err *publish_branch(struct repo *repo, const char *branch, const struct oid *commit,
			   const char *message, const struct candidate_note *note, bool *moved)
{
	struct err *err;

	*moved = false;
	if (!repo->quarantine)
		return err_new(ERR_FATAL, "no quarantine to publish from");
	err = put_there(repo, commit, note);
	if (!err)
		err = create_refs(repo, branch, commit, message, note);
	if (!err)
		return put_there(repo, commit, note);
	if (note && strstr(err_text(err), NOTE_REF)) {
		err_drop(err);
		*moved = true;
		return NULL;
	}
	return err;
}

enum name_state { NAME_FREE, NAME_TAKEN, NAME_BELOW_BRANCH, NAME_IS_FOLDER };

/* The branches that share name's first part: "refs/heads/<branch>" a line. */
static struct err *list_branches(struct repo *repo, const char *name, struct str *out)
{
	struct str pattern = STR_INIT(NAME_MAX_BYTES);
	struct err *err;

	str_addf(&pattern, "refs/heads/%.*s", (int)strcspn(name, "/"), name);
	err = str_err(&pattern, "branch name");
	if (!err) {
		const char *const args[] = { "for-each-ref", "--format=%(refname)",
					     pattern.buf, NULL };

		err = repo_git(repo, args, NO_INPUT, out, NULL);
	}
	str_release(&pattern);
	return err;
}

/* blocker gets the branch in the way. */
static enum name_state name_state(struct span refs, const char *name,
				  struct span *blocker)
{
	size_t len = strlen(name);

	while (span_line(&refs, blocker)) {
		*blocker = span_cut(*blocker, strlen("refs/heads/"), blocker->len);
		if (span_eqs(*blocker, name))
			return NAME_TAKEN;
		if (span_starts(*blocker, name) && blocker->ptr[len] == '/')
			return NAME_IS_FOLDER;
		if (blocker->len < len && name[blocker->len] == '/' &&
		    !memcmp(name, blocker->ptr, blocker->len))
			return NAME_BELOW_BRANCH;
	}
	return NAME_FREE;
}

static struct err *name_err(enum name_state state, const char *name, struct span blocker)
{
	struct err *err = NULL;

	if (state == NAME_TAKEN)
		err = err_new(ERR_INPUT, "branch '%s' exists already", name);
	else if (state != NAME_FREE)
		err = err_new(ERR_INPUT, "branch '%s' cannot be made beside '%.*s'", name,
			      (int)blocker.len, blocker.ptr);
	return err_hint(err, "--branch <name>");
}

static struct err *check_name(const char *name)
{
	int valid = 0;

	if (git_branch_name_is_valid(&valid, name) < 0 || !valid)
		return err_new(ERR_INPUT, "'%s' is not a valid branch name", name);
	return NULL;
}

struct err *publish_free_name(struct repo *repo, const char *wanted, const char *slug,
			      struct str *out)
{
	struct str refs = STR_INIT(REFS_MAX_BYTES);
	enum name_state state = NAME_FREE;
	struct span blocker = { 0 };
	struct err *err;

	str_reset(out);
	if (wanted)
		str_adds(out, wanted);
	else
		str_addf(out, "dualfix/%s", slug);
	err = str_err(out, "branch name");
	if (!err)
		err = check_name(out->buf);
	if (!err)
		err = list_branches(repo, out->buf, &refs);
	if (err)
		goto out;
	state = name_state(str_span(&refs), out->buf, &blocker);
	for (int i = 2; !wanted && i < SUFFIX_MAX; i++) {
		if (state == NAME_BELOW_BRANCH ||
		    (state == NAME_FREE && !stale_is_locked(repo, out->buf)))
			break;
		str_reset(out);
		str_addf(out, "dualfix/%s-%d", slug, i);
		state = name_state(str_span(&refs), out->buf, &blocker);
	}
	err = str_err(out, "branch name");
	if (!err)
		err = name_err(state, out->buf, blocker);
out:
	str_release(&refs);
	return err;
}
