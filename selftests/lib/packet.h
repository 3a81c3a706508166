/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets for tests, written from the RFCs and on purpose from nothing in
 * bpf/ or include/wire.h, so that a mistake there is not repeated here.
 *
 *   packet.c   builders: append headers
 *   finish.c   packet_finish(): lengths and checksums, fragments
 *   check.c, check_l4.c
 *              strict parser: the first thing wrong with a frame, in words
 *   fields.c   names for byte ranges: one-line decode, first differing field
 *
 * Callers: selftests/prog (frames in and out of the BPF programs) and
 * selftests/tools/wirecheck (captures of the topology tests).
 */
#ifndef SELFTESTS_PACKET_H
#define SELFTESTS_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_MAX 16384
#define PACKET_LAYERS 16

enum packet_layer_kind {
	LAYER_ETH,
	LAYER_VLAN,
	LAYER_ARP,
	LAYER_IP4,
	LAYER_IP6,
	LAYER_ICMP,
	LAYER_ICMP6,
	LAYER_UDP,
	LAYER_TCP,
	LAYER_SCTP,
	LAYER_GENEVE,
};

struct packet_layer {
	enum packet_layer_kind kind;
	size_t offset;
	bool no_checksum; /* UDP: 0, "none" */
};

/* A 16-bit field that may take any value of a range: packet_adopt(). */
struct packet_open {
	size_t offset;
	uint16_t first, last;
	uint16_t except; /* one that it must not take; 0: none */
	char name[8]; /* of the variable that keeps it */
};

#define PACKET_OPEN_MAX 2

struct packet {
	size_t len;
	size_t end; /* of what the headers count: len without padding */
	size_t n_layers;
	struct packet_layer layer[PACKET_LAYERS];
	size_t n_open;
	struct packet_open open[PACKET_OPEN_MAX];
	uint8_t data[PACKET_MAX];
};

/* Zero members take the usual value: ttl 64, no options, whole packet. */
struct ip4_header {
	const char *src, *dst;
	uint8_t proto;
	uint8_t ttl; /* 0: 64; see ttl_zero */
	bool ttl_zero; /* really 0 */
	uint8_t tos;
	uint16_t id; /* host order */
	uint16_t fragment; /* flags and offset as on the wire, host order */
	const void *options; /* a multiple of 4 bytes */
	size_t options_len;
};

#define IP4_DF 0x4000
#define IP4_MF 0x2000

struct tcp_header {
	uint16_t sport, dport;
	uint32_t seq, ack;
	uint8_t flags; /* TCP_* */
	uint16_t window;
};

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_PSH 0x08
#define TCP_ACK 0x10

/* The Geneve layer with its option, RFC 8926 and ovn-architecture(7). */
struct geneve_header {
	uint32_t vni;
	uint16_t in, out;
};

/* Text to bytes; they abort() on bad text, which is a mistake in a test. */
void mac_parse(const char *text, uint8_t mac[6]);
void ip4_parse(const char *text, uint8_t ip[4]);
void ip6_parse(const char *text, uint8_t ip[16]);

/* Builders.  Each appends one header; the order is that of the wire. */
void packet_init(struct packet *p);
void packet_bytes(struct packet *p, const void *bytes, size_t len);
/* A payload that repeats nowhere within 64 kB: byte i depends on i and i/256 */
void packet_payload(struct packet *p, size_t len);
void packet_eth(struct packet *p, const char *dst, const char *src,
		uint16_t type);
void packet_vlan(struct packet *p, uint16_t tpid, uint16_t tci);
void packet_arp(struct packet *p, uint16_t op, const char *sha, const char *spa,
		const char *tha, const char *tpa);
void packet_ip4(struct packet *p, const struct ip4_header *i);
void packet_ip6(struct packet *p, const char *src, const char *dst,
		uint8_t next, uint8_t hops);
