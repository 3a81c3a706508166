// SPDX-License-Identifier: GPL-2.0-only
/* Load balancers of a gateway router, each VIP with one backend, so that it
 * is known which.  ovn-nb(5) "Load_Balancer", ovn-northd(8) lr_in_dnat,
 * lr_out_undnat. */
#include "gateway.h"

#define VIPS                                                                   \
	" lb web tcp 192.168.209.55:80 172.18.100.10:8000\n"                   \
	" vip 192.168.209.55:443 172.18.100.50:443\n"                          \
	" lb dns udp 192.168.209.55:53 172.18.100.10:5353\n"                   \
	" lb sctp sctp 192.168.209.55:9 172.18.100.10:9\n"                     \
	" vip 192.168.209.55:10 172.18.100.10:11\n"                            \
	" lb any tcp 192.168.209.56 172.18.100.20\n"                           \
	" lb inside tcp 172.18.2.2:80 172.18.100.20:8000\n"                    \
	" lb none tcp 192.168.209.57:80 -\n"                                   \
	" lb refuse tcp 192.168.209.58:80 - reject\n"                          \
	" lb refuse-udp udp 192.168.209.58:80 - reject\n"                      \
	" lb refuse-any tcp 192.168.209.59 - reject\n"
#define EXT_VIP FROM_EXT "192.168.209.55 | "
#define EXT_ANY FROM_EXT "192.168.209.56 | "
#define IN_VM1 TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | "
#define IN_VM2 TO_VM2 "192.168.209.7>172.18.100.20 ttl=62 | "
#define VIP_EXT TO_EXT "192.168.209.55>192.168.209.7 ttl=62 | "
#define ANY_EXT TO_EXT "192.168.209.56>192.168.209.7 ttl=62 | "

