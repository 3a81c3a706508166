// SPDX-License-Identifier: GPL-2.0-only
/* The VIFs of this host by iface-id, and the rows that cannot be changed. */
#include "southbound/parts.h"

#include <stdlib.h>
#include <string.h>

#define PAUSE_FIRST_MS 1000
#define PAUSE_LAST_MS 8000

static uint64_t vifs_digest(const struct southbound_wanted *w)
{
	uint64_t digest = w->n_vifs + 1;
	size_t i;

	for (i = 0; i < w->n_vifs; i++) {
		digest = text_digest(w->vifs[i].name, digest);
		digest = text_digest(w->vifs[i].iface_id, digest);
		digest = text_digest(w->vifs[i].iface_id_ver, digest);
		digest = text_digest(w->vifs[i].encap_ip, digest);
	}
	return digest;
}

static int claim_compare(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int order = strcmp(x->iface_id, y->iface_id);

	/* of two, the first in the list of VIFs */
	return order ? order : (x->vif > y->vif) - (x->vif < y->vif);
}

static int claim_search(const void *key, const void *member)
{
	return strcmp(key, ((const struct claim *)member)->iface_id);
}

struct claim *claim_find(const struct claims *c, const char *iface_id)
{
	return c->n ? bsearch(iface_id, c->list, c->n, sizeof(c->list[0]),
			      claim_search) :
		      NULL;
}

static void list_free(struct claim *list, size_t n)
{
	while (n--)
		free(list[n].iface_id);
	free(list);
}

/* Which of two interfaces is the port's: it stays the one that was first. */
static void duplicate_settle(struct claim *kept, const struct claim *other,
			     const struct claims *c)
{
	const struct claim *old = claim_find(c, kept->iface_id);
	const struct vswitch_vif *loser = other->vif;

	if (old && !strcmp(old->ifname, loser->name)) {
		loser = kept->vif;
		kept->vif = other->vif;
	}
	memcpy(kept->duplicate, loser->name, sizeof(kept->duplicate));
	if (old && !strcmp(old->duplicate, kept->duplicate))
		return;
	warning("interfaces %s and %s have the same iface-id %s: the port is "
		"that of %s; remove external_ids:iface-id of one",
		kept->vif->name, loser->name, kept->iface_id, kept->vif->name);
}

static size_t list_unique(struct claim *list, size_t n, const struct claims *c)
{
	size_t i, kept = 0;

	for (i = 0; i < n; i++) {
		if (!kept ||
		    strcmp(list[kept - 1].iface_id, list[i].iface_id)) {
			list[kept++] = list[i];
			continue;
		}
		duplicate_settle(&list[kept - 1], &list[i], c);
		free(list[i].iface_id);
	}
	for (i = 0; i < kept; i++)
		memcpy(list[i].ifname, list[i].vif->name,
		       sizeof(list[i].ifname));
	return kept;
}

/* What is known of those that stay. */
static void list_inherit(struct claim *list, size_t n, const struct claims *c)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct claim *old = claim_find(c, list[i].iface_id);

		if (!old)
			continue;
		list[i].claimed_at = old->claimed_at;
		list[i].is_sent = old->is_sent;
		list[i].is_claimed = old->is_claimed;
		list[i].is_pending = old->is_pending;
		list[i].is_installed = old->is_installed;
		memcpy(list[i].row, old->row, sizeof(list[i].row));
		list[i].why = old->why;
		list[i].was_noticed = old->was_noticed;
		list[i].n_taken = old->n_taken;
	}
}

static int name_search(const void *key, const void *member)
{
	return strcmp(key, *(const char *const *)member);
}

bool claim_table_installed(struct claims *c, const char *const *lsps, size_t n)
{
	bool has_changed = false;
	size_t i;

	for (i = 0; i < c->n; i++) {
		struct claim *claim = &c->list[i];
		bool is = n && bsearch(claim->iface_id, lsps, n,
				       sizeof(lsps[0]), name_search);

		if (is == claim->is_installed)
			continue;
		claim->is_installed = is;
		claim->is_stale = has_changed = true;
	}
	return has_changed;
}

