/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/prompt.h"

#include <stdio.h>
#include <string.h>

#include "model/tokens.h"

#define VERSIONS_MAX_BYTES 4096

/* What a failed answer adds to a further round at most: its end matters least. */
#define ANSWER_MAX_BYTES ((size_t)256 << 10)

void prompt_init(struct prompt *prompt)
{
	*prompt = (struct prompt){ .versions = STR_INIT(VERSIONS_MAX_BYTES) };
	arena_init(&prompt->arena, PROMPT_MAX_BYTES);
}

void prompt_release(struct prompt *prompt)
{
	arena_release(&prompt->arena);
	str_release(&prompt->versions);
	prompt->n = 0;
}

int64_t prompt_tokens(const struct prompt *prompt)
{
	const int64_t frame_tokens = 8; /* role and separators of a message */
	int64_t sum = 0;

	for (size_t i = 0; i < prompt->n; i++)
		sum += tokens_of_bytes(prompt->messages[i].text.len) + frame_tokens;
	return sum;
}

static struct err *add(struct prompt *prompt, enum chat_role role, struct span text)
{
	char *copy;

	if (prompt->n == PROMPT_MESSAGES_MAX)
		return err_new(ERR_SERVICE,
			       "the conversation with the model has more than %d "
			       "messages",
			       PROMPT_MESSAGES_MAX);
	copy = arena_dup(&prompt->arena, text);
	if (!copy)
		return arena_err(&prompt->arena, "prompt");
	prompt->messages[prompt->n++] =
		(struct chat_message){ role, { copy, text.len } };
	return NULL;
}

/* Adds the filled template name to out and its version to the list. */
static struct err *fill(struct prompt *prompt, const struct templates *templates,
			struct str *out, const char *name,
			const struct template_value *values, size_t n)
{
	struct template tpl;
	struct err *err = template_find(&tpl, templates, name);

	if (err)
		return err;
	if (!strstr(prompt->versions.buf, name))
		str_addf(&prompt->versions, "%s %zu%s\n", name, tpl.version,
			 tpl.own ? " (own)" : "");
	return template_fill(out, &tpl, values, n);
}

static struct err *say(struct prompt *prompt, const struct templates *templates,
		       enum chat_role role, const char *name,
		       const struct template_value *values, size_t n)
{
	struct str text = STR_INIT(PROMPT_MAX_BYTES);
	struct span span;
	struct err *err = fill(prompt, templates, &text, name, values, n);

	span = str_span(&text);
	while (span_ends(span, "\n"))
		span.len--;
	if (!err)
		err = add(prompt, role, span);
	str_release(&text);
	return err;
}

/* Lines without the last one's end: the template's line has its own. */
static struct span lines(struct span text)
{
	if (span_ends(text, "\n"))
		text.len--;
	return text;
}

static struct err *quotes(struct str *out, const struct quote *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			str_addc(out, '\n');
		quote_add(out, &v[i]);
	}
	return str_err(out, "prompt");
}

struct err *prompt_plan(struct prompt *prompt, const struct templates *templates,
			const struct prompt_plan *input)
{
	struct str edits = STR_INIT(PROMPT_MAX_BYTES), tree = STR_INIT(PROMPT_MAX_BYTES);
	struct str files = STR_INIT(PROMPT_MAX_BYTES), issue = STR_INIT(PROMPT_MAX_BYTES);
	struct str logs = STR_INIT(PROMPT_MAX_BYTES);
	struct template_value rules[] = { { "schema", { 0 } }, { "edits", { 0 } } };
	struct template_value task[] = {
		{ "tree", { 0 } },
		{ "files", { 0 } },
		{ "issue", { 0 } },
		{ "logs", { 0 } },
	};
	struct err *err;

	err = fill(prompt, templates, &edits,
		   input->direct_only ? "prompts/edits-direct.txt"
				      : "prompts/edits-any.txt",
		   NULL, 0);
	if (err)
		goto out;
	rules[0].value = lines(input->schema);
	rules[1].value = lines(str_span(&edits));
	err = say(prompt, templates, CHAT_SYSTEM, "prompts/planner.txt", rules,
		  ARRAY_SIZE(rules));
	if (!err)
		err = quotes(&tree, input->tree, input->tree ? 1 : 0);
	if (!err)
		err = quotes(&files, input->files, input->n_files);
	if (!err)
		err = quotes(&issue, input->issue, 1);
	if (!err)
		err = quotes(&logs, input->logs, input->n_logs);
	if (err)
		goto out;
	task[0].value = str_span(&tree);
	task[1].value = str_span(&files);
	task[2].value = str_span(&issue);
	task[3].value = str_span(&logs);
	err = say(prompt, templates, CHAT_USER, "prompts/planner-task.txt", task,
		  ARRAY_SIZE(task));
out:
	str_release(&edits);
	str_release(&tree);
	str_release(&files);
	str_release(&issue);
	str_release(&logs);
	return err;
}

static struct err *add_answer(struct prompt *prompt, struct span answer)
{
	return add(prompt, CHAT_ASSISTANT, span_cut(answer, 0, ANSWER_MAX_BYTES));
}

