// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a row holds beside what xovn honours.  A key of options that stands in
 * no list here is news to xovn and gets a notice, too.
 */
#include "model.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct unsupported_column switch_unsupported[] = {
	{"acls", "ACL"},	{"qos_rules", "QoS"},
	{"dns_records", "DNS"}, {"forwarding_groups", "Forwarding_Group"},
	{"copp", "Copp"},	{0},
};

static const struct harmless_key switch_harmless[] = {
	{"requested-tnl-key", NULL},
	/* IPAM is northd's: it fills dynamic_addresses. */
	{"subnet", NULL},
	{"exclude_ips", NULL},
	{"ipv6_prefix", NULL},
	{"mac_only", NULL},
	/* Snooping alone brings these to life. */
	{"mcast_snoop", "false"},
	{"mcast_querier", NULL},
	{"mcast_eth_src", NULL},
	{"mcast_ip4_src", NULL},
	{"mcast_ip6_src", NULL},
	{"mcast_flood_unregistered", NULL},
	{"mcast_idle_timeout", NULL},
	{"mcast_query_interval", NULL},
	{"mcast_query_max_response", NULL},
	{"mcast_table_size", NULL},
	{"vlan-passthru", "false"},
	{"broadcast-arps-to-all-routers", "true"},
	{"fdb_age_threshold", "0"},
	{"enable-stateless-acl-with-lb", NULL},
	{0},
};

static const struct unsupported_column lsp_unsupported[] = {
	{"dhcpv4_options", "DHCP_Options (DHCPv4)"},
	{"dhcpv6_options", "DHCP_Options (DHCPv6)"},
	{"ha_chassis_group", "HA_Chassis_Group of a switch port"},
	{"mirror_rules", "Mirror"},
	{"health_checks", "Logical_Switch_Port_Health_Check"},
	{0},
};

static const struct harmless_key lsp_harmless[] = {
	{"requested-chassis", NULL},
	{"requested-tnl-key", NULL},
	{"router-port", NULL},
	{"disable_arp_nd_rsp", NULL},
	{"iface-id-ver", NULL}, /* guards Interface rows, of which we have
				   * none */
	{"activation-strategy", NULL}, /* of a second chassis only */
	{"hostname", NULL}, /* DHCP's */
	{"mcast_flood", NULL}, /* snooping's */
	{"mcast_flood_reports", NULL},
	{"arp_proxy", ""},
	{"network_name", NULL}, /* localnet.c has these */
	{"ethtype", NULL},
	{"localnet_learn_fdb", NULL},
	{"nat-addresses", NULL},
	{"exclude-lb-vips-from-garp", NULL},
	{"exclude-router-ips-from-garp", "false"},
	{"disable_garp_rarp", "false"},
	{"enable_router_port_acl", NULL},
	{"lsp_learn_mac", "true"},
	{"lsp_learn_fdb", "true"},
	{"force_fdb_lookup", "false"},
	{0},
};

static const struct unsupported_column router_unsupported[] = {
	{"policies", "Logical_Router_Policy"},
	{"copp", "Copp"},
	{0},
};

static const struct harmless_key router_harmless[] = {
	{"requested-tnl-key", NULL},
	{"always_learn_from_arp_request", NULL},
	{"dynamic_neigh_routers", NULL},
	{"chassis", NULL},
	{"mac_binding_age_threshold", NULL},
	{"mcast_relay", "false"},
	{"dynamic-routing", "false"},
	{"dnat_force_snat_ip", NULL},
	{"lb_force_snat_ip", NULL},
	{"ct-commit-all", NULL}, /* for hardware, packets stay the same */
	{"disable_garp_rarp", "false"},
	{0},
};

static const struct unsupported_column lrp_unsupported[] = {
	{"gateway_chassis", "distributed gateway port (Gateway_Chassis)"},
	{"ha_chassis_group", "distributed gateway port (HA_Chassis_Group)"},
	{"dhcp_relay", "DHCP_Relay"},
	{0},
};

static const struct harmless_key lrp_harmless[] = {
	{"requested-tnl-key", NULL},
	{"route_table", NULL},
	{"mcast_flood", NULL}, /* mcast_relay's */
	{"gateway_mtu_bypass", NULL}, /* gateway_mtu's */
	{"redirect-type", NULL}, /* a distributed gateway port's */
	{"reside-on-redirect-chassis", NULL},
	{"prefix_delegation", "false"},
	{"prefix", "false"},
	{"disable_garp_rarp", "false"},
	{0},
};

