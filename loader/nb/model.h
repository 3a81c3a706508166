/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of nb_from_ovsdb(): rows to structs.
 *
 *   columns.c   what is read of which table
 *   parse.c     addresses, networks, tunnel keys
 *   switch.c, localnet.c          switches and their ports
 *   router.c, route.c, nat.c      routers and what belongs to them
 *   lb.c, lb_use.c                load balancers, and who has which
 *   notice.c, unsupported.c       what xovn does not honour
 *   nb.c, part.c  all of them, or some
 */
#ifndef XOVN_NB_MODEL_H
#define XOVN_NB_MODEL_H

#include "nb.h"
#include "ovsdb/ovsdb.h"

/* "10.0.0.1", "10.0.0.1/24", "10.0.0.1/255.255.255.0".  0 or -EINVAL. */
int parse_ip4(const char *text, struct nb_ip4 *ip);
int parse_ip6(const char *text, struct nb_ip6 *ip);
int parse_mac(const char *text, uint8_t mac[6]);
/* "MAC IP...".  -EINVAL: no MAC in front, a is empty.  *rest is what stands
 * behind the addresses, "" where all could be read: northd takes what stands
 * before it. */
int parse_address(const char *text, struct nb_address *a, const char **rest);
/* "IP", "IP6" or "IP IP6", as in options:lb_force_snat_ip; a->mac stays zero.
 * 0, -EINVAL (a is empty) or -ENOMEM. */
int parse_host_ips(const char *text, struct nb_address *a, const char **rest);
void address_free(struct nb_address *a);
void ip4_host_bits_clear(struct nb_ip4 *ip);
/* Decimal digits and nothing else.  0 or -EINVAL. */
int parse_number(const char *text, uint32_t max, uint32_t *value);
/* A key of column options. */
bool option_boolean(const struct ovsdb_row *row, const char *key,
		    bool fallback);
/* A map's requested-tnl-key; 0 where there is none. */
int parse_key(const struct ovsdb_row *row, const char *column, uint32_t max,
	      uint32_t *key, const struct nb *nb, struct error *e);

/* "TABLE \"NAME\": " and the cause.  Returns -EINVAL. */
int row_error(const struct ovsdb_row *row, struct error *e, const char *format,
	      ...) __attribute__((format(printf, 3, 4)));
/* What is wrong with a row is kept and *err becomes 0 where the database is a
 * live one: the row has to go again. */
bool row_is_refused(struct nb *nb, int *err, struct error *e);
int out_of_memory(struct error *e);
/* strdup() where text is not empty; *out stays NULL otherwise. */
int copy_optional(const char *text, char **out, struct error *e);

/* Counts n more of a kind; the first example stays. */
int notice_add(struct nb *nb, struct error *e, size_t n, const char *example,
	       const char *what, ...) __attribute__((format(printf, 5, 6)));
void notice_free(struct nb_notice *notice);

int switch_read(const struct ovsdb *db, const struct ovsdb_row *row,
		struct nb_switch *s, struct nb *nb, struct error *e);
/* Without load balancers, with these rows of its ports. */
int switch_read_part(const struct ovsdb_row *row,
		     const struct ovsdb_row *const *ports, size_t n,
		     struct nb_switch *s, struct nb *nb, struct error *e);
/* Into nb->routers[], which has room; one of a live database may be left out. */
int router_add(const struct ovsdb *db, const struct ovsdb_row *row,
	       bool has_routes, struct nb *nb, struct error *e);
int routes_read(const struct ovsdb *db, const struct ovsdb_row *row,
		struct nb_router *r, struct nb *nb, struct error *e);
int nats_read(const struct ovsdb *db, const struct ovsdb_row *row,
	      struct nb_router *r, struct nb *nb, struct error *e);
/* What only ports of type localnet, or of type router, have. */
int localnet_read(const struct ovsdb_row *row, struct nb_lsp *p, struct nb *nb,
		  struct error *e);
int announcements_read(const struct ovsdb_row *row, struct nb_lsp *p,
		       struct nb *nb, struct error *e);
int lb_read(const struct ovsdb_row *row, struct nb_lb *lb, struct nb *nb,
	    struct error *e);
/* nb_switch.lbs, nb_router.lbs of the row; nb->lbs is complete. */
int lb_use_read(const struct ovsdb *db, const struct ovsdb_row *row,
		struct nb *nb, uint32_t **lbs, size_t *n_lbs, struct error *e);

/* What a kind of row holds that xovn does not honour; lists end with zeros. */
struct unsupported_column {
	const char *column, *what;
};

/* A key that changes nothing: always, or with this value (its default), or
 * because what it modifies has a notice of its own; or one that is honoured.
 * Others get a notice. */
struct harmless_key {
	const char *key, *value;
};

struct unsupported_kind {
	const char *table;
	const char *options; /* the column of keys */
	const struct unsupported_column *columns;
	const struct harmless_key *harmless;
};

enum unsupported_id {
	UNSUPPORTED_SWITCH,
	UNSUPPORTED_LSP,
	UNSUPPORTED_ROUTER,
	UNSUPPORTED_LRP,
	UNSUPPORTED_ROUTE,
	UNSUPPORTED_NAT,
	UNSUPPORTED_LB,
	UNSUPPORTED_COUNT,
};

extern const struct unsupported_kind unsupported_kinds[UNSUPPORTED_COUNT];

/* Notices for the columns and options of a row that xovn does not honour. */
int unsupported_switch(const struct ovsdb_row *row, struct nb *nb,
		       struct error *e);
int unsupported_lsp(const struct ovsdb_row *row, struct nb *nb,
		    struct error *e);
int unsupported_router(const struct ovsdb_row *row, struct nb *nb,
		       struct error *e);
int unsupported_lrp(const struct ovsdb_row *row, struct nb *nb,
		    struct error *e);
int unsupported_route(const struct ovsdb_row *row, const char *router,
		      struct nb *nb, struct error *e);
int unsupported_nat(const struct ovsdb_row *row, const char *router,
		    struct nb *nb, struct error *e);
int unsupported_lb(const struct ovsdb_row *row, struct nb *nb, struct error *e);
/* Tables that nothing refers to but that act all the same. */
int unsupported_global(const struct ovsdb *db, struct nb *nb, struct error *e);

void switch_free(struct nb_switch *s);
void router_free(struct nb_router *r);
void addresses_free(struct nb_address *list, size_t n);
void nats_free(struct nb_router *r);
void lb_free(struct nb_lb *lb);

#endif /* XOVN_NB_MODEL_H */
