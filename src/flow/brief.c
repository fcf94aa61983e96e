/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/brief.h"

#include <stdlib.h>

#include "base/arena.h"
#include "context/context.h"
#include "context/secrets.h"
#include "context/terms.h"
#include "model/tokens.h"
#include "plan/fields.h"
#include "verify/verdict.h"

/*
 * Excerpts of so many tokens find the place in most issues, cost a third of a cent
 * at a planner's dearest price, and leave room in the smallest window in use.
 */
#define EXCERPTS_TOKENS 24000
#define WINDOW_SHARE 2 /* of a known window: at most half */
#define ISSUE_MAX_BYTES ((size_t)64 * 1024)
#define LOG_MAX_BYTES ((size_t)6 * 1024)
#define SCHEMA_MAX_BYTES ((size_t)16 * 1024)
#define TEXT_MAX_BYTES ((size_t)16 << 20)
#define ANSWER_SHOWN_MAX_BYTES ((size_t)256 * 1024)

/* The issue, when nobody has written one. */
#define FAILING_TEXT "The checks fail on this commit; their logs are below.\n"

/*
 * Everything that goes to a model passes here: bounded, secrets taken out. A title
 * stands outside the fence, so it is never a word from outside.
 */
static struct err *safe_quote(struct secrets *secrets, struct arena *arena, const char *title,
			      struct span text, size_t max_bytes, struct quote *out)
{
	struct str clean = STR_INIT(TEXT_MAX_BYTES);
	size_t withheld = 0;
	struct err *err = secrets_filter(secrets, span_cut(text, 0, max_bytes), &clean,
					 &withheld);

	if (!err)
		err = str_err(&clean, "prompt");
	if (err)
		goto out;
	out->title = title;
	out->text = (struct span){ arena_dup(arena, str_span(&clean)), clean.len };
	if (!out->text.ptr)
		err = arena_err(arena, "prompt");
out:
	str_release(&clean);
	return err;
}

/* Paths from the root of the tree: a plan's are, and whose machine it is concerns no model. */
static void take_root_off(struct span log, const char *root, struct str *out)
{
	struct span folder = span_of(root);
	size_t at = 0;
	ptrdiff_t next;

	while ((next = span_find(log, folder, at)) >= 0) {
		size_t end = (size_t)next + folder.len;

		str_add_span(out, span_cut(log, at, (size_t)next));
		if (end < log.len && log.ptr[end] == '/')
			end++;
		else
			str_addc(out, '.');
		at = end;
	}
	str_add_span(out, span_cut(log, at, log.len));
}

/* What the logs of checks pass on their way into a prompt. */
struct log_filter {
	struct secrets *secrets;
	struct withhold *withhold;
	struct arena *arena;
	const char *root;
};

static struct err *log_title(const struct log_filter *f, const struct check *check,
			     const struct check_result *result, const char **title)
{
	struct str command = STR_INIT(TEXT_MAX_BYTES);
	size_t withheld = 0;
	struct err *err = secrets_filter(f->secrets, span_of(check->command), &command,
					 &withheld);

	*title = err ? NULL :
		       arena_printf(f->arena, "'%s' %s", command.buf,
				    result->status == CHECK_TIMEOUT ?
					    "ran out of time; its log ends" :
					    "fails; from its log");
	if (!err && !*title)
		err = arena_err(f->arena, "log");
	str_release(&command);
	return err;
}

static struct err *quote_log(const struct log_filter *f, const struct check *check,
			     const struct check_result *result, struct quote *out)
{
	struct str tail = STR_INIT(LOG_MAX_BYTES + 256), shown = STR_INIT(TEXT_MAX_BYTES);
	struct str log = STR_INIT(result->log.len + 1);
	const char *title;
	struct err *err = log_title(f, check, result, &title);

	take_root_off(str_span(&result->log), f->root, &log);
	verdict_tail(str_span(&log), LOG_MAX_BYTES, &tail);
	if (!err)
		err = withhold_quoted(f->withhold, str_span(&tail), &shown);
	if (!err)
		err = safe_quote(f->secrets, f->arena, title, str_span(&shown), shown.len, out);
	str_release(&log);
	str_release(&tail);
	str_release(&shown);
	return err;
}

/* The logs of the checks that fail, as quotes of the arena. */
static struct err *quote_logs(const struct log_filter *f, const struct check_list *checks,
			      const struct check_result *results, struct quote **out, size_t *n)
{
	*n = 0;
	*out = NULL;
	if (!results || !checks->n)
		return NULL;
	*out = arena_array(f->arena, checks->n, sizeof(**out));
	if (!*out)
		return arena_err(f->arena, "logs");
	for (size_t i = 0; i < checks->n; i++) {
		struct err *err;

		if (results[i].status != CHECK_FAIL && results[i].status != CHECK_TIMEOUT)
			continue;
		err = quote_log(f, &checks->v[i], &results[i], &(*out)[(*n)++]);
		if (err)
			return err;
	}
	return NULL;
}

static size_t excerpts_bytes(const struct endpoint *planner, int less)
{
	int64_t tokens = EXCERPTS_TOKENS;

	if (planner->window_tokens && planner->window_tokens / WINDOW_SHARE < tokens)
		tokens = planner->window_tokens / WINDOW_SHARE;
	return tokens_to_bytes(tokens >> (2 * less));
}

