// SPDX-License-Identifier: GPL-2.0-only
/* Chassis and their indices, who is where, bound interfaces, given keys. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "network.h"

/* ls1 with ports p0..p4, on chassis c1, c2, c3 with hostnames h1, h2, h3. */
static struct nb_switch *begin(struct network *n)
{
	struct nb_switch *sw;

	net_init(n);
	net_chassis(n, "c1", "h1", "192.0.2.1");
	net_chassis(n, "c2", "h2", "192.0.2.2");
	net_chassis(n, "c3", "h3", "192.0.2.3");
	sw = net_switch(n, "ls1");
	net_vif(sw, "p0", "02:00:00:00:00:00");
	net_vif(sw, "p1", "02:00:00:00:00:01");
	net_vif(sw, "p2", "02:00:00:00:00:02");
	net_vif(sw, "p3", "02:00:00:00:00:03");
	net_vif(sw, "p4", "02:00:00:00:00:04");
	return sw;
}

static void end(struct network *n, struct compile_output *out)
{
	compile_output_free(out);
	net_free(n);
}

static void run(struct compile_input *in, struct compile_output *out)
{
	struct error e = {};
	int ret = compile(in, out, &e);

	if (ret)
		fail_msg("%d %s", ret, e.text);
}

static void assert_host(const struct compile_output *out, const char *lsp,
			const char *hostname)
{
	const struct port_val *val = net_port_val(out, lsp);

	assert_string_equal(hostname, out->chassis[val->chassis].hostname);
}

static void test_placement(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n);

	(void)state;
	net_place(&n, 0, "p0 p1");
	net_place(&n, 1, "p2 ghost");
	net_set(&sw->ports[1].requested_chassis, "h3"); /* not c1 */
	net_set(&sw->ports[2].requested_chassis, "c2"); /* as placed */
	net_set(&sw->ports[3].requested_chassis, "c2"); /* in no file */
	net_set(&sw->ports[4].requested_chassis, "c9");
	net_place(&n, 2, "p4");
	net_compile(&n, "c1", &out);
	assert_host(&out, "p0", "h1");
	assert_host(&out, "p1", "h3");
	assert_host(&out, "p2", "h2");
	assert_host(&out, "p3", "h2");
	assert_host(&out, "p4", "");
	assert_int_equal(0, net_port_val(&out, "p4")->chassis);
	net_assert_note(&out, "requested-chassis wins over the placement: 1: "
			      "p1 (h3, not c1)");
	net_assert_note(&out, "requested-chassis is not in the placement: 1: "
			      "p4 (c9)");
	net_assert_note(&out, "ports that the NB does not have: 1: ghost "
			      "(line 2)");
	net_assert_note(&out, "placed on no chassis, which makes them "
			      "unreachable: 1: p4");
	assert_int_equal(4, out.n_notes);
	end(&n, &out);
}

static void test_unplaced_examples(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n);

	(void)state;
	for (size_t i = 0; i < sw->n_ports; i++)
		snprintf(sw->ports[i].uuid, 37, "%zu", i);
	net_compile(&n, "c1", &out);
	assert_int_equal(1, out.n_notes);
	net_assert_note(&out, "unreachable: 5: p0, p1, p2, ...");
	end(&n, &out);
}

/* A name goes before a hostname that is the same. */
static void test_name_before_hostname(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n);

	(void)state;
	net_chassis(&n, "h1", "other", "192.0.2.4");
	net_set(&sw->ports[0].requested_chassis, "h1");
	net_compile(&n, "h1", &out);
	assert_host(&out, "p0", "other");
	assert_string_equal("other", out.chassis[out.own_chassis].hostname);
	end(&n, &out);
}

static void test_unknown_own(void **state)
{
	struct network n;

	(void)state;
	begin(&n);
	net_compile_fails(&n, "node9", ENOENT,
			  PARTS("node9", "not in the placement", "--chassis",
				"h1, h2, h3"));
	net_free(&n);
}

/* Without any chassis the host is the whole network, whatever its name. */
static void test_alone(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw;

	(void)state;
	net_init(&n);
	sw = net_switch(&n, "ls1");
	net_set(&net_vif(sw, "p0", "")->requested_chassis, "somehost");
	net_vif(sw, "p1", "");
	net_compile(&n, "somehost", &out);
	assert_int_equal(1, out.own_chassis);
	assert_string_equal("somehost", out.chassis[1].name);
	net_assert_ip(out.chassis[1].encap_ip, "0.0.0.0");
	assert_string_equal("", out.chassis[2].name);
	assert_int_equal(0, out.image.table[IMAGE_ENCAP_IP].n);
	assert_int_equal(1, net_port_val(&out, "p0")->chassis);
	assert_int_equal(0, net_port_val(&out, "p1")->chassis);
	end(&n, &out);
}

static uint32_t index_of(const struct compile_output *out, const char *name)
{
	for (uint32_t i = 1; i < XOVN_MAX_CHASSIS; i++)
		if (!strcmp(out->chassis[i].name, name))
			return i;
	return 0;
}

