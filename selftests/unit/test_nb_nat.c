// SPDX-License-Identifier: GPL-2.0-only
/* Rows of NAT, and the address sets they name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "nb_case.h"

#define NAT "77777777-0000-0000-0000-000000000001"
#define SET "88888888-0000-0000-0000-00000000000"
#define FRAME_NAT                                                              \
	"{\"Logical_Router\":{\"" LR                                           \
	"\":{\"name\":\"r0\",\"nat\":[\"uuid\",\"" NAT "\"]}},\"NAT\":{\"" NAT \
	"\":{%s}},\"Address_Set\":{\"" SET                                     \
	"1\":{\"name\":\"as1\",\"addresses\":[\"set\",[\"198.51.100.0/24\","   \
	"\"203.0.113.7\"]]},\"" SET                                            \
	"2\":{\"name\":\"as2\",\"addresses\":[\"set\",[\"fd00::1\","           \
	"\"192.0.2.9\",\"192.0.2.5/24\",\"02:00:00:00:00:01\"]]},\"" SET       \
	"3\":{\"name\":\"as3\"}}}"
#define ROW(type, external, logical)                                           \
	"\"type\":\"" type "\",\"external_ip\":\"" external                    \
	"\",\"logical_ip\":\"" logical "\""
#define SNAT ROW("snat", "192.0.2.1", "10.0.0.0/8")
#define DNAT ROW("dnat", "192.0.2.1", "10.0.0.1")
#define BOTH ROW("dnat_and_snat", "192.0.2.1", "10.0.0.1")
#define ALLOWED(n) "\"allowed_ext_ips\":[\"uuid\",\"" SET #n "\"]"
#define EXEMPTED(n) "\"exempted_ext_ips\":[\"uuid\",\"" SET #n "\"]"

static const struct nb_case values[] = {
	{"snat of a network", FRAME_NAT, SNAT,
	 "  nat " NAT " snat 192.0.2.1 10.0.0.0/8\n", "notice"},
	{"snat, host bits, mask", FRAME_NAT,
	 ROW("snat", "192.0.2.1", "10.1.2.3/255.255.0.0"),
	 " snat 192.0.2.1 10.1.0.0/16\n", "notice"},
	{"snat of everything", FRAME_NAT, ROW("snat", "192.0.2.1", "0.0.0.0/0"),
	 " snat 192.0.2.1 0.0.0.0/0\n", "notice"},
	{"snat of one address", FRAME_NAT, ROW("snat", "192.0.2.1", "10.0.0.1"),
	 " snat 192.0.2.1 10.0.0.1/32\n", "notice"},
	{"dnat", FRAME_NAT, DNAT, " dnat 192.0.2.1 10.0.0.1/32\n", "notice"},
	{"dnat, /32", FRAME_NAT, ROW("dnat", "192.0.2.1/32", "10.0.0.1/32"),
	 " dnat 192.0.2.1 10.0.0.1/32\n", "notice"},
	{"dnat_and_snat", FRAME_NAT, BOTH,
	 " dnat_and_snat 192.0.2.1 10.0.0.1/32\n", "notice"},
	{"range of ports", FRAME_NAT,
	 SNAT ",\"external_port_range\":\"1024-65535\"",
	 " 10.0.0.0/8 ports 1024-65535\n", "notice"},
	{"one port", FRAME_NAT, SNAT ",\"external_port_range\":\"5000\"",
	 " ports 5000-5000\n", "notice"},
	{"no range", FRAME_NAT, SNAT ",\"external_port_range\":\"\"",
	 " snat 192.0.2.1 10.0.0.0/8\n", "notice"},
	{"stateless", FRAME_NAT,
	 BOTH "," OPTION("options", "stateless", "true"),
	 " 10.0.0.1/32 stateless\n", "notice"},
	{"stateless is false", FRAME_NAT,
	 BOTH "," OPTION("options", "stateless", "false"),
	 " dnat_and_snat 192.0.2.1 10.0.0.1/32\n", "notice"},
	{"stateless has no meaning for dnat", FRAME_NAT,
	 DNAT "," OPTION("options", "stateless", "true"),
	 " dnat 192.0.2.1 10.0.0.1/32\n", "stateless"},
	{"allowed", FRAME_NAT, SNAT "," ALLOWED(1),
	 " 10.0.0.0/8 allowed ( 198.51.100.0/24 203.0.113.7/32 )\n", "notice"},
	{"exempted", FRAME_NAT, SNAT "," EXEMPTED(1),
	 " 10.0.0.0/8 exempted ( 198.51.100.0/24 203.0.113.7/32 )\n", "notice"},
	{"an empty set allows nobody", FRAME_NAT, SNAT "," ALLOWED(3),
	 " 10.0.0.0/8 allowed ( )\n", "notice"},
	/* 192.0.2.5/24 has host bits. */
	{"a set of other things", FRAME_NAT, SNAT "," ALLOWED(2),
	 " allowed ( 192.0.2.9/32 )\nnotice element of a NAT's Address_Set "
	 "that is no IPv4 address or prefix: 3 (as2)\n",
	 NULL},
	{"what only a distributed gateway port needs", FRAME_NAT,
	 BOTH ",\"external_mac\":\"02:00:00:00:00:01\",\"logical_port\":"
	      "\"p0\"",
	 " dnat_and_snat 192.0.2.1 10.0.0.1/32\n", "notice"},
	{"add_route is off", FRAME_NAT,
	 BOTH "," OPTION("options", "add_route", "false"), " dnat_and_snat ",
	 "notice"},
};

