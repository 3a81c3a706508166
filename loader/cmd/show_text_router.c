// SPDX-License-Identifier: GPL-2.0-only
/* A router as text: ports, neighbors, routes, NAT rules. */
#include <string.h>

#include "cmd/show_text.h"

static void print_neighbors(const struct show_text *t, const json_t *port)
{
	const json_t *list = json_object_get(port, "neighbors"), *o;
	size_t n = json_array_size(list), i;

	json_array_foreach(list, i, o)
	{
		if (!t->is_detailed && i == SHOW_LIST_MAX) {
			fprintf(t->to,
				"        … and %zu more neighbors (--detail)\n",
				n - i);
			break;
		}
		fprintf(t->to, "        neighbor %s  %s  %s",
			tree_text(o, "ip"), tree_text(o, "mac"),
			tree_text(o, "source"));
		if (json_object_get(o, "age"))
			fprintf(t->to, " %d s ago", (int)tree_number(o, "age"));
		fputc('\n', t->to);
	}
}

static void print_lrp(const struct show_text *t, const json_t *port)
{
	const json_t *o;
	size_t i;

	fprintf(t->to, "    port %s  key %d%s\n", tree_text(port, "name"),
		(int)tree_number(port, "key"),
		tree_is(port, "enabled") ? "" : "  disabled");
	fprintf(t->to,
		"        mac: %s\n        networks:", tree_text(port, "mac"));
	json_array_foreach(json_object_get(port, "networks"), i, o)
		fprintf(t->to, " %s", tree_text(o, "address"));
	fputc('\n', t->to);
	if (*tree_text(port, "peer_port"))
		fprintf(t->to, "        peer: %s, port %s\n",
			tree_text(port, "peer"), tree_text(port, "peer_port"));
	print_neighbors(t, port);
}

static void print_way(const struct show_text *t, const json_t *o)
{
	const json_t *counters = json_object_get(o, "counters");

	if (*tree_text(o, "nexthop"))
		fprintf(t->to, "  via %s", tree_text(o, "nexthop"));
	if (*tree_text(o, "port"))
		fprintf(t->to, "  port %s", tree_text(o, "port"));
	if (counters) {
		fputs("  ", t->to);
		passed_text(t, counters);
	}
	fputc('\n', t->to);
}

static void print_routes(const struct show_text *t, const json_t *router)
{
	const json_t *o, *way;
	size_t i, j;

	json_array_foreach(json_object_get(router, "routes"), i, o)
	{
		fprintf(t->to, "    route %s%s  %s",
			tree_is(o, "by_source") ? "from " : "",
			tree_text(o, "prefix"), tree_text(o, "kind"));
		if (tree_number(o, "table"))
			fprintf(t->to, "  table %d",
				(int)tree_number(o, "table"));
		print_way(t, o);
		json_array_foreach(json_object_get(o, "nexthops"), j, way)
		{
			fputs("       ", t->to);
			print_way(t, way);
		}
	}
}

static void print_peers(const struct show_text *t, const json_t *rule,
			const char *name)
{
	const json_t *list = json_object_get(rule, name), *o;
	size_t i;

	if (!list)
		return;
	fprintf(t->to, "        %s:", name);
	json_array_foreach(list, i, o)
		fprintf(t->to, " %s", tree_text(o, "network"));
	fputc('\n', t->to);
}

static void print_nat(const struct show_text *t, const json_t *router)
{
	const json_t *o;
	size_t i;

	json_array_foreach(json_object_get(router, "nat"), i, o)
	{
		const json_t *counters = json_object_get(o, "counters");

		fprintf(t->to, "    nat %s  external ip %s  logical ip %s",
			tree_text(o, "type"), tree_text(o, "external_ip"),
			tree_text(o, "logical_ip"));
		if (*tree_text(o, "external_port_range"))
			fprintf(t->to, "  ports %s",
				tree_text(o, "external_port_range"));
		fputs(tree_is(o, "stateless") ? "  stateless\n" : "\n", t->to);
		print_peers(t, o, "allowed_ext_ips");
		print_peers(t, o, "exempted_ext_ips");
		if (counters)
			print_rule_counters(t, counters);
	}
}

void print_router(const struct show_text *t, const json_t *router)
{
	const json_t *port;
	size_t i;

	fprintf(t->to, "router %s  key %d", tree_text(router, "name"),
		(int)tree_number(router, "key"));
	if (json_object_get(router, "chassis"))
		fprintf(t->to, "  gateway on %s%s",
			*tree_text(router, "chassis") ? tree_host(router) :
							"no known chassis",
			tree_is(router, "here") ? ", this host" : "");
	fputc('\n', t->to);
	json_array_foreach(json_object_get(router, "ports"), i, port)
		print_lrp(t, port);
	print_routes(t, router);
	print_nat(t, router);
	if (*tree_text(router, "chassis") && !tree_is(router, "here"))
		fprintf(t->to, "    NAT rules, load balancers: known on %s\n",
			tree_host(router));
}
