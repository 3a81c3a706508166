// SPDX-License-Identifier: GPL-2.0-only
/* Chassis, Encap and Chassis_Private: this host's own rows. */
#include "southbound/parts.h"

#include <stdlib.h>
#include <string.h>

static const struct ovsdb_row *row_named(const struct southbound *s,
					 const char *table, const char *name)
{
	const struct ovsdb_table *t =
		ovsdb_table(ovsdb_client_db(s->client), table);
	size_t i;

	for (i = 0; i < ovsdb_table_size(t); i++) {
		const struct ovsdb_row *row = ovsdb_table_row(t, i);

		if (!strcmp(ovsdb_string(row, "name", 0), name))
			return row;
	}
	return NULL;
}

/* Of any chassis. */
static const struct ovsdb_row *encap_with(const struct southbound *s,
					  const char *ip)
{
	const struct ovsdb_table *t =
		ovsdb_table(ovsdb_client_db(s->client), "Encap");
	size_t i;

	for (i = 0; i < ovsdb_table_size(t); i++) {
		const struct ovsdb_row *row = ovsdb_table_row(t, i);

		if (!strcmp(ovsdb_string(row, "type", 0), "geneve") &&
		    !strcmp(ovsdb_string(row, "ip", 0), ip))
			return row;
	}
	return NULL;
}

const struct ovsdb_row *encap_find(const struct southbound *s, const char *ip)
{
	const struct ovsdb_row *row = encap_with(s, ip);

	return row && s->own &&
			       row_refers(s->own, "encaps",
					  ovsdb_row_uuid(row)) ?
		       row :
		       NULL;
}

const struct ovsdb_row *chassis_row(const struct southbound *s,
				    const char *name)
{
	return row_named(s, "Chassis", name);
}

static bool string_replace(char **text, const char *value)
{
	char *copy = value ? strdup(value) : NULL;

	if (value && !copy)
		return false;
	free(*text);
	*text = copy;
	return true;
}

/* The row found last, if it is still that of the name. */
static const struct ovsdb_row *own_row(const struct southbound *s)
{
	const struct ovsdb_table *t =
		ovsdb_table(ovsdb_client_db(s->client), "Chassis");
	const struct ovsdb_row *row = ovsdb_find(t, s->own_uuid);

	return row && !strcmp(ovsdb_string(row, "name", 0), s->name) ?
		       row :
		       chassis_row(s, s->name);
}

void chassis_find(struct southbound *s)
{
	const char *name = s->wanted->settings->system_id;

	s->own = NULL;
	if (!name)
		return;
	if ((!s->name || strcmp(s->name, name)) &&
	    !string_replace(&s->name, name))
		return;
	s->own = own_row(s);
	if (s->own)
		memcpy(s->own_uuid, ovsdb_row_uuid(s->own),
		       sizeof(s->own_uuid));
	if (s->own && !s->registered)
		string_replace(&s->registered, name);
}

static void delete_named(struct ovsdb_txn *txn, const char *table,
			 const char *name)
{
	ovsdb_txn_op(txn, json_pack("{ss,ss,s[[sss]]}", "op", "delete", "table",
				    table, "where", "name", "==", name));
}

void chassis_delete(const struct southbound *s, struct ovsdb_txn *txn,
		    const char *name)
{
	if (has_column(s, "Chassis_Private", "name"))
		delete_named(txn, "Chassis_Private", name);
	delete_named(txn, "Chassis", name);
}

static json_t *encap_options(const struct southbound *s)
{
	json_t *map = ovsdb_json_map();
	const char *csum = s->wanted->settings->encap_csum ? "true" : "false";

	if (map && !ovsdb_json_map_add(map, "csum", json_string(csum)))
		return map;
	json_decref(map);
	return NULL;
}

