/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A reference model of OVN's logical pipeline, and what compares the BPF
 * programs with it.  The model forwards on the logical network itself, as
 * ovn-northd(8), ovn-architecture(7) and ovn-nb(5) say, and on purpose shares
 * nothing with bpf/, include/ or the compiler, so that a mistake there is not
 * repeated here.
 *
 *   logical.h    the logical network
 *   generate.c, generate_router.c   random ones
 *   generate_gateway.c, generate_lb.c   those with a gateway, NAT and load balancers
 *   nbfile.c, nbfile_nat.c
 *                the same as a Northbound database and a placement
 *   describe.c   the same as ovn-nbctl's commands, for people
 *   frames.c, flows.c, mutate.c   random frames for it
 *   dialogs.c, turn.c   random packets through a gateway, their answers
 *   bytes.c, tuple.c     fields of a frame
 *   switch.c, arp.c, portsec.c, learn.c   logical switches
 *   router.c, route.c, answer.c   logical routers, what they create
 *   gateway.c, nat.c, lb.c, lb_switch.c   who translates
 *   conntrack.c  connections
 *   localnet.c   the physical network
 *   tunnel.c     what goes between chassis
 *   host.c, network.c   BPF programs on one set of maps for each chassis
 *   compare.c, match.c, report.c   one frame in both; what differs
 *   invariants.c, promises.c   what holds whatever the network is
 *   run.c        a seed: one network, many frames
 *   test_model.c main()
 */
#ifndef SELFTESTS_MODEL_H
#define SELFTESTS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logical.h"
#include "packet.h"

/* ---- what one frame leads to on one chassis ---- */

enum out_kind {
	OUT_VIF, /* port: LSP */
	OUT_TUNNEL, /* to chassis, with the keys */
	OUT_EXTERNAL, /* port: localnet LSP; the frame without its tag */
};

#define FRAME_MAX 1800 /* bytes of frames here */

struct frame {
	size_t len;
	uint8_t data[FRAME_MAX];
};

struct out {
	enum out_kind kind;
	int port;
	int chassis;
	uint32_t vni;
	uint16_t in, out;
	/* Nobody asks for it: a copy that tells a neighbor to a chassis. */
	bool is_optional;
	struct frame frame;
};

#define OUTS_MAX 24
#define DROPS_MAX 16

struct result {
	struct out out[OUTS_MAX];
	size_t n_out;
	/* Each drop: the reasons that may be counted for it, 1 << enum
	 * drop_reason; 0 among them: none need be. */
	uint64_t drop[DROPS_MAX];
	size_t n_drops;
	/* Something did not fit its way out, more than so many bytes of IP: its
	 * sender may be told so, ICMP 3/4, which stock OVN does between
	 * chassis only with some kernels.  0: nothing. */
	uint16_t fits;
	bool is_lax; /* anything may come out */
	bool is_overflow; /* more than there is room for: says nothing */
	bool is_taken; /* from the physical network, by the logical one */
};

/* ---- state: what the chassis have learned, plain data, without holes: copied
 * to try, compared as bytes ---- */

#define LEARNED_MAX 128

struct learned { /* MAC_Binding */
	int chassis; /* that knows it */
	int lrp;
	uint32_t ip;
	uint8_t mac[6], pad[2];
};

struct fdb {
	int chassis;
	int sw, port;
	uint8_t mac[6], pad[2];
};

/* Who speaks with whom.  Of an ICMP echo the asker's port is its id, the
 * other's TUPLE_ECHO; protocols without ports have 0 for both. */
#define TUPLE_ECHO 0x10000u

struct tuple {
	uint32_t src, dst;
	uint32_t sport, dport;
	uint8_t proto, pad[3];
};

/* orig: as the opener sends, reply: as the answers come, both before they are
 * translated; what one becomes is the other turned round. */
struct conn {
	int zone; /* router, or ZONE_LSP + LSP */
	struct tuple orig, reply;
	bool is_ended; /* by FIN or RST: a SYN may begin another one */
	bool is_doubtful; /* it may not be there */
	bool is_vague; /* its port is not known: it was not seen */
	bool is_guessed; /* and any will do, while the frame is at hand */
};

#define ZONE_LSP 100

struct fragment { /* a first one, which says the ports of those behind it */
	int zone;
	uint16_t id, pad;
	struct tuple t;
};

