// SPDX-License-Identifier: GPL-2.0-only
/* A logical network as rows of OVN_Northbound: ovn-nb(5), and JSON as
 * ovsdb(5) has it in a file. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nbfile.h"
#include "nbwriter.h"
#include "ovsdb_file.h"
#include "random.h"

static void uuid_print(FILE *f, enum table t, int number)
{
	fprintf(f, "%08x-0000-4000-8000-%012x", t * 0x1000 + number, number);
}

void table_begin(struct writer *w, const char *name)
{
	fprintf(w->f, ",\"%s\":{", name);
	w->has_rows = false;
}

void row_begin(struct writer *w, enum table t, int number)
{
	fputs(w->has_rows ? ",\"" : "\"", w->f);
	uuid_print(w->f, t, number);
	fputs("\":{", w->f);
	w->has_rows = true;
	w->has_columns = false;
}

FILE *column(struct writer *w, const char *name)
{
	fprintf(w->f, "%s\"%s\":", w->has_columns ? "," : "", name);
	w->has_columns = true;
	return w->f;
}

void column_text(struct writer *w, const char *name, const char *text)
{
	fprintf(column(w, name), "\"%s\"", text);
}

static void set_item(FILE *f, size_t *n)
{
	fputs((*n)++ ? "," : "", f);
}

void ref_print(FILE *f, size_t *n, enum table t, int number)
{
	set_item(f, n);
	fputs("[\"uuid\",\"", f);
	uuid_print(f, t, number);
	fputs("\"]", f);
}

static void element_print(FILE *f, const struct element *e, bool has_plen)
{
	char text[48];

	fputs(mac_text(e->mac, text), f);
	for (size_t i = 0; i < e->n_ip4; i++) {
		fprintf(f, " %s", ip_text(e->ip4[i].ip, text));
		if (has_plen && e->ip4[i].plen < 32)
			fprintf(f, "/%u", e->ip4[i].plen);
	}
	for (size_t i = 0; i < e->n_ip6; i++)
		fprintf(f, " %s", ip6_text(e->ip6[i].ip, text));
}

static void elements(struct writer *w, const char *name,
		     const struct element *e, size_t n, const char *word)
{
	FILE *f = column(w, name);
	size_t k = 0;

	fputs("[\"set\",[", f);
	for (size_t i = 0; i < n; i++) {
		set_item(f, &k);
		fputc('"', f);
		element_print(f, &e[i], !strcmp(name, "port_security"));
		fputc('"', f);
	}
	if (word) {
		set_item(f, &k);
		fprintf(f, "\"%s\"", word);
	}
	fputs("]]", f);
}

static void switches_write(struct writer *w, const struct logical *net)
{
	table_begin(w, "Logical_Switch");
	for (size_t i = 0; i < net->n_switches; i++) {
		const struct sw *s = &net->sw[i];
		size_t n = 0;
		FILE *f;

		row_begin(w, SWITCH, i);
		column_text(w, "name", s->name);
		f = column(w, "other_config");
		fprintf(f, "[\"map\",[[\"requested-tnl-key\",\"%u\"]]]",
			s->key);
		fputs("[\"set\",[", column(w, "ports"));
		for (size_t j = 0; j < net->n_lsps; j++) {
			if (net->lsp[j].sw == (int)i)
				ref_print(f, &n, PORT, j);
		}
		fputs("]]", f);
		lb_refs_write(w, net, -1, i);
		fputc('}', f);
	}
	fputc('}', w->f);
}

static void lsps_write(struct writer *w, const struct logical *net)
{
	static const char *const types[] = {"", "router", "localnet"};

	table_begin(w, "Logical_Switch_Port");
	for (size_t i = 0; i < net->n_lsps; i++) {
		const struct lsp *p = &net->lsp[i];
		FILE *f;

		row_begin(w, PORT, i);
		column_text(w, "name", p->name);
		column_text(w, "type", types[p->type]);
		elements(w, "addresses", p->addresses, p->n_addresses,
			 p->has_unknown ? "unknown" :
			 p->has_router	? "router" :
					  NULL);
		elements(w, "port_security", p->security, p->n_security, NULL);
		if (!p->is_enabled)
			fputs("false", column(w, "enabled"));
		if (p->tag)
			fprintf(column(w, "tag"), "%u", p->tag);
		f = column(w, "options");
		fprintf(f, "[\"map\",[[\"requested-tnl-key\",\"%u\"]", p->key);
		localnet_options_write(f, p);
		if (p->type == LSP_ROUTER)
			fprintf(f, ",[\"router-port\",\"%s\"]",
				net->lrp[p->lrp].name);
		if (p->no_responder)
			fputs(",[\"disable_arp_nd_rsp\",\"true\"]", f);
		fputs("]]}", f);
	}
	fputc('}', w->f);
}

static void routers_write(struct writer *w, const struct logical *net)
{
	table_begin(w, "Logical_Router");
	for (size_t i = 0; i < net->n_routers; i++) {
		const struct router *r = &net->router[i];
		size_t n = 0;
		FILE *f;

		row_begin(w, ROUTER, i);
		column_text(w, "name", r->name);
		if (!r->is_enabled)
			fputs("false", column(w, "enabled"));
		f = column(w, "options");
		fprintf(f, "[\"map\",[[\"requested-tnl-key\",\"%u\"]", r->key);
		if (!r->always_learns)
			fputs(",[\"always_learn_from_arp_request\",\"false\"]",
			      f);
		if (r->chassis >= 0)
			fprintf(f, ",[\"chassis\",\"%s\"]",
				net->chassis[r->chassis].name);
		force_options_write(f, r);
		fputs("]]", f);
		nat_refs_write(w, net, i);
		lb_refs_write(w, net, i, -1);
		fputs("[\"set\",[", column(w, "ports"));
		for (size_t j = 0; j < net->n_lrps; j++) {
			if (net->lrp[j].router == (int)i)
				ref_print(f, &n, ROUTER_PORT, j);
		}
		n = 0;
		fputs("]]", f);
		fputs("[\"set\",[", column(w, "static_routes"));
		for (size_t j = 0; j < net->n_routes; j++) {
			if (net->route[j].router == (int)i)
				ref_print(f, &n, ROUTE, j);
		}
		fputs("]]}", f);
	}
	fputc('}', w->f);
}

static void lrps_write(struct writer *w, const struct logical *net)
{
	table_begin(w, "Logical_Router_Port");
	for (size_t i = 0; i < net->n_lrps; i++) {
		const struct lrp *p = &net->lrp[i];
		char text[48];
		size_t n = 0;
		FILE *f;

		row_begin(w, ROUTER_PORT, i);
		column_text(w, "name", p->name);
		column_text(w, "mac", mac_text(p->mac, text));
		if (!p->is_enabled)
			fputs("false", column(w, "enabled"));
		if (p->peer >= 0)
			column_text(w, "peer", net->lrp[p->peer].name);
		if (p->table)
			fprintf(column(w, "options"),
				"[\"map\",[[\"route_table\",\"t%d\"]]]",
				p->table);
		f = column(w, "networks");
		fputs("[\"set\",[", f);
		for (size_t j = 0; j < p->n_nets; j++) {
			set_item(f, &n);
			fprintf(f, "\"%s/%u\"", ip_text(p->net[j].ip, text),
				p->net[j].plen);
		}
		fputs("]]}", f);
	}
	fputc('}', w->f);
}

static void routes_write(struct writer *w, const struct logical *net)
{
	table_begin(w, "Logical_Router_Static_Route");
	for (size_t i = 0; i < net->n_routes; i++) {
		const struct route *r = &net->route[i];
		char text[48];

		row_begin(w, ROUTE, i);
		fprintf(column(w, "ip_prefix"), "\"%s/%u\"",
			ip_text(r->prefix.ip, text), r->prefix.plen);
		column_text(w, "nexthop",
			    r->is_discard  ? "discard" :
			    r->has_nexthop ? ip_text(r->nexthop, text) :
					     "");
		if (r->is_src)
			column_text(w, "policy", "src-ip");
		if (r->lrp >= 0)
			column_text(w, "output_port", net->lrp[r->lrp].name);
		if (r->table)
			fprintf(column(w, "route_table"), "\"t%d\"", r->table);
		fputc('}', w->f);
	}
	fputc('}', w->f);
}

void nbfile_write(const struct logical *net, char path[64])
{
	char *text = NULL;
	size_t size;
	struct writer w = {.f = open_memstream(&text, &size)};

	fputs("{\"_date\":1700000000000", w.f);
	switches_write(&w, net);
	lsps_write(&w, net);
	routers_write(&w, net);
	lrps_write(&w, net);
	routes_write(&w, net);
	nats_write(&w, net);
	lbs_write(&w, net);
	fputc('}', w.f);
	fclose(w.f);
	db_create(path);
	db_schema(path);
	db_record(path, "JSON", text);
	free(text);
}

void placement_write(const struct logical *net, char path[64])
{
	char text[48];
	FILE *f;

	db_create(path);
	f = fopen(path, "we");
	if (!f)
		abort();
	for (int c = 0; c < N_CHASSIS; c++) {
		fprintf(f, "%s %s", net->chassis[c].name,
			ip_text(net->chassis[c].ip, text));
		for (size_t i = 0; i < net->n_lsps; i++) {
			if (net->lsp[i].type == LSP_VIF &&
			    net->lsp[i].chassis == c)
				fprintf(f, " %s", net->lsp[i].name);
		}
		fputc('\n', f);
	}
	fclose(f);
}
