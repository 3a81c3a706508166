// SPDX-License-Identifier: GPL-2.0-only
#include "vswitch/ports.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const stat_names[PORT_N_STATS] = {
	"collisions", "rx_bytes",     "rx_crc_err",	  "rx_dropped",
	"rx_errors",  "rx_frame_err", "rx_missed_errors", "rx_over_err",
	"rx_packets", "tx_bytes",     "tx_dropped",	  "tx_errors",
	"tx_packets",
};

static void write_stats(const struct status *s, struct port *port,
			json_t *changes)
{
	json_t *map;
	size_t i;

	if (!port->ifindex) {
		if (port->is_sent)
			json_object_set_new(changes, "statistics",
					    ovsdb_json_map());
		port->is_sent = false;
		return;
	}
	if (!s->with_stats || (port->is_sent && !memcmp(port->sent, port->stats,
							sizeof(port->sent))))
		return;
	map = ovsdb_json_map();
	for (i = 0; i < PORT_N_STATS; i++)
		ovsdb_json_map_add(map, stat_names[i],
				   json_integer(port->stats[i]));
	json_object_set_new(changes, "statistics", map);
	memcpy(port->sent, port->stats, sizeof(port->sent));
	port->is_sent = true;
}

static void write_driver(const struct port *port, const struct ovsdb_row *row,
			 json_t *changes)
{
	const char *old = ovsdb_map_get(row, "status", "driver_name");
	const char *driver = port->ifindex ? port->driver : "";
	json_t *map;

	if (!strcmp(old ? old : "", driver))
		return;
	map = ovsdb_json_map();
	if (*driver)
		ovsdb_json_map_add(map, "driver_name", json_string(driver));
	json_object_set_new(changes, "status", map);
}

static void write_link(const struct port *port, const struct ovsdb_row *row,
		       json_t *changes)
{
	const struct link *end = port->ifindex && port->has_end ? &port->end :
								  NULL;
	/* The index of an end that is in another namespace says nothing in
	 * this one. */
	uint32_t ifindex = end && !port->is_far ? end->ifindex : 0;
	char mac[18] = "";

	if (end)
		snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x",
			 end->mac[0], end->mac[1], end->mac[2], end->mac[3],
			 end->mac[4], end->mac[5]);
	status_string(row, "mac_in_use", end ? mac : NULL, changes);
	status_integer(row, "ifindex", ifindex, 0, changes);
	status_integer(row, "mtu", end ? end->mtu : 0, 0, changes);
	status_string(row, "admin_state",
		      !end		  ? NULL :
		      end->flags & IFF_UP ? "up" :
					    "down",
		      changes);
	status_string(row, "link_state",
		      !end		       ? NULL :
		      end->flags & IFF_RUNNING ? "up" :
						 "down",
		      changes);
	status_integer(row, "link_resets", end ? port->link_resets : -1, -1,
		       changes);
	status_integer(row, "link_speed", end ? port->link_speed : 0, 0,
		       changes);
	status_string(row, "duplex",
		      !end || !port->link_speed ? NULL :
		      port->is_half_duplex	? "half" :
						  "full",
		      changes);
}

/* external_ids:ovn-installed and -ts, of ports that OVN has, or had. */
static void write_installed(const struct port *port,
			    const struct ovsdb_row *row, struct ovsdb_txn *t)
{
	const char *old = ovsdb_map_get(row, "external_ids", "ovn-installed");
	bool is_installed = port->is_vif && port->installed == INSTALLED_YES;
	char ms[24];
	const char *const pairs[][2] = {
		{"ovn-installed", is_installed ? "true" : NULL},
		{"ovn-installed-ts", is_installed ? ms : NULL},
	};

	if (!port->is_integration ||
	    (port->is_vif && port->installed == INSTALLED_UNKNOWN) ||
	    (is_installed && old && !strcmp(old, "true")))
		return;
	snprintf(ms, sizeof(ms), "%" PRId64, port->installed_ms);
	status_external_ids(t, row, pairs, 2);
}

void status_write_port(const struct status *s, struct port *port,
		       const struct ovsdb_row *row, struct ovsdb_txn *t)
{
	json_t *changes = json_object();

	status_integer(row, "ofport", port->ofport, 0, changes);
	status_string(row, "error",
		      port->error ? port->error : port->agent_error, changes);
	write_link(port, row, changes);
	write_driver(port, row, changes);
	write_stats(s, port, changes);
	if (json_object_size(changes))
		ovsdb_txn_update(t, "Interface", port->uuid, changes);
	else
		json_decref(changes);
	write_installed(port, row, t);
}
