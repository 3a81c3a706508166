// SPDX-License-Identifier: GPL-2.0-only
#include "resolve.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct resolve {
	atomic_int n_users; /* who asks, and the thread: the last one frees */
	atomic_bool is_done; /* what is below is no longer the thread's */
	int fd; /* eventfd */
	int err; /* EAI_ */
	int system_err; /* errno, of EAI_SYSTEM */
	struct addrinfo *addresses;
	char port[6];
	char host[];
};

static void release(struct resolve *r)
{
	if (atomic_fetch_sub(&r->n_users, 1) > 1)
		return;
	if (r->addresses)
		freeaddrinfo(r->addresses);
	if (r->fd >= 0)
		close(r->fd);
	free(r);
}

static void *look(void *arg)
{
	const struct addrinfo hints = {
		.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};
	struct resolve *r = arg;

	r->err = getaddrinfo(r->host, r->port, &hints, &r->addresses);
	r->system_err = errno;
	if (r->err)
		r->addresses = NULL;
	atomic_store(&r->is_done, true);
	eventfd_write(r->fd, 1);
	release(r);
	return NULL;
}

/* Signals are the others' to take: some hold them back for a signalfd. */
static int thread_start(struct resolve *r)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all;
	int err;

	sigfillset(&all);
	if (pthread_attr_init(&attr))
		return -ENOMEM;
	err = pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (!err)
		err = pthread_attr_setsigmask_np(&attr, &all);
	if (!err)
		err = pthread_create(&thread, &attr, look, r);
	pthread_attr_destroy(&attr);
	return -err;
}

struct resolve *resolve_new(const char *host, const char *port)
{
	struct resolve *r = calloc(1, sizeof(*r) + strlen(host) + 1);

	if (!r)
		return NULL;
	snprintf(r->port, sizeof(r->port), "%s", port);
	strcpy(r->host, host);
	atomic_store(&r->n_users, 2);
	r->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->fd >= 0 && !thread_start(r))
		return r;
	atomic_store(&r->n_users, 1);
	release(r);
	return NULL;
}

void resolve_free(struct resolve *r)
{
	if (r)
		release(r);
}

int resolve_take(struct resolve *r, struct addrinfo **addresses)
{
	if (!atomic_load(&r->is_done))
		return EAI_INPROGRESS;
	*addresses = r->addresses;
	r->addresses = NULL;
	return r->err;
}

int resolve_fd(const struct resolve *r)
{
	return r->fd;
}

const char *resolve_text(const struct resolve *r, int err)
{
	return err == EAI_SYSTEM ? strerror(r->system_err) : gai_strerror(err);
}
