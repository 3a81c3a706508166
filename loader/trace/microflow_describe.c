// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "trace/frame.h"
#include "trace/microflow.h"

struct line {
	char *text;
	size_t size, used;
};

static void say(struct line *l, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct line *l, const char *format, ...)
{
	va_list args;
	int n;

	if (l->used >= l->size)
		return;
	va_start(args, format);
	n = vsnprintf(l->text + l->used, l->size - l->used, format, args);
	va_end(args);
	l->used += n > 0 ? n : 0;
}

static void say_mac(struct line *l, const char *name, const uint8_t *mac)
{
	say(l, ",%s=%02x:%02x:%02x:%02x:%02x:%02x", name, mac[0], mac[1],
	    mac[2], mac[3], mac[4], mac[5]);
}

static void say_ip(struct line *l, const char *name, int family,
		   const uint8_t *ip)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(family, ip, text, sizeof(text));
	say(l, ",%s=%s", name, text);
}

static const char *icmp6_name(uint8_t type)
{
	switch (type) {
	case 133:
		return "nd_rs";
	case 134:
		return "nd_ra";
	case 135:
		return "nd_ns";
	case 136:
		return "nd_na";
	}
	return "icmp6";
}

/* The word in front: the innermost thing known. */
static const char *protocol_name(const struct frame_view *v,
				 const uint8_t *frame)
{
	bool is_ip6 = v->eth_type == FRAME_IP6;

	switch (v->eth_type) {
	case FRAME_ARP:
		return "arp";
	case FRAME_RARP:
		return "rarp";
	case FRAME_IP4:
	case FRAME_IP6:
		break;
	default:
		return "eth";
	}
	switch (v->proto) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_SCTP:
		return "sctp";
	case IPPROTO_ICMP:
		return is_ip6 ? "ip6" : "icmp4";
	case IPPROTO_ICMPV6:
		if (is_ip6)
			return v->l4 ? icmp6_name(frame[v->l4]) : "icmp6";
		break;
	}
	return is_ip6 ? "ip6" : "ip4";
}

static void say_arp(struct line *l, bool is_rarp, const uint8_t *arp)
{
	say(l, ",%s=%u", is_rarp ? "rarp.op" : "arp.op", frame_get16(arp + 6));
	say_ip(l, is_rarp ? "rarp.spa" : "arp.spa", AF_INET, arp + 14);
	say_ip(l, is_rarp ? "rarp.tpa" : "arp.tpa", AF_INET, arp + 24);
	say_mac(l, is_rarp ? "rarp.sha" : "arp.sha", arp + 8);
	say_mac(l, is_rarp ? "rarp.tha" : "arp.tha", arp + 18);
}

static void say_ip_header(struct line *l, const struct frame_view *v,
			  const uint8_t *ip)
{
	bool is_ip6 = v->eth_type == FRAME_IP6;
	uint8_t traffic_class = is_ip6 ? frame_get16(ip) >> 4 : ip[1];
	int family = is_ip6 ? AF_INET6 : AF_INET;

	say_ip(l, is_ip6 ? "ip6.src" : "ip4.src", family,
	       ip + (is_ip6 ? 8 : 12));
	say_ip(l, is_ip6 ? "ip6.dst" : "ip4.dst", family,
	       ip + (is_ip6 ? 24 : 16));
	say(l, ",ip.ttl=%u", ip[is_ip6 ? 7 : 8]);
	if (traffic_class >> 2)
		say(l, ",ip.dscp=%u", traffic_class >> 2);
	if (traffic_class & 3)
		say(l, ",ip.ecn=%u", traffic_class & 3);
	if (v->is_fragment && !is_ip6)
		say(l, ",ip.id=%u", frame_get16(ip + 4));
	if (v->is_fragment)
		say(l, ",%s",
		    v->is_later_fragment ? "ip.later_frag" : "ip.first_frag");
	else if (!is_ip6 && !(frame_get16(ip + 6) & FRAME_IP_DF))
		say(l, ",ip.df=0");
}

static void say_tcp_flags(struct line *l, uint16_t flags)
{
	static const char *const names[] = {"fin", "syn", "rst", "psh",
					    "ack", "urg", "ece", "cwr"};
	const char *separator = "=";

	say(l, ",tcp.flags");
	if (!(flags & 0xff))
		say(l, "=0");
	for (int bit = 0; bit < 8; bit++) {
		if (!(flags >> bit & 1))
			continue;
		say(l, "%s%s", separator, names[bit]);
		separator = "|";
	}
}

static void say_nd(struct line *l, const uint8_t *nd, size_t len)
{
	if (len < 24)
		return;
	say_ip(l, "nd.target", AF_INET6, nd + 8);
	if (len < 32 || nd[25] != 1)
		return;
	if (nd[24] == 1)
		say_mac(l, "nd.sll", nd + 26);
	else if (nd[24] == 2)
		say_mac(l, "nd.tll", nd + 26);
}

