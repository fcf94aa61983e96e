/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "context/secrets.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sys/regex.h"

#define PLACEHOLDER "[a secret was here]"

/* Longer lines are nobody's handwriting; what they hold is looked at in pieces. */
#define PIECE_BYTES 16384
#define PIECE_OVERLAP_BYTES 512

/*
 * needle: a text without which the pattern cannot match, so that most lines cost
 * no search. Formats: docs.github.com, docs.gitlab.com, docs.aws.amazon.com,
 * cloud.google.com, api.slack.com, docs.stripe.com, pypi.org/help, npmjs.com,
 * RFC 7519 (JWT), platform.openai.com and their like.
 */
static const struct {
	const char *needle;
	const char *pattern;
} token_rules[] = {
	{ "gh", "\\bgh[pousr]_[A-Za-z0-9]{36,255}\\b" },
	{ "github_pat_", "\\bgithub_pat_[A-Za-z0-9_]{40,255}\\b" },
	{ "gl", "\\bgl(?:pat|rt|ptt|dt|soat|cbt|ft|agent|oas)-[A-Za-z0-9_.-]{20,}" },
	{ "A", "\\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\\b" },
	{ "AIza", "\\bAIza[A-Za-z0-9_-]{35}\\b" },
	{ "ya29.", "\\bya29\\.[A-Za-z0-9_-]{20,}" },
	{ "xox", "\\bxox[abeoprs]-[A-Za-z0-9-]{10,}" },
	{ "hooks.slack.com", "hooks\\.slack\\.com/services/[A-Za-z0-9/]{20,}" },
	{ "_live_", "\\b[rsp]k_live_[A-Za-z0-9]{16,}" },
	{ "sk-", "\\bsk-(?:proj-|ant-|or-)?[A-Za-z0-9_-]{20,}" },
	{ "pypi-", "\\bpypi-[A-Za-z0-9_-]{40,}" },
	{ "npm_", "\\bnpm_[A-Za-z0-9]{36}\\b" },
	{ "hf_", "\\bhf_[A-Za-z0-9]{30,}\\b" },
	{ "dop_v1_", "\\bdop_v1_[a-f0-9]{64}\\b" },
	{ "SG.", "\\bSG\\.[A-Za-z0-9_-]{20,}\\.[A-Za-z0-9_-]{20,}" },
	{ "AccountKey=", "AccountKey=[A-Za-z0-9+/]{40,}" },
	{ "eyJ",
	  "\\beyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}" },
	{ "AGE-SECRET-KEY-", "\\bAGE-SECRET-KEY-1[A-Z0-9]{50,}" },
	/* a password in a URL: scheme://user:password@host */
	{ "://", "://[^/\\s:@'\"]{1,64}:"
		 "(?!\\*+@|x+@|\\$|<|%[sd]|\\{)[^/\\s@'\"]{3,128}@[A-Za-z0-9]" },
	{ "uthorization",
	  "(?i)authorization[\"']?\\s*[:=]\\s*[\"']?(?:bearer|basic|token)\\s+"
	  "(?!\\$|<|%|\\{|\\.\\.\\.)[A-Za-z0-9._~+/=-]{16,}" },
};

/*
 * An assignment of a literal to something called a password. A value without a
 * digit is most often a word of prose, a variable or an example.
 */
#define ASSIGNED \
	"(?i)(?:pass(?:word|wd|phrase)|secret|api[_-]?key|access[_-]?key" \
	"|private[_-]?key|auth[_-]?token|access[_-]?token|client[_-]?secret" \
	"|credential)s?" \
	"[\"']?\\]?\\s*(?::|=>|:=|=)\\s*"
#define LITERAL "[\"'](?=[^\"']*[0-9])(?!\\$|<|\\{|%)[^\"'\\s]{8,}[\"']"
#define BARE \
	"(?<![A-Za-z0-9_.-])[A-Za-z0-9_.-]*" \
	"(?i:password|passwd|secret|token|api_?key|access_?key)" \
	"[A-Za-z0-9_]*=(?!=)(?=[^\\s]*[0-9])(?!\\$|<|\\{|%)[A-Za-z0-9+/=_.!@#%^&*-]{12,}\\s*$"

/*
 * A line of a private key's block whose first line is not in sight: in an excerpt, in
 * the end of a log. PEM breaks after 64 digits, OpenSSH after 70, MIME after 76; a sum
 * in hexadecimal has letters of one case.
 */
#define KEY_LINE \
	"(?:^[+-]|(?<![A-Za-z0-9+/=_.-]))(?=[A-Za-z0-9+/]{64}(?:.{6}|.{12})?\\s*$)" \
	"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9+/]*[0-9+/])" \
	"[A-Za-z0-9+/]{64,76}\\s*$"

static const char *const assignment_words[] = { "pass", "secret", "key", "token",
						"credential" };

