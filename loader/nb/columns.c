// SPDX-License-Identifier: GPL-2.0-only
#include "model.h"

static const struct ovsdb_column switch_columns[] = {
	{"name", OVSDB_STRING},
	{"ports", OVSDB_UUID},
	{"acls", OVSDB_UUID},
	{"qos_rules", OVSDB_UUID},
	{"load_balancer", OVSDB_UUID},
	{"load_balancer_group", OVSDB_UUID},
	{"dns_records", OVSDB_UUID},
	{"forwarding_groups", OVSDB_UUID},
	{"copp", OVSDB_UUID},
	{"other_config", OVSDB_MAP},
	{0},
};

static const struct ovsdb_column lsp_columns[] = {
	{"name", OVSDB_STRING},		  {"type", OVSDB_STRING},
	{"addresses", OVSDB_STRING},	  {"dynamic_addresses", OVSDB_STRING},
	{"port_security", OVSDB_STRING},  {"enabled", OVSDB_BOOLEAN},
	{"options", OVSDB_MAP},		  {"parent_name", OVSDB_STRING},
	{"dhcpv4_options", OVSDB_UUID},	  {"dhcpv6_options", OVSDB_UUID},
	{"ha_chassis_group", OVSDB_UUID}, {"mirror_rules", OVSDB_UUID},
	{"health_checks", OVSDB_UUID},	  {"tag", OVSDB_INTEGER},
	{"tag_request", OVSDB_INTEGER},	  {0},
};

static const struct ovsdb_column router_columns[] = {
	{"name", OVSDB_STRING},
	{"ports", OVSDB_UUID},
	{"static_routes", OVSDB_UUID},
	{"policies", OVSDB_UUID},
	{"nat", OVSDB_UUID},
	{"load_balancer", OVSDB_UUID},
	{"load_balancer_group", OVSDB_UUID},
	{"copp", OVSDB_UUID},
	{"enabled", OVSDB_BOOLEAN},
	{"options", OVSDB_MAP},
	{0},
};

static const struct ovsdb_column lrp_columns[] = {
	{"name", OVSDB_STRING},
	{"mac", OVSDB_STRING},
	{"networks", OVSDB_STRING},
	{"enabled", OVSDB_BOOLEAN},
	{"peer", OVSDB_STRING},
	{"gateway_chassis", OVSDB_UUID},
	{"ha_chassis_group", OVSDB_UUID},
	{"dhcp_relay", OVSDB_UUID},
	{"ipv6_ra_configs", OVSDB_MAP},
	{"options", OVSDB_MAP},
	{0},
};

static const struct ovsdb_column route_columns[] = {
	{"ip_prefix", OVSDB_STRING},
	{"nexthop", OVSDB_STRING},
	{"output_port", OVSDB_STRING},
	{"policy", OVSDB_STRING},
	{"route_table", OVSDB_STRING},
	{"bfd", OVSDB_UUID},
	{"options", OVSDB_MAP},
	{"selection_fields", OVSDB_STRING},
	{0},
};

static const struct ovsdb_column nat_columns[] = {
	{"type", OVSDB_STRING},
	{"external_ip", OVSDB_STRING},
	{"external_port_range", OVSDB_STRING},
	{"logical_ip", OVSDB_STRING},
	{"allowed_ext_ips", OVSDB_UUID},
	{"exempted_ext_ips", OVSDB_UUID},
	{"gateway_port", OVSDB_UUID},
	{"match", OVSDB_STRING},
	{"options", OVSDB_MAP},
	{0},
};

static const struct ovsdb_column address_set_columns[] = {
	{"name", OVSDB_STRING},
	{"addresses", OVSDB_STRING},
	{0},
};

static const struct ovsdb_column lb_columns[] = {
	{"name", OVSDB_STRING},
	{"vips", OVSDB_MAP},
	{"protocol", OVSDB_STRING},
	{"selection_fields", OVSDB_STRING},
	{"health_check", OVSDB_UUID},
	{"options", OVSDB_MAP},
	{0},
};

static const struct ovsdb_column lb_group_columns[] = {
	{"name", OVSDB_STRING},
	{"load_balancer", OVSDB_UUID},
	{0},
};

static const struct ovsdb_column port_group_columns[] = {
	{"name", OVSDB_STRING},
	{"ports", OVSDB_UUID},
	{"acls", OVSDB_UUID},
	{0},
};

static const struct ovsdb_column static_mac_columns[] = {
	{"logical_port", OVSDB_STRING},
	{0},
};

static const struct ovsdb_column global_columns[] = {
	{"nb_cfg", OVSDB_INTEGER},
	{"ipsec", OVSDB_BOOLEAN},
	{"options", OVSDB_MAP},
	{0},
};

const struct ovsdb_filter nb_columns[] = {
	{"Logical_Switch", switch_columns, true},
	{"Logical_Switch_Port", lsp_columns, true},
	{"Logical_Router", router_columns, true},
	{"Logical_Router_Port", lrp_columns, true},
	{"Logical_Router_Static_Route", route_columns, true},
	{"NAT", nat_columns, false},
	{"Address_Set", address_set_columns, false},
	{"Load_Balancer", lb_columns, false},
	{"Load_Balancer_Group", lb_group_columns, false},
	{"Port_Group", port_group_columns, false},
	{"Static_MAC_Binding", static_mac_columns, false},
	{"NB_Global", global_columns, false},
	{0},
};
