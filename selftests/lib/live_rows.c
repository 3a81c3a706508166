// SPDX-License-Identifier: GPL-2.0-only
/* A changing network as rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/engine.h"
#include "live_net.h"

#define LONG                                                                   \
	"-and-a-name-that-is-longer-than-the-maps-have-any-room-for-by-far,"   \
	"-which-OVN-allows-as-Kubernetes-makes-names-of-namespaces-and-pods"
#define NAME_LEN 256

static const char *name_of(char name[NAME_LEN], const char *kind, uint32_t i)
{
	snprintf(name, NAME_LEN, "%s%u%s", kind, i, i % 9 ? "" : LONG);
	return name;
}

void live_lsp_name(char stored[XOVN_NAME_LEN], uint32_t lsp)
{
	char name[NAME_LEN];

	name_store(stored, name_of(name, "lsp", lsp));
}

/* Numbers of what is there and belongs to something. */
struct numbers {
	uint32_t list[4096];
	size_t n;
};

static struct numbers bits(uint32_t set, const struct live_lb *lbs)
{
	struct numbers out = {};

	for (uint32_t i = 0; i < 32; i++)
		if (set & 1u << i && (!lbs || lbs[i].is_there))
			out.list[out.n++] = i;
	return out;
}

static void set_numbers(struct ovsdb *db, struct ovsdb_row *row,
			const char *column, const char *table,
			const struct numbers *numbers)
{
	rows_set_uuids(db, row, column, table, numbers->list, numbers->n);
}

/* What switches and routers have alike. */
static void add_lbs(const struct live_net *n, struct ovsdb *db,
		    struct ovsdb_row *row, uint32_t lbs, uint32_t groups)
{
	struct numbers list = bits(lbs, n->lbs);

	set_numbers(db, row, "load_balancer", "Load_Balancer", &list);
	list = bits(groups, NULL);
	set_numbers(db, row, "load_balancer_group", "Load_Balancer_Group",
		    &list);
}

/* Collects the elements of a kind that are there and at that place. */
#define AT(out, n, kind, place)                                                \
	do {                                                                   \
		(out).n = 0;                                                   \
		for (uint32_t k_ = 0; k_ < (n)->size.kind; k_++)               \
			if ((n)->kind[k_].is_there &&                          \
			    (n)->kind[k_].at == (place))                       \
				(out).list[(out).n++] = k_;                    \
	} while (0)

static void add_switches(const struct live_net *n, struct ovsdb *db)
{
	struct numbers list;

	for (uint32_t i = 0; i < n->size.switches; i++) {
		const struct live_switch *s = &n->switches[i];
		struct ovsdb_row *row;

		if (!s->is_there)
			continue;
		row = rows_add(db, "Logical_Switch", i);
		rows_set(row, "name", "\"sw%u\"", i);
		AT(list, n, lsps, i);
		set_numbers(db, row, "ports", "Logical_Switch_Port", &list);
		add_lbs(n, db, row, s->lbs, s->groups);
	}
}

static void set_addresses(struct ovsdb_row *row, const struct live_net *n,
			  uint32_t i)
{
	const struct live_lsp *p = &n->lsps[i];
	/* Seldom another's MAC. */
	uint32_t mac = p->address < LIVE_OWN_MAC ? i : (i + 1) % n->size.lsps;
	uint32_t net = p->address % (n->size.lrps + 1);
	char text[128];

	snprintf(text, sizeof(text), "02:00:00:00:%02x:%02x %u.%u.0.%u",
		 mac >> 8, mac & 0xff, 10 + net / 200, net % 200, 2 + i % 200);
	rows_set(row, "addresses", "[\"set\",[\"%s\"%s]]", text,
		 p->is_unknown ? ",\"unknown\"" : "");
	if (p->is_secure)
		rows_set(row, "port_security", "\"%s\"", text);
}

