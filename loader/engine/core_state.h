/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of core.c: what it keeps, and the steps of a part.
 *
 *   touched.c, differs.c  changed rows to switches and routers
 *   part.c        rows that their entries depend on
 *   place_part.c  ... of the Southbound database, and interfaces
 *   core_notes.c  rows that are left out
 *   merge.c       entries that several may need; into the kept image
 *   objects.c     switches and routers by uuid and key, who is local
 */
#ifndef XOVN_ENGINE_CORE_STATE_H
#define XOVN_ENGINE_CORE_STATE_H

#include "engine/core.h"
#include "engine/references.h"
#include "nb/nb.h"
#include "nb/placement.h"

/* A switch or router in the maps. */
struct object {
	uint8_t uuid[16];
	uint32_t key;
	struct object_port { /* router: LRPs */
		char *name;
		uint32_t key;
	} * ports;
	size_t n_ports;
	uint32_t *links; /* keys of others that traffic goes on to here */
	size_t n_links;
	bool is_start; /* traffic begins here: guest, gateway, network */
	bool is_local; /* while the local ones are looked for */
};

struct objects {
	struct map64 by_uuid, by_key;
	struct object **list;
	size_t n, capacity;
	bool is_stale; /* links or starts are others than in local[] */
	uint32_t *local; /* sorted */
	size_t n_local;
};

struct core {
	bool is_valid; /* all below is as it is in the maps */
	struct image image;
	struct references refs;
	struct objects objects;
	struct map64 uses; /* of owners that are ids: how many entries */
	bool has_moved_ids;
	struct refused refused; /* what has been told */
	/* Chassis, and doubled tunnel keys, which only all rows show; nothing
	 * else. */
	struct placement chassis;
	struct chassis_val *present;
	uint32_t *chassis_indices; /* of chassis.chassis[], in present[] */
	char *own_name;
	uint32_t own_chassis;
	struct compile_binding *bindings;
	size_t n_bindings;
	struct compile_mapping *mappings;
	size_t n_mappings;
};

/* Switches and routers, by uuid; each once. */
struct dirty {
	uint8_t (*uuids)[16];
	size_t n, capacity;
	size_t limit; /* beyond, all is compiled */
	bool is_whole; /* or something that cannot be confined */
	bool out_of_memory;
};

void dirty_add(struct dirty *d, const uint8_t uuid[16]);
bool dirty_has(const struct dirty *d, const uint8_t uuid[16]);
void dirty_free(struct dirty *d);

/* Does any column differ that the compiler reads, but for one (or NULL)? */
bool change_differs(const struct ovsdb_change *change, const char *but);
/* What the changed rows and interfaces touch; the references follow. */
int core_touched(struct core *c, const struct core_input *in, struct dirty *d);

/* Rows of a part. */
struct part {
	struct nb_part_switch *switches;
	size_t n_switches, switch_capacity;
	struct nb_part_router *routers;
	size_t n_routers, router_capacity;
	struct placement_rows sb;
	size_t sb_capacity[4];
	uint64_t *owners;
	size_t n_owners, owner_capacity;
	struct compile_binding *bindings;
	size_t n_bindings;
	bool out_of_memory;
};

/* Closes the dirty set over what is only right together, and finds what its
 * entries depend on. */
void part_collect(const struct core *c, const struct core_input *in,
		  struct dirty *d, struct part *p);
void part_collect_southbound(const struct core *c, const struct core_input *in,
			     struct dirty *d, struct part *p);
void part_own(struct part *p, uint64_t owner);
void part_sort_owners(struct part *p);
void part_free(struct part *p);
/* Room for one more element of a list; false: no memory, which p notes. */
bool part_grow(struct part *p, void *list, size_t n, size_t *capacity,
	       size_t size);

/* Adds to the owners the ids that the part's entries name, and those that
 * nothing names any more.  1: it cannot be told from others', so all must be
 * compiled; -ENOMEM. */
int merge_prepare(const struct core *c, const struct image *img,
		  struct part *p);
/* 0 or -ENOMEM. */
int merge_part(struct core *c, const struct image *img, const uint64_t *owners,
	       size_t n_owners);
int merge_count_all(struct core *c);

/* As it is in the databases and in the image.  0 or -ENOMEM. */
int objects_refresh(struct core *c, const struct core_input *in,
		    const uint8_t uuid[16]);
int objects_refresh_all(struct core *c, const struct core_input *in);
int objects_find_local(struct objects *o);
void objects_free(struct objects *o);
const struct object *objects_by_uuid(const struct objects *o,
				     const uint8_t uuid[16]);
const struct object *objects_by_key(const struct objects *o, uint32_t key);

/* Rows that were left out, as lines of out->notes; out->refused has them all.
 * 0 or -ENOMEM. */
int core_add_notes(struct compile_output *out, const struct nb *nb,
		   const struct placement *p);
/* Has the last whole compilation said all of that? */
bool core_is_told(const struct core *c, const struct refused *r);

/* The tunnel key that the Southbound database gives an NB row, or 0. */
uint32_t core_datapath_key(const struct core *c, const struct ovsdb *sb,
			   const uint8_t uuid[16]);

#endif /* XOVN_ENGINE_CORE_STATE_H */
