/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

/* What git's own listing of a sane configuration stays far below. */
#define CONFIG_MAX_BYTES ((size_t)16 << 20)

struct entry {
	const char *key;
	const char *value;
	size_t order;
};

struct config {
	struct arena arena;
	struct entry *sorted; /* by key, then by order */
	struct entry *listed; /* as git lists them */
	const char **values;  /* of sorted, so that a key's values are an array */
	size_t n;
};

/* Marks a name without "="; told from an empty value by its address. */
static const char no_value[] = "";

/* Lower-cases section and name: all up to the first dot and from the last one. */
static void canonical(char *key)
{
	char *first = strchr(key, '.');
	char *last = strrchr(key, '.');

	for (char *p = key; *p; p++) {
		if ((!first || p < first || p > last) && *p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	}
}

/* Orders a caller's key, in any case, against a canonical one. */
static int key_cmp(const char *key, const char *canon)
{
	const char *first = strchr(key, '.');
	const char *last = strrchr(key, '.');

	for (const char *p = key;; p++, canon++) {
		unsigned char a = (unsigned char)*p, b = (unsigned char)*canon;

		if ((!first || p < first || p > last) && a >= 'A' && a <= 'Z')
			a = (unsigned char)(a - 'A' + 'a');
		if (a != b)
			return a < b ? -1 : 1;
		if (!a)
			return 0;
	}
}

static int entry_cmp(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;
	int cmp = strcmp(a->key, b->key);

	if (cmp)
		return cmp;
	return a->order < b->order ? -1 : a->order > b->order;
}

static struct err *fill(struct config *config, struct span listing)
{
	size_t n = 0;

	for (size_t i = 0; i < listing.len; i++)
		n += listing.ptr[i] == '\0';
	if (listing.len && listing.ptr[listing.len - 1])
		return err_new(ERR_FATAL, "git config: output is cut off");
	config->listed = arena_array(&config->arena, n + 1, sizeof(*config->listed));
	config->sorted = arena_array(&config->arena, n + 1, sizeof(*config->sorted));
	config->values = arena_array(&config->arena, n + 1, sizeof(*config->values));
	if (!config->listed || !config->sorted || !config->values)
		return arena_err(&config->arena, "git config");

	while (listing.len) {
		size_t len = strlen(listing.ptr);
		struct span item = span_cut(listing, 0, len);
		ptrdiff_t nl = span_findc(item, '\n', 0);
		size_t key_len = nl < 0 ? len : (size_t)nl;
		struct entry *e = &config->listed[config->n];
		char *key = arena_dup(&config->arena, span_cut(item, 0, key_len));

		e->value = nl < 0 ? no_value
				  : arena_dup(&config->arena,
					      span_cut(item, key_len + 1, len));
		if (!key || !e->value)
			return arena_err(&config->arena, "git config");
		canonical(key);
		e->key = key;
		e->order = config->n++;
		listing = span_cut(listing, len + 1, listing.len);
	}
	return NULL;
}

struct err *config_parse(struct config **out, struct span listing)
{
	struct config *config = calloc(1, sizeof(*config));
	struct err *err;

	*out = NULL;
	if (!config)
		return err_nomem();
	arena_init(&config->arena, 4 * CONFIG_MAX_BYTES);
	err = fill(config, listing);
	if (err) {
		config_free(config);
		return err;
	}
	memcpy(config->sorted, config->listed, config->n * sizeof(*config->sorted));
	qsort(config->sorted, config->n, sizeof(*config->sorted), entry_cmp);
	for (size_t i = 0; i < config->n; i++)
		config->values[i] = config->sorted[i].value;
	*out = config;
	return NULL;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	arena_release(&config->arena);
	free(config);
}

/* Offset in sorted of the first entry of key; *n says how many there are. */
static size_t find(const struct config *config, const char *key, size_t *n)
{
	size_t lo = 0, hi = config->n, first;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (key_cmp(key, config->sorted[mid].key) > 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	first = lo;
	while (lo < config->n && !key_cmp(key, config->sorted[lo].key))
		lo++;
	*n = lo - first;
	return first;
}

const char *config_get(const struct config *config, const char *key)
{
	size_t n, first = find(config, key, &n);

	return n ? config->values[first + n - 1] : NULL;
}

size_t config_get_all(const struct config *config, const char *key,
		      const char *const **values)
{
	size_t n, first = find(config, key, &n), from = first + n;

	while (from > first && *config->values[from - 1])
		from--;
	*values = config->values + from;
	return first + n - from;
}

static struct err *bad_value(const char *key, const char *value, const char *want)
{
	return err_hint(err_new(ERR_CONFIG, "bad value '%s' for '%s': expected %s", value,
				key, want),
			"git config --show-origin --get-all '%s'", key);
}

/* Digits with an optional sign and unit. False when it is not that, or too large. */
static bool parse_int(const char *text, int64_t *out)
{
	bool negative = *text == '-';
	int64_t n = 0, unit = 1;

	if (*text == '-' || *text == '+')
		text++;
	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, *text - '0', &n))
			return false;
	}
	if (*text == 'k' || *text == 'K')
		unit = (int64_t)1 << 10;
	else if (*text == 'm' || *text == 'M')
		unit = (int64_t)1 << 20;
	else if (*text == 'g' || *text == 'G')
		unit = (int64_t)1 << 30;
	if (unit > 1)
		text++;
	if (*text || __builtin_mul_overflow(n, unit, &n))
		return false;
	*out = negative ? -n : n;
	return true;
}

