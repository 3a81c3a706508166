// SPDX-License-Identifier: GPL-2.0-only
#include "waits.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

int64_t time_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void waits_init(struct waits *w)
{
	w->n = 0;
	w->until = INT64_MAX;
}

void waits_fd(struct waits *w, int fd, short events)
{
	if (fd < 0)
		return;
	/* One that finds no room is looked at in time, not in vain. */
	if (w->n == WAITS_MAX) {
		waits_until(w, time_ms() + 100);
		return;
	}
	w->fds[w->n].fd = fd;
	w->fds[w->n].events = events;
	w->fds[w->n++].revents = 0;
}

void waits_until(struct waits *w, int64_t ms)
{
	if (ms < w->until)
		w->until = ms;
}

void waits_now(struct waits *w)
{
	w->until = 0;
}

int waits_block(struct waits *w)
{
	int timeout = -1;

	if (w->until != INT64_MAX) {
		int64_t left = w->until - time_ms();

		timeout = left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
	}
	return poll(w->fds, w->n, timeout) < 0 ? -errno : 0;
}
