/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a mailbox: what is read can be shown, ids can stand in a header, and a
 * mail without its text is none.
 */
#include <string.h>

#include "base/utf8.h"
#include "fuzz.h"
#include "issue/mail.h"
#include "issue/mail_header.h"
#include "sys/charset.h"

static void check_line(struct span s)
{
	assert(s.ptr);
	assert(utf8_valid(s));
	for (size_t i = 0; i < s.len; i++)
		assert((unsigned char)s.ptr[i] >= ' ');
}

static void check(const struct mail *mail)
{
	check_line(mail->subject);
	check_line(mail->author);
	assert(!mail->day.len || mail->day.len == 10);
	assert(!mail->id.len || mail_id_is_valid(mail->id));
	assert(utf8_valid(mail->body));
	assert(utf8_valid(mail->attached));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mail_charsets charsets = { NULL, charset_to_utf8 };
	struct span raw = fuzz_span(data, size);
	struct mailbox box;

	(void)mail_is(raw);
	mailbox_init(&box);
	if (!fuzz_failed(mailbox_read(&box, raw, &charsets), ERR_INPUT)) {
		assert(box.n && box.n <= MAILS_MAX);
		for (size_t i = 0; i < box.n; i++)
			check(&box.v[i]);
	}
	mailbox_release(&box);
	return 0;
}
