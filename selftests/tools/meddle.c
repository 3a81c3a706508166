// SPDX-License-Identifier: GPL-2.0-only
/*
 * meddle PATH SERVER: stands between clients of the socket PATH and the server
 * at the socket SERVER, and does to them what a line of its input says:
 *
 *   pass           passes on (as in the beginning)
 *   cut N          N more bytes of the server, then both ends are closed
 *   hole           takes what comes, says nothing, also to new clients
 *   refuse         closes every connection at once
 *   say FILE       sends the file to all clients, beside what the server says
 *   flood N        ... N requests "echo"
 *   big N          ... a message with a string of N bytes
 *   deep N         ... N opening brackets
 *
 * It prints "ok" behind each line, and "cut" behind a cut.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS 16

enum mode { PASS, CUT, HOLE, REFUSE };

static struct connection {
	int client, server; /* -1: none */
} connections[CONNECTIONS];
static enum mode mode = PASS;
static size_t left; /* bytes until the cut */
static const char *server_path;
static char buffer[1 << 16];

static int socket_to(const char *path, bool is_listener)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0 || strlen(path) >= sizeof(a.sun_path))
		return -1;
	strcpy(a.sun_path, path);
	if (is_listener)
		err = bind(fd, (struct sockaddr *)&a, sizeof(a)) ||
		      listen(fd, CONNECTIONS);
	else
		err = connect(fd, (struct sockaddr *)&a, sizeof(a));
	if (!err)
		return fd;
	close(fd);
	return -1;
}

static void connection_close(struct connection *c)
{
	if (c->client >= 0)
		close(c->client);
	if (c->server >= 0)
		close(c->server);
	c->client = c->server = -1;
}

static void connection_accept(int listener)
{
	int client = accept(listener, NULL, NULL);

	for (size_t i = 0; client >= 0 && i < CONNECTIONS; i++) {
		struct connection *c = &connections[i];

		if (c->client >= 0)
			continue;
		c->client = client;
		c->server = mode == HOLE || mode == REFUSE ?
				    -1 :
				    socket_to(server_path, false);
		if (c->server < 0 && mode != HOLE)
			connection_close(c);
		return;
	}
	if (client >= 0)
		close(client);
}

static bool send_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t sent = write(fd, p, n);

		if (sent < 0)
			return false;
		p += sent;
		n -= sent;
	}
	return true;
}

static void pass_on(struct connection *c, bool from_server)
{
	int from = from_server ? c->server : c->client;
	int to = from_server ? c->client : c->server;
	ssize_t n = read(from, buffer, sizeof(buffer));
	bool is_cut = from_server && mode == CUT && n > 0 && (size_t)n >= left;

	if (n > 0 && mode == HOLE)
		return;
	if (from_server && mode == CUT && n > 0) {
		n = is_cut ? (ssize_t)left : n;
		left -= n;
	}
	if (n < 0 || (!n && !is_cut) || (n && !send_all(to, buffer, n)))
		connection_close(c);
	if (!is_cut)
		return;
	connection_close(c);
	mode = PASS;
	puts("cut");
}

static void say(const char *p, size_t n)
{
	for (size_t i = 0; i < CONNECTIONS; i++)
		if (connections[i].client >= 0 &&
		    !send_all(connections[i].client, p, n))
			connection_close(&connections[i]);
}

static void say_many(char c, size_t n)
{
	memset(buffer, c, sizeof(buffer));
	for (size_t some; n; n -= some) {
		some = n < sizeof(buffer) ? n : sizeof(buffer);
		say(buffer, some);
	}
}

static void say_file(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f) {
		perror(path);
		exit(1);
	}
	while ((n = fread(buffer, 1, sizeof(buffer), f)) > 0)
		say(buffer, n);
	fclose(f);
}

static void obey(char *line)
{
	static const char echo[] =
		"{\"method\":\"echo\",\"params\":[],\"id\":\"echo\"}";
	static const char begin[] =
		"{\"id\":null,\"method\":\"x\",\"params\":[\"";
	char *space = strchr(line, ' '), *text = space ? space + 1 : line;
	size_t n = strtoull(text, NULL, 10);

	if (!strcmp(line, "pass")) {
		mode = PASS;
	} else if (!strncmp(line, "cut ", 4)) {
		mode = CUT;
		left = n;
	} else if (!strcmp(line, "hole")) {
		mode = HOLE;
	} else if (!strcmp(line, "refuse")) {
		mode = REFUSE;
		for (size_t i = 0; i < CONNECTIONS; i++)
			connection_close(&connections[i]);
	} else if (!strncmp(line, "say ", 4)) {
		say_file(text);
	} else if (!strncmp(line, "flood ", 6)) {
		while (n--)
			say(echo, strlen(echo));
	} else if (!strncmp(line, "big ", 4)) {
		say(begin, strlen(begin));
		say_many('a', n);
		say("\"]}", 3);
	} else if (!strncmp(line, "deep ", 5)) {
		say_many('[', n);
	} else {
		fprintf(stderr, "meddle: \"%s\"?\n", line);
		exit(1);
	}
	puts("ok");
}

static bool input_read(void)
{
	static char line[4096];
	static size_t used;
	ssize_t n = read(0, line + used, sizeof(line) - 1 - used);
	char *end;

	if (n <= 0)
		return false;
	used += n;
	line[used] = '\0';
	while ((end = strchr(line, '\n'))) {
		*end++ = '\0';
		obey(line);
		used -= end - line;
		memmove(line, end, used + 1);
	}
	return true;
}

int main(int argc, char **argv)
{
	struct pollfd p[2 + 2 * CONNECTIONS] = {{0, POLLIN, 0}};

	if (argc != 3)
		return 2;
	server_path = argv[2];
	signal(SIGPIPE, SIG_IGN);
	setlinebuf(stdout);
	for (size_t i = 0; i < CONNECTIONS; i++)
		connections[i] = (struct connection){-1, -1};
	p[1] = (struct pollfd){socket_to(argv[1], true), POLLIN, 0};
	if (p[1].fd < 0) {
		perror(argv[1]);
		return 1;
	}
	for (;;) {
		for (size_t i = 0; i < CONNECTIONS; i++) {
			p[2 + 2 * i] = (struct pollfd){connections[i].client,
						       POLLIN, 0};
			p[3 + 2 * i] = (struct pollfd){connections[i].server,
						       POLLIN, 0};
		}
		if (poll(p, 2 + 2 * CONNECTIONS, -1) < 0 && errno != EINTR)
			return 1;
		for (size_t i = 0; i < 2 * CONNECTIONS; i++)
			if (p[2 + i].revents && connections[i / 2].client >= 0)
				pass_on(&connections[i / 2], i & 1);
		if (p[1].revents)
			connection_accept(p[1].fd);
		if (p[0].revents && !input_read())
			return 0;
	}
}
