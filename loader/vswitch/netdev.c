// SPDX-License-Identifier: GPL-2.0-only
#include "vswitch/ports.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mac.h"
#include "sync/iface.h"

/* A unicast MAC address that is not zero. */
static bool mac_parse(const char *text, uint8_t mac[6])
{
	size_t n = mac_scan(text, mac);
	static const uint8_t zero[6];

	return n && !text[n] && !(mac[0] & 1) && memcmp(mac, zero, 6) != 0;
}

/* other_config:hwaddr of a bridge is its own port's address. */
static bool port_mac(const struct port *port, const struct ovsdb *db,
		     const struct ovsdb_row *row, uint8_t mac[6])
{
	const struct ovsdb_row *bridge =
		ovsdb_find(ovsdb_table(db, "Bridge"), port->bridge);
	const char *text = NULL;

	if (port->is_local && bridge)
		text = ovsdb_map_get(bridge, "other_config", "hwaddr");
	if (!text)
		text = ovsdb_string(row, "mac", 0);
	return mac_parse(text, mac);
}

static void port_pair(struct port *port, const struct ovsdb *db,
		      const uint8_t root[16], struct link_table *links)
{
	const struct ovsdb_row *row =
		ovsdb_find(ovsdb_table(db, "Interface"), port->uuid);
	uint8_t mac[6];
	struct pair pair = {
		.port = port->name,
		.uuid = port->uuid,
		.root = root,
		.mac = port_mac(port, db, row, mac) ? mac : NULL,
		.mtu = ovsdb_integer(row, "mtu_request", 0),
		/* Only VIFs get a program; through an end without one the
		 * guest would reach the host. */
		.is_up = port->is_integration && port->iface_id,
	};
	int err = pair_ensure(links, &pair, &port->ifindex);

	if (err) {
		port->ifindex = 0;
		port_fail(port,
			  "could not add network device %s to ofproto (%s)",
			  port->name, strerror(-err));
	}
}

static void port_plain(struct port *port, struct link_table *links)
{
	const struct link *link = link_table_find(links, port->name);

	port->ifindex = 0;
	if (!link)
		port_fail(port,
			  "could not open network device %s (No such device)",
			  port->name);
	else if (link->is_marked)
		port_fail(port,
			  "%s is the host's end of internal port %s; it is no "
			  "port of its own",
			  port->name, link->port);
	else if (!link->is_ethernet)
		port_fail(port, "%s is no Ethernet interface", port->name);
	else
		port->ifindex = link->ifindex;
}

/* Speed and duplex as the driver says; a device that has none says so by an
 * error. */
static void read_speed(struct port *port)
{
	struct ethtool_cmd command = {.cmd = ETHTOOL_GSET};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = {0};

	port->link_speed = 0;
	if (fd < 0)
		return;
	memcpy(ifr.ifr_name, port->hostif, sizeof(ifr.ifr_name));
	ifr.ifr_data = (void *)&command;
	if (!ioctl(fd, SIOCETHTOOL, &ifr) &&
	    ethtool_cmd_speed(&command) != (uint32_t)SPEED_UNKNOWN) {
		port->link_speed = ethtool_cmd_speed(&command) * 1000000ull;
		port->is_half_duplex = command.duplex == DUPLEX_HALF;
	}
	close(fd);
}

