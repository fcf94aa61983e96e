/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/rules.h"

#include <string.h>

#include "base/utf8.h"
#include "issue/imports.h"
#include "issue/includes.h"
#include "issue/mend.h"
#include "issue/pyimports.h"
#include "issue/remedy.h"
#include "issue/rule.h"
#include "issue/spelling.h"
#include "issue/standing.h"
#include "issue/words.h"

#define LEFT_MESSAGE_MAX_BYTES 300
#define FOLLOWS "it may follow from another error"

/*
 * Punctuation that a compiler asks for is right if it is the first thing wrong:
 * behind an error that stays, in a line where something else was wrong, or where
 * a declaration is missing, it follows from that. Then the next run will tell.
 */
static bool follows_from_another(const struct remedy *d, const struct diag *diag,
				 const char *uncured)
{
	if (uncured && !strcmp(uncured, diag->file))
		return true;
	for (size_t i = 0; i < d->n_cures; i++) {
		const struct cure *cure = &d->cures[i];

		if (strcmp(cure->file, diag->file))
			continue;
		if (cure->kind == CURE_INCLUDE || cure->diag->line == diag->line)
			return true;
	}
	return false;
}

static struct err *apply_rule(struct remedy *d, const struct rule *rule,
			      const struct rule_outcome *outcome, const struct diag *diag,
			      const char *uncured, const char **why)
{
	struct span import = { NULL, 0 }, needs = { NULL, 0 };
	const char *header = NULL;
	struct err *err;

	switch (rule->edit) {
	case RULE_ADD_IMPORT:
		if (!span_starts(outcome->import, "#include"))
			return remedy_import(d, diag, CURE_IMPORT, outcome->import,
					     outcome->subject, NULL, why);
		import = outcome->import;
		err = import_needs(d, diag->file, import, &needs);
		if (!err)
			err = include_alike(d, diag->file, outcome->identifier, &import);
		if (err)
			return err;
		header = arena_dup(&d->arena, needs);
		if (!header)
			return arena_err(&d->arena, "plan");
		return remedy_import(d, diag, CURE_INCLUDE, import, outcome->subject,
				     header, why);
	case RULE_INCLUDE_DECLARING:
		err = include_declaring(d, diag->file, outcome->identifier, &import,
					&header, why);
		if (err || *why)
			return err;
		return remedy_import(d, diag, CURE_INCLUDE, import, outcome->subject,
				     header, why);
	case RULE_IMPORT_ALIKE:
		err = import_alike(d, diag->file, outcome->identifier, &import, why);
		if (err || *why)
			return err;
		return remedy_import(d, diag, CURE_IMPORT, import, outcome->subject, NULL,
				     why);
	case RULE_REMOVE_IMPORT:
		return remedy_removal(d, diag, outcome->identifier, outcome->subject,
				      why);
	case RULE_END_STATEMENT:
		if (follows_from_another(d, diag, uncured)) {
			*why = FOLLOWS;
			return NULL;
		}
		return mend_statement(d, diag, outcome->subject, why);
	case RULE_RESPELL:
		return mend_spelling(d, diag, outcome->identifier, outcome->subject, why);
	case RULE_NONE:
		break;
	}
	return NULL;
}

/* The first rule that matches and can be followed. */
static struct err *try_rules(struct remedy *d, const struct diag *diag, struct span line,
			     const char *uncured, bool *cured, const char **why)
{
	const struct rules *rules = d->in->rules;

	for (size_t i = 0; i < rules->n; i++) {
		struct rule_outcome outcome;
		const char *no = NULL;
		bool matched;
		struct err *err;

		err = rule_match(rules, &rules->v[i], diag, line, &d->arena, &matched,
				 &outcome);
		if (err && err_kind(err) == ERR_NO_FIX) {
			/* The pattern ran into a limit: it says nothing of this one. */
			err_drop(err);
			continue;
		}
		if (err)
			return err;
		if (!matched)
			continue;
		err = apply_rule(d, &rules->v[i], &outcome, diag, uncured, &no);
		if (err)
			return err;
		*cured = !no;
		if (*cured)
			return NULL;
		/* Later rules say more, but that no name is near says least. */
		if (!*why || rules->v[i].edit != RULE_RESPELL)
			*why = no;
	}
	return NULL;
}

