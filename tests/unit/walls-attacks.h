/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What u-verify-walls tries in the box: a table of system calls and what each is to
 * give. HIDDEN and SHOWN are files, OUTSIDE and WARDEN are processes, by variables of
 * the environment.
 */
#ifndef WALLS_ATTACKS_H
#define WALLS_ATTACKS_H

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static long call(long nr, long a, long b, long c, long d, long e)
{
	return syscall(nr, a, b, c, d, e) < 0 ? errno : 0;
}

static int result_of(int ret)
{
	return ret < 0 ? errno : 0;
}

static const char *shown(void)
{
	return getenv("SHOWN");
}

static const char *hidden(void)
{
	return getenv("HIDDEN");
}

static pid_t outside(void)
{
	return atoi(getenv("OUTSIDE"));
}

static int a_unix(void)
{
	return result_of(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int a_inet(void)
{
	return result_of(socket(AF_INET, SOCK_STREAM, 0));
}

static int a_inet6_udp(void)
{
	return result_of(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

static int a_netlink(void)
{
	return result_of(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int a_vsock(void)
{
	return result_of(socket(AF_VSOCK, SOCK_STREAM, 0));
}

static int a_alg(void)
{
	return result_of(socket(AF_ALG, SOCK_SEQPACKET, 0));
}

/* The upper half of an argument is not the kernel's to look at. */
static int a_unix_high_bits(void)
{
	return (int)call(SYS_socket, (long)(0xffffffff00000000UL | AF_UNIX), SOCK_STREAM, 0, 0, 0);
}

static int a_pair(void)
{
	int fd[2];

	return result_of(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd));
}

static int a_datagram_pair(void)
{
	int fd[2];

	return result_of(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fd));
}

static int a_raw_pair(void)
{
	int fd[2];

	return result_of(socketpair(AF_UNIX, SOCK_RAW, 0, fd));
}

/* Somebody listens there. */
static int a_connect_pair(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd[2];

	snprintf(to.sun_path, sizeof(to.sun_path), "%s.sock", shown());
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd))
		return -1;
	return result_of(connect(fd[0], (struct sockaddr *)&to, sizeof(to)));
}

static int a_io_uring(void)
{
	static char params[256];

	return (int)call(425, 4, (long)params, 0, 0, 0);
}

static int a_x32(void)
{
#if defined(__x86_64__)
	return (int)call(0x40000000L | SYS_getpid, 0, 0, 0, 0, 0);
#else
	return EPERM;
#endif
}

/* 32-bit calls have other numbers: 20 is getpid there, writev here. */
static int a_i386(void)
{
#if defined(__x86_64__)
	pid_t pid = fork();
	int status;

	if (!pid) {
		long ret = 20;

		__asm__ volatile("int $0x80" : "+a"(ret) : : "memory");
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
#else
	return SIGSYS;
#endif
}

static int a_truncate_shown(void)
{
	return result_of(truncate(shown(), 0));
}

static int a_open_truncating(void)
{
	return result_of(open(shown(), O_RDONLY | O_TRUNC));
}

static int a_open_truncating_more(void)
{
	return result_of(open(shown(), O_RDONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW));
}

static int a_openat2_truncating(void)
{
	uint64_t how[3] = { O_RDONLY | O_TRUNC, 0, 0 };

	return (int)call(437, AT_FDCWD, (long)shown(), (long)how, sizeof(how), 0);
}

static int a_truncate_own(void)
{
	int fd = open("mine", O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, "x", 1) != 1)
		return errno;
	return result_of(ftruncate(fd, 0));
}

static int a_write_shown(void)
{
	return result_of(open(shown(), O_WRONLY));
}

/* Opened to be read, opened again through /proc to be written. */
static int a_reopen_shown(void)
{
	char path[64];
	int fd = open(shown(), O_RDONLY);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return result_of(open(path, O_WRONLY));
}

static int a_read_hidden(void)
{
	return result_of(open(hidden(), O_RDONLY));
}

static int a_read_hidden_by_link(void)
{
	unlink("link");
	if (symlink(hidden(), "link"))
		return -1;
	return result_of(open("link", O_RDONLY));
}

static int a_hard_link(void)
{
	unlink("hard");
	return result_of(link(hidden(), "hard"));
}

static int a_rename_hidden(void)
{
	return result_of(rename(hidden(), "renamed"));
}

static int a_unlink_hidden(void)
{
	return result_of(unlink(hidden()));
}

static int a_list_hidden(void)
{
	char dir[256];

	snprintf(dir, sizeof(dir), "%s/..", hidden());
	*strrchr(dir, '/') = '\0';
	*strrchr(dir, '/') = '\0';
	return result_of(open(dir, O_RDONLY | O_DIRECTORY));
}

static int a_make_socket_file(void)
{
	return result_of(mknod("sock", S_IFSOCK | 0600, 0));
}

static int a_make_device(void)
{
	return result_of(mknod("null", S_IFCHR | 0600, 0x103));
}

static int a_read_process(void)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { &byte, 1 };

	return process_vm_readv(outside(), &here, 1, &there, 1, 0) < 0 ? errno : 0;
}

static int a_process_memory(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)outside());
	return result_of(open(path, O_RDONLY));
}

