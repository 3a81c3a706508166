/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * talkd PORT NAME: a TCP and UDP server that says who it is, for tests of
 * NAT and load balancers.  A line that begins with "?" and every datagram
 * are answered by "NAME ADDRESS:PORT", the client as seen from here; an HTTP
 * GET by a page "i am NAME"; anything else comes back as it is.  Prints
 * "ready" and runs until killed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1024
#define FIRST_CONNECTION 2 /* in fds[], behind the two listening sockets */

static struct pollfd fds[FIRST_CONNECTION + CONNECTIONS_MAX];
static size_t n_fds;
static const char *name;

static int listener_open(int type, int port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET,
				  .sin_port = htons(port)};
	int fd, on = 1;

	fd = socket(AF_INET, type, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&sin, sizeof(sin)) ||
	    (type == SOCK_STREAM && listen(fd, 512)) ||
	    (type == SOCK_DGRAM &&
	     setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)))) {
		fprintf(stderr, "talkd: port %d: %s\n", port, strerror(errno));
		return -1;
	}
	return fd;
}

static int identity(char *buf, size_t size, const struct sockaddr_in *peer)
{
	char ip[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &peer->sin_addr, ip, sizeof(ip));
	return snprintf(buf, size, "%s %s:%d\n", name, ip,
			ntohs(peer->sin_port));
}

/* From the address that was asked, which need not be the interface's. */
static void datagram_answer(int fd)
{
	union {
		char space[CMSG_SPACE(sizeof(struct in_pktinfo))];
		struct cmsghdr align;
	} control;
	struct sockaddr_in peer;
	char buf[2048];
	struct iovec iov = {buf, sizeof(buf)};
	struct msghdr msg = {.msg_name = &peer,
			     .msg_namelen = sizeof(peer),
			     .msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = &control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *c;

	if (recvmsg(fd, &msg, 0) < 0)
		return;
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_type == IP_PKTINFO)
		((struct in_pktinfo *)CMSG_DATA(c))->ipi_ifindex = 0;
	iov.iov_len = identity(buf, sizeof(buf), &peer);
	sendmsg(fd, &msg, 0);
}

static int page(char *buf, size_t size)
{
	return snprintf(buf, size,
			"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n"
			"Content-Length: %zu\r\n\r\ni am %s\n",
			strlen(name) + strlen("i am \n"), name);
}

/* False: the connection has ended. */
static bool connection_answer(int fd)
{
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);
	char buf[4096];
	ssize_t n;

	n = recv(fd, buf, sizeof(buf), 0);
	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	if (buf[0] == '?') {
		if (getpeername(fd, (struct sockaddr *)&peer, &len))
			return false;
		n = identity(buf, sizeof(buf), &peer);
	} else if (n >= 4 && !memcmp(buf, "GET ", 4)) {
		n = page(buf, sizeof(buf));
		send(fd, buf, n, MSG_NOSIGNAL);
		return false;
	}
	return send(fd, buf, n, MSG_NOSIGNAL) == n;
}

static void connection_accept(int listener)
{
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return;
	if (n_fds == sizeof(fds) / sizeof(fds[0])) {
		close(fd);
		return;
	}
	fds[n_fds].fd = fd;
	fds[n_fds].events = POLLIN;
	fds[n_fds++].revents = 0;
}

int main(int argc, char **argv)
{
	int port = argc == 3 ? atoi(argv[1]) : 0;

	if (port < 1 || port > 65535) {
		fprintf(stderr, "usage: talkd PORT NAME\n");
		return 2;
	}
	name = argv[2];
	fds[0].fd = listener_open(SOCK_STREAM, port);
	fds[1].fd = listener_open(SOCK_DGRAM, port);
	if (fds[0].fd < 0 || fds[1].fd < 0)
		return 1;
	fds[0].events = fds[1].events = POLLIN;
	n_fds = FIRST_CONNECTION;
	puts("ready");
	fflush(stdout);
	while (poll(fds, n_fds, -1) > 0 || errno == EINTR) {
		for (size_t i = n_fds; i-- > FIRST_CONNECTION;) {
			if (!fds[i].revents || connection_answer(fds[i].fd))
				continue;
			close(fds[i].fd);
			fds[i] = fds[--n_fds];
		}
		if (fds[1].revents)
			datagram_answer(fds[1].fd);
		if (fds[0].revents)
			connection_accept(fds[0].fd);
	}
	return 1;
}
