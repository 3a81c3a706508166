// SPDX-License-Identifier: GPL-2.0-only
/* Where a packet that is dropped was: the port that refused it, and the one by
 * which it came to this host. */
#include "counters.h"

#define FROM_D(to) "outer node3>node2 | geneve sw d>" to " | "

static void guest_down(void)
{
	device_set_up(device_get("e"), false);
}

static void guest_up(void)
{
	device_set_up(device_get("e"), true);
}

#define PLACES                                                                  \
	NETWORK                                                                 \
	" lrp r-off 02:00:00:00:f3:01 10.3.0.1/24 disabled\n"                   \
	" lrp r-void 02:00:00:00:f4:01 10.4.0.1/24\n"                           \
	"switch sp\n"                                                           \
	" port p addr=02:00:00:00:03:0a,10.6.0.10 at=node2 if=p\n"              \
	" port off addr=02:00:00:00:03:0b,10.6.0.11 at=node2 if=off disabled\n" \
	" port nowhere addr=02:00:00:00:03:0c,10.6.0.12\n"                      \
	" port unbound addr=02:00:00:00:03:0d,10.6.0.13 at=node2\n"             \
	" port meta addr=02:00:00:00:03:0e,10.6.0.14 type=localport\n"          \
	" port sec addr=02:00:00:00:03:0f,10.6.0.15 "                           \
	"sec=02:00:00:00:03:0f,10.6.0.15 at=node2 if=sec\n"

#define P_TO(to) "eth p>" to " | ip4 10.6.0.10>10.6.0.99 | " UDP

static const struct test places_tests[] = {
	TEST("by a guest: disabled", "vif off",
	     "eth off>p | ip4 10.6.0.11>10.6.0.10 | " UDP, "drop PORT_DISABLED",
	     NULL, .counters = "off in", .place = "sp off sp off"),
	TEST("to a guest: disabled", "vif p", P_TO("off"), "drop PORT_DISABLED",
	     NULL, .counters = "p in", .place = "sp off sp p"),
	TEST("to a guest from another chassis: disabled", "underlay",
	     "outer node3>node2 | geneve sp 99>off | " P_TO("off"),
	     "drop PORT_DISABLED", NULL, .counters = "rx node3",
	     .place = "sp off sp 99"),
	TEST("to a guest placed nowhere", "vif p", P_TO("nowhere"),
	     "drop PORT_UNPLACED", NULL, .counters = "p in",
	     .place = "sp nowhere sp p"),
	TEST("to a guest without an interface", "vif p", P_TO("unbound"),
	     "drop PORT_NOT_BOUND", NULL, .counters = "p in",
	     .place = "sp unbound sp p"),
	TEST("to a localport", "vif p", P_TO("meta"), "drop PORT_UNSUPPORTED",
	     NULL, .counters = "p in", .place = "sp meta sp p"),
	TEST("to a guest that may not have it", "vif p", P_TO("sec"),
	     "drop PORT_SEC_OUT", NULL, .counters = "p in",
	     .place = "sp sec sp p"),
	TEST("by a guest that may not send it", "vif sec",
	     "eth sec>p | ip4 10.6.0.77>10.6.0.10 | " UDP, "drop PORT_SEC_IN",
	     NULL, .counters = "sec in", .place = "sp sec sp sec"),
	TEST("to itself", "vif p", P_TO("p"), "drop SAME_PORT", NULL,
	     .counters = "p in", .place = "sp p sp p"),
	TEST("to nobody", "vif p", P_TO("02:00:00:00:77:77"),
	     "drop L2_UNKNOWN_DST", NULL, .counters = "p in",
	     .place = "sp p sp p"),
	TEST("truncated", "vif p", P_TO("sec") " | poke 14=44",
	     "drop MALFORMED", NULL, .counters = "p in", .is_lax = true,
	     .place = "sp p sp p"),
	TEST("no route", "vif a", A_TO("r-sw", "10.77.0.1") UDP,
	     "drop LR_NO_ROUTE", NULL, .counters = "a in",
	     .place = "r r-sw sw a"),
	TEST("by a disabled router port", "vif a", A_TO("r-sw", "10.3.0.9") UDP,
	     "drop LR_PORT_DISABLED", NULL, .counters = "a in",
	     .place = "r r-off sw a"),
	TEST("by a router port that leads nowhere", "vif a",
	     A_TO("r-sw", "10.4.0.9") UDP, "drop PORT_UNSUPPORTED", NULL,
	     .counters = "a in", .place = "r r-void sw a"),
	TEST("by an interface that is bound to nothing", "vif f-none",
	     "eth a>b | data 46", "drop VIF_NOT_BOUND", NULL, .counters = "",
	     .place = "- - - -"),
	TEST("unknown VNI", "underlay",
	     "outer node3>node2 | geneve 7777 1>2 | eth a>b | data 46",
	     "drop TUNNEL_VNI", NULL, .counters = "rx node3",
	     .place = "- - - -"),
	TEST("unknown egress key", "underlay",
	     "outer node3>node2 | geneve sw d>99 | eth d>b | data 46",
	     "drop TUNNEL_PORT", NULL, .counters = "rx node3",
	     .place = "sw d sw d"),
	TEST("not of this chassis", "underlay",
	     "outer node3>node2 | geneve sw a>d | eth a>d | data 46",
	     "drop TUNNEL_NOT_LOCAL", NULL, .counters = "rx node3",
	     .place = "sw d sw a"),
	TEST("inner frame truncated", "underlay",
	     FROM_D("b") "eth d>b | ip4 10.0.0.13>10.0.0.11 | " UDP
			 " | poke 72=44",
	     "drop MALFORMED", NULL, .counters = "rx node3", .is_lax = true,
	     .place = "- - - -"),
};

const struct test_group places_group =
	TEST_GROUP("places of drops", PLACES, places_tests);

/* The port a packet left by on its way is none of the switch where a copy of
 * it is lost. */
static const struct test lost_tests[] = {
	TEST("a request for a next hop", "vif a", A_TO("r-sw", "10.1.0.78") UDP,
	     "drop REDIRECT_FAILED", NULL, .counts = "LR_NEIGHBOR",
	     .place = "s2 flood_l2 sw a",
	     .copies = {"ens3: outer node2>node3 | geneve s2 s2-r>flood_l2 | "
			"eth r-s2>all | arp request "
			"r-s2/10.1.0.1>zero/10.1.0.78"},
	     .counters = "a in, tx node3"),
};

const struct test_group lost_group =
	TEST_GROUP("places of lost copies", NETWORK, lost_tests,
		   .before = guest_down, .after = guest_up);
