// SPDX-License-Identifier: GPL-2.0-only
/* What an agent gives back begins where it came in: at a guest, a physical
 * network, a tunnel; or is counted as a drop there. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "upcalls.h"

#define UDP " | udp 1>2 | data "

static uint64_t counter_of(const char *device)
{
	struct vif_key key = {.ifindex = device_get(device)->ifindex};
	int n_cpu = libbpf_num_possible_cpus();
	struct counter_val *v = calloc(n_cpu, sizeof(*v));
	struct vif_val val;
	uint64_t sum = 0;
	uint32_t number;

	if (!bpf_map_lookup_elem(harness_map("vif"), &key, &val)) {
		EXPECT(val.counter);
		number = val.counter + COUNTER_PORT_IN;
		bpf_map_lookup_elem(harness_map("counter"), &number, v);
	}
	for (int cpu = 0; cpu < n_cpu; cpu++)
		sum += v[cpu].packets;
	free(v);
	return sum;
}

static uint64_t dropped_at(const struct drop_at_key *key)
{
	int n_cpu = libbpf_num_possible_cpus();
	struct drop_val *v = calloc(n_cpu, sizeof(*v));
	uint64_t sum = 0;

	if (!bpf_map_lookup_elem(harness_map("drop_at"), key, v))
		for (int cpu = 0; cpu < n_cpu; cpu++)
			sum += v[cpu].packets;
	free(v);
	return sum;
}

void test_give_back(void)
{
	struct drop_at_key at = {.reason = DROP_LR_NEIGHBOR,
				 .datapath = network_key(&net, "router1"),
				 .port = network_key(&net, "router1-ls1"),
				 .in_datapath = network_key(&net, "ls1"),
				 .in_port = network_key(&net, "ls1-vm1")};
	struct upcall_packet other = kept;
	uint64_t count = counter_of("vm1"), places;

	test_begin();
	give_back(&kept, 0);
	expect_frame("vm4", "eth router1-ls2>ls2-vm4 | ip4 172.18.100.10>"
			    "172.18.200.20 ttl=63" UDP "40");
	give_back(&kept_at_router, 0);
	expect_frame("vm1", "eth router1-ls1>ls1-vm1 | ip4 172.18.100.1>"
			    "172.18.100.10 ttl=254 | icmp 0/0 rest=1 | data 8");
	EXPECT(counter_of("vm1") == count);
	test_end("what comes back is forwarded, and not counted twice");

	test_begin();
	places = dropped_at(&at);
	give_back(&kept, REINJECT_DROP);
	EXPECT(!n_got && !n_records);
	EXPECT(dropped(DROP_LR_NEIGHBOR) == 1);
	EXPECT(dropped_at(&at) == places + 1);
	test_end("I4: what waited in vain is counted at its place");

	test_begin();
	harness_clear("learned");
	give_back(&kept, 0);
	EXPECT(!n_records && n_got == 2);
	EXPECT(dropped(DROP_LR_NEIGHBOR) == 1);
	test_end("unknown again: not kept again");

	test_begin();
	other.origin.inport++;
	give_back(&other, 0);
	EXPECT(dropped(DROP_VIF_NOT_BOUND) == 1);
	other = kept;
	other.origin.ifindex = 0;
	give_back(&other, 0);
	EXPECT(dropped(DROP_VIF_NOT_BOUND) == 2);
	give_back(&kept, REINJECT_LOCALNET);
	EXPECT(dropped(DROP_LOCALNET_NOT_ATTACHED) == 1);
	give_back(&kept, REINJECT_TUNNEL);
	EXPECT(dropped(DROP_TUNNEL_PORT) == 1);
	EXPECT(!n_got && !n_records);
	test_end("I4: what has no place any more is counted");

	test_begin();
	give_back(&kept, 9);
	EXPECT(dropped(DROP_MALFORMED) == 1);
	frame.len = 14 + sizeof(struct reinject) + 19;
	send_frame("agent", NULL);
	frame.len = 14 + sizeof(struct reinject) - 1;
	send_frame("agent", NULL);
	EXPECT(dropped(DROP_MALFORMED) == 3);
	test_end("what makes no sense is malformed");
}

#define VM1_EXT "ip4 172.18.100.10>192.168.209.7"

static void test_tunnel(void)
{
	struct outcome *o = calloc(1, sizeof(*o));

	test_begin();
	text_to_packet(&frame, FROM_VM1 "192.168.209.7" UDP "40", &net, NULL);
	program_run(PROGRAM_XDP, device_get(UNDERLAY), &frame, o);
	EXPECT(o->retval == 2 && o->out.len == frame.len); /* XDP_PASS */
	EXPECT(!memcmp(o->out.data, frame.data, frame.len));
	records_read();
	EXPECT(!n_records && !dropped(DROP_LR_NEIGHBOR));
	free(o);
	test_end("XDP leaves it to TC");

	test_begin();
	send_text(UNDERLAY, FROM_VM1 "192.168.209.7" UDP "40");
	expect_packet("gw1", "gw1-outside", "192.168.209.7",
		      "eth router1-ls3>gw1-ls3 | " VM1_EXT UDP "40");
	expect_origin(REINJECT_TUNNEL, "ls3", "ls3-router1", "ls3-gw1", NULL);
	EXPECT(!dropped(DROP_LR_NEIGHBOR));
	kept = record[0];
	learn("gw1", "gw1-outside", (uint8_t[]){192, 168, 209, 7}, "ext");
	give_back(&kept, 0);
	expect_frame(LOCALNET,
		     TO_EXT "172.18.100.10>192.168.209.7 ttl=63" UDP "40");
	test_end("from another chassis, for a gateway router");
}

