/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Keys and values of every map (declared in maps/, documented in
 * doc/maps.md).  Written by the loader unless it says "BPF writes".
 */
#ifndef XOVN_MAPS_H
#define XOVN_MAPS_H

#include "counter.h"
#include "ct.h"
#include "drop.h"
#include "event.h"
#include "l3.h"
#include "limit.h"
#include "nat.h"
#include "trace.h"
#include "types.h"
#include "upcall.h"

/* ---- config: one entry, what this host is ---- */

enum config_flag {
	CONFIG_F_VETH = 1 << 0, /* a NIC in mode native is a veth: what XDP_TX
				 * sends waits until the peer runs XDP, too */
};

struct config {
	__u32 layout; /* XOVN_LAYOUT_VERSION */
	__u32 chassis; /* own index in map "chassis", 0: none */
	__u8 encap_ip[4]; /* own tunnel endpoint, 0.0.0.0: none */
	__u32 underlay_ifindex; /* 0: nothing attached with --underlay */
	__u64 program_id; /* hash of the BPF objects that fill these maps */
	__u32 generation; /* counts the loader's changes; odd while one is under
			   * way, never 0 once loaded */
	__u32 ct_buckets; /* of map "ct_index" in use, a power of two */
	__u32 ct_records; /* of map "ct" */
	__u32 ct_seed; /* random: who may be in one bucket is not to be known */
	__u32 flags; /* enum config_flag */
	__u32 counter_next; /* where the search for a free counter goes on */
	char chassis_name[XOVN_NAME_LEN];
};

/* ---- epoch: one entry, counts changes of what BPF has learned.  BPF
 * writes. ---- */

struct epoch_val {
	__u32 count;
};

/* ---- datapath: one per logical switch and router ---- */

enum datapath_kind {
	DATAPATH_SWITCH = 1,
	DATAPATH_ROUTER = 2,
};

struct datapath_key {
	__u32 datapath; /* tunnel key: the VNI */
};

struct datapath_val {
	enum datapath_kind kind;
	char name[XOVN_NAME_LEN];
};

/* ---- port: one per LSP, by its keys on the wire ---- */

enum port_kind {
	PORT_VIF = 1, /* "" type: a guest */
	PORT_ROUTER = 2, /* type router; peer is the LRP */
	PORT_UNSUPPORTED = 3, /* localport, vtep, ...: traffic is dropped */
	PORT_LOCALNET = 4, /* a physical network */
	PORT_GATEWAY = 5, /* type router, the router is on one chassis */
};

enum port_flag {
	PORT_F_DISABLED = 1 << 0, /* enabled=false */
	PORT_F_SECURITY = 1 << 1, /* has port_security */
	PORT_F_ONE_MAC = 1 << 2, /* ... which is just security_mac */
	PORT_F_UNKNOWN = 1 << 3, /* "unknown" address: in OVN_MC_UNKNOWN */
	PORT_F_LEARN = 1 << 4, /* source MACs go to the FDB */
	PORT_F_FDB_SWITCH = 1 << 5, /* some port of the switch has LEARN */
	PORT_F_PEER = 1 << 6, /* veth with its peer in another netns */
	PORT_F_LB = 1 << 7, /* the switch has load balancers */
	PORT_F_NATIVE = 1 << 8, /* interface attached in mode native: takes
				 * frames that XDP redirects */
	PORT_F_CT = 1 << 9, /* PORT_GATEWAY here: the router keeps connections,
			     * and which are known is asked first */
};

/* What a frame from or to a port must obey; copied into "vif" by bind. */
struct port_policy {
	__u32 flags; /* enum port_flag */
	__u8 security_mac[6]; /* with PORT_F_ONE_MAC; with PORT_F_CT the router
			       * port's */
	__u8 pad[2];
};

struct port_key {
	__u32 datapath;
	__u32 port; /* 1..32767 */
};

struct port_val {
	enum port_kind kind;
	__u32 chassis; /* index; own index: local; 0: placed nowhere */
	__u32 ifindex; /* bound interface of this host, 0: none */
	struct port_policy policy;
	__u32 peer_datapath; /* PORT_ROUTER, PORT_GATEWAY: router datapath */
	__u32 peer_port; /* ... LRP key */
	__u16 vlan; /* PORT_LOCALNET: tag, 0: none */
	__u16 vlan_type; /* 0x8100 or 0x88a8, host order */
	__u32 counter; /* enum counter_port behind it; 0: not of this host */
	char name[XOVN_NAME_LEN];
};

