// SPDX-License-Identifier: GPL-2.0-only
/* Port_Binding: ports of this host's interfaces are claimed, others of this
 * chassis released, and up follows the maps. */
#include "southbound/parts.h"

#include <stdlib.h>
#include <string.h>

#define CLAIMS_PER_TXN 1000
/* After the pause: a row that is refused again within it has said why. */
#define REFUSAL_KEPT_MS 60000
/* A port that was ours so long was not fought for. */
#define TAKEN_FORGET_MS 60000

/* What a look at Port_Bindings collects. */
struct look {
	struct southbound *s;
	struct ovsdb_txn *txn; /* NULL: nothing can be sent now */
	const uint8_t *own; /* uuid of our Chassis */
	size_t n; /* rows written into txn */
	const char *first; /* logical_port of the first */
};

static void look_again(struct look *l, const struct ovsdb_row *row, int64_t at)
{
	todo_add(&l->s->claims.todo, ovsdb_row_uuid(row));
	if (at < l->s->claims.look_at)
		l->s->claims.look_at = at;
}

/* May the row be written now?  Counts it. */
static bool look_take(struct look *l, const struct ovsdb_row *row)
{
	struct claims *c = &l->s->claims;
	const char *name = ovsdb_string(row, "logical_port", 0);
	int64_t until;

	if (!l->txn || l->n == c->limit) {
		/* its end is the time for another look */
		todo_add(&c->todo, ovsdb_row_uuid(row));
		return false;
	}
	until = claim_refused_until(c, name);
	if (until) {
		look_again(l, row, until);
		return false;
	}
	/* It may be as before afterwards: another was faster than the look. */
	todo_add(&c->sent, ovsdb_row_uuid(row));
	if (!l->n++)
		l->first = name;
	return true;
}

/* Once per row and transaction; of whom the port is decides all. */
static void row_write(struct look *l, const struct ovsdb_row *row,
		      json_t *columns)
{
	ovsdb_txn_verify(l->txn, row, "chassis");
	ovsdb_txn_update(l->txn, "Port_Binding", ovsdb_row_uuid(row), columns);
}

static void row_mutate(struct look *l, const struct ovsdb_row *row,
		       const char *column, const char *mutator,
		       const uint8_t uuid[16])
{
	ovsdb_txn_mutate(l->txn, "Port_Binding", ovsdb_row_uuid(row),
			 json_pack("[[sso]]", column, mutator,
				   ovsdb_json_uuid(uuid)));
}

static void set_up(const struct look *l, json_t **columns, bool is_up)
{
	if (has_column(l->s, "Port_Binding", "up"))
		row_set(columns, "up", json_boolean(is_up));
}

static void leave_additional(struct look *l, const struct ovsdb_row *row)
{
	row_mutate(l, row, "additional_chassis", "delete", l->own);
}

static void row_release(struct look *l, const struct ovsdb_row *row)
{
	json_t *columns;

	if (row_refers(row, "chassis", l->own) && look_take(l, row)) {
		columns = json_pack("{so}", "chassis", ovsdb_json_set());
		if (ovsdb_size(row, "encap"))
			row_set(&columns, "encap", ovsdb_json_set());
		if (ovsdb_size(row, "up"))
			set_up(l, &columns, false);
		row_write(l, row, columns);
	}
	if (row_refers(row, "additional_chassis", l->own) && look_take(l, row))
		leave_additional(l, row);
}

/* Not at once again where another chassis has taken it since. */
static bool is_postponed(struct look *l, const struct claim *c,
			 const struct ovsdb_row *row)
{
	int64_t due = c->claimed_at + CLAIM_AGAIN_MS;

	if (!ovsdb_size(row, "chassis") || !c->claimed_at || time_ms() >= due)
		return false;
	look_again(l, row, due);
	return true;
}

/* Two hosts with one iface-id take it from each other until one of them is
 * told not to; of that only the 1st, 2nd, 4th, 8th ... claim is news. */
static void say_taken(const struct look *l, struct claim *c,
		      const struct ovsdb_row *row)
{
	const struct ovsdb_table *chassis =
		ovsdb_table(ovsdb_client_db(l->s->client), "Chassis");
	const struct ovsdb_row *other;

	if (!ovsdb_size(row, "chassis"))
		return;
	if (time_ms() - c->claimed_at > TAKEN_FORGET_MS)
		c->n_taken = 0;
	c->n_taken++;
	if (c->n_taken & (c->n_taken - 1))
		return;
	other = ovsdb_find(chassis, ovsdb_uuid(row, "chassis", 0));
	warning("port %s: claimed, though chassis %s has it%s",
		ovsdb_string(row, "logical_port", 0),
		other ? ovsdb_string(other, "name", 0) : "(unknown)",
		c->n_taken > 1 ? "; both have an interface with this iface-id" :
				 "");
}

