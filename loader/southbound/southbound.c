// SPDX-License-Identifier: GPL-2.0-only
/* The parts together: when to look at the rows, and what others ask. */
#include "southbound/parts.h"

#include <stdlib.h>
#include <string.h>

struct southbound *southbound_new(struct ovsdb_client *sb)
{
	struct southbound *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->client = sb;
	s->nb_cfg = -1;
	s->is_dirty = true;
	s->look_at = INT64_MAX;
	s->claims.look_at = INT64_MAX;
	topic_init(&s->chassis, s, "chassis");
	s->chassis.done = chassis_done;
	topic_init(&s->numbers, s, "nb_cfg of chassis");
	s->numbers.done = numbers_done;
	topic_init(&s->claiming, s, "port");
	s->claiming.done = claims_done;
	s->claiming.knows = claim_is_refused;
	topic_init(&s->learning, s, "learned");
	s->learning.done = learned_done;
	topic_init(&s->releasing, s, "release of chassis");
	learned_init(&s->learned);
	return s;
}

void southbound_free(struct southbound *s)
{
	if (!s)
		return;
	topic_free(&s->chassis);
	topic_free(&s->numbers);
	topic_free(&s->claiming);
	topic_free(&s->learning);
	topic_free(&s->releasing);
	chassis_free(s);
	claim_table_free(&s->claims);
	references_free(&s->ports);
	learned_free(&s->learned);
	free(s->datapaths);
	json_decref(s->conditions);
	free(s);
}

static uint64_t settings_digest(const struct southbound_wanted *w)
{
	const struct vswitch_settings *settings = w->settings;
	uint64_t digest = 1 + w->is_encap_ready + 2 * settings->monitor_all +
			  4 * settings->encap_csum;
	size_t i;

	digest = text_digest(settings->system_id, digest);
	digest = text_digest(settings->hostname, digest);
	digest = text_digest(settings->encap_ip, digest);
	digest = text_digest(settings->encap_type, digest);
	digest = text_digest(settings->bridge_mappings, digest);
	digest = text_digest(w->datapath_type, digest);
	for (i = 0; i < settings->n_ovn_ids; i++) {
		digest = text_digest(settings->ovn_ids[i][0], digest);
		digest = text_digest(settings->ovn_ids[i][1], digest);
	}
	return digest;
}

