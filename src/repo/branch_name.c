/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "repo/backend.h"
#include "repo/git.h"
#include "repo/quarantine.h"
#include "repo/stale.h"

#define REFS_MAX_BYTES ((size_t)64 << 20)
#define NAME_MAX_BYTES ((size_t)1024)
#define SUFFIX_MAX 10000

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

static struct err *name_err(enum name_state state, const char *name, struct span blocker,
			    const char *hint)
{
	struct err *err = NULL;

	if (state == NAME_TAKEN)
		err = err_new(ERR_INPUT, "branch '%s' exists already", name);
	else if (state != NAME_FREE)
		err = err_new(ERR_INPUT, "branch '%s' cannot be made beside '%.*s'", name,
			      (int)blocker.len, blocker.ptr);
	return err_hint(err, "%s", hint);
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
		err = name_err(state, out->buf, blocker, wanted ?
			       "another name; without --branch a free one is taken" :
			       "--branch <name>");
out:
	str_release(&refs);
	return err;
}
