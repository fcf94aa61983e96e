/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "base/compiler.h"
#include "issue/mail.h"
#include "issue/mail_header.h"
#include "sys/charset.h"

static const struct mail_charsets charsets = { NULL, charset_to_utf8 };

#define HEAD "From: A <a@b>\nDate: Mon, 23 Nov 2026 10:00:00 +0100\nSubject: s\n"

static void detection(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} cases[] = {
		{ HEAD "\nbody\n", true },
		{ "From: a@b\r\nMessage-ID: <a@b>\r\n\r\nx", true },
		{ "Received: from x\n by y\nFrom: a@b\n\n", true },
		{ "From a@b Mon Nov 23 10:00:00 2026\n" HEAD "\nbody\n", true },
		{ "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n" HEAD
		  "\n", true },
		{ "", false },
		{ "The counter is off.\nFrom: me\nDate: today\n\n", false },
		{ "From: me\n\nHello", false },
		{ "Date: x\nSubject: y\n\nz", false },
		{ "From here on it breaks\nFrom: a@b\nDate: x\n\n", false },
		{ "a.c:3: error: x\nFrom: a@b\nDate: x\n\n", true }, /* a header "a.c" */
		{ "a.c:3: error: x\n    3 | foo\na.c: In function 'f':\nb\n\n", false },
		{ " From: a@b\nDate: x\n\n", false },
		{ "{\"From\": 1}\nDate: x\n\n", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (mail_is(span_of(cases[i].text)) != cases[i].is)
			fail_msg("%zu: %s", i, cases[i].text);
	}
}

