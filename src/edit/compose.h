/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Canonical composition (NFC) of two characters, for comparing text: an e and an
 * acute accent are é. Characters beyond the basic plane are left apart.
 */
#ifndef EDIT_COMPOSE_H
#define EDIT_COMPOSE_H

#include <stdint.h>

/* The character that first and second make together, or 0. */
uint32_t compose(uint32_t first, uint32_t second);

#endif
