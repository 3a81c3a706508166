// SPDX-License-Identifier: GPL-2.0-only
/* Between chassis: ovn-architecture(7) "Tunnel Encapsulations", RFC 8926.
 * The programs' model of a run: choices, what came out. */
#include <netinet/in.h>
#include <string.h>

#include "drop.h"
#include "model.h"

#define OUTER_LEN 58
#define GENEVE_PORT 6081
#define MTU 1500

int model_choose(struct model *m, int n)
{
	size_t i = m->n_choices;

	if (i == CHOICES_MAX) {
		m->result.is_overflow = true;
		return 0;
	}
	m->options[i] = n;
	m->n_choices++;
	return m->choice[i];
}

bool model_next_choice(struct model *m)
{
	for (size_t i = m->n_choices; i-- > 0;) {
		if (++m->choice[i] < m->options[i])
			return true;
		m->choice[i] = 0;
	}
	return false;
}

void model_drop(struct model *m, uint64_t reasons)
{
	if (m->result.n_drops == DROPS_MAX)
		m->result.is_overflow = true;
	else
		m->result.drop[m->result.n_drops++] = reasons;
}

void model_out(struct model *m, const struct out *o)
{
	if (m->result.n_out == OUTS_MAX)
		m->result.is_overflow = true;
	else
		m->result.out[m->result.n_out++] = *o;
}

/* Does it leave a NIC, with so much more in front? */
bool model_fits(struct model *m, const struct frame *f, size_t more)
{
	if (f->len + more <= MTU + 14)
		return true;
	model_drop(m, REASON(TOO_BIG));
	/* what tells the sender may be dropped in its turn */
	model_drop(m, REASON_ALL | REASON_NONE);
	m->result.fits = MTU - more;
	return false;
}

void tunnel_send(struct model *m, const struct frame *f, int chassis, int sw,
		 uint16_t in, uint16_t out, bool is_optional)
{
	struct out o = {.kind = OUT_TUNNEL,
			.chassis = chassis,
			.vni = m->net->sw[sw].key,
			.in = in,
			.out = out,
			.is_optional = is_optional,
			.frame = *f};

	if (model_fits(m, f, OUTER_LEN))
		model_out(m, &o);
}

static int chassis_of_ip(const struct logical *net, uint32_t ip)
{
	for (int i = 0; i < N_CHASSIS; i++) {
		if (net->chassis[i].ip == ip)
			return i;
	}
	return -1;
}

struct geneve {
	uint32_t src, vni;
	uint16_t in, out;
	bool has_option, is_malformed, has_unknown_critical;
	bool is_reserved; /* bit 31 of the option, which is 0 */
	bool is_odd; /* what RFC 8926 and IP leave to the receiver */
	size_t inner; /* offset */
};

static void options_read(const uint8_t *o, size_t len, struct geneve *g)
{
	for (size_t at = 0; at < len;) {
		size_t body = at + 4 <= len ? (o[at + 3] & 31) * 4 : len;

		if (at + 4 + body > len) {
			g->is_malformed = true;
			return;
		}
		if (get16(o + at) == 0x0102 && o[at + 2] == 0x80 && body == 4) {
			g->has_option = true;
			g->is_reserved = o[at + 4] & 0x80;
			g->in = get16(o + at + 4) & 0x7fff;
			g->out = get16(o + at + 6);
		} else if (o[at + 2] & 0x80) {
			g->has_unknown_critical = true;
		}
		at += 4 + body;
	}
}

static bool sums_right(const struct frame *f)
{
	const uint8_t *ip = IP_OF(f);

	return sum_fold(sum_bytes(ip, 20, 0)) == 0xffff && !get16(ip + 26);
}

/* True: it is Geneve for this chassis, good or bad. */
static bool geneve_read(const struct model *m, const struct frame *f,
			struct geneve *g)
{
	const struct chassis *c = &m->net->chassis[m->here];
	const uint8_t *ip = IP_OF(f), *udp, *h;
	size_t options;

	memset(g, 0, sizeof(*g));
	if (eth_type(f) != ETH_IP4 || f->len < 42 || get32(ip + 16) != c->ip ||
	    ip[9] != IPPROTO_UDP)
		return false;
	if (!frame_is_ip4(f) || ip4_header_len(f) != 20 || ip4_is_fragment(f) ||
	    !ip4_l4(f, 8)) {
		g->is_odd = g->is_malformed = true;
		return true;
	}
	g->is_odd = !sums_right(f) || memcmp(f->data, c->mac, 6);
	udp = ip4_l4(f, 8);
	if (get16(udp + 2) != GENEVE_PORT)
		return false;
	g->src = get32(ip + 12);
	h = udp + 8;
	if (get16(ip + 2) < 20 + 8 + 8 || get16(udp + 4) < 16 ||
	    get16(udp + 4) + 20 != get16(ip + 2)) {
		g->is_malformed = true;
		return true;
	}
	options = (h[0] & 0x3f) * 4;
	g->vni = get32(h + 4) >> 8;
	g->inner = 14 + 20 + 8 + 8 + options;
	if (h[0] >> 6 || get16(h + 2) != 0x6558 ||
	    get16(udp + 4) < 16 + options + 14)
		g->is_malformed = true;
	else
		options_read(h + 8, options, g);
	return true;
}

