// SPDX-License-Identifier: GPL-2.0-only
/*
 * NAT of gateway routers on this chassis: tables nat, snat, nat_set, router,
 * and whom their external addresses concern.  OVN ignores NAT rows of routers
 * that are on every chassis.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "tables.h"

struct nat_notes {
	struct note_group distributed, gateway_port, force;
	struct note_group both_sets;
	struct note_group same_external, same_logical;
};

/* Address sets in use, sorted by uuid; key is the set's number. */
struct nat_sets {
	struct key_request *rows;
	size_t n;
};

struct nat_context {
	struct tables *c;
	struct nat_sets sets;
	struct nat_notes notes;
};

static bool has_force_snat(const struct nb_force_snat *force)
{
	return force->is_router_ip || force->has_ip;
}

int tables_flag_nat(struct tables *c)
{
	for (size_t i = 0; i < c->t->n_routers; i++) {
		const struct topo_router *r = &c->t->routers[i];

		for (size_t j = 0; r->nb->neighbor_age && j < r->n_ports; j++)
			r->ports[j].flags |= LRP_F_AGES;
		if (!router_is_gateway_here(c->t, r))
			continue;
		if (!r->nb->n_nats &&
		    !has_force_snat(&r->nb->dnat_force_snat) &&
		    !has_force_snat(&r->nb->lb_force_snat))
			continue;
		for (size_t j = 0; j < r->n_ports; j++)
			r->ports[j].flags |= LRP_F_CT;
	}
	return 0;
}

static bool has_set(const struct nb_ip_set *set)
{
	return set->uuid[0];
}

static int compare_request(const void *a, const void *b)
{
	const struct key_request *x = a, *y = b;

	return strcmp(x->uuid, y->uuid);
}

/* Every set that a row names, once. */
static int find_sets(struct nat_context *n)
{
	static const struct key_space space = {"Address_Set", "the NAT table",
					       TABLE_ID_MAX, TABLE_ID_MAX};
	const struct topology *t = n->c->t;
	struct nat_sets *sets = &n->sets;
	size_t n_rows = 0, n_found = 0;
	int ret;

	for (size_t i = 0; i < t->n_routers; i++)
		n_rows += t->routers[i].nb->n_nats;
	sets->rows = calloc(2 * n_rows + 1, sizeof(*sets->rows));
	if (!sets->rows)
		return error_set(n->c->e, ENOMEM, "out of memory");
	for (size_t i = 0; i < t->n_routers; i++) {
		const struct nb_router *r = t->routers[i].nb;

		if (!router_is_gateway_here(t, &t->routers[i]))
			continue;
		for (size_t j = 0; j < r->n_nats; j++) {
			const struct nb_nat *nat = &r->nats[j];

			if (has_set(&nat->allowed))
				sets->rows[n_found++].uuid = nat->allowed.uuid;
			if (has_set(&nat->exempted))
				sets->rows[n_found++].uuid = nat->exempted.uuid;
		}
	}
	qsort(sets->rows, n_found, sizeof(*sets->rows), compare_request);
	for (size_t i = 0; i < n_found; i++)
		if (!i || strcmp(sets->rows[i].uuid, sets->rows[i - 1].uuid))
			sets->rows[sets->n++].uuid = sets->rows[i].uuid;
	for (size_t i = 0; i < sets->n; i++)
		sets->rows[i].name = sets->rows[i].uuid;
	ret = keys_assign(sets->rows, sets->n, &space, n->c->e);
	n->c->has_moved_ids |= !ret && keys_moved(sets->rows, sets->n, &space);
	return ret;
}

static uint32_t set_number(const struct nat_context *n,
			   const struct nb_ip_set *set)
{
	const struct key_request want = {.uuid = set->uuid};
	const struct key_request *found = bsearch(
		&want, n->sets.rows, n->sets.n, sizeof(want), compare_request);

	return found->key;
}

