// SPDX-License-Identifier: GPL-2.0-only
/*
 * NAT rules and load balancers in network texts.  They belong to the router,
 * load balancers also to the switch, whose line came last:
 *
 *   nat snat|dnat|dnat_and_snat EXTERNAL LOGICAL [range=A-B] [stateless]
 *       [allowed=IP/LEN,...] [exempted=IP/LEN,...]
 *   force_dnat IP|router_ip   force_lb IP|router_ip
 *   lb NAME tcp|udp|sctp VIP[:PORT] BACKEND,...|- [reject] [skip_snat]
 *       [affinity=SECONDS] [hairpin=IP] [fields=FIELD,...] [ct_flush]
 *   vip VIP[:PORT] BACKEND,...|-       one more VIP of the last lb
 *   use NAME                           an lb that stands above
 */
#include <netinet/in.h>
#include <stdio.h>

#include "network_text.h"

static struct nb_router *router_last(struct reader *r)
{
	if (!r->n->nb.n_routers || !r->is_in_router)
		reader_abort(r, "no router above");
	return &r->n->nb.routers[r->n->nb.n_routers - 1];
}

static void ip_set_parse(struct reader *r, const char *list,
			 struct nb_ip_set *set)
{
	char *copy = strdup(list), *rest = copy, *part;

	reader_uuid(r, set->uuid);
	while ((part = strsep(&rest, ",")))
		ip4_prefix_parse(part, GROW(set->ip4, set->n_ip4));
	free(copy);
}

void line_nat(struct reader *r)
{
	struct nb_router *lr = router_last(r);
	struct nb_nat *nat = GROW(lr->nats, lr->n_nats);
	const char *range = reader_option(r, 4, "range");
	const char *allowed = reader_option(r, 4, "allowed");
	const char *exempted = reader_option(r, 4, "exempted");

	reader_uuid(r, nat->uuid);
	nat->type = !strcmp(r->word[1], "snat") ? NB_NAT_SNAT :
		    !strcmp(r->word[1], "dnat") ? NB_NAT_DNAT :
						  NB_NAT_DNAT_AND_SNAT;
	ip4_parse(r->word[2], nat->external_ip);
	ip4_prefix_parse(r->word[3], &nat->logical_ip);
	nat->stateless = reader_has(r, "stateless");
	if (range &&
	    sscanf(range, "%hu-%hu", &nat->port_first, &nat->port_last) != 2)
		reader_abort(r, "range=A-B expected");
	if (allowed)
		ip_set_parse(r, allowed, &nat->allowed);
	if (exempted)
		ip_set_parse(r, exempted, &nat->exempted);
}

void line_force(struct reader *r)
{
	struct nb_router *lr = router_last(r);
	struct nb_force_snat *to = !strcmp(r->word[0], "force_lb") ?
					   &lr->lb_force_snat :
					   &lr->dnat_force_snat;

	to->is_router_ip = !strcmp(r->word[1], "router_ip");
	to->has_ip = !to->is_router_ip;
	if (to->has_ip)
		ip4_parse(r->word[1], to->ip);
}

/* "IP[:PORT]" */
static void socket_parse(char *text, uint8_t ip[4], uint16_t *port)
{
	char *colon = strchr(text, ':');

	*port = colon ? atoi(colon + 1) : 0;
	if (colon)
		*colon = 0;
	ip4_parse(text, ip);
}

static void vip_add(struct nb_lb *lb, char *where, char *backends)
{
	struct nb_vip *vip = GROW(lb->vips, lb->n_vips);
	char *part;

	socket_parse(where, vip->ip, &vip->port);
	if (!strcmp(backends, "-"))
		return;
	while ((part = strsep(&backends, ","))) {
		struct nb_backend *b = GROW(vip->backends, vip->n_backends);

		socket_parse(part, b->ip, &b->port);
	}
}

static void lb_use(struct reader *r, uint32_t index)
{
	struct nb *nb = &r->n->nb;

	if (r->is_in_router) {
		struct nb_router *lr = router_last(r);

		*GROW(lr->lbs, lr->n_lbs) = index;
	} else if (nb->n_switches) {
		struct nb_switch *s = &nb->switches[nb->n_switches - 1];

		*GROW(s->lbs, s->n_lbs) = index;
	} else {
		reader_abort(r, "no switch or router above");
	}
}

static uint32_t fields_parse(struct reader *r, const char *list)
{
	static const struct {
		const char *name;
		uint32_t flag;
	} fields[] = {
		{"eth_src", LB_F_BY_ETH_SRC}, {"eth_dst", LB_F_BY_ETH_DST},
		{"ip_src", LB_F_BY_IP_SRC},   {"ip_dst", LB_F_BY_IP_DST},
		{"tp_src", LB_F_BY_TP_SRC},   {"tp_dst", LB_F_BY_TP_DST},
	};
	char *copy = strdup(list), *rest = copy, *part;
	uint32_t flags = 0, before;

	while ((part = strsep(&rest, ","))) {
		before = flags;
		for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
			if (!strcmp(fields[i].name, part))
				flags |= fields[i].flag;
		}
		if (flags == before)
			reader_abort(r, "unknown selection field");
	}
	free(copy);
	return flags;
}

void line_lb(struct reader *r)
{
	struct nb *nb = &r->n->nb;
	struct nb_lb *lb = GROW(nb->lbs, nb->n_lbs);
	const char *affinity = reader_option(r, 5, "affinity");
	const char *hairpin = reader_option(r, 5, "hairpin");
	const char *fields = reader_option(r, 5, "fields");

	reader_uuid(r, lb->uuid);
	lb->name = strdup(r->word[1]);
	lb->proto = !strcmp(r->word[2], "tcp") ? IPPROTO_TCP :
		    !strcmp(r->word[2], "udp") ? IPPROTO_UDP :
						 IPPROTO_SCTP;
	lb->reject = reader_has(r, "reject");
	lb->skip_snat = reader_has(r, "skip_snat");
	lb->ct_flush = reader_has(r, "ct_flush");
	lb->affinity_timeout = affinity ? atoi(affinity) : 0;
	lb->has_hairpin_ip = hairpin;
	if (hairpin)
		ip4_parse(hairpin, lb->hairpin_snat_ip);
	lb->selection_fields = fields ? fields_parse(r, fields) : 0;
	vip_add(lb, r->word[3], r->word[4]);
	lb_use(r, nb->n_lbs - 1);
}

void line_vip(struct reader *r)
{
	if (!r->n->nb.n_lbs)
		reader_abort(r, "no lb above");
	vip_add(&r->n->nb.lbs[r->n->nb.n_lbs - 1], r->word[1], r->word[2]);
}

void line_use(struct reader *r)
{
	for (size_t i = 0; i < r->n->nb.n_lbs; i++) {
		if (!strcmp(r->n->nb.lbs[i].name, r->word[1])) {
			lb_use(r, i);
			return;
		}
	}
	reader_abort(r, "no such lb above");
}
