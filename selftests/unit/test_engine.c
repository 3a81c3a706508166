// SPDX-License-Identifier: GPL-2.0-only
/* A switch, its router and two guests: what the engine makes of a Southbound
 * database, and when it waits. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/core.h"
#include "engine/engine.h"
#include "live_net.h"
#include "network.h"

#define SWITCH 0
#define ROUTER 0
#define GUEST 1 /* LSP 0 leads to LRP 0 */
#define OTHER 2
#define SWITCH_KEY 1
#define ROUTER_KEY 5001

struct test {
	struct live_net net;
	struct core *core;
	struct ovsdb *nb, *sb;
	struct core_result result;
	struct error e;
	int ret;
};

static void start(struct test *t)
{
	static const struct live_sizes sizes = {
		.switches = 2,
		.routers = 1,
		.lsps = 3,
		.lrps = 1,
		.macs = 3,
		.fdbs = 3,
		.bindings = 1,
		.chassis = 2,
	};
	uint32_t address[] = {0, 0, 0};

	memset(t, 0, sizeof(*t));
	t->core = core_new();
	assert_non_null(t->core);
	srandom(1);
	live_init(&t->net, &sizes);
	for (uint32_t i = 0; i < 3; i++)
		t->net.lsps[i] = (struct live_lsp){
			.is_there = true,
			.is_bound = true,
			.type = i ? LIVE_VIF : LIVE_ROUTER,
			.key = 1 + i,
			.address = address[i],
			.chassis = i,
			.is_unknown = i == OTHER,
		};
	t->net.macs[0].mac = t->net.macs[1].mac = t->net.macs[2].mac = 0x55;
}

/* Compiles, and keeps it if that went well. */
static void update(struct test *t)
{
	struct ovsdb *nb = live_nb(&t->net), *sb = live_sb(&t->net);
	const struct ovsdb_change **of_nb = NULL, **of_sb = NULL, *both[64];
	struct core_input in = {
		.nb = nb,
		.sb = sb,
		.changes = both,
		.chassis = "node1",
		.bindings = t->net.bindings,
		.n_bindings = t->net.n_bindings,
	};
	size_t n_nb = 0, n_sb = 0;

	core_result_free(&t->result);
	if (t->nb) {
		of_nb = rows_changes(t->nb, nb, &n_nb);
		of_sb = rows_changes(t->sb, sb, &n_sb);
		assert_true(n_nb + n_sb <= 64);
		for (size_t i = 0; i < n_nb; i++)
			both[in.n_changes++] = of_nb[i];
		for (size_t i = 0; i < n_sb; i++)
			both[in.n_changes++] = of_sb[i];
	}
	t->ret = core_compile(t->core, &in, &t->result, &t->e);
	if (!t->ret)
		assert_int_equal(0, core_commit(t->core, &in, &t->result));
	free(of_nb);
	free(of_sb);
	if (t->ret) {
		ovsdb_free(nb);
		ovsdb_free(sb);
		return;
	}
	ovsdb_free(t->nb);
	ovsdb_free(t->sb);
	t->nb = nb;
	t->sb = sb;
}

static void end(struct test *t)
{
	core_result_free(&t->result);
	core_free(t->core);
	live_free(&t->net);
	ovsdb_free(t->nb);
	ovsdb_free(t->sb);
}

static size_t entries(const struct test *t, enum image_table_id id)
{
	return core_image(t->core)->table[id].n;
}

static const struct l2_val *l2(const struct test *t, uint32_t guest)
{
	const struct l2_key key = {.datapath = SWITCH_KEY,
				   .mac = {2, 0, 0, 0, 0, guest}};

	return image_find(core_image(t->core), IMAGE_L2, &key);
}

static const struct neighbor_val *neighbor(const struct test *t, uint8_t host)
{
	const struct neighbor_key key = {
		.datapath = ROUTER_KEY, .port = 1, .ip = {10, 0, 0, host}};

	return image_find(core_image(t->core), IMAGE_NEIGHBOR, &key);
}

