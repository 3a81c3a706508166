// SPDX-License-Identifier: GPL-2.0-only
/* From a conf.db's rows to ports: VIFs, NICs, numbers, names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vswitch/ports.h"
#include "conf_file.h"

static void names(void **state)
{
	static const char *const good[] = {"a", "br-int", "a23456789012345",
					   "...", "\xc3\xa4"};
	static const char *const bad[] = {
		"",    ".",   "..", "a234567890123456", "a/b", "a b",
		"a:b", "a\n", "a%d"};
	const uint8_t uuid[16] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab,
				  0xcd, 0xef, 1,    2,	  3,	4,
				  5,	6,    7,    8};
	uint8_t root[16];
	char port[16], alias[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(link_name_is_valid(good[i]));
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(link_name_is_valid(bad[i]));
	pair_hostif(uuid, port);
	assert_string_equal(port, "xv0123456789ab");
	for (i = 0; i < 3; i++) {
		pair_mark(good[i], uuid, alias);
		assert_true(pair_parse_mark(alias, port, root));
		assert_string_equal(port, good[i]);
		assert_memory_equal(root, uuid, 16);
	}
	assert_false(pair_parse_mark("", port, root));
	assert_false(pair_parse_mark("xovn", port, root));
	assert_false(pair_parse_mark("xovn a", port, root));
	assert_false(pair_parse_mark("xovn a zz", port, root));
	assert_false(pair_parse_mark("xovn  " UUID("01"), port, root));
	assert_false(pair_parse_mark("uplink a " UUID("01"), port, root));
	assert_false(pair_parse_mark("xovn a234567890123456 " UUID("01"), port,
				     root));
}

/* br-int with its own port, a, b, c, d; br-x with x, y. */
static const char ports_rows[] = "{'Open_vSwitch':{'" UUID("01") "':{'bridges':['set',[" REF("10") "," REF("11") "," REF(
	"1f") "]],'external_ids':['map',["
	      "['ovn-bridge-mappings','net:br-x,none:br-none,int:br-int']]]}},"
	      "'Bridge':{'" UUID("10") "':{'name':'br-int','ports':['set',[" REF("20") "," REF("21") "," REF("22") "," REF("23") "," REF("24") "," REF(
		      "2f") "]]},"
			    "'" UUID("11") "':{'name':'br-x','ports':['set',[" REF("25") "," REF(
				    "26") "]]}},"
					  "'Port':{'" UUID("20") "':{'name':'br-int','interfaces':" REF(
						  "30") "},"
							"'" UUID("21") "':{'name':'a','interfaces':" REF(
								"31") "},"
								      "'" UUID("22") "':{'name':'b','interfaces':" REF(
									      "32") ",'tag':5},"
										    "'" UUID("23") "':{'name':'c','interfaces':" REF(
											    "33") "},"
												  "'" UUID("24") "':{'name':'d','interfaces':['set',[" REF("34") "," REF(
													  "37") "]]},"
														"'" UUID("25") "':{'name':'x','interfaces':" REF(
															"35") "},"
															      "'" UUID("26") "':{'name':'y','interfaces':" REF(
																      "36") "}},"
																	    "'Interface':{'" UUID(
																		    "30") "':{'name':'br-int','type':'internal'},"
																			  "'" UUID(
																				  "31") "':{'name':'a','ofport':3,"
																					"'external_ids':['map',[['iface-id','l1']]]},"
																					"'" UUID(
																						"32") "':{'name':'b','ofport':3,'external_ids':['map',"
																						      "[['iface-id','l2'],['iface-id-ver','v'],['encap-ip','10.0.0.9']]]},"
																						      "'" UUID(
																							      "33") "':{'name':'c','ofport_request':1,'ofport':7,"
																								    "'external_ids':['map',[['iface-id','l1']]]},"
																								    "'" UUID("34") "':{'name':'d'},'" UUID(
																									    "37") "':{'name':'e'},"
																										  "'" UUID(
																											  "35") "':{'name':'x','ofport':-1},"
																												"'" UUID(
																													"36") "':{'name':'y','ofport':1}}}";

static void ports_make(struct ports *p, struct ovsdb **db,
		       struct vswitch_settings *s)
{
	bool is_changed;
	size_t i;

	memset(p, 0, sizeof(*p));
	*db = conf_open(ports_rows);
	assert_int_equal(settings_read(*db, s), 0);
	assert_int_equal(ports_read(p, *db, s), 0);
	/* as if all interfaces were there */
	for (i = 0; i < p->n; i++) {
		p->port[i].ifindex = 100 + i;
		snprintf(p->port[i].hostif, IFNAMSIZ, "%s", p->port[i].name);
	}
	assert_int_equal(ports_export(p, *db, s, &is_changed), 0);
	assert_true(is_changed);
	assert_int_equal(ports_export(p, *db, s, &is_changed), 0);
	assert_false(is_changed);
	ports_number(p, *db);
}

