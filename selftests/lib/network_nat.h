/* SPDX-License-Identifier: GPL-2.0-only */
/* NAT rows and load balancers of a test's network (network.h), and what
 * compile() makes of them. */
#ifndef XOVN_TEST_NETWORK_NAT_H
#define XOVN_TEST_NETWORK_NAT_H

#include "network.h"

/* type: "snat", "dnat", "dnat_and_snat". */
struct nb_nat *net_nat(struct nb_router *r, const char *type,
		       const char *external_ip, const char *logical_ip);
/* addresses: parted by blanks. */
void net_ip_set(struct nb_ip_set *set, const char *name, const char *addresses);
struct nb_lb *net_lb(struct network *n, const char *name);
/* text: "IP" or "IP:PORT"; backends: parted by blanks. */
struct nb_vip *net_vip(struct nb_lb *lb, const char *text,
		       const char *backends);
/* The load balancer is the i-th that was made. */
void net_switch_lb(struct nb_switch *sw, uint32_t i);
void net_router_lb(struct nb_router *r, uint32_t i);
/* Instead of net_free(). */
void net_free_all(struct network *n);

/* NULL: no such entry. */
struct nat_val *net_nat_val(const struct compile_output *out,
			    const char *router, const char *ip);
struct snat_val *net_snat_val(const struct compile_output *out,
			      const char *router, const char *prefix);
struct router_val *net_router_val(const struct compile_output *out,
				  const char *router);
struct lb_val *net_lb_val(const struct compile_output *out,
			  const char *datapath, const char *vip, uint8_t proto);
/* enum vip_flag; 0: no entry. */
uint32_t net_vip_flags(const struct compile_output *out, const char *datapath,
		       const char *ip);
/* Members of a set as text, sorted: "10.0.0.0/8 192.0.2.1/32". */
const char *net_set_members(const struct compile_output *out, uint32_t set);
/* Backends as text, in their order: "10.0.0.1:80 10.0.0.2:80"; asserts that
 * each has slots, and that slots name no others. */
const char *net_backends(const struct compile_output *out,
			 const struct lb_val *lb);
bool net_has_garp(const struct compile_output *out, const char *sw,
		  const char *ip);

#endif /* XOVN_TEST_NETWORK_NAT_H */
