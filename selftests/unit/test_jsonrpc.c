// SPDX-License-Identifier: GPL-2.0-only
/* Messages, over a server that does what servers should not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rpc_server.h"

/* Both ways, over each kind of socket. */
static void both_ways(struct server *s)
{
	struct jsonrpc *j = connected(s);
	struct error e = {""};
	char text[256];
	ssize_t n;

	put(s, ECHO, strlen(ECHO));
	echo_check(message_wait(j));
	assert_false(jsonrpc_send(j, json_pack("{s:s}", "method", "steal")));
	assert_int_equal(jsonrpc_backlog(j), strlen("{\"method\":\"steal\"}"));
	assert_false(jsonrpc_run(j, &e));
	assert_int_equal(jsonrpc_backlog(j), 0);
	n = recv(s->fd, text, sizeof(text) - 1, 0);
	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text, "{\"method\":\"steal\"}");
	close(s->fd);
	s->fd = -1;
	death_wait(j, -ECONNRESET, "closed by the server");
	jsonrpc_close(j);
	server_end(s);
}

static void sockets(void **state)
{
	struct server s;

	(void)state;
	server_unix(&s, 5);
	both_ways(&s);
	assert_false(server_tcp(&s, AF_INET));
	both_ways(&s);
	if (!server_tcp(&s, AF_INET6))
		both_ways(&s);
}

/* Sends while the client runs: a large text has no room in a socket.  The
 * message that it completes, or NULL. */
static json_t *put_large(struct server *s, struct jsonrpc *j, const char *text,
			 size_t n)
{
	json_t *message = NULL;
	struct error e = {""};

	while (n) {
		ssize_t sent =
			send(s->fd, text, n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent > 0) {
			text += sent;
			n -= sent;
		} else if (errno != EAGAIN) {
			fail_msg("send: %s", strerror(errno));
		}
		if (jsonrpc_run(j, &e))
			fail_msg("%s", e.text);
		message = message ? message : jsonrpc_receive(j);
	}
	return message;
}

static void pieces(void **state)
{
	struct jsonrpc *j;
	struct server s;
	struct error e = {""};
	size_t i;

	(void)state;
	server_unix(&s, 5);
	j = connected(&s);
	/* a byte at a time: nothing before the last */
	for (i = 0; i < strlen(ECHO); i++) {
		int64_t before = jsonrpc_last_received(j);

		assert_null(jsonrpc_receive(j));
		/* any byte counts as a sign of life, not only a message */
		while (time_ms() == before)
			;
		put(&s, ECHO + i, 1);
		assert_false(jsonrpc_run(j, &e));
		assert_true(jsonrpc_last_received(j) > before);
	}
	echo_check(message_wait(j));
	/* three in one, and the beginning of a fourth */
	put(&s, ECHO ECHO "\n" ECHO "{\"me", 3 * strlen(ECHO) + 5);
	for (i = 0; i < 3; i++)
		echo_check(message_wait(j));
	put(&s, "thod\":\"echo\"}", 13);
	echo_check(message_wait(j));
	jsonrpc_close(j);
	server_end(&s);
}

static void large_string(void **state)
{
	size_t n = (size_t)2 << 20;
	char *text = malloc(n + 32);
	struct jsonrpc *j;
	struct server s;
	json_t *message;

	(void)state;
	strcpy(text, "{\"result\":\"");
	memset(text + 11, 'y', n);
	strcpy(text + 11 + n, "\"}");
	assert_false(server_tcp(&s, AF_INET));
	j = connected(&s);
	message = put_large(&s, j, text, strlen(text));
	message = message ? message : message_wait(j);
	assert_int_equal(json_string_length(json_object_get(message, "result")),
			 n);
	json_decref(message);
	jsonrpc_close(j);
	server_end(&s);
	free(text);
}