/* One mail: what stands below HEAD, and what is read of it. */
static void parts(void **state)
{
	static const struct {
		const char *what, *rest, *body, *attached;
	} cases[] = {
		{ "plain", "\nhello\n", "hello\n", "" },
		{ "not UTF-8", "\ncaf\351\n", "caf\357\277\275\n", "" },
		{ "latin-1", "Content-Type: text/plain; charset=ISO-8859-1\n\ncaf\351\n",
		  "caf\303\251\n", "" },
		{ "utf-16", "Content-Type: text/plain; charset=UTF-16LE\n"
		  "Content-Transfer-Encoding: base64\n\naADpAA==\n", "h\303\251\n", "" },
		{ "unknown charset", "Content-Type: text/plain; charset=x-none\n\na\303\251b\n",
		  "a\357\277\275b\n", "" },
		{ "shift state cut off", "Content-Type: text/plain; charset=iso-2022-jp\n\n"
		  "a\033$B\n", "a\n", "" },
		{ "quoted-printable", "Content-Transfer-Encoding: Quoted-Printable\n\n"
		  "a=3Db=\nc=  \nd=zz=E9\n=", "a=bcd=zz\357\277\275\n", "" },
		{ "base64 with rubbish", "Content-Transfer-Encoding: base64\n\naGV!sbG8\n", "hello\n",
		  "" },
		{ "flowed", "Content-Type: text/plain; format=flowed\n\na \nb\n> q \n> r\n>> s\n"
		  " From x\n-- \nsig\n", "a b\n> q r\n>> s\nFrom x\n-- \nsig\n", "" },
		{ "flowed, delsp", "Content-Type: text/plain; format=flowed; delsp=yes\n\na \nb\n",
		  "ab\n", "" },
		{ "alternatives", "Content-Type: multipart/alternative; boundary=\"b c\"\n\n"
		  "preamble\n--b c\nContent-Type: text/html\n\n<p>html\n--b c  \n\nplain\n--b c--\n"
		  "epilogue\n", "plain\n", "" },
		{ "alternatives that hold parts", "Content-Type: multipart/alternative; boundary=b\n\n"
		  "--b\nContent-Type: multipart/related; boundary=bb\n\n--bb\n\ninner\n--bb--\n"
		  "--b\nContent-Type: text/html\n\nx\n--b--\n", "inner\n", "" },
		{ "attachments", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nbody\n\n"
		  "--b\nContent-Type: text/x-log; name=\"a;b.log\"\n\nlog\n"
		  "--b\nContent-Type: application/pdf\nContent-Disposition: attachment; "
		  "filename=\"x\033.pdf\"\n\nPDF\n"
		  "--b\nContent-Type: application/pgp-signature\n\nsig\n--b--\n",
		  "body\n", "[attached: a;b.log]\nlog\n[left out: x?.pdf, application/pdf]\n" },
		{ "no end", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nbody", "body\n", "" },
		{ "a mail in it", "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
		  "Content-Type: message/rfc822\n\nSubject: x\n\ninner\n--b--\n", "inner\n", "" },
		{ "its own boundary inside", "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
		  "Content-Type: multipart/mixed; boundary=b\n\n--b\n\ninner\n--b--\n", "inner\n", "" },
		{ "crlf", "\r\nhello\r\nyou\r\n", "hello\nyou\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str raw = STR_INIT(65536);
		struct mailbox box;

		str_addf(&raw, HEAD "%s", cases[i].rest);
		mailbox_init(&box);
		ok(mailbox_read(&box, str_span(&raw), &charsets));
		if (box.n != 1 || !span_eqs(box.v[0].body, cases[i].body) ||
		    !span_eqs(box.v[0].attached, cases[i].attached))
			fail_msg("%s: '%s' '%s'", cases[i].what, box.v[0].body.ptr,
				 box.v[0].attached.ptr);
		mailbox_release(&box);
		str_release(&raw);
	}
}

static void headers(void **state)
{
	static const struct {
		const char *head, *subject, *author, *day, *id;
	} cases[] = {
		{ "From: \"A, B\" <a@b>\nSubject: x\n  y\nDate: 5 Jan 70 00:00 GMT\n"
		  "Message-ID: <a@b>\n", "x y", "A, B", "1970-01-05", "<a@b>" },
		{ "From: a@b (Al)\nsubject: =?utf-8?q?caf=C3=A9?=\n =?UTF-8*en?B?IHg=?=\n"
		  "Date: Sat, 1 Mar 2400 01:30:00 +0200\nmessage-id: <a b@c> <x@y>\n",
		  "caf\303\251 x", "Al", "2400-02-29", "<x@y>" },
		{ "From: <a@b>\nSubject: =?x =?utf-8?z?a?= =?us-ascii?q?a_b?= c\nDate: soon\n"
		  "Message-ID: <a@b\"c>\n", "=?x =?utf-8?z?a?= a b c", "a@b", "", "" },
		{ "From: a@b\nSubject: \033[31mred\nDate: Mon, 32 Nov 2026 10:00:00 +0000\n"
		  "Message-ID: <no at>\n", "?[31mred", "a@b", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str raw = STR_INIT(65536);
		struct mailbox box;
		const struct mail *mail;

		str_addf(&raw, "%s\nx\n", cases[i].head);
		mailbox_init(&box);
		ok(mailbox_read(&box, str_span(&raw), &charsets));
		mail = &box.v[0];
		if (!span_eqs(mail->subject, cases[i].subject) ||
		    !span_eqs(mail->author, cases[i].author) ||
		    !span_eqs(mail->day, cases[i].day) || !span_eqs(mail->id, cases[i].id))
			fail_msg("%zu: '%s' '%s' '%s' '%s'", i, mail->subject.ptr,
				 mail->author.ptr, mail->day.ptr, mail->id.ptr);
		mailbox_release(&box);
		str_release(&raw);
	}
}

static void dates(void **state)
{
	static const struct {
		const char *text;
		int64_t want; /* -1: none */
	} cases[] = {
		{ "Mon, 23 Nov 2026 10:11:12 +0100", 1795425072 },
		{ "23 November 2026 10:11 -0030", 1795430460 },
		{ "1 Jan 1970 00:00:00 +0000", 0 },
		{ "1 Jan 1970 00:00:00 +0100", -1 },
		{ "29 Feb 2024 23:59:60 GMT", 1709251200 },
		{ "", -1 },
		{ "Mon, 0 Nov 2026 10:11:12", -1 },
		{ "1 Foo 2026 10:11:12", -1 },
		{ "1 Nov 99999 10:11:12", -1 },
		{ "1 Nov 2026 10", -1 },
		{ "1 Nov 2026 24:00", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t got = -1;
		bool is = mail_date(span_of(cases[i].text), &got);

		if (is != (cases[i].want >= 0) || (is && got != cases[i].want))
			fail_msg("'%s': %d %lld", cases[i].text, is, (long long)got);
	}
}

#define FROM_LINE "From a@b Mon Nov 23 10:00:00 2026\n"

static void threads(void **state)
{
	static const char box_text[] =
		FROM_LINE "From: B <b@c>\nDate: Mon, 23 Nov 2026 12:00:00 +0000\nSubject: AW: Re: it\n"
		"\nsecond\n\n>>From x\nFrom here on\n\n"
		FROM_LINE "From: A <a@b>\nDate: Mon, 23 Nov 2026 11:00:00 +0000\nSubject: it\n"
		"Message-ID: <1@a>\n\nfirst\n"
		"\n" FROM_LINE "From: C <c@d>\nDate: Mon, 23 Nov 2026 13:00:00 +0000\n"
		"Subject: another name\nReferences: <0@a> <1@a>\n\nthird\n";
	struct mailbox box;

	(void)state;
	mailbox_init(&box);
	ok(mailbox_read(&box, span_of(box_text), &charsets));
	assert_int_equal(box.n, 3);
	assert_string_equal(box.v[0].body.ptr, "first\n\n");
	assert_string_equal(box.v[0].id.ptr, "<1@a>");
	assert_string_equal(box.v[1].body.ptr, "second\n\n>From x\nFrom here on\n\n");
	assert_string_equal(box.v[2].body.ptr, "third\n");
	mailbox_release(&box);
}

static void refused(void **state)
{
	static const struct {
		struct span text;
		const char *why;
	} cases[] = {
		{ SPAN(HEAD "\na\0b\n"), "the mail holds a NUL" },
		{ SPAN(HEAD "\n\n \n"), "the mail says nothing" },
		{ SPAN(HEAD "Content-Type: text/html\n\n<p>x\n"),
		  "the mail has no plain text, only HTML" },
		{ SPAN(HEAD "Content-Type: multipart/mixed\n\nx\n"), "a part has no boundary" },
		{ SPAN(FROM_LINE HEAD "\nx\n\n" FROM_LINE "From: A <a@b>\nSubject: t\n\ny\n"),
		  "the mailbox holds more than one thread: 's' and 't'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mailbox box;

		mailbox_init(&box);
		fails(mailbox_read(&box, cases[i].text, &charsets), ERR_INPUT, cases[i].why);
		mailbox_release(&box);
	}
}

/* Depth, number of parts and of mails, size. */
static void ceilings(void **state)
{
	struct str raw = STR_INIT((size_t)64 << 20);
	struct mailbox box;

	(void)state;
	mailbox_init(&box);
	str_adds(&raw, HEAD);
	for (int i = 0; i < 100; i++)
		str_addf(&raw, "Content-Type: multipart/mixed; boundary=b%dx\n\n--b%dx\n", i, i);
	str_adds(&raw, "\ndeep\n");
	fails(mailbox_read(&box, str_span(&raw), &charsets), ERR_INPUT, "the mail says nothing");
	assert_true(box.v[0].cut);
	mailbox_release(&box);

	str_reset(&raw);
	str_adds(&raw, HEAD "Content-Type: multipart/mixed; boundary=b\n\n");
	for (int i = 0; i < 1000; i++)
		str_adds(&raw, "--b\n\nx\n");
	ok(mailbox_read(&box, str_span(&raw), &charsets));
	assert_true(box.v[0].cut);
	assert_in_range(box.v[0].body.len, 300, 400);
	mailbox_release(&box);

	str_reset(&raw);
	str_adds(&raw, HEAD "\n");
	for (int i = 0; i < 2 << 20; i++)
		str_addc(&raw, 'x');
	ok(mailbox_read(&box, str_span(&raw), &charsets));
	assert_true(box.v[0].cut);
	mailbox_release(&box);

	str_reset(&raw);
	for (int i = 0; i < MAILS_MAX + 5; i++)
		str_adds(&raw, FROM_LINE HEAD "\nx\n\n");
	ok(mailbox_read(&box, str_span(&raw), &charsets));
	assert_int_equal(box.n, MAILS_MAX);
	assert_int_equal(box.left_out, 5);
	mailbox_release(&box);
	str_release(&raw);
}

static void ids(void **state)
{
	static const struct {
		const char *id;
		bool valid;
	} cases[] = {
		{ "<a@b>", true }, { "<a.b+c=d/e_f@x.y>", true }, { "a@b", false }, { "<a@b", false },
		{ "<a@>", false }, { "<@b>", false }, { "<ab>", false }, { "<a@b@c>", false },
		{ "<a b@c>", false }, { "<a@b>\nX: y", false }, { "<a@b\303\251>", false },
		{ "<a@b\">", false }, { "", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (mail_id_is_valid(span_of(cases[i].id)) != cases[i].valid)
			fail_msg("%s", cases[i].id);
	}
}

static void names_of_charsets(void **state)
{
	static const struct {
		const char *name, *bytes, *text;
	} cases[] = {
		{ "utf-7", "a\351b", "a\357\277\275b" },
		{ "utf-8//translit", "a\303\251b", "a\357\277\275b" },
		{ "KOI8-R", "\301", "\320\260" },
		/* a letter that a mark may follow is the last one */
		{ "windows-1258", "xin chao", "xin chao" },
		{ "windows-1258", "a\354", "\303\241" },
	};
	struct str out = STR_INIT(100);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		str_reset(&out);
		ok(charset_to_utf8(NULL, cases[i].name, span_of(cases[i].bytes), &out));
		assert_string_equal(out.buf, cases[i].text);
	}
	str_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(detection), cmocka_unit_test(parts),    cmocka_unit_test(headers),
		cmocka_unit_test(dates),     cmocka_unit_test(threads),  cmocka_unit_test(refused),
		cmocka_unit_test(ceilings),  cmocka_unit_test(ids),
		cmocka_unit_test(names_of_charsets),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