static const struct unsupported_column route_unsupported[] = {
	{"selection_fields", "selection_fields of a static route"},
	{0},
};

static const struct harmless_key route_harmless[] = {
	{"origin", NULL}, /* who made it: ovn-ic */
	{"ecmp_symmetric_reply", "false"},
	{"override-connected", "false"},
	{0},
};

static const struct unsupported_column nat_unsupported[] = {
	{0}, /* nat.c has them */
};

static const struct harmless_key nat_harmless[] = {
	{"stateless", NULL},
	{"add_route", "false"},
	{0},
};

static const struct unsupported_column lb_unsupported[] = {
	{"health_check", "Load_Balancer_Health_Check (backends count as "
			 "online)"},
	{0},
};

static const struct harmless_key lb_harmless[] = {
	{"reject", NULL},
	{"skip_snat", NULL},
	{"hairpin_snat_ip", NULL},
	{"affinity_timeout", NULL},
	{"ct_flush", NULL},
	{"neighbor_responder", NULL},
	{"template", "false"},
	{"address-family", NULL}, /* template's */
	{"event", "false"},
	{"add_route", "false"},
	{"distributed", "false"},
	{"use_stateless_nat", "false"},
	{0},
};

const struct unsupported_kind unsupported_kinds[] = {
	[UNSUPPORTED_SWITCH] = {"Logical_Switch", "other_config",
				switch_unsupported, switch_harmless},
	[UNSUPPORTED_LSP] = {"Logical_Switch_Port", "options", lsp_unsupported,
			     lsp_harmless},
	[UNSUPPORTED_ROUTER] = {"Logical_Router", "options", router_unsupported,
				router_harmless},
	[UNSUPPORTED_LRP] = {"Logical_Router_Port", "options", lrp_unsupported,
			     lrp_harmless},
	[UNSUPPORTED_ROUTE] = {"Logical_Router_Static_Route", "options",
			       route_unsupported, route_harmless},
	[UNSUPPORTED_NAT] = {"NAT", "options", nat_unsupported, nat_harmless},
	[UNSUPPORTED_LB] = {"Load_Balancer", "options", lb_unsupported,
			    lb_harmless},
};

static int columns_check(const struct ovsdb_row *row,
			 const struct unsupported_column *columns,
			 const char *example, struct nb *nb, struct error *e)
{
	size_t n;
	int err;

	for (; columns->column; columns++) {
		n = ovsdb_size(row, columns->column);
		if (!n)
			continue;
		err = notice_add(nb, e, n, example, "%s", columns->what);
		if (err)
			return err;
	}
	return 0;
}

static bool is_harmless(const struct harmless_key *harmless, const char *key,
			const char *value)
{
	/* Left behind by tools, and for other programs to read. */
	if (!strncmp(key, "ic-route-", strlen("ic-route-")))
		return true;
	for (; harmless->key; harmless++)
		if (!strcmp(harmless->key, key))
			return !harmless->value ||
			       !strcmp(harmless->value, value);
	return false;
}

static int options_check(const struct ovsdb_row *row,
			 const struct unsupported_kind *kind,
			 const char *example, struct nb *nb, struct error *e)
{
	size_t i, n = ovsdb_size(row, kind->options);
	int err;

	for (i = 0; i < n; i++) {
		const char *key = ovsdb_map_key(row, kind->options, i);
		const char *value = ovsdb_map_get(row, kind->options, key);

		if (is_harmless(kind->harmless, key, value))
			continue;
		err = notice_add(nb, e, 1, example, "%s %s:%.100s", kind->table,
				 kind->options, key);
		if (err)
			return err;
	}
	return 0;
}

static int row_check(const struct ovsdb_row *row, enum unsupported_id id,
		     const char *example, struct nb *nb, struct error *e)
{
	const struct unsupported_kind *kind = &unsupported_kinds[id];
	int err = columns_check(row, kind->columns, example, nb, e);

	return err ? err : options_check(row, kind, example, nb, e);
}

static int named_check(const struct ovsdb_row *row, enum unsupported_id id,
		       const char *what, struct nb *nb, struct error *e)
{
	const char *name = ovsdb_string(row, "name", 0);
	char example[256], uuid[37];

	ovsdb_uuid_format(ovsdb_row_uuid(row), uuid);
	snprintf(example, sizeof(example), "%s %s", what, *name ? name : uuid);
	return row_check(row, id, example, nb, e);
}