static void add_lsps(const struct live_net *n, struct ovsdb *db)
{
	char name[NAME_LEN];

	for (uint32_t i = 0; i < n->size.lsps; i++) {
		const struct live_lsp *p = &n->lsps[i];
		struct ovsdb_row *row;

		/* Without a switch a row would not be there either. */
		if (!p->is_there || !n->switches[p->at].is_there)
			continue;
		row = rows_add(db, "Logical_Switch_Port", i);
		rows_set(row, "name", "\"%s\"", name_of(name, "lsp", i));
		if (p->is_disabled)
			rows_set(row, "enabled", "false");
		if (p->type == LIVE_VIF) {
			set_addresses(row, n, i);
		} else if (p->type == LIVE_ROUTER) {
			rows_set(row, "type", "\"router\"");
			rows_set(row, "addresses",
				 p->has_router_addresses ?
					 "\"router\"" :
					 "\"02:ff:00:00:00:%02x\"",
				 p->lrp & 0xff);
			rows_set(row, "options",
				 "[\"map\",[[\"router-port\",\"%s\"],"
				 "[\"nat-addresses\",\"router\"]]]",
				 name_of(name, "lrp", p->lrp));
		} else {
			rows_set(row, "type", "\"localnet\"");
			rows_set(row, "addresses", "\"unknown\"");
			rows_set(row, "tag", "%u", 10 * (p->network / 3));
			rows_set(row, "options",
				 "[\"map\",[[\"network_name\",\"phys%u\"]]]",
				 p->network % 3);
		}
	}
}

static void add_routers(const struct live_net *n, struct ovsdb *db)
{
	struct numbers list;

	for (uint32_t i = 0; i < n->size.routers; i++) {
		const struct live_router *r = &n->routers[i];
		struct ovsdb_row *row;
		char chassis[64] = "";

		if (!r->is_there)
			continue;
		row = rows_add(db, "Logical_Router", i);
		rows_set(row, "name", "\"lr%u\"", i);
		AT(list, n, lrps, i);
		set_numbers(db, row, "ports", "Logical_Router_Port", &list);
		AT(list, n, routes, i);
		set_numbers(db, row, "static_routes",
			    "Logical_Router_Static_Route", &list);
		AT(list, n, nats, i);
		set_numbers(db, row, "nat", "NAT", &list);
		add_lbs(n, db, row, r->lbs, r->groups);
		if (r->gateway)
			snprintf(chassis, sizeof(chassis),
				 ",[\"chassis\",\"node%u\"]", r->gateway);
		rows_set(row, "options",
			 "[\"map\",[[\"mac_binding_age_threshold\",\"%u\"]%s]]",
			 r->ages ? 60 : 0, chassis);
	}
}

static void add_lrps(const struct live_net *n, struct ovsdb *db)
{
	char name[NAME_LEN];

	for (uint32_t i = 0; i < n->size.lrps; i++) {
		const struct live_lrp *p = &n->lrps[i];
		struct ovsdb_row *row;

		if (!p->is_there || !n->routers[p->at].is_there)
			continue;
		row = rows_add(db, "Logical_Router_Port", i);
		rows_set(row, "name", "\"%s\"", name_of(name, "lrp", i));
		rows_set(row, "mac", "\"02:ff:00:00:00:%02x\"", i & 0xff);
		rows_set(row, "networks", "\"%u.%u.%u.1/%u\"", 10 + i / 200,
			 i % 200, p->address & 1, p->address & 2 ? 24 : 25);
		if (p->is_disabled)
			rows_set(row, "enabled", "false");
		if (p->peer)
			rows_set(row, "peer", "\"%s\"",
				 name_of(name, "lrp", p->peer - 1));
		if (p->table)
			rows_set(row, "options",
				 "[\"map\",[[\"route_table\",\"t1\"]]]");
	}
}

static void add_routes(const struct live_net *n, struct ovsdb *db)
{
	for (uint32_t i = 0; i < n->size.routes; i++) {
		const struct live_route *p = &n->routes[i];
		struct ovsdb_row *row;

		if (!p->is_there || !n->routers[p->at].is_there)
			continue;
		row = rows_add(db, "Logical_Router_Static_Route", i);
		rows_set(row, "ip_prefix", "\"192.168.%u.0/24\"", p->prefix);
		rows_set(row, "nexthop", "\"%u.%u.0.%u\"",
			 10 + p->nexthop / 200, p->nexthop % 200, 9 + i % 2);
		if (p->is_src)
			rows_set(row, "policy", "\"src-ip\"");
		if (p->table)
			rows_set(row, "route_table", "\"t1\"");
	}
}

