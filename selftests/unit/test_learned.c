// SPDX-License-Identifier: GPL-2.0-only
/* MAC_Binding and FDB rows: reading them, and what a load from files makes of
 * them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/engine.h"
#include "network.h"
#include "rows.h"

static void add_mac(struct ovsdb *db, uint32_t number, const char *ip,
		    const char *mac)
{
	struct ovsdb_row *row = rows_add(db, "MAC_Binding", number);

	rows_set(row, "logical_port", "\"lrp1\"");
	rows_set(row, "ip", "\"%s\"", ip);
	rows_set(row, "mac", "\"%s\"", mac);
}

static void add_fdb(struct ovsdb *db, uint32_t number, const char *mac,
		    int64_t datapath, int64_t port)
{
	struct ovsdb_row *row = rows_add(db, "FDB", number);

	rows_set(row, "mac", "\"%s\"", mac);
	rows_set(row, "dp_key", "%lld", (long long)datapath);
	rows_set(row, "port_key", "%lld", (long long)port);
}

/* Other chassis write these: IPv6, and what is damaged, is passed over. */
static void test_read(void **state)
{
	struct ovsdb *db = rows_new(engine_sb_filter);
	struct placement p;
	struct error e = {};

	(void)state;
	add_mac(db, 1, "10.0.0.9", "02:00:00:00:00:09");
	add_mac(db, 2, "fe80::1", "02:00:00:00:00:09");
	add_mac(db, 3, "10.0.0.10", "");
	add_fdb(db, 1, "02:00:00:00:00:08", 7, 3);
	add_fdb(db, 2, "02:00:00:00:00:07", 1 << 24, 3);
	add_fdb(db, 3, "02:00:00:00:00:07", 7, 0);
	add_fdb(db, 4, "02:00:00:00:00", 7, 3);
	rows_finish(db);
	assert_int_equal(0, placement_read_sb(db, &p, &e));
	assert_int_equal(1, p.n_neighbors);
	assert_string_equal("lrp1", p.neighbors[0].lrp);
	net_assert_ip(p.neighbors[0].ip, "10.0.0.9");
	net_assert_mac(p.neighbors[0].mac, "02:00:00:00:00:09");
	assert_int_equal(1, p.n_fdb);
	assert_int_equal(7, p.fdb[0].datapath_key);
	assert_int_equal(3, p.fdb[0].port_key);
	net_assert_mac(p.fdb[0].mac, "02:00:00:00:00:08");
	placement_free(&p);
	ovsdb_free(db);
}

/* A file must be right; of a live database the rest is used. */
static void test_left_out(void **state)
{
	struct ovsdb *db = rows_new(engine_sb_filter);
	static const uint32_t datapath = 1;
	struct placement p;
	struct error e = {};
	struct ovsdb_row *row;

	(void)state;
	row = rows_add(db, "Datapath_Binding", 1);
	rows_set(row, "tunnel_key", "4");
	rows_set(row, "external_ids", "[\"map\",[[\"logical-switch\",\"a\"]]]");
	row = rows_add(db, "Datapath_Binding", 2);
	rows_set(row, "tunnel_key", "16777216");
	rows_set(row, "external_ids", "[\"map\",[[\"logical-switch\",\"b\"]]]");
	row = rows_add(db, "Port_Binding", 1);
	rows_set(row, "logical_port", "\"good\"");
	rows_set(row, "tunnel_key", "9");
	rows_set_uuids(db, row, "datapath", "Datapath_Binding", &datapath, 1);
	row = rows_add(db, "Port_Binding", 2);
	rows_set(row, "logical_port", "\"lost\"");
	rows_set(row, "tunnel_key", "9");
	row = rows_add(db, "Port_Binding", 3);
	rows_set(row, "logical_port", "\"none\"");
	rows_set(row, "tunnel_key", "0");
	rows_set_uuids(db, row, "datapath", "Datapath_Binding", &datapath, 1);
	rows_finish(db);
	assert_int_equal(-EINVAL, placement_read_sb(db, &p, &e));
	assert_int_equal(0, placement_read_live(db, NULL, &p, &e));
	assert_int_equal(3, p.n_skipped);
	assert_non_null(strstr(p.skipped, "16777216"));
	assert_int_equal(2, p.n_keys);
	assert_string_equal("a", p.keys[0].name);
	assert_string_equal("good", p.keys[1].name);
	assert_int_equal(4, p.keys[1].datapath_key);
	assert_int_equal(9, p.keys[1].port_key);
	placement_free(&p);
	ovsdb_free(db);
}

static void add_neighbor(struct placement *p, const char *lrp, uint8_t host)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 0x77};
	struct placement_neighbor *n;

	p->neighbors = realloc(p->neighbors,
			       (p->n_neighbors + 1) * sizeof(*p->neighbors));
	assert_non_null(p->neighbors);
	n = &p->neighbors[p->n_neighbors++];
	n->lrp = strdup(lrp);
	memcpy(n->ip, ((uint8_t[]){10, 0, 0, host}), 4);
	memcpy(n->mac, mac, 6);
}

/* xovn load --sb: as in a live database, but for the flag, which routes of
 * other ports need not carry. */
static void test_load(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_router *r;
	struct nb_switch *sw;

	(void)state;
	net_init(&n);
	net_chassis(&n, "node1", "", "192.0.2.1");
	r = net_router(&n, "lr1");
	net_lrp(r, "lrp1", "02:ff:00:00:00:01", "10.0.0.1/24");
	net_lrp(r, "lrp2", "02:ff:00:00:00:02", "10.0.2.1/24");
	sw = net_switch(&n, "ls1");
	net_router_lsp(sw, "rp1", "lrp1", "router");
	net_vif(sw, "vm1", "02:00:00:00:00:01 10.0.0.2");
	net_place(&n, 0, "vm1");
	add_neighbor(&n.placement, "lrp1", 2);
	add_neighbor(&n.placement, "lrp1", 9);
	add_neighbor(&n.placement, "nobody", 9);
	net_compile(&n, "node1", &out);
	net_assert_mac(net_neighbor(&out, "lrp1", "10.0.0.2")->mac,
		       "02:00:00:00:00:01");
	net_assert_mac(net_neighbor(&out, "lrp1", "10.0.0.9")->mac,
		       "02:00:00:00:00:77");
	assert_int_equal(2, out.image.table[IMAGE_NEIGHBOR].n);
	assert_true(net_lrp_val(&out, "lrp1")->flags & LRP_F_STATIC_NEIGHBORS);
	assert_false(net_lrp_val(&out, "lrp2")->flags & LRP_F_STATIC_NEIGHBORS);
	compile_output_free(&out);
	net_free(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
