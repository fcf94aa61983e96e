/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/hazard.h"

#include <string.h>
#include <strings.h>

#include "base/compiler.h"

/* Words that a line may not start with. */
static const char *const starts[] = {
	"From", ">From", "From:", "Subject:", "Date:", "Index:", "diff", "---",
	"+++", "@@", "[PATCH]", "(cherry",
};

/* Trailers that speak for people or for our own checks; any "...-by" besides. */
static const char *const trailers[] = {
	"cc", "change-id", "verified", "checked", "closes", "fixes", "link", "message-id",
	"reported-and-tested-by", "git-dualfix",
};

static bool starts_with(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.len >= n && !strncasecmp(s.ptr, prefix, n);
}

static bool is_rule(struct span line)
{
	line = span_trim(line);
	if (line.len < 3)
		return false;
	for (size_t i = 0; i < line.len; i++) {
		if (line.ptr[i] != '-')
			return false;
	}
	return true;
}

static bool is_blade(struct span s)
{
	return span_starts(s, ">8") || span_starts(s, "8<") || span_starts(s, ">%") ||
	       span_starts(s, "%<");
}

/* As is_scissors_line() of git's mailinfo.c. */
bool hazard_is_scissors(struct span line)
{
	size_t perforation = 0, gap = 0;
	bool cut = false, inside = false;

	line = span_trim(line);
	for (size_t i = 0; i < line.len; i++) {
		if (strchr(" \t\r\n", line.ptr[i]) && line.ptr[i]) {
			perforation += inside;
			gap += inside;
		} else if (line.ptr[i] == '-') {
			inside = true;
			perforation++;
		} else if (is_blade(span_cut(line, i, i + 2))) {
			cut = inside = true;
			perforation += 2;
			i++;
		} else {
			inside = false;
		}
	}
	return cut && line.len >= 8 && line.len < 3 * perforation && 2 * gap < perforation;
}

static size_t token_length(struct span line)
{
	size_t n = 0;

	while (n < line.len) {
		char c = line.ptr[n];

		if (c != '-' && (c < '0' || c > '9') &&
		    ((c | 0x20) < 'a' || (c | 0x20) > 'z'))
			break;
		n++;
	}
	return n;
}

bool hazard_is_trailer(struct span line)
{
	size_t n = token_length(line), at = n;

	while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t'))
		at++;
	if (starts_with(line, "(cherry picked from commit "))
		return true;
	/* git takes "Token : value" too, but prose has blanks before no colon. */
	return n && at < line.len && line.ptr[at] == ':';
}

static bool is_known_trailer(struct span line)
{
	struct span token = span_cut(line, 0, token_length(line));

	if (starts_with(line, "(cherry picked from commit "))
		return true;
	if (!hazard_is_trailer(line))
		return false;
	if (token.len > 3 && !strncasecmp(token.ptr + token.len - 3, "-by", 3))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(trailers); i++) {
		if (token.len == strlen(trailers[i]) &&
		    !strncasecmp(token.ptr, trailers[i], token.len))
			return true;
	}
	return false;
}

bool hazard_starts(struct span word)
{
	if ((word.len && word.ptr[0] == '#') || is_known_trailer(word))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		size_t n = strlen(starts[i]);

		/* "From:someone" is a header as well. */
		if (starts_with(word, starts[i]) &&
		    (word.len == n || starts[i][n - 1] == ':' || starts[i][n - 1] == ']'))
			return true;
	}
	return false;
}

enum hazard hazard_of_line(struct span line)
{
	struct span word = span_cut(line, 0, 0);

	if (is_rule(line) || hazard_is_scissors(line) || is_known_trailer(span_trim(line)))
		return HAZARD_DROP;
	if (span_starts(line, "diff -") || span_starts(line, "Index: ") ||
	    span_starts(line, "--- ") || span_starts(line, "+++ ") ||
	    span_starts(line, "@@ -"))
		return HAZARD_DIFF;
	for (size_t i = 0; i < line.len && line.ptr[i] != ' ' && line.ptr[i] != '\t'; i++)
		word = span_cut(line, 0, i + 1);
	return hazard_starts(word) ? HAZARD_START : HAZARD_NONE;
}
