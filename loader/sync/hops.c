// SPDX-License-Identifier: GPL-2.0-only
#include "sync/hops.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct hop *hop_find(struct hops *h, const struct neighbor_key *key)
{
	for (size_t i = 0; i < h->n; i++)
		if (!memcmp(&h->list[i].key, key, sizeof(*key)))
			return &h->list[i];
	return NULL;
}

static struct neighbor_key hop_key(const struct upcall *u)
{
	struct neighbor_key key = {.datapath = u->datapath, .port = u->port};

	memcpy(key.ip, u->ip, sizeof(key.ip));
	return key;
}

int hops_add(struct hops *h, const struct upcall_packet *p, int64_t now)
{
	struct neighbor_key key = hop_key(&p->head);
	struct hop *hop = hop_find(h, &key);
	struct kept_packet *kept;

	if (hop && hop->n >= UPCALL_PER_HOP)
		return -ENOSPC;
	if (!hop && h->n == UPCALL_HOPS)
		return -ENOBUFS;
	kept = malloc(sizeof(*kept) + p->len);
	if (!kept)
		return -ENOMEM;
	kept->next = NULL;
	kept->origin = p->origin;
	kept->len = p->len;
	memcpy(kept->data, p->data, p->len);
	if (!hop) {
		hop = &h->list[h->n++];
		*hop = (struct hop){.key = key,
				    .until = now + UPCALL_HOLD * 1000};
	}
	if (hop->last)
		hop->last->next = kept;
	else
		hop->first = kept;
	hop->last = kept;
	hop->n++;
	return 0;
}

/* The last one takes its place. */
static void hop_remove(struct hops *h, struct hop *hop, bool is_drop)
{
	struct kept_packet *p, *next;

	for (p = hop->first; p; p = next) {
		next = p->next;
		h->handlers.leave(h->handlers.arg, p, is_drop);
		free(p);
	}
	h->handlers.forget(h->handlers.arg, &hop->key);
	*hop = h->list[--h->n];
}

void hops_check_one(struct hops *h, const struct neighbor_key *key)
{
	struct hop *hop = hop_find(h, key);

	if (hop && h->handlers.is_resolved(h->handlers.arg, key))
		hop_remove(h, hop, false);
}

void hops_check(struct hops *h, int64_t now)
{
	for (size_t i = h->n; i-- > 0;) {
		struct hop *hop = &h->list[i];

		if (h->handlers.is_resolved(h->handlers.arg, &hop->key))
			hop_remove(h, hop, false);
		else if (hop->until <= now)
			hop_remove(h, hop, true);
	}
}

void hops_clear(struct hops *h)
{
	while (h->n)
		hop_remove(h, &h->list[h->n - 1], true);
}