/* ---- network: localnet ports; attach --localnet looks here ---- */

struct network_val { /* key: struct port_key */
	__u16 vlan; /* as in port_val */
	__u16 vlan_type;
	__u32 flags; /* enum port_flag: LEARN, FDB_SWITCH, DISABLED */
	char name[XOVN_NAME_LEN]; /* network_name */
};

/* ---- localnet: what comes in by an interface with --localnet ---- */

struct localnet_key {
	__u32 ifindex;
	__u32 vlan; /* 0: untagged, or tag 0 */
};

struct localnet_val {
	__u32 datapath;
	__u32 port; /* LSP of type localnet */
	__u32 flags; /* enum port_flag: LEARN, FDB_SWITCH, DISABLED */
	__u32 counter; /* as in port_val */
	char name[XOVN_NAME_LEN]; /* of the LSP */
};

/* ---- garp: addresses to announce on localnet ports of this host ---- */

struct garp_key {
	__u32 datapath; /* switch */
	__u8 ip[4];
};

struct garp_val {
	__u8 mac[6];
	__u8 pad[2];
	__u32 port; /* localnet LSP */
};

/* ---- vif: what is bound to an interface of this host ---- */

struct vif_key {
	__u32 ifindex;
};

struct vif_val {
	__u32 datapath; /* 0: the LSP is not in the NB any more */
	__u32 port;
	struct port_policy policy;
	__u32 counter; /* as in port_val */
	char name[XOVN_NAME_LEN]; /* LSP */
	char ifname[16]; /* at bind time */
};

/* ---- port_sec: port_security elements with more than one bare MAC ---- */

#define PORT_SEC_IP4_MAX 8
#define PORT_SEC_IP6_MAX 4
#define PORT_SEC_CHAIN_MAX 16 /* entries of one element */

struct port_sec_key {
	__u32 datapath;
	__u16 port;
	__u8 mac[6];
	__u32 seq; /* 0, 1, ...: continues with more addresses */
};

struct port_sec_ip4 {
	__u8 addr[4];
	__u8 mask[4]; /* 255.255.255.255: that host only */
	__u8 broadcast[4]; /* of the subnet, 0.0.0.0: none given */
};

struct port_sec_ip6 {
	__u8 addr[16];
	__u8 mask[16];
};

struct port_sec_val {
	__u8 restricts_ip; /* 0: any IP; else only those listed */
	__u8 n_ip4; /* entries used below */
	__u8 n_ip6;
	__u8 more; /* the element goes on at seq + 1 */
	__u8 has_ip4; /* anywhere in the element */
	__u8 has_ip6;
	__u8 pad[2];
	struct port_sec_ip4 ip4[PORT_SEC_IP4_MAX];
	struct port_sec_ip6 ip6[PORT_SEC_IP6_MAX];
};

/* ---- l2: destination look-up of a switch ---- */

struct l2_key {
	__u32 datapath;
	__u8 mac[6];
	__u8 pad[2];
};

struct l2_val {
	__u32 port;
	enum port_kind kind;
	__u32 chassis; /* as in port_val */
	__u32 flags; /* PORT_F_DISABLED, PORT_F_CT */
	__u32 peer_datapath; /* as in port_val */
	__u32 peer_port;
};

/* ---- fdb: learned MACs behind ports with "unknown".  BPF writes. ---- */

struct fdb_val {
	__u32 port;
};

/* ---- arp: who has an IPv4 address on a switch ---- */

enum arp_kind {
	ARP_RESPOND = 1, /* the switch answers with mac */
	ARP_ROUTER = 2, /* the router port answers: LRP, NAT, VIP */
	/* the switch answers its guests, the router port a physical network */
	ARP_RESPOND_ROUTER = 3,
};

struct arp_key {
	__u32 datapath;
	__u8 ip[4];
};

struct arp_val {
	enum arp_kind kind;
	__u32 port; /* LSP that owns the address */
	__u8 mac[6];
	__u8 pad[2];
};

/* ---- nd: who has an IPv6 address on a switch (answered like arp) ---- */

struct nd_key {
	__u32 datapath;
	__u8 ip[16];
};

/* value: struct arp_val with ARP_RESPOND */

/* ---- group, member: who gets a copy of a flood ---- */