static bool is_one_of(const char *value, const char *const *words)
{
	for (; *words; words++) {
		if (!strcasecmp(value, *words))
			return true;
	}
	return false;
}

struct err *config_get_bool(const struct config *config, const char *key, bool *out)
{
	static const char *const yes[] = { "true", "yes", "on", NULL };
	static const char *const no[] = { "false", "no", "off", "", NULL };
	const char *value = config_get(config, key);
	int64_t n;

	if (!value)
		return NULL;
	if (value == no_value || is_one_of(value, yes))
		*out = true;
	else if (is_one_of(value, no))
		*out = false;
	else if (parse_int(value, &n))
		*out = n != 0;
	else
		return bad_value(key, value, "true or false");
	return NULL;
}

struct err *config_get_int(const struct config *config, const char *key, int64_t min,
			   int64_t max, int64_t *out)
{
	const char *value = config_get(config, key);
	int64_t n;

	if (!value)
		return NULL;
	if (!parse_int(value, &n))
		return bad_value(key, value, "a whole number");
	if (n < min || n > max)
		return err_hint(err_new(ERR_CONFIG,
					"bad value '%s' for '%s': expected %lld to %lld",
					value, key, (long long)min, (long long)max),
				"git config --show-origin --get-all '%s'", key);
	*out = n;
	return NULL;
}

/* The name in "<section>.<name>.<anything>"; len 0 if key is not of that form. */
static struct span subsection(const char *key, const char *section)
{
	size_t len = strlen(section);
	const char *last = strrchr(key, '.');

	if (strncmp(key, section, len) || key[len] != '.' || last <= key + len)
		return (struct span){ NULL, 0 };
	return (struct span){ key + len + 1, (size_t)(last - key) - len - 1 };
}

void config_subsections(const struct config *config, const char *section,
			void (*fn)(void *ctx, const char *name), void *ctx)
{
	for (size_t i = 0; i < config->n; i++) {
		struct span name = subsection(config->listed[i].key, section);
		size_t j = 0;
		char *copy;

		if (!name.len)
			continue;
		while (j < i &&
		       !span_eq(name, subsection(config->listed[j].key, section)))
			j++;
		copy = j == i ? strndup(name.ptr, name.len) : NULL;
		if (copy)
			fn(ctx, copy);
		free(copy);
	}
}
