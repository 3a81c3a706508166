// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random networks that change at random: what the engine keeps up to date in
 * parts is, after every step, what compiling the whole network gives.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/core.h"
#include "engine/engine.h"
#include "live_net.h"

struct followed {
	struct live_net net;
	struct core *core;
	struct chassis_val *present; /* map "chassis" as of the last whole */
	struct ovsdb *nb, *sb; /* as of the last update that succeeded */
	size_t n_part, n_whole, n_failed;
};

static const struct compile_mapping mappings[] = {
	{.ifindex = 900, .ifname = "nic0", .network = "phys0"},
	{.ifindex = 901, .ifname = "nic1", .network = "phys1"},
};

static int copy_present(void *arg, struct chassis_val **chassis,
			struct error *e)
{
	const struct followed *f = arg;

	(void)e;
	*chassis = NULL;
	if (!f->present)
		return 0;
	*chassis = calloc(XOVN_MAX_CHASSIS, sizeof(**chassis));
	assert_non_null(*chassis);
	memcpy(*chassis, f->present, XOVN_MAX_CHASSIS * sizeof(**chassis));
	return 0;
}

/* One image has all that the other one has. */
static void check_within(const struct image *a, const struct image *b,
			 const char *how, int step)
{
	for (int id = 0; id < IMAGE_TABLE_COUNT; id++) {
		const struct image_table *t = &a->table[id];
		const struct image_table *u = &b->table[id];

		for (size_t i = 0; i < t->n; i++) {
			const uint8_t *key = image_entry(t, i);
			size_t at = image_number(b, id, key);

			if (at == IMAGE_NONE)
				fail_msg("step %d: %s: an entry of %s, owner "
					 "%llx",
					 step, how, image_table_name(id),
					 (unsigned long long)image_owner(t, i));
			if (memcmp(key, image_entry(u, at),
				   t->key_size + t->val_size))
				fail_msg("step %d: %s differs, owner %llx",
					 step, image_table_name(id),
					 (unsigned long long)image_owner(t, i));
			if (image_owner(t, i) != image_owner(u, at))
				fail_msg("step %d: %s: owner %llx, not %llx",
					 step, image_table_name(id),
					 (unsigned long long)image_owner(u, at),
					 (unsigned long long)image_owner(t, i));
		}
	}
}

static void check_names(const struct core *a, const struct core *b)
{
	const struct image_table *t = &core_image(b)->table[IMAGE_LRP];
	size_t n, m;
	const uint32_t *x = core_local_datapaths(a, &n);
	const uint32_t *y = core_local_datapaths(b, &m);

	assert_int_equal(n, m);
	if (n)
		assert_memory_equal(x, y, n * sizeof(*x));
	for (size_t i = 0; i < t->n; i++) {
		const struct lrp_key *key = (const void *)image_entry(t, i);
		const char *name = core_lrp_name(a, key->datapath, key->port);
		char stored[XOVN_NAME_LEN];
		uint32_t datapath, port;

		assert_non_null(name);
		name_store(stored, name);
		assert_string_equal(stored,
				    ((const struct lrp_val *)(key + 1))->name);
		assert_true(core_lrp_key(a, name, &datapath, &port));
		assert_int_equal(datapath, key->datapath);
		assert_int_equal(port, key->port);
	}
}

static struct core_input input_of(const struct followed *f,
				  const struct ovsdb *nb,
				  const struct ovsdb *sb)
{
	return (struct core_input){
		.nb = nb,
		.sb = sb,
		.chassis = "node1",
		.bindings = f->net.bindings,
		.n_bindings = f->net.n_bindings,
		.mappings = mappings,
		.n_mappings = 2,
		.present_chassis = copy_present,
		.arg = (void *)f,
	};
}

