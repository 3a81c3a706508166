// SPDX-License-Identifier: GPL-2.0-only
/* The programs of VIFs: the kernel is asked about one when that one changes. */
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"

/* The first that does not stand before it. */
static size_t vif_place(const struct links *l, uint32_t ifindex)
{
	size_t low = 0, high = l->n_vifs;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->vifs[middle].ifindex < ifindex)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct compile_binding *links_vif(const struct links *l, uint32_t ifindex)
{
	size_t at = vif_place(l, ifindex);

	return at < l->n_vifs && l->vifs[at].ifindex == ifindex ? &l->vifs[at] :
								  NULL;
}

static bool has_changed(const struct links *l, uint32_t ifindex)
{
	for (size_t i = 0; i < l->n_changed; i++)
		if (l->changed[i] == ifindex)
			return true;
	return l->is_stale;
}

static int compare_bindings(const void *a, const void *b)
{
	const struct compile_binding *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static int compare_ifindex(const void *a, const void *b)
{
	const struct vswitch_vif *x = *(const struct vswitch_vif *const *)a;
	const struct vswitch_vif *y = *(const struct vswitch_vif *const *)b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

/* Of those that carry the program the ones that shall not; wanted: by
 * ifindex. */
static void remove_vifs(struct links *l, const struct vswitch_vif **wanted,
			size_t n)
{
	size_t kept = 0, j = 0;
	struct error e;

	for (size_t i = 0; i < l->n_vifs; i++) {
		struct compile_binding *b = &l->vifs[i];

		while (j < n && wanted[j]->ifindex < b->ifindex)
			j++;
		if (j < n && wanted[j]->ifindex == b->ifindex &&
		    !strncmp(wanted[j]->hostif, b->ifname, sizeof(b->ifname))) {
			l->vifs[kept++] = *b;
			continue;
		}
		l->version++;
		if (!live_vif_detach(l->live, b->ifindex, &e))
			continue;
		report(l->report, REPORT_VIFS, "%s", e.text);
		l->vifs[kept++] = *b;
		links_try_again(l);
	}
	l->n_vifs = kept;
}

/* There is room for one more. */
static void keep_vif(struct links *l, const struct compile_binding *b)
{
	size_t at = vif_place(l, b->ifindex);
	struct compile_binding *place = &l->vifs[at];

	if (at == l->n_vifs || place->ifindex != b->ifindex) {
		memmove(place + 1, place, (l->n_vifs - at) * sizeof(*place));
		l->n_vifs++;
	} else if (place->is_peer == b->is_peer &&
		   !strcmp(place->lsp, b->lsp)) {
		return;
	}
	l->version++;
	*place = *b;
}

static void set_vif(struct links *l, struct vswitch *v,
		    const struct vswitch_vif *vif)
{
	const struct compile_binding *old = links_vif(l, vif->ifindex);
	struct compile_binding b = {0};
	struct error e;
	int err;

	name_store(b.lsp, vif->iface_id);
	if (old && !has_changed(l, vif->ifindex) &&
	    !strcmp(old->ifname, vif->hostif) && !strcmp(old->lsp, b.lsp))
		return;
	err = live_vif_attach(l->live, vif->hostif, &b.ifindex, &b.is_peer, &e);
	vswitch_set_error(v, vif->name, err ? e.text : NULL);
	if (err) {
		report(l->report, REPORT_VIFS, "%s", e.text);
		links_try_again(l);
		return;
	}
	memcpy(b.ifname, vif->hostif, sizeof(b.ifname));
	keep_vif(l, &b);
}

void bindings_sort(struct compile_binding *list, size_t n)
{
	if (n)
		qsort(list, n, sizeof(*list), compare_bindings);
}

void links_set_vifs(struct links *l, struct vswitch *v)
{
	const struct vswitch_vif *vifs, **wanted;
	struct compile_binding *grown;
	size_t n;

	vifs = vswitch_vifs(v, &n);
	grown = reallocarray(l->vifs, l->n_vifs + n + 1, sizeof(*l->vifs));
	if (grown)
		l->vifs = grown;
	wanted = calloc(n + 1, sizeof(*wanted));
	if (!grown || !wanted) {
		free(wanted);
		links_try_again(l);
		return;
	}
	for (size_t i = 0; i < n; i++)
		wanted[i] = &vifs[i];
	qsort(wanted, n, sizeof(*wanted), compare_ifindex);
	remove_vifs(l, wanted, n);
	for (size_t i = 0; i < n; i++)
		set_vif(l, v, wanted[i]);
	free(wanted);
	if (l->retry == INT64_MAX)
		report_solved(l->report, REPORT_VIFS);
}