#define CONNS_MAX 384
#define FRAGMENTS_MAX 64

struct known {
	size_t n_learned;
	struct learned learned[LEARNED_MAX];
	size_t n_fdb;
	struct fdb fdb[LEARNED_MAX];
	size_t n_conns;
	struct conn conn[CONNS_MAX];
	size_t n_fragments;
	struct fragment fragment[FRAGMENTS_MAX];
};

/* Where a rule leaves more than one answer open, the model takes each in
 * turn: run again until one of them is what the programs did. */
#define CHOICES_MAX 12

struct model {
	const struct logical *net;
	struct known known;
	struct result result;
	int choice[CHOICES_MAX], options[CHOICES_MAX];
	size_t n_choices;
	int here; /* chassis */
	int depth; /* datapaths passed */
	/* What came out: where a rule leaves a port to the programs, the one
	 * they took is theirs, if the rule allows it. */
	const struct out *seen;
	size_t n_seen;
};

/* ---- entry points: one frame into one chassis ---- */

/* From the guest of an LSP that is bound here. */
void model_vif(struct model *m, int lsp, const struct frame *f);
/* Geneve, as on the wire. */
void model_underlay(struct model *m, const struct frame *outer);
/* From the physical network, tag and all. */
void model_external(struct model *m, const struct frame *f);

/* Which of n ways, 0..n-1. */
int model_choose(struct model *m, int n);
/* The next combination, false: all were tried. */
bool model_next_choice(struct model *m);

/* ---- inside of the model ---- */

#define DATAPATHS_MAX                                                          \
	30 /* datapaths: the programs stop at some number near it */

struct walk { /* one copy of a frame on its way */
	struct frame f;
	int sw; /* in this switch */
	int inport; /* LSP */
	bool is_from_tunnel;
};

#define REASON(name) (1ull << DROP_##name)
#define REASON_ALL (~0ull)
#define REASON_NONE 1ull /* it need not be counted */

void model_drop(struct model *m, uint64_t reasons);
/* With more bytes in front, into an MTU; else it is dropped. */
bool model_fits(struct model *m, const struct frame *f, size_t more);
void model_out(struct model *m, const struct out *o);

/* switch.c */
void switch_ingress(struct model *m, struct walk *w);
bool switch_has_localnet(const struct logical *net, int sw);
/* The LSP that has a MAC by the database, or -1. */
int switch_port_of_mac(const struct logical *net, int sw, const uint8_t mac[6]);
bool switch_is_router_mac(const struct logical *net, int sw,
			  const uint8_t mac[6]);
/* Why a frame may not enter, all of it: what is said first is open. */
uint64_t switch_refuses(struct model *m, const struct lsp *p,
			const struct frame *f);
/* To one port, which may be on another chassis. */
void switch_unicast(struct model *m, struct walk *w, int outport);
/* The egress half, on this chassis. */
void switch_egress(struct model *m, struct walk *w, int outport);
enum group { GROUP_FLOOD = 0x8000, GROUP_UNKNOWN = 0x8001, GROUP_L2 = 0x8004 };
void switch_flood(struct model *m, struct walk *w, enum group group);
/* The copies for this chassis; false: there are none. */
bool switch_expand(struct model *m, struct walk *w, enum group group);
bool lsp_learns(const struct lsp *p); /* its guests' MACs: FDB */
bool group_has(const struct logical *net, int lsp, enum group group);

/* arp.c: ARP and ND of a switch.  True: it was answered. */
bool switch_responds(struct model *m, struct walk *w);
/* The router-type LSP of the switch whose router owns the address, or -1. */
int switch_router_of_ip(const struct logical *net, int sw, uint32_t ip);

/* portsec.c: what one LSP may send, and get. */
enum allowed { ALLOWED_NO, ALLOWED_YES, ALLOWED_OPEN };
enum allowed port_may_send(const struct lsp *p, const struct frame *f);
enum allowed port_may_get(const struct lsp *p, const struct frame *f);

/* router.c */
void router_ingress(struct model *m, int lrp, struct frame *f, int from_lsp);
/* A packet that is in the router, admitted: route it. */
void router_route(struct model *m, int lrp, struct frame *f);
/* By a port, with its MAC; the rest of the way. */
void router_output(struct model *m, int lrp, struct frame *f);
bool router_owns(const struct logical *net, int router, uint32_t ip);
bool router_has_broadcast(const struct logical *net, int router, uint32_t ip);
/* Reasons to drop a packet whatever it is, 0: none. */
uint64_t router_refuses(const struct logical *net, int router,
			const struct frame *f);
