// SPDX-License-Identifier: GPL-2.0-only
/* The names that a microflow may use. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "trace/microflow_fields.h"

static const struct symbol symbols[] = {
	{"inport", FIELD_INPORT, NEED_NOTHING},
	{"eth.src", FIELD_ETH_SRC, NEED_NOTHING},
	{"eth.dst", FIELD_ETH_DST, NEED_NOTHING},
	{"eth.type", FIELD_ETH_TYPE, NEED_NOTHING},
	{"eth.bcast", NO_FIELD, NEED_ETH_BCAST},
	{"vlan.present", NO_FIELD, NEED_VLAN},
	{"vlan.tci", FIELD_VLAN_TCI, NEED_NOTHING},
	{"vlan.vid", FIELD_VLAN_VID, NEED_VLAN},
	{"vlan.pcp", FIELD_VLAN_PCP, NEED_VLAN},
	{"arp", NO_FIELD, NEED_ARP},
	{"arp.op", FIELD_ARP_OP, NEED_ARP},
	{"arp.spa", FIELD_ARP_SPA, NEED_ARP},
	{"arp.tpa", FIELD_ARP_TPA, NEED_ARP},
	{"arp.sha", FIELD_ARP_SHA, NEED_ARP},
	{"arp.tha", FIELD_ARP_THA, NEED_ARP},
	{"rarp", NO_FIELD, NEED_RARP},
	{"rarp.op", FIELD_ARP_OP, NEED_RARP},
	{"rarp.spa", FIELD_ARP_SPA, NEED_RARP},
	{"rarp.tpa", FIELD_ARP_TPA, NEED_RARP},
	{"rarp.sha", FIELD_ARP_SHA, NEED_RARP},
	{"rarp.tha", FIELD_ARP_THA, NEED_RARP},
	{"ip", NO_FIELD, NEED_IP},
	{"ip.proto", FIELD_IP_PROTO, NEED_IP},
	{"ip.ttl", FIELD_IP_TTL, NEED_IP},
	{"ip.dscp", FIELD_IP_DSCP, NEED_IP},
	{"ip.ecn", FIELD_IP_ECN, NEED_IP},
	{"ip.frag", FIELD_IP_FRAG, NEED_IP},
	{"ip.is_frag", NO_FIELD, NEED_IS_FRAG},
	{"ip.first_frag", NO_FIELD, NEED_FIRST_FRAG},
	{"ip.later_frag", NO_FIELD, NEED_LATER_FRAG},
	{"ip.id", FIELD_IP_ID, NEED_IP4},
	{"ip.df", FIELD_IP_DF, NEED_IP4},
	{"ip4", NO_FIELD, NEED_IP4},
	{"ip4.src", FIELD_IP4_SRC, NEED_IP4},
	{"ip4.dst", FIELD_IP4_DST, NEED_IP4},
	{"ip6", NO_FIELD, NEED_IP6},
	{"ip6.src", FIELD_IP6_SRC, NEED_IP6},
	{"ip6.dst", FIELD_IP6_DST, NEED_IP6},
	{"ip6.label", FIELD_IP6_LABEL, NEED_IP6},
	{"icmp", NO_FIELD, NEED_ICMP},
	{"icmp4", NO_FIELD, NEED_ICMP4},
	{"icmp4.type", FIELD_ICMP4_TYPE, NEED_ICMP4},
	{"icmp4.code", FIELD_ICMP4_CODE, NEED_ICMP4},
	{"icmp4.id", FIELD_ICMP4_ID, NEED_ICMP4},
	{"icmp4.seq", FIELD_ICMP4_SEQ, NEED_ICMP4},
	{"icmp6", NO_FIELD, NEED_ICMP6},
	{"icmp6.type", FIELD_ICMP6_TYPE, NEED_ICMP6},
	{"icmp6.code", FIELD_ICMP6_CODE, NEED_ICMP6},
	{"icmp6.id", FIELD_ICMP6_ID, NEED_ICMP6},
	{"icmp6.seq", FIELD_ICMP6_SEQ, NEED_ICMP6},
	{"nd", NO_FIELD, NEED_ND},
	{"nd_ns", NO_FIELD, NEED_ND_NS},
	{"nd_na", NO_FIELD, NEED_ND_NA},
	{"nd_rs", NO_FIELD, NEED_ND_RS},
	{"nd_ra", NO_FIELD, NEED_ND_RA},
	{"nd.target", FIELD_ND_TARGET, NEED_ND},
	{"nd.sll", FIELD_ND_SLL, NEED_ND_NS},
	{"nd.tll", FIELD_ND_TLL, NEED_ND_NA},
	{"tcp", NO_FIELD, NEED_TCP},
	{"tcp.src", FIELD_TCP_SRC, NEED_TCP},
	{"tcp.dst", FIELD_TCP_DST, NEED_TCP},
	{"tcp.flags", FIELD_TCP_FLAGS, NEED_TCP},
	{"udp", NO_FIELD, NEED_UDP},
	{"udp.src", FIELD_UDP_SRC, NEED_UDP},
	{"udp.dst", FIELD_UDP_DST, NEED_UDP},
	{"sctp", NO_FIELD, NEED_SCTP},
	{"sctp.src", FIELD_SCTP_SRC, NEED_SCTP},
	{"sctp.dst", FIELD_SCTP_DST, NEED_SCTP},
	{"payload.len", FIELD_PAYLOAD_LEN, NEED_NOTHING},
};

#define N_SYMBOLS (sizeof(symbols) / sizeof(symbols[0]))

static bool word_is(const struct word *w, const char *name)
{
	return (size_t)w->len == strlen(name) && !memcmp(w->text, name, w->len);
}

/* The names that begin as the word does, up to its dot; else all. */
static int unknown(const struct word *w, struct error *e)
{
	const char *dot = memchr(w->text, '.', w->len);
	size_t prefix = dot ? dot - w->text + 1 : 0, n = 0;
	char names[900] = "";

	for (int pass = 0; pass < 2 && !n; pass++, prefix = 0)
		for (size_t i = 0; i < N_SYMBOLS && n < sizeof(names); i++)
			if (!strncmp(symbols[i].name, w->text, prefix))
				n += snprintf(names + n, sizeof(names) - n,
					      " %s", symbols[i].name);
	return error_set(
		e, EINVAL,
		"microflow: %.*s: no such field (column %u); fields are%s",
		WORD_ARGS(w), w->column, names);
}

int symbol_find(const struct word *w, const struct symbol **symbol,
		struct error *e)
{
	static const char *const metadata[] = {"ct",	"reg",	   "xreg",
					       "xxreg", "outport", "flags"};

	for (size_t i = 0; i < N_SYMBOLS; i++) {
		if (word_is(w, symbols[i].name)) {
			*symbol = &symbols[i];
			return 0;
		}
	}
	for (size_t i = 0; i < sizeof(metadata) / sizeof(metadata[0]); i++)
		if (!strncmp(w->text, metadata[i], strlen(metadata[i])))
			return error_set(
				e, EINVAL,
				"microflow: %.*s is no part of a packet (column %u); the pipeline decides it, leave it out",
				WORD_ARGS(w), w->column);
	return unknown(w, e);
}

int fields_find(const struct word *name, enum field *field, struct error *e)
{
	const struct symbol *symbol;
	int err = symbol_find(name, &symbol, e);

	if (err)
		return err;
	if (symbol->field == NO_FIELD)
		return error_set(
			e, EINVAL,
			"microflow: %s is a predicate (column %u); it stands alone, without == and a value",
			symbol->name, name->column);
	*field = symbol->field;
	return 0;
}
