// SPDX-License-Identifier: GPL-2.0-only
/*
 * A placement file, for libFuzzer.  What is accepted keeps what placement.h
 * and its errors promise: names that are there and can be printed, each once,
 * and ports on chassis that exist.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/input.h"
#include "nb/placement.h"
#include "utf8.h"

static void check(const struct placement *p)
{
	size_t i, j;

	require(p->n_chassis);
	for (i = 0; i < p->n_chassis; i++) {
		const struct placement_chassis *c = &p->chassis[i];

		require(*c->name && utf8_is_valid(c->name) &&
			utf8_is_valid(c->hostname));
		require(placement_find_chassis(p, c->name) == c);
		require(!*c->hostname ||
			placement_find_chassis(p, c->hostname) == c);
		for (j = 0; j < i; j++)
			require(memcmp(c->encap_ip, p->chassis[j].encap_ip, 4));
	}
	for (i = 0; i < p->n_ports; i++) {
		require(*p->ports[i].lsp && p->ports[i].line);
		require(p->ports[i].chassis < p->n_chassis);
		for (j = 0; j < i; j++)
			require(strcmp(p->ports[i].lsp, p->ports[j].lsp));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = file_start(0);
	struct error e = {""};
	struct placement p;

	file_add(0, data, size);
	if (placement_read_file(path, &p, &e)) {
		error_require(&e);
		return 0;
	}
	check(&p);
	placement_free(&p);
	return 0;
}