/* To an address of the router itself. */
void router_local(struct model *m, int lrp, struct frame *f);
void router_expired(struct model *m, int lrp, const struct frame *f);

/* gateway.c: a packet in a router that keeps connections. */
struct passage {
	struct tuple was; /* as it came */
	struct tuple is; /* as it goes out */
	bool is_known; /* of a connection, or an ICMP error about one */
	bool is_error; /* is: of what it quotes, turned */
	bool is_portless; /* a later fragment, a header cut off */
	bool is_dnat, is_lb, skips_snat;
	bool is_stateless; /* the destination, by a rule */
	bool is_vague; /* the port that it goes to was not seen */
	bool begins; /* it may be the first of a connection */
};
bool gateway_keeps(const struct logical *net, int router);
void gateway_ip4(struct model *m, int lrp, struct frame *f);
/* Behind routing: the source.  False: it was dropped. */
bool gateway_egress(struct model *m, int lrp, struct frame *f,
		    struct passage *p);
void router_route_passage(struct model *m, int lrp, struct frame *f,
			  struct passage *p);

/* Routing looks at the destination as it will be, and the source as it is. */
void passage_set_destination(struct frame *f, const struct passage *p);
/* All the rest. */
void passage_apply(struct model *m, struct frame *f, const struct passage *p);

/* nat.c */
const struct nat *nat_of_source(const struct logical *net, int router,
				uint32_t src, uint32_t peer);
const struct nat *nat_of_destination(const struct logical *net, int router,
				     uint32_t dst, uint32_t peer);
/* Is one of its addresses translated without a connection? */
bool nat_is_stateless(const struct logical *net, int router, uint32_t src,
		      uint32_t dst);
/* Is it an address that the router translates sources to? */
bool nat_is_external(const struct logical *net, int router, uint32_t ip);
/* Does it answer ARP for it, beside its own? */
bool nat_has_arp(const struct logical *net, int lrp, uint32_t ip);
/* The destination's port, where a range is given; false: it is not seen. */
bool nat_choose_dport(struct model *m, const struct nat *n, struct tuple *t);
/* A source port for t whose answers are nobody else's.  PORT_UNSEEN: there is
 * one, but the packet did not come out, so that nobody knows it. */
enum port_choice { PORT_NONE, PORT_UNSEEN, PORT_CHOSEN };
/* What the connection's port is after all, if its packet came out. */
void nat_see_ports(struct model *m, struct conn *c);
enum port_choice nat_choose_sport(struct model *m, int zone, uint16_t first,
				  uint16_t last, struct tuple *t);

/* lb.c: the VIP that a packet is to, or NULL; router or sw is -1. */
const struct lb *lb_find(const struct logical *net, int router, int sw,
			 const struct tuple *t);
bool lb_has_vip(const struct logical *net, int router, int sw, uint32_t ip);

/* lb_switch.c: from a guest; true: there is no more to do. */
bool switch_balance(struct model *m, struct walk *w);
bool switch_has_lb(const struct logical *net, int sw);
/* To a guest, as one of the VIP's where it had asked that; then egress. */
void switch_deliver(struct model *m, struct walk *w, int outport);

/* conntrack.c */
enum direction { ORIGINAL, REPLY };
struct conn *conn_find(struct model *m, int zone, const struct tuple *t,
		       enum direction *d);
void conn_add(struct model *m, int zone, const struct tuple *orig,
	      const struct tuple *out, bool is_vague);
/* Before another frame. */
void conns_age(struct model *m);
/* Its tuple for connections; false: a later fragment whose first is unknown. */
bool conn_tuple(struct model *m, int zone, const struct frame *f,
		struct passage *p);
/* Fills the passage in for a packet of a connection, or an error about one;
 * false: a new one. */
bool conn_track(struct model *m, int zone, const struct frame *f,
		struct passage *p);
/* The connections of two outcomes; those that differ are doubtful. */
bool conns_doubt(struct known *to, const struct known *one,
		 const struct known *two);
/* May it be the first of a connection? */
enum begins { BEGINS_NO, BEGINS_YES, BEGINS_OPEN };
enum begins conn_begins(const struct frame *f);

