/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * New connections at a fixed rate, and which of them lost something.
 *
 *   flows serve PORT              TCP and UDP: what comes goes back after
 *                                 PAUSE; a TCP connection is closed after
 *                                 ROUNDS bytes
 *   flows open tcp|udp IP PORT RATE
 *                                 RATE new ones a second, each from a port of
 *                                 its own; in each ROUNDS bytes go there and
 *                                 back, one after the other.  After SIGTERM:
 *                                 "opened N, lost N, retransmitted N"
 *
 * UDP sends nothing again: a flow whose answer does not come within PATIENCE
 * has lost a packet.  TCP's lost ones are reset, refused or silent.  Both
 * print "ready" first.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 3
#define PATIENCE_NS (5 * NS_PER_S)
#define PAUSE_NS (NS_PER_S / 10)
#define NS_PER_S 1000000000ULL
#define LATE_NS (NS_PER_S / 200) /* later than so: the schedule is moved */
#define FDS_MAX 16384
#define BUFFER (16 << 20)
#define EVENTS 256

static struct flow {
	uint64_t until; /* 0: free */
	int rounds; /* answers had */
	bool is_sent; /* TCP: connected */
} flow[FDS_MAX]; /* by descriptor */

/* Bytes to go back: all as long after they came, so that the first one is due
 * first. */
static struct answer {
	uint64_t at;
	int fd;
	struct sockaddr_in to; /* UDP */
} answer[FDS_MAX];
static unsigned int n_came, n_answered; /* counted on and on */

static volatile sig_atomic_t ended;
static int poller, n_open;
static unsigned long n_opened, n_lost, n_retransmitted;
static bool is_udp;

static void end(int sig)
{
	(void)sig;
	ended = 1;
}

static int fail(const char *what)
{
	fprintf(stderr, "flows: %s: %s\n", what, strerror(errno));
	return 1;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static void watch(int fd, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.fd = fd};

	if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &ev) && errno == EEXIST)
		epoll_ctl(poller, EPOLL_CTL_MOD, fd, &ev);
}

static void flow_end(int fd, bool is_lost)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (!is_udp && !getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		n_retransmitted += info.tcpi_total_retrans;
	n_lost += is_lost;
	n_open--;
	flow[fd].until = 0;
	close(fd);
}

static void flow_open(const struct sockaddr_in *to)
{
	int fd = socket(AF_INET,
			(is_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK, 0);

	n_opened++;
	if (fd < 0 || fd >= FDS_MAX ||
	    (connect(fd, (const struct sockaddr *)to, sizeof(*to)) &&
	     errno != EINPROGRESS)) {
		fail("connect");
		n_lost++;
		if (fd >= 0)
			close(fd);
		return;
	}
	flow[fd] = (struct flow){.until = now_ns() + PATIENCE_NS};
	n_open++;
	watch(fd, is_udp ? EPOLLIN : EPOLLIN | EPOLLOUT);
	if (is_udp && send(fd, "?", 1, 0) != 1)
		fail("send");
}

static void flow_event(int fd, uint32_t events)
{
	struct flow *f = &flow[fd];
	char c;

	if (!is_udp && !f->is_sent && events & EPOLLOUT) {
		f->is_sent = true;
		watch(fd, EPOLLIN);
		if (send(fd, "?", 1, MSG_NOSIGNAL) != 1)
			flow_end(fd, true);
		return;
	}
	if (recv(fd, &c, 1, 0) != 1) {
		if (errno != EAGAIN)
			flow_end(fd, true);
		return;
	}
	f->until = now_ns() + PATIENCE_NS;
	if (++f->rounds == ROUNDS)
		flow_end(fd, false);
	else if (send(fd, "?", 1, MSG_NOSIGNAL) != 1)
		flow_end(fd, true);
}

static void give_up_old(void)
{
	uint64_t now = now_ns();

	for (int fd = 0; fd < FDS_MAX; fd++)
		if (flow[fd].until && flow[fd].until < now)
			flow_end(fd, true);
}

static int open_all(const struct sockaddr_in *to, uint64_t rate)
{
	uint64_t at = now_ns(), look = at, stop = 0;
	struct epoll_event ev[EVENTS];

	while (!stop || (n_open && now_ns() < stop)) {
		uint64_t now = now_ns();
		int n;

		if (ended && !stop)
			stop = now + PATIENCE_NS + NS_PER_S;
		if (!stop && now > at + LATE_NS)
			at = now;
		for (; !stop && at <= now; at += NS_PER_S / rate)
			flow_open(to);
		if (now > look) {
			give_up_old();
			look = now + NS_PER_S / 4;
		}
		n = epoll_wait(poller, ev, EVENTS, 1);
		for (int i = 0; i < n; i++)
			flow_event(ev[i].data.fd, ev[i].events);
	}
	printf("opened %lu, lost %lu, retransmitted %lu\n", n_opened,
	       n_lost + n_open, n_retransmitted);
	return 0;
}

static int listener(int type, const struct sockaddr_in *at)
{
	int fd = socket(AF_INET, type | SOCK_NONBLOCK, 0), on = 1;
	int size = BUFFER;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (const struct sockaddr *)at, sizeof(*at)) ||
	    (type == SOCK_STREAM && listen(fd, 4096)))
		return -1;
	if (type == SOCK_DGRAM)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	watch(fd, EPOLLIN);
	return fd;
}

