/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes of a connection into messages: JSON objects one behind the other,
 * nothing between them but white space.  Each byte is looked at once to find
 * where a message ends, however many reads it takes to come.
 */
#ifndef XOVN_OVSDB_FRAMING_H
#define XOVN_OVSDB_FRAMING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* The contents of a database come as one message. */
#define FRAMING_MAX ((size_t)1 << 30)
/* OVSDB nests about ten levels deep; one bit of a word for each. */
#define FRAMING_DEPTH 64

struct framing {
	char *buffer;
	size_t capacity;
	size_t start, end; /* of what belongs to no message taken so far */
	size_t scanned; /* between start and end: looked at up to here */
	size_t max; /* bytes of a message */
	uint64_t objects; /* open brackets: bit 0 innermost, 1: an object */
	unsigned int depth;
	bool is_in_string, is_escaped;
};

void framing_init(struct framing *f, size_t max);
void framing_free(struct framing *f);

/* Where the next bytes go, at least 64 KiB; NULL: out of memory. */
char *framing_room(struct framing *f, size_t *size);
void framing_add(struct framing *f, size_t n); /* so many were put there */

/* 1: *message is the next one, the caller's own; 0: more bytes are needed;
 * -EPROTO (no JSON, no object; with an excerpt), -EMSGSIZE, -ENOMEM: nothing
 * behind it can be read any more. */
int framing_next(struct framing *f, json_t **message, struct error *e);
/* Bytes of a message whose end is not here yet. */
size_t framing_rest(const struct framing *f);

#endif /* XOVN_OVSDB_FRAMING_H */
