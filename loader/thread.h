/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread beside the one that all else is done by.  It changes nothing of the
 * host, and what it writes in memory is looked at after pthread_join() only.
 */
#ifndef XOVN_THREAD_H
#define XOVN_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* Signals stay the caller's.  False: there is none, for want of memory. */
bool thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg);

#endif /* XOVN_THREAD_H */
