// SPDX-License-Identifier: GPL-2.0-only
#include "vswitch/ports.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void status_string(const struct ovsdb_row *row, const char *column,
		   const char *value, json_t *changes)
{
	if (!value) {
		if (ovsdb_size(row, column))
			json_object_set_new(changes, column, ovsdb_json_set());
	} else if (!ovsdb_size(row, column) ||
		   strcmp(ovsdb_string(row, column, 0), value)) {
		json_object_set_new(changes, column, json_string(value));
	}
}

void status_integer(const struct ovsdb_row *row, const char *column,
		    int64_t value, int64_t none, json_t *changes)
{
	if (value == none) {
		if (ovsdb_size(row, column))
			json_object_set_new(changes, column, ovsdb_json_set());
	} else if (!ovsdb_size(row, column) ||
		   ovsdb_integer(row, column, none) != value) {
		json_object_set_new(changes, column, json_integer(value));
	}
}

/* Sorted, as sets stand in rows. */
static void set_strings(const struct ovsdb_row *row, const char *column,
			const char *const *values, size_t n, json_t *changes)
{
	bool is_same = ovsdb_size(row, column) == n;
	json_t *set;
	size_t i;

	for (i = 0; is_same && i < n; i++)
		is_same = !strcmp(ovsdb_string(row, column, i), values[i]);
	if (is_same)
		return;
	set = ovsdb_json_set();
	for (i = 0; i < n; i++)
		ovsdb_json_set_add(set, json_string(values[i]));
	json_object_set_new(changes, column, set);
}

void status_external_ids(struct ovsdb_txn *t, const struct ovsdb_row *row,
			 const char *const (*pairs)[2], size_t n)
{
	json_t *gone = ovsdb_json_set(), *new = ovsdb_json_map();
	bool is_same = true;
	size_t i;

	for (i = 0; i < n; i++) {
		const char *old =
			ovsdb_map_get(row, "external_ids", pairs[i][0]);

		if (old ? pairs[i][1] && !strcmp(old, pairs[i][1]) :
			  !pairs[i][1])
			continue;
		is_same = false;
		ovsdb_json_set_add(gone, json_string(pairs[i][0]));
		if (pairs[i][1])
			ovsdb_json_map_add(new, pairs[i][0],
					   json_string(pairs[i][1]));
	}
	/* other writers' keys stay */
	if (!is_same)
		ovsdb_txn_mutate(t, ovsdb_row_table(row), ovsdb_row_uuid(row),
				 json_pack("[[s,s,O],[s,s,O]]", "external_ids",
					   "delete", gone, "external_ids",
					   "insert", new));
	json_decref(gone);
	json_decref(new);
}

static void update(struct ovsdb_txn *t, const struct ovsdb_row *row,
		   json_t *changes)
{
	if (json_object_size(changes))
		ovsdb_txn_update(t, ovsdb_row_table(row), ovsdb_row_uuid(row),
				 changes);
	else
		json_decref(changes);
}

static void write_root(const struct status *s, const struct ovsdb_row *row,
		       struct ovsdb_txn *t)
{
	static const char *const datapaths[] = {"netdev", "system"};
	static const char *const ifaces[] = {"internal", "patch", "system",
					     "tap"};
	json_t *changes = json_object();

	if (s->cur_cfg >= 0)
		status_integer(row, "cur_cfg", s->cur_cfg, 0, changes);
	status_string(row, "ovs_version", "xovn-" XOVN_VERSION, changes);
	set_strings(row, "datapath_types", datapaths,
		    sizeof(datapaths) / sizeof(*datapaths), changes);
	set_strings(row, "iface_types", ifaces,
		    sizeof(ifaces) / sizeof(*ifaces), changes);
	if (ovsdb_boolean(row, "dpdk_initialized", false))
		json_object_set_new(changes, "dpdk_initialized", json_false());
	update(t, row, changes);
}

static bool is_datapath_id(const char *text)
{
	return text && strlen(text) == 16 &&
	       strspn(text, "0123456789abcdefABCDEF") == 16;
}

