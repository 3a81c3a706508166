/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes to and from a server: unix socket, TCP, TLS on TCP.  Nothing blocks.
 * stream.c connects and is the plain ones; stream_ssl.c is what TLS puts on
 * top; resolve.c finds the addresses of names.
 */
#ifndef XOVN_OVSDB_STREAM_H
#define XOVN_OVSDB_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "error.h"
#include "jsonrpc.h"
#include "waits.h"

struct stream;
struct stream_tls;

/* 0; -EINVAL (the remote or the TLS files are no good), -errno.  The
 * connection begins with stream_connect(). */
int stream_open(const char *remote, const struct ovsdb_tls *tls,
		struct stream **out, struct error *e);
void stream_close(struct stream *s); /* s may be NULL */

/* 0: bytes can flow; -EAGAIN: not yet; another -errno with e: never. */
int stream_connect(struct stream *s, struct error *e);
/* Bytes; 0: the peer has closed; -EAGAIN; another -errno with e. */
ssize_t stream_receive(struct stream *s, char *p, size_t n, struct error *e);
ssize_t stream_send(struct stream *s, const char *p, size_t n, struct error *e);
/* time_ms() when it began to connect: now, as long as a name is resolved. */
int64_t stream_since(const struct stream *s);
/* Before it is connected: for that; then for bytes, and room for more. */
void stream_wait(const struct stream *s, bool wants_room, struct waits *w);

/* TLS, over a descriptor that connects.  remote and host are for texts and
 * must outlive it. */
int stream_tls_new(const char *remote, const char *host,
		   const struct ovsdb_tls *tls, struct stream_tls **out,
		   struct error *e);
void stream_tls_free(struct stream_tls *t); /* leaves the descriptor open */
/* As the stream_ ones. */
int stream_tls_connect(struct stream_tls *t, int fd, struct error *e);
ssize_t stream_tls_receive(struct stream_tls *t, char *p, size_t n,
			   struct error *e);
ssize_t stream_tls_send(struct stream_tls *t, const char *p, size_t n,
			struct error *e);
short stream_tls_events(const struct stream_tls *t, bool wants_room);

#endif /* XOVN_OVSDB_STREAM_H */
