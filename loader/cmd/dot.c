// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/dot.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/dot_index.h"
#include "cmd/show_text.h"

/* On an edge, legible where it crosses others. */
#define LABEL                                                                  \
	"<TABLE BORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"1\" "             \
	"BGCOLOR=\"white\"><TR><TD>"
#define LABEL_END "</TD></TR></TABLE>"

static void draw_datapaths(const struct picture *p, json_int_t site)
{
	static const char *const kinds[] = {"routers", "switches"};
	const json_t *dp;
	size_t i;

	for (int k = 0; k < 2; k++) {
		json_array_foreach(json_object_get(p->root, kinds[k]), i, dp)
		{
			if (picture_site(p, dp) != site)
				continue;
			fprintf(p->to, "dp%" JSON_INTEGER_FORMAT " [label=<",
				tree_number(dp, "key"));
			dot_label_datapath(p->to, dp, !k,
					   site == DOT_NOWHERE ||
						   site == p->own,
					   p->is_detailed);
			fputs(">];\n", p->to);
		}
	}
}

static const json_t *switch_find(const struct picture *p, const char *key)
{
	const json_t *sw;
	size_t i;

	json_array_foreach(json_object_get(p->root, "switches"), i, sw)
	{
		if (tree_number(sw, "key") == strtol(key, NULL, 10))
			return sw;
	}
	return NULL;
}

/* Boxes "ports of SWITCH", each above the host's NIC. */
static void draw_ports(const struct picture *p, json_int_t host)
{
	json_t *at = picture_get(p->ports, host), *list;
	int site = (int)host;
	const char *key;

	json_object_foreach(at, key, list)
	{
		fprintf(p->to, "ports%s_%d [label=<", key, site + 1);
		dot_label_ports(p->to, switch_find(p, key), list,
				p->is_detailed);
		fputs(">];\n", p->to);
		if (host != DOT_NOWHERE)
			fprintf(p->to,
				"ports%s_%d -> nic%d [style=invis, weight=4];\n",
				key, site + 1, site);
	}
}

static void draw_port_edges(const struct picture *p)
{
	const char *host, *key;
	json_t *at, *list;

	json_object_foreach(p->ports, host, at)
	{
		json_object_foreach(at, key, list) fprintf(
			p->to,
			"dp%s -> ports%s_%ld [color=\"#b8860b\", penwidth=2];\n",
			key, key, strtol(host, NULL, 10) + 1);
	}
}

static void draw_nic(const struct picture *p, const json_t *chassis, size_t n)
{
	const json_t *o;
	bool is_attached = !tree_is(chassis, "own");
	size_t i;

	fprintf(p->to, "nic%zu [shape=box, style=\"rounded,filled\", label=<",
		n);
	json_array_foreach(json_object_get(p->root, "attachments"), i, o)
	{
		if (!tree_is(chassis, "own") ||
		    strncmp(tree_text(o, "role"), "underlay", 8) != 0)
			continue;
		dot_text(p->to, tree_text(o, "interface"));
		fputs(" (", p->to);
		dot_text(p->to, tree_text(o, "mode"));
		fputs(")  ", p->to);
		is_attached = true;
	}
	dot_text(p->to, tree_text(chassis, "encap_ip"));
	fprintf(p->to, "%s>, fillcolor=\"%s\"];\n",
		is_attached ? "" : "<BR/>no underlay attached",
		is_attached ? "#eeeeee" : "#fdbf6f");
}

static void draw_host(const struct picture *p, const json_t *chassis, size_t n)
{
	bool is_own = tree_is(chassis, "own");
	const char *hostname = tree_text(chassis, "hostname");
	const json_t *dp;
	size_t i;

	fprintf(p->to,
		"subgraph cluster_host%zu {\n"
		"style=\"rounded,filled\"; fillcolor=\"%s\"; color=\"%s\"; "
		"penwidth=%d; labeljust=l; labelloc=t; label=<<B>",
		n, is_own ? "#f3faf1" : "#f7f7f7",
		is_own ? "#3a8a33" : "#888888", is_own ? 3 : 1);
	dot_text(p->to, *hostname ? hostname : tree_text(chassis, "name"));
	fprintf(p->to, "</B>%s>;\n", is_own ? "  this host" : "");
	draw_nic(p, chassis, n);
	draw_datapaths(p, (json_int_t)n);
	json_array_foreach(json_object_get(p->root, "routers"), i, dp)
	{
		if (picture_site(p, dp) == (json_int_t)n)
			fprintf(p->to,
				"dp%" JSON_INTEGER_FORMAT
				" -> nic%zu [style=invis];\n",
				tree_number(dp, "key"), n);
	}
	draw_ports(p, (json_int_t)n);
	fputs("}\n", p->to);
}

/* Networks of a router port, where it is known, on the edge to its peer. */
static void draw_router_edge(const struct picture *p, const json_t *router,
			     const json_t *lrp, const json_t *other)
{
	/* Downwards: router, switch, gateway router, its switch. */
	bool is_below = picture_site(p, router) != DOT_NOWHERE &&
			picture_site(p, other) == DOT_NOWHERE;
	bool is_off = lrp && !tree_is(lrp, "enabled");
	const json_t *from = is_below ? other : router;
	const json_t *to = is_below ? router : other;
	const json_t *o;
	size_t i;

	fprintf(p->to,
		"dp%" JSON_INTEGER_FORMAT " -> dp%" JSON_INTEGER_FORMAT
		" [color=\"%s\", penwidth=2, style=%s",
		tree_number(from, "key"), tree_number(to, "key"),
		is_off ? "#aaaaaa" : "#3d6fa5", is_off ? "dashed" : "solid");
	if (!lrp) {
		fputs("];\n", p->to);
		return;
	}
	fputs(", label=<" LABEL, p->to);
	json_array_foreach(json_object_get(lrp, "networks"), i, o)
	{
		fputs(i ? "<BR/>" : "", p->to);
		dot_text(p->to, tree_text(o, "address"));
	}
	fprintf(p->to, "%s" LABEL_END ">];\n", is_off ? "<BR/>disabled" : "");
}

