// SPDX-License-Identifier: GPL-2.0-only
/* Interfaces of xovn start, one after the other. */
#include <bpf/bpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/attach.h"
#include "cmd/start.h"
#include "sync/attachment.h"
#include "sync/bind.h"
#include "sync/iface.h"

struct start {
	struct state *s;
	const struct host_config *c;
	bool is_dry;
	struct compile_binding *bindings; /* before, by LSP */
	size_t n_bindings;
	struct start_result *result;
	struct error *e;
};

/* One line, and what of it the kernel has. */
struct item {
	const struct host_iface *want;
	uint32_t ifindex;
	char target[XOVN_NAME_LEN]; /* network or LSP as maps have it */
	bool has_own, has_other;
	struct attachment own; /* of the interface */
	struct attachment other; /* another one in its role */
	char own_lsp[XOVN_NAME_LEN]; /* bound to the interface, "": none */
};

static int compare_lsps(const void *a, const void *b)
{
	const struct compile_binding *x = a, *y = b;

	return strncmp(x->lsp, y->lsp, XOVN_NAME_LEN);
}

static bool lsp_of(const struct state *s, uint32_t ifindex,
		   char lsp[XOVN_NAME_LEN])
{
	struct vif_key key = {ifindex};
	struct vif_val vif;

	lsp[0] = '\0';
	if (bpf_map_lookup_elem(s->map_fd[IMAGE_VIF], &key, &vif))
		return false;
	memcpy(lsp, vif.name, XOVN_NAME_LEN);
	return true;
}

static bool is_live(const struct start *st, const struct attachment *a)
{
	return !attachment_is_gone(st->s, a);
}

/* Who has the LSP now: bindings may have moved since they were read. */
static bool find_bound(const struct start *st, const char *lsp,
		       struct attachment *a)
{
	struct compile_binding key = {0}, *b;
	char now[XOVN_NAME_LEN];

	memcpy(key.lsp, lsp, XOVN_NAME_LEN);
	b = st->n_bindings ? bsearch(&key, st->bindings, st->n_bindings,
				     sizeof(key), compare_lsps) :
			     NULL;
	return b && lsp_of(st->s, b->ifindex, now) &&
	       !strncmp(now, lsp, XOVN_NAME_LEN) &&
	       !attachment_find(st->s, b->ifindex, a);
}

static bool find_other(const struct start *st, const struct item *i,
		       struct attachment *a)
{
	switch (i->want->role) {
	case HOST_UNDERLAY:
		return !attachment_find_underlay(st->s, a);
	case HOST_LOCALNET:
		return !attachment_find_network(st->s, i->target, a);
	case HOST_VIF:
		return find_bound(st, i->target, a);
	}
	return false;
}

static void item_look(const struct start *st, struct item *i)
{
	i->ifindex = if_nametoindex(i->want->name);
	if (i->want->target)
		name_store(i->target, i->want->target);
	if (!i->ifindex)
		return;
	i->has_own = !attachment_find(st->s, i->ifindex, &i->own) &&
		     is_live(st, &i->own);
	i->has_other = find_other(st, i, &i->other) &&
		       i->other.ifindex != i->ifindex && is_live(st, &i->other);
	if (i->has_own && i->own.val.role == ATTACHMENT_VIF)
		lsp_of(st->s, i->ifindex, i->own_lsp);
}

static bool has_mode(const struct item *i)
{
	return i->want->mode == ATTACH_AUTO ||
	       (i->want->mode == ATTACH_NATIVE) ==
		       (i->own.val.mode == ATTACHMENT_NATIVE);
}

static bool is_as_wanted(const struct item *i)
{
	if (!i->has_own)
		return false;
	switch (i->want->role) {
	case HOST_UNDERLAY:
		return attachment_is_underlay(&i->own.val) && has_mode(i);
	case HOST_LOCALNET:
		return attachment_is_localnet(&i->own.val) && has_mode(i) &&
		       !strncmp(i->own.val.network, i->target, XOVN_NAME_LEN);
	case HOST_VIF:
		return !strncmp(i->own_lsp, i->target, XOVN_NAME_LEN);
	}
	return false;
}

static int item_do(struct start *st, const struct item *i, struct error *e)
{
	const struct attach_request request = {
		.network = i->want->target,
		.mode = i->want->mode,
		.is_silent = st->c->host.apply.is_silent,
	};
	int err;

	if (i->want->role != HOST_VIF)
		return attach_and_say(st->s, i->want->name, &request, e);
	err = bind_iface(st->s, i->want->name, i->want->target, e);
	if (!err)
		printf("xovn: bind: %s is %s\n", i->want->name,
		       i->want->target);
	return err;
}

static int unbind_and_say(struct start *st, const char *ifname, struct error *e)
{
	char lsp[XOVN_NAME_LEN];
	int err = unbind_iface(st->s, ifname, lsp, e);

	if (!err)
		printf("xovn: unbind: %s is %s no more\n", ifname, lsp);
	return err;
}

static int leave_and_say(struct start *st, const struct attachment *a,
			 bool is_underlay, struct error *e)
{
	int err = detach_role(st->s, a, is_underlay, e);

	if (!err)
		printf("xovn: detach: %s: %s%s no more\n", a->val.ifname,
		       is_underlay ? "underlay" : "localnet ",
		       is_underlay ? "" : a->val.network);
	return err;
}

