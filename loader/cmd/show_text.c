// SPDX-License-Identifier: GPL-2.0-only
/* The tree as text, in the manner of ovn-nbctl show. */
#include "cmd/show_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/units.h"

const char *tree_text(const json_t *o, const char *name)
{
	const char *value = json_string_value(json_object_get(o, name));

	return value ? value : "";
}

bool tree_is(const json_t *o, const char *name)
{
	return json_is_true(json_object_get(o, name));
}

json_int_t tree_number(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

const char *tree_host(const json_t *o)
{
	const char *hostname = tree_text(o, "hostname");

	return *hostname ? hostname : tree_text(o, "chassis");
}

const char *proto_name(json_int_t proto)
{
	switch (proto) {
	case 6:
		return "tcp";
	case 17:
		return "udp";
	case 132:
		return "sctp";
	default:
		return "";
	}
}

void tree_clean(json_t *root)
{
	const char *name;
	json_t *o;
	size_t i;
	void *next;

	json_array_foreach(root, i, o) tree_clean(o);
	json_object_foreach_safe(root, next, name, o)
	{
		const char *text = json_string_value(o);
		char *copy;

		if (!text) {
			tree_clean(o);
			continue;
		}
		copy = strdup(text);
		if (copy)
			text_clean(copy);
		if (copy && strcmp(copy, text) != 0)
			json_string_set(o, copy);
		free(copy);
	}
}

/* How many of a list are printed; the others are counted. */
static size_t shown(const struct show_text *t, const json_t *list)
{
	size_t n = json_array_size(list);

	return t->is_detailed || n <= SHOW_LIST_MAX ? n : SHOW_LIST_MAX;
}

static void print_rest(const struct show_text *t, const json_t *list,
		       const char *indent, const char *what)
{
	size_t n = shown(t, list);

	if (n < json_array_size(list))
		fprintf(t->to, "%s… and %zu more %s (--detail)\n", indent,
			json_array_size(list) - n, what);
}

void passed_text(const struct show_text *t, const json_t *passed)
{
	const json_t *pps = json_object_get(passed, "packets_per_second");
	char bytes[UNIT_TEXT], rate[UNIT_TEXT], bits[UNIT_TEXT];

	fprintf(t->to, "%" JSON_INTEGER_FORMAT " packets %s",
		tree_number(passed, "packets"),
		unit_text(bytes, (double)tree_number(passed, "bytes"), "B"));
	if (pps)
		fprintf(t->to, " (%s, %s)",
			unit_text(rate, json_real_value(pps), "pps"),
			unit_text(bits,
				  json_real_value(json_object_get(
					  passed, "bits_per_second")),
				  "bit/s"));
}

static void print_in_out(const struct show_text *t, const json_t *o,
			 const char *name)
{
	const json_t *counters = json_object_get(o, "counters");

	if (!counters)
		return;
	fprintf(t->to, "%s: in ", name);
	passed_text(t, json_object_get(counters, "in"));
	fputs(", out ", t->to);
	passed_text(t, json_object_get(counters, "out"));
	fputc('\n', t->to);
}

/* {"REASON": packets} */
static void print_reasons(const struct show_text *t, json_t *drops,
			  const char *before)
{
	const char *reason, *separator = "";
	json_t *n;

	if (!json_object_size(drops))
		return;
	fputs(before, t->to);
	json_object_foreach(drops, reason, n)
	{
		fprintf(t->to, "%s%s %" JSON_INTEGER_FORMAT, separator, reason,
			json_integer_value(n));
		separator = ", ";
	}
}

static void print_port_drops(const struct show_text *t, const json_t *port)
{
	json_t *drops = json_object_get(port, "drops");
	json_t *in = json_object_get(drops, "in");

	if (!drops)
		return;
	fputs("        drops: ", t->to);
	print_reasons(t, in, "in ");
	print_reasons(t, json_object_get(drops, "out"), in ? "; out " : "out ");
	fputc('\n', t->to);
}

static void print_attachments(const struct show_text *t, const json_t *root)
{
	const json_t *o;
	size_t i;

	json_array_foreach(json_object_get(root, "attachments"), i, o)
	{
		if (!strcmp(tree_text(o, "role"), "vif"))
			continue;
		fprintf(t->to, "    %s: %s", tree_text(o, "role"),
			tree_text(o, "interface"));
		if (*tree_text(o, "network"))
			fprintf(t->to, ", network %s", tree_text(o, "network"));
		fprintf(t->to, ", mode %s (%s)%s\n", tree_text(o, "mode"),
			tree_text(o, "hook"),
			tree_is(o, "present") ? "" : ", interface gone");
	}
	json_array_foreach(json_object_get(root, "bindings"), i, o)
	{
		const char *gone = tree_is(o, "present") ? "" :
							   ", interface gone";

		fprintf(t->to, "    bound: %s to %s%s%s\n",
			tree_text(o, "interface"), tree_text(o, "port"), gone,
			tree_is(o, "in_nb") ?
				"" :
				", which is not in the NB database");
	}
}

static void print_chassis(const struct show_text *t, const json_t *root)
{
	const json_t *o;
	size_t i;

	json_array_foreach(json_object_get(root, "chassis"), i, o)
	{
		const char *hostname = tree_text(o, "hostname");

		fprintf(t->to, "chassis %s", tree_text(o, "name"));
		if (*hostname)
			fprintf(t->to, " (%s)", hostname);
		fputs(tree_is(o, "own") ? "  this host\n" : "\n", t->to);
		fprintf(t->to, "    encap: %s%s\n", tree_text(o, "encap_ip"),
			tree_is(o, "reachable") ?
				"" :
				", unreachable: no underlay attached");
		print_in_out(t, o, "    tunnel");
		if (tree_is(o, "own"))
			print_attachments(t, root);
	}
}

static void print_vips(const struct show_text *t, const json_t *datapath)
{
	const json_t *o, *backend;
	size_t i, j;

	json_array_foreach(json_object_get(datapath, "load_balancers"), i, o)
	{
		const json_t *backends = json_object_get(o, "backend_list");
		const json_t *counters = json_object_get(o, "counters");

		fprintf(t->to, "    load balancer %s  vip %s",
			tree_text(o, "name"), tree_text(o, "vip"));
		if (tree_number(o, "port"))
			fprintf(t->to, ":%d/%s", (int)tree_number(o, "port"),
				proto_name(tree_number(o, "proto")));
		if (tree_is(o, "skip_snat"))
			fputs("  skip_snat", t->to);
		if (tree_number(o, "affinity_timeout"))
			fprintf(t->to, "  affinity %d s",
				(int)tree_number(o, "affinity_timeout"));
		fputs("\n        backends:", t->to);
		if (!json_array_size(backends))
			fputs(tree_is(o, "reject") ? " none: rejected" :
						     " none: dropped",
			      t->to);
		json_array_foreach(backends, j, backend)
		{
			if (j == shown(t, backends))
				break;
			fprintf(t->to, " %s", tree_text(backend, "ip"));
			if (tree_number(backend, "port"))
				fprintf(t->to, ":%d",
					(int)tree_number(backend, "port"));
		}
		fputc('\n', t->to);
		print_rest(t, backends, "            ", "backends");
		if (counters)
			print_rule_counters(t, counters);
	}
}

void print_rule_counters(const struct show_text *t, const json_t *counters)
{
	fprintf(t->to,
		"        traffic: %" JSON_INTEGER_FORMAT " connections, ",
		tree_number(counters, "connections"));
	passed_text(t, json_object_get(counters, "orig"));
	fputs(", replies ", t->to);
	passed_text(t, json_object_get(counters, "reply"));
	fputc('\n', t->to);
}

static void print_addresses(const struct show_text *t, const json_t *port)
{
	const json_t *addresses = json_object_get(port, "addresses"), *o, *ip;
	const char *separator = " ";
	size_t i, j;

	if (!json_array_size(addresses) && !tree_is(port, "unknown"))
		return;
	fputs("        addresses:", t->to);
	json_array_foreach(addresses, i, o)
	{
		fprintf(t->to, "%s%s", separator, tree_text(o, "mac"));
		json_array_foreach(json_object_get(o, "ips"), j, ip)
			fprintf(t->to, " %s", tree_text(ip, "ip"));
		separator = ", ";
	}
	if (tree_is(port, "unknown"))
		fprintf(t->to, "%sunknown", separator);
	fputs(tree_is(port, "port_security") ? "  (port security)\n" : "\n",
	      t->to);
}

/* Where the port is, for who may not know the words of --json. */
static void print_state(const struct show_text *t, const json_t *port)
{
	const char *state = tree_text(port, "state");

	fputs("        state: ", t->to);
	if (!strcmp(state, "remote"))
		fprintf(t->to, "elsewhere, on %s", tree_host(port));
	else if (!strcmp(state, "unplaced"))
		fputs("placed nowhere", t->to);
	else if (!strcmp(state, "bound") || !strcmp(state, "attached"))
		fprintf(t->to, "%s to %s", state, tree_text(port, "interface"));
	else if (!strcmp(state, "gateway router"))
		fprintf(t->to, "gateway router on %s", tree_host(port));
	else
		fputs(state, t->to);
	fputc('\n', t->to);
}

static void print_lsp(const struct show_text *t, const json_t *port)
{
	const json_t *fdb = json_object_get(port, "fdb"), *o;
	size_t i;

	fprintf(t->to, "    port %s  key %d\n", tree_text(port, "name"),
		(int)tree_number(port, "key"));
	if (*tree_text(port, "type"))
		fprintf(t->to, "        type: %s\n", tree_text(port, "type"));
	print_addresses(t, port);
	if (*tree_text(port, "router_port"))
		fprintf(t->to, "        router-port: %s\n",
			tree_text(port, "router_port"));
	else if (*tree_text(port, "router"))
		fprintf(t->to, "        router: %s\n",
			tree_text(port, "router"));
	if (*tree_text(port, "network"))
		fprintf(t->to, "        network: %s\n",
			tree_text(port, "network"));
	if (tree_number(port, "tag"))
		fprintf(t->to, "        tag: %d\n",
			(int)tree_number(port, "tag"));
	if (strcmp(tree_text(port, "state"), "router") != 0)
		print_state(t, port);
	print_in_out(t, port, "        traffic");
	print_port_drops(t, port);
	json_array_foreach(fdb, i, o)
	{
		if (i == shown(t, fdb))
			break;
		fprintf(t->to, "        fdb: %s\n", tree_text(o, "mac"));
	}
	print_rest(t, fdb, "        ", "learned MACs");
}

static void print_switch(const struct show_text *t, const json_t *sw)
{
	json_t *drops = json_object_get(sw, "drops");
	const json_t *port;
	size_t i;

	fprintf(t->to, "switch %s  key %d\n", tree_text(sw, "name"),
		(int)tree_number(sw, "key"));
	json_array_foreach(json_object_get(sw, "ports"), i, port)
		print_lsp(t, port);
	print_vips(t, sw);
	print_reasons(t, drops, "    drops: ");
	if (drops)
		fputc('\n', t->to);
}

void show_print(const struct show_text *t, const json_t *root)
{
	json_t *o;
	size_t i;

	print_chassis(t, root);
	json_array_foreach(json_object_get(root, "switches"), i, o)
		print_switch(t, o);
	json_array_foreach(json_object_get(root, "routers"), i, o)
	{
		json_t *drops = json_object_get(o, "drops");

		print_router(t, o);
		print_vips(t, o);
		print_reasons(t, drops, "    drops: ");
		if (drops)
			fputc('\n', t->to);
	}
}
