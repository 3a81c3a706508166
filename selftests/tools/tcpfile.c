/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tcpfile recv PORT > FILE: accepts one TCP connection, writes what arrives
 * until its end.  tcpfile send IP PORT < FILE: the other side; returns when
 * the receiver has taken everything and closed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int fail(const char *what)
{
	fprintf(stderr, "tcpfile: %s: %s\n", what, strerror(errno));
	return 1;
}

static int copy(int from, int to)
{
	static char buf[65536];
	ssize_t n, done, w;

	while ((n = read(from, buf, sizeof(buf))) > 0) {
		for (done = 0; done < n; done += w) {
			w = write(to, buf + done, n - done);
			if (w < 0)
				return -errno;
		}
	}
	return n < 0 ? -errno : 0;
}

static int receive(struct sockaddr_in *sin)
{
	int fd, conn, on = 1;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)sin, sizeof(*sin)) || listen(fd, 1))
		return fail("listen");
	conn = accept(fd, NULL, NULL);
	if (conn < 0)
		return fail("accept");
	errno = -copy(conn, STDOUT_FILENO);
	return errno ? fail("receive") : 0;
}

static int send_all(struct sockaddr_in *sin)
{
	char end;
	int fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)sin, sizeof(*sin)))
		return fail("connect");
	errno = -copy(STDIN_FILENO, fd);
	if (errno || shutdown(fd, SHUT_WR))
		return fail("send");
	return read(fd, &end, 1) ? fail("wait for the end") : 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};

	if (argc == 3 && !strcmp(argv[1], "recv")) {
		sin.sin_port = htons(atoi(argv[2]));
		return receive(&sin);
	}
	if (argc == 4 && !strcmp(argv[1], "send") &&
	    inet_pton(AF_INET, argv[2], &sin.sin_addr) == 1) {
		sin.sin_port = htons(atoi(argv[3]));
		return send_all(&sin);
	}
	fprintf(stderr, "usage: tcpfile recv PORT | send IP PORT\n");
	return 2;
}
