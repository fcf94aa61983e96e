/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many tokens a text may be, without its tokenizer: for budgets, windows
 * and the consent question, where too many is better than too few.
 */
#ifndef MODEL_TOKENS_H
#define MODEL_TOKENS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Two tokens for seven bytes. Source code has three to four bytes a token with
 * the tokenizers of DeepSeek and Qwen, prose more than four.
 */
int64_t tokens_of_bytes(size_t bytes);

/* What a text of so many tokens may have at most. */
size_t tokens_to_bytes(int64_t tokens);

#endif
