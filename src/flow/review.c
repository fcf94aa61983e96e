/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/review.h"

#include <stdlib.h>

#include "context/quote.h"
#include "context/secrets.h"
#include "flow/planner_call.h"
#include "model/answer.h"
#include "model/prompt.h"

#define TEXT_MAX_BYTES ((size_t)1 << 20)
#define PART_MAX_BYTES ((size_t)96 * 1024)
#define REASON_MAX_BYTES 4096
#define ANSWER_MAX_TOKENS 4000
#define ANSWER_MIN_TOKENS 256

struct review {
	struct review_spec spec;
	struct prompt prompt;
	struct planner_call call;
	bool approved;
	struct str reason;
	void (*done)(void *ctx, struct err *err);
	void *ctx;
};

static void on_reply(void *ctx, struct chat_reply *reply, struct err *err)
{
	struct review *review = ctx;

	if (!err && reply->finish != CHAT_STOP)
		err = err_new(ERR_SERVICE, "%s: the review broke off (%s)",
			      review->spec.endpoint->model, chat_finish_name(reply->finish));
	else if (!err)
		err = answer_review(str_span(&reply->text), &review->approved, &review->reason);
	chat_reply_release(reply);
	review->done(review->ctx, err);
}

static void add_evidence(const struct report *report, struct str *out)
{
	for (size_t i = 0; i < report->n_checks; i++) {
		const struct check_report *row = &report->checks[i];

		str_addf(out, "%s: %s before, %s after\n", row->command,
			 row->has_before ? check_status_name(row->before.status) : "not run",
			 row->has_after ? check_status_name(row->after.status) : "not run");
	}
	if (!report->n_checks)
		str_adds(out, "no check ran\n");
}

static struct err *clean(struct secrets *secrets, struct span text, struct str *out)
{
	size_t withheld = 0;
	struct err *err = secrets_filter(secrets, span_cut(text, 0, PART_MAX_BYTES), out,
					 &withheld);

	return err ? err : str_err(out, "review");
}

static struct err *make_prompt(struct review *review)
{
	struct str issue = STR_INIT(TEXT_MAX_BYTES), diff = STR_INIT(TEXT_MAX_BYTES);
	struct str evidence = STR_INIT(TEXT_MAX_BYTES), shown = STR_INIT(TEXT_MAX_BYTES);
	struct secrets *secrets = NULL;
	struct quote parts[3];
	struct prompt_review input = { &parts[0], &parts[1], &parts[2] };
	struct err *err = secrets_new(&secrets);

	add_evidence(review->spec.report, &evidence);
	if (!err)
		err = clean(secrets, review->spec.issue.ptr ? review->spec.issue :
				     SPAN("The checks fail.\n"), &issue);
	if (!err)
		err = clean(secrets, review->spec.diff, &diff);
	if (!err)
		err = clean(secrets, str_span(&evidence), &shown);
	parts[0] = (struct quote){ NULL, str_span(&issue) };
	parts[1] = (struct quote){ NULL, str_span(&diff) };
	parts[2] = (struct quote){ NULL, str_span(&shown) };
	if (!err)
		err = prompt_review(&review->prompt, review->spec.templates, &input);
	secrets_free(secrets);
	str_release(&issue);
	str_release(&diff);
	str_release(&evidence);
	str_release(&shown);
	return err;
}

struct err *review_start(struct review **out, const struct review_spec *spec,
			 void (*done)(void *ctx, struct err *err), void *ctx)
{
	struct review *review = calloc(1, sizeof(*review));
	struct err *err;

	*out = NULL;
	if (!review)
		return err_nomem();
	review->spec = *spec;
	review->done = done;
	review->ctx = ctx;
	str_init(&review->reason, REASON_MAX_BYTES);
	prompt_init(&review->prompt);
	review->call = (struct planner_call){
		.client = spec->client,
		.endpoint = spec->endpoint,
		.budget = spec->budget,
		.max_tokens = ANSWER_MAX_TOKENS,
		.min_tokens = ANSWER_MIN_TOKENS,
		.done = on_reply,
		.ctx = review,
	};
	err = make_prompt(review);
	if (!err)
		err = planner_call_send(&review->call, &review->prompt);
	if (err) {
		review_free(review);
		return err;
	}
	*out = review;
	return NULL;
}

bool review_approved(const struct review *review)
{
	return review->approved;
}

const char *review_reason(const struct review *review)
{
	return review->reason.buf;
}

const struct usage *review_usage(const struct review *review)
{
	return &review->call.usage;
}

const char *review_model(const struct review *review)
{
	return review->call.model;
}

bool review_stop(struct review *review)
{
	return planner_call_stop(&review->call);
}

void review_free(struct review *review)
{
	if (!review)
		return;
	(void)review_stop(review);
	prompt_release(&review->prompt);
	str_release(&review->reason);
	free(review);
}
