// SPDX-License-Identifier: GPL-2.0-only
#include "sync/mapset.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "maps.h"

/* Entries per batch look-up; a hash bucket must fit or the kernel says
 * ENOSPC. */
#define BATCH 1024

const struct map_definition map_definitions[MAP_COUNT] = {
#define X(id, name, key, val) [IMAGE_##id] = {name, sizeof(key), sizeof(val)},
	IMAGE_TABLES(X)
#undef X
#define X(id, name, key, val) [MAP_##id] = {name, sizeof(key), sizeof(val)},
		OTHER_MAPS(X)
#undef X
};

/* Per logical switch port: several addresses for each (l2, arp, nd), one
 * static neighbor for each of them, and flood members: local ports once or
 * twice (FLOOD, FLOOD_L2), chassis per switch.  Datapaths and router ports
 * are fewer than ports: in OVN deployments a switch has some ports.  Floating
 * addresses, VIPs and clients with affinity: one for each port; a VIP of 2 to
 * 10 backends has 16 entries in maglev.  Localnet ports are few.  Of counters,
 * 16 bytes for each CPU, one for each port of the network: a host's own ports
 * have two, routes one, NAT rules and VIPs three. */
static const struct map_share {
	const char *name;
	uint32_t numerator, denominator;
	uint32_t lowest;
} map_shares[] = {
	{"datapath", 1, 4, 1024}, {"port_sec", 1, 1, 0},
	{"lrp", 1, 4, 1024},	  {"router_ip", 1, 2, 2048},
	{"neighbor", 2, 1, 0},	  {"route", 1, 1, 1024},
	{"port", 1, 1, 0},	  {"member", 4, 1, 8192},
	{"group", 1, 1, 4096},	  {"l2", 2, 1, 0},
	{"arp", 2, 1, 0},	  {"nd", 2, 1, 0},
	{"vif", 1, 16, 1024},	  {"learned", 1, 1, 1024},
	{"fdb", 1, 1, 1024},	  {"attachment", 1, 16, 1024},
	{"network", 1, 16, 1024}, {"localnet", 1, 16, 1024},
	{"garp", 1, 1, 1024},	  {"nat", 1, 1, 1024},
	{"snat", 1, 1, 1024},	  {"nat_set", 1, 4, 1024},
	{"vip", 1, 2, 1024},	  {"lb", 1, 1, 1024},
	{"backend", 4, 1, 4096},  {"maglev", 4, 1, 16384},
	{"ecmp", 1, 4, 1024},	  {"route_src", 1, 4, 1024},
	{"router", 1, 4, 1024},	  {"affinity", 1, 1, 1024},
	{"frag", 1, 8, 8192},	  {"counter", 1, 1, 4096},
	{"rate", 1, 4, 4096},
};

uint32_t map_ct_buckets(uint32_t records)
{
	uint32_t n = 1;

	while ((uint64_t)n * CT_BUCKET_SLOTS < 4 * (uint64_t)records)
		n *= 2;
	return n;
}

uint32_t map_capacity(int fd)
{
	struct bpf_map_info info = {0};
	__u32 len = sizeof(info);

	return fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) ?
		       0 :
		       info.max_entries;
}

static const struct map_share *map_share_find(const char *name)
{
	for (size_t i = 0; i < sizeof(map_shares) / sizeof(map_shares[0]); i++)
		if (!strcmp(name, map_shares[i].name))
			return &map_shares[i];
	return NULL;
}

static uint32_t share_entries(const struct map_share *share, uint64_t ports)
{
	uint64_t n = ports * share->numerator / share->denominator;

	if (n < share->lowest)
		n = share->lowest;
	return strcmp(share->name, "counter") ? n : COUNTER_FIRST + n;
}