static const struct test lb_tests[] = {
	LEARN_EXT,
	TEST("TCP: SYN", "localnet", EXT_VIP "tcp 4000>80 flags=S seq=1",
	     "redirect ens3", IN_VM1 "tcp 4000>8000 flags=S seq=1",
	     .ct = "TCP_SYN_SENT tcp 192.168.209.7:4000>192.168.209.55:80"),
	VM1_OUT("TCP: SYN, ACK from the backend",
		"192.168.209.7 ttl=63 | tcp 8000>4000 flags=SA ack=2",
		VIP_EXT "tcp 80>4000 flags=SA ack=2"),
	TEST("TCP: data", "localnet", EXT_VIP "tcp 4000>80 flags=A | data 99",
	     "redirect ens3", IN_VM1 "tcp 4000>8000 flags=A | data 99",
	     .ct = "TCP_ESTABLISHED tcp 192.168.209.7:4000>192.168.209.55:80"),
	TEST("TCP: another VIP of the row, a backend here", "localnet",
	     EXT_VIP "tcp 4000>443 flags=S", "redirect vm5",
	     TO_VM5 "192.168.209.7>172.18.100.50 ttl=62 | tcp 4000>443 "
		    "flags=S"),
	TEST("TCP: back from the backend here", "vif vm5",
	     FROM_VM5 "192.168.209.7 | tcp 443>4000 flags=SA ack=1",
	     "redirect ens9", VIP_EXT "tcp 443>4000 flags=SA ack=1"),
	TEST("UDP", "localnet", EXT_VIP "udp 4000>53 | data 20",
	     "redirect ens3", IN_VM1 "udp 4000>5353 | data 20"),
	VM1_OUT("UDP back", "192.168.209.7 ttl=63 | udp 5353>4000 | data 21",
		VIP_EXT "udp 53>4000 | data 21"),
	TEST("UDP without a checksum", "localnet",
	     EXT_VIP "udp 4001>53 nocsum | data 20", "redirect ens3",
	     IN_VM1 "udp 4001>5353 nocsum | data 20"),
	TEST("SCTP, the port stays", "localnet",
	     EXT_VIP "sctp 4000>9 chunk=1 | data 16", "redirect ens3",
	     IN_VM1 "sctp 4000>9 chunk=1 | data 16"),
	VM1_OUT("SCTP back",
		"192.168.209.7 ttl=63 | sctp 9>4000 vtag=7 chunk=2 | data 16",
		VIP_EXT "sctp 9>4000 vtag=7 chunk=2 | data 16"),
	TEST("SCTP, another port", "localnet",
	     EXT_VIP "sctp 4001>10 chunk=1 | data 16", "redirect ens3",
	     IN_VM1 "sctp 4001>11 chunk=1 | data 16"),
	VM1_OUT("SCTP, from another port",
		"192.168.209.7 ttl=63 | sctp 11>4001 vtag=7 chunk=2 | data 400",
		VIP_EXT "sctp 10>4001 vtag=7 chunk=2 | data 400"),
	TEST("without a port: TCP keeps its own", "localnet",
	     EXT_ANY "tcp 4000>22 flags=S", "redirect ens3",
	     IN_VM2 "tcp 4000>22 flags=S"),
	TEST("without a port: UDP", "localnet", EXT_ANY "udp 4000>22 | data 8",
	     "redirect ens3", IN_VM2 "udp 4000>22 | data 8"),
	TEST("I7: without a port: ping", "localnet",
	     EXT_ANY "icmp 8/0 id=5 seq=1 | data 56", "redirect ens3",
	     IN_VM2 "icmp 8/0 id=5 seq=1 | data 56"),
	TEST("I7: without a port: the backend's answer", "underlay",
	     FROM_VM2 "192.168.209.7 ttl=63 | icmp 0/0 id=5 seq=1 | data 56",
	     "redirect ens9", ANY_EXT "icmp 0/0 id=5 seq=1 | data 56"),
	TEST("without a port: another protocol", "localnet",
	     FROM_EXT "192.168.209.56 proto=47 | data 8", "redirect ens3",
	     TO_VM2 "192.168.209.7>172.18.100.20 ttl=62 proto=47 | data 8"),
	TEST("a VIP of a network that is routed inside", "localnet",
	     FROM_EXT "172.18.2.2 | tcp 4000>80 flags=S", "redirect ens3",
	     IN_VM2 "tcp 4000>8000 flags=S"),
	TEST("another port of it is no VIP", "localnet",
	     FROM_EXT "172.18.2.2 ttl=255 | tcp 4000>81 flags=S",
	     "drop HOP_LIMIT", NULL),
	TEST("nor is another protocol", "localnet",
	     FROM_EXT "172.18.2.2 ttl=255 | udp 4000>80 | data 8",
	     "drop HOP_LIMIT", NULL),
	TEST("nor ping", "localnet",
	     FROM_EXT "172.18.2.2 ttl=255 | icmp 8/0 id=1 | data 8",
	     "drop HOP_LIMIT", NULL),
	EXT_IN("to a backend itself: untouched",
	       "172.18.100.10 | tcp 4000>8000 flags=S",
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | tcp 4000>8000 "
		      "flags=S",
	       .ct = "FREE tcp 192.168.209.7:4000>172.18.100.10:8000"),
	TEST("I7: the router's address is still pinged", "localnet",
	     FROM_EXT "192.168.209.120 | icmp 8/0 id=1 seq=1 | data 56",
	     "redirect ens9",
	     TO_EXT "192.168.209.120>192.168.209.7 ttl=254 | icmp 0/0 id=1 "
		    "seq=1 | data 56"),
	TEST("RST of no connection", "localnet", EXT_VIP "tcp 4999>80 flags=R",
	     "drop CT_INVALID", NULL),
	/* No backends. */
	TEST("no backend", "localnet",
	     FROM_EXT "192.168.209.57 | tcp 4000>80 flags=S",
	     "drop LB_NO_BACKEND", NULL,
	     .ct = "FREE tcp 192.168.209.7:4000>192.168.209.57:80"),
	TEST("reject: TCP", "localnet",
	     FROM_EXT "192.168.209.58 | tcp 4000>80 flags=S seq=4",
	     "redirect ens9",
	     TO_EXT "192.168.209.58>192.168.209.7 ttl=62 frag=0x4000 | tcp "
		    "80>4000 flags=RA ack=5",
	     .by_tc = true),
	TEST("reject: UDP", "localnet",
	     FROM_EXT "192.168.209.58 | udp 4000>80 | data 30", "redirect ens9",
	     TO_EXT "192.168.209.58>192.168.209.7 ttl=254 frag=0x4000 | icmp "
		    "3/3 | quote 58",
	     .by_tc = true),
	TEST("reject: ping", "localnet",
	     FROM_EXT "192.168.209.59 | icmp 8/0 id=1 seq=1 | data 30",
	     "redirect ens9",
	     TO_EXT "192.168.209.59>192.168.209.7 ttl=254 frag=0x4000 | icmp "
		    "3/1 | quote 58",
	     .by_tc = true),
	TEST("reject: from inside", "underlay",
	     FROM_VM1 "192.168.209.58 ttl=63 | tcp 4000>80 flags=S seq=4",
	     "redirect ens3",
	     TO_VM1 "192.168.209.58>172.18.100.10 ttl=61 frag=0x4000 | tcp "
		    "80>4000 flags=RA ack=5",
	     .by_tc = true),
};