/* A row with the peers it is for: enum nat_flag and the number of a set. */
struct rule {
	const struct nb_nat *nb;
	uint32_t flags;
	const struct nb_ip_set *members; /* or NULL */
	uint32_t set;
	uint8_t shorter;
};

/* The members of the rule's set go to nat_set, once for all that name it. */
static int add_set(struct nat_context *n, const struct topo_router *r,
		   const struct rule *rule)
{
	const struct nb_ip_set *set = rule->members;
	const struct nat_set_val val = {.is_member = 1};
	int ret = 0;

	if (!set || !tables_want(n->c, r->key))
		return 0;
	for (size_t i = 0; i < set->n_ip4; i++) {
		const struct nb_ip4 *ip = &set->ip4[i];
		struct nat_set_key key = {.prefixlen = 32 + ip->plen,
					  .set = rule->set};

		ip4_put(key.ip, ip4_get(ip->addr) & ip4_mask(ip->plen));
		ret = tables_add(n->c, IMAGE_NAT_SET, &key, &val, NULL);
		/* All of it was added for another row. */
		if (ret == -EEXIST)
			ret = 0;
		if (ret)
			break;
	}
	return ret;
}

static void rule_init(const struct nat_context *n, struct rule *rule,
		      const struct nb_nat *nb)
{
	*rule = (struct rule){.nb = nb, .shorter = SNAT_NO_SHORTER};
	if (nb->stateless)
		rule->flags |= NAT_F_STATELESS;
	if (has_set(&nb->allowed)) {
		rule->flags |= NAT_F_ALLOWED;
		rule->members = &nb->allowed;
	} else if (has_set(&nb->exempted)) {
		rule->flags |= NAT_F_EXEMPTED;
		rule->members = &nb->exempted;
	}
	if (rule->members)
		rule->set = set_number(n, rule->members);
}

static int add_dnat(struct nat_context *n, const struct topo_router *r,
		    const struct rule *rule)
{
	const struct nb_nat *nb = rule->nb;
	const uint8_t *ip = nb->external_ip;
	struct nat_key key = {.datapath = r->key};
	struct nat_val val = {
		.flags = rule->flags | NAT_F_DNAT,
		.set = rule->set,
		.port_first = nb->port_first,
		.port_last = nb->port_last,
	};
	int ret;

	memcpy(key.ip, ip, sizeof(key.ip));
	memcpy(val.logical_ip, nb->logical_ip.addr, sizeof(val.logical_ip));
	ret = tables_add(n->c, IMAGE_NAT, &key, &val, NULL);
	if (ret != -EEXIST)
		return ret ? ret : add_set(n, r, rule);
	note_group_add(&n->notes.same_external, "%s %u.%u.%u.%u (%s)",
		       r->nb->name, ip[0], ip[1], ip[2], ip[3], nb->uuid);
	return 0;
}

static int add_snat(struct nat_context *n, const struct topo_router *r,
		    const struct rule *rule)
{
	const struct nb_nat *nb = rule->nb;
	const struct nb_ip4 *ip = &nb->logical_ip;
	struct snat_key key = {.prefixlen = 32 + ip->plen, .datapath = r->key};
	struct snat_val val = {
		.flags = rule->flags,
		.set = rule->set,
		.port_first = nb->port_first,
		.port_last = nb->port_last,
		.shorter = rule->shorter,
	};
	struct nat_key external = {.datapath = r->key};
	const struct nat_val only_snat = {};
	int ret;

	memcpy(key.ip, ip->addr, sizeof(key.ip));
	memcpy(val.external_ip, nb->external_ip, sizeof(val.external_ip));
	memcpy(external.ip, nb->external_ip, sizeof(external.ip));
	ret = tables_add(n->c, IMAGE_SNAT, &key, &val, NULL);
	if (ret == -EEXIST) {
		note_group_add(&n->notes.same_logical, "%s %u.%u.%u.%u/%u (%s)",
			       r->nb->name, ip->addr[0], ip->addr[1],
			       ip->addr[2], ip->addr[3], ip->plen, nb->uuid);
		return 0;
	}
	if (!ret)
		ret = add_set(n, r, rule);
	if (ret)
		return ret;
	ret = tables_add(n->c, IMAGE_NAT, &external, &only_snat, NULL);
	return ret == -EEXIST ? 0 : ret;
}

