/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/seccomp.h"

#include <errno.h>

#ifdef __linux__

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/compiler.h"

/*
 * AUDIT_ARCH_* are of linux/audit.h. x32 shares that of x86-64 and is told by
 * this bit of the number (__X32_SYSCALL_BIT, asm/unistd.h).
 */
#if defined(__x86_64__) && defined(__LP64__)
#define ARCH AUDIT_ARCH_X86_64
#define X32_BIT 0x40000000U
#elif defined(__aarch64__) && defined(__LP64__) && !defined(__AARCH64EB__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCH AUDIT_ARCH_PPC64LE
#endif

/*
 * Of include/uapi/asm-generic/unistd.h, which all architectures share above 423.
 * Headers are older than kernels.
 */
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#define SYS_OPEN_TREE_ATTR 467 /* open_tree_attr, Linux 6.15 */

/* include/uapi/linux/sched.h: the namespaces of clone(2). */
#define NEW_NAMESPACES \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	 CLONE_NEWPID | CLONE_NEWNET)

/* The type of a socket without its flags (SOCK_TYPE_MASK, include/linux/net.h). */
#define SOCKET_TYPE 0xfU

enum when {
	ALWAYS,
	WITH_NETWORK,
	WITHOUT_NETWORK,
	WITHOUT_TRUNCATE, /* Landlock does not judge truncation */
};

enum test {
	ANY,
	EQUAL,
	DIFFERENT,
};

#define ALLOWED 0

struct row {
	enum when when;
	long nr;
	int verdict; /* ALLOWED or an errno */
	enum test test;
	int arg;       /* whose low 32 bits are looked at */
	uint32_t mask, value;
};

#define DENY(name) { ALWAYS, SYS_##name, EPERM, ANY, 0, 0, 0 }
#define IF(cond, name, verdict, test, arg, mask, value) \
	{ cond, SYS_##name, verdict, test, arg, mask, (uint32_t)(value) }

/* The first row that is about a call and whose test holds decides; else it is allowed. */
static const struct row rows[] = {
	/*
	 * Sockets reach agents, containers and the network. Pairs are joined already:
	 * but a pair of datagram sockets could be joined to something else.
	 */
	IF(WITH_NETWORK, socket, ALLOWED, EQUAL, 0, ~0U, AF_INET),
	IF(WITH_NETWORK, socket, ALLOWED, EQUAL, 0, ~0U, AF_INET6),
	IF(WITH_NETWORK, socket, ALLOWED, EQUAL, 0, ~0U, AF_NETLINK),
	DENY(socket),
	IF(ALWAYS, socketpair, ALLOWED, EQUAL, 1, SOCKET_TYPE, SOCK_STREAM),
	IF(ALWAYS, socketpair, ALLOWED, EQUAL, 1, SOCKET_TYPE, SOCK_SEQPACKET),
	DENY(socketpair),
	IF(WITHOUT_NETWORK, connect, EPERM, ANY, 0, 0, 0),
	IF(WITHOUT_NETWORK, bind, EPERM, ANY, 0, 0, 0),

	/* Makes sockets and opens files past this filter. */
	DENY(io_uring_setup),
	DENY(io_uring_enter),
	DENY(io_uring_register),

	/* Other processes. ptrace(2) stays: Landlock keeps it inside, LeakSanitizer needs it. */
	DENY(process_vm_readv),
	DENY(process_vm_writev),
	DENY(process_madvise),
	DENY(pidfd_getfd),
	DENY(kcmp),
	DENY(migrate_pages),
	DENY(move_pages),
	IF(ALWAYS, prlimit64, EPERM, DIFFERENT, 0, ~0U, 0),

	/* IPC that has no files: shared with all that the user runs. */
	DENY(shmget),
	DENY(shmat),
	DENY(semget),
	DENY(msgget),
	DENY(mq_open),
	DENY(mq_unlink),
	DENY(add_key),
	DENY(request_key),
	DENY(keyctl),

	/* Namespaces give capabilities back; file systems shown anew are not judged. */
	DENY(unshare),
	DENY(setns),
	IF(ALWAYS, clone, EPERM, DIFFERENT, 0, NEW_NAMESPACES, 0),
	/* Its flags lie in memory; without it programs take clone(2). */
	IF(ALWAYS, clone3, ENOSYS, ANY, 0, 0, 0),
	DENY(mount),
	DENY(umount2),
	DENY(pivot_root),
	DENY(chroot),
	DENY(open_tree),
	DENY(move_mount),
	DENY(fsopen),
	DENY(fsconfig),
	DENY(fsmount),
	DENY(fspick),
	DENY(mount_setattr),
	{ ALWAYS, SYS_OPEN_TREE_ATTR, EPERM, ANY, 0, 0, 0 },
	DENY(open_by_handle_at),
	DENY(fanotify_init),

	/* Large doors into the kernel. */
	DENY(bpf),
	DENY(perf_event_open),
	DENY(userfaultfd),

	/* Root's, were a capability left. */
	DENY(acct),
	DENY(swapon),
	DENY(swapoff),
	DENY(reboot),
	DENY(kexec_load),
	DENY(init_module),
	DENY(finit_module),
	DENY(delete_module),
	DENY(syslog),
	DENY(quotactl),
	DENY(settimeofday),
	DENY(clock_settime),
	DENY(adjtimex),
	DENY(clock_adjtime),
	DENY(sethostname),
	DENY(setdomainname),
	DENY(vhangup),

	/* Typing into a terminal; there is none, and this is a second lock. */
	IF(ALWAYS, ioctl, EPERM, EQUAL, 1, ~0U, TIOCSTI),
	IF(ALWAYS, ioctl, EPERM, EQUAL, 1, ~0U, 0x541C /* TIOCLINUX, asm-generic/ioctls.h */),

	/*
	 * What may be read could be emptied: by name, or opened to be read and
	 * emptied. openat2's flags lie in memory; without it programs take openat(2).
	 */
	IF(WITHOUT_TRUNCATE, truncate, EPERM, ANY, 0, 0, 0),
	IF(WITHOUT_TRUNCATE, openat, EPERM, EQUAL, 2, O_TRUNC | O_ACCMODE, O_TRUNC | O_RDONLY),
	IF(WITHOUT_TRUNCATE, openat2, ENOSYS, ANY, 0, 0, 0),
#ifdef SYS_open
	IF(WITHOUT_TRUNCATE, open, EPERM, EQUAL, 1, O_TRUNC | O_ACCMODE, O_TRUNC | O_RDONLY),
#endif
	/* Where all of sockets, or of System V IPC, is one call. */
#ifdef SYS_socketcall
	DENY(socketcall),
#endif
#ifdef SYS_ipc
	DENY(ipc),
#endif
#ifdef SYS_iopl
	DENY(iopl),
	DENY(ioperm),
#endif
#ifdef SYS_kexec_file_load
	DENY(kexec_file_load),
#endif
};

#define OFFSET(member) ((uint32_t)offsetof(struct seccomp_data, member))

/* struct seccomp_data holds 64 bits each; the low half comes first on these. */
#define OFFSET_ARG(n) (OFFSET(args) + 8U * (uint32_t)(n))

static void step(struct seccomp *s, int code, uint8_t jump_true, uint8_t jump_false, uint32_t k)
{
	if (s->n < SECCOMP_STEPS_MAX)
		s->steps[s->n] = (struct seccomp_step){ (uint16_t)code, jump_true,
							jump_false, k };
	s->n++;
}

static void give(struct seccomp *s, int verdict)
{
	step(s, BPF_RET | BPF_K, 0, 0,
	     verdict == ALLOWED ? SECCOMP_RET_ALLOW :
				  SECCOMP_RET_ERRNO | (uint32_t)verdict);
}

/* A row's number is in the accumulator before and, when it does not decide, after. */
static void compile(struct seccomp *s, const struct row *row)
{
	if (row->test == ANY) {
		step(s, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32_t)row->nr);
		give(s, row->verdict);
		return;
	}
	step(s, BPF_JMP | BPF_JEQ | BPF_K, 0, 5, (uint32_t)row->nr);
	step(s, BPF_LD | BPF_W | BPF_ABS, 0, 0, OFFSET_ARG(row->arg));
	step(s, BPF_ALU | BPF_AND | BPF_K, 0, 0, row->mask);
	if (row->test == EQUAL)
		step(s, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, row->value);
	else
		step(s, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, row->value);
	give(s, row->verdict);
	step(s, BPF_LD | BPF_W | BPF_ABS, 0, 0, OFFSET(nr));
}

