// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/ct.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cmd/cmd.h"
#include "sync/conntrack.h"

#define CT_PROTO_LEN 4 /* "255" */

static const struct {
	uint8_t proto;
	const char *name;
} protos[] = {
	{IPPROTO_TCP, "tcp"},
	{IPPROTO_UDP, "udp"},
	{IPPROTO_ICMP, "icmp"},
	{IPPROTO_SCTP, "sctp"},
};

static const char *const address_options[CT_ADDRESS_COUNT] = {
	[CT_ORIG_SRC] = "src",
	[CT_ORIG_DST] = "dst",
	[CT_REPLY_SRC] = "reply-src",
	[CT_REPLY_DST] = "reply-dst",
};

static int usage(struct error *e, const char *option, const char *text,
		 const char *wanted)
{
	error_set(e, EINVAL, "--%s %s: %s is wanted", option, text, wanted);
	return CMD_USAGE;
}

static int parse_number(const char *option, const char *text, int highest,
			const char *wanted, int *number, struct error *e)
{
	unsigned long value;
	char *end;

	*number = -1;
	if (!text)
		return 0;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || end == text || text[0] == '-' ||
	    value > (unsigned long)highest)
		return usage(e, option, text, wanted);
	*number = value;
	return 0;
}

static int parse_proto(const char *text, struct ct_filter *f, struct error *e)
{
	for (size_t i = 0; text && i < sizeof(protos) / sizeof(protos[0]); i++)
		if (!strcasecmp(text, protos[i].name)) {
			f->proto = protos[i].proto;
			return 0;
		}
	return parse_number("proto", text, 255,
			    "tcp, udp, icmp, sctp or a number to 255",
			    &f->proto, e);
}

static int parse_address(const char *option, const char *text, bool *has,
			 uint8_t ip[4], struct error *e)
{
	*has = text;
	if (text && inet_pton(AF_INET, text, ip) != 1)
		return usage(e, option, text, "an IPv4 address");
	return 0;
}

static int parse_state(const char *text, struct ct_filter *f, struct error *e)
{
	char list[512] = "one of";
	size_t n = strlen(list);

	if (!text)
		return 0;
	for (int i = CT_FREE + 1; i < CT_STATE_COUNT; i++) {
		if (!strcasecmp(text, ct_states[i].name)) {
			f->state = i;
			return 0;
		}
		n += snprintf(list + n, sizeof(list) - n, " %s",
			      ct_states[i].name);
	}
	return usage(e, "state", text, list);
}

int ct_filter_parse(const struct ct_filter_text *text, struct ct_filter *f,
		    struct error *e)
{
	static const char port[] = "a port, or an ICMP id, to 65535";
	int ret;

	memset(f, 0, sizeof(*f));
	f->is_nat = text->is_nat;
	ret = parse_proto(text->proto, f, e);
	if (!ret)
		ret = parse_number("sport", text->sport, 65535, port, &f->sport,
				   e);
	if (!ret)
		ret = parse_number("dport", text->dport, 65535, port, &f->dport,
				   e);
	if (!ret)
		ret = parse_state(text->state, f, e);
	for (int i = 0; i < CT_ADDRESS_COUNT && !ret; i++)
		ret = parse_address(address_options[i], text->address[i],
				    &f->has_address[i], f->address[i], e);
	if (!ret)
		ret = parse_address("any-addr", text->any_addr, &f->has_any,
				    f->any, e);
	return ret;
}

static bool is_in_zone(const struct ct_filter *f, const struct ct_val *ct)
{
	for (size_t i = 0; i < f->n_zones; i++)
		if (f->zone[i].datapath == ct->datapath &&
		    f->zone[i].port == ct->port)
			return true;
	return !f->n_zones;
}

bool ct_filter_match(const struct ct_filter *f, const struct ct_val *ct)
{
	const uint8_t *address[CT_ADDRESS_COUNT] = {
		[CT_ORIG_SRC] = ct->orig.src,
		[CT_ORIG_DST] = ct->orig.dst,
		[CT_REPLY_SRC] = ct->reply.src,
		[CT_REPLY_DST] = ct->reply.dst,
	};
	bool has_any = !f->has_any;

	for (int i = 0; i < CT_ADDRESS_COUNT; i++) {
		if (f->has_address[i] && memcmp(f->address[i], address[i], 4))
			return false;
		has_any |= f->has_any && !memcmp(f->any, address[i], 4);
	}
	if (f->proto >= 0 && f->proto != ct->orig.proto)
		return false;
	if (f->sport >= 0 && f->sport != ct->orig.sport)
		return false;
	if (f->dport >= 0 && f->dport != ct->orig.dport)
		return false;
	if (f->state && f->state != ct->state)
		return false;
	if (f->is_nat && !(ct->flags & (CT_F_SNAT | CT_F_DNAT)))
		return false;
	return has_any && is_in_zone(f, ct);
}

static const char *proto_name(uint8_t proto, char text[CT_PROTO_LEN])
{
	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++)
		if (protos[i].proto == proto)
			return protos[i].name;
	snprintf(text, CT_PROTO_LEN, "%u", proto);
	return text;
}

