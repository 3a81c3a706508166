/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network that tests of gateways share: the tutorial's, with addresses,
 * so that inside nothing has to be resolved.
 *
 *   vm1 (node2), vm2 (node3), vm5 (node1)  ls1 \
 *                                               router1 - ls3 - gw1 - outside
 *   vm4 (node2)                            ls2 /                (node1)
 *
 * Frames of guests elsewhere have been routed by router1 when they come, so
 * that their TTL is 63.
 */
#ifndef SELFTESTS_PROG_GATEWAY_H
#define SELFTESTS_PROG_GATEWAY_H

#include "tables.h"

/* self: whose tables; vm1_if, vm5_if: "if=DEV" for the guests that are here;
 * network: options of the localnet port behind its network's name. */
#define GATEWAY_AS(self, vm1_if, vm5_if, network)                              \
	"self " self "\n"                                                      \
	"chassis node1 192.168.209.110\n"                                      \
	"chassis node2 192.168.209.111\n"                                      \
	"chassis node3 192.168.209.112\n"                                      \
	"host ext 02:11:22:33:44:07\n"                                         \
	"host ext2 02:11:22:33:44:08\n"                                        \
	"switch ls1\n"                                                         \
	" port vm1 addr=02:ac:10:ff:00:10,172.18.100.10 at=node2 " vm1_if "\n" \
	" port vm2 addr=02:ac:10:ff:00:20,172.18.100.20 at=node3\n"            \
	" port vm5 addr=02:ac:10:ff:00:50,172.18.100.50 at=node1 " vm5_if "\n" \
	" router-port ls1-router1 router1-ls1\n"                               \
	"switch ls2\n"                                                         \
	" port vm4 addr=02:ac:10:ff:10:20,172.18.200.20 at=node2\n"            \
	" router-port ls2-router1 router1-ls2\n"                               \
	"switch ls3\n"                                                         \
	" router-port ls3-router1 router1-ls3\n"                               \
	" router-port ls3-gw1 gw1-ls3\n"                                       \
	"switch outside\n"                                                     \
	" localnet outside-localnet phyNet " network "\n"                      \
	" router-port outside-gw1 gw1-outside\n"                               \
	"router router1\n"                                                     \
	" lrp router1-ls1 02:ac:10:ff:00:01 172.18.100.1/24\n"                 \
	" lrp router1-ls2 02:ac:10:ff:10:01 172.18.200.1/24\n"                 \
	" lrp router1-ls3 02:ac:10:ff:ff:02 172.19.255.2/24\n"                 \
	" route 0.0.0.0/0 172.19.255.1\n"                                      \
	"router gw1 gateway=node1\n"                                           \
	" lrp gw1-ls3 02:ac:10:ff:ff:01 172.19.255.1/24\n"                     \
	" lrp gw1-outside 02:0a:7f:18:01:02 192.168.209.120/19\n"              \
	" route 172.18.0.0/16 172.19.255.2\n"

#define GATEWAY GATEWAY_AS("node1", "", "if=vm5", "if=ens9")

/* Frames in front of gw1 and behind it; what follows is the IP packet. */
#define GENEVE_GW1(node)                                                       \
	"outer " node ">node1 | geneve ls3 ls3-router1>ls3-gw1 | eth "         \
	"router1-ls3>gw1-ls3 | "
#define FROM_VM1 GENEVE_GW1("node2") "ip4 172.18.100.10>"
#define FROM_VM2 GENEVE_GW1("node3") "ip4 172.18.100.20>"
#define FROM_VM4 GENEVE_GW1("node2") "ip4 172.18.200.20>"
#define FROM_VM5 "eth vm5>router1-ls1 | ip4 172.18.100.50>"
#define FROM_EXT "eth ext>gw1-outside | ip4 192.168.209.7>"
#define FROM_EXT2 "eth ext2>gw1-outside | ip4 192.168.209.8>"
#define TO_EXT "eth gw1-outside>ext | ip4 "
#define TO_EXT2 "eth gw1-outside>ext2 | ip4 "
#define TO_VM1                                                                 \
	"outer node1>node2 | geneve ls1 ls1-router1>vm1 | eth "                \
	"router1-ls1>vm1 | ip4 "
#define TO_VM2                                                                 \
	"outer node1>node3 | geneve ls1 ls1-router1>vm2 | eth "                \
	"router1-ls1>vm2 | ip4 "
#define TO_VM4                                                                 \
	"outer node1>node2 | geneve ls2 ls2-router1>vm4 | eth "                \
	"router1-ls2>vm4 | ip4 "
#define TO_VM5 "eth router1-ls1>vm5 | ip4 "

/* A physical neighbor says who it is: no ARP request is due any more. */
#define LEARN_EXT                                                              \
	TEST("ext answers ARP", "localnet",                                    \
	     "eth ext>gw1-outside | arp reply "                                \
	     "ext/192.168.209.7>gw1-outside/192.168.209.120 | pad 60",         \
	     "consumed", NULL)
#define LEARN_EXT2                                                             \
	TEST("ext2 answers ARP", "localnet",                                   \
	     "eth ext2>gw1-outside | arp reply "                               \
	     "ext2/192.168.209.8>gw1-outside/192.168.209.120",                 \
	     "consumed", NULL)

/* One line each: where it comes in, where it leaves. */
#define VM1_OUT(name, in, out, ...)                                            \
	TEST(name, "underlay", FROM_VM1 in, "redirect ens9", out, ##__VA_ARGS__)
#define VM5_OUT(name, in, out, ...)                                            \
	TEST(name, "vif vm5", FROM_VM5 in, "redirect ens9", out, ##__VA_ARGS__)
#define EXT_IN(name, in, out, ...)                                             \
	TEST(name, "localnet", FROM_EXT in, "redirect ens3", out, ##__VA_ARGS__)
#define EXT_VM5(name, in, out, ...)                                            \
	TEST(name, "localnet", FROM_EXT in, "redirect vm5", out, ##__VA_ARGS__)

#endif /* SELFTESTS_PROG_GATEWAY_H */
