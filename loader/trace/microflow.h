/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets for `xovn trace`: from ovn-trace(8)'s microflow syntax or from hex
 * digits to a frame, from a frame to a line for people, and to its answer.
 *
 *   microflow.c           the expression; hex
 *   microflow_lex.c       its words
 *   microflow_symbols.c   names allowed, and what each implies
 *   microflow_fields.c    values of fields; contradictions
 *   microflow_resolve.c   what only the whole expression says
 *   microflow_build.c     values to a frame
 *   microflow_describe.c, microflow_answer.c
 *   frame.c               where headers are; lengths and checksums
 */
#ifndef XOVN_TRACE_MICROFLOW_H
#define XOVN_TRACE_MICROFLOW_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "types.h"

#define MICROFLOW_FRAME_MAX 3000

/* A packet to trace. */
struct microflow {
	uint8_t frame[MICROFLOW_FRAME_MAX]; /* from the Ethernet header on */
	size_t len; /* bytes */
	char inport[XOVN_NAME_LEN]; /* `inport == "lsp"`, "": not given */
};

/*
 * FIELD == CONSTANT and predicates, joined by &&, in parentheses or not; see
 * ovn-sb(5) "Logical_Flow".  A microflow is one packet: no other operator, no
 * sets, masks or bits; ! only where it leaves no choice (vlan.present,
 * ip.is_frag, ip.later_frag).
 *
 *   inport  eth.src eth.dst eth.type eth.bcast
 *   vlan.present vlan.tci vlan.vid vlan.pcp
 *   arp arp.op arp.spa arp.tpa arp.sha arp.tha, and so for rarp
 *   ip ip4 ip6 ip.proto ip.ttl ip.dscp ip.ecn
 *   ip.frag ip.is_frag ip.first_frag ip.later_frag
 *   ip4.src ip4.dst ip6.src ip6.dst ip6.label
 *   icmp icmp4 icmp4.type icmp4.code icmp6 icmp6.type icmp6.code
 *   nd nd_ns nd_na nd_rs nd_ra nd.target nd.sll nd.tll
 *   tcp tcp.src tcp.dst tcp.flags  udp udp.src udp.dst  sctp sctp.src sctp.dst
 * xovn's own:
 *   icmp4.id icmp4.seq icmp6.id icmp6.seq  ip.id ip.df (IPv4)
 *   payload.len  bytes behind the last header; SCTP: of a DATA chunk, then
 *                there instead of INIT
 *
 * What is not given is zero, as in ovn-trace, except where no guest would
 * send that:
 *   ip.ttl      64, neighbor discovery 255 (RFC 4861)
 *   ip.df       1; of fragments 0
 *   ip.id       0 with ip.df, else 1 (RFC 6864)
 *   eth.type    IPv4 where IP is meant (ovn-trace calls that ambiguous)
 *   ip.proto    of IPv6 59, no next header (RFC 8200 4.7)
 *   arp.op 1  rarp.op 3  icmp4.type 8  icmp6.type 128  nd: a solicitation
 *   nd.sll, nd.tll  the option is not there
 *   tcp.flags   SYN (2)
 *   payload.len echo request and reply 56, as ping sends; an ICMP error
 *               quotes a UDP header of the packet it answers; Ethernet types
 *               other than IP and ARP 46; a later fragment 8; else 0
 * A fragment is the first of a datagram that ends 8 bytes behind it, or the
 * last, from byte 1480 on.  Frames are not padded to 60 bytes: veth and tap
 * devices do not either.
 *
 * Returns 0, or -EINVAL with one line: the field, what is wrong, what is
 * allowed.
 */
int microflow_parse(const char *text, struct microflow *m, struct error *e);

/* Hex digits of a whole frame, 14 bytes or more; blanks and colons may stand
 * between bytes.  0 or -EINVAL. */
int microflow_parse_hex(const char *text, struct microflow *m, struct error *e);

/* One line for people, cut to size: the protocol, then fields by their names
 * above.  Says where the frame is cut; any bytes will do. */
void microflow_describe(const uint8_t *frame, size_t len, char *text,
			size_t size);

/* What the receiver of a frame would send back: MACs, IP addresses and ports
 * swapped, TTL 64; an ARP request or neighbor solicitation is answered with
 * answer_mac (RFC 826, RFC 4861 7.2.4), an echo request with its reply, TCP
 * SYN with SYN,ACK and other segments with ACK, an SCTP chunk with the one
 * that RFC 9260 has for it, all else with the same payload.  -ENOENT and why:
 * nobody answers (errors, replies, resets, fragments, what is malformed,
 * broadcast or multicast).  -EINVAL: len is above MICROFLOW_FRAME_MAX. */
int microflow_answer(const uint8_t *frame, size_t len,
		     const uint8_t answer_mac[6], struct microflow *answer,
		     struct error *e);

#endif /* XOVN_TRACE_MICROFLOW_H */
