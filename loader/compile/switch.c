// SPDX-License-Identifier: GPL-2.0-only
/* Logical switch ports: tables port, l2, arp, nd. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

/* Of a frame to that MAC.  What lr_in_admission drops is not known; and ageing
 * wants to see each packet at its router port. */
static uint32_t router_port_flags(const struct tables *c,
				  const struct topo_lsp *lsp,
				  const uint8_t mac[6])
{
	if (lsp->kind != PORT_GATEWAY || lsp->chassis != c->t->own_chassis ||
	    !(lsp->peer->flags & LRP_F_CT) ||
	    lsp->peer->flags & (LRP_F_AGES | LRP_F_DISABLED) ||
	    memcmp(lsp->peer->nb->mac, mac, 6))
		return 0;
	return PORT_F_CT;
}

struct port_policy lsp_policy(const struct topo_lsp *lsp)
{
	struct port_policy policy = {.flags = lsp->flags};

	if (lsp->binding && lsp->binding->is_peer)
		policy.flags |= PORT_F_PEER;
	if (lsp->mapping && lsp->mapping->is_native)
		policy.flags |= PORT_F_NATIVE;
	if (lsp->flags & PORT_F_ONE_MAC)
		memcpy(policy.security_mac, lsp->nb->port_security[0].mac,
		       sizeof(policy.security_mac));
	return policy;
}

static bool lsp_leads_to_router(const struct topo_lsp *lsp)
{
	return lsp->kind == PORT_ROUTER || lsp->kind == PORT_GATEWAY;
}

static int add_port(struct tables *c, const struct topo_lsp *lsp)
{
	struct port_key key = {.datapath = lsp->sw->key, .port = lsp->key};
	struct port_val val = {
		.kind = lsp->kind,
		.chassis = lsp->chassis,
		.policy = lsp_policy(lsp),
	};

	if (lsp->binding && lsp->chassis == c->t->own_chassis)
		val.ifindex = lsp->binding->ifindex;
	if (lsp->kind == PORT_LOCALNET) {
		val.vlan = lsp->nb->tag;
		val.vlan_type = lsp->nb->tag_type;
		if (lsp->mapping)
			val.ifindex = lsp->mapping->ifindex;
	}
	if (lsp_leads_to_router(lsp)) {
		val.policy.flags |=
			router_port_flags(c, lsp, lsp->peer->nb->mac);
		val.peer_datapath = lsp->peer->router->key;
		val.peer_port = lsp->peer->key;
		if (val.policy.flags & PORT_F_CT)
			memcpy(val.policy.security_mac, lsp->peer->nb->mac,
			       sizeof(val.policy.security_mac));
	}
	name_store(val.name, lsp->nb->name);
	return tables_add(c, IMAGE_PORT, &key, &val, NULL);
}

static const struct topo_lsp *lsp_of_key(const struct topo_switch *sw,
					 uint32_t key)
{
	for (size_t i = 0; i < sw->n_ports; i++)
		if (sw->ports[i].key == key)
			return &sw->ports[i];
	return NULL;
}

static bool lsp_has_mac(const struct topo_lsp *lsp, const uint8_t mac[6])
{
	for (size_t i = 0; i < lsp->nb->n_addresses; i++)
		if (!memcmp(lsp->nb->addresses[i].mac, mac, 6))
			return true;
	return lsp->nb->has_router && lsp->peer &&
	       !memcmp(lsp->peer->nb->mac, mac, 6);
}

/* 0 where the MAC is there because the port has it twice, or may stay the
 * first port's. */
static int check_mac_owner(struct tables *c, const struct topo_lsp *lsp,
			   const uint8_t mac[6])
{
	const struct topo_lsp *first = lsp->sw->ports;

	while (!lsp_has_mac(first, mac))
		first++;
	if (first == lsp)
		return 0;
	error_set(c->e, EINVAL,
		  "switch %.100s: ports %.200s and %.200s both have MAC "
		  "%02x:%02x:%02x:%02x:%02x:%02x; change one of them "
		  "with ovn-nbctl lsp-set-addresses",
		  lsp->sw->nb->name, first->nb->name, lsp->nb->name, mac[0],
		  mac[1], mac[2], mac[3], mac[4], mac[5]);
	return tables_refuse(c, -EINVAL);
}

