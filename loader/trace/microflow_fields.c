// SPDX-License-Identifier: GPL-2.0-only
#include "trace/microflow_fields.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "trace/frame.h"

const struct field_info field_info[FIELD_COUNT] = {
#define X(id, name, kind, bits) [FIELD_##id] = {name, KIND_##kind, bits},
	MICROFLOW_FIELDS(X)
#undef X
};

struct value value_number(uint64_t number)
{
	struct value value = {0};

	for (int i = 0; i < 8; i++)
		value.b[15 - i] = number >> 8 * i;
	return value;
}

uint64_t field_number(const struct fields *fields, enum field field,
		      uint64_t unset)
{
	const uint8_t *b = fields->f[field].value.b;

	if (!field_is_set(fields, field))
		return unset;
	return (uint64_t)frame_get32(b + 8) << 32 | frame_get32(b + 12);
}

static void value_text(enum field field, const struct value *value, char *text,
		       size_t size)
{
	const uint8_t *b = value->b;

	switch (field_info[field].kind) {
	case KIND_MAC:
		snprintf(text, size, "%02x:%02x:%02x:%02x:%02x:%02x", b[10],
			 b[11], b[12], b[13], b[14], b[15]);
		break;
	case KIND_IP4:
		inet_ntop(AF_INET, b + 12, text, size);
		break;
	case KIND_IP6:
		inet_ntop(AF_INET6, b, text, size);
		break;
	default:
		snprintf(text, size, field == FIELD_ETH_TYPE ? "0x%x" : "%u",
			 frame_get32(b + 12));
	}
}

int fields_contradiction(const struct word *by, const struct word *before,
			 const char *why, struct error *e)
{
	return error_set(
		e, EINVAL,
		"microflow: %.*s (column %u) contradicts %.*s (column %u): %s; leave one out",
		WORD_ARGS(by), by->column, WORD_ARGS(before), before->column,
		why);
}

static int put(struct fields *fields, enum field field, struct value value,
	       const struct word *by, struct error *e)
{
	char a[64], b[64], why[160];

	if (!field_is_set(fields, field)) {
		fields->f[field].value = value;
		fields->f[field].by = *by;
		return 0;
	}
	if (!memcmp(&fields->f[field].value, &value, sizeof(value)))
		return 0;
	value_text(field, &fields->f[field].value, a, sizeof(a));
	value_text(field, &value, b, sizeof(b));
	snprintf(why, sizeof(why), "%s cannot be both %s and %s",
		 field_info[field].name, a, b);
	return fields_contradiction(by, &fields->f[field].by, why, e);
}

int fields_put(struct fields *fields, enum field field, uint64_t number,
	       const struct word *by, struct error *e)
{
	return put(fields, field, value_number(number), by, e);
}

static int put_nd(struct fields *fields, uint8_t type, const struct word *by,
		  struct error *e)
{
	int err = fields_put(fields, FIELD_ICMP6_TYPE, type, by, e);

	if (!err)
		err = fields_put(fields, FIELD_ICMP6_CODE, 0, by, e);
	if (!err)
		err = fields_put(fields, FIELD_IP_TTL, 255, by, e);
	return err;
}

static int need_ip(struct fields *fields, uint16_t eth_type, uint8_t proto,
		   const struct word *by, struct error *e)
{
	int err = 0;

	if (eth_type)
		err = fields_put(fields, FIELD_ETH_TYPE, eth_type, by, e);
	else if (!fields->ip.text)
		fields->ip = *by;
	if (!err && proto)
		err = fields_put(fields, FIELD_IP_PROTO, proto, by, e);
	return err;
}

static int need_frag(struct fields *fields, bool is_frag, bool is_later,
		     const struct word *by, struct error *e)
{
	int err = need_ip(fields, 0, 0, by, e);

	if (!err)
		err = fields_put(fields, FIELD_IS_FRAG, is_frag, by, e);
	if (!err)
		err = fields_put(fields, FIELD_LATER_FRAG, is_later, by, e);
	return err;
}

int fields_need(struct fields *fields, enum need need, const struct word *by,
		struct error *e)
{
	uint8_t nd_type = 0;
	int err;

