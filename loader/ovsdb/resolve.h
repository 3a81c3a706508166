/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses of a host's name.  The resolver of libc blocks, for many seconds
 * where a name server is down: it runs in a thread of its own, which nobody
 * waits for.
 */
#ifndef XOVN_OVSDB_RESOLVE_H
#define XOVN_OVSDB_RESOLVE_H

#include <netdb.h>

struct resolve;

/* Begins to look for addresses of TCP.  NULL: no memory, or no thread. */
struct resolve *resolve_new(const char *host, const char *port);
/* May come before there is an answer; r may be NULL. */
void resolve_free(struct resolve *r);
/* 0 and addresses, for freeaddrinfo(); EAI_INPROGRESS: not yet; another EAI_:
 * there are none.  Once. */
int resolve_take(struct resolve *r, struct addrinfo **addresses);
/* Readable when there is an answer. */
int resolve_fd(const struct resolve *r);
/* Of what resolve_take() says; valid until resolve_free(). */
const char *resolve_text(const struct resolve *r, int err);

#endif /* XOVN_OVSDB_RESOLVE_H */