static bool is_encap_right(const struct ovsdb_row *row,
			   const struct ovsdb_row *encap)
{
	if (!encap)
		return !ovsdb_size(row, "encap");
	return row_refers(row, "encap", ovsdb_row_uuid(encap));
}

static void encap_set(json_t **columns, const struct ovsdb_row *encap)
{
	row_set(columns, "encap",
		encap ? ovsdb_json_uuid(ovsdb_row_uuid(encap)) :
			ovsdb_json_set());
}

static void claim_main(struct look *l, struct claim *c,
		       const struct ovsdb_row *row)
{
	const struct ovsdb_row *encap = NULL;
	bool is_ours = row_refers(row, "chassis", l->own);
	bool is_up = ovsdb_boolean(row, "up", false);
	bool is_additional = row_refers(row, "additional_chassis", l->own);
	bool needs_up, needs_encap;
	json_t *columns;

	if (c->vif->encap_ip)
		encap = encap_find(l->s, c->vif->encap_ip);
	needs_encap = !is_encap_right(row, encap);
	needs_up = is_ours && c->is_installed && !is_up &&
		   has_column(l->s, "Port_Binding", "up");
	/* One that nobody has any more, as after chassis-del, forwards on
	 * until it is ours again. */
	c->is_claimed = is_ours ||
			(c->is_installed && !ovsdb_size(row, "chassis"));
	c->is_pending = !is_ours && !is_postponed(l, c, row) &&
			!claim_refused_until(&l->s->claims, c->iface_id);
	if ((is_ours && !needs_encap && !needs_up && !is_additional) ||
	    (!is_ours && is_postponed(l, c, row)) || !look_take(l, row))
		return;
	columns = json_object();
	if (!is_ours) {
		say_taken(l, c, row);
		c->is_sent = true;
		row_set(&columns, "chassis", ovsdb_json_uuid(l->own));
		set_up(l, &columns, false);
	} else if (needs_up) {
		set_up(l, &columns, true);
	}
	if (needs_encap)
		encap_set(&columns, encap);
	if (columns && !json_object_size(columns))
		json_decref(columns);
	else
		row_write(l, row, columns);
	if (is_additional)
		leave_additional(l, row);
}

static void claim_additional(struct look *l, struct claim *c,
			     const struct ovsdb_row *row)
{
	bool is_ours = row_refers(row, "chassis", l->own);
	bool is_additional = row_refers(row, "additional_chassis", l->own);
	json_t *columns;

	c->is_claimed = is_additional;
	if (!has_column(l->s, "Port_Binding", "additional_chassis"))
		c->why = "this database binds a port to one chassis only";
	if ((is_additional && !is_ours) ||
	    !has_column(l->s, "Port_Binding", "additional_chassis") ||
	    !look_take(l, row))
		return;
	if (is_ours) {
		columns = json_pack("{so,so}", "chassis", ovsdb_json_set(),
				    "encap", ovsdb_json_set());
		set_up(l, &columns, false);
		row_write(l, row, columns);
	}
	if (!is_additional)
		row_mutate(l, row, "additional_chassis", "insert", l->own);
}

/* A gateway router's port is wherever options:l3gateway-chassis says. */
static void gateway_claim(struct look *l, const struct ovsdb_row *row)
{
	const char *chassis =
		ovsdb_map_get(row, "options", "l3gateway-chassis");
	json_t *columns;

	if (!chassis || strcmp(chassis, l->s->name)) {
		row_release(l, row);
		return;
	}
	if (row_refers(row, "chassis", l->own) || !look_take(l, row))
		return;
	columns = json_pack("{so}", "chassis", ovsdb_json_uuid(l->own));
	set_up(l, &columns, true);
	row_write(l, row, columns);
}

static struct claim *row_claim(struct look *l, const struct ovsdb_row *row)
{
	return row ? claim_find(&l->s->claims,
				ovsdb_string(row, "logical_port", 0)) :
		     NULL;
}