/* Ports that SNAT has kept are not those of connections it does not touch. */
static void ports_check(void)
{
	uint64_t created = harness_ct_event(CT_EVENT_CREATED);
	uint64_t kept = harness_ct_event(CT_EVENT_PORT_KEPT);
	const char *name = "lb: no port of SNAT";
	static struct outcome o;
	static struct packet p;

	text_to_packet(&p, EXT_VIP "tcp 4100>80 flags=S", &net, NULL);
	program_run(PROGRAM_TC, device_get(LOCALNET), &p, &o);
	if (o.err || harness_ct_event(CT_EVENT_CREATED) != created + 1)
		test_fail(name, "no connection, verdict %d", o.retval);
	else if (harness_ct_event(CT_EVENT_PORT_KEPT) != kept)
		test_fail(name, "counted as one");
	else
		test_ok(name);
}

const struct test_group lb_group = TEST_GROUP("lb", GATEWAY VIPS, lb_tests,
					      .is_stateful = true,
					      .after = ports_check);

/* From inside, with a SNAT rule: the answer comes back by the gateway. */
static const struct test lb_inside_tests[] = {
	TEST("I7: vm2 to a VIP, backend vm1", "underlay",
	     FROM_VM2 "192.168.209.55 ttl=63 | tcp 5000>80 flags=S",
	     "redirect ens3",
	     TO_VM1 "192.168.209.120>172.18.100.10 ttl=61 | tcp 5000>8000 "
		    "flags=S"),
	TEST("I7: vm1's answer", "underlay",
	     FROM_VM1 "192.168.209.120 ttl=63 | tcp 8000>5000 flags=SA ack=1",
	     "redirect ens3",
	     TO_VM2 "192.168.209.55>172.18.100.20 ttl=61 | tcp 80>5000 "
		    "flags=SA ack=1"),
	TEST("hairpin: vm1 to a VIP, backend vm1", "underlay",
	     FROM_VM1 "192.168.209.55 ttl=63 | tcp 5001>80 flags=S",
	     "redirect ens3",
	     TO_VM1 "192.168.209.120>172.18.100.10 ttl=61 | tcp 5001>8000 "
		    "flags=S"),
	TEST("hairpin: vm1's answer to itself", "underlay",
	     FROM_VM1 "192.168.209.120 ttl=63 | tcp 8000>5001 flags=SA ack=1",
	     "redirect ens3",
	     TO_VM1 "192.168.209.55>172.18.100.10 ttl=61 | tcp 80>5001 "
		    "flags=SA ack=1"),
	TEST("a guest here, backend elsewhere", "vif vm5",
	     FROM_VM5 "192.168.209.55 | udp 5000>53 | data 8", "redirect ens3",
	     TO_VM1 "192.168.209.120>172.18.100.10 ttl=61 | udp 5000>5353 | "
		    "data 8"),
	TEST("its answer", "underlay",
	     FROM_VM1 "192.168.209.120 ttl=63 | udp 5353>5000 | data 9",
	     "redirect vm5",
	     TO_VM5 "192.168.209.55>172.18.100.50 ttl=61 | udp 53>5000 | data "
		    "9"),
	TEST("hairpin here", "vif vm5",
	     FROM_VM5 "192.168.209.55 | tcp 5002>443 flags=S", "redirect vm5",
	     TO_VM5 "192.168.209.120>172.18.100.50 ttl=61 | tcp 5002>443 "
		    "flags=S"),
	TEST("two clients of one port: told apart behind the gateway",
	     "underlay", FROM_VM2 "192.168.209.55 ttl=63 | tcp 5001>80 flags=S",
	     "redirect ens3",
	     TO_VM1 "192.168.209.120>172.18.100.10 ttl=61 | tcp "
		    "?p:1024-65535^5001>8000 flags=S"),
	TEST("answer to the second", "underlay",
	     FROM_VM1 "192.168.209.120 ttl=63 | tcp 8000>$p flags=SA ack=1",
	     "redirect ens3",
	     TO_VM2 "192.168.209.55>172.18.100.20 ttl=61 | tcp 80>5001 "
		    "flags=SA ack=1"),
	TEST("a VIP without a port", "underlay",
	     FROM_VM1 "192.168.209.56 ttl=63 | icmp 8/0 id=1 seq=1 | data 8",
	     "redirect ens3",
	     TO_VM2 "192.168.209.120>172.18.100.20 ttl=61 | icmp 8/0 id=1 "
		    "seq=1 | data 8"),
	TEST("its answer, by ping's id", "underlay",
	     FROM_VM2 "192.168.209.120 ttl=63 | icmp 0/0 id=1 seq=1 | data 8",
	     "redirect ens3",
	     TO_VM1 "192.168.209.56>172.18.100.10 ttl=61 | icmp 0/0 id=1 seq=1 "
		    "| data 8"),
};

