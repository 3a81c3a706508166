// SPDX-License-Identifier: GPL-2.0-only
#include "vip.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"

bool vips_any(const struct nb *nb, const uint32_t *lbs, size_t n_lbs)
{
	for (size_t i = 0; i < n_lbs; i++)
		if (nb->lbs[lbs[i]].n_vips)
			return true;
	return false;
}

void endpoint_format(char text[ENDPOINT_LEN], const uint8_t ip[4],
		     uint16_t port)
{
	if (port)
		snprintf(text, ENDPOINT_LEN, "%u.%u.%u.%u:%u", ip[0], ip[1],
			 ip[2], ip[3], port);
	else
		snprintf(text, ENDPOINT_LEN, "%u.%u.%u.%u", ip[0], ip[1], ip[2],
			 ip[3]);
}

static int compare_lb(const void *a, const void *b)
{
	const struct nb_lb *const *x = a, *const *y = b;

	return strcmp((*x)->uuid, (*y)->uuid);
}

static int compare_vip(const void *a, const void *b)
{
	const struct lb_vip *x = a, *y = b;

	return strcmp(x->text, y->text);
}

static void mark_used(const struct vip_list *l, const struct topology *t,
		      bool *is_used)
{
	for (size_t i = 0; i < t->n_switches; i++) {
		const struct nb_switch *sw = t->switches[i].nb;

		for (size_t j = 0; j < sw->n_lbs; j++)
			is_used[l->ranks[sw->lbs[j]]] = true;
	}
	for (size_t i = 0; i < t->n_routers; i++) {
		const struct nb_router *r = t->routers[i].nb;

		for (size_t j = 0;
		     j < r->n_lbs && router_is_gateway_here(t, &t->routers[i]);
		     j++)
			is_used[l->ranks[r->lbs[j]]] = true;
	}
}

/* Ids follow the uuids of load balancers, so they stay through reloads; even,
 * because those of ECMP groups are odd. */
static int assign_ids(struct vip_list *l, struct tables *c)
{
	static const struct key_space space = {"VIP", "the load balancers",
					       TABLE_ID_MAX, TABLE_ID_MAX};
	struct key_request *rows = calloc(l->n_vips + 1, sizeof(*rows));
	int ret;

	if (!rows)
		return error_set(c->e, ENOMEM, "out of memory");
	for (size_t i = 0; i < l->n_vips; i++)
		rows[i].uuid = rows[i].name = l->vips[i].text;
	ret = keys_assign(rows, l->n_vips, &space, c->e);
	c->has_moved_ids |= !ret && keys_moved(rows, l->n_vips, &space);
	for (size_t i = 0; !ret && i < l->n_vips; i++)
		l->vips[i].id = 2 * rows[i].key;
	free(rows);
	return ret;
}

/* VIPs of load balancers in use on this chassis. */
static int find_vips(struct vip_list *l, struct tables *c, const bool *is_used)
{
	size_t n_lbs = c->nb->n_lbs, n = 0;

	for (size_t i = 0; i < n_lbs; i++)
		n += is_used[i] ? l->lbs[i]->n_vips : 0;
	l->vips = calloc(n + 1, sizeof(*l->vips));
	if (!l->vips)
		return error_set(c->e, ENOMEM, "out of memory");
	for (size_t i = 0; i < n_lbs; i++) {
		const struct nb_lb *lb = l->lbs[i];

		l->first[i] = l->n_vips;
		for (size_t j = 0; is_used[i] && j < lb->n_vips; j++) {
			struct lb_vip *vip = &l->vips[l->n_vips++];
			char endpoint[ENDPOINT_LEN];

			vip->nb = &lb->vips[j];
			endpoint_format(endpoint, vip->nb->ip, vip->nb->port);
			snprintf(vip->text, sizeof(vip->text), "%s/%s",
				 lb->uuid, endpoint);
		}
	}
	l->first[n_lbs] = l->n_vips;
	qsort(l->vips, l->n_vips, sizeof(*l->vips), compare_vip);
	return assign_ids(l, c);
}

int vip_list_init(struct vip_list *l, struct tables *c)
{
	const struct nb *nb = c->nb;
	bool *is_used = calloc(nb->n_lbs + 1, sizeof(*is_used));
	int ret;

	memset(l, 0, sizeof(*l));
	l->lbs = calloc(nb->n_lbs + 1, sizeof(*l->lbs));
	l->ranks = calloc(nb->n_lbs + 1, sizeof(*l->ranks));
	l->first = calloc(nb->n_lbs + 1, sizeof(*l->first));
	if (!is_used || !l->lbs || !l->ranks || !l->first) {
		free(is_used);
		return error_set(c->e, ENOMEM, "out of memory");
	}
	for (size_t i = 0; i < nb->n_lbs; i++)
		l->lbs[i] = &nb->lbs[i];
	qsort(l->lbs, nb->n_lbs, sizeof(*l->lbs), compare_lb);
	for (size_t i = 0; i < nb->n_lbs; i++)
		l->ranks[l->lbs[i] - nb->lbs] = i;
	mark_used(l, c->t, is_used);
	ret = find_vips(l, c, is_used);
	free(is_used);
	return ret;
}

void vip_list_free(struct vip_list *l)
{
	free(l->lbs);
	free(l->ranks);
	free(l->first);
	free(l->vips);
	memset(l, 0, sizeof(*l));
}
