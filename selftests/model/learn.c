// SPDX-License-Identifier: GPL-2.0-only
/* MAC_Binding and FDB: ovn-northd(8) "lookup_neighbor", "put_fdb".  OVN keeps
 * both in the Southbound database; here each chassis has its own, and may
 * know what others have learned. */
#include <string.h>

#include "model.h"

static struct learned *neighbor_of(struct model *m, int chassis, int lrp,
				   uint32_t ip)
{
	for (size_t i = 0; i < m->known.n_learned; i++) {
		struct learned *e = &m->known.learned[i];

		if (e->chassis == chassis && e->lrp == lrp && e->ip == ip)
			return e;
	}
	return NULL;
}

/* Hearsay does not replace what was heard before. */
static struct learned *neighbor_heard(struct model *m, int lrp, uint32_t ip,
				      const uint8_t mac[6])
{
	for (size_t i = 0; i < m->known.n_learned; i++) {
		struct learned *e = &m->known.learned[i];

		if (e->chassis == HEARSAY && e->lrp == lrp && e->ip == ip &&
		    !memcmp(e->mac, mac, 6))
			return e;
	}
	return NULL;
}

static void neighbor_learn(struct model *m, int chassis, int lrp, uint32_t ip,
			   const uint8_t mac[6])
{
	struct learned *e = chassis == HEARSAY ?
				    neighbor_heard(m, lrp, ip, mac) :
				    neighbor_of(m, chassis, lrp, ip);
	if (!e && m->known.n_learned == LEARNED_MAX) {
		m->result.is_overflow = true;
		return;
	}
	if (!e)
		e = &m->known.learned[m->known.n_learned++];
	*e = (struct learned){.chassis = chassis, .lrp = lrp, .ip = ip};
	memcpy(e->mac, mac, 6);
}

static bool is_listed(const struct learned *const *at, int n,
		      const struct learned *e)
{
	for (int i = 0; i < n; i++) {
		if (at[i] && !memcmp(at[i]->mac, e->mac, 6))
			return true;
	}
	return false;
}

bool neighbor_find(struct model *m, int lrp, uint32_t ip, uint8_t mac[6])
{
	const struct learned *at[LEARNED_MAX + 1] = {
		neighbor_of(m, m->here, lrp, ip)};
	int n = 1;

	for (size_t i = 0; i < m->known.n_learned; i++) {
		const struct learned *e = &m->known.learned[i];

		if (e->lrp == lrp && e->ip == ip && !is_listed(at, n, e))
			at[n++] = e;
	}
	if (n > 1)
		at[0] = at[model_choose(m, n)];
	if (!at[0])
		return false;
	memcpy(mac, at[0]->mac, 6);
	return true;
}

static struct fdb *fdb_of(struct model *m, int chassis, int sw,
			  const uint8_t mac[6])
{
	for (size_t i = 0; i < m->known.n_fdb; i++) {
		struct fdb *e = &m->known.fdb[i];

		if (e->chassis == chassis && e->sw == sw &&
		    !memcmp(e->mac, mac, 6))
			return e;
	}
	return NULL;
}

static struct fdb *fdb_heard(struct model *m, int sw, const uint8_t mac[6],
			     int port)
{
	for (size_t i = 0; i < m->known.n_fdb; i++) {
		struct fdb *e = &m->known.fdb[i];

		if (e->chassis == HEARSAY && e->sw == sw && e->port == port &&
		    !memcmp(e->mac, mac, 6))
			return e;
	}
	return NULL;
}

void fdb_learn(struct model *m, int chassis, int sw, const uint8_t mac[6],
	       int port)
{
	struct fdb *e = chassis == HEARSAY ? fdb_heard(m, sw, mac, port) :
					     fdb_of(m, chassis, sw, mac);
	if (!e && m->known.n_fdb == LEARNED_MAX) {
		m->result.is_overflow = true;
		return;
	}
	if (!e)
		e = &m->known.fdb[m->known.n_fdb++];
	*e = (struct fdb){.chassis = chassis, .sw = sw, .port = port};
	memcpy(e->mac, mac, 6);
}