int tables_add_l2(struct tables *c, const struct topo_lsp *lsp,
		  const uint8_t mac[6])
{
	const struct topo_lsp *by = lsp;
	struct l2_key key = {.datapath = lsp->sw->key};
	struct l2_val val = {};

	/* Guests of other chassis, or of none, are behind the physical
	 * network; a gateway router is not (ovn-controller's rule). */
	if (lsp->sw->localnet && lsp->kind == PORT_VIF &&
	    lsp->chassis != c->t->own_chassis)
		by = lsp->sw->localnet;
	memcpy(key.mac, mac, sizeof(key.mac));
	val.port = by->key;
	val.kind = by->kind;
	val.chassis = by->chassis;
	val.flags = ((by->flags | lsp->flags) & PORT_F_DISABLED) |
		    router_port_flags(c, lsp, mac);
	if (lsp_leads_to_router(lsp)) {
		val.peer_datapath = lsp->peer->router->key;
		val.peer_port = lsp->peer->key;
	}
	return tables_add(c, IMAGE_L2, &key, &val, NULL);
}

static int add_mac(struct tables *c, const struct topo_lsp *lsp,
		   const uint8_t mac[6])
{
	int ret = tables_add_l2(c, lsp, mac);

	return ret == -EEXIST ? check_mac_owner(c, lsp, mac) : ret;
}

static int add_macs(struct tables *c, const struct topo_lsp *lsp)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < lsp->nb->n_addresses; i++)
		ret = add_mac(c, lsp, lsp->nb->addresses[i].mac);
	if (!ret && lsp->nb->has_router && lsp->peer)
		ret = add_mac(c, lsp, lsp->peer->nb->mac);
	return ret;
}

int tables_add_ports(struct tables *c)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < c->t->n_lsps; i++) {
		ret = add_port(c, &c->t->lsps[i]);
		if (!ret)
			ret = add_macs(c, &c->t->lsps[i]);
	}
	return ret;
}

/* Who answers for addresses of a switch. */
struct responder {
	struct tables *c;
	const struct topo_lsp *lsp;
	struct note_group *doubles;
};

/* northd warns about two ports with one address and answers for either; here
 * it is the first, as topology.c sorts them. */
static void note_double(struct responder *r, const struct arp_val *old,
			const char *address)
{
	const struct topo_switch *sw = r->lsp->sw;

	if (old->port == r->lsp->key)
		return;
	/* Looking for the name is worth it only while it is printed. */
	note_group_add(r->doubles, "%s in %s (%s, %s)", address, sw->nb->name,
		       r->doubles->n < NOTE_EXAMPLES ?
			       lsp_of_key(sw, old->port)->nb->name :
			       "",
		       r->lsp->nb->name);
}

