// SPDX-License-Identifier: GPL-2.0-only
#include "check/check.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile/compile.h"
#include "sync/iface.h"

#define GROUP "databases"
#define FETCH_MS 3000
/* Rows in a line for people; --json has all. */
#define ROWS_SHOWN 4

struct ovsdb *check_database(struct check *c, const char *topic,
			     const char *from, const struct ovsdb_tls *tls,
			     const char *name,
			     const struct ovsdb_filter *filter)
{
	struct ovsdb *db = NULL;
	const char *version;
	struct error e;
	int err;

	if (ovsdb_is_remote(from))
		err = ovsdb_fetch(from, tls, name, filter, FETCH_MS, &db, &e);
	else
		err = ovsdb_read(from, name, filter, &db, &e);
	if (err) {
		check_add(c, CHECK_ERROR, GROUP, topic, from, NULL, "%s",
			  e.text);
		return NULL;
	}
	version = ovsdb_version(db);
	check_add(c, CHECK_OK, GROUP, topic, from, NULL, "%s%s%s", name,
		  *version ? ", schema " : ", a dump without schema", version);
	return db;
}

static void add_refused(struct check *c, const char *topic,
			const struct refused *r)
{
	for (size_t i = 0; i < r->n_lines; i++)
		check_add(c, CHECK_WARNING, GROUP, topic, NULL,
			  "correct the row", "left out: %s", r->lines[i]);
	if (r->n_more)
		check_add(c, CHECK_WARNING, GROUP, topic, NULL, NULL,
			  "left out: %zu more", r->n_more);
}

static void add_notice(struct check *c, const struct nb_notice *n)
{
	char list[600] = "";
	size_t len = 0, shown = 0;

	while (shown < n->n_rows && shown < ROWS_SHOWN && len < sizeof(list)) {
		const struct nb_notice_row *row = &n->rows[shown];

		len += snprintf(list + len, sizeof(list) - len, "%s%.100s",
				shown++ ? ", " : ": ", row->name);
	}
	if (shown < n->n_rows && len < sizeof(list))
		snprintf(list + len, sizeof(list) - len,
			 " and %zu more rows, which --json has",
			 n->n_rows - shown);
	check_add(c, CHECK_WARNING, "features", "not_honoured", n->what,
		  "see doc/features.md for what stands in its place",
		  "%zu in the NB database, not honoured%s", n->n, list);
}

static void check_nb(struct check *c, const char *from,
		     const struct ovsdb_tls *tls)
{
	struct ovsdb *db = check_database(c, "nb", from, tls, "OVN_Northbound",
					  nb_columns);
	struct error e;

	if (!db)
		return;
	if (nb_examine(db, c->options->db, &c->nb, &e)) {
		check_add(c, CHECK_ERROR, GROUP, "nb", from,
			  "correct the row, ovn-nbctl can",
			  "a load would refuse it: %s", e.text);
		ovsdb_free(db);
		return;
	}
	c->has_nb = true;
	add_refused(c, "nb", &c->nb.refused);
	for (size_t i = 0; i < c->nb.n_notices; i++)
		add_notice(c, &c->nb.notices[i]);
	if (!c->nb.n_notices)
		check_add(c, CHECK_OK, "features", "not_honoured", NULL, NULL,
			  "the NB database uses nothing that xovn lacks");
	ovsdb_free(db);
}

static void check_sb(struct check *c, const char *from,
		     const struct ovsdb_tls *tls)
{
	struct ovsdb *db = check_database(c, "sb", from, tls, "OVN_Southbound",
					  placement_sb_columns);
	struct error e;
	int err;

	if (!db)
		return;
	c->has_southbound = true;
	err = c->options->db ?
		      placement_read_live(db, NULL, &c->placement, &e) :
		      placement_read_sb(db, &c->placement, &e);
	if (err)
		check_add(c, CHECK_ERROR, GROUP, "sb", from, NULL, "%s",
			  e.text);
	else
		c->has_placement = true;
	if (!err && c->placement.n_skipped)
		check_add(c, CHECK_WARNING, GROUP, "sb", NULL,
			  "ovn-northd makes them anew where the NB is right",
			  "%zu rows cannot be used, such as: %s",
			  c->placement.n_skipped,
			  c->placement.skipped ? c->placement.skipped : "");
	ovsdb_free(db);
}

static void check_placement(struct check *c)
{
	const char *file = c->options->placement;
	struct error e;

	if (!file)
		return;
	if (placement_read_file(file, &c->placement, &e)) {
		check_add(c, CHECK_ERROR, GROUP, "placement", file, NULL, "%s",
			  e.text);
		return;
	}
	c->has_placement = true;
	check_add(c, CHECK_OK, GROUP, "placement", file, NULL,
		  "%zu chassis, %zu ports", c->placement.n_chassis,
		  c->placement.n_ports);
}