static void say_l4(struct line *l, const struct frame_view *v,
		   const uint8_t *frame, bool is_quoted);

/* The packet that an ICMP error is about, as far as it is quoted. */
static void say_quote(struct line *l, const uint8_t *ip, size_t len)
{
	struct frame_view v;

	frame_read_ip(&v, ip, len);
	if (!v.payload)
		return;
	say(l, ",quotes(%s", protocol_name(&v, ip));
	say_ip_header(l, &v, ip);
	/* RFC 792 asks for no more than ports */
	if (!v.l4 && !v.is_later_fragment && v.end >= v.payload + 8) {
		v.l4 = v.payload;
		v.payload += 8;
	}
	if (v.l4)
		say_l4(l, &v, ip, true);
	say(l, ")");
}

static void say_icmp(struct line *l, const struct frame_view *v,
		     const uint8_t *frame, bool is_quoted)
{
	const uint8_t *icmp = frame + v->l4;
	bool is_ip6 = v->eth_type == FRAME_IP6;
	const char *name = is_ip6 ? "icmp6" : "icmp4";
	bool is_echo = is_ip6 ? icmp[0] == 128 || icmp[0] == 129 :
				icmp[0] == 8 || icmp[0] == 0;
	bool is_error = is_ip6 ? frame_is_icmp6_error(icmp[0]) :
				 frame_is_icmp4_error(icmp[0]);

	say(l, ",%s.type=%u,%s.code=%u", name, icmp[0], name, icmp[1]);
	if (is_echo)
		say(l, ",%s.id=%u,%s.seq=%u", name, frame_get16(icmp + 4), name,
		    frame_get16(icmp + 6));
	if (is_ip6 && (icmp[0] == 135 || icmp[0] == 136))
		say_nd(l, icmp, v->end - v->l4);
	if (!is_ip6 && icmp[0] == 3 && icmp[1] == 4)
		say(l, ",mtu=%u", frame_get16(icmp + 6));
	if (is_ip6 && icmp[0] == 2)
		say(l, ",mtu=%u", frame_get32(icmp + 4));
	if (is_error && !is_quoted)
		say_quote(l, icmp + 8, v->end - v->l4 - 8);
}

/* is_quoted: there may be no more than 8 bytes. */
static void say_l4(struct line *l, const struct frame_view *v,
		   const uint8_t *frame, bool is_quoted)
{
	const uint8_t *p = frame + v->l4;
	const char *name = protocol_name(v, frame);

	switch (v->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
		say(l, ",%s.src=%u,%s.dst=%u", name, frame_get16(p), name,
		    frame_get16(p + 2));
		if (v->proto == IPPROTO_TCP && v->end >= v->l4 + 20)
			say_tcp_flags(l, frame_get16(p + 12) & 0xfff);
		if (v->proto == IPPROTO_SCTP && v->end >= v->l4 + 16)
			say(l, ",chunk=%u", p[12]);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if ((v->proto == IPPROTO_ICMPV6) ==
		    (v->eth_type == FRAME_IP6)) {
			say_icmp(l, v, frame, is_quoted);
			break;
		}
		/* fall through */
	default:
		say(l, ",ip.proto=%u", v->proto);
	}
}

void microflow_describe(const uint8_t *frame, size_t len, char *text,
			size_t size)
{
	struct line l = {.text = text, .size = size};
	struct frame_view v;
	bool is_ip;

	if (size)
		*text = '\0';
	frame_read(&v, frame, len);
	is_ip = v.eth_type == FRAME_IP4 || v.eth_type == FRAME_IP6;
	say(&l, "%s", protocol_name(&v, frame));
	if (v.l3) {
		say_mac(&l, "eth.src", frame + 6);
		say_mac(&l, "eth.dst", frame);
	}
	if (v.has_vlan) {
		say(&l, ",vlan.vid=%u", v.tci & 0xfff);
		if (v.tci >> 13)
			say(&l, ",vlan.pcp=%u", v.tci >> 13);
	}
	if (v.eth_type == FRAME_ARP || v.eth_type == FRAME_RARP) {
		if (!v.cut)
			say_arp(&l, v.eth_type == FRAME_RARP, frame + v.l3);
	} else if (!is_ip && v.l3) {
		say(&l, ",eth.type=0x%x", v.eth_type);
	} else if (v.payload) {
		say_ip_header(&l, &v, frame + v.l3);
		if (v.l4)
			say_l4(&l, &v, frame, false);
		else if (!v.cut || !strncmp(v.cut, "ip", 2))
			say(&l, ",ip.proto=%u", v.proto);
	}
	say(&l, ",len=%zu", len);
	if (v.cut)
		say(&l, " (%s header is cut or contradicts the length)", v.cut);
}
