// SPDX-License-Identifier: GPL-2.0-only
/* Where servers are, and servers that are not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rpc_server.h"

static void unreachable(void **state)
{
	struct server s;
	struct jsonrpc *j;

	(void)state;
	assert_false(server_tcp(&s, AF_INET));
	close(s.listener);
	s.listener = -1;
	j = opened(&s);
	death_wait(j, -ECONNREFUSED,
		   "cannot be connected to: Connection "
		   "refused");
	jsonrpc_close(j);

	server_unix(&s, 5);
	close(s.listener);
	s.listener = -1;
	j = opened(&s);
	death_wait(j, -ECONNREFUSED, "Connection refused");
	jsonrpc_close(j);
	server_end(&s);
	j = opened(&s);
	death_wait(j, -ENOENT, "No such file or directory");
	jsonrpc_close(j);
}

/* A queue that is full is no refusal: there is room later. */
static void full_queue(void **state)
{
	struct jsonrpc *j, *all[8];
	struct error e = {""};
	struct server s;
	size_t n = 0;

	(void)state;
	server_unix(&s, 1);
	assert_false(fcntl(s.listener, F_SETFL, O_NONBLOCK));
	do {
		assert_true(n < 8);
		all[n] = opened(&s);
		assert_false(jsonrpc_run(all[n], &e));
	} while (jsonrpc_is_connected(all[n++]));
	j = all[--n];
	assert_false(turn(j, &e));
	assert_false(jsonrpc_is_connected(j));
	while (n)
		jsonrpc_close(all[--n]);
	/* the places of those that left are free when they were accepted */
	for (n = 0; !jsonrpc_is_connected(j); n++) {
		int fd = accept(s.listener, NULL, NULL);

		if (fd >= 0)
			close(fd);
		assert_false(turn(j, &e));
	}
	jsonrpc_close(j);
	server_end(&s);
}

static void names(void **state)
{
	struct server s;
	struct jsonrpc *j;
	struct error e = {""};
	char port[16];

	(void)state;
	assert_false(server_tcp(&s, AF_INET));
	strcpy(port, strrchr(s.remote, ':'));
	/* of several addresses, the first that accepts */
	snprintf(s.remote, sizeof(s.remote), "tcp:localhost%s", port);
	j = connected(&s);
	put(&s, ECHO, strlen(ECHO));
	echo_check(message_wait(j));
	jsonrpc_close(j);
	server_end(&s);
	/* a label of more than 63 bytes asks no server */
	strcpy(s.remote, "tcp:0123456789012345678901234567890123456789"
			 "012345678901234567890123456789:1");
	assert_false(jsonrpc_open(s.remote, NULL, &j, &e));
	death_wait(j, -EHOSTUNREACH, "no address is known for 01234567");
	jsonrpc_close(j);
}

static const struct {
	const char *text, *wanted; /* wanted: in brackets, or the error */
} lists[] = {
	{"", ""},
	{" ,\n", ""},
	{"unix:/run/ovn/ovnsb_db.sock", "<unix:/run/ovn/ovnsb_db.sock>"},
	{"tcp:10.0.0.1:6642, ssl:[fd00::1]:6642\ttcp:h,,unix:s ",
	 "<tcp:10.0.0.1:6642><ssl:[fd00::1]:6642><tcp:h><unix:s>"},
	{"tcp:[::1]", "<tcp:[::1]>"},
	{"tcp:a:1,tcp:b:0,tcp:c:3",
	 "tcp:b:0: the port is no number from 1 to 65535; a server is "
	 "unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT"},
	{"tcp:a:65536", "tcp:a:65536: the port"},
	{"tcp:a:", "tcp:a:: the port"},
	{"tcp:a:+1", "tcp:a:+1: the port"},
	{"tcp:a:123456", "tcp:a:123456: the port"},
	{"tcp::6640", "tcp::6640: the host is missing"},
	{"ssl:", "ssl:: the host is missing"},
	{"ssl:[]:1", "ssl:[]:1: the host is missing"},
	{"tcp:::1:6640", "an IPv6 address stands in brackets"},
	{"tcp:[::1:6640", "what stands in brackets has no end"},
	{"tcp:[::1]6640", "what stands in brackets has no end"},
	{"unix:", "unix:: the path is missing"},
	{"unix:/0123456789/0123456789/0123456789/0123456789/0123456789/"
	 "0123456789/0123456789/0123456789/0123456789/0123456789",
	 "the path of a socket has at most 107 bytes; make a symbolic link"},
	{"ptcp:6640", "ptcp:6640: xovn connects, it does not listen"},
	{"/run/db.sock", "/run/db.sock: it names no server"},
	{"http:10.0.0.1:80", "http:10.0.0.1:80: it names no server"},
	{":", ":: it names no server"},
};

static void remotes(void **state)
{
	char text[256], **list;
	struct error e;
	size_t i, j;
	int err;

	(void)state;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		text[0] = '\0';
		err = remotes_parse(lists[i].text, &list, &e);
		for (j = 0; !err && list[j]; j++)
			snprintf(text + strlen(text),
				 sizeof(text) - strlen(text), "<%s>", list[j]);
		if (!err)
			remotes_free(list);
		if (err ? err != -EINVAL || !strstr(e.text, lists[i].wanted) :
			  strcmp(text, lists[i].wanted))
			fail_msg("\"%s\": %d %s instead of %s", lists[i].text,
				 err, err ? e.text : text, lists[i].wanted);
	}
	remotes_free(NULL);
	jsonrpc_close(NULL);
}

static void tls_files(void **state)
{
	struct ovsdb_tls tls = {NULL, NULL, NULL};
	struct error e = {""};
	struct jsonrpc *j;

	(void)state;
	assert_int_equal(jsonrpc_open("ssl:127.0.0.1:1", NULL, &j, &e),
			 -EINVAL);
	assert_string_equal(e.text, "ssl:127.0.0.1:1: no private key; ssl: "
				    "needs private key, certificate and CA "
				    "certificate, by --private-key, "
				    "--certificate and --ca-cert; an agent "
				    "those of ovs-vsctl set-ssl KEY "
				    "CERTIFICATE CA");
	assert_int_equal(jsonrpc_open("ssl:127.0.0.1:1", &tls, &j, &e),
			 -EINVAL);
	/* an empty column of table SSL */
	tls.private_key = "";
	assert_int_equal(jsonrpc_open("ssl:127.0.0.1:1", &tls, &j, &e),
			 -EINVAL);
	assert_non_null(strstr(e.text, "no private key; "));
	tls.private_key = "/nonexistent/key.pem";
	tls.certificate = tls.ca_cert = "/dev/null";
	assert_int_equal(jsonrpc_open("ssl:127.0.0.1:1", &tls, &j, &e),
			 -ENOENT);
	assert_non_null(strstr(e.text, "private key /nonexistent/key.pem: No "
				       "such file or directory; ssl: needs"));
	tls.private_key = "/dev/null";
	assert_int_equal(jsonrpc_open("ssl:127.0.0.1:1", &tls, &j, &e),
			 -EINVAL);
	assert_non_null(strstr(e.text, "private key /dev/null is no good: "));
	/* where it is not asked for, it is not read */
	assert_int_equal(jsonrpc_open("tcp:127.0.0.1:1", &tls, &j, &e), 0);
	jsonrpc_close(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unreachable), cmocka_unit_test(full_queue),
		cmocka_unit_test(names),       cmocka_unit_test(remotes),
		cmocka_unit_test(tls_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
