/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/mail.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "issue/mail_header.h"
#include "issue/mail_part.h"

#define ARENA_MAX_BYTES ((size_t)128 << 20)
#define HEAD_LINES_MAX 1000
#define IDS_OF_HEADER_MAX 30

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* As is_from_line() of git's mailsplit.c: a time of day with a year behind it. */
static bool is_from_line(struct span line)
{
	size_t colon = line.len > 3 ? line.len - 3 : 0, year;
	struct span rest, word;

	if (!span_starts(line, "From ") || line.len < 20)
		return false;
	while (colon > 8 && line.ptr[colon] != ':')
		colon--;
	if (colon <= 8 || !is_digit(line.ptr[colon - 4]) || !is_digit(line.ptr[colon - 2]) ||
	    !is_digit(line.ptr[colon - 1]) || !is_digit(line.ptr[colon + 1]) ||
	    !is_digit(line.ptr[colon + 2]))
		return false;
	rest = span_trim(span_cut(line, colon + 3, line.len));
	return span_split(&rest, ' ', &word) && span_number(word, 9999, &year) && year > 90;
}

static struct span without_cr(struct span line)
{
	return span_ends(line, "\r") ? span_cut(line, 0, line.len - 1) : line;
}

bool mail_is(struct span raw)
{
	static const char *const others[] = { "Date", "Message-ID", "Received",
					      "MIME-Version", "Return-Path" };
	struct span line;
	bool from = false, other = false, first = true;

	for (int i = 0; i < HEAD_LINES_MAX && span_line(&raw, &line); i++) {
		size_t n;

		line = without_cr(line);
		if (!line.len)
			return from && other;
		if (!i && is_from_line(line))
			continue;
		n = mail_header_name(line);
		if (!n && (first || (line.ptr[0] != ' ' && line.ptr[0] != '\t')))
			return false;
		first = false;
		from |= n == 4 && !strncasecmp(line.ptr, "From", n);
		for (size_t k = 0; k < ARRAY_SIZE(others); k++)
			other |= n && n == strlen(others[k]) &&
				 !strncasecmp(line.ptr, others[k], n);
	}
	return from && other;
}

void mailbox_init(struct mailbox *box)
{
	*box = (struct mailbox){ 0 };
	arena_init(&box->arena, ARENA_MAX_BYTES);
}

void mailbox_release(struct mailbox *box)
{
	arena_release(&box->arena);
	free(box->v);
	mailbox_init(box);
}

/* What a thread is known by, while it is read. */
struct reading {
	struct mailbox *box;
	const struct mail_charsets *charsets;
	struct {
		struct span *v; /* in any header of the mails so far */
		size_t n, cap;
	} ids;
	struct span base; /* the first mail's subject, without "Re:" */
};

static struct err *add_id(struct reading *r, struct span id)
{
	if (r->ids.n == r->ids.cap) {
		size_t cap = r->ids.cap ? 2 * r->ids.cap : 64;
		struct span *v = realloc(r->ids.v, cap * sizeof(*v));

		if (!v)
			return err_nomem();
		r->ids.v = v;
		r->ids.cap = cap;
	}
	r->ids.v[r->ids.n].ptr = arena_dup(&r->box->arena, id);
	r->ids.v[r->ids.n].len = id.len;
	return r->ids.v[r->ids.n++].ptr ? NULL : arena_err(&r->box->arena, "mail");
}

static bool knows_id(const struct reading *r, struct span id)
{
	for (size_t i = 0; i < r->ids.n; i++) {
		if (span_eq(r->ids.v[i], id))
			return true;
	}
	return false;
}

/* Notes the ids that the mail has and names; *known: one of them came before. */
static struct err *take_ids(struct reading *r, struct span head, bool *known)
{
	static const char *const names[] = { "Message-ID", "In-Reply-To", "References" };
	struct str value = STR_INIT(2 * MAIL_HEADER_MAX_BYTES);
	struct err *err = NULL;

