// SPDX-License-Identifier: GPL-2.0-only
/* MTUs of guests against what tunnels leave them. */
#include "check/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/attachment.h"
#include "sync/iface.h"
#include "sync/state.h"
#include "wire.h"

#define GROUP "interfaces"

void check_guest_add(struct check *c, const char *name, uint32_t mtu)
{
	struct check_guest *g =
		reallocarray(c->guests, c->n_guests + 1, sizeof(*g));

	if (!g) {
		c->is_short = true;
		return;
	}
	c->guests = g;
	g += c->n_guests++;
	snprintf(g->name, sizeof(g->name), "%.15s", name);
	g->mtu = mtu;
}

struct tally {
	uint32_t most; /* bytes that a guest may have */
	size_t n, n_large;
	char first[16];
	uint32_t first_mtu;
};

static void tally_add(struct tally *t, const char *name, uint32_t mtu)
{
	t->n++;
	if (mtu <= t->most || t->n_large++)
		return;
	memcpy(t->first, name, sizeof(t->first));
	t->first_mtu = mtu;
}

/* Of those bound by xovn bind, or by an agent. */
static void tally_bound(struct check *c, struct tally *t)
{
	struct attachment *list = NULL;
	struct error ignored;
	struct state s;
	size_t n = 0;

	if (geteuid() || access(c->options->pin, F_OK) ||
	    state_open(&s, c->options->pin, STATE_PREVIEW, &ignored))
		return;
	attachment_list(&s, &list, &n, &ignored);
	for (size_t i = 0; i < n; i++) {
		struct iface iface;

		if (list[i].val.role == ATTACHMENT_VIF &&
		    !attachment_is_gone(&s, &list[i]) &&
		    !iface_find(&c->nl, list[i].val.ifname, &iface, &ignored))
			tally_add(t, iface.name, iface.mtu);
	}
	free(list);
	state_close(&s);
}

void check_guests(struct check *c)
{
	struct tally t = {0};

	for (size_t i = 0; i < c->options->n_nics; i++)
		if (!c->options->nics[i].network[0] &&
		    c->nic[i].mtu > ENCAP_MTU_COST)
			t.most = c->nic[i].mtu - ENCAP_MTU_COST;
	if (!t.most)
		return;
	for (size_t i = 0; i < c->n_guests; i++)
		tally_add(&t, c->guests[i].name, c->guests[i].mtu);
	tally_bound(c, &t);
	if (t.n_large)
		check_add(c, CHECK_WARNING, GROUP, "guest_mtu", t.first,
			  "lower the guests' MTU, or give the underlay more",
			  "MTU %u; %zu of %zu guests have more than the %u "
			  "that tunnels leave: bigger IPv4 packets are "
			  "answered with ICMP, bigger IPv6 packets are lost",
			  t.first_mtu, t.n_large, t.n, t.most);
	else if (t.n)
		check_add(c, CHECK_OK, GROUP, "guest_mtu", NULL, NULL,
			  "no guest of %zu has an MTU of more than %u", t.n,
			  t.most);
}
