// SPDX-License-Identifier: GPL-2.0-only
#include "claims_bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/engine.h"

static const char *const types[] = {"", "", "", "", "l3gateway", "localport"};
static const char *const requests[] = {
	NULL, NULL, "host1", "other", "other,id1", "id1,other", "other,other"};

const char *uuid_text(int table, int number)
{
	static char text[4][37];
	static int at;

	at = (at + 1) % 4;
	/* not in the order of numbers */
	snprintf(text[at], sizeof(text[at]), "%08x-0000-4000-8000-%04x%08x",
		 number * 40503u % 65536, table, number);
	return text[at];
}

json_t *reference(int table, int number)
{
	return json_pack("[ss]", "uuid", uuid_text(table, number));
}

void row_update(struct bed *b, const char *table, const char *uuid, json_t *row)
{
	json_t *updates = json_pack("{s{s{so}}}", table, uuid,
				    row ? "new" : "old",
				    row ? row : json_object());
	struct error e;

	assert_non_null(updates);
	if (replica_update(&b->client->data, updates, UPDATE_ROWS, &e))
		fail_msg("%s", e.text);
	json_decref(updates);
	changes_settle(&b->client->data.changes);
}

static bool port_exists(const struct bed *b, int i)
{
	uint8_t uuid[16];

	assert_int_equal(ovsdb_uuid_parse(uuid_text(PORT, i), uuid), 0);
	return ovsdb_find(ovsdb_table(b->client->data.db, "Port_Binding"),
			  uuid);
}

void port_update(struct bed *b, int i)
{
	const struct port *p = &b->ports[i];
	char name[16], version[8];
	json_t *options, *row;

	if (!p->is_there) {
		if (port_exists(b, i))
			row_update(b, "Port_Binding", uuid_text(PORT, i), NULL);
		return;
	}
	options = ovsdb_json_map();
	snprintf(name, sizeof(name), "port%02d", p->name);
	snprintf(version, sizeof(version), "v%d", p->version);
	if (requests[p->requested])
		ovsdb_json_map_add(options, "requested-chassis",
				   json_string(requests[p->requested]));
	if (p->version)
		ovsdb_json_map_add(options, "iface-id-ver",
				   json_string(version));
	if (!strcmp(types[p->type], "l3gateway"))
		ovsdb_json_map_add(options, "l3gateway-chassis",
				   json_string(p->requested % 2 ? "id1" :
								  "other"));
	row = json_pack("{ssssso}", "logical_port", name, "type",
			types[p->type], "options", options);
	if (p->chassis)
		json_object_set_new(row, "chassis",
				    reference(CHASSIS, p->chassis - 1));
	if (p->is_additional)
		json_object_set_new(row, "additional_chassis",
				    reference(CHASSIS, b->own));
	if (p->encap)
		json_object_set_new(row, "encap", reference(ENCAP, p->encap));
	if (p->parent)
		json_object_set_new(row, "parent_port", json_string("p"));
	json_object_set_new(row, "up", json_boolean(p->is_up));
	row_update(b, "Port_Binding", uuid_text(PORT, i), row);
}

static void chassis_update(struct bed *b, int i, bool is_there)
{
	json_t *row = NULL;

	if (is_there)
		row = json_pack("{ssssso}", "name",
				i == OTHER ? "other" : "id1", "hostname",
				"host1", "encaps",
				json_pack("[s[oo]]", "set", reference(ENCAP, 1),
					  reference(ENCAP, 2)));
	row_update(b, "Chassis", uuid_text(CHASSIS, i), row);
}

/* As if the server's schema had all that the filter asks for. */
static void columns_set(struct ovsdb *db)
{
	size_t i;

	for (i = 0; i < db->n_tables; i++)
		memset(db->tables[i]->has_column, true,
		       db->tables[i]->n_columns);
}

static void southbound_init(struct bed *b, struct southbound *s)
{
	struct southbound *new = southbound_new(b->client);

	assert_non_null(new);
	*s = *new;
	s->claiming.s = s;
	s->wanted = &b->wanted;
	free(new);
}

void bed_init(struct bed *b)
{
	const struct ovsdb_client_config config = {
		.database = "OVN_Southbound",
		.filter = engine_sb_filter,
	};

	memset(b, 0, sizeof(*b));
	b->client = ovsdb_client_new(&config);
	assert_non_null(b->client);
	columns_set(b->client->data.db);
	b->settings.system_id = "id1";
	b->wanted = (struct southbound_wanted){.settings = &b->settings,
					       .vifs = b->vifs};
	southbound_init(b, &b->changed);
	southbound_init(b, &b->whole);
	row_update(b, "Encap", uuid_text(ENCAP, 1),
		   json_pack("{ssss}", "type", "geneve", "ip", "10.0.0.1"));
	row_update(b, "Encap", uuid_text(ENCAP, 2),
		   json_pack("{ssss}", "type", "geneve", "ip", "10.0.0.2"));
	chassis_update(b, OTHER, true);
	chassis_update(b, OWN, true);
}