enum member_kind {
	MEMBER_VIF = 1, /* id: port key, on this chassis */
	MEMBER_ROUTER = 2, /* id: port key of a router-type LSP */
	MEMBER_CHASSIS = 3, /* id: chassis index, never the own */
};

struct group_key {
	__u32 datapath;
	__u32 group; /* OVN_MC_*; for a router datapath OVN_MC_FLOOD: the
		      * chassis that are told what it learns */
};

struct group_val {
	__u32 n_vif;
	__u32 n_router;
	__u32 n_chassis;
};

struct member_key {
	__u32 datapath;
	__u32 group;
	enum member_kind kind;
	__u32 index; /* 0..n-1, dense */
};

struct member_val {
	__u32 id;
};

/* ---- chassis, encap_ip, tunnel ---- */

struct chassis_val { /* array of XOVN_MAX_CHASSIS, empty name: free */
	__u8 encap_ip[4];
	char name[XOVN_NAME_LEN];
	char hostname[XOVN_NAME_LEN];
};

struct encap_ip_key {
	__u8 ip[4];
};

struct encap_ip_val {
	__u32 chassis;
};

/* ---- heard: the MAC that Geneve of a chassis comes with, same index; so
 * copies, and XDP, follow a peer that gets another NIC.  BPF writes. ---- */

struct heard_val {
	__u8 mac[6]; /* zero: nothing heard yet */
	__u8 ip_tail[2]; /* of its encap IP: an index may get another chassis */
};

/* How to reach a chassis, same index; filled by load and attach. */
struct tunnel_val {
	__u8 remote_ip[4];
	__u8 local_ip[4];
	__u8 nexthop[4]; /* on the underlay: remote_ip or a gateway */
	__u32 ifindex; /* underlay device, 0: chassis unreachable */
	__u8 nexthop_mac[6]; /* for copies, non-IP frames and XDP where nothing
			      * is heard; zero: unknown */
	__u8 local_mac[6];
	__u32 is_native; /* the device takes frames that XDP redirects */
};

/* ---- attachment: interfaces with our programs.  The loader's own notes, so
 * that detach leaves nothing; BPF never reads them. ---- */

enum attachment_role {
	ATTACHMENT_VIF = 1,
	ATTACHMENT_UNDERLAY = 2,
	ATTACHMENT_LOCALNET = 3,
	ATTACHMENT_UNDERLAY_LOCALNET = 4, /* one NIC for both */
};

enum attachment_mode {
	ATTACHMENT_TC = 1,
	ATTACHMENT_NATIVE = 2, /* native XDP, TC behind it */
};

enum attachment_hook { /* what holds the TC program */
		       ATTACHMENT_TCX =
			       1, /* a pinned link, kernel 6.6 and later */
		       ATTACHMENT_CLSACT = 2, /* a cls_bpf filter */
};

enum attachment_flag {
	ATTACHMENT_F_CLSACT_OURS = 1 << 0, /* we added the clsact qdisc */
	ATTACHMENT_F_GRO_WAS_OFF = 1 << 1, /* we switched GRO on */
	ATTACHMENT_F_PROMISC_OURS = 1 << 2, /* we set IFF_PROMISC */
	ATTACHMENT_F_RXVLAN_WAS_ON = 1 << 3, /* we switched it off */
};

struct attachment_key {
	__u32 ifindex;
};

struct attachment_val {
	enum attachment_role role;
	enum attachment_mode mode;
	enum attachment_hook hook;
	__u32 flags; /* enum attachment_flag */
	__u32 netns; /* inode of the network namespace: ifindex is its own */
	char ifname[16]; /* when it was attached */
	char network[XOVN_NAME_LEN]; /* --localnet */
};

/* ---- drop: per CPU, by reason.  BPF writes. ---- */

struct drop_key {
	enum drop_reason reason;
};

struct drop_val {
	__u64 packets;
	__u64 bytes;
};

/* ---- drop_at: the same by place, the places last used.  BPF writes. ---- */

struct drop_at_key {
	enum drop_reason reason;
	__u32 datapath; /* where it was dropped; 0: known to none yet */
	__u32 port; /* inport there; where drop_is_out() what refused it */
	/* LSP by which it came to this host; what a chassis has sent: the
	 * keys on the wire; 0: refused before that was known. */
	__u32 in_datapath;
	__u32 in_port;
};

/* value: struct drop_val */

#endif /* XOVN_MAPS_H */
