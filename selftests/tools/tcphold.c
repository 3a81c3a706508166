// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcphold serve PORT          answers every connection with the four bytes of
 *                             its own address, then with what it is sent
 * tcphold hold IP PORT N MS   opens N connections; each sends a byte and waits
 *                             for it to come back every MS milliseconds.
 *                             Prints "open N"; on SIGUSR1 begins to count; on
 *                             SIGTERM counts until it has done so for two MS,
 *                             then stops once each connection has had a last
 *                             byte back, or GRACE seconds later:
 *                             held N lost N idle N bytes N
 *                             lost: reset, or no last byte; idle: nothing
 *                             came back while it counted
 * tcphold ask IP PORT FIRST N connects from the source ports FIRST.. in turn,
 *                             prints "SPORT ADDRESS" of who answered ("none")
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define GRACE 20 /* seconds: several of TCP's retransmissions */
#define OPEN_LIMIT 30
#define EVENTS 256

struct connection {
	int fd; /* -1: lost */
	bool is_open; /* the server has said who it is */
	bool is_waiting; /* for a byte to come back */
	unsigned int since_mark; /* bytes that came back */
	unsigned int since_stop;
	unsigned int greeting; /* bytes of the address still to come */
};

static struct connection *conn;
static int n_conn, n_open, n_lost, poller;
static unsigned long n_bytes;

static int fail(const char *what)
{
	fprintf(stderr, "tcphold: %s: %s\n", what, strerror(errno));
	return 1;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static void watch(int fd, uint32_t number)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.u32 = number};

	if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &ev))
		exit(fail("epoll"));
}

/* ---- serve ---- */

static void serve_new(int listener)
{
	struct sockaddr_in own;
	socklen_t len = sizeof(own);
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (getsockname(fd, (struct sockaddr *)&own, &len) ||
	    write(fd, &own.sin_addr, 4) != 4) {
		close(fd);
		return;
	}
	watch(fd, fd);
}

static int serve(int port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET,
				  .sin_port = htons(port)};
	struct epoll_event ev[EVENTS];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1, n;
	char buf[4096];
	ssize_t len;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&sin, sizeof(sin)) || listen(fd, 4096))
		return fail("listen");
	watch(fd, fd);
	for (;;) {
		n = epoll_wait(poller, ev, EVENTS, -1);
		for (int i = 0; i < n; i++) {
			int from = ev[i].data.u32;

			if (from == fd) {
				serve_new(fd);
				continue;
			}
			len = read(from, buf, sizeof(buf));
			if (len > 0 && write(from, buf, len) == len)
				continue;
			if (len < 0 && errno == EAGAIN)
				continue;
			close(from);
		}
	}
}

/* ---- hold ---- */

static void conn_lost(struct connection *c, const char *why)
{
	fprintf(stderr, "tcphold: connection %td: %s\n", c - conn, why);
	close(c->fd);
	c->fd = -1;
	n_lost++;
}

static void conn_read(struct connection *c)
{
	char buf[64];
	ssize_t n = read(c->fd, buf, sizeof(buf));

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		conn_lost(c, n ? strerror(errno) : "closed by the server");
		return;
	}
	for (ssize_t i = 0; i < n; i++) {
		if (c->greeting) {
			if (!--c->greeting) {
				c->is_open = true;
				n_open++;
			}
			continue;
		}
		c->is_waiting = false;
		c->since_mark++;
		c->since_stop++;
		n_bytes++;
	}
}

static void conn_write(struct connection *c)
{
	if (c->fd < 0 || !c->is_open || c->is_waiting)
		return;
	if (write(c->fd, "x", 1) == 1)
		c->is_waiting = true;
	else if (errno != EAGAIN)
		conn_lost(c, strerror(errno));
}

static void conn_open(struct connection *c, const struct sockaddr_in *to)
{
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	c->greeting = 4;
	if (c->fd < 0 ||
	    (connect(c->fd, (const struct sockaddr *)to, sizeof(*to)) &&
	     errno != EINPROGRESS))
		exit(fail("connect"));
	watch(c->fd, c - conn);
}

static void serve_events(int ms)
{
	struct epoll_event ev[EVENTS];
	int n = epoll_wait(poller, ev, EVENTS, ms);

	for (int i = 0; i < n; i++) {
		struct connection *c = &conn[ev[i].data.u32];

		if (ev[i].data.u32 < (uint32_t)n_conn && c->fd >= 0)
			conn_read(c);
	}
}

