// SPDX-License-Identifier: GPL-2.0-only
/* Steps of a trace in words. */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "step_case.h"

#define VM1 "02:ac:10:ff:00:10"
#define VM2 "02:ac:10:ff:00:20"
#define VM9 "02:ac:10:ff:00:90"
#define GW1_OUTSIDE "02:0a:7f:18:01:02"
#define ALL "ff:ff:ff:ff:ff:ff"

static void test_switch_in(void **state)
{
	static const struct sentence cases[] = {
		{TRACE_VIF_IN, "ls1", .inport = "ls1-vm9", .a = "2",
		 .stage = "ls_in_check_port_sec",
		 .want = "from VIF ls1-vm9; port_security"},
		{TRACE_LOCALNET_IN, "outside", .inport = "outside-localnet",
		 .want = "from outside-localnet, physical network phyNet"},
		{TRACE_TUNNEL_IN, "ls3", .inport = "ls3-router1",
		 .outport = "ls3-gw1", .a = "datapath ls3",
		 .b = "port ls3-router1", .c = "port ls3-gw1",
		 .stage = "tunnel",
		 .want = "Geneve: VNI 12843284 is ls3, ingress key 27715 ls3-router1, "
			 "egress key 10218 ls3-gw1"},
		{TRACE_PORT_SEC_IN, "ls1", .inport = "ls1-vm1",
		 .flow = "eth.src " VM1 " src 172.18.100.10",
		 .want = "ls1-vm1 may send from eth.src " VM1
			 ", ip4.src 172.18.100.10"},
		{TRACE_PORT_SEC_IN, "ls1", .inport = "ls1-vm1",
		 .a = "drop PORT_SEC_IN",
		 .flow = "eth.src " VM2 " type 0x806 lladdr " VM9
			 " src 172.18.100.10",
		 .want = "ls1-vm1 may not send from eth.src " VM2
			 ", arp.sha " VM9 ", arp.spa 172.18.100.10; "
			 "drop PORT_SEC_IN"},
		{TRACE_PORT_SEC_IN, "ls1", .inport = "ls1-vm9",
		 .want = "ls1-vm9 has no port_security: may send anything"},
		{TRACE_FDB_LEARN, "ls1", .inport = "ls1-vm9",
		 .a = "datapath ls1", .b = "port ls1-vm9",
		 .flow = "eth.src " VM9, .stage = "ls_in_put_fdb",
		 .want = "eth.src " VM9 " is behind ls1-vm9: noted"},
	};

	(void)state;
	SENTENCES_CHECK(cases);
}

static void test_switch_out(void **state)
{
	static const struct sentence cases[] = {
		{TRACE_L2, "ls1", .a = "port ls1-vm2", .b = "1",
		 .c = "chassis node3", .flow = "eth.dst " VM2,
		 .stage = "ls_in_l2_lkup",
		 .want = "eth.dst " VM2 " is ls1-vm2, on node3"},
		{TRACE_L2, "ls1", .a = "port ls1-vm9", .b = "1",
		 .c = "chassis node1", .flow = "eth.dst " VM9,
		 .want = "eth.dst " VM9 " is ls1-vm9, on this chassis"},
		{TRACE_L2, "ls1", .a = "port ls1-vm2", .b = "1",
		 .flow = "eth.dst " VM2,
		 .want = "eth.dst " VM2 " is ls1-vm2, placed on no chassis"},
		{TRACE_L2, "ls1", .a = "port ls1-router1", .b = "2",
		 .flow = "eth.dst 02:ac:10:ff:00:01",
		 .want = "eth.dst 02:ac:10:ff:00:01 is router port "
			 "ls1-router1, to router1-ls1 of router1"},
		{TRACE_L2, "ls3", .a = "port ls3-gw1", .b = "5",
		 .c = "chassis node1", .flow = "eth.dst 02:ac:10:ff:ff:01",
		 .want = "eth.dst 02:ac:10:ff:ff:01 is router port ls3-gw1, "
			 "to gw1-ls3 of gw1, on this chassis"},
		{TRACE_L2, "outside", .a = "port outside-localnet", .b = "4",
		 .flow = "eth.dst " VM2,
		 .want = "to outside-localnet, physical network phyNet"},
		{TRACE_FDB, "ls1", .a = "port ls1-vm9",
		 .flow = "eth.dst 02:00:00:00:00:01",
		 .stage = "ls_in_l2_unknown",
		 .want = "eth.dst 02:00:00:00:00:01 was learned behind "
			 "ls1-vm9"},
		{TRACE_FLOOD, "ls1", .a = "0x8000", .flow = "eth.dst " ALL,
		 .want = "eth.dst " ALL " to _MC_flood: ports here ls1-vm8 "
			 "ls1-vm9; "
			 "chassis node2 node3"},
		{TRACE_FLOOD, "ls1", .inport = "ls1-vm9", .a = "0x8004",
		 .flow = "eth.dst " ALL,
		 .want = "eth.dst " ALL " to _MC_flood_l2: ports here ls1-vm8; "
			 "chassis node2 node3"},
		{TRACE_FLOOD, "ls1", .a = "0x8001",
		 .flow = "eth.dst 02:00:00:00:00:01",
		 .want = "eth.dst 02:00:00:00:00:01 to _MC_unknown: ports here "
			 "ls1-vm8; chassis none"},
		{TRACE_FLOOD, "gw1", .a = "0x8001", .flow = "eth.dst " ALL,
		 .want = "eth.dst " ALL " to _MC_unknown: no members"},
		{TRACE_PORT_SEC_OUT, "ls1", .a = "port ls1-vm1",
		 .b = "drop PORT_SEC_OUT",
		 .flow = "eth.dst " VM2 " dst 172.18.100.20",
		 .stage = "ls_out_check_port_sec",
		 .want = "ls1-vm1 may not receive eth.dst " VM2
			 ", ip4.dst 172.18.100.20; drop PORT_SEC_OUT"},
		{TRACE_PORT_SEC_OUT, "ls1", .a = "port ls1-vm9",
		 .want = "ls1-vm9 has no port_security: may receive anything"},
		{TRACE_HAIRPIN, "ls2", .a = "port ls2-vm3",
		 .stage = "ls_in_hairpin",
		 .want = "client and backend are both ls2-vm3: back to it, "
			 "MACs swapped"},
	};

	(void)state;
	SENTENCES_CHECK(cases);
}