static const char *const key_paths[] = {
	".env", ".env.*", "*.env", ".netrc", "_netrc", ".pgpass", ".my.cnf", ".npmrc",
	".pypirc", ".git-credentials", ".htpasswd", "id_rsa", "id_dsa", "id_ecdsa",
	"id_ed25519", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx",
	"*.ppk", "*.asc.key", "credentials.json", "service-account*.json", "secrets.y*ml",
	"terraform.tfstate*", "*.tfvars",
};

/* Shown all the same: made to be read. */
static const char *const open_paths[] = { ".env.example", ".env.sample", ".env.template",
					  ".env.dist" };

struct secrets {
	struct regex *tokens[ARRAY_SIZE(token_rules)];
	struct regex *literal;
	struct regex *bare;
	struct regex *key_line;
};

struct err *secrets_new(struct secrets **out)
{
	struct secrets *s = calloc(1, sizeof(*s));
	struct err *err = NULL;

	*out = NULL;
	if (!s)
		return err_nomem();
	for (size_t i = 0; !err && i < ARRAY_SIZE(token_rules); i++)
		err = regex_new(&s->tokens[i], span_of(token_rules[i].pattern), 0);
	if (!err)
		err = regex_new(&s->literal, SPAN(ASSIGNED LITERAL), 0);
	if (!err)
		err = regex_new(&s->bare, SPAN(BARE), 0);
	if (!err)
		err = regex_new(&s->key_line, SPAN(KEY_LINE), 0);
	if (err)
		secrets_free(s);
	else
		*out = s;
	return err;
}

void secrets_free(struct secrets *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(s->tokens); i++)
		regex_free(s->tokens[i]);
	regex_free(s->literal);
	regex_free(s->bare);
	regex_free(s->key_line);
	free(s);
}

bool secrets_is_key_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < ARRAY_SIZE(open_paths); i++)
		if (!strcmp(name, open_paths[i]))
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(key_paths); i++)
		if (!fnmatch(key_paths[i], name, FNM_CASEFOLD))
			return true;
	return false;
}

static bool has(struct span text, const char *needle)
{
	return memmem(text.ptr, text.len, needle, strlen(needle)) != NULL;
}

static bool has_assignment_word(struct span text)
{
	for (size_t i = 0; i < ARRAY_SIZE(assignment_words); i++) {
		size_t len = strlen(assignment_words[i]);

		for (size_t at = 0; at + len <= text.len; at++)
			if (!strncasecmp(text.ptr + at, assignment_words[i], len))
				return true;
	}
	return false;
}

/* A search that runs into its limits counts as a find: better a line too many. */
static struct err *search(struct regex *re, struct span text, bool *found)
{
	struct regex_match match;
	struct err *err = regex_find(re, text, 0, found, &match);

	if (err && err_kind(err) == ERR_NO_FIX) {
		err_drop(err);
		err = NULL;
		*found = true;
	}
	return err;
}

static struct err *piece_holds(struct secrets *s, struct span piece, bool *found)
{
	struct err *err = NULL;

	*found = false;
	for (size_t i = 0; !err && !*found && i < ARRAY_SIZE(s->tokens); i++)
		if (has(piece, token_rules[i].needle))
			err = search(s->tokens[i], piece, found);
	if (!err && !*found)
		err = search(s->key_line, piece, found);
	if (err || *found || !has_assignment_word(piece))
		return err;
	err = search(s->literal, piece, found);
	if (!err && !*found)
		err = search(s->bare, piece, found);
	return err;
}

static struct err *line_holds(struct secrets *s, struct span line, bool *found)
{
	struct err *err;
	size_t at = 0;

	do {
		err = piece_holds(s, span_cut(line, at, at + PIECE_BYTES), found);
		at += PIECE_BYTES - PIECE_OVERLAP_BYTES;
	} while (!err && !*found && at < line.len);
	return err;
}

/* "-----BEGIN RSA PRIVATE KEY-----", also inside of a string */
static bool begins_key(struct span line)
{
	return has(line, "-----BEGIN ") && has(line, "PRIVATE KEY");
}

struct err *secrets_filter(struct secrets *s, struct span text, struct str *out,
			   size_t *withheld)
{
	bool in_key = false;

	while (text.len) {
		ptrdiff_t end = span_findc(text, '\n', 0);
		struct span line =
			span_cut(text, 0, end < 0 ? text.len : (size_t)end + 1);
		struct span bare = line;
		bool found = in_key;
		struct err *err = NULL;

		while (span_ends(bare, "\n") || span_ends(bare, "\r"))
			bare.len--;
		if (!in_key && begins_key(bare))
			in_key = found = true;
		else if (!in_key)
			err = line_holds(s, bare, &found);
		if (err)
			return err;
		if (has(bare, "-----END "))
			in_key = false;
		str_add_span(out, found ? SPAN(PLACEHOLDER) : bare);
		str_add_span(out, span_cut(line, bare.len, line.len));
		*withheld += found;
		text = span_cut(text, line.len, text.len);
	}
	return str_err(out, "the text without its secrets");
}
