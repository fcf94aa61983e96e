/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/jsonw.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

void jsonw_init(struct jsonw *w, struct str *out, bool pretty)
{
	*w = (struct jsonw){ .out = out, .pretty = pretty };
}

static void indent(struct jsonw *w)
{
	if (!w->pretty)
		return;
	str_addc(w->out, '\n');
	for (int i = 0; i < w->depth; i++)
		str_adds(w->out, "  ");
}

/* What stands between the value or key that comes and what there is. */
static void separate(struct jsonw *w)
{
	if (w->after_key) {
		w->after_key = false;
		return;
	}
	if (!w->depth)
		return;
	if (w->filled[w->depth - 1])
		str_addc(w->out, ',');
	w->filled[w->depth - 1] = true;
	indent(w);
}

static void begin(struct jsonw *w, char opener, char closer)
{
	separate(w);
	if (w->depth == JSONW_DEPTH_MAX) {
		w->out->failed = true;
		return;
	}
	str_addc(w->out, opener);
	w->closer[w->depth] = closer;
	w->filled[w->depth] = false;
	w->depth++;
}

void jsonw_object(struct jsonw *w)
{
	begin(w, '{', '}');
}

void jsonw_array(struct jsonw *w)
{
	begin(w, '[', ']');
}

void jsonw_end(struct jsonw *w)
{
	if (!w->depth) {
		w->out->failed = true;
		return;
	}
	w->depth--;
	if (w->filled[w->depth])
		indent(w);
	str_addc(w->out, w->closer[w->depth]);
}

static void add_escaped(struct str *out, uint32_t cp)
{
	static const char named[] = "\"\\\b\f\n\r\t";
	const char *hit = cp && cp < 0x80 ? strchr(named, (int)cp) : NULL;

	if (hit) {
		str_addc(out, '\\');
		str_addc(out, "\"\\bfnrt"[hit - named]);
	} else {
		str_addf(out, "\\u%04" PRIx32, cp);
	}
}

static void add_quoted(struct str *out, struct span s)
{
	size_t at = 0, plain = 0; /* [plain, at) is written as it is */

	str_addc(out, '"');
	while (at < s.len) {
		uint32_t cp;
		size_t len = utf8_next(s, at, &cp);

		if (cp != UTF8_BAD && cp != '"' && cp != '\\' && !utf8_is_control(cp)) {
			at += len;
			continue;
		}
		str_add_span(out, span_cut(s, plain, at));
		if (cp == UTF8_BAD)
			utf8_add(out, UTF8_REPLACEMENT);
		else
			add_escaped(out, cp);
		at += len;
		plain = at;
	}
	str_add_span(out, span_cut(s, plain, at));
	str_addc(out, '"');
}

void jsonw_key(struct jsonw *w, const char *key)
{
	separate(w);
	add_quoted(w->out, span_of(key));
	str_adds(w->out, w->pretty ? ": " : ":");
	w->after_key = true;
}

void jsonw_string(struct jsonw *w, struct span s)
{
	separate(w);
	add_quoted(w->out, s);
}

void jsonw_text(struct jsonw *w, const char *s)
{
	if (s)
		jsonw_string(w, span_of(s));
	else
		jsonw_null(w);
}

void jsonw_int(struct jsonw *w, int64_t n)
{
	separate(w);
	str_addf(w->out, "%" PRId64, n);
}

void jsonw_real(struct jsonw *w, double d)
{
	char text[40], *comma;

	if (!isfinite(d)) {
		jsonw_null(w);
		return;
	}
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, d);
		if (strtod(text, NULL) == d)
			break;
	}
	comma = strchr(text, ',');
	if (comma) /* the locale's decimal point */
		*comma = '.';
	separate(w);
	str_adds(w->out, text);
}

void jsonw_bool(struct jsonw *w, bool b)
{
	separate(w);
	str_adds(w->out, b ? "true" : "false");
}

void jsonw_null(struct jsonw *w)
{
	separate(w);
	str_adds(w->out, "null");
}

void jsonw_raw(struct jsonw *w, struct span json)
{
	separate(w);
	str_add_span(w->out, json);
}

void jsonw_kv_string(struct jsonw *w, const char *key, struct span s)
{
	jsonw_key(w, key);
	jsonw_string(w, s);
}

void jsonw_kv_text(struct jsonw *w, const char *key, const char *s)
{
	jsonw_key(w, key);
	jsonw_text(w, s);
}

void jsonw_kv_int(struct jsonw *w, const char *key, int64_t n)
{
	jsonw_key(w, key);
	jsonw_int(w, n);
}

void jsonw_kv_bool(struct jsonw *w, const char *key, bool b)
{
	jsonw_key(w, key);
	jsonw_bool(w, b);
}