void packet_icmp(struct packet *p, uint8_t type, uint8_t code, uint32_t rest);
void packet_icmp6(struct packet *p, uint8_t type, uint8_t code, uint32_t rest);
/* Neighbor solicitation (135) or advertisement (136); mac NULL: no option. */
void packet_nd(struct packet *p, uint8_t type, uint32_t flags,
	       const char *target, const char *mac);
void packet_udp(struct packet *p, uint16_t sport, uint16_t dport);
void packet_tcp(struct packet *p, const struct tcp_header *t);
/* RFC 9260: common header and the header of one chunk, whose body is the rest
 * of the packet. */
void packet_sctp(struct packet *p, uint16_t sport, uint16_t dport,
		 uint32_t vtag, uint8_t chunk);
void packet_geneve(struct packet *p, const struct geneve_header *g);
/* Ethernet ... Geneve as a chassis sends it, UDP checksum 0. */
void packet_outer(struct packet *p, const char *dst_mac, const char *src_mac,
		  const char *src, const char *dst, uint16_t sport,
		  const struct geneve_header *g);
/* Lengths and checksums of every layer, innermost first.  A UDP header in
 * front of Geneve keeps checksum 0. */
void packet_finish(struct packet *p);
/* Zeros up to len: Ethernet's padding, which no length field counts. */
void packet_pad(struct packet *p, size_t len);
/* The same for the innermost frame; outer headers count it. */
void packet_pad_inner(struct packet *p, size_t len);
/* IPv4 and L4 checksums again after a test edited fields of those layers. */
void packet_checksum(struct packet *p);
/* Of a finished packet: makes its innermost IPv4 packet the fragment that
 * holds len payload bytes from offset (a multiple of 8) on; the payload's
 * checksum stays that of the whole. */
void packet_fragment(struct packet *p, size_t offset, size_t len);

uint16_t get16(const uint8_t *p);
uint32_t get32(const uint8_t *p);
void put16(uint8_t *p, uint16_t v);
void put32(uint8_t *p, uint32_t v);
/* RFC 1071 one's complement sum, not inverted; sum carries on. */
uint32_t sum_bytes(const uint8_t *p, size_t len, uint32_t sum);
uint16_t sum_fold(uint32_t sum);
/* RFC 9260 appendix A: CRC32c as it stands in an SCTP header, which counts as
 * zero. */
uint32_t sctp_checksum(const uint8_t *sctp, size_t len);

/* ---- check.c ---- */

enum check_flag {
	/* Captured before a NIC finished them: an L4 checksum may also be the
	 * sum of its pseudo header. */
	CHECK_PARTIAL_CSUM = 1 << 0,
	/* Geneve of somebody else's making: RFC 8926 holds, what OVN fixes
	 * beyond it (DF, TTL 64, id 0, source port) is not asked for. */
	CHECK_NO_ENCAP_RULES = 1 << 1,
	/* Segmented by the kernel, which counts the outer IPv4 id up even
	 * where DF makes it mean nothing (RFC 6864 4.1). */
	CHECK_GSO_ID = 1 << 2,
	/* What an ICMP error quotes whole has the right L4 checksum, too; a
	 * sender with checksum offload makes others. */
	CHECK_QUOTED_CSUM = 1 << 3,
};

struct check_result {
	bool is_geneve;
	struct geneve_header geneve; /* of the outermost one */
	uint16_t src_port; /* outer UDP */
	uint8_t src_ip[4], dst_ip[4];
	unsigned int n_partial; /* checksums excused by CHECK_PARTIAL_CSUM */
	char why[256]; /* the first violation, "" if none */
};

/* True if the frame is right in every field that a standard or OVN fixes. */
bool packet_check(const uint8_t *frame, size_t len, unsigned int flags,
		  struct check_result *r);

/* ---- fields.c ---- */

/* One line, tcpdump-like, cut to size. */
void packet_decode(const uint8_t *frame, size_t len, char *text, size_t size);
/* The field in which two frames first differ, with both values; false if
 * they are equal. */
bool packet_diff(const uint8_t *want, size_t want_len, const uint8_t *got,
		 size_t got_len, char *text, size_t size);

#endif /* SELFTESTS_PACKET_H */
