/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/regex.h"

#include <stdlib.h>
#include <string.h>

#include "sys/clock.h"
#include "sys/regex_state.h"

#define MATCH_LIMIT 10000000u
#define HEAP_LIMIT_KIB (64u * 1024)
#define JIT_STACK_MIN_BYTES ((size_t)32 * 1024)
#define JIT_STACK_MAX_BYTES ((size_t)4 * 1024 * 1024)

/* Callouts between two looks at the clock; one may have cost a scan of the subject. */
#define CALLOUTS_PER_LOOK 32

/*
 * The thread's own clock takes a system call to read. So it is read for searches that
 * last, from here on; of the others the usual clock says enough.
 */
#define SHORT_SEARCH_MS 1

/*
 * A swift search knows no clock while it is at a start. It may count so many steps there,
 * each of which may cost a scan of the subject: fewer of them, and fewer starts between
 * two looks at the clock, the longer that is; and few starts before the first look.
 */
#define SWIFT_STEPS 128u
#define SWIFT_STEPS_BYTES ((size_t)16 << 20)
#define SWIFT_FIRST_STARTS ((size_t)16)
#define SWIFT_STARTS ((size_t)256)
#define SWIFT_STARTS_BYTES ((size_t)32 << 20)
#define SWIFT_MAX_BYTES ((size_t)24 << 20)

/*
 * Starts that took longer are no swift search's; more of the thread's time, that is, than
 * it gets at once on a machine that others use.
 */
#define SWIFT_MS 1
#define SWIFT_THREAD_MS 8

bool regex_flags_of(const char *letters, unsigned *flags)
{
	static const char known[] = "imsxe";
	static const unsigned bit[] = { REGEX_CASELESS, REGEX_MULTILINE, REGEX_DOTALL,
					REGEX_EXTENDED, REGEX_EXPAND };
	unsigned sum = 0;

	for (; *letters; letters++) {
		const char *at = strchr(known, *letters);

		if (!at)
			return false;
		sum |= bit[at - known];
	}
	*flags = sum;
	return true;
}

/*
 * Whether pattern begins with an item such as (*UTF) or (*LIMIT_MATCH=1): an
 * upper case word that is none of the verbs which act where they stand.
 */
static bool sets_modes(struct span pattern)
{
	static const char *const verbs[] = { "ACCEPT", "COMMIT", "F", "FAIL",
					     "MARK", "PRUNE", "SKIP", "THEN" };
	struct span word;
	size_t end = 2;

	if (!span_starts(pattern, "(*"))
		return false;
	while (end < pattern.len &&
	       (pattern.ptr[end] == '_' ||
		(pattern.ptr[end] >= 'A' && pattern.ptr[end] <= 'Z')))
		end++;
	word = span_cut(pattern, 2, end);
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (span_eqs(word, verbs[i]))
			return false;
	return word.len > 0;
}

/* Whether a search in two parts may find another match than one: \G, or a verb. */
static bool minds_starts(struct span pattern)
{
	return span_find(pattern, SPAN("\\G"), 0) >= 0 || span_find(pattern, SPAN("(*"), 0) >= 0;
}

#define SWIFT PCRE2_USE_OFFSET_LIMIT
#define CAREFUL PCRE2_AUTO_CALLOUT

static uint32_t compile_options(unsigned flags)
{
	uint32_t options = PCRE2_NEVER_BACKSLASH_C;

	if (flags & REGEX_CASELESS)
		options |= PCRE2_CASELESS;
	if (flags & REGEX_MULTILINE)
		options |= PCRE2_MULTILINE;
	if (flags & REGEX_DOTALL)
		options |= PCRE2_DOTALL;
	if (flags & REGEX_EXTENDED)
		options |= PCRE2_EXTENDED;
	if (flags & REGEX_UTF)
		options |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
	else
		options |= PCRE2_NEVER_UTF;
	return options;
}

