// SPDX-License-Identifier: GPL-2.0-only
/* From present to wanted map contents: what is written, in which order. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "maps.h"
#include "sync/diff.h"
#include "sync/mapset.h"

struct images {
	struct image present, want;
	struct diff diff;
};

static void images_init(struct images *t)
{
	memset(t, 0, sizeof(*t));
	assert_int_equal(0, image_init(&t->present));
	assert_int_equal(0, image_init(&t->want));
}

static void images_free(struct images *t)
{
	diff_free(&t->diff);
	image_free(&t->present);
	image_free(&t->want);
}

static void compute(struct images *t)
{
	diff_free(&t->diff);
	assert_int_equal(0, diff_compute(&t->present, &t->want, &t->diff));
}

static void add_switch(struct image *img, uint32_t key, const char *name)
{
	struct datapath_key k = {.datapath = key};
	struct datapath_val v = {.kind = DATAPATH_SWITCH};

	strcpy(v.name, name);
	assert_int_equal(0, image_add(img, IMAGE_DATAPATH, &k, &v, NULL));
}

/* A port with one MAC: entries in port and l2. */
static void add_port(struct image *img, uint32_t port, uint32_t chassis)
{
	struct port_key k = {.datapath = 1, .port = port};
	struct port_val v = {.kind = PORT_VIF, .chassis = chassis};
	struct l2_key lk = {.datapath = 1, .mac = {2, 0, 0, 0, 0, port}};
	struct l2_val lv = {.port = port, .kind = PORT_VIF, .chassis = chassis};

	snprintf(v.name, sizeof(v.name), "p%u", port);
	assert_int_equal(0, image_add(img, IMAGE_PORT, &k, &v, NULL));
	assert_int_equal(0, image_add(img, IMAGE_L2, &lk, &lv, NULL));
}

/* Group OVN_MC_FLOOD of switch 1 with these VIFs; ends with 0. */
static void add_group(struct image *img, const uint32_t *ids)
{
	struct group_key gk = {.datapath = 1, .group = OVN_MC_FLOOD};
	struct group_val gv = {0};
	struct member_key mk = {
		.datapath = 1, .group = OVN_MC_FLOOD, .kind = MEMBER_VIF};

	for (; ids[mk.index]; mk.index++) {
		struct member_val mv = {.id = ids[mk.index]};

		assert_int_equal(0,
				 image_add(img, IMAGE_MEMBER, &mk, &mv, NULL));
	}
	gv.n_vif = mk.index;
	assert_int_equal(0, image_add(img, IMAGE_GROUP, &gk, &gv, NULL));
}

static size_t position(const struct diff *d, enum change_kind kind,
		       enum image_table_id table)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->change[i].kind == kind && d->change[i].table == table)
			return i;
	fail_msg("no change of kind %d in table %d", kind, table);
	return 0;
}

static void assert_summary(const struct diff *d, size_t added, size_t changed,
			   size_t removed)
{
	assert_int_equal(added, d->summary.added);
	assert_int_equal(changed, d->summary.changed);
	assert_int_equal(removed, d->summary.removed);
}

static void test_nothing(void **state)
{
	struct images t;

	(void)state;
	images_init(&t);
	compute(&t);
	assert_int_equal(0, t.diff.n);
	add_switch(&t.present, 1, "s");
	add_switch(&t.want, 1, "s");
	add_port(&t.present, 5, 1);
	add_port(&t.want, 5, 1);
	compute(&t);
	assert_int_equal(0, t.diff.n);
	assert_summary(&t.diff, 0, 0, 0);
	images_free(&t);
}

