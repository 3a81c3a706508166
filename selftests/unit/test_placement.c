// SPDX-License-Identifier: GPL-2.0-only
/* Placement files, and placement and keys out of a Southbound database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nb/placement.h"
#include "ovsdb/ovsdb.h"
#include "ovsdb_file.h"

#define DATA XOVN_TEST_DATA

/* name,hostname=ip: port@line ...; */
static char *placement_text(const struct placement *p)
{
	char *text = NULL;
	size_t size, i, j;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	for (i = 0; i < p->n_chassis; i++) {
		const struct placement_chassis *c = &p->chassis[i];

		fprintf(f, "%s,%s=%u.%u.%u.%u:", c->name, c->hostname,
			c->encap_ip[0], c->encap_ip[1], c->encap_ip[2],
			c->encap_ip[3]);
		for (j = 0; j < p->n_ports; j++)
			if (p->ports[j].chassis == i)
				fprintf(f, " %s@%u", p->ports[j].lsp,
					p->ports[j].line);
		fputc(';', f);
	}
	fclose(f);
	return text;
}

static const struct {
	const char *name, *text, *wanted;
} good[] = {
	{"one", "node1 192.0.2.1\n", "node1,=192.0.2.1:;"},
	{"hostname and ports", "id1,node1 192.0.2.1 a b\nid2 192.0.2.2 c\n",
	 "id1,node1=192.0.2.1: a@1 b@1;id2,=192.0.2.2: c@2;"},
	{"comments, blank lines, tabs, no line feed at the end",
	 "# all\n\n  \t\nid1\t192.0.2.1\ta # here\n#b\nid2 192.0.2.2 c#d",
	 "id1,=192.0.2.1: a@4;id2,=192.0.2.2: c#d@6;"},
	{"carriage returns", "id1 192.0.2.1 a\r\n\r\nid2 192.0.2.2\r\n",
	 "id1,=192.0.2.1: a@1;id2,=192.0.2.2:;"},
	{"hostname is the name", "id1,id1 192.0.2.1\n", "id1,id1=192.0.2.1:;"},
};

static void good_files(void **state)
{
	struct placement p;
	struct error e;
	char path[64], *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		db_create(path);
		db_append(path, good[i].text, strlen(good[i].text));
		if (placement_read_file(path, &p, &e))
			fail_msg("%s: %s", good[i].name, e.text);
		text = placement_text(&p);
		if (strcmp(text, good[i].wanted))
			fail_msg("%s: %s instead of %s", good[i].name, text,
				 good[i].wanted);
		free(text);
		placement_free(&p);
		unlink(path);
	}
}

/* %s: the file. */
static const struct {
	const char *name, *text, *wanted;
} bad[] = {
	{"port twice", "a 192.0.2.1 p q\n\nb 192.0.2.2 q\n",
	 "%s: line 3: port q is placed on line 1 already (chassis a); keep "
	 "one of them"},
	{"port twice on a line", "a 192.0.2.1 p p\n",
	 "%s: line 1: port p is placed on line 1 already (chassis a); keep "
	 "one of them"},
	{"chassis twice", "a 192.0.2.1\na 192.0.2.2\n",
	 "%s: line 2: chassis a stands on line 1 already; keep one of them"},
	{"hostname twice", "a,h 192.0.2.1\nb,h 192.0.2.2\n",
	 "%s: line 2: hostname h stands on line 1 already; keep one of them"},
	{"name is a hostname", "a,b 192.0.2.1\nb 192.0.2.2\n",
	 "%s: line 2: chassis b stands on line 1 already; keep one of them"},
	{"hostname is a name", "a 192.0.2.1\nb,a 192.0.2.2\n",
	 "%s: line 2: hostname a stands on line 1 already; keep one of them"},
	{"encap IP twice", "a 192.0.2.1\nb 192.0.2.1\n",
	 "%s: line 2: encap IP 192.0.2.1 stands on line 1 already; keep one "
	 "of them"},
	{"no encap IP", "# x\na\n",
	 "%s: line 2: chassis a has no encap IP; write it behind the name"},
	{"port instead of the encap IP", "a p q\n",
	 "%s: line 1: encap IP \"p\" of chassis a is no IPv4 address of a "
	 "host"},
	{"encap IP with a mask", "a 192.0.2.1/24\n",
	 "%s: line 1: encap IP \"192.0.2.1/24\" of chassis a is no IPv4 "
	 "address of a host"},
	{"multicast", "a 224.0.0.1\n",
	 "%s: line 1: encap IP \"224.0.0.1\" of chassis a is no IPv4 address "
	 "of a host"},
	{"IPv6", "a fd00::1\n",
	 "%s: line 1: encap IP \"fd00::1\" of chassis a is no IPv4 address of "
	 "a host"},
	{"empty name", ",h 192.0.2.1\n",
	 "%s: line 1: \"NAME encap-ip lsp...\" or \"NAME,HOSTNAME encap-ip "
	 "lsp...\" was expected"},
	{"two hostnames", "a,b,c 192.0.2.1\n",
	 "%s: line 1: \"NAME encap-ip lsp...\" or \"NAME,HOSTNAME encap-ip "
	 "lsp...\" was expected"},
	{"Latin-1", "# n\xfcrnberg\nid1,n\xfcrnberg 192.0.2.1\n",
	 "%s: line 2: chassis id1,n\xfcrnberg is not in UTF-8; convert the "
	 "file (iconv)"},
	{"empty", "# nothing\n",
	 "%s: it names no chassis; a line \"NAME,HOSTNAME encap-ip lsp...\" "
	 "for each is needed"},
};