struct err *regex_compile(pcre2_code **out, struct span pattern, uint32_t options)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	PCRE2_SIZE offset;
	PCRE2_UCHAR why[160];
	int code;

	if (!context)
		return err_nomem();
	pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
	pcre2_set_bsr(context, PCRE2_BSR_ANYCRLF);
	pcre2_set_max_pattern_length(context, PATTERN_MAX_BYTES);
	*out = pcre2_compile(units(pattern), pattern.len, options, &code, &offset,
			     context);
	pcre2_compile_context_free(context);
	if (*out)
		return NULL;
	if (code == PCRE2_ERROR_NOMEMORY)
		return err_nomem();
	pcre2_get_error_message(code, why, sizeof(why));
	return err_new(ERR_INPUT, "bad pattern: %s at offset %zu", (char *)why, offset);
}

struct err *regex_new(struct regex **out, struct span pattern, unsigned flags)
{
	struct regex *re;
	struct err *err;

	*out = NULL;
	if (sets_modes(pattern))
		return err_new(ERR_INPUT,
			       "bad pattern: it may not begin with '(*' and a setting");
	re = calloc(1, sizeof(*re));
	if (!re)
		return err_nomem();
	re->flags = flags;
	re->left_ms = REGEX_BUDGET_MS;
	str_init(&re->pattern, PATTERN_MAX_BYTES);
	if (minds_starts(pattern))
		err = regex_compile(&re->careful, pattern, CAREFUL | compile_options(flags));
	else
		err = regex_compile(&re->swift, pattern, SWIFT | compile_options(flags));
	re->code = re->swift ? re->swift : re->careful;
	if (!err) {
		str_add_span(&re->pattern, pattern);
		err = str_err(&re->pattern, "pattern");
	}
	if (err) {
		regex_free(re);
		return err;
	}
	*out = re;
	return NULL;
}

static void free_contexts(struct regex *re)
{
	pcre2_jit_stack_free(re->stack);
	pcre2_match_context_free(re->context);
	pcre2_match_context_free(re->swift_context);
}

void regex_free(struct regex *re)
{
	if (!re)
		return;
	free_contexts(re);
	pcre2_match_data_free(re->match);
	pcre2_code_free(re->swift);
	pcre2_code_free(re->careful);
	str_release(&re->pattern);
	free(re);
}

void regex_set_budget(struct regex *re, int64_t budget_ms)
{
	re->left_ms = budget_ms;
}

void regex_add_budget(struct regex *re, int64_t more_ms)
{
	if (re->left_ms >= 0)
		re->left_ms += more_ms;
}

/* Whether the search under way has used up what the regex has. */
static bool is_late(struct regex *re, int64_t now_ms)
{
	int64_t used_ms;

	if (now_ms <= re->look_ms)
		return false;
	used_ms = clock_thread_ms() - re->mark_ms;
	re->look_ms = now_ms + re->left_ms - used_ms;
	return used_ms > re->left_ms;
}

static bool is_slow(struct regex *re)
{
	int64_t before_ms = re->seen_ms;

	re->seen_ms = clock_thread_ms();
	return re->seen_ms - before_ms > SWIFT_THREAD_MS;
}

static int look_at_clock(pcre2_callout_block *block, void *data)
{
	struct regex *re = data;

	(void)block;
	if (++re->callouts % CALLOUTS_PER_LOOK)
		return 0;
	return is_late(re, clock_mono_ms()) ? PCRE2_ERROR_CALLOUT : 0;
}

static void begin_cost(struct regex *re, int64_t now_ms)
{
	if (now_ms - re->marked_ms >= SHORT_SEARCH_MS) {
		re->mark_ms = clock_thread_ms();
		re->marked_ms = now_ms;
	}
	re->seen_ms = re->mark_ms;
	re->look_ms = now_ms + SHORT_SEARCH_MS;
}

