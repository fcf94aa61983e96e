/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/template.h"

#include <string.h>

#include "base/template_files.h"

#define OPEN SPAN("{{")
#define CLOSE SPAN("}}")
#define VERSION_MAX 1000000

static bool find_text(struct template *out, const struct templates *templates,
		      const char *name, struct span *text)
{
	for (size_t i = 0; i < templates->n_own; i++) {
		if (!strcmp(templates->own[i].name, name)) {
			*text = templates->own[i].text;
			out->own = true;
			return true;
		}
	}
	for (size_t i = 0; i < template_files_count; i++) {
		if (!strcmp(template_files[i].name, name)) {
			*text = (struct span){ template_files[i].bytes,
					       template_files[i].len };
			return true;
		}
	}
	return false;
}

struct err *template_find(struct template *out, const struct templates *templates,
			  const char *name)
{
	struct span text = { NULL, 0 }, line;

	*out = (struct template){ .name = name };
	if (!find_text(out, templates, name, &text))
		return err_new(ERR_CONFIG, "template '%s': there is none", name);
	if (!span_line(&text, &line) || !span_starts(line, "version: ") ||
	    !span_number(span_cut(line, strlen("version: "), line.len), VERSION_MAX,
			 &out->version))
		return err_hint(err_new(ERR_CONFIG,
					"template '%s': the first line is not "
					"'version: <number>'",
					name),
				"copy the line of the one shipped with git dualfix");
	out->body = text;
	return NULL;
}

static const struct template_value *value_of(struct span name,
					     const struct template_value *values,
					     size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_eqs(name, values[i].name))
			return &values[i];
	return NULL;
}

static struct err *fill_line(struct str *out, const struct template *tpl, size_t number,
			     struct span line, const struct template_value *values,
			     size_t n)
{
	size_t at = 0, start = out->len;
	bool filled = false;

	for (;;) {
		ptrdiff_t open = span_find(line, OPEN, at), close;
		const struct template_value *value;

		if (open < 0)
			break;
		close = span_find(line, CLOSE, (size_t)open);
		if (close < 0)
			return err_new(ERR_CONFIG,
				       "template '%s', line %zu: '{{' is not closed",
				       tpl->name, number);
		value = value_of(span_trim(span_cut(line, (size_t)open + OPEN.len,
						    (size_t)close)), values, n);
		if (!value)
			return err_new(ERR_CONFIG,
				       "template '%s', line %zu: nothing is called "
				       "'%.*s' here",
				       tpl->name, number,
				       (int)(close - open - (ptrdiff_t)OPEN.len),
				       line.ptr + open + OPEN.len);
		str_add_span(out, span_cut(line, at, (size_t)open));
		str_add_span(out, value->value);
		at = (size_t)close + CLOSE.len;
		filled = true;
	}
	str_add_span(out, span_cut(line, at, line.len));
	if (!filled || out->len > start)
		str_addc(out, '\n');
	return NULL;
}

struct err *template_fill(struct str *out, const struct template *tpl,
			  const struct template_value *values, size_t n)
{
	struct span rest = tpl->body, line;
	struct err *err;

	for (size_t number = 2; span_line(&rest, &line); number++) {
		err = fill_line(out, tpl, number, line, values, n);
		if (err)
			return err;
	}
	return str_err(out, tpl->name);
}