static void bad_files(void **state)
{
	struct placement p;
	struct error e;
	char path[64], wanted[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		db_create(path);
		db_append(path, bad[i].text, strlen(bad[i].text));
		if (placement_read_file(path, &p, &e) != -EINVAL)
			fail_msg("%s: was accepted", bad[i].name);
		snprintf(wanted, sizeof(wanted), bad[i].wanted, path);
		if (strcmp(e.text, wanted))
			fail_msg("%s: \"%s\" instead of \"%s\"", bad[i].name,
				 e.text, wanted);
		assert_int_equal(p.n_chassis + p.n_ports, 0);
		unlink(path);
	}
	assert_int_equal(placement_read_file("/no/such/file", &p, &e), -ENOENT);
	assert_string_equal(e.text, "/no/such/file: cannot be opened: No such "
				    "file or directory");
	assert_true(placement_read_file("/", &p, &e) < 0);
	assert_non_null(strstr(e.text, "/: cannot be read: Is a directory"));
}

static void find(void **state)
{
	struct placement p;
	struct error e;

	(void)state;
	assert_int_equal(placement_read_file(DATA "/placement", &p, &e), 0);
	assert_int_equal(p.n_chassis, 3);
	assert_int_equal(p.n_ports, 4);
	assert_ptr_equal(placement_find_chassis(&p, "node2"), &p.chassis[1]);
	assert_ptr_equal(placement_find_chassis(
				 &p, "50583630-5cf9-42a6-8f79-fe676049b591"),
			 &p.chassis[2]);
	assert_null(placement_find_chassis(&p, "node4"));
	assert_null(placement_find_chassis(&p, ""));
	placement_free(&p);
}

static const struct placement_key *key_find(const struct placement *p,
					    const char *name, bool is_port)
{
	size_t i;

	for (i = 0; i < p->n_keys; i++)
		if (!strcmp(p->keys[i].name, name) &&
		    !!p->keys[i].port_key == is_port)
			return &p->keys[i];
	return NULL;
}

/* ovn-northd's rows for history.db: its uuids lead to ours. */
static void southbound_check(const char *path)
{
	const struct placement_key *datapath, *port, *lrp;
	struct placement p;
	struct ovsdb *sb;
	struct error e;
	struct nb nb;

	if (nb_read(DATA "/ovsdb/history.db", &nb, &e) ||
	    ovsdb_read(path, "OVN_Southbound", placement_sb_columns, &sb, &e) ||
	    placement_read_sb(sb, &p, &e))
		fail_msg("%s", e.text);
	ovsdb_free(sb);
	/* "other" has only vxlan. */
	assert_int_equal(p.n_chassis, 2);
	assert_null(placement_find_chassis(&p, "other"));
	assert_non_null(placement_find_chassis(&p, "node1"));
	assert_int_equal(placement_find_chassis(&p, "host2")->encap_ip[3], 2);
	assert_int_equal(p.n_ports, 1);
	assert_string_equal(p.ports[0].lsp, "p0");
	assert_ptr_equal(&p.chassis[p.ports[0].chassis],
			 placement_find_chassis(&p, "node2"));

	datapath = key_find(&p, nb.switches[0].uuid, false);
	port = key_find(&p, "p0", true);
	lrp = key_find(&p, "r0-sw0", true);
	assert_non_null(datapath);
	assert_non_null(port);
	assert_non_null(lrp);
	assert_int_equal(port->datapath_key, datapath->datapath_key);
	assert_int_equal(lrp->datapath_key,
			 key_find(&p, nb.routers[0].uuid, false)->datapath_key);
	assert_int_not_equal(lrp->datapath_key, port->datapath_key);
	placement_free(&p);
	nb_free(&nb);
}

