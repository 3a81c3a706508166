// SPDX-License-Identifier: GPL-2.0-only
/*
 * rpctalk REMOTE METHOD [KEY CERTIFICATE CA] <PARAMS
 *                             sends a request to an OVSDB server, writes
 *                             "sent" to descriptor 3 if there is one, prints
 *                             the result
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ovsdb/jsonrpc.h"

#define REQUEST_ID 1

static int fail(const char *why)
{
	fprintf(stderr, "rpctalk: %s\n", why);
	return 1;
}

static int reply_print(const json_t *reply)
{
	const json_t *error = json_object_get(reply, "error");

	if (error && !json_is_null(error)) {
		json_dumpf(error, stderr, JSON_COMPACT | JSON_ENCODE_ANY);
		fputc('\n', stderr);
		return 1;
	}
	json_dumpf(json_object_get(reply, "result"), stdout,
		   JSON_COMPACT | JSON_ENCODE_ANY);
	putchar('\n');
	return fflush(stdout) ? fail(strerror(errno)) : 0;
}

/* Until the reply is here; -1: the connection is dead. */
static int talk(struct jsonrpc *j, struct error *e)
{
	bool is_sent = false;
	struct waits w;
	json_t *message;
	int code;

	for (;;) {
		if (jsonrpc_run(j, e))
			return -1;
		if (!is_sent && !jsonrpc_backlog(j)) {
			is_sent = true;
			(void)!write(3, "sent\n", 5);
		}
		while ((message = jsonrpc_receive(j))) {
			if (json_integer_value(json_object_get(
				    message, "id")) == REQUEST_ID) {
				code = reply_print(message);
				json_decref(message);
				return code;
			}
			json_decref(message);
		}
		waits_init(&w);
		jsonrpc_wait(j, &w);
		waits_block(&w);
	}
}

int main(int argc, char **argv)
{
	struct ovsdb_tls tls = {NULL, NULL, NULL};
	json_error_t parse_error;
	struct error e = {""};
	struct jsonrpc *j;
	json_t *params;
	int code;

	if (argc != 3 && argc != 6)
		return fail("usage: rpctalk REMOTE METHOD [KEY CERTIFICATE CA] "
			    "<PARAMS");
	if (argc == 6) {
		tls.private_key = argv[3];
		tls.certificate = argv[4];
		tls.ca_cert = argv[5];
	}
	params = json_loadf(stdin, 0, &parse_error);
	if (!params)
		return fail(parse_error.text);
	if (jsonrpc_open(argv[1], &tls, &j, &e)) {
		json_decref(params);
		return fail(e.text);
	}
	jsonrpc_send(j, json_pack("{s:i, s:s, s:o}", "id", REQUEST_ID, "method",
				  argv[2], "params", params));
	code = talk(j, &e);
	jsonrpc_close(j);
	return code < 0 ? fail(e.text) : code;
}
