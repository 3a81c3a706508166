// SPDX-License-Identifier: GPL-2.0-only
#include "sync/counters.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Who has an entry of the map. */
enum use {
	USE_FREE,
	USE_PRESENT, /* as the kernel's maps say, perhaps for the last time */
	USE_WANTED,
	USE_COUNT,
};

/* A kind of object that is counted. */
struct countable {
	enum image_table_id id;
	uint32_t size; /* entries behind its number */
	size_t offset; /* of the number, in the value */
	bool (*is_counted)(const void *val, uint32_t own_chassis);
	/* Still what it was: it keeps its number, and so what was counted. */
	bool (*is_same)(const void *old, const void *val);
};

struct alignment {
	const struct image *present;
	struct image *want;
	uint32_t own_chassis;
	uint32_t n_entries;
	uint32_t next; /* where the search goes on */
	uint8_t *use; /* enum use, n_entries */
	/* No block of so many entries is left where enum use is lower. */
	bool is_full[USE_COUNT][COUNTER_RULE_SIZE + 1];
	uint32_t *fresh;
	size_t n_fresh, capacity;
	size_t n_without;
};

static bool port_is_counted(const void *val, uint32_t own_chassis)
{
	const struct port_val *v = val;

	return v->chassis == own_chassis &&
	       (v->kind == PORT_VIF || v->kind == PORT_LOCALNET);
}

static bool port_is_same(const void *old, const void *val)
{
	const struct port_val *x = old, *y = val;

	return !strcmp(x->name, y->name);
}

/* The others forward nothing: a group's members do, and what is for the
 * router or to be discarded leaves by no route. */
static bool route_is_counted(const void *val, uint32_t own_chassis)
{
	const struct route_val *v = val;

	(void)own_chassis;
	return v->kind == ROUTE_CONNECTED || v->kind == ROUTE_STATIC;
}

static bool route_is_same(const void *old, const void *val)
{
	const struct route_val *x = old, *y = val;

	return x->kind == y->kind && x->port == y->port &&
	       !memcmp(x->nexthop, y->nexthop, sizeof(x->nexthop));
}

static bool nat_is_counted(const void *val, uint32_t own_chassis)
{
	const struct nat_val *v = val;

	(void)own_chassis;
	return v->flags & NAT_F_DNAT;
}

static bool nat_is_same(const void *old, const void *val)
{
	const struct nat_val *x = old, *y = val;

	return !memcmp(x->logical_ip, y->logical_ip, sizeof(x->logical_ip));
}

static bool is_counted(const void *val, uint32_t own_chassis)
{
	(void)val;
	(void)own_chassis;
	return true;
}

static bool snat_is_same(const void *old, const void *val)
{
	const struct snat_val *x = old, *y = val;

	return !memcmp(x->external_ip, y->external_ip, sizeof(x->external_ip));
}

static bool lb_is_same(const void *old, const void *val)
{
	const struct lb_val *x = old, *y = val;

	return !strcmp(x->name, y->name);
}

/* Where there are too few numbers the first of these get them. */
static const struct countable countables[] = {
	{IMAGE_PORT, COUNTER_PORT_SIZE, offsetof(struct port_val, counter),
	 port_is_counted, port_is_same},
	{IMAGE_LB, COUNTER_RULE_SIZE, offsetof(struct lb_val, counter),
	 is_counted, lb_is_same},
	{IMAGE_NAT, COUNTER_RULE_SIZE, offsetof(struct nat_val, counter),
	 nat_is_counted, nat_is_same},
	{IMAGE_SNAT, COUNTER_RULE_SIZE, offsetof(struct snat_val, counter),
	 is_counted, snat_is_same},
	{IMAGE_ROUTE, COUNTER_ROUTE_SIZE, offsetof(struct route_val, counter),
	 route_is_counted, route_is_same},
	{IMAGE_ROUTE_SRC, COUNTER_ROUTE_SIZE,
	 offsetof(struct route_val, counter), route_is_counted, route_is_same},
	{IMAGE_ECMP, COUNTER_ROUTE_SIZE, offsetof(struct route_val, counter),
	 route_is_counted, route_is_same},
};

