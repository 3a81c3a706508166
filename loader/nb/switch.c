// SPDX-License-Identifier: GPL-2.0-only
#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* include/types.h has the same; here they bound a database's wish. */
#define PORT_KEY_MAX 32767
#define DATAPATH_KEY_MAX 16777215

static int type_read(const struct ovsdb_row *row, struct nb_lsp *p,
		     struct nb *nb, struct error *e)
{
	p->type_name = strdup(ovsdb_string(row, "type", 0));
	if (!p->type_name)
		return out_of_memory(e);
	if (!*p->type_name) {
		p->type = NB_LSP_VIF;
		return 0;
	}
	if (!strcmp(p->type_name, "router")) {
		p->type = NB_LSP_ROUTER;
		return announcements_read(row, p, nb, e);
	}
	if (!strcmp(p->type_name, "localnet")) {
		p->type = NB_LSP_LOCALNET;
		return localnet_read(row, p, nb, e);
	}
	p->type = NB_LSP_OTHER;
	return notice_add(nb, e, 1, p->name, "switch port of type %.100s",
			  p->type_name);
}

/* northd ignores an element without a MAC, and what stands behind the last
 * address that it can read; both with a line in its log. */
static int element_read(const char *text, const char *column,
			const struct nb_lsp *p, struct nb_address *list,
			size_t *n, struct nb *nb, struct error *e)
{
	const char *rest;
	int err;

	err = parse_address(text, &list[*n], &rest);
	if (err == -ENOMEM)
		return out_of_memory(e);
	if (!err)
		++*n;
	if (!err && !*rest)
		return 0;
	return notice_add(nb, e, 1, p->name, "unparsable %s", column);
}

static bool is_dynamic(const char *text)
{
	uint8_t mac[6];
	const char *space = strchr(text, ' ');
	char first[32];

	if (!strcmp(text, "dynamic") ||
	    !strncmp(text, "dynamic ", strlen("dynamic ")))
		return true;
	if (!space || (size_t)(space - text) >= sizeof(first) ||
	    strcmp(space + 1, "dynamic"))
		return false;
	memcpy(first, text, space - text);
	first[space - text] = '\0';
	return !parse_mac(first, mac);
}

static int addresses_read(const struct ovsdb_row *row, struct nb_lsp *p,
			  struct nb *nb, struct error *e)
{
	size_t i, n = ovsdb_size(row, "addresses");
	bool has_dynamic = false;
	const char *text;
	int err = 0;

	if (!n)
		return 0;
	p->addresses = calloc(n, sizeof(p->addresses[0]));
	if (!p->addresses)
		return out_of_memory(e);
	for (i = 0; i < n && !err; i++) {
		text = ovsdb_string(row, "addresses", i);
		if (!strcmp(text, "unknown")) {
			p->has_unknown = true;
		} else if (!strcmp(text, "router")) {
			p->has_router = true;
		} else if (is_dynamic(text)) {
			/* One column serves all: two make no difference. */
			if (has_dynamic)
				continue;
			has_dynamic = true;
			text = ovsdb_string(row, "dynamic_addresses", 0);
			err = *text ? element_read(text, "dynamic_addresses", p,
						   p->addresses,
						   &p->n_addresses, nb, e) :
				      notice_add(nb, e, 1, p->name,
						 "dynamic address that northd "
						 "has not assigned");
		} else {
			err = element_read(text, "addresses", p, p->addresses,
					   &p->n_addresses, nb, e);
		}
	}
	return err;
}

static int port_security_read(const struct ovsdb_row *row, struct nb_lsp *p,
			      struct nb *nb, struct error *e)
{
	size_t i, n = ovsdb_size(row, "port_security");
	const char *text;
	int err = 0;

	if (!n)
		return 0;
	p->port_security = calloc(n, sizeof(p->port_security[0]));
	if (!p->port_security)
		return out_of_memory(e);
	for (i = 0; i < n && !err; i++) {
		text = ovsdb_string(row, "port_security", i);
		if (!strncmp(text, "VRRPv3 ", strlen("VRRPv3 ")))
			err = notice_add(nb, e, 1, p->name,
					 "VRRPv3 port_security");
		else
			err = element_read(text, "port_security", p,
					   p->port_security,
					   &p->n_port_security, nb, e);
	}
	return err;
}

/* A list is a port on several chassis at once; the first is its home. */
static int requested_chassis_read(const struct ovsdb_row *row, struct nb_lsp *p,
				  struct nb *nb, struct error *e)
{
	const char *text = ovsdb_map_get(row, "options", "requested-chassis");
	char *comma;
	int err;

