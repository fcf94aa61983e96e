/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quote.h"

#include "base/compiler.h"

const struct damage damages[] = {
	{ "exact", damage_exact },
	{ "trailing blanks lost", damage_trail_lost },
	{ "trailing blanks added", damage_trail_added },
	{ "dedented", damage_dedented },
	{ "indented", damage_indented },
	{ "first line stripped", damage_first_stripped },
	{ "tabs to blanks", damage_tabs_to_blanks },
	{ "blanks to tabs", damage_blanks_to_tabs },
	{ "empty edge lines", damage_edge_lines },
	{ "empty edge lines, find", damage_edge_lines_find },
	{ "final newline, find", damage_newline_find_only },
	{ "final newline, replace", damage_newline_replace_only },
	{ "final newline, neither", damage_newline_neither },
	{ "CRLF file", damage_crlf_file },
	{ "CRLF plan", damage_crlf_plan },
	{ "mixed file", damage_mixed_file },
	{ "elided", damage_elided },
	{ "typographic plan", damage_typographic_plan },
	{ "typographic file", damage_typographic_file },
	{ "decomposed plan", damage_decomposed_plan },
	{ "escaped twice", damage_escaped },
	{ "HTML entities", damage_entities },
	{ "line numbers", damage_numbered },
	{ "code fence", damage_fenced },
	{ "no final newline", damage_open_end },
	{ "BOM", damage_with_bom },
	{ "invalid UTF-8 elsewhere", damage_bad_bytes },
	{ "dollars in replace", damage_dollars },
	{ "dedented, trailing blanks", damage_dedented_and_trail },
	{ "CRLF file, dedented", damage_crlf_and_dedented },
	{ "CRLF plan, line numbers", damage_numbered_and_crlf },
	{ "near twin", damage_twin },
	{ "near twin, dedented", damage_twin_dedented },
	{ "!misspelt word", damage_misspelt },
	{ "!line left out", damage_line_left_out },
	{ "!two places", damage_twice },
	{ "!two places but indent", damage_twice_but_indent },
	{ "!another file", damage_other_file },
	{ "!region gone", damage_region_gone },
	{ "!applied already", damage_done_already },
};

const size_t n_damages = ARRAY_SIZE(damages);
