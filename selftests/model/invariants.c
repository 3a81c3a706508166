// SPDX-License-Identifier: GPL-2.0-only
/* What holds for every frame, even where the model says nothing. */
#include <stdio.h>

#include "compare.h"

/* Does a router, or do several, connect the two switches? */
static bool is_reachable(const struct logical *net, int from, int to)
{
	uint32_t switches = 1u << from, routers = 0, before;

	do {
		before = switches | routers << 16;
		for (size_t i = 0; i < net->n_lrps; i++) {
			const struct lrp *p = &net->lrp[i];
			int at = p->lsp >= 0 ? net->lsp[p->lsp].sw : -1;

			if (at >= 0 && (switches >> at & 1))
				routers |= 1u << p->router;
			if (p->peer >= 0 &&
			    (routers >> net->lrp[p->peer].router & 1))
				routers |= 1u << p->router;
			if (at >= 0 && (routers >> p->router & 1))
				switches |= 1u << at;
		}
	} while (before != (switches | routers << 16));
	return switches >> to & 1;
}

const char *invariant_broken(const struct logical *net,
			     const struct arrival_at *at, const struct frame *f,
			     const struct observed *o)
{
	bool is_right, is_vif = at->place == AT_VIF;
	static char text[400];
	struct check_result r;

	is_right = packet_check(f->data, f->len,
				is_vif ? CHECK_NO_ENCAP_RULES : 0, &r);
	if (is_vif && port_may_send(&net->lsp[at->lsp], f) == ALLOWED_NO &&
	    o->n_out)
		return "port security was not applied";
	for (size_t i = 0; i < o->n_out; i++) {
		const struct out *out = &o->out[i];
		const struct frame *raw = &o->raw[i];

		if (out->kind != OUT_TUNNEL && out->port < 0)
			return out->kind == OUT_EXTERNAL ?
				       "sent with a wrong tag" :
				       "sent to an interface that is no port's";
		if (is_vif && out->kind == OUT_VIF &&
		    !is_reachable(net, net->lsp[at->lsp].sw,
				  net->lsp[out->port].sw))
			return "sent to a switch that no router leads to";
		if (frame_has_tail(&out->frame))
			continue;
		/* Straight back (hairpin), a group's MAC is the source. */
		if (is_multicast(f->data) && out->kind == OUT_VIF && is_vif &&
		    out->port == at->lsp)
			continue;
		/* a tag makes a padded frame longer than Ethernet asks for */
		if (out->kind == OUT_EXTERNAL)
			raw = &out->frame;
		if (is_right && !packet_check(raw->data, raw->len,
					      out->kind == OUT_TUNNEL ?
						      0 :
						      CHECK_NO_ENCAP_RULES,
					      &r)) {
			snprintf(text, sizeof(text), "what left is wrong: %s",
				 r.why);
			return text;
		}
	}
	return NULL;
}
