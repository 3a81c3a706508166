// SPDX-License-Identifier: GPL-2.0-only
/* Networks that come from files of selftests/data. */
#include <stdio.h>

#include "network_text.h"

void line_nb(struct reader *r)
{
	char path[512];
	struct ovsdb *db;
	struct error e = {};

	snprintf(path, sizeof(path), "%s/%s", XOVN_TEST_DATA, r->word[1]);
	if (ovsdb_read(path, "OVN_Northbound", nb_columns, &db, &e) ||
	    nb_from_ovsdb(db, &r->n->nb, &e))
		reader_abort(r, e.text);
	ovsdb_free(db);
	for (size_t i = 0; i < r->n->nb.n_switches; i++) {
		struct nb_switch *s = &r->n->nb.switches[i];

		for (size_t j = 0; j < s->n_ports; j++) {
			if (s->ports[j].n_addresses)
				alias_add(r, s->ports[j].name,
					  s->ports[j].addresses[0].mac, NULL);
		}
	}
}

void line_placement(struct reader *r)
{
	struct placement *pl = &r->n->placement;
	uint8_t mac[6] = {0x02, 0xcc};
	char path[512], ip[16];
	struct error e = {};

	snprintf(path, sizeof(path), "%s/%s", XOVN_TEST_DATA, r->word[1]);
	if (placement_read_file(path, pl, &e))
		reader_abort(r, e.text);
	for (size_t i = 0; i < pl->n_chassis; i++) {
		struct placement_chassis *c = &pl->chassis[i];

		memcpy(mac + 2, c->encap_ip, 4);
		snprintf(ip, sizeof(ip), "%d.%d.%d.%d", c->encap_ip[0],
			 c->encap_ip[1], c->encap_ip[2], c->encap_ip[3]);
		alias_add(r, c->name, mac, ip);
		alias_add(r, c->hostname, mac, ip);
	}
}
