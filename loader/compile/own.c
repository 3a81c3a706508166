// SPDX-License-Identifier: GPL-2.0-only
/* Adding to tables, and whose an entry is. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

/* Where a key names what owns its entry, and the kind of that. */
struct owner_place {
	uint16_t offset;
	bool is_there;
	uint64_t kind; /* 0: a datapath */
};

#define BY(k, member, kind)                                                    \
	{                                                                      \
		offsetof(struct k, member), true, kind                         \
	}

static const struct owner_place places[IMAGE_TABLE_COUNT] = {
	[IMAGE_DATAPATH] = BY(datapath_key, datapath, 0),
	[IMAGE_PORT_SEC] = BY(port_sec_key, datapath, 0),
	[IMAGE_LRP] = BY(lrp_key, datapath, 0),
	[IMAGE_ROUTER_IP] = BY(router_ip_key, datapath, 0),
	[IMAGE_MAGLEV] = BY(maglev_key, id, IMAGE_OWNER_CHOICE),
	[IMAGE_ECMP] = BY(ecmp_key, id, IMAGE_OWNER_CHOICE),
	[IMAGE_ROUTE] = BY(route_key, datapath, 0),
	[IMAGE_ROUTE_SRC] = BY(route_key, datapath, 0),
	[IMAGE_BACKEND] = BY(backend_key, id, IMAGE_OWNER_CHOICE),
	[IMAGE_LB] = BY(lb_key, datapath, 0),
	[IMAGE_VIP] = BY(vip_key, datapath, 0),
	[IMAGE_NAT_SET] = BY(nat_set_key, set, IMAGE_OWNER_NAT_SET),
	[IMAGE_NAT] = BY(nat_key, datapath, 0),
	[IMAGE_SNAT] = BY(snat_key, datapath, 0),
	[IMAGE_ROUTER] = BY(datapath_key, datapath, 0),
	[IMAGE_NETWORK] = BY(port_key, datapath, 0),
	[IMAGE_GARP] = BY(garp_key, datapath, 0),
	[IMAGE_PORT] = BY(port_key, datapath, 0),
	[IMAGE_MEMBER] = BY(member_key, datapath, 0),
	[IMAGE_GROUP] = BY(group_key, datapath, 0),
	[IMAGE_L2] = BY(l2_key, datapath, 0),
	[IMAGE_ARP] = BY(arp_key, datapath, 0),
	[IMAGE_ND] = BY(nd_key, datapath, 0),
	[IMAGE_VIF] = BY(vif_key, ifindex, IMAGE_OWNER_VIF),
};

static uint64_t owner_of(enum image_table_id id, const void *key,
			 const void *val)
{
	const struct owner_place *place = &places[id];
	uint32_t number = 0;

	if (id == IMAGE_LOCALNET)
		return ((const struct localnet_val *)val)->datapath;
	if (place->is_there)
		memcpy(&number, (const char *)key + place->offset,
		       sizeof(number));
	return place->kind | number;
}

static int compare_owner(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Ids are not known before they are made: they are made for datapaths that
 * are wanted, and are so themselves. */
bool tables_want(const struct tables *c, uint64_t owner)
{
	const struct compile_input *in = c->in;
	uint64_t kind = owner >> 32 << 32;

	if (!in || !in->owners || kind == IMAGE_OWNER_CHOICE ||
	    kind == IMAGE_OWNER_NAT_SET)
		return true;
	return in->n_owners && bsearch(&owner, in->owners, in->n_owners,
				       sizeof(owner), compare_owner);
}

int tables_refuse(struct tables *c, int err)
{
	return refused_add(c->t->refused, err, c->e);
}

static int add_owned(struct tables *c, enum image_table_id id, uint64_t owner,
		     const void *key, const void *val, void **old)
{
	int ret;

	if (!tables_want(c, owner))
		return 0;
	ret = image_add_owned(c->image, id, owner, key, val, old);
	if (ret == -ENOMEM)
		return error_set(c->e, ENOMEM, "out of memory");
	return ret;
}

int tables_add(struct tables *c, enum image_table_id id, const void *key,
	       const void *val, void **old)
{
	return add_owned(c, id, owner_of(id, key, val), key, val, old);
}

int tables_add_neighbor(struct tables *c, const struct topo_lrp *lrp,
			const uint8_t ip[4], const uint8_t mac[6])
{
	struct neighbor_key key = {.datapath = lrp->router->key,
				   .port = lrp->key};
	struct neighbor_val val = {};

	memcpy(key.ip, ip, sizeof(key.ip));
	memcpy(val.mac, mac, sizeof(val.mac));
	return add_owned(c, IMAGE_NEIGHBOR,
			 lrp->lsp ? lrp->lsp->sw->key : lrp->router->key, &key,
			 &val, NULL);
}