static void southbound(void **state)
{
	(void)state;
	southbound_check(DATA "/ovsdb/sb.db");
	southbound_check(DATA "/ovsdb/sb-dump.json");
}

#define TABLE(name, headings, rows)                                            \
	"{\"caption\":\"" name " table\",\"headings\":[\"_uuid\"," headings    \
	"],\"data\":[" rows "]}\n"
#define UUID(n) "[\"uuid\",\"66666666-0000-0000-0000-00000000000" #n "\"]"
#define NO_CHASSIS TABLE("Chassis", "\"name\"", "") TABLE("Encap", "\"ip\"", "")

/* 25.09 and later: the NB row stands in nb_uuid. */
static void southbound_nb_uuid(void **state)
{
	static const char dump[] =
		NO_CHASSIS TABLE("Datapath_Binding",
				 "\"tunnel_key\",\"nb_uuid\"",
				 "[" UUID(1) ",5," UUID(9) "]")
			TABLE("Port_Binding",
			      "\"logical_port\","
			      "\"tunnel_key\","
			      "\"datapath\"",
			      "[" UUID(2) ",\"p\",7," UUID(1) "]");
	struct placement p;
	struct ovsdb *sb;
	struct error e;
	char path[64];

	(void)state;
	db_create(path);
	db_append(path, dump, strlen(dump));
	if (ovsdb_read(path, "OVN_Southbound", placement_sb_columns, &sb, &e) ||
	    placement_read_sb(sb, &p, &e))
		fail_msg("%s", e.text);
	ovsdb_free(sb);
	assert_int_equal(p.n_keys, 2);
	assert_int_equal(key_find(&p, "66666666-0000-0000-0000-000000000009",
				  false)
				 ->datapath_key,
			 5);
	assert_int_equal(key_find(&p, "p", true)->datapath_key, 5);
	assert_int_equal(key_find(&p, "p", true)->port_key, 7);
	placement_free(&p);
	unlink(path);
}

static void southbound_bad(void **state)
{
	static const struct {
		const char *rows, *wanted;
	} cases[] = {
		{TABLE("Datapath_Binding", "\"tunnel_key\"", "[" UUID(1) ",5]")
			 TABLE("Port_Binding",
			       "\"logical_port\",\"tunnel_key\",\"datapath\"",
			       "[" UUID(2) ",\"p\",32768," UUID(1) "]"),
		 "Port_Binding p: tunnel_key 32768 is no number from 1 to "
		 "32767"},
		{TABLE("Datapath_Binding", "\"tunnel_key\"",
		       "[" UUID(1) ",16777216]")
			 TABLE("Port_Binding",
			       "\"logical_port\",\"tunnel_key\",\"datapath\"",
			       "[" UUID(2) ",\"p\",1," UUID(1) "]"),
		 "Datapath_Binding of port p: tunnel_key 16777216 is no"},
		{TABLE("Datapath_Binding", "\"tunnel_key\"", "")
			 TABLE("Port_Binding",
			       "\"logical_port\",\"tunnel_key\",\"datapath\"",
			       "[" UUID(2) ",\"p\",1," UUID(1) "]"),
		 "Port_Binding p: its Datapath_Binding is missing"},
	};
	struct placement p;
	struct ovsdb *sb;
	struct error e;
	char path[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		db_create(path);
		db_append(path, NO_CHASSIS, strlen(NO_CHASSIS));
		db_append(path, cases[i].rows, strlen(cases[i].rows));
		if (ovsdb_read(path, "OVN_Southbound", placement_sb_columns,
			       &sb, &e))
			fail_msg("%s", e.text);
		assert_int_equal(placement_read_sb(sb, &p, &e), -EINVAL);
		if (!strstr(e.text, cases[i].wanted))
			fail_msg("\"%s\" instead of \"%s\"", e.text,
				 cases[i].wanted);
		ovsdb_free(sb);
		unlink(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_files),
		cmocka_unit_test(bad_files),
		cmocka_unit_test(find),
		cmocka_unit_test(southbound),
		cmocka_unit_test(southbound_nb_uuid),
		cmocka_unit_test(southbound_bad),
	};

	return cmocka_run_group_tests_name("placement", tests, NULL, NULL);
}