	err = copy_optional(text, &p->requested_chassis, e);
	if (err || !p->requested_chassis)
		return err;
	comma = strchr(p->requested_chassis, ',');
	if (!comma)
		return 0;
	*comma = '\0';
	return notice_add(nb, e, 1, p->name,
			  "port on several chassis (requested-chassis list)");
}

static int lsp_read(const struct ovsdb_row *row, struct nb_lsp *p,
		    struct nb *nb, struct error *e)
{
	const char *option;
	int err;

	ovsdb_uuid_format(ovsdb_row_uuid(row), p->uuid);
	if (!*ovsdb_string(row, "name", 0))
		return row_error(row, e, "it has no name; give it one");
	p->name = strdup(ovsdb_string(row, "name", 0));
	if (!p->name)
		return out_of_memory(e);
	p->enabled = ovsdb_boolean(row, "enabled", true);
	option = ovsdb_map_get(row, "options", "disable_arp_nd_rsp");
	p->no_arp_responder = option && !strcmp(option, "true");
	err = type_read(row, p, nb, e);
	if (!err)
		err = addresses_read(row, p, nb, e);
	if (!err)
		err = port_security_read(row, p, nb, e);
	if (!err)
		err = parse_key(row, "options", PORT_KEY_MAX, &p->requested_key,
				nb, e);
	if (!err)
		err = requested_chassis_read(row, p, nb, e);
	if (!err)
		err = copy_optional(ovsdb_map_get(row, "options",
						  "router-port"),
				    &p->router_port, e);
	/* Another type is one notice, whatever its options say. */
	if (!err && p->type != NB_LSP_OTHER)
		err = unsupported_lsp(row, nb, e);
	return err;
}

static void lsp_free(struct nb_lsp *p)
{
	addresses_free(p->addresses, p->n_addresses);
	addresses_free(p->port_security, p->n_port_security);
	addresses_free(p->nat_addresses, p->n_nat_addresses);
	free(p->name);
	free(p->type_name);
	free(p->requested_chassis);
	free(p->router_port);
	free(p->network_name);
}

int switch_read_part(const struct ovsdb_row *row,
		     const struct ovsdb_row *const *ports, size_t n,
		     struct nb_switch *s, struct nb *nb, struct error *e)
{
	size_t i;
	int err;

	ovsdb_uuid_format(ovsdb_row_uuid(row), s->uuid);
	s->name = strdup(ovsdb_string(row, "name", 0));
	s->ports = calloc(n ? n : 1, sizeof(s->ports[0]));
	if (!s->name || !s->ports)
		return out_of_memory(e);
	err = parse_key(row, "other_config", DATAPATH_KEY_MAX,
			&s->requested_key, nb, e);
	for (i = 0; i < n && !err; i++) {
		struct nb_lsp *p = &s->ports[s->n_ports++];

		err = lsp_read(ports[i], p, nb, e);
		if (row_is_refused(nb, &err, e)) {
			lsp_free(p);
			memset(p, 0, sizeof(*p));
			s->n_ports--;
		}
	}
	return err;
}

int switch_read(const struct ovsdb *db, const struct ovsdb_row *row,
		struct nb_switch *s, struct nb *nb, struct error *e)
{
	const struct ovsdb_table *t = ovsdb_table(db, "Logical_Switch_Port");
	size_t i, n = ovsdb_size(row, "ports"), n_found = 0;
	const struct ovsdb_row **ports = calloc(n + 1, sizeof(*ports));
	int err = 0;

	if (!ports)
		return out_of_memory(e);
	for (i = 0; i < n && !err; i++) {
		ports[n_found] = ovsdb_find(t, ovsdb_uuid(row, "ports", i));
		if (ports[n_found]) {
			n_found++;
			continue;
		}
		err = row_error(row, e,
				"a row of its ports is missing; take a fresh "
				"ovsdb-client backup");
		row_is_refused(nb, &err, e);
	}
	if (!err)
		err = switch_read_part(row, ports, n_found, s, nb, e);
	free(ports);
	if (!err)
		err = lb_use_read(db, row, nb, &s->lbs, &s->n_lbs, e);
	return err ? err : unsupported_switch(row, nb, e);
}

void addresses_free(struct nb_address *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		address_free(&list[i]);
	free(list);
}

void switch_free(struct nb_switch *s)
{
	size_t i;

	for (i = 0; i < s->n_ports; i++)
		lsp_free(&s->ports[i]);
	free(s->ports);
	free(s->lbs);
	free(s->name);
}
