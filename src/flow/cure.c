/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/cure.h"

#include <string.h>

#include "repo/tree.h"

#define CURE_NAME_MAX_BYTES 256
#define WORD_BYTES "_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

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

static struct err *read_diags(const struct cure_spec *spec, const struct source *source,
			      struct diags *diags)
{
	struct reader reader = { source };

	if (spec->report.ptr)
		return diag_parse(diags, spec->report, spec->form, spec->root, read_file,
				  &reader);
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

static struct err *add_path(void *ctx, const char *path)
{
	struct argv *paths = ctx;

	if (paths->n < CURE_UNLINKED_MAX)
		argv_push(paths, path);
	return argv_err(paths);
}

/* The file that the linker names is the object's, without its folder. */
static struct err *find_unlinked(const struct diags *diags, const struct evidence *evidence,
				 struct argv *out)
{
	static const struct span mark = SPAN("undefined reference to ");

	for (size_t i = 0; i < diags->n; i++) {
		struct span name = diags->v[i].message;
		char word[CURE_NAME_MAX_BYTES];
		struct err *err;

		if (strcmp(diags->v[i].tool, "ld") || !span_starts(name, mark.ptr))
			continue;
		/* Between quotes of some kind, and of C++ only what is no signature. */
		name = span_trim(span_cut(name, mark.len, name.len));
		if (name.len < 3 || name.len - 2 >= sizeof(word))
			continue;
		memcpy(word, name.ptr + 1, name.len - 2);
		word[name.len - 2] = '\0';
		if (word[strspn(word, WORD_BYTES)])
			continue;
		err = evidence->files_with(evidence->ctx, word, add_path, out);
		if (err)
			return err;
	}
	return NULL;
}

struct err *cure(const struct cure_spec *spec, struct plan *plan, struct str *left,
		 struct argv *unlinked)
{
	struct repo_source *source = NULL;
	struct repo_evidence *evidence = NULL;
	struct diags diags;
	struct rules_input input = { .rules = spec->rules };
	struct err *err;

	plan_init(plan);
	diags_init(&diags);
	err = repo_source_new(&source, spec->repo, spec->tree);
	if (!err)
		err = read_diags(spec, repo_source(source), &diags);
	if (err || !diags.n)
		goto out;
	input.diags = &diags;
	input.own_log = !spec->report.ptr;
	err = repo_evidence_new(&evidence, spec->repo, spec->commit, spec->tree);
	if (err)
		goto out;
	input.source = repo_source(source);
	input.evidence = repo_evidence(evidence);
	plan_release(plan);
	err = rules_plan(plan, &input, left);
	if (!err && unlinked && !plan->n_edits)
		err = find_unlinked(input.diags, input.evidence, unlinked);
out:
	diags_release(&diags);
	repo_evidence_free(evidence);
	repo_source_free(source);
	return err;
}
