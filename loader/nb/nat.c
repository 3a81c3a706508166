// SPDX-License-Identifier: GPL-2.0-only
/* Rows of NAT: those that xovn honours; the others become notices. */
#include "model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int nat_error(const struct nb_nat *nat, const char *router,
		     const char *column, const char *value, const char *cause,
		     struct error *e)
{
	return error_set(e, EINVAL,
			 "NAT %s of router %.200s: %s \"%.100s\" is %s",
			 nat->uuid, router, column, value, cause);
}

/* NULL: it is honoured. */
static const char *kind_unsupported(const struct ovsdb_row *row)
{
	struct nb_ip6 ip6;

	if (!parse_ip6(ovsdb_string(row, "external_ip", 0), &ip6))
		return "IPv6 NAT";
	if (*ovsdb_string(row, "match", 0))
		return "NAT with a match";
	/* northd: not applied. */
	if (ovsdb_size(row, "allowed_ext_ips") &&
	    ovsdb_size(row, "exempted_ext_ips"))
		return "NAT with both allowed_ext_ips and exempted_ext_ips";
	/* Only a distributed gateway port may stand there. */
	if (ovsdb_size(row, "gateway_port"))
		return "NAT with a gateway_port";
	return NULL;
}

static int type_read(const struct ovsdb_row *row, const char *router,
		     struct nb_nat *nat, struct error *e)
{
	static const char *const names[] = {
		[NB_NAT_SNAT] = "snat",
		[NB_NAT_DNAT] = "dnat",
		[NB_NAT_DNAT_AND_SNAT] = "dnat_and_snat",
	};
	const char *type = ovsdb_string(row, "type", 0);
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(type, names[i])) {
			nat->type = i;
			return 0;
		}
	}
	return nat_error(nat, router, "type", type,
			 "none of snat, dnat, dnat_and_snat", e);
}

static int ips_read(const struct ovsdb_row *row, const char *router,
		    struct nb_nat *nat, struct error *e)
{
	const char *external = ovsdb_string(row, "external_ip", 0);
	const char *logical = ovsdb_string(row, "logical_ip", 0);
	struct nb_ip4 ip;

	if (parse_ip4(external, &ip) || ip.plen != 32)
		return nat_error(nat, router, "external_ip", external,
				 "no address; write one, as in 192.0.2.1", e);
	memcpy(nat->external_ip, ip.addr, sizeof(nat->external_ip));
	if (parse_ip4(logical, &nat->logical_ip))
		return nat_error(nat, router, "logical_ip", logical,
				 nat->type == NB_NAT_SNAT ?
					 "no network; write one, as in "
					 "10.0.0.0/24" :
					 "no address; write one, as in "
					 "10.0.0.1",
				 e);
	if (nat->type != NB_NAT_SNAT && nat->logical_ip.plen != 32)
		return nat_error(nat, router, "logical_ip", logical,
				 "a network, which only snat may have; write "
				 "an address, as in 10.0.0.1",
				 e);
	ip4_host_bits_clear(&nat->logical_ip);
	return 0;
}

/* "LOW-HIGH" or "LOW". */
static int ports_read(const struct ovsdb_row *row, const char *router,
		      struct nb_nat *nat, struct error *e)
{
	const char *text = ovsdb_string(row, "external_port_range", 0);
	size_t n = strcspn(text, "-");
	uint32_t first = 0, last = 0;
	char low[8] = "";

	if (!*text)
		return 0;
	if (n < sizeof(low))
		memcpy(low, text, n);
	if (parse_number(low, UINT16_MAX, &first) ||
	    parse_number(text[n] ? text + n + 1 : low, UINT16_MAX, &last) ||
	    !first || last < first)
		return nat_error(nat, router, "external_port_range", text,
				 "no range of ports from 1 to 65535, as in "
				 "1024-65535",
				 e);
	nat->port_first = first;
	nat->port_last = last;
	return 0;
}

/* What a set holds beside IPv4 matches no IPv4 packet; OVN's expressions do
 * not take a prefix with host bits either. */
static int set_element_read(const char *text, const char *name,
			    struct nb_ip_set *set, struct nb *nb,
			    struct error *e)
{
	struct nb_ip4 *ip = &set->ip4[set->n_ip4], masked;

