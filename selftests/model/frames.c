// SPDX-License-Identifier: GPL-2.0-only
/* Random frames for a logical network: mostly what its guests would send, and
 * what they should not. */
#include <string.h>

#include "flows.h"
#include "random.h"

static const uint8_t everybody[6] = {255, 255, 255, 255, 255, 255};

void packet_to_frame(struct packet *p, struct frame *f)
{
	f->len = p->len < FRAME_MAX ? p->len : FRAME_MAX;
	memcpy(f->data, p->data, f->len);
}

static void eth(struct packet *p, const uint8_t dst[6], const uint8_t src[6],
		uint16_t type)
{
	char to[18], from[18];

	packet_eth(p, mac_text(dst, to), mac_text(src, from), type);
}

static const struct lsp *guest_random(const struct logical *net, int sw)
{
	for (;;) {
		const struct lsp *p = &net->lsp[random_below(net->n_lsps)];

		if (p->type == LSP_VIF && (sw < 0 || p->sw == sw))
			return p;
	}
}

static const struct lrp *router_random(const struct logical *net, int sw)
{
	for (int i = 0; i < 40; i++) {
		const struct lsp *p = &net->lsp[random_below(net->n_lsps)];

		if (p->type == LSP_ROUTER && p->sw == sw)
			return &net->lrp[p->lrp];
	}
	return NULL;
}

/* An address that somebody may have. */
static uint32_t ip_random(const struct logical *net)
{
	const struct lrp *r;

	switch (random_below(12)) {
	case 0:
		return 0xc6336400 + random_below(256); /* routes lead there */
	case 1:
		return net->sw[random_below(net->n_switches)].subnet +
		       random_below(256);
	case 2: {
		static const uint32_t strange[] = {0,	       0x7f000001,
						   0xe0000001, 0xefff0001,
						   0xffffffff, 0x08080808,
						   0xac100001};

		return strange[random_below(7)];
	}
	case 3:
		if (!net->n_lrps)
			break;
		r = &net->lrp[random_below(net->n_lrps)];
		return r->net[random_below(r->n_nets)].ip;
	}
	return guest_random(net, -1)->ip;
}

struct sender {
	const struct lsp *p;
	uint8_t mac[6];
	uint32_t ip;
	uint8_t ip6[16];
};

static void arp_random(const struct logical *net, const struct sender *s,
		       struct packet *p)
{
	const struct lsp *to = guest_random(net, s->p->sw);
	const struct lrp *r = router_random(net, s->p->sw);
	uint16_t op = random_percent(75) ? 1 : 1 + random_below(4);
	const uint8_t *mac = op == 1 ? everybody : to->mac;
	uint32_t spa = s->ip, tpa = to->ip;
	char sha[18], tha[18], from[16], target[16];

	if (r && random_percent(50)) {
		tpa = r->net[random_below(r->n_nets)].ip;
		mac = op == 1 ? everybody : r->mac;
		if (random_percent(10))
			mac = r->mac;
	} else if (random_percent(10)) {
		mac = to->mac;
	}
	if (random_percent(10))
		tpa = ip_random(net);
	if (random_percent(6))
		spa = ip_random(net);
	eth(p, mac, s->mac, ETH_ARP);
	packet_arp(p, op, mac_text(random_percent(95) ? s->mac : to->mac, sha),
		   ip_text(spa, from),
		   op == 1 ? "00:00:00:00:00:00" : mac_text(mac, tha),
		   ip_text(tpa, target));
	packet_finish(p);
}

static void nd_random(const struct logical *net, const struct sender *s,
		      struct packet *p)
{
	const struct lsp *to = guest_random(net, s->p->sw);
	uint8_t mac[6] = {0x33, 0x33, 0xff}, dst[16] = {0xff, 2};
	bool is_na = random_percent(20), has_option = random_percent(85);
	char from[48], target[48], text[48], ll[18];

	dst[11] = 1;
	dst[12] = 0xff;
	memcpy(dst + 13, to->ip6 + 13, 3);
	memcpy(mac + 3, to->ip6 + 13, 3);
	if (is_na || random_percent(15)) {
		memcpy(mac, to->mac, 6);
		memcpy(dst, to->ip6, 16);
	}
	eth(p, mac, s->mac, ETH_IP6);
	packet_ip6(p, ip6_text(s->ip6, from), ip6_text(dst, text), 58, 255);
	mac_text(random_percent(94) ? s->mac : to->mac, ll);
	packet_nd(p, is_na ? 136 : 135, is_na ? 0x60000000 : 0,
		  ip6_text(is_na ? s->ip6 : to->ip6, target),
		  has_option ? ll : NULL);
	packet_finish(p);
}

static void other_random(const struct sender *s, struct packet *p,
			 const uint8_t to[6])
{
	static const uint16_t types[] = {ETH_RARP, 0x88b6, 0x0026, 0x88cc,
					 0x8863};

	eth(p, random_percent(60) ? to : everybody, s->mac,
	    types[random_below(5)]);
	packet_payload(p, 28 + random_below(60));
}