static void test_arp(void **state)
{
	static const struct sentence cases[] = {
		{TRACE_ARP_RSP, "ls1", .a = "1", .b = "port ls1-vm9",
		 .flow = "type 0x806 arp 1 dst 172.18.100.9",
		 .stage = "ls_in_arp_rsp",
		 .want = "arp.tpa 172.18.100.9 is ls1-vm9's: the switch "
			 "answers with " VM9},
		{TRACE_ARP_RSP, "ls1", .a = "2", .b = "port ls1-router1",
		 .flow = "type 0x806 arp 1 dst 172.18.100.1",
		 .want = "arp.tpa 172.18.100.1 is ls1-router1's: the router "
			 "answers, others get a copy"},
		{TRACE_ND_RSP, "ls1", .a = "port ls1-vm9",
		 .flow = "lladdr " VM9,
		 .want = "nd.target is ls1-vm9's: the switch answers with " VM9},
		{TRACE_LR_LEARN, "router1", .a = "port router1-ls1",
		 .b = "ip 172.18.100.10", .c = "datapath router1",
		 .flow = "lladdr " VM1, .stage = "lr_in_learn_neighbor",
		 .want = "172.18.100.10 is at " VM1
			 ": learned by router1-ls1 of router1"},
		{TRACE_LR_LEARN, "ls1", .a = "port router1-ls1",
		 .b = "ip 172.18.100.10", .c = "datapath router1",
		 .flow = "lladdr " VM1,
		 .want = "172.18.100.10 is at " VM1
			 ": learned by router1-ls1 of router1"},
		{TRACE_LR_ARP, "router1", .inport = "router1-ls1", .a = "1",
		 .flow = "type 0x806 arp 1 dst 172.18.100.1",
		 .want = "arp.tpa 172.18.100.1 is router1-ls1's own: answers "
			 "with 02:ac:10:ff:00:01"},
		{TRACE_LR_ARP, "router1", .inport = "router1-ls1",
		 .flow = "type 0x806 arp 1 dst 172.18.200.1",
		 .want = "arp.tpa 172.18.200.1 is router1-ls2's own, not "
			 "router1-ls1's: no answer on router1-ls1"},
		{TRACE_LR_ARP, "gw1", .inport = "gw1-outside", .a = "1",
		 .flow = "type 0x806 arp 1 dst 192.168.209.121",
		 .want = "arp.tpa 192.168.209.121 is an external address of "
			 "gw1's NAT: answers with " GW1_OUTSIDE},
		{TRACE_LR_ARP, "gw1", .inport = "gw1-outside", .a = "1",
		 .flow = "type 0x806 arp 1 dst 192.168.209.55",
		 .want = "arp.tpa 192.168.209.55 is a VIP of gw1: answers "
			 "with " GW1_OUTSIDE},
		{TRACE_LR_ARP, "gw1", .inport = "gw1-outside",
		 .flow = "type 0x806 arp 1 dst 192.168.209.99",
		 .want = "arp.tpa 192.168.209.99 is no address of gw1: no "
			 "answer on gw1-outside"},
		{TRACE_NEIGHBOR, "router1", .a = "ip 172.18.100.9", .b = "1",
		 .c = "port router1-ls1", .flow = "ttl 63 eth.dst " VM9,
		 .stage = "lr_in_arp_resolve",
		 .want = "172.18.100.9 on router1-ls1 is at " VM9
			 ", as the NB has it; TTL 63"},
		{TRACE_NEIGHBOR, "router1", .a = "ip 172.18.100.10", .b = "2",
		 .c = "port router1-ls1", .flow = "ttl 62 eth.dst " VM1,
		 .want = "172.18.100.10 on router1-ls1 is at " VM1
			 ", learned; TTL 62"},
		{TRACE_NEIGHBOR, "router1", .a = "ip 172.18.100.10", .b = "0",
		 .c = "port router1-ls1",
		 .want = "172.18.100.10 on router1-ls1 is at no known MAC: "
			 "asked by ARP"},
		{TRACE_NEIGHBOR, "router1", .a = "ip 172.18.100.10", .b = "3",
		 .c = "port router1-ls1",
		 .want = "172.18.100.10 on router1-ls1 was not heard of for "
			 "mac_binding_age_threshold"},
	};

	(void)state;
	SENTENCES_CHECK(cases);
}