static bool counts(const struct row *row, const struct seccomp_spec *spec)
{
	switch (row->when) {
	case WITH_NETWORK:
		return spec->network;
	case WITHOUT_NETWORK:
		return !spec->network;
	case WITHOUT_TRUNCATE:
		return !spec->truncate;
	default:
		return true;
	}
}

bool seccomp_make(struct seccomp *out, const struct seccomp_spec *spec)
{
	out->n = 0;
#ifdef ARCH
	step(out, BPF_LD | BPF_W | BPF_ABS, 0, 0, OFFSET(arch));
	step(out, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARCH);
	step(out, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
	step(out, BPF_LD | BPF_W | BPF_ABS, 0, 0, OFFSET(nr));
#ifdef X32_BIT
	step(out, BPF_JMP | BPF_JGE | BPF_K, 0, 1, X32_BIT);
	give(out, EPERM);
#endif
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (counts(&rows[i], spec))
			compile(out, &rows[i]);
	}
	give(out, ALLOWED);
	return out->n <= SECCOMP_STEPS_MAX;
#else
	(void)spec;
	return false;
#endif
}

_Static_assert(sizeof(struct seccomp_step) == sizeof(struct sock_filter), "one is the other");

int seccomp_enforce(const struct seccomp *seccomp)
{
	const struct sock_fprog program = {
		.len = (unsigned short)seccomp->n,
		.filter = (struct sock_filter *)seccomp->steps,
	};

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) ? errno : 0;
}

#else

bool seccomp_make(struct seccomp *out, const struct seccomp_spec *spec)
{
	(void)spec;
	out->n = 0;
	return false;
}

int seccomp_enforce(const struct seccomp *seccomp)
{
	(void)seccomp;
	return ENOSYS;
}

#endif