static int switch_of_key(const struct logical *net, uint32_t key)
{
	for (size_t i = 0; i < net->n_switches; i++) {
		if (net->sw[i].key == key)
			return i;
	}
	return -1;
}

static int lsp_of_key(const struct logical *net, int sw, uint16_t key)
{
	for (size_t i = 0; i < net->n_lsps; i++) {
		if (net->lsp[i].sw == sw && net->lsp[i].key == key)
			return i;
	}
	return -1;
}

/* Routers of the switch hear, on the sender's chassis, what its flood says;
 * their neighbors are the cluster's, sooner or later. */
static void flood_teaches(struct model *m, const struct walk *w)
{
	for (size_t i = 0; i < m->net->n_lsps; i++) {
		const struct lsp *p = &m->net->lsp[i];

		if (p->sw == w->sw && p->type == LSP_ROUTER)
			router_learn(m, HEARSAY, p->lrp, &w->f);
	}
}

static bool is_elsewhere(const struct model *m, const struct lsp *p)
{
	const struct logical *net = m->net;

	if (p->type == LSP_VIF)
		return p->chassis != m->here;
	if (p->type == LSP_LOCALNET) /* nothing goes there by tunnel */
		return true;
	return p->type == LSP_ROUTER &&
	       net->router[net->lrp[p->lrp].router].chassis != m->here;
}

static void received(struct model *m, struct walk *w, const struct geneve *g)
{
	const struct logical *net = m->net;
	const struct lsp *p;
	int port;

	w->inport = lsp_of_key(net, w->sw, g->in);
	w->is_from_tunnel = true;
	if (w->inport >= 0 && lsp_learns(&net->lsp[w->inport]))
		fdb_learn(m, HEARSAY, w->sw, w->f.data + 6, w->inport);
	if (g->out >= 0x8000) {
		if (g->out != GROUP_FLOOD && g->out != GROUP_L2 &&
		    g->out != GROUP_UNKNOWN) {
			model_drop(m, REASON(TUNNEL_PORT) | REASON(NO_MEMBERS) |
					      REASON_NONE);
			return;
		}
		if (g->out != GROUP_UNKNOWN && frame_is_arp(&w->f))
			flood_teaches(m, w);
		switch_expand(m, w, g->out);
		return;
	}
	if (g->in == g->out) {
		model_drop(m, REASON(TUNNEL_SAME_PORT) | REASON(TUNNEL_PORT));
		return;
	}
	port = lsp_of_key(net, w->sw, g->out);
	p = &net->lsp[port];
	if (port < 0) {
		model_drop(m, REASON(TUNNEL_PORT));
	} else if (p->type == LSP_ROUTER &&
		   net->router[net->lrp[p->lrp].router].chassis < 0) {
		/* A neighbor that another chassis has learned: no other packet
		 * goes to a router this way. */
		if (frame_is_arp(&w->f))
			router_learn(m, m->here, p->lrp, &w->f);
		else
			model_drop(m, REASON(TUNNEL_NOT_LOCAL) |
					      REASON(TUNNEL_PORT) |
					      REASON_NONE);
	} else if (!p->is_enabled) {
		model_drop(m, REASON(PORT_DISABLED) |
				      (is_elsewhere(m, p) ?
					       REASON(TUNNEL_NOT_LOCAL) :
					       0));
	} else if (is_elsewhere(m, p)) {
		model_drop(m, REASON(TUNNEL_NOT_LOCAL));
	} else {
		switch_deliver(m, w, port);
	}
}

void model_underlay(struct model *m, const struct frame *outer)
{
	struct walk w = {.sw = -1};
	uint64_t reasons = 0, also = 0;
	struct geneve g;

	if (!geneve_read(m, outer, &g))
		return; /* the host's own */
	m->result.is_lax = g.is_odd;
	if (g.is_odd && model_choose(m, 2))
		return;
	if (chassis_of_ip(m->net, g.src) < 0 ||
	    chassis_of_ip(m->net, g.src) == m->here)
		reasons |= REASON(TUNNEL_CHASSIS);
	if (g.is_malformed)
		reasons |= REASON(TUNNEL_MALFORMED) | REASON(TUNNEL_OPTION);
	else if (!g.has_option || g.has_unknown_critical)
		reasons |= REASON(TUNNEL_OPTION);
	w.sw = switch_of_key(m->net, g.vni);
	if (w.sw < 0) /* a router's has no such ports */
		reasons |= REASON(TUNNEL_VNI) | REASON(TUNNEL_PORT) |
			   REASON(NO_MEMBERS);
	if (g.in == g.out)
		also = REASON(TUNNEL_SAME_PORT);
	if (g.is_reserved)
		also |= REASON(TUNNEL_OPTION);
	if (reasons) {
		model_drop(m, reasons | also | REASON(MALFORMED));
		return;
	}
	w.f.len = 14 + get16(outer->data + 16) - g.inner;
	/* TC cannot take the headers off so short a frame. */
	if (w.f.len < 34 && model_choose(m, 2)) {
		model_drop(m, REASON(DECAP_FAILED));
		return;
	}
	memcpy(w.f.data, outer->data + g.inner, w.f.len);
	if (g.is_reserved && model_choose(m, 2)) {
		model_drop(m, REASON(TUNNEL_OPTION));
		return;
	}
	if (frame_form(&w.f) != GOOD && model_choose(m, 2))
		model_drop(m, REASON(MALFORMED));
	else
		received(m, &w, &g);
}
