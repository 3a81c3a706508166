/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of tests, and the network most of them share. */
#ifndef SELFTESTS_PROG_TABLES_H
#define SELFTESTS_PROG_TABLES_H

#include "prog.h"

/* The tutorial's network seen from node2, where vm1 and vm4 are. */
#define TUTORIAL                                                                       \
	"self node2\n"                                                                 \
	"chassis node1 192.168.209.110\n"                                              \
	"chassis node2 192.168.209.111\n"                                              \
	"chassis node3 192.168.209.112\n"                                              \
	"switch ls1\n"                                                                 \
	" port ls1-vm1 addr=02:ac:10:ff:00:10 sec=02:ac:10:ff:00:10 at=node2 if=vm1\n" \
	" port ls1-vm2 addr=02:ac:10:ff:00:20 sec=02:ac:10:ff:00:20 at=node3\n"        \
	" router-port ls1-router1 router1-ls1\n"                                       \
	"switch ls2\n"                                                                 \
	" port ls2-vm3 addr=02:ac:10:ff:10:10 sec=02:ac:10:ff:10:10 at=node3\n"        \
	" port ls2-vm4 addr=02:ac:10:ff:10:20 sec=02:ac:10:ff:10:20 at=node2 if=vm4\n" \
	" router-port ls2-router1 router1-ls2\n"                                       \
	"router router1\n"                                                             \
	" lrp router1-ls1 02:ac:10:ff:00:01 172.18.100.1/24\n"                         \
	" lrp router1-ls2 02:ac:10:ff:10:01 172.18.200.1/24\n"

/* Tutorial addresses. */
#define VM1_VM2 "ip4 172.18.100.10>172.18.100.20"
#define VM2_VM1 "ip4 172.18.100.20>172.18.100.10"
#define VM1_VM4 "ip4 172.18.100.10>172.18.200.20"
#define VM1_VM3 "ip4 172.18.100.10>172.18.200.10"

extern const struct test_group switch_group, flood_group, fdb_group,
	answer_group, port_sec_in_group, port_sec_out_group, arp_group,
	route_group, router_local_group, router_error_group, loop_group,
	learn_group, teach_group, own_mac_group, too_big_group, departure_group,
	departure_routers_group, arrival_group, tunnel_group, tunnel_drop_group,
	underlay_pass_group, base_group;

/* Gateways: gateway.h */
extern const struct test_group gateway_group, gateway_own_group,
	gateway_elsewhere_group, localnet_arp_group, localnet_host_group,
	localnet_answer_group, localnet_untagged_group, localnet_tagged_group,
	localnet_unattached_group, localnet_slow_group, provider_group,
	provider_fdb_group, provider_tagged_group, provider_unattached_group,
	routes_group, gateway_guests_group, gateway_remote_group, one_nic_group,
	age_group;
extern const struct test_group snat_group, snat_clash_group, snat_direct_group,
	snat_range_group, nat_sets_group, dnat_group, stateless_group,
	forced_group, forced_router_group, forced_stateless_group,
	nat_icmp_group, frag_group;
extern const struct test_group lb_group, lb_inside_group, lb_forced_group,
	lb_forced_router_group, lb_switch_group, lb_choice_group;
extern const struct test_group ct_group, ct_flood_group, action_group,
	action_stateless_group;
extern const struct test_group unsupported_group, no_underlay_group,
	no_underlay_gateway_group, underlay_deleted_group, down_group,
	deleted_group, ct_full_group;
/* test_counters.c, test_places.c */
extern const struct test_group counters_group, counters_routers_group,
	counters_nat_group, counters_switch_lb_group, counters_mixed_group,
	places_group, lost_group;
extern const struct test_group limit_icmp_group, limit_learn_group,
	limit_ct_group;

/* A frame that a guest with offloads sends, test_gso.c. */
struct gso_test {
	const char *name;
	const char *in;
	uint16_t gso_size; /* 0: only the checksum is left open */
	const char *device; /* where it leaves */
	const char *first; /* first frame that leaves, without its data, whose
			    * sequence number (100) the others count up */
	size_t n; /* frames that leave */
	const char *counts; /* drop reason, NULL: none */
	const char *from; /* device */
};

void gso_tests_run(const char *group, const struct gso_test *t, size_t n);

/* Leaves the L4 checksum to the device: pseudo header only.  With a gso_size,
 * TCP is to be segmented and UDP to be fragmented. */
void checksum_open(struct packet *p, struct vnet_header *h, uint16_t gso_size);

void test_parser(void); /* test_parser.c: the strict parser itself */
void test_hostile(void); /* test_hostile.c: every length, every option */
void test_gso(void); /* test_gso.c: segments and unfinished checksums */
void test_refused(void); /* test_reasons.c: what the kernel refuses */
void test_gso_gateway(void); /* the same through NAT */
void test_random(void); /* packets through NAT */
void test_source_port(void); /* of outer UDP */
void test_lb_gateways(void); /* test_lb_choice.c */
void test_upcall(void); /* what an agent is told, and gives back */

#endif /* SELFTESTS_PROG_TABLES_H */
