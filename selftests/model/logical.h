/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The logical network of the model: rows refer to each other by number, -1:
 * none.  IPv4 addresses and ports are in host order.
 */
#ifndef SELFTESTS_MODEL_LOGICAL_H
#define SELFTESTS_MODEL_LOGICAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define N_CHASSIS 3
#define SWITCHES_MAX 8
#define LSPS_MAX 48
#define ROUTERS_MAX 4
#define LRPS_MAX 20
#define ROUTES_MAX 24
#define BOUND_MAX 10 /* guests of one chassis with an interface */
#define NATS_MAX 16
#define SETS_MAX 3
#define SET_NETS 3
#define LBS_MAX 8
#define BACKENDS_MAX 3
#define OUTSIDERS 3 /* hosts of the physical network */
#define NAME_LEN 24

struct net4 {
	uint32_t ip;
	uint8_t plen;
};

struct net6 {
	uint8_t ip[16];
	uint8_t plen;
};

/* An element of addresses or port_security. */
struct element {
	uint8_t mac[6];
	struct net4 ip4[3];
	size_t n_ip4;
	struct net6 ip6[2];
	size_t n_ip6;
};

enum lsp_type { LSP_VIF, LSP_ROUTER, LSP_LOCALNET };

struct lsp {
	char name[NAME_LEN];
	enum lsp_type type;
	int sw;
	uint16_t key;
	bool is_enabled;
	struct element addresses[2], security[2];
	size_t n_addresses, n_security;
	bool has_unknown;
	bool has_router; /* addresses=router */
	bool no_responder; /* options:disable_arp_nd_rsp */
	int chassis; /* VIF: where; -1: nowhere; localnet: whose NIC it is */
	uint16_t tag; /* localnet: 0: none */
	bool is_bound; /* there is an interface */
	int lrp; /* LSP_ROUTER */
	/* What the guest itself uses, whatever the row says. */
	uint8_t mac[6];
	uint32_t ip;
	uint8_t ip6[16];
};

struct sw {
	char name[NAME_LEN];
	uint32_t key;
	uint32_t subnet; /* /24 */
};

struct lrp {
	char name[NAME_LEN];
	int router;
	uint8_t mac[6];
	struct net4 net[2];
	size_t n_nets;
	bool is_enabled;
	int lsp; /* that has it as its peer, or -1 */
	int peer; /* another LRP, or -1 */
	int table; /* 0: main */
};

struct route {
	int router;
	struct net4 prefix;
	bool is_src, is_discard;
	bool has_nexthop;
	uint32_t nexthop;
	int lrp; /* output_port, or -1 */
	int table;
};

struct router {
	char name[NAME_LEN];
	uint32_t key;
	bool is_enabled;
	int chassis; /* options:chassis, or -1 */
	bool always_learns;
	uint32_t dnat_force, lb_force; /* *_force_snat_ip, 0: none */
};

enum nat_type { NAT_SNAT, NAT_DNAT, NAT_BOTH };

/* Whom a rule is for: who is in its set, or who is not. */
enum nat_peers { PEERS_ALL, PEERS_ALLOWED, PEERS_EXEMPTED };

struct nat {
	int router;
	enum nat_type type;
	uint32_t external;
	struct net4 logical;
	uint16_t port_first, port_last; /* external_port_range; 0: none */
	bool is_stateless; /* NAT_BOTH only */
	enum nat_peers peers;
	int set;
};

struct address_set {
	struct net4 net[SET_NETS];
	size_t n;
};

/* One VIP of a load balancer, on a router or a switch. */
struct lb {
	int router, sw; /* -1: not there */
	uint8_t proto;
	uint32_t vip;
	uint16_t port; /* 0: whatever comes to the address */
	struct {
		uint32_t ip;
		uint16_t port;
	} backend[BACKENDS_MAX];
	size_t n_backends;
	bool skip_snat;
};

/* On the physical network; the first is a router: others are behind it. */
struct outsider {
	uint8_t mac[6];
	uint32_t ip;
};

struct chassis {
	char name[NAME_LEN];
	uint32_t ip;
	uint8_t mac[6]; /* of its underlay NIC */
	bool has_xdp; /* at the NICs, in front of TC */
};

struct logical {
	uint64_t seed;
	struct chassis chassis[N_CHASSIS];
	struct sw sw[SWITCHES_MAX];
	struct lsp lsp[LSPS_MAX];
	struct router router[ROUTERS_MAX];
	struct lrp lrp[LRPS_MAX];
	struct route route[ROUTES_MAX];
	struct nat nat[NATS_MAX];
	struct address_set set[SETS_MAX];
	struct lb lb[LBS_MAX];
	struct outsider outsider[OUTSIDERS];
	size_t n_switches, n_lsps, n_routers, n_lrps, n_routes, n_nats, n_lbs;
	size_t n_sets;
	bool has_gateway; /* one of generate_gateway.c */
	int localnet; /* LSP, or -1 */
};

#endif /* SELFTESTS_MODEL_LOGICAL_H */