/* Chassis keep their indices; new ones avoid those that were just left. */
static void test_indices(void **state)
{
	struct chassis_val *present =
		calloc(XOVN_MAX_CHASSIS, sizeof(*present));
	struct compile_output out;
	struct network n;
	struct compile_input in = {.nb = &n.nb,
				   .placement = &n.placement,
				   .chassis = "c1",
				   .present_chassis = present};

	(void)state;
	begin(&n);
	net_place(&n, 2, "p0");
	strcpy(present[1].name, "c3");
	strcpy(present[2].name, "gone");
	strcpy(present[7].name, "c1");
	run(&in, &out);
	assert_int_equal(7, index_of(&out, "c1"));
	assert_int_equal(7, out.own_chassis);
	assert_int_equal(1, index_of(&out, "c3"));
	assert_int_equal(3, index_of(&out, "c2"));
	assert_int_equal(0, index_of(&out, "gone"));
	assert_int_equal(1, net_port_val(&out, "p0")->chassis);
	net_assert_ip(out.chassis[1].encap_ip, "192.0.2.3");
	compile_output_free(&out);

	/* Unless there is no other. */
	for (int i = 1; i < XOVN_MAX_CHASSIS; i++)
		if (!present[i].name[0])
			snprintf(present[i].name, XOVN_NAME_LEN, "old%d", i);
	run(&in, &out);
	assert_int_equal(2, index_of(&out, "c2"));
	free(present);
	end(&n, &out);
}

static void test_too_many_chassis(void **state)
{
	struct compile_output out;
	struct network n;
	char name[32], ip[32];

	(void)state;
	net_init(&n);
	for (int i = 1; i < XOVN_MAX_CHASSIS; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		snprintf(ip, sizeof(ip), "10.0.%d.%d", i >> 8, i & 0xff);
		net_chassis(&n, name, "", ip);
	}
	net_compile(&n, "c1", &out);
	assert_int_equal(XOVN_MAX_CHASSIS - 2,
			 out.image.table[IMAGE_ENCAP_IP].n);
	compile_output_free(&out);
	net_chassis(&n, "more", "", "10.1.0.0");
	net_compile_fails(&n, "c1", E2BIG, PARTS("4096", "4095"));
	net_free(&n);
}

static void test_encap_twice(void **state)
{
	struct network n;

	(void)state;
	begin(&n);
	net_chassis(&n, "c4", "h4", "192.0.2.2");
	net_compile_fails(&n, "c1", EINVAL,
			  PARTS("c2", "c4", "encap IP 192.0.2.2"));
	net_free(&n);
}

static void bind_to(struct compile_binding *b, uint32_t ifindex,
		    const char *ifname, const char *lsp, bool is_peer)
{
	memset(b, 0, sizeof(*b));
	b->ifindex = ifindex;
	b->is_peer = is_peer;
	snprintf(b->ifname, sizeof(b->ifname), "%s", ifname);
	name_store(b->lsp, lsp);
}

static const struct vif_val *vif_of(const struct compile_output *out,
				    uint32_t ifindex)
{
	struct vif_key key = {ifindex};

	return image_find(&out->image, IMAGE_VIF, &key);
}

static void test_bindings(void **state)
{
	struct compile_binding b[6];
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n);
	struct compile_input in = {.nb = &n.nb,
				   .placement = &n.placement,
				   .chassis = "c1",
				   .bindings = b,
				   .n_bindings = 6};
	const struct vif_val *vif;
	char long_name[300];

	(void)state;
	memset(long_name, 'n', sizeof(long_name));
	long_name[299] = 0;
	net_port_security(&sw->ports[0], "02:00:00:00:00:00");
	net_vif(sw, long_name, "02:00:00:00:00:05");
	net_vif(sw, "lnet", "")->type = NB_LSP_LOCALNET;
	net_place(&n, 0, "p0 p1");
	net_place(&n, 0, long_name);
	net_place(&n, 1, "p2");
	bind_to(&b[0], 10, "veth0", "p0", true);
	bind_to(&b[1], 11, "tap1", "p1", false);
	bind_to(&b[2], 12, "veth2", "p2", true);
	bind_to(&b[3], 13, "veth3", "deleted", true);
	bind_to(&b[4], 14, "veth4", long_name, true);
	bind_to(&b[5], 15, "veth5", "lnet", true);
	run(&in, &out);

	assert_int_equal(6, out.image.table[IMAGE_VIF].n);
	vif = vif_of(&out, 10);
	assert_int_equal(net_datapath(&out, "ls1"), vif->datapath);
	assert_int_equal(net_port(&out, "p0").port, vif->port);
	assert_int_equal(PORT_F_SECURITY | PORT_F_ONE_MAC | PORT_F_PEER,
			 vif->policy.flags);
	net_assert_mac(vif->policy.security_mac, "02:00:00:00:00:00");
	assert_string_equal("p0", vif->name);
	assert_string_equal("veth0", vif->ifname);
	assert_int_equal(10, net_port_val(&out, "p0")->ifindex);
	assert_memory_equal(&vif->policy, &net_port_val(&out, "p0")->policy,
			    sizeof(vif->policy));
	assert_int_equal(0, vif_of(&out, 11)->policy.flags);
	assert_int_equal(11, net_port_val(&out, "p1")->ifindex);

	/* Placed elsewhere: the port is not here, whatever is bound. */
	assert_int_equal(net_port(&out, "p2").port, vif_of(&out, 12)->port);
	assert_int_equal(0, net_port_val(&out, "p2")->ifindex);
	net_assert_note(&out, "placed elsewhere, which get no traffic: 1: "
			      "veth2 (p2, c2)");

	assert_int_equal(0, vif_of(&out, 13)->datapath);
	assert_string_equal("deleted", vif_of(&out, 13)->name);
	assert_int_equal(0, vif_of(&out, 15)->datapath);
	net_assert_note(&out, "is no VIF of the NB, which drops their traffic: "
			      "2: veth3 (deleted), veth5 (lnet)");

	assert_int_equal(net_port(&out, long_name).port,
			 vif_of(&out, 14)->port);
	assert_int_equal(14, net_port_val(&out, long_name)->ifindex);
	assert_int_equal(0, net_port_val(&out, "p3")->ifindex);
	end(&n, &out);
}

