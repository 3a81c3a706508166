/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The client of talkd.
 *
 * talk ask IP PORT [-u [-t TRIES]] [-p PORT] [-c COUNT]: COUNT connections (or
 * datagrams, -u, sent again where no answer comes) one after the other, from
 * source port -p and the following; prints for each what the server says, or
 * "refused", "timeout", ...
 *
 * talk hold IP PORT [-p PORT] [-c COUNT]: COUNT connections at once, on all
 * of which something is said and answered all the time; prints what their
 * servers say, "ready", and after SIGINT or SIGTERM "N lost of COUNT".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 512
#define CONNECT_MS 2000
#define ANSWER_MS 2000
#define PATIENCE_MS 5000 /* for the last answer of a held connection */
#define PAUSE_MS 20 /* between two rounds on held connections */
#define DATAGRAM_TRIES 3 /* without -t */

struct client {
	struct sockaddr_in to;
	int source_port; /* of the first connection, 0: any */
	int count, tries;
	bool is_udp;
};

struct held {
	int fd; /* -1: lost */
	bool is_waiting; /* for an answer */
};

static volatile sig_atomic_t is_over;

static void end(int sig)
{
	(void)sig;
	is_over = 1;
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* 0 when fd has one of the events, or -ETIMEDOUT. */
static int wait_for(int fd, short events, int ms)
{
	struct pollfd p = {.fd = fd, .events = events};
	long until = now_ms() + ms;
	int n;

	do {
		n = poll(&p, 1, ms);
		ms = until - now_ms();
	} while (n < 0 && errno == EINTR && ms > 0);
	return n > 0 ? 0 : -ETIMEDOUT;
}

/* A connected socket, or -errno. */
static int client_connect(const struct client *c, int number)
{
	struct sockaddr_in from = {.sin_family = AF_INET};
	int fd, err = 0, on = 1;
	socklen_t len = sizeof(err);

	fd = socket(AF_INET,
		    (c->is_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (c->source_port) {
		from.sin_port = htons(c->source_port + number);
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		if (bind(fd, (struct sockaddr *)&from, sizeof(from)))
			goto fail;
	}
	if (connect(fd, (const struct sockaddr *)&c->to, sizeof(c->to))) {
		if (errno != EINPROGRESS)
			goto fail;
		errno = -wait_for(fd, POLLOUT, CONNECT_MS);
		if (errno)
			goto fail;
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
		errno = err;
		if (err)
			goto fail;
	}
	return fd;
fail:
	err = -errno;
	close(fd);
	return err;
}

/* What the server says to "?", without the end of line; 0 or -errno. */
static int answer_get(const struct client *c, int fd, char *line, size_t size)
{
	int err = -ETIMEDOUT;
	ssize_t n;

	for (int i = 0; err == -ETIMEDOUT; i++) {
		if (i == (c->is_udp ? c->tries : 1))
			return err;
		if (send(fd, "?\n", 2, MSG_NOSIGNAL) < 0)
			return -errno;
		err = wait_for(fd, POLLIN,
			       c->is_udp ? ANSWER_MS / c->tries : ANSWER_MS);
	}
	n = recv(fd, line, size - 1, 0);
	if (n <= 0)
		return n ? -errno : -ECONNRESET;
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return 0;
}

static const char *error_name(int err)
{
	switch (err) {
	case -ECONNREFUSED:
		return "refused";
	case -ETIMEDOUT:
		return "timeout";
	case -ECONNRESET:
		return "reset";
	case -EHOSTUNREACH:
	case -ENETUNREACH:
		return "unreachable";
	default:
		return strerror(-err);
	}
}

static void ask(const struct client *c)
{
	char line[256];
	int fd, err;

	for (int i = 0; i < c->count; i++) {
		fd = client_connect(c, i);
		err = fd < 0 ? fd : answer_get(c, fd, line, sizeof(line));
		puts(err ? error_name(err) : line);
		if (fd >= 0)
			close(fd);
	}
}

static int held_open(const struct client *c, struct held *h)
{
	char line[256];
	int err;

	for (int i = 0; i < c->count; i++) {
		h[i].fd = client_connect(c, i);
		err = h[i].fd < 0 ? h[i].fd :
				    answer_get(c, h[i].fd, line, sizeof(line));
		if (err) {
			fprintf(stderr, "talk: connection %d: %s\n", i,
				error_name(err));
			return err;
		}
		puts(line);
	}
	puts("ready");
	fflush(stdout);
	return 0;
}

/* Takes the answer that has come, if one has, and asks again. */
static void held_serve(struct held *h, bool asks)
{
	char buf[64];
	ssize_t n;

	if (h->fd < 0)
		return;
	n = recv(h->fd, buf, sizeof(buf), MSG_DONTWAIT);
	if (n > 0)
		h->is_waiting = false;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		goto lost;
	if (h->is_waiting || !asks)
		return;
	if (send(h->fd, "x", 1, MSG_NOSIGNAL) == 1) {
		h->is_waiting = true;
		return;
	}
lost:
	close(h->fd);
	h->fd = -1;
}

static int hold(const struct client *c)
{
	struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
	static struct held held[CONNECTIONS_MAX];
	int waiting, lost;
	long until;

	if (held_open(c, held))
		return 1;
	while (!is_over) {
		for (int i = 0; i < c->count; i++)
			held_serve(&held[i], true);
		nanosleep(&pause, NULL);
	}
	/* a last question, so that each has been answered after the signal */
	for (int i = 0; i < c->count; i++)
		held_serve(&held[i], true);
	until = now_ms() + PATIENCE_MS;
	do {
		waiting = lost = 0;
		for (int i = 0; i < c->count; i++) {
			held_serve(&held[i], false);
			waiting += held[i].fd >= 0 && held[i].is_waiting;
			lost += held[i].fd < 0;
		}
		if (waiting)
			nanosleep(&pause, NULL);
	} while (waiting && now_ms() < until);
	printf("%d lost of %d\n", lost + waiting, c->count);
	return 0;
}

int main(int argc, char **argv)
{
	struct client c = {
		.to.sin_family = AF_INET, .count = 1, .tries = DATAGRAM_TRIES};
	struct sigaction sa = {.sa_handler = end};
	int opt;

	while ((opt = getopt(argc, argv, "up:c:t:")) != -1) {
		switch (opt) {
		case 'u':
			c.is_udp = true;
			break;
		case 'p':
			c.source_port = atoi(optarg);
			break;
		case 'c':
			c.count = atoi(optarg);
			break;
		case 't':
			c.tries = atoi(optarg);
			break;
		default:
			goto usage;
		}
	}
	if (argc - optind != 3 || c.tries < 1 || c.count < 1 ||
	    c.count > CONNECTIONS_MAX ||
	    inet_pton(AF_INET, argv[optind + 1], &c.to.sin_addr) != 1)
		goto usage;
	c.to.sin_port = htons(atoi(argv[optind + 2]));
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	if (!strcmp(argv[optind], "ask")) {
		ask(&c);
		return 0;
	}
	if (!strcmp(argv[optind], "hold") && !c.is_udp)
		return hold(&c);
usage:
	fprintf(stderr,
		"usage: talk ask IP PORT [-u [-t TRIES]] [-p PORT] [-c COUNT]\n"
		"       talk hold IP PORT [-p PORT] [-c COUNT]\n");
	return 2;
}
