/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/budget.h"

#include <stddef.h>

#define MILLION 1e6

void usage_add(struct usage *sum, const struct usage *more)
{
	sum->requests += more->requests;
	sum->prompt_tokens += more->prompt_tokens;
	sum->cached_tokens += more->cached_tokens;
	sum->completion_tokens += more->completion_tokens;
	sum->usd = sum->usd < 0 || more->usd < 0 ? -1 : sum->usd + more->usd;
	sum->estimated |= more->estimated;
	sum->hits += more->hits;
	sum->misses += more->misses;
	sum->saved_usd = sum->saved_usd < 0 || more->saved_usd < 0 ?
		-1 : sum->saved_usd + more->saved_usd;
}

double usage_usd(const struct usage *usage, const struct prices *prices)
{
	double cached = prices->cached < 0 ? prices->input : prices->cached;
	int64_t fresh = usage->prompt_tokens - usage->cached_tokens;

	if ((usage->prompt_tokens && prices->input < 0) ||
	    (usage->completion_tokens && prices->output < 0))
		return -1;
	if (fresh < 0)
		fresh = 0;
	return ((double)fresh * prices->input + (double)usage->cached_tokens * cached +
		(double)usage->completion_tokens * prices->output) / MILLION;
}

void budget_init(struct budget *budget, double usd_max, int64_t tokens_max)
{
	*budget = (struct budget){ .usd_max = usd_max, .tokens_max = tokens_max };
}

static struct err *over_tokens(const struct budget *budget, const char *model,
			       int64_t need, int64_t left)
{
	return err_hint(err_new(ERR_SERVICE,
				"the next call to '%s' may take %lld tokens; "
				"%lld of %lld are left",
				model, (long long)need, (long long)(left < 0 ? 0 : left),
				(long long)budget->tokens_max),
			"git config dualfix.maxTokens <tokens>");
}

static struct err *over_usd(const struct budget *budget, const char *model, double need,
			    double left)
{
	return err_hint(err_new(ERR_SERVICE,
				"the next call to '%s' may cost $%.4f; "
				"$%.4f of $%.4f is left",
				model, need, left < 0 ? 0 : left, budget->usd_max),
			"--budget <usd>, or git config dualfix.budget <usd>");
}

static struct err *no_price(const char *model)
{
	return err_hint(err_new(ERR_SERVICE,
				"nothing may be spent, and what '%s' costs is not known",
				model),
			"--budget <usd>, or say the price: git config "
			"dualfix.<role>.priceInput <usd>, and priceOutput");
}

struct err *budget_hold(struct budget *budget, const struct budget_call *call,
			int64_t prompt_tokens, int min_tokens, int *max_tokens,
			struct budget_hold *hold)
{
	const struct prices *prices = call->prices;
	bool priced = prices->input >= 0 && prices->output >= 0;
	int64_t most = *max_tokens;
	double input = priced ? (double)prompt_tokens * prices->input / MILLION : 0;

	*hold = (struct budget_hold){ 0 };
	if (!budget->usd_max && !priced && !call->local)
		return no_price(call->model);
	if (budget->tokens_max) {
		int64_t left = budget->tokens_max - budget->spent.prompt_tokens -
			       budget->spent.completion_tokens - budget->tokens_held;

		if (prompt_tokens + most > left)
			most = left - prompt_tokens;
		if (most < min_tokens)
			return over_tokens(budget, call->model, prompt_tokens + min_tokens,
					   left);
	}
	if (budget->usd_max >= 0 && priced) {
		double left = budget->usd_max - budget->usd_known - budget->usd_held;
		double each = prices->output / MILLION;

		if (input + (double)most * each > left)
			most = each > 0 && left > input ? (int64_t)((left - input) / each)
							: 0;
		if (most < min_tokens)
			return over_usd(budget, call->model, input + min_tokens * each, left);
	}
	*max_tokens = (int)most;
	hold->tokens = prompt_tokens + most;
	hold->usd = priced ? input + (double)most * prices->output / MILLION : 0;
	budget->tokens_held += hold->tokens;
	budget->usd_held += hold->usd;
	return NULL;
}

void budget_settle(struct budget *budget, const struct budget_hold *hold,
		   const struct usage *usage)
{
	budget->tokens_held -= hold->tokens;
	budget->usd_held -= hold->usd;
	if (budget->usd_held < 0)
		budget->usd_held = 0; /* what adding and subtracting leaves of nothing */
	if (!usage)
		return;
	usage_add(&budget->spent, usage);
	if (usage->usd > 0)
		budget->usd_known += usage->usd;
}