/* Takes off what the search that began at begin_ms has cost. */
static void end_cost(struct regex *re, int64_t begin_ms)
{
	int64_t ms = clock_mono_ms() - begin_ms;

	if (ms > SHORT_SEARCH_MS)
		ms = clock_thread_ms() - re->mark_ms;
	re->left_ms -= ms;
}

static pcre2_match_context *new_context(struct regex *re, uint32_t limit)
{
	pcre2_match_context *context = pcre2_match_context_create(NULL);

	if (!context)
		return NULL;
	pcre2_set_match_limit(context, limit);
	pcre2_set_heap_limit(context, HEAP_LIMIT_KIB);
	pcre2_set_callout(context, look_at_clock, re);
	if (re->stack)
		pcre2_jit_stack_assign(context, NULL, re->stack);
	return context;
}

/* PCRE2 takes what begins with ".*" for bound to lines, or to where a search begins. */
static void learn_starts(struct regex *re)
{
	uint32_t first = 0, options = 0;

	pcre2_pattern_info(re->code, PCRE2_INFO_FIRSTCODETYPE, &first);
	pcre2_pattern_info(re->code, PCRE2_INFO_ALLOPTIONS, &options);
	re->by_lines = first == 2;
	re->anchored = options & PCRE2_ANCHORED;
}

static struct err *prepare(struct regex *re)
{
	if (re->match)
		return NULL;
	learn_starts(re);
	/* Without JIT the interpreter does, under the limits below. */
	(void)pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE);
	/* They may be there of an attempt that ran out of memory. */
	free_contexts(re);
	re->stack =
		pcre2_jit_stack_create(JIT_STACK_MIN_BYTES, JIT_STACK_MAX_BYTES, NULL);
	re->context = new_context(re, MATCH_LIMIT);
	re->swift_context = new_context(re, SWIFT_STEPS);
	if (!re->context || !re->swift_context)
		return err_nomem();
	re->match = pcre2_match_data_create_from_pattern(re->code, NULL);
	return re->match ? NULL : err_nomem();
}

static struct err *search_err(int code)
{
	PCRE2_UCHAR why[160];

	if (code == PCRE2_ERROR_NOMEMORY)
		return err_nomem();
	if (code == PCRE2_ERROR_CALLOUT)
		return err_new(ERR_NO_FIX, "the pattern takes too long on this text");
	pcre2_get_error_message(code, why, sizeof(why));
	return err_new(ERR_NO_FIX, "the pattern cannot be searched for: %s", (char *)why);
}

static bool is_inside(const struct regex *re, struct span subject, size_t at)
{
	return (re->flags & REGEX_UTF) && at < subject.len &&
	       (subject.ptr[at] & 0xc0) == 0x80;
}

static bool is_in_crlf(struct span subject, size_t at)
{
	return at > 0 && at < subject.len && subject.ptr[at - 1] == '\r' &&
	       subject.ptr[at] == '\n';
}

static bool ends_line(char c)
{
	return c == '\n' || c == '\r';
}

/*
 * Whether a search may be parted here, and no start be gained or lost. Between \r and \n
 * some patterns are tried only by the way that the search came, so it keeps both in one
 * part; those that are bound to lines are tried there never.
 */
static bool is_seam(const struct regex *re, struct span subject, size_t at)
{
	if (re->by_lines)
		return ends_line(subject.ptr[at - 1]) && !is_in_crlf(subject, at);
	return !is_inside(re, subject, at) && !is_in_crlf(subject, at) &&
	       !is_in_crlf(subject, at - 1);
}

/*
 * Where the next part begins; the end of subject: this one is the last. It is from where
 * there is no seam nearby: lines are long, or there is nothing but ends of them.
 */
static size_t next_seam(const struct regex *re, struct span subject, size_t from)
{
	size_t at = from + re->starts, most = at + SWIFT_STARTS;

	if (re->anchored || subject.len - from <= re->starts)
		return subject.len;
	while (re->by_lines && at > from && !is_seam(re, subject, at))
		at--;
	while (!re->by_lines && at < subject.len && !is_seam(re, subject, at)) {
		if (++at > most)
			return from;
	}
	return at;
}