/* tag: how it stands in a frame on the wire, or "". */
static void test_localnet(const char *tag)
{
	char text[200];

	test_begin();
	snprintf(text, sizeof(text),
		 "eth ext>gw1-outside%s | ip4 192.168.209.7>192.168.209.8" UDP
		 "40",
		 tag);
	send_text(LOCALNET, text);
	expect_packet(
		"gw1", "gw1-outside", "192.168.209.8",
		"eth ext>gw1-outside | ip4 192.168.209.7>192.168.209.8" UDP
		"40");
	expect_origin(REINJECT_LOCALNET, "outside", "outside-localnet", NULL,
		      LOCALNET);
	EXPECT(!dropped(DROP_LR_NEIGHBOR));
	kept = record[0];
	learn("gw1", "gw1-outside", (uint8_t[]){192, 168, 209, 8}, "ext2");
	give_back(&kept, 0);
	snprintf(text, sizeof(text),
		 "eth gw1-outside>ext2%s | ip4 192.168.209.7>192.168.209.8 "
		 "ttl=63" UDP "40",
		 tag);
	expect_frame(LOCALNET, text);
	test_end(*tag ? "from a tagged physical network" :
			"from a physical network");
}

#define NAT                                                                    \
	" nat snat 192.168.209.120 172.18.0.0/16\n"                            \
	" nat dnat_and_snat 192.168.209.121 172.18.100.10\n"

/* Twice through a router that keeps connections is once. */
static void test_nat(void)
{
	test_begin();
	send_text(UNDERLAY, FROM_VM2 "192.168.209.7 | tcp 1000>80 flags=S");
	kept = record[0];
	EXPECT(n_records == 1);
	learn("gw1", "gw1-outside", (uint8_t[]){192, 168, 209, 7}, "ext");
	give_back(&kept, 0);
	expect_frame(LOCALNET,
		     TO_EXT "192.168.209.120>192.168.209.7 ttl=63 | tcp "
			    "1000>80 flags=S");
	EXPECT(ct_count() == 1);
	test_end("its source is translated then");

	test_begin();
	harness_clear("learned");
	send_text(LOCALNET, FROM_EXT2 "192.168.209.120 | icmp 8/0 rest=1");
	expect_packet("gw1", "gw1-outside", "192.168.209.8",
		      FROM_EXT2 "192.168.209.120 | icmp 8/0 rest=1");
	learn("gw1", "gw1-outside", (uint8_t[]){192, 168, 209, 8}, "ext2");
	kept = record[0];
	give_back(&kept, 0);
	expect_frame(LOCALNET, TO_EXT2 "192.168.209.120>192.168.209.8 ttl=254 "
				       "| icmp 0/0 rest=1");
	EXPECT(ct_count() == 1);
	test_end("an answer of a gateway begins no connection");

	test_begin();
	send_text(LOCALNET, "eth ext>gw1-outside | ip4 192.168.209.7>"
			    "192.168.209.121 | tcp 1000>80 flags=S");
	EXPECT(!n_records && ct_count() == 2);
	send_text(UNDERLAY, FROM_VM1 "192.168.209.7 | tcp 80>1000 flags=SA");
	EXPECT(n_records == 1 && !dropped(DROP_LR_NEIGHBOR));
	kept = record[0];
	learn("gw1", "gw1-outside", (uint8_t[]){192, 168, 209, 7}, "ext");
	give_back(&kept, 0);
	expect_frame(LOCALNET,
		     TO_EXT "192.168.209.121>192.168.209.7 ttl=63 | tcp "
			    "80>1000 flags=SA");
	EXPECT(ct_count() == 2);
	test_end("an answer of a known connection, too");
}

void test_places(void)
{
	in_network(GATEWAY NAT);
	test_nat();
	network_free(&net);

	in_network(GATEWAY);
	test_tunnel();
	test_localnet("");
	network_free(&net);

	in_network(GATEWAY_AS("node1", "", "if=vm5", "tag=100 if=ens9"));
	test_localnet(" | vlan 100");
	set_lease(0);
	network_free(&net);
}
