// SPDX-License-Identifier: GPL-2.0-only
/* Placement and tunnel keys as ovn-northd and ovn-controller decided them. */
#include "nb/placement.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

static const struct ovsdb_column port_columns[] = {
	{"logical_port", OVSDB_STRING},
	{"tunnel_key", OVSDB_INTEGER},
	{"datapath", OVSDB_UUID},
	{"chassis", OVSDB_UUID},
	{0},
};

static const struct ovsdb_column datapath_columns[] = {
	{"tunnel_key", OVSDB_INTEGER},
	{"external_ids", OVSDB_MAP},
	{"nb_uuid", OVSDB_UUID},
	{0},
};

const struct ovsdb_filter placement_sb_columns[] = {
	{"Chassis", chassis_columns, true},
	{"Encap", encap_columns, true},
	{"Port_Binding", port_columns, true},
	{"Datapath_Binding", datapath_columns, true},
	{0},
};

/* The first Geneve address of a chassis; several are a choice of paths. */
static bool chassis_address(const struct ovsdb *sb, const struct ovsdb_row *row,
			    uint8_t ip[4])
{
	const struct ovsdb_table *encaps = ovsdb_table(sb, "Encap");

	for (size_t i = 0; i < ovsdb_size(row, "encaps"); i++) {
		const uint8_t *uuid = ovsdb_uuid(row, "encaps", i);
		const struct ovsdb_row *encap =
			uuid ? ovsdb_find(encaps, uuid) : NULL;

		if (encap &&
		    !strcmp(ovsdb_string(encap, "type", 0), "geneve") &&
		    inet_pton(AF_INET, ovsdb_string(encap, "ip", 0), ip) == 1)
			return true;
	}
	return false;
}

static int read_chassis(const struct ovsdb *sb, struct placement *p,
			size_t *index_of_row)
{
	const struct ovsdb_table *t = ovsdb_table(sb, "Chassis");
	size_t n = ovsdb_table_size(t);

	p->chassis = calloc(n + 1, sizeof(*p->chassis));
	if (!p->chassis)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct ovsdb_row *row = ovsdb_table_row(t, i);
		struct placement_chassis *c = &p->chassis[p->n_chassis];

		index_of_row[i] = SIZE_MAX;
		if (!chassis_address(sb, row, c->encap_ip))
			continue;
		index_of_row[i] = p->n_chassis++;
		c->name = strdup(ovsdb_string(row, "name", 0));
		c->hostname = strdup(ovsdb_string(row, "hostname", 0));
		if (!c->name || !c->hostname)
			return -ENOMEM;
	}
	return 0;
}

/* Rows stand in the order of their uuids. */
static size_t row_index(const struct ovsdb_table *t, const uint8_t *uuid)
{
	size_t low = 0, high = ovsdb_table_size(t);

	while (uuid && low < high) {
		size_t mid = low + (high - low) / 2;
		int order = memcmp(ovsdb_row_uuid(ovsdb_table_row(t, mid)),
				   uuid, 16);

		if (!order)
			return mid;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return SIZE_MAX;
}

static int add_key(struct placement *p, const char *name, int64_t datapath,
		   int64_t port)
{
	struct placement_key *key = &p->keys[p->n_keys++];

	key->name = strdup(name);
	key->datapath_key = (uint32_t)datapath;
	key->port_key = (uint32_t)port;
	return key->name ? 0 : -ENOMEM;
}

/* The NB row a datapath stands for; northd writes nb_uuid since 25.09. */
static int add_datapath(struct placement *p, const struct ovsdb_row *row)
{
	const uint8_t *uuid = ovsdb_uuid(row, "nb_uuid", 0);
	const char *name;
	char text[37];

	if (uuid) {
		ovsdb_uuid_format(uuid, text);
		name = text;
	} else {
		name = ovsdb_map_get(row, "external_ids", "logical-switch");
		if (!name)
			name = ovsdb_map_get(row, "external_ids",
					     "logical-router");
	}
	return name ? add_key(p, name, ovsdb_integer(row, "tunnel_key", 0), 0) :
		      0;
}

static int read_ports(const struct ovsdb *sb, struct placement *p,
		      const size_t *index_of_row)
{
	const struct ovsdb_table *t = ovsdb_table(sb, "Port_Binding");
	const struct ovsdb_table *datapaths =
		ovsdb_table(sb, "Datapath_Binding");
	const struct ovsdb_table *chassis = ovsdb_table(sb, "Chassis");
	size_t n = ovsdb_table_size(t), n_datapaths;
	int ret = 0;

	n_datapaths = ovsdb_table_size(datapaths);
	p->ports = calloc(n + 1, sizeof(*p->ports));
	p->keys = calloc(n + n_datapaths + 1, sizeof(*p->keys));
	if (!p->ports || !p->keys)
		return -ENOMEM;
	for (size_t i = 0; i < n_datapaths && !ret; i++)
		ret = add_datapath(p, ovsdb_table_row(datapaths, i));
	for (size_t i = 0; i < n && !ret; i++) {
		const struct ovsdb_row *row = ovsdb_table_row(t, i);
		const char *name = ovsdb_string(row, "logical_port", 0);
		const uint8_t *dp = ovsdb_uuid(row, "datapath", 0);
		const struct ovsdb_row *datapath =
			dp ? ovsdb_find(datapaths, dp) : NULL;
		size_t c = row_index(chassis, ovsdb_uuid(row, "chassis", 0));

		if (datapath)
			ret = add_key(p, name,
				      ovsdb_integer(datapath, "tunnel_key", 0),
				      ovsdb_integer(row, "tunnel_key", 0));
		if (ret || c == SIZE_MAX || index_of_row[c] == SIZE_MAX)
			continue;
		p->ports[p->n_ports].lsp = strdup(name);
		p->ports[p->n_ports].chassis = index_of_row[c];
		if (!p->ports[p->n_ports++].lsp)
			ret = -ENOMEM;
	}
	return ret;
}

int placement_read_sb(const struct ovsdb *sb, struct placement *p,
		      struct error *e)
{
	size_t *index_of_row;
	int ret = -ENOMEM;

	memset(p, 0, sizeof(*p));
	index_of_row = calloc(ovsdb_table_size(ovsdb_table(sb, "Chassis")) + 1,
			      sizeof(*index_of_row));
	if (index_of_row)
		ret = read_chassis(sb, p, index_of_row);
	if (!ret)
		ret = read_ports(sb, p, index_of_row);
	free(index_of_row);
	if (ret) {
		placement_free(p);
		return error_set(e, -ret, "Southbound database: out of memory");
	}
	return 0;
}