/* Both ways must say the same. */
static int update(struct followed *f, const struct core_input *in, int step)
{
	struct core_result part, whole;
	struct core *fresh = core_new();
	struct error e = {}, other = {};
	int ret, want;

	assert_non_null(fresh);
	want = core_compile(fresh, in, &whole, &other);
	ret = core_compile(f->core, in, &part, &e);
	if (ret != want || strcmp(e.text, other.text))
		fail_msg("step %d: %d %s, not %d %s", step, ret, e.text, want,
			 other.text);
	if (ret) {
		core_free(fresh);
		f->n_failed++;
		return ret;
	}
	f->n_part += !part.is_whole;
	f->n_whole += part.is_whole;
	free(f->present);
	f->present = calloc(XOVN_MAX_CHASSIS, sizeof(*f->present));
	assert_non_null(f->present);
	memcpy(f->present, whole.compiled.chassis,
	       XOVN_MAX_CHASSIS * sizeof(*f->present));
	assert_int_equal(0, core_commit(fresh, in, &whole));
	assert_int_equal(0, core_commit(f->core, in, &part));
	core_result_free(&whole);
	core_result_free(&part);
	check_within(core_image(f->core), core_image(fresh), "too much", step);
	check_within(core_image(fresh), core_image(f->core), "missing", step);
	check_names(f->core, fresh);
	core_free(fresh);
	return 0;
}

static void follow(struct followed *f, int step)
{
	struct ovsdb *nb = live_nb(&f->net), *sb = live_sb(&f->net);
	struct core_input in = input_of(f, nb, sb);
	const struct ovsdb_change **of_nb = NULL, **of_sb = NULL, **both;
	size_t n_nb = 0, n_sb = 0;

	if (f->nb) {
		of_nb = rows_changes(f->nb, nb, &n_nb);
		of_sb = rows_changes(f->sb, sb, &n_sb);
	}
	both = calloc(n_nb + n_sb + 1, sizeof(*both));
	assert_non_null(both);
	if (n_nb)
		memcpy(both, of_nb, n_nb * sizeof(*both));
	if (n_sb)
		memcpy(both + n_nb, of_sb, n_sb * sizeof(*both));
	in.changes = both;
	in.n_changes = n_nb + n_sb;
	if (update(f, &in, step)) {
		ovsdb_free(nb);
		ovsdb_free(sb);
	} else {
		ovsdb_free(f->nb);
		ovsdb_free(f->sb);
		f->nb = nb;
		f->sb = sb;
	}
	free(both);
	free(of_nb);
	free(of_sb);
}

static void run(unsigned int seed, const struct live_sizes *sizes, int n_steps)
{
	struct followed f = {.core = core_new()};
	size_t n_failed = 0;

	assert_non_null(f.core);
	srandom(seed);
	live_init(&f.net, sizes);
	for (int step = 0; step < n_steps; step++) {
		follow(&f, step);
		if (f.n_failed > n_failed + 3) {
			live_settle(&f.net);
			n_failed = f.n_failed;
		}
		for (int i = random() % 3; i >= 0; i--)
			live_change(&f.net);
	}
	print_message("seed %u: %zu in part, %zu whole, %zu refused\n", seed,
		      f.n_part, f.n_whole, f.n_failed);
	/* Otherwise this would test little. */
	assert_true(f.n_part > (size_t)n_steps / 3);
	live_free(&f.net);
	core_free(f.core);
	free(f.present);
	ovsdb_free(f.nb);
	ovsdb_free(f.sb);
}

static void test_random(void **state)
{
	static const struct live_sizes sizes = {
		.switches = 16,
		.routers = 6,
		.lsps = 70,
		.lrps = 18,
		.routes = 20,
		.nats = 16,
		.lbs = 8,
		.groups = 3,
		.sets = 3,
		.macs = 25,
		.fdbs = 25,
		.bindings = 8,
		.chassis = 3,
	};

#ifdef __SANITIZE_ADDRESS__
	const unsigned int n_seeds = 1; /* several times slower */
#else
	const unsigned int n_seeds = 6;
#endif

	(void)state;
	for (unsigned int seed = 1; seed <= n_seeds; seed++)
		run(seed, &sizes, 700);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