/* The start of a line after from; behind the end of subject if there is none. */
static size_t next_line(const struct regex *re, struct span subject, size_t from)
{
	size_t at = from + 1;

	while (at <= subject.len && !is_seam(re, subject, at))
		at++;
	return at;
}

/* With JIT, PCRE2 takes the last start of a part for a line's, whatever stands there. */
static size_t last_start(const struct regex *re, struct span subject, size_t from,
			 size_t seam)
{
	size_t at = seam > from ? seam - 1 : from;

	while (re->by_lines && at > from && !is_seam(re, subject, at))
		at--;
	return at;
}

/* JIT code may begin a line between \r and \n; no other search does. */
static bool is_astray(const struct regex *re, struct span subject, size_t from)
{
	size_t at = pcre2_get_startchar(re->match);

	return re->by_lines && at > from && is_in_crlf(subject, at);
}

static int match_from(struct regex *re, const pcre2_code *code, struct span subject,
		      size_t from, uint32_t options, pcre2_match_context *context)
{
	re->searched = code;
	re->searched_from = from;
	re->searched_options = options;
	return pcre2_match(code, units(subject), subject.len, from, options, re->match,
			   context);
}

/*
 * Some starts at a time, from *from on. Where that does not do, what it returns is an
 * error and *from where the careful search has to begin: no match begins before.
 */
static int search_swift(struct regex *re, struct span subject, size_t *from,
			uint32_t options)
{
	size_t most = SWIFT_STARTS_BYTES / (subject.len + 1);
	uint32_t steps = SWIFT_STEPS + (uint32_t)(SWIFT_STEPS_BYTES / (subject.len + 1));
	int64_t now_ms = clock_mono_ms();

	most = most > SWIFT_STARTS ? most : SWIFT_STARTS;
	pcre2_set_match_limit(re->swift_context, steps < MATCH_LIMIT ? steps : MATCH_LIMIT);
	for (;;) {
		size_t next = next_seam(re, subject, *from);
		bool last = next == subject.len;
		int64_t begin_ms = now_ms;
		int rc;

		if (next == *from && !last && !re->by_lines)
			return PCRE2_ERROR_MATCHLIMIT;
		pcre2_set_offset_limit(re->swift_context,
				       last ? PCRE2_UNSET :
					      last_start(re, subject, *from, next));
		rc = match_from(re, re->swift, subject, *from, options, re->swift_context);
		if (rc > 0 && is_astray(re, subject, *from))
			return PCRE2_ERROR_MATCHLIMIT;
		if (rc != PCRE2_ERROR_NOMATCH || last)
			return rc;
		if (next == *from)
			next = next_line(re, subject, *from);
		if (next > subject.len)
			return rc;
		*from = next;
		options = 0;
		re->starts = re->starts * 2 < most ? re->starts * 2 : most;
		now_ms = clock_mono_ms();
		if (is_late(re, now_ms))
			return PCRE2_ERROR_CALLOUT;
		if (now_ms - begin_ms > SWIFT_MS && is_slow(re))
			return PCRE2_ERROR_MATCHLIMIT;
	}
}

static struct err *search_code(struct regex *re, struct span subject, size_t from,
			       uint32_t options, int *rc)
{
	size_t begin = from;

	if (re->swift && subject.len <= SWIFT_MAX_BYTES) {
		*rc = search_swift(re, subject, &from, options);
		if (*rc >= 0 || *rc == PCRE2_ERROR_NOMATCH || *rc == PCRE2_ERROR_CALLOUT)
			return NULL;
	}
	if (!re->careful) {
		struct err *err = regex_compile(&re->careful, str_span(&re->pattern),
					  CAREFUL | compile_options(re->flags));

		if (err)
			return err;
		(void)pcre2_jit_compile(re->careful, PCRE2_JIT_COMPLETE);
	}
	*rc = match_from(re, re->careful, subject, from, from == begin ? options : 0,
			 re->context);
	return NULL;
}