#define N_COUNTABLES (sizeof(countables) / sizeof(countables[0]))

static uint32_t *number_of(const struct countable *c, const void *val)
{
	return (uint32_t *)((uint8_t *)val + c->offset);
}

static bool block_is_valid(const struct alignment *a, uint32_t number,
			   uint32_t size)
{
	return number >= COUNTER_FIRST && number < a->n_entries &&
	       size <= a->n_entries - number;
}

static bool block_is_below(const struct alignment *a, uint32_t number,
			   uint32_t size, enum use limit)
{
	for (uint32_t i = 0; i < size; i++)
		if (a->use[number + i] >= limit)
			return false;
	return true;
}

/* The members of a group stand in the order of their next hops, so that one
 * more moves those behind it: a member is found by what it is. */
static const void *present_member(const struct alignment *a,
				  const struct ecmp_key *wanted,
				  const struct route_val *val)
{
	struct ecmp_key key = *wanted;
	const void *old = image_find(a->present, IMAGE_ECMP, &key);

	if (old && route_is_same(old, val))
		return old;
	for (key.index = 0; (old = image_find(a->present, IMAGE_ECMP, &key));
	     key.index++)
		if (route_is_same(old, val))
			return old;
	return NULL;
}

static const void *present_object(const struct alignment *a,
				  const struct countable *c, const void *key,
				  const void *val)
{
	const void *old;

	if (c->id == IMAGE_ECMP)
		return present_member(a, key, val);
	old = image_find(a->present, c->id, key);
	return old && c->is_same(old, val) ? old : NULL;
}

/* Where an image has its numbers: to is their use from now on, but only where
 * that was from (USE_COUNT: whatever it was). */
static void mark(struct alignment *a, const struct image *img, enum use from,
		 enum use to)
{
	for (size_t k = 0; k < N_COUNTABLES; k++) {
		const struct countable *c = &countables[k];
		const struct image_table *t = &img->table[c->id];

		for (size_t i = 0; i < t->n; i++) {
			uint32_t number =
				*number_of(c, image_entry(t, i) + t->key_size);

			if (block_is_valid(a, number, c->size) &&
			    (from == USE_COUNT || a->use[number] == from))
				memset(a->use + number, to, c->size);
		}
	}
}

/* Two may claim one block: a load was killed before it could delete what had
 * it before. */
static void keep_numbers(struct alignment *a, const struct countable *c)
{
	const struct image_table *t = &a->want->table[c->id];

	for (size_t i = 0; i < t->n; i++) {
		uint8_t *key = image_entry(t, i), *val = key + t->key_size;
		uint32_t *number = number_of(c, val), present = 0;
		const void *old;

		*number = 0;
		if (!c->is_counted(val, a->own_chassis))
			continue;
		old = present_object(a, c, key, val);
		if (old)
			present = *number_of(c, old);
		if (!block_is_valid(a, present, c->size) ||
		    !block_is_below(a, present, c->size, USE_WANTED))
			continue;
		memset(a->use + present, USE_WANTED, c->size);
		*number = present;
	}
}

static int note_fresh(struct alignment *a, uint32_t number, uint32_t size)
{
	if (a->n_fresh + size > a->capacity) {
		size_t capacity = a->capacity ? 2 * a->capacity : 64;
		void *p = reallocarray(a->fresh, capacity, sizeof(*a->fresh));

		if (!p)
			return -ENOMEM;
		a->fresh = p;
		a->capacity = capacity;
	}
	for (uint32_t i = 0; i < size; i++)
		a->fresh[a->n_fresh++] = number + i;
	return 0;
}

/* A block whose entries are used for less than the limit, or 0.  Blocks of two
 * begin at even places and those of three at every fourth, so that what is
 * between them has room for others. */
