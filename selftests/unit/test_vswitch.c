// SPDX-License-Identifier: GPL-2.0-only
/* What a conf.db says about this host: settings and mappings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vswitch/settings.h"
#include "conf_file.h"

static const char *text(const char *s)
{
	return s ? s : "-";
}

static const struct {
	const char *name, *ids, *wanted;
} settings_cases[] = {
	{"nothing is set", "['hostname','h']",
	 "- h - - -:- csum br-int '' auto 5000"},
	{"as in the tutorial",
	 "['hostname','h'],['system-id','id1'],"
	 "['ovn-remote','tcp:10.0.0.1:6642'],['ovn-encap-type','geneve'],"
	 "['ovn-encap-ip','10.0.0.2'],['ovn-bridge-mappings','phyNet:br-eth1']",
	 "id1 h tcp:10.0.0.1:6642 tcp:10.0.0.1:6641 geneve:10.0.0.2 csum "
	 "br-int 'phyNet:br-eth1' auto 5000"},
	{"of this chassis before that of all",
	 "['hostname','h'],['system-id','id1'],['ovn-encap-ip','10.0.0.2'],"
	 "['ovn-encap-ip-id1','10.0.0.3'],['ovn-encap-ip-id2','10.0.0.4'],"
	 "['ovn-bridge-id1','br-x']",
	 "id1 h - - -:10.0.0.3 csum br-x '' auto 5000"},
	{"all else",
	 "['hostname','h'],['system-id','i'],['ovn-encap-ip','10.0.0.2,10.0.0.3'],"
	 "['ovn-encap-csum','false'],['xovn-mode','tc'],"
	 "['ovn-monitor-all','true'],['ovn-remote-probe-interval','30000'],"
	 "['xovn-nb-remote','ssl:n:1']",
	 "i h - ssl:n:1 -:10.0.0.2 nocsum br-int '' tc 30000 all"},
	{"one of several addresses",
	 "['hostname','h'],['ovn-encap-ip','10.0.0.2,10.0.0.3'],"
	 "['ovn-encap-ip-default','10.0.0.3']",
	 "- h - - -:10.0.0.3 csum br-int '' auto 5000"},
	{"values that are none",
	 "['hostname','h'],['system-id',''],['ovn-encap-csum','perhaps'],"
	 "['xovn-mode','fast'],['ovn-monitor-all','yes'],"
	 "['ovn-remote-probe-interval','-1'],['ovn-bridge','']",
	 "- h - - -:- csum br-int '' auto 0"},
	{"a probe every 0.2 s",
	 "['hostname','h'],['ovn-remote-probe-interval','200']",
	 "- h - - -:- csum br-int '' auto 1000"},
};

static void settings_are_read(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(settings_cases) / sizeof(*settings_cases); i++) {
		struct vswitch_settings s, again;
		char rows[2048], got[512];
		struct ovsdb *db;

		snprintf(rows, sizeof(rows),
			 "{'Open_vSwitch':{'" UUID(
				 "01") "':{'external_ids':['map',[%s]]}}}",
			 settings_cases[i].ids);
		db = conf_open(rows);
		assert_int_equal(settings_read(db, &s), 0);
		snprintf(got, sizeof(got),
			 "%s %s %s %s %s:%s %s %s '%s' %s %d%s",
			 text(s.system_id), text(s.hostname), text(s.remote),
			 text(s.nb_remote), text(s.encap_type),
			 text(s.encap_ip), s.encap_csum ? "csum" : "nocsum",
			 text(s.bridge), text(s.bridge_mappings), text(s.mode),
			 s.probe_ms, s.monitor_all ? " all" : "");
		print_message("%s\n", settings_cases[i].name);
		assert_string_equal(got, settings_cases[i].wanted);
		assert_int_equal(settings_read(db, &again), 0);
		assert_true(settings_equal(&s, &again));
		again.probe_ms++;
		assert_false(settings_equal(&s, &again));
		settings_clear(&s);
		settings_clear(&again);
		ovsdb_free(db);
	}
}

static void settings_without_a_row(void **state)
{
	struct vswitch_settings s;
	struct ovsdb *db = conf_open("{}");

	(void)state;
	assert_int_equal(settings_read(db, &s), 0);
	assert_null(s.system_id);
	assert_null(s.remote);
	settings_clear(&s);
	ovsdb_free(db);
}

static void certificates_and_keys(void **state)
{
	struct vswitch_settings s;
	struct ovsdb *db = conf_open("{'SSL':{'" UUID(
		"09") "':{'private_key':'/k','certificate':'/c',"
		      "'ca_cert':'/ca'}},'Open_vSwitch':{'" UUID("01") "':{'ssl':" REF(
			      "09") ",'external_ids':['map',[['ovn-b','2'],['a','0'],"
				    "['ovn-a','1']]]}}}");

	(void)state;
	assert_int_equal(settings_read(db, &s), 0);
	assert_string_equal(s.tls.private_key, "/k");
	assert_string_equal(s.tls.certificate, "/c");
	assert_string_equal(s.tls.ca_cert, "/ca");
	assert_int_equal(s.n_ovn_ids, 2);
	assert_string_equal(s.ovn_ids[0][0], "ovn-a");
	assert_string_equal(s.ovn_ids[0][1], "1");
	assert_string_equal(s.ovn_ids[1][0], "ovn-b");
	settings_clear(&s);
	ovsdb_free(db);
}

static const struct {
	const char *sb, *nb;
} remotes[] = {
	{"tcp:10.0.0.1:6642", "tcp:10.0.0.1:6641"},
	{"tcp:10.0.0.1", "tcp:10.0.0.1:6641"},
	{"ssl:[fd00::1]:6642", "ssl:[fd00::1]:6641"},
	{"ssl:[fd00::1]", "ssl:[fd00::1]:6641"},
	{"tcp:a:6642,ssl:b:16642, tcp:c:1", "tcp:a:6641,ssl:b:6641,tcp:c:6641"},
	{"unix:/run/ovn/ovnsb_db.sock", "unix:/run/ovn/ovnnb_db.sock"},
	{"unix:/run/x.sock", NULL},
	{"unix:/run/x.sock,tcp:a:1", "tcp:a:6641"},
	{"ptcp:6642", NULL},
	{"tcp:", NULL},
	{"tcp::6642", NULL},
	{"", NULL},
	{",, ,", NULL},
};

static void nb_is_beside_sb(void **state)
{
	char *nb;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(remotes) / sizeof(*remotes); i++) {
		assert_int_equal(settings_nb_remote(remotes[i].sb, &nb), 0);
		assert_string_equal(text(nb), text(remotes[i].nb));
		free(nb);
	}
}

static const struct {
	const char *text, *wanted;
} mappings[] = {
	{"", ""},
	{"net:br", "net>br "},
	{"net:br,net2:br2", "net>br net2>br2 "},
	{" net:br, net2:br2,", "net>br net2>br2 "},
	{"net,net2:br2", "net2>br2 !net"},
	{":br,net2:,n3:br3,a:b:c", "n3>br3 !:br"},
	{"net:br,net:br2", "net>br !net:br2"},
	{"net:br,net2:br", "net>br !net2:br"},
};

static void mappings_are_read(void **state)
{
	struct settings_mapping *list;
	size_t i, j, n;
	char got[256];
	char *bad;

	(void)state;
	for (i = 0; i < sizeof(mappings) / sizeof(*mappings); i++) {
		assert_int_equal(settings_mappings(mappings[i].text, &list, &n,
						   &bad),
				 0);
		got[0] = '\0';
		for (j = 0; j < n; j++)
			sprintf(got + strlen(got), "%s>%s ", list[j].network,
				list[j].bridge);
		if (bad)
			sprintf(got + strlen(got), "!%s", bad);
		assert_string_equal(got, mappings[i].wanted);
		settings_mappings_free(list, n);
		free(bad);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_are_read),
		cmocka_unit_test(settings_without_a_row),
		cmocka_unit_test(certificates_and_keys),
		cmocka_unit_test(nb_is_beside_sb),
		cmocka_unit_test(mappings_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