/* How many places the diagnostics want old replaced at by a spelling fix-it. */
static struct err *count_places(struct remedy *d, struct span old, size_t *out)
{
	const struct diags *diags = d->in->diags;
	const struct fixit *last = NULL;

	*out = 0;
	for (size_t i = 0; i < diags->n; i++) {
		for (size_t k = 0; k < diags->v[i].n_fixits; k++) {
			const struct fixit *f = &diags->v[i].fixits[k];
			struct span have;
			struct err *err;
			bool both;

			err = fixit_words(d, f, &both, &have);
			if (err)
				return err;
			if (!both || !span_eq(have, old))
				continue;
			*out += !last || last->line != f->line ||
				last->column != f->column || strcmp(last->file, f->file);
			last = f;
		}
	}
	return NULL;
}

static struct err *check_spelling(struct remedy *d, const struct diag *diag,
				  const struct fixit *fixit, struct span old,
				  const char **why)
{
	size_t places;
	struct err *err;

	if (d->n_answers++ >= REMEDY_ANSWERS_MAX) {
		*why = "too many unknown names";
		return NULL;
	}
	if (!holds_word(diag->message, old)) {
		*why = "the fix-it replaces another name than the message says";
		return NULL;
	}
	err = count_places(d, old, &places);
	if (err)
		return err;
	return spelling_check(d, fixit->file, old, fixit->text, places, why);
}

static struct err *apply_fixits(struct remedy *d, const struct diag *diag, bool *cured,
				const char **why)
{
	struct cure cure = { .kind = CURE_FIXIT, .diag = diag, .file = diag->file };
	struct span line, old;
	struct err *err;

	if (diag->n_fixits == 1 && fixit_include(&diag->fixits[0], &line)) {
		err = remedy_import(d, diag, CURE_INCLUDE, line, (struct span){ NULL, 0 },
				    NULL, why);
		*cured = !err && !*why;
		return err;
	}
	for (size_t i = 0; i < diag->n_fixits; i++) {
		bool both;

		err = fixit_words(d, &diag->fixits[i], &both, &old);
		if (!err && both && !diag->automatic) {
			cure.kind = CURE_SPELLING;
			err = check_spelling(d, diag, &diag->fixits[i], old, why);
		}
		if (err || *why)
			return err;
	}
	err = remedy_fixits(d, diag, diag->fixits, diag->n_fixits, why);
	if (err || *why)
		return err;
	cure.what = diag->fixits[0].text;
	cure.inserts = diag->n_fixits == 1 &&
		       diag->fixits[0].line == diag->fixits[0].end_line &&
		       diag->fixits[0].column == diag->fixits[0].end_column;
	*cured = true;
	return remedy_cure(d, &cure);
}

static bool is_spelling(const struct diag *diag)
{
	for (size_t i = 0; i < diag->n_fixits; i++) {
		if (!is_word(diag->fixits[i].text))
			return false;
	}
	return true;
}

static struct err *cure_one(struct remedy *d, const struct diag *diag,
			    const char *uncured, bool *cured, const char **why)
{
	const struct tree_file *file;
	enum standing standing;
	struct span line;
	struct err *err;

	if (!diag->file[0]) {
		*why = "it names no file";
		return NULL;
	}
	err = remedy_editable(d, diag->file, &file, why);
	if (err || *why)
		return err;
	err = standing_of(d, diag, file, &line, &standing);
	if (err)
		return err;
	if (standing != STANDING_SURE) {
		*why = standing == STANDING_BLIND
			       ? "it quotes nothing to find it by"
			       : "what it quotes is not there in the tree";
		return NULL;
	}
	err = try_rules(d, diag, line, uncured, cured, why);
	if (err || *cured || !diag->n_fixits)
		return err;
	*why = NULL;
	if (!diag->automatic && !is_spelling(diag) &&
	    follows_from_another(d, diag, uncured)) {
		*why = FOLLOWS;
		return NULL;
	}
	return apply_fixits(d, diag, cured, why);
}

