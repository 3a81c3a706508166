/* SPDX-License-Identifier: GPL-2.0 */
/*
 * struct flow: every header field the pipeline may read or change, where the
 * packet is in the logical network, and what was decided about it.
 *
 *   parse.h     frame -> flow            encap.h    Geneve, transmit half
 *   switch.h    logical switch stages    flood.h    copies for groups
 *   router.h    logical router stages    neighbor.h what routers learn
 *   build.h     ICMP errors, RST, ARP
 *   pipeline.h  the loop over datapaths  tunnel.h   Geneve, receive half
 *   rewrite.h   changed fields -> frame  emit.h     verdict -> kernel (TC)
 *   csum.h      checksums, SCTP's too    step.h     decide, emit, again (TC)
 *   ct.h        connections              xdp.h      verdict -> kernel (XDP)
 *   track.h     a packet and its         lb.h       VIP to backend
 *   action.h    connection, known        nat.h      NAT rules of a router
 *   ct_new.h    and new                  gateway.h  routers with NAT or LBs
 *   localnet.h  physical networks        lbswitch.h load balancers of switches
 *   stats.h     counters, drops          event.h    what monitors see
 *   trace.h     what a trace sees       upcall.h    what the agent is told
 *   keep.h      packets that the agent  admit.h     what a guest may send
 *               keeps (TC)              limit.h     one port's share
 *   cache.h     what is noted:          departure.h a guest's flow (TC),
 *                                       arrival.h   a tunnel's frame
 *
 * A stage takes a flow and returns a verdict: V_NEXT, another enum verdict,
 * or a negative enum drop_reason.  It never touches the packet.
 *
 * The flow of the packet in hand stands in a per-CPU map, not on the stack:
 * programs run to their end, and Linux 6.1 sums the stack of a whole chain
 * of calls up to 512 bytes.
 */
#ifndef XOVN_BPF_FLOW_H
#define XOVN_BPF_FLOW_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "drop.h"
#include "flow_flag.h"
#include "maps.h"
#include "types.h"
#include "wire.h"

#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile typeof(x) *)&(x) = (v))

#define ETH_HLEN 14
#define ETH_P_IP 0x0800
#define ETH_P_ARP 0x0806
#define ETH_P_8021Q 0x8100
#define ETH_P_IPV6 0x86dd
#define ETH_P_8021AD 0x88a8
#define IP_HLEN 20
#define IP_DF 0x4000
#define IP_MF 0x2000
#define IP_OFFSET 0x1fff
#define ARP_LEN 28 /* IPv4 over Ethernet, RFC 826 */
#define ARPOP_REQUEST 1
#define ARPOP_REPLY 2
#define IPPROTO_ICMP 1
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_ICMPV6 58
#define IPPROTO_SCTP 132
#define SCTP_INIT 1
#define SCTP_ABORT 6
#define SCTP_COOKIE_ACK 11
#define SCTP_SHUTDOWN 7
#define SCTP_SHUTDOWN_ACK 8
#define SCTP_SHUTDOWN_COMPLETE 14
#define ICMP_ECHOREPLY 0
#define ICMP_DEST_UNREACH 3
#define ICMP_HOST_UNREACH 1
#define ICMP_PROT_UNREACH 2
#define ICMP_PORT_UNREACH 3
#define ICMP_FRAG_NEEDED 4
#define ICMP_ECHO 8
#define ICMP_TIME_EXCEEDED 11
#define ND_RS 133
#define ND_NS 135
#define ND_NA 136
#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

#define ROUTER_TTL_REPLY 255 /* echo reply, port unreachable: then routed */
#define ROUTER_TTL_ERROR 254 /* time exceeded: output without routing */
#define ROUTER_TTL_RST 63

enum verdict {
	V_NEXT = 0, /* next stage, or next datapath */
	V_DELIVER, /* to interface ifindex of this host */
	V_TUNNEL, /* to chassis, keys datapath/inport/outport */
	V_FLOOD, /* to every member of group but inport */
	V_FLOOD_ROUTER, /* the same, and to the router behind outport */
	V_SHARE_ARP, /* learned; tell the chassis of the router's group */
	V_ICMP_ERROR, /* build: icmp_type, icmp_code, from ip_error_src */
	V_TCP_RST, /* build */
	V_ARP_REQUEST, /* build: from the ARP fields */
	V_ND_REPLY, /* build: a neighbor advertisement for lladdr */
	V_CONSUMED, /* done, and no drop */
};

/* Beside the verdicts: connection tracking found nothing; or found another
 * CPU at work on the connection. */
#define CT_MISS (-1000)
#define CT_AGAIN (-1001)

enum flow_stage {
	STAGE_LS, /* logical switch ingress, from inport */
	STAGE_LR, /* logical router ingress, from inport */
	STAGE_LR_ARP, /* its ARP rules, after admission */
	STAGE_LR_ROUTE, /* its routing stages: a packet the router made */
	STAGE_LS_OUTPUT, /* to outport, without a look-up */
	STAGE_LR_TRACK, /* logical router that keeps connections */
	STAGE_LR_SNAT, /* ... behind routing, a new connection */
	STAGE_LS_LB, /* logical switch ingress, load balancers first */
};

