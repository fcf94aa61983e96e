/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/policy.h"

#include <string.h>

#include "base/utf8.h"

#define TEXT_MAX_BYTES ((size_t)256 << 10)
#define SENTENCE_MAX_BYTES 1000

/* Where projects have said it; the first that does is named. */
static const char *const files[] = {
	"CONTRIBUTING.md", "CONTRIBUTING.rst", "CONTRIBUTING.txt", "CONTRIBUTING.adoc",
	"CONTRIBUTING", "Contributing.md", "contributing.md", ".github/CONTRIBUTING.md",
	".github/contributing.md", "docs/CONTRIBUTING.md", "docs/contributing.md",
	"docs/contributing.rst", "doc/CONTRIBUTING.md", "doc/contributing.md",
	"Documentation/SubmittingPatches", "Documentation/process/generated-content.rst",
	"docs/devel/code-provenance.rst", "AI_POLICY.md", "AI-POLICY.md", "AGENTS.md",
	"CLAUDE.md", ".github/copilot-instructions.md", ".github/PULL_REQUEST_TEMPLATE.md",
	".github/pull_request_template.md", "CODE_OF_CONDUCT.md", "HACKING.md", "HACKING",
	"README.md", "README.rst", "README.txt", "README.adoc", "README", "readme.md",
};

/* In lower case; a blank stands for any white space and for a hyphen. */
static const char *const subjects[] = {
	"ai generated", "ai assisted", "ai authored", "ai written", "ai produced",
	"ai contribution", "ai content", "ai code", "ai tool", "ai patches", "ai pull",
	"by ai", "of ai", "using ai", "from ai", "with ai", "no ai", "generative ai",
	"artificial intelligence", "llm", "llms", "language model", "language models",
	"genai", "copilot", "chatgpt", "coding agent", "coding agents",
	"machine generated", "coding assistants",
};

static const char *const bans[] = {
	"not accept", "not accepted", "not allow", "not allowed", "not permit",
	"not permitted", "not welcome", "not be used", "not use", "not submit",
	"not contain", "not include", "not be committed", "forbid", "forbidden",
	"forbids", "prohibit", "prohibited", "prohibits", "ban", "banned", "bans",
	"reject", "rejected", "decline", "declines", "refuse", "refused", "be closed",
	"no ai", "no llm", "no llms", "cannot accept", "can't accept", "don't accept",
	"don't use", "don't submit", "won't accept", "unacceptable", "not acceptable",
};

/* Where a sentence sets a condition, it is not a ban of all. */
static const char *const exceptions[] = {
	"unless", "except", "without disclos", "without review", "without understand",
	"without human", "undisclosed", "unreviewed", "not forbidden", "not prohibited",
	"not banned", "not rejected", "if you do not", "if you don't", "low quality",
	"unless you", "allowed to", "reserve the right", "training", "may be used",
};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* As words: "ban" is not in "urban"; an exception may be the start of one. */
static bool has_one(struct span flat, const char *const *words, size_t n, bool whole)
{
	for (size_t i = 0; i < n; i++) {
		struct span word = span_of(words[i]);
		ptrdiff_t at = -1;

		while ((at = span_find(flat, word, (size_t)(at + 1))) >= 0) {
			size_t end = (size_t)at + word.len;

			if ((!at || !is_word(flat.ptr[at - 1])) &&
			    (!whole || end == flat.len || !is_word(flat.ptr[end])))
				return true;
		}
	}
	return false;
}

/* In lower case, without marks, one blank for all that stands between words. */
static void flatten(struct span s, struct str *out)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		if (is_word(c) || c == '\'' || c == '.' || c == ',')
			str_addc(out, c);
		else if (!strchr("*_`\"", c) && out->len && out->buf[out->len - 1] != ' ')
			str_addc(out, ' ');
	}
}

static bool is_ban(struct span sentence)
{
	struct str flat = STR_INIT(SENTENCE_MAX_BYTES + 1);
	bool ban;

	flatten(sentence, &flat);
	ban = has_one(str_span(&flat), subjects, ARRAY_SIZE(subjects), true) &&
	      has_one(str_span(&flat), bans, ARRAY_SIZE(bans), true) &&
	      !has_one(str_span(&flat), exceptions, ARRAY_SIZE(exceptions), false);
	str_release(&flat);
	return ban;
}

static bool starts_item(struct span line)
{
	line = span_trim(line);
	return !line.len || strchr("-*+#|>", line.ptr[0]) ||
	       (line.ptr[0] >= '0' && line.ptr[0] <= '9');
}

/* Where the sentence at the begin of text ends: at a stop, or with its paragraph. */
static size_t sentence_end(struct span text)
{
	size_t at = 0;

	for (; at < text.len && at < SENTENCE_MAX_BYTES; at++) {
		struct span rest = span_cut(text, at + 1, text.len), line;

		if (text.ptr[at] == '\n' && span_line(&rest, &line) && starts_item(line))
			return at + 1;
		if (strchr(".!?", text.ptr[at]) && text.ptr[at] &&
		    (at + 1 == text.len || strchr(" \n\r\t)*_\"", text.ptr[at + 1])))
			return at + 1;
	}
	return at;
}

static void quote(struct span sentence, struct str *out)
{
	struct str flat = STR_INIT(2 * SENTENCE_MAX_BYTES);
	struct span s = span_trim(sentence);
	size_t end;

	while (s.len > 1 && strchr("-*+#>| ", s.ptr[0]) && strchr("# ", s.ptr[1]))
		s = span_trim(span_cut(s, 1, s.len));
	for (size_t i = 0; i < s.len; i++) {
		bool blank = strchr(" \t\r\n", s.ptr[i]) && s.ptr[i];

		if (!blank)
			str_addc(&flat, s.ptr[i]);
		else if (flat.len && flat.buf[flat.len - 1] != ' ')
			str_addc(&flat, ' ');
	}
	s = str_span(&flat);
	end = s.len > POLICY_QUOTE_MAX_BYTES ? POLICY_QUOTE_MAX_BYTES : s.len;
	while (end < s.len && end && ((unsigned char)s.ptr[end] & 0xc0) == 0x80)
		end--; /* not inside a character */
	utf8_clean(out, span_cut(s, 0, end), UTF8_LINE);
	if (end < s.len)
		str_adds(out, "...");
	str_release(&flat);
}

bool policy_bans(struct span text, struct str *sentence)
{
	text = span_cut(text, 0, TEXT_MAX_BYTES);
	while (text.len) {
		size_t end = sentence_end(text);
		struct span s = span_cut(text, 0, end);

		if (is_ban(s)) {
			quote(s, sentence);
			return true;
		}
		text = span_cut(text, end, text.len);
	}
	return false;
}

struct err *policy_look(const struct source *tree, const char **file,
			struct str *sentence)
{
	struct err *first = NULL;

	*file = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(files) && !err_is_signal(first); i++) {
		struct source_entry entry;
		struct err *err = tree->read(tree->ctx, files[i], &entry);

		if (err) {
			first = err_first(first, err_wrap(err, "'%s'", files[i]));
			continue;
		}
		if (entry.kind != SOURCE_FILE && entry.kind != SOURCE_EXECUTABLE)
			continue;
		if (policy_bans(entry.bytes, sentence)) {
			*file = files[i];
			err_drop(first);
			return str_err(sentence, files[i]);
		}
	}
	return first;
}
