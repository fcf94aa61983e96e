/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/rule.h"

#include <string.h>

#define SUBJECT_MAX_BYTES ((size_t)64 << 10)

/* What a match gave each pattern to look in. */
struct subjects {
	struct span message, text, source;
};

static bool listed(struct span list, const char *word)
{
	struct span part;

	while (span_split(&list, ' ', &part)) {
		if (part.len && span_eqs(part, word))
			return true;
	}
	return false;
}

/* Typographic quotes as plain ones, so that a rule need not know the locale. */
static struct err *plain_quotes(struct arena *arena, struct span text, struct span *out)
{
	char *copy = arena_alloc(arena, text.len + 1);
	size_t n = 0;

	if (!copy)
		return arena_err(arena, "rules");
	for (size_t i = 0; i < text.len; i++) {
		if (i + 2 < text.len && !memcmp(text.ptr + i, "\xe2\x80", 2) &&
		    (text.ptr[i + 2] == '\x98' || text.ptr[i + 2] == '\x99')) {
			copy[n++] = '\'';
			i += 2;
		} else {
			copy[n++] = text.ptr[i];
		}
	}
	*out = (struct span){ copy, n };
	return NULL;
}

/* What group name holds, from whichever pattern has it. */
static struct span group_of(const struct rule *rule, const struct subjects *s,
			    const char *name)
{
	struct span got = { NULL, 0 };

	if (rule->match.re && regex_has_name(rule->match.re, name))
		got = regex_named(rule->match.re, s->message, name);
	if (!got.ptr && rule->text.re && regex_has_name(rule->text.re, name))
		got = regex_named(rule->text.re, s->text, name);
	if (!got.ptr && rule->source.re && regex_has_name(rule->source.re, name))
		got = regex_named(rule->source.re, s->source, name);
	return got;
}

/* Whether source's groups hold what match and text found under the same names. */
static bool agrees(const struct rule *rule, const struct subjects *s)
{
	for (size_t i = 0; i < rule->source.n_groups; i++) {
		const char *name = rule->source.groups[i];
		struct span here = regex_named(rule->source.re, s->source, name);
		struct span there = group_of(rule, s, name);

		if (!span_eq(here, there))
			return false;
	}
	return true;
}

static struct err *source_matches(const struct rule *rule, const struct subjects *s,
				  bool *matched)
{
	struct regex_match m;
	size_t from = 0;

	*matched = false;
	while (from <= s->source.len) {
		struct err *err;
		bool found;

		err = regex_find(rule->source.re, s->source, from, &found, &m);
		if (err || !found)
			return err;
		if (agrees(rule, s)) {
			*matched = true;
			return NULL;
		}
		from = m.start + 1;
	}
	return NULL;
}

static struct err *fill(const struct rule *rule, const struct subjects *s,
			const char *value, struct span template, struct arena *arena,
			struct span *out)
{
	struct str text = STR_INIT(SUBJECT_MAX_BYTES);
	struct err *err = NULL;
	size_t i = 0;

	while (i < template.len) {
		ptrdiff_t end = -1;
		char name[64];

		if (template.ptr[i] == '$' && i + 1 < template.len &&
		    template.ptr[i + 1] == '{')
			end = span_findc(template, '}', i);
		if (end < 0 || (size_t)end - i - 2 >= sizeof(name)) {
			str_addc(&text, template.ptr[i++]);
			continue;
		}
		memcpy(name, template.ptr + i + 2, (size_t)end - i - 2);
		name[(size_t)end - i - 2] = '\0';
		if (rule->table_value && !strcmp(name, rule->table_value))
			str_adds(&text, value);
		else
			str_add_span(&text, group_of(rule, s, name));
		i = (size_t)end + 1;
	}
	err = str_err(&text, "a rule's outcome");
	if (!err) {
		out->ptr = arena_dup(arena, str_span(&text));
		out->len = text.len;
		if (!out->ptr)
			err = arena_err(arena, "rules");
	}
	str_release(&text);
	return err;
}

static struct err *find_in(const struct rule_pattern *p, struct span subject, bool *found)
{
	struct regex_match m;

	*found = true;
	if (!p->re)
		return NULL;
	return regex_find(p->re, subject, 0, found, &m);
}

static struct err *patterns_match(const struct rule *rule, const struct diag *diag,
				  struct span tree_line, struct arena *arena,
				  struct subjects *s, bool *matched)
{
	struct err *err;

	s->message = diag->message;
	err = find_in(&rule->match, s->message, matched);
	if (err || !*matched)
		return err;
	if (rule->text.re) {
		err = plain_quotes(arena, span_cut(diag->text, 0, SUBJECT_MAX_BYTES),
				   &s->text);
		if (!err)
			err = find_in(&rule->text, s->text, matched);
		if (err || !*matched)
			return err;
	}
	s->source = span_cut(tree_line, 0, SUBJECT_MAX_BYTES);
	if (!rule->source.re)
		return NULL;
	if (!tree_line.ptr) {
		*matched = false;
		return NULL;
	}
	return source_matches(rule, s, matched);
}

struct err *rule_match(const struct rules *rules, const struct rule *rule,
		       const struct diag *diag, struct span tree_line,
		       struct arena *arena, bool *matched, struct rule_outcome *out)
{
	struct subjects s = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	const char *value = "";
	struct err *err;

	*matched = false;
	memset(out, 0, sizeof(*out));
	if (diag->severity == DIAG_NOTE ||
	    (diag->severity == DIAG_WARNING && !rule->warnings))
		return NULL;
	if (rule->tool.ptr && !listed(rule->tool, diag->tool))
		return NULL;
	if (rule->code.ptr && !listed(rule->code, diag->code))
		return NULL;
	err = patterns_match(rule, diag, tree_line, arena, &s, matched);
	if (err || !*matched)
		return err;
	if (rule->table) {
		value = rules_lookup(rules, rule->table,
				     group_of(rule, &s, rule->table_key));
		*matched = value != NULL;
		if (!value)
			return NULL;
	}
	err = fill(rule, &s, value, rule->import, arena, &out->import);
	if (!err)
		err = fill(rule, &s, value, rule->identifier, arena, &out->identifier);
	if (!err && rule->subject.ptr)
		err = fill(rule, &s, value, rule->subject, arena, &out->subject);
	return err;
}