int unsupported_switch(const struct ovsdb_row *row, struct nb *nb,
		       struct error *e)
{
	return named_check(row, UNSUPPORTED_SWITCH, "switch", nb, e);
}

int unsupported_lsp(const struct ovsdb_row *row, struct nb *nb, struct error *e)
{
	char example[256];

	snprintf(example, sizeof(example), "port %s",
		 ovsdb_string(row, "name", 0));
	/* `ovn-nbctl lsp-add SWITCH PORT "" TAG` leaves an empty one. */
	if (*ovsdb_string(row, "parent_name", 0) &&
	    notice_add(nb, e, 1, example, "nested port (parent_name)"))
		return -ENOMEM;
	return named_check(row, UNSUPPORTED_LSP, "port", nb, e);
}

int unsupported_router(const struct ovsdb_row *row, struct nb *nb,
		       struct error *e)
{
	return named_check(row, UNSUPPORTED_ROUTER, "router", nb, e);
}

int unsupported_lrp(const struct ovsdb_row *row, struct nb *nb, struct error *e)
{
	char example[256];

	snprintf(example, sizeof(example), "port %s",
		 ovsdb_string(row, "name", 0));
	/* Its keys are one feature, router advertisements. */
	if (ovsdb_size(row, "ipv6_ra_configs") &&
	    notice_add(nb, e, 1, example,
		       "Logical_Router_Port ipv6_ra_configs"))
		return -ENOMEM;
	return named_check(row, UNSUPPORTED_LRP, "port", nb, e);
}

int unsupported_route(const struct ovsdb_row *row, const char *router,
		      struct nb *nb, struct error *e)
{
	char example[256];

	snprintf(example, sizeof(example), "%s in router %s",
		 ovsdb_string(row, "ip_prefix", 0), router);
	return row_check(row, UNSUPPORTED_ROUTE, example, nb, e);
}

int unsupported_nat(const struct ovsdb_row *row, const char *router,
		    struct nb *nb, struct error *e)
{
	char example[256];

	snprintf(example, sizeof(example), "%s in router %s",
		 ovsdb_string(row, "external_ip", 0), router);
	return row_check(row, UNSUPPORTED_NAT, example, nb, e);
}

int unsupported_lb(const struct ovsdb_row *row, struct nb *nb, struct error *e)
{
	return named_check(row, UNSUPPORTED_LB, "load balancer", nb, e);
}

/* Of NB_Global's many options only these change how packets go. */
static int global_check(const struct ovsdb_row *row, struct nb *nb,
			struct error *e)
{
	static const struct {
		const char *key, *harmless;
	} keys[] = {
		{"ignore_lsp_down", "true"},
		{"default_acl_drop", "false"},
		{"always_tunnel", "false"},
		{"install_ls_lb_from_router", "false"},
	};
	const char *value;
	size_t i;
	int err = 0;

	if (ovsdb_boolean(row, "ipsec", false))
		err = notice_add(nb, e, 1, NULL, "NB_Global ipsec");
	for (i = 0; !err && i < sizeof(keys) / sizeof(keys[0]); i++) {
		value = ovsdb_map_get(row, "options", keys[i].key);
		if (value && strcmp(value, keys[i].harmless))
			err = notice_add(nb, e, 1, NULL, "NB_Global options:%s",
					 keys[i].key);
	}
	return err;
}

int unsupported_global(const struct ovsdb *db, struct nb *nb, struct error *e)
{
	const struct ovsdb_table *t = ovsdb_table(db, "Port_Group");
	const struct ovsdb_row *row;
	char example[256];
	size_t i, n;
	int err = 0;

	for (i = 0; !err && i < ovsdb_table_size(t); i++) {
		row = ovsdb_table_row(t, i);
		n = ovsdb_size(row, "acls");
		if (!n || !ovsdb_size(row, "ports"))
			continue;
		snprintf(example, sizeof(example), "port group %s",
			 ovsdb_string(row, "name", 0));
		err = notice_add(nb, e, n, example, "ACL of a port group");
	}
	t = ovsdb_table(db, "Static_MAC_Binding");
	for (i = 0; !err && i < ovsdb_table_size(t); i++) {
		snprintf(example, sizeof(example), "port %s",
			 ovsdb_string(ovsdb_table_row(t, i), "logical_port",
				      0));
		err = notice_add(nb, e, 1, example, "Static_MAC_Binding");
	}
	t = ovsdb_table(db, "NB_Global");
	for (i = 0; !err && i < ovsdb_table_size(t); i++)
		err = global_check(ovsdb_table_row(t, i), nb, e);
	return err;
}
