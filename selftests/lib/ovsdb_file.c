// SPDX-License-Identifier: GPL-2.0-only
#include "ovsdb_file.h"

#include <arpa/inet.h>
#include <assert.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ovsdb/ovsdb.h"

#define BASE_DB XOVN_TEST_DATA "/base/nb.db"

static void must(int condition, const char *what)
{
	if (condition)
		return;
	perror(what);
	abort();
}

void db_create(char path[64])
{
	int fd;

	strcpy(path, "/tmp/xovn-db.XXXXXX");
	fd = mkstemp(path);
	must(fd >= 0, path);
	close(fd);
}

void db_append(const char *path, const void *data, size_t size)
{
	FILE *f = fopen(path, "ae");

	must(f && fwrite(data, 1, size, f) == size && !fclose(f), path);
}

void db_record(const char *path, const char *magic, const char *json)
{
	size_t i, n = strlen(json);
	char *text = malloc(n + 160), *p;
	unsigned char sha1[EVP_MAX_MD_SIZE];
	char *body = malloc(n + 2);

	must(text && body, "malloc");
	memcpy(body, json, n);
	if (!n || json[n - 1] != '\n')
		body[n++] = '\n';
	EVP_Digest(body, n, sha1, NULL, EVP_sha1(), NULL);
	p = text + sprintf(text, "OVSDB %s %zu ", magic, n);
	for (i = 0; i < 20; i++)
		p += sprintf(p, "%02x", sha1[i]);
	*p++ = '\n';
	memcpy(p, body, n);
	db_append(path, text, p + n - text);
	free(text);
	free(body);
}

char *db_slurp(const char *path, size_t *size)
{
	size_t n = 0, got;
	char *data = NULL;
	FILE *f = fopen(path, "re");

	must(f != NULL, path);
	do {
		data = realloc(data, n + 65537);
		must(data != NULL, "realloc");
		got = fread(data + n, 1, 65536, f);
		n += got;
	} while (got);
	data[n] = '\0';
	fclose(f);
	if (size)
		*size = n;
	return data;
}

void db_schema(const char *path)
{
	char *data = db_slurp(BASE_DB, NULL);
	char *body = strchr(data, '\n') + 1;

	*strchr(body, '\n') = '\0';
	db_record(path, "JSON", body);
	free(data);
}

int nb_read(const char *path, struct nb *nb, struct error *e)
{
	struct ovsdb *db;
	int err;

	memset(nb, 0, sizeof(*nb));
	err = ovsdb_read(path, "OVN_Northbound", nb_columns, &db, e);
	if (err)
		return err;
	err = nb_from_ovsdb(db, nb, e);
	ovsdb_free(db);
	return err;
}

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
}

static void router_print(FILE *f, const struct nb_router *r)
{
	char text[INET_ADDRSTRLEN];
	size_t i;

	fprintf(f,
		"router %s %s enabled %d chassis %s learn %d dynamic %d "
		"key %u\n",
		r->name, r->uuid, r->enabled, or_none(r->gateway_chassis),
		r->always_learn, r->dynamic_neighbors, r->requested_key);
	for (i = 0; i < r->n_ports; i++) {
		const struct nb_lrp *p = &r->ports[i];

		fprintf(f, "  lrp %s %s enabled %d gateway %d key %u peer %s",
			p->name, p->uuid, p->enabled, p->is_distributed_gateway,
			p->requested_key, or_none(p->peer));
		mac_print(f, p->mac);
		ip4s_print(f, p->ip4, p->n_ip4);
		ip6s_print(f, p->ip6, p->n_ip6);
		fputc('\n', f);
	}
	for (i = 0; i < r->n_routes; i++) {
		const struct nb_route *route = &r->routes[i];

		fprintf(f, "  route %s", route->uuid);
		ip4s_print(f, &route->prefix, 1);
		if (route->has_nexthop)
			fprintf(f, " via %s",
				inet_ntop(AF_INET, route->nexthop, text,
					  sizeof(text)));
		fprintf(f, "%s port %s\n", route->discard ? " discard" : "",
			or_none(route->output_port));
	}
}

char *nb_text(const struct nb *nb)
{
	char *text = NULL;
	size_t size, i, j;
	FILE *f = open_memstream(&text, &size);

	must(f != NULL, "open_memstream");
	for (i = 0; i < nb->n_switches; i++) {
		const struct nb_switch *s = &nb->switches[i];

		fprintf(f, "switch %s %s key %u\n", s->name, s->uuid,
			s->requested_key);
		for (j = 0; j < s->n_ports; j++)
			lsp_print(f, &s->ports[j]);
	}
	for (i = 0; i < nb->n_routers; i++)
		router_print(f, &nb->routers[i]);
	for (i = 0; i < nb->n_notices; i++)
		fprintf(f, "notice %s: %zu (%s)\n", nb->notices[i].what,
			nb->notices[i].n, or_none(nb->notices[i].example));
	fclose(f);
	return text;
}
