/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/rule.h"

#include <stdlib.h>
#include <string.h>

#define RULES_ARENA_BYTES ((size_t)32 << 20)
#define RULES_FILE_MAX_BYTES ((size_t)4 << 20)

/* The stanza that is being read. */
struct reader {
	struct rules *rules;
	const char *file;
	size_t line;
	bool in_rule;
	struct rule rule;
	const char *table; /* or NULL */
};

struct err *rules_new(struct rules **out)
{
	struct rules *rules = calloc(1, sizeof(*rules));

	*out = rules;
	if (!rules)
		return err_nomem();
	arena_init(&rules->arena, RULES_ARENA_BYTES);
	return NULL;
}

static void rule_release(struct rule *rule)
{
	regex_free(rule->match.re);
	regex_free(rule->text.re);
	regex_free(rule->source.re);
	memset(rule, 0, sizeof(*rule));
}

void rules_free(struct rules *rules)
{
	if (!rules)
		return;
	for (size_t i = 0; i < rules->n; i++)
		rule_release(&rules->v[i]);
	arena_release(&rules->arena);
	free(rules);
}

static struct err *bad(const struct reader *r, const char *fmt, ...)
	PRINTF_LIKE(2, 3) MUST_USE;

static struct err *bad(const struct reader *r, const char *fmt, ...)
{
	struct str text = STR_INIT(4096);
	struct err *err;
	va_list ap;

	va_start(ap, fmt);
	str_vaddf(&text, fmt, ap);
	va_end(ap);
	err = err_new(ERR_INPUT, "%s:%zu: %s", r->file, r->line, text.buf);
	str_release(&text);
	return err;
}

static struct err *keep(struct rules *rules, struct span text, const char **out)
{
	*out = arena_dup(&rules->arena, text);
	return *out ? NULL : arena_err(&rules->arena, "rules");
}

/* old with room for one element more than n, in *out. */
static struct err *grow(struct rules *rules, const void *old, size_t n, size_t *cap,
			size_t size, void **out)
{
	size_t more = *cap ? *cap * 2 : 64;

	*out = arena_array(&rules->arena, more, size);
	if (!*out)
		return arena_err(&rules->arena, "rules");
	if (n)
		memcpy(*out, old, n * size);
	*cap = more;
	return NULL;
}

static struct err *add_entry(struct rules *rules, const struct table_entry *entry)
{
	struct err *err;
	void *more;

	if (rules->n_entries == rules->cap_entries) {
		err = grow(rules, rules->entries, rules->n_entries, &rules->cap_entries,
			   sizeof(*rules->entries), &more);
		if (err)
			return err;
		rules->entries = more;
	}
	rules->entries[rules->n_entries++] = *entry;
	return NULL;
}

/* The table's name as the rules keep it; NULL when there is none. */
static const char *table_named(const struct rules *rules, struct span name)
{
	for (size_t i = 0; i < rules->n_tables; i++) {
		if (span_eqs(name, rules->tables[i]))
			return rules->tables[i];
	}
	return NULL;
}

static struct err *begin_table(struct reader *r, struct span name)
{
	struct rules *rules = r->rules;
	struct err *err;
	void *more;

	if (!name.len)
		return bad(r, "a table without a name");
	r->table = table_named(rules, name);
	if (r->table)
		return NULL;
	if (rules->n_tables == rules->cap_tables) {
		err = grow(rules, rules->tables, rules->n_tables, &rules->cap_tables,
			   sizeof(*rules->tables), &more);
		if (err)
			return err;
		rules->tables = more;
	}
	err = keep(rules, name, &r->table);
	if (!err)
		rules->tables[rules->n_tables++] = r->table;
	return err;
}

static struct err *add_rule(struct rules *rules, const struct rule *rule)
{
	struct err *err;
	void *more;

	for (size_t i = 0; i < rules->n; i++) {
		if (strcmp(rules->v[i].name, rule->name))
			continue;
		rule_release(&rules->v[i]);
		rules->v[i] = *rule;
		return NULL;
	}
	if (rules->n == rules->cap) {
		err = grow(rules, rules->v, rules->n, &rules->cap, sizeof(*rules->v),
			   &more);
		if (err)
			return err;
		rules->v = more;
	}
	rules->v[rules->n++] = *rule;
	return NULL;
}

static bool has_group(const struct rule *rule, struct span name)
{
	const struct rule_pattern *const patterns[] = { &rule->match, &rule->text,
							&rule->source };

	if (rule->table_value && span_eqs(name, rule->table_value))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		for (size_t k = 0; k < patterns[i]->n_groups; k++) {
			if (span_eqs(name, patterns[i]->groups[k]))
				return true;
		}
	}
	return false;
}

/* Every ${name} must be a group of the rule. */
static struct err *check_template(const struct reader *r, const char *key,
				  struct span text)
{
	ptrdiff_t at = 0, end;