/* other_config:datapath-id, or the address of the bridge's own port. */
static bool datapath_id(const struct status *s, const struct ovsdb_row *row,
			char id[17])
{
	const struct port *local =
		ports_find(s->ports, ovsdb_string(row, "name", 0));
	const char *set = ovsdb_map_get(row, "other_config", "datapath-id");
	const uint8_t *mac;

	if (is_datapath_id(set)) {
		strcpy(id, set);
		return true;
	}
	if (!local || !local->has_end)
		return false;
	mac = local->end.mac;
	snprintf(id, 17, "0000%02x%02x%02x%02x%02x%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	return true;
}

static void write_bridge(const struct status *s, const struct ovsdb_row *row,
			 struct ovsdb_txn *t)
{
	json_t *changes = json_object();
	char id[17], cfg[24], ms[24];
	const char *const pairs[][2] = {{"ovn-nb-cfg", cfg},
					{"ovn-nb-cfg-ts", ms}};

	if (datapath_id(s, row, id))
		status_string(row, "datapath_id", id, changes);
	status_string(row, "datapath_version", XOVN_VERSION, changes);
	update(t, row, changes);
	if (s->nb_cfg < 0 ||
	    strcmp(ovsdb_string(row, "name", 0), s->settings->bridge))
		return;
	snprintf(cfg, sizeof(cfg), "%" PRId64, s->nb_cfg);
	snprintf(ms, sizeof(ms), "%" PRId64, s->nb_cfg_ms);
	status_external_ids(t, row, pairs, 2);
}

/* What ovn-controller does where nobody has made the integration bridge. */
static void make_bridge(const struct status *s, const struct ovsdb_row *root,
			struct ovsdb_txn *t)
{
	const char *name = s->settings->bridge;
	const char *type =
		ovsdb_map_get(root, "external_ids", "ovn-bridge-datapath-type");
	json_t *ids = ovsdb_json_set(), *other = ovsdb_json_map();

	ovsdb_json_map_add(other, "disable-in-band", json_string("true"));
	ovsdb_json_set_add(ids, ovsdb_json_named("bridge"));
	ovsdb_txn_insert(t, "Interface", "interface",
			 json_pack("{s:s,s:s}", "name", name, "type",
				   "internal"));
	ovsdb_txn_insert(t, "Port", "port",
			 json_pack("{s:s,s:o}", "name", name, "interfaces",
				   ovsdb_json_named("interface")));
	ovsdb_txn_insert(t, "Bridge", "bridge",
			 json_pack("{s:s,s:o,s:s,s:s,s:o}", "name", name,
				   "ports", ovsdb_json_named("port"),
				   "fail_mode", "secure", "datapath_type",
				   type ? type : "", "other_config", other));
	ovsdb_txn_mutate(t, "Open_vSwitch", ovsdb_row_uuid(root),
			 json_pack("[[s,s,o]]", "bridges", "insert", ids));
	ovsdb_txn_comment(t, "xovn: integration bridge");
}

void status_write(const struct status *s, struct ovsdb_txn *t)
{
	const struct ovsdb_table *roots = ovsdb_table(s->db, "Open_vSwitch");
	const struct ovsdb_table *bridges = ovsdb_table(s->db, "Bridge");
	const struct ovsdb_table *interfaces = ovsdb_table(s->db, "Interface");
	bool has_bridge = false;
	const struct ovsdb_row *row;
	size_t i;

	if (!ovsdb_table_size(roots) || !s->settings->bridge)
		return;
	write_root(s, ovsdb_table_row(roots, 0), t);
	for (i = 0; i < ovsdb_table_size(bridges); i++) {
		row = ovsdb_table_row(bridges, i);
		if (!strcmp(ovsdb_string(row, "name", 0), s->settings->bridge))
			has_bridge = true;
		write_bridge(s, row, t);
	}
	if (!has_bridge && s->settings->remote)
		make_bridge(s, ovsdb_table_row(roots, 0), t);
	for (i = 0; i < s->ports->n; i++) {
		row = ovsdb_find(interfaces, s->ports->port[i].uuid);
		if (row)
			status_write_port(s, &s->ports->port[i], row, t);
	}
}