static int respond_ip4(struct responder *r, enum arp_kind kind,
		       const uint8_t mac[6], const uint8_t ip[4])
{
	struct arp_key key = {.datapath = r->lsp->sw->key};
	struct arp_val val = {.kind = kind, .port = r->lsp->key};
	char text[INET_ADDRSTRLEN];
	struct arp_val *old;
	int ret;

	memcpy(key.ip, ip, sizeof(key.ip));
	memcpy(val.mac, mac, sizeof(val.mac));
	ret = tables_add(r->c, IMAGE_ARP, &key, &val, (void **)&old);
	if (ret != -EEXIST)
		return ret;
	snprintf(text, sizeof(text), "%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
	note_double(r, old, text);
	return 0;
}

static int respond_ip6(struct responder *r, const uint8_t mac[6],
		       const uint8_t ip[16])
{
	struct nd_key key = {.datapath = r->lsp->sw->key};
	struct arp_val val = {.kind = ARP_RESPOND, .port = r->lsp->key};
	char text[64];
	struct arp_val *old;
	int n = 0, ret;

	memcpy(key.ip, ip, sizeof(key.ip));
	memcpy(val.mac, mac, sizeof(val.mac));
	ret = tables_add(r->c, IMAGE_ND, &key, &val, (void **)&old);
	if (ret != -EEXIST)
		return ret;
	for (int i = 0; i < 16; i += 2)
		n += snprintf(text + n, sizeof(text) - n, "%s%x", i ? ":" : "",
			      ip[i] << 8 | ip[i + 1]);
	note_double(r, old, text);
	return 0;
}

/* By the switch; from a physical network it goes to who has the address. */
static enum arp_kind answer_kind(const struct topo_lsp *lsp)
{
	return lsp->sw->localnet && lsp_leads_to_router(lsp) ?
		       ARP_RESPOND_ROUTER :
		       ARP_RESPOND;
}

static int respond_address(struct responder *r, const struct nb_address *a)
{
	enum arp_kind kind = answer_kind(r->lsp);
	int ret = 0;

	for (size_t i = 0; !ret && i < a->n_ip4; i++)
		ret = respond_ip4(r, kind, a->mac, a->ip4[i].addr);
	for (size_t i = 0; !ret && i < a->n_ip6; i++)
		ret = respond_ip6(r, a->mac, a->ip6[i].addr);
	return ret;
}

/* addresses "router": the switch answers for the LRP (northd expands it to
 * MAC and networks).  A MAC alone: the router answers, on its chassis. */
static int respond_router(struct responder *r)
{
	const struct topo_lsp *lsp = r->lsp;
	const struct nb_lrp *lrp = lsp->peer->nb;
	enum arp_kind kind = lsp->nb->has_router ? answer_kind(lsp) :
						   ARP_ROUTER;
	int ret = 0;

	if (kind == ARP_ROUTER && !lsp_leads_to_router(lsp))
		return 0;
	for (size_t i = 0; !ret && i < lrp->n_ip4; i++)
		ret = respond_ip4(r, kind, lrp->mac, lrp->ip4[i].addr);
	for (size_t i = 0; !ret && kind != ARP_ROUTER && i < lrp->n_ip6; i++)
		ret = respond_ip6(r, lrp->mac, lrp->ip6[i].addr);
	return ret;
}

/* An answer of the switch stands: ovn-northd(8) has it in an earlier stage
 * than the copy to the router. */
int tables_add_router_arp(struct tables *c, const struct topo_lrp *lrp,
			  const uint8_t ip[4])
{
	struct arp_val val = {.kind = ARP_ROUTER};
	struct arp_key key = {};
	int ret;

	if (!lrp->lsp)
		return 0;
	key.datapath = lrp->lsp->sw->key;
	val.port = lrp->lsp->key;
	memcpy(key.ip, ip, sizeof(key.ip));
	memcpy(val.mac, lrp->nb->mac, sizeof(val.mac));
	ret = tables_add(c, IMAGE_ARP, &key, &val, NULL);
	return ret == -EEXIST ? 0 : ret;
}

int tables_add_responders(struct tables *c)
{
	struct note_group doubles = {};
	int ret = 0;

	for (size_t i = 0; !ret && i < c->t->n_lsps; i++) {
		const struct topo_lsp *lsp = &c->t->lsps[i];
		const struct nb_lsp *nb = lsp->nb;
		struct responder r = {c, lsp, &doubles};

		if (nb->type != NB_LSP_VIF && !lsp->peer)
			continue;
		/* A port that may have any address may be a bridge to the
		 * real owner of this one; northd leaves it alone as well. */
		if (!nb->no_arp_responder && !nb->has_unknown)
			for (size_t j = 0; !ret && j < nb->n_addresses; j++)
				ret = respond_address(&r, &nb->addresses[j]);
		if (!ret && lsp->peer)
			ret = respond_router(&r);
	}
	note_group_finish(&doubles, c->notes,
			  "addresses that two ports of a switch have; the port "
			  "named first is answered for");
	return ret;
}
