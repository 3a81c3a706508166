/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of southbound.h share.  All are level-triggered: each look
 * at the rows makes the transaction that is missing, if none of the part's is
 * on its way.
 *
 *   topic.c         transactions of a part: one at a time, pauses, the log
 *   claim_table.c   the VIFs by iface-id, and what is known of each
 *   claim_place.c   whose a port is
 *   todo.c          which Port_Bindings the next look is at
 *   learned_rows.c  what of the queue the rows lack
 */
#ifndef XOVN_SOUTHBOUND_SOUTHBOUND_PARTS_H
#define XOVN_SOUTHBOUND_SOUTHBOUND_PARTS_H

#include "engine/references.h"
#include "southbound/southbound.h"

#define CLAIM_AGAIN_MS 500 /* OVN's: not at once where another took it */

/* One kind of transaction: at most one is on its way. */
struct topic {
	struct southbound *s;
	const char *name; /* for the log */
	/* What becomes of the objects of a transaction; may be NULL.  n: how
	 * many they were. */
	void (*done)(struct southbound *s, enum ovsdb_txn_result outcome,
		     size_t n);
	/* Is it said already that the object is refused?  NULL: the topic
	 * itself remembers the last reason. */
	bool (*knows)(const struct southbound *s, const char *object);
	bool is_sent; /* and not answered */
	size_t n; /* objects in it */
	char *object; /* the first of them, or NULL */
	size_t conflicts; /* in a row */
	int pause_ms; /* the last one, 0: none */
	int64_t not_before; /* time_ms() */
	char problem[256]; /* why, of the last one refused */
};

/* Port_Bindings by uuid. */
struct todo {
	bool is_whole; /* all that there are */
	uint8_t (*uuids)[16];
	size_t n, capacity;
};

/* A VIF's iface-id. */
struct claim {
	char *iface_id;
	const struct vswitch_vif *vif; /* during run() only */
	char ifname[16]; /* the VIF's */
	char duplicate[16]; /* another interface with this iface-id */
	int64_t claimed_at; /* time_ms(), 0: never */
	bool is_sent; /* the claim is on its way */
	bool is_claimed, is_installed;
	bool is_pending; /* will be claimed as soon as it can */
	bool is_stale; /* to be looked at, whether its row has changed or not */
	uint8_t row[16]; /* the one looked at last, zero: none */
	const char *why; /* not, static */
	bool was_noticed; /* a line about a parent port is out */
	unsigned int n_taken; /* claims in a row of what another has */
};

struct claims {
	struct claim *list; /* sorted by iface_id */
	size_t n;
	uint64_t digest; /* of the VIFs */
	size_t limit; /* of Port_Bindings in one transaction */
	struct todo todo; /* rows of the next look */
	struct todo sent; /* those in the transaction on its way */
	uint64_t n_looked; /* rows, so far */
	int64_t look_at; /* when what was put off is due, INT64_MAX: nothing */
	/* Rows that the server refuses to change, by logical_port. */
	struct refusal {
		struct refusal *next;
		int64_t not_before;
		int pause_ms;
		char name[];
	} * refusals;
};

struct learned_entry {
	enum upcall_kind kind;
	uint32_t datapath, port; /* tunnel keys */
	uint8_t ip[4];
	uint8_t mac[6];
	int64_t learned_at, due; /* time_ms() */
	bool is_sent, is_done;
};

struct learned {
	struct learned_entry *queue; /* in the order they came */
	size_t n;
	bool is_overflowing; /* a line about it is out */
	uint64_t seed;
	size_t limit; /* of rows in one transaction */
};

struct southbound {
	struct ovsdb_client *client;
	const struct southbound_wanted *wanted; /* during run() only */
	bool is_dirty; /* rows or wishes have changed since the last look */
	/* The changes that were seen last, and when. */
	size_t n_seen;
	uint64_t seen_at; /* ovsdb_client_n_forgotten() */
	struct references ports; /* Port_Bindings by logical_port */
	bool has_ports;
	bool was_connected, was_holding;
	int64_t look_at; /* time_ms() of the next look in any case */
	uint64_t digest; /* of the settings */
	int64_t nb_cfg; /* for Chassis_Private; -1: nothing is known */

	/* chassis.c */
	struct topic chassis, numbers; /* Chassis; Chassis_Private */
	const struct ovsdb_row *own; /* Chassis, during run() only */
	uint8_t own_uuid[16]; /* of the last one */
	char *name; /* system-id */
	char *registered; /* name of the row that is ours, or NULL */
	bool is_renaming; /* the transaction on its way deletes it */
	char *conflict; /* a line about this chassis' encap is out */

	struct topic claiming;
	struct claims claims;

	struct topic learning;
	struct learned learned;

	/* conditions.c */
	uint32_t *datapaths;
	size_t n_datapaths;
	bool is_restricted; /* to datapaths */
	bool are_conditions_stale; /* what they are made of has changed */
	json_t *conditions; /* object table: where, as set last */

	struct topic releasing;
	bool is_release_asked;
};