struct err *prompt_repair_json(struct prompt *prompt, const struct templates *templates,
			       struct span answer, const char *error)
{
	const struct template_value values[] = { { "error", span_of(error) } };
	struct err *err = add_answer(prompt, answer);

	if (err)
		return err;
	return say(prompt, templates, CHAT_USER, "prompts/repair-json.txt", values,
		   ARRAY_SIZE(values));
}

struct err *prompt_repair(struct prompt *prompt, const struct templates *templates,
			  const struct prompt_repair *input)
{
	struct str diff = STR_INIT(PROMPT_MAX_BYTES), files = STR_INIT(PROMPT_MAX_BYTES);
	struct str failures = STR_INIT(PROMPT_MAX_BYTES);
	struct err *err;

	err = quotes(&diff, input->diff, input->diff ? 1 : 0);
	if (!err)
		err = quotes(&failures, input->failures, 1);
	if (!err)
		err = quotes(&files, input->files, input->n_files);
	if (!err)
		err = add_answer(prompt, input->answer);
	if (!err && input->diff) {
		const struct template_value values[] = { { "diff", str_span(&diff) },
							 { "log", str_span(&failures) },
							 { "files", str_span(&files) } };

		err = say(prompt, templates, CHAT_USER, "prompts/repair-checks.txt",
			  values, ARRAY_SIZE(values));
	} else if (!err) {
		const struct template_value values[] = {
			{ "failures", str_span(&failures) }, { "files", str_span(&files) }
		};

		err = say(prompt, templates, CHAT_USER, "prompts/repair-edits.txt",
			  values, ARRAY_SIZE(values));
	}
	str_release(&diff);
	str_release(&failures);
	str_release(&files);
	return err;
}

struct err *prompt_amend(struct prompt *prompt, const struct templates *templates,
			 const struct prompt_amend *input)
{
	struct str diff = STR_INIT(PROMPT_MAX_BYTES), wish = STR_INIT(PROMPT_MAX_BYTES);
	struct template_value values[] = { { "diff", { 0 } }, { "wish", { 0 } } };
	struct err *err = quotes(&diff, input->diff, 1);

	if (!err)
		err = quotes(&wish, input->wish, 1);
	if (!err)
		err = add_answer(prompt, input->answer);
	values[0].value = str_span(&diff);
	values[1].value = str_span(&wish);
	if (!err)
		err = say(prompt, templates, CHAT_USER, "prompts/amend.txt", values,
			  ARRAY_SIZE(values));
	str_release(&diff);
	str_release(&wish);
	return err;
}

struct err *prompt_review(struct prompt *prompt, const struct templates *templates,
			  const struct prompt_review *input)
{
	struct str issue = STR_INIT(PROMPT_MAX_BYTES), diff = STR_INIT(PROMPT_MAX_BYTES);
	struct str evidence = STR_INIT(PROMPT_MAX_BYTES);
	struct err *err;

	err = say(prompt, templates, CHAT_SYSTEM, "prompts/review.txt", NULL, 0);
	if (!err)
		err = quotes(&issue, input->issue, 1);
	if (!err)
		err = quotes(&diff, input->diff, 1);
	if (!err)
		err = quotes(&evidence, input->evidence, 1);
	if (!err) {
		const struct template_value values[] = {
			{ "issue", str_span(&issue) },
			{ "diff", str_span(&diff) },
			{ "evidence", str_span(&evidence) },
		};

		err = say(prompt, templates, CHAT_USER, "prompts/review-task.txt", values,
			  ARRAY_SIZE(values));
	}
	str_release(&issue);
	str_release(&diff);
	str_release(&evidence);
	return err;
}

/* Qwen 2.5's: text that spells one may be read as the thing itself. */
static const char *const control_tokens[] = {
	"<|im_start|>", "<|im_end|>", "<|endoftext|>",
	"<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|fim_pad|>",
	"<|repo_name|>", "<|file_sep|>",
};

static bool holds(const struct prompt_region *input, const char *text)
{
	const struct span parts[] = { input->code, input->before, input->after,
				      input->action };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (span_find(parts[i], span_of(text), 0) >= 0)
			return true;
	return false;
}

static bool any_holds(const struct prompt_region *v, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (holds(&v[i], text))
			return true;
	return false;
}

/* A marker that stands nowhere in the text, so that nothing in it can end the answer. */
static struct err *choose_marker(struct prompt *prompt, const struct prompt_region *v,
				 size_t n)
{
	const char *marker = "updated-code";

	for (int i = 2; any_holds(v, n, marker) && i < 100; i++) {
		marker = arena_printf(&prompt->arena, "updated-code-%d", i);
		if (!marker)
			return arena_err(&prompt->arena, "prompt");
	}
	if (any_holds(v, n, marker))
		return err_new(ERR_NO_FIX, "'%s': the region holds every marker there is",
			       v->file);
	prompt->marker = marker;
	return NULL;
}

static struct err *lead_answer(struct prompt *prompt)
{
	const char *marker = prompt->marker;

