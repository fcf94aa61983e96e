/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run keeps of itself for going on after it was stopped (flow/state.h), and what
 * it takes from there when it does.
 */
#include "flow/steps.h"

#include <stdio.h>

#include "plan/decode.h"
#include "plan/encode.h"
#include "sys/json.h"

#define ANSWER_MAX_BYTES ((size_t)64 << 20)
#define PLAN_TEXT_MAX_BYTES ((size_t)256 << 20)
#define NAME_BYTES 32

static struct err *encode(const struct plan *plan, bool pretty, struct str *json)
{
	struct jsonw w;

	jsonw_init(&w, json, pretty);
	plan_encode(plan, &w);
	if (pretty)
		str_addc(json, '\n');
	return str_err(json, "plan");
}

static struct err *write_plan(struct run *run, const char *form, size_t n,
			      const struct plan *plan)
{
	struct str json = STR_INIT(PLAN_TEXT_MAX_BYTES);
	char name[NAME_BYTES];
	struct err *err = encode(plan, true, &json);

	snprintf(name, sizeof(name), form, n);
	if (!err)
		err = record_write(run->record, name, str_span(&json));
	str_release(&json);
	return err;
}

struct err *run_keep_state(struct run *run)
{
	struct str json = STR_INIT(STATE_MAX_BYTES);
	struct jsonw w;
	struct err *err;

	if (!run->state.command)
		return NULL;
	run->state.usage = run->report.usage;
	run->state.n_usage = run->report.n_usage;
	jsonw_init(&w, &json, false);
	state_encode(&run->state, &w);
	str_addc(&json, '\n');
	err = str_err(&json, "state");
	if (!err)
		err = record_write(run->record, STATE_FILE, str_span(&json));
	str_release(&json);
	return err;
}

static struct err *keep_input(struct run *run)
{
	const struct run_input *input = run->input;
	struct err *err = NULL;

	if (input->raw.ptr)
		err = record_write(run->record, "issue", input->raw);
	if (!err && input->prior)
		err = record_write(run->record, "wish", input->prior->wish);
	for (size_t i = 0; !err && input->command && i < input->n_plans; i++)
		err = write_plan(run, "given-%zu.json", i + 1, &input->plans[i]);
	return err;
}

/* What was spent before counts against the budget, and in the report. */
static void take_usage(struct run *run, const struct state *past)
{
	const struct budget_hold nothing = { 0 };

	for (size_t i = 0; i < past->n_usage; i++) {
		run->report.usage[i] = past->usage[i];
		run->report.n_usage++;
		budget_settle(&run->budget, &nothing, &past->usage[i].usage);
	}
}

struct err *run_begin_state(struct run *run)
{
	const struct run_input *input = run->input;
	const struct state *past = input->state;
	struct err *err;

	run->state = (struct state){
		.command = input->command,
		.args = input->args,
		.base = run->head,
		.failing = input->failing,
		.n_given = input->n_plans,
		.address = input->address,
		.in_reply_to = input->in_reply_to,
		.amends = input->prior ? input->prior->run : NULL,
	};
	if (!past) {
		err = keep_input(run);
		return err ? err : run_keep_state(run);
	}
	run->state.branch = past->branch;
	run->state.commit = past->commit;
	run->state.edited = run->edited = past->edited;
	take_usage(run, past);
	/* It is under way again. */
	return record_remove(run->record, "report.json");
}

static struct err *read_kept(struct run *run, const char *form, size_t n, size_t max_bytes,
			     struct str *out)
{
	char name[NAME_BYTES];

	snprintf(name, sizeof(name), form, n);
	return record_read(run->env.repo, record_id(run->record), name, max_bytes, out);
}

/* Whether the question was about the tree that stands now, in the same round. */
static bool fits(const struct run *run, const json_node *root)
{
	struct span tree;
	int64_t round;

	return json_string_of(json_get(root, "tree"), &tree) &&
	       span_eqs(tree, run->tree.hex) &&
	       json_int_of(json_get(root, "round"), &round) &&
	       round == (int64_t)run->rounds + 1;
}

/* *fit: it is the answer to what is to be asked now, and in answer and plan. */
static struct err *read_answer(struct run *run, struct span text, bool *fit)
{
	const struct json_limits limits = { ANSWER_MAX_BYTES, 8 };
	bool by_hand = run->edited && !run->recalled;
	struct str edited = STR_INIT(PLAN_TEXT_MAX_BYTES);
	struct json_doc *doc = NULL;
	struct span answer, plan;
	const json_node *root;
	struct err *err = json_parse(&doc, text, &limits);

	root = err ? NULL : json_root(doc);
	*fit = root && fits(run, root) && json_string_of(json_get(root, "answer"), &answer) &&
	       json_string_of(json_get(root, "plan"), &plan);
	if (err || !*fit)
		goto out;
	if (by_hand)
		err = read_kept(run, "plan-%zu.json", run->rounds + 1, PLAN_TEXT_MAX_BYTES,
				&edited);
	plan_release(&run->plan);
	if (!err)
		err = plan_decode(&run->plan, by_hand ? str_span(&edited) : plan);
	str_reset(&run->answer);
	str_add_span(&run->answer, answer);
	err = err_first(err, str_err(&run->answer, "the planner's answer"));
out:
	json_free(doc);
	str_release(&edited);
	return err;
}