static struct err *read_terms(struct terms *terms, const struct brief_spec *spec,
			      const struct quote *logs, size_t n_logs)
{
	struct err *err = NULL;

	if (spec->title)
		err = terms_read(terms, span_of(spec->title));
	if (!err && spec->text.ptr)
		err = terms_read(terms, span_cut(spec->text, 0, ISSUE_MAX_BYTES));
	for (size_t i = 0; !err && i < n_logs; i++)
		err = terms_read(terms, logs[i].text);
	return err;
}

static struct err *copy_paths(const struct context *context, struct argv *files)
{
	for (size_t i = 0; i < context->n_paths; i++)
		argv_push(files, context->paths[i]);
	return argv_err(files);
}

struct err *brief_make(struct prompt *prompt, const struct brief_spec *spec,
		       struct argv *files)
{
	struct arena arena;
	struct secrets *secrets = NULL;
	struct terms *terms = calloc(1, sizeof(*terms));
	struct context context = { 0 };
	struct str schema = STR_INIT(SCHEMA_MAX_BYTES);
	struct quote issue = { 0 }, *logs;
	struct log_filter filter = { .withhold = spec->withhold, .arena = &arena,
				     .root = spec->root };
	struct prompt_plan plan = { .direct_only = spec->direct_only };
	struct context_spec wanted = {
		.repo = spec->repo,
		.tree = spec->tree,
		.terms = terms,
		.exclude = spec->exclude,
		.max_bytes = excerpts_bytes(spec->planner, spec->less),
	};
	struct err *err;

	arena_init(&arena, TEXT_MAX_BYTES);
	if (!terms)
		return err_nomem();
	terms_init(terms);
	plan_schema(&schema, spec->direct_only);
	err = str_err(&schema, "schema");
	if (!err)
		err = secrets_new(&secrets);
	filter.secrets = secrets;
	if (!err)
		err = quote_logs(&filter, spec->checks, spec->results, &logs, &plan.n_logs);
	if (!err)
		err = safe_quote(secrets, &arena, NULL,
				 spec->text.ptr ? spec->text : SPAN(FAILING_TEXT),
				 ISSUE_MAX_BYTES, &issue);
	if (!err)
		err = read_terms(terms, spec, logs, plan.n_logs);
	wanted.secrets = secrets;
	if (!err)
		err = context_make(&context, &wanted);
	if (!err)
		err = copy_paths(&context, files);
	if (err)
		goto out;
	plan.schema = str_span(&schema);
	plan.tree = context.tree.text.ptr && spec->less < BRIEF_LESS_MAX ? &context.tree :
									     NULL;
	plan.files = context.files;
	plan.n_files = context.n_files;
	plan.issue = &issue;
	plan.logs = logs;
	prompt_release(prompt);
	prompt_init(prompt);
	err = prompt_plan(prompt, spec->templates, &plan);
out:
	context_release(&context);
	secrets_free(secrets);
	terms_release(terms);
	free(terms);
	str_release(&schema);
	arena_release(&arena);
	return err;
}

struct err *brief_repair(struct prompt *prompt, const struct templates *templates,
			 const struct brief_round *round)
{
	struct arena arena;
	struct secrets *secrets = NULL;
	struct quote diff = { 0 }, failures = { 0 }, *logs = NULL;
	struct prompt_repair repair = { .answer = round->answer };
	struct log_filter filter = { .withhold = round->withhold, .arena = &arena,
				     .root = round->root };
	size_t n_logs = 0;
	struct str text = STR_INIT(TEXT_MAX_BYTES);
	struct err *err;

	arena_init(&arena, TEXT_MAX_BYTES);
	err = secrets_new(&secrets);
	filter.secrets = secrets;
	if (!err)
		err = quote_logs(&filter, round->checks, round->results, &logs, &n_logs);
	for (size_t i = 0; !err && i < n_logs; i++)
		quote_add(&text, &logs[i]);
	if (!err && round->failures.ptr)
		str_add_span(&text, round->failures);
	if (!err && !text.full) /* only its beginning is shown */
		err = str_err(&text, "failures");
	if (!err)
		err = safe_quote(secrets, &arena, NULL, str_span(&text), ISSUE_MAX_BYTES,
				 &failures);
	if (!err && round->diff.ptr)
		err = safe_quote(secrets, &arena, NULL, round->diff, ISSUE_MAX_BYTES, &diff);
	if (err)
		goto out;
	repair.failures = &failures;
	repair.diff = round->diff.ptr ? &diff : NULL;
	err = prompt_repair(prompt, templates, &repair);
out:
	secrets_free(secrets);
	str_release(&text);
	arena_release(&arena);
	return err;
}

struct err *brief_amend(struct prompt *prompt, const struct templates *templates,
			const struct brief_wish *wish)
{
	struct arena arena;
	struct secrets *secrets = NULL;
	struct quote plan = { 0 }, diff = { 0 }, text = { 0 };
	struct prompt_amend amend = { .diff = &diff, .wish = &text };
	struct err *err;

	arena_init(&arena, TEXT_MAX_BYTES);
	err = secrets_new(&secrets);
	if (!err)
		err = safe_quote(secrets, &arena, NULL, wish->plan.len ? wish->plan : SPAN("{}"),
				 ANSWER_SHOWN_MAX_BYTES, &plan);
	if (!err)
		err = safe_quote(secrets, &arena, NULL, wish->diff, ISSUE_MAX_BYTES, &diff);
	if (!err)
		err = safe_quote(secrets, &arena, NULL, wish->wish, ISSUE_MAX_BYTES, &text);
	amend.answer = plan.text;
	if (!err)
		err = prompt_amend(prompt, templates, &amend);
	secrets_free(secrets);
	arena_release(&arena);
	return err;
}