/* The same VIFs may lie elsewhere now. */
static void vifs_borrow(struct claims *c, const struct southbound_wanted *w)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		c->list[i].vif = NULL;
	for (i = 0; i < w->n_vifs; i++) {
		const struct vswitch_vif *vif = &w->vifs[i];
		struct claim *claim = claim_find(c, vif->iface_id);

		if (claim && !strcmp(claim->ifname, vif->name))
			claim->vif = vif;
	}
}

/* Ports of those that go are let go. */
static void list_replace(struct claims *c, struct claim *list, size_t n)
{
	static const uint8_t none[16];
	struct claim *old = c->list;
	size_t i, n_old = c->n;

	c->list = list;
	c->n = n;
	for (i = 0; i < n; i++)
		list[i].is_stale = true;
	for (i = 0; i < n_old; i++)
		if (memcmp(old[i].row, none, sizeof(none)) &&
		    !claim_find(c, old[i].iface_id))
			todo_add(&c->todo, old[i].row);
	list_free(old, n_old);
}

void claim_table_set(struct claims *c, const struct southbound_wanted *w)
{
	uint64_t digest = vifs_digest(w);
	struct claim *list;
	size_t i, n = 0;

	if (c->digest == digest) {
		vifs_borrow(c, w);
		return;
	}
	list = calloc(w->n_vifs + 1, sizeof(list[0]));
	if (!list)
		goto no_memory;
	for (i = 0; i < w->n_vifs; i++) {
		list[n].vif = &w->vifs[i];
		list[n].iface_id = strdup(w->vifs[i].iface_id);
		if (!list[n].iface_id)
			goto no_memory;
		n++;
	}
	qsort(list, n, sizeof(list[0]), claim_compare);
	n = list_unique(list, n, c);
	list_inherit(list, n, c);
	list_replace(c, list, n);
	c->digest = digest;
	return;
no_memory:
	list_free(list, n);
	vifs_borrow(c, w); /* the next run tries again */
}

void claim_table_free(struct claims *c)
{
	list_free(c->list, c->n);
	todo_free(&c->todo);
	todo_free(&c->sent);
	claim_refusals_forget(c, INT64_MAX);
}

static struct refusal *refusal_find(const struct claims *c, const char *name)
{
	struct refusal *r;

	for (r = c->refusals; r; r = r->next)
		if (!strcmp(r->name, name))
			return r;
	return NULL;
}

bool claim_is_refused(const struct southbound *s, const char *name)
{
	return refusal_find(&s->claims, name);
}

int64_t claim_refused_until(const struct claims *c, const char *name)
{
	const struct refusal *r = c->refusals ? refusal_find(c, name) : NULL;

	return r && r->not_before > time_ms() ? r->not_before : 0;
}

bool claim_refuse(struct claims *c, const char *name)
{
	struct refusal *r = refusal_find(c, name);
	size_t size = strlen(name) + 1;

	if (!r) {
		r = calloc(1, sizeof(*r) + size);
		if (!r)
			return false;
		memcpy(r->name, name, size);
		r->next = c->refusals;
		c->refusals = r;
	}
	r->pause_ms = r->pause_ms ? 2 * r->pause_ms : PAUSE_FIRST_MS;
	if (r->pause_ms > PAUSE_LAST_MS)
		r->pause_ms = PAUSE_LAST_MS;
	r->not_before = time_ms() + r->pause_ms;
	return true;
}

void claim_refusals_forget(struct claims *c, int64_t before)
{
	struct refusal **place = &c->refusals;

	while (*place) {
		struct refusal *r = *place;

		if (r->not_before >= before) {
			place = &r->next;
			continue;
		}
		*place = r->next;
		free(r);
	}
}