	while ((at = span_find(text, SPAN("${"), (size_t)at)) >= 0) {
		struct span name;

		end = span_findc(text, '}', (size_t)at);
		if (end < 0)
			return bad(r, "%s: '${' without '}'", key);
		name = span_cut(text, (size_t)at + 2, (size_t)end);
		if (!has_group(&r->rule, name))
			return bad(r, "%s: no group '%.*s' in [%s]", key, (int)name.len,
				   name.ptr, r->rule.name);
		at = end;
	}
	return NULL;
}

static struct err *end_rule(struct reader *r)
{
	struct rule *rule = &r->rule;
	struct err *err;

	if (!r->in_rule)
		return NULL;
	r->in_rule = false;
	if (!rule->match.re && !rule->text.re)
		return bad(r, "[%s] ends without 'match' or 'text'", rule->name);
	if (rule->edit == RULE_NONE)
		return bad(r, "[%s] ends without 'edit'", rule->name);
	if (rule->edit == RULE_ADD_IMPORT && !rule->import.ptr)
		return bad(r, "[%s] ends without 'import'", rule->name);
	if (rule->edit != RULE_ADD_IMPORT && rule->import.ptr)
		return bad(r, "[%s]: 'import' goes with 'edit = add_import' only",
			   rule->name);
	if (!rule->identifier.ptr &&
	    ((rule->edit != RULE_ADD_IMPORT && rule->edit != RULE_END_STATEMENT) ||
	     has_group(rule, SPAN("name"))))
		rule->identifier = SPAN("${name}");
	err = check_template(r, "name", rule->identifier);
	if (err)
		return err;
	if (rule->table_key && !has_group(rule, span_of(rule->table_key)))
		return bad(r, "table: no group '%s' in [%s]", rule->table_key,
			   rule->name);
	err = check_template(r, "import", rule->import);
	if (!err)
		err = check_template(r, "subject", rule->subject);
	if (!err)
		err = add_rule(r->rules, rule);
	if (!err)
		memset(rule, 0, sizeof(*rule));
	return err;
}

static struct err *begin_stanza(struct reader *r, struct span name)
{
	struct err *err = end_rule(r);

	if (err)
		return err;
	r->table = NULL;
	if (span_eqs(name, "table") || span_starts(name, "table "))
		return begin_table(r, span_trim(span_cut(name, 5, name.len)));
	if (!name.len)
		return bad(r, "a rule without a name");
	r->in_rule = true;
	r->rule.file = r->file;
	r->rule.line = r->line;
	return keep(r->rules, name, &r->rule.name);
}

/* Lists the names of the pattern's groups. */
static struct err *list_groups(struct reader *r, struct rule_pattern *p,
			       struct span pattern)
{
	static const char *const marks[] = { "(?<", "(?P<" };

	for (size_t m = 0; m < ARRAY_SIZE(marks); m++) {
		ptrdiff_t at = 0, end;

		while ((at = span_find(pattern, span_of(marks[m]), (size_t)at)) >= 0) {
			struct span name;
			struct err *err;

			at += (ptrdiff_t)strlen(marks[m]);
			end = span_findc(pattern, '>', (size_t)at);
			if (end < 0)
				break;
			name = span_cut(pattern, (size_t)at, (size_t)end);
			if (!name.len || name.ptr[0] == '=' || name.ptr[0] == '!')
				continue; /* a look-behind */
			if (p->n_groups == RULE_GROUPS_MAX)
				return bad(r, "more than %d groups", RULE_GROUPS_MAX);
			err = keep(r->rules, name, &p->groups[p->n_groups]);
			if (err)
				return err;
			if (!regex_has_name(p->re, p->groups[p->n_groups]))
				continue;
			p->n_groups++;
		}
	}
	return NULL;
}

static struct err *set_pattern(struct reader *r, struct rule_pattern *p, const char *key,
			       struct span value)
{
	struct err *err;

	if (p->re)
		return bad(r, "'%s' is given twice", key);
	err = regex_new(&p->re, value, REGEX_MULTILINE);
	if (err)
		return err_wrap(err, "%s:%zu: %s", r->file, r->line, key);
	return list_groups(r, p, value);
}

static const struct {
	const char *name;
	enum rule_edit edit;
} edits[] = {
	{ "add_import", RULE_ADD_IMPORT },
	{ "include_declaring", RULE_INCLUDE_DECLARING },
	{ "import_alike", RULE_IMPORT_ALIKE },
	{ "remove_import", RULE_REMOVE_IMPORT },
	{ "end_statement", RULE_END_STATEMENT },
	{ "respell", RULE_RESPELL },
};

static struct err *set_edit(struct reader *r, struct span value)
{
	for (size_t i = 0; i < ARRAY_SIZE(edits); i++) {
		if (span_eqs(value, edits[i].name)) {
			r->rule.edit = edits[i].edit;
			return NULL;
		}
	}
	return bad(r, "edit: unknown kind '%.*s'", (int)value.len, value.ptr);
}

