// SPDX-License-Identifier: GPL-2.0-only
/* Which connections a load ends: those of what went, and with ct_flush those
 * of backends that went (OVN 23.06). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <netinet/in.h>

#include "sync/flush.h"

#define ROUTER 7
#define SWITCH 9

struct flush_test {
	struct image present, want;
	struct diff diff;
	struct flush_set set;
};

static void add_datapath(struct image *img, uint32_t key, const char *name)
{
	struct datapath_key k = {key};
	struct datapath_val v = {.kind = DATAPATH_ROUTER};

	strcpy(v.name, name);
	assert_int_equal(0, image_add(img, IMAGE_DATAPATH, &k, &v, NULL));
}

static void add_port(struct image *img, uint32_t port, const char *name)
{
	struct port_key k = {SWITCH, port};
	struct port_val v = {.kind = PORT_VIF};

	strcpy(v.name, name);
	assert_int_equal(0, image_add(img, IMAGE_PORT, &k, &v, NULL));
}

/* VIP 192.0.2.vip:80 of the router with backends 10.0.0.N:port, N from hosts,
 * which ends with 0. */
static void add_vip(struct image *img, uint8_t vip, uint32_t id, uint32_t flags,
		    uint16_t port, const uint8_t *hosts)
{
	struct lb_key k = {.datapath = ROUTER,
			   .ip = {192, 0, 2, vip},
			   .port = 80,
			   .proto = IPPROTO_TCP};
	struct lb_val v = {.id = id, .flags = flags};

	for (; hosts[v.n_backends]; v.n_backends++) {
		struct backend_key bk = {id, v.n_backends};
		struct backend_val b = {{10, 0, 0, hosts[v.n_backends]},
					.port = port};

		assert_int_equal(0,
				 image_add(img, IMAGE_BACKEND, &bk, &b, NULL));
	}
	assert_int_equal(0, image_add(img, IMAGE_LB, &k, &v, NULL));
}

static void begin(struct flush_test *t)
{
	memset(t, 0, sizeof(*t));
	assert_int_equal(0, image_init(&t->present));
	assert_int_equal(0, image_init(&t->want));
}

static void decide(struct flush_test *t)
{
	assert_int_equal(0, diff_compute(&t->present, &t->want, &t->diff));
	assert_int_equal(0, flush_set_init(&t->set, &t->present, &t->want,
					   &t->diff));
}

static void end(struct flush_test *t)
{
	flush_set_free(&t->set);
	diff_free(&t->diff);
	image_free(&t->present);
	image_free(&t->want);
}

static bool goes(const struct flush_test *t, uint32_t lb, uint8_t host,
		 uint16_t port)
{
	struct ct_val ct = {.reply = {.src = {10, 0, 0, host}, .sport = port},
			    .datapath = ROUTER,
			    .lb = lb};
	bool is_backend;

	return flush_set_has(&t->set, &ct, &is_backend) && is_backend;
}

static void test_backend_goes(void **state)
{
	static const uint8_t both[] = {1, 2, 0}, one[] = {2, 0};
	struct flush_test t;

	(void)state;
	begin(&t);
	add_vip(&t.present, 1, 2, LB_F_CT_FLUSH, 8000, both);
	add_vip(&t.want, 1, 2, LB_F_CT_FLUSH, 8000, one);
	add_vip(&t.present, 2, 4, 0, 8000, both);
	add_vip(&t.want, 2, 4, 0, 8000, one);
	decide(&t);
	assert_true(goes(&t, 2, 1, 8000));
	assert_false(goes(&t, 2, 1, 8001));
	assert_false(goes(&t, 2, 2, 8000)); /* moved in the list, is there */
	assert_false(goes(&t, 4, 1, 8000)); /* no ct_flush */
	assert_false(goes(&t, 0, 1, 8000)); /* not of a load balancer */
	end(&t);
}

static void test_lb_goes(void **state)
{
	static const uint8_t both[] = {1, 2, 0};
	struct flush_test t;

	(void)state;
	begin(&t);
	add_vip(&t.present, 1, 2, LB_F_CT_FLUSH, 8000, both);
	add_vip(&t.present, 2, 4, 0, 8000, both);
	decide(&t);
	assert_true(goes(&t, 2, 1, 8000));
	assert_true(goes(&t, 2, 2, 8000));
	assert_false(goes(&t, 4, 1, 8000));
	end(&t);
}

/* A backend without a port stands for all of them. */
static void test_port_less(void **state)
{
	static const uint8_t both[] = {1, 2, 0}, one[] = {2, 0};
	struct flush_test t;

	(void)state;
	begin(&t);
	add_vip(&t.present, 1, 2, LB_F_CT_FLUSH, 0, both);
	add_vip(&t.want, 1, 2, LB_F_CT_FLUSH, 0, one);
	decide(&t);
	assert_true(goes(&t, 2, 1, 22));
	assert_true(goes(&t, 2, 1, 0));
	assert_false(goes(&t, 2, 2, 22));
	end(&t);
}

static bool zone_goes(const struct flush_test *t, uint32_t datapath,
		      uint16_t port)
{
	struct ct_val ct = {.datapath = datapath, .port = port};
	bool is_backend;
	bool is_in = flush_set_has(&t->set, &ct, &is_backend);

	assert_false(is_backend);
	return is_in;
}

static void test_zones(void **state)
{
	struct flush_test t;

	(void)state;
	begin(&t);
	add_datapath(&t.present, ROUTER, "gw1");
	add_datapath(&t.want, ROUTER, "gw2"); /* the key was given anew */
	add_datapath(&t.present, SWITCH, "sw");
	add_datapath(&t.want, SWITCH, "sw");
	add_port(&t.present, 1, "a");
	add_port(&t.present, 2, "b");
	add_port(&t.want, 2, "b");
	decide(&t);
	assert_true(zone_goes(&t, ROUTER, 0));
	assert_true(zone_goes(&t, SWITCH, 1));
	assert_false(zone_goes(&t, SWITCH, 2));
	assert_false(zone_goes(&t, SWITCH, 0));
	end(&t);
	begin(&t);
	add_datapath(&t.present, SWITCH, "sw");
	decide(&t);
	assert_true(zone_goes(&t, SWITCH, 2)); /* with all of its ports */
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_backend_goes),
		cmocka_unit_test(test_lb_goes),
		cmocka_unit_test(test_port_less),
		cmocka_unit_test(test_zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