/* The router answers for the address on every port, and announces it. */
static int add_external_ip(struct tables *c, const struct topo_router *r,
			   const uint8_t ip[4])
{
	struct router_ip_key key = {.datapath = r->key};
	struct router_ip_val val = {.kind = ROUTER_IP_NAT};
	int ret;

	memcpy(key.ip, ip, sizeof(key.ip));
	ret = tables_add(c, IMAGE_ROUTER_IP, &key, &val, NULL);
	if (ret == -EEXIST)
		ret = 0;
	for (size_t i = 0; !ret && i < r->n_ports; i++) {
		const struct topo_lrp *lrp = &r->ports[i];

		ret = tables_add_router_arp(c, lrp, ip);
		if (!ret && lrp->lsp && lrp->lsp->nb->announces_nat)
			ret = tables_add_garp(c, lrp->lsp, lrp->nb->mac, ip);
	}
	return ret;
}

static int compare_uuid(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;

	return strcmp(x->nb->uuid, y->nb->uuid);
}

/* By logical_ip, the shorter prefix first, then as they were. */
static int compare_logical(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;
	int ret = memcmp(x->nb->logical_ip.addr, y->nb->logical_ip.addr, 4);

	if (!ret)
		ret = x->nb->logical_ip.plen - y->nb->logical_ip.plen;
	return ret ? ret : compare_uuid(a, b);
}

static bool prefix_contains(const struct nb_ip4 *outer,
			    const struct nb_ip4 *inner)
{
	return outer->plen < inner->plen &&
	       !((ip4_get(outer->addr) ^ ip4_get(inner->addr)) &
		 ip4_mask(outer->plen));
}

/* Rules with allowed_ext_ips pass peers of others on to the next shorter one:
 * in OVN the match of such a flow names the peers, and one of lower priority
 * takes the rest.  Sorted, what contains a prefix stands before it. */
static void find_shorter(struct rule *rules, size_t n)
{
	const struct nb_ip4 *open[33];
	size_t depth = 0;

	for (size_t i = 0; i < n; i++) {
		const struct nb_ip4 *ip = &rules[i].nb->logical_ip;

		while (depth && !prefix_contains(open[depth - 1], ip))
			depth--;
		if (depth && rules[i].flags & NAT_F_ALLOWED)
			rules[i].shorter = open[depth - 1]->plen;
		open[depth++] = ip;
	}
}

static int add_rules(struct nat_context *n, const struct topo_router *r,
		     struct rule *rules, size_t n_rules)
{
	int ret = 0;

	/* DNAT first: an address that is SNATed to as well keeps it. */
	for (size_t i = 0; !ret && i < n_rules; i++)
		if (rules[i].nb->type != NB_NAT_SNAT)
			ret = add_dnat(n, r, &rules[i]);
	for (size_t i = 0; !ret && i < n_rules; i++)
		ret = add_external_ip(n->c, r, rules[i].nb->external_ip);
	if (ret)
		return ret;
	/* Only what SNATs stays. */
	for (size_t i = n_rules, kept = n_rules = 0; kept < i; kept++)
		if (rules[kept].nb->type != NB_NAT_DNAT)
			rules[n_rules++] = rules[kept];
	qsort(rules, n_rules, sizeof(*rules), compare_logical);
	find_shorter(rules, n_rules);
	for (size_t i = 0; !ret && i < n_rules; i++)
		ret = add_snat(n, r, &rules[i]);
	return ret;
}

