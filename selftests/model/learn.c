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

static void neighbor_learn(struct model *m, int chassis, int lrp, uint32_t ip,
			   const uint8_t mac[6])
{
	struct learned *e = neighbor_of(m, chassis, lrp, ip);

	if (!e && m->known.n_learned == LEARNED_MAX) {
		m->result.is_overflow = true;
		return;
	}
	if (!e)
		e = &m->known.learned[m->known.n_learned++];
	*e = (struct learned){.chassis = chassis, .lrp = lrp, .ip = ip};
	memcpy(e->mac, mac, 6);
}

bool neighbor_find(struct model *m, int lrp, uint32_t ip, uint8_t mac[6])
{
	const struct learned *at[N_CHASSIS + 2] = {
		neighbor_of(m, m->here, lrp, ip)};
	int n = 1;

	for (int c = 0; c <= HEARSAY; c++) {
		const struct learned *e = neighbor_of(m, c, lrp, ip);

		if (e && c != m->here &&
		    !(at[0] && !memcmp(at[0]->mac, e->mac, 6)))
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

void fdb_learn(struct model *m, int chassis, int sw, const uint8_t mac[6],
	       int port)
{
	struct fdb *e = fdb_of(m, chassis, sw, mac);

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
	int at[N_CHASSIS + 2] = {own ? own->port : -1}, n = 1;

	for (int c = 0; c <= HEARSAY; c++) {
		const struct fdb *e = fdb_of(m, c, sw, mac);

		if (e && c != m->here && e->port != at[0])
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
	bool is_near = false, is_ours = false, is_known = false;

	for (size_t i = 0; i < p->n_nets; i++) {
		uint32_t mask = ~0u << (32 - p->net[i].plen);

		if ((p->net[i].ip ^ spa) & mask)
			continue;
		is_near = true;
		is_ours |= p->net[i].ip == tpa;
	}
	for (size_t i = 0; i < m->known.n_learned; i++) {
		is_known |= m->known.learned[i].lrp == lrp &&
			    m->known.learned[i].ip == spa;
	}
	/* A group has no neighbor: RFC 1812 3.3.2. */
	if (is_multicast(arp + 8))
		return false;
	if (get16(arp + 6) != 2 && (get16(arp + 6) != 1 || !is_near ||
				    !(r->always_learns || is_ours || is_known)))
		return false;
	neighbor_learn(m, chassis, lrp, spa, arp + 8);
	return true;
}