static void add_nats(const struct live_net *n, struct ovsdb *db)
{
	static const char *const types[] = {"snat", "dnat", "dnat_and_snat"};

	for (uint32_t i = 0; i < n->size.nats; i++) {
		const struct live_nat *p = &n->nats[i];
		struct ovsdb_row *row;
		uint32_t set = (p->set - 1) / 2;

		if (!p->is_there || !n->routers[p->at].is_there)
			continue;
		row = rows_add(db, "NAT", i);
		rows_set(row, "type", "\"%s\"", types[p->type]);
		rows_set(row, "external_ip", "\"172.16.0.%u\"", p->external);
		rows_set(row, "logical_ip", "\"10.%u.0.%u%s\"", p->logical % 10,
			 p->type ? 2 + p->logical : 0, p->type ? "" : "/24");
		if (p->set)
			rows_set_uuids(db, row,
				       p->set % 2 ? "allowed_ext_ips" :
						    "exempted_ext_ips",
				       "Address_Set", &set, 1);
	}
	for (uint32_t i = 0; i < n->size.sets; i++) {
		struct ovsdb_row *row = rows_add(db, "Address_Set", i);

		rows_set(row, "name", "\"set%u\"", i);
		rows_set(row, "addresses",
			 "[\"set\",[\"203.0.113.%u\",\"198.51.100.0/%u\"]]",
			 n->sets[i], 24 + n->sets[i] % 2);
	}
}

static void set_vips(struct ovsdb_row *row, const struct live_lb *lb)
{
	char backends[256] = "", vip[256];
	size_t used = 0;

	for (uint32_t b = 0; b < 6; b++)
		if (lb->backends & 1u << b)
			used += snprintf(backends + used,
					 sizeof(backends) - used,
					 "%s10.%u.0.%u:8080", used ? "," : "",
					 b, 5 + b);
	snprintf(vip, sizeof(vip), "[\"10.9.0.%u:80\",\"%s\"]", lb->vips % 5,
		 backends);
	rows_set(row, "vips", "[\"map\",[%s%s]]", vip,
		 lb->vips & 32 ? ",[\"172.16.0.5:53\",\"10.1.0.5:53\"]" : "");
}

static void add_load_balancers(const struct live_net *n, struct ovsdb *db)
{
	static const char *const modes[] = {"all", "reachable", "none", "all"};

	for (uint32_t i = 0; i < n->size.lbs; i++) {
		const struct live_lb *lb = &n->lbs[i];
		struct ovsdb_row *row;

		if (!lb->is_there)
			continue;
		row = rows_add(db, "Load_Balancer", i);
		rows_set(row, "name", "\"lb%u\"", i);
		rows_set(row, "protocol", "\"tcp\"");
		set_vips(row, lb);
		rows_set(row, "options",
			 "[\"map\",[[\"reject\",\"%s\"],"
			 "[\"neighbor_responder\",\"%s\"]]]",
			 lb->options & 4 ? "true" : "false",
			 modes[lb->options & 3]);
	}
	for (uint32_t i = 0; i < n->size.groups; i++) {
		struct ovsdb_row *row = rows_add(db, "Load_Balancer_Group", i);
		struct numbers list = bits(n->groups[i], n->lbs);

		rows_set(row, "name", "\"group%u\"", i);
		set_numbers(db, row, "load_balancer", "Load_Balancer", &list);
	}
}

struct ovsdb *live_nb(const struct live_net *n)
{
	struct ovsdb *db = rows_new(engine_nb_filter);

	add_switches(n, db);
	add_lsps(n, db);
	add_routers(n, db);
	add_lrps(n, db);
	add_routes(n, db);
	add_nats(n, db);
	add_load_balancers(n, db);
	rows_finish(db);
	return db;
}

static void add_datapath(struct ovsdb *db, const struct ovsdb *like,
			 const char *table, const char *id, uint32_t i,
			 uint32_t number, uint32_t key)
{
	struct ovsdb_row *row = rows_add(db, "Datapath_Binding", number);
	uint8_t uuid[16];
	char text[37];

	rows_uuid(like, table, i, uuid);
	ovsdb_uuid_format(uuid, text);
	rows_set(row, "tunnel_key", "%u", key);
	rows_set(row, "external_ids", "[\"map\",[[\"%s\",\"%s\"]]]", id, text);
}

#define ROUTER_NUMBER 100000

static void add_port(struct ovsdb *db, const char *name, uint32_t number,
		     uint32_t datapath, uint32_t key, uint32_t chassis,
		     const char *type)
{
	struct ovsdb_row *row = rows_add(db, "Port_Binding", number);
	uint32_t at = chassis - 1;

	rows_set(row, "logical_port", "\"%s\"", name);
	rows_set(row, "type", "\"%s\"", type);
	rows_set(row, "tunnel_key", "%u", key);
	rows_set_uuids(db, row, "datapath", "Datapath_Binding", &datapath, 1);
	rows_set(row, "up", "%s", chassis ? "true" : "false");
	if (chassis)
		rows_set_uuids(db, row, "chassis", "Chassis", &at, 1);
}

