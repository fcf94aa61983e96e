/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which system calls a process and its children may make: what Landlock does not
 * see, refused by a filter for good. What is refused, and why, its table says
 * (seccomp.c). Calls of another architecture end the process.
 */
#ifndef VERIFY_SECCOMP_H
#define VERIFY_SECCOMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As struct sock_filter of linux/filter.h, where there is one. */
struct seccomp_step {
	uint16_t code;
	uint8_t jump_true, jump_false;
	uint32_t k;
};

#define SECCOMP_STEPS_MAX 640

struct seccomp {
	struct seccomp_step steps[SECCOMP_STEPS_MAX];
	size_t n;
};

struct seccomp_spec {
	bool network;  /* sockets of IPv4 and IPv6 */
	bool truncate; /* truncate(2) is somebody else's to judge */
};

/* False where the architecture is not known. */
bool seccomp_make(struct seccomp *out, const struct seccomp_spec *spec);

/*
 * From now on it holds; 0 or an errno. no_new_privs must be set.
 * Async-signal-safe.
 */
int seccomp_enforce(const struct seccomp *seccomp);

#endif
