// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a service manager wants to know, by sd_notify(3)'s protocol: lines in
 * a datagram to $NOTIFY_SOCKET.  These few lines are all of it, so that there
 * is no library to have on hosts without systemd.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/agent.h"

#define AGAIN_MS 100 /* what the manager did not take */

static int64_t watchdog_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	long long n = usec ? strtoll(usec, NULL, 10) : 0;

	/* of another process, which has started this one */
	if (n <= 0 || (pid && strtol(pid, NULL, 10) != getpid()))
		return 0;
	return n / 1000 / 2;
}

void notify_open(struct notify *n)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = path ? strlen(path) : 0;

	n->fd = -1;
	if (!len || len >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, len);
	if (path[0] == '@') /* an abstract name */
		address.sun_path[0] = '\0';
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (n->fd >= 0 &&
	    connect(n->fd, (struct sockaddr *)&address,
		    offsetof(struct sockaddr_un, sun_path) + len)) {
		warning("%s: the service manager does not answer: %s", path,
			strerror(errno));
		notify_close(n);
		return;
	}
	n->period = watchdog_ms();
}

void notify_close(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}

/* false: not taken now. */
static bool notify_send(const struct notify *n, const char *text)
{
	return send(n->fd, text, strlen(text), MSG_NOSIGNAL) >= 0;
}

/* The first of what is wrong, causes before what follows from them. */
static void status_text(const struct agent *a, char *text, size_t size)
{
	static const enum report_topic first[] = {REPORT_CONF, REPORT_SETTINGS};
	const char *wrong = "";

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]) && !*wrong; i++)
		wrong = a->report.last[first[i]];
	for (size_t i = 0; i < REPORT_TOPICS && !*wrong; i++)
		wrong = a->report.last[i];
	if (*wrong) {
		snprintf(text, size, "STATUS=%s%s",
			 a->was_forwarding ? "forwards; " : "", wrong);
		return;
	}
	if (a->was_forwarding)
		snprintf(text, size, "STATUS=forwards, as chassis %s",
			 vswitch_settings(a->vswitch)->system_id);
	else
		snprintf(text, size, "STATUS=waits for the databases");
}

/* What was asked for at the start is in the maps and at the interfaces. */
static bool is_ready(const struct agent *a)
{
	return a->was_forwarding && !a->links.is_stale &&
	       a->compiled_version == a->links.version;
}

void notify_run(struct notify *n, const struct agent *a)
{
	char text[sizeof(n->status)];
	int64_t now = time_ms();
	bool is_taken = true;

	if (n->fd < 0)
		return;
	status_text(a, text, sizeof(text));
	text_clean(text);
	if (strcmp(text, n->status)) {
		is_taken = notify_send(n, text);
		if (is_taken)
			strcpy(n->status, text);
	}
	if (is_taken && !n->is_ready && is_ready(a))
		is_taken = n->is_ready = notify_send(n, "READY=1");
	if (is_taken && n->period && n->next <= now) {
		is_taken = notify_send(n, "WATCHDOG=1");
		n->next = now + n->period;
	}
	if (!is_taken)
		n->next = now + AGAIN_MS;
	else if (!n->period)
		n->next = 0;
}

void notify_wait(const struct notify *n, struct waits *w)
{
	if (n->fd >= 0 && n->next)
		waits_until(w, n->next);
}

void notify_stopping(const struct notify *n)
{
	if (n->fd >= 0)
		notify_send(n,
			    "STOPPING=1\nSTATUS=ends; the kernel forwards on");
}
