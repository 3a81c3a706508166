// SPDX-License-Identifier: GPL-2.0-only
/* A model as text: see nb_text(). */
#include "ovsdb_file.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

static void ip4s_print(FILE *f, const struct nb_ip4 *ip, size_t n)
{
	char text[INET_ADDRSTRLEN];

	for (; n--; ip++)
		fprintf(f, " %s/%u",
			inet_ntop(AF_INET, ip->addr, text, sizeof(text)),
			ip->plen);
}

static void ip6s_print(FILE *f, const struct nb_ip6 *ip, size_t n)
{
	char text[INET6_ADDRSTRLEN];

	for (; n--; ip++)
		fprintf(f, " %s/%u",
			inet_ntop(AF_INET6, ip->addr, text, sizeof(text)),
			ip->plen);
}

static void mac_print(FILE *f, const uint8_t mac[6])
{
	fprintf(f, " %02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		mac[3], mac[4], mac[5]);
}

static void addresses_print(FILE *f, const char *what,
			    const struct nb_address *a, size_t n)
{
	for (; n--; a++) {
		fprintf(f, "    %s", what);
		mac_print(f, a->mac);
		ip4s_print(f, a->ip4, a->n_ip4);
		ip6s_print(f, a->ip6, a->n_ip6);
		fputc('\n', f);
	}
}

static const char *or_none(const char *text)
{
	return text ? text : "-";
}

static void lsp_print(FILE *f, const struct nb_lsp *p)
{
	fprintf(f,
		"  lsp %s %s type %d \"%s\" enabled %d unknown %d router %d "
		"no_arp %d key %u chassis %s peer %s\n",
		p->name, p->uuid, p->type, p->type_name, p->enabled,
		p->has_unknown, p->has_router, p->no_arp_responder,
		p->requested_key, or_none(p->requested_chassis),
		or_none(p->router_port));
	addresses_print(f, "address", p->addresses, p->n_addresses);
	addresses_print(f, "security", p->port_security, p->n_port_security);
	if (p->type == NB_LSP_LOCALNET)
		fprintf(f, "    localnet %s tag %u type %04x learn %d\n",
			or_none(p->network_name), p->tag, p->tag_type,
			p->learn_fdb);
	if (p->announces_nat || p->excludes_vips)
		fprintf(f, "    announces nat %d but vips %d\n",
			p->announces_nat, p->excludes_vips);
	addresses_print(f, "announces", p->nat_addresses, p->n_nat_addresses);
}

static void lbs_print(FILE *f, const struct nb *nb, const char *owner,
		      const uint32_t *lbs, size_t n)
{
	for (; n--; lbs++) {
		const struct nb_lb *lb = &nb->lbs[*lbs];

		fprintf(f, "  %s has lb %s\n", owner,
			*lb->name ? lb->name : lb->uuid);
	}
}

static void ip_print(FILE *f, const char *before, const uint8_t ip[4])
{
	fprintf(f, "%s%u.%u.%u.%u", before, ip[0], ip[1], ip[2], ip[3]);
}

static void lb_print(FILE *f, const struct nb_lb *lb)
{
	size_t i, j;

	fprintf(f,
		"lb \"%s\" %s proto %u fields %x reject %d skip %d flush %d "
		"affinity %u responder %d",
		lb->name, lb->uuid, lb->proto, lb->selection_fields, lb->reject,
		lb->skip_snat, lb->ct_flush, lb->affinity_timeout,
		lb->neighbor_responder);
	if (lb->has_hairpin_ip)
		ip_print(f, " hairpin ", lb->hairpin_snat_ip);
	fputc('\n', f);
	for (i = 0; i < lb->n_vips; i++) {
		const struct nb_vip *vip = &lb->vips[i];

		ip_print(f, "  vip ", vip->ip);
		fprintf(f, ":%u ->", vip->port);
		for (j = 0; j < vip->n_backends; j++) {
			ip_print(f, " ", vip->backends[j].ip);
			fprintf(f, ":%u", vip->backends[j].port);
		}
		fputc('\n', f);
	}
}

static void set_print(FILE *f, const char *what, const struct nb_ip_set *set)
{
	if (!*set->uuid)
		return;
	fprintf(f, " %s (", what);
	ip4s_print(f, set->ip4, set->n_ip4);
	fprintf(f, " )");
}

static void nat_print(FILE *f, const struct nb_nat *nat)
{
	static const char *const names[] = {"snat", "dnat", "dnat_and_snat"};

	fprintf(f, "  nat %s %s", nat->uuid, names[nat->type]);
	ip_print(f, " ", nat->external_ip);
	ip4s_print(f, &nat->logical_ip, 1);
	if (nat->port_first)
		fprintf(f, " ports %u-%u", nat->port_first, nat->port_last);
	if (nat->stateless)
		fprintf(f, " stateless");
	set_print(f, "allowed", &nat->allowed);
	set_print(f, "exempted", &nat->exempted);
	fputc('\n', f);
}

static void force_print(FILE *f, const char *what,
			const struct nb_force_snat *snat)
{
	if (snat->is_router_ip)
		fprintf(f, "  %s force router_ip\n", what);
	if (!snat->has_ip)
		return;
	fprintf(f, "  %s force", what);
	ip_print(f, " ", snat->ip);
	fputc('\n', f);
}

static void router_print(FILE *f, const struct nb *nb,
			 const struct nb_router *r)
{
	char text[INET_ADDRSTRLEN];
	size_t i;

	fprintf(f,
		"router %s %s enabled %d chassis %s learn %d dynamic %d "
		"key %u\n",
		r->name, r->uuid, r->enabled, or_none(r->gateway_chassis),
		r->always_learn, r->dynamic_neighbors, r->requested_key);
	if (r->neighbor_age)
		fprintf(f, "  age %u\n", r->neighbor_age);
	force_print(f, "dnat", &r->dnat_force_snat);
	force_print(f, "lb", &r->lb_force_snat);
	for (i = 0; i < r->n_ports; i++) {
		const struct nb_lrp *p = &r->ports[i];

		fprintf(f, "  lrp %s %s enabled %d gateway %d key %u peer %s",
			p->name, p->uuid, p->enabled, p->is_distributed_gateway,
			p->requested_key, or_none(p->peer));
		mac_print(f, p->mac);
		ip4s_print(f, p->ip4, p->n_ip4);
		ip6s_print(f, p->ip6, p->n_ip6);
		if (p->route_table)
			fprintf(f, " table %s", p->route_table);
		fputc('\n', f);
	}
	for (i = 0; i < r->n_routes; i++) {
		const struct nb_route *route = &r->routes[i];

		fprintf(f, "  route %s%s", route->uuid,
			route->is_src ? " src" : "");
		ip4s_print(f, &route->prefix, 1);
		if (route->has_nexthop)
			fprintf(f, " via %s",
				inet_ntop(AF_INET, route->nexthop, text,
					  sizeof(text)));
		fprintf(f, "%s port %s", route->discard ? " discard" : "",
			or_none(route->output_port));
		if (route->route_table)
			fprintf(f, " table %s", route->route_table);
		fputc('\n', f);
	}
	for (i = 0; i < r->n_nats; i++)
		nat_print(f, &r->nats[i]);
	lbs_print(f, nb, r->name, r->lbs, r->n_lbs);
}

char *nb_text(const struct nb *nb)
{
	char *text = NULL;
	size_t size, i, j;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	for (i = 0; i < nb->n_switches; i++) {
		const struct nb_switch *s = &nb->switches[i];

		fprintf(f, "switch %s %s key %u\n", s->name, s->uuid,
			s->requested_key);
		for (j = 0; j < s->n_ports; j++)
			lsp_print(f, &s->ports[j]);
		lbs_print(f, nb, s->name, s->lbs, s->n_lbs);
	}
	for (i = 0; i < nb->n_routers; i++)
		router_print(f, nb, &nb->routers[i]);
	for (i = 0; i < nb->n_lbs; i++)
		lb_print(f, &nb->lbs[i]);
	for (i = 0; i < nb->n_notices; i++)
		fprintf(f, "notice %s: %zu (%s)\n", nb->notices[i].what,
			nb->notices[i].n, or_none(nb->notices[i].example));
	fclose(f);
	return text;
}
