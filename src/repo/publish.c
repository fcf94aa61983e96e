/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/quarantine.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "repo/backend.h"
#include "repo/git.h"
#include "repo/migrate.h"
#include "repo/write.h"

#define MIGRATE_TRIES 5
#define NAME_MAX_BYTES ((size_t)1024)

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

/*
 * The branch must not exist, and the notes must be what they were: both, or neither. What
 * git has read whole it does even if we die: a signal between its making a lock and its
 * taking note of that would leave the lock.
 */
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
		err = git_run_on(repo, &(struct git_job){ .args = args,
							  .env = env,
							  .input = str_span(&input),
							  .finishes = true });
	str_release(&input);
	return err;
}

/* git says these before it changes any ref. */
static enum publish_clash clash_of(const struct err *err, const struct candidate_note *note)
{
	const char *text = err_text(err);

	if (note && strstr(text, "cannot lock ref '" NOTE_REF "'"))
		return CLASH_NOTES;
	/* A lock is there, too, for as long as another run makes it. */
	if (strstr(text, "already exists") || strstr(text, "exists; cannot create") ||
	    strstr(text, ".lock': File exists"))
		return CLASH_NAME;
	return CLASH_NONE;
}

static bool has_note(struct repo *repo, const struct oid *commit)
{
	const char *const args[] = { "notes", "--ref=" NOTE_REF, "list", commit->hex, NULL };
	int code = 1;
	struct err *err = repo_git(repo, args, NO_INPUT, NULL, &code);

	err_drop(err);
	return !code;
}

/*
 * git may have come to its end without being able to say so: it was killed then, or
 * what it said could not be read. The refs tell. Takes why, returns it unless all is there.
 */
static struct err *look_for_refs(struct repo *repo, const char *branch,
				 const struct oid *commit,
				 const struct candidate_note *note, struct err *why)
{
	struct str ref = STR_INIT(2 * NAME_MAX_BYTES);
	struct oid tip;
	struct err *err;

	str_addf(&ref, "refs/heads/%s", branch);
	err = str_err(&ref, "branch name");
	if (!err)
		err = repo_commit_of(repo, ref.buf, &tip);
	str_release(&ref);
	if (err && err_kind(err) != ERR_INPUT)
		why = err_hint(why, "it may be there: git log -1 %s", branch);
	if (err || !oid_eq(&tip, commit)) {
		err_drop(err);
		return err_wrap(why, "cannot create branch '%s'", branch);
	}
	if (err_is_signal(why))
		return err_wrap(why, "branch '%s' was made", branch);
	if (note && !has_note(repo, commit))
		return err_wrap(why, "branch '%s' was made, but not its note", branch);
	err_drop(why);
	return NULL;
}

static struct err *prove_all(struct repo *repo, const struct oid *commit,
			     const struct candidate_note *note)
{
	struct err *err = prove_complete(repo, commit);

	return err || !note ? err : prove_complete(repo, &note->new);
}

/*
 * A git gc --prune=now beside us takes away what no ref names yet, and folders that are
 * empty. The quarantine still has it all.
 */
static struct err *put_there(struct repo *repo, const struct oid *commit,
			     const struct candidate_note *note)
{
	struct err *err = NULL;

	for (int i = 0; i < MIGRATE_TRIES; i++) {
		err_drop(err);
		err = migrate_objects(repo);
		if (!err)
			err = prove_all(repo, commit, note);
		if (!err)
			break;
	}
	return err;
}

struct err *publish_branch(struct repo *repo, const char *branch, const struct oid *commit,
			   const char *message, const struct candidate_note *note,
			   enum publish_clash *clash)
{
	struct err *err;

	*clash = CLASH_NONE;
	if (!repo->quarantine)
		return err_new(ERR_FATAL, "no quarantine to publish from");
	err = put_there(repo, commit, note);
	if (err)
		return err;
	err = create_refs(repo, branch, commit, message, note);
	if (err)
		*clash = clash_of(err, note);
	if (*clash == CLASH_NOTES) {
		err_drop(err);
		return NULL;
	}
	if (*clash == CLASH_NAME)
		return err_wrap(err_as(err, ERR_INPUT), "cannot create branch '%s'", branch);
	if (err)
		err = look_for_refs(repo, branch, commit, note, err);
	if (err)
		return err;
	/*
	 * A gc that read the refs before ours was there takes away afterwards, too. What
	 * it deletes later yet is lost: git gc(1) warns of it.
	 */
	err = prove_all(repo, commit, note);
	if (err && !err_is_signal(err)) {
		err_drop(err);
		err = put_there(repo, commit, note);
	}
	return err_wrap(err, "branch '%s' was made", branch);
}