static uint32_t find_block(struct alignment *a, uint32_t size, enum use limit)
{
	uint32_t step = size > 2 ? 4 : size, n, first;

	if (a->n_entries < COUNTER_FIRST + size || a->is_full[limit][size])
		return 0;
	n = (a->n_entries - COUNTER_FIRST - size) / step + 1;
	first = a->next > COUNTER_FIRST ?
			(a->next - COUNTER_FIRST + step - 1) / step :
			0;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t number = COUNTER_FIRST + (first + i) % n * step;

		if (block_is_below(a, number, size, limit)) {
			a->next = number + size;
			return number;
		}
	}
	a->is_full[limit][size] = true;
	return 0;
}

static int give_numbers(struct alignment *a, const struct countable *c)
{
	const struct image_table *t = &a->want->table[c->id];
	int err = 0;

	for (size_t i = 0; i < t->n && !err; i++) {
		uint8_t *key = image_entry(t, i), *val = key + t->key_size;
		uint32_t *number = number_of(c, val);

		if (*number || !c->is_counted(val, a->own_chassis))
			continue;
		*number = find_block(a, c->size, USE_PRESENT);
		if (!*number) /* what goes with this load makes room */
			*number = find_block(a, c->size, USE_WANTED);
		if (!*number) {
			a->n_without++;
			continue;
		}
		memset(a->use + *number, USE_WANTED, c->size);
		err = note_fresh(a, *number, c->size);
	}
	return err;
}

/* Interfaces say the number of their port. */
static void copy_to_interfaces(struct image *want)
{
	const struct image_table *t = &want->table[IMAGE_VIF];

	for (size_t i = 0; i < t->n; i++) {
		struct vif_val *v = (void *)(image_entry(t, i) + t->key_size);
		struct port_key key = {v->datapath, v->port};
		const struct port_val *port =
			image_find(want, IMAGE_PORT, &key);

		v->counter = port ? port->counter : 0;
	}
	t = &want->table[IMAGE_LOCALNET];
	for (size_t i = 0; i < t->n; i++) {
		struct localnet_val *v =
			(void *)(image_entry(t, i) + t->key_size);
		struct port_key key = {v->datapath, v->port};
		const struct port_val *port =
			image_find(want, IMAGE_PORT, &key);

		v->counter = port ? port->counter : 0;
	}
}

uint8_t *counters_use(const struct image *img, uint32_t n_entries)
{
	struct alignment a = {.n_entries = n_entries};

	a.use = calloc(n_entries + 1, sizeof(*a.use));
	if (a.use)
		mark(&a, img, USE_COUNT, USE_WANTED);
	return a.use;
}

int counters_align(const struct image *present, struct image *want,
		   uint32_t own_chassis, uint32_t n_entries, uint8_t *use,
		   uint32_t *next, uint32_t **fresh, size_t *n_fresh,
		   size_t *n_without)
{
	struct alignment a = {.present = present,
			      .want = want,
			      .own_chassis = own_chassis,
			      .n_entries = n_entries,
			      .next = *next};
	int err = 0;

	*fresh = NULL;
	*n_fresh = *n_without = 0;
	a.use = use ? use : counters_use(present, n_entries);
	if (!a.use)
		return -ENOMEM;
	mark(&a, present, USE_WANTED, USE_PRESENT);
	for (size_t i = 0; i < N_COUNTABLES; i++)
		keep_numbers(&a, &countables[i]);
	for (size_t i = 0; i < N_COUNTABLES && !err; i++)
		err = give_numbers(&a, &countables[i]);
	copy_to_interfaces(want);
	mark(&a, present, USE_PRESENT, USE_FREE);
	if (!use)
		free(a.use);
	if (err) {
		free(a.fresh);
		return err;
	}
	*next = a.next;
	*fresh = a.fresh;
	*n_fresh = a.n_fresh;
	*n_without = a.n_without;
	return 0;
}

size_t counters_in_use(const struct image *img)
{
	size_t n = 0;

	for (size_t c = 0; c < N_COUNTABLES; c++) {
		const struct image_table *t = &img->table[countables[c].id];

		for (size_t i = 0; i < t->n; i++)
			if (*number_of(&countables[c],
				       image_entry(t, i) + t->key_size))
				n += countables[c].size;
	}
	return n;
}
