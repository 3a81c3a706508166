// SPDX-License-Identifier: GPL-2.0-only
/* Chassis, bindings and tunnel keys out of a Southbound database. */
#include "placement.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/ovsdb.h"

#define PORT_KEY_MAX 32767
#define DATAPATH_KEY_MAX 16777215

static const struct ovsdb_column chassis_columns[] = {
	{"name", OVSDB_STRING},
	{"hostname", OVSDB_STRING},
	{"encaps", OVSDB_UUID},
	{0},
};

static const struct ovsdb_column encap_columns[] = {
	{"type", OVSDB_STRING},
	{"ip", OVSDB_STRING},
	{0},
};

static const struct ovsdb_column binding_columns[] = {
	{"logical_port", OVSDB_STRING}, {"type", OVSDB_STRING},
	{"tunnel_key", OVSDB_INTEGER},	{"datapath", OVSDB_UUID},
	{"chassis", OVSDB_UUID},	{0},
};

/* nb_uuid since OVN 25.09; before, external_ids name the NB row. */
static const struct ovsdb_column datapath_columns[] = {
	{"tunnel_key", OVSDB_INTEGER},
	{"external_ids", OVSDB_MAP},
	{"nb_uuid", OVSDB_UUID},
	{0},
};

const struct ovsdb_filter placement_sb_columns[] = {
	{"Chassis", chassis_columns, true},
	{"Encap", encap_columns, true},
	{"Port_Binding", binding_columns, true},
	{"Datapath_Binding", datapath_columns, true},
	{0},
};

/* By the place of a Chassis row in its table. */
#define CHASSIS_NONE SIZE_MAX

struct sb_reader {
	const struct ovsdb_table *chassis, *encaps, *bindings, *datapaths;
	struct placement *p;
	const struct ovsdb_row **rows; /* of p->chassis[], in order of uuid */
};

static int no_memory(struct error *e)
{
	return error_set(e, ENOMEM, "out of memory for the placement");
}

static bool encap_find(const struct sb_reader *r, const struct ovsdb_row *row,
		       uint8_t ip[4])
{
	size_t i;

	for (i = 0; i < ovsdb_size(row, "encaps"); i++) {
		const struct ovsdb_row *encap =
			ovsdb_find(r->encaps, ovsdb_uuid(row, "encaps", i));

		if (encap &&
		    !strcmp(ovsdb_string(encap, "type", 0), "geneve") &&
		    inet_pton(AF_INET, ovsdb_string(encap, "ip", 0), ip) == 1)
			return true;
	}
	return false;
}

static int chassis_read(struct sb_reader *r, struct error *e)
{
	struct placement *p = r->p;
	size_t i, n = ovsdb_table_size(r->chassis);

	p->chassis = calloc(n ? n : 1, sizeof(p->chassis[0]));
	r->rows = calloc(n ? n : 1, sizeof(r->rows[0]));
	if (!p->chassis || !r->rows)
		return no_memory(e);
	for (i = 0; i < n; i++) {
		const struct ovsdb_row *row = ovsdb_table_row(r->chassis, i);
		struct placement_chassis *c = &p->chassis[p->n_chassis];

		if (!encap_find(r, row, c->encap_ip)) {
			warning("chassis %s has no geneve encap with an IPv4 "
				"address; ports bound there are unreachable",
				ovsdb_string(row, "name", 0));
			continue;
		}
		r->rows[p->n_chassis++] = row;
		c->name = strdup(ovsdb_string(row, "name", 0));
		c->hostname = strdup(ovsdb_string(row, "hostname", 0));
		if (!c->name || !c->hostname)
			return no_memory(e);
	}
	return 0;
}

