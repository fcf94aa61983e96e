/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/mail_part.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "issue/mail_header.h"

#define TEXT_MAX_BYTES (16 * MAIL_PART_MAX_BYTES)
#define BOUNDARY_MAX_BYTES 200
#define NAME_MAX_BYTES 100

struct walk {
	struct mail_text *text;
	const struct mail_charsets *charsets;
	size_t parts;
};

struct part {
	struct span head, body;
	char type[80];       /* "text/plain" */
	char charset[MAIL_CHARSET_MAX_BYTES];
	char boundary[BOUNDARY_MAX_BYTES];
	char name[NAME_MAX_BYTES];
	char encoding[32];
	bool attached, flowed, delete_space;
};

void mail_text_init(struct mail_text *text)
{
	*text = (struct mail_text){ 0 };
	str_init(&text->body, TEXT_MAX_BYTES);
	str_init(&text->attached, TEXT_MAX_BYTES);
}

void mail_text_release(struct mail_text *text)
{
	str_release(&text->body);
	str_release(&text->attached);
}

static void lower(char *s)
{
	for (; *s; s++) {
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s | 0x20);
	}
}

static void read_type(struct part *part, const char *outer)
{
	struct str value = STR_INIT(2 * MAIL_HEADER_MAX_BYTES);
	char word[32];

	if (!mail_header(part->head, "Content-Type", &value))
		str_adds(&value, !strcmp(outer, "multipart/digest") ? "message/rfc822" :
								      "text/plain");
	snprintf(part->type, sizeof(part->type), "%.*s", (int)strcspn(value.buf, "; \t"),
		 value.buf);
	lower(part->type);
	mail_parameter(str_span(&value), "charset", part->charset, sizeof(part->charset));
	mail_parameter(str_span(&value), "boundary", part->boundary, sizeof(part->boundary));
	mail_parameter(str_span(&value), "name", part->name, sizeof(part->name));
	mail_parameter(str_span(&value), "format", word, sizeof(word));
	part->flowed = !strcasecmp(word, "flowed");
	mail_parameter(str_span(&value), "delsp", word, sizeof(word));
	part->delete_space = !strcasecmp(word, "yes");
	str_release(&value);
}

static void read_part(struct part *part, struct span whole, const char *outer)
{
	struct str value = STR_INIT(2 * MAIL_HEADER_MAX_BYTES);
	char name[NAME_MAX_BYTES];

	*part = (struct part){ 0 };
	mail_split(whole, &part->head, &part->body);
	read_type(part, outer);
	if (mail_header(part->head, "Content-Disposition", &value)) {
		part->attached = !strncasecmp(value.buf, "attachment", 10);
		mail_parameter(str_span(&value), "filename", name, sizeof(name));
		if (name[0])
			memcpy(part->name, name, sizeof(name));
	}
	str_reset(&value);
	if (mail_header(part->head, "Content-Transfer-Encoding", &value))
		snprintf(part->encoding, sizeof(part->encoding), "%.*s",
			 (int)strcspn(value.buf, "; \t"), value.buf);
	str_release(&value);
}

static void add_name(struct str *out, const struct part *part)
{
	if (part->name[0])
		utf8_clean(out, span_of(part->name), UTF8_LINE);
	else
		str_adds(out, "a part without a name");
}

static void leave_out(struct walk *walk, const struct part *part)
{
	struct str *out = &walk->text->attached;

	if (!part->attached && !part->name[0])
		return;
	str_adds(out, "[left out: ");
	add_name(out, part);
	str_adds(out, ", ");
	utf8_clean(out, span_of(part->type), UTF8_LINE);
	str_adds(out, "]\n");
}

/* Adds the part's text, decoded, to out. */
static struct err *add_text(struct walk *walk, const struct part *part, struct str *out)
{
	struct str bytes = STR_INIT(MAIL_PART_MAX_BYTES);
	struct str text = STR_INIT(4 * MAIL_PART_MAX_BYTES);
	struct span body = span_cut(part->body, 0, MAIL_PART_MAX_BYTES);
	struct err *err;

	walk->text->cut |= part->body.len > body.len;
	if (!strcasecmp(part->encoding, "quoted-printable"))
		mail_unquote(body, false, &bytes);
	else if (!strcasecmp(part->encoding, "base64"))
		mail_unbase64(body, &bytes);
	else
		str_add_span(&bytes, body);
	err = str_err(&bytes, "mail");
	if (!err)
		err = walk->charsets->to_utf8(walk->charsets->ctx,
					      part->charset[0] ? part->charset : "utf-8",
					      str_span(&bytes), &text);
	if (!err)
		err = str_err(&text, "mail");
	if (!err && part->flowed)
		mail_unflow(str_span(&text), part->delete_space, out);
	else if (!err)
		str_add_span(out, str_span(&text));
	if (!err && out->len && out->buf[out->len - 1] != '\n')
		str_addc(out, '\n');
	str_release(&bytes);
	str_release(&text);
	return err ? err : str_err(out, "mail");
}