/* What rewrite.h has to write back. */
enum flow_change {
	CHANGE_ETH = 1 << 0,
	CHANGE_TTL = 1 << 1, /* from ttl_before to ttl */
	CHANGE_ECHO = 1 << 2, /* addresses swapped, request to reply */
	CHANGE_ARP = 1 << 3, /* the whole ARP message */
	CHANGE_NAT = 1 << 4, /* addresses and ports, where they differ */
	CHANGE_INNER = 1 << 5, /* ICMP error: the quoted ones */
};

/* Powers of two.  Rules: a switch's VIP, two of each of two gateways, the VIP
 * of an answer. */
#define FLOW_RULES 8
#define FLOW_ROUTES 8
#define ACTION_ROUTES 2 /* an action has room for */

union flow_ip {
	__be32 ip4;
	__be32 ip6[4];
	__u8 b[16];
};

/* Addresses and ports; ICMP echo: see flow_tuple() in ct.h. */
struct flow_tuple {
	__be32 src;
	__be32 dst;
	__u16 sport; /* host order */
	__u16 dport;
};

/* Where a packet enters the pipeline. */
struct flow_start {
	__u32 datapath;
	__u32 inport;
	__u16 stage;
	__u16 pad;
	__u32 flags; /* FLOW_FROM_LOCALNET */
	/* LSP by which it came to this host, 0: not known (yet). */
	__u32 in_datapath;
	__u32 in_port;
};

struct flow {
	struct flow_start start;
	__u32 datapath; /* tunnel key */
	__u32 inport; /* keys in that datapath */
	__u32 outport;
	__u32 flags; /* enum flow_flag */
	__u16 stage; /* enum flow_stage */
	__u16 changed; /* enum flow_change */

	__u8 eth_dst[6];
	__u8 eth_src[6];
	__u16 eth_type; /* host order */
	__u16 arp_op; /* host order */
	union flow_ip src; /* IPv4, IPv6; ARP: spa */
	union flow_ip dst; /* ARP: tpa; IPv6 ND: destination */
	__u8 proto;
	__u8 ttl;
	__u8 ttl_before;
	__u8 tcp_flags; /* SCTP: type of the first chunk */
	__u16 ip_id; /* fragments */
	__u8 lladdr[6]; /* ARP sha; ND sll or tll; V_ND_REPLY: the answer */
	union {
		union flow_ip nd_target; /* IPv6 ND */
		__u8 arp_tha[6];
		struct { /* FLOW_INNER: what an ICMP error quotes */
			struct flow_tuple inner;
			__u16 inner_off; /* of its IP header in the frame */
			__u8 inner_proto;
		};
	};
	__u16 l4_off; /* of the L4 header in the frame */
	__u16 l4_len; /* TCP, UDP, SCTP: its length */
	__u16 sport; /* host order; ICMP, ICMPv6: type << 8 | code */
	__u16 dport; /* ICMP echo: id */
	__u32 len; /* of the frame, bytes */
	__u32 ip_len; /* longest IP packet in it: a GSO segment's */
	__u32 hash; /* of the 5-tuple, same for every packet of a flow */

	union {
		__u32 ifindex; /* V_DELIVER */
		__u32 chassis; /* V_TUNNEL */
		__u32 group; /* V_FLOOD */
	};
	__u8 icmp_type; /* V_ICMP_ERROR */
	__u8 icmp_code;
	__u8 icmp_ttl;
	__u8 ct_dir; /* enum ct_dir */
	__u16 icmp_mtu;
	__u16 outer_len; /* on receipt: bytes before the inner frame */
	__u16 frame_off; /* TC: such bytes that are still in front of it */
	__u16 pad3;
	__be32 ip_error_src;
	/* The switch, and its port, a router got it from. */
	__u32 ls_datapath;
	__u32 ls_inport;
	/* Where the last router got it, and with which addresses: an error
	 * goes back there. */
	__u32 router;
	__u32 router_inport;
	__u8 router_eth_src[6];
	__u16 route_table;
	struct flow_tuple in;
	__u8 ttl_in;
	__u8 pad;
	__u16 vlan; /* V_DELIVER to a localnet port: tag, 0: none */
	__u16 vlan_type;
	/* What the packet becomes; the source's part behind routing. */
	struct flow_tuple nat;
	__u32 now; /* CLOCK_MONOTONIC, seconds; 0: not asked yet */
	__u32 lb; /* id of the VIP */
	/* STAGE_LR_SNAT, V_ARP_REQUEST: where it goes from there. */
	__u32 next_datapath;
	__u32 next_port;
	__u32 next_is_router;
	/* The connection whose action this packet sets: record + 1. */
	__u32 ct_record;
	__u32 ct_seq;
	__u32 generation; /* of the maps when it was looked for */
	__u16 ct_entry; /* as in struct ct_action */
	__u8 ct_ttl; /* TTL there */
	__u8 pad2;
	/* V_FLOOD_ROUTER: the router is on another chassis. */
	__u32 copy_chassis;
	__u32 copy_outport;
	/* Numbers in map "counter" of what it has passed, 0: none. */
	__u32 counter_in;
	__u32 counter_out;
	__u32 n_routes; /* of counter_route, counter_rule */
	__u32 n_rules;
	/* First numbers of the rules for a connection that may be noted. */
	__u32 rule_dnat;
	__u32 rule_snat;
	__u32 next_counter; /* STAGE_LR_SNAT: of the route */
	__u32 ct_created; /* record of the connection it began + 1 */
	/* departure.h: the flow's place + 1, if that is its own now; arrival.h:
	 * may it be noted?  Of the maps before they were asked; MACs it came
	 * with. */
	__u32 cache;
	__u32 cache_generation;
	__u8 cache_eth_dst[6];
	__u8 cache_eth_src[6];
	/* Not cleared: as many as n_routes and n_rules say. */
	__u32 counter_route[FLOW_ROUTES];
	__u32 counter_rule[FLOW_RULES]; /* NAT rules and VIPs */
	/* An action's counters while it is not known to hold. */
	__u32 action_route[ACTION_ROUTES];
	__u32 action_out;
	__u32 forget; /* FORGET() */
};

