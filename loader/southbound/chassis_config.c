// SPDX-License-Identifier: GPL-2.0-only
/* Chassis.other_config and the like: what ovn-northd and the CMS read. */
#include "southbound/parts.h"

#include <stdlib.h>
#include <string.h>

/* What ovs-vsctl may ask this host for. */
#define IFACE_TYPES "internal,system"
#define MAPS_MAX 32

struct pair {
	const char *key, *value;
};

/* ovn-northd does without a feature as soon as one chassis does not name it,
 * so all are named: none of them changes what tunnels carry, and the flows
 * that they change are none of ours. */
static const char *const features[] = {
	"ct-commit-nat-v2",
	"ct-commit-to-zone",
	"ct-label-flush",
	"ct-next-zone",
	"ct-no-masked-label",
	"ct-state-save",
	"fdb-timestamp",
	"ls-dpg-column",
	"mac-binding-timestamp",
	"ovn-ct-lb-related",
	"ovn-sample-with-registers",
	"port-up-notif",
};

static const char *ovn_id(const struct vswitch_settings *settings,
			  const char *key)
{
	size_t i;

	for (i = 0; i < settings->n_ovn_ids; i++)
		if (!strcmp(settings->ovn_ids[i][0], key))
			return settings->ovn_ids[i][1];
	return "";
}

/* Returns how many; the first *n_config are no feature. */
static size_t config_build(const struct southbound *s, struct pair *pairs,
			   size_t *n_config)
{
	const struct vswitch_settings *settings = s->wanted->settings;
	size_t i, n = 0;

	pairs[n++] = (struct pair){
		"datapath-type",
		s->wanted->datapath_type ? s->wanted->datapath_type : ""};
	pairs[n++] = (struct pair){"iface-types", IFACE_TYPES};
	pairs[n++] = (struct pair){"is-interconn", "false"};
	pairs[n++] = (struct pair){
		"ovn-bridge-mappings",
		settings->bridge_mappings ? settings->bridge_mappings : ""};
	pairs[n++] =
		(struct pair){"ovn-chassis-mac-mappings",
			      ovn_id(settings, "ovn-chassis-mac-mappings")};
	pairs[n++] = (struct pair){"ovn-cms-options",
				   ovn_id(settings, "ovn-cms-options")};
	pairs[n++] = (struct pair){"ovn-monitor-all",
				   settings->monitor_all ? "true" : "false"};
	*n_config = n;
	for (i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		pairs[n++] = (struct pair){features[i], "true"};
	return n;
}

static json_t *config_json(const struct pair *pairs, size_t n)
{
	json_t *map = ovsdb_json_map();
	size_t i;

	for (i = 0; map && i < n; i++) {
		if (!ovsdb_json_map_add(map, pairs[i].key,
					json_string(pairs[i].value)))
			continue;
		json_decref(map);
		map = NULL;
	}
	return map;
}

/* Mutations that make the column hold the pairs; others' pairs stay. */
static void config_mutate(const struct ovsdb_row *row, const char *column,
			  const struct pair *pairs, size_t n, json_t *mutations)
{
	struct pair changed[MAPS_MAX];
	json_t *keys = ovsdb_json_set();
	size_t i, n_changed = 0;

	for (i = 0; i < n; i++) {
		const char *now = ovsdb_map_get(row, column, pairs[i].key);

		if (now && !strcmp(now, pairs[i].value))
			continue;
		changed[n_changed++] = pairs[i];
		if (keys &&
		    ovsdb_json_set_add(keys, json_string(pairs[i].key))) {
			json_decref(keys);
			keys = NULL;
		}
	}
	if (!n_changed) {
		json_decref(keys);
		return;
	}
	/* insert leaves a key that is there as it is */
	json_array_append_new(mutations,
			      json_pack("[sso]", column, "delete", keys));
	json_array_append_new(mutations,
			      json_pack("[sso]", column, "insert",
					config_json(changed, n_changed)));
}

static int string_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* ovn-transport-zones as a set.  is_same: the row has it. */
static json_t *zones_json(const struct southbound *s,
			  const struct ovsdb_row *row, bool *is_same)
{
	char *text, *token, *save = NULL;
	const char *zones[MAPS_MAX];
	json_t *set = ovsdb_json_set();
	size_t i, n = 0, kept = 0;

	text = strdup(ovn_id(s->wanted->settings, "ovn-transport-zones"));
	*is_same = true;
	if (!set || !text) {
		free(text);
		json_decref(set);
		return NULL;
	}
	for (token = strtok_r(text, ", ", &save); token && n < MAPS_MAX;
	     token = strtok_r(NULL, ", ", &save))
		zones[n++] = token;
	qsort(zones, n, sizeof(zones[0]), string_compare);
	for (i = 0; i < n; i++) {
		if (i && !strcmp(zones[i], zones[i - 1]))
			continue;
		if (row && strcmp(ovsdb_string(row, "transport_zones", kept),
				  zones[i]))
			*is_same = false;
		ovsdb_json_set_add(set, json_string(zones[i]));
		kept++;
	}
	if (row && ovsdb_size(row, "transport_zones") != kept)
		*is_same = false;
	free(text);
	return set;
}

void chassis_config_insert(const struct southbound *s, json_t **row)
{
	struct pair pairs[MAPS_MAX];
	size_t n_config, n = config_build(s, pairs, &n_config);
	bool is_same;

	if (has_column(s, "Chassis", "other_config"))
		row_set(row, "other_config", config_json(pairs, n));
	/* As a CMS of before OVN 20.12 looks for them. */
	row_set(row, "external_ids", config_json(pairs, n_config));
	if (has_column(s, "Chassis", "transport_zones"))
		row_set(row, "transport_zones", zones_json(s, NULL, &is_same));
}

void chassis_config_update(const struct southbound *s, struct ovsdb_txn *txn)
{
	struct pair pairs[MAPS_MAX];
	size_t n_config, n = config_build(s, pairs, &n_config);
	json_t *mutations = json_array(), *zones;
	bool is_same;

	if (!mutations)
		return;
	if (has_column(s, "Chassis", "other_config"))
		config_mutate(s->own, "other_config", pairs, n, mutations);
	config_mutate(s->own, "external_ids", pairs, n_config, mutations);
	if (json_array_size(mutations))
		ovsdb_txn_mutate(txn, "Chassis", ovsdb_row_uuid(s->own),
				 mutations);
	else
		json_decref(mutations);
	if (!has_column(s, "Chassis", "transport_zones"))
		return;
	zones = zones_json(s, s->own, &is_same);
	if (is_same)
		json_decref(zones);
	else
		ovsdb_txn_update(txn, "Chassis", ovsdb_row_uuid(s->own),
				 json_pack("{so}", "transport_zones", zones));
}