static int add_router_nat(struct nat_context *n, const struct topo_router *r)
{
	struct rule *rules = calloc(r->nb->n_nats + 1, sizeof(*rules));
	size_t n_rules = 0;
	int ret = 0;

	if (!rules)
		return error_set(n->c->e, ENOMEM, "out of memory");
	for (size_t i = 0; i < r->nb->n_nats; i++)
		rules[i].nb = &r->nb->nats[i];
	qsort(rules, r->nb->n_nats, sizeof(*rules), compare_uuid);
	for (size_t i = 0; i < r->nb->n_nats; i++) {
		const struct nb_nat *nb = rules[i].nb;

		if (nat_is_ignored(nb))
			note_group_add(&n->notes.both_sets, "%s (%s)",
				       r->nb->name, nb->uuid);
		else
			rule_init(n, &rules[n_rules++], nb);
	}
	ret = add_rules(n, r, rules, n_rules);
	free(rules);
	return ret;
}

static int add_options(struct nat_context *n, const struct topo_router *r)
{
	const struct nb_force_snat *dnat = &r->nb->dnat_force_snat;
	const struct nb_force_snat *lb = &r->nb->lb_force_snat;
	static const struct router_val none;
	struct router_val val = {.neighbor_age = r->nb->neighbor_age};
	struct datapath_key key = {.datapath = r->key};

	if (!r->is_gateway && (has_force_snat(dnat) || has_force_snat(lb)))
		note_group_add(&n->notes.force, "%s", r->nb->name);
	if (r->is_gateway) {
		if (dnat->is_router_ip)
			val.flags |= ROUTER_F_DNAT_FORCE_ROUTER_IP;
		else if (dnat->has_ip)
			memcpy(val.dnat_force_snat_ip, dnat->ip, 4);
		if (lb->is_router_ip)
			val.flags |= ROUTER_F_LB_FORCE_ROUTER_IP;
		else if (lb->has_ip)
			memcpy(val.lb_force_snat_ip, lb->ip, 4);
	}
	if (!memcmp(&val, &none, sizeof(val)))
		return 0;
	return tables_add(n->c, IMAGE_ROUTER, &key, &val, NULL);
}

static int add_router(struct nat_context *n, const struct topo_router *r)
{
	int ret = 0;

	if (!r->is_gateway && r->nb->n_nats)
		note_group_add(r->has_distributed_gateway ?
				       &n->notes.gateway_port :
				       &n->notes.distributed,
			       "%s (%zu rows)", r->nb->name, r->nb->n_nats);
	if (!topo_router_is_here(n->c->t, r))
		return 0;
	ret = add_options(n, r);
	if (!ret && r->is_gateway)
		ret = add_router_nat(n, r);
	return ret;
}

static void finish_notes(struct nat_notes *n, struct notes *notes)
{
	note_group_finish(&n->distributed, notes,
			  "NAT of routers without options:chassis, which OVN "
			  "ignores, too");
	note_group_finish(&n->gateway_port, notes,
			  "NAT of routers with a distributed gateway port, "
			  "which is not honoured yet");
	note_group_finish(&n->force, notes,
			  "dnat_force_snat_ip or lb_force_snat_ip of routers "
			  "without options:chassis, which OVN ignores, too");
	note_group_finish(&n->both_sets, notes,
			  "NAT rows with both allowed_ext_ips and "
			  "exempted_ext_ips, which OVN ignores, too");
	note_group_finish(&n->same_external, notes,
			  "NAT rows whose external_ip another row of the "
			  "router translates already; the first by uuid is "
			  "used");
	note_group_finish(&n->same_logical, notes,
			  "NAT rows whose logical_ip another row of the router "
			  "translates already; the first by uuid is used");
}

int tables_add_nat(struct tables *c)
{
	struct nat_context n = {.c = c};
	int ret = find_sets(&n);

	for (size_t i = 0; !ret && i < c->t->n_routers; i++)
		ret = add_router(&n, &c->t->routers[i]);
	finish_notes(&n.notes, c->notes);
	free(n.sets.rows);
	return ret;
}