/* What stands in the way of the line, at its interface and at another. */
static int item_clear(struct start *st, const struct item *i, struct error *e)
{
	bool is_underlay = i->want->role == HOST_UNDERLAY;
	int err = 0;

	if (i->want->role == HOST_VIF) {
		if (i->has_own && i->own.val.role == ATTACHMENT_VIF)
			err = unbind_and_say(st, i->want->name, e);
		if (!err && i->has_other)
			err = unbind_and_say(st, i->other.val.ifname, e);
		return err;
	}
	if (i->has_own && i->own.val.role != ATTACHMENT_VIF && !has_mode(i)) {
		err = detach_iface(st->s, i->want->name, e);
		if (!err)
			printf("xovn: detach: %s\n", i->want->name);
	} else if (i->has_own && attachment_is_localnet(&i->own.val) &&
		   !is_underlay) {
		err = leave_and_say(st, &i->own, false, e);
	}
	if (!err && i->has_other)
		err = leave_and_say(st, &i->other, is_underlay, e);
	return err;
}

/* The line could not be done: what was in its way comes back. */
static void put_back(struct start *st, const struct attachment *a,
		     enum host_iface_role role, const char *target)
{
	struct host_iface before = {
		.role = role,
		.mode = a->val.mode == ATTACHMENT_NATIVE ? ATTACH_NATIVE :
							   ATTACH_TC,
	};
	struct item i = {.want = &before};
	struct error e;

	memcpy(before.name, a->val.ifname, sizeof(before.name));
	before.target = (char *)target;
	if (item_do(st, &i, &e))
		warning("%s: is not what it was, either: %s", before.name,
			e.text);
}

static void item_revert(struct start *st, const struct item *i)
{
	const struct attachment *own = &i->own, *other = &i->other;
	struct attachment now;

	if (i->has_own && attachment_find(st->s, i->ifindex, &now)) {
		if (own->val.role == ATTACHMENT_VIF)
			put_back(st, own, HOST_VIF, i->own_lsp);
		if (attachment_is_underlay(&own->val))
			put_back(st, own, HOST_UNDERLAY, NULL);
		if (attachment_is_localnet(&own->val))
			put_back(st, own, HOST_LOCALNET, own->val.network);
	}
	if (i->has_other)
		put_back(st, other, i->want->role, i->want->target);
}

/* A cause that can be seen now is one for leaving what is there alone. */
static int item_check(const struct start *st, const struct item *i,
		      struct error *e)
{
	struct iface iface;
	struct netlink nl;
	int err;

	/* what a dry run would have loaded is not there to look at */
	if (i->want->role == HOST_VIF)
		return st->is_dry ? 0 : bind_check(st->s, i->want->target, e);
	err = netlink_open(&nl);
	if (err)
		return error_set(e, -err, "netlink: %s", strerror(-err));
	err = iface_find(&nl, i->want->name, &iface, e);
	netlink_close(&nl);
	if (!err && !iface.is_up)
		err = error_set(e, ENETDOWN, "%s: is down; ip link set %s up",
				i->want->name, i->want->name);
	return err;
}

static void say_wanted(const struct item *i)
{
	static const char *const what[] = {
		[HOST_UNDERLAY] = "attached as underlay",
		[HOST_LOCALNET] = "attached as localnet ",
		[HOST_VIF] = "bound to ",
	};

	printf("xovn: start: %s: would be %s%s\n", i->want->name,
	       what[i->want->role], i->want->target ? i->want->target : "");
}

static void failed(struct start *st, const struct error *e)
{
	struct start_result *r = st->result;

	if (!r->n_failed++)
		r->first = *e;
	else
		warning("%s", e->text);
}

static void item_run(struct start *st, const struct host_iface *want)
{
	struct item i = {.want = want};
	struct error e, ignored;
	int err;

	item_look(st, &i);
	if (!i.ifindex && want->role == HOST_VIF) {
		st->result->n_waiting++;
		warning("%s: is not there yet; start again, or xovn bind %s "
			"%s, once it is",
			want->name, want->name, want->target);
		return;
	}
	if (is_as_wanted(&i))
		return;
	err = item_check(st, &i, &e);
	if (!err && st->is_dry) {
		say_wanted(&i);
		return;
	}
	if (!err) {
		err = item_clear(st, &i, &e);
		if (!err)
			err = item_do(st, &i, &e);
		if (err)
			item_revert(st, &i);
		if (err && state_is_changing(st->s))
			state_end_change(st->s, &ignored);
	}
	if (err)
		failed(st, &e);
}

int start_ifaces(struct state *s, const struct host_config *c, bool is_dry,
		 struct start_result *r, struct error *e)
{
	struct start st = {
		.s = s, .c = c, .is_dry = is_dry, .result = r, .e = e};
	size_t n_gone;
	int err = bindings_read(s, &st.bindings, &st.n_bindings, &n_gone, e);

	if (!err && st.n_bindings)
		qsort(st.bindings, st.n_bindings, sizeof(*st.bindings),
		      compare_lsps);
	for (size_t i = 0; i < c->snapshot.n_ifaces && !err; i++)
		item_run(&st, &c->snapshot.ifaces[i]);
	free(st.bindings);
	return err;
}
