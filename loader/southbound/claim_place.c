// SPDX-License-Identifier: GPL-2.0-only
/* Whether a port that has an interface here is this chassis'. */
#include "southbound/parts.h"

#include <string.h>

enum claim_place claim_requested(const char *requested, const char *name,
				 const char *hostname)
{
	enum claim_place place = CLAIM_MAIN;
	bool is_any = true;
	size_t len;

	for (; requested && *requested; requested += len) {
		len = strcspn(requested, ",");
		if (len &&
		    ((strlen(name) == len && !memcmp(requested, name, len)) ||
		     (strlen(hostname) == len &&
		      !memcmp(requested, hostname, len))))
			return place;
		if (len) {
			is_any = false;
			place = CLAIM_ADDITIONAL;
		}
		len += requested[len] == ',';
	}
	return is_any ? CLAIM_MAIN : CLAIM_NONE;
}

static bool has_version(const struct ovsdb_row *row,
			const struct vswitch_vif *vif)
{
	const char *wanted = ovsdb_map_get(row, "options", "iface-id-ver");

	return !wanted ||
	       (vif->iface_id_ver && !strcmp(wanted, vif->iface_id_ver));
}

static void notice_parent(struct claim *c, const struct ovsdb_row *row)
{
	c->why = "a port with a parent port is not supported";
	if (c->was_noticed)
		return;
	c->was_noticed = true;
	warning("port %s has the parent port %s: ports in ports are not "
		"supported, it stays unbound",
		c->iface_id, ovsdb_string(row, "parent_port", 0));
}

/* A port of type "" with an interface here. */
static enum claim_place vif_place(struct southbound *s, struct claim *c,
				  const struct ovsdb_row *row)
{
	const char *requested =
		ovsdb_map_get(row, "options", "requested-chassis");
	enum claim_place place;

	if (*ovsdb_string(row, "parent_port", 0)) {
		notice_parent(c, row);
		return CLAIM_NONE;
	}
	c->was_noticed = false;
	if (!has_version(row, c->vif)) {
		c->why = "its iface-id-ver is another than the interface's";
		return CLAIM_NONE;
	}
	place = claim_requested(requested, s->name,
				ovsdb_string(s->own, "hostname", 0));
	c->why = place == CLAIM_NONE ?
			 "requested-chassis names another chassis" :
			 "the claim is on its way";
	return place;
}

enum claim_place claim_place(struct southbound *s, struct claim *c,
			     const struct ovsdb_row *row)
{
	memcpy(c->row, ovsdb_row_uuid(row), sizeof(c->row));
	if (!c->vif)
		return CLAIM_NONE;
	if (!*ovsdb_string(row, "type", 0))
		return vif_place(s, c, row);
	c->why = "its type is bound to no interface";
	return CLAIM_NONE;
}
