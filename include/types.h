/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What both sides of xovn share: BPF programs (bpf/, maps/) and loader.
 *
 *   types.h   fixed-width integers on either side, limits, small helpers
 *   drop.h    every reason a packet can be dropped for
 *   wire.h    Geneve and OVN's option as they stand on the wire
 *   maps.h    keys and values of every map, with
 *   l3.h      those of routers,
 *   nat.h     of NAT rules and load balancers,
 *   ct.h      and of connections; ct_hash.h where they are found
 *   counter.h what is counted, event.h what is monitored,
 *   trace.h   what xovn trace is told, with flow_flag.h
 *   limit.h   what one port may have of what all share
 *   upcall.h  what the agent is told, and gives back
 *
 * Rules for everything in here: no packed structs, padding is explicit and
 * zero, IPv4 addresses are __u8[4] and MACs __u8[6] in network order, all
 * other numbers are in host order, so that `bpftool map dump` reads well.
 */
#ifndef XOVN_TYPES_H
#define XOVN_TYPES_H

#ifdef __bpf__
#include "vmlinux.h"
#else
#include <linux/types.h>
#endif

/* Version of the map layout below; raised when a key or value changes. */
#define XOVN_LAYOUT_VERSION 4

#define XOVN_NAME_LEN 128 /* names in maps, NUL included; see name_store() */
#define XOVN_MAX_CHASSIS 4096 /* chassis indices 1..4095; 0 is none */

/* OVN key spaces, ovn-architecture(7) "Tunnel Encapsulations". */
#define OVN_DATAPATH_KEY_MAX 16711680
#define OVN_PORT_KEY_MAX 32767
#define OVN_MC_FLOOD 0x8000 /* all enabled LSPs */
#define OVN_MC_UNKNOWN 0x8001 /* LSPs with "unknown" addresses */
#define OVN_MC_FLOOD_L2 0x8004 /* all enabled LSPs but router ports */

#define XOVN_STATIC_ASSERT(cond, what) _Static_assert(cond, what)

#endif /* XOVN_TYPES_H */