	prompt->stop = arena_printf(&prompt->arena, "</%s>", marker);
	prompt->prefill = arena_printf(&prompt->arena, "<%s>\n", marker);
	if (!prompt->stop || !prompt->prefill)
		return arena_err(&prompt->arena, "prompt");
	return NULL;
}

static struct err *refuse_commands(const struct prompt_region *input)
{
	for (size_t i = 0; i < ARRAY_SIZE(control_tokens); i++)
		if (holds(input, control_tokens[i]))
			return err_new(ERR_NO_FIX,
				       "'%s': the region holds '%s', which the "
				       "executor's model takes for a command",
				       input->file, control_tokens[i]);
	return NULL;
}

static struct err *surroundings(struct prompt *prompt, const struct templates *templates,
				const struct prompt_region *input, struct str *out)
{
	const struct template_value around[] = { { "before", lines(input->before) },
						 { "after", lines(input->after) } };

	if (!input->before.len && !input->after.len)
		return NULL;
	return fill(prompt, templates, out, "prompts/executor-context.txt", around,
		    ARRAY_SIZE(around));
}

struct err *prompt_region(struct prompt *prompt, const struct templates *templates,
			  const struct prompt_region *input)
{
	struct str context = STR_INIT(PROMPT_MAX_BYTES);
	struct template_value values[] = {
		{ "context", { 0 } },	      { "code", lines(input->code) },
		{ "file", span_of(input->file) }, { "action", span_trim(input->action) },
		{ "marker", { 0 } },
	};
	struct err *err = refuse_commands(input);

	if (!err)
		err = choose_marker(prompt, input, 1);
	if (!err)
		err = lead_answer(prompt);
	if (err)
		return err;
	values[4].value = span_of(prompt->marker);
	err = say(prompt, templates, CHAT_SYSTEM, "prompts/executor.txt", &values[4], 1);
	if (!err)
		err = surroundings(prompt, templates, input, &context);
	if (!err) {
		values[0].value = lines(str_span(&context));
		err = say(prompt, templates, CHAT_USER, "prompts/executor-task.txt",
			  values, ARRAY_SIZE(values));
	}
	str_release(&context);
	return err;
}

static struct err *add_part(struct prompt *prompt, const struct templates *templates,
			    const struct prompt_region *input, size_t number,
			    struct str *out)
{
	struct str context = STR_INIT(PROMPT_MAX_BYTES);
	char word[24];
	struct template_value values[] = {
		{ "context", { 0 } },
		{ "code", lines(input->code) },
		{ "action", span_trim(input->action) },
		{ "number", { word, 0 } },
	};
	struct err *err = surroundings(prompt, templates, input, &context);

	snprintf(word, sizeof(word), "%zu", number);
	values[3].value.len = strlen(word);
	values[0].value = lines(str_span(&context));
	if (!err)
		err = fill(prompt, templates, out, "prompts/executor-batch-part.txt",
			   values, ARRAY_SIZE(values));
	str_addc(out, '\n');
	str_release(&context);
	return err;
}

struct err *prompt_regions(struct prompt *prompt, const struct templates *templates,
			   const struct prompt_region *v, size_t n)
{
	struct str parts = STR_INIT(PROMPT_MAX_BYTES);
	char count[24];
	struct template_value values[] = {
		{ "parts", { 0 } }, { "file", span_of(v->file) },
		{ "marker", { 0 } }, { "count", { count, 0 } },
	};
	struct err *err = choose_marker(prompt, v, n);

	for (size_t i = 0; !err && i < n; i++) {
		err = refuse_commands(&v[i]);
		if (!err)
			err = add_part(prompt, templates, &v[i], i + 1, &parts);
	}
	snprintf(count, sizeof(count), "%zu", n);
	values[3].value.len = strlen(count);
	values[0].value = lines(str_span(&parts));
	if (!err)
		err = say(prompt, templates, CHAT_SYSTEM, "prompts/executor-batch.txt",
			  NULL, 0);
	if (!err) {
		values[2].value = span_of(prompt->marker);
		err = say(prompt, templates, CHAT_USER, "prompts/executor-batch-task.txt",
			  values, ARRAY_SIZE(values));
	}
	str_release(&parts);
	return err;
}

struct err *prompt_region_again(struct prompt *prompt, const struct templates *templates,
				const struct prompt_region *input, struct span answer,
				const char *reason)
{
	const struct template_value values[] = {
		{ "reason", span_of(reason) },
		{ "file", span_of(input->file) },
		{ "action", span_trim(input->action) },
		{ "marker", span_of(prompt->marker) },
	};
	struct err *err = add_answer(prompt, answer);

	if (err)
		return err;
	return say(prompt, templates, CHAT_USER, "prompts/executor-again.txt", values,
		   ARRAY_SIZE(values));
}

int prompt_region_tokens(const struct prompt_region *input)
{
	int64_t tokens = tokens_of_bytes(input->code.len) * 13 / 10 +
			 tokens_of_bytes(input->action.len) + 64;

	return tokens > INT32_MAX ? INT32_MAX : (int)tokens;
}

int64_t prompt_region_own_tokens(const struct prompt_region *input)
{
	return tokens_of_bytes(input->code.len + input->before.len + input->after.len +
			       input->action.len);
}
