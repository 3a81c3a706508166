// SPDX-License-Identifier: GPL-2.0-only
/* A network of files: each chassis is compiled when the trace comes to it,
 * with every port that is placed there bound to an interface. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sync/conntrack.h"
#include "trace/source.h"

/* Locally administered, and the same in every run. */
static void made_up_mac(uint8_t mac[6], const uint8_t encap_ip[4])
{
	mac[0] = 0x0a;
	mac[1] = 0x58;
	memcpy(mac + 2, encap_ip, 4);
}

static size_t count_switch(const struct nb *nb, const struct nb_switch *sw)
{
	size_t n = 1 + sw->n_ports;

	for (size_t i = 0; i < sw->n_ports; i++)
		for (size_t j = 0; j < sw->ports[i].n_addresses; j++)
			n += 1 + sw->ports[i].addresses[j].n_ip4 +
			     sw->ports[i].addresses[j].n_ip6;
	for (size_t i = 0; i < sw->n_lbs; i++)
		for (size_t j = 0; j < nb->lbs[sw->lbs[i]].n_vips; j++)
			n += 1 + nb->lbs[sw->lbs[i]].vips[j].n_backends;
	return n;
}

static size_t count_router(const struct nb *nb, const struct nb_router *r)
{
	size_t n = 1 + r->n_ports + r->n_routes + r->n_nats;

	for (size_t i = 0; i < r->n_ports; i++)
		n += r->ports[i].n_ip4;
	for (size_t i = 0; i < r->n_lbs; i++)
		for (size_t j = 0; j < nb->lbs[r->lbs[i]].n_vips; j++)
			n += 1 + nb->lbs[r->lbs[i]].vips[j].n_backends;
	return n;
}

static size_t count_objects(const struct nb *nb)
{
	size_t n = 0;

	for (size_t i = 0; i < nb->n_switches; i++)
		n += count_switch(nb, &nb->switches[i]);
	for (size_t i = 0; i < nb->n_routers; i++)
		n += count_router(nb, &nb->routers[i]);
	return n;
}

static int add_networks(struct source *s, uint32_t mtu)
{
	const struct image_table *t = &s->base.table[IMAGE_NETWORK];
	int err = source_add_mtu(s, IFINDEX_UNDERLAY, mtu);

	for (size_t i = 0; i < t->n && !err; i++) {
		const struct network_val *v =
			(void *)(image_entry(t, i) + t->key_size);

		err = source_add_network(s, v->name);
	}
	for (size_t i = 0; i < s->n_networks && !err; i++)
		err = source_add_mtu(s, IFINDEX_NETWORK + i, mtu);
	return err;
}

int source_from_files(struct source *s, const struct nb *nb,
		      const struct placement *placement, const char *chassis,
		      const struct source_options *options, struct error *e)
{
	struct compile_input in = {
		.nb = nb, .placement = placement, .chassis = chassis};
	struct compile_output out;
	int ret;

	memset(s, 0, sizeof(*s));
	s->nb = nb;
	s->placement = placement;
	s->alone = chassis;
	s->is_native = options->is_native;
	s->n_objects = count_objects(nb);
	ct_timeouts_parse(NULL, s->ct_timeout, e);
	if (placement->n_chassis)
		in.chassis = placement->chassis[0].name;
	ret = compile(&in, &out, e);
	if (ret)
		return ret;
	s->base = out.image;
	s->chassis = out.chassis;
	memset(&out.image, 0, sizeof(out.image));
	out.chassis = NULL;
	compile_output_free(&out);
	if (add_networks(s, options->mtu))
		return error_set(e, ENOMEM, "out of memory");
	return 0;
}

/* All ports that are on the chassis, and a guest that is there anyhow. */
static size_t bind_ports(const struct source *s, uint32_t chassis,
			 struct compile_binding *list)
{
	const struct image_table *t = &s->base.table[IMAGE_PORT];
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct port_val *v =
			(void *)(image_entry(t, i) + t->key_size);
		bool is_guest = chassis == s->guest_chassis &&
				!strcmp(v->name, s->guest);

		if (v->kind != PORT_VIF || (v->chassis != chassis && !is_guest))
			continue;
		memset(&list[n], 0, sizeof(*list));
		list[n].ifindex = IFINDEX_VIF + i;
		memcpy(list[n++].lsp, v->name, XOVN_NAME_LEN);
	}
	return n;
}