/* What is loaded stays while this host or the network is not in the SB. */
static void test_waits(void **state)
{
	struct test t;

	(void)state;
	start(&t);
	t.net.encaps[0] = 0;
	update(&t);
	assert_int_equal(-EAGAIN, t.ret);
	assert_non_null(strstr(t.e.text, "node1"));
	t.net.encaps[0] = 1;
	update(&t);
	assert_int_equal(0, t.ret);
	assert_true(t.result.is_whole);
	assert_int_equal(3, entries(&t, IMAGE_PORT));
	t.net.switches[0].is_bound = t.net.switches[1].is_bound = false;
	t.net.routers[0].is_bound = false;
	update(&t);
	assert_int_equal(-EAGAIN, t.ret);
	assert_int_equal(3, entries(&t, IMAGE_PORT));
	/* A Northbound database that is empty is a wish. */
	for (uint32_t i = 0; i < 2; i++)
		t.net.switches[i].is_there = false;
	t.net.routers[0].is_there = false;
	update(&t);
	assert_int_equal(0, t.ret);
	assert_int_equal(0, entries(&t, IMAGE_PORT));
	assert_int_equal(0, entries(&t, IMAGE_DATAPATH));
	end(&t);
}

/* Keys are northd's to give: what has none is not there. */
static void test_unbound(void **state)
{
	struct test t;

	(void)state;
	start(&t);
	t.net.lsps[GUEST].is_bound = false;
	t.net.switches[1].is_bound = false;
	update(&t);
	assert_int_equal(0, t.ret);
	assert_int_equal(2, entries(&t, IMAGE_PORT));
	assert_int_equal(2, entries(&t, IMAGE_DATAPATH));
	assert_int_equal(0, t.result.compiled.n_notes);
	t.net.lsps[GUEST].is_bound = true;
	update(&t);
	assert_false(t.result.is_whole);
	assert_int_equal(3, entries(&t, IMAGE_PORT));
	end(&t);
}

static void test_learned(void **state)
{
	struct test t;

	(void)state;
	start(&t);
	update(&t);
	/* The guest's address is known: 10.0.0.3 (LSP 1), from the start. */
	net_assert_mac(neighbor(&t, 2 + GUEST)->mac, "02:00:00:00:00:01");
	t.net.macs[0].is_there = t.net.macs[1].is_there = true;
	t.net.macs[0].ip = GUEST;
	t.net.macs[1].ip = 77;
	t.net.fdbs[0] = (struct live_fdb){true, SWITCH, OTHER, 9};
	t.net.fdbs[1] = (struct live_fdb){true, SWITCH, OTHER, GUEST};
	update(&t);
	assert_false(t.result.is_whole);
	assert_int_equal(1, t.result.n_datapaths);
	net_assert_mac(neighbor(&t, 2 + GUEST)->mac, "02:00:00:00:00:01");
	net_assert_mac(neighbor(&t, 79)->mac, "02:aa:00:00:00:55");
	assert_int_equal(0, neighbor(&t, 79)->seen);
	assert_int_equal(1 + OTHER, l2(&t, 9)->port);
	assert_int_equal(1 + GUEST, l2(&t, GUEST)->port);
	/* The guest goes: now the rows count. */
	t.net.lsps[GUEST].is_there = false;
	update(&t);
	net_assert_mac(neighbor(&t, 2 + GUEST)->mac, "02:aa:00:00:00:55");
	assert_int_equal(1 + OTHER, l2(&t, GUEST)->port);
	t.net.macs[1].is_there = t.net.fdbs[0].is_there = false;
	update(&t);
	assert_null(neighbor(&t, 79));
	assert_null(l2(&t, 9));
	end(&t);
}

/* Chassis learn from rows, not from each other's copies; routes say from the
 * start that there may be neighbors. */
static void test_no_copies(void **state)
{
	const struct group_key group = {ROUTER_KEY, OVN_MC_FLOOD};
	const struct group_key flood = {SWITCH_KEY, OVN_MC_FLOOD};
	const struct lrp_key lrp = {ROUTER_KEY, 1};
	const struct lrp_val *val;
	struct test t;

	(void)state;
	start(&t);
	update(&t);
	assert_null(image_find(core_image(t.core), IMAGE_GROUP, &group));
	assert_non_null(image_find(core_image(t.core), IMAGE_GROUP, &flood));
	val = image_find(core_image(t.core), IMAGE_LRP, &lrp);
	assert_non_null(val);
	assert_true(val->flags & LRP_F_STATIC_NEIGHBORS);
	end(&t);
}

