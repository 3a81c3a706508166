// SPDX-License-Identifier: GPL-2.0-only
/*
 * I10: with an agent that listens, packets whose next hop is unknown go to it
 * as they came in; and it hears what is learned.
 */
#include <bpf/bpf.h>
#include <string.h>

#include "upcalls.h"

#define UDP " | udp 1>2 | data "
#define TO_VM(ip) "eth ls1-vm1>router1-ls1 | ip4 172.18.100.10>" ip UDP "40"
#define REPLY_VM4                                                              \
	"eth ls2-vm4>router1-ls2 | arp reply ls2-vm4/172.18.200.20>"           \
	"router1-ls2/172.18.200.1"

static void test_without_agent(void)
{
	/* By two seconds: the programs' clock is up to a tick behind. */
	for (int lease = 0; lease >= -2; lease -= 2) {
		test_begin();
		set_lease(lease);
		send_text("vm1", TO_VM("172.18.200.20"));
		EXPECT(!n_records);
		EXPECT(dropped(DROP_LR_NEIGHBOR) == 1);
		send_text("vm4", REPLY_VM4);
		EXPECT(!n_records);
		test_end(lease ? "a lease that is over: as without" :
				 "no agent: dropped, nothing is told");
		harness_clear("learned");
	}
}

/* The records of these are what later tests give back. */
struct upcall_packet kept, kept_at_router;

static void test_keep(void)
{
	test_begin();
	set_lease(60);
	send_text("vm1", TO_VM("172.18.200.20"));
	expect_packet("router1", "router1-ls2", "172.18.200.20",
		      TO_VM("172.18.200.20"));
	expect_origin(REINJECT_VIF, "ls1", "ls1-vm1", NULL, "vm1");
	EXPECT(!dropped(DROP_LR_NEIGHBOR));
	EXPECT(n_got == 2); /* the request, to vm4 and node3 */
	kept = record[0];
	test_end("a guest's packet is kept as it came, and the request goes "
		 "out");

	test_begin();
	send_text("vm1", "eth ls1-vm1>router1-ls1 | ip4 172.18.100.10>"
			 "172.18.100.1 | icmp 8/0 rest=1 | data 8");
	expect_packet("router1", "router1-ls1", "172.18.100.10",
		      "eth ls1-vm1>router1-ls1 | ip4 172.18.100.10>"
		      "172.18.100.1 | icmp 8/0 rest=1 | data 8");
	expect_origin(REINJECT_VIF, "ls1", "ls1-vm1", NULL, "vm1");
	EXPECT(!dropped(DROP_LR_NEIGHBOR));
	kept_at_router = record[0];
	test_end("an echo request whose sender is unknown is kept");

	test_begin();
	send_text("vm1", "eth ls1-vm1>router1-ls1 | ip4 172.18.100.10>"
			 "172.18.100.1" UDP "8");
	EXPECT(!n_records);
	EXPECT(dropped(DROP_LR_NEIGHBOR) == 1);
	test_end("an error that a router has built is not");
}

static void test_limits(void)
{
	struct packet wanted;
	struct vnet_header h = {};

	test_begin();
	for (int i = 0; i < UPCALL_PER_HOP; i++) {
		send_text("vm1", TO_VM("172.18.200.31"));
		EXPECT(n_records == 1);
	}
	EXPECT(!dropped(DROP_LR_NEIGHBOR));
	send_text("vm1", TO_VM("172.18.200.31"));
	EXPECT(!n_records);
	EXPECT(dropped(DROP_LR_NEIGHBOR) == 1);
	send_text("vm1", TO_VM("172.18.200.32"));
	EXPECT(n_records == 1);
	EXPECT(dropped(DROP_LR_NEIGHBOR) == 1);
	test_end("four for each next hop, the rest is dropped");

	test_begin();
	text_to_packet(&frame,
		       "eth ls1-vm1>router1-ls1 | ip4 172.18.100.10>"
		       "172.18.200.33 | udp 1>2 | data 9174",
		       &net, NULL);
	EXPECT(frame.len == UPCALL_PACKET_MAX);
	wanted = frame;
	send_frame("vm1", NULL);
	EXPECT(n_records == 1 && record[0].len == wanted.len);
	EXPECT(!memcmp(record[0].data, wanted.data, wanted.len));
	send_text("vm1", "eth ls1-vm1>router1-ls1 | ip4 172.18.100.10>"
			 "172.18.200.33 | udp 1>2 | data 9175");
	EXPECT(!n_records);
	EXPECT(dropped(DROP_LR_NEIGHBOR) == 1);
	test_end("so long, and no longer");

	test_begin();
	text_to_packet(&frame,
		       "eth ls1-vm1>router1-ls1 | ip4 172.18.100.10>"
		       "172.18.200.34 | tcp 1000>80 seq=100 ack=1 flags=A | "
		       "data 3000",
		       &net, NULL);
	checksum_open(&frame, &h, 1400);
	send_frame("vm1", &h);
	EXPECT(!n_records);
	EXPECT(dropped(DROP_LR_NEIGHBOR) == 1);
	test_end("several segments in one are not kept");

	test_begin();
	for (int i = 0; i < UPCALL_HOPS + 4; i++) {
		struct neighbor_key key = {.datapath = 1, .port = i};
		struct upcall_hop_val val = {0};

		bpf_map_update_elem(harness_map("upcall_hop"), &key, &val, 0);
	}
	send_text("vm1", TO_VM("172.18.200.35"));
	EXPECT(!n_records);
	EXPECT(dropped(DROP_LR_NEIGHBOR) == 1);
	test_end("no room for another next hop");
	harness_clear("upcall_hop");
}

