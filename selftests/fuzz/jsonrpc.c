// SPDX-License-Identifier: GPL-2.0-only
/*
 * Framing and parser of a connection, for libFuzzer.  The first byte of an
 * input chooses the limit of a message and how the rest is cut; however it is
 * cut, the messages and the end must be those of the uncut bytes.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/framing.h"

#define SMALL 64 /* limit of a message that small inputs reach */

struct outcome {
	size_t n; /* messages */
	uint64_t hash; /* of their texts */
	int err;
	size_t rest;
};

static void require(bool condition)
{
	if (!condition)
		abort();
}

static uint64_t text_hash(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3; /* FNV */
	return hash;
}

static void taken_add(struct outcome *o, json_t *message)
{
	char *text = json_dumps(message, JSON_COMPACT);

	require(json_is_object(message));
	/* what we have read can be sent */
	require(text);
	o->n++;
	o->hash = text_hash(o->hash, text);
	free(text);
	json_decref(message);
}

static void error_check(const struct error *e)
{
	const char *p;

	require(*e->text && strlen(e->text) < sizeof(e->text) - 1);
	for (p = e->text; *p; p++)
		require(*p >= 0x20 && *p <= 0x7e);
}

/* In pieces of the sizes that cut makes, 0: in one. */
static struct outcome bytes_take(const uint8_t *p, size_t size, size_t max,
				 uint32_t cut)
{
	struct outcome o = {.n = 0};
	struct error e = {""};
	struct framing f;
	json_t *message;

	framing_init(&f, max);
	while (size && o.err >= 0) {
		size_t room, some = size;
		char *to = framing_room(&f, &room);

		require(to && room >= 65536);
		if (cut) {
			cut = cut * 1103515245 + 12345;
			some = 1 + (cut >> 16) % (cut & 0x8000 ? 3 : 40);
		}
		some = some < size ? some : size;
		some = some < room ? some : room;
		memcpy(to, p, some);
		framing_add(&f, some);
		p += some;
		size -= some;
		while ((o.err = framing_next(&f, &message, &e)) > 0)
			taken_add(&o, message);
		require(!message);
		require(o.err || f.scanned == f.end);
	}
	if (o.err)
		error_check(&e);
	else
		o.rest = framing_rest(&f);
	framing_free(&f);
	return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome whole, cut;
	size_t max;

	if (!size)
		return 0;
	/* the same object in the same order of members each time */
	json_object_seed(1);
	max = data[0] & 1 ? SMALL : FRAMING_MAX;
	whole = bytes_take(data + 1, size - 1, max, 0);
	cut = bytes_take(data + 1, size - 1, max, data[0] | 1);
	require(whole.n == cut.n && whole.hash == cut.hash);
	/* bytes that are no JSON behind a limit that is passed: which of both
	 * is told depends on what is there first */
	require(whole.err == cut.err || max == SMALL);
	require(!whole.err == !cut.err && whole.rest == cut.rest);
	return 0;
}