static const struct nb_case notices[] = {
	{"IPv6", FRAME_NAT, ROW("snat", "fd00::1", "fd01::/64"),
	 "notice IPv6 NAT: 1 (fd00::1 in router r0)\n", "  nat "},
	{"match", FRAME_NAT, SNAT ",\"match\":\"ip4.dst == 10.0.0.0/8\"",
	 "notice NAT with a match: 1 (192.0.2.1 in router r0)\n", "  nat "},
	{"empty match", FRAME_NAT, SNAT ",\"match\":\"\"", "  nat ", "notice"},
	{"allowed and exempted", FRAME_NAT, SNAT "," ALLOWED(1) "," EXEMPTED(2),
	 "notice NAT with both allowed_ext_ips and exempted_ext_ips: 1 "
	 "(192.0.2.1 in router r0)\n",
	 "  nat "},
	{"gateway_port", FRAME_NAT, SNAT ",\"gateway_port\":" UUID(1),
	 "notice NAT with a gateway_port: 1 (192.0.2.1 in router r0)\n",
	 "  nat "},
	{"add_route", FRAME_NAT,
	 BOTH "," OPTION("options", "add_route", "true"),
	 " dnat_and_snat 192.0.2.1 10.0.0.1/32\nnotice NAT "
	 "options:add_route: 1 (192.0.2.1 in router r0)\n",
	 NULL},
	{"an option nobody knows", FRAME_NAT,
	 SNAT "," OPTION("options", "new-thing", "1"),
	 "notice NAT options:new-thing: 1 (192.0.2.1 in router r0)\n", NULL},
};

static const struct nb_case errors[] = {
	{"external_ip is a word", FRAME_NAT, ROW("snat", "gw", "10.0.0.0/8"),
	 "NAT " NAT " of router r0: external_ip \"gw\" is no address; write "
	 "one, as in 192.0.2.1",
	 NULL},
	{"external_ip is a network", FRAME_NAT,
	 ROW("snat", "192.0.2.0/24", "10.0.0.0/8"),
	 "external_ip \"192.0.2.0/24\" is no address", NULL},
	{"no external_ip", FRAME_NAT, "\"type\":\"snat\"",
	 "external_ip \"\" is no address", NULL},
	{"logical_ip of snat", FRAME_NAT, ROW("snat", "192.0.2.1", "10.0.0"),
	 "NAT " NAT " of router r0: logical_ip \"10.0.0\" is no network; write "
	 "one, as in 10.0.0.0/24",
	 NULL},
	{"IPv6 behind IPv4", FRAME_NAT, ROW("snat", "192.0.2.1", "fd00::/64"),
	 "logical_ip \"fd00::/64\" is no network", NULL},
	{"logical_ip of dnat", FRAME_NAT, ROW("dnat", "192.0.2.1", "10.0.0"),
	 "logical_ip \"10.0.0\" is no address; write one, as in 10.0.0.1",
	 NULL},
	{"dnat to a network", FRAME_NAT, ROW("dnat", "192.0.2.1", "10.0.0.0/8"),
	 "logical_ip \"10.0.0.0/8\" is a network, which only snat may have",
	 NULL},
	{"dnat_and_snat to a network", FRAME_NAT,
	 ROW("dnat_and_snat", "192.0.2.1", "10.0.0.0/31"),
	 "logical_ip \"10.0.0.0/31\" is a network", NULL},
	{"no type", FRAME_NAT, "\"external_ip\":\"192.0.2.1\"",
	 "NAT " NAT " of router r0: type \"\" is none of snat, dnat, "
	 "dnat_and_snat",
	 NULL},
	{"range backwards", FRAME_NAT,
	 SNAT ",\"external_port_range\":\"2000-1000\"",
	 "external_port_range \"2000-1000\" is no range of ports from 1 to "
	 "65535, as in 1024-65535",
	 NULL},
	{"range beyond 16 bits", FRAME_NAT,
	 SNAT ",\"external_port_range\":\"1-65536\"", "\"1-65536\" is no range",
	 NULL},
	{"range from 0", FRAME_NAT, SNAT ",\"external_port_range\":\"0-9\"",
	 "\"0-9\" is no range", NULL},
	{"range without an end", FRAME_NAT,
	 SNAT ",\"external_port_range\":\"1000-\"", "\"1000-\" is no range",
	 NULL},
	{"three ports", FRAME_NAT, SNAT ",\"external_port_range\":\"1-2-3\"",
	 "\"1-2-3\" is no range", NULL},
	{"a word for a range", FRAME_NAT,
	 SNAT ",\"external_port_range\":\"everything-1\"",
	 "\"everything-1\" is no range", NULL},
	{"row missing", FRAME_LR, "\"nat\":" UUID(1),
	 "Logical_Router r0: a row of its nat is missing", NULL},
	{"set missing", FRAME_NAT, SNAT "," ALLOWED(9),
	 "NAT " NAT " of router r0: the row of its allowed_ext_ips is missing; "
	 "take a fresh ovsdb-client backup",
	 NULL},
};

static void good_values(void **state)
{
	(void)state;
	NB_MODELS_CHECK(values);
}

static void ignored(void **state)
{
	(void)state;
	NB_MODELS_CHECK(notices);
}

static void bad_values(void **state)
{
	(void)state;
	NB_ERRORS_CHECK(errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_values),
		cmocka_unit_test(ignored),
		cmocka_unit_test(bad_values),
	};

	return cmocka_run_group_tests_name("nb_nat", tests, NULL, NULL);
}
