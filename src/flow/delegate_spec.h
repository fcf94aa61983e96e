/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a delegate (flow/delegate.h) is made of, and what it tells of an edit.
 */
#ifndef FLOW_DELEGATE_SPEC_H
#define FLOW_DELEGATE_SPEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/events.h"
#include "edit/resolve.h"
#include "flow/withhold.h"
#include "model/budget.h"
#include "model/client.h"
#include "model/template.h"
#include "plan/plan.h"

struct delegate_spec {
	struct client *client;
	const struct endpoint *executors;
	size_t n_executors;
	const struct endpoint *planner; /* thinking off; NULL: none to fall back on */
	const struct templates *templates;
	struct budget *budget;
	struct chat_cache *cache; /* of answers; or NULL */
	struct resolver *resolver;
	struct withhold *withhold;
	const struct events *events;
	int64_t hedge; /* medians of silence before a second executor is asked; 0: never */
};

/* What the model calls for one edit came to. */
struct delegate_row {
	const struct edit *edit;
	const struct endpoint *endpoint; /* who gave the answer that was taken; NULL: nobody */
	int attempts;
	int64_t ms;
};

#endif
