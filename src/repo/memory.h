/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where libgit2's memory comes from; for this room alone.
 *
 * libgit2 1.5 goes on with NULL in places where it found no memory (once its
 * git_config_snapshot() failed, say), so an allocation of its that fails ends the process
 * by what repo_at_nomem() was given. What a run has written by then is what a killed one
 * would leave.
 */
#ifndef REPO_MEMORY_H
#define REPO_MEMORY_H

/* Before git_libgit2_init(). */
void memory_for_library(void);

#endif
