/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/trailers.h"

#include <string.h>
#include <strings.h>

#include "verify/clean.h"

#define LINE_MAX_BYTES 1024
#define MODEL_MAX_BYTES 128
#define COMMAND_MAX_BYTES 256
#define URL_MAX_BYTES 512

const char *const trailer_styles[] = {
	[TRAILER_ASSISTED_BY] = "assisted-by",
	[TRAILER_GENERATED_BY] = "generated-by",
	[TRAILER_CO_AUTHORED_BY] = "co-authored-by",
	[TRAILER_NONE] = "none",
	NULL,
};

const char *const evidence_places[] = {
	[EVIDENCE_TRAILER] = "trailer",
	[EVIDENCE_NOTE] = "note",
	[EVIDENCE_NONE] = "none",
	NULL,
};

/* Adds line, which has no newline, unless out has it. */
static void add_line(struct str *out, const struct str *line)
{
	struct span rest = str_span(out), there;

	while (span_line(&rest, &there)) {
		if (span_eq(there, str_span(line)))
			return;
	}
	str_add_span(out, str_span(line));
	str_addc(out, '\n');
}

/* As clean_line(), runs of blanks and line ends as one blank; cut with "...". */
static void add_flat(struct str *out, const char *text, size_t max_bytes)
{
	struct str clean = STR_INIT(4 * LINE_MAX_BYTES);
	struct span rest = span_of(text), line;
	size_t start = out->len, end;

	rest = span_cut(rest, 0, LINE_MAX_BYTES);
	while (span_line(&rest, &line)) {
		clean_line(line, &clean);
		str_addc(&clean, ' ');
	}
	rest = span_trim(str_span(&clean));
	for (size_t i = 0; i < rest.len; i++) {
		bool blank = rest.ptr[i] == ' ' || rest.ptr[i] == '\t';

		if (!blank || out->buf[out->len - 1] != ' ')
			str_addc(out, blank ? ' ' : rest.ptr[i]);
	}
	str_release(&clean);
	if (out->len - start <= max_bytes)
		return;
	end = start + max_bytes - strlen("...");
	while (end > start && ((unsigned char)out->buf[end] & 0xc0) == 0x80)
		end--;
	str_truncate(out, end);
	str_adds(out, "...");
}

/* One word of printable ASCII. */
static void add_model(struct str *out, const char *model)
{
	size_t n = strlen(model);

	if (n > MODEL_MAX_BYTES)
		n = MODEL_MAX_BYTES;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)model[i];

		str_addc(out,
			 c > ' ' && c < 0x7f && c != '<' && c != '>' ? (char)c : '-');
	}
	if (!n)
		str_adds(out, "unknown");
}

/* What stands around the name of a model. */
static const char *const around[][2] = {
	[TRAILER_ASSISTED_BY] = { "Assisted-by: git-dualfix:", "" },
	[TRAILER_GENERATED_BY] = { "Generated-by: git-dualfix (", ")" },
	[TRAILER_CO_AUTHORED_BY] = { "Co-authored-by: git-dualfix (",
				     ") <noreply@git-dualfix.invalid>" },
};

void trailers_model(struct str *out, enum trailer_style style, const char *model)
{
	struct str line = STR_INIT(LINE_MAX_BYTES);

	if (style == TRAILER_NONE)
		return;
	str_adds(&line, around[style][0]);
	add_model(&line, model);
	str_adds(&line, around[style][1]);
	add_line(out, &line);
	str_release(&line);
}

static bool names_model(struct span line)
{
	for (size_t i = 0; i < ARRAY_SIZE(around); i++)
		if (span_starts(line, around[i][0]) && span_ends(line, around[i][1]))
			return true;
	return false;
}

void trailers_inherit(struct str *out, struct span message)
{
	struct span line;

	while (span_line(&message, &line)) {
		struct str copy = STR_INIT(LINE_MAX_BYTES);

		if (names_model(line)) {
			clean_line(line, &copy);
			add_line(out, &copy);
		}
		str_release(&copy);
	}
}

static void add_check(struct str *out, const char *token, const char *command,
		      const char *said)
{
	struct str line = STR_INIT(2 * LINE_MAX_BYTES);

	str_addf(&line, "%s: ", token);
	add_flat(&line, command, COMMAND_MAX_BYTES);
	str_addf(&line, " (%s)", said);
	add_line(out, &line);
	str_release(&line);
}

void trailers_verified(struct str *out, const char *command)
{
	add_check(out, "Verified", command, "failed before, passes now");
}

void trailers_checked(struct str *out, const char *command)
{
	add_check(out, "Checked", command, "passed before and after");
}

static bool is_plain_url(const char *url)
{
	size_t n = strlen(url), scheme;

	if (!strncasecmp(url, "https://", 8))
		scheme = 8;
	else if (!strncasecmp(url, "http://", 7))
		scheme = 7;
	else
		return false;
	if (n == scheme || n > URL_MAX_BYTES || strchr("/?#", url[scheme]))
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)url[i];

		if (c <= ' ' || c >= 0x7f || strchr("\"<>\\^`{|}", c))
			return false;
	}
	return !memchr(url + scheme, '@', strcspn(url + scheme, "/?#"));
}

void trailers_closes(struct str *out, const char *url)
{
	struct str line = STR_INIT(LINE_MAX_BYTES);

	if (!url || !is_plain_url(url))
		return;
	str_addf(&line, "Closes: %s", url);
	add_line(out, &line);
	str_release(&line);
}

void trailers_signoff(struct str *out, const char *identity)
{
	struct str line = STR_INIT(2 * LINE_MAX_BYTES);

	str_adds(&line, "Signed-off-by: ");
	add_flat(&line, identity, LINE_MAX_BYTES);
	add_line(out, &line);
	str_release(&line);
}
