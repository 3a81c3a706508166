// SPDX-License-Identifier: GPL-2.0-only
/* Of a gateway, whatever its rules are: an answer comes from where the
 * question went to, and no inner address leaves where a rule hides it. */
#include <netinet/in.h>
#include <string.h>

#include "compare.h"

static bool frame_tuple(const struct frame *f, struct tuple *t)
{
	return frame_is_ip4(f) && !ip4_is_later_fragment(f) &&
	       frame_form(f) == GOOD &&
	       tuple_read(IP_OF(f), get16(IP_OF(f) + 2), t);
}

static bool place_same(const struct arrival_at *a, const struct arrival_at *b)
{
	return a->place == b->place && a->chassis == b->chassis &&
	       a->lsp == b->lsp;
}

static void untag(const struct session *s, struct frame *f)
{
	/* VID 0 is no tag, but priority (IEEE 802.1Q) */
	if (!frame_is_tagged(f) || f->len < 18 ||
	    (get16(f->data + 14) & 0xfff) != s->net->lsp[s->net->localnet].tag)
		return;
	f->len -= 4;
	memmove(f->data + 12, f->data + 16, f->len - 12);
}

/* What somebody between the hosts sends, too, may be from outside. */
static void decap(struct frame *f)
{
	size_t inner = f->len < 43 ? 0 : 50 + (f->data[42] & 0x3f) * 4;

	if (!inner || f->len < inner)
		return;
	f->len -= inner;
	memmove(f->data, f->data + inner, f->len);
}

/* A SYN makes another connection of what has ended: what was heard of that is
 * answered for the last time. */
void dialog_begin(struct session *s)
{
	struct frame f = s->root.f;
	struct tuple t, heard;
	const uint8_t *tcp;

	if (s->root.at.place == AT_EXTERNAL)
		untag(s, &f);
	else if (s->root.at.place == AT_UNDERLAY)
		decap(&f);
	/* To an address inside, itself: answered by it, too; also where
	 * something about the packet is wrong. */
	if (s->n_direct < DIRECT_MAX && frame_is_ip4(&f) &&
	    !ip4_is_later_fragment(&f) &&
	    tuple_read(IP_OF(&f), get16(IP_OF(&f) + 2), &t) &&
	    nat_of_source(s->net, 0, t.dst, t.src))
		s->direct[s->n_direct++] = t;
	if (!frame_tuple(&f, &t) || t.proto != IPPROTO_TCP)
		return;
	tcp = ip4_l4(&f, 20);
	if (!(tcp[13] & TCP_SYN))
		return;
	tuple_turn(&t, &t);
	for (size_t i = 0; i < HEARD_MAX; i++) {
		if (s->heard[i].f.len && frame_tuple(&s->heard[i].f, &heard) &&
		    tuple_same(&heard, &t))
			s->heard[i].promise.is_set = false;
	}
}

/* A backend that sees who asks may answer by a way that is not the gateway's:
 * ovn-nb(5) "lb_force_snat_ip". */
static bool is_bypassed(const struct session *s, const struct out *out,
			const struct tuple *asked)
{
	struct tuple t;

	/* A switch's load balancer has it where it comes to the asker. */
	if (s->root.at.place == AT_VIF &&
	    lb_has_vip(s->net, -1, s->net->lsp[s->root.at.lsp].sw, asked->dst))
		return false;
	return s->root.at.place == AT_VIF && out->kind == OUT_VIF &&
	       frame_tuple(&out->frame, &t) && t.src == asked->src &&
	       t.dst != asked->dst;
}

/* A connection that no rule has to do with is not noted: if one with the same
 * ports is translated, their answers cannot be told apart. */
static bool is_unnoted(const struct session *s, const struct out *out,
		       const struct tuple *asked)
{
	struct tuple t;

	if (!frame_tuple(&out->frame, &t) || !tuple_same(&t, asked))
		return false;
	return !nat_of_source(s->net, 0, t.dst, t.src) ||
	       (s->root.at.place == AT_VIF &&
		switch_has_lb(s->net, s->net->lsp[s->root.at.lsp].sw));
}

