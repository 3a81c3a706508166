/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the loader reads of OVN's databases, for scripts/features.sh: lines
 *
 *   read TABLE COLUMN           a column of the Northbound database
 *   notice TABLE COLUMN WHAT    ... of which only a notice is made
 *   key TABLE COLUMN KEY VALUE  a key without a notice: with that value only,
 *                               or with any (*)
 *   load TABLE COLUMN           of the Southbound database, by xovn load
 *   agent TABLE COLUMN          ... by xovn agent
 */
#include <stdio.h>

#include "engine/engine.h"
#include "nb/model.h"
#include "nb/placement.h"

static void print_filter(const char *word, const struct ovsdb_filter *filter)
{
	for (; filter->table; filter++)
		for (const struct ovsdb_column *c = filter->columns; c->name;
		     c++)
			printf("%s %s %s\n", word, filter->table, c->name);
}

static void print_kind(const struct unsupported_kind *kind)
{
	for (const struct unsupported_column *c = kind->columns; c->column; c++)
		printf("notice %s %s %s\n", kind->table, c->column, c->what);
	for (const struct harmless_key *k = kind->harmless; k->key; k++)
		printf("key %s %s %s %s\n", kind->table, kind->options, k->key,
		       k->value ? *k->value ? k->value : "\"\"" : "*");
}

int main(void)
{
	print_filter("read", nb_columns);
	for (int i = 0; i < UNSUPPORTED_COUNT; i++)
		print_kind(&unsupported_kinds[i]);
	print_filter("load", placement_sb_columns);
	print_filter("agent", engine_sb_filter);
	return 0;
}
