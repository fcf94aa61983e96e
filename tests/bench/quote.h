/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the damages of bench-edits are made of: the quoted lines of a sample, and
 * trials filled from them.
 */
#ifndef BENCH_QUOTE_H
#define BENCH_QUOTE_H

#include "sample.h"

/* The quoted lines: context, old or new lines, context. */
struct quote {
	struct span v[512];
	size_t n, above, below; /* context lines at the edges */
};

/* Adds a line, damaged; i counts the lines of find, context says of both texts. */
typedef void damage_line(struct span line, size_t i, bool context, void *ctx,
			 struct str *out);

void quote_both(const struct sample *s, struct quote *find, struct quote *replace);
struct span line_body(struct span line);
size_t line_indent(struct span line);
bool line_is_empty(struct span line);
bool quote_is_context(const struct quote *q, size_t i);
void quote_put(struct str *out, const struct quote *q);
void trial_put_file(const struct sample *s, struct trial *t);
bool trial_put(const struct sample *s, struct trial *t);
bool damage_lines(const struct sample *s, struct trial *t, damage_line *fn, void *ctx);
bool trial_changed(const struct sample *s, const struct trial *t);
void add_eol(struct str *out, struct span line);
bool line_has_trail(struct span line);
size_t sample_indent(const struct sample *s);
void drop_indent(struct span line, size_t i, bool context, void *ctx, struct str *out);
void add_crlf(struct str *out, struct span s);
void str_through(struct str *s, void (*fn)(struct str *out, struct span s));
bool sample_once(const struct sample *s, size_t first, size_t n);
bool sample_stands_once(const struct sample *s); /* the quoted lines, in the file */
bool sample_stands_elsewhere(const struct sample *s, struct span text);
bool sample_loosely_has(const struct sample *s, const struct str *find);
bool char_is_letter(char c);
bool span_is_ascii(struct span s);

typedef bool damage_make(const struct sample *s, struct trial *t, struct dice *d);

damage_make damage_exact;
damage_make damage_trail_lost;
damage_make damage_trail_added;
damage_make damage_dedented;
damage_make damage_indented;
damage_make damage_first_stripped;
damage_make damage_tabs_to_blanks;
damage_make damage_blanks_to_tabs;
damage_make damage_edge_lines;
damage_make damage_edge_lines_find;
damage_make damage_newline_find_only;
damage_make damage_newline_replace_only;
damage_make damage_newline_neither;
damage_make damage_crlf_file;
damage_make damage_crlf_plan;
damage_make damage_mixed_file;
damage_make damage_elided;
damage_make damage_typographic_plan;
damage_make damage_typographic_file;
damage_make damage_decomposed_plan;
damage_make damage_escaped;
damage_make damage_entities;
damage_make damage_numbered;
damage_make damage_fenced;
damage_make damage_open_end;
damage_make damage_with_bom;
damage_make damage_bad_bytes;
damage_make damage_dollars;
damage_make damage_dedented_and_trail;
damage_make damage_crlf_and_dedented;
damage_make damage_numbered_and_crlf;
damage_make damage_twin;
damage_make damage_twin_dedented;
damage_make damage_misspelt;
damage_make damage_line_left_out;
damage_make damage_twice;
damage_make damage_twice_but_indent;
damage_make damage_other_file;
damage_make damage_region_gone;
damage_make damage_done_already;
damage_make damage_tabs_unclear;
damage_make damage_blanks_unclear;
damage_make damage_tabs_unlike;
damage_make damage_blanks_unlike;

#endif
