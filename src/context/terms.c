/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "context/terms.h"

#include <ctype.h>
#include <string.h>

#define TEXT_MAX_BYTES ((size_t)256 << 10) /* of a text, its begin is read */
#define ARENA_MAX_BYTES ((size_t)1 << 20)
#define LINE_MAX 10000000
#define WORD_MIN 3
#define PROSE_MIN 4
#define WORD_MAX 80

/* Frequent in reports, and hardly ever what they are about; sorted. */
static const char *const prose[] = {
	"about", "above", "after", "again", "against", "all", "already", "also",
	"although", "always", "and", "another", "any", "are", "argument", "arguments",
	"because", "been", "before", "behavior", "behaviour", "being", "below",
	"between", "both", "branch", "bug", "bugs", "build", "but", "call", "called",
	"calling", "calls", "can", "cannot", "case", "cause", "causes", "change",
	"changed", "changes", "check", "code", "commit", "compile", "correct", "could",
	"crash", "crashes", "current", "currently", "default", "defined", "describe",
	"description", "did", "does", "doing", "done", "due", "during", "each", "else",
	"error", "errors", "even", "every", "example", "exit", "expected", "fail",
	"failed", "failing", "fails", "failure", "false", "file", "files", "first",
	"fix", "fixed", "following", "for", "from", "function", "functions", "given",
	"gives", "has", "have", "having", "here", "how", "however", "implicit",
	"incorrect", "input", "inside", "instead", "into", "issue", "its", "just",
	"known", "last", "line", "lines", "make", "makes", "many", "may", "message",
	"might", "more", "most", "must", "need", "needs", "never", "new", "none", "not",
	"note", "nothing", "now", "null", "old", "once", "one", "only", "other", "our",
	"out", "output", "over", "passed", "please", "possible", "previous", "problem",
	"program", "project", "really", "report", "reproduce", "result", "results",
	"return", "returned", "returns", "right", "run", "running", "runs", "same",
	"second", "see", "seems", "should", "show", "shows", "since", "some",
	"something", "steps", "still", "such", "sure", "test", "tested", "tests",
	"than", "that", "the", "their", "them", "then", "there", "these", "they",
	"thing", "this", "those", "through", "time", "too", "true", "try", "trying",
	"two", "under", "unexpected", "until", "upon", "use", "used", "uses", "using",
	"value", "values", "version", "very", "warning", "warnings", "was", "well",
	"were", "what", "when", "where", "whether", "which", "while", "who", "why",
	"will", "with", "within", "without", "work", "working", "works", "would",
	"wrong", "yet", "you", "your",
};

void terms_init(struct terms *terms)
{
	memset(terms, 0, sizeof(*terms));
	arena_init(&terms->arena, ARENA_MAX_BYTES);
}

void terms_release(struct terms *terms)
{
	arena_release(&terms->arena);
	terms->n_places = terms->n_words = terms->n_names = 0;
}

