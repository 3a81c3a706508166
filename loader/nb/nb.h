/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The logical network as typed structs, made from the rows of an OVN
 * Northbound database (loader/ovsdb) and read by loader/compile.  Addresses
 * are parsed and checked here; what they mean together (duplicates,
 * overlaps, keys) is the compiler's business.
 *
 * struct nb owns everything below it; nb_free() releases all.
 */
#ifndef XOVN_NB_H
#define XOVN_NB_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "ovsdb/ovsdb.h"
#include "refused.h"

struct nb_ip4 {
	uint8_t addr[4]; /* as written, host part kept */
	uint8_t plen; /* 32 where none was written */
};

struct nb_ip6 {
	uint8_t addr[16];
	uint8_t plen; /* 128 where none was written */
};

/* "MAC IP...", an element of addresses or port_security. */
struct nb_address {
	uint8_t mac[6];
	struct nb_ip4 *ip4;
	size_t n_ip4;
	struct nb_ip6 *ip6;
	size_t n_ip6;
};

enum nb_lsp_type {
	NB_LSP_VIF, /* "" */
	NB_LSP_ROUTER,
	NB_LSP_LOCALNET,
	NB_LSP_OTHER, /* type_name says which */
};

struct nb_lsp {
	char uuid[37];
	char *name;
	enum nb_lsp_type type;
	char *type_name; /* "", "router", "localnet", "localport", ... */
	struct nb_address *addresses; /* of addresses, and dynamic_addresses
				       * where addresses holds "dynamic" */
	size_t n_addresses;
	bool has_unknown; /* addresses holds "unknown" */
	bool has_router; /* addresses holds "router" */
	struct nb_address *port_security;
	size_t n_port_security;
	bool enabled; /* default true */
	bool no_arp_responder; /* options:disable_arp_nd_rsp */
	uint32_t requested_key; /* options:requested-tnl-key, 0: none */
	char *requested_chassis; /* options:requested-chassis, or NULL; the
				  * first of a list */
	char *router_port; /* options:router-port, or NULL */
	/* type localnet */
	char *network_name; /* options:network_name, or NULL */
	uint16_t tag; /* 0: untagged */
	uint16_t tag_type; /* 0x8100, or 0x88a8 (options:ethtype=802.1ad) */
	bool learn_fdb; /* options:localnet_learn_fdb */
	/* type router: announcements on a localnet port of the switch */
	bool announces_nat; /* options:nat-addresses=router */
	bool excludes_vips; /* options:exclude-lb-vips-from-garp */
	struct nb_address *nat_addresses; /* options:nat-addresses="MAC IP..." */
	size_t n_nat_addresses;
};

struct nb_switch {
	char uuid[37];
	char *name;
	uint32_t requested_key; /* other_config:requested-tnl-key */
	struct nb_lsp *ports;
	size_t n_ports;
	uint32_t *lbs; /* indices into nb.lbs, ascending, each once: of
			* load_balancer and load_balancer_group */
	size_t n_lbs;
};

struct nb_lrp {
	char uuid[37];
	char *name;
	uint8_t mac[6];
	struct nb_ip4 *ip4; /* networks */
	size_t n_ip4;
	struct nb_ip6 *ip6;
	size_t n_ip6;
	bool enabled; /* default true */
	bool is_distributed_gateway; /* gateway_chassis or ha_chassis_group */
	uint32_t requested_key; /* options:requested-tnl-key */
	char *peer; /* another LRP, or NULL */
	char *route_table; /* options:route_table, or NULL: main */
};

struct nb_route {
	char uuid[37];
	struct nb_ip4 prefix; /* host bits cleared */
	bool has_nexthop; /* false: discard, or empty (next hop is ip.dst) */
	uint8_t nexthop[4];
	bool discard; /* nexthop = "discard" */
	bool is_src; /* policy src-ip: prefix is the source's */
	char *output_port; /* LRP, or NULL */
	char *route_table; /* or NULL: main */
};

enum nb_nat_type {
	NB_NAT_SNAT,
	NB_NAT_DNAT,
	NB_NAT_DNAT_AND_SNAT,
};

/* allowed_ext_ips, exempted_ext_ips: the addresses of an Address_Set. */
struct nb_ip_set {
	char uuid[37]; /* of the Address_Set; "": none */
	struct nb_ip4 *ip4;
	size_t n_ip4;
};

struct nb_nat {
	char uuid[37];
	enum nb_nat_type type;
	uint8_t external_ip[4];
	struct nb_ip4 logical_ip; /* host bits cleared; /32 but for snat */
	uint16_t port_first; /* external_port_range, 0: none */
	uint16_t port_last;
	bool stateless; /* options:stateless, dnat_and_snat only */
	struct nb_ip_set allowed, exempted;
};