static void test_router(void **state)
{
	static const struct sentence cases[] = {
		{TRACE_LR_IN, "router1", .a = "port router1-ls1",
		 .flow = "eth.dst 02:ac:10:ff:00:01",
		 .stage = "lr_in_admission",
		 .want = "eth.dst 02:ac:10:ff:00:01 is router1-ls1"},
		{TRACE_LR_IN, "router1", .a = "port router1-ls1",
		 .b = "drop LR_ADMISSION", .flow = "eth.dst " VM2,
		 .want = "eth.dst " VM2 " is not router1-ls1's "
			 "02:ac:10:ff:00:01; drop LR_ADMISSION"},
		{TRACE_LR_LOCAL, "router1",
		 .flow = "dst 172.18.100.1 proto 1 sport 0x800",
		 .stage = "lr_in_ip_input",
		 .want = "ip4.dst 172.18.100.1 is router1's own: answers the "
			 "echo request, TTL 255"},
		{TRACE_LR_LOCAL, "gw1", .a = "2",
		 .flow = "dst 172.19.255.1 proto 17",
		 .want = "ip4.dst 172.19.255.1 is gw1's own: a gateway router "
			 "does not answer UDP"},
		{TRACE_TTL, "router1", .a = "1",
		 .want = "TTL 1 ends at router1"},
		{TRACE_ROUTE, "router1", .a = "24", .b = "1",
		 .flow = "dst 172.18.200.20", .stage = "lr_in_ip_routing",
		 .want = "ip4.dst 172.18.200.20: 172.18.200.0/24 connected to "
			 "router1-ls2"},
		{TRACE_ROUTE, "router1", .a = "0", .b = "2",
		 .flow = "dst 8.8.8.8",
		 .want = "ip4.dst 8.8.8.8: 0.0.0.0/0 via 172.19.255.1 by "
			 "router1-ls3"},
		{TRACE_ROUTE, "router1", .a = "32", .b = "3",
		 .flow = "dst 172.18.100.1",
		 .want = "ip4.dst 172.18.100.1: 172.18.100.1/32 own address "
			 "of router1-ls1"},
		{TRACE_ROUTE, "gw1", .a = "16", .b = "4",
		 .flow = "dst 10.2.3.4",
		 .want = "ip4.dst 10.2.3.4: 10.2.0.0/16 discard"},
		{TRACE_ROUTE, "gw1", .a = "16", .b = "5",
		 .flow = "dst 10.3.3.4",
		 .want = "ip4.dst 10.3.3.4: 10.3.0.0/16 ECMP"},
		{TRACE_ROUTE, "gw1", .a = "24", .b = "2", .c = "1",
		 .flow = "src 172.18.100.10 dst 9.9.9.9",
		 .want = "ip4.src 172.18.100.10: 172.18.100.0/24 via "
			 "192.168.192.3 by gw1-outside, policy src-ip"},
		{TRACE_ROUTE, "gw1", .a = "16", .b = "2",
		 .c = "table gw1-outside", .flow = "dst 10.4.3.4",
		 .want = "ip4.dst 10.4.3.4: 10.4.0.0/16 via 192.168.192.4 by "
			 "gw1-outside in route table 1"},
		{TRACE_NO_ROUTE, "gw1", .flow = "dst 9.9.9.9",
		 .want = "ip4.dst 9.9.9.9: no route"},
		{TRACE_ECMP, "gw1", .a = "ecmp 10.3.0.0/16", .b = "1",
		 .stage = "lr_in_ip_routing_ecmp",
		 .want = "route 2 of 2: via 192.168.192.2 by gw1-outside"},
	};

	(void)state;
	SENTENCES_CHECK(cases);
}

