// SPDX-License-Identifier: GPL-2.0-only
/* Labels of the picture: tables in Graphviz's HTML-like language. */
#include <inttypes.h>
#include <string.h>

#include "cmd/dot.h"
#include "cmd/show_text.h"
#include "cmd/units.h"

#define SMALL "<FONT POINT-SIZE=\"9\" COLOR=\"#444444\">"
#define TABLE                                                                  \
	"<TABLE BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" "              \
	"CELLPADDING=\"4\" COLOR=\"#777777\" BGCOLOR=\"white\">"

#define COLOR_ROUTER "#c6dbef"
#define COLOR_SWITCH "#ffe8a3"
#define COLOR_RULE "#ffffff"

/* What a port's state looks like; the words are there for who cannot see the
 * colors. */
static const struct look {
	const char *state; /* as in --json */
	const char *words;
	const char *color;
} looks[] = {
	{"bound", "bound", "#a9dfa3"},
	{"attached", "attached", "#a9dfa3"},
	{"remote", "placed here", "#dce9f5"},
	{"not bound", "not bound", "#fdbf6f"},
	{"not attached", "not attached", "#fdbf6f"},
	{"interface gone", "interface gone", "#fdbf6f"},
	{"unplaced", "placed nowhere", "#f4a19c"},
	{"disabled", "disabled", "#cccccc"},
	{"not supported", "not supported", "#cccccc"},
};

static const struct look *look_find(const char *state)
{
	static const struct look unknown = {"", "", "#ffffff"};

	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (!strcmp(looks[i].state, state))
			return &looks[i];
	return &unknown;
}

void dot_text(FILE *to, const char *text)
{
	for (; *text; text++) {
		unsigned char c = *text;

		switch (c) {
		case '&':
			fputs("&amp;", to);
			break;
		case '<':
			fputs("&lt;", to);
			break;
		case '>':
			fputs("&gt;", to);
			break;
		case '"':
			fputs("&quot;", to);
			break;
		default:
			fputc(c < 0x20 || c == 0x7f ? '?' : c, to);
		}
	}
}

void dot_label_passed(FILE *to, const json_t *passed)
{
	const json_t *pps = json_object_get(passed, "packets_per_second");
	char packets[UNIT_TEXT], bytes[UNIT_TEXT];

	if (pps)
		fprintf(to, "%s, %s",
			unit_text(packets, json_number_value(pps), "pps"),
			unit_text(bytes,
				  json_number_value(json_object_get(
					  passed, "bits_per_second")),
				  "bit/s"));
	else
		fprintf(to, "%" JSON_INTEGER_FORMAT " packets, %s",
			tree_number(passed, "packets"),
			unit_text(bytes, (double)tree_number(passed, "bytes"),
				  "B"));
}

/* A line of small print in a port's cell. */
static void small_line(FILE *to, const char *text)
{
	fputs("<BR ALIGN=\"LEFT\"/>" SMALL, to);
	dot_text(to, text);
	fputs("</FONT>", to);
}

static void port_addresses(FILE *to, const json_t *port)
{
	const json_t *o, *ip;
	size_t i, j;

	json_array_foreach(json_object_get(port, "addresses"), i, o)
	{
		if (i == 2) {
			small_line(to, "…");
			break;
		}
		small_line(to, tree_text(o, "mac"));
		json_array_foreach(json_object_get(o, "ips"), j, ip)
		{
			if (j == 2) {
				fputs(" …", to);
				break;
			}
			fputs(SMALL "  ", to);
			dot_text(to, tree_text(ip, "ip"));
			fputs("</FONT>", to);
		}
	}
	if (tree_is(port, "unknown") && !*tree_text(port, "network"))
		small_line(to, "unknown");
}

static void port_counters(FILE *to, const json_t *port)
{
	static const char *const directions[] = {"in", "out"};
	const json_t *counters = json_object_get(port, "counters");

	for (int i = 0; counters && i < 2; i++) {
		fprintf(to, "<BR ALIGN=\"LEFT\"/>" SMALL "%s ", directions[i]);
		dot_label_passed(to, json_object_get(counters, directions[i]));
		fputs("</FONT>", to);
	}
}

