// SPDX-License-Identifier: GPL-2.0-only
/* This host as it forwards now: copies of its pinned maps. */
#include <bpf/bpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sync/apply.h"
#include "sync/conntrack.h"
#include "trace/source.h"

#define MTU_UNKNOWN 1500 /* an interface of another namespace */

static uint32_t interface_mtu(int sock, uint32_t ifindex)
{
	struct ifreq r = {0};

	if (sock < 0 || !if_indextoname(ifindex, r.ifr_name) ||
	    ioctl(sock, SIOCGIFMTU, &r))
		return MTU_UNKNOWN;
	return r.ifr_mtu;
}

static int read_mtus(struct source *s)
{
	const struct image_table *t = &s->base.table[IMAGE_LOCALNET];
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	for (uint32_t i = 0; i < XOVN_MAX_CHASSIS && !err; i++) {
		uint32_t ifindex = s->live.tunnel[i].ifindex;

		if (ifindex)
			err = source_add_mtu(s, ifindex,
					     interface_mtu(sock, ifindex));
	}
	for (size_t i = 0; i < t->n && !err; i++) {
		const struct localnet_key *k = (void *)image_entry(t, i);

		err = source_add_mtu(s, k->ifindex,
				     interface_mtu(sock, k->ifindex));
	}
	if (sock >= 0)
		close(sock);
	return err;
}

/* In mode native some port of it takes what XDP redirects. */
static bool is_native(const struct source *s)
{
	const struct image_table *t = &s->base.table[IMAGE_PORT];

	for (uint32_t i = 0; i < XOVN_MAX_CHASSIS; i++)
		if (s->live.tunnel[i].is_native)
			return true;
	for (size_t i = 0; i < t->n; i++) {
		const struct port_val *v =
			(void *)(image_entry(t, i) + t->key_size);

		if (v->policy.flags & PORT_F_NATIVE)
			return true;
	}
	return false;
}

static int read_networks(struct source *s)
{
	const struct image_table *t = &s->base.table[IMAGE_NETWORK];
	int err = 0;

	for (size_t i = 0; i < t->n && !err; i++) {
		const struct network_val *v =
			(void *)(image_entry(t, i) + t->key_size);

		err = source_add_network(s, v->name);
	}
	return err;
}

static int read_tables(struct source *s, const struct state *state)
{
	int err = 0;

	for (int id = 0; id < IMAGE_TABLE_COUNT && !err; id++) {
		err = map_read_table(state->map_fd[id], id, &s->base);
		if (!err)
			err = map_read_table(state->map_fd[id], id,
					     &s->live.image);
		if (s->base.table[id].n > s->n_objects)
			s->n_objects = s->base.table[id].n;
	}
	return err;
}

static int read_tunnel(const void *key, const void *val, void *arg)
{
	const uint32_t *i = key;
	struct source *s = arg;

	if (*i < XOVN_MAX_CHASSIS)
		memcpy(&s->live.tunnel[*i], val, sizeof(struct tunnel_val));
	return 0;
}

/* Connections go into a table of another size: they are read as seeds. */
static int read_memory(struct source *s, const struct state *state)
{
	int err = 0;

	for (int i = 0; i < MEMORY_MAPS && !err; i++) {
		int id = memory_ids[i];

		if (id == MAP_CT || id == MAP_CT_INDEX || id == MAP_CT_HAND)
			continue;
		err = memory_read(&s->memory, i, state->map_fd[id]);
		if (s->memory.map[i].n > s->n_objects)
			s->n_objects = s->memory.map[i].n;
	}
	return err;
}

static int read_connections(struct source *s, const struct state *state,
			    struct error *e)
{
	struct ct_reader reader;
	uint32_t now = ct_now();
	int ret = ct_reader_open(state, &reader, e);
	struct ct_val val;

	for (uint32_t i = 0; !ret && i < reader.n; i++) {
		struct seed *seed;

		if (!ct_read(&reader, i, now, &val))
			continue;
		seed = seed_add(&s->seeds);
		if (!seed) {
			ret = error_set(e, ENOMEM, "out of memory");
			break;
		}
		seed->val = val;
		/* What its packets did last is asked for again. */
		memset(seed->val.action, 0, sizeof(seed->val.action));
	}
	ct_reader_close(&reader);
	return ret;
}

int source_from_state(struct source *s, const struct state *state,
		      struct error *e)
{
	int ret;

	memset(s, 0, sizeof(*s));
	s->only_chassis = state->config.chassis;
	s->live.config = state->config;
	s->live.tunnel = calloc(XOVN_MAX_CHASSIS, sizeof(*s->live.tunnel));
	ret = s->live.tunnel ? 0 : -ENOMEM;
	if (!ret)
		ret = image_init(&s->base);
	if (!ret)
		ret = image_init(&s->live.image);
	if (!ret)
		ret = read_tables(s, state);
	if (!ret)
		ret = map_for_each(state->map_fd[MAP_TUNNEL], sizeof(__u32),
				   sizeof(struct tunnel_val), read_tunnel, s);
	if (!ret)
		ret = read_memory(s, state);
	if (!ret)
		ret = read_networks(s);
	if (!ret)
		ret = read_mtus(s);
	if (ret)
		return error_set(e, -ret, "%s: cannot read the maps: %s",
				 state->dir, strerror(-ret));
	s->is_native = is_native(s);
	ret = ct_timeouts_read(state, s->ct_timeout, e);
	if (!ret)
		ret = apply_read_chassis(state, &s->chassis, e);
	return ret ? ret : read_connections(s, state, e);
}
