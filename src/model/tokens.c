/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/tokens.h"

int64_t tokens_of_bytes(size_t bytes)
{
	return (int64_t)(bytes / 7 * 2 + (bytes % 7 * 2 + 6) / 7);
}

size_t tokens_to_bytes(int64_t tokens)
{
	return tokens <= 0 ? 0 : (size_t)tokens / 2 * 7 + (size_t)tokens % 2 * 3;
}
