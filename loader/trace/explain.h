/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of explain_step(): one function for each step writes a sentence,
 * names instead of keys.
 *
 *   explain.c         which function for which step
 *   explain_names.c   keys and addresses to names, look-ups
 *   explain_switch.c, explain_flood.c   steps of logical switches
 *   explain_router.c, explain_arp.c     of logical routers
 *   explain_nat.c, explain_ct.c         NAT, load balancers, connections
 *   explain_output.c  where it ends
 *
 * A key without an entry prints as a number: the maps may be another
 * chassis', or half written.
 */
#ifndef XOVN_TRACE_EXPLAIN_H
#define XOVN_TRACE_EXPLAIN_H

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdio.h>

#include "trace/trace.h"

struct explain {
	const struct trace_view *v;
	const struct trace_step_val *s;
	FILE *out;
};

typedef void explain_fn(const struct explain *x);

/* XOVN_TRACE_STEPS: explain_VIF_IN() and so on. */
#define X(name, stage, a, b, c) explain_fn explain_##name;
XOVN_TRACE_STEPS(X)
#undef X

/* Text by value: read .s in the expression that made it. */
struct text {
	char s[2 * XOVN_NAME_LEN];
};

struct text name_datapath(const struct explain *x, uint32_t datapath);
/* An LSP, LRP, or OVN's multicast group. */
struct text name_port(const struct explain *x, uint32_t datapath,
		      uint32_t port);
struct text name_chassis(const struct explain *x, uint32_t chassis);
/* Zone of connections: a router (port 0) or a port of a switch. */
struct text name_zone(const struct explain *x, uint32_t datapath,
		      uint32_t port);
struct text name_ip(const uint8_t ip[4]);
struct text name_ip4(uint32_t ip); /* network order */
struct text name_ip6(const uint8_t ip[16]);
struct text name_prefix(uint32_t ip, unsigned int plen);
struct text name_mac(const uint8_t mac[6]);
struct text name_proto(uint8_t proto);
struct text name_icmp(uint8_t type, uint8_t code); /* "ICMP ..." */
/* "tcp 10.0.0.1:1024 > 10.0.0.2:80" */
struct text name_tuple(const struct ct_tuple *t);
/* The same of the packet as it is in the step. */
struct text name_flow(const struct trace_step_val *s);
/* "172.16.0.1" or, with ports, "172.16.0.1:80" */
struct text name_endpoint(const uint8_t ip[4], uint16_t port, uint8_t proto);

const struct datapath_val *find_datapath(const struct explain *x,
					 uint32_t datapath);
const struct port_val *find_port(const struct explain *x, uint32_t datapath,
				 uint32_t port);
const struct lrp_val *find_lrp(const struct explain *x, uint32_t datapath,
			       uint32_t port);
const struct network_val *find_network(const struct explain *x,
				       uint32_t datapath, uint32_t port);

uint32_t prefix_mask(unsigned int plen); /* network order */
uint32_t step_ip4(const uint8_t *address); /* network order */
bool step_has_ports(uint8_t proto);
bool step_is_echo(const struct trace_step_val *s);

/* Entries of an image's table: key and value of number i. */
static inline const void *explain_key(const struct image *img,
				      enum image_table_id id, size_t i)
{
	return image_entry(&img->table[id], i);
}

static inline const void *explain_val(const struct image *img,
				      enum image_table_id id, size_t i)
{
	return image_entry(&img->table[id], i) + img->table[id].key_size;
}

/* "outside-localnet, physical network phyNet, VLAN tag 10" */
void say_localnet(const struct explain *x, uint32_t datapath, uint32_t port);
/* "; drop REASON", 0: nothing */
void say_drop(const struct explain *x, uint32_t reason);

#endif /* XOVN_TRACE_EXPLAIN_H */
