// SPDX-License-Identifier: GPL-2.0-only
/* Packets through a gateway: new ones, answers to those that came out, more of
 * them, errors about them, and what nobody asked for. */
#include <netinet/in.h>
#include <string.h>

#include "compare.h"
#include "flows.h"
#include "turn.h"

static const uint32_t beyond = 0xc6336400; /* behind the outside's router */

static struct arrival_at at_external(const struct logical *net)
{
	return (struct arrival_at){.place = AT_EXTERNAL,
				   .lsp = -1,
				   .chassis = net->lsp[net->localnet].chassis};
}

static struct arrival_at at_vif(const struct logical *net, int lsp)
{
	return (struct arrival_at){
		.place = AT_VIF, .lsp = lsp, .chassis = net->lsp[lsp].chassis};
}

static int guest_random(const struct logical *net)
{
	int i;

	do
		i = random_below(net->n_lsps);
	while (net->lsp[i].type != LSP_VIF || !net->lsp[i].is_bound);
	return i;
}

/* The router port of a switch, the gateway's on the outside. */
static const struct lrp *router_of(const struct logical *net, int sw)
{
	for (size_t i = 0; i < net->n_lsps; i++) {
		if (net->lsp[i].sw == sw && net->lsp[i].type == LSP_ROUTER)
			return &net->lrp[net->lsp[i].lrp];
	}
	return NULL;
}

static uint32_t service_random(const struct logical *net)
{
	if (net->n_lbs && random_percent(45))
		return net->lb[random_below(net->n_lbs)].vip;
	if (net->n_nats)
		return net->nat[random_below(net->n_nats)].external;
	return net->lrp[0].net[0].ip;
}

static uint32_t outside_random(const struct logical *net)
{
	return random_percent(60) ? net->outsider[random_below(OUTSIDERS)].ip :
				    beyond + 1 + random_below(3);
}

static uint32_t target_random(const struct logical *net, bool is_inside)
{
	int lrp;

	switch (random_below(10)) {
	case 0:
		lrp = random_below(net->n_lrps);
		return net->lrp[lrp].net[0].ip;
	case 1:
	case 2:
	case 3:
		return service_random(net);
	case 4:
		return net->lsp[guest_random(net)].ip;
	default:
		return is_inside	  ? outside_random(net) :
		       random_percent(30) ? net->lsp[guest_random(net)].ip :
					    service_random(net);
	}
}

static uint16_t port_of_service(void)
{
	static const uint16_t ports[] = {80, 80, 80, 53, 8080, 443};

	return ports[random_below(6)];
}

static uint16_t port_of_client(void)
{
	static const uint16_t ports[] = {1000, 1001, 1002, 500, 700, 40000};

	return ports[random_below(6)];
}

static void transport(struct packet *p, int proto)
{
	static const uint8_t flags[] = {TCP_SYN,	   TCP_SYN,
					TCP_SYN,	   TCP_ACK,
					TCP_FIN | TCP_ACK, TCP_RST,
					TCP_SYN | TCP_ACK};
	struct tcp_header h = {.sport = port_of_client(),
			       .dport = port_of_service(),
			       .seq = 5,
			       .flags = flags[random_below(7)],
			       .window = 9};

	switch (proto) {
	case IPPROTO_TCP:
		packet_tcp(p, &h);
		break;
	case IPPROTO_UDP:
		packet_udp(p, h.sport, h.dport);
		break;
	case IPPROTO_ICMP:
		packet_icmp(p, random_percent(93) ? 8 : 0, 0,
			    random_below(3) << 16 | (1 + random_below(9)));
		break;
	case IPPROTO_SCTP:
		packet_sctp(p, h.sport, h.dport, 7,
			    random_percent(80) ? 1 : random_below(15));
	}
	packet_payload(p, random_below(100));
}

static void new_packet(struct frame *f, const uint8_t to[6],
		       const uint8_t from[6], uint32_t src, uint32_t dst)
{
	static const uint8_t protos[] = {6,  6, 6, 6, 17,  17,
					 17, 1, 1, 1, 132, 47};
	static struct packet p;
	char text[4][18];
	struct ip4_header h = {.src = ip_text(src, text[0]),
			       .dst = ip_text(dst, text[1]),
			       .proto = protos[random_below(12)],
			       .id = random_next(),
			       .ttl = random_percent(6) ? 1 + random_below(3) :
							  64};

	packet_init(&p);
	packet_eth(&p, mac_text(to, text[2]), mac_text(from, text[3]), ETH_IP4);
	packet_ip4(&p, &h);
	transport(&p, h.proto);
	if (h.proto == IPPROTO_UDP && random_percent(20)) {
		packet_finish(&p);
		put16(p.data + 40, 0);
	} else {
		packet_finish(&p);
	}
	packet_to_frame(&p, f);
}

static void from_guest(const struct logical *net, struct queued *q)
{
	int lsp = guest_random(net);
	const struct lsp *p = &net->lsp[lsp];
	const struct lrp *r = router_of(net, p->sw);

	q->at = at_vif(net, lsp);
	new_packet(&q->f, r->mac, p->mac, p->ip,
		   target_random(net, !switch_has_localnet(net, p->sw)));
}

static void from_outside(const struct logical *net, struct queued *q)
{
	const struct outsider *o = &net->outsider[random_below(OUTSIDERS)];
	const struct lrp *r = router_of(net, net->lsp[net->localnet].sw);
	uint32_t src = o->ip;

	if (o == net->outsider)
		src = random_percent(96) ? beyond + 1 + random_below(3) :
					   net->lsp[guest_random(net)].ip;
	q->at = at_external(net);
	new_packet(&q->f, r->mac, o->mac, src, target_random(net, false));
}