static void port_look(struct port *port, struct link_table *links,
		      bool is_forced)
{
	const struct link *link = link_table_find_index(links, port->ifindex);
	bool had_end = link && port->has_end && port->end_of == port->ifindex;
	bool was_up = had_end && port->end.flags & IFF_RUNNING;
	/* a far end has no notifications, its host end's carrier has */
	bool is_same = had_end && link->peer_netns >= 0 &&
		       link->generation == port->end_generation;

	if (!link) {
		port->ifindex = 0;
		port->hostif[0] = '\0';
		port->has_end = port->is_sent = false;
		return;
	}
	strcpy(port->hostif, link->name);
	if (port->kind == PORT_PLAIN) {
		port->end = *link;
		port->has_end = true;
	} else if (!is_same || is_forced) {
		port->has_end = !link_table_peer(links, link, &port->end);
	}
	port->is_far = port->kind == PORT_INTERNAL && link->peer_netns >= 0;
	port->end_generation = link->generation;
	port->end_of = link->ifindex;
	if (had_end && was_up != !!(port->end.flags & IFF_RUNNING))
		port->link_resets++;
	if (!had_end || is_forced ||
	    was_up != !!(port->end.flags & IFF_RUNNING)) {
		iface_driver(port->hostif, port->driver);
		if (port->kind == PORT_PLAIN)
			read_speed(port);
	}
}

static bool is_wanted(const struct ports *p, const struct link *link)
{
	const struct port *port = ports_find(p, link->port);

	return port && port->kind == PORT_INTERNAL && !port->error;
}

/* Pairs of this conf.db whose port is gone, or has become another kind. */
static void remove_leftovers(const struct ports *p, const uint8_t root[16],
			     struct link_table *links)
{
	bool is_any = false;
	size_t i;

	for (i = 0; i < links->n; i++) {
		const struct link *link = &links->link[i];

		if (link->is_marked && !memcmp(link->root, root, 16) &&
		    !is_wanted(p, link))
			is_any |= !pair_condemn(links, link->ifindex);
	}
	if (is_any)
		pairs_remove_condemned(links);
}

void ports_netdevs(struct ports *p, const struct ovsdb *db,
		   struct link_table *links)
{
	const struct ovsdb_table *roots = ovsdb_table(db, "Open_vSwitch");
	const uint8_t *root;
	size_t i;

	if (!ovsdb_table_size(roots))
		return;
	root = ovsdb_row_uuid(ovsdb_table_row(roots, 0));
	remove_leftovers(p, root, links);
	for (i = 0; i < p->n; i++) {
		struct port *port = &p->port[i];

		if (port->error)
			port->ifindex = 0;
		else if (port->kind == PORT_INTERNAL)
			port_pair(port, db, root, links);
		else if (port->kind == PORT_PLAIN)
			port_plain(port, links);
		if (port->kind != PORT_PATCH)
			port_look(port, links, false);
	}
}

static void set_stats(uint64_t to[PORT_N_STATS],
		      const struct rtnl_link_stats64 *s, bool is_other_end)
{
	/* In the order of status_port.c's names: what the other end of a
	 * wire has sent this end has received. */
	const uint64_t own[PORT_N_STATS] = {
		s->collisions,	     s->rx_bytes,	s->rx_crc_errors,
		s->rx_dropped,	     s->rx_errors,	s->rx_frame_errors,
		s->rx_missed_errors, s->rx_over_errors, s->rx_packets,
		s->tx_bytes,	     s->tx_dropped,	s->tx_errors,
		s->tx_packets,
	};
	const uint64_t other[PORT_N_STATS] = {
		s->collisions,
		s->tx_bytes,
		0,
		s->tx_dropped,
		s->tx_errors,
		0,
		0,
		0,
		s->tx_packets,
		s->rx_bytes,
		s->rx_dropped,
		s->rx_errors,
		s->rx_packets,
	};

	memcpy(to, is_other_end ? other : own, sizeof(own));
}

void ports_refresh(struct ports *p, struct link_table *links)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		struct port *port = &p->port[i];
		const struct link *link;
		struct link peer;

		if (!port->ifindex)
			continue;
		port_look(port, links, true);
		link = link_table_find_index(links, port->ifindex);
		if (!link)
			continue;
		/* Programs hand packets to the far end of a veth pair past
		 * the near end's counters. */
		if (!link_table_peer(links, link, &peer))
			set_stats(port->stats, &peer.stats, true);
		else
			set_stats(port->stats, &link->stats, false);
	}
}
