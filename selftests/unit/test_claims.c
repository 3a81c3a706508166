// SPDX-License-Identifier: GPL-2.0-only
/*
 * Port_Bindings, interfaces and this chassis change at random: a look at the
 * rows that changed finds the same to write, and the same to say of each
 * claim, as a look at all rows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claims_bed.h"

#define N_STEPS 10000
#define N_MANY 10000

static json_t *look(struct southbound *s, bool may_send, size_t *n)
{
	struct ovsdb_txn *txn;
	const char *first = NULL;
	json_t *operations;

	claim_table_set(&s->claims, s->wanted);
	chassis_find(s);
	*n = 0;
	if (!s->own) {
		claims_run(s);
		return json_array();
	}
	txn = may_send ? ovsdb_txn_new(s->client) : NULL;
	claims_follow(s);
	*n = claims_look(s, txn, &first);
	free(s->claiming.object);
	s->claiming.object = strdup(first ? first : "");
	operations = txn ? json_incref(txn->params) : json_array();
	ovsdb_txn_cancel(txn);
	return operations;
}

static void claims_compare(const struct claims *a, const struct claims *b,
			   int step)
{
	size_t i;

	assert_int_equal(a->n, b->n);
	for (i = 0; i < a->n; i++) {
		const struct claim *x = &a->list[i], *y = &b->list[i];

		if (strcmp(x->iface_id, y->iface_id) ||
		    x->is_claimed != y->is_claimed ||
		    x->is_pending != y->is_pending ||
		    x->is_sent != y->is_sent ||
		    strcmp(x->why ? x->why : "", y->why ? y->why : ""))
			fail_msg(
				"step %d: %s: %d %d %d (%s), not %d %d %d (%s)",
				step, x->iface_id, x->is_claimed, x->is_pending,
				x->is_sent, x->why ? x->why : "", y->is_claimed,
				y->is_pending, y->is_sent,
				y->why ? y->why : "");
	}
	assert_true(a->look_at == b->look_at);
}

static void looks_compare(struct bed *b, int step)
{
	json_t *some, *all;
	size_t n;

	changes_follow(&b->changed);
	b->whole.claims.todo.is_whole = true;
	some = look(&b->changed, !b->operations, &n);
	all = look(&b->whole, !b->operations, &b->n);
	if (!json_equal(some, all))
		fail_msg("step %d: %s, not %s", step,
			 json_dumps(some, JSON_COMPACT),
			 json_dumps(all, JSON_COMPACT));
	assert_int_equal(n, b->n);
	claims_compare(&b->changed.claims, &b->whole.claims, step);
	json_decref(some);
	if (!b->operations && n)
		b->operations = json_incref(all);
	json_decref(all);
}

/* Without a clock: what was put off is due only once time passes. */
static void times_set(struct claims *c, bool has_passed)
{
	static const int64_t times[] = {INT64_MAX / 2, 1};
	struct refusal *r;
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->list[i].claimed_at > 1)
			c->list[i].claimed_at = times[has_passed];
	for (r = c->refusals; r; r = r->next)
		if (r->not_before > 1)
			r->not_before = times[has_passed];
}

static void ports_restore(struct bed *b, const struct port *ports)
{
	int i;

	memcpy(b->ports, ports, sizeof(b->ports));
	for (i = 0; i < N_ROWS; i++)
		port_update(b, i);
}

static void answer(struct bed *b)
{
	static const enum ovsdb_txn_result outcomes[] = {OVSDB_TXN_SUCCESS,
							 OVSDB_TXN_SUCCESS,
							 OVSDB_TXN_TRY_AGAIN,
							 OVSDB_TXN_ERROR};
	enum ovsdb_txn_result outcome = outcomes[random() % 4];
	struct port old[N_ROWS];
	bool is_undone = !(random() % 4);
	const json_t *op;
	size_t i;

	memcpy(old, b->ports, sizeof(old));
	json_array_foreach(b->operations, i,
			   op) if (outcome == OVSDB_TXN_SUCCESS)
		operation_apply(b, op);
	/* Another was as fast: the rows have not changed then. */
	if (is_undone)
		ports_restore(b, old);
	claims_done(&b->changed, outcome, b->n);
	claims_done(&b->whole, outcome, b->n);
	json_decref(b->operations);
	b->operations = NULL;
}

static void step(struct bed *b)
{
	bool has_passed = false;

	switch (random() % 16) {
	case 0:
		vif_change(b);
		break;
	case 1:
		installed_change(b);
		break;
	case 2:
		if (!(random() % 8))
			chassis_change(b);
		break;
	case 3:
	case 4:
	case 5:
	case 6:
		if (b->operations)
			answer(b);
		break;
	case 7:
		has_passed = true;
		break;
	default:
		port_change(b);
	}
	times_set(&b->changed.claims, has_passed);
	times_set(&b->whole.claims, has_passed);
}

static void changed_is_whole(void **state)
{
	struct port old[N_ROWS];
	struct bed b;
	int i;

	(void)state;
	srandom(7);
	bed_init(&b);
	for (i = 0; i < N_STEPS; i++) {
		memcpy(old, b.ports, sizeof(old));
		step(&b);
		looks_compare(&b, i);
		/* Now and then what follows the rows has failed, and what was
		 * seen of them may change back. */
		if (random() % 8) {
			ovsdb_client_forget_changes(b.client);
		} else if (random() % 2) {
			ports_restore(&b, old);
			looks_compare(&b, i);
		}
	}
	bed_free(&b);
}

static size_t n_looked(struct bed *b)
{
	size_t n, before = b->changed.claims.n_looked;

	changes_follow(&b->changed);
	json_decref(look(&b->changed, true, &n));
	claims_done(&b->changed, OVSDB_TXN_SUCCESS, n);
	ovsdb_client_forget_changes(b->client);
	return b->changed.claims.n_looked - before;
}

static void one_of_many(void **state)
{
	static const char *const names[] = {"port05"};
	struct bed b;
	char name[16];
	int i;

	(void)state;
	bed_init(&b);
	for (i = 0; i < N_MANY; i++) {
		snprintf(name, sizeof(name), "port%02d", i);
		row_update(&b, "Port_Binding", uuid_text(PORT, i),
			   json_pack("{ssso}", "logical_port", name, "chassis",
				     reference(CHASSIS, OTHER)));
	}
	assert_int_equal(n_looked(&b), N_MANY);
	assert_int_equal(n_looked(&b), 0);
	/* a row */
	b.ports[5] = (struct port){.is_there = true, .name = 5};
	port_update(&b, 5);
	assert_int_equal(n_looked(&b), 1);
	/* an interface, and what is written for it */
	vif_change(&b);
	strcpy(b.vifs[0].iface_id, "port05");
	assert_int_equal(n_looked(&b), 1);
	b.ports[5].chassis = 1 + OWN;
	port_update(&b, 5);
	assert_int_equal(n_looked(&b), 1);
	assert_int_equal(n_looked(&b), 0);
	claim_table_installed(&b.changed.claims, names, 1);
	assert_int_equal(n_looked(&b), 1);
	bed_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changed_is_whole),
		cmocka_unit_test(one_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
