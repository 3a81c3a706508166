// SPDX-License-Identifier: GPL-2.0-only
/* What can only be said once the whole microflow is read: which IP version,
 * which ICMP, which neighbor message; and which fields have no place. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#include "trace/frame.h"
#include "trace/microflow_fields.h"

static int resolve_icmp(struct fields *fields, struct error *e)
{
	const struct word *by = &fields->icmp;
	uint8_t proto = field_number(fields, FIELD_IP_PROTO, 0);
	bool is_ip6 = field_number(fields, FIELD_ETH_TYPE, 0) == FRAME_IP6;

	if (!by->text)
		return 0;
	if (!field_is_set(fields, FIELD_IP_PROTO))
		proto = is_ip6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	if (proto != IPPROTO_ICMP && proto != IPPROTO_ICMPV6)
		return fields_contradiction(by, &fields->f[FIELD_IP_PROTO].by,
					    "ip.proto of icmp is 1 or 58", e);
	return fields_need(
		fields, proto == IPPROTO_ICMP ? NEED_ICMP4 : NEED_ICMP6, by, e);
}

static int resolve_ip(struct fields *fields, struct error *e)
{
	const struct word *by = &fields->f[FIELD_ETH_TYPE].by;
	uint16_t type = field_number(fields, FIELD_ETH_TYPE, FRAME_IP4);

	if (type == FRAME_VLAN || type == FRAME_QINQ)
		return error_set(
			e, EINVAL,
			"microflow: eth.type == 0x%x is that of a tag (column %u); use vlan.vid, and eth.type for what is behind the tag",
			type, by->column);
	if (!fields->ip.text)
		return 0;
	if (type != FRAME_IP4 && type != FRAME_IP6)
		return fields_contradiction(&fields->ip, by,
					    "eth.type of ip is 0x800 or 0x86dd",
					    e);
	return fields_put(fields, FIELD_ETH_TYPE, type, &fields->ip, e);
}

static int resolve_nd(struct fields *fields, struct error *e)
{
	uint8_t type = field_number(fields, FIELD_ICMP6_TYPE, 135);

	if (!fields->nd.text)
		return 0;
	if (type != 135 && type != 136)
		return fields_contradiction(&fields->nd,
					    &fields->f[FIELD_ICMP6_TYPE].by,
					    "icmp6.type of nd is 135 or 136",
					    e);
	return fields_need(fields, type == 135 ? NEED_ND_NS : NEED_ND_NA,
			   &fields->nd, e);
}

/* The first field that is set from one to another, FIELD_COUNT: none. */
static enum field first_set(const struct fields *fields, enum field from,
			    enum field to)
{
	for (enum field field = from; field <= to; field++)
		if (field_is_set(fields, field))
			return field;
	return FIELD_COUNT;
}

static int resolve_fragment(struct fields *fields, struct error *e)
{
	enum field field = first_set(fields, FIELD_ICMP4_TYPE, FIELD_SCTP_DST);
	const struct word *is_frag = &fields->f[FIELD_IS_FRAG].by;

	if (!field_number(fields, FIELD_LATER_FRAG, 0) || field == FIELD_COUNT)
		return 0;
	return fields_contradiction(
		&fields->f[field].by, is_frag,
		"a later fragment has no header behind that of IP", e);
}

static int resolve_payload(struct fields *fields, struct error *e)
{
	uint16_t eth_type = field_number(fields, FIELD_ETH_TYPE, 0);
	uint8_t type = field_number(fields, FIELD_ICMP6_TYPE, 0);
	enum field field = FIELD_PAYLOAD_LEN;

	if ((eth_type == FRAME_ARP || eth_type == FRAME_RARP) &&
	    field_is_set(fields, field))
		return fields_contradiction(&fields->f[field].by,
					    &fields->f[FIELD_ETH_TYPE].by,
					    "an ARP message has no payload", e);
	if (type < 133 || type > 136)
		return 0;
	if (!field_is_set(fields, field))
		field = first_set(fields, FIELD_ICMP6_ID, FIELD_ICMP6_SEQ);
	if (field == FIELD_COUNT)
		return 0;
	return fields_contradiction(
		&fields->f[field].by, &fields->f[FIELD_ICMP6_TYPE].by,
		"a neighbor discovery message has no such part", e);
}

int fields_resolve(struct fields *fields, struct error *e)
{
	int err = resolve_icmp(fields, e);

	if (!err)
		err = resolve_ip(fields, e);
	if (!err)
		err = resolve_nd(fields, e);
	if (!err)
		err = resolve_fragment(fields, e);
	if (!err)
		err = resolve_payload(fields, e);
	return err;
}
