// SPDX-License-Identifier: GPL-2.0-only
/* Chassis, bindings and tunnel keys out of a Southbound database. */
#include "placement.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "ovsdb/ovsdb.h"
#include "placement_doubles.h"

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

static const struct ovsdb_column mac_columns[] = {
	{"logical_port", OVSDB_STRING},
	{"ip", OVSDB_STRING},
	{"mac", OVSDB_STRING},
	{0},
};

static const struct ovsdb_column fdb_columns[] = {
	{"mac", OVSDB_STRING},
	{"dp_key", OVSDB_INTEGER},
	{"port_key", OVSDB_INTEGER},
	{0},
};

const struct ovsdb_filter placement_sb_columns[] = {
	{"Chassis", chassis_columns, true},
	{"Encap", encap_columns, true},
	{"Port_Binding", binding_columns, true},
	{"Datapath_Binding", datapath_columns, true},
	{"MAC_Binding", mac_columns, false},
	{"FDB", fdb_columns, false},
	{0},
};

#define CHASSIS_NONE SIZE_MAX

struct sb_reader {
	const struct ovsdb_table *encaps, *datapaths;
	struct placement *p;
	bool is_live;
};

static int no_memory(struct error *e)
{
	return error_set(e, ENOMEM, "out of memory for the placement");
}

/* What e says is wrong with a row: an error of a file; of a live database
 * 1, the row is left out. */