static void southbound_clear(struct southbound *s)
{
	claim_table_free(&s->claims);
	references_free(&s->ports);
	topic_free(&s->claiming);
	chassis_free(s);
}

void bed_free(struct bed *b)
{
	southbound_clear(&b->changed);
	southbound_clear(&b->whole);
	while (b->wanted.n_vifs--)
		free(b->vifs[b->wanted.n_vifs].iface_id);
	json_decref(b->operations);
	ovsdb_client_free(b->client);
}

static bool name_is_free(const struct bed *b, int name)
{
	int i;

	for (i = 0; i < N_ROWS; i++)
		if (b->ports[i].is_there && b->ports[i].name == name)
			return false;
	return true;
}

void port_change(struct bed *b)
{
	int i = random() % N_ROWS, name = random() % (N_VIFS + 8);
	struct port *p = &b->ports[i];

	switch (random() % 12) {
	case 0:
	case 1:
		if (!p->is_there && !name_is_free(b, p->name))
			return;
		p->is_there = !p->is_there;
		break;
	case 2:
		if (name_is_free(b, name))
			p->name = name;
		break;
	case 3:
		p->type = random() % (sizeof(types) / sizeof(types[0]));
		break;
	case 4:
	case 5:
		p->requested =
			random() % (sizeof(requests) / sizeof(requests[0]));
		break;
	case 6:
		p->encap = random() % 3;
		break;
	case 7:
		p->version = random() % 3;
		break;
	case 8:
		p->parent = !(random() % 4);
		break;
	case 9:
		p->is_up = !p->is_up;
		break;
	default:
		p->chassis = random() % 2    ? 1 + OTHER :
			     b->own == OTHER ? 0 :
					       1 + b->own;
		p->is_additional = b->own != OTHER && !(random() % 3);
	}
	port_update(b, i);
}

void vif_change(struct bed *b)
{
	size_t *n = &b->wanted.n_vifs, at = *n ? random() % *n : 0;
	struct vswitch_vif *vif = &b->vifs[at];
	char text[16];

	switch (*n == 0 ? 0 : *n == N_VIFS ? 1 : random() % 4) {
	case 0:
		vif = &b->vifs[(*n)++];
		memset(vif, 0, sizeof(*vif));
		snprintf(vif->name, sizeof(vif->name), "if%ld", random());
		snprintf(text, sizeof(text), "port%02ld", random() % N_VIFS);
		vif->iface_id = strdup(text);
		break;
	case 1:
		free(vif->iface_id);
		*vif = b->vifs[--*n];
		break;
	case 2:
		vif->iface_id_ver = random() % 2 ? "v1" : "v2";
		break;
	case 3:
		vif->encap_ip = random() % 2 ? "10.0.0.1" : "10.0.0.2";
	}
}

void chassis_change(struct bed *b)
{
	int i;

	if (b->own != OTHER)
		chassis_update(b, b->own, false);
	for (i = 0; i < N_ROWS; i++)
		if (b->ports[i].chassis != 1 + OTHER)
			b->ports[i].chassis = b->ports[i].is_additional = 0;
	b->own = b->own == OTHER ? random() % 2 : OTHER;
	if (b->own != OTHER)
		chassis_update(b, b->own, true);
	for (i = 0; i < N_ROWS; i++)
		if (b->ports[i].is_there)
			port_update(b, i);
}

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void installed_change(struct bed *b)
{
	const char *names[N_VIFS];
	size_t i, n = 0;

	for (i = 0; i < b->wanted.n_vifs; i++)
		if (random() % 4)
			names[n++] = b->vifs[i].iface_id;
	qsort(names, n, sizeof(names[0]), name_compare);
	claim_table_installed(&b->changed.claims, names, n);
	claim_table_installed(&b->whole.claims, names, n);
}

static int number_of(const json_t *value) /* -1: an empty set */
{
	const char *uuid = json_string_value(json_array_get(value, 1));

	return uuid ? (int)strtoul(uuid + 28, NULL, 16) : -1;
}

void operation_apply(struct bed *b, const json_t *op)
{
	const json_t *row = json_object_get(op, "row");
	const json_t *where = json_object_get(op, "where"), *value;
	const json_t *mutation =
		json_array_get(json_object_get(op, "mutations"), 0);
	const char *name = json_string_value(json_object_get(op, "op"));
	struct port *p;
	int i;

	if (!name || !strcmp(name, "wait"))
		return;
	i = number_of(json_array_get(json_array_get(where, 0), 2));
	p = &b->ports[i];
	if (mutation) {
		p->is_additional =
			!strcmp(json_string_value(json_array_get(mutation, 1)),
				"insert");
	} else {
		value = json_object_get(row, "chassis");
		if (value)
			p->chassis = number_of(value) + 1;
		value = json_object_get(row, "encap");
		if (value)
			p->encap = number_of(value) < 0 ? 0 : number_of(value);
		value = json_object_get(row, "up");
		if (value)
			p->is_up = json_is_true(value);
	}
	if (p->is_there)
		port_update(b, i);
}