	if (!parse_ip4(text, ip)) {
		masked = *ip;
		ip4_host_bits_clear(&masked);
		if (!memcmp(&masked, ip, sizeof(masked))) {
			set->n_ip4++;
			return 0;
		}
	}
	return notice_add(nb, e, 1, name,
			  "element of a NAT's Address_Set that is no IPv4 "
			  "address or prefix");
}

static int set_read(const struct ovsdb *db, const struct ovsdb_row *row,
		    const char *column, const char *router, struct nb_nat *nat,
		    struct nb_ip_set *set, struct nb *nb, struct error *e)
{
	const uint8_t *uuid = ovsdb_uuid(row, column, 0);
	const struct ovsdb_row *addresses;
	size_t i, n;
	int err = 0;

	if (!uuid)
		return 0;
	addresses = ovsdb_find(ovsdb_table(db, "Address_Set"), uuid);
	if (!addresses)
		return error_set(e, EINVAL,
				 "NAT %s of router %.200s: the row of its %s "
				 "is missing; take a fresh ovsdb-client backup",
				 nat->uuid, router, column);
	ovsdb_uuid_format(uuid, set->uuid);
	n = ovsdb_size(addresses, "addresses");
	set->ip4 = calloc(n ? n : 1, sizeof(set->ip4[0]));
	if (!set->ip4)
		return out_of_memory(e);
	for (i = 0; i < n && !err; i++)
		err = set_element_read(ovsdb_string(addresses, "addresses", i),
				       ovsdb_string(addresses, "name", 0), set,
				       nb, e);
	return err;
}

static int nat_read(const struct ovsdb *db, const struct ovsdb_row *row,
		    const char *router, struct nb_nat *nat, struct nb *nb,
		    struct error *e)
{
	const char *stateless = ovsdb_map_get(row, "options", "stateless");
	int err;

	ovsdb_uuid_format(ovsdb_row_uuid(row), nat->uuid);
	err = type_read(row, router, nat, e);
	if (!err)
		err = ips_read(row, router, nat, e);
	if (!err)
		err = ports_read(row, router, nat, e);
	nat->stateless = nat->type == NB_NAT_DNAT_AND_SNAT && stateless &&
			 !strcmp(stateless, "true");
	if (!err)
		err = set_read(db, row, "allowed_ext_ips", router, nat,
			       &nat->allowed, nb, e);
	if (!err)
		err = set_read(db, row, "exempted_ext_ips", router, nat,
			       &nat->exempted, nb, e);
	return err ? err : unsupported_nat(row, router, nb, e);
}

static void nat_free(struct nb_nat *nat)
{
	free(nat->allowed.ip4);
	free(nat->exempted.ip4);
}

int nats_read(const struct ovsdb *db, const struct ovsdb_row *row,
	      struct nb_router *r, struct nb *nb, struct error *e)
{
	const struct ovsdb_table *t = ovsdb_table(db, "NAT");
	size_t i, n = ovsdb_size(row, "nat");
	const struct ovsdb_row *nat;
	const char *unsupported;
	char example[256];
	struct nb_nat *to;
	int err = 0;

	r->nats = calloc(n ? n : 1, sizeof(r->nats[0]));
	if (!r->nats)
		return out_of_memory(e);
	for (i = 0; i < n && !err; i++) {
		nat = ovsdb_find(t, ovsdb_uuid(row, "nat", i));
		if (!nat) {
			err = row_error(row, e,
					"a row of its nat is missing; take a "
					"fresh ovsdb-client backup");
			row_is_refused(nb, &err, e);
			continue;
		}
		unsupported = kind_unsupported(nat);
		if (unsupported) {
			snprintf(example, sizeof(example), "%s in router %s",
				 ovsdb_string(nat, "external_ip", 0), r->name);
			err = notice_add(nb, e, 1, example, "%s", unsupported);
			continue;
		}
		/* before, so that half a row is freed */
		to = &r->nats[r->n_nats++];
		err = nat_read(db, nat, r->name, to, nb, e);
		if (row_is_refused(nb, &err, e)) {
			nat_free(to);
			memset(to, 0, sizeof(*to));
			r->n_nats--;
		}
	}
	return err;
}

void nats_free(struct nb_router *r)
{
	size_t i;

	for (i = 0; i < r->n_nats; i++)
		nat_free(&r->nats[i]);
	free(r->nats);
}