static void encap_update(const struct southbound *s, struct ovsdb_txn *txn,
			 const struct ovsdb_row *row)
{
	const char *csum = ovsdb_map_get(row, "options", "csum");

	if (ovsdb_size(row, "options") == 1 && csum &&
	    !strcmp(csum, s->wanted->settings->encap_csum ? "true" : "false"))
		return;
	ovsdb_txn_update(txn, "Encap", ovsdb_row_uuid(row),
			 json_pack("{so}", "options", encap_options(s)));
}

/* Returns a reference to the row, which may be made just now. */
static json_t *encap_write(const struct southbound *s, struct ovsdb_txn *txn,
			   const struct ovsdb_row *row)
{
	json_t *encap;

	if (row) {
		encap_update(s, txn, row);
		return ovsdb_json_uuid(ovsdb_row_uuid(row));
	}
	encap = json_pack("{ss,ss}", "type", "geneve", "ip",
			  s->wanted->settings->encap_ip);
	row_set(&encap, "options", encap_options(s));
	if (has_column(s, "Encap", "chassis_name"))
		row_set(&encap, "chassis_name", json_string(s->name));
	ovsdb_txn_insert(txn, "Encap", "encap", encap);
	return ovsdb_json_named("encap");
}

static void chassis_insert(const struct southbound *s, struct ovsdb_txn *txn,
			   json_t *encap)
{
	json_t *row = json_pack("{ss,ss}", "name", s->name, "hostname",
				s->wanted->settings->hostname ?
					s->wanted->settings->hostname :
					"");

	row_set(&row, "encaps", encap);
	chassis_config_insert(s, &row);
	ovsdb_txn_insert(txn, "Chassis", "chassis", row);
	ovsdb_txn_comment(txn, "xovn agent: registering a chassis");
}

static void chassis_update(const struct southbound *s, struct ovsdb_txn *txn,
			   const struct ovsdb_row *encap, json_t *reference)
{
	const char *hostname = s->wanted->settings->hostname;
	const uint8_t *uuid = ovsdb_row_uuid(s->own);

	if (hostname && strcmp(hostname, ovsdb_string(s->own, "hostname", 0)))
		ovsdb_txn_update(txn, "Chassis", uuid,
				 json_pack("{ss}", "hostname", hostname));
	if (encap && ovsdb_size(s->own, "encaps") == 1 &&
	    row_refers(s->own, "encaps", ovsdb_row_uuid(encap)))
		json_decref(reference);
	else
		ovsdb_txn_update(txn, "Chassis", uuid,
				 json_pack("{so}", "encaps", reference));
	chassis_config_update(s, txn);
}

/* Another chassis has our address: peers would send it what is for us. */
static bool encap_is_taken(struct southbound *s, const struct ovsdb_row *encap)
{
	const char *owner = encap ? ovsdb_string(encap, "chassis_name", 0) : "";

	if (!*owner || !strcmp(owner, s->name) ||
	    (s->is_renaming && !strcmp(owner, s->registered))) {
		string_replace(&s->conflict, NULL);
		return false;
	}
	if (!s->conflict || strcmp(s->conflict, owner))
		warning("SB: chassis %s has encap geneve %s, this host's "
			"ovn-encap-ip: %s is not registered; remove the old "
			"one by ovn-sbctl chassis-del %s, or change "
			"ovn-encap-ip",
			owner, s->wanted->settings->encap_ip, s->name, owner);
	string_replace(&s->conflict, owner);
	return true;
}

static bool chassis_may_register(const struct southbound *s)
{
	const struct vswitch_settings *settings = s->wanted->settings;

	return s->name && settings->system_id && s->wanted->is_encap_ready &&
	       settings->encap_ip && settings->encap_type &&
	       strstr(settings->encap_type, "geneve");
}

/* true: there is a row, or will be with this transaction. */
static bool chassis_register(struct southbound *s, struct ovsdb_txn *txn)
{
	const struct ovsdb_row *encap;
	json_t *reference;

	if (!chassis_may_register(s))
		return s->own;
	encap = encap_with(s, s->wanted->settings->encap_ip);
	if (encap_is_taken(s, encap))
		return s->own;
	if (encap && s->is_renaming &&
	    !strcmp(ovsdb_string(encap, "chassis_name", 0), s->registered))
		encap = NULL; /* goes with the row of our old name */
	reference = encap_write(s, txn, encap);
	if (s->own)
		chassis_update(s, txn, encap, reference);
	else
		chassis_insert(s, txn, reference);
	return true;
}

