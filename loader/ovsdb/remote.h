/* SPDX-License-Identifier: GPL-2.0-only */
/* The text that names a server, in its parts. */
#ifndef XOVN_OVSDB_REMOTE_H
#define XOVN_OVSDB_REMOTE_H

#include "error.h"

enum remote_kind {
	REMOTE_UNIX,
	REMOTE_TCP,
	REMOTE_SSL,
};

struct remote {
	enum remote_kind kind;
	char *host; /* IPv6 without its brackets; unix: the path */
	char port[6]; /* decimal, 1 to 65535; unix: "" */
};

/* 0; -EINVAL with e (names the text and the forms there are); -ENOMEM. */
int remote_parse(const char *text, struct remote *r, struct error *e);
void remote_free(struct remote *r);

#endif /* XOVN_OVSDB_REMOTE_H */
