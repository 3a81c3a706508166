// SPDX-License-Identifier: GPL-2.0-only
/* What conf.db says of this host: as xovn agent would read it. */
#include "check/check.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/iface.h"
#include "vswitch/ports.h"
#include "vswitch/settings.h"

#define GROUP "conf"

static void wanted(struct check *c, const char *topic, const char *key,
		   const char *value, const char *example)
{
	char remedy[256];

	snprintf(remedy, sizeof(remedy),
		 "ovs-vsctl set Open_vSwitch . external_ids:%s=%s", key,
		 example);
	if (value)
		check_add(c, CHECK_OK, GROUP, topic, key, NULL, "%s", value);
	else
		check_add(c, CHECK_ERROR, GROUP, topic, key, remedy,
			  "is not set, so that this is no chassis");
}

/* ovs-ctl(8) gives conf.db the name in that file whenever it starts its
 * server; one that was set by hand alone ends there. */
static void check_name_kept(struct check *c, const char *system_id)
{
	const char *dir = getenv("OVS_SYSCONFDIR");
	char path[512], kept[256] = "";
	FILE *f;

	snprintf(path, sizeof(path), "%s/openvswitch/system-id.conf",
		 dir ? dir : "/etc");
	f = fopen(path, "re");
	if (!f)
		return;
	if (fgets(kept, sizeof(kept), f))
		kept[strcspn(kept, "\r\n")] = '\0';
	fclose(f);
	if (*kept && strcmp(kept, system_id))
		check_add(c, CHECK_WARNING, GROUP, "system_id", path,
			  "write system-id into that file",
			  "has %s: when ovsdb-server is started again, this "
			  "host is that chassis, and no more %s",
			  kept, system_id);
}

static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (; *list; list += strcspn(list, ", "), list += *list != '\0')
		if (!strncmp(list, word, len) &&
		    (!list[len] || list[len] == ',' || list[len] == ' '))
			return true;
	return false;
}

static void check_encap(struct check *c)
{
	const struct vswitch_settings *s = &c->settings;

	wanted(c, "encap_type", "ovn-encap-type", s->encap_type, "geneve");
	if (s->encap_type && !has_word(s->encap_type, "geneve"))
		check_add(c, CHECK_ERROR, GROUP, "encap_type", "ovn-encap-type",
			  "ovs-vsctl set Open_vSwitch . "
			  "external_ids:ovn-encap-type=geneve",
			  "%s: xovn has geneve only", s->encap_type);
	wanted(c, "encap_ip", "ovn-encap-ip", s->encap_ip, "ADDRESS");
	if (!s->encap_ip)
		return;
	if (inet_pton(AF_INET, s->encap_ip, c->encap_ip) == 1)
		c->has_encap_ip = true;
	else
		check_add(c, CHECK_ERROR, GROUP, "encap_ip", "ovn-encap-ip",
			  "ovs-vsctl set Open_vSwitch . "
			  "external_ids:ovn-encap-ip=ADDRESS",
			  "%s: is no IPv4 address", s->encap_ip);
}

static enum attach_mode mode_of(const char *mode)
{
	if (mode && !strcmp(mode, "native"))
		return ATTACH_NATIVE;
	return mode && !strcmp(mode, "tc") ? ATTACH_TC : ATTACH_AUTO;
}

/* The agent's underlay is whatever has the tunnel address. */
static void add_underlay(struct check *c)
{
	char name[IFNAMSIZ];
	uint32_t ifindex;

	for (size_t i = 0; i < c->options->n_nics; i++)
		if (!c->options->nics[i].network[0])
			return;
	if (!c->has_encap_ip ||
	    iface_with_address(&c->nl, c->encap_ip, 0, &ifindex) || !ifindex ||
	    !if_indextoname(ifindex, name))
		return;
	check_nic_add(c->options, name, NULL, mode_of(c->settings.mode));
}

static void check_mappings(struct check *c)
{
	struct settings_mapping *list;
	char *bad;
	size_t n;

	if (settings_mappings(c->settings.bridge_mappings, &list, &n, &bad)) {
		c->is_short = true;
		return;
	}
	if (bad)
		check_add(c, CHECK_WARNING, GROUP, "bridge_mappings",
			  "ovn-bridge-mappings",
			  "it takes NETWORK:BRIDGE, each once",
			  "%s is left out", bad);
	settings_mappings_free(list, n);
	free(bad);
}

static void add_networks(struct check *c, const struct ports *p)
{
	for (size_t i = 0; i < p->n_networks; i++) {
		const struct vswitch_network *n = &p->network[i];

		if (n->ifname[0])
			check_nic_add(c->options, n->ifname, n->network,
				      mode_of(c->settings.mode));
		else
			check_add(c, CHECK_WARNING, GROUP, "bridge_mappings",
				  n->network, "ovs-vsctl add-port BRIDGE NIC",
				  "bridge %s is missing, or has no NIC: the "
				  "network is not on this host",
				  n->bridge);
	}
}

static void add_guest(struct check *c, const struct port *port,
		      const struct ovsdb *db)
{
	const struct ovsdb_row *row =
		ovsdb_find(ovsdb_table(db, "Interface"), port->uuid);
	int64_t mtu = ovsdb_integer(row, "mtu_request", 0);

	if (!mtu)
		mtu = ovsdb_integer(row, "mtu", 0);
	if (port->is_integration && port->iface_id && mtu)
		check_guest_add(c, port->name, mtu);
}

/* Interfaces that are there; a pair comes with the agent. */
static void check_ports(struct check *c, const struct ovsdb *db)
{
	struct ports p = {0};
	bool is_changed;

	/* whatever is wrong with it has been said */
	p.reported = strdup(c->settings.bridge_mappings);
	if (!p.reported || ports_read(&p, db, &c->settings)) {
		c->is_short = true;
		free(p.reported);
		return;
	}
	for (size_t i = 0; i < p.n; i++) {
		struct port *port = &p.port[i];

		add_guest(c, port, db);
		if (port->kind != PORT_PLAIN)
			continue;
		port->ifindex = if_nametoindex(port->name);
		if (strlen(port->name) < sizeof(port->hostif))
			strcpy(port->hostif, port->name);
		if (!port->ifindex)
			check_add(c, CHECK_WARNING, GROUP, "port", port->name,
				  "make the interface, or ovs-vsctl del-port",
				  "there is no such interface in this network "
				  "namespace");
	}
	if (ports_export(&p, db, &c->settings, &is_changed))
		c->is_short = true;
	for (size_t i = 0; i < p.n; i++)
		if (p.port[i].error)
			check_add(c, CHECK_WARNING, GROUP, "port", NULL, NULL,
				  "%s", p.port[i].error);
	add_networks(c, &p);
	ports_clear(&p);
}

void check_conf(struct check *c)
{
	struct ovsdb *db;

	if (!c->options->db)
		return;
	db = check_database(c, "conf", c->options->db, &c->options->tls,
			    "Open_vSwitch", vswitch_filter);
	if (!db)
		return;
	if (settings_read(db, &c->settings)) {
		c->is_short = true;
	} else {
		wanted(c, "system_id", "system-id", c->settings.system_id,
		       "NAME");
		if (c->settings.system_id)
			check_name_kept(c, c->settings.system_id);
		wanted(c, "remote", "ovn-remote", c->settings.remote,
		       "tcp:CENTRAL:6642");
		check_encap(c);
		add_underlay(c);
		if (c->settings.bridge_mappings) {
			check_mappings(c);
			check_ports(c, db);
		}
	}
	ovsdb_free(db);
}