static void answer_later(int fd, const struct sockaddr_in *to)
{
	struct answer *a = &answer[n_came % FDS_MAX];

	if (n_came - n_answered == FDS_MAX)
		return;
	n_came++;
	a->at = now_ns() + PAUSE_NS;
	a->fd = fd;
	if (to)
		a->to = *to;
}

static void answer_due(int udp)
{
	for (; n_answered != n_came; n_answered++) {
		const struct answer *a = &answer[n_answered % FDS_MAX];

		if (a->at > now_ns())
			return;
		if (a->fd == udp) {
			sendto(udp, "!", 1, 0, (const struct sockaddr *)&a->to,
			       sizeof(a->to));
			continue;
		}
		send(a->fd, "!", 1, MSG_NOSIGNAL);
		if (++flow[a->fd].rounds == ROUNDS)
			close(a->fd);
	}
}

static void serve_udp(int fd)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char buf[64];

	while (recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from,
			&len) >= 0)
		answer_later(fd, &from);
}

/* A client that goes early has given it up; its descriptor stays. */
static void serve_tcp(int fd)
{
	char c;
	ssize_t n = recv(fd, &c, 1, 0);

	if (n == 1)
		answer_later(fd, NULL);
	else if (!n || errno != EAGAIN)
		epoll_ctl(poller, EPOLL_CTL_DEL, fd, NULL);
}

static int serve(const struct sockaddr_in *at)
{
	int tcp = listener(SOCK_STREAM, at), udp = listener(SOCK_DGRAM, at);
	struct epoll_event ev[EVENTS];

	if (tcp < 0 || udp < 0)
		return fail("listen");
	while (!ended) {
		int n = epoll_wait(poller, ev, EVENTS, 1);

		answer_due(udp);
		for (int i = 0; i < n; i++) {
			int fd = ev[i].data.fd, conn;

			if (fd == udp) {
				serve_udp(fd);
			} else if (fd != tcp) {
				serve_tcp(fd);
			} else {
				conn = accept4(tcp, NULL, NULL, SOCK_NONBLOCK);
				if (conn < 0 || conn >= FDS_MAX)
					continue;
				flow[conn].rounds = 0;
				watch(conn, EPOLLIN);
			}
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	struct rlimit files = {FDS_MAX, FDS_MAX};
	struct sigaction action = {.sa_handler = end};
	bool serves = argc == 3 && !strcmp(argv[1], "serve");
	int rate = serves || argc != 6 ? 1 : atoi(argv[5]);

	if ((!serves && (argc != 6 || strcmp(argv[1], "open") || rate < 1 ||
			 inet_pton(AF_INET, argv[3], &sin.sin_addr) != 1 ||
			 (strcmp(argv[2], "tcp") && strcmp(argv[2], "udp"))))) {
		fputs("usage: flows serve PORT | open tcp|udp IP PORT RATE\n",
		      stderr);
		return 2;
	}
	sin.sin_port = htons(atoi(argv[serves ? 2 : 4]));
	is_udp = !serves && !strcmp(argv[2], "udp");
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	setrlimit(RLIMIT_NOFILE, &files);
	poller = epoll_create1(0);
	if (poller < 0)
		return fail("epoll");
	puts("ready");
	fflush(stdout);
	return serves ? serve(&sin) : open_all(&sin, rate);
}