	*known = false;
	for (size_t i = 0; !err && i < ARRAY_SIZE(names); i++) {
		struct span rest, id;

		str_reset(&value);
		if (!mail_header(head, names[i], &value))
			continue;
		rest = str_span(&value);
		for (int k = 0; !err && k < IDS_OF_HEADER_MAX && mail_next_id(&rest, &id);
		     k++) {
			if (knows_id(r, id))
				*known = true;
			else
				err = add_id(r, id);
		}
	}
	str_release(&value);
	return err;
}

static struct span base_subject(struct span subject)
{
	static const char *const marks[] = { "re:", "aw:", "fw:", "fwd:", "sv:" };
	bool again = true;

	while (again) {
		again = false;
		subject = span_trim(subject);
		for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
			size_t n = strlen(marks[i]);

			if (subject.len >= n && !strncasecmp(subject.ptr, marks[i], n)) {
				subject = span_cut(subject, n, subject.len);
				again = true;
			}
		}
	}
	return subject;
}

static struct err *keep(struct mailbox *box, struct span s, struct span *out)
{
	out->ptr = arena_dup(&box->arena, s);
	out->len = s.len;
	return out->ptr ? NULL : arena_err(&box->arena, "mail");
}

static struct err *keep_header(struct reading *r, struct span head, const char *name,
			       struct span *out)
{
	struct str raw = STR_INIT(2 * MAIL_HEADER_MAX_BYTES), text = STR_INIT(1 << 18);
	struct span value;
	struct err *err;

	(void)mail_header(head, name, &raw);
	value = str_span(&raw);
	if (!strcmp(name, "From"))
		value = mail_author(value);
	err = err_first(str_err(&raw, name), mail_words(value, r->charsets, &text));
	if (!err)
		err = str_err(&text, name);
	if (!err)
		err = keep(r->box, str_span(&text), out);
	str_release(&raw);
	str_release(&text);
	return err;
}

static struct err *keep_date(struct reading *r, struct span head, struct mail *mail)
{
	struct str value = STR_INIT(2 * MAIL_HEADER_MAX_BYTES);
	char day[11] = "";

	mail->when = -1;
	if (mail_header(head, "Date", &value) && mail_date(str_span(&value), &mail->when))
		mail_day(mail->when, day);
	str_release(&value);
	return keep(r->box, span_of(day), &mail->day);
}

static struct err *keep_own_id(struct reading *r, struct span head, struct mail *mail)
{
	struct str value = STR_INIT(2 * MAIL_HEADER_MAX_BYTES);
	struct span rest, id = { 0 };
	struct err *err;

	(void)mail_header(head, "Message-ID", &value);
	rest = str_span(&value);
	if (!mail_next_id(&rest, &id))
		id = SPAN("");
	err = keep(r->box, id, &mail->id);
	str_release(&value);
	return err;
}

static struct err *keep_text(struct reading *r, struct span whole, struct mail *mail)
{
	struct mail_text text;
	struct err *err;

	mail_text_init(&text);
	err = mail_text_read(&text, whole, r->charsets);
	mail->cut = text.cut;
	mail->html = text.html;
	if (!err)
		err = keep(r->box, str_span(&text.body), &mail->body);
	if (!err)
		err = keep(r->box, str_span(&text.attached), &mail->attached);
	mail_text_release(&text);
	return err;
}

static struct err *other_thread(const struct reading *r, const struct mail *mail)
{
	return err_hint(err_new(ERR_INPUT, "the mailbox holds more than one thread: '%.*s' and "
				"'%.*s'", (int)span_cut(r->base, 0, 60).len, r->base.ptr,
				(int)span_cut(mail->subject, 0, 60).len, mail->subject.ptr),
			"save the mails of one thread to a file");
}

static struct err *take_mail(struct reading *r, struct span whole)
{
	struct mail *mail = &r->box->v[r->box->n];
	struct span head, body;
	bool known;
	struct err *err;

