/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program that never blocks waits for: descriptors and a time.  Each
 * part has a run(), which does what can be done now, and a wait(), which adds
 * what it waits for; the program runs all parts, then blocks once.
 */
#ifndef XOVN_WAITS_H
#define XOVN_WAITS_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#define WAITS_MAX 64

struct waits {
	struct pollfd fds[WAITS_MAX];
	size_t n;
	int64_t until; /* CLOCK_MONOTONIC, milliseconds; INT64_MAX: no time */
};

int64_t time_ms(void); /* CLOCK_MONOTONIC, milliseconds */

void waits_init(struct waits *w);
void waits_fd(struct waits *w, int fd, short events); /* POLLIN, POLLOUT */
void waits_until(struct waits *w, int64_t ms); /* the earliest counts */
void waits_now(struct waits *w); /* do not block */
/* Blocks; -errno, -EINTR included. */
int waits_block(struct waits *w);

#endif /* XOVN_WAITS_H */
