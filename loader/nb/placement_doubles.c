// SPDX-License-Identifier: GPL-2.0-only
/* Two rows with one tunnel key: the schema forbids them, another schema may
 * not. */
#include "placement_doubles.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int placement_skip(struct placement *p, struct error *e)
{
	p->n_skipped++;
	if (!p->skipped)
		p->skipped = strdup(e->text);
	return p->skipped ?
		       1 :
		       error_set(e, ENOMEM, "out of memory for the placement");
}

static bool is_same(const struct placement_key *a,
		    const struct placement_key *b)
{
	return a->datapath_key == b->datapath_key && a->port_key == b->port_key;
}

static int compare_key(const void *a, const void *b)
{
	const struct placement_key *const *x = a, *const *y = b;

	if ((*x)->datapath_key != (*y)->datapath_key)
		return (*x)->datapath_key < (*y)->datapath_key ? -1 : 1;
	if ((*x)->port_key != (*y)->port_key)
		return (*x)->port_key < (*y)->port_key ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

static int refuse(struct placement *p, struct placement_key *k,
		  const struct placement_key *winner, bool is_told,
		  struct error *e)
{
	if (k == winner)
		return 0;
	k->is_double = true;
	p->n_doubles++;
	if (is_told)
		return 0;
	error_set(e, EINVAL,
		  "%s %.200s: it has the tunnel_key of %.200s, %u; let "
		  "ovn-northd repair it",
		  k->port_key ? "Port_Binding" : "Datapath_Binding", k->name,
		  winner->name, k->port_key ? k->port_key : k->datapath_key);
	return placement_skip(p, e) < 0 ? -ENOMEM : 0;
}

/* Of n keys that are alike; is_told: because their datapaths are. */
static int choose(struct placement *p, struct placement_key **keys, size_t n,
		  const struct placement_holders *holders, bool is_told,
		  struct error *e)
{
	const struct placement_key *winner = keys[0];
	int err = 0;

	for (size_t i = 0; n > 1 && holders && i < n; i++)
		if (holders->holds(holders->arg, keys[i])) {
			winner = keys[i];
			break;
		}
	for (size_t i = 0; i < n && !err; i++)
		err = refuse(p, keys[i], winner, is_told, e);
	return err;
}

static int move_doubles(struct placement *p, struct error *e)
{
	size_t n = 0, kept = 0;

	p->doubles = calloc(p->n_doubles + 1, sizeof(*p->doubles));
	if (!p->doubles) {
		p->n_doubles = 0;
		return error_set(e, ENOMEM, "out of memory for the placement");
	}
	for (size_t i = 0; i < p->n_keys; i++) {
		if (p->keys[i].is_double)
			p->doubles[n++] = p->keys[i];
		else
			p->keys[kept++] = p->keys[i];
	}
	p->n_keys = kept;
	return 0;
}

int placement_drop_doubles(struct placement *p,
			   const struct placement_holders *holders,
			   struct error *e)
{
	struct placement_key **sorted = calloc(p->n_keys + 1, sizeof(*sorted));
	uint32_t doubled = 0; /* datapath, which stands before its ports */
	size_t n;
	int err = 0;

	if (!sorted)
		return error_set(e, ENOMEM, "out of memory for the placement");
	for (size_t i = 0; i < p->n_keys; i++)
		sorted[i] = &p->keys[i];
	qsort(sorted, p->n_keys, sizeof(*sorted), compare_key);
	for (size_t i = 0; i < p->n_keys && !err; i += n) {
		n = 1;
		while (i + n < p->n_keys && is_same(sorted[i], sorted[i + n]))
			n++;
		err = choose(p, &sorted[i], n, holders,
			     sorted[i]->port_key &&
				     sorted[i]->datapath_key == doubled,
			     e);
		if (n > 1 && !sorted[i]->port_key)
			doubled = sorted[i]->datapath_key;
	}
	free(sorted);
	return err ? err : move_doubles(p, e);
}