static void ports_drop(struct ports *p, struct ovsdb *db,
		       struct vswitch_settings *s)
{
	ports_clear(p);
	settings_clear(s);
	ovsdb_free(db);
}

static void ports_and_vifs(void **state)
{
	struct vswitch_settings s;
	struct ovsdb *db;
	struct ports p;

	(void)state;
	ports_make(&p, &db, &s);
	assert_int_equal(p.n, 8);
	assert_null(ports_find(&p, "f"));
	assert_true(ports_find(&p, "br-int")->is_local);
	/* a tag is for bridges that switch; c has a's iface-id */
	assert_int_equal(p.n_vifs, 2);
	assert_string_equal(p.vif[0].name, "a");
	assert_string_equal(p.vif[1].name, "b");
	assert_string_equal(p.vif[1].iface_id, "l2");
	assert_string_equal(p.vif[1].iface_id_ver, "v");
	assert_string_equal(p.vif[1].encap_ip, "10.0.0.9");
	assert_non_null(strstr(ports_find(&p, "c")->error, "iface-id l1"));
	assert_non_null(strstr(ports_find(&p, "d")->error, "bond"));
	assert_non_null(strstr(ports_find(&p, "e")->error, "bond"));
	ports_drop(&p, db, &s);
}

static void networks(void **state)
{
	struct vswitch_settings s;
	struct ovsdb *db;
	struct ports p;

	(void)state;
	ports_make(&p, &db, &s);
	assert_int_equal(p.n_networks, 3);
	/* y works already, so x, though its name is less, is one too many */
	assert_string_equal(p.network[0].network, "net");
	assert_string_equal(p.network[0].ifname, "y");
	assert_non_null(strstr(ports_find(&p, "x")->error, "has y already"));
	assert_string_equal(p.network[1].network, "none");
	assert_string_equal(p.network[1].ifname, "");
	/* guests' interfaces are no NICs */
	assert_string_equal(p.network[2].network, "int");
	assert_string_equal(p.network[2].ifname, "");
	assert_null(ports_find(&p, "a")->error);
	ports_drop(&p, db, &s);
}

static void numbers(void **state)
{
	struct vswitch_settings s;
	struct ovsdb *db;
	struct ports p;
	struct port *c;

	(void)state;
	ports_make(&p, &db, &s);
	assert_int_equal(ports_find(&p, "br-int")->ofport, 65534);
	/* both rows say 3: the first keeps it */
	assert_int_equal(ports_find(&p, "a")->ofport, 3);
	assert_int_equal(ports_find(&p, "b")->ofport, 1);
	assert_int_equal(ports_find(&p, "c")->ofport, -1);
	assert_int_equal(ports_find(&p, "y")->ofport, 1);
	/* what asks for a number goes before what has none yet */
	c = ports_find(&p, "c");
	free(c->error);
	c->error = NULL;
	ports_find(&p, "b")->ofport_last = 0;
	ports_number(&p, db);
	assert_int_equal(c->ofport, 1);
	assert_int_equal(ports_find(&p, "b")->ofport, 2);
	/* an error of the agent's costs the number, which comes back */
	ports_find(&p, "b")->agent_error = strdup("no");
	ports_number(&p, db);
	assert_int_equal(ports_find(&p, "b")->ofport, -1);
	free(ports_find(&p, "b")->agent_error);
	ports_find(&p, "b")->agent_error = NULL;
	ports_number(&p, db);
	assert_int_equal(ports_find(&p, "b")->ofport, 2);
	ports_drop(&p, db, &s);
}

static void read_again(void **state)
{
	struct vswitch_settings s;
	struct ovsdb *db;
	struct ports p;

	(void)state;
	ports_make(&p, &db, &s);
	ports_find(&p, "a")->agent_error = strdup("no room");
	ports_find(&p, "a")->installed = INSTALLED_YES;
	assert_int_equal(ports_read(&p, db, &s), 0);
	assert_int_equal(p.n, 8);
	assert_string_equal(ports_find(&p, "a")->agent_error, "no room");
	assert_int_equal(ports_find(&p, "a")->installed, INSTALLED_YES);
	assert_null(ports_find(&p, "b")->agent_error);
	ports_drop(&p, db, &s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),      cmocka_unit_test(ports_and_vifs),
		cmocka_unit_test(networks),   cmocka_unit_test(numbers),
		cmocka_unit_test(read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