/* Where it came out, as who will answer it: what the asker must then see. */
void dialog_note(struct session *s, const struct out *out)
{
	struct heard *h = &s->heard[s->n_heard++ % HEARD_MAX];
	struct frame asked = s->root.f;

	memset(&h->promise, 0, sizeof(h->promise));
	h->f = out->frame;
	h->at = (struct arrival_at){.place = AT_VIF,
				    .lsp = out->port,
				    .chassis = s->net->lsp[out->port].chassis};
	if (out->kind == OUT_EXTERNAL) {
		h->at.place = AT_EXTERNAL;
		h->at.lsp = -1;
	}
	if (s->root.at.place == AT_UNDERLAY)
		return;
	if (s->root.at.place == AT_EXTERNAL)
		untag(s, &asked);
	if (!frame_tuple(&asked, &h->promise.t) || is_icmp_error(&asked) ||
	    conn_begins(&asked) != BEGINS_YES ||
	    is_bypassed(s, out, &h->promise.t) ||
	    /* answered by the rules for whom it is to by then */
	    nat_is_stateless(s->net, 0, h->promise.t.src, h->promise.t.dst) ||
	    is_unnoted(s, out, &h->promise.t))
		return;
	tuple_turn(&h->promise.t, &h->promise.t);
	h->promise.at = s->root.at;
	h->promise.is_set = true;
	/* What it heard before, of the same, may be of another connection. */
	for (size_t i = 0; i < HEARD_MAX; i++) {
		struct promise *p = &s->heard[i].promise;

		if (p != &h->promise && p->is_set &&
		    tuple_same(&p->t, &h->promise.t))
			p->is_set = false;
	}
}

/* The asker's switch does not note what is not for one of its VIPs: of what was
 * asked from the same ports it may take the answer for a backend's. */
static bool is_of_vip(const struct session *s, uint32_t src)
{
	int sw;

	if (s->promise.at.place != AT_VIF)
		return false;
	sw = s->net->lsp[s->promise.at.lsp].sw;
	return lb_has_vip(s->net, -1, sw, src) &&
	       !lb_has_vip(s->net, -1, sw, s->promise.t.src);
}

static bool promise_is_kept(const struct session *s, const struct out *out)
{
	struct arrival_at at = {.place = AT_VIF,
				.lsp = out->port,
				.chassis = s->net->lsp[out->port].chassis};
	struct tuple t;

	if (out->kind == OUT_EXTERNAL)
		at = (struct arrival_at){
			.place = AT_EXTERNAL, .lsp = -1, .chassis = at.chassis};
	if (!place_same(&at, &s->promise.at) || !frame_tuple(&out->frame, &t) ||
	    is_icmp_error(&out->frame))
		return true;
	return tuple_same(&t, &s->promise.t) || is_of_vip(s, t.src);
}

/* Was it asked for by that very address? */
static bool is_asked_for(const struct session *s, const struct tuple *t)
{
	struct tuple turned;

	tuple_turn(&turned, t);
	for (size_t i = 0; i < s->n_direct; i++) {
		if (tuple_same(&s->direct[i], &turned))
			return true;
	}
	return false;
}

static bool is_guest(const struct logical *net, uint32_t ip)
{
	for (size_t i = 0; i < net->n_lsps; i++) {
		if (net->lsp[i].type == LSP_VIF && net->lsp[i].ip == ip)
			return true;
	}
	return false;
}

static bool is_hidden(const struct session *s, const struct frame *f)
{
	struct tuple t;
	const struct lsp *p = &s->net->lsp[s->net->localnet];

	/* From a guest beside it a frame need not be routed. */
	if (s->root.at.place == AT_VIF &&
	    s->net->lsp[s->root.at.lsp].sw == p->sw)
		return true;
	/* to such a guest by the physical network: it is on another chassis */
	if (is_guest(s->net, get32(IP_OF(f) + 16)))
		return true;
	if (!frame_tuple(f, &t) || router_owns(s->net, 0, t.src) ||
	    (s->net->sw[p->sw].subnet ^ t.src) < 256 || /* not routed */
	    router_owns(s->net, s->net->n_routers - 1, t.src) ||
	    !nat_of_source(s->net, 0, t.src, t.dst) ||
	    nat_is_external(s->net, 0, t.src))
		return true;
	if (is_icmp_error(f) && !tuple_quoted(f, &t))
		return true;
	if (is_icmp_error(f))
		tuple_turn(&t, &t);
	return is_asked_for(s, &t) || s->n_direct == DIRECT_MAX;
}

const char *promise_broken(const struct session *s, const struct observed *o)
{
	if (s->net->localnet < 0)
		return NULL;
	for (size_t i = 0; i < o->n_out; i++) {
		const struct out *out = &o->out[i];

		if (out->kind == OUT_TUNNEL)
			continue;
		if (s->promise.is_set && !promise_is_kept(s, out))
			return "an answer that is not from where it was asked";
		if (out->kind == OUT_EXTERNAL && !is_hidden(s, &out->frame))
			return "an inner address left";
	}
	return NULL;
}