int fdb_find(struct model *m, int sw, const uint8_t mac[6])
{
	const struct fdb *own = fdb_of(m, m->here, sw, mac);
	int at[LEARNED_MAX + 1] = {own ? own->port : -1}, n = 1;

	for (size_t i = 0; i < m->known.n_fdb; i++) {
		const struct fdb *e = &m->known.fdb[i];
		int j = 0;

		if (e->sw != sw || memcmp(e->mac, mac, 6))
			continue;
		while (j < n && at[j] != e->port)
			j++;
		if (j == n)
			at[n++] = e->port;
	}
	return at[n > 1 ? model_choose(m, n) : 0];
}

bool router_learn(struct model *m, int chassis, int lrp, const struct frame *f)
{
	const struct lrp *p = &m->net->lrp[lrp];
	const struct router *r = &m->net->router[p->router];
	const uint8_t *arp = IP_OF(f);
	uint32_t spa = get32(arp + 14), tpa = get32(arp + 24);
	bool is_near = false, is_ours = false, is_known, is_heard = false;

	for (size_t i = 0; i < p->n_nets; i++) {
		uint32_t mask = ~0u << (32 - p->net[i].plen);

		if ((p->net[i].ip ^ spa) & mask)
			continue;
		is_near = true;
		is_ours |= p->net[i].ip == tpa;
	}
	is_known = neighbor_of(m, chassis, lrp, spa);
	for (size_t i = 0; i < m->known.n_learned; i++) {
		is_heard |= m->known.learned[i].lrp == lrp &&
			    m->known.learned[i].ip == spa;
	}
	/* A group has no neighbor: RFC 1812 3.3.2. */
	if (is_multicast(arp + 8))
		return false;
	if (get16(arp + 6) == 1) {
		if (!is_near)
			return false;
		if (!r->always_learns && !is_ours && !is_known) {
			if (!is_heard)
				return false;
			chassis = HEARSAY;
		}
	} else if (get16(arp + 6) != 2) {
		return false;
	}
	neighbor_learn(m, chassis, lrp, spa, arp + 8);
	return true;
}

static bool neighbor_is_in(const struct known *k, const struct learned *e)
{
	for (size_t i = 0; i < k->n_learned; i++) {
		const struct learned *o = &k->learned[i];

		if (o->chassis == e->chassis && o->lrp == e->lrp &&
		    o->ip == e->ip && !memcmp(o->mac, e->mac, 6))
			return true;
	}
	return false;
}

static bool fdb_is_in(const struct known *k, const struct fdb *e)
{
	for (size_t i = 0; i < k->n_fdb; i++) {
		const struct fdb *o = &k->fdb[i];

		if (o->chassis == e->chassis && o->sw == e->sw &&
		    o->port == e->port && !memcmp(o->mac, e->mac, 6))
			return true;
	}
	return false;
}

/* Adds what only one of two has, as hearsay, or false: no room. */
static bool neighbors_doubt(struct known *to, const struct known *one,
			    const struct known *two)
{
	for (size_t i = 0; i < one->n_learned; i++) {
		struct learned e = one->learned[i];

		if (!neighbor_is_in(two, &e))
			e.chassis = HEARSAY;
		if (neighbor_is_in(to, &e))
			continue;
		if (to->n_learned == LEARNED_MAX)
			return false;
		to->learned[to->n_learned++] = e;
	}
	return true;
}

static bool fdb_doubt(struct known *to, const struct known *one,
		      const struct known *two)
{
	for (size_t i = 0; i < one->n_fdb; i++) {
		struct fdb e = one->fdb[i];

		if (!fdb_is_in(two, &e))
			e.chassis = HEARSAY;
		if (fdb_is_in(to, &e))
			continue;
		if (to->n_fdb == LEARNED_MAX)
			return false;
		to->fdb[to->n_fdb++] = e;
	}
	return true;
}

bool known_doubt(struct known *k, const struct known *other)
{
	static struct known to;
	bool ok;

	if (!memcmp(k, other, sizeof(*k)))
		return true;
	memset(&to, 0, sizeof(to));
	ok = neighbors_doubt(&to, k, other) && neighbors_doubt(&to, other, k) &&
	     fdb_doubt(&to, k, other) && fdb_doubt(&to, other, k) &&
	     conns_doubt(&to, k, other);
	*k = to;
	return ok;
}
