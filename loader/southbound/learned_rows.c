// SPDX-License-Identifier: GPL-2.0-only
/* What was learned beside what the rows say: the names and references of
 * tunnel keys, and which rows are missing or say otherwise. */
#include "southbound/parts.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What has waited for longer does not replace a row: who wrote that may have
 * heard the neighbor since. */
#define STALE_MS 10000

/* One entry and the rows that it is about. */
struct item {
	struct learned_entry *entry;
	const struct ovsdb_row *datapath;
	const struct ovsdb_row *port; /* LRP, LSP */
	const uint8_t *ls; /* uuid of the LRP's switch */
	const struct ovsdb_row *row; /* MAC_Binding, FDB: as it is */
	bool is_static;
	char mac[18];
};

static const struct ovsdb_table *table(const struct southbound *s,
				       const char *name)
{
	return ovsdb_table(ovsdb_client_db(s->client), name);
}

static void datapaths_find(const struct southbound *s, struct item *items,
			   size_t n)
{
	const struct ovsdb_table *t = table(s, "Datapath_Binding");
	size_t i, j;

	for (i = 0; i < ovsdb_table_size(t); i++) {
		const struct ovsdb_row *row = ovsdb_table_row(t, i);
		int64_t key = ovsdb_integer(row, "tunnel_key", 0);

		for (j = 0; j < n; j++)
			if (items[j].entry->datapath == key)
				items[j].datapath = row;
	}
}

static bool is_in(const struct ovsdb_row *port, const uint8_t *datapath)
{
	const uint8_t *uuid = ovsdb_uuid(port, "datapath", 0);

	return uuid && datapath && !memcmp(uuid, datapath, 16);
}

static void ports_find(const struct southbound *s, struct item *items, size_t n)
{
	const struct ovsdb_table *t = table(s, "Port_Binding");
	size_t i, j;

	for (i = 0; i < ovsdb_table_size(t); i++) {
		const struct ovsdb_row *row = ovsdb_table_row(t, i);
		int64_t key = ovsdb_integer(row, "tunnel_key", 0);

		for (j = 0; j < n; j++)
			if (items[j].entry->port == key && items[j].datapath &&
			    is_in(row, ovsdb_row_uuid(items[j].datapath)))
				items[j].port = row;
	}
}

/* The switch that an LRP's peer is a port of. */
static void switches_find(const struct southbound *s, struct item *items,
			  size_t n)
{
	const struct ovsdb_table *t = table(s, "Port_Binding");
	size_t i, j;

	for (i = 0; i < ovsdb_table_size(t); i++) {
		const struct ovsdb_row *row = ovsdb_table_row(t, i);
		const char *name = ovsdb_string(row, "logical_port", 0);

		for (j = 0; j < n; j++) {
			const char *peer = NULL;

			if (items[j].port &&
			    items[j].entry->kind == UPCALL_NEIGHBOR)
				peer = ovsdb_map_get(items[j].port, "options",
						     "peer");
			if (peer && !strcmp(peer, name))
				items[j].ls = ovsdb_uuid(row, "datapath", 0);
		}
	}
}

/* "MAC IP IP/24 ...": are both in it? */
static bool has_pair(const char *addresses, const struct item *item)
{
	const char *p = addresses;

	if (strncasecmp(p, item->mac, 17))
		return false;
	for (p += strcspn(p, " "); *p; p += strcspn(p, " ")) {
		char text[INET_ADDRSTRLEN];
		uint8_t ip[4];
		size_t len;

		p += strspn(p, " ");
		len = strcspn(p, " /");
		if (!len || len >= sizeof(text))
			continue;
		memcpy(text, p, len);
		text[len] = '\0';
		if (inet_pton(AF_INET, text, ip) == 1 &&
		    !memcmp(ip, item->entry->ip, sizeof(ip)))
			return true;
	}
	return false;
}

/* Addresses of ports are known to routers without being learned. */
static void statics_find(const struct southbound *s, struct item *items,
			 size_t n)
{
	const struct ovsdb_table *t = table(s, "Port_Binding");
	size_t i, j, k;

	for (i = 0; i < ovsdb_table_size(t); i++) {
		const struct ovsdb_row *row = ovsdb_table_row(t, i);

		for (j = 0; j < n; j++) {
			if (!items[j].ls || !is_in(row, items[j].ls))
				continue;
			for (k = 0; k < ovsdb_size(row, "mac"); k++)
				items[j].is_static |= has_pair(
					ovsdb_string(row, "mac", k), &items[j]);
		}
	}
}

static void mac_bindings_find(const struct southbound *s, struct item *items,
			      size_t n)
{
	const struct ovsdb_table *t = table(s, "MAC_Binding");
	size_t i, j;

	for (i = 0; i < ovsdb_table_size(t); i++) {
		const struct ovsdb_row *row = ovsdb_table_row(t, i);
		const char *port = ovsdb_string(row, "logical_port", 0);
		uint8_t ip[4];

		if (inet_pton(AF_INET, ovsdb_string(row, "ip", 0), ip) != 1)
			continue;
		for (j = 0; j < n; j++)
			if (items[j].entry->kind == UPCALL_NEIGHBOR &&
			    items[j].port &&
			    !memcmp(ip, items[j].entry->ip, sizeof(ip)) &&
			    !strcmp(ovsdb_string(items[j].port, "logical_port",
						 0),
				    port))
				items[j].row = row;
	}
}

