/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file through one TCP connection, either side sends.
 * tcpfile recv PORT > FILE and tcpfile send IP PORT < FILE: the client sends.
 * tcpfile serve PORT < FILE and tcpfile fetch IP PORT > FILE: the server does.
 * A sender returns when the receiver has taken everything and closed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
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

static int server_connection(struct sockaddr_in *sin)
{
	int fd, conn, on = 1;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)sin, sizeof(*sin)) || listen(fd, 1))
		return -1;
	conn = accept(fd, NULL, NULL);
	close(fd);
	return conn;
}

static int client_connection(struct sockaddr_in *sin)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)sin, sizeof(*sin))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int receive(int fd)
{
	errno = -copy(fd, STDOUT_FILENO);
	return errno ? fail("receive") : 0;
}

static int send_all(int fd)
{
	char end;

	errno = -copy(STDIN_FILENO, fd);
	if (errno || shutdown(fd, SHUT_WR))
		return fail("send");
	return read(fd, &end, 1) ? fail("wait for the end") : 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	const char *verb = argc > 1 ? argv[1] : "";
	bool is_server = !strcmp(verb, "recv") || !strcmp(verb, "serve");
	int fd;

	if (argc != (is_server ? 3 : 4) ||
	    (!is_server && strcmp(verb, "send") && strcmp(verb, "fetch")) ||
	    (!is_server && inet_pton(AF_INET, argv[2], &sin.sin_addr) != 1)) {
		fprintf(stderr, "usage: tcpfile recv PORT | send IP PORT | "
				"serve PORT | fetch IP PORT\n");
		return 2;
	}
	sin.sin_port = htons(atoi(argv[argc - 1]));
	fd = is_server ? server_connection(&sin) : client_connection(&sin);
	if (fd < 0)
		return fail(is_server ? "listen" : "connect");
	return !strcmp(verb, "recv") || !strcmp(verb, "fetch") ? receive(fd) :
								 send_all(fd);
}
