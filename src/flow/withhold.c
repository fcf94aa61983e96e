/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/withhold.h"

#include <stdlib.h>
#include <string.h>

#include "base/argv.h"
#include "context/secrets.h"
#include "repo/tree.h"

#define TEXT_MAX_BYTES ((size_t)64 << 20)

struct withhold {
	struct argv excluded; /* paths, sorted */
	struct secrets *secrets; /* made at first use */
};

static struct err *on_excluded(void *ctx, const char *path)
{
	struct withhold *w = ctx;

	argv_push(&w->excluded, path);
	return argv_err(&w->excluded);
}

struct err *withhold_new(struct withhold **out, struct repo *repo, const struct oid *tree,
			 const char *const *exclude)
{
	struct withhold *w = calloc(1, sizeof(*w));
	struct err *err = NULL;

	*out = w;
	if (!w)
		return err_nomem();
	argv_init(&w->excluded);
	if (exclude && exclude[0])
		err = repo_tree_match(repo, tree, exclude, on_excluded, w);
	return err_wrap(err, "dualfix.exclude");
}

void withhold_free(struct withhold *w)
{
	if (!w)
		return;
	argv_release(&w->excluded);
	secrets_free(w->secrets);
	free(w);
}

static int by_name(const void *key, const void *element)
{
	return strcmp(key, *(const char *const *)element);
}

const char *withhold_file(const struct withhold *w, const char *path)
{
	if (secrets_is_key_path(path))
		return "is a key, which no model is shown";
	if (w->excluded.n && bsearch(path, w->excluded.v, w->excluded.n,
				     sizeof(w->excluded.v[0]), by_name))
		return "is kept from models by dualfix.exclude";
	return NULL;
}

struct err *withhold_region(struct withhold *w, const struct region *region,
			    struct edit_result *result, bool *withheld)
{
	const struct span parts[] = { region->before, region->text, region->after };
	size_t lines = 0;
	struct err *err = w->secrets ? NULL : secrets_new(&w->secrets);

	for (size_t i = 0; !err && i < ARRAY_SIZE(parts); i++) {
		struct str clean = STR_INIT(TEXT_MAX_BYTES);

		err = secrets_filter(w->secrets, parts[i], &clean, &lines);
		str_release(&clean);
	}
	*withheld = lines > 0;
	if (!err && lines)
		edit_result_set(result, EDIT_REFUSED,
				"needs a model, and what looks like a secret stands in or near "
				"lines %zu-%zu of '%s'", region->first_line, region->last_line,
				region->file);
	return err;
}
