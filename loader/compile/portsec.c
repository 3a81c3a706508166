// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_security, ovn-nb(5): one chain of port_sec entries per MAC, unless the
 * port has one bare MAC, which stands in its policy.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

/* Elements of one MAC merged; one without addresses sets the others free. */
struct security_mac {
	uint8_t mac[6];
	bool restricts_ip;
};

/* How many distinct MACs, in the order of their first elements. */
static size_t lsp_security_macs(const struct nb_lsp *nb,
				struct security_mac *macs)
{
	size_t n = 0;

	for (size_t i = 0; i < nb->n_port_security; i++) {
		const struct nb_address *a = &nb->port_security[i];
		bool restricts_ip = a->n_ip4 || a->n_ip6;
		size_t j = 0;

		while (j < n && memcmp(macs[j].mac, a->mac, sizeof(a->mac)))
			j++;
		if (j == n) {
			memcpy(macs[n].mac, a->mac, sizeof(a->mac));
			macs[n++].restricts_ip = restricts_ip;
		} else if (!restricts_ip) {
			macs[j].restricts_ip = false;
		}
	}
	return n;
}

/* A host part means that host alone, and the subnet's broadcast towards the
 * guest; none means the whole subnet. */
static struct port_sec_ip4 security_ip4(const struct nb_ip4 *ip)
{
	uint32_t addr = ip4_get(ip->addr), mask = ip4_mask(ip->plen);
	struct port_sec_ip4 out = {};

	ip4_put(out.addr, addr);
	ip4_put(out.mask, addr & ~mask ? 0xffffffff : mask);
	ip4_put(out.broadcast, ip->plen < 32 ? addr | ~mask : 0);
	return out;
}

static struct port_sec_ip6 security_ip6(const struct nb_ip6 *ip)
{
	struct port_sec_ip6 out = {};
	bool has_host = false;

	memcpy(out.addr, ip->addr, sizeof(out.addr));
	for (int i = 0; i < 16; i++) {
		int bits = ip->plen - 8 * i;

		out.mask[i] = bits >= 8 ? 0xff :
			      bits > 0	? 0xff << (8 - bits) :
					  0;
		has_host |= ip->addr[i] & ~out.mask[i];
	}
	if (has_host)
		memset(out.mask, 0xff, sizeof(out.mask));
	return out;
}

/* All addresses of one MAC, gathered from its elements. */
struct security_list {
	struct port_sec_ip4 *ip4;
	struct port_sec_ip6 *ip6;
	size_t n_ip4, n_ip6;
};

static int security_gather(const struct nb_lsp *nb, const uint8_t mac[6],
			   struct security_list *list)
{
	size_t n_ip4 = 0, n_ip6 = 0;

	for (size_t i = 0; i < nb->n_port_security; i++) {
		n_ip4 += nb->port_security[i].n_ip4;
		n_ip6 += nb->port_security[i].n_ip6;
	}
	list->n_ip4 = list->n_ip6 = 0;
	list->ip4 = calloc(n_ip4 + 1, sizeof(*list->ip4));
	list->ip6 = calloc(n_ip6 + 1, sizeof(*list->ip6));
	if (!list->ip4 || !list->ip6)
		return -ENOMEM;
	for (size_t i = 0; i < nb->n_port_security; i++) {
		const struct nb_address *a = &nb->port_security[i];

		if (memcmp(a->mac, mac, sizeof(a->mac)))
			continue;
		for (size_t j = 0; j < a->n_ip4; j++)
			list->ip4[list->n_ip4++] = security_ip4(&a->ip4[j]);
		for (size_t j = 0; j < a->n_ip6; j++)
			list->ip6[list->n_ip6++] = security_ip6(&a->ip6[j]);
	}
	return 0;
}

static size_t take(size_t n, size_t from, size_t max)
{
	if (from >= n)
		return 0;
	return n - from < max ? n - from : max;
}

static int add_chain(struct tables *c, const struct topo_lsp *lsp,
		     const struct security_mac *mac,
		     const struct security_list *list)
{
	struct port_sec_key key = {.datapath = lsp->sw->key, .port = lsp->key};
	size_t at4 = 0, at6 = 0;
	int ret;

	memcpy(key.mac, mac->mac, sizeof(key.mac));
	for (;; key.seq++) {
		struct port_sec_val val = {
			.restricts_ip = mac->restricts_ip,
			.has_ip4 = list->n_ip4 > 0,
			.has_ip6 = list->n_ip6 > 0,
		};

		val.n_ip4 = take(list->n_ip4, at4, PORT_SEC_IP4_MAX);
		val.n_ip6 = take(list->n_ip6, at6, PORT_SEC_IP6_MAX);
		memcpy(val.ip4, list->ip4 + at4, val.n_ip4 * sizeof(*val.ip4));
		memcpy(val.ip6, list->ip6 + at6, val.n_ip6 * sizeof(*val.ip6));
		at4 += val.n_ip4;
		at6 += val.n_ip6;
		val.more = at4 < list->n_ip4 || at6 < list->n_ip6;
		if (val.more && key.seq + 1 == PORT_SEC_CHAIN_MAX) {
			error_set(c->e, E2BIG,
				  "switch %.200s: port_security of port %.200s "
				  "lists more than %d IPv4 or %d IPv6 "
				  "addresses for one MAC; list subnets",
				  lsp->sw->nb->name, lsp->nb->name,
				  PORT_SEC_CHAIN_MAX * PORT_SEC_IP4_MAX,
				  PORT_SEC_CHAIN_MAX * PORT_SEC_IP6_MAX);
			ret = tables_refuse(c, -E2BIG);
			if (ret)
				return ret;
			/* Those beyond may send nothing. */
			val.more = 0;
		}
		ret = tables_add(c, IMAGE_PORT_SEC, &key, &val, NULL);
		if (ret || !val.more)
			return ret;
	}
}

static int add_mac(struct tables *c, const struct topo_lsp *lsp,
		   const struct security_mac *mac)
{
	struct security_list list = {};
	int ret = 0;

	/* Addresses beside a bare element of the same MAC restrict nothing. */
	ret = security_gather(lsp->nb, mac->mac, &list);
	if (!mac->restricts_ip)
		list.n_ip4 = list.n_ip6 = 0;
	if (ret)
		error_set(c->e, ENOMEM, "out of memory");
	else
		ret = add_chain(c, lsp, mac, &list);
	free(list.ip4);
	free(list.ip6);
	return ret;
}

int tables_add_port_security(struct tables *c)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < c->t->n_lsps; i++) {
		struct topo_lsp *lsp = &c->t->lsps[i];
		struct security_mac *macs;
		size_t n;

		if (!(lsp->flags & PORT_F_SECURITY))
			continue;
		macs = calloc(lsp->nb->n_port_security, sizeof(*macs));
		if (!macs)
			return error_set(c->e, ENOMEM, "out of memory");
		n = lsp_security_macs(lsp->nb, macs);
		if (n == 1 && !macs->restricts_ip)
			lsp->flags |= PORT_F_ONE_MAC;
		else
			for (size_t j = 0; !ret && j < n; j++)
				ret = add_mac(c, lsp, &macs[j]);
		free(macs);
	}
	return ret;
}
