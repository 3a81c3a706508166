/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Geneve (RFC 8926) with OVN's option, ovn-architecture(7) "Geneve":
 * VNI = datapath key, option value = 0 | ingress port key | egress key.
 * Multi-byte fields are big-endian, as on the wire.
 */
#ifndef XOVN_WIRE_H
#define XOVN_WIRE_H

#include "types.h"

#define GENEVE_UDP_PORT 6081
#define GENEVE_VER_OPTLEN 0x02 /* version 0, 2 words of options */
#define GENEVE_F_CRITICAL 0x40
#define GENEVE_OPT_CLASS_OVN 0x0102
#define GENEVE_OPT_TYPE_OVN 0x80
#define GENEVE_OPT_CRITICAL 0x80 /* top bit of the type (RFC 8926 3.5) */

/* Bytes before the inner Ethernet header: Ethernet, IPv4, UDP, Geneve, option. */
#define ENCAP_LEN 58
/* What encapsulation takes from the underlay's MTU (inner Ethernet included). */
#define ENCAP_MTU_COST 58

#endif /* XOVN_WIRE_H */