static void test_nat(void **state)
{
	static const struct sentence cases[] = {
		{TRACE_LB, "gw1", .a = "vip 192.168.209.55:8000", .b = "1",
		 .flow = "proto 6 flags 0x80", .stage = "lr_in_dnat",
		 .want = "VIP 192.168.209.55:8000/tcp of load balancer lb1: "
			 "backend 2 of 3, 172.18.100.20:8000"},
		{TRACE_LB, "ls2", .a = "vip 192.168.2.2", .b = "0", .c = "1",
		 .flow = "proto 17", .stage = "ls_in_lb",
		 .want = "VIP 192.168.2.2 of load balancer lb2: backend 1 of "
			 "2, 172.18.200.10, the client's last "
			 "(affinity_timeout)"},
		{TRACE_LB_REFUSE, "gw1", .a = "vip 192.168.209.56:80", .b = "1",
		 .flow = "proto 6 flags 0x80", .stage = "lr_in_dnat",
		 .want = "VIP 192.168.209.56:80/tcp of load balancer lb1 has "
			 "no backend: answers with TCP RST (reject=true)"},
		{TRACE_DNAT, "gw1", .a = "ip 192.168.209.121",
		 .b = "ip 172.18.100.10", .c = "1",
		 .want = "ip4.dst 192.168.209.121 dnat to 172.18.100.10"},
		{TRACE_SNAT, "gw1", .a = "ip 192.168.209.120",
		 .flow = "src 172.18.200.20", .stage = "lr_out_snat",
		 .want = "ip4.src 172.18.200.20: 172.18.0.0/16 snat to "
			 "192.168.209.120"},
		{TRACE_SNAT, "gw1", .a = "ip 192.168.209.121", .b = "2",
		 .flow = "src 172.18.100.10",
		 .want = "ip4.src 172.18.100.10: 172.18.100.10/32 snat to "
			 "192.168.209.121, stateless"},
		{TRACE_SNAT, "gw1", .a = "ip 172.19.255.1", .c = "1",
		 .flow = "src 9.9.9.9 flags 0x80000",
		 .want = "ip4.src 9.9.9.9 snat to 172.19.255.1 by "
			 "lb_force_snat_ip"},
	};

	(void)state;
	assert_int_equal(0x80, FLOW_ROUTED);
	assert_int_equal(0x80000, FLOW_LBED);
	SENTENCES_CHECK(cases);
}

static void test_ct(void **state)
{
	static const struct sentence cases[] = {
		{TRACE_CT_MISS, "gw1",
		 .flow = "src 172.18.100.10 dst 8.8.8.8 proto 17 sport 4000 "
			 "dport 53",
		 .stage = "lr_in_unsnat",
		 .want = "zone gw1: no connection of udp 172.18.100.10:4000 > "
			 "8.8.8.8:53"},
		{TRACE_CT_MISS, "ls2", .inport = "ls2-vm3", .c = "port ls2-vm3",
		 .flow = "src 172.18.200.10 dst 192.168.2.2 proto 1 sport "
			 "0x800 dport 5",
		 .stage = "ls_in_pre_stateful",
		 .want = "zone ls2-vm3: no connection of icmp 172.18.200.10 > "
			 "192.168.2.2 id 5"},
		{TRACE_CT_KNOWN, "gw1", .a = "7", .b = "1",
		 .stage = "lr_in_unsnat",
		 .want = "zone gw1: answer of udp 172.18.100.10:4000 > "
			 "8.8.8.8:53 (UDP, unanswered), its answers udp "
			 "8.8.8.8:53 > 192.168.209.120:4001"},
		{TRACE_CT_KNOWN, "gw1", .a = "8",
		 .want = "zone gw1: one more of connection 8"},
		{TRACE_CT_KNOWN, "ls2", .inport = "ls2-vm3",
		 .outport = "ls2-vm4", .a = "8", .b = "1", .c = "port ls2-vm4",
		 .stage = "ls_out_pre_stateful",
		 .want = "zone ls2-vm4: answer of connection 8"},
		{TRACE_CT_NEW, "gw1", .a = "7", .stage = "ct_commit",
		 .want = "zone gw1: new connection udp 172.18.100.10:4000 > "
			 "8.8.8.8:53, its answers udp 8.8.8.8:53 > "
			 "192.168.209.120:4001; source port 4000 changed to "
			 "4001"},
		{TRACE_CT_NEW, "ls2", .a = "0", .b = "port ls2-vm3",
		 .c = "drop CT_FULL", .stage = "ls_in_stateful",
		 .want = "zone ls2-vm3: new connection refused; drop "
			 "CT_FULL"},
	};

	(void)state;
	SENTENCES_CHECK(cases);
}

