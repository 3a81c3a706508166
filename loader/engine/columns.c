// SPDX-License-Identifier: GPL-2.0-only
/* What the agent keeps of the Northbound and the Southbound database: what
 * the compiler reads, and what the chassis's own rows are compared with. */
#include "engine/engine.h"
#include "nb/nb.h"

/* ---- Southbound ---- */

static const struct ovsdb_column chassis_columns[] = {
	{"name", OVSDB_STRING},
	{"hostname", OVSDB_STRING},
	{"encaps", OVSDB_UUID},
	{"external_ids", OVSDB_MAP},
	{"other_config", OVSDB_MAP},
	{"transport_zones", OVSDB_STRING},
	{"vtep_logical_switches", OVSDB_STRING},
	{"nb_cfg", OVSDB_INTEGER},
	{0},
};

static const struct ovsdb_column private_columns[] = {
	{"name", OVSDB_STRING},	     {"chassis", OVSDB_UUID},
	{"nb_cfg", OVSDB_INTEGER},   {"nb_cfg_timestamp", OVSDB_INTEGER},
	{"external_ids", OVSDB_MAP}, {0},
};

static const struct ovsdb_column encap_columns[] = {
	{"type", OVSDB_STRING},
	{"ip", OVSDB_STRING},
	{"options", OVSDB_MAP},
	{"chassis_name", OVSDB_STRING},
	{0},
};

static const struct ovsdb_column binding_columns[] = {
	{"logical_port", OVSDB_STRING},
	{"type", OVSDB_STRING},
	{"tunnel_key", OVSDB_INTEGER},
	{"datapath", OVSDB_UUID},
	{"chassis", OVSDB_UUID},
	{"options", OVSDB_MAP},
	{"up", OVSDB_BOOLEAN},
	{"requested_chassis", OVSDB_UUID},
	{"additional_chassis", OVSDB_UUID},
	{"encap", OVSDB_UUID},
	{"mac", OVSDB_STRING},
	{"parent_port", OVSDB_STRING},
	{"tag", OVSDB_INTEGER},
	{"external_ids", OVSDB_MAP},
	{0},
};

static const struct ovsdb_column datapath_columns[] = {
	{"tunnel_key", OVSDB_INTEGER},
	{"external_ids", OVSDB_MAP},
	{"nb_uuid", OVSDB_UUID},
	{0},
};

static const struct ovsdb_column mac_columns[] = {
	{"logical_port", OVSDB_STRING}, {"ip", OVSDB_STRING},
	{"mac", OVSDB_STRING},		{"datapath", OVSDB_UUID},
	{"timestamp", OVSDB_INTEGER},	{0},
};

static const struct ovsdb_column fdb_columns[] = {
	{"mac", OVSDB_STRING},
	{"dp_key", OVSDB_INTEGER},
	{"port_key", OVSDB_INTEGER},
	{"timestamp", OVSDB_INTEGER},
	{0},
};

static const struct ovsdb_column sb_global_columns[] = {
	{"nb_cfg", OVSDB_INTEGER},
	{"options", OVSDB_MAP},
	{0},
};

const struct ovsdb_filter engine_sb_filter[] = {
	{"SB_Global", sb_global_columns, true},
	{"Chassis", chassis_columns, true},
	{"Chassis_Private", private_columns, false},
	{"Encap", encap_columns, true},
	{"Port_Binding", binding_columns, true},
	{"Datapath_Binding", datapath_columns, true},
	{"MAC_Binding", mac_columns, false},
	{"FDB", fdb_columns, false},
	{0},
};
