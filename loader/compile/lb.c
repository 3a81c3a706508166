// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load balancers of switches, whose clients are on any chassis, and of the
 * gateway routers of this one: tables vip, lb, backend, maglev, and who
 * answers ARP for VIPs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maglev.h"
#include "tables.h"
#include "vip.h"

#define BACKENDS_MAX MAGLEV_NAMES_MAX

struct lb_notes {
	struct note_group distributed, gateway_port;
	struct note_group same, empty;
};

struct lb_context {
	struct tables *c;
	struct vip_list list;
	uint32_t *order; /* load balancers of one datapath, sorted */
	struct lb_notes notes;
};

int tables_flag_load_balancers(struct tables *c)
{
	struct topology *t = c->t;

	for (size_t i = 0; i < t->n_switches; i++) {
		const struct topo_switch *sw = &t->switches[i];

		if (!vips_any(c->nb, sw->nb->lbs, sw->nb->n_lbs))
			continue;
		for (size_t j = 0; j < sw->n_ports; j++)
			if (sw->ports[j].kind == PORT_VIF)
				sw->ports[j].flags |= PORT_F_LB;
	}
	for (size_t i = 0; i < t->n_routers; i++) {
		const struct topo_router *r = &t->routers[i];

		if (!router_is_gateway_here(t, r) ||
		    !vips_any(c->nb, r->nb->lbs, r->nb->n_lbs))
			continue;
		for (size_t j = 0; j < r->n_ports; j++)
			r->ports[j].flags |= LRP_F_CT | LRP_F_LB;
	}
	return 0;
}

static const char *lb_name(const struct nb_lb *lb)
{
	return lb->name && *lb->name ? lb->name : lb->uuid;
}