static struct err *take_leaf(struct walk *walk, const struct part *part)
{
	bool text = !strncmp(part->type, "text/", 5);

	if (!strcmp(part->type, "text/html") || !strcmp(part->type, "text/enriched") ||
	    !strcmp(part->type, "text/rtf") || !strcmp(part->type, "text/calendar")) {
		walk->text->html = true;
		leave_out(walk, part);
		return NULL;
	}
	if (!text) {
		leave_out(walk, part);
		return NULL;
	}
	if (!part->attached && !part->name[0])
		return add_text(walk, part, &walk->text->body);
	str_adds(&walk->text->attached, "[attached: ");
	add_name(&walk->text->attached, part);
	str_adds(&walk->text->attached, "]\n");
	return add_text(walk, part, &walk->text->attached);
}

static struct err *take_part(struct walk *walk, struct span whole, const char *outer,
			     int depth);

/* A line "--boundary", or with "--" behind it the last one. */
static bool is_boundary(struct span line, const char *boundary, bool *last)
{
	size_t n = strlen(boundary);

	if (!span_starts(line, "--") || line.len < n + 2 || memcmp(line.ptr + 2, boundary, n))
		return false;
	line = span_trim(span_cut(line, n + 2, line.len));
	*last = span_eqs(line, "--");
	return *last || !line.len;
}

/* The next part, without the line end that belongs to the boundary below it. */
static bool next_part(struct span *rest, const char *boundary, struct span *part)
{
	struct span from = *rest, line;
	size_t len = 0;
	bool last;

	if (!rest->len)
		return false;
	while (span_line(rest, &line)) {
		if (is_boundary(line, boundary, &last)) {
			if (last)
				*rest = span_cut(*rest, rest->len, rest->len);
			*part = span_cut(from, 0, len ? len - 1 : 0);
			return true;
		}
		len = from.len - rest->len;
	}
	*part = from;
	return true;
}

static bool skip_preamble(struct span *rest, const char *boundary)
{
	struct span line;
	bool last = false;

	while (span_line(rest, &line)) {
		if (is_boundary(line, boundary, &last))
			return !last;
	}
	return false;
}

/* Of the parts that say the same, the plain one, or the one that may hold it. */
static struct err *take_alternative(struct walk *walk, const struct part *part, int depth)
{
	struct span rest = part->body, whole, nested = { 0 };
	struct part child;

	if (!skip_preamble(&rest, part->boundary))
		return NULL;
	while (next_part(&rest, part->boundary, &whole)) {
		read_part(&child, whole, part->type);
		if (!strcmp(child.type, "text/plain"))
			return take_part(walk, whole, part->type, depth);
		if (!nested.ptr && !strncmp(child.type, "multipart/", 10))
			nested = whole;
		walk->text->html |= !strcmp(child.type, "text/html");
	}
	return nested.ptr ? take_part(walk, nested, part->type, depth) : NULL;
}

static struct err *take_parts(struct walk *walk, const struct part *part, int depth)
{
	struct span rest = part->body, whole;
	struct err *err = NULL;

	if (!skip_preamble(&rest, part->boundary))
		return NULL;
	while (!err && next_part(&rest, part->boundary, &whole))
		err = take_part(walk, whole, part->type, depth);
	return err;
}

static struct err *take_part(struct walk *walk, struct span whole, const char *outer,
			     int depth)
{
	struct part part;

	if (++walk->parts > MAIL_PARTS_MAX || depth > MAIL_DEPTH_MAX) {
		walk->text->cut = true;
		return NULL;
	}
	read_part(&part, whole, outer);
	if (!strncmp(part.type, "multipart/", 10)) {
		if (!part.boundary[0])
			return err_new(ERR_INPUT, "a part has no boundary");
		return strcmp(part.type, "multipart/alternative") ?
			take_parts(walk, &part, depth + 1) :
			take_alternative(walk, &part, depth + 1);
	}
	if (!strcmp(part.type, "message/rfc822") && !part.attached)
		return take_part(walk, part.body, "", depth + 1);
	return take_leaf(walk, &part);
}

struct err *mail_text_read(struct mail_text *text, struct span whole,
			   const struct mail_charsets *charsets)
{
	struct walk walk = { .text = text, .charsets = charsets };

	return take_part(&walk, whole, "", 0);
}