static size_t chassis_index(const struct sb_reader *r, const uint8_t *uuid)
{
	size_t low = 0, high = r->p->n_chassis;

	while (uuid && low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(ovsdb_row_uuid(r->rows[middle]), uuid, 16);

		if (!order)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return CHASSIS_NONE;
}

static int key_check(int64_t key, int64_t max, const char *what,
		     const char *name, struct error *e)
{
	if (key >= 1 && key <= max)
		return 0;
	return error_set(e, EINVAL,
			 "%s %.200s: tunnel_key %lld is no number from 1 to "
			 "%lld; let ovn-northd repair it",
			 what, name, (long long)key, (long long)max);
}

static int datapaths_read(struct sb_reader *r, struct error *e)
{
	size_t i;
	int err;

	for (i = 0; i < ovsdb_table_size(r->datapaths); i++) {
		const struct ovsdb_row *row = ovsdb_table_row(r->datapaths, i);
		struct placement_key *key = &r->p->keys[r->p->n_keys];
		const uint8_t *uuid = ovsdb_uuid(row, "nb_uuid", 0);
		int64_t tunnel_key = ovsdb_integer(row, "tunnel_key", 0);
		const char *name;
		char text[37];

		name = ovsdb_map_get(row, "external_ids", "logical-switch");
		if (!name)
			name = ovsdb_map_get(row, "external_ids",
					     "logical-router");
		if (uuid) {
			ovsdb_uuid_format(uuid, text);
			name = text;
		}
		if (!name)
			continue; /* none of NB's */
		err = key_check(tunnel_key, DATAPATH_KEY_MAX,
				"Datapath_Binding", name, e);
		if (err)
			return err;
		key->datapath_key = tunnel_key;
		key->name = strdup(name);
		if (!key->name)
			return no_memory(e);
		r->p->n_keys++;
	}
	return 0;
}

static int binding_read(struct sb_reader *r, const struct ovsdb_row *row,
			struct error *e)
{
	const char *name = ovsdb_string(row, "logical_port", 0);
	int64_t port_key = ovsdb_integer(row, "tunnel_key", 0), datapath_key;
	struct placement_key *key = &r->p->keys[r->p->n_keys];
	struct placement_port *port = &r->p->ports[r->p->n_ports];
	const struct ovsdb_row *datapath = NULL;
	const uint8_t *uuid = ovsdb_uuid(row, "datapath", 0);
	size_t chassis;
	int err;

	if (uuid)
		datapath = ovsdb_find(r->datapaths, uuid);
	if (!datapath)
		return error_set(e, EINVAL,
				 "Port_Binding %.200s: its Datapath_Binding is "
				 "missing; take a fresh ovsdb-client backup",
				 name);
	err = key_check(port_key, PORT_KEY_MAX, "Port_Binding", name, e);
	if (err)
		return err;
	datapath_key = ovsdb_integer(datapath, "tunnel_key", 0);
	err = key_check(datapath_key, DATAPATH_KEY_MAX,
			"Datapath_Binding of port", name, e);
	if (err)
		return err;
	key->name = strdup(name);
	if (!key->name)
		return no_memory(e);
	r->p->n_keys++;
	key->datapath_key = datapath_key;
	key->port_key = port_key;

	/* A gateway's ports are placed by the NB's options:chassis. */
	chassis = chassis_index(r, ovsdb_uuid(row, "chassis", 0));
	if (*ovsdb_string(row, "type", 0) || chassis == CHASSIS_NONE)
		return 0;
	port->lsp = strdup(name);
	if (!port->lsp)
		return no_memory(e);
	port->chassis = chassis;
	r->p->n_ports++;
	return 0;
}

int placement_read_sb(const struct ovsdb *sb, struct placement *p,
		      struct error *e)
{
	struct sb_reader r = {
		.chassis = ovsdb_table(sb, "Chassis"),
		.encaps = ovsdb_table(sb, "Encap"),
		.bindings = ovsdb_table(sb, "Port_Binding"),
		.datapaths = ovsdb_table(sb, "Datapath_Binding"),
		.p = p,
	};
	size_t i, n = ovsdb_table_size(r.bindings);
	int err;

	memset(p, 0, sizeof(*p));
	p->ports = calloc(n ? n : 1, sizeof(p->ports[0]));
	p->keys = calloc(n + ovsdb_table_size(r.datapaths) + 1,
			 sizeof(p->keys[0]));
	err = p->ports && p->keys ? chassis_read(&r, e) : no_memory(e);
	if (!err)
		err = datapaths_read(&r, e);
	for (i = 0; i < n && !err; i++)
		err = binding_read(&r, ovsdb_table_row(r.bindings, i), e);
	free(r.rows);
	if (err)
		placement_free(p);
	return err;
}