static int compare_rank(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int compare_backend(const void *a, const void *b)
{
	const struct nb_backend *x = a, *y = b;
	int ret = memcmp(x->ip, y->ip, sizeof(x->ip));

	return ret ? ret : x->port - y->port;
}

/* Sorted, each once: their number is what connections remember. */
static size_t sort_backends(struct nb_backend *sorted, const struct nb_vip *nb)
{
	size_t n = 0;

	if (nb->n_backends)
		memcpy(sorted, nb->backends, nb->n_backends * sizeof(*sorted));
	qsort(sorted, nb->n_backends, sizeof(*sorted), compare_backend);
	for (size_t i = 0; i < nb->n_backends; i++)
		if (!n || compare_backend(&sorted[i], &sorted[n - 1]))
			sorted[n++] = sorted[i];
	return n;
}

static int add_backend(struct tables *c, uint32_t id, uint32_t index,
		       const struct nb_backend *nb)
{
	struct backend_key key = {.id = id, .index = index};
	struct backend_val val = {.port = nb->port};

	memcpy(val.ip, nb->ip, sizeof(val.ip));
	return tables_add(c, IMAGE_BACKEND, &key, &val, NULL);
}

static int add_choice(struct tables *c, struct lb_vip *vip,
		      const struct nb_backend *backends)
{
	size_t n = vip->n_backends;
	char(*text)[ENDPOINT_LEN] = calloc(n + 1, sizeof(*text));
	const char **names = calloc(n + 1, sizeof(*names));
	int ret;

	for (size_t i = 0; text && names && i < n; i++) {
		endpoint_format(text[i], backends[i].ip, backends[i].port);
		names[i] = text[i];
	}
	ret = text && names ?
		      tables_add_maglev(c, vip->id, names, n, &vip->n_slots) :
		      error_set(c->e, ENOMEM, "out of memory");
	free(text);
	free(names);
	return ret;
}

/* Tables backend and maglev, once for all datapaths that have the VIP. */
static int add_backends(struct lb_context *l, const struct nb_lb *lb,
			struct lb_vip *vip)
{
	const struct nb_vip *nb = vip->nb;
	struct nb_backend *sorted;
	size_t n;
	int ret = 0;

	if (vip->has_backends)
		return 0;
	sorted = calloc(nb->n_backends + 1, sizeof(*sorted));
	if (!sorted)
		return error_set(l->c->e, ENOMEM, "out of memory");
	n = sort_backends(sorted, nb);
	if (n > BACKENDS_MAX) {
		error_set(l->c->e, E2BIG,
			  "load balancer %.200s: VIP %s has %zu backends; "
			  "there may be %d, spread them over more VIPs",
			  lb_name(lb), vip_endpoint(vip), n, BACKENDS_MAX);
		ret = tables_refuse(l->c, -E2BIG);
		n = 0;
	}
	vip->n_backends = n;
	vip->has_backends = true;
	for (size_t i = 0; !ret && i < n; i++)
		ret = add_backend(l->c, vip->id, i, &sorted[i]);
	if (!ret)
		ret = add_choice(l->c, vip, sorted);
	free(sorted);
	if (!n)
		note_group_add(&l->notes.empty, "%s (%s)", vip_endpoint(vip),
			       lb_name(lb));
	return ret;
}

static uint32_t lb_flags(const struct nb_lb *lb)
{
	uint32_t flags = lb->selection_fields & LB_F_BY_FIELDS;

	if (lb->reject)
		flags |= LB_F_REJECT;
	if (lb->skip_snat)
		flags |= LB_F_SKIP_SNAT;
	if (lb->has_hairpin_ip)
		flags |= LB_F_HAIRPIN_IP;
	if (lb->ct_flush)
		flags |= LB_F_CT_FLUSH;
	return flags;
}

/* What every packet asks: is the destination a VIP at all? */
static int add_vip_address(struct tables *c, uint32_t datapath,
			   const uint8_t ip[4], uint32_t flags)
{
	struct vip_key key = {.datapath = datapath};
	struct vip_val val = {.flags = flags};
	struct vip_val *old;
	int ret;

	memcpy(key.ip, ip, sizeof(key.ip));
	ret = tables_add(c, IMAGE_VIP, &key, &val, (void **)&old);
	if (ret != -EEXIST)
		return ret;
	old->flags |= val.flags;
	return 0;
}

static int add_vip(struct lb_context *l, uint32_t datapath, const char *where,
		   const struct nb_lb *lb, struct lb_vip *vip)
{
	const struct nb_vip *nb = vip->nb;
	struct lb_key key = {.datapath = datapath, .port = nb->port};
	struct lb_val val = {
		.id = vip->id,
		.flags = lb_flags(lb),
		.affinity_timeout = lb->affinity_timeout,
	};
	struct lb_val *old;
	int ret;

	memcpy(key.ip, nb->ip, sizeof(key.ip));
	if (nb->port)
		key.proto = lb->proto;
	old = image_find(l->c->image, IMAGE_LB, &key);
	if (old) {
		note_group_add(&l->notes.same, "%s %s (%s, not %s)", where,
			       vip_endpoint(vip), old->name, lb_name(lb));
		return 0;
	}
	ret = add_backends(l, lb, vip);
	if (ret)
		return ret;
	val.n_backends = vip->n_backends;
	val.n_slots = vip->n_slots;
	if (lb->has_hairpin_ip)
		memcpy(val.hairpin_snat_ip, lb->hairpin_snat_ip, 4);
	name_store(val.name, lb_name(lb));
	ret = tables_add(l->c, IMAGE_LB, &key, &val, NULL);
	/* A hairpinned answer goes to hairpin_snat_ip, which serves nothing. */
	if (!ret && lb->has_hairpin_ip)
		ret = add_vip_address(l->c, datapath, lb->hairpin_snat_ip, 0);
	return ret ? ret :
		     add_vip_address(l->c, datapath, nb->ip,
				     nb->port ? VIP_F_PORTS : VIP_F_ANY_PORT);
}

static void sort_lbs(struct lb_context *l, const uint32_t *lbs, size_t n_lbs)
{
	for (size_t i = 0; i < n_lbs; i++)
		l->order[i] = l->list.ranks[lbs[i]];
	qsort(l->order, n_lbs, sizeof(*l->order), compare_rank);
}

static int add_datapath(struct lb_context *l, uint32_t datapath,
			const char *where, const uint32_t *lbs, size_t n_lbs)
{
	int ret = 0;

	if (!tables_want(l->c, datapath))
		return 0;
	sort_lbs(l, lbs, n_lbs);
	for (size_t i = 0; i < n_lbs; i++) {
		uint32_t rank = l->order[i];

		for (size_t j = l->list.first[rank];
		     !ret && j < l->list.first[rank + 1]; j++)
			ret = add_vip(l, datapath, where, l->list.lbs[rank],
				      &l->list.vips[j]);
	}
	return ret;
}

/* The router answers ARP for the VIP: on one port, or (NULL) on each. */
static int answer_vip(struct tables *c, const struct topo_router *r,
		      const struct topo_lrp *only, const uint8_t ip[4])
{
	struct router_ip_key key = {.datapath = r->key};
	struct router_ip_val val = {.kind = ROUTER_IP_VIP};
	int ret;

	memcpy(key.ip, ip, sizeof(key.ip));
	if (only)
		val.port = only->key;
	ret = tables_add(c, IMAGE_ROUTER_IP, &key, &val, NULL);
	if (ret == -EEXIST)
		ret = 0;
	for (size_t i = 0; !ret && i < r->n_ports; i++)
		if (!only || only == &r->ports[i])
			ret = tables_add_router_arp(c, &r->ports[i], ip);
	return ret;
}

/* As northd, which announces VIPs of any neighbor_responder. */
static int announce_vip(struct tables *c, const struct topo_router *r,
			const uint8_t ip[4])
{
	int ret = 0;

	for (size_t i = 0; !ret && i < r->n_ports; i++) {
		const struct topo_lsp *lsp = r->ports[i].lsp;

		if (lsp && lsp->nb->announces_nat && !lsp->nb->excludes_vips)
			ret = tables_add_garp(c, lsp, r->ports[i].nb->mac, ip);
	}
	return ret;
}

static int answer_and_announce(struct tables *c, const struct topo_router *r,
			       enum nb_neighbor_responder mode,
			       const uint8_t ip[4])
{
	const struct topo_lrp *lrp = router_lrp_with(r, ip);
	int ret = 0;

	if (mode == NB_RESPOND_ALL)
		ret = answer_vip(c, r, NULL, ip);
	else if (mode == NB_RESPOND_REACHABLE && lrp)
		ret = answer_vip(c, r, lrp, ip);
	return ret ? ret : announce_vip(c, r, ip);
}

/* An address that several load balancers have is answered for as the most
 * generous neighbor_responder says: "all" goes first. */
static int add_router_vips(struct lb_context *l, const struct topo_router *r)
{
	static const enum nb_neighbor_responder modes[] = {
		NB_RESPOND_ALL, NB_RESPOND_REACHABLE, NB_RESPOND_NONE};
	const struct vip_list *list = &l->list;
	int ret = 0;

	sort_lbs(l, r->nb->lbs, r->nb->n_lbs);
	for (size_t m = 0; m < sizeof(modes) / sizeof(*modes); m++) {
		for (size_t i = 0; i < r->nb->n_lbs; i++) {
			uint32_t rank = l->order[i];

			if (list->lbs[rank]->neighbor_responder != modes[m])
				continue;
			for (size_t j = list->first[rank];
			     !ret && j < list->first[rank + 1]; j++)
				ret = answer_and_announce(l->c, r, modes[m],
							  list->vips[j].nb->ip);
		}
	}
	return ret;
}

static int add_router(struct lb_context *l, const struct topo_router *r)
{
	const struct nb_router *nb = r->nb;
	int ret;

	if (!r->is_gateway && vips_any(l->c->nb, nb->lbs, nb->n_lbs))
		note_group_add(r->has_distributed_gateway ?
				       &l->notes.gateway_port :
				       &l->notes.distributed,
			       "%s (%zu)", nb->name, nb->n_lbs);
	if (!router_is_gateway_here(l->c->t, r))
		return 0;
	ret = add_datapath(l, r->key, nb->name, nb->lbs, nb->n_lbs);
	return ret ? ret : add_router_vips(l, r);
}

static void finish_notes(struct lb_notes *n, struct notes *notes)
{
	note_group_finish(&n->distributed, notes,
			  "load balancers of routers without "
			  "options:chassis, which OVN does not support either");
	note_group_finish(&n->gateway_port, notes,
			  "load balancers of routers with a distributed "
			  "gateway port, which are not honoured yet");
	note_group_finish(&n->same, notes,
			  "VIPs that two load balancers of a datapath have; "
			  "the first by uuid is used");
	note_group_finish(&n->empty, notes,
			  "VIPs without backends, which take no connections");
}

int tables_add_load_balancers(struct tables *c)
{
	struct lb_context l = {.c = c};
	int ret = vip_list_init(&l.list, c);

	l.order = calloc(c->nb->n_lbs + 1, sizeof(*l.order));
	if (!ret && !l.order)
		ret = error_set(c->e, ENOMEM, "out of memory");
	for (size_t i = 0; !ret && i < c->t->n_switches; i++) {
		const struct topo_switch *sw = &c->t->switches[i];

		ret = add_datapath(&l, sw->key, sw->nb->name, sw->nb->lbs,
				   sw->nb->n_lbs);
	}
	for (size_t i = 0; !ret && i < c->t->n_routers; i++)
		ret = add_router(&l, &c->t->routers[i]);
	finish_notes(&l.notes, c->notes);
	free(l.order);
	vip_list_free(&l.list);
	return ret;
}
