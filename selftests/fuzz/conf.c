// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows of a conf.db, for libFuzzer: an input is a transaction of ovsdb(5), on
 * a second line maybe another, as ovs-vsctl makes them.  Ports, their numbers,
 * VIFs, networks and settings are made of them; no interface exists.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/input.h"
#include "lib/mutate.h"
#include "lib/schema.h"
#include "vswitch/ports.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned int seed)
{
	return json_mutate(data, size, max, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size,
				 const uint8_t *b, size_t b_size, uint8_t *out,
				 size_t max, unsigned int seed)
{
	return json_cross(a, a_size, b, b_size, out, max, seed);
}

static void settings_check(const struct ovsdb *db,
			   const struct vswitch_settings *s)
{
	struct vswitch_settings again;
	char *nb = NULL;

	require(!settings_read(db, &again));
	require(settings_equal(s, &again));
	settings_clear(&again);
	if (s->remote) {
		require(!settings_nb_remote(s->remote, &nb));
		free(nb);
	}
}

static void ports_check(const struct ports *p)
{
	size_t i, j;

	for (i = 0; i < p->n; i++) {
		const struct port *port = &p->port[i];

		require(!i || memcmp(port[-1].uuid, port->uuid, 16) <= 0);
		require(!i || strcmp(p->by_name[i - 1]->name,
				     p->by_name[i]->name) <= 0);
		require(port->ofport == -1 || port->ofport == OFPORT_LOCAL ||
			(port->ofport > 0 && port->ofport <= OFPORT_MAX));
		require(!port_works(port) || !port->error);
		/* numbers are a bridge's own, each once */
		for (j = 0; j < i; j++)
			require(port->ofport < 0 ||
				port->ofport != p->port[j].ofport ||
				memcmp(port->bridge, p->port[j].bridge, 16));
	}
	for (i = 0; i < p->n_networks; i++)
		for (j = 0; j < i; j++)
			require(strcmp(p->network[i].network,
				       p->network[j].network));
}

/* Interfaces as netdev.c would have found them. */
static void interfaces_make(struct ports *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		struct port *port = &p->port[i];

		if (port->kind == PORT_PATCH || port->error)
			continue;
		strcpy(port->hostif, "if0");
		port->ifindex = 1 + i;
	}
}

static void rows_take(struct ports *p, const char *path)
{
	struct vswitch_settings settings;
	struct error e = {""};
	struct ovsdb *db;
	bool is_changed;

	if (ovsdb_read(path, "Open_vSwitch", vswitch_filter, &db, &e)) {
		error_require(&e);
		return;
	}
	require(!settings_read(db, &settings));
	settings_check(db, &settings);
	require(!ports_read(p, db, &settings));
	interfaces_make(p);
	ports_number(p, db);
	require(!ports_export(p, db, &settings, &is_changed));
	ports_check(p);
	require(!ports_export(p, db, &settings, &is_changed) && !is_changed);
	settings_clear(&settings);
	ovsdb_free(db);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *schema;
	const uint8_t *line = memchr(data, '\n', size);
	const char *path = file_start(0);
	struct ports p;

	json_object_seed(1);
	if (!schema)
		schema = schema_make("Open_vSwitch", vswitch_filter);
	memset(&p, 0, sizeof(p));
	file_record(0, "JSON", schema, strlen(schema));
	file_record(0, "JSON", data, line ? line - data : (ptrdiff_t)size);
	rows_take(&p, path);
	if (line) {
		line++;
		file_record(0, "JSON", line, data + size - line);
		rows_take(&p, path);
	}
	ports_clear(&p);
	return 0;
}
