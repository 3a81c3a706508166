// SPDX-License-Identifier: GPL-2.0-only
#include "sync/diff.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "maps.h"
#include "sync/members.h"

static int diff_append(struct diff *d, enum change_kind kind,
		       enum image_table_id table, const uint8_t *key)
{
	if (d->n == d->capacity) {
		size_t capacity = d->capacity ? 2 * d->capacity : 64;
		void *p = realloc(d->change, capacity * sizeof(*d->change));

		if (!p)
			return -ENOMEM;
		d->change = p;
		d->capacity = capacity;
	}
	d->change[d->n++] = (struct change){kind, table, key};
	return 0;
}

/* *n_kept: keys that are in both. */
static int diff_additions(const struct image *present, const struct image *want,
			  enum image_table_id id, struct diff *d,
			  size_t *n_kept)
{
	const struct image_table *t = &want->table[id];
	int err = 0;

	for (size_t i = 0; i < t->n && !err; i++) {
		const uint8_t *key = image_entry(t, i);
		const void *old = image_find(present, id, key);

		if (!old) {
			d->n_added[id]++;
			err = diff_append(d, CHANGE_ADD, id, key);
		} else if (memcmp(old, key + t->key_size, t->val_size)) {
			err = diff_append(d, CHANGE_SET, id, key);
		}
		*n_kept += old != NULL;
	}
	return err;
}

static int diff_deletions(const struct image *present, const struct image *want,
			  enum image_table_id id, struct diff *d)
{
	const struct image_table *t = &present->table[id];
	int err = 0;

	for (size_t i = 0; i < t->n && !err; i++) {
		const uint8_t *key = image_entry(t, i);

		if (!image_find(want, id, key))
			err = diff_append(d, CHANGE_DELETE, id, key);
	}
	return err;
}

/* Where an entry names the logical port or datapath it belongs to, in bytes
 * from the start of its key; the value stands behind the key. */
struct owner_location {
	uint16_t datapath;
	uint16_t port;
	uint16_t port_size;
	bool is_datapath; /* belongs to the datapath as a whole */
};

#define IN_KEY(k, member)                                                      \
	{                                                                      \
		offsetof(struct k, datapath), offsetof(struct k, member),      \
			sizeof(((struct k *)0)->member)                        \
	}
#define IN_VAL(k, v)                                                           \
	{                                                                      \
		offsetof(struct k, datapath),                                  \
			sizeof(struct k) + offsetof(struct v, port),           \
			sizeof(((struct v *)0)->port)                          \
	}

#define OF_DATAPATH(k)                                                         \
	{                                                                      \
		.datapath = offsetof(struct k, datapath), .is_datapath = true  \
	}

/* Other tables are no one's in particular. */
static const struct owner_location owners[IMAGE_TABLE_COUNT] = {
	[IMAGE_DATAPATH] = OF_DATAPATH(datapath_key),
	[IMAGE_ROUTER] = OF_DATAPATH(datapath_key),
	[IMAGE_NAT] = OF_DATAPATH(nat_key),
	[IMAGE_SNAT] = OF_DATAPATH(snat_key),
	[IMAGE_VIP] = OF_DATAPATH(vip_key),
	[IMAGE_LB] = OF_DATAPATH(lb_key),
	[IMAGE_NETWORK] = IN_KEY(port_key, port),
	[IMAGE_ROUTE_SRC] = IN_VAL(route_key, route_val),
	[IMAGE_LOCALNET] = {sizeof(struct localnet_key) +
				    offsetof(struct localnet_val, datapath),
			    sizeof(struct localnet_key) +
				    offsetof(struct localnet_val, port),
			    sizeof(__u32), false},
	[IMAGE_PORT_SEC] = IN_KEY(port_sec_key, port),
	[IMAGE_LRP] = IN_KEY(lrp_key, port),
	[IMAGE_ROUTER_IP] = IN_VAL(router_ip_key, router_ip_val),
	[IMAGE_NEIGHBOR] = IN_KEY(neighbor_key, port),
	[IMAGE_ROUTE] = IN_VAL(route_key, route_val),
	[IMAGE_PORT] = IN_KEY(port_key, port),
	[IMAGE_L2] = IN_VAL(l2_key, l2_val),
	[IMAGE_ARP] = IN_VAL(arp_key, arp_val),
	[IMAGE_ND] = IN_VAL(nd_key, arp_val),
};

static bool change_owner(const struct change *c, struct port_key *owner)
{
	const struct owner_location *l = &owners[c->table];
	uint16_t half = 0;

	memset(owner, 0, sizeof(*owner));
	memcpy(&owner->datapath, c->key + l->datapath, sizeof(__u32));
	if (l->is_datapath)
		return true;
	if (l->port_size == sizeof(half)) {
		memcpy(&half, c->key + l->port, sizeof(half));
		owner->port = half;
	} else if (l->port_size) {
		memcpy(&owner->port, c->key + l->port, sizeof(__u32));
	}
	return l->port_size;
}

static bool object_is_in(const struct image *img, const struct port_key *o)
{
	struct datapath_key dp = {o->datapath};
	struct lrp_key lrp = {o->datapath, o->port};

	if (!o->port)
		return image_find(img, IMAGE_DATAPATH, &dp);
	return image_find(img, IMAGE_PORT, o) ||
	       image_find(img, IMAGE_LRP, &lrp);
}

static int diff_summarize(const struct image *present, const struct image *want,
			  struct diff *d)
{
	static const struct port_val none;
	struct image seen; /* its table PORT serves as a set */
	int err = image_init(&seen);

	for (size_t i = 0; i < d->n && !err; i++) {
		struct port_key owner;
		bool was, is;

		if (!change_owner(&d->change[i], &owner))
			continue;
		err = image_add(&seen, IMAGE_PORT, &owner, &none, NULL);
		if (err == -EEXIST) {
			err = 0;
			continue;
		}
		was = object_is_in(present, &owner);
		is = object_is_in(want, &owner);
		if (was && is)
			d->summary.changed++;
		else if (is)
			d->summary.added++;
		else if (was)
			d->summary.removed++;
	}
	image_free(&seen);
	return err;
}

int diff_compute(const struct image *present, struct image *want,
		 struct diff *d)
{
	size_t n_kept[IMAGE_TABLE_COUNT] = {0};
	int err;

	memset(d, 0, sizeof(*d));
	err = members_align(present, want);
	for (int id = 0; id < IMAGE_TABLE_COUNT && !err; id++)
		err = diff_additions(present, want, id, d, &n_kept[id]);
	for (int id = IMAGE_TABLE_COUNT - 1; id >= 0 && !err; id--)
		if (n_kept[id] < present->table[id].n)
			err = diff_deletions(present, want, id, d);
	if (!err)
		err = diff_summarize(present, want, d);
	if (err)
		diff_free(d);
	return err;
}

void diff_free(struct diff *d)
{
	free(d->change);
	memset(d, 0, sizeof(*d));
}
