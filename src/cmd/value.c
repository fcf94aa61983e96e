/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/value.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/argv.h"
#include "base/str.h"

static bool parse_bool(const char *text, bool *out)
{
	static const char *const yes[] = { "true", "yes", "on", "1", NULL };
	static const char *const no[] = { "false", "no", "off", "0", "", NULL };

	for (size_t i = 0; yes[i]; i++) {
		if (!strcasecmp(text, yes[i])) {
			*out = true;
			return true;
		}
	}
	for (size_t i = 0; no[i]; i++) {
		if (!strcasecmp(text, no[i])) {
			*out = false;
			return true;
		}
	}
	return false;
}

static bool parse_count(const char *text, int64_t min, int64_t max, int64_t *out)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno || end == text || *end || n < min || n > max)
		return false;
	*out = n;
	return true;
}

static bool parse_usd(const char *text, double *out)
{
	char *end;
	double d;

	if (*text < '0' || *text > '9')
		return false;
	d = strtod(text, &end);
	if (*end || !isfinite(d))
		return false;
	*out = d;
	return true;
}

static bool parse_age(const char *text, int64_t *out)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = {
		{ "second", 1 },      { "minute", 60 },       { "hour", 3600 },
		{ "day", 86400 },     { "week", 7 * 86400 },  { "month", 30 * 86400 },
		{ "year", 365 * 86400 },
	};
	char *end;
	long long n;

	if (!strcasecmp(text, "never")) {
		*out = INT64_MAX;
		return true;
	}
	if (!strcasecmp(text, "now")) {
		*out = 0;
		return true;
	}
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno || n > 100000)
		return false;
	while (*end == '.' || *end == ' ')
		end++;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		size_t len = strlen(units[i].unit);
		const char *tail = end + len;

		if (strncasecmp(end, units[i].unit, len))
			continue;
		if (!strcmp(tail, "") || !strcmp(tail, "s") || !strcmp(tail, ".ago") ||
		    !strcmp(tail, "s.ago")) {
			*out = n * units[i].seconds;
			return true;
		}
	}
	return false;
}

static bool is_choice(const char *const *choices, const char *text)
{
	for (size_t i = 0; choices[i]; i++)
		if (!strcmp(text, choices[i]))
			return true;
	return false;
}

static struct err *bad_choice(const struct value_spec *spec, enum err_kind kind,
			      const char *what, const char *text)
{
	struct str names = STR_INIT(1024);
	struct err *err;

	for (size_t i = 0; spec->choices[i]; i++)
		str_addf(&names, "%s%s", i ? ", " : "", spec->choices[i]);
	err = err_new(kind, "%s: '%s' is none of %s", what, text, names.buf);
	str_release(&names);
	return err;
}

struct err *value_set(const struct value_spec *spec, void *settings, enum err_kind kind,
		      const char *what, const char *text)
{
	void *field = (char *)settings + spec->offset;

	switch (spec->type) {
	case VALUE_BOOL:
		if (parse_bool(text, field))
			return NULL;
		return err_new(kind, "%s: '%s' is neither true nor false", what, text);
	case VALUE_TEXT: {
		char *copy;

		if (spec->choices && !is_choice(spec->choices, text))
			return bad_choice(spec, kind, what, text);
		copy = strdup(text);
		if (!copy)
			return err_nomem();
		free(*(char **)field);
		*(char **)field = copy;
		return NULL;
	}
	case VALUE_LIST:
		argv_push(field, text);
		return argv_err(field);
	case VALUE_COUNT:
		if (parse_count(text, spec->min, spec->max, field))
			return NULL;
		return err_new(kind, "%s: '%s' is not a number from %lld to %lld", what, text,
			       (long long)spec->min, (long long)spec->max);
	case VALUE_USD:
		if (parse_usd(text, field))
			return NULL;
		return err_new(kind, "%s: '%s' is not an amount such as 0.25", what, text);
	case VALUE_CHOICE:
		for (int i = 0; spec->choices[i]; i++) {
			if (!strcmp(text, spec->choices[i])) {
				*(int *)field = i;
				return NULL;
			}
		}
		return bad_choice(spec, kind, what, text);
	case VALUE_AGE:
		if (parse_age(text, field))
			return NULL;
		return err_new(kind, "%s: '%s' is not an age such as 14.days", what, text);
	}
	return err_new(ERR_FATAL, "%s: no such type of value", what);
}