static void draw_router_edges(const struct picture *p)
{
	json_t *sw, *port;
	size_t i, j;

	json_array_foreach(json_object_get(p->root, "switches"), i, sw)
	{
		json_array_foreach(json_object_get(sw, "ports"), j, port)
		{
			const json_t *router = picture_router(p, port);
			const char *lrp = tree_text(port, "router_port");
			const char *network = tree_text(port, "network");

			if (router)
				draw_router_edge(
					p, router,
					json_array_get(json_object_get(p->lrp,
								       lrp),
						       1),
					sw);
			if (*network)
				fprintf(p->to,
					"dp%" JSON_INTEGER_FORMAT
					":p%" JSON_INTEGER_FORMAT
					" -> net%" JSON_INTEGER_FORMAT
					" [color=\"#555555\", penwidth=3];\n",
					tree_number(sw, "key"),
					tree_number(port, "key"),
					json_integer_value(json_object_get(
						p->network, network)));
		}
	}
}

/* Router ports whose peer is a router port: once for both. */
static void draw_router_peers(const struct picture *p)
{
	const char *name;
	json_t *pair;

	json_object_foreach(p->lrp, name, pair)
	{
		const json_t *lrp = json_array_get(pair, 1);
		const char *peer = tree_text(lrp, "peer_port");
		const json_t *other = json_object_get(p->lrp, peer);

		if (other && strcmp(name, peer) < 0)
			draw_router_edge(p, json_array_get(pair, 0), lrp,
					 json_array_get(other, 0));
	}
}

/* To the own host, below the others: only its counters are known. */
static void draw_tunnels(const struct picture *p)
{
	const json_t *all = json_object_get(p->root, "chassis"), *o;
	size_t i;

	json_array_foreach(all, i, o)
	{
		const json_t *counters = json_object_get(o, "counters");

		if (p->own == DOT_NOWHERE || (json_int_t)i == p->own)
			continue;
		fprintf(p->to,
			"nic%zu -> nic%" JSON_INTEGER_FORMAT
			" [style=\"%s\", penwidth=2, "
			"color=\"#7b3fa0\", fontcolor=\"#7b3fa0\", label=<" LABEL,
			i, p->own,
			tree_is(o, "reachable") ? "dashed" : "dotted");
		if (!tree_is(o, "reachable"))
			fputs("unreachable", p->to);
		else if (counters) {
			fputs("Geneve  out ", p->to);
			dot_label_passed(p->to,
					 json_object_get(counters, "out"));
			fputs("<BR/>in ", p->to);
			dot_label_passed(p->to,
					 json_object_get(counters, "in"));
		}
		fputs(LABEL_END ">];\n", p->to);
	}
}

static void draw_networks(const struct picture *p)
{
	const char *name;
	json_t *n;

	json_object_foreach(p->network, name, n)
	{
		fprintf(p->to,
			"net%" JSON_INTEGER_FORMAT
			" [shape=ellipse, style=filled, fillcolor=\"#d9d9d9\", "
			"color=\"#555555\", label=<physical network<BR/><B>",
			json_integer_value(n));
		dot_text(p->to, name);
		fputs("</B>>];\n", p->to);
	}
}

static void draw_clusters(const struct picture *p)
{
	const json_t *chassis;
	size_t i;

	fputs("subgraph cluster_logical {\nstyle=\"rounded,dashed\"; "
	      "color=\"#3d6fa5\"; labeljust=l; labelloc=t; label=<<B>logical network</B>"
	      "  the same on every host>;\n",
	      p->to);
	draw_datapaths(p, DOT_NOWHERE);
	fputs("}\n", p->to);
	json_array_foreach(json_object_get(p->root, "chassis"), i, chassis)
		draw_host(p, chassis, i);
	if (!picture_get(p->ports, DOT_NOWHERE))
		return;
	fputs("subgraph cluster_unplaced {\nstyle=\"rounded,dashed\"; "
	      "color=\"#c0392b\"; labeljust=l; labelloc=t; label=<<B>placed nowhere</B>>;\n",
	      p->to);
	draw_ports(p, DOT_NOWHERE);
	fputs("}\n", p->to);
}

void dot_write(const json_t *root, FILE *to, bool is_detailed)
{
	struct picture p = {.to = to, .root = root, .is_detailed = is_detailed};

	picture_index(&p);
	fputs("digraph xovn {\n"
	      "graph [fontname=\"Helvetica\", fontsize=11, nodesep=0.35, "
	      "ranksep=0.45, labelloc=b, label=<",
	      to);
	dot_label_legend(to, root);
	fputs(">];\nnode [fontname=\"Helvetica\", fontsize=11, shape=plain];\n"
	      "edge [fontname=\"Helvetica\", fontsize=9, dir=none];\n",
	      to);
	draw_clusters(&p);
	draw_networks(&p);
	draw_router_edges(&p);
	draw_router_peers(&p);
	draw_port_edges(&p);
	draw_tunnels(&p);
	fputs("}\n", to);
	picture_free(&p);
}