static int a_process_root(void)
{
	char path[300];

	snprintf(path, sizeof(path), "/proc/%d/root%s", (int)outside(), hidden());
	return result_of(open(path, O_RDONLY));
}

static int a_trace_outside(void)
{
	return ptrace(PTRACE_SEIZE, outside(), NULL, NULL) < 0 ? errno : 0;
}

/* The warden has a copy of the memory outside. */
static int a_trace_parent(void)
{
	return ptrace(PTRACE_SEIZE, atoi(getenv("WARDEN")), NULL, NULL) < 0 ? errno : 0;
}

/* As LeakSanitizer does. */
static int a_trace_own_child(void)
{
	pid_t pid = fork();
	int err;

	if (!pid) {
		pause();
		_exit(0);
	}
	err = ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0 ? errno : 0;
	kill(pid, SIGKILL);
	return err;
}

static int a_limit_outside(void)
{
	struct rlimit one = { 1, 1 };

	return result_of(prlimit(outside(), RLIMIT_NOFILE, &one, NULL));
}

static int a_limit_own(void)
{
	struct rlimit own;

	if (getrlimit(RLIMIT_NOFILE, &own))
		return errno;
	return result_of(setrlimit(RLIMIT_NOFILE, &own));
}

static int a_signal_outside(void)
{
	return result_of(kill(outside(), 0));
}

static int a_pidfd_signal(void)
{
	long fd = syscall(434, outside(), 0);

	return fd < 0 ? errno : (int)call(424, fd, 0, 0, 0, 0);
}

static int a_shm(void)
{
	return (int)call(SYS_shmget, 0, 4096, 01600, 0, 0);
}

static int a_sem(void)
{
	return (int)call(SYS_semget, 0, 1, 01600, 0, 0);
}

static int a_msg(void)
{
	return (int)call(SYS_msgget, 0, 01600, 0, 0, 0);
}

static int a_mq(void)
{
	return (int)call(SYS_mq_open, (long)"dualfix", O_RDWR | O_CREAT, 0600, 0, 0);
}

static int a_keyring(void)
{
	return (int)call(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 1, 0, 0);
}

static int a_bpf(void)
{
	static char attr[128];

	return (int)call(SYS_bpf, 0, (long)attr, sizeof(attr), 0, 0);
}

static int a_perf(void)
{
	static char attr[128];

	return (int)call(SYS_perf_event_open, (long)attr, 0, -1, -1, 0);
}

static int a_userfault(void)
{
	return (int)call(SYS_userfaultfd, 1, 0, 0, 0, 0);
}

static int a_unshare(void)
{
	return (int)call(SYS_unshare, CLONE_NEWUSER, 0, 0, 0, 0);
}

