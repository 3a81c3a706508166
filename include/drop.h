/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Every reason for which xovn drops a packet: one list that makes the enum,
 * the names (`bpftool map dump` of map "drop") and the help of
 * `xovn stats drops`.  X(number, name, what happened, where to look).
 * Maps keep the numbers beyond an upgrade: one is given once.
 */
#ifndef XOVN_DROP_H
#define XOVN_DROP_H

#define XOVN_DROP_REASONS(X)                                                   \
	X(1, VIF_NOT_BOUND,                                                    \
	  "frame from an interface no logical port is bound to",               \
	  "xovn show; xovn bind IFACE LSP")                                    \
	X(2, MALFORMED,                                                        \
	  "headers are truncated or contradict the frame's length",            \
	  "tcpdump on the sending VIF")                                        \
	X(3, VLAN_TAGGED, "802.1Q tag; OVN admits untagged frames only",       \
	  "VLAN configuration of the guest")                                   \
	X(4, SRC_MULTICAST, "multicast source MAC", "the guest's NIC")         \
	X(5, PORT_DISABLED, "logical port has enabled=false",                  \
	  "ovn-nbctl lsp-get-enabled PORT")                                    \
	X(6, PORT_SEC_IN,                                                      \
	  "port_security: the guest may not send this address",                \
	  "ovn-nbctl lsp-get-port-security PORT")                              \
	X(7, PORT_SEC_OUT,                                                     \
	  "port_security: the port may not receive this address",              \
	  "ovn-nbctl lsp-get-port-security PORT")                              \
	X(8, L2_UNKNOWN_DST, "no port of the switch has this destination MAC", \
	  "ovn-nbctl lsp-get-addresses; xovn show")                            \
	X(9, SAME_PORT, "destination is the port the frame came from",         \
	  "a loop behind the port, or a duplicate MAC")                        \
	X(10, PORT_UNPLACED, "destination port is placed on no chassis",       \
	  "placement file, requested-chassis")                                 \
	X(11, PORT_NOT_BOUND,                                                  \
	  "destination port belongs here but has no interface",                \
	  "xovn bind IFACE LSP")                                               \
	X(12, PORT_UNSUPPORTED,                                                \
	  "port type xovn does not forward to (warned at load)",               \
	  "the warnings of xovn load")                                         \
	X(13, NO_MEMBERS, "flood to a group without members",                  \
	  "nothing else is on this switch")                                    \
	X(14, LR_ADMISSION, "destination MAC is not the router port's",        \
	  "LSP addresses against LRP mac")                                     \
	X(15, LR_NOT_IP,                                                       \
	  "router port got a frame that is neither ARP nor IPv4",              \
	  "IPv6 is switched, not routed")                                      \
	X(16, LR_ARP,                                                          \
	  "ARP request for an address this router port does not have",         \
	  "LRP networks; the asker's subnet")                                  \
	X(17, LR_BAD_SRC, "invalid or spoofed source address at a router",     \
	  "multicast, 127/8, 0/8, the router's own or a broadcast address")    \
	X(18, LR_BAD_DST, "destination a router never forwards to",            \
	  "127/8, 0/8, multicast, link broadcast")                             \
	X(19, LR_NO_ROUTE, "no route to the destination",                      \
	  "ovn-nbctl lr-route-list")                                           \
	X(20, LR_DISCARD, "discard route", "ovn-nbctl lr-route-list")          \
	X(21, LR_LOCAL, "packet to the router itself that it does not answer", \
	  "fragments, ICMP other than echo request, gateway routers")          \
	X(22, LR_TTL,                                                          \
	  "TTL ran out; answered with ICMP time exceeded if allowed",          \
	  "a routing loop, or traceroute")                                     \
	X(23, LR_NEIGHBOR,                                                     \
	  "next hop unresolved; the packet became an ARP request",             \
	  "first packet to a MAC-only port; does the guest answer ARP?")       \
	X(24, LR_PORT_DISABLED, "router or router port has enabled=false",     \
	  "ovn-nbctl lrp-get-enabled PORT")                                    \
	X(25, TOO_BIG, "does not fit the way out; answered with frag. needed", \
	  "guest MTU must be at most the underlay's less 58")                  \
	X(26, HOP_LIMIT,                                                       \
	  "passed 32 datapaths: a loop of routers and switches",               \
	  "static routes that point at each other")                            \
	X(27, NO_TUNNEL,                                                       \
	  "no underlay attached, or no address for the chassis",               \
	  "xovn attach IFACE --underlay; placement file")                      \
	X(28, ENCAP_FAILED, "the kernel refused to add the Geneve header",     \
	  "the guest's offloads: UDP fragmentation (UFO), SCTP GSO")           \
	X(29, DECAP_FAILED, "the kernel refused to remove the Geneve header",  \
	  "an inner frame under 34 bytes without native XDP; else report it")  \
	X(30, BUILD_FAILED,                                                    \
	  "the kernel refused to build an ICMP, RST or ARP packet",            \
	  "where the guest's checksum offload points; else report it")         \
	X(31, REDIRECT_FAILED, "a copy could not be sent to an interface",     \
	  "ip -s link; is the interface up?")                                  \
	X(32, TUNNEL_MALFORMED, "Geneve header or lengths are wrong",          \
	  "tshark -d udp.port==6081,geneve on the underlay")                   \
	X(33, TUNNEL_CHASSIS,                                                  \
	  "Geneve from an address that is no known chassis",                   \
	  "placement file on this host")                                       \
	X(34, TUNNEL_OPTION, "no OVN option, or an unknown critical option",   \
	  "who sends Geneve to this host?")                                    \
	X(35, TUNNEL_VNI, "unknown datapath key (VNI)",                        \
	  "do all hosts load the same NB file?")                               \
	X(36, TUNNEL_PORT, "unknown egress key in that datapath",              \
	  "do all hosts load the same NB file?")                               \
	X(37, TUNNEL_NOT_LOCAL, "egress port is not on this chassis",          \
	  "do all hosts load the same placement?")                             \
	X(38, TUNNEL_SAME_PORT, "ingress and egress key are the same",         \
	  "tshark -d udp.port==6081,geneve on the underlay")                   \
	X(39, LOCALNET_NOT_ATTACHED,                                           \
	  "localnet port whose network has no interface on this host",         \
	  "xovn attach IFACE --localnet NETWORK")                              \
	X(40, CT_FULL, "no record left for a new connection",                  \
	  "xovn ct list; load --ct-max; shorter --ct-timeout")                 \
	X(41, CT_INVALID,                                                      \
	  "packet of no known connection, and none that begins one",           \
	  "TCP RST or ICMP error without a connection; xovn ct list")          \
	X(42, CT_FRAGMENT,                                                     \
	  "later fragment whose first one has not passed, or SCTP's first "    \
	  "one, whose port NAT cannot change",                                 \
	  "fragments out of order or lost; the senders' MTU")                  \
	X(43, SNAT_EXHAUSTED, "no free port at the external address",          \
	  "xovn stats ct; more external addresses, external_port_range")       \
	X(44, LB_NO_BACKEND, "VIP without backends",                           \
	  "ovn-nbctl lb-list; reject=true answers instead")                    \
	X(45, ICMP_RATE,                                                       \
	  "ICMP error or TCP reset not sent: the port has had too many",       \
	  "a scan or a loop behind the port; load --icmp-rate")                \
	X(47, CT_LIMIT, "new connection refused: its opener has its share",    \
	  "xovn ct list; load --port-share, --ct-max; shorter --ct-timeout")

enum drop_reason {
	DROP_NONE = 0, /* not a drop */
#define X(number, name, what, where) DROP_##name = (number),
	XOVN_DROP_REASONS(X)
#undef X
		DROP_REASON_COUNT,
};

/* Does the reason speak of the port that the packet was to leave by?  Of one
 * that is disabled or not supported also where it came by that. */
#define DROP_OUT_REASONS                                                       \
	(1ull << DROP_PORT_SEC_OUT | 1ull << DROP_SAME_PORT |                  \
	 1ull << DROP_PORT_DISABLED | 1ull << DROP_PORT_UNSUPPORTED |          \
	 1ull << DROP_LR_PORT_DISABLED | 1ull << DROP_PORT_UNPLACED |          \
	 1ull << DROP_PORT_NOT_BOUND | 1ull << DROP_LOCALNET_NOT_ATTACHED |    \
	 1ull << DROP_TUNNEL_NOT_LOCAL | 1ull << DROP_REDIRECT_FAILED)

#define drop_is_out(reason) (DROP_OUT_REASONS >> (reason)&1)

#endif /* XOVN_DROP_H */