/* tuple.c */
void tuple_turn(struct tuple *to, const struct tuple *t);
bool tuple_same(const struct tuple *a, const struct tuple *b);
/* Of the headers at ip, len bytes; false: no ports there. */
bool tuple_read(const uint8_t *ip, size_t len, struct tuple *t);
/* Addresses and ports of a frame; checksums stay as right as they were. */
/* False: a fragment whose checksum covers what is not in it (SCTP). */
bool tuple_is_writable(const struct frame *f, const struct tuple *is);
void tuple_write(struct frame *f, const struct tuple *is);
/* RFC 792: unreachable, quench, redirect, time exceeded, parameter problem. */
bool is_icmp_error(const struct frame *f);
/* What an ICMP error quotes, if that is enough of an IPv4 packet. */
bool tuple_quoted(const struct frame *f, struct tuple *t);
void tuple_write_quoted(struct frame *f, const struct tuple *is);
void ip4_set_addresses(struct frame *f, uint32_t src, uint32_t dst);

/* route.c */
struct route_choice {
	int lrp; /* goes out by */
	uint32_t nexthop;
	bool is_discard;
};
/* All that are equally good; 0: none. */
size_t route_lookup(const struct logical *net, int router, int in_lrp,
		    uint32_t src, uint32_t dst, struct route_choice *to,
		    size_t max);
/* The MAC that the database gives, for that port. */
bool neighbor_static(const struct logical *net, int lrp, uint32_t ip,
		     uint8_t mac[6]);

/* learn.c: what one chassis has learned others hear of by and by, so that
 * the model may have to choose what this one has heard. */
#define HEARSAY N_CHASSIS /* as a chassis: some have heard it, or none */
bool neighbor_find(struct model *m, int lrp, uint32_t ip, uint8_t mac[6]);
void fdb_learn(struct model *m, int chassis, int sw, const uint8_t mac[6],
	       int port);
int fdb_find(struct model *m, int sw, const uint8_t mac[6]); /* LSP, or -1 */
/* Where two outcomes agree with what was seen, one of which is the case: only
 * what both have is known still, the rest is hearsay.  False: no room. */
bool known_doubt(struct known *k, const struct known *other);
/* From an ARP packet, what the router behind a port learns, if anything. */
bool router_learn(struct model *m, int chassis, int lrp, const struct frame *f);

/* answer.c: ICMP and RST that routers create */
void router_echo(struct frame *f);
void router_time_exceeded(struct model *m, int lrp, const struct frame *f);
void router_unreachable(struct model *m, int lrp, const struct frame *f,
			uint8_t code);
void router_reset(struct model *m, int lrp, const struct frame *f);
void router_ask(struct model *m, int lrp, uint32_t nexthop);

/* tunnel.c */
void tunnel_send(struct model *m, const struct frame *f, int chassis, int sw,
		 uint16_t in, uint16_t out, bool is_optional);

/* bytes.c */
#define ETH_IP4 0x0800
#define ETH_ARP 0x0806
#define ETH_RARP 0x8035
#define ETH_IP6 0x86dd
#define IP_OF(f) ((f)->data + 14)
uint16_t eth_type(const struct frame *f);
bool is_multicast(const uint8_t mac[6]);
bool is_broadcast(const uint8_t mac[6]);
bool frame_is_tagged(const struct frame *f);
/* Headers that are not there, or contradict the length. */
enum malformed { GOOD, CUT, DOUBTFUL };
enum malformed frame_form(const struct frame *f); /* switch.c */
/* Headers that are there and agree with the length. */
bool frame_is_ip4(const struct frame *f);
bool frame_is_ip6(const struct frame *f);
bool frame_is_arp(const struct frame *f); /* Ethernet and IPv4 */
size_t ip4_header_len(const struct frame *f);
/* Behind the IPv4 header; NULL in later fragments or where it is cut. */
uint8_t *ip4_l4(const struct frame *f, size_t need);
bool ip4_is_later_fragment(const struct frame *f);
bool ip4_is_fragment(const struct frame *f);
/* Sets a field and keeps checksums as right, or as wrong, as they were: RFC
 * 1624. */
void ip4_set_ttl(struct frame *f, uint8_t ttl);
void sum_adjust(uint8_t *sum, uint16_t was, uint16_t is);

#endif /* SELFTESTS_MODEL_H */
