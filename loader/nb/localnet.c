// SPDX-License-Identifier: GPL-2.0-only
/* Ports that lead to a physical network, and what router ports announce
 * there. */
#include "model.h"

#include <errno.h>
#include <net/ethernet.h>
#include <stdlib.h>
#include <string.h>

#define ETHERTYPE_8021AD 0x88a8
#define TAG_MAX 4095

/* northd copies tag_request to tag. */
static int tag_read(const struct ovsdb_row *row, struct nb_lsp *p,
		    struct error *e)
{
	const char *column = ovsdb_size(row, "tag") ? "tag" : "tag_request";
	int64_t tag = ovsdb_integer(row, column, 0);

	if (tag < 0 || tag > TAG_MAX)
		return row_error(row, e,
				 "%s %lld is no VLAN, which are from 1 to %d "
				 "(0: untagged)",
				 column, (long long)tag, TAG_MAX);
	p->tag = tag;
	return 0;
}

int localnet_read(const struct ovsdb_row *row, struct nb_lsp *p, struct nb *nb,
		  struct error *e)
{
	const char *ethtype = ovsdb_map_get(row, "options", "ethtype");
	int err;

	p->tag_type = ETHERTYPE_VLAN;
	if (ethtype && !strcmp(ethtype, "802.1ad")) {
		p->tag_type = ETHERTYPE_8021AD;
	} else if (ethtype && strcmp(ethtype, "802.1q")) {
		err = notice_add(nb, e, 1, p->name,
				 "ethtype that is neither 802.1q nor 802.1ad");
		if (err)
			return err;
	}
	p->learn_fdb = option_boolean(row, "localnet_learn_fdb", false);
	err = tag_read(row, p, e);
	if (!err)
		err = copy_optional(ovsdb_map_get(row, "options",
						  "network_name"),
				    &p->network_name, e);
	if (err || p->network_name)
		return err;
	return notice_add(nb, e, 1, p->name,
			  "localnet port without options:network_name");
}

/* northd takes one "MAC IP..." and nothing of a value that it cannot read. */
static int nat_addresses_read(const char *text, struct nb_lsp *p, struct nb *nb,
			      struct error *e)
{
	static const char resident[] = "is_chassis_resident(";
	const char *rest;
	int err;

	p->nat_addresses = calloc(1, sizeof(p->nat_addresses[0]));
	if (!p->nat_addresses)
		return out_of_memory(e);
	err = parse_address(text, p->nat_addresses, &rest);
	if (err == -ENOMEM)
		return out_of_memory(e);
	p->n_nat_addresses = !err;
	if (!err && !*rest)
		return 0;
	if (!err && !strncmp(rest, resident, strlen(resident)))
		return notice_add(nb, e, 1, p->name,
				  "is_chassis_resident() in nat-addresses");
	return notice_add(nb, e, 1, p->name, "unparsable nat-addresses");
}

int announcements_read(const struct ovsdb_row *row, struct nb_lsp *p,
		       struct nb *nb, struct error *e)
{
	const char *text = ovsdb_map_get(row, "options", "nat-addresses");

	p->excludes_vips =
		option_boolean(row, "exclude-lb-vips-from-garp", false);
	if (!text || !*text)
		return 0;
	p->announces_nat = !strcmp(text, "router");
	return p->announces_nat ? 0 : nat_addresses_read(text, p, nb, e);
}
