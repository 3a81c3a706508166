/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A command that changes the kernel is two processes: a child does the work,
 * its parent waits.  When one is killed, by kill -9 or for want of memory, the
 * other completes what was begun, so that nothing stays half done.
 */
#ifndef XOVN_COMPANION_H
#define XOVN_COMPANION_H

#include <stdbool.h>

/*
 * To be called before anything is locked or changed.  Returns in the child;
 * in the parent only when that was killed by SIGKILL: what follows is to cope
 * with its work half done.  Else the parent ends as the child does.
 *
 * Signals that ask a process to end do not reach who does the work: it is
 * done in a moment.  Without memory for a child there is none.
 */
void companion_begin(void);
/* Has a first process been killed? */
bool companion_is_second(void);
/* In children that are to outlive the command: signals reach them again. */
void companion_leave(void);

#endif /* XOVN_COMPANION_H */
