// SPDX-License-Identifier: GPL-2.0-only
/* The columns of conf.db that this host goes by, or compares with what it
 * would write.  Statistics are not among them: nobody else writes them. */
#include "vswitch/vswitch.h"

static const struct ovsdb_column root_columns[] = {
	{"bridges", OVSDB_UUID},
	{"ssl", OVSDB_UUID},
	{"other_config", OVSDB_MAP},
	{"external_ids", OVSDB_MAP},
	{"next_cfg", OVSDB_INTEGER},
	{"cur_cfg", OVSDB_INTEGER},
	{"ovs_version", OVSDB_STRING},
	{"datapath_types", OVSDB_STRING},
	{"iface_types", OVSDB_STRING},
	{"dpdk_initialized", OVSDB_BOOLEAN},
	{NULL, 0},
};

static const struct ovsdb_column bridge_columns[] = {
	{"name", OVSDB_STRING},
	{"ports", OVSDB_UUID},
	{"datapath_id", OVSDB_STRING},
	{"datapath_version", OVSDB_STRING},
	{"other_config", OVSDB_MAP},
	{"external_ids", OVSDB_MAP},
	{NULL, 0},
};

static const struct ovsdb_column port_columns[] = {
	{"name", OVSDB_STRING},	     {"interfaces", OVSDB_UUID},
	{"tag", OVSDB_INTEGER},	     {"trunks", OVSDB_INTEGER},
	{"external_ids", OVSDB_MAP}, {NULL, 0},
};

static const struct ovsdb_column interface_columns[] = {
	{"name", OVSDB_STRING},
	{"type", OVSDB_STRING},
	{"mac", OVSDB_STRING},
	{"mtu_request", OVSDB_INTEGER},
	{"ofport_request", OVSDB_INTEGER},
	{"external_ids", OVSDB_MAP},
	{"ofport", OVSDB_INTEGER},
	{"error", OVSDB_STRING},
	{"mac_in_use", OVSDB_STRING},
	{"ifindex", OVSDB_INTEGER},
	{"mtu", OVSDB_INTEGER},
	{"admin_state", OVSDB_STRING},
	{"link_state", OVSDB_STRING},
	{"link_resets", OVSDB_INTEGER},
	{"link_speed", OVSDB_INTEGER},
	{"duplex", OVSDB_STRING},
	{"status", OVSDB_MAP},
	{NULL, 0},
};

static const struct ovsdb_column ssl_columns[] = {
	{"private_key", OVSDB_STRING},
	{"certificate", OVSDB_STRING},
	{"ca_cert", OVSDB_STRING},
	{NULL, 0},
};

const struct ovsdb_filter vswitch_filter[] = {
	{"Open_vSwitch", root_columns, true},
	{"Bridge", bridge_columns, true},
	{"Port", port_columns, true},
	{"Interface", interface_columns, true},
	{"SSL", ssl_columns, false},
	{NULL, NULL, false},
};