/* I8: who is referred to is there before, and gone after, who refers. */
static void test_order(void **state)
{
	struct images t;

	(void)state;
	images_init(&t);
	add_switch(&t.present, 2, "gone");
	add_switch(&t.want, 1, "new");
	add_port(&t.want, 5, 1);
	compute(&t);
	assert_int_equal(4, t.diff.n);
	assert_true(position(&t.diff, CHANGE_ADD, IMAGE_DATAPATH) <
		    position(&t.diff, CHANGE_ADD, IMAGE_PORT));
	assert_true(position(&t.diff, CHANGE_ADD, IMAGE_PORT) <
		    position(&t.diff, CHANGE_ADD, IMAGE_L2));
	assert_int_equal(3, position(&t.diff, CHANGE_DELETE, IMAGE_DATAPATH));
	assert_summary(&t.diff, 2, 0, 1);
	assert_int_equal(1, t.diff.n_added[IMAGE_PORT]);
	images_free(&t);

	images_init(&t);
	add_switch(&t.present, 1, "s");
	add_port(&t.present, 5, 1);
	compute(&t);
	assert_true(position(&t.diff, CHANGE_DELETE, IMAGE_L2) <
		    position(&t.diff, CHANGE_DELETE, IMAGE_PORT));
	assert_true(position(&t.diff, CHANGE_DELETE, IMAGE_PORT) <
		    position(&t.diff, CHANGE_DELETE, IMAGE_DATAPATH));
	assert_summary(&t.diff, 0, 0, 2);
	images_free(&t);
}

static void test_changed_once(void **state)
{
	struct images t;

	(void)state;
	images_init(&t);
	add_port(&t.present, 5, 1);
	add_port(&t.want, 5, 2);
	compute(&t);
	assert_int_equal(2, t.diff.n);
	assert_int_equal(CHANGE_SET, t.diff.change[0].kind);
	assert_summary(&t.diff, 0, 1, 0);
	images_free(&t);
}

/* Values that name their port count for it: a new MAC changes the port. */
static void test_owner_in_value(void **state)
{
	struct l2_key k = {.datapath = 1, .mac = {2, 9, 9, 9, 9, 9}};
	struct l2_val v = {.port = 5, .kind = PORT_VIF, .chassis = 1};
	struct images t;

	(void)state;
	images_init(&t);
	add_port(&t.present, 5, 1);
	add_port(&t.want, 5, 1);
	assert_int_equal(0, image_add(&t.want, IMAGE_L2, &k, &v, NULL));
	compute(&t);
	assert_int_equal(1, t.diff.n);
	assert_summary(&t.diff, 0, 1, 0);
	images_free(&t);
}

/* The 16-bit port of port_sec_key. */
static void test_owner_half(void **state)
{
	struct port_sec_key k = {.datapath = 1, .port = 5, .mac = {2}};
	struct port_sec_val v = {0};
	struct images t;

	(void)state;
	images_init(&t);
	add_port(&t.present, 5, 1);
	add_port(&t.want, 5, 1);
	assert_int_equal(0, image_add(&t.want, IMAGE_PORT_SEC, &k, &v, NULL));
	compute(&t);
	assert_summary(&t.diff, 0, 1, 0);
	images_free(&t);
}

/* Rules change the router or switch that has them. */
static void test_owner_datapath(void **state)
{
	struct nat_key nk = {.datapath = 1, .ip = {192, 0, 2, 1}};
	struct nat_val nv = {.flags = NAT_F_DNAT};
	struct lb_key lk = {.datapath = 2, .port = 80};
	struct localnet_key ck = {.ifindex = 9};
	struct localnet_val cv = {.datapath = 1, .port = 5};
	struct lb_val lv = {.id = 2};
	struct images t;

	(void)state;
	images_init(&t);
	add_switch(&t.present, 1, "s");
	add_switch(&t.want, 1, "s");
	add_switch(&t.present, 2, "t");
	add_switch(&t.want, 2, "t");
	add_port(&t.present, 5, 1);
	add_port(&t.want, 5, 1);
	assert_int_equal(0, image_add(&t.want, IMAGE_NAT, &nk, &nv, NULL));
	compute(&t);
	assert_summary(&t.diff, 0, 1, 0);
	nk.ip[3] = 2;
	assert_int_equal(0, image_add(&t.want, IMAGE_NAT, &nk, &nv, NULL));
	assert_int_equal(0, image_add(&t.want, IMAGE_LB, &lk, &lv, NULL));
	compute(&t);
	assert_summary(&t.diff, 0, 2, 0);
	assert_int_equal(0, image_add(&t.want, IMAGE_LOCALNET, &ck, &cv, NULL));
	compute(&t);
	assert_summary(&t.diff, 0, 3, 0);
	images_free(&t);
}

