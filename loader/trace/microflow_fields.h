/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fields of a packet as a microflow gives them: each has one value and the
 * word that gave it, or that implied it: `tcp.dst` implies ip.proto 6, which
 * implies IP.  A second, other value is an error that names both words.
 */
#ifndef XOVN_TRACE_MICROFLOW_FIELDS_H
#define XOVN_TRACE_MICROFLOW_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "trace/microflow.h"

/* A piece of the microflow's text. */
struct word {
	const char *text;
	int len;
	unsigned int column; /* from 1 on */
};

/* printf's "%.*s", cut to a readable length */
#define WORD_ARGS(w) ((w)->len < 60 ? (w)->len : 60), (w)->text

enum field_kind {
	KIND_NUMBER,
	KIND_MAC,
	KIND_IP4,
	KIND_IP6,
	KIND_STRING,
};

/* X(identifier, name, kind, bits).  Between ICMP4_TYPE and SCTP_DST: those of
 * headers that a later fragment lacks. */
#define MICROFLOW_FIELDS(X)                                                    \
	X(INPORT, "inport", STRING, 0)                                         \
	X(ETH_SRC, "eth.src", MAC, 48)                                         \
	X(ETH_DST, "eth.dst", MAC, 48)                                         \
	X(ETH_TYPE, "eth.type", NUMBER, 16)                                    \
	X(VLAN_PRESENT, "vlan.present", NUMBER, 1)                             \
	X(VLAN_TCI, "vlan.tci", NUMBER, 16)                                    \
	X(VLAN_VID, "vlan.vid", NUMBER, 12)                                    \
	X(VLAN_PCP, "vlan.pcp", NUMBER, 3)                                     \
	X(ARP_OP, "arp.op", NUMBER, 16)                                        \
	X(ARP_SPA, "arp.spa", IP4, 32)                                         \
	X(ARP_TPA, "arp.tpa", IP4, 32)                                         \
	X(ARP_SHA, "arp.sha", MAC, 48)                                         \
	X(ARP_THA, "arp.tha", MAC, 48)                                         \
	X(IP_PROTO, "ip.proto", NUMBER, 8)                                     \
	X(IP_TTL, "ip.ttl", NUMBER, 8)                                         \
	X(IP_DSCP, "ip.dscp", NUMBER, 6)                                       \
	X(IP_ECN, "ip.ecn", NUMBER, 2)                                         \
	X(IP_FRAG, "ip.frag", NUMBER, 2)                                       \
	X(IS_FRAG, "ip.is_frag", NUMBER, 1)                                    \
	X(LATER_FRAG, "ip.later_frag", NUMBER, 1)                              \
	X(IP_ID, "ip.id", NUMBER, 16)                                          \
	X(IP_DF, "ip.df", NUMBER, 1)                                           \
	X(IP4_SRC, "ip4.src", IP4, 32)                                         \
	X(IP4_DST, "ip4.dst", IP4, 32)                                         \
	X(IP6_SRC, "ip6.src", IP6, 128)                                        \
	X(IP6_DST, "ip6.dst", IP6, 128)                                        \
	X(IP6_LABEL, "ip6.label", NUMBER, 20)                                  \
	X(ICMP4_TYPE, "icmp4.type", NUMBER, 8)                                 \
	X(ICMP4_CODE, "icmp4.code", NUMBER, 8)                                 \
	X(ICMP4_ID, "icmp4.id", NUMBER, 16)                                    \
	X(ICMP4_SEQ, "icmp4.seq", NUMBER, 16)                                  \
	X(ICMP6_TYPE, "icmp6.type", NUMBER, 8)                                 \
	X(ICMP6_CODE, "icmp6.code", NUMBER, 8)                                 \
	X(ICMP6_ID, "icmp6.id", NUMBER, 16)                                    \
	X(ICMP6_SEQ, "icmp6.seq", NUMBER, 16)                                  \
	X(ND_TARGET, "nd.target", IP6, 128)                                    \
	X(ND_SLL, "nd.sll", MAC, 48)                                           \
	X(ND_TLL, "nd.tll", MAC, 48)                                           \
	X(TCP_SRC, "tcp.src", NUMBER, 16)                                      \
	X(TCP_DST, "tcp.dst", NUMBER, 16)                                      \
	X(TCP_FLAGS, "tcp.flags", NUMBER, 12)                                  \
	X(UDP_SRC, "udp.src", NUMBER, 16)                                      \
	X(UDP_DST, "udp.dst", NUMBER, 16)                                      \
	X(SCTP_SRC, "sctp.src", NUMBER, 16)                                    \
	X(SCTP_DST, "sctp.dst", NUMBER, 16)                                    \
	X(PAYLOAD_LEN, "payload.len", NUMBER, 16)

