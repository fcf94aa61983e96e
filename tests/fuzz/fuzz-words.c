/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small texts from outside, each read by its own room: git's listing of the
 * configuration, an address, the headers of an answer, a path. The first byte says
 * which.
 */
#include <string.h>

#include "base/path.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "repo/config.h"
#include "sys/http_head.h"
#include "sys/url.h"

#define CLEAN_MAX_BYTES ((size_t)4 << 20)

static void on_name(void *ctx, const char *name)
{
	(void)ctx;
	assert(name != NULL);
}

static void try_config(struct span text)
{
	const char *const *values;
	struct config *config;
	bool flag = false;
	int64_t number = 7;
	size_t n;

	if (!fuzz_failed(config_parse(&config, text), ERR_FATAL)) {
		config_get(config, "a.b");
		n = config_get_all(config, "a.b", &values);
		for (size_t i = 0; i < n; i++)
			assert(values[i] != NULL);
		fuzz_failed(config_get_bool(config, "a.b", &flag), ERR_CONFIG);
		if (!fuzz_failed(config_get_int(config, "a.b", 5, 5000, &number), ERR_CONFIG))
			assert(number >= 5 && number <= 5000);
		config_subsections(config, "a", on_name, NULL);
	}
	config_free(config);
}

static void try_url(const char *text)
{
	struct url url;

	if (fuzz_failed(url_parse(&url, text), ERR_CONFIG))
		return;
	assert(url.host.len && url.authority.len >= url.host.len);
	assert(url.port > 0 && url.port < 65536);
	assert(span_findc(url.authority, '@', 0) < 0);
	assert(!url.path.len || strchr("/?#", url.path.ptr[0]));
}

static void try_head(struct span text)
{
	struct http_head head;
	struct span line;

	http_head_init(&head);
	while (span_line(&text, &line) && http_head_add(&head, line))
		assert(head.retry_after_ms >= -1 &&
		     head.retry_after_ms <= HTTP_RETRY_AFTER_MAX_MS);
	assert(utf8_valid(span_of(head.request_id)));
}

static void try_path(const char *text)
{
	bool failed = fuzz_failed(path_check(text), ERR_INPUT);

	assert(failed || (*text && *text != '/' && !strstr(text, "//")));
	assert(failed || strcmp(text, ".git") != 0);
	path_protected(text, path_protect_default, path_protect_default_n);
}

static void try_clean(struct span text)
{
	struct str out = STR_INIT(CLEAN_MAX_BYTES);

	utf8_clean(&out, text, UTF8_LINE);
	assert(utf8_valid(str_span(&out)) && out.len <= 3 * text.len);
	assert(!memchr(out.buf, '\n', out.len));
	str_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_cut(fuzz_span(data, size), 1, size);
	char *copy;

	if (!size)
		return 0;
	copy = fuzz_text(text);
	switch (data[0]) {
	case 'c':
		try_config(text);
		break;
	case 'u':
		try_url(copy);
		break;
	case 'h':
		try_head(text);
		break;
	case 'p':
		try_path(copy);
		break;
	default:
		try_clean(text);
		break;
	}
	free(copy);
	return 0;
}
