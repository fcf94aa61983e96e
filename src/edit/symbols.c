/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/symbols.h"

#include <stdlib.h>
#include <string.h>

/* A header that runs over more lines than this is none. */
#define HEADER_MAX_LINES 40

struct scan {
	const struct text *t;
	enum language language;
	const struct language_traits *traits;
	char *code; /* the view with comments and strings blanked */
	struct span view;
};

static bool is_name(char c)
{
	return c == '_' || c == '$' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool scan_init(struct scan *s, const struct text *t, const char *path)
{
	s->t = t;
	s->language = language_of(path, t->view);
	s->traits = language_traits(s->language);
	s->code = symbols_blank(t->view, s->language);
	s->view = (struct span){ s->code, t->view.len };
	return s->code;
}

static struct span code_line(const struct scan *s, size_t i)
{
	return span_cut(s->view, s->t->start[i], text_line_stop(s->t, i));
}

static bool is_empty(const struct scan *s, size_t i)
{
	return !span_trim(code_line(s, i)).len;
}

/* The word that ends right before at, blanks between skipped. */
static struct span word_before(struct span s, size_t at)
{
	size_t end;

	while (at && (s.ptr[at - 1] == ' ' || s.ptr[at - 1] == '\t' ||
		      s.ptr[at - 1] == '*' || s.ptr[at - 1] == '&'))
		at--;
	end = at;
	while (at && is_name(s.ptr[at - 1]))
		at--;
	return span_cut(s, at, end);
}

static bool is_one_of(struct span word, const char *const *list)
{
	for (; *list; list++) {
		if (span_eqs(word, *list))
			return true;
	}
	return false;
}

static const char *const defining[] = {
	"def", "class", "function", "func", "fn", "fun", "struct", "enum", "union",
	"interface", "trait", "type", "module", "mod", "namespace", "record", "object",
	"protocol", "extension", "impl", "sub", "proc", "const", "let", "var", "val",
	"static", "typedef", "define", "macro", "actor", NULL
};

static const char *const no_types[] = {
	"return", "else", "new", "throw", "case", "goto", "if", "while", "for", "switch",
	"await", "yield", "in", "of", "not", "and", "or", "do", "delete", "typeof",
	"sizeof", "import", "from", "raise", "defer", "go", "package", "using", NULL
};

/* Past the bracket that closes the one at at; the end if it stays open. */
static size_t past_bracket(struct span code, size_t at)
{
	size_t depth = 0;

	for (; at < code.len; at++) {
		if (strchr("([{", code.ptr[at]) && code.ptr[at])
			depth++;
		else if (strchr(")]}", code.ptr[at]) && code.ptr[at] && !--depth)
			return at + 1;
	}
	return code.len;
}

/*
 * From at, outside all brackets, to the '{' that opens a body; false at a ';',
 * at a '}' or after too many lines.
 */
static bool find_body(struct span code, size_t at, size_t *open)
{
	size_t lines = 0;

	while (at < code.len && lines < HEADER_MAX_LINES) {
		char c = code.ptr[at];

		if (c == '{') {
			*open = at;
			return true;
		}
		if (c == ';' || c == '}')
			return false;
		lines += c == '\n';
		at = c == '(' || c == '[' ? past_bracket(code, at) : at + 1;
	}
	return false;
}

/*
 * K&R: "f(a, b)", then the declarations of a and b, each with its ';', then the '{'.
 * at is behind the name.
 */
static bool find_old_body(struct span code, size_t at, size_t *open)
{
	size_t lines = 0, stop;
	char last = '\0';

	while (at < code.len && (code.ptr[at] == ' ' || code.ptr[at] == '\t'))
		at++;
	if (at == code.len || code.ptr[at] != '(')
		return false;
	for (stop = past_bracket(code, at++); at + 1 < stop; at++)
		if (!is_name(code.ptr[at]) &&
		    (!code.ptr[at] || !strchr(" \t\r\n,", code.ptr[at])))
			return false;
	for (at = stop; at < code.len && lines < 2 * HEADER_MAX_LINES; at++) {
		char c = code.ptr[at];

		if (c == '{') {
			*open = at;
			return last == ';';
		}
		lines += c == '\n';
		if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
			continue;
		if (!is_name(c) && (!last || !c || !strchr("*,;()[]", c)))
			return false;
		last = c;
	}
	return false;
}

/* Only what a declaration may have before its name stands in [start, at). */
static bool is_type_text(struct span code, size_t start, size_t at)
{
	struct span word = word_before(code, at);

	for (size_t i = start; i < at; i++) {
		char c = code.ptr[i];

		if (!is_name(c) && (!c || !strchr(" \t*&:<>,~[]@?", c)))
			return false;
	}
	return !is_one_of(word, no_types);
}

/* name stands at [at, end) of the line [start, ...): a call or a definition? */
static bool is_function(const struct scan *s, size_t start, size_t at, size_t end)
{
	struct span code = s->view;
	bool typed = word_before(code, at).len || (at > start && code.ptr[at - 1] == ':');
	size_t open, after = end;

	while (after < code.len && (code.ptr[after] == ' ' || code.ptr[after] == '\t'))
		after++;
	if (s->language == LANGUAGE_JS && after < code.len &&
	    strchr("=:", code.ptr[after]) && is_type_text(code, start, at)) {
		struct span rest = span_cut(code, after, after + 200);

		return span_find(rest, SPAN("=>"), 0) >= 0 ||
		       span_find(rest, SPAN("function"), 0) >= 0;
	}
	if (after >= code.len || code.ptr[after] != '(' || !is_type_text(code, start, at))
		return false;
	/* A name at the start of its line is a method, or K&R with its type above. */
	if (!typed && at != start && s->language != LANGUAGE_JS &&
	    s->language != LANGUAGE_SHELL && s->language != LANGUAGE_JAVA)
		return false;
	return find_body(code, past_bracket(code, after), &open) ||
	       (s->language == LANGUAGE_C && find_old_body(code, after, &open));
}

static bool is_definition(const struct scan *s, size_t start, size_t at, size_t end)
{
	struct span code = s->view, word = word_before(code, at);
	size_t open, before = (size_t)(word.ptr - code.ptr);

	/* A method's name stands behind its receiver. */
	if (s->language == LANGUAGE_GO && span_starts(span_cut(code, start, at), "func (") &&
	    span_findc(span_cut(code, start, at), ')', 0) >= 0)
		return find_body(code, end, &open);
	if (is_one_of(word, defining)) {
		static const char *const tags[] = { "struct", "enum", "union", "class", NULL };

		/* "struct foo *f(...)" only uses foo. */
		if (s->language == LANGUAGE_C && is_one_of(word, tags)) {
			size_t after = end;

			while (after < code.len && strchr(" \t\n", code.ptr[after]))
				after++;
			return after < code.len && strchr("{:f", code.ptr[after]) &&
			       find_body(code, end, &open);
		}
		return s->language != LANGUAGE_C || before > start ||
		       span_eqs(word, "namespace") || is_function(s, start, at, end);
	}
	if (s->language == LANGUAGE_RUST && span_eqs(word, "for") &&
	    span_starts(span_trim(span_cut(code, start, at)), "impl"))
		return true;
	if (s->language == LANGUAGE_PYTHON) {
		struct span rest = span_trim(span_cut(code, end, end + 80));

		return at == start && span_starts(rest, "=") && !span_starts(rest, "==");
	}
	if (s->language == LANGUAGE_C && span_starts(span_trim(span_cut(code, end, end + 4)),
						     ";")) {
		struct span head = span_trim(span_cut(code, start, at));

		return span_eqs(head, "}") || span_starts(head, "typedef");
	}
	return s->language != LANGUAGE_RUST && s->language != LANGUAGE_GO &&
	       is_function(s, start, at, end);
}

static size_t indent_of(const struct scan *s, size_t i)
{
	return text_indent(code_line(s, i));
}

/* The last line of the block that a header at line opens by indentation. */
static size_t end_by_indent(const struct scan *s, size_t line)
{
	size_t indent = indent_of(s, line), last = line, i;
	size_t at = s->t->start[line] + indent, stop = text_line_stop(s->t, line);

	while (at < stop) {
		size_t past = strchr("([{", s->code[at]) ? past_bracket(s->view, at) : at + 1;

		/* One that stays open says nothing. */
		at = past < s->view.len ? past : at + 1;
		if (at > stop)
			stop = text_line_stop(s->t, text_line_at(s->t, at));
	}
	last = text_line_at(s->t, stop);
	for (i = last + 1; i < s->t->n_lines; i++) {
		if (!span_trim(text_line(s->t, i)).len)
			continue;
		/* What was a string is blank now and belongs to the block. */
		if (!is_empty(s, i) && indent_of(s, i) <= indent)
			break;
		if (is_empty(s, i) && text_indent(text_line(s->t, i)) <= indent &&
		    text_line(s->t, i).ptr[text_indent(text_line(s->t, i))] == '#')
			continue;
		last = i;
	}
	return last;
}

static size_t end_by_brace(const struct scan *s, size_t line, size_t at)
{
	size_t open, stop = at;

	if (find_body(s->view, at, &open) ||
	    (s->language == LANGUAGE_C && find_old_body(s->view, at, &open))) {
		stop = past_bracket(s->view, open);
	} else {
		while (stop < s->view.len && s->code[stop] != ';' && s->code[stop] != '\n')
			stop = strchr("([{", s->code[stop]) ? past_bracket(s->view, stop) :
							      stop + 1;
	}
	if (stop >= s->view.len)
		return line;
	return stop ? text_line_at(s->t, stop - 1) : line;
}

/* Comments, decorators, attributes and a type on a line of its own, above line. */
static size_t with_leading(const struct scan *s, size_t line)
{
	while (line) {
		struct span raw = span_trim(text_line(s->t, line - 1));
		struct span code = span_trim(code_line(s, line - 1));
		char last = code.len ? code.ptr[code.len - 1] : '\0';
		bool attached = raw.len && (!code.len || code.ptr[0] == '@' ||
					    span_starts(code, "#["));

		if (s->language == LANGUAGE_C && code.len && !attached)
			attached = code.ptr[0] != '#' && !strchr(";{}:,\\)", last) &&
				   indent_of(s, line - 1) <= indent_of(s, line) &&
				   code.len < 60;
		if (!attached || span_starts(raw, "#!"))
			break;
		line--;
	}
	return line;
}

static void add_range(struct symbol_ranges *out, size_t first, size_t last)
{
	if (out->n && out->v[out->n - 1].last >= first)
		return;
	if (out->n < SYMBOL_RANGES_MAX)
		out->v[out->n++] = (struct line_range){ first, last };
}

/* All definitions of one plain name in [from, to) of the code. */
static void find_plain(const struct scan *s, struct span name, size_t from, size_t to,
		       struct symbol_ranges *out)
{
	ptrdiff_t hit = (ptrdiff_t)from - 1;

	while ((hit = span_find(s->view, name, (size_t)(hit + 1))) >= 0 && (size_t)hit < to) {
		size_t at = (size_t)hit, end = at + name.len, line, start;

		if ((at && is_name(s->code[at - 1])) ||
		    (end < s->view.len && is_name(s->code[end])))
			continue;
		line = text_line_at(s->t, at);
		start = s->t->start[line];
		start += text_indent(code_line(s, line));
		if (!is_definition(s, start, at, end))
			continue;
		add_range(out, with_leading(s, line),
			  s->traits->braces ? end_by_brace(s, line, end) :
					      end_by_indent(s, line));
	}
}

/* Whether the definition at range is written with its owner: Owner::name, (o *Owner). */
static bool names_owner(const struct scan *s, const struct line_range *r, struct span owner)
{
	size_t stop = r->last + 1 - r->first > HEADER_MAX_LINES ? r->first + HEADER_MAX_LINES :
								  r->last + 1;
	struct span head = span_cut(s->view, s->t->start[r->first], s->t->start[stop]);
	ptrdiff_t open = span_findc(head, '{', 0), at;

	if (s->language == LANGUAGE_GO) {
		at = span_find(head, SPAN("func ("), 0);
		head = at < 0 ? SPAN("") : span_cut(head, (size_t)at + 6, head.len);
		open = span_findc(head, ')', 0);
	}
	at = span_find(head, owner, 0);
	return at >= 0 && (open < 0 || at < open);
}

static void find_qualified(const struct scan *s, struct span owner, struct span name,
			   struct symbol_ranges *out)
{
	struct symbol_ranges owners = { .n = 0 }, all = { .n = 0 };

	find_plain(s, owner, 0, s->view.len, &owners);
	for (size_t i = 0; i < owners.n; i++)
		find_plain(s, name, s->t->start[owners.v[i].first],
			   s->t->start[owners.v[i].last + 1], out);
	if (out->n)
		return;
	find_plain(s, name, 0, s->view.len, &all);
	for (size_t i = 0; i < all.n; i++) {
		if (owners.n == 0 || names_owner(s, &all.v[i], owner))
			add_range(out, all.v[i].first, all.v[i].last);
	}
	if (!out->n && owners.n == 0)
		*out = all;
}

static bool is_separator(char c)
{
	return c == '.' || c == ':' || c == '#' || c == '/';
}

/* A name as it is written, in its parts: "ns::Owner.last()". */
struct symbol_name {
	struct span owner, last;
};

static struct symbol_name split_name(const char *name)
{
	struct span full = span_trim(span_of(name)), owner;
	struct symbol_name out;
	size_t at;

	if (span_ends(full, "()"))
		full.len -= 2;
	for (at = full.len; at && !is_separator(full.ptr[at - 1]);)
		at--;
	out.last = span_cut(full, at, full.len);
	while (at && is_separator(full.ptr[at - 1]))
		at--;
	owner = span_cut(full, 0, at);
	for (at = owner.len; at && !is_separator(owner.ptr[at - 1]);)
		at--;
	out.owner = span_cut(owner, at, owner.len);
	return out;
}

static void scan_for(const struct text *t, const char *path, const struct symbol_name *name,
		     struct symbol_ranges *out)
{
	struct scan s;

	if (!scan_init(&s, t, path))
		return;
	if (name->owner.len)
		find_qualified(&s, name->owner, name->last, out);
	else
		find_plain(&s, name->last, 0, s.view.len, out);
	free(s.code);
}

static void add_tagged(void *ctx, size_t first, size_t last)
{
	add_range(ctx, first, last);
}

void symbols_find(const struct text *t, const char *path, const char *name,
		  struct tags *tags, struct symbol_ranges *out)
{
	struct symbol_name parts = split_name(name);
	bool known = language_of(path, t->view) != LANGUAGE_OTHER;

	out->n = 0;
	if (!parts.last.len)
		return;
	if (known || !tags)
		scan_for(t, path, &parts, out);
	if (out->n || !tags)
		return;
	tags_find(tags, t, path, parts.owner, parts.last, add_tagged, out);
	if (!out->n && !known)
		scan_for(t, path, &parts, out);
}

bool symbols_need_tags(const struct text *t, const char *path, const char *name)
{
	struct symbol_ranges ranges;

	if (language_of(path, t->view) == LANGUAGE_OTHER)
		return true;
	symbols_find(t, path, name, NULL, &ranges);
	return !ranges.n;
}

static bool fits(size_t start, size_t stop, size_t first, size_t last, size_t min_lines)
{
	return start <= first && stop >= last && stop - start + 1 >= min_lines;
}

/* Up from a line with an opening brace to where its statement starts. */
static size_t header_start(const struct scan *s, size_t line)
{
	struct span code = span_trim(code_line(s, line));

	while (line) {
		struct span above = span_trim(code_line(s, line - 1));

		if (!above.len || strchr(";{}", above.ptr[above.len - 1]) ||
		    above.ptr[0] == '#' ||
		    (indent_of(s, line - 1) > indent_of(s, line) &&
		     !span_starts(code, "{") && !span_starts(code, ")")))
			break;
		line--;
	}
	return with_leading(s, line);
}

static bool enclosing_braces(const struct scan *s, size_t first, size_t last,
			     size_t min_lines, struct line_range *out)
{
	struct offsets open = { .n = 0 };
	bool found = false;

	for (size_t at = 0; at < s->view.len && !found; at++) {
		size_t start, stop;

		if (s->code[at] == '{')
			offsets_add(&open, at);
		if (s->code[at] != '}' || !open.n || open.failed)
			continue;
		/* Blocks close from the inside out: the first that fits is smallest. */
		stop = text_line_at(s->t, at);
		start = text_line_at(s->t, open.v[--open.n]);
		if (stop < last || start > first + HEADER_MAX_LINES)
			continue;
		start = header_start(s, start);
		found = fits(start, stop, first, last, min_lines);
		if (found)
			*out = (struct line_range){ start, stop };
	}
	offsets_release(&open);
	return found;
}

static bool enclosing_indent(const struct scan *s, size_t first, size_t last,
			     size_t min_lines, struct line_range *out)
{
	size_t indent = SIZE_MAX, line = first;

	for (size_t i = first; i <= last; i++) {
		if (!is_empty(s, i) && indent_of(s, i) < indent)
			indent = indent_of(s, i);
	}
	/* A definition that the range starts with encloses it as well. */
	if (indent != SIZE_MAX && !is_empty(s, first) && indent_of(s, first) == indent) {
		size_t stop = end_by_indent(s, first);

		if (fits(first, stop, first, last, min_lines) && stop > last) {
			*out = (struct line_range){ with_leading(s, first), stop };
			return true;
		}
	}
	while (line && indent) {
		size_t stop;

		line--;
		if (is_empty(s, line) || indent_of(s, line) >= indent)
			continue;
		indent = indent_of(s, line);
		stop = end_by_indent(s, line);
		if (fits(line, stop, first, last, min_lines)) {
			*out = (struct line_range){ with_leading(s, line), stop };
			return true;
		}
	}
	return false;
}

bool symbols_enclosing(const struct text *t, const char *path, size_t first, size_t last,
		       size_t min_lines, size_t max_lines, struct line_range *out)
{
	struct scan s;
	bool found;

	if (!t->n_lines || last >= t->n_lines || !scan_init(&s, t, path))
		return false;
	found = s.traits->braces ? enclosing_braces(&s, first, last, min_lines, out) :
				   enclosing_indent(&s, first, last, min_lines, out);
	free(s.code);
	return found && out->last - out->first + 1 <= max_lines;
}