static void test_output(void **state)
{
	static const struct sentence cases[] = {
		{TRACE_BUILD, "router1", .a = "11",
		 .flow = "proto 1 sport 0xb00 src 172.18.100.1 "
			 "dst 172.18.100.10",
		 .stage = "answer",
		 .want = "the packet becomes ICMP time exceeded from "
			 "172.18.100.1 to 172.18.100.10"},
		{TRACE_BUILD, "router1", .a = "3", .b = "3",
		 .flow = "proto 1 sport 0x303 src 172.18.100.1 "
			 "dst 172.18.100.10",
		 .want = "the packet becomes ICMP port unreachable from "
			 "172.18.100.1 to 172.18.100.10"},
		{TRACE_BUILD, "ls2",
		 .flow = "type 0x806 arp 1 src 172.18.200.1 dst 172.18.200.20 "
			 "eth.src 02:ac:10:ff:10:01",
		 .want = "the packet becomes an ARP request for 172.18.200.20 "
			 "from 172.18.200.1 (02:ac:10:ff:10:01)"},
		{TRACE_BUILD, "router1",
		 .flow = "proto 6 src 172.18.100.1 sport 80 "
			 "dst 172.18.100.10 dport 4000",
		 .want = "the packet becomes a TCP RST from 172.18.100.1:80 "
			 "to 172.18.100.10:4000"},
		{TRACE_DELIVER, "ls1", .a = "3", .b = "port ls1-vm1",
		 .stage = "output", .want = "to VIF ls1-vm1"},
		{TRACE_DELIVER, "outside", .a = "9",
		 .b = "port outside-localnet",
		 .want = "out by outside-localnet, physical network phyNet"},
		{TRACE_TUNNEL, "ls1", .a = "chassis node3",
		 .b = "port ls1-router1", .c = "port ls1-vm2",
		 .want = "to node3: Geneve, VNI 14450497 ls1, ingress key 2812 "
			 "ls1-router1, egress key 20742 ls1-vm2"},
		{TRACE_COPY, "ls1", .a = "2", .c = "chassis node3",
		 .want = "a copy to node3 by Geneve"},
		{TRACE_COPY, "outside", .a = "9",
		 .want = "a copy out by outside-localnet, physical network "
			 "phyNet"},
		{TRACE_COPY, "outside", .a = "33",
		 .want = "a copy to interface 33"},
		{TRACE_CONSUMED, "router1",
		 .want = "ends in router1: what it tells is noted, or another "
			 "chassis answers"},
		{TRACE_PASS, "outside", .flow = "eth.dst " ALL,
		 .want = "eth.dst " ALL " is for the host, too: to its own "
			 "stack"},
		{TRACE_PASS, .want = "nothing of the logical network: to the "
				     "host's own stack"},
		{TRACE_DROP, "router1", .a = "drop LR_NO_ROUTE",
		 .stage = "drop",
		 .want = "LR_NO_ROUTE: no route to the destination; look at: "
			 "ovn-nbctl lr-route-list"},
	};

	(void)state;
	SENTENCES_CHECK(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_switch_in),
		cmocka_unit_test(test_switch_out),
		cmocka_unit_test(test_arp),
		cmocka_unit_test(test_router),
		cmocka_unit_test(test_nat),
		cmocka_unit_test(test_ct),
		cmocka_unit_test(test_output),
	};

	return cmocka_run_group_tests(tests, step_setup, step_teardown);
}
