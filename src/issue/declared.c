/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/users.h"

#include <string.h>

#include "issue/words.h"

#define DECLARERS_MAX 8
#define TOKENS_BACK 2

/* Where a scan of declarations stands. */
struct scan {
	struct span name;
	bool tag;
	size_t depth;    /* of braces, those of extern "C" aside */
	size_t linkage;  /* how many of those are open */
	bool in_enum;    /* the brace at depth 1 is an enum's */
	bool is_typedef; /* the statement at depth 0 began with typedef */
	bool is_extern;
	bool fresh;    /* at the start of a statement */
	size_t parens; /* open at depth 0 */
	struct c_token last[TOKENS_BACK];
};

static bool token_is(const struct c_token *token, const char *text)
{
	return token->kind != C_STRING && span_eqs(token->text, text);
}

static bool defines(struct span directive, struct span name)
{
	size_t at = 0;
	struct span word;

	return word_next(directive, &at, &word) && span_eqs(word, "define") &&
	       word_next(directive, &at, &word) && span_eq(word, name);
}

static bool is_tag_word(const struct c_token *token)
{
	return token_is(token, "struct") || token_is(token, "union") ||
	       token_is(token, "enum");
}

/* Whether the name at the current place, with next behind it, is being declared. */
static bool declared_here(const struct scan *s, const struct c_token *next)
{
	const struct c_token *last = &s->last[0];

	if (s->tag)
		return s->depth == 0 && is_tag_word(last) && token_is(next, "{");
	if (s->depth == 1)
		return s->in_enum && (token_is(last, "{") || token_is(last, ","));
	if (s->depth || is_tag_word(last))
		return false;
	if (s->is_typedef && s->parens)
		return s->parens == 1 && token_is(last, "*") && token_is(next, ")");
	if (s->parens)
		return false;
	if (s->is_typedef)
		return token_is(next, ";") || token_is(next, "[") ||
		       token_is(next, "(") || token_is(next, ",");
	if (token_is(next, "("))
		return !s->fresh && (last->kind == C_WORD || token_is(last, "*"));
	return s->is_extern && (token_is(next, ";") || token_is(next, "["));
}

static void open_brace(struct scan *s)
{
	if (!s->depth && s->last[0].kind == C_STRING && token_is(&s->last[1], "extern")) {
		s->linkage++;
		s->fresh = true;
		return;
	}
	if (!s->depth)
		s->in_enum =
			token_is(&s->last[0], "enum") || token_is(&s->last[1], "enum");
	s->depth++;
}

static void close_brace(struct scan *s)
{
	if (s->depth) {
		s->depth--;
	} else if (s->linkage) {
		s->linkage--;
	}
	if (!s->depth && !s->is_typedef)
		s->fresh = true;
}

static void follow(struct scan *s, const struct c_token *token)
{
	bool starts = s->fresh && !s->depth;

	if (starts)
		s->is_typedef = s->is_extern = false;
	s->fresh = false;
	if (starts && token_is(token, "typedef"))
		s->is_typedef = true;
	else if (starts && token_is(token, "extern"))
		s->is_extern = true;
	else if (token_is(token, "{"))
		open_brace(s);
	else if (token_is(token, "}"))
		close_brace(s);
	else if (token_is(token, ";") && !s->depth)
		s->fresh = true;
	else if (token_is(token, "(") && !s->depth)
		s->parens++;
	else if (token_is(token, ")") && !s->depth && s->parens)
		s->parens--;
	if (s->fresh)
		s->parens = 0;
	s->last[1] = s->last[0];
	s->last[0] = *token;
}

bool declares(struct span bytes, struct span name)
{
	struct scan s = { .name = name, .fresh = true };
	ptrdiff_t blank = span_findc(name, ' ', 0);
	struct c_token token, next;
	size_t at = 0;
	bool more;

	if (blank >= 0) {
		s.tag = true;
		s.name = span_cut(name, (size_t)blank + 1, name.len);
	}
	more = c_next(bytes, &at, &token);
	while (more) {
		more = c_next(bytes, &at, &next);
		if (token.kind == C_DIRECTIVE) {
			if (!s.tag && defines(token.text, s.name))
				return true;
			token = next;
			continue;
		}
		if (more && token.kind == C_WORD && span_eq(token.text, s.name) &&
		    declared_here(&s, &next))
			return true;
		follow(&s, &token);
		token = next;
	}
	return false;
}

struct declarers {
	const char *path[DECLARERS_MAX];
	size_t n;
};

