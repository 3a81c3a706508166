// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"

uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static void bad_text(const char *what, const char *text)
{
	fprintf(stderr, "test error: bad %s \"%s\"\n", what, text);
	abort();
}

void mac_parse(const char *text, uint8_t mac[6])
{
	char end;

	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx%c", &mac[0], &mac[1],
		   &mac[2], &mac[3], &mac[4], &mac[5], &end) != 6)
		bad_text("MAC", text);
}

void ip4_parse(const char *text, uint8_t ip[4])
{
	if (inet_pton(AF_INET, text, ip) != 1)
		bad_text("IPv4 address", text);
}

void ip6_parse(const char *text, uint8_t ip[16])
{
	if (inet_pton(AF_INET6, text, ip) != 1)
		bad_text("IPv6 address", text);
}

void packet_init(struct packet *p)
{
	p->len = 0;
	p->n_layers = 0;
	p->n_open = 0;
	memset(p->data, 0, sizeof(p->data));
}

static uint8_t *packet_put(struct packet *p, size_t len)
{
	uint8_t *start = p->data + p->len;

	if (p->len + len > PACKET_MAX) {
		fprintf(stderr, "test error: packet above %d bytes\n",
			PACKET_MAX);
		abort();
	}
	memset(start, 0, len);
	p->len += len;
	return start;
}

static uint8_t *packet_layer_put(struct packet *p, enum packet_layer_kind kind,
				 size_t len)
{
	if (p->n_layers == PACKET_LAYERS) {
		fprintf(stderr, "test error: too many layers\n");
		abort();
	}
	p->layer[p->n_layers].kind = kind;
	p->layer[p->n_layers].no_checksum = false;
	p->layer[p->n_layers++].offset = p->len;
	return packet_put(p, len);
}

void packet_bytes(struct packet *p, const void *bytes, size_t len)
{
	memcpy(packet_put(p, len), bytes, len);
}

void packet_payload(struct packet *p, size_t len)
{
	uint8_t *b = packet_put(p, len);

	for (size_t i = 0; i < len; i++)
		b[i] = i + 0x61 + i / 256 * 7;
}

void packet_pad(struct packet *p, size_t len)
{
	if (p->len < len)
		packet_put(p, len - p->len);
}

void packet_eth(struct packet *p, const char *dst, const char *src,
		uint16_t type)
{
	uint8_t *h = packet_layer_put(p, LAYER_ETH, 14);

	mac_parse(dst, h);
	mac_parse(src, h + 6);
	put16(h + 12, type);
}

void packet_vlan(struct packet *p, uint16_t tpid, uint16_t tci)
{
	uint8_t *type = p->data + p->len - 2;
	uint16_t inner = get16(type);
	uint8_t *h = packet_layer_put(p, LAYER_VLAN, 4);

	put16(type, tpid);
	put16(h, tci);
	put16(h + 2, inner);
}

void packet_arp(struct packet *p, uint16_t op, const char *sha, const char *spa,
		const char *tha, const char *tpa)
{
	uint8_t *h = packet_layer_put(p, LAYER_ARP, 28);

	put16(h, 1); /* Ethernet */
	put16(h + 2, 0x0800);
	h[4] = 6;
	h[5] = 4;
	put16(h + 6, op);
	mac_parse(sha, h + 8);
	ip4_parse(spa, h + 14);
	mac_parse(tha, h + 18);
	ip4_parse(tpa, h + 24);
}

void packet_ip4(struct packet *p, const struct ip4_header *i)
{
	uint8_t *h = packet_layer_put(p, LAYER_IP4, 20 + i->options_len);

	h[0] = 0x40 | (5 + i->options_len / 4);
	h[1] = i->tos;
	put16(h + 4, i->id);
	put16(h + 6, i->fragment);
	h[8] = i->ttl_zero ? 0 : i->ttl ? i->ttl : 64;
	h[9] = i->proto;
	ip4_parse(i->src, h + 12);
	ip4_parse(i->dst, h + 16);
	if (i->options_len)
		memcpy(h + 20, i->options, i->options_len);
}

void packet_ip6(struct packet *p, const char *src, const char *dst,
		uint8_t next, uint8_t hops)
{
	uint8_t *h = packet_layer_put(p, LAYER_IP6, 40);

	h[0] = 0x60;
	h[6] = next;
	h[7] = hops;
	ip6_parse(src, h + 8);
	ip6_parse(dst, h + 24);
}

static void icmp_put(struct packet *p, enum packet_layer_kind kind,
		     uint8_t type, uint8_t code, uint32_t rest)
{
	uint8_t *h = packet_layer_put(p, kind, 8);

	h[0] = type;
	h[1] = code;
	put32(h + 4, rest);
}

void packet_icmp(struct packet *p, uint8_t type, uint8_t code, uint32_t rest)
{
	icmp_put(p, LAYER_ICMP, type, code, rest);
}

void packet_icmp6(struct packet *p, uint8_t type, uint8_t code, uint32_t rest)
{
	icmp_put(p, LAYER_ICMP6, type, code, rest);
}

void packet_nd(struct packet *p, uint8_t type, uint32_t flags,
	       const char *target, const char *mac)
{
	uint8_t *h;

	packet_icmp6(p, type, 0, flags);
	h = packet_put(p, 16);
	ip6_parse(target, h);
	if (mac) {
		h = packet_put(p, 8);
		h[0] = type == 135 ? 1 : 2; /* source or target link layer */
		h[1] = 1;
		mac_parse(mac, h + 2);
	}
}

void packet_udp(struct packet *p, uint16_t sport, uint16_t dport)
{
	uint8_t *h = packet_layer_put(p, LAYER_UDP, 8);

	put16(h, sport);
	put16(h + 2, dport);
}

void packet_tcp(struct packet *p, const struct tcp_header *t)
{
	uint8_t *h = packet_layer_put(p, LAYER_TCP, 20);

	put16(h, t->sport);
	put16(h + 2, t->dport);
	put32(h + 4, t->seq);
	put32(h + 8, t->ack);
	h[12] = 5 << 4;
	h[13] = t->flags;
	put16(h + 14, t->window);
}

void packet_sctp(struct packet *p, uint16_t sport, uint16_t dport,
		 uint32_t vtag, uint8_t chunk)
{
	uint8_t *h = packet_layer_put(p, LAYER_SCTP, 16);

	put16(h, sport);
	put16(h + 2, dport);
	put32(h + 4, vtag);
	h[12] = chunk;
}

void packet_geneve(struct packet *p, const struct geneve_header *g)
{
	uint8_t *h = packet_layer_put(p, LAYER_GENEVE, 16);

	h[0] = 2; /* version 0, two words of options */
	h[1] = 0x40; /* C: a critical option is present */
	put16(h + 2, 0x6558);
	put32(h + 4, g->vni << 8);
	put16(h + 8, 0x0102);
	h[10] = 0x80;
	h[11] = 1;
	put16(h + 12, g->in);
	put16(h + 14, g->out);
}

void packet_outer(struct packet *p, const char *dst_mac, const char *src_mac,
		  const char *src, const char *dst, uint16_t sport,
		  const struct geneve_header *g)
{
	packet_eth(p, dst_mac, src_mac, 0x0800);
	packet_ip4(p, &(struct ip4_header){.src = src,
					   .dst = dst,
					   .proto = 17,
					   .fragment = IP4_DF});
	packet_udp(p, sport, 6081);
	packet_geneve(p, g);
}