static int a_clone_user(void)
{
	return (int)call(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
}

static int a_clone3(void)
{
	return (int)call(435, 0, 0, 0, 0, 0);
}

static int a_mount(void)
{
	return result_of(mount("none", ".", "tmpfs", 0, NULL));
}

static int a_chroot(void)
{
	return result_of(chroot("."));
}

static int a_move_mount(void)
{
	return (int)call(429, -1, (long)"", -1, (long)"", 0);
}

static int a_handle(void)
{
	static char handle[128];

	return (int)call(SYS_open_by_handle_at, AT_FDCWD, (long)handle, O_RDONLY, 0, 0);
}

static int a_type_in(void)
{
	return result_of(ioctl(0, TIOCSTI, "x"));
}

static int a_set_id(void)
{
	return result_of(setuid(12345));
}

/* Gives the number of the first that is not refused. */
static int a_the_rest(void)
{
	static const long calls[] = {
		SYS_process_vm_writev, SYS_kcmp, SYS_migrate_pages, SYS_move_pages, SYS_shmat,
		SYS_mq_unlink, SYS_add_key, SYS_request_key, SYS_setns, SYS_umount2,
		SYS_pivot_root, SYS_fanotify_init, SYS_acct, SYS_swapon, SYS_swapoff,
		SYS_kexec_load, SYS_init_module, SYS_finit_module, SYS_delete_module,
		SYS_syslog, SYS_quotactl, SYS_settimeofday, SYS_clock_settime, SYS_adjtimex,
		SYS_clock_adjtime, SYS_sethostname, SYS_setdomainname, SYS_vhangup,
		426 /* io_uring_enter */, 427 /* io_uring_register */, 428 /* open_tree */,
		430 /* fsopen */, 431 /* fsconfig */, 432 /* fsmount */, 433 /* fspick */,
		438 /* pidfd_getfd */, 440 /* process_madvise */, 442 /* mount_setattr */,
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (call(calls[i], -1, -1, -1, -1, -1) != EPERM)
			return (int)calls[i];
	}
	return 0;
}

static int a_thread(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(7);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status) == 7 ? 0 : -1;
}

struct attack {
	const char *name;
	int (*go)(void);
	int want;     /* errno; with the newest version, no network */
	int want_v2;  /* the same with version 2 */
	int want_net; /* with network */
};

#define SAME(name, want) { #name, a_##name, want, want, want }

static const struct attack attacks[] = {
	{ "unix", a_unix, EPERM, EPERM, EPERM },
	{ "unix_high_bits", a_unix_high_bits, EPERM, EPERM, EPERM },
	{ "inet", a_inet, EPERM, EPERM, 0 },
	{ "inet6_udp", a_inet6_udp, EPERM, EPERM, 0 },
	{ "netlink", a_netlink, EPERM, EPERM, 0 },
	SAME(vsock, EPERM), SAME(alg, EPERM),
	SAME(pair, 0), SAME(datagram_pair, EPERM), SAME(raw_pair, EPERM),
	{ "connect_pair", a_connect_pair, EPERM, EPERM, EISCONN },
	SAME(io_uring, EPERM), SAME(x32, EPERM), SAME(i386, SIGSYS),

	{ "truncate_shown", a_truncate_shown, EACCES, EPERM, EACCES },
	{ "open_truncating", a_open_truncating, EACCES, EPERM, EACCES },
	{ "open_truncating_more", a_open_truncating_more, EACCES, EPERM, EACCES },
	{ "openat2_truncating", a_openat2_truncating, EACCES, ENOSYS, EACCES },
	SAME(truncate_own, 0),
	SAME(write_shown, EACCES), SAME(reopen_shown, EACCES),
	SAME(read_hidden, EACCES), SAME(read_hidden_by_link, EACCES),
	SAME(hard_link, EXDEV), SAME(rename_hidden, EACCES), SAME(unlink_hidden, EACCES),
	SAME(list_hidden, EACCES),
	SAME(make_socket_file, EACCES), SAME(make_device, EACCES),

	SAME(read_process, EPERM), SAME(process_memory, EACCES), SAME(process_root, EACCES),
	SAME(trace_outside, EPERM), SAME(trace_parent, EPERM), SAME(trace_own_child, 0),
	SAME(limit_outside, EPERM), SAME(limit_own, 0),
	{ "signal_outside", a_signal_outside, EPERM, 0, EPERM }, /* a limit that is named */
	{ "pidfd_signal", a_pidfd_signal, EPERM, 0, EPERM },

	SAME(shm, EPERM), SAME(sem, EPERM), SAME(msg, EPERM), SAME(mq, EPERM),
	SAME(keyring, EPERM), SAME(bpf, EPERM), SAME(perf, EPERM), SAME(userfault, EPERM),
	SAME(unshare, EPERM), SAME(clone_user, EPERM), SAME(clone3, ENOSYS),
	SAME(mount, EPERM), SAME(chroot, EPERM), SAME(move_mount, EPERM), SAME(handle, EPERM),
	SAME(type_in, EPERM), SAME(set_id, EPERM), SAME(thread, 0), SAME(the_rest, 0),
};

#endif
