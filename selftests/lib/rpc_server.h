/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other end of a connection, in the test's own thread: a test says each
 * byte that a server sends.  A check that fails ends the test.
 */
#ifndef XOVN_TEST_RPC_SERVER_H
#define XOVN_TEST_RPC_SERVER_H

#include "ovsdb/jsonrpc.h"

#define ECHO "{\"id\":\"echo\",\"method\":\"echo\",\"params\":[]}"

/* A listening socket, and the connection that it has accepted. */
struct server {
	int listener, fd;
	char directory[64], path[80];
	char remote[96];
};

void server_unix(struct server *s, int queue);
/* The kernel chooses the port; -1: this machine lacks the family. */
int server_tcp(struct server *s, int family);
void server_end(struct server *s);
void put(const struct server *s, const char *text, size_t n); /* sends */

struct jsonrpc *opened(const struct server *s);
/* Connects and lets the server accept. */
struct jsonrpc *connected(struct server *s);
/* One round of a program's loop; what run() returned. */
int turn(struct jsonrpc *j, struct error *e);
json_t *message_wait(struct jsonrpc *j);
void echo_check(json_t *message); /* is ECHO; takes it over */
/* The connection dies with err and a line that has all of wanted. */
void death_wait(struct jsonrpc *j, int err, const char *wanted);

#endif /* XOVN_TEST_RPC_SERVER_H */