/* x, of which the verifier knows nothing any more: the flow is a map's, and
 * what is read from a map may be anything.  In a loop it has then one way to
 * follow, instead of each combination of what the rounds before may have
 * left. */
#define FORGET(f, x)                                                           \
	({                                                                     \
		*(volatile __u32 *)&(f)->forget = (x);                         \
		*(volatile __u32 *)&(f)->forget;                               \
	})

static __always_inline bool mac_equal(const void *a, const void *b)
{
	const __u16 *x = a, *y = b;

	return !((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]));
}

static __always_inline void mac_copy(void *to, const void *from)
{
	__u16 *x = to;
	const __u16 *y = from;

	x[0] = y[0];
	x[1] = y[1];
	x[2] = y[2];
}

/* Destination and source, which stand side by side in a frame and in what is
 * noted of one (flow_cache.h): never on the stack, where the kernel wants words
 * aligned. */
struct macs {
	__u64 head;
	__u32 tail;
};

static __always_inline struct macs macs_load(const __u8 *dst)
{
	return (struct macs){.head = *(const __u64 *)dst,
			     .tail = *(const __u32 *)(dst + 8)};
}

static __always_inline void macs_store(__u8 *dst, struct macs m)
{
	*(__u64 *)dst = m.head;
	*(__u32 *)(dst + 8) = m.tail;
}

static __always_inline bool macs_equal(const __u8 *a, const __u8 *b)
{
	struct macs x = macs_load(a), y = macs_load(b);

	return x.head == y.head && x.tail == y.tail;
}

static __always_inline bool mac_is_multicast(const __u8 *mac)
{
	return mac[0] & 1;
}

static __always_inline __u32 ip4_load(const __u8 *addr)
{
	return *(const __u32 *)addr;
}

static __always_inline __u32 flow_now(struct flow *f)
{
	if (!f->now)
		f->now = bpf_ktime_get_coarse_ns() / 1000000000;
	return f->now;
}

static __always_inline bool flow_is_icmp_error(const struct flow *f)
{
	__u8 type = f->sport >> 8;

	return f->proto == IPPROTO_ICMP &&
	       (type == ICMP_DEST_UNREACH || type == 4 || type == 5 ||
		type == ICMP_TIME_EXCEEDED || type == 12);
}

/* Packet pointers, loaded in one instruction: left to itself the compiler
 * shares the address of two context fields, and the verifier refuses a
 * context pointer that was added to. */
#define CTX_LOAD(ctx, field)                                                   \
	({                                                                     \
		void *ptr;                                                     \
		asm volatile(                                                  \
			"%[ptr] = *(u32 *)(%[base] + %[off])"                  \
			: [ptr] "=r"(ptr)                                      \
			: [base] "r"(ctx), [off] "i"(__builtin_offsetof(       \
						   typeof(*(ctx)), field)));   \
		ptr;                                                           \
	})
#define CTX_DATA(ctx) CTX_LOAD(ctx, data)
#define CTX_DATA_END(ctx) CTX_LOAD(ctx, data_end)
#define CTX_DATA_META(ctx) CTX_LOAD(ctx, data_meta)

/* One flow for each CPU; every object has a map of its own. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flow);
} scratch SEC(".maps");

static __always_inline void flow_clear(struct flow *f)
{
	__builtin_memset(f, 0, __builtin_offsetof(struct flow, counter_route));
}

/* The flow for a new packet, all zero. */
static __always_inline struct flow *flow_new(void)
{
	__u32 zero = 0;
	struct flow *f = bpf_map_lookup_elem(&scratch, &zero);

	if (f)
		flow_clear(f);
	return f;
}

#endif /* XOVN_BPF_FLOW_H */