static void test_kept_names(void **state)
{
	struct test t;
	uint32_t datapath, port;
	const uint32_t *local;
	const char *name;
	size_t n;

	(void)state;
	start(&t);
	update(&t);
	name = core_lrp_name(t.core, ROUTER_KEY, 1);
	assert_non_null(name);
	/* This one is longer than a map has room for. */
	assert_true(strlen(name) >= XOVN_NAME_LEN);
	assert_true(core_lrp_key(t.core, name, &datapath, &port));
	assert_int_equal(ROUTER_KEY, datapath);
	assert_int_equal(1, port);
	assert_null(core_lrp_name(t.core, ROUTER_KEY, 2));
	assert_false(core_lrp_key(t.core, "lsp1", &datapath, &port));
	/* The guest is here, and by the router its switch; not switch 1. */
	local = core_local_datapaths(t.core, &n);
	assert_int_equal(2, n);
	assert_int_equal(SWITCH_KEY, local[0]);
	assert_int_equal(ROUTER_KEY, local[1]);
	t.net.lsps[GUEST].chassis = 2;
	update(&t);
	core_local_datapaths(t.core, &n);
	assert_int_equal(0, n);
	end(&t);
}

/* Port_Binding.up follows the chassis in these rows; alone it says nothing. */
static void test_nothing_touched(void **state)
{
	struct test t;
	struct ovsdb *sb;
	const struct ovsdb_change **changes;
	struct core_input in = {.chassis = "node1"};

	(void)state;
	start(&t);
	update(&t);
	core_result_free(&t.result);
	sb = live_sb(&t.net);
	for (size_t i = 0; i < 3; i++)
		rows_set((struct ovsdb_row *)ovsdb_table_row(
				 ovsdb_table(sb, "Port_Binding"), i),
			 "up", "false");
	changes = rows_changes(t.sb, sb, &in.n_changes);
	assert_true(in.n_changes > 0);
	in.nb = t.nb;
	in.sb = sb;
	in.changes = changes;
	assert_int_equal(0, core_compile(t.core, &in, &t.result, &t.e));
	assert_false(t.result.is_whole);
	assert_int_equal(0, t.result.n_owners);
	assert_int_equal(0, t.result.n_datapaths);
	free(changes);
	ovsdb_free(sb);
	end(&t);
}

/* A row that northd has not finished is one note. */
static void test_skipped(void **state)
{
	struct ovsdb *nb, *sb;
	struct ovsdb_row *row;
	struct core_input in = {.chassis = "node1"};
	struct test t;

	(void)state;
	start(&t);
	nb = live_nb(&t.net);
	sb = live_sb(&t.net);
	row = (struct ovsdb_row *)ovsdb_table_row(
		ovsdb_table(sb, "Port_Binding"), 0);
	rows_set(row, "datapath", "[\"set\",[]]");
	in.nb = nb;
	in.sb = sb;
	assert_int_equal(0, core_compile(t.core, &in, &t.result, &t.e));
	assert_int_equal(1, t.result.compiled.n_notes);
	assert_non_null(strstr(t.result.compiled.notes[0],
			       ovsdb_string(row, "logical_port", 0)));
	assert_int_equal(2, t.result.compiled.image.table[IMAGE_PORT].n +
				    t.result.compiled.image.table[IMAGE_LRP].n -
				    1);
	ovsdb_free(nb);
	ovsdb_free(sb);
	end(&t);
}

/* A switch that takes another's key gets none, however often all is looked at,
 * and whichever of the two stands first. */
static void test_doubled_key(void **state)
{
	const struct datapath_val *val;
	char held[XOVN_NAME_LEN];
	struct datapath_key key;
	struct test t;

	(void)state;
	for (uint32_t taker = 0; taker < 2; taker++) {
		start(&t);
		update(&t);
		key.datapath = t.net.switches[!taker].key;
		val = image_find(core_image(t.core), IMAGE_DATAPATH, &key);
		assert_non_null(val);
		memcpy(held, val->name, sizeof(held));
		t.net.switches[taker].key = key.datapath;
		for (int i = 0; i < 4; i++) {
			t.net.macs[0].mac++; /* something to look at */
			update(&t);
			assert_int_equal(0, t.ret);
			val = image_find(core_image(t.core), IMAGE_DATAPATH,
					 &key);
			assert_non_null(val);
			assert_string_equal(held, val->name);
		}
		end(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_unbound),
		cmocka_unit_test(test_learned),
		cmocka_unit_test(test_no_copies),
		cmocka_unit_test(test_kept_names),
		cmocka_unit_test(test_nothing_touched),
		cmocka_unit_test(test_skipped),
		cmocka_unit_test(test_doubled_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
