// SPDX-License-Identifier: GPL-2.0-only
/*
 * 10,000 ports on 500 switches with 50 routers: one change touches few
 * datapaths.  Prints what it costs beside compiling all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "engine/core.h"
#include "live_net.h"

#define SWITCHES 500
#define ROUTERS 50
#define PORTS 10000

struct scale {
	struct live_net net;
	struct core *core;
	struct ovsdb *nb, *sb;
};

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Each switch has a port to a router, which has ten of them; the last switch
 * joins all routers. */
static void build(struct live_net *n)
{
	static const struct live_sizes sizes = {
		.switches = SWITCHES + 1,
		.routers = ROUTERS,
		.lrps = SWITCHES + ROUTERS,
		.lsps = PORTS + SWITCHES + ROUTERS,
		.routes = 10 * ROUTERS,
		.nats = 10 * ROUTERS,
		.lbs = 30,
		.macs = 10,
		.fdbs = 10,
		.bindings = 20,
		.chassis = 20,
	};
	uint32_t n_lrps = sizes.lrps;

	live_init(n, &sizes);
	for (uint32_t i = 0; i < n_lrps; i++) {
		bool is_join = i >= SWITCHES;

		n->lrps[i] = (struct live_lrp){
			.is_there = true,
			.is_bound = true,
			.at = is_join ? i - SWITCHES : i / 10,
			.key = 1 + i,
		};
		n->lsps[i] = (struct live_lsp){
			.is_there = true,
			.is_bound = true,
			.type = LIVE_ROUTER,
			.at = is_join ? SWITCHES : i,
			.key = 1 + i,
			.lrp = i,
		};
	}
	for (uint32_t i = 0; i < PORTS; i++)
		n->lsps[n_lrps + i] = (struct live_lsp){
			.is_there = true,
			.is_bound = true,
			.is_secure = true,
			.at = i / 20,
			.key = 1 + n_lrps + i,
			.address = i / 20,
			.chassis = 1 + i % sizes.chassis,
		};
	for (uint32_t i = 0; i < sizes.routes; i++) {
		n->routes[i] = (struct live_route){.is_there = true,
						   .at = i % ROUTERS,
						   .prefix = i / ROUTERS,
						   .nexthop = i % ROUTERS * 10};
		n->nats[i] = (struct live_nat){.is_there = true,
					       .at = i % ROUTERS,
					       .type = 2,
					       .external = i / ROUTERS,
					       .logical = i / ROUTERS};
	}
	for (uint32_t i = 0; i < sizes.lbs; i++)
		n->lbs[i] = (struct live_lb){true, i, 1 + i, 0};
	for (uint32_t i = 0; i < ROUTERS; i++) {
		n->routers[i].gateway = 1 + i % 2;
		n->routers[i].lbs = 3u << i % 25;
	}
	for (uint32_t i = 0; i < SWITCHES; i++)
		n->switches[i].lbs = 1u << i % 30;
	for (uint32_t i = 0; i < 10; i++) {
		n->macs[i].lrp = i;
		n->fdbs[i].sw = i;
	}
}

static void update(struct scale *s, const char *what, size_t most)
{
	struct ovsdb *nb = live_nb(&s->net), *sb = live_sb(&s->net);
	const struct ovsdb_change **of_nb = NULL, **of_sb = NULL, *both[64];
	struct core_input in = {
		.nb = nb,
		.sb = sb,
		.changes = both,
		.chassis = "node1",
		.bindings = s->net.bindings,
		.n_bindings = s->net.n_bindings,
	};
	struct core_result result;
	struct error e = {};
	size_t n_nb = 0, n_sb = 0;
	double start, compiled, done;

	if (s->nb) {
		of_nb = rows_changes(s->nb, nb, &n_nb);
		of_sb = rows_changes(s->sb, sb, &n_sb);
		assert_true(n_nb + n_sb <= 64);
		for (size_t i = 0; i < n_nb; i++)
			both[in.n_changes++] = of_nb[i];
		for (size_t i = 0; i < n_sb; i++)
			both[in.n_changes++] = of_sb[i];
	}
	start = seconds();
	if (core_compile(s->core, &in, &result, &e))
		fail_msg("%s: %s", what, e.text);
	compiled = seconds();
	assert_int_equal(result.is_whole, !s->nb);
	assert_true(result.n_datapaths <= most);
	assert_int_equal(0, core_commit(s->core, &in, &result));
	done = seconds();
	print_message("%-24s %2zu rows, %3zu datapaths: %7.3f ms, kept in "
		      "%.3f ms\n",
		      what, in.n_changes, result.n_datapaths,
		      (compiled - start) * 1e3, (done - compiled) * 1e3);
	core_result_free(&result);
	free(of_nb);
	free(of_sb);
	ovsdb_free(s->nb);
	ovsdb_free(s->sb);
	s->nb = nb;
	s->sb = sb;
}

static void test_one_change(void **state)
{
	struct scale s = {.core = core_new()};
	struct live_net *n = &s.net;
	uint32_t guest = SWITCHES + ROUTERS + 1234;

	(void)state;
	assert_non_null(s.core);
	build(n);
	update(&s, "all", SWITCHES + ROUTERS + 1);
	update(&s, "nothing", 0);
	n->lsps[guest].address = 7;
	update(&s, "LSP addresses", 1);
	n->lsps[guest].is_there = false;
	update(&s, "LSP deleted", 1);
	n->lsps[guest].is_there = true;
	update(&s, "LSP added", 1);
	n->lsps[guest].chassis = 1;
	update(&s, "Port_Binding.chassis", 1);
	n->n_bindings = 1;
	n->bindings[0].ifindex = 77;
	live_lsp_name(n->bindings[0].lsp, guest);
	update(&s, "interface", 1);
	n->macs[3].is_there = true;
	update(&s, "MAC_Binding", 1);
	n->fdbs[3].is_there = true;
	n->fdbs[3].lsp = SWITCHES + ROUTERS + 61;
	update(&s, "FDB", 1);
	n->routes[5].nexthop = 52;
	update(&s, "Static_Route", 1);
	n->nats[5].logical = 25;
	update(&s, "NAT, logical_ip", 1);
	n->nats[5].is_there = false;
	update(&s, "NAT deleted", 12);
	n->nats[5].is_there = true;
	update(&s, "NAT added", 12);
	n->lbs[29].backends ^= 1;
	update(&s, "LB, of 16 switches", 17);
	n->lbs[7].backends ^= 1;
	update(&s, "LB, of 4 routers too", 21);
	n->lrps[40].is_disabled = true;
	update(&s, "LRP", 12);
	n->switches[8].is_there = false;
	for (uint32_t i = 0; i < 20; i++)
		n->lsps[SWITCHES + ROUTERS + 160 + i].is_there = false;
	n->lsps[8].is_there = false;
	update(&s, "switch deleted", 2);
	live_free(n);
	core_free(s.core);
	ovsdb_free(s.nb);
	ovsdb_free(s.sb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