static void test_bound_twice(void **state)
{
	struct compile_binding b[2];
	struct compile_output out;
	struct network n;
	struct compile_input in = {.nb = &n.nb,
				   .placement = &n.placement,
				   .chassis = "c1",
				   .bindings = b,
				   .n_bindings = 2};
	struct error e = {};

	(void)state;
	begin(&n);
	bind_to(&b[0], 10, "veth0", "p0", true);
	bind_to(&b[1], 10, "veth0", "p1", true);
	assert_int_equal(-EINVAL, compile(&in, &out, &e));
	assert_non_null(strstr(e.text, "veth0 is bound twice"));
	net_free(&n);
}

/* requested-tnl-key and a Southbound database's keys. */
static void test_keys(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n);
	struct nb_router *r = net_router(&n, "lr");

	(void)state;
	sw->requested_key = 500;
	sw->ports[0].requested_key = 50;
	sw->ports[1].requested_key = 51;
	r->requested_key = 501;
	net_lrp(r, "lr-1", "02:00:00:00:00:fe", "10.0.0.1/24")->requested_key =
		52;
	net_compile(&n, "c1", &out);
	assert_int_equal(500, net_datapath(&out, "ls1"));
	assert_int_equal(501, net_datapath(&out, "lr"));
	assert_int_equal(50, net_port(&out, "p0").port);
	assert_int_equal(51, net_port(&out, "p1").port);
	assert_int_equal(52, net_lrp_key(&out, "lr-1").port);
	compile_output_free(&out);

	net_key(&n, sw->uuid, 7, 0);
	net_key(&n, r->uuid, 8, 0);
	net_key(&n, "p0", 7, 1);
	net_key(&n, "p1", 7, 2);
	net_key(&n, "p2", 9, 3); /* in another datapath: moved since */
	net_key(&n, "lr-1", 8, 1);
	net_compile(&n, "c1", &out);
	assert_int_equal(7, net_datapath(&out, "ls1"));
	assert_int_equal(8, net_datapath(&out, "lr"));
	assert_int_equal(1, net_port(&out, "p0").port);
	assert_int_equal(2, net_port(&out, "p1").port);
	assert_int_not_equal(3, net_port(&out, "p2").port);
	assert_int_equal(1, net_lrp_key(&out, "lr-1").port);
	net_assert_note(&out, "without a key in the Southbound database");
	net_assert_note(&out, "derived: 3: p");
	compile_output_free(&out);

	sw->ports[3].requested_key = sw->ports[4].requested_key = 60;
	net_compile_fails(&n, "c1", EINVAL,
			  PARTS("switch ls1", "p3", "p4",
				"requested-tnl-key 60"));
	net_free(&n);
}

/* One key for a switch and a router: they share the space. */
static void test_same_datapath_key(void **state)
{
	struct network n;

	(void)state;
	begin(&n)->requested_key = 500;
	net_router(&n, "lr")->requested_key = 500;
	net_compile_fails(&n, "c1", EINVAL,
			  PARTS("ls1", "lr", "requested-tnl-key 500"));
	net_free(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_placement),
		cmocka_unit_test(test_unplaced_examples),
		cmocka_unit_test(test_name_before_hostname),
		cmocka_unit_test(test_unknown_own),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_indices),
		cmocka_unit_test(test_too_many_chassis),
		cmocka_unit_test(test_encap_twice),
		cmocka_unit_test(test_bindings),
		cmocka_unit_test(test_bound_twice),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_same_datapath_key),
	};

	return cmocka_run_group_tests_name("compile_place", tests, NULL, NULL);
}