static bool has_ports(uint8_t proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_SCTP;
}

/* Requests have the id for a source port, answers, turned round, for a
 * destination port. */
static uint16_t icmp_id(const struct ct_tuple *t, enum ct_dir dir)
{
	return dir == CT_DIR_ORIG ? t->sport : t->dport;
}

static size_t format_tuple(char *line, size_t size, const struct ct_tuple *t,
			   enum ct_dir dir)
{
	char src[INET_ADDRSTRLEN], dst[INET_ADDRSTRLEN];
	size_t n;

	inet_ntop(AF_INET, t->src, src, sizeof(src));
	inet_ntop(AF_INET, t->dst, dst, sizeof(dst));
	n = snprintf(line, size, " src=%s dst=%s", src, dst);
	if (has_ports(t->proto))
		n += snprintf(line + n, size - n, " sport=%u dport=%u",
			      t->sport, t->dport);
	else if (t->proto == IPPROTO_ICMP)
		n += snprintf(line + n, size - n, " id=%u", icmp_id(t, dir));
	return n;
}

static json_t *tuple_json(const struct ct_tuple *t, enum ct_dir dir)
{
	char src[INET_ADDRSTRLEN], dst[INET_ADDRSTRLEN];
	json_t *o;

	inet_ntop(AF_INET, t->src, src, sizeof(src));
	inet_ntop(AF_INET, t->dst, dst, sizeof(dst));
	o = json_pack("{s:s, s:s}", "src", src, "dst", dst);
	if (has_ports(t->proto)) {
		json_object_set_new(o, "sport", json_integer(t->sport));
		json_object_set_new(o, "dport", json_integer(t->dport));
	} else if (t->proto == IPPROTO_ICMP) {
		json_object_set_new(o, "id", json_integer(icmp_id(t, dir)));
	}
	return o;
}

size_t ct_format_tuples(char *line, size_t size, const struct ct_tuple *orig,
			const struct ct_tuple *reply)
{
	char proto[CT_PROTO_LEN];
	size_t n = snprintf(line, size, "%s", proto_name(orig->proto, proto));

	n += format_tuple(line + n, size - n, orig, CT_DIR_ORIG);
	return n + format_tuple(line + n, size - n, reply, CT_DIR_REPLY);
}

json_t *ct_tuples_json(const struct ct_tuple *orig,
		       const struct ct_tuple *reply)
{
	char proto[CT_PROTO_LEN];

	return json_pack("{s:s, s:i, s:o, s:o}", "proto",
			 proto_name(orig->proto, proto), "proto_number",
			 orig->proto, "orig", tuple_json(orig, CT_DIR_ORIG),
			 "reply", tuple_json(reply, CT_DIR_REPLY));
}

/* conntrack(8)'s word for those that do not give way to others. */
static bool is_assured(const struct ct_val *ct)
{
	return !ct_states[ct->state].is_embryonic &&
	       ct->flags & CT_F_SEEN_REPLY;
}

void ct_format(char *line, size_t size, const struct ct_val *ct, uint32_t now,
	       const struct ct_names *names)
{
	char proto[CT_PROTO_LEN];
	size_t n = snprintf(line, size, "%s %u %s",
			    proto_name(ct->orig.proto, proto),
			    ct->expires - now, ct_states[ct->state].name);

	n += format_tuple(line + n, size - n, &ct->orig, CT_DIR_ORIG);
	if (!(ct->flags & CT_F_SEEN_REPLY))
		n += snprintf(line + n, size - n, " [UNREPLIED]");
	n += format_tuple(line + n, size - n, &ct->reply, CT_DIR_REPLY);
	if (is_assured(ct))
		n += snprintf(line + n, size - n, " [ASSURED]");
	if (names->zone)
		n += snprintf(line + n, size - n, " zone=%s", names->zone);
	else
		n += snprintf(line + n, size - n, " zone=%u/%u", ct->datapath,
			      ct->port);
	if (names->lb)
		snprintf(line + n, size - n, " lb=%s", names->lb);
	text_clean(line);
}

json_t *ct_json(const struct ct_val *ct, uint32_t now,
		const struct ct_names *names)
{
	char proto[CT_PROTO_LEN];
	json_t *o;

	o = json_pack("{s:s, s:i, s:s, s:I, s:o, s:o, s:s?, s:I, s:i, s:s?}",
		      "proto", proto_name(ct->orig.proto, proto),
		      "proto_number", ct->orig.proto, "state",
		      ct_states[ct->state].name, "timeout",
		      (json_int_t)(ct->expires - now), "orig",
		      tuple_json(&ct->orig, CT_DIR_ORIG), "reply",
		      tuple_json(&ct->reply, CT_DIR_REPLY), "zone", names->zone,
		      "zone_datapath", (json_int_t)ct->datapath, "zone_port",
		      ct->port, "load_balancer", names->lb);
	json_object_update_new(
		o, json_pack("{s:b, s:b, s:b, s:b}", "seen_reply",
			     ct->flags & CT_F_SEEN_REPLY, "assured",
			     is_assured(ct), "snat", ct->flags & CT_F_SNAT,
			     "dnat", ct->flags & CT_F_DNAT));
	return o;
}
