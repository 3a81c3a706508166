/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One connection to an OVSDB server: JSON-RPC 1.0 (RFC 7047, 4), messages one
 * behind the other without anything between.  Nothing here blocks.
 *
 *   remote.c     "unix:PATH", "tcp:HOST:PORT", "ssl:HOST:PORT", lists of them
 *   stream.c, stream_ssl.c   bytes
 *   resolve.c    names of hosts
 *   framing.c    bytes into messages
 *   jsonrpc.c    messages, and what waits in both directions
 */
#ifndef XOVN_OVSDB_JSONRPC_H
#define XOVN_OVSDB_JSONRPC_H

#include <jansson.h>
#include <stdbool.h>

#include "error.h"
#include "waits.h"

struct ovsdb_tls { /* files, as in table SSL; NULL: none */
	const char *private_key, *certificate, *ca_cert;
};

struct jsonrpc;

/* Starts to connect to one remote; tls is read for ssl: only, here and not
 * later.  0, -EINVAL (no such form; names it), -errno (files of tls).  What
 * fails later, a name that has no address included, is jsonrpc_run()'s. */
int jsonrpc_open(const char *remote, const struct ovsdb_tls *tls,
		 struct jsonrpc **out, struct error *e);
void jsonrpc_close(struct jsonrpc *j); /* j may be NULL */

/* Sends and receives what there is.  0; -errno with e filled (host refused,
 * closed by the peer, no JSON, certificate, ...): the connection is dead.
 * Messages that came before are received first, then it is told; it reads on
 * only when all are received. */
int jsonrpc_run(struct jsonrpc *j, struct error *e);
void jsonrpc_wait(const struct jsonrpc *j, struct waits *w);
/* time_ms() since when it connects: now, as long as a name is resolved. */
int64_t jsonrpc_since(const struct jsonrpc *j);
bool jsonrpc_is_connected(const struct jsonrpc *j); /* handshakes are over */

/* The next message, the caller's own, or NULL. */
json_t *jsonrpc_receive(struct jsonrpc *j);
/* Queues a message; takes it over.  0 or -ENOMEM. */
int jsonrpc_send(struct jsonrpc *j, json_t *message);
/* Bytes not sent yet, and time_ms() when the last came in. */
size_t jsonrpc_backlog(const struct jsonrpc *j);
int64_t jsonrpc_last_received(const struct jsonrpc *j);

/* Cuts "a,b c" into remotes, an array that ends with NULL; of "" an empty one.
 * -EINVAL names one that is none; -ENOMEM. */
int remotes_parse(const char *text, char ***list, struct error *e);
void remotes_free(char **list);

#endif /* XOVN_OVSDB_JSONRPC_H */
