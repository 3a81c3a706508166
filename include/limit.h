/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What one port may have of what all share: answers that routers make, rows
 * that its addresses fill, records of connections.
 */
#ifndef XOVN_LIMIT_H
#define XOVN_LIMIT_H

#include "types.h"

enum rate_kind {
	RATE_ICMP = 0, /* ICMP errors and TCP resets to what came by the port */
	RATE_NEIGHBOR = 1, /* rows of "learned" that its ARP makes or changes */
	RATE_FDB = 2, /* ... of "fdb" that its frames do */
	RATE_KIND_COUNT,
};

/* Defaults: sysctl icmp_msgs_per_sec and icmp_msgs_burst of Linux, a quarter
 * of each table. */
#define ICMP_RATE_DEFAULT 1000
#define ICMP_BURST 50
#define PORT_SHARE_DEFAULT 25 /* percent; 100: no limit */
#define LEARN_SECONDS 3600 /* in which a port may have its share anew */

/* ---- limit: one entry ---- */

struct rate_limit {
	__u64 interval; /* ns between two of them; 0: no limit */
	__u64 burst; /* ns that a port may be ahead of that */
};

struct limit_val {
	struct rate_limit rate[RATE_KIND_COUNT]; /* by enum rate_kind */
	__u32 ct; /* records of connections one may have; 0: no limit */
	__u32 pad;
};

/* ---- rate: how far ports are ahead.  BPF writes. ---- */

struct rate_key {
	__u32 datapath; /* the port by which the packet came to this host */
	__u32 port;
	enum rate_kind kind;
};

struct rate_val {
	__u64 next; /* CLOCK_MONOTONIC, ns: when the next would be on time */
};

/* ---- ct_share: records that openers of connections have.  BPF writes. ---- */

struct ct_share_key {
	__u32 datapath; /* zone, as in struct ct_val */
	__u32 port; /* ... of a switch's port, 0: router */
	__u8 src[4]; /* router: the opener's address; else 0.0.0.0 */
};

struct ct_share_val {
	__u32 records; /* those whose time is over included, until met */
};

#endif /* XOVN_LIMIT_H */
