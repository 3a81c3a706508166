// SPDX-License-Identifier: GPL-2.0-only
/* Many VIPs and NAT rows in seconds, and the same image from rows in any
 * order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "network_nat.h"

#define GATEWAY "f0902ac8-b73c-4710-8339-666b0272cdca"

/* VIPs, 2 or 3 backends each, on a gateway router and on a switch; as many
 * NAT rows of each kind, and an address set for every second one. */
static void build(struct network *n, int n_vips, int vips_each)
{
	struct nb_router *r;
	struct nb_switch *in, *out;
	char name[64], vip[64], text[128];

	net_init(n);
	net_chassis(n, GATEWAY, "node1", "192.0.2.1");
	r = net_router(n, "gw");
	net_set(&r->gateway_chassis, GATEWAY);
	net_lrp(r, "gw-in", "02:00:00:00:00:01", "172.16.0.1/12");
	net_lrp(r, "gw-out", "02:00:00:00:00:02", "10.0.0.1/8");
	in = net_switch(n, "in");
	net_router_lsp(in, "in-gw", "gw-in", "router");
	out = net_switch(n, "out");
	net_router_lsp(out, "out-gw", "gw-out", "router");
	for (int i = 0; i < n_vips; i++) {
		struct nb_nat *nat;

		if (i % vips_each == 0) {
			snprintf(name, sizeof(name), "lb%d", i / vips_each);
			net_lb(n, name);
			net_router_lb(r, i / vips_each);
			net_switch_lb(in, i / vips_each);
		}
		snprintf(vip, sizeof(vip), "10.1.%d.%d:80", i >> 8, i & 255);
		snprintf(text, sizeof(text),
			 "172.16.%d.%d:80 172.17.%d.%d:80%s", i >> 8, i & 255,
			 i >> 8, i & 255, i % 2 ? " 172.18.0.1:81" : "");
		net_vip(&n->nb.lbs[i / vips_each], vip, text);
		snprintf(vip, sizeof(vip), "10.2.%d.%d", i >> 8, i & 255);
		snprintf(text, sizeof(text), "172.19.%d.%d", i >> 8, i & 255);
		net_nat(r, "dnat_and_snat", vip, text);
		snprintf(text, sizeof(text), "172.20.%d.%d/31", i >> 8,
			 i & 254);
		if (i % 2)
			continue;
		nat = net_nat(r, "snat", "10.0.0.1", text);
		snprintf(name, sizeof(name), "set%d", i);
		net_ip_set(&nat->allowed, name, "198.51.100.0/24 203.0.113.9");
	}
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static double compile_time(int n_vips, int vips_each)
{
	struct compile_output out;
	struct network n;
	double start, took;

	build(&n, n_vips, vips_each);
	start = seconds();
	net_compile(&n, "node1", &out);
	took = seconds() - start;
	assert_int_equal(2 * n_vips, out.image.table[IMAGE_LB].n);
	assert_int_equal(n_vips * 5 / 2, out.image.table[IMAGE_BACKEND].n);
	assert_int_equal(n_vips * (1021 / MAGLEV_CHUNK + 1),
			 out.image.table[IMAGE_MAGLEV].n);
	assert_int_equal(n_vips * 3 / 2, out.image.table[IMAGE_SNAT].n);
	assert_int_equal(n_vips + 1, out.image.table[IMAGE_NAT].n);
	assert_int_equal(n_vips, out.image.table[IMAGE_NAT_SET].n);
	compile_output_free(&out);
	net_free_all(&n);
	print_message("%d VIPs, %d a load balancer: %.3f s\n", n_vips,
		      vips_each, took);
	return took;
}

/* In CPU seconds; four times as many may take ten times as long on a busy
 * machine, not sixteen. */
static void test_large(void **state)
{
	double quarter, all;

	(void)state;
	quarter = compile_time(2500, 1);
	all = compile_time(10000, 1);
	assert_true(all < 10 * quarter + 0.3);
	all = compile_time(10000, 10000);
	assert_true(all < 10 * quarter + 0.3);
}

static void shuffle(void *rows, size_t n, size_t size)
{
	uint8_t *p = rows, *swap = malloc(size);

	for (size_t i = n; i > 1; i--) {
		size_t j = rand() % i;

		memcpy(swap, p + (i - 1) * size, size);
		memcpy(p + (i - 1) * size, p + j * size, size);
		memcpy(p + j * size, swap, size);
	}
	free(swap);
}

/* After nb.lbs was shuffled: those that were named before, ascending. */
static void rename_lbs(const struct network *n, uint32_t *lbs, size_t n_lbs,
		       char (*uuids)[37])
{
	size_t found = 0;
	bool *is_used = calloc(n->nb.n_lbs, sizeof(*is_used));

	for (size_t i = 0; i < n_lbs; i++)
		for (size_t j = 0; j < n->nb.n_lbs; j++)
			if (!strcmp(n->nb.lbs[j].uuid, uuids[lbs[i]]))
				is_used[j] = true;
	for (size_t j = 0; j < n->nb.n_lbs; j++)
		if (is_used[j])
			lbs[found++] = j;
	assert_int_equal(n_lbs, found);
	free(is_used);
}

static void shuffle_network(struct network *n)
{
	struct nb *nb = &n->nb;
	char(*uuids)[37] = calloc(nb->n_lbs, sizeof(*uuids));

	for (size_t i = 0; i < nb->n_lbs; i++) {
		struct nb_lb *lb = &nb->lbs[i];

		memcpy(uuids[i], lb->uuid, sizeof(*uuids));
		for (size_t j = 0; j < lb->n_vips; j++)
			shuffle(lb->vips[j].backends, lb->vips[j].n_backends,
				sizeof(struct nb_backend));
		shuffle(lb->vips, lb->n_vips, sizeof(struct nb_vip));
	}
	shuffle(nb->lbs, nb->n_lbs, sizeof(struct nb_lb));
	for (size_t i = 0; i < nb->n_switches; i++)
		rename_lbs(n, nb->switches[i].lbs, nb->switches[i].n_lbs,
			   uuids);
	for (size_t i = 0; i < nb->n_routers; i++) {
		struct nb_router *r = &nb->routers[i];

		rename_lbs(n, r->lbs, r->n_lbs, uuids);
		shuffle(r->nats, r->n_nats, sizeof(*r->nats));
	}
	free(uuids);
}

static void assert_same(const struct compile_output *a,
			const struct compile_output *b)
{
	for (int i = 0; i < IMAGE_TABLE_COUNT; i++) {
		const struct image_table *x = &a->image.table[i];
		const struct image_table *y = &b->image.table[i];

		assert_int_equal(x->n, y->n);
		if (x->n && memcmp(x->entries, y->entries,
				   x->n * (x->key_size + x->val_size)))
			fail_msg("table %s differs", image_table_name(i));
	}
	assert_int_equal(a->n_notes, b->n_notes);
	for (size_t i = 0; i < a->n_notes; i++)
		assert_string_equal(a->notes[i], b->notes[i]);
}

/* Down to the order of entries and notes. */
static void test_order_of_rows(void **state)
{
	struct compile_output out, again;
	struct network n;

	(void)state;
	build(&n, 60, 4);
	/* Things of which the first by uuid wins. */
	net_vip(net_lb(&n, "twin"), "10.1.0.7:80", "172.18.0.9:80");
	net_router_lb(&n.nb.routers[0], 15);
	net_nat(&n.nb.routers[0], "dnat", "10.2.0.3", "172.18.0.9");
	net_nat(&n.nb.routers[0], "snat", "10.0.0.9", "172.20.0.4/31");
	for (const char *const *ip = PARTS("172.18.1.1", "172.18.1.2"); *ip;
	     ip++) {
		struct nb_nat *nat =
			net_nat(&n.nb.routers[0], "dnat", "10.3.0.1", *ip);

		net_ip_set(&nat->allowed, "peers", "");
		net_ip_set(&nat->exempted, "others", "");
	}
	net_compile(&n, "node1", &out);
	assert_int_equal(4, out.n_notes);
	srand(20);
	for (int i = 0; i < 20; i++) {
		shuffle_network(&n);
		net_compile(&n, "node1", &again);
		assert_same(&out, &again);
		compile_output_free(&again);
	}
	compile_output_free(&out);
	net_free_all(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_order_of_rows),
	};

	return cmocka_run_group_tests_name("compile_lb_scale", tests, NULL,
					   NULL);
}