static struct err *find_declarers(struct users *users, struct span name,
				  struct declarers *out)
{
	out->n = 0;
	for (size_t i = 0; i < users->n && out->n < DECLARERS_MAX; i++) {
		const struct tree_file *file;
		struct err *err;

		if (!is_header(users->path[i]))
			continue;
		err = remedy_file(users->d, users->path[i], &file);
		if (err)
			return err;
		if (declares(file->bytes, name))
			out->path[out->n++] = users->path[i];
	}
	return NULL;
}

/* Which of several headers that declare the name the users include. */
static struct err *choose(struct users *users, const struct declarers *declarers,
			  const char **out, const char **why)
{
	struct spelling spelling;
	size_t n = 0;

	*out = NULL;
	for (size_t i = 0; i < declarers->n; i++) {
		struct err *err = users_spelling(users, declarers->path[i], &spelling);

		if (err)
			return err;
		if (spelling.n) {
			*out = declarers->path[i];
			n++;
		}
	}
	if (declarers->n == 1)
		*out = declarers->path[0];
	else if (n != 1)
		*why = "more than one header declares it";
	return NULL;
}

/* Nobody who uses the name includes header itself: then as they all get it. */
static struct err *spell(struct users *users, const char *header, struct span *import,
			 const char **why)
{
	struct spelling spelling;
	const char *umbrella = NULL;
	struct err *err;

	err = users_spelling(users, header, &spelling);
	if (!err && !spelling.n)
		err = users_umbrella(users, span_of(header), &umbrella);
	if (err)
		return err;
	return users_spell(users, umbrella ? umbrella : header, import, why);
}

struct coming {
	struct span name;
	const char *header; /* that declares it */
};

static void seek_declaration(void *ctx, const struct tree_file *file)
{
	struct coming *coming = ctx;

	if (!coming->header && is_header(file->path) &&
	    declares(file->bytes, coming->name))
		coming->header = file->path;
}

/* Whether an #include that was added to file before brings the declaration. */
static struct err *look_in_added(struct remedy *d, const char *file, struct span name,
				 struct answer *a)
{
	for (size_t i = 0; i < d->n_cures && !a->header; i++) {
		struct coming coming = { name, NULL };
		const struct cure *cure = &d->cures[i];
		struct include inc;
		const char *path;
		struct err *err;

		if (cure->kind != CURE_INCLUDE || strcmp(cure->file, file) ||
		    !include_of(cure->what, &inc))
			continue;
		err = include_resolve(d, file, inc.target, &path);
		if (!err && path)
			err = include_each(d, path, seek_declaration, &coming);
		if (err)
			return err;
		a->header = coming.header;
		a->import = cure->what;
	}
	return NULL;
}

static struct err *look(struct remedy *d, const char *file, struct span name,
			struct answer *a)
{
	ptrdiff_t blank = span_findc(name, ' ', 0);
	struct declarers declarers;
	struct users *users;
	struct err *err;
	bool yes;

	err = users_start(d, file, span_cut(name, (size_t)(blank + 1), name.len), &users);
	if (!err)
		err = find_declarers(users, name, &declarers);
	if (err)
		return err;
	if (users->full || declarers.n == DECLARERS_MAX || !declarers.n) {
		a->why = declarers.n ? "more than one header declares it"
				     : "no header of the project declares it";
		return NULL;
	}
	err = choose(users, &declarers, &a->header, &a->why);
	if (err || a->why)
		return err;
	err = include_reaches(d, file, span_of(a->header), &yes);
	if (!err && !yes && is_header(file))
		err = include_reaches(d, a->header, span_of(file), &yes);
	if (err)
		return err;
	if (yes) {
		a->why = "the header that declares it is included already";
		return NULL;
	}
	return spell(users, a->header, &a->import, &a->why);
}

struct err *include_declaring(struct remedy *d, const char *file, struct span name,
			      struct span *import, const char **header, const char **why)
{
	struct answer *a;
	struct err *err;

	for (a = d->answers; a; a = a->next) {
		if (!strcmp(a->file, file) && span_eq(a->name, name) && !a->wanted.ptr) {
			*import = a->import;
			*header = a->header;
			*why = a->why;
			return NULL;
		}
	}
	if (!d->in->evidence) {
		*why = "nothing is known of the rest of the tree";
		return NULL;
	}
	if (d->n_answers++ >= REMEDY_ANSWERS_MAX) {
		*why = "too many unknown names";
		return NULL;
	}
	*import = (struct span){ NULL, 0 };
	a = arena_alloc(&d->arena, sizeof(*a));
	if (!a)
		return arena_err(&d->arena, "plan");
	err = look_in_added(d, file, name, a);
	if (!err && !a->header)
		err = look(d, file, name, a);
	a->file = file;
	a->name = name;
	a->next = d->answers;
	d->answers = a;
	*import = a->import;
	*header = a->header;
	*why = a->why;
	return err;
}
