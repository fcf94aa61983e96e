/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the models are told: messages made from templates (model/template.h).
 *
 * A prompt owns its texts. The same input makes the same bytes, and what changes
 * least stands first (rules and schema, repository, issue), so that a provider's
 * prefix cache is hit; a further round only adds messages to the prompt.
 *
 * Text from issue, repository, logs and models is quoted (context/quote.h) and
 * called data in the rules. What that cannot prevent, the engine does.
 */
#ifndef MODEL_PROMPT_H
#define MODEL_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "context/quote.h"
#include "model/chat.h"
#include "model/template.h"

#define PROMPT_MESSAGES_MAX 32
#define PROMPT_MAX_BYTES ((size_t)16 << 20)

struct prompt {
	struct arena arena;
	struct chat_message messages[PROMPT_MESSAGES_MAX];
	size_t n;
	const char *marker; /* of an executor's prompt: "updated-code" */
	const char *stop;
	const char *prefill;
	struct str versions; /* "prompts/planner.txt 1\n" for each template used */
};

void prompt_init(struct prompt *prompt);
void prompt_release(struct prompt *prompt);

int64_t prompt_tokens(const struct prompt *prompt);

struct prompt_plan {
	struct span schema;        /* how a plan looks, from plan/ */
	bool direct_only;          /* no model edits */
	const struct quote *tree;  /* list of files, or NULL */
	const struct quote *files; /* excerpts */
	size_t n_files;
	const struct quote *issue; /* never NULL */
	const struct quote *logs;
	size_t n_logs;
};

/* ERR_INPUT when it passes PROMPT_MAX_BYTES, ERR_CONFIG for a bad template. */
struct err *prompt_plan(struct prompt *prompt, const struct templates *templates,
			const struct prompt_plan *input) MUST_USE;

/*
 * Further rounds, on top of the prompt they belong to. answer is what the model
 * said in the last one.
 */
struct err *prompt_repair_json(struct prompt *prompt, const struct templates *templates,
			       struct span answer, const char *error) MUST_USE;

struct prompt_repair {
	struct span answer;
	const struct quote *diff;     /* what the plan made; NULL: its edits failed */
	const struct quote *failures; /* the failed edits, or the failing log's tail */
	const struct quote *files;    /* text that was not shown yet */
	size_t n_files;
};

struct err *prompt_repair(struct prompt *prompt, const struct templates *templates,
			  const struct prompt_repair *input) MUST_USE;

/* A further round that somebody asks for: answer made diff, and wish says what of it. */
struct prompt_amend {
	struct span answer;
	const struct quote *diff;
	const struct quote *wish;
};

struct err *prompt_amend(struct prompt *prompt, const struct templates *templates,
			 const struct prompt_amend *input) MUST_USE;

struct prompt_review {
	const struct quote *issue;
	const struct quote *diff;
	const struct quote *evidence;
};

struct err *prompt_review(struct prompt *prompt, const struct templates *templates,
			  const struct prompt_review *input) MUST_USE;

struct prompt_region {
	const char *file;
	struct span action;
	struct span code;          /* whole lines */
	struct span before, after; /* a few lines, may be empty */
};

/*
 * Asks for a region's new text. ERR_NO_FIX when the text holds control tokens of
 * the executor's model, which would end or bend the conversation.
 */
struct err *prompt_region(struct prompt *prompt, const struct templates *templates,
			  const struct prompt_region *input) MUST_USE;

/* Once more, with why the answer would not do. */
struct err *prompt_region_again(struct prompt *prompt, const struct templates *templates,
				const struct prompt_region *input, struct span answer,
				const char *reason) MUST_USE;

/*
 * Asks for n regions of one file in one answer: that of number i (from 0) stands
 * between markers of its own, which are marker, a dash and i + 1. There is no prefill
 * and no stop word. Each region as above.
 */
struct err *prompt_regions(struct prompt *prompt, const struct templates *templates,
			   const struct prompt_region *v, size_t n) MUST_USE;

/* Tokens that the answer for a region may have. */
int prompt_region_tokens(const struct prompt_region *input);

/* Tokens of the region's own: all of a prompt but what every prompt says. */
int64_t prompt_region_own_tokens(const struct prompt_region *input);

#endif