/* topic.c */
void topic_init(struct topic *t, struct southbound *s, const char *name);
void topic_free(struct topic *t);
bool topic_is_free(const struct topic *t); /* to send one now */
/* time_ms() when it will be, INT64_MAX: that depends on the server. */
int64_t topic_due(const struct topic *t);
/* Takes txn; an empty one is dropped.  n objects, of which object is one.
 * true: sent. */
bool topic_submit(struct topic *t, struct ovsdb_txn *txn, size_t n,
		  const char *object);
/* Adds a column; once there was no memory *row is NULL. */
void row_set(json_t **row, const char *column, json_t *value);
/* A number that is another as soon as the text is, NULL unlike "". */
uint64_t text_digest(const char *text, uint64_t seed);
int64_t wall_ms(void); /* since the epoch */
/* As Chassis_Private or Port_Binding.up: not in all schemas. */
bool has_column(const struct southbound *s, const char *table,
		const char *column);
/* Does a set of references hold it? */
bool row_refers(const struct ovsdb_row *row, const char *column,
		const uint8_t uuid[16]);

/* chassis.c */
void chassis_find(struct southbound *s); /* name, own */
void chassis_run(struct southbound *s);
void chassis_done(struct southbound *s, enum ovsdb_txn_result outcome,
		  size_t n);
void numbers_done(struct southbound *s, enum ovsdb_txn_result outcome,
		  size_t n);
void chassis_free(struct southbound *s);
const struct ovsdb_row *chassis_row(const struct southbound *s,
				    const char *name); /* NULL: none */
/* Chassis, Chassis_Private; Encap rows go with the Chassis that has them. */
void chassis_delete(const struct southbound *s, struct ovsdb_txn *txn,
		    const char *name);
/* This chassis' Encap row with that IP, or NULL. */
const struct ovsdb_row *encap_find(const struct southbound *s, const char *ip);

/* chassis_config.c: other_config, external_ids, transport_zones. */
void chassis_config_insert(const struct southbound *s, json_t **row);
void chassis_config_update(const struct southbound *s, struct ovsdb_txn *txn);

/* claim_place.c */
enum claim_place {
	CLAIM_NONE,
	CLAIM_MAIN, /* Port_Binding.chassis */
	CLAIM_ADDITIONAL, /* additional_chassis */
};

/* Where options:requested-chassis wants a chassis of that name. */
enum claim_place claim_requested(const char *requested, const char *name,
				 const char *hostname);
/* Of a port with an interface here; otherwise says why in c. */
enum claim_place claim_place(struct southbound *s, struct claim *c,
			     const struct ovsdb_row *row);
/* claims.c */
/* Into txn, NULL: nothing can be sent now, what the rows of the todo list lack.
 * Returns how many rows that are, *first: logical_port of the first. */
size_t claims_look(struct southbound *s, struct ovsdb_txn *txn,
		   const char **first);
void claims_run(struct southbound *s);
void claims_done(struct southbound *s, enum ovsdb_txn_result outcome, size_t n);

#define CLAIM_NO_PORT "no such port in the Southbound database"
void claim_forget(struct claim *c, const char *why); /* what its row said */

/* claim_table.c */
void claim_table_set(struct claims *c, const struct southbound_wanted *w);
struct claim *claim_find(const struct claims *c, const char *iface_id);
void claim_table_free(struct claims *c);
/* true: some claim is installed that was not, or the reverse. */
bool claim_table_installed(struct claims *c, const char *const *lsps, size_t n);
/* time_ms() until which the row is left alone, 0: it is not. */
int64_t claim_refused_until(const struct claims *c, const char *name);
bool claim_refuse(struct claims *c, const char *name); /* false: memory */
void claim_refusals_forget(struct claims *c, int64_t before);
bool claim_is_refused(const struct southbound *s, const char *name);

/* todo.c */
void todo_add(struct todo *t, const uint8_t uuid[16]);
void todo_move(struct todo *to, struct todo *from);
/* In the order of uuids, each once. */
void todo_sort(struct todo *t);
void todo_free(struct todo *t);
/* Puts what the changes of the rows may ask for on claims' list.  false: there
 * is nothing in them but what is learned. */
bool changes_follow(struct southbound *s);
/* Rows of claims that are stale are put on the list. */
void claims_follow(struct southbound *s);

/* learned.c */
void learned_init(struct learned *l);
void learned_free(struct learned *l);
void learned_run(struct southbound *s);
void learned_done(struct southbound *s, enum ovsdb_txn_result outcome,
		  size_t n);
int64_t learned_due(const struct southbound *s); /* time_ms(), INT64_MAX */

/* learned_rows.c: of the first n entries, which are due, marks those as done
 * that need no writing, and as sent those that it wrote into txn.  Returns how
 * many it wrote. */
size_t learned_compare(const struct southbound *s, struct ovsdb_txn *txn,
		       struct learned_entry **due, size_t n);

/* conditions.c */
void conditions_follow(struct southbound *s);

#endif /* XOVN_SOUTHBOUND_SOUTHBOUND_PARTS_H */