static uint32_t member_at(const struct image *img, uint32_t index)
{
	struct member_key k = {.datapath = 1,
			       .group = OVN_MC_FLOOD,
			       .kind = MEMBER_VIF,
			       .index = index};
	const struct member_val *v = image_find(img, IMAGE_MEMBER, &k);

	return v ? v->id : 0;
}

static void test_group_grows(void **state)
{
	struct images t;

	(void)state;
	images_init(&t);
	add_group(&t.present, (uint32_t[]){10, 30, 0});
	add_group(&t.want, (uint32_t[]){10, 20, 30, 0});
	compute(&t);
	assert_int_equal(10, member_at(&t.want, 0));
	assert_int_equal(30, member_at(&t.want, 1));
	assert_int_equal(20, member_at(&t.want, 2));
	assert_int_equal(2, t.diff.n);
	assert_true(position(&t.diff, CHANGE_ADD, IMAGE_MEMBER) <
		    position(&t.diff, CHANGE_SET, IMAGE_GROUP));
	images_free(&t);
}

static void test_group_shrinks(void **state)
{
	struct images t;

	(void)state;
	images_init(&t);
	add_group(&t.present, (uint32_t[]){10, 20, 30, 40, 0});
	add_group(&t.want, (uint32_t[]){10, 30, 40, 0});
	compute(&t);
	/* The last one moves into the gap; nobody is missing meanwhile. */
	assert_int_equal(40, member_at(&t.want, 1));
	assert_int_equal(3, t.diff.n);
	assert_true(position(&t.diff, CHANGE_SET, IMAGE_MEMBER) <
		    position(&t.diff, CHANGE_SET, IMAGE_GROUP));
	assert_true(position(&t.diff, CHANGE_SET, IMAGE_GROUP) <
		    position(&t.diff, CHANGE_DELETE, IMAGE_MEMBER));
	images_free(&t);
}

/* What a load killed in between leaves: a member twice. */
static void test_group_repair(void **state)
{
	struct images t;
	uint32_t sum = 0;

	(void)state;
	images_init(&t);
	add_group(&t.present, (uint32_t[]){10, 40, 30, 40, 0});
	add_group(&t.want, (uint32_t[]){10, 20, 30, 40, 0});
	compute(&t);
	for (uint32_t i = 0; i < 4; i++)
		sum += member_at(&t.want, i);
	assert_int_equal(100, sum);
	assert_int_equal(40, member_at(&t.want, 1));
	assert_int_equal(20, member_at(&t.want, 3));
	assert_int_equal(1, t.diff.n);
	images_free(&t);
}

/* Design: one changed port costs O(1) writes in a switch of any size. */
static void test_group_large(void **state)
{
	static uint32_t before[5001], after[5001];
	struct images t;

	(void)state;
	for (uint32_t i = 0; i < 5000; i++)
		before[i] = i + 1;
	memcpy(after, before + 1, 4999 * sizeof(*after));
	after[4999] = 0;
	images_init(&t);
	add_group(&t.present, before);
	add_group(&t.want, after);
	compute(&t);
	assert_int_equal(3, t.diff.n);
	images_free(&t);
	images_init(&t);
	add_group(&t.present, after);
	add_group(&t.want, before);
	compute(&t);
	assert_int_equal(2, t.diff.n);
	images_free(&t);
}

