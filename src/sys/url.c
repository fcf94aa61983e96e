/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/url.h"

#include <string.h>
#include <strings.h>

#define URL_MAX_BYTES 8192
#define HOST_MAX_BYTES 255

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_v6(struct span host)
{
	for (size_t i = 1; i + 1 < host.len; i++) {
		if (!is_alnum(host.ptr[i]) && host.ptr[i] != ':' && host.ptr[i] != '.')
			return false;
	}
	return host.len > 3 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']';
}

static bool is_name(struct span host)
{
	for (size_t i = 0; i < host.len; i++) {
		if (!is_alnum(host.ptr[i]) && !strchr("-._", host.ptr[i]))
			return false;
	}
	return host.len && host.len <= HOST_MAX_BYTES && is_alnum(host.ptr[0]);
}

/* 127.a.b.c in plain decimal; what else an inet_aton() takes is not trusted. */
static bool is_loopback_v4(struct span host)
{
	struct span part;
	size_t n = 0, number;

	while (span_split(&host, '.', &part)) {
		if (!span_number(part, 255, &number) ||
		    (part.len > 1 && part.ptr[0] == '0'))
			return false;
		if (n++ == 0 && number != 127)
			return false;
	}
	return n == 4;
}

static bool is_loopback(struct span host)
{
	if (host.len == 9 && !strncasecmp(host.ptr, "localhost", 9))
		return true;
	return span_eqs(host, "[::1]") || is_loopback_v4(host);
}

static bool parse_authority(struct url *url)
{
	struct span s = url->authority;
	bool v6 = span_starts(s, "[");
	ptrdiff_t end = span_findc(s, v6 ? ']' : ':', 0);
	struct span port;
	size_t number;

	if (end < 0) {
		url->host = s;
		return !v6 && is_name(s);
	}
	url->host = span_cut(s, 0, (size_t)end + v6);
	if (v6 ? !is_v6(url->host) : !is_name(url->host))
		return false;
	if (url->host.len == s.len)
		return true;
	port = span_cut(s, url->host.len, s.len);
	if (!span_starts(port, ":") ||
	    !span_number(span_cut(port, 1, port.len), 65535, &number) || !number)
		return false;
	url->port = (unsigned int)number;
	return true;
}

static bool is_printable(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] <= 0x20 || s.ptr[i] > 0x7e || s.ptr[i] == '\\')
			return false;
	}
	return true;
}

struct err *url_parse(struct url *out, const char *text)
{
	struct span rest = span_of(text);
	size_t at = 0;

	*out = (struct url){ .https = !strncasecmp(text, "https://", 8) };
	if (rest.len > URL_MAX_BYTES || !is_printable(rest))
		return err_new(ERR_CONFIG, "the URL is too long or holds blanks or "
			       "characters that must be escaped");
	if (!out->https && strncasecmp(text, "http://", 7))
		return err_new(ERR_CONFIG,
			       "the URL begins neither with https:// nor http://");
	rest = span_cut(rest, out->https ? 8 : 7, rest.len);
	out->port = out->https ? 443 : 80;
	while (at < rest.len && !strchr("/?#", rest.ptr[at]))
		at++;
	out->authority = span_cut(rest, 0, at);
	out->path = span_cut(rest, at, rest.len);
	if (span_findc(out->authority, '@', 0) >= 0)
		return err_hint(err_new(ERR_CONFIG,
					"the URL holds a user name or password"),
				"keys come from the environment or git's credentials");
	if (!parse_authority(out))
		return err_new(ERR_CONFIG, "the URL has no valid host: '%.*s'",
			       (int)out->authority.len, out->authority.ptr);
	out->loopback = is_loopback(out->host);
	return NULL;
}