struct err *run_recall(struct run *run, bool *recalled)
{
	struct str text = STR_INIT(ANSWER_MAX_BYTES);
	struct err *err;

	*recalled = false;
	if (!run->input->state || run->strayed)
		return NULL;
	err = read_kept(run, "answer-%zu.json", run->recalled + 1, ANSWER_MAX_BYTES, &text);
	if (!err)
		err = read_answer(run, str_span(&text), recalled);
	str_release(&text);
	if (err && err_kind(err) == ERR_INPUT) { /* what cannot be read is asked again */
		err_drop(err);
		err = NULL;
		*recalled = false;
	}
	run->strayed = !*recalled;
	if (err || !*recalled)
		return err;
	run_early_drop(run);
	run->recalled++;
	events_emit(run->env.events, EVENT_DETAIL, "answer %zu of the planner is known",
		    run->recalled);
	return NULL;
}

static struct err *encode_answer(struct run *run, struct str *out)
{
	struct str plan = STR_INIT(PLAN_TEXT_MAX_BYTES);
	struct jsonw w;
	struct err *err = encode(&run->plan, false, &plan);

	jsonw_init(&w, out, false);
	jsonw_object(&w);
	jsonw_kv_text(&w, "tree", run->tree.hex);
	jsonw_kv_int(&w, "round", (int64_t)run->rounds + 1);
	jsonw_kv_string(&w, "answer", str_span(&run->answer));
	jsonw_kv_string(&w, "plan", str_span(&plan));
	jsonw_end(&w);
	str_addc(out, '\n');
	str_release(&plan);
	return err_first(err, str_err(out, "the planner's answer"));
}

struct err *run_keep_answer(struct run *run)
{
	struct str text = STR_INIT(ANSWER_MAX_BYTES);
	char name[NAME_BYTES];
	struct err *err;

	if (!run->state.command)
		return NULL;
	/* One file, so that it is there or not: it was paid for. */
	snprintf(name, sizeof(name), "answer-%zu.json", ++run->recalled);
	err = encode_answer(run, &text);
	if (!err)
		err = record_write(run->record, name, str_span(&text));
	str_release(&text);
	/* What came after an answer that did not fit is of another story. */
	snprintf(name, sizeof(name), "answer-%zu.json", run->recalled + 1);
	if (!err)
		err = record_remove(run->record, name);
	return err ? err : run_keep_state(run);
}

struct err *run_keep_plan(struct run *run, struct span json)
{
	char name[NAME_BYTES];
	struct err *err;

	snprintf(name, sizeof(name), "plan-%zu.json", ++run->rounds);
	err = record_write(run->record, name, json);
	if (!err)
		err = record_write(run->record, "plan.json", json);
	run->state.edited = run->edited;
	return err || !run->edited ? err : run_keep_state(run);
}

struct err *run_settle_plan(struct run *run)
{
	size_t round = run->n_landings ? run->landings[run->n_landings - 1].round : 0;
	struct str json = STR_INIT(PLAN_TEXT_MAX_BYTES), line = STR_INIT(PLAN_TEXT_MAX_BYTES);
	struct plan plan;
	struct err *err;

	if (!round || round == run->rounds)
		return NULL;
	plan_init(&plan);
	err = read_kept(run, "plan-%zu.json", round, PLAN_TEXT_MAX_BYTES, &json);
	if (!err)
		err = plan_decode(&plan, str_span(&json));
	if (!err)
		err = record_write(run->record, "plan.json", str_span(&json));
	if (!err)
		err = encode(&plan, false, &line);
	if (!err) {
		run->report.plan_json = arena_dup(&run->report.arena, str_span(&line));
		if (!run->report.plan_json)
			err = arena_err(&run->report.arena, "report");
	}
	plan_release(&plan);
	str_release(&json);
	str_release(&line);
	return err;
}

bool run_is_out(const struct run *run)
{
	const struct state *past = run->input->state;
	struct str ref = STR_INIT(4096);
	struct oid tip = { "" };

	if (!past || !past->branch || oid_is_none(&past->commit))
		return false;
	str_addf(&ref, "refs/heads/%s", past->branch);
	if (!ref.failed)
		err_drop(repo_commit_of(run->env.repo, ref.buf, &tip));
	str_release(&ref);
	return oid_eq(&tip, &past->commit);
}

struct err *run_keep_commit(void *ctx, const char *branch, const struct oid *commit)
{
	struct run *run = ctx;

	run->state.branch = arena_dups(&run->report.arena, branch);
	if (!run->state.branch)
		return arena_err(&run->report.arena, "report");
	run->state.commit = *commit;
	return run_keep_state(run);
}