/* The server talks on, the client takes nothing: it stops reading. */
static void flood(void **state)
{
	int64_t quiet = 0;
	struct error e = {""};
	size_t sent = 0, n = 0;
	struct jsonrpc *j;
	struct server s;
	json_t *message;

	(void)state;
	server_unix(&s, 5);
	j = connected(&s);
	while (quiet < 100) {
		if (send(s.fd, ECHO, strlen(ECHO),
			 MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
			sent++;
		else
			quiet++;
		assert_false(jsonrpc_run(j, &e));
		assert_true(sent < 1000000);
	}
	/* the socket is full, and nothing was lost */
	close(s.fd);
	s.fd = -1;
	while (!jsonrpc_run(j, &e))
		while ((message = jsonrpc_receive(j))) {
			echo_check(message);
			n++;
		}
	/* a unix socket cuts no message of this size */
	assert_int_equal(n, sent);
	death_wait(j, -ECONNRESET, "closed by the server");
	jsonrpc_close(j);
	server_end(&s);
}

static void backlog(void **state)
{
	size_t size = 0, n, got = 0, i, at = 0;
	char buffer[65536], *wanted;
	struct jsonrpc *j;
	struct server s;
	struct waits w;
	struct error e = {""};
	FILE *file = open_memstream(&wanted, &n);
	char *filling = calloc(1, 100001);

	(void)state;
	memset(filling, 'z', 100000);
	server_unix(&s, 5);
	j = connected(&s);
	for (i = 0; i < 200; i++) {
		json_t *message = json_pack("{s:i, s:s}", "id", (int)i,
					    "params", filling);

		json_dumpf(message, file, JSON_COMPACT);
		assert_false(jsonrpc_send(j, message));
	}
	fclose(file);
	assert_int_equal(jsonrpc_backlog(j), n);
	assert_false(jsonrpc_run(j, &e));
	size = jsonrpc_backlog(j);
	assert_true(size > 0 && size < n);
	/* it waits for room, and does not spin */
	assert_false(jsonrpc_run(j, &e));
	waits_init(&w);
	jsonrpc_wait(j, &w);
	assert_int_equal(w.n, 1);
	assert_int_equal(w.fds[0].events, POLLIN | POLLOUT);
	assert_true(w.until == INT64_MAX);
	while (got < n) {
		ssize_t some = recv(s.fd, buffer, sizeof(buffer), 0);

		assert_true(some > 0);
		assert_memory_equal(buffer, wanted + at, some);
		at += some;
		got += some;
		assert_false(jsonrpc_run(j, &e));
	}
	assert_int_equal(jsonrpc_backlog(j), 0);
	waits_init(&w);
	jsonrpc_wait(j, &w);
	assert_int_equal(w.fds[0].events, POLLIN);
	jsonrpc_close(j);
	server_end(&s);
	free(filling);
	free(wanted);
}

/* A server that goes while we write: an error, no SIGPIPE. */
static void gone(void **state)
{
	char *filling = calloc(1, 4000001);
	struct error e = {""};
	struct jsonrpc *j;
	struct server s;

	(void)state;
	signal(SIGPIPE, SIG_DFL);
	memset(filling, 'z', 4000000);
	server_unix(&s, 5);
	j = connected(&s);
	jsonrpc_send(j, json_pack("{s:s}", "params", filling));
	assert_false(jsonrpc_run(j, &e));
	assert_true(jsonrpc_backlog(j) > 0);
	/* only its reading end: our attempt to write is the first to fail */
	shutdown(s.fd, SHUT_RD);
	death_wait(j, -EPIPE, "Broken pipe");
	/* also one that is queued on a dead connection */
	assert_false(jsonrpc_send(j, json_pack("{s:i}", "id", 1)));
	assert_int_equal(jsonrpc_run(j, &e), -EPIPE);
	jsonrpc_close(j);
	server_end(&s);
	free(filling);
}

static const struct {
	const char *text; /* what the server sends before it closes */
	int n; /* messages in it that arrive all the same */
	int err;
	const char *wanted;
} ends[] = {
	{"", 0, -ECONNRESET, "closed by the server"},
	{ECHO, 1, -ECONNRESET, "closed by the server"},
	{ECHO ECHO " \n", 2, -ECONNRESET, "closed by the server"},
	{"{\"id\":", 0, -ECONNRESET,
	 "closed by the server in the middle of a message, after 6 bytes"},
	{ECHO "{", 1, -ECONNRESET, "message, after 1 bytes"},
	{ECHO "quit", 1, -EPROTO, "a message should begin: quit"},
	{"{\"a\":tru}", 0, -EPROTO, "no JSON at byte"},
};

static void last_words(void **state)
{
	struct jsonrpc *j;
	struct server s;
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		server_unix(&s, 5);
		j = connected(&s);
		put(&s, ends[i].text, strlen(ends[i].text));
		close(s.fd);
		s.fd = -1;
		for (n = 0; n < ends[i].n; n++)
			echo_check(message_wait(j));
		death_wait(j, ends[i].err, ends[i].wanted);
		jsonrpc_close(j);
		server_end(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockets),	cmocka_unit_test(pieces),
		cmocka_unit_test(large_string), cmocka_unit_test(flood),
		cmocka_unit_test(backlog),	cmocka_unit_test(gone),
		cmocka_unit_test(last_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