static const uint8_t *destination(const struct logical *net,
				  const struct sender *s, uint32_t *ip)
{
	static const uint8_t group[6] = {1, 0, 0x5e, 0, 0, 0x16};
	static const uint8_t nobody[6] = {2, 0xee, 0, 0, 0, 1};
	const struct lsp *to = guest_random(net, s->p->sw);
	const struct lrp *r = router_random(net, s->p->sw);

	*ip = to->ip;
	switch (random_below(20)) {
	case 0:
		*ip = random_percent(50) ? ~0u : ip_random(net);
		return everybody;
	case 1:
		*ip = random_percent(70) ? 0xe0000016 : ip_random(net);
		return group;
	case 2:
		return random_percent(50) ? nobody : guest_random(net, -1)->mac;
	case 3: /* whoever has it, the MAC says otherwise */
		*ip = ip_random(net);
		return to->mac;
	case 4:
	case 5:
	case 6:
	case 7:
		return to->mac;
	}
	if (!r)
		return to->mac;
	*ip = random_percent(15) ? r->net[0].ip : ip_random(net);
	return r->mac;
}

/* What the guest of a port sends, and sometimes what is not its own. */
static void sender_of(const struct logical *net, const struct lsp *p,
		      struct sender *s)
{
	const struct lsp *other = guest_random(net, p->sw);
	const struct lrp *r = router_random(net, p->sw);

	s->p = p;
	memcpy(s->mac, p->mac, 6);
	memcpy(s->ip6, p->ip6, 16);
	s->ip = p->ip;
	if (random_percent(4))
		memcpy(s->mac, other->mac, 6);
	if (random_percent(1) && r)
		memcpy(s->mac, r->mac, 6);
	if (p->has_unknown && random_percent(50))
		s->mac[3] = 1 + random_below(3);
	if (random_percent(4))
		s->ip = random_percent(50) ? other->ip : ip_random(net);
	if (random_percent(4))
		memcpy(s->ip6, other->ip6, 16);
	if (random_percent(1))
		s->mac[0] |= 1;
}

static void inner_random(const struct logical *net, const struct lsp *from,
			 struct packet *p)
{
	const uint8_t *mac;
	struct sender s;
	uint32_t ip;

	sender_of(net, from, &s);
	mac = destination(net, &s, &ip);
	switch (random_below(20)) {
	case 0:
	case 1:
	case 2:
		arp_random(net, &s, p);
		break;
	case 3:
		nd_random(net, &s, p);
		break;
	case 4:
	case 5:
		eth(p, mac, s.mac, ETH_IP6);
		ip6_random(p, s.ip6, guest_random(net, from->sw)->ip6);
		break;
	case 6:
		other_random(&s, p, mac);
		break;
	default:
		eth(p, mac, s.mac, ETH_IP4);
		ip4_random(p, s.ip, ip);
		break;
	}
}

/* Geneve that nobody sent, or somebody who should not have. */
static void geneve_random(const struct logical *net, int chassis,
			  struct packet *p)
{
	const struct lsp *from = guest_random(net, -1), *to;
	const struct chassis *c = &net->chassis[chassis];
	const struct chassis *peer =
		&net->chassis[(chassis + 1 + random_below(2)) % N_CHASSIS];
	struct geneve_header h = {.vni = net->sw[from->sw].key,
				  .in = from->key};
	uint32_t src = random_percent(95) ? peer->ip : 0x0aff0009;
	char text[4][18];

	do
		to = &net->lsp[random_below(net->n_lsps)];
	while (to->sw != from->sw);
	h.out = to->key;
	if (random_percent(25))
		h.out = random_percent(80) ? 0x8000 + random_below(6) :
					     random_below(65536);
	if (random_percent(4))
		h.vni = random_below(1 << 24);
	if (random_percent(3) && net->n_routers)
		h.vni = net->router[0].key;
	if (random_percent(4))
		h.in = random_below(32768);
	packet_outer(p, mac_text(c->mac, text[0]), mac_text(peer->mac, text[1]),
		     ip_text(src, text[2]), ip_text(c->ip, text[3]),
		     32768 + random_below(20000), &h);
	inner_random(net, from, p);
	packet_finish(p);
}

void frame_random(const struct logical *net, struct frame *f,
		  struct arrival_at *at)
{
	static struct packet p;

	packet_init(&p);
	*at = (struct arrival_at){.place = AT_VIF, .lsp = -1};
	for (int i = 0; i < 200 && at->lsp < 0; i++) {
		int lsp = random_below(net->n_lsps);

		if (net->lsp[lsp].type == LSP_VIF && net->lsp[lsp].is_bound)
			at->lsp = lsp;
	}
	if (at->lsp < 0 || random_percent(12)) {
		at->place = AT_UNDERLAY;
		at->chassis = random_below(N_CHASSIS);
		geneve_random(net, at->chassis, &p);
	} else {
		at->chassis = net->lsp[at->lsp].chassis;
		inner_random(net, &net->lsp[at->lsp], &p);
	}
	if (random_percent(5))
		packet_pad(&p, 60);
	packet_to_frame(&p, f);
	if (random_percent(7))
		frame_mutate(f);
}

bool frame_arp_answer(const uint8_t mac[6], uint32_t ip,
		      const struct frame *request, struct frame *f)
{
	const uint8_t *arp = IP_OF(request);
	static struct packet to;
	char text[4][18];

	if (!frame_is_arp(request) || get16(arp + 6) != 1 ||
	    get32(arp + 24) != ip)
		return false;
	packet_init(&to);
	eth(&to, arp + 8, mac, ETH_ARP);
	packet_arp(&to, 2, mac_text(mac, text[0]), ip_text(ip, text[1]),
		   mac_text(arp + 8, text[2]),
		   ip_text(get32(arp + 14), text[3]));
	packet_finish(&to);
	packet_to_frame(&to, f);
	return true;
}
