/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/signals.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

/*
 * git sends a SIGINT of the terminal on to the command it runs, so one Ctrl-C
 * can arrive twice.
 */
#define STOPS_UNHEARD_MAX 2

static const int taken[] = { SIGCHLD, SIGINT, SIGTERM, SIGPIPE };

static struct sigaction before[ARRAY_SIZE(taken)];
static volatile sig_atomic_t wake_fd = -1;
static volatile sig_atomic_t child_ended;
static volatile sig_atomic_t stop_signal;
static volatile sig_atomic_t stops_unheard;

static void note(int sig)
{
	int saved = errno;
	ssize_t n;

	if (sig == SIGCHLD) {
		child_ended = 1;
	} else {
		stop_signal = sig;
		if (++stops_unheard > STOPS_UNHEARD_MAX) {
			signal(sig, SIG_DFL);
			raise(sig);
		}
	}
	n = write(wake_fd, "", 1);
	(void)n; /* full is as good: the reader is woken already */
	errno = saved;
}

static void install(size_t i)
{
	struct sigaction sa = { .sa_handler = note };

	sigemptyset(&sa.sa_mask);
	if (taken[i] == SIGCHLD)
		sa.sa_flags = SA_RESTART | SA_NOCLDSTOP;
	if (taken[i] == SIGPIPE)
		sa.sa_handler = SIG_IGN;
	sigaction(taken[i], NULL, &before[i]);
	if (before[i].sa_handler == SIG_IGN && taken[i] != SIGCHLD)
		return;
	sigaction(taken[i], &sa, NULL);
}

struct err *signals_take(int fd)
{
	if (wake_fd >= 0)
		return err_new(ERR_FATAL, "a second event loop in one process");
	wake_fd = fd;
	child_ended = stop_signal = stops_unheard = 0;
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
		install(i);
	return NULL;
}

void signals_give_back(void)
{
	if (wake_fd < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
		sigaction(taken[i], &before[i], NULL);
	wake_fd = -1;
}

bool signals_child_ended(void)
{
	if (!child_ended)
		return false;
	/* cleared before the caller looks, so one that comes later is seen */
	child_ended = 0;
	return true;
}

int signals_stop(void)
{
	int sig = stop_signal;

	if (!sig)
		return 0;
	stop_signal = stops_unheard = 0;
	return sig;
}

int signals_peek_stop(void)
{
	return stop_signal;
}

void signals_forget_interrupt(void)
{
	if (stop_signal == SIGINT)
		stop_signal = stops_unheard = 0;
}

void signals_block(sigset_t *old)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, old);
}

void signals_unblock(const sigset_t *old)
{
	pthread_sigmask(SIG_SETMASK, old, NULL);
}

void signals_default(void)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };
	sigset_t none;

	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++) {
		/* who ignores these for us means our children too */
		if ((taken[i] == SIGINT || taken[i] == SIGTERM) &&
		    before[i].sa_handler == SIG_IGN)
			continue;
		sigaction(taken[i], &sa, NULL);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}
