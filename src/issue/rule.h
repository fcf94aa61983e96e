/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A rule, as its file says it, and the match of one against a diagnostic.
 *
 * The file is text, read line by line:
 *
 *	# A comment; empty lines mean nothing.
 *	[table c-headers]
 *	stdio.h = printf puts
 *	stdio.h = FILE
 *
 *	[c-call]
 *	tool = gcc clang
 *	match = ^implicit declaration of function '(?<name>\w+)'
 *	table = c-headers name header
 *	edit = add_import
 *	import = #include <${header}>
 *
 * "[table NAME]" begins a table of names and what each stands for: on a line,
 * "value = names". The same name again: the later line counts.
 *
 * "[NAME]" begins a rule; a later rule of that name takes the place of the
 * earlier. Its keys, each once:
 *
 *	tool      whose diagnostics it is for: gcc, clang, ld, python, go, rustc, ...
 *	severity  error (unless given), or warning: warnings as well
 *	code      if given, the diagnostic's code must be one of these
 *	match     a PCRE2 pattern found in the message's first line
 *	text      one found in all that was printed, notes included ("^" at each line)
 *	source    one found in the line of the tree that the diagnostic points to; a
 *	          group that match or text have too must hold the same there
 *	table     TABLE GROUP VALUE: looks up in TABLE what GROUP holds and calls the
 *	          outcome VALUE; not in the table: the rule does not match
 *	edit      add_import: adds the line import to the file (or, for an #include of
 *	          the system, the header of the project by which all others that use
 *	          name get it)
 *	          include_declaring: adds the #include by which other files of the
 *	          project get the declaration of name
 *	          import_alike: adds the import by which other files get name (Python)
 *	          remove_import: removes the line pointed to if it imports just name (Go)
 *	          end_statement: puts a ';' behind the declaration above the line
 *	          that is pointed to
 *	          respell: makes name, a word or a tag ("struct x") of C that stands in
 *	          the tree once, the only name near to it that the file knows
 *	import    the line to add
 *	name      the identifier that is missing; the group "name" unless given
 *	subject   of the commit; made up from the edit unless given
 *
 * match or text must be there, and so must edit. In import, name and subject
 * ${group} is what the group of that name holds. Quotes of the message and the
 * text that are typographic in a UTF-8 locale are plain ones (') here.
 */
#ifndef ISSUE_RULE_H
#define ISSUE_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "issue/diag.h"
#include "issue/rules.h"
#include "sys/regex.h"

#define RULE_GROUPS_MAX 16

enum rule_edit {
	RULE_NONE,
	RULE_ADD_IMPORT,
	RULE_INCLUDE_DECLARING,
	RULE_IMPORT_ALIKE,
	RULE_REMOVE_IMPORT,
	RULE_END_STATEMENT,
	RULE_RESPELL,
};

struct rule_pattern {
	struct regex *re; /* NULL: not given */
	const char *groups[RULE_GROUPS_MAX];
	size_t n_groups;
};

struct rule {
	const char *name;
	const char *file; /* that it was read from */
	size_t line;
	struct span tool;
	struct span code;
	bool warnings;
	struct rule_pattern match, text, source;
	const char *table, *table_key, *table_value;
	enum rule_edit edit;
	struct span import, identifier, subject;
};

struct table_entry {
	const char *table;
	const char *name;
	const char *value;
};

struct rules {
	struct arena arena;
	struct rule *v;
	size_t n, cap;
	struct table_entry *entries;
	size_t n_entries, cap_entries;
	const char **tables;
	size_t n_tables, cap_tables;
};

/* What a rule that matched says, in the arena given to rule_match(). */
struct rule_outcome {
	struct span import;
	struct span identifier;
	struct span subject;
};

/*
 * Whether rule matches diag. tree_line is the line it points to as the tree has
 * it; ptr NULL if there is none, and then a rule with "source" does not match.
 */
struct err *rule_match(const struct rules *rules, const struct rule *rule,
		       const struct diag *diag, struct span tree_line, struct arena *arena,
		       bool *matched, struct rule_outcome *out) MUST_USE;

/* The value of name in table (any table if that is NULL), or NULL. */
const char *rules_lookup(const struct rules *rules, const char *table, struct span name);

#endif
