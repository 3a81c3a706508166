/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wanted contents of all maps that the loader writes: what compile/
 * makes and sync/ compares with the kernel.  A table is a hash table of
 * fixed-size keys and values (zeroed padding, so memcmp() compares).
 */
#ifndef XOVN_IMAGE_H
#define XOVN_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One line per map: id, map name, key type, value type.  In the order in
 * which additions are safe: what is referred to comes before what refers. */
#define IMAGE_TABLES(X)                                                        \
	X(DATAPATH, "datapath", struct datapath_key, struct datapath_val)      \
	X(ENCAP_IP, "encap_ip", struct encap_ip_key, struct encap_ip_val)      \
	X(PORT_SEC, "port_sec", struct port_sec_key, struct port_sec_val)      \
	X(LRP, "lrp", struct lrp_key, struct lrp_val)                          \
	X(ROUTER_IP, "router_ip", struct router_ip_key, struct router_ip_val)  \
	X(NEIGHBOR, "neighbor", struct neighbor_key, struct neighbor_val)      \
	X(MAGLEV, "maglev", struct maglev_key, struct maglev_val)              \
	X(ECMP, "ecmp", struct ecmp_key, struct route_val)                     \
	X(ROUTE, "route", struct route_key, struct route_val)                  \
	X(ROUTE_SRC, "route_src", struct route_key, struct route_val)          \
	X(BACKEND, "backend", struct backend_key, struct backend_val)          \
	X(LB, "lb", struct lb_key, struct lb_val)                              \
	X(VIP, "vip", struct vip_key, struct vip_val)                          \
	X(NAT_SET, "nat_set", struct nat_set_key, struct nat_set_val)          \
	X(NAT, "nat", struct nat_key, struct nat_val)                          \
	X(SNAT, "snat", struct snat_key, struct snat_val)                      \
	X(ROUTER, "router", struct datapath_key, struct router_val)            \
	X(NETWORK, "network", struct port_key, struct network_val)             \
	X(GARP, "garp", struct garp_key, struct garp_val)                      \
	X(PORT, "port", struct port_key, struct port_val)                      \
	X(MEMBER, "member", struct member_key, struct member_val)              \
	X(GROUP, "group", struct group_key, struct group_val)                  \
	X(L2, "l2", struct l2_key, struct l2_val)                              \
	X(ARP, "arp", struct arp_key, struct arp_val)                          \
	X(ND, "nd", struct nd_key, struct arp_val)                             \
	X(LOCALNET, "localnet", struct localnet_key, struct localnet_val)      \
	X(VIF, "vif", struct vif_key, struct vif_val)

enum image_table_id {
#define X(id, name, key, val) IMAGE_##id,
	IMAGE_TABLES(X)
#undef X
		IMAGE_TABLE_COUNT,
};

/* Whose an entry is, so that a part of a network can be replaced: the tunnel
 * key of a switch or router, 0 for what belongs to none, or one of these with
 * a number below. */
#define IMAGE_OWNER_CHOICE (1ull << 32) /* id in maglev, ecmp, backend */
#define IMAGE_OWNER_NAT_SET (2ull << 32) /* number in nat_set */
#define IMAGE_OWNER_VIF (3ull << 32) /* ifindex in vif */

#define IMAGE_NONE SIZE_MAX

struct image_link {
	uint64_t owner;
	uint32_t next, prev; /* of the same owner: 1 + entry number, 0 none */
};

struct image_head {
	uint64_t owner;
	uint32_t first; /* 1 + entry number; 0: it has none (any more) */
	bool is_used;
};

struct image_slot {
	uint32_t number; /* 1 + entry number, 0: free */
	uint32_t hash; /* of its key: most others are told by it */
};

struct image_table {
	size_t key_size, val_size;
	size_t n; /* entries */
	size_t capacity;
	uint8_t *entries; /* n times key then value; in order of insertion,
			   * until one is removed */
	struct image_link *links; /* of each entry */
	struct image_slot *slots; /* hash index */
	size_t n_slots;
	struct image_head *heads; /* hash index of owners */
	size_t n_heads, n_owners;
};

struct image {
	struct image_table table[IMAGE_TABLE_COUNT];
};

int image_init(struct image *img); /* 0 or -ENOMEM */
void image_free(struct image *img);

/* Adds an entry.  0, -EEXIST (key is there; *old is its value), -ENOMEM. */
int image_add(struct image *img, enum image_table_id id, const void *key,
	      const void *val, void **old);
/* The same for an owner; image_add() is for owner 0. */
int image_add_owned(struct image *img, enum image_table_id id, uint64_t owner,
		    const void *key, const void *val, void **old);
/* Takes an entry out; the last one of the table gets its number.  False: it
 * was not there. */
bool image_remove(struct image *img, enum image_table_id id, const void *key);
/* Number of an entry, or IMAGE_NONE. */
size_t image_number(const struct image *img, enum image_table_id id,
		    const void *key);
/* The value of a key, or NULL. */
void *image_find(const struct image *img, enum image_table_id id,
		 const void *key);
/* Entry i: its key; the value stands key_size behind it. */
static inline uint8_t *image_entry(const struct image_table *t, size_t i)
{
	return t->entries + i * (t->key_size + t->val_size);
}

/* Whose entry i is; another's from now on (0 or -ENOMEM). */
uint64_t image_owner(const struct image_table *t, size_t i);
int image_set_owner(struct image *img, enum image_table_id id, size_t i,
		    uint64_t owner);
/* An owner's entries in one table, in no order: numbers, then IMAGE_NONE. */
size_t image_first(const struct image *img, enum image_table_id id,
		   uint64_t owner);
size_t image_next(const struct image_table *t, size_t i);

const char *image_table_name(enum image_table_id id); /* map name */

#endif /* XOVN_IMAGE_H */