enum field {
#define X(id, name, kind, bits) FIELD_##id,
	MICROFLOW_FIELDS(X)
#undef X
		FIELD_COUNT,
};

struct field_info {
	const char *name;
	enum field_kind kind;
	unsigned int bits;
};

extern const struct field_info field_info[FIELD_COUNT];

/* Network order, right-aligned: a MAC is the last 6 bytes. */
struct value {
	uint8_t b[16];
};

struct fields {
	struct {
		struct value value;
		struct word by; /* what gave it; no text: nothing */
	} f[FIELD_COUNT];
	char inport[XOVN_NAME_LEN];
	/* Predicates that leave a choice until all is read. */
	struct word ip, icmp, nd;
};

/* What a name implies, ovn-sb(5) "prerequisite" and "predicate". */
enum need {
	NEED_NOTHING,
	NEED_ETH_BCAST,
	NEED_VLAN,
	NEED_ARP,
	NEED_RARP,
	NEED_IP,
	NEED_IP4,
	NEED_IP6,
	NEED_IS_FRAG,
	NEED_FIRST_FRAG,
	NEED_LATER_FRAG,
	NEED_ICMP,
	NEED_ICMP4,
	NEED_ICMP6,
	NEED_ND,
	NEED_ND_NS,
	NEED_ND_NA,
	NEED_ND_RS,
	NEED_ND_RA,
	NEED_TCP,
	NEED_UDP,
	NEED_SCTP,
};

#define NO_FIELD FIELD_COUNT /* a predicate */

struct symbol {
	const char *name;
	enum field field;
	enum need need;
};

/* ---- microflow_symbols.c; all return 0 or -EINVAL ---- */

int symbol_find(const struct word *w, const struct symbol **symbol,
		struct error *e);
/* Which field a word names; a predicate is an error. */
int fields_find(const struct word *name, enum field *field, struct error *e);

/* ---- microflow_fields.c ---- */

struct value value_number(uint64_t number);
uint64_t field_number(const struct fields *fields, enum field field,
		      uint64_t unset);
static inline bool field_is_set(const struct fields *fields, enum field field)
{
	return fields->f[field].by.text;
}

/* `NAME == value`: the field and what it implies.  is_not: `!NAME`.  All
 * return 0 or -EINVAL. */
int fields_compare(struct fields *fields, const struct word *name,
		   const struct value *value, struct error *e);
int fields_predicate(struct fields *fields, const struct word *name,
		     bool is_not, struct error *e);
int fields_inport(struct fields *fields, const struct word *name,
		  const char *inport, struct error *e);
/* What they are made of. */
int fields_put(struct fields *fields, enum field field, uint64_t number,
	       const struct word *by, struct error *e);
int fields_need(struct fields *fields, enum need need, const struct word *by,
		struct error *e);
int fields_contradiction(const struct word *by, const struct word *before,
			 const char *why, struct error *e);

/* microflow_resolve.c: the choices left, once all is read. */
int fields_resolve(struct fields *fields, struct error *e);

/* microflow_build.c: the frame.  0 or -EINVAL. */
int microflow_build(const struct fields *fields, struct microflow *m,
		    struct error *e);

#endif /* XOVN_TRACE_MICROFLOW_FIELDS_H */
