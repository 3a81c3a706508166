/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What fills the tables of an image from a topology.  Each returns 0,
 * -EINVAL (a network that contradicts itself), -E2BIG or -ENOMEM.
 */
#ifndef XOVN_COMPILE_TABLES_H
#define XOVN_COMPILE_TABLES_H

#include "compile.h"
#include "notes.h"
#include "topology.h"

struct tables {
	struct topology *t;
	struct image *image;
	struct notes *notes;
	struct error *e;
	const struct nb *nb;
	const struct compile_input *in;
	bool has_moved_ids; /* see compile_output */
};

/* Numbers that keys_assign() gives to what only maps name. */
#define TABLE_ID_MAX (1u << 30)

/* LRP_F_CT, LRP_F_LB, PORT_F_LB; before what copies them */
int tables_flag_nat(struct tables *c);
int tables_flag_load_balancers(struct tables *c);
int tables_add_port_security(struct tables *c); /* and PORT_F_ONE_MAC */
int tables_add_ports(struct tables *c); /* port, l2 */
int tables_add_responders(struct tables *c); /* arp, nd */
int tables_add_localnets(struct tables *c); /* network, localnet */
int tables_add_garps(struct tables *c); /* of ports and guests here */
int tables_add_groups(struct tables *c); /* group, member */
int tables_add_neighbors(struct tables *c); /* and LRP_F_STATIC_NEIGHBORS */
int tables_add_learned(struct tables *c); /* after neighbors and ports */
int tables_add_router_ports(struct tables *c); /* lrp, router_ip */
int tables_flag_src_routes(struct tables *c); /* LRP_F_SRC_ROUTES */
int tables_add_routes(struct tables *c); /* route, route_src, ecmp, maglev */

/* After responders and router ports: a router's own addresses win over those
 * of NAT, and these over VIPs. */
int tables_add_nat(struct tables *c); /* nat, snat, nat_set, router */
int tables_add_load_balancers(struct tables *c); /* vip, lb, backend, maglev */
/* After both: what a router here answers for stays its own. */
int tables_add_gateways_elsewhere(struct tables *c); /* arp */

/* Announces an address behind a port on the physical network of its switch,
 * if that has one; where it is there already, nothing. */
int tables_add_garp(struct tables *c, const struct topo_lsp *lsp,
		    const uint8_t mac[6], const uint8_t ip[4]);
/* On the switch behind the LRP, requests for the address go to the router:
 * for external IPs and VIPs. */
int tables_add_router_arp(struct tables *c, const struct topo_lrp *lrp,
			  const uint8_t ip[4]);

/* As refused_add(): err, what c->e says about a row, or 0 where it may be left
 * out. */
int tables_refuse(struct tables *c, int err);
/* Are the entries of this owner to be made? */
bool tables_want(const struct tables *c, uint64_t owner);
/* image_add() with a message for -ENOMEM; -EEXIST as it is.  The owner is the
 * datapath or number that the key names, except: */
int tables_add(struct tables *c, enum image_table_id id, const void *key,
	       const void *val, void **old);
/* Neighbors belong to the switch where they are, so that a guest there is no
 * change of the router. */
int tables_add_neighbor(struct tables *c, const struct topo_lrp *lrp,
			const uint8_t ip[4], const uint8_t mac[6]);
/* The destination look-up of a MAC behind the port; -EEXIST. */
int tables_add_l2(struct tables *c, const struct topo_lsp *lsp,
		  const uint8_t mac[6]);

/* What a frame from or to the port must obey. */
struct port_policy lsp_policy(const struct topo_lsp *lsp);

/* Other side of a link: keys, or zeros where nothing may be sent. */
void lrp_other_side(const struct topology *t, const struct topo_lrp *lrp,
		    uint32_t *datapath, uint32_t *port);
/* Its network that holds the address, or NULL. */
const struct nb_ip4 *lrp_network_of(const struct nb_lrp *nb,
				    const uint8_t addr[4]);
/* The first port of a router with such a network, or NULL. */
const struct topo_lrp *router_lrp_with(const struct topo_router *r,
				       const uint8_t addr[4]);
/* By OVN, too: a row with both sets. */
static inline bool nat_is_ignored(const struct nb_nat *nb)
{
	return nb->allowed.uuid[0] && nb->exempted.uuid[0];
}

/* Does this host run it as a gateway router?  Only those have NAT and load
 * balancers. */
static inline bool router_is_gateway_here(const struct topology *t,
					  const struct topo_router *r)
{
	return r->is_gateway && topo_router_is_here(t, r);
}

/* Host order; plen 0..32. */
uint32_t ip4_mask(uint8_t plen);
uint32_t ip4_get(const uint8_t addr[4]);
void ip4_put(uint8_t addr[4], uint32_t value);

#endif /* XOVN_COMPILE_TABLES_H */
