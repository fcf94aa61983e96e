/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forge/remote.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/span.h"
#include "base/str.h"
#include "base/utf8.h"
#include "sys/url.h"

#define NUMBER_MAX 1000000000

static const struct {
	const char *scheme;
	enum remote_form form;
} schemes[] = {
	{ "https", REMOTE_HTTPS }, { "http", REMOTE_HTTP },	{ "ssh", REMOTE_SSH },
	{ "git+ssh", REMOTE_SSH }, { "ssh+git", REMOTE_SSH }, { "git", REMOTE_GIT },
};

/* *host is [user@]host[:port]: the last '@' counts, as it does for curl and ssh. */
static struct span without_user(struct span host)
{
	size_t at = host.len;

	while (at && host.ptr[at - 1] != '@')
		at--;
	return span_cut(host, at, host.len);
}

static struct err *set_host(struct remote *out, struct span authority)
{
	char text[REMOTE_HOST_MAX_BYTES + 32];
	struct url url;
	struct err *err;
	int n = snprintf(text, sizeof(text), "https://%.*s", (int)authority.len,
			 authority.ptr);

	if (n < 0 || (size_t)n >= sizeof(text))
		return err_new(ERR_INPUT, "the URL's host is too long");
	err = url_parse(&url, text);
	if (!err && url.path.len)
		err = err_new(ERR_INPUT, "the URL has no valid host");
	if (err)
		return err_as(err, ERR_INPUT);
	snprintf(out->host, sizeof(out->host), "%.*s", (int)url.host.len, url.host.ptr);
	for (char *p = out->host; *p; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	}
	out->port = url.authority.len > url.host.len ? url.port : 0;
	out->loopback = url.loopback;
	return NULL;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* As git does: a '%' that begins nothing stands for itself. */
static void add_decoded(struct str *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		int high =
			s.ptr[i] == '%' && i + 2 < s.len ? hex_digit(s.ptr[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(s.ptr[i + 2]) : -1;

		if (low >= 0)
			i += 2;
		str_addc(out, low >= 0 ? (char)(high * 16 + low) : s.ptr[i]);
	}
}

static bool has_control(struct span s)
{
	for (size_t at = 0; at < s.len;) {
		uint32_t cp;

		at += utf8_next(s, at, &cp);
		if (cp == UTF8_BAD || utf8_is_control(cp) || utf8_is_ignorable(cp))
			return true;
	}
	return false;
}

static bool has_odd_part(struct span path)
{
	struct span part;

	while (span_split(&path, '/', &part)) {
		if (!part.len || span_eqs(part, ".") || span_eqs(part, ".."))
			return true;
	}
	return false;
}

static struct span trim_slashes(struct span path)
{
	while (path.len && path.ptr[0] == '/')
		path = span_cut(path, 1, path.len);
	while (path.len && path.ptr[path.len - 1] == '/')
		path = span_cut(path, 0, path.len - 1);
	return path;
}

static struct err *set_path(struct remote *out, struct span raw, bool decode)
{
	struct str text = STR_INIT(sizeof(out->path) + 16);
	struct span path;
	struct err *err;

	if (decode)
		add_decoded(&text, raw);
	else
		str_add_span(&text, raw);
	err = str_err(&text, "the URL's path");
	path = trim_slashes(str_span(&text));
	if (span_ends(path, ".git"))
		path = span_cut(path, 0, path.len - strlen(".git"));
	if (!err && (!path.len || path.len >= sizeof(out->path)))
		err = err_new(ERR_INPUT, "the URL names no project");
	if (!err && (has_odd_part(path) || has_control(path)))
		err = err_new(ERR_INPUT, "the URL's path is no project");
	if (!err)
		snprintf(out->path, sizeof(out->path), "%.*s", (int)path.len, path.ptr);
	str_release(&text);
	return err;
}

static struct err *parse_url(struct remote *out, struct span scheme, struct span rest)
{
	ptrdiff_t slash = span_findc(rest, '/', 0);
	size_t end = slash < 0 ? rest.len : (size_t)slash;
	struct err *err;

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		if (scheme.len == strlen(schemes[i].scheme) &&
		    !strncasecmp(scheme.ptr, schemes[i].scheme, scheme.len))
			out->form = schemes[i].form;
	}
	if (out->form == REMOTE_NO_HOST)
		return NULL;
	err = set_host(out, without_user(span_cut(rest, 0, end)));
	return err ? err : set_path(out, span_cut(rest, end, rest.len), true);
}

/* Where the host of an scp-like name ends: at the first colon that is not in brackets. */
static ptrdiff_t scp_colon(struct span s)
{
	ptrdiff_t open = span_findc(s, '[', 0);
	bool bracketed = open == 0 || (open > 0 && s.ptr[open - 1] == '@');
	ptrdiff_t close = bracketed ? span_findc(s, ']', (size_t)open) : -1;
	ptrdiff_t colon = span_findc(s, ':', close < 0 ? 0 : (size_t)close);
	ptrdiff_t slash = span_findc(s, '/', 0);

	if (close >= 0 && colon != close + 1)
		return -1;
	return slash >= 0 && slash < colon ? -1 : colon;
}

static struct err *parse_scp(struct remote *out, struct span s, size_t colon)
{
	struct span host = span_cut(s, 0, colon);
	struct err *err;