static void ask(const struct logical *net, struct queued *q,
		const uint8_t mac[6], uint32_t ip)
{
	static const uint8_t all[6] = {255, 255, 255, 255, 255, 255};
	static struct packet p;
	char text[4][18];

	packet_init(&p);
	packet_eth(&p, mac_text(all, text[0]), mac_text(mac, text[1]), ETH_ARP);
	packet_arp(&p, 1, text[1], ip_text(ip, text[2]), "00:00:00:00:00:00",
		   ip_text(target_random(net, false), text[3]));
	packet_finish(&p);
	packet_to_frame(&p, &q->f);
}

static void outsider_asks(const struct logical *net, struct queued *q)
{
	const struct outsider *o = &net->outsider[random_below(OUTSIDERS)];

	ask(net, q, o->mac, o->ip);
	q->at = at_external(net);
}

static void guest_asks(const struct logical *net, struct queued *q)
{
	int lsp = guest_random(net);

	ask(net, q, net->lsp[lsp].mac, net->lsp[lsp].ip);
	q->at = at_vif(net, lsp);
}

/* The first fragment goes now, the rest later, or the other way round. */
static void fragments(struct session *s, struct queued *q)
{
	size_t header = ip4_header_len(&q->f), first = 24, rest;
	struct queued *second = &s->later;
	uint8_t *ip = IP_OF(&q->f);

	if (!frame_is_ip4(&q->f) || ip4_is_fragment(&q->f) ||
	    get16(ip + 2) < header + first + 8 || ip[9] == IPPROTO_SCTP)
		return;
	rest = get16(ip + 2) - header - first;
	*second = *q;
	s->has_later = true;
	ip = IP_OF(&second->f);
	memmove(ip + header, ip + header + first, rest);
	put16(ip + 2, header + rest);
	put16(ip + 6, first / 8);
	second->f.len = 14 + header + rest;
	put16(ip + 10, 0);
	put16(ip + 10, ~sum_fold(sum_bytes(ip, header, 0)));
	ip = IP_OF(&q->f);
	put16(ip + 2, header + first);
	put16(ip + 6, 0x2000);
	q->f.len = 14 + header + first;
	put16(ip + 10, 0);
	put16(ip + 10, ~sum_fold(sum_bytes(ip, header, 0)));
	if (random_percent(20)) {
		struct queued was = *q;

		*q = *second;
		*second = was;
	}
}

static bool turned(struct session *s, struct queued *q)
{
	const struct heard *h = &s->heard[random_below(HEARD_MAX)];

	if (!h->f.len || !frame_turn(&h->f, &q->f))
		return false;
	q->at = h->at;
	s->promise = h->promise;
	return true;
}

/* Its own place, but perhaps somebody else's address. */
static bool complained(struct session *s, struct queued *q)
{
	const struct heard *h = &s->heard[random_below(HEARD_MAX)];
	uint32_t from = get32(IP_OF(&h->f) + 16);

	if (random_percent(30) && h->at.place == AT_EXTERNAL)
		from = outside_random(s->net);
	q->at = h->at;
	if (!h->f.len || !frame_error(&h->f, from, &q->f))
		return false;
	if (random_percent(15)) { /* to somebody else */
		put32(IP_OF(&q->f) + 16, target_random(s->net, true));
		frame_sums(&q->f);
	}
	return true;
}

static bool repeated(struct session *s, struct queued *q)
{
	const struct queued *was = &s->sent[random_below(SENT_MAX)];

	if (!was->f.len)
		return false;
	*q = *was;
	frame_again(&q->f);
	return true;
}

/* To where somebody else was heard from. */
static bool intruded(struct session *s, struct queued *q)
{
	const struct heard *h = &s->heard[random_below(HEARD_MAX)];

	if (!h->f.len || h->at.place != AT_EXTERNAL ||
	    !frame_turn(&h->f, &q->f))
		return false;
	q->at = h->at;
	put32(IP_OF(&q->f) + 12, outside_random(s->net));
	frame_sums(&q->f);
	return true;
}

static bool any_random(struct session *s, struct queued *q)
{
	switch (random_below(24)) {
	case 0 ... 7:
		return turned(s, q);
	case 8 ... 10:
		return repeated(s, q);
	case 11:
		return complained(s, q);
	case 12:
		return intruded(s, q);
	case 13 ... 17:
		from_guest(s->net, q);
		return true;
	case 18 ... 21:
		from_outside(s->net, q);
		return true;
	case 22:
		if (random_percent(50))
			outsider_asks(s->net, q);
		else
			guest_asks(s->net, q);
		return true;
	default:
		frame_random(s->net, &q->f, &q->at);
		return true;
	}
}

static void spoil(struct session *s, struct frame *f)
{
	memset(&s->promise, 0, sizeof(s->promise));
	frame_mutate(f);
}

void dialog_next(struct session *s, struct queued *q)
{
	const struct lsp *p = &s->net->lsp[s->net->localnet];

	memset(&s->promise, 0, sizeof(s->promise));
	if (s->has_later && random_percent(60)) {
		s->has_later = false;
		*q = s->later;
	} else {
		do
			memset(&s->promise, 0, sizeof(s->promise));
		while (!any_random(s, q));
		if (random_percent(4) && !s->has_later)
			fragments(s, q);
		else if (random_percent(2))
			spoil(s, &q->f);
	}
	s->sent[s->n_frames % SENT_MAX] = *q;
	if (q->at.place == AT_EXTERNAL)
		frame_tag(&q->f, p->tag);
}