	switch (need) {
	case NEED_NOTHING:
		return 0;
	case NEED_ETH_BCAST:
		return fields_put(fields, FIELD_ETH_DST, 0xffffffffffff, by, e);
	case NEED_VLAN:
		return fields_put(fields, FIELD_VLAN_PRESENT, 1, by, e);
	case NEED_ARP:
		return fields_put(fields, FIELD_ETH_TYPE, FRAME_ARP, by, e);
	case NEED_RARP:
		return fields_put(fields, FIELD_ETH_TYPE, FRAME_RARP, by, e);
	case NEED_IP:
		return need_ip(fields, 0, 0, by, e);
	case NEED_IP4:
		return need_ip(fields, FRAME_IP4, 0, by, e);
	case NEED_IP6:
		return need_ip(fields, FRAME_IP6, 0, by, e);
	case NEED_IS_FRAG:
		err = need_ip(fields, 0, 0, by, e);
		if (!err)
			err = fields_put(fields, FIELD_IS_FRAG, 1, by, e);
		return err;
	case NEED_FIRST_FRAG:
		return need_frag(fields, true, false, by, e);
	case NEED_LATER_FRAG:
		return need_frag(fields, true, true, by, e);
	case NEED_ICMP:
		if (!fields->icmp.text)
			fields->icmp = *by;
		return 0;
	case NEED_ICMP4:
		return need_ip(fields, FRAME_IP4, IPPROTO_ICMP, by, e);
	case NEED_ICMP6:
		return need_ip(fields, FRAME_IP6, IPPROTO_ICMPV6, by, e);
	case NEED_ND:
		if (!fields->nd.text)
			fields->nd = *by;
		return need_ip(fields, FRAME_IP6, IPPROTO_ICMPV6, by, e);
	case NEED_ND_NS:
		nd_type = 135;
		break;
	case NEED_ND_NA:
		nd_type = 136;
		break;
	case NEED_ND_RS:
		nd_type = 133;
		break;
	case NEED_ND_RA:
		nd_type = 134;
		break;
	case NEED_TCP:
		return need_ip(fields, 0, IPPROTO_TCP, by, e);
	case NEED_UDP:
		return need_ip(fields, 0, IPPROTO_UDP, by, e);
	case NEED_SCTP:
		return need_ip(fields, 0, IPPROTO_SCTP, by, e);
	}
	err = need_ip(fields, FRAME_IP6, IPPROTO_ICMPV6, by, e);
	if (!err)
		err = put_nd(fields, nd_type, by, e);
	return err;
}

/* ovs-fields(7) "vlan_tci": bit 12 says that there is a tag. */
static int put_tci(struct fields *fields, uint16_t tci, const struct word *by,
		   struct error *e)
{
	bool is_present = tci & 0x1000;
	int err;

	if (!is_present && tci)
		return error_set(
			e, EINVAL,
			"microflow: vlan.tci == 0x%x lacks bit 12, vlan.present (column %u); allowed is 0 or 0x1000 | vlan.pcp << 13 | vlan.vid",
			tci, by->column);
	err = fields_put(fields, FIELD_VLAN_PRESENT, is_present, by, e);
	if (!err && is_present)
		err = fields_put(fields, FIELD_VLAN_VID, tci & 0xfff, by, e);
	if (!err && is_present)
		err = fields_put(fields, FIELD_VLAN_PCP, tci >> 13, by, e);
	return err;
}

/* ovs-fields(7) "ip_frag": bit 0, a fragment; bit 1, not the first. */
static int put_frag(struct fields *fields, uint8_t frag, const struct word *by,
		    struct error *e)
{
	if (frag == 2)
		return error_set(
			e, EINVAL,
			"microflow: ip.frag == 2 exists in no packet (column %u); allowed is 0, 1 (first fragment) or 3 (later one)",
			by->column);
	return need_frag(fields, frag & 1, frag & 2, by, e);
}

int fields_compare(struct fields *fields, const struct word *name,
		   const struct value *value, struct error *e)
{
	const struct symbol *symbol;
	int err = symbol_find(name, &symbol, e);

	if (!err)
		err = put(fields, symbol->field, *value, name, e);
	if (!err)
		err = fields_need(fields, symbol->need, name, e);
	if (!err && symbol->field == FIELD_VLAN_TCI)
		err = put_tci(fields, field_number(fields, FIELD_VLAN_TCI, 0),
			      name, e);
	if (!err && symbol->field == FIELD_IP_FRAG)
		err = put_frag(fields, field_number(fields, FIELD_IP_FRAG, 0),
			       name, e);
	return err;
}

int fields_predicate(struct fields *fields, const struct word *name,
		     bool is_not, struct error *e)
{
	const struct symbol *symbol;
	int err = symbol_find(name, &symbol, e);

	if (err)
		return err;
	if (symbol->field != NO_FIELD)
		return error_set(
			e, EINVAL,
			"microflow: %s lacks its value (column %u); write %s == VALUE",
			symbol->name, name->column, symbol->name);
	if (!is_not)
		return fields_need(fields, symbol->need, name, e);
	if (symbol->need == NEED_VLAN)
		return fields_put(fields, FIELD_VLAN_PRESENT, 0, name, e);
	if (symbol->need == NEED_IS_FRAG)
		return need_frag(fields, false, false, name, e);
	if (symbol->need == NEED_LATER_FRAG) {
		err = need_ip(fields, 0, 0, name, e);
		if (!err)
			err = fields_put(fields, FIELD_LATER_FRAG, 0, name, e);
		return err;
	}
	return error_set(
		e, EINVAL,
		"microflow: !%s says what the packet is not (column %u); say what it is (! is for vlan.present, ip.is_frag, ip.later_frag)",
		symbol->name, name->column);
}

int fields_inport(struct fields *fields, const struct word *name,
		  const char *inport, struct error *e)
{
	struct word *by = &fields->f[FIELD_INPORT].by;

	if (by->text && strcmp(fields->inport, inport))
		return fields_contradiction(name, by,
					    "a packet comes in by one port", e);
	*by = *name;
	snprintf(fields->inport, sizeof(fields->inport), "%s", inport);
	return 0;
}