uint32_t map_max_entries(const char *name, const struct map_limits *limits)
{
	const struct map_share *share;

	for (int id = 0; limits->entries && id < MAP_COUNT; id++)
		if (limits->entries[id] &&
		    !strcmp(name, map_definitions[id].name))
			return limits->entries[id];
	if (!strcmp(name, "ct"))
		return limits->ct_max;
	if (!strcmp(name, "ct_index"))
		return map_ct_buckets(limits->ct_max);
	if (!strcmp(name, "ct_share")) /* of openers that have few */
		return limits->ct_max / 4 < 1024 ? 1024 : limits->ct_max / 4;
	if (!strcmp(name, "encap_ip") || !strcmp(name, "chassis") ||
	    !strcmp(name, "tunnel") || !strcmp(name, "heard"))
		return XOVN_MAX_CHASSIS;
	share = map_share_find(name);
	return share ? share_entries(share, limits->max_ports) : 0;
}

uint32_t map_ports_for(const char *name, uint64_t n)
{
	const struct map_share *share = map_share_find(name);
	uint64_t ports;

	if (!share)
		return 0;
	ports = (n * share->denominator + share->numerator - 1) /
		share->numerator;
	return ports <= MAX_PORTS_HIGHEST ? ports : 0;
}

/* For kernels and map types without batch operations (LPM tries and arrays
 * of older kernels). */
static int map_for_each_single(int fd, uint32_t key_size, uint32_t val_size,
			       map_entry_fn each, void *arg)
{
	/* The value behind the keys is to be aligned. */
	size_t room = ((size_t)key_size + 7) / 8 * 8;
	uint8_t *key = malloc(2 * room + val_size);
	uint8_t *next, *val;
	bool is_first = true;
	int err;

	if (!key)
		return -ENOMEM;
	next = key + room;
	val = next + room;
	for (;;) {
		if (bpf_map_get_next_key(fd, is_first ? NULL : key, next)) {
			err = errno == ENOENT ? 0 : -errno;
			break;
		}
		is_first = false;
		memcpy(key, next, key_size);
		if (bpf_map_lookup_elem(fd, key, val)) {
			if (errno == ENOENT)
				continue;
			err = -errno;
			break;
		}
		err = each(key, val, arg);
		if (err)
			break;
	}
	free(key);
	return err;
}

int map_for_each(int fd, uint32_t key_size, uint32_t val_size,
		 map_entry_fn each, void *arg)
{
	/* Values behind it are to be aligned. */
	size_t cursor_size = ((size_t)key_size + 7) / 8 * 8;
	uint8_t *cursor, *keys, *vals;
	bool is_first = true, is_last = false;
	int err = 0;

	cursor = malloc(cursor_size + (size_t)BATCH * (key_size + val_size));
	if (!cursor)
		return -ENOMEM;
	keys = cursor + cursor_size;
	vals = keys + (size_t)BATCH * key_size;
	while (!is_last && !err) {
		uint32_t n = BATCH;

		if (bpf_map_lookup_batch(fd, is_first ? NULL : cursor, cursor,
					 keys, vals, &n, NULL)) {
			if (errno != ENOENT) {
				/* An early refusal only: later ones would
				 * repeat entries. */
				err = is_first ? 1 : -errno;
				break;
			}
			is_last = true;
		}
		is_first = false;
		for (uint32_t i = 0; i < n && !err; i++)
			err = each(keys + (size_t)i * key_size,
				   vals + (size_t)i * val_size, arg);
	}
	free(cursor);
	if (is_first && err == 1)
		return map_for_each_single(fd, key_size, val_size, each, arg);
	return err;
}

struct read_context {
	struct image *img;
	enum image_table_id id;
};

static int read_entry(const void *key, const void *val, void *arg)
{
	struct read_context *c = arg;
	void *old;
	int err = image_add(c->img, c->id, key, val, &old);

	return err == -EEXIST ? 0 : err;
}

int map_read_table(int fd, enum image_table_id id, struct image *img)
{
	struct read_context c = {.img = img, .id = id};

	return map_for_each(fd, map_definitions[id].key_size,
			    map_definitions[id].val_size, read_entry, &c);
}
