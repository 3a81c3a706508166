// SPDX-License-Identifier: GPL-2.0-only
/* A logical network as the commands that would make it. */
#include <arpa/inet.h>
#include <stdio.h>

#include "nbfile.h"
#include "random.h"

const char *ip_text(uint32_t ip, char text[16])
{
	snprintf(text, 16, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255,
		 ip >> 8 & 255, ip & 255);
	return text;
}

const char *ip6_text(const uint8_t ip[16], char text[48])
{
	return inet_ntop(AF_INET6, ip, text, 48);
}

const char *mac_text(const uint8_t mac[6], char text[18])
{
	snprintf(text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		 mac[2], mac[3], mac[4], mac[5]);
	return text;
}

static void elements_describe(const struct element *e, size_t n,
			      const char *command, FILE *f)
{
	char text[48];

	for (size_t i = 0; i < n; i++) {
		fprintf(f, "%s \"%s", i ? "" : command,
			mac_text(e[i].mac, text));
		for (size_t j = 0; j < e[i].n_ip4; j++)
			fprintf(f, " %s/%u", ip_text(e[i].ip4[j].ip, text),
				e[i].ip4[j].plen);
		for (size_t j = 0; j < e[i].n_ip6; j++)
			fprintf(f, " %s", ip6_text(e[i].ip6[j].ip, text));
		fputc('"', f);
	}
}

static void lsp_describe(const struct logical *net, const struct lsp *p,
			 FILE *f)
{
	char text[48], command[80];

	fprintf(f, "#   lsp-add %s %s # key %u%s%s", net->sw[p->sw].name,
		p->name, p->key, p->is_enabled ? "" : " enabled=false",
		p->no_responder ? " disable_arp_nd_rsp" : "");
	if (p->type == LSP_VIF)
		fprintf(f, " at %s%s, guest %s %s\n",
			p->chassis >= 0 ? net->chassis[p->chassis].name :
					  "no chassis",
			p->is_bound ? "" : " unbound", mac_text(p->mac, text),
			ip_text(p->ip, text + 20));
	else if (p->type == LSP_LOCALNET)
		fprintf(f, " type=localnet tag %u\n", p->tag);
	else
		fprintf(f, " type=router router-port=%s\n",
			net->lrp[p->lrp].name);
	snprintf(command, sizeof(command), "#   lsp-set-addresses %s", p->name);
	elements_describe(p->addresses, p->n_addresses, command, f);
	if (p->has_unknown || p->has_router)
		fprintf(f, "%s %s", p->n_addresses ? "" : command,
			p->has_unknown ? "unknown" : "router");
	if (p->n_addresses || p->has_unknown || p->has_router)
		fputc('\n', f);
	snprintf(command, sizeof(command), "#   lsp-set-port-security %s",
		 p->name);
	elements_describe(p->security, p->n_security, command, f);
	if (p->n_security)
		fputc('\n', f);
}

static void router_describe(const struct logical *net, int number, FILE *f)
{
	const struct router *r = &net->router[number];
	char text[48];

	fprintf(f, "# lr-add %s # key %u%s%s%s%s\n", r->name, r->key,
		r->is_enabled ? "" : " enabled=false",
		r->always_learns ? "" : " always_learn=false",
		r->chassis >= 0 ? " options:chassis=" : "",
		r->chassis >= 0 ? net->chassis[r->chassis].name : "");
	for (size_t i = 0; i < net->n_lrps; i++) {
		const struct lrp *p = &net->lrp[i];

		if (p->router != number)
			continue;
		fprintf(f, "#   lrp-add %s %s %s", r->name, p->name,
			mac_text(p->mac, text));
		for (size_t j = 0; j < p->n_nets; j++)
			fprintf(f, " %s/%u", ip_text(p->net[j].ip, text),
				p->net[j].plen);
		if (p->peer >= 0)
			fprintf(f, " peer=%s", net->lrp[p->peer].name);
		if (p->table)
			fprintf(f, " # route_table t%d", p->table);
		fprintf(f, "%s\n", p->is_enabled ? "" : " # enabled=false");
	}
	for (size_t i = 0; i < net->n_routes; i++) {
		const struct route *t = &net->route[i];

		if (t->router != number)
			continue;
		fprintf(f, "#  %s lr-route-add %s %s/%u",
			t->is_src ? " --policy=src-ip" : "", r->name,
			ip_text(t->prefix.ip, text), t->prefix.plen);
		fprintf(f, " %s%s\n",
			t->is_discard ? "discard" : ip_text(t->nexthop, text),
			t->table ? " # table t1" : "");
	}
}

void logical_describe(const struct logical *net, FILE *f)
{
	char text[48];

	for (int i = 0; i < N_CHASSIS; i++)
		fprintf(f, "# chassis %s %s%s\n", net->chassis[i].name,
			ip_text(net->chassis[i].ip, text),
			net->chassis[i].has_xdp ? ", XDP" : ", TC");
	for (size_t i = 0; i < net->n_switches; i++) {
		fprintf(f, "# ls-add %s # key %u\n", net->sw[i].name,
			net->sw[i].key);
		for (size_t j = 0; j < net->n_lsps; j++) {
			if (net->lsp[j].sw == (int)i)
				lsp_describe(net, &net->lsp[j], f);
		}
	}
	for (size_t i = 0; i < net->n_routers; i++)
		router_describe(net, i, f);
	gateway_describe(net, f);
}
