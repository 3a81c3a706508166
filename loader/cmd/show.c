// SPDX-License-Identifier: GPL-2.0-only
/* xovn show: this host, what is attached and bound, the logical network. */
#include "cmd/show.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"

static const char *text(const json_t *o, const char *name)
{
	const char *value = json_string_value(json_object_get(o, name));

	return value ? value : "";
}

static bool is(const json_t *o, const char *name)
{
	return json_is_true(json_object_get(o, name));
}

static int number(const json_t *o, const char *name)
{
	return (int)json_integer_value(json_object_get(o, name));
}

static int key(const json_t *o)
{
	return number(o, "key");
}

static void print_host(const json_t *root)
{
	const json_t *o;
	size_t i;

	json_array_foreach(json_object_get(root, "chassis"), i, o)
		printf("chassis %s%s%s%s  encap %s%s\n", text(o, "name"),
		       *text(o, "hostname") ? " (" : "", text(o, "hostname"),
		       *text(o, "hostname") ? ")" : "", text(o, "encap_ip"),
		       is(o, "own")	  ? "  this host" :
		       is(o, "reachable") ? "" :
					    "  unreachable: no underlay");
	json_array_foreach(json_object_get(root, "attachments"), i, o)
	{
		if (strcmp(text(o, "role"), "vif") != 0)
			printf("%s %s%s%s  mode %s (%s)%s\n", text(o, "role"),
			       text(o, "interface"),
			       *text(o, "network") ? "  network " : "",
			       text(o, "network"), text(o, "mode"),
			       text(o, "hook"),
			       is(o, "present") ? "" : "  interface gone");
	}
	json_array_foreach(json_object_get(root, "bindings"), i, o)
		printf("bound %s  to %s%s%s\n", text(o, "interface"),
		       text(o, "port"),
		       is(o, "present") ? "" : "  interface gone",
		       is(o, "in_nb") ? "" : "  not in the NB database");
}

static void print_lbs(const json_t *datapath)
{
	const json_t *o;
	size_t i;

	json_array_foreach(json_object_get(datapath, "load_balancers"), i, o)
	{
		int port = number(o, "port");

		printf("    load balancer %s  %s", text(o, "name"),
		       text(o, "vip"));
		if (port)
			printf(":%d/%s", port,
			       number(o, "proto") == IPPROTO_TCP ? "tcp" :
			       number(o, "proto") == IPPROTO_UDP ? "udp" :
								   "sctp");
		printf("  backends %d\n", number(o, "backends"));
	}
}

static void print_switch(const json_t *sw)
{
	const json_t *port, *address;
	size_t i, j;

	printf("switch %s  key %d\n", text(sw, "name"), key(sw));
	json_array_foreach(json_object_get(sw, "ports"), i, port)
	{
		printf("    port %s  key %d  %s", text(port, "name"), key(port),
		       text(port, "state"));
		if (*text(port, "router_port"))
			printf(" port %s", text(port, "router_port"));
		if (*text(port, "chassis"))
			printf("  chassis %s", text(port, "chassis"));
		if (*text(port, "network"))
			printf("  network %s", text(port, "network"));
		if (number(port, "tag"))
			printf("  tag %d", number(port, "tag"));
		if (*text(port, "interface"))
			printf("  interface %s", text(port, "interface"));
		json_array_foreach(json_object_get(port, "addresses"), j,
				   address)
			printf("  %s", text(address, "mac"));
		putchar('\n');
	}
	print_lbs(sw);
}

static void print_router(const json_t *router)
{
	const json_t *port, *o;
	size_t i, j;

	printf("router %s  key %d", text(router, "name"), key(router));
	if (json_object_get(router, "chassis"))
		printf("  gateway on %s%s",
		       *text(router, "chassis") ? text(router, "chassis") :
						  "no known chassis",
		       is(router, "here") ? ", here" : "");
	putchar('\n');
	json_array_foreach(json_object_get(router, "ports"), i, port)
	{
		printf("    port %s  key %d  mac %s  on %s%s",
		       text(port, "name"), key(port), text(port, "mac"),
		       text(port, "peer"),
		       is(port, "enabled") ? "" : "  disabled");
		json_array_foreach(json_object_get(port, "networks"), j, o)
			printf("  %s", text(o, "address"));
		putchar('\n');
		json_array_foreach(json_object_get(port, "neighbors"), j, o)
			printf("        neighbor %s  %s  %s\n", text(o, "ip"),
			       text(o, "mac"), text(o, "source"));
	}
	json_array_foreach(json_object_get(router, "routes"), i, o)
	{
		printf("    route %s%s  %s", is(o, "by_source") ? "from " : "",
		       text(o, "prefix"), text(o, "kind"));
		if (*text(o, "nexthop"))
			printf("  via %s", text(o, "nexthop"));
		if (*text(o, "port"))
			printf("  port %s", text(o, "port"));
		if (number(o, "table"))
			printf("  table %d", number(o, "table"));
		putchar('\n');
	}
	if (number(router, "snat_rules") || number(router, "dnat_rules"))
		printf("    nat  %d by source, %d by destination\n",
		       number(router, "snat_rules"),
		       number(router, "dnat_rules"));
	print_lbs(router);
}

int cmd_show(const char *pin, int argc, char **argv, struct error *e)
{
	bool as_json = false;
	const struct option_def options[] = {
		{"json", NULL, &as_json},
		{0},
	};
	const json_t *o;
	struct state s;
	json_t *root;
	size_t i;
	int ret = options_parse(argc, argv, options, NULL, 0, e);

	if (ret < 0)
		return ret;
	ret = state_open(&s, pin, STATE_READ, e);
	if (ret)
		return ret;
	root = show_collect(&s, e);
	state_close(&s);
	if (!root)
		return -1;
	if (as_json) {
		json_dumpf(root, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		print_host(root);
		json_array_foreach(json_object_get(root, "switches"), i, o)
			print_switch(o);
		json_array_foreach(json_object_get(root, "routers"), i, o)
			print_router(o);
	}
	json_decref(root);
	return 0;
}