static void fdb_find(const struct southbound *s, struct item *items, size_t n)
{
	const struct ovsdb_table *t = table(s, "FDB");
	size_t i, j;

	for (i = 0; i < ovsdb_table_size(t); i++) {
		const struct ovsdb_row *row = ovsdb_table_row(t, i);
		int64_t key = ovsdb_integer(row, "dp_key", 0);

		for (j = 0; j < n; j++)
			if (items[j].entry->kind == UPCALL_FDB &&
			    items[j].entry->datapath == key &&
			    !strcasecmp(ovsdb_string(row, "mac", 0),
					items[j].mac))
				items[j].row = row;
	}
}

static bool is_localnet(const struct ovsdb_row *port)
{
	return port && !strcmp(ovsdb_string(port, "type", 0), "localnet");
}

/* Does a port of the switch with that key hear only this switch's guests? */
static bool is_vif_key(const struct southbound *s, const struct item *item,
		       int64_t key)
{
	const struct ovsdb_table *t = table(s, "Port_Binding");
	size_t i;

	for (i = 0; i < ovsdb_table_size(t); i++) {
		const struct ovsdb_row *row = ovsdb_table_row(t, i);

		if (ovsdb_integer(row, "tunnel_key", 0) == key &&
		    is_in(row, ovsdb_row_uuid(item->datapath)))
			return !is_localnet(row);
	}
	return false;
}

static bool is_stale(const struct item *item)
{
	return time_ms() - item->entry->learned_at > STALE_MS;
}

static void stamp(const struct southbound *s, const char *name, json_t **row)
{
	if (has_column(s, name, "timestamp"))
		row_set(row, "timestamp", json_integer(wall_ms()));
}

/* false: the rows say it, or shall not. */
static bool mac_binding_write(const struct southbound *s, struct ovsdb_txn *txn,
			      const struct item *item)
{
	char ip[INET_ADDRSTRLEN];
	json_t *row;

	if (item->row &&
	    (!strcasecmp(ovsdb_string(item->row, "mac", 0), item->mac) ||
	     is_stale(item)))
		return false;
	row = json_pack("{ss}", "mac", item->mac);
	stamp(s, "MAC_Binding", &row);
	if (item->row) {
		ovsdb_txn_verify(txn, item->row, "mac");
		ovsdb_txn_update(txn, "MAC_Binding", ovsdb_row_uuid(item->row),
				 row);
		return true;
	}
	inet_ntop(AF_INET, item->entry->ip, ip, sizeof(ip));
	row_set(&row, "ip", json_string(ip));
	row_set(&row, "logical_port",
		json_string(ovsdb_string(item->port, "logical_port", 0)));
	row_set(&row, "datapath",
		ovsdb_json_uuid(ovsdb_row_uuid(item->datapath)));
	ovsdb_txn_insert(txn, "MAC_Binding", NULL, row);
	return true;
}

static bool fdb_write(const struct southbound *s, struct ovsdb_txn *txn,
		      const struct item *item)
{
	int64_t now = item->row ? ovsdb_integer(item->row, "port_key", 0) : 0;
	json_t *row;

	if (!has_column(s, "FDB", "mac") || now == item->entry->port)
		return false;
	/* A MAC that lives in the switch is heard on the physical network,
	 * too, when it broadcasts. */
	if (item->row && (is_stale(item) || (is_localnet(item->port) &&
					     is_vif_key(s, item, now))))
		return false;
	row = json_pack("{sI}", "port_key", (json_int_t)item->entry->port);
	stamp(s, "FDB", &row);
	if (item->row) {
		ovsdb_txn_verify(txn, item->row, "port_key");
		ovsdb_txn_update(txn, "FDB", ovsdb_row_uuid(item->row), row);
		return true;
	}
	row_set(&row, "mac", json_string(item->mac));
	row_set(&row, "dp_key", json_integer(item->entry->datapath));
	ovsdb_txn_insert(txn, "FDB", NULL, row);
	return true;
}

static bool item_write(const struct southbound *s, struct ovsdb_txn *txn,
		       const struct item *item)
{
	if (!item->datapath || !item->port || item->is_static)
		return false;
	return item->entry->kind == UPCALL_FDB ?
		       fdb_write(s, txn, item) :
		       mac_binding_write(s, txn, item);
}

size_t learned_compare(const struct southbound *s, struct ovsdb_txn *txn,
		       struct learned_entry **due, size_t n)
{
	struct item *items = calloc(n, sizeof(items[0]));
	size_t i, n_written = 0;

	if (!items)
		return 0;
	for (i = 0; i < n; i++) {
		const uint8_t *m = due[i]->mac;

		items[i].entry = due[i];
		snprintf(items[i].mac, sizeof(items[i].mac),
			 "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2],
			 m[3], m[4], m[5]);
	}
	datapaths_find(s, items, n);
	ports_find(s, items, n);
	switches_find(s, items, n);
	statics_find(s, items, n);
	mac_bindings_find(s, items, n);
	fdb_find(s, items, n);
	for (i = 0; i < n; i++) {
		if (item_write(s, txn, &items[i])) {
			due[i]->is_sent = true;
			n_written++;
		} else {
			due[i]->is_done = true;
		}
	}
	free(items);
	return n_written;
}
