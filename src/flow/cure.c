/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/cure.h"

#include "repo/tree.h"

struct reader {
	const struct source *source;
};

static struct err *read_file(void *ctx, const char *path, struct span *out)
{
	const struct reader *reader = ctx;
	struct source_entry entry;
	struct err *err = reader->source->read(reader->source->ctx, path, &entry);

	*out = (struct span){ 0 };
	if (!err && (entry.kind == SOURCE_FILE || entry.kind == SOURCE_EXECUTABLE))
		*out = entry.bytes;
	return err;
}

static struct err *read_logs(const struct cure_spec *spec, const struct source *source,
			     struct diags *diags)
{
	struct reader reader = { source };

	for (size_t i = 0; i < spec->n_results; i++) {
		struct err *err;

		if (spec->results[i].status != CHECK_FAIL)
			continue;
		err = diag_parse(diags, str_span(&spec->results[i].log), DIAG_LOG, spec->root,
				 read_file, &reader);
		if (err)
			return err;
	}
	return NULL;
}

struct err *cure(const struct cure_spec *spec, struct plan *plan, struct str *left)
{
	struct repo_source *source = NULL;
	struct repo_evidence *evidence = NULL;
	struct diags own;
	struct rules_input input = { .rules = spec->rules };
	struct err *err;

	plan_init(plan);
	diags_init(&own);
	err = repo_source_new(&source, spec->repo, spec->tree);
	if (!err && !spec->diags)
		err = read_logs(spec, repo_source(source), &own);
	if (err)
		goto out;
	input.diags = spec->diags ? spec->diags : &own;
	input.own_log = !spec->diags;
	if (!input.diags->n)
		goto out;
	err = repo_evidence_new(&evidence, spec->repo, spec->commit, spec->tree);
	if (err)
		goto out;
	input.source = repo_source(source);
	input.evidence = repo_evidence(evidence);
	plan_release(plan);
	err = rules_plan(plan, &input, left);
out:
	diags_release(&own);
	repo_evidence_free(evidence);
	repo_source_free(source);
	return err;
}