static struct err *search(struct regex *re, struct span subject, size_t from,
			  uint32_t options, bool *found, struct regex_match *match)
{
	int64_t begin_ms = clock_mono_ms();
	const PCRE2_SIZE *at;
	struct err *err;
	int rc;

	*found = false;
	re->groups = 0;
	if (re->left_ms < 0)
		return search_err(PCRE2_ERROR_CALLOUT);
	begin_cost(re, begin_ms);
	err = search_code(re, subject, from, options, &rc);
	end_cost(re, begin_ms);
	if (err || rc == PCRE2_ERROR_NOMATCH)
		return err;
	if (rc < 0)
		return search_err(rc);
	at = pcre2_get_ovector_pointer(re->match);
	if (at[0] > at[1] || at[0] < from || at[1] > subject.len)
		return err_new(ERR_NO_FIX, "\\K puts the start of a match outside of it");
	re->groups = rc;
	re->end = at[1];
	re->empty = at[0] == at[1];
	*found = true;
	*match = (struct regex_match){ at[0], at[1] };
	return NULL;
}

struct err *regex_find(struct regex *re, struct span subject, size_t from, bool *found,
		       struct regex_match *match)
{
	struct err *err = prepare(re);

	*found = false;
	if (err)
		return err;
	while (is_inside(re, subject, from))
		from++;
	if (from > subject.len)
		return NULL;
	re->starts = SWIFT_FIRST_STARTS;
	return search(re, subject, from, 0, found, match);
}

struct err *regex_next(struct regex *re, struct span subject, bool *found,
		       struct regex_match *match)
{
	*found = false;
	if (!re->groups)
		return NULL;
	return search(re, subject, re->end, re->empty ? PCRE2_NOTEMPTY_ATSTART : 0, found,
		      match);
}

struct span regex_group(const struct regex *re, struct span subject, int number)
{
	const PCRE2_SIZE *at;

	if (number < 0 || number >= re->groups)
		return (struct span){ NULL, 0 };
	at = pcre2_get_ovector_pointer(re->match) + 2 * (size_t)number;
	if (at[0] == PCRE2_UNSET || at[0] > at[1] || at[1] > subject.len)
		return (struct span){ NULL, 0 };
	if (!subject.ptr)
		return SPAN("");
	return span_cut(subject, at[0], at[1]);
}

/* The entries of the name table for name: a number in two bytes each, then the name. */
static int name_entries(const struct regex *re, const char *name, PCRE2_SPTR *first,
			PCRE2_SPTR *last)
{
	int size =
		pcre2_substring_nametable_scan(re->code, (PCRE2_SPTR)name, first, last);

	return size > 0 ? size : 0;
}

struct span regex_named(const struct regex *re, struct span subject, const char *name)
{
	struct span group = { NULL, 0 };
	PCRE2_SPTR entry, last;
	int size = name_entries(re, name, &entry, &last);

	/* (?J) gives one name to several groups, of which one took part. */
	for (; size && entry <= last && !group.ptr; entry += size)
		group = regex_group(re, subject, entry[0] << 8 | entry[1]);
	return group;
}

bool regex_has_name(const struct regex *re, const char *name)
{
	PCRE2_SPTR first, last;

	return name_entries(re, name, &first, &last) > 0;
}

void regex_library(struct str *out)
{
	char text[64] = "";
	int len = pcre2_config(PCRE2_CONFIG_VERSION, NULL);

	if (len > 0 && (size_t)len <= sizeof(text))
		pcre2_config(PCRE2_CONFIG_VERSION, text);
	str_addf(out, "PCRE2 %.*s", (int)strcspn(text, " "), text);
}