	if (r->box->n == MAILS_MAX) {
		r->box->left_out++;
		return NULL;
	}
	mail_split(whole, &head, &body);
	err = keep_header(r, head, "Subject", &mail->subject);
	if (!err)
		err = keep_header(r, head, "From", &mail->author);
	if (!err)
		err = keep_date(r, head, mail);
	if (!err)
		err = keep_own_id(r, head, mail);
	if (!err)
		err = take_ids(r, head, &known);
	if (!err && !r->box->n)
		r->base = base_subject(mail->subject);
	else if (!err && !known && !span_eq(base_subject(mail->subject), r->base))
		err = other_thread(r, mail);
	if (!err)
		err = keep_text(r, whole, mail);
	if (!err)
		r->box->n++;
	return err;
}

/* The next mail of an mbox, with one '>' less before each "From " that was quoted. */
static bool next_mail(struct span *rest, struct str *out)
{
	struct span line, left = *rest;
	bool blank = true;

	str_reset(out);
	if (!span_line(&left, &line))
		return false;
	for (*rest = left; span_line(&left, &line); *rest = left) {
		struct span quoted = line;

		if (blank && is_from_line(line))
			break;
		blank = !line.len;
		while (span_starts(quoted, ">"))
			quoted = span_cut(quoted, 1, quoted.len);
		if (quoted.len < line.len && span_starts(quoted, "From "))
			line = span_cut(line, 1, line.len);
		str_add_span(out, line);
		str_addc(out, '\n');
	}
	return true;
}

static struct err *take_all(struct reading *r, struct span text)
{
	struct str whole = STR_INIT(text.len + 1);
	struct span first, rest = text;
	struct err *err = NULL;

	if (!span_line(&rest, &first) || !is_from_line(first)) {
		err = take_mail(r, text);
	} else {
		rest = text;
		while (!err && next_mail(&rest, &whole)) {
			err = str_err(&whole, "mailbox");
			if (!err && span_trim(str_span(&whole)).len)
				err = take_mail(r, str_span(&whole));
		}
	}
	str_release(&whole);
	return err;
}

/* Not by qsort(): what is equal stays in order, and a mailbox is few and mostly sorted. */
static void sort(struct mailbox *box)
{
	for (size_t i = 0; i < box->n; i++) {
		if (box->v[i].when < 0)
			return;
	}
	for (size_t i = 1; i < box->n; i++) {
		for (size_t k = i; k && box->v[k - 1].when > box->v[k].when; k--) {
			struct mail swap = box->v[k];

			box->v[k] = box->v[k - 1];
			box->v[k - 1] = swap;
		}
	}
}

static void add_lines(struct str *out, struct span raw)
{
	struct span line;

	while (span_line(&raw, &line)) {
		str_add_span(out, without_cr(line));
		str_addc(out, '\n');
	}
}

static struct err *check_any_text(const struct mailbox *box)
{
	bool html = false;

	for (size_t i = 0; i < box->n; i++) {
		if (span_trim(box->v[i].body).len || box->v[i].attached.len)
			return NULL;
		html |= box->v[i].html;
	}
	if (html)
		return err_hint(err_new(ERR_INPUT, "the mail has no plain text, only HTML"),
				"save it as text");
	return err_new(ERR_INPUT, "the mail says nothing");
}

struct err *mailbox_read(struct mailbox *box, struct span raw,
			 const struct mail_charsets *charsets)
{
	struct reading r = { .box = box, .charsets = charsets };
	struct str text = STR_INIT(2 * raw.len + 1);
	struct err *err;

	if (span_findc(raw, '\0', 0) >= 0)
		return err_new(ERR_INPUT, "the mail holds a NUL");
	box->v = calloc(MAILS_MAX + 1, sizeof(*box->v));
	add_lines(&text, raw);
	err = box->v ? str_err(&text, "mail") : err_nomem();
	if (!err)
		err = take_all(&r, str_span(&text));
	if (!err)
		err = check_any_text(box);
	if (!err)
		sort(box);
	free(r.ids.v);
	str_release(&text);
	return err;
}