static void open_all(const struct sockaddr_in *to)
{
	double end = now() + OPEN_LIMIT;

	for (int i = 0; i < n_conn; i++) {
		conn_open(&conn[i], to);
		serve_events(0);
	}
	while (n_open + n_lost < n_conn && now() < end)
		serve_events(100);
	for (int i = 0; i < n_conn; i++)
		if (conn[i].fd >= 0 && !conn[i].is_open)
			conn_lost(&conn[i], "never answered");
	printf("open %d\n", n_open);
	fflush(stdout);
}

static bool all_answered(void)
{
	for (int i = 0; i < n_conn; i++)
		if (conn[i].fd >= 0 && !conn[i].since_stop)
			return false;
	return true;
}

static int signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK);
}

static int hold(const struct sockaddr_in *to, int n, int ms)
{
	struct signalfd_siginfo info;
	double stop = 0, next, left, counted_to;
	int fd = signals(), idle = 0;
	bool is_asked = false;

	n_conn = n;
	conn = calloc(n, sizeof(*conn));
	if (!conn || fd < 0)
		return fail("start");
	open_all(to);
	next = now();
	counted_to = next + 2 * ms / 1e3;
	/* the connections take turns, so that their bytes are spread evenly */
	for (int turn = 0;; turn = (turn + 1) % 16) {
		for (int i = turn; i < n; i += 16)
			conn_write(&conn[i]);
		next += ms / 16e3;
		while ((left = next - now()) > 0)
			serve_events(left * 1e3 + 1);
		while (read(fd, &info, sizeof(info)) == sizeof(info)) {
			if (info.ssi_signo == SIGUSR1) {
				n_bytes = 0;
				counted_to = now() + 2 * ms / 1e3;
				for (int i = 0; i < n; i++)
					conn[i].since_mark = 0;
			} else {
				is_asked = true;
			}
		}
		if (is_asked && !stop && now() >= counted_to) {
			stop = now();
			for (int i = 0; i < n; i++) {
				idle += !conn[i].since_mark;
				conn[i].since_stop = 0;
			}
		}
		if (stop && (all_answered() || now() > stop + GRACE))
			break;
	}
	for (int i = 0; i < n; i++)
		if (conn[i].fd >= 0 && !conn[i].since_stop)
			conn_lost(&conn[i], "passes no data");
	printf("held %d lost %d idle %d bytes %lu\n", n, n_lost, idle, n_bytes);
	return 0;
}

/* ---- ask ---- */

static int ask(const struct sockaddr_in *to, int first, int n)
{
	struct linger at_once = {.l_onoff = 1};
	struct timeval limit = {.tv_sec = 3};
	char text[INET_ADDRSTRLEN];
	uint8_t address[4];
	int on = 1;

	for (int port = first; port < first + n; port++) {
		struct sockaddr_in from = {.sin_family = AF_INET,
					   .sin_port = htons(port)};
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (fd < 0 ||
		    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
		    bind(fd, (struct sockaddr *)&from, sizeof(from)))
			return fail("bind");
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
		/* a reset at the end, so that the port is free again */
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once,
			   sizeof(at_once));
		if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) ||
		    recv(fd, address, 4, MSG_WAITALL) != 4)
			printf("%d none\n", port);
		else
			printf("%d %s\n", port,
			       inet_ntop(AF_INET, address, text, sizeof(text)));
		close(fd);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	struct rlimit files = {1 << 18, 1 << 18};

	setrlimit(RLIMIT_NOFILE, &files);
	signal(SIGPIPE, SIG_IGN);
	poller = epoll_create1(0);
	if (poller < 0)
		return fail("epoll");
	if (argc == 3 && !strcmp(argv[1], "serve"))
		return serve(atoi(argv[2]));
	if (argc == 6 && inet_pton(AF_INET, argv[2], &to.sin_addr) == 1) {
		to.sin_port = htons(atoi(argv[3]));
		if (!strcmp(argv[1], "hold"))
			return hold(&to, atoi(argv[4]), atoi(argv[5]));
		if (!strcmp(argv[1], "ask"))
			return ask(&to, atoi(argv[4]), atoi(argv[5]));
	}
	fprintf(stderr, "tcphold: see the head of tcphold.c\n");
	return 2;
}
