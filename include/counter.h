/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Packets and bytes, per CPU, in one array: the objects that are counted
 * hold the number of their first entry.  BPF counts, the loader hands out
 * the numbers and empties an entry before it does.
 */
#ifndef XOVN_COUNTER_H
#define XOVN_COUNTER_H

#include "types.h"

/* ---- counter: array by number.  BPF writes. ---- */

struct counter_val {
	__u64 packets; /* a GSO packet is one */
	__u64 bytes; /* of frames without outer headers */
};

/* Geneve to and from a chassis, by its index, which is never 0.  An object
 * with number 0 is not counted. */
#define COUNTER_CHASSIS_TX(chassis) (2 * (chassis))
#define COUNTER_CHASSIS_RX(chassis) (2 * (chassis) + 1)
/* Packets whose address was not learned, as their port has its share: they
 * go on. */
#define COUNTER_LEARN_REFUSED 1
#define COUNTER_FIRST (2 * XOVN_MAX_CHASSIS) /* that the loader hands out */

/* Entries behind the number of a VIF or localnet port of this host. */
enum counter_port {
	COUNTER_PORT_IN, /* from the guest or physical network */
	COUNTER_PORT_OUT, /* to it */
	COUNTER_PORT_SIZE,
};

/* ... of a NAT rule or VIP. */
enum counter_rule {
	COUNTER_RULE_ORIG, /* as the opener of the connection sends */
	COUNTER_RULE_REPLY,
	COUNTER_RULE_NEW, /* connections noted, and bytes of their first packet */
	COUNTER_RULE_SIZE,
};

/* ... of a route: packets that took it. */
#define COUNTER_ROUTE_SIZE 1

#endif /* XOVN_COUNTER_H */