static void add_ports(const struct live_net *n, struct ovsdb *db)
{
	char name[NAME_LEN];

	for (uint32_t i = 0; i < n->size.lsps; i++) {
		const struct live_lsp *p = &n->lsps[i];
		uint32_t chassis = p->chassis;

		if (!p->is_there || !p->is_bound ||
		    !n->switches[p->at].is_bound)
			continue;
		if (p->type != LIVE_VIF || (chassis && !n->encaps[chassis - 1]))
			chassis = 0;
		add_port(db, name_of(name, "lsp", i), i, p->at, p->key, chassis,
			 p->type == LIVE_VIF	  ? "" :
			 p->type == LIVE_LOCALNET ? "localnet" :
						    "patch");
	}
	for (uint32_t i = 0; i < n->size.lrps; i++) {
		const struct live_lrp *p = &n->lrps[i];

		if (p->is_there && p->is_bound && n->routers[p->at].is_bound)
			add_port(db, name_of(name, "lrp", i), ROUTER_NUMBER + i,
				 ROUTER_NUMBER + p->at, p->key, 0, "patch");
	}
}

static void add_learned(const struct live_net *n, struct ovsdb *db)
{
	char name[NAME_LEN];

	for (uint32_t i = 0; i < n->size.macs; i++) {
		const struct live_mac *m = &n->macs[i];
		struct ovsdb_row *row;
		bool is_twice = false;

		/* (logical_port, ip) is an index of the table. */
		for (uint32_t j = 0; j < i; j++)
			is_twice |= n->macs[j].is_there &&
				    n->macs[j].lrp == m->lrp &&
				    n->macs[j].ip == m->ip;
		if (!m->is_there || is_twice)
			continue;
		row = rows_add(db, "MAC_Binding", i);
		rows_set(row, "logical_port", "\"%s\"",
			 name_of(name, "lrp", m->lrp));
		rows_set(row, "ip", "\"10.%u.0.%u\"", m->lrp, 2 + m->ip);
		rows_set(row, "mac", "\"02:aa:00:00:00:%02x\"", m->mac);
	}
	for (uint32_t i = 0; i < n->size.fdbs; i++) {
		const struct live_fdb *f = &n->fdbs[i];
		bool is_twice = false;
		struct ovsdb_row *row;

		for (uint32_t j = 0; j < i; j++)
			is_twice |= n->fdbs[j].is_there &&
				    n->fdbs[j].sw == f->sw &&
				    n->fdbs[j].mac == f->mac;
		if (!f->is_there || is_twice)
			continue;
		row = rows_add(db, "FDB", i);
		rows_set(row, "mac", "\"02:00:00:00:%02x:%02x\"", f->mac >> 8,
			 f->mac & 0xff);
		rows_set(row, "dp_key", "%u", n->switches[f->sw].key);
		rows_set(row, "port_key", "%u", n->lsps[f->lsp].key);
	}
}

struct ovsdb *live_sb(const struct live_net *n)
{
	struct ovsdb *db = rows_new(engine_sb_filter);
	struct ovsdb *like = rows_new(engine_nb_filter);

	for (uint32_t i = 0; i < n->size.chassis; i++) {
		struct ovsdb_row *row;

		if (!n->encaps[i])
			continue;
		row = rows_add(db, "Chassis", i);
		rows_set(row, "name", "\"node%u\"", i + 1);
		rows_set_uuids(db, row, "encaps", "Encap", &i, 1);
		row = rows_add(db, "Encap", i);
		rows_set(row, "type", "\"geneve\"");
		rows_set(row, "ip", "\"192.0.%u.%u\"", i, n->encaps[i]);
	}
	for (uint32_t i = 0; i < n->size.switches; i++)
		if (n->switches[i].is_bound)
			add_datapath(db, like, "Logical_Switch",
				     "logical-switch", i, i,
				     n->switches[i].key);
	for (uint32_t i = 0; i < n->size.routers; i++)
		if (n->routers[i].is_bound)
			add_datapath(db, like, "Logical_Router",
				     "logical-router", i, ROUTER_NUMBER + i,
				     n->routers[i].key);
	add_ports(n, db);
	add_learned(n, db);
	rows_finish(db);
	ovsdb_free(like);
	return db;
}