void check_encap_ip(struct check *c, const uint8_t ip[4], const char *source)
{
	uint32_t preferred = 0, owner = 0;
	const char *underlay = NULL;
	char text[16], name[IFNAMSIZ] = "?";

	snprintf(text, sizeof(text), "%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
	for (size_t i = 0; i < c->options->n_nics; i++)
		if (!c->options->nics[i].network[0])
			underlay = c->options->nics[i].ifname;
	if (underlay)
		preferred = if_nametoindex(underlay);
	if (iface_with_address(&c->nl, ip, preferred, &owner))
		return;
	if (owner)
		if_indextoname(owner, name);
	if (!owner)
		check_add(c, CHECK_ERROR, "chassis", "encap_ip", text,
			  "ip address add ADDRESS/PREFIX dev UNDERLAY, or "
			  "correct what says so",
			  "the chassis' tunnel address by %s is on no "
			  "interface here",
			  source);
	else if (preferred && owner != preferred)
		check_add(c, CHECK_WARNING, "chassis", "encap_ip", text,
			  "the routes to the other chassis must go over the "
			  "underlay; else make the other one the underlay",
			  "the chassis' tunnel address is on %s, not on the "
			  "underlay %s",
			  name, underlay);
	else
		check_add(c, CHECK_OK, "chassis", "encap_ip", text, NULL,
			  "the chassis' tunnel address is on %s", name);
}

static void names_known(const struct placement *p, char *list, size_t size)
{
	size_t len = 0;

	list[0] = '\0';
	for (size_t i = 0; i < p->n_chassis && len < size; i++)
		len += snprintf(list + len, size - len, "%s%.64s",
				i ? ", " : "",
				p->chassis[i].hostname[0] ?
					p->chassis[i].hostname :
					p->chassis[i].name);
}

/* Who else has this address: both would get the other's packets. */
static void check_rivals(struct check *c, const char *name)
{
	const struct placement *p = &c->placement;

	for (size_t i = 0; i < p->n_chassis; i++)
		if (strcmp(p->chassis[i].name, name) &&
		    !memcmp(p->chassis[i].encap_ip, c->encap_ip, 4))
			check_add(c, CHECK_ERROR, "chassis", "encap_ip",
				  p->chassis[i].name,
				  "ovn-sbctl chassis-del, where that chassis "
				  "is a former name of this host",
				  "another chassis has this host's tunnel "
				  "address");
}

static void check_chassis(struct check *c)
{
	const struct placement_chassis *found;
	const char *name = c->options->chassis;
	char list[400];

	if (!name)
		name = c->settings.system_id;
	if (!name) {
		if (c->options->nb)
			check_add(c, CHECK_WARNING, "chassis", "chassis", NULL,
				  "give --chassis NAME",
				  "which chassis this host is was not said, so "
				  "that it is not looked for");
		return;
	}
	found = placement_find_chassis(&c->placement, name);
	if (found && !c->options->db) {
		check_add(c, CHECK_OK, "chassis", "chassis", name, NULL,
			  "is known");
		memcpy(c->encap_ip, found->encap_ip, 4);
		c->has_encap_ip = true;
		check_encap_ip(c, c->encap_ip,
			       c->has_southbound ? "the SB database" :
						   "the placement");
	} else if (c->options->db) {
		check_add(c, CHECK_OK, "chassis", "chassis", name, NULL,
			  found ? "has a row in the SB database" :
				  "has no row in the SB database yet: the "
				  "agent makes one");
		if (c->has_encap_ip) {
			check_encap_ip(c, c->encap_ip, "conf.db");
			check_rivals(c, name);
		}
	} else if (c->has_placement) {
		names_known(&c->placement, list, sizeof(list));
		check_add(c, CHECK_ERROR, "chassis", "chassis", name,
			  "correct --chassis, or add it there",
			  "no such chassis in the %s; there are: %s",
			  c->has_southbound ? "SB database" : "placement",
			  list);
	}
}

/* What a load would say, with nothing attached or bound. */
static void try_compile(struct check *c)
{
	const struct compile_input in = {
		.nb = &c->nb,
		.placement = &c->placement,
		.chassis = c->options->chassis,
	};
	struct compile_output out;
	struct error e;

	if (!c->has_nb || !c->has_placement || !c->options->chassis ||
	    c->options->db ||
	    !placement_find_chassis(&c->placement, c->options->chassis))
		return;
	if (compile(&in, &out, &e)) {
		check_add(c, CHECK_ERROR, GROUP, "network", NULL, NULL,
			  "a load would refuse it: %s", e.text);
		return;
	}
	for (size_t i = 0; i < out.n_notes; i++)
		check_add(c, CHECK_WARNING, GROUP, "network", NULL, NULL, "%s",
			  out.notes[i]);
	compile_output_free(&out);
}

static bool has_network(const struct nb *nb, const char *network)
{
	char stored[XOVN_NAME_LEN];

	for (size_t i = 0; i < nb->n_switches; i++)
		for (size_t j = 0; j < nb->switches[i].n_ports; j++) {
			const struct nb_lsp *p = &nb->switches[i].ports[j];

			if (p->type != NB_LSP_LOCALNET || !p->network_name)
				continue;
			name_store(stored, p->network_name);
			if (!strcmp(stored, network))
				return true;
		}
	return false;
}

static void check_networks(struct check *c)
{
	for (size_t i = 0; c->has_nb && i < c->options->n_nics; i++) {
		const struct check_nic *nic = &c->options->nics[i];

		if (nic->network[0] && !has_network(&c->nb, nic->network))
			check_add(c,
				  c->options->db ? CHECK_WARNING : CHECK_ERROR,
				  GROUP, "localnet", nic->network,
				  "lsp-set-type PORT localnet and "
				  "lsp-set-options PORT network_name=NETWORK",
				  "the NB has no localnet port of this "
				  "network, which %s is to be",
				  nic->ifname);
	}
}

void check_databases(struct check *c)
{
	const struct check_options *o = c->options;
	const struct vswitch_settings *s = &c->settings;
	const char *nb = o->nb ? o->nb : s->nb_remote;
	const char *sb = o->sb ? o->sb : s->remote;

	/* Servers that conf.db names are reached by its table SSL. */
	if (nb)
		check_nb(c, nb, o->nb ? &o->tls : &s->tls);
	if (o->placement)
		check_placement(c);
	else if (sb)
		check_sb(c, sb, o->sb ? &o->tls : &s->tls);
	check_chassis(c);
	check_networks(c);
	try_compile(c);
}