static struct err *set_table(struct reader *r, struct span value)
{
	const char *word[3] = { NULL, NULL, NULL };
	struct span part;
	struct err *err;
	size_t n = 0;

	while (span_split(&value, ' ', &part)) {
		if (!part.len)
			continue;
		if (n == 3)
			return bad(r, "table: expected TABLE GROUP VALUE");
		err = keep(r->rules, part, &word[n++]);
		if (err)
			return err;
	}
	if (n != 3)
		return bad(r, "table: expected TABLE GROUP VALUE");
	r->rule.table = table_named(r->rules, span_of(word[0]));
	if (!r->rule.table)
		return bad(r, "table: there is no [table %s] above", word[0]);
	r->rule.table_key = word[1];
	r->rule.table_value = word[2];
	return NULL;
}

static struct err *set_text(struct reader *r, struct span *field, const char *key,
			    struct span value)
{
	const char *copy;
	struct err *err;

	if (field->ptr)
		return bad(r, "'%s' is given twice", key);
	err = keep(r->rules, value, &copy);
	if (!err)
		*field = (struct span){ copy, value.len };
	return err;
}

static struct err *set_key(struct reader *r, struct span key, struct span value)
{
	struct rule *rule = &r->rule;

	if (!value.len)
		return bad(r, "'%.*s' has no value", (int)key.len, key.ptr);
	if (span_eqs(key, "tool"))
		return set_text(r, &rule->tool, "tool", value);
	if (span_eqs(key, "code"))
		return set_text(r, &rule->code, "code", value);
	if (span_eqs(key, "import"))
		return set_text(r, &rule->import, "import", value);
	if (span_eqs(key, "name"))
		return set_text(r, &rule->identifier, "name", value);
	if (span_eqs(key, "subject"))
		return set_text(r, &rule->subject, "subject", value);
	if (span_eqs(key, "match"))
		return set_pattern(r, &rule->match, "match", value);
	if (span_eqs(key, "text"))
		return set_pattern(r, &rule->text, "text", value);
	if (span_eqs(key, "source"))
		return set_pattern(r, &rule->source, "source", value);
	if (span_eqs(key, "table"))
		return set_table(r, value);
	if (span_eqs(key, "edit"))
		return set_edit(r, value);
	if (span_eqs(key, "severity")) {
		rule->warnings = span_eqs(value, "warning");
		if (rule->warnings || span_eqs(value, "error"))
			return NULL;
		return bad(r, "severity: 'error' or 'warning', not '%.*s'",
			   (int)value.len, value.ptr);
	}
	return bad(r, "unknown key '%.*s'", (int)key.len, key.ptr);
}

static struct err *add_names(struct reader *r, struct span value, struct span names)
{
	struct table_entry entry = { .table = r->table };
	struct span name;
	struct err *err = keep(r->rules, value, &entry.value);

	while (!err && span_split(&names, ' ', &name)) {
		if (!name.len)
			continue;
		err = keep(r->rules, name, &entry.name);
		if (!err)
			err = add_entry(r->rules, &entry);
	}
	return err;
}

static struct err *read_line(struct reader *r, struct span line)
{
	struct span key, value;
	ptrdiff_t equals;

	line = span_trim(line);
	if (!line.len || line.ptr[0] == '#')
		return NULL;
	if (memchr(line.ptr, '\0', line.len))
		return bad(r, "a NUL byte");
	if (line.ptr[0] == '[') {
		if (!span_ends(line, "]"))
			return bad(r, "'[' without ']'");
		return begin_stanza(r, span_trim(span_cut(line, 1, line.len - 1)));
	}
	if (!r->in_rule && !r->table)
		return bad(r, "expected '[name]' first");
	/* A table's value may hold a '=' of its own, so blanks stand around it. */
	equals = span_find(line, SPAN(" = "), 0);
	if (equals <= 0)
		return bad(r, "expected 'key = value'");
	key = span_trim(span_cut(line, 0, (size_t)equals));
	value = span_trim(span_cut(line, (size_t)equals + 3, line.len));
	return r->table ? add_names(r, key, value) : set_key(r, key, value);
}

struct err *rules_add(struct rules *rules, const char *name, struct span text)
{
	struct reader r = { .rules = rules, .line = 0 };
	struct err *err;
	struct span line;

	if (text.len > RULES_FILE_MAX_BYTES)
		return err_new(ERR_INPUT, "%s: larger than %zu bytes", name,
			       RULES_FILE_MAX_BYTES);
	err = keep(rules, span_of(name), &r.file);
	while (!err && span_line(&text, &line)) {
		r.line++;
		err = read_line(&r, line);
	}
	if (!err)
		err = end_rule(&r);
	rule_release(&r.rule);
	return err;
}

const char *rules_lookup(const struct rules *rules, const char *table, struct span name)
{
	for (size_t i = rules->n_entries; i; i--) {
		const struct table_entry *e = &rules->entries[i - 1];

		if ((!table || e->table == table) && span_eqs(name, e->name))
			return e->value;
	}
	return NULL;
}