static void nb_cfg_set(const struct southbound *s, json_t **row)
{
	row_set(row, "nb_cfg", json_integer(s->nb_cfg));
	if (has_column(s, "Chassis_Private", "nb_cfg_timestamp"))
		row_set(row, "nb_cfg_timestamp", json_integer(wall_ms()));
}

static void private_write(const struct southbound *s, struct ovsdb_txn *txn)
{
	const struct ovsdb_row *p = row_named(s, "Chassis_Private", s->name);
	json_t *row = json_object();

	if (!p)
		row_set(&row, "name", json_string(s->name));
	if (!s->own)
		row_set(&row, "chassis", ovsdb_json_named("chassis"));
	else if (!p || !row_refers(p, "chassis", ovsdb_row_uuid(s->own)))
		row_set(&row, "chassis",
			ovsdb_json_uuid(ovsdb_row_uuid(s->own)));
	if (s->nb_cfg >= 0 &&
	    (!p || ovsdb_integer(p, "nb_cfg", 0) != s->nb_cfg))
		nb_cfg_set(s, &row);
	if (row && !json_object_size(row))
		json_decref(row);
	else if (p)
		ovsdb_txn_update(txn, "Chassis_Private", ovsdb_row_uuid(p),
				 row);
	else
		ovsdb_txn_insert(txn, "Chassis_Private", NULL, row);
}

/* Before OVN 20.09 the number stood in Chassis. */
static void old_nb_cfg_write(const struct southbound *s, struct ovsdb_txn *txn)
{
	if (s->own && s->nb_cfg >= 0 &&
	    ovsdb_integer(s->own, "nb_cfg", 0) != s->nb_cfg)
		ovsdb_txn_update(txn, "Chassis", ovsdb_row_uuid(s->own),
				 json_pack("{sI}", "nb_cfg",
					   (json_int_t)s->nb_cfg));
}

/* By itself where it can be: what the server refuses of Chassis must not hold
 * up those who wait for nb_cfg. */
static void private_run(struct southbound *s)
{
	struct ovsdb_txn *txn;

	if (!s->own || !topic_is_free(&s->numbers))
		return;
	txn = ovsdb_txn_new(s->client);
	if (!txn)
		return;
	if (has_column(s, "Chassis_Private", "name"))
		private_write(s, txn);
	else
		old_nb_cfg_write(s, txn);
	topic_submit(&s->numbers, txn, 1, s->name);
}

void chassis_run(struct southbound *s)
{
	struct ovsdb_txn *txn;

	/* A Chassis_Private row that is not here yet is not missing. */
	if (!s->name || !ovsdb_client_conditions_hold(s->client))
		return;
	private_run(s);
	if (!topic_is_free(&s->chassis))
		return;
	txn = ovsdb_txn_new(s->client);
	if (!txn)
		return;
	s->is_renaming = s->registered && strcmp(s->registered, s->name);
	if (s->is_renaming)
		chassis_delete(s, txn, s->registered);
	if (chassis_register(s, txn) && !s->own &&
	    has_column(s, "Chassis_Private", "name"))
		private_write(s, txn);
	topic_submit(&s->chassis, txn, 1, s->name);
}

void chassis_done(struct southbound *s, enum ovsdb_txn_result outcome, size_t n)
{
	(void)n;
	s->is_dirty = true;
	if (outcome == OVSDB_TXN_SUCCESS && s->is_renaming)
		string_replace(&s->registered, NULL);
}

void numbers_done(struct southbound *s, enum ovsdb_txn_result outcome, size_t n)
{
	(void)outcome;
	(void)n;
	s->is_dirty = true;
}

void chassis_free(struct southbound *s)
{
	free(s->name);
	free(s->registered);
	free(s->conflict);
}