static void map_networks(const struct source *s, struct compile_mapping *list)
{
	for (size_t i = 0; i < s->n_networks; i++) {
		list[i].ifindex = IFINDEX_NETWORK + i;
		list[i].is_native = s->is_native;
		memcpy(list[i].network, s->network[i], XOVN_NAME_LEN);
	}
}

static void fill_config(const struct compile_output *out, struct config *c)
{
	const struct chassis_val *own = &out->chassis[out->own_chassis];

	memset(c, 0, sizeof(*c));
	c->layout = XOVN_LAYOUT_VERSION;
	c->chassis = out->own_chassis;
	c->underlay_ifindex = IFINDEX_UNDERLAY;
	c->generation = 2;
	memcpy(c->encap_ip, own->encap_ip, sizeof(c->encap_ip));
	memcpy(c->chassis_name, own->name, sizeof(c->chassis_name));
}

/* As attach --underlay leaves them, each next hop on one link. */
static int fill_tunnels(const struct source *s,
			const struct compile_output *out,
			struct tunnel_val **list)
{
	const struct chassis_val *own = &out->chassis[out->own_chassis];

	*list = calloc(XOVN_MAX_CHASSIS, sizeof(**list));
	if (!*list)
		return -ENOMEM;
	for (uint32_t i = 1; i < XOVN_MAX_CHASSIS; i++) {
		const struct chassis_val *c = &out->chassis[i];
		struct tunnel_val *t = &(*list)[i];

		if (!c->name[0] || i == out->own_chassis)
			continue;
		memcpy(t->remote_ip, c->encap_ip, 4);
		memcpy(t->local_ip, own->encap_ip, 4);
		memcpy(t->nexthop, c->encap_ip, 4);
		made_up_mac(t->nexthop_mac, c->encap_ip);
		made_up_mac(t->local_mac, own->encap_ip);
		t->ifindex = IFINDEX_UNDERLAY;
		t->is_native = s->is_native;
	}
	return 0;
}

/* The name as the placement has it: in the map it may be cut. */
static const char *full_name(const struct source *s, uint32_t chassis)
{
	char stored[XOVN_NAME_LEN];

	for (size_t i = 0; i < s->placement->n_chassis; i++) {
		name_store(stored, s->placement->chassis[i].name);
		if (!strcmp(stored, s->chassis[chassis].name))
			return s->placement->chassis[i].name;
	}
	return s->alone;
}

static int compile_chassis(struct source *s, uint32_t chassis,
			   struct compile_binding *bindings,
			   struct compile_mapping *mappings,
			   struct compile_output *out, struct error *e)
{
	struct compile_input in = {
		.nb = s->nb,
		.placement = s->placement,
		.chassis = full_name(s, chassis),
		.bindings = bindings,
		.n_bindings = bind_ports(s, chassis, bindings),
		.mappings = mappings,
		.n_mappings = s->n_networks,
	};

	map_networks(s, mappings);
	return compile(&in, out, e);
}

int source_contents(struct source *s, uint32_t chassis, struct contents *c,
		    struct error *e)
{
	size_t n_ports = s->base.table[IMAGE_PORT].n;
	struct compile_binding *bindings;
	struct compile_mapping *mappings;
	struct compile_output out;
	int ret;

	memset(c, 0, sizeof(*c));
	if (!s->nb) {
		*c = s->live;
		memset(&s->live, 0, sizeof(s->live));
		return 0;
	}
	bindings = calloc(n_ports + 1, sizeof(*bindings));
	mappings = calloc(s->n_networks + 1, sizeof(*mappings));
	if (bindings && mappings)
		ret = compile_chassis(s, chassis, bindings, mappings, &out, e);
	else
		ret = error_set(e, ENOMEM, "out of memory");
	free(bindings);
	free(mappings);
	if (ret)
		return ret;
	c->image = out.image;
	memset(&out.image, 0, sizeof(out.image));
	fill_config(&out, &c->config);
	if (fill_tunnels(s, &out, &c->tunnel))
		ret = error_set(e, ENOMEM, "out of memory");
	compile_output_free(&out);
	if (ret)
		contents_free(c);
	return ret;
}
