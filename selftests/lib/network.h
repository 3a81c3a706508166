/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Networks for tests of the compiler, built by hand: NB rows and a placement
 * in one struct, look-ups by name in what compile() makes of them.  Anything
 * that goes wrong in here fails the running cmocka test.
 */
#ifndef XOVN_TEST_NETWORK_H
#define XOVN_TEST_NETWORK_H

#include <stddef.h>

#include "compile/compile.h"
#include "nb/nb.h"
#include "nb/placement.h"

struct network {
	struct nb nb;
	struct placement placement;
	struct compile_mapping mappings[8];
	size_t n_mappings;
};

void net_init(struct network *n);
void net_free(struct network *n);

/* Rows.  Pointers hold until the next row of the same kind and owner; uuids
 * come from the names unless net_uuid() sets them. */
struct nb_switch *net_switch(struct network *n, const char *name);
/* addresses and port_security: elements parted by ';', each as in ovn-nb(5):
 * "02:00:00:00:00:01 10.0.0.1; unknown". */
struct nb_lsp *net_vif(struct nb_switch *sw, const char *name,
		       const char *addresses);
struct nb_lsp *net_router_lsp(struct nb_switch *sw, const char *name,
			      const char *router_port, const char *addresses);
/* Address "unknown". */
struct nb_lsp *net_localnet(struct nb_switch *sw, const char *name,
			    const char *network_name, uint16_t tag);
void net_port_security(struct nb_lsp *lsp, const char *elements);
struct nb_router *net_router(struct network *n, const char *name);
/* networks: parted by blanks. */
struct nb_lrp *net_lrp(struct nb_router *r, const char *name, const char *mac,
		       const char *networks);
/* nexthop: an address, "discard" or "". */
struct nb_route *net_route(struct nb_router *r, const char *prefix,
			   const char *nexthop, const char *output_port);
void net_uuid(char uuid[37], const char *text);
void net_set(char **member, const char *text); /* strdup */

/* An interface of this host, attached to a physical network. */
struct compile_mapping *net_attach(struct network *n, const char *ifname,
				   uint32_t ifindex, const char *network_name);

/* Placement; chassis are numbered 0, 1, ... as they are added. */
size_t net_chassis(struct network *n, const char *name, const char *hostname,
		   const char *encap_ip);
void net_place(struct network *n, size_t chassis, const char *lsps);
void net_key(struct network *n, const char *name, uint32_t datapath,
	     uint32_t port);

/* The tutorial's network, as in selftests/data/base, on node1..node3. */
void net_tutorial(struct network *n);

/* compile() as this host; must work. */
void net_compile(const struct network *n, const char *chassis,
		 struct compile_output *out);
/* Must fail with -err and a text that holds all of the given parts. */
void net_compile_fails(const struct network *n, const char *chassis, int err,
		       const char *const *parts);
#define PARTS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Some note has the text in it. */
void net_assert_note(const struct compile_output *out, const char *text);
void net_assert_no_note(const struct compile_output *out, const char *text);

/* Keys by name. */
uint32_t net_datapath(const struct compile_output *out, const char *name);
struct port_key net_port(const struct compile_output *out, const char *lsp);
struct lrp_key net_lrp_key(const struct compile_output *out, const char *lrp);
/* Values by name; NULL: no such entry. */
struct port_val *net_port_val(const struct compile_output *out,
			      const char *lsp);
struct lrp_val *net_lrp_val(const struct compile_output *out, const char *lrp);
struct l2_val *net_l2(const struct compile_output *out, const char *sw,
		      const char *mac);
struct arp_val *net_arp(const struct compile_output *out, const char *sw,
			const char *ip);
struct arp_val *net_nd(const struct compile_output *out, const char *sw,
		       const char *ip);
struct route_val *net_route_val(const struct compile_output *out,
				const char *router, const char *prefix);
/* id: IMAGE_ROUTE or IMAGE_ROUTE_SRC. */
struct route_val *net_route_in(const struct compile_output *out,
			       enum image_table_id id, const char *router,
			       uint32_t table, const char *prefix);
/* Members of an ECMP group as text, in their order: "10.0.0.8 10.0.0.9". */
const char *net_ecmp(const struct compile_output *out, uint32_t group);
struct network_val *net_network(const struct compile_output *out,
				const char *lsp);
struct localnet_val *net_arriving(const struct compile_output *out,
				  uint32_t ifindex, uint32_t vlan);
struct garp_val *net_garp(const struct compile_output *out, const char *sw,
			  const char *ip);
struct router_ip_val *net_router_ip(const struct compile_output *out,
				    const char *router, const char *ip);
struct neighbor_val *net_neighbor(const struct compile_output *out,
				  const char *lrp, const char *ip);
/* Members as text, sorted: "ls1-vm1 node2" (ports, hostnames); "": no
 * such group.  Asserts that indices are dense and counts right. */
const char *net_members(const struct compile_output *out, const char *datapath,
			uint32_t group);

void net_assert_mac(const uint8_t mac[6], const char *want);
void net_assert_ip(const uint8_t ip[4], const char *want);

#endif /* XOVN_TEST_NETWORK_H */
