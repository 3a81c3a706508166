/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the measuring tools share with their BPF programs (frames.bpf.c):
 *
 *   framegen    sends prepared frames as a NIC's driver would receive them
 *   framesink   counts them behind the device under test, and notes which
 *               flow came with which addresses and ports
 *   progrun     runs one program on them
 *
 * A frame says which flow it belongs to, so that a translation on the way
 * does not hide it: UDP in the payload, TCP in the sequence number.
 */
#ifndef SELFTESTS_FRAMES_H
#define SELFTESTS_FRAMES_H

#ifdef __bpf__
#include "vmlinux.h"
#else
#include <linux/types.h>
#endif

/* The frame that varies begins behind: nothing, or Ethernet, IPv4, UDP and a
 * VXLAN header, or those and a Geneve header with OVN's option. */
#define FRAME_PLAIN 0
#define FRAME_VXLAN 50
#define FRAME_GENEVE 58

#define FRAME_LEN 60 /* of the varying part: 64 bytes with the FCS */
#define FRAME_MAX (FRAME_GENEVE + FRAME_LEN)

#define FRAME_MAGIC 0x786f766e /* behind the number in a UDP payload */

/* Addresses and ports in network order. */
struct frame_flow {
	__u8 src[4];
	__u8 dst[4];
	__u16 sport;
	__u16 dport;
};

struct frame_config {
	__u8 frame[128]; /* addresses, ports, their checksums: zero */
	__u32 n_flows; /* of map "flow" */
	__u32 next; /* the flow whose turn it is; BPF writes */
	__u32 ip_sum; /* of the IP header, not folded */
	__u32 l4_sum; /* of pseudo header and TCP segment; 0: no checksum */
	__u32 random_src; /* host part, host order: bits chosen at random */
	__u32 random_dst;
	__u64 seed; /* not zero: random source port, and the bits above */
};

/* ---- sink ---- */

struct sink_flow {
	struct frame_flow flow;
	__u32 number;
};

enum sink_count {
	SINK_FRAMES, /* of framegen */
	SINK_NEW, /* numbers seen for the first time */
	SINK_DUPLICATE, /* addresses and ports that another number has had */
	SINK_CHANGED, /* a number that has had others before */
	SINK_STRANGE, /* a number out of range */
	SINK_COUNTS,
};

/* ---- progrun memory: as large as a bucket and a record of map "ct" ---- */

struct touch_bucket {
	__u32 record;
	__u32 rest[15];
};

struct touch_record {
	__u64 word[16];
};

#endif /* SELFTESTS_FRAMES_H */