static bool is_prose(struct span word)
{
	size_t low = 0, high = ARRAY_SIZE(prose);

	while (low < high) {
		size_t mid = (low + high) / 2;
		int way = 0;

		for (size_t i = 0; !way && i < word.len; i++)
			way = tolower((unsigned char)word.ptr[i]) -
			      (unsigned char)prose[mid][i];
		if (!way && !prose[mid][word.len])
			return true;
		if (way > 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static struct err *add_place(struct terms *terms, struct span path, size_t line)
{
	struct term_place *place;

	for (size_t i = 0; i < terms->n_places; i++)
		if (terms->places[i].line == line &&
		    span_eqs(path, terms->places[i].path))
			return NULL;
	if (terms->n_places == TERMS_PLACES_MAX)
		return NULL;
	place = &terms->places[terms->n_places];
	place->path = arena_dup(&terms->arena, path);
	place->line = line;
	if (!place->path)
		return arena_err(&terms->arena, "the issue's places");
	terms->n_places++;
	return NULL;
}

/* Names stand before prose; with all places taken, a name takes the last prose's. */
static struct err *add_word(struct terms *terms, struct span word, bool name)
{
	struct rank_word added = { NULL, name ? 1.0 : 0.4 };
	size_t at;

	for (size_t i = 0; i < terms->n_words; i++) {
		if (!span_eqs(word, terms->words[i].text))
			continue;
		if (!name || i < terms->n_names)
			return NULL;
		memmove(&terms->words[i], &terms->words[i + 1],
			(--terms->n_words - i) * sizeof(terms->words[0]));
		break;
	}
	if (terms->n_words == TERMS_WORDS_MAX) {
		if (!name || terms->n_names == TERMS_WORDS_MAX)
			return NULL;
		terms->n_words--;
	}
	added.text = arena_dup(&terms->arena, word);
	if (!added.text)
		return arena_err(&terms->arena, "the issue's words");
	at = name ? terms->n_names++ : terms->n_words;
	memmove(&terms->words[at + 1], &terms->words[at],
		(terms->n_words++ - at) * sizeof(terms->words[0]));
	terms->words[at] = added;
	return NULL;
}

/* Whether it is spelt as names are and prose is not. */
static bool is_name(struct span word, char before, char after)
{
	bool lower = false;

	if (after == '(' || before == '`' || (before == '\'' && after == '\''))
		return true;
	for (size_t i = 0; i < word.len; i++) {
		unsigned char c = (unsigned char)word.ptr[i];

		if (c == '_' || isdigit(c) || (lower && isupper(c)))
			return true;
		lower = islower(c) != 0;
	}
	return false;
}

static bool is_number(struct span word)
{
	return word.len && isdigit((unsigned char)word.ptr[0]);
}

static struct err *read_words(struct terms *terms, struct span text)
{
	size_t at = 0;

	while (at < text.len) {
		size_t start = at;
		struct span word;
		char before = start ? text.ptr[start - 1] : ' ', after;
		bool name;
		struct err *err;

		while (at < text.len && (isalnum((unsigned char)text.ptr[at]) ||
					 text.ptr[at] == '_'))
			at++;
		if (at == start) {
			at++;
			continue;
		}
		word = span_cut(text, start, at);
		after = at < text.len ? text.ptr[at] : ' ';
		name = is_name(word, before, after);
		if (word.len < (name ? WORD_MIN : PROSE_MIN) || word.len > WORD_MAX ||
		    is_number(word) || is_prose(word))
			continue;
		err = add_word(terms, word, name);
		if (err)
			return err;
	}
	return NULL;
}

static bool is_path_byte(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("._-/+@~", c)) ||
	       (unsigned char)c >= 0x80;
}

/* "dir/name" or "name.ext" where ext begins with a letter and is short. */
static bool looks_like_path(struct span word)
{
	size_t dot = word.len, n_letters = 0;

	for (size_t i = 0; i < word.len; i++) {
		n_letters += isalpha((unsigned char)word.ptr[i]) != 0;
		if (word.ptr[i] == '.')
			dot = i;
	}
	if (!n_letters || span_find(word, SPAN("//"), 0) >= 0)
		return false;
	if (span_findc(word, '/', 0) >= 0)
		return true;
	return dot > 0 && dot + 1 < word.len && word.len - dot <= 6 &&
	       isalpha((unsigned char)word.ptr[dot + 1]);
}

/* ":12", "(12", "\", line 12" behind a path; 0: none. */
static size_t line_behind(struct span text, size_t at)
{
	static const char *const leads[] = { ":", "(", "\", line ", "', line ",
					     ", line " };
	struct span rest = span_cut(text, at, text.len);

	for (size_t i = 0; i < ARRAY_SIZE(leads); i++) {
		size_t from = strlen(leads[i]), to = from, line;

		if (!span_starts(rest, leads[i]))
			continue;
		while (to < rest.len && isdigit((unsigned char)rest.ptr[to]))
			to++;
		if (span_number(span_cut(rest, from, to), LINE_MAX, &line))
			return line;
	}
	return 0;
}

static struct err *read_places(struct terms *terms, struct span text)
{
	size_t at = 0;

	while (at < text.len) {
		size_t start = at, end;
		struct span word;
		struct err *err;

		while (at < text.len && is_path_byte(text.ptr[at]))
			at++;
		end = at++;
		while (end > start && strchr("./-+@~", text.ptr[end - 1]))
			end--;
		word = span_cut(text, start, end);
		while (span_starts(word, "./"))
			word = span_cut(word, 2, word.len);
		if (!looks_like_path(word))
			continue;
		err = add_place(terms, word, line_behind(text, end));
		if (err)
			return err;
	}
	return NULL;
}

struct err *terms_read(struct terms *terms, struct span text)
{
	struct err *err;

	text = span_cut(text, 0, TEXT_MAX_BYTES);
	err = read_places(terms, text);
	return err ? err : read_words(terms, text);
}
