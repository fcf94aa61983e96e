/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

#define CHUNK_BYTES 4096

/* As mail names them; the second where the C library has another name, or a superset. */
static const char *const charsets[][2] = {
	{ "utf-8", NULL },
	{ "utf8", NULL },
	{ "us-ascii", NULL },
	{ "ascii", NULL },
	{ "iso-8859-1", "WINDOWS-1252" },
	{ "latin1", "WINDOWS-1252" },
	{ "iso-8859-2", "ISO-8859-2" },
	{ "iso-8859-3", "ISO-8859-3" },
	{ "iso-8859-4", "ISO-8859-4" },
	{ "iso-8859-5", "ISO-8859-5" },
	{ "iso-8859-6", "ISO-8859-6" },
	{ "iso-8859-7", "ISO-8859-7" },
	{ "iso-8859-8", "ISO-8859-8" },
	{ "iso-8859-8-i", "ISO-8859-8" },
	{ "iso-8859-9", "ISO-8859-9" },
	{ "iso-8859-10", "ISO-8859-10" },
	{ "iso-8859-13", "ISO-8859-13" },
	{ "iso-8859-14", "ISO-8859-14" },
	{ "iso-8859-15", "ISO-8859-15" },
	{ "iso-8859-16", "ISO-8859-16" },
	{ "windows-1250", "WINDOWS-1250" },
	{ "windows-1251", "WINDOWS-1251" },
	{ "windows-1252", "WINDOWS-1252" },
	{ "windows-1253", "WINDOWS-1253" },
	{ "windows-1254", "WINDOWS-1254" },
	{ "windows-1255", "WINDOWS-1255" },
	{ "windows-1256", "WINDOWS-1256" },
	{ "windows-1257", "WINDOWS-1257" },
	{ "windows-1258", "WINDOWS-1258" },
	{ "cp1252", "WINDOWS-1252" },
	{ "koi8-r", "KOI8-R" },
	{ "koi8-u", "KOI8-U" },
	{ "gb2312", "GB18030" },
	{ "gbk", "GB18030" },
	{ "gb18030", "GB18030" },
	{ "big5", "BIG5" },
	{ "euc-jp", "EUC-JP" },
	{ "shift_jis", "SHIFT_JIS" },
	{ "iso-2022-jp", "ISO-2022-JP" },
	{ "euc-kr", "EUC-KR" },
	{ "ks_c_5601-1987", "EUC-KR" },
	{ "tis-620", "TIS-620" },
	{ "utf-16", "UTF-16" },
	{ "utf-16le", "UTF-16LE" },
	{ "utf-16be", "UTF-16BE" },
};

static const char *const *find(const char *charset)
{
	for (size_t i = 0; i < ARRAY_SIZE(charsets); i++) {
		if (!strcasecmp(charset, charsets[i][0]))
			return charsets[i];
	}
	return NULL;
}

/* Of one that is not known, nothing but ASCII can be trusted. */
static void add_checked(struct span bytes, bool ascii_only, struct str *out)
{
	for (size_t at = 0; at < bytes.len;) {
		uint32_t cp;
		size_t len = utf8_next(bytes, at, &cp);

		if (cp == UTF8_BAD || (ascii_only && cp >= 0x80))
			utf8_add(out, UTF8_REPLACEMENT);
		else
			str_add_span(out, span_cut(bytes, at, at + len));
		at += len;
	}
}

/* A charset with marks that follow their letter holds the last one back until asked. */
static void flush(iconv_t cd, struct str *out)
{
	char chunk[CHUNK_BYTES], *to = chunk;
	size_t room = sizeof(chunk);

	(void)iconv(cd, NULL, NULL, &to, &room);
	str_add(out, chunk, (size_t)(to - chunk));
}

static void convert(iconv_t cd, struct span bytes, struct str *out)
{
	char *in = (char *)(size_t)bytes.ptr;
	size_t left = bytes.len;

	while (left && !out->failed) {
		char chunk[CHUNK_BYTES], *to = chunk;
		size_t room = sizeof(chunk);
		size_t rc = iconv(cd, &in, &left, &to, &room);
		int why = errno;

		str_add(out, chunk, (size_t)(to - chunk));
		if (rc != (size_t)-1 || why == E2BIG)
			continue;
		utf8_add(out, UTF8_REPLACEMENT);
		in++;
		left--;
	}
	flush(cd, out);
}

struct err *charset_to_utf8(void *ctx, const char *charset, struct span bytes,
			    struct str *out)
{
	const char *const *row = find(charset);
	iconv_t cd;

	(void)ctx;
	if (!row || !row[1]) {
		add_checked(bytes, !row, out);
		return NULL;
	}
	cd = iconv_open("UTF-8", row[1]);
	if (cd == (iconv_t)-1)
		return errno == ENOMEM ? err_nomem() :
					 err_new(ERR_FATAL, "the C library cannot read %s (are "
						 "its gconv modules installed?)", row[0]);
	convert(cd, bytes, out);
	iconv_close(cd);
	return NULL;
}
