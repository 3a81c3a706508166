/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Connections of gateway routers and of load-balanced switch ports, IPv4.
 * One connection is one record of map "ct"; map "ct_index" finds it by
 * either of its tuples.  BPF writes both; user space only reads them, and
 * removes records through the program ct_delete.
 */
#ifndef XOVN_CT_H
#define XOVN_CT_H

#include "types.h"

/* What the two ends of a connection are called in one direction.  ICMP echo
 * request: sport is the id and dport is 8 (the type); so in a reply, whose
 * tuple is turned round, sport is 8 and dport the id.  Other ICMP and other
 * protocols: zero. */
struct ct_tuple {
	__u8 src[4];
	__u8 dst[4];
	__u16 sport;
	__u16 dport;
	__u8 proto;
	__u8 pad[3];
};

/* States and their timeouts in seconds, those of Linux's nf_conntrack where
 * it has the state.  X(name, timeout, is_embryonic): an embryonic connection,
 * one that was refused, and any that nobody has answered give way where no
 * free record is near, others never do. */
#define XOVN_CT_STATES(X)                                                      \
	X(FREE, 0, 1)                                                          \
	X(TCP_SYN_SENT, 120, 1)                                                \
	X(TCP_SYN_RECV, 60, 1)                                                 \
	X(TCP_MIDSTREAM, 300, 1) /* first seen without its SYN */              \
	X(TCP_ESTABLISHED, 432000, 0)                                          \
	X(TCP_FIN_WAIT, 120, 0) /* one side has closed */                      \
	X(TCP_TIME_WAIT, 120, 0) /* both have */                               \
	X(TCP_CLOSE, 10, 1) /* reset */                                        \
	X(UDP, 30, 1) /* unanswered */                                         \
	X(UDP_STREAM, 120, 0)                                                  \
	X(ICMP, 30, 1)                                                         \
	X(SCTP, 10, 1) /* before the handshake is complete */                  \
	X(SCTP_ESTABLISHED, 432000, 0)                                         \
	X(SCTP_SHUTDOWN, 10, 1)                                                \
	X(GENERIC, 600, 1) /* other protocols, unanswered */                   \
	X(GENERIC_STREAM, 600, 0)

enum ct_state {
#define X(name, timeout, is_embryonic) CT_##name,
	XOVN_CT_STATES(X)
#undef X
		CT_STATE_COUNT,
};

enum ct_flag {
	CT_F_SEEN_REPLY = 1 << 0,
	CT_F_SNAT = 1 << 1, /* source translated */
	CT_F_DNAT = 1 << 2, /* destination translated */
	CT_F_FIN_ORIG = 1 << 3, /* FIN seen, by direction */
	CT_F_FIN_REPLY = 1 << 4,
};

enum ct_dir {
	CT_DIR_ORIG = 0, /* as the opener sends */
	CT_DIR_REPLY = 1,
};

/* Where the last packet of one direction went: a packet that finds this
 * valid needs no other look-up. */
struct ct_action {
	__u32 generation; /* of all maps then, config + epoch, and of the
			   * record, seq; 0: none */
	__u32 target; /* interface index, or chassis index */
	__u32 datapath; /* of the output */
	__u16 inport; /* keys there */
	__u16 outport;
	__u16 entry; /* router port it came in by; for a switch's
		      * connection a hash of its MACs */
	__u16 stamp; /* low bits of the second it was noted in */
	__u8 eth_dst[6];
	__u8 eth_src[6];
	__u16 vlan; /* localnet tag */
	__u8 ttl; /* hops passed */
	__u8 kind; /* BPF's enum verdict, and flags above it */
	__u32 counter_route[2]; /* of the routes it takes, 0: none */
	__u32 counter_out; /* of the port it leaves by, 0: none */
};

struct ct_val {
	struct ct_tuple orig; /* the opener's, before translation */
	struct ct_tuple reply; /* the answer's, before translation */
	__u32 seq; /* odd: being written */
	__u32 datapath; /* zone: gateway router, or switch and port */
	__u16 port; /* 0: router */
	__u16 flags; /* enum ct_flag */
	enum ct_state state;
	__u32 expires; /* CLOCK_MONOTONIC, seconds */
	__u32 lb; /* id of the load balancer's VIP, 0: none */
	__u32 counter_dnat; /* of the VIP or DNAT rule, 0: none */
	__u32 counter_snat; /* of the SNAT rule, 0: none */
	struct ct_action action[2]; /* by enum ct_dir */
};

/* Slots of one hash value: 0 is free, else tag << 32 | record + 1. */
#define CT_BUCKET_SLOTS 8
struct ct_bucket {
	__u64 slot[CT_BUCKET_SLOTS];
};

/* Records a table may have, and buckets for so many: two slots for each
 * record fill half of them. */
#define CT_MAX_DEFAULT 262144
#define CT_MAX_LOWEST 64
#define CT_MAX_HIGHEST (16 * 1024 * 1024)

/* ---- ct_timeout: array by enum ct_state ---- */

struct ct_timeout_val {
	__u32 seconds;
};

/* ---- ct_event: what happened to connections, per CPU.  BPF writes. ---- */

/* X(name, what it counts) */
#define XOVN_CT_EVENTS(X)                                                      \
	X(CREATED, "connections noted")                                        \
	X(EXPIRED, "records of connections past their timeout, used again")    \
	X(EVICTED, "embryonic connections that gave way to new ones")          \
	X(FULL, "connections refused: every record is in use")                 \
	X(LIMITED, "connections refused: their opener has its share")          \
	X(INDEX_FULL, "connections refused: no slot in the index")             \
	X(DELETED, "records removed by xovn ct flush and the like")            \
	X(PORT_KEPT, "SNAT: the source port was free")                         \
	X(PORT_RETRY_1, "SNAT: the port was in use; others tried: 1")          \
	X(PORT_RETRY_2, "2 to 3")                                              \
	X(PORT_RETRY_4, "4 to 7")                                              \
	X(PORT_RETRY_8, "8 to 15")                                             \
	X(PORT_RETRY_16, "16 to 31")                                           \
	X(PORT_RETRY_32, "32 and more")                                        \
	X(PORT_EXHAUSTED, "SNAT: no free port found; the packet was dropped")

enum ct_event {
#define X(name, what) CT_EVENT_##name,
	XOVN_CT_EVENTS(X)
#undef X
		CT_EVENT_COUNT,
};

struct ct_event_key {
	enum ct_event event;
};

struct ct_event_val {
	__u64 count;
};

/* ---- frag: ports of fragments whose first one passed.  BPF writes. ---- */

struct frag_key {
	__u32 datapath; /* zone */
	__u8 src[4];
	__u8 dst[4];
	__u16 port;
	__u16 id;
	__u8 proto;
	__u8 pad[3];
};

struct frag_val {
	__u16 sport; /* ICMP: type << 8 | code */
	__u16 dport; /* ICMP: id */
	__u32 expires; /* CLOCK_MONOTONIC, seconds */
};

/* Argument of the program ct_delete (type syscall): the record must still be
 * the one that was read. */
struct ct_delete_arg {
	__u32 record;
	__u32 seq;
	__u32 is_deleted; /* out */
};

XOVN_STATIC_ASSERT(sizeof(struct ct_tuple) == 16, "two tuples in half a line");
XOVN_STATIC_ASSERT(sizeof(struct ct_val) == 160, "two and a half cache lines");

#endif /* XOVN_CT_H */
