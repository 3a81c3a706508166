// SPDX-License-Identifier: GPL-2.0-only
#include "vswitch/ports.h"

#include <string.h>

struct numbers {
	uint64_t used[(OFPORT_MAX + 64) / 64];
	int64_t next; /* none is free below it */
};

static bool take(struct numbers *n, int64_t number)
{
	uint64_t bit = 1ull << (number & 63);

	if (number < 1 || number > OFPORT_MAX || n->used[number >> 6] & bit)
		return false;
	n->used[number >> 6] |= bit;
	return true;
}

static int64_t take_free(struct numbers *n)
{
	for (; n->next <= OFPORT_MAX; n->next++)
		if (take(n, n->next))
			return n->next;
	return -1;
}

static const struct ovsdb_row *row_of(const struct ovsdb *db,
				      const struct port *port)
{
	return ovsdb_find(ovsdb_table(db, "Interface"), port->uuid);
}

/* Requests go first, then what a port has or had, so that numbers stay. */
static void number_bridge(struct ports *p, size_t first, const struct ovsdb *db)
{
	struct numbers numbers = {.next = 1};
	bool has_local = false;
	int64_t row, request;
	size_t pass, i;

	for (pass = 0; pass < 4; pass++)
		for (i = first; i < p->n; i++) {
			struct port *port = &p->port[i];

			if (memcmp(port->bridge, p->port[first].bridge, 16) ||
			    port->ofport || !port_works(port))
				continue;
			/* The schema has names once; who sends them twice
			 * gets two ports with numbers of their own. */
			if (port->is_local && !has_local) {
				port->ofport = OFPORT_LOCAL;
				has_local = true;
				continue;
			}
			request = ovsdb_integer(row_of(db, port),
						"ofport_request", 0);
			row = ovsdb_integer(row_of(db, port), "ofport", 0);
			if (pass == 0 && take(&numbers, request))
				port->ofport = request;
			else if (pass == 1 && take(&numbers, row))
				port->ofport = row;
			else if (pass == 2 && take(&numbers, port->ofport_last))
				port->ofport = port->ofport_last;
			else if (pass == 3)
				port->ofport = take_free(&numbers);
		}
}

void ports_number(struct ports *p, const struct ovsdb *db)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		p->port[i].ofport = port_works(&p->port[i]) ? 0 : -1;
	for (i = 0; i < p->n; i++)
		if (!p->port[i].ofport)
			number_bridge(p, i, db);
	for (i = 0; i < p->n; i++)
		if (p->port[i].ofport > 0)
			p->port[i].ofport_last = p->port[i].ofport;
}
