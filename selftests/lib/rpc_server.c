// SPDX-License-Identifier: GPL-2.0-only
#include "rpc_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* What no part of a test may need so long for. */
#define PATIENCE_MS 60000

void server_unix(struct server *s, int queue)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	strcpy(s->directory, "/tmp/xovn-rpc.XXXXXX");
	assert_non_null(mkdtemp(s->directory));
	snprintf(s->path, sizeof(s->path), "%s/s", s->directory);
	strcpy(address.sun_path, s->path);
	s->fd = -1;
	s->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_false(bind(s->listener, (void *)&address, sizeof(address)));
	assert_false(listen(s->listener, queue));
	snprintf(s->remote, sizeof(s->remote), "unix:%s", s->path);
}

/* The kernel chooses the port; -1: this machine lacks the family. */
int server_tcp(struct server *s, int family)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6,
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in four = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	void *address = family == AF_INET ? (void *)&four : (void *)&six;
	socklen_t size = family == AF_INET ? sizeof(four) : sizeof(six);

	s->fd = -1;
	s->directory[0] = '\0';
	s->listener = socket(family, SOCK_STREAM, 0);
	if (s->listener < 0 || bind(s->listener, address, size)) {
		close(s->listener);
		return -1;
	}
	assert_false(listen(s->listener, 5));
	assert_false(getsockname(s->listener, address, &size));
	snprintf(s->remote, sizeof(s->remote),
		 family == AF_INET ? "tcp:127.0.0.1:%d" : "tcp:[::1]:%d",
		 ntohs(family == AF_INET ? four.sin_port : six.sin6_port));
	return 0;
}

void server_end(struct server *s)
{
	if (s->fd >= 0)
		close(s->fd);
	if (s->listener >= 0)
		close(s->listener);
	if (s->directory[0]) {
		unlink(s->path);
		rmdir(s->directory);
	}
}

struct jsonrpc *opened(const struct server *s)
{
	struct error e = {""};
	struct jsonrpc *j;

	if (jsonrpc_open(s->remote, NULL, &j, &e))
		fail_msg("%s: %s", s->remote, e.text);
	return j;
}

/* One round of a program's loop; what run() returned. */
int turn(struct jsonrpc *j, struct error *e)
{
	struct waits w;
	int err = jsonrpc_run(j, e);

	if (err)
		return err;
	waits_init(&w);
	jsonrpc_wait(j, &w);
	waits_until(&w, time_ms() + 10);
	waits_block(&w);
	return 0;
}

/* Connects and lets the server accept. */
struct jsonrpc *connected(struct server *s)
{
	int64_t end = time_ms() + PATIENCE_MS;
	struct jsonrpc *j = opened(s);
	struct error e = {""};

	while (!jsonrpc_is_connected(j) && time_ms() < end)
		if (turn(j, &e))
			fail_msg("%s", e.text);
	assert_true(jsonrpc_is_connected(j));
	s->fd = accept(s->listener, NULL, NULL);
	assert_true(s->fd >= 0);
	return j;
}

json_t *message_wait(struct jsonrpc *j)
{
	int64_t end = time_ms() + PATIENCE_MS;
	json_t *message = NULL;
	struct error e = {""};

	while (!message && time_ms() < end) {
		if (turn(j, &e))
			fail_msg("instead of a message: %s", e.text);
		message = jsonrpc_receive(j);
	}
	assert_non_null(message);
	return message;
}

/* The connection dies with err and a line that has all of wanted. */
void death_wait(struct jsonrpc *j, int err, const char *wanted)
{
	int64_t end = time_ms() + PATIENCE_MS;
	struct error e = {""}, again = {""};
	int got = 0;

	while (!got && time_ms() < end)
		got = turn(j, &e);
	if (got != err || !strstr(e.text, wanted) || strchr(e.text, '\n'))
		fail_msg("%d \"%s\" instead of %d \"...%s...\"", got, e.text,
			 err, wanted);
	assert_false(jsonrpc_is_connected(j));
	assert_null(jsonrpc_receive(j));
	/* and stays dead */
	assert_int_equal(jsonrpc_run(j, &again), err);
	assert_string_equal(again.text, e.text);
}

void put(const struct server *s, const char *text, size_t n)
{
	assert_int_equal(send(s->fd, text, n, MSG_NOSIGNAL), n);
}

void echo_check(json_t *message)
{
	assert_string_equal(
		json_string_value(json_object_get(message, "method")), "echo");
	json_decref(message);
}
