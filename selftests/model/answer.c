// SPDX-License-Identifier: GPL-2.0-only
/* Packets that routers create: ovn-northd(8) "IP Input", RFC 792, 826, 9293. */
#include <netinet/in.h>
#include <string.h>

#include "drop.h"
#include "model.h"

#define QUOTED_MAX 534 /* ovn-northd: 576 - 14 - 20 - 8 */

void router_echo(struct frame *f)
{
	uint8_t *ip = IP_OF(f), *icmp = ip4_l4(f, 8), was[4];

	memcpy(was, ip + 12, 4);
	memcpy(ip + 12, ip + 16, 4);
	memcpy(ip + 16, was, 4);
	sum_adjust(icmp + 2, icmp[0] << 8 | icmp[1], icmp[1]);
	icmp[0] = 0;
	ip4_set_ttl(f, 255);
}

static void ip4_header(uint8_t *ip, size_t len, uint8_t ttl, uint8_t proto,
		       uint32_t src, uint32_t dst)
{
	memset(ip, 0, 20);
	ip[0] = 0x45;
	put16(ip + 2, len);
	put16(ip + 6, 0x4000);
	ip[8] = ttl;
	ip[9] = proto;
	put32(ip + 12, src);
	put32(ip + 16, dst);
	put16(ip + 10, ~sum_fold(sum_bytes(ip, 20, 0)));
}

/* The router's address towards the sender, else the port's first. */
static uint32_t answer_src(const struct lrp *p, uint32_t to)
{
	for (size_t i = 0; i < p->n_nets; i++) {
		if (!((p->net[i].ip ^ to) & ~0u << (32 - p->net[i].plen)))
			return p->net[i].ip;
	}
	return p->net[0].ip;
}

static void icmp_error(struct frame *to, const struct frame *f,
		       const struct lrp *p, uint8_t type, uint8_t code,
		       uint8_t ttl, uint32_t src)
{
	const uint8_t *was = IP_OF(f);
	size_t quoted = get16(was + 2);
	uint8_t *ip = IP_OF(to), *icmp = ip + 20;

	if (quoted > QUOTED_MAX)
		quoted = QUOTED_MAX;
	memcpy(to->data, f->data + 6, 6);
	memcpy(to->data + 6, p->mac, 6);
	put16(to->data + 12, ETH_IP4);
	ip4_header(ip, 28 + quoted, ttl, IPPROTO_ICMP, src, get32(was + 12));
	memset(icmp, 0, 8);
	icmp[0] = type;
	icmp[1] = code;
	memcpy(icmp + 8, was, quoted);
	put16(icmp + 2, ~sum_fold(sum_bytes(icmp, 8 + quoted, 0)));
	to->len = 42 + quoted;
}

/* Out by the port it came in by, at once. */
static void answer_back(struct model *m, int lrp, struct frame *f)
{
	router_output(m, lrp, f);
}

void router_time_exceeded(struct model *m, int lrp, const struct frame *f)
{
	const struct lrp *p = &m->net->lrp[lrp];
	struct frame to;

	icmp_error(&to, f, p, 11, 0, 254, answer_src(p, get32(IP_OF(f) + 12)));
	answer_back(m, lrp, &to);
}

void router_unreachable(struct model *m, int lrp, const struct frame *f,
			uint8_t code)
{
	const struct lrp *p = &m->net->lrp[lrp];
	struct frame to;

	icmp_error(&to, f, p, 3, code, 255, get32(IP_OF(f) + 16));
	router_route(m, lrp, &to);
}

/* RFC 9293 3.10.7.1. */
void router_reset(struct model *m, int lrp, const struct frame *f)
{
	const struct lrp *p = &m->net->lrp[lrp];
	const uint8_t *was = IP_OF(f), *tcp = ip4_l4(f, 20);
	size_t payload =
		get16(was + 2) - ip4_header_len(f) - (size_t)(tcp[12] >> 4) * 4;
	uint32_t seq = get32(tcp + 4), sum;
	uint8_t flags = tcp[13], *rst;
	struct frame to;

	memcpy(to.data, f->data + 6, 6);
	memcpy(to.data + 6, p->mac, 6);
	put16(to.data + 12, ETH_IP4);
	ip4_header(IP_OF(&to), 40, 63, IPPROTO_TCP, get32(was + 16),
		   get32(was + 12));
	rst = IP_OF(&to) + 20;
	memset(rst, 0, 20);
	put16(rst, get16(tcp + 2));
	put16(rst + 2, get16(tcp));
	rst[12] = 0x50;
	if (flags & TCP_ACK) {
		put32(rst + 4, get32(tcp + 8));
		rst[13] = TCP_RST;
	} else {
		put32(rst + 8, seq + payload + !!(flags & TCP_SYN) +
				       !!(flags & TCP_FIN));
		rst[13] = TCP_RST | TCP_ACK;
	}
	sum = sum_bytes(IP_OF(&to) + 12, 8, 20 + IPPROTO_TCP);
	put16(rst + 16, ~sum_fold(sum_bytes(rst, 20, sum)));
	to.len = 54;
	router_route(m, lrp, &to);
}

/* The packet waits for the answer, or, without an agent, is lost. */
void router_ask(struct model *m, int lrp, uint32_t nexthop)
{
	const struct lrp *p = &m->net->lrp[lrp];
	struct frame f = {.len = 42};
	uint8_t *arp = IP_OF(&f);

	memset(f.data, 0xff, 6);
	memcpy(f.data + 6, p->mac, 6);
	put16(f.data + 12, ETH_ARP);
	memcpy(arp, "\0\1\10\0\6\4\0\1", 8);
	memcpy(arp + 8, p->mac, 6);
	put32(arp + 14, answer_src(p, nexthop));
	put32(arp + 24, nexthop);
	model_drop(m, REASON(LR_NEIGHBOR));
	router_output(m, lrp, &f);
}
