// SPDX-License-Identifier: GPL-2.0-only
/* NAT and load balancers as rows: ovn-nb(5) "NAT", "Load_Balancer". */
#include <netinet/in.h>

#include "nbfile.h"
#include "nbwriter.h"
#include "random.h"

static const char *const nat_types[] = {"snat", "dnat", "dnat_and_snat"};

static void peers_print(FILE *f, const struct address_set *s, const char *quote)
{
	char text[16];

	for (size_t i = 0; i < s->n; i++)
		fprintf(f, "%s%s%s/%u%s", i ? "," : "", quote,
			ip_text(s->net[i].ip, text), s->net[i].plen, quote);
}

static void sets_write(struct writer *w, const struct logical *net)
{
	char name[NAME_LEN];

	table_begin(w, "Address_Set");
	for (size_t i = 0; i < net->n_sets; i++) {
		FILE *f;

		row_begin(w, SET, i);
		snprintf(name, sizeof(name), "set%zu", i);
		column_text(w, "name", name);
		f = column(w, "addresses");
		fputs("[\"set\",[", f);
		peers_print(f, &net->set[i], "\"");
		fputs("]]}", f);
	}
	fputc('}', w->f);
}

static const char *const peers_columns[] = {NULL, "allowed_ext_ips",
					    "exempted_ext_ips"};

void nats_write(struct writer *w, const struct logical *net)
{
	char text[16];
	size_t one;

	sets_write(w, net);
	table_begin(w, "NAT");
	for (size_t i = 0; i < net->n_nats; i++) {
		const struct nat *n = &net->nat[i];

		row_begin(w, NAT, i);
		column_text(w, "type", nat_types[n->type]);
		column_text(w, "external_ip", ip_text(n->external, text));
		fprintf(column(w, "logical_ip"),
			n->type == NAT_SNAT ? "\"%s/%u\"" : "\"%s\"",
			ip_text(n->logical.ip, text), n->logical.plen);
		if (n->port_first)
			fprintf(column(w, "external_port_range"), "\"%u-%u\"",
				n->port_first, n->port_last);
		if (n->is_stateless)
			fputs("[\"map\",[[\"stateless\",\"true\"]]]",
			      column(w, "options"));
		if (n->peers) {
			one = 0;
			ref_print(column(w, peers_columns[n->peers]), &one, SET,
				  n->set);
		}
		fputc('}', w->f);
	}
	fputc('}', w->f);
}

static const char *proto_name(uint8_t proto)
{
	return proto == IPPROTO_UDP  ? "udp" :
	       proto == IPPROTO_SCTP ? "sctp" :
				       "tcp";
}

static void endpoint_print(FILE *f, uint32_t ip, uint16_t port)
{
	char text[16];

	fputs(ip_text(ip, text), f);
	if (port)
		fprintf(f, ":%u", port);
}

static void vip_print(FILE *f, const struct lb *l)
{
	fputs("[\"map\",[[\"", f);
	endpoint_print(f, l->vip, l->port);
	fputs("\",\"", f);
	for (size_t i = 0; i < l->n_backends; i++) {
		if (i)
			fputc(',', f);
		endpoint_print(f, l->backend[i].ip, l->backend[i].port);
	}
	fputs("\"]]]", f);
}

void lbs_write(struct writer *w, const struct logical *net)
{
	char name[NAME_LEN];

	table_begin(w, "Load_Balancer");
	for (size_t i = 0; i < net->n_lbs; i++) {
		const struct lb *l = &net->lb[i];

		row_begin(w, LB, i);
		snprintf(name, sizeof(name), "lb%zu", i);
		column_text(w, "name", name);
		column_text(w, "protocol", proto_name(l->proto));
		vip_print(column(w, "vips"), l);
		if (l->skip_snat)
			fputs("[\"map\",[[\"skip_snat\",\"true\"]]]",
			      column(w, "options"));
		fputc('}', w->f);
	}
	fputc('}', w->f);
}

void nat_refs_write(struct writer *w, const struct logical *net, int router)
{
	FILE *f = column(w, "nat");
	size_t n = 0;

	fputs("[\"set\",[", f);
	for (size_t i = 0; i < net->n_nats; i++) {
		if (net->nat[i].router == router)
			ref_print(f, &n, NAT, i);
	}
	fputs("]]", f);
}

void lb_refs_write(struct writer *w, const struct logical *net, int router,
		   int sw)
{
	FILE *f = column(w, "load_balancer");
	size_t n = 0;

	fputs("[\"set\",[", f);
	for (size_t i = 0; i < net->n_lbs; i++) {
		const struct lb *l = &net->lb[i];

		if ((router >= 0 && l->router == router) ||
		    (sw >= 0 && l->sw == sw))
			ref_print(f, &n, LB, i);
	}
	fputs("]]", f);
}

void force_options_write(FILE *f, const struct router *r)
{
	char text[16];

	if (r->dnat_force)
		fprintf(f, ",[\"dnat_force_snat_ip\",\"%s\"]",
			ip_text(r->dnat_force, text));
	if (r->lb_force)
		fprintf(f, ",[\"lb_force_snat_ip\",\"%s\"]",
			ip_text(r->lb_force, text));
}

void localnet_options_write(FILE *f, const struct lsp *p)
{
	if (p->type == LSP_LOCALNET)
		fputs(",[\"network_name\",\"" NETWORK_NAME "\"]", f);
}

void gateway_describe(const struct logical *net, FILE *f)
{
	char text[16];

	for (size_t i = 0; i < net->n_nats; i++) {
		const struct nat *n = &net->nat[i];

		fprintf(f, "# lr-nat-add %s %s %s", net->router[n->router].name,
			nat_types[n->type], ip_text(n->external, text));
		fprintf(f, " %s/%u", ip_text(n->logical.ip, text),
			n->logical.plen);
		if (n->port_first)
			fprintf(f, " %u-%u", n->port_first, n->port_last);
		if (n->is_stateless)
			fputs(" # stateless", f);
		if (n->peers) {
			fprintf(f, " # %s ", peers_columns[n->peers]);
			peers_print(f, &net->set[n->set], "");
		}
		fputc('\n', f);
	}
	for (size_t i = 0; i < net->n_lbs; i++) {
		const struct lb *l = &net->lb[i];

		fprintf(f, "# lb-add lb%zu ", i);
		vip_print(f, l);
		fprintf(f, " %s # at %s%s\n", proto_name(l->proto),
			l->router >= 0 ? net->router[l->router].name :
					 net->sw[l->sw].name,
			l->skip_snat ? " skip_snat" : "");
	}
	for (size_t i = 0; i < net->n_routers; i++) {
		fprintf(f, "# %s: ", net->router[i].name);
		force_options_write(f, &net->router[i]);
		fputc('\n', f);
	}
	for (int i = 0; net->localnet >= 0 && i < OUTSIDERS; i++)
		fprintf(f, "# outside: %s\n",
			ip_text(net->outsider[i].ip, text));
}
