/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Port_Bindings as a server has them, and two parts of an agent that look at
 * them, for the tests of claims.
 */
#ifndef SELFTESTS_CLAIMS_BED_H
#define SELFTESTS_CLAIMS_BED_H

#include <stdbool.h>
#include <stddef.h>

#include "ovsdb/transact.h"
#include "southbound/parts.h"

#define N_ROWS 40
#define N_VIFS 24 /* port00, ...; rows may have other names */

enum { PORT, CHASSIS, ENCAP }; /* for uuids */
enum { OWN, OWN_AGAIN, OTHER }; /* Chassis */

/* A Port_Binding as the server has it; chassis: 1 + Chassis, 0: none. */
struct port {
	bool is_there, is_up, is_additional;
	int name, type, chassis, requested, encap, version, parent;
};

struct bed {
	struct ovsdb_client *client;
	struct southbound changed, whole; /* who looks at what */
	struct vswitch_vif vifs[N_VIFS];
	struct southbound_wanted wanted;
	struct vswitch_settings settings;
	struct port ports[N_ROWS];
	int own; /* which Chassis is ours, OTHER: none */
	json_t *operations; /* on their way, or NULL */
	size_t n; /* rows in them */
};

const char *uuid_text(int table, int number);
json_t *reference(int table, int number); /* to that row */
/* What the server says of a row; NULL: it is gone. */
void row_update(struct bed *b, const char *table, const char *uuid,
		json_t *row);
void port_update(struct bed *b, int i);

void bed_init(struct bed *b);
void bed_free(struct bed *b);

/* Something random. */
void port_change(struct bed *b);
void vif_change(struct bed *b);
void chassis_change(struct bed *b);
void installed_change(struct bed *b);

/* The server does it. */
void operation_apply(struct bed *b, const json_t *op);

#endif /* SELFTESTS_CLAIMS_BED_H */