static void expect_learned(enum upcall_kind kind, const char *datapath,
			   const char *port, const char *mac_of,
			   bool is_broadcast)
{
	const struct upcall *u = &record[0].head;

	EXPECT(n_records == 1);
	EXPECT(u->kind == kind);
	EXPECT(u->datapath == network_key(&net, datapath));
	EXPECT(u->port == network_key(&net, port));
	EXPECT(!memcmp(u->mac, network_alias(&net, mac_of)->mac, 6));
	EXPECT(u->is_broadcast == is_broadcast);
}

/* That what is learned of vm4 was heard before this second. */
static void grow_old(const struct neighbor_key *key)
{
	struct neighbor_val val;

	EXPECT(!bpf_map_lookup_elem(harness_map("learned"), key, &val));
	val.seen--;
	EXPECT(!bpf_map_update_elem(harness_map("learned"), key, &val, 0));
}

static void test_neighbors(void)
{
	struct neighbor_key key = {.datapath = network_key(&net, "router1"),
				   .port = network_key(&net, "router1-ls2"),
				   .ip = {172, 18, 200, 20}};
	struct neighbor_val val = {.pad = {0}};

	test_begin();
	send_text("vm4", REPLY_VM4);
	expect_learned(UPCALL_NEIGHBOR, "router1", "router1-ls2", "ls2-vm4",
		       false);
	EXPECT(!memcmp(record[0].head.ip, key.ip, 4));
	memcpy(val.mac, record[0].head.mac, 6);
	EXPECT(!bpf_map_update_elem(harness_map("neighbor"), &key, &val, 0));
	grow_old(&key);
	send_text("vm4", REPLY_VM4);
	EXPECT(!n_records);
	test_end("a neighbor that the cluster knows is told once");

	test_begin();
	val.mac[5] ^= 1;
	EXPECT(!bpf_map_update_elem(harness_map("neighbor"), &key, &val, 0));
	grow_old(&key);
	send_text("vm4", REPLY_VM4);
	expect_learned(UPCALL_NEIGHBOR, "router1", "router1-ls2", "ls2-vm4",
		       false);
	EXPECT(!bpf_map_delete_elem(harness_map("neighbor"), &key));
	grow_old(&key);
	send_text("vm4", REPLY_VM4);
	expect_learned(UPCALL_NEIGHBOR, "router1", "router1-ls2", "ls2-vm4",
		       false);
	test_end("again when the cluster knows otherwise, or not any more");

	test_begin();
	send_text(UNDERLAY, "outer node3>node2 | geneve ls2 ls2-vm3>"
			    "ls2-router1 | eth ls2-vm3>router1-ls2 | arp reply "
			    "ls2-vm3/172.18.200.20>router1-ls2/172.18.200.1");
	expect_learned(UPCALL_NEIGHBOR, "router1", "router1-ls2", "ls2-vm3",
		       false);
	send_text("vm4", REPLY_VM4);
	EXPECT(n_records == 1);
	test_end("and again when its MAC is another");

	test_begin();
	send_text("vm1", "eth ls1-vm1>all | arp request ls1-vm1/172.18.100.10>"
			 "zero/172.18.100.1");
	expect_learned(UPCALL_NEIGHBOR, "router1", "router1-ls1", "ls1-vm1",
		       true);
	test_end("by a broadcast: others know, too");
}

#define UNKNOWN                                                                \
	"self node2\n"                                                         \
	"chassis node2 192.168.209.111\n"                                      \
	"chassis node3 192.168.209.112\n"                                      \
	"host mac-x 02:00:00:00:00:0a\n"                                       \
	"switch sw\n"                                                          \
	" port k addr=02:00:00:00:00:01 at=node2 if=k\n"                       \
	" port x addr=unknown at=node2 if=x\n"                                 \
	" port z addr=unknown at=node3\n"

static void test_fdb(void)
{
	test_begin();
	send_text("x", "eth mac-x>k type=0x88b6 | data 50");
	expect_learned(UPCALL_FDB, "sw", "x", "mac-x", false);
	EXPECT(!memcmp(record[0].head.ip, (uint8_t[4]){0}, 4));
	send_text("x", "eth mac-x>k type=0x88b6 | data 50");
	EXPECT(!n_records);
	test_end("a MAC is told once");

	test_begin();
	send_text(UNDERLAY, "outer node3>node2 | geneve sw z>k | eth mac-x>k "
			    "type=0x88b6 | data 50");
	expect_learned(UPCALL_FDB, "sw", "z", "mac-x", false);
	test_end("and again where it is elsewhere: by XDP");
}

void test_upcall(void)
{
	if (!records_open())
		return;
	network_build(&net, TUTORIAL);
	harness_load(&net);
	test_without_agent();
	test_keep();
	test_limits();
	test_neighbors();
	test_give_back();
	network_free(&net);

	in_network(UNKNOWN);
	test_fdb();
	network_free(&net);

	test_places();
	records_close();
}
