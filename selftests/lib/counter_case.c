// SPDX-License-Identifier: GPL-2.0-only
#include "counter_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sync/counters.h"

void alignment_init(struct alignment *a)
{
	memset(a, 0, sizeof(*a));
	assert_int_equal(0, image_init(&a->present));
	assert_int_equal(0, image_init(&a->want));
}

void alignment_free(struct alignment *a)
{
	image_free(&a->present);
	image_free(&a->want);
	free(a->fresh);
}

void align(struct alignment *a, uint32_t n_entries)
{
	free(a->fresh);
	assert_int_equal(0, counters_align(&a->present, &a->want, OWN,
					   n_entries, NULL, &a->next, &a->fresh,
					   &a->n_fresh, &a->n_without));
}

void loaded(struct alignment *a)
{
	image_free(&a->present);
	a->present = a->want;
	assert_int_equal(0, image_init(&a->want));
}

static void add(struct image *img, enum image_table_id id, const void *key,
		const void *val)
{
	assert_int_equal(0, image_add(img, id, key, val, NULL));
}

void add_port(struct image *img, uint32_t port, enum port_kind kind,
	      uint32_t chassis)
{
	struct port_key k = {1, port};
	struct port_val v = {.kind = kind, .chassis = chassis};

	snprintf(v.name, sizeof(v.name), "p%u", port);
	add(img, IMAGE_PORT, &k, &v);
}

void add_route(struct image *img, enum image_table_id id, uint8_t net,
	       enum route_kind kind, uint8_t nexthop)
{
	struct route_key k = {
		.prefixlen = 64 + 24, .datapath = 2, .ip = {10, 0, net}};
	struct route_val v = {.kind = kind,
			      .port = 1,
			      .plen = 24,
			      .nexthop = {172, 16, 0, nexthop}};

	add(img, id, &k, &v);
}

void add_member(struct image *img, uint32_t index, uint8_t nexthop)
{
	struct ecmp_key k = {.id = 7, .index = index};
	struct route_val v = {.kind = ROUTE_STATIC,
			      .port = 1,
			      .nexthop = {172, 16, 0, nexthop}};

	add(img, IMAGE_ECMP, &k, &v);
}

void add_nat(struct image *img, uint8_t host, uint32_t flags)
{
	struct nat_key k = {.datapath = 2, .ip = {192, 0, 2, host}};
	struct nat_val v = {.flags = flags, .logical_ip = {10, 0, 0, host}};

	add(img, IMAGE_NAT, &k, &v);
}

static void add_snat(struct image *img, uint8_t net, uint8_t external)
{
	struct snat_key k = {
		.prefixlen = 32 + 24, .datapath = 2, .ip = {10, 0, net}};
	struct snat_val v = {.external_ip = {192, 0, 2, external}};

	add(img, IMAGE_SNAT, &k, &v);
}

static void add_lb(struct image *img, uint8_t host, const char *name)
{
	struct lb_key k = {.datapath = 2, .ip = {192, 0, 2, host}};
	struct lb_val v = {.id = 2 * host};

	strcpy(v.name, name);
	add(img, IMAGE_LB, &k, &v);
}

uint32_t port_number(const struct image *img, uint32_t port)
{
	struct port_key k = {1, port};
	const struct port_val *v = image_find(img, IMAGE_PORT, &k);

	assert_non_null(v);
	return v->counter;
}

uint32_t member_number(const struct image *img, uint32_t index)
{
	struct ecmp_key k = {.id = 7, .index = index};
	const struct route_val *v = image_find(img, IMAGE_ECMP, &k);

	assert_non_null(v);
	return v->counter;
}

uint32_t route_number(const struct image *img, uint8_t net)
{
	struct route_key k = {
		.prefixlen = 64 + 24, .datapath = 2, .ip = {10, 0, net}};
	const struct route_val *v = image_find(img, IMAGE_ROUTE, &k);

	assert_non_null(v);
	return v->counter;
}

void add_network(struct image *img, uint32_t n_ports)
{
	for (uint32_t i = 1; i <= n_ports; i++)
		add_port(img, i, PORT_VIF, OWN);
	add_port(img, 1001, PORT_LOCALNET, OWN);
	for (uint8_t i = 1; i <= 100; i++) {
		add_route(img, IMAGE_ROUTE, i, ROUTE_STATIC, i);
		add_route(img, IMAGE_ROUTE_SRC, i, ROUTE_CONNECTED, 0);
		add_member(img, i - 1, i);
		add_nat(img, i, NAT_F_DNAT);
		add_snat(img, i, i);
		add_lb(img, i + 100, "lb");
	}
}

size_t entries_in_use(const struct image *img, uint32_t n_entries)
{
	static const struct {
		enum image_table_id id;
		size_t offset;
		uint32_t size;
	} counted[] = {
		{IMAGE_PORT, offsetof(struct port_val, counter), 2},
		{IMAGE_ROUTE, offsetof(struct route_val, counter), 1},
		{IMAGE_ROUTE_SRC, offsetof(struct route_val, counter), 1},
		{IMAGE_ECMP, offsetof(struct route_val, counter), 1},
		{IMAGE_NAT, offsetof(struct nat_val, counter), 3},
		{IMAGE_SNAT, offsetof(struct snat_val, counter), 3},
		{IMAGE_LB, offsetof(struct lb_val, counter), 3},
	};
	uint8_t *used = calloc(n_entries, 1);
	size_t n = 0;

	assert_non_null(used);
	for (size_t c = 0; c < sizeof(counted) / sizeof(counted[0]); c++) {
		const struct image_table *t = &img->table[counted[c].id];

		for (size_t i = 0; i < t->n; i++) {
			uint32_t number;

			memcpy(&number,
			       image_entry(t, i) + t->key_size +
				       counted[c].offset,
			       sizeof(number));
			for (uint32_t k = 0; number && k < counted[c].size;
			     k++, n++) {
				assert_in_range(number + k, COUNTER_FIRST,
						n_entries - 1);
				assert_int_equal(0, used[number + k]);
				used[number + k] = 1;
			}
		}
	}
	free(used);
	return n;
}
