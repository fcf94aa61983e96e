/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a model's words for a commit, the first line as the subject: the message
 * keeps the promises of mail/message.h.
 */
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "fuzz.h"
#include "mail/hazard.h"
#include "mail/message.h"
#include "mail/trailers.h"

#define MESSAGE_MAX_BYTES ((size_t)1 << 20)

static size_t columns(struct span line)
{
	size_t n = 0;
	uint32_t cp;

	for (size_t at = 0; at < line.len; n++)
		at += utf8_next(line, at, &cp);
	return n;
}

static void check_text(struct span text)
{
	uint32_t cp;

	for (size_t at = 0; at < text.len;) {
		at += utf8_next(text, at, &cp);
		assert(cp != UTF8_BAD);
		assert(cp == '\n' || cp == '\t' || !utf8_is_control(cp));
	}
}

/* A subject follows "Subject: [PATCH] ", so only what git am takes off matters. */
static void check_subject(struct span line)
{
	assert(line.len && columns(line) <= MESSAGE_SUBJECT_COLUMNS);
	assert(line.ptr[0] != ' ' && line.ptr[0] != ':' && !span_ends(line, " "));
	assert(line.len < 3 || strncasecmp(line.ptr, "re:", 3) != 0);
	assert(line.ptr[0] != '[' || span_findc(line, ']', 0) < 0);
}

/* A rule of dashes and a token with a blank before its colon look worse than they are. */
static bool is_harmless(struct span line)
{
	enum hazard hazard = hazard_of_line(line);
	struct span rest = line, word;

	if (span_starts(line, " ") || hazard == HAZARD_NONE)
		return true;
	return hazard == HAZARD_DROP && span_split(&rest, ' ', &word) && !hazard_starts(word);
}

static void check_message(struct span message)
{
	struct span rest = message, line;
	size_t n = 0;

	assert(span_ends(message, "\n") && !span_ends(message, "\n\n"));
	check_text(message);
	while (span_line(&rest, &line)) {
		if (!n++) {
			check_subject(line);
			continue;
		}
		assert(n > 2 || !line.len);
		assert(!span_ends(line, " ") && !span_ends(line, "\t"));
		assert(!hazard_is_scissors(line));
		assert(is_harmless(line));
		if (line.len && !strchr(" \t>|", line.ptr[0]))
			assert(columns(line) <= MESSAGE_BODY_COLUMNS ||
			       span_findc(line, ' ', 4) < 0);
	}
}

static void check_trailers(struct span words)
{
	struct str out = STR_INIT(MESSAGE_MAX_BYTES);
	char *text = fuzz_text(words);
	struct span rest, line;

	trailers_model(&out, TRAILER_ASSISTED_BY, text);
	trailers_model(&out, TRAILER_CO_AUTHORED_BY, text);
	trailers_verified(&out, text);
	trailers_checked(&out, text);
	trailers_closes(&out, text);
	assert(!out.failed);
	check_text(str_span(&out));
	rest = str_span(&out);
	while (span_line(&rest, &line))
		assert(hazard_is_trailer(line));
	str_release(&out);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str message = STR_INIT(MESSAGE_MAX_BYTES);
	struct span subject, body = fuzz_span(data, size);

	if (!span_line(&body, &subject))
		subject = body;
	assert(!message_make(subject, body, (struct span){ NULL, 0 }, "fix", &message));
	check_message(str_span(&message));
	str_release(&message);
	check_trailers(subject);
	return 0;
}