static int row_refused(struct sb_reader *r, struct error *e)
{
	return r->is_live ? placement_skip(r->p, e) : -EINVAL;
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

static int chassis_read(struct sb_reader *r, const struct ovsdb_table *t,
			struct error *e)
{
	struct placement *p = r->p;
	size_t i, n = ovsdb_table_size(t);

	p->chassis = calloc(n ? n : 1, sizeof(p->chassis[0]));
	if (!p->chassis)
		return no_memory(e);
	for (i = 0; i < n; i++) {
		const struct ovsdb_row *row = ovsdb_table_row(t, i);
		struct placement_chassis *c = &p->chassis[p->n_chassis];

		if (!encap_find(r, row, c->encap_ip)) {
			error_set(e, EINVAL,
				  "chassis %s has no geneve encap with an IPv4 "
				  "address; ports bound there are unreachable",
				  ovsdb_string(row, "name", 0));
			if (!r->is_live)
				warning("%s", e->text);
			else if (row_refused(r, e) < 0)
				return -ENOMEM;
			continue;
		}
		p->n_chassis++;
		memcpy(c->uuid, ovsdb_row_uuid(row), sizeof(c->uuid));
		c->name = strdup(ovsdb_string(row, "name", 0));
		c->hostname = strdup(ovsdb_string(row, "hostname", 0));
		if (!c->name || !c->hostname)
			return no_memory(e);
	}
	return 0;
}

static size_t chassis_index(const struct placement *p, const uint8_t *uuid)
{
	size_t low = 0, high = p->n_chassis;

	while (uuid && low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(p->chassis[middle].uuid, uuid, 16);

		if (!order)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return CHASSIS_NONE;
}

static int key_check(struct sb_reader *r, int64_t key, int64_t max,
		     const char *what, const char *name, struct error *e)
{
	if (key >= 1 && key <= max)
		return 0;
	error_set(e, EINVAL,
		  "%s %.200s: tunnel_key %lld is no number from 1 to %lld; let "
		  "ovn-northd repair it",
		  what, name, (long long)key, (long long)max);
	return row_refused(r, e);
}

const char *placement_datapath_nb(const struct ovsdb_row *row, char text[37])
{
	const uint8_t *uuid = ovsdb_uuid(row, "nb_uuid", 0);
	const char *name;

	if (uuid) {
		ovsdb_uuid_format(uuid, text);
		return text;
	}
	name = ovsdb_map_get(row, "external_ids", "logical-switch");
	return name ? name :
		      ovsdb_map_get(row, "external_ids", "logical-router");
}

static int datapath_read(struct sb_reader *r, const struct ovsdb_row *row,
			 struct error *e)
{
	struct placement_key *key = &r->p->keys[r->p->n_keys];
	int64_t tunnel_key = ovsdb_integer(row, "tunnel_key", 0);
	char text[37];
	const char *name = placement_datapath_nb(row, text);
	int err;

	if (!name)
		return 0; /* none of NB's */
	err = key_check(r, tunnel_key, DATAPATH_KEY_MAX, "Datapath_Binding",
			name, e);
	if (err)
		return err < 0 ? err : 0;
	key->datapath_key = tunnel_key;
	key->name = strdup(name);
	if (!key->name)
		return no_memory(e);
	r->p->n_keys++;
	return 0;
}

/* 1: the row is left out. */
static int binding_keys(struct sb_reader *r, const struct ovsdb_row *row,
			uint32_t *datapath_key, uint32_t *port_key,
			struct error *e)
{
	const char *name = ovsdb_string(row, "logical_port", 0);
	const uint8_t *uuid = ovsdb_uuid(row, "datapath", 0);
	const struct ovsdb_row *datapath = NULL;
	int err;

	if (uuid)
		datapath = ovsdb_find(r->datapaths, uuid);
	if (!datapath) {
		error_set(e, EINVAL,
			  "Port_Binding %.200s: its Datapath_Binding is "
			  "missing; take a fresh ovsdb-client backup",
			  name);
		return row_refused(r, e);
	}
	err = key_check(r, ovsdb_integer(row, "tunnel_key", 0), PORT_KEY_MAX,
			"Port_Binding", name, e);
	if (!err)
		err = key_check(r, ovsdb_integer(datapath, "tunnel_key", 0),
				DATAPATH_KEY_MAX, "Datapath_Binding of port",
				name, e);
	*datapath_key = ovsdb_integer(datapath, "tunnel_key", 0);
	*port_key = ovsdb_integer(row, "tunnel_key", 0);
	return err;
}

static int binding_read(struct sb_reader *r, const struct ovsdb_row *row,
			struct error *e)
{
	struct placement_key *key = &r->p->keys[r->p->n_keys];
	struct placement_port *port = &r->p->ports[r->p->n_ports];
	const char *name = ovsdb_string(row, "logical_port", 0);
	size_t chassis;
	int err;

	err = binding_keys(r, row, &key->datapath_key, &key->port_key, e);
	if (err)
		return err < 0 ? err : 0;
	key->name = strdup(name);
	if (!key->name)
		return no_memory(e);
	r->p->n_keys++;

	/* A gateway's ports are placed by the NB's options:chassis. */
	chassis = chassis_index(r->p, ovsdb_uuid(row, "chassis", 0));
	if (*ovsdb_string(row, "type", 0) || chassis == CHASSIS_NONE)
		return 0;
	port->lsp = strdup(name);
	if (!port->lsp)
		return no_memory(e);
	port->chassis = chassis;
	r->p->n_ports++;
	return 0;
}

/* Written by any chassis, of which some know IPv6: what is not understood
 * here is nobody's mistake. */
static int mac_read(struct placement *p, const struct ovsdb_row *row,
		    struct error *e)
{
	struct placement_neighbor *n = &p->neighbors[p->n_neighbors];

	if (inet_pton(AF_INET, ovsdb_string(row, "ip", 0), n->ip) != 1 ||
	    parse_mac(ovsdb_string(row, "mac", 0), n->mac))
		return 0;
	n->lrp = strdup(ovsdb_string(row, "logical_port", 0));
	if (!n->lrp)
		return no_memory(e);
	p->n_neighbors++;
	return 0;
}

static void fdb_read(struct placement *p, const struct ovsdb_row *row)
{
	struct placement_fdb *f = &p->fdb[p->n_fdb];
	int64_t datapath = ovsdb_integer(row, "dp_key", 0);
	int64_t port = ovsdb_integer(row, "port_key", 0);

	if (datapath < 1 || datapath > DATAPATH_KEY_MAX || port < 1 ||
	    port > PORT_KEY_MAX ||
	    parse_mac(ovsdb_string(row, "mac", 0), f->mac))
		return;
	f->datapath_key = datapath;
	f->port_key = port;
	p->n_fdb++;
}

static int rows_read(struct sb_reader *r, const struct placement_rows *rows,
		     struct error *e)
{
	struct placement *p = r->p;
	size_t i;
	int err = 0;

	p->ports = calloc(rows->n_bindings + 1, sizeof(p->ports[0]));
	p->keys = calloc(rows->n_bindings + rows->n_datapaths + 1,
			 sizeof(p->keys[0]));
	p->neighbors = calloc(rows->n_macs + 1, sizeof(p->neighbors[0]));
	p->fdb = calloc(rows->n_fdbs + 1, sizeof(p->fdb[0]));
	if (!p->ports || !p->keys || !p->neighbors || !p->fdb)
		return no_memory(e);
	for (i = 0; i < rows->n_datapaths && !err; i++)
		err = datapath_read(r, rows->datapaths[i], e);
	for (i = 0; i < rows->n_bindings && !err; i++)
		err = binding_read(r, rows->bindings[i], e);
	for (i = 0; i < rows->n_macs && !err; i++)
		err = mac_read(p, rows->macs[i], e);
	for (i = 0; i < rows->n_fdbs && !err; i++)
		fdb_read(p, rows->fdbs[i]);
	return err;
}

static int rows_of(const struct ovsdb *sb, const char *table,
		   const struct ovsdb_row ***rows, size_t *n)
{
	const struct ovsdb_table *t = ovsdb_table(sb, table);
	size_t i;

	*n = ovsdb_table_size(t);
	*rows = calloc(*n + 1, sizeof(**rows));
	if (!*rows)
		return -ENOMEM;
	for (i = 0; i < *n; i++)
		(*rows)[i] = ovsdb_table_row(t, i);
	return 0;
}

static int all_read(const struct ovsdb *sb, bool is_live,
		    const struct placement_holders *holders,
		    struct placement *p, struct error *e)
{
	struct placement_rows rows = {};
	struct sb_reader r = {
		.encaps = ovsdb_table(sb, "Encap"),
		.datapaths = ovsdb_table(sb, "Datapath_Binding"),
		.p = p,
		.is_live = is_live,
	};
	int err;

	memset(p, 0, sizeof(*p));
	err = chassis_read(&r, ovsdb_table(sb, "Chassis"), e);
	if (!err &&
	    (rows_of(sb, "Datapath_Binding", &rows.datapaths,
		     &rows.n_datapaths) ||
	     rows_of(sb, "Port_Binding", &rows.bindings, &rows.n_bindings) ||
	     rows_of(sb, "MAC_Binding", &rows.macs, &rows.n_macs) ||
	     rows_of(sb, "FDB", &rows.fdbs, &rows.n_fdbs)))
		err = no_memory(e);
	if (!err)
		err = rows_read(&r, &rows, e);
	if (!err && is_live)
		err = placement_drop_doubles(p, holders, e);
	free(rows.datapaths);
	free(rows.bindings);
	free(rows.macs);
	free(rows.fdbs);
	if (err)
		placement_free(p);
	return err;
}

int placement_read_sb(const struct ovsdb *sb, struct placement *p,
		      struct error *e)
{
	return all_read(sb, false, NULL, p, e);
}

int placement_read_live(const struct ovsdb *sb,
			const struct placement_holders *holders,
			struct placement *p, struct error *e)
{
	return all_read(sb, true, holders, p, e);
}

int placement_read_rows(const struct ovsdb *sb,
			const struct placement_rows *rows, struct placement *p,
			struct error *e)
{
	struct sb_reader r = {
		.datapaths = ovsdb_table(sb, "Datapath_Binding"),
		.p = p,
		.is_live = true,
	};

	return rows_read(&r, rows, e);
}
