// SPDX-License-Identifier: GPL-2.0-only
/* Whose a port is: requested-chassis, and the table of interfaces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "southbound/parts.h"

static const struct {
	const char *requested;
	enum claim_place wanted;
} requests[] = {
	{NULL, CLAIM_MAIN},
	{"", CLAIM_MAIN},
	{",", CLAIM_MAIN},
	{"id1", CLAIM_MAIN},
	{"host1", CLAIM_MAIN},
	{"id", CLAIM_NONE},
	{"id12", CLAIM_NONE},
	{"other", CLAIM_NONE},
	{"other,id1", CLAIM_ADDITIONAL},
	{"other,another,host1", CLAIM_ADDITIONAL},
	{"id1,other", CLAIM_MAIN},
	{",id1,other", CLAIM_MAIN},
	{"id1,id1", CLAIM_MAIN},
	{"other,", CLAIM_NONE},
	{"other,another", CLAIM_NONE},
};

static void requested_chassis(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (claim_requested(requests[i].requested, "id1", "host1") !=
		    requests[i].wanted)
			fail_msg("requested-chassis %s",
				 requests[i].requested ? requests[i].requested :
							 "(none)");
	/* a chassis without a hostname is not named by nothing */
	assert_int_equal(claim_requested("other,,", "id1", ""), CLAIM_NONE);
}

static struct vswitch_vif vif(const char *name, const char *iface_id)
{
	struct vswitch_vif v = {.iface_id = (char *)iface_id};

	strcpy(v.name, name);
	return v;
}

static void set(struct claims *c, const struct vswitch_vif *vifs, size_t n)
{
	const struct southbound_wanted w = {.vifs = vifs, .n_vifs = n};

	claim_table_set(c, &w);
}

static void two_interfaces(void **state)
{
	const struct vswitch_vif first[] = {vif("a", "p1"), vif("c", "p2")};
	const struct vswitch_vif both[] = {vif("b", "p1"), vif("c", "p2"),
					   vif("a", "p1")};
	struct claims c = {0};

	(void)state;
	set(&c, first, 2);
	assert_int_equal(c.n, 2);
	assert_string_equal(claim_find(&c, "p1")->ifname, "a");
	/* the one that was there keeps the port, wherever it stands */
	set(&c, both, 3);
	assert_int_equal(c.n, 2);
	assert_string_equal(claim_find(&c, "p1")->ifname, "a");
	assert_ptr_equal(claim_find(&c, "p1")->vif, &both[2]);
	assert_string_equal(claim_find(&c, "p1")->duplicate, "b");
	/* until it goes */
	set(&c, both, 2);
	assert_string_equal(claim_find(&c, "p1")->ifname, "b");
	assert_string_equal(claim_find(&c, "p1")->duplicate, "");
	claim_table_free(&c);
}

static void what_is_kept(void **state)
{
	const struct vswitch_vif vifs[] = {vif("a", "p1"), vif("b", "p2"),
					   vif("c", "p3")};
	const struct vswitch_vif moved[] = {vif("a", "p1"), vif("b", "p2"),
					    vif("c", "p3")};
	static const char *const installed[] = {"p0", "p2"};
	struct claims c = {0};

	(void)state;
	set(&c, vifs, 2);
	assert_true(claim_table_installed(&c, installed, 2));
	assert_false(claim_table_installed(&c, installed, 2));
	assert_false(claim_find(&c, "p1")->is_installed);
	assert_true(claim_find(&c, "p2")->is_installed);
	claim_find(&c, "p1")->claimed_at = 7;
	set(&c, vifs, 3);
	assert_int_equal(claim_find(&c, "p1")->claimed_at, 7);
	assert_true(claim_find(&c, "p2")->is_installed);
	/* the same interfaces elsewhere in memory */
	set(&c, moved, 3);
	assert_ptr_equal(claim_find(&c, "p3")->vif, &moved[2]);
	set(&c, moved, 0);
	assert_int_equal(c.n, 0);
	assert_null(claim_find(&c, "p1"));
	claim_table_free(&c);
}

static void refusals(void **state)
{
	struct southbound s = {0};
	int64_t now = time_ms();

	(void)state;
	assert_int_equal(claim_refused_until(&s.claims, "p1"), 0);
	assert_true(claim_refuse(&s.claims, "p1"));
	assert_true(claim_is_refused(&s, "p1"));
	assert_false(claim_is_refused(&s, "p2"));
	assert_true(claim_refused_until(&s.claims, "p1") >= now + 1000);
	/* longer each time, to a limit */
	assert_true(claim_refuse(&s.claims, "p1"));
	assert_int_equal(s.claims.refusals->pause_ms, 2000);
	assert_true(claim_refuse(&s.claims, "p1"));
	assert_true(claim_refuse(&s.claims, "p1"));
	assert_true(claim_refuse(&s.claims, "p1"));
	assert_int_equal(s.claims.refusals->pause_ms, 8000);
	claim_refusals_forget(&s.claims, now);
	assert_true(claim_is_refused(&s, "p1"));
	claim_refusals_forget(&s.claims, INT64_MAX);
	assert_false(claim_is_refused(&s, "p1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requested_chassis),
		cmocka_unit_test(two_interfaces),
		cmocka_unit_test(what_is_kept),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