static void row_look(struct look *l, const struct ovsdb_row *row)
{
	struct claim *c;

	if (!strcmp(ovsdb_string(row, "type", 0), "l3gateway")) {
		gateway_claim(l, row);
		return;
	}
	c = row_claim(l, row);
	switch (c ? claim_place(l->s, c, row) : CLAIM_NONE) {
	case CLAIM_MAIN:
		claim_main(l, c, row);
		break;
	case CLAIM_ADDITIONAL:
		claim_additional(l, c, row);
		break;
	case CLAIM_NONE:
		row_release(l, row);
		break;
	}
	if (c && c->is_claimed)
		c->why = NULL;
}

void claim_forget(struct claim *c, const char *why)
{
	c->is_claimed = c->is_pending = false;
	c->why = why;
}

static void claims_forget(struct claims *c, const char *why)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		claim_forget(&c->list[i], why);
		memset(c->list[i].row, 0, sizeof(c->list[i].row));
	}
}

static void look_whole(struct look *l, const struct ovsdb_table *t)
{
	size_t i;

	claims_forget(&l->s->claims, CLAIM_NO_PORT);
	for (i = 0; i < ovsdb_table_size(t); i++)
		row_look(l, ovsdb_table_row(t, i));
	l->s->claims.n_looked += ovsdb_table_size(t);
}

static void look_listed(struct look *l, const struct ovsdb_table *t,
			struct todo *todo)
{
	const struct ovsdb_row *row;
	struct claim *c;
	size_t i;

	todo_sort(todo);
	for (i = 0; i < todo->n; i++) {
		c = row_claim(l, ovsdb_find(t, todo->uuids[i]));
		if (c)
			claim_forget(c, CLAIM_NO_PORT);
	}
	for (i = 0; i < todo->n; i++) {
		row = ovsdb_find(t, todo->uuids[i]);
		if (row)
			row_look(l, row);
	}
	l->s->claims.n_looked += todo->n;
}

size_t claims_look(struct southbound *s, struct ovsdb_txn *txn,
		   const char **first)
{
	const struct ovsdb_table *t =
		ovsdb_table(ovsdb_client_db(s->client), "Port_Binding");
	struct look l = {
		.s = s,
		.txn = txn,
		.own = ovsdb_row_uuid(s->own),
	};
	struct todo todo = s->claims.todo;

	/* What is put off gets on the next one. */
	s->claims.todo = (struct todo){0};
	s->claims.look_at = INT64_MAX;
	if (!s->claims.limit)
		s->claims.limit = CLAIMS_PER_TXN;
	if (todo.is_whole)
		look_whole(&l, t);
	else
		look_listed(&l, t, &todo);
	todo_free(&todo);
	*first = l.first;
	return l.n;
}

void claims_run(struct southbound *s)
{
	struct claims *c = &s->claims;
	struct ovsdb_txn *txn = NULL;
	const char *first;
	size_t n;

	if (!s->own) {
		c->look_at = INT64_MAX;
		c->todo.is_whole = true; /* once it is */
		claims_forget(c, "this host is not registered as a chassis");
		return;
	}
	claims_follow(s);
	if (!c->todo.is_whole && !c->todo.n)
		return;
	if (topic_is_free(&s->claiming))
		txn = ovsdb_txn_new(s->client);
	n = claims_look(s, txn, &first);
	if (txn && !topic_submit(&s->claiming, txn, n, first ? first : ""))
		todo_move(&c->todo, &c->sent);
}

/* One row that the server refuses holds up all of its transaction: halves
 * find it, and from then on it has a pause of its own. */
void claims_done(struct southbound *s, enum ovsdb_txn_result outcome, size_t n)
{
	struct claims *c = &s->claims;
	size_t i;

	s->is_dirty = true;
	todo_move(&c->todo, &c->sent);
	claim_refusals_forget(c, time_ms() - REFUSAL_KEPT_MS);
	switch (outcome) {
	case OVSDB_TXN_SUCCESS:
		for (i = 0; i < c->n; i++)
			if (c->list[i].is_sent)
				c->list[i].claimed_at = time_ms();
		c->limit = n == c->limit ? 2 * n : CLAIMS_PER_TXN;
		if (c->limit > CLAIMS_PER_TXN)
			c->limit = CLAIMS_PER_TXN;
		break;
	case OVSDB_TXN_TRY_AGAIN:
		break;
	case OVSDB_TXN_ERROR:
		if (n > 1) {
			c->limit = n / 2;
			break;
		}
		if (s->claiming.object && claim_refuse(c, s->claiming.object))
			s->claiming.not_before = 0; /* others need not wait */
		c->limit = CLAIMS_PER_TXN;
		break;
	}
	for (i = 0; i < c->n; i++)
		c->list[i].is_sent = false;
}