static json_int_t drops_sum(json_t *drops)
{
	const char *reason;
	json_int_t sum = 0;
	json_t *n;

	json_object_foreach(drops, reason, n) sum += json_integer_value(n);
	return sum;
}

static void port_row(FILE *to, const json_t *port, bool is_here)
{
	static const struct look elsewhere = {"", "", "#dce9f5"};
	const struct look *look =
		is_here ? look_find(tree_text(port, "state")) : &elsewhere;
	json_t *drops = json_object_get(port, "drops");
	json_int_t n = drops_sum(json_object_get(drops, "in")) +
		       drops_sum(json_object_get(drops, "out"));

	fprintf(to,
		"<TR><TD ALIGN=\"LEFT\" BALIGN=\"LEFT\" PORT=\"p%" JSON_INTEGER_FORMAT
		"\" BGCOLOR=\"%s\"><B>",
		tree_number(port, "key"), look->color);
	dot_text(to, tree_text(port, "name"));
	fprintf(to, "</B>  %s", look->words);
	if (*tree_text(port, "interface")) {
		fputs(" to ", to);
		dot_text(to, tree_text(port, "interface"));
	}
	port_addresses(to, port);
	if (*tree_text(port, "network")) {
		fputs("<BR ALIGN=\"LEFT\"/>" SMALL "localnet ", to);
		dot_text(to, tree_text(port, "network"));
		if (tree_number(port, "tag"))
			fprintf(to, ", tag %d", (int)tree_number(port, "tag"));
		fputs("</FONT>", to);
	}
	if (is_here && *tree_text(port, "interface"))
		port_counters(to, port);
	if (n)
		fprintf(to,
			"<BR ALIGN=\"LEFT\"/><FONT POINT-SIZE=\"9\" COLOR=\"#b00000\">"
			"%" JSON_INTEGER_FORMAT " dropped</FONT>",
			n);
	fputs("</TD></TR>\n", to);
}

void dot_label_ports(FILE *to, const json_t *sw, const json_t *ports,
		     bool is_detailed)
{
	size_t n = json_array_size(ports), i;
	const json_t *port;

	fputs(TABLE "<TR><TD BGCOLOR=\"" COLOR_SWITCH "\">ports of <B>", to);
	dot_text(to, tree_text(sw, "name"));
	fputs("</B></TD></TR>\n", to);
	json_array_foreach(ports, i, port)
	{
		if (!is_detailed && i == DOT_ROWS_MAX && n > DOT_ROWS_MAX + 1) {
			fprintf(to,
				"<TR><TD>… and %zu more ports (--detail)</TD></TR>\n",
				n - i);
			break;
		}
		port_row(to, port, true);
	}
	fputs("</TABLE>", to);
}

static void rest_row(FILE *to, size_t n, const char *what)
{
	fprintf(to, "<TR><TD>" SMALL "… and %zu more %s</FONT></TD></TR>\n", n,
		what);
}

static void nat_rows(FILE *to, const json_t *router, size_t max)
{
	const json_t *list = json_object_get(router, "nat"), *o;
	size_t i;

	json_array_foreach(list, i, o)
	{
		if (i == max) {
			rest_row(to, json_array_size(list) - i, "NAT rules");
			break;
		}
		fputs("<TR><TD ALIGN=\"LEFT\">" SMALL, to);
		dot_text(to, tree_text(o, "type"));
		fputs(" ", to);
		dot_text(to, tree_text(o, "logical_ip"));
		fputs(!strcmp(tree_text(o, "type"), "snat") ? " → " :
		      !strcmp(tree_text(o, "type"), "dnat") ? " ← " :
							      " ↔ ",
		      to);
		dot_text(to, tree_text(o, "external_ip"));
		fputs("</FONT></TD></TR>\n", to);
	}
}