/* Whether the linker misses what diag's message names. */
static bool linker_misses(const struct diags *diags, const struct diag *diag)
{
	struct span rest = diag->message, name;
	ptrdiff_t at = span_find(rest, SPAN("function "), 0);
	size_t from = at < 0 ? 0 : (size_t)at + 9;

	if (at < 0 || !word_next(rest, &from, &name))
		return false;
	for (size_t i = 0; i < diags->n; i++) {
		if (!strcmp(diags->v[i].tool, "ld") &&
		    holds_word(diags->v[i].message, name))
			return true;
	}
	return false;
}

/*
 * Errors are. Of the warnings of our own run only those that tell why it failed:
 * an implicit declaration where there are errors too or the linker misses the
 * name; what else passes with warnings is not to be changed. In a file that
 * somebody hands in as the issue warnings are the issue.
 */
static bool is_wanted(const struct remedy *d, const struct diag *diag)
{
	const struct diags *diags = d->in->diags;

	if (diag->severity != DIAG_WARNING)
		return diag->severity == DIAG_ERROR;
	if (!d->in->own_log)
		return true;
	if (strcmp(diag->code, "-Wimplicit-function-declaration"))
		return false;
	for (size_t i = 0; i < diags->n; i++) {
		if (diags->v[i].severity == DIAG_ERROR &&
		    !strcmp(diags->v[i].file, diag->file))
			return true;
	}
	return linker_misses(diags, diag);
}

/* What the linker misses will be there once the name is right. */
static bool is_undone(const struct remedy *d, const struct diag *diag)
{
	struct span word;

	for (size_t i = 0; !strcmp(diag->tool, "ld") && i < d->n_cures; i++) {
		size_t at =
			span_starts(diag->message, "undefined reference to ") ? 23 : 0;

		if (word_next(diag->message, &at, &word) &&
		    holds_word(d->cures[i].diag->message, word))
			return true;
	}
	return false;
}

static bool is_repeated(const struct diags *diags, size_t index)
{
	const struct diag *diag = &diags->v[index];

	for (size_t i = 0; i < index; i++) {
		const struct diag *d = &diags->v[i];

		if (d->line == diag->line && d->column == diag->column &&
		    d->severity == diag->severity && span_eq(d->message, diag->message) &&
		    !strcmp(d->file, diag->file))
			return true;
	}
	return false;
}

static void add_left(struct str *left, const struct diag *diag, const char *why)
{
	if (diag->file[0] && diag->line)
		str_addf(left, "%s:%zu: ", diag->file, diag->line);
	else if (diag->file[0])
		str_addf(left, "%s: ", diag->file);
	utf8_clean(left, span_cut(diag->message, 0, LEFT_MESSAGE_MAX_BYTES), UTF8_LINE);
	str_adds(left, why ? ": refused: " : ": no rule and no fix-it for it");
	if (why)
		str_adds(left, why);
	str_addc(left, '\n');
}

static struct err *cure_all(struct remedy *d, struct str *left)
{
	const struct diags *diags = d->in->diags;
	const char *uncured = NULL;

	for (size_t i = 0; i < diags->n; i++) {
		const struct diag *diag = &diags->v[i];
		const char *why = NULL;
		bool cured = false;
		struct err *err;

		if (!is_wanted(d, diag) || is_repeated(diags, i) || is_undone(d, diag))
			continue;
		err = cure_one(d, diag, uncured, &cured, &why);
		if (err)
			return err;
		if (cured || diag->severity != DIAG_ERROR)
			continue;
		if (diag->file[0])
			uncured = diag->file;
		/* A reader wants the first some; the run's log has them all. */
		if (left->len < left->max_bytes / 2)
			add_left(left, diag, why);
	}
	return NULL;
}

struct err *rules_plan(struct plan *out, const struct rules_input *input,
		       struct str *left)
{
	struct remedy remedy;
	struct err *err;

	plan_init(out);
	remedy_init(&remedy, input);
	err = cure_all(&remedy, left);
	if (!err)
		err = remedy_drop_needless(&remedy);
	if (!err)
		err = remedy_edits(&remedy, out);
	if (!err && out->n_edits)
		err = remedy_message(&remedy, out);
	if (!err)
		err = str_err(left, "what is left");
	remedy_release(&remedy);
	return err;
}