/* Whatever may make a look at the rows worth its while. */
static bool is_look_due(struct southbound *s)
{
	bool is_connected = ovsdb_client_is_connected(s->client);
	bool holds = ovsdb_client_conditions_hold(s->client);
	uint64_t digest = settings_digest(s->wanted);
	uint64_t vifs = s->claims.digest;

	claim_table_set(&s->claims, s->wanted);
	/* Another server may have another schema. */
	if (digest != s->digest || is_connected != s->was_connected) {
		s->claims.todo.is_whole = true;
		s->is_dirty = s->are_conditions_stale = true;
	}
	if (vifs != s->claims.digest)
		s->is_dirty = s->are_conditions_stale = true;
	if (changes_follow(s) || holds != s->was_holding ||
	    time_ms() >= s->look_at)
		s->is_dirty = true;
	s->digest = digest;
	s->was_connected = is_connected;
	s->was_holding = holds;
	return s->is_dirty;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void southbound_run(struct southbound *s, const struct southbound_wanted *w)
{
	if (s->is_release_asked || !ovsdb_client_has_contents(s->client))
		return;
	s->wanted = w;
	if (is_look_due(s) && s->was_connected) {
		s->is_dirty = false;
		chassis_find(s);
		conditions_follow(s);
		chassis_run(s);
		claims_run(s);
		s->look_at = earlier(topic_due(&s->chassis),
				     topic_due(&s->claiming));
		s->look_at = earlier(s->look_at, topic_due(&s->numbers));
		s->look_at = earlier(s->look_at, s->claims.look_at);
	}
	if (s->was_connected)
		learned_run(s);
	s->wanted = NULL;
	s->own = NULL;
}

void southbound_wait(const struct southbound *s, struct waits *w)
{
	if (s->is_release_asked || !ovsdb_client_is_connected(s->client))
		return;
	if (s->is_dirty)
		waits_now(w);
	waits_until(w, earlier(s->look_at, learned_due(s)));
}

bool southbound_is_claimed(const struct southbound *s, const char *lsp,
			   const char **why)
{
	const struct claim *c = claim_find(&s->claims, lsp);

	if (why)
		*why = !c	     ? "no interface has this iface-id" :
		       c->is_claimed ? NULL :
		       c->why	     ? c->why :
				       "the Southbound database is not here yet";
	return c && c->is_claimed;
}

bool southbound_is_settled(const struct southbound *s)
{
	if (s->is_dirty || !ovsdb_client_conditions_hold(s->client))
		return false;
	for (size_t i = 0; i < s->claims.n; i++)
		if (s->claims.list[i].is_pending)
			return false;
	return true;
}

void southbound_set_installed(struct southbound *s, const char *const *lsps,
			      size_t n)
{
	if (claim_table_installed(&s->claims, lsps, n))
		s->is_dirty = true;
}

void southbound_set_nb_cfg(struct southbound *s, int64_t nb_cfg)
{
	if (s->nb_cfg != nb_cfg)
		s->is_dirty = true;
	s->nb_cfg = nb_cfg;
}

int64_t southbound_sb_nb_cfg(const struct southbound *s)
{
	const struct ovsdb_table *t =
		ovsdb_table(ovsdb_client_db(s->client), "SB_Global");

	return ovsdb_table_size(t) ?
		       ovsdb_integer(ovsdb_table_row(t, 0), "nb_cfg", 0) :
		       0;
}

/* Of all rows that name this chassis, also those that are not monitored. */
static void release_ports(const struct southbound *s, struct ovsdb_txn *txn,
			  const struct ovsdb_row *own)
{
	const uint8_t *uuid = ovsdb_row_uuid(own);
	json_t *columns = json_pack("{so,so}", "chassis", ovsdb_json_set(),
				    "encap", ovsdb_json_set());

	if (has_column(s, "Port_Binding", "up"))
		row_set(&columns, "up", json_false());
	ovsdb_txn_op(txn,
		     json_pack("{ss,ss,s[[sso]],so}", "op", "update", "table",
			       "Port_Binding", "where", "chassis",
			       "==", ovsdb_json_uuid(uuid), "row", columns));
	if (has_column(s, "Port_Binding", "additional_chassis"))
		ovsdb_txn_op(txn, json_pack("{ss,ss,s[[sso]],s[[sso]]}", "op",
					    "mutate", "table", "Port_Binding",
					    "where", "additional_chassis",
					    "includes", ovsdb_json_uuid(uuid),
					    "mutations", "additional_chassis",
					    "delete", ovsdb_json_uuid(uuid)));
}

static void release_submit(struct southbound *s)
{
	const struct ovsdb_row *own =
		chassis_row(s, s->registered ? s->registered : s->name);
	struct ovsdb_txn *txn;

	if (!own || !topic_is_free(&s->releasing))
		return;
	txn = ovsdb_txn_new(s->client);
	if (!txn)
		return;
	release_ports(s, txn, own);
	chassis_delete(s, txn, ovsdb_string(own, "name", 0));
	ovsdb_txn_comment(txn, "xovn agent: unregistering a chassis");
	topic_submit(&s->releasing, txn, 1, ovsdb_string(own, "name", 0));
}

bool southbound_release(struct southbound *s)
{
	const char *name = s->registered ? s->registered : s->name;

	s->is_release_asked = true;
	if (!name || !ovsdb_client_is_connected(s->client) ||
	    s->releasing.pause_ms)
		return true; /* nobody to tell, or who does not want to know */
	/* What was sent before may still make the rows anew. */
	if (s->releasing.is_sent || s->chassis.is_sent || s->numbers.is_sent ||
	    s->claiming.is_sent)
		return false;
	if (!chassis_row(s, name))
		return true;
	release_submit(s);
	return false;
}