const struct test_group lb_inside_group =
	TEST_GROUP("lb from inside",
		   GATEWAY VIPS " nat snat 192.168.209.120 172.18.0.0/16\n",
		   lb_inside_tests, .is_stateful = true);

#define FORCED(to)                                                             \
	GATEWAY " lb web tcp 192.168.209.55:80 172.18.100.10:8000\n"           \
		" lb skip tcp 192.168.209.55:81 172.18.100.10:8000 "           \
		"skip_snat\n force_lb " to "\n"

#define FORCED_TESTS(source)                                                           \
	{                                                                              \
		LEARN_EXT,                                                             \
			TEST("source, too", "localnet",                                \
			     EXT_VIP "tcp 4000>80 flags=S", "redirect ens3",           \
			     TO_VM1 source                                             \
			     ">172.18.100.10 ttl=62 | tcp 4000>8000 flags=S"),         \
			TEST("its answer", "underlay",                                 \
			     FROM_VM1 source                                           \
			     " ttl=63 | tcp 8000>4000 flags=SA ack=1",                 \
			     "redirect ens9",                                          \
			     VIP_EXT "tcp 80>4000 flags=SA ack=1"),                    \
			TEST("skip_snat wins", "localnet",                             \
			     EXT_VIP "tcp 4001>81 flags=S", "redirect ens3",           \
			     IN_VM1 "tcp 4001>8000 flags=S"),                          \
			VM1_OUT("skip_snat, answer",                                   \
				"192.168.209.7 ttl=63 | tcp 8000>4001 flags=SA ack=1", \
				VIP_EXT "tcp 81>4001 flags=SA ack=1"),                 \
			EXT_IN("not to a VIP: untouched",                              \
			       "172.18.100.10 | tcp 4002>8000 flags=S",                \
			       IN_VM1 "tcp 4002>8000 flags=S")                         \
	}

static const struct test forced_tests[] = FORCED_TESTS("172.19.255.200");
static const struct test forced_router_tests[] = FORCED_TESTS("172.19.255.1");

const struct test_group lb_forced_group =
	TEST_GROUP("lb_force_snat_ip", FORCED("172.19.255.200"), forced_tests,
		   .is_stateful = true);
const struct test_group lb_forced_router_group =
	TEST_GROUP("lb_force_snat_ip=router_ip", FORCED("router_ip"),
		   forced_router_tests, .is_stateful = true);