/* options dnat_force_snat_ip, lb_force_snat_ip. */
struct nb_force_snat {
	bool is_router_ip; /* the address of the port it leaves by */
	bool has_ip;
	uint8_t ip[4];
};

struct nb_backend {
	uint8_t ip[4];
	uint16_t port; /* 0: VIP without port */
};

struct nb_vip {
	uint8_t ip[4];
	uint16_t port; /* 0: every protocol and port */
	struct nb_backend *backends;
	size_t n_backends;
};

enum nb_neighbor_responder {
	NB_RESPOND_REACHABLE, /* default */
	NB_RESPOND_ALL,
	NB_RESPOND_NONE,
};

struct nb_lb {
	char uuid[37];
	char *name; /* may be "" */
	uint8_t proto; /* IPPROTO_TCP (default), _UDP, _SCTP */
	struct nb_vip *vips;
	size_t n_vips;
	uint32_t selection_fields; /* enum lb_flag: LB_F_BY_* */
	bool reject, skip_snat, ct_flush;
	bool has_hairpin_ip;
	uint8_t hairpin_snat_ip[4];
	uint32_t affinity_timeout; /* seconds, 0: none */
	enum nb_neighbor_responder neighbor_responder;
};

struct nb_router {
	char uuid[37];
	char *name;
	bool enabled; /* default true */
	char *gateway_chassis; /* options:chassis, or NULL */
	bool always_learn; /* options:always_learn_from_arp_request, default
			    * true */
	bool dynamic_neighbors; /* options:dynamic_neigh_routers, default
				 * false */
	uint32_t requested_key; /* options:requested-tnl-key */
	struct nb_lrp *ports;
	size_t n_ports;
	struct nb_route *routes; /* IPv4, in the order of their uuids; several
				  * of one prefix are ECMP; the rest is in
				  * notices */
	size_t n_routes;
	struct nb_nat *nats; /* IPv4, those xovn honours */
	size_t n_nats;
	uint32_t *lbs; /* as in nb_switch */
	size_t n_lbs;
	struct nb_force_snat dnat_force_snat, lb_force_snat;
	uint32_t neighbor_age; /* options:mac_binding_age_threshold, seconds;
				* 0: never */
};

/* Something the database holds and xovn does not honour yet: one warning a
 * kind, e.g. what "ACL", n 12, example "allow-related rule in sw0". */
struct nb_notice {
	char *what;
	size_t n;
	char *example; /* name of the first object, or NULL */
	/* All objects, each once, with what it has of n; with keeps_rows. */
	struct nb_notice_row {
		char *name;
		size_t n;
	} * rows;
	size_t n_rows;
};

struct nb {
	struct nb_switch *switches;
	size_t n_switches;
	struct nb_router *routers;
	size_t n_routers;
	struct nb_lb *lbs; /* all rows, used or not */
	size_t n_lbs;
	struct nb_notice *notices;
	size_t n_notices;
	bool keeps_rows; /* in notices */
	struct refused refused; /* of a live database */
};

/* What nb_from_ovsdb() reads: the filter for ovsdb_read(). */
extern const struct ovsdb_filter nb_columns[];

/* Builds the model.  Returns 0, -EINVAL (bad value; names row and column) or
 * -ENOMEM.  All strings are copied: the ovsdb may be freed afterwards. */
int nb_from_ovsdb(const struct ovsdb *db, struct nb *nb, struct error *e);
/* The same of a database that is followed: a row with a bad value is left out,
 * and nb->refused says why.  The Southbound database's keys are law, so that
 * nobody asks what NB requests.  0 or -ENOMEM. */
int nb_from_live(const struct ovsdb *db, struct nb *nb, struct error *e);
/* Either of them, with the rows of notices. */
int nb_examine(const struct ovsdb *db, bool is_live, struct nb *nb,
	       struct error *e);
void nb_free(struct nb *nb);

/* Some rows, for a part of the network. */
struct nb_part_switch {
	const struct ovsdb_row *row;
	const struct ovsdb_row **ports; /* all, or those that matter */
	size_t n_ports;
	bool has_lbs;
};

struct nb_part_router {
	const struct ovsdb_row *row;
	bool has_routes;
};

struct nb_part {
	const struct nb_part_switch *switches;
	size_t n_switches;
	const struct nb_part_router *routers;
	size_t n_routers;
};

/* As nb_from_live(); notices are not complete. */
int nb_from_part(const struct ovsdb *db, const struct nb_part *part,
		 struct nb *nb, struct error *e);

#endif /* XOVN_NB_H */