static void vip_rows(FILE *to, const json_t *dp, size_t max)
{
	const json_t *list = json_object_get(dp, "load_balancers"), *o, *b;
	size_t i, j;

	json_array_foreach(list, i, o)
	{
		const json_t *backends = json_object_get(o, "backend_list");

		if (i == max) {
			rest_row(to, json_array_size(list) - i, "VIPs");
			break;
		}
		fputs("<TR><TD ALIGN=\"LEFT\" BALIGN=\"LEFT\">" SMALL "VIP ",
		      to);
		dot_text(to, tree_text(o, "vip"));
		if (tree_number(o, "port"))
			fprintf(to, ":%d/%s", (int)tree_number(o, "port"),
				proto_name(tree_number(o, "proto")));
		fputs(json_array_size(backends) ? " → " : " no backend", to);
		json_array_foreach(backends, j, b)
		{
			if (j == max) {
				fprintf(to, " … %zu more",
					json_array_size(backends) - j);
				break;
			}
			fputs(j ? "<BR ALIGN=\"LEFT\"/>     " : "", to);
			dot_text(to, tree_text(b, "ip"));
			if (tree_number(b, "port"))
				fprintf(to, ":%d", (int)tree_number(b, "port"));
		}
		fputs("</FONT></TD></TR>\n", to);
	}
}

void dot_label_datapath(FILE *to, const json_t *dp, bool is_router,
			bool is_here, bool is_detailed)
{
	size_t max = is_detailed ? SIZE_MAX : DOT_RULES_MAX, i;
	json_int_t drops = drops_sum(json_object_get(dp, "drops"));
	const json_t *port;

	fprintf(to, TABLE "<TR><TD BGCOLOR=\"%s\">%s <B>",
		is_router ? COLOR_ROUTER : COLOR_SWITCH,
		!is_router			       ? "switch" :
		json_object_get(dp, "chassis") != NULL ? "gateway router" :
							 "router");
	dot_text(to, tree_text(dp, "name"));
	fputs("</B>", to);
	if (drops)
		fprintf(to,
			"<BR/><FONT POINT-SIZE=\"9\" COLOR=\"#b00000\">%" JSON_INTEGER_FORMAT
			" dropped</FONT>",
			drops);
	fputs("</TD></TR>\n", to);
	nat_rows(to, dp, max);
	vip_rows(to, dp, max);
	json_array_foreach(json_object_get(dp, "ports"), i, port)
	{
		if (!strcmp(tree_text(port, "type"), "localnet"))
			port_row(to, port, is_here);
	}
	fputs("</TABLE>", to);
}

static const char *own_host(const json_t *root)
{
	const json_t *o;
	size_t i;

	json_array_foreach(json_object_get(root, "chassis"), i, o)
	{
		if (tree_is(o, "own"))
			return *tree_text(o, "hostname") ?
				       tree_text(o, "hostname") :
				       tree_text(o, "name");
	}
	return tree_text(root, "own_chassis");
}

static void swatch(FILE *to, const char *color, const char *words)
{
	fprintf(to, "<TD BGCOLOR=\"%s\">  %s  </TD>", color, words);
}

void dot_label_legend(FILE *to, const json_t *root)
{
	const json_t *interval = json_object_get(root, "interval");

	fputs("<TABLE BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" "
	      "CELLPADDING=\"5\" COLOR=\"#bbbbbb\"><TR>",
	      to);
	swatch(to, "#a9dfa3", "port bound on this host");
	swatch(to, "#dce9f5", "placed on another host");
	swatch(to, "#fdbf6f", "placed here, no interface");
	swatch(to, "#f4a19c", "placed nowhere");
	swatch(to, "#cccccc", "disabled, not supported");
	fputs("</TR><TR><TD COLSPAN=\"5\">Seen from <B>", to);
	dot_text(to, own_host(root));
	fputs("</B>: the network and the place of every port are the same "
	      "everywhere; ",
	      to);
	if (interval)
		fprintf(to, "rates (over %.1f s)", json_real_value(interval));
	else
		fputs("counters", to);
	fputs(", drops, NAT rules of gateways and what is bound are this "
	      "host's own.</TD></TR></TABLE>",
	      to);
}
