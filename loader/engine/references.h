/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which rows refer to which, the other way round: from what is named, by
 * uuid or by a name, to the rows that name it.  Kept from change to change.
 */
#ifndef XOVN_ENGINE_REFERENCES_H
#define XOVN_ENGINE_REFERENCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/map64.h"
#include "ovsdb/client.h"

enum reference_kind {
	/* from the uuid in a column to the row that has it */
	REF_SWITCH_PORT = 1, /* Logical_Switch.ports */
	REF_ROUTER_PORT, /* Logical_Router.ports */
	REF_ROUTE, /* Logical_Router.static_routes */
	REF_NAT, /* Logical_Router.nat */
	REF_SWITCH_LB, /* .load_balancer */
	REF_ROUTER_LB,
	REF_SWITCH_GROUP, /* .load_balancer_group */
	REF_ROUTER_GROUP,
	REF_GROUP_LB, /* Load_Balancer_Group.load_balancer */
	REF_NAT_SET, /* NAT.allowed_ext_ips, exempted_ext_ips */
	/* from a text to the row */
	REF_LSP, /* name, as maps store it */
	REF_LRP, /* name */
	REF_LEADS_TO, /* options:router-port of an LSP of type router */
	REF_PEER, /* Logical_Router_Port.peer */
	REF_NETWORK, /* network and tag of an LSP of type localnet */
	REF_BINDING, /* Port_Binding.logical_port */
	REF_MAC, /* MAC_Binding.logical_port */
	REF_FDB, /* FDB.dp_key */
	REF_DATAPATH, /* NB row of a Datapath_Binding, as text */
};

struct references {
	struct map64 heads; /* 1 + number of the first of a chain */
	struct reference {
		uint8_t uuid[16];
		uint32_t next; /* 1 + number; of a free one, too */
	} * list;
	size_t n, capacity;
	uint32_t free;
};

void references_free(struct references *r);
/* All rows of both databases.  0 or -ENOMEM. */
int references_build(struct references *r, const struct ovsdb *nb,
		     const struct ovsdb *sb);
/* A row that was, one that is; NULL: none. */
int references_change(struct references *r, const struct ovsdb_row *old,
		      const struct ovsdb_row *row);

/* Rows that name it: for (i = references_first(...); i;
 * i = references_next(...)).  A text may bring rows of another, rarely. */
uint32_t references_first(const struct references *r, enum reference_kind kind,
			  const uint8_t uuid[16]);
uint32_t references_text(const struct references *r, enum reference_kind kind,
			 const char *text);
static inline uint32_t references_next(const struct references *r, uint32_t i)
{
	return r->list[i - 1].next;
}
static inline const uint8_t *references_uuid(const struct references *r,
					     uint32_t i)
{
	return r->list[i - 1].uuid;
}

/* The text for REF_NETWORK of an LSP row, and for REF_FDB. */
#define REFERENCE_TEXT_LEN 512
void reference_network(char text[REFERENCE_TEXT_LEN],
		       const struct ovsdb_row *lsp);
void reference_fdb(char text[REFERENCE_TEXT_LEN], int64_t datapath_key);

#endif /* XOVN_ENGINE_REFERENCES_H */
