// SPDX-License-Identifier: GPL-2.0-only
#include "jsonrpc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "framing.h"
#include "stream.h"

/* One run() takes at most so much: others of the loop have their turn. */
#define RUN_BYTES ((size_t)4 << 20)
#define RUN_MESSAGES 50

struct outgoing {
	struct outgoing *next;
	char *text; /* jansson's */
	size_t size;
};

struct jsonrpc {
	char *name; /* the remote, for texts */
	struct stream *stream;
	bool is_connected;
	bool has_more; /* bytes may be there without a wake-up for them */
	struct framing in;
	json_t *received[RUN_MESSAGES];
	size_t first, n_received; /* those at first and on are not taken yet */
	struct outgoing *out, **out_end;
	size_t out_sent; /* bytes of the first */
	size_t backlog;
	int64_t last_received;
	/* Why it is dead, -errno or 0: told when all messages are taken. */
	int err;
	struct error error;
};

int jsonrpc_open(const char *remote, const struct ovsdb_tls *tls,
		 struct jsonrpc **out, struct error *e)
{
	struct jsonrpc *j = calloc(1, sizeof(*j));
	int err = 0;

	if (!j)
		return error_set(e, ENOMEM, "out of memory");
	framing_init(&j->in, FRAMING_MAX);
	j->out_end = &j->out;
	j->last_received = time_ms();
	j->name = strdup(remote);
	if (!j->name)
		err = error_set(e, ENOMEM, "out of memory");
	if (!err)
		err = stream_open(remote, tls, &j->stream, e);
	if (err) {
		jsonrpc_close(j);
		return err;
	}
	*out = j;
	return 0;
}

static void outgoing_drop(struct jsonrpc *j)
{
	struct outgoing *o = j->out;

	j->out = o->next;
	if (!j->out)
		j->out_end = &j->out;
	j->out_sent = 0;
	free(o->text);
	free(o);
}

void jsonrpc_close(struct jsonrpc *j)
{
	if (!j)
		return;
	while (j->out)
		outgoing_drop(j);
	while (j->first < j->n_received)
		json_decref(j->received[j->first++]);
	framing_free(&j->in);
	stream_close(j->stream);
	free(j->name);
	free(j);
}

static int closed_by_peer(struct jsonrpc *j, struct error *e)
{
	size_t rest = framing_rest(&j->in);

	if (rest)
		return error_set(e, ECONNRESET,
				 "%s: closed by the server in the middle of a "
				 "message, after %zu bytes of it",
				 j->name, rest);
	return error_set(e, ECONNRESET, "%s: closed by the server", j->name);
}

/* Messages out of the bytes that are here. */
static int messages_cut(struct jsonrpc *j, struct error *e)
{
	struct error why;
	int err = 1;

	while (j->n_received < RUN_MESSAGES) {
		err = framing_next(&j->in, &j->received[j->n_received], &why);
		if (err <= 0)
			break;
		j->n_received++;
	}
	if (err < 0)
		return error_set(e, -err, "%s: %s", j->name, why.text);
	return 0;
}

/* Reads until there is nothing, or enough.  Messages that wait to be taken
 * hold it up: the server must not fill our memory. */
static int input_run(struct jsonrpc *j, struct error *e)
{
	size_t room, total = 0;
	ssize_t n;
	int err;

	j->has_more = true;
	err = messages_cut(j, e);
	while (!err && j->n_received < RUN_MESSAGES && total < RUN_BYTES) {
		char *p = framing_room(&j->in, &room);

		if (!p)
			return error_set(e, ENOMEM,
					 "%s: out of memory for a message of "
					 "more than %zu bytes",
					 j->name, framing_rest(&j->in));
		if (room > RUN_BYTES - total)
			room = RUN_BYTES - total;
		n = stream_receive(j->stream, p, room, e);
		if (n == -EAGAIN) {
			j->has_more = false;
			return 0;
		}
		if (n <= 0)
			return n ? (int)n : closed_by_peer(j, e);
		j->last_received = time_ms();
		framing_add(&j->in, n);
		total += n;
		err = messages_cut(j, e);
	}
	return err;
}

static int output_run(struct jsonrpc *j, struct error *e)
{
	ssize_t n;

	while (j->out) {
		n = stream_send(j->stream, j->out->text + j->out_sent,
				j->out->size - j->out_sent, e);
		if (n == -EAGAIN)
			return 0;
		if (n < 0)
			return (int)n;
		j->backlog -= n;
		j->out_sent += n;
		if (j->out_sent == j->out->size)
			outgoing_drop(j);
	}
	return 0;
}

int jsonrpc_run(struct jsonrpc *j, struct error *e)
{
	if (!j->err && !j->is_connected) {
		j->err = stream_connect(j->stream, &j->error);
		if (j->err == -EAGAIN) {
			j->err = 0;
			return 0;
		}
		if (!j->err) {
			j->is_connected = true;
			j->last_received = time_ms();
		}
	}
	/* Input first: where the server has closed, its last words may say
	 * why, and an attempt to send would only find the closed door. */
	if (!j->err && j->first == j->n_received) {
		j->first = j->n_received = 0;
		j->err = input_run(j, &j->error);
	}
	if (!j->err)
		j->err = output_run(j, &j->error);
	if (!j->err || j->first < j->n_received)
		return 0;
	*e = j->error;
	return j->err;
}

void jsonrpc_wait(const struct jsonrpc *j, struct waits *w)
{
	if (j->err || j->first < j->n_received ||
	    (j->is_connected && j->has_more))
		waits_now(w);
	else
		stream_wait(j->stream, j->out, w);
}

int64_t jsonrpc_since(const struct jsonrpc *j)
{
	return stream_since(j->stream);
}

bool jsonrpc_is_connected(const struct jsonrpc *j)
{
	return j->is_connected && !j->err;
}

json_t *jsonrpc_receive(struct jsonrpc *j)
{
	return j->first < j->n_received ? j->received[j->first++] : NULL;
}

int jsonrpc_send(struct jsonrpc *j, json_t *message)
{
	struct outgoing *o = malloc(sizeof(*o));

	if (o)
		o->text = json_dumps(message, JSON_COMPACT);
	json_decref(message);
	if (!o || !o->text) {
		free(o);
		return -ENOMEM;
	}
	o->size = strlen(o->text);
	o->next = NULL;
	*j->out_end = o;
	j->out_end = &o->next;
	j->backlog += o->size;
	return 0;
}

size_t jsonrpc_backlog(const struct jsonrpc *j)
{
	return j->backlog;
}

int64_t jsonrpc_last_received(const struct jsonrpc *j)
{
	return j->last_received;
}