	if (span_starts(host, "[") && span_ends(host, "]")) {
		struct span inner = without_user(span_cut(host, 1, host.len - 1));
		ptrdiff_t first = span_findc(inner, ':', 0);

		/* One colon is a port's, more are an address. */
		if (first < 0 || span_findc(inner, ':', (size_t)first + 1) < 0)
			host = inner;
	}
	out->form = REMOTE_SSH;
	err = set_host(out, without_user(host));
	return err ? err : set_path(out, span_cut(s, colon + 1, s.len), false);
}

struct err *remote_parse(struct remote *out, const char *url)
{
	struct span s = span_of(url);
	ptrdiff_t sign = span_find(s, SPAN("://"), 0), colon;

	*out = (struct remote){ .form = REMOTE_NO_HOST };
	if (sign > 0)
		return parse_url(out, span_cut(s, 0, (size_t)sign),
				 span_cut(s, (size_t)sign + 3, s.len));
	colon = scp_colon(s);
	if (colon <= 0 || span_find(s, SPAN("::"), 0) == colon)
		return NULL;
	return parse_scp(out, s, (size_t)colon);
}

bool remote_is_web(const char *url)
{
	return !strncasecmp(url, "https://", 8) || !strncasecmp(url, "http://", 7);
}

/* Takes the last part off *path, without its '/'. */
static struct span take_last(struct span *path)
{
	size_t at = path->len;
	struct span last;

	while (at && path->ptr[at - 1] != '/')
		at--;
	last = span_cut(*path, at, path->len);
	*path = span_cut(*path, 0, at ? at - 1 : 0);
	return last;
}

static bool is_request(struct span kind)
{
	return span_eqs(kind, "pull") || span_eqs(kind, "pulls") ||
	       span_eqs(kind, "merge_requests");
}

static struct err *split_path(struct span *path, size_t *number, bool *dashed)
{
	struct span kind, before;
	size_t end = 0;

	while (end < path->len && path->ptr[end] != '?' && path->ptr[end] != '#')
		end++;
	*path = trim_slashes(span_cut(*path, 0, end));
	if (!span_number(take_last(path), NUMBER_MAX, number) || !*number)
		return err_new(ERR_INPUT,
			       "no address of an issue: its last part is no number");
	kind = take_last(path);
	before = *path;
	*dashed = span_eqs(take_last(&before), "-");
	if (*dashed)
		*path = before;
	if (is_request(kind))
		return err_new(ERR_INPUT,
			       "the address of a pull request, not of an issue");
	if (!span_eqs(kind, "issues") && !(*dashed && span_eqs(kind, "work_items")))
		return err_new(ERR_INPUT, "no address of an issue");
	return NULL;
}

struct err *remote_parse_issue(struct remote *project, size_t *number, bool *dashed,
			       const char *text)
{
	struct url url;
	struct span path;
	struct err *err = url_parse(&url, text);

	*project = (struct remote){ .form = REMOTE_NO_HOST };
	if (err)
		return err_as(err, ERR_INPUT);
	project->form = url.https ? REMOTE_HTTPS : REMOTE_HTTP;
	if (!url.https && !url.loopback)
		return err_hint(err_new(ERR_INPUT, "issues are read over https only"),
				"https://%.*s", (int)url.authority.len,
				url.authority.ptr);
	path = url.path;
	err = split_path(&path, number, dashed);
	if (!err)
		err = set_host(project, url.authority);
	return err ? err : set_path(project, path, true);
}