/* Doing the changes one by one must end in the wanted contents. */
static void test_replay(void **state)
{
	struct image done;
	struct images t;

	(void)state;
	images_init(&t);
	add_switch(&t.present, 1, "s");
	add_switch(&t.want, 1, "renamed");
	for (uint32_t p = 1; p < 60; p++)
		add_port(&t.present, p, p % 3);
	for (uint32_t p = 30; p < 90; p++)
		add_port(&t.want, p, p % 4);
	add_group(&t.present, (uint32_t[]){1, 2, 3, 4, 5, 0});
	add_group(&t.want, (uint32_t[]){9, 4, 8, 2, 0});
	compute(&t);
	/* 36, 37, 38, 48, 49 and 50 stay as they are */
	assert_summary(&t.diff, 30, 1 + 24, 29);
	assert_int_equal(0, image_init(&done));
	for (int id = 0; id < IMAGE_TABLE_COUNT; id++) {
		const struct image_table *p = &t.present.table[id];

		for (size_t i = 0; i < p->n; i++) {
			const uint8_t *k = image_entry(p, i);
			bool is_deleted = false;
			const uint8_t *v = k + p->key_size;

			for (size_t c = 0; c < t.diff.n; c++) {
				const struct change *ch = &t.diff.change[c];

				if ((int)ch->table != id ||
				    memcmp(ch->key, k, p->key_size))
					continue;
				assert_int_not_equal(CHANGE_ADD, ch->kind);
				is_deleted = ch->kind == CHANGE_DELETE;
				v = ch->key + p->key_size;
			}
			if (!is_deleted)
				assert_int_equal(0, image_add(&done, id, k, v,
							      NULL));
		}
	}
	for (size_t c = 0; c < t.diff.n; c++) {
		const struct change *ch = &t.diff.change[c];

		if (ch->kind == CHANGE_ADD)
			assert_int_equal(
				0, image_add(&done, ch->table, ch->key,
					     ch->key + done.table[ch->table]
							       .key_size,
					     NULL));
	}
	diff_free(&t.diff);
	assert_int_equal(0, diff_compute(&done, &t.want, &t.diff));
	assert_int_equal(0, t.diff.n);
	image_free(&done);
	images_free(&t);
}

static uint32_t size_of(const char *name, uint32_t max_ports, uint32_t ct_max)
{
	struct map_limits limits = {.max_ports = max_ports, .ct_max = ct_max};

	return map_max_entries(name, &limits);
}

static void test_sizes(void **state)
{
	(void)state;
	assert_int_equal(65536, size_of("port", 65536, CT_MAX_DEFAULT));
	assert_int_equal(131072, size_of("l2", 65536, CT_MAX_DEFAULT));
	assert_int_equal(XOVN_MAX_CHASSIS, size_of("encap_ip", 64, 64));
	assert_int_equal(1024, size_of("datapath", 64, 64));
	assert_int_equal(0, size_of("drop", 65536, CT_MAX_DEFAULT));
	for (int id = 0; id < IMAGE_TABLE_COUNT; id++)
		assert_true(size_of(image_table_name(id), 64, 64) > 0);
	/* no overflow */
	assert_int_equal(4u * MAX_PORTS_HIGHEST,
			 size_of("member", MAX_PORTS_HIGHEST, 64));
}

/* Two slots of each record fill half of the index at most; BPF masks the
 * hash, so that the number is a power of two. */
static void test_ct_sizes(void **state)
{
	static const uint32_t records[] = {CT_MAX_LOWEST,  65536,
					   65537,	   100000,
					   CT_MAX_DEFAULT, CT_MAX_HIGHEST};

	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		uint32_t n = records[i], buckets = map_ct_buckets(n);

		assert_int_equal(n, size_of("ct", 64, n));
		assert_int_equal(buckets, size_of("ct_index", 64, n));
		assert_int_equal(0, buckets & (buckets - 1));
		assert_true((uint64_t)buckets * CT_BUCKET_SLOTS >= 4ull * n);
		assert_true((uint64_t)buckets * CT_BUCKET_SLOTS < 8ull * n);
	}
	assert_int_equal(CT_MAX_DEFAULT / 2, map_ct_buckets(CT_MAX_DEFAULT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_changed_once),
		cmocka_unit_test(test_owner_in_value),
		cmocka_unit_test(test_owner_half),
		cmocka_unit_test(test_owner_datapath),
		cmocka_unit_test(test_group_grows),
		cmocka_unit_test(test_group_shrinks),
		cmocka_unit_test(test_group_repair),
		cmocka_unit_test(test_group_large),
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_ct_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
