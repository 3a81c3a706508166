// SPDX-License-Identifier: GPL-2.0-only
/* Which addresses are announced; garp_send.c sends them. */
#include "sync/garp.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sync/garp_send.h"

bool garp_find(const struct garp_source *source, enum image_table_id id,
	       const void *key, void *val)
{
	const void *found;

	if (!source->image)
		return !bpf_map_lookup_elem(source->fd[id], key, val);
	found = image_find(source->image, id, key);
	if (found)
		memcpy(val, found, map_definitions[id].val_size);
	return found;
}

void garp_source_maps(struct garp_source *source, const struct state *s)
{
	source->image = NULL;
	memcpy(source->fd, s->map_fd, sizeof(source->fd));
}

bool garp_guest_is_here(const struct garp_source *source,
			const struct announcement *a, struct port_key *owner)
{
	struct l2_key key = {.datapath = a->key.datapath};
	struct port_val port;
	struct l2_val val;

	*owner = (struct port_key){a->key.datapath, 0};
	memcpy(key.mac, a->val.mac, sizeof(key.mac));
	if (!garp_find(source, IMAGE_L2, &key, &val))
		return true;
	owner->port = val.port;
	return val.kind != PORT_VIF ||
	       (garp_find(source, IMAGE_PORT, owner, &port) && port.ifindex);
}

bool garp_is_wanted(const struct garp_source *maps,
		    const struct announcement *a)
{
	struct port_key port_key = {a->key.datapath, a->val.port}, owner;
	struct port_val port;
	struct garp_val val;

	return garp_find(maps, IMAGE_GARP, &a->key, &val) &&
	       !memcmp(&val, &a->val, sizeof(val)) &&
	       garp_find(maps, IMAGE_PORT, &port_key, &port) &&
	       port.ifindex == a->ifindex && port.vlan == a->vlan &&
	       garp_guest_is_here(maps, a, &owner);
}

/* Is it to be announced?  arg is the caller's. */
typedef bool (*garp_filter_fn)(const struct announcement *a, void *arg);

struct gather_context {
	struct garp_source source;
	garp_filter_fn filter;
	void *arg;
	struct announcements a;
};

static int gather(const void *key, const void *val, void *arg)
{
	struct announcement a = {.key = *(const struct garp_key *)key,
				 .val = *(const struct garp_val *)val};
	struct port_key port_key = {a.key.datapath, a.val.port};
	struct gather_context *c = arg;
	struct port_val port;

	if (!garp_find(&c->source, IMAGE_PORT, &port_key, &port) ||
	    !port.ifindex || port.policy.flags & PORT_F_DISABLED)
		return 0;
	if (!garp_guest_is_here(&c->source, &a, &a.owner))
		return 0;
	a.ifindex = port.ifindex;
	a.vlan = port.vlan;
	a.vlan_type = port.vlan_type;
	return c->filter(&a, c->arg) ? announcements_add(&c->a, &a) : 0;
}

static int announce_of_maps(const struct state *s, garp_filter_fn filter,
			    void *arg, struct garp_queue *queue)
{
	struct gather_context c = {.filter = filter, .arg = arg};
	int ret;

	garp_source_maps(&c.source, s);
	ret = map_for_each(s->map_fd[IMAGE_GARP], sizeof(struct garp_key),
			   sizeof(struct garp_val), gather, &c);
	if (!ret)
		ret = garp_send(s, &c.a, queue);
	free(c.a.list);
	return ret;
}

static bool is_of_iface(const struct announcement *a, void *arg)
{
	return a->ifindex == *(uint32_t *)arg;
}

int garp_announce_iface(const struct state *s, uint32_t ifindex,
			struct garp_queue *queue)
{
	return announce_of_maps(s, is_of_iface, &ifindex, queue);
}

static bool is_of_guest(const struct announcement *a, void *arg)
{
	return !memcmp(&a->owner, arg, sizeof(a->owner));
}

int garp_announce_guest(const struct state *s, const struct port_key *port)
{
	return announce_of_maps(s, is_of_guest, (void *)port, NULL);
}

/* Before the change: the present image. */
static bool is_new(const struct announcement *a, void *arg)
{
	const struct image *present = arg;
	struct port_key port_key = {a->key.datapath, a->val.port};
	const struct garp_val *val = image_find(present, IMAGE_GARP, &a->key);
	const struct port_val *port =
		image_find(present, IMAGE_PORT, &port_key);
	const struct port_val *guest =
		a->owner.port ? image_find(present, IMAGE_PORT, &a->owner) :
				NULL;

	if (!val || memcmp(val, &a->val, sizeof(*val)) != 0 || !port ||
	    port->ifindex != a->ifindex || port->vlan != a->vlan)
		return true;
	/* It came here. */
	return guest && guest->kind == PORT_VIF && !guest->ifindex;
}

int garp_announce_changes(const struct state *s, const struct image *present,
			  const struct image *want, const struct diff *d,
			  struct garp_queue *queue)
{
	struct gather_context c = {
		.source.image = want, .filter = is_new, .arg = (void *)present};
	const struct image_table *t = &want->table[IMAGE_GARP];
	bool is_changed = false;
	int ret = 0;

	for (size_t i = 0; i < d->n && !is_changed; i++)
		is_changed = d->change[i].kind != CHANGE_DELETE &&
			     (d->change[i].table == IMAGE_GARP ||
			      d->change[i].table == IMAGE_PORT);
	for (size_t i = 0; i < t->n && is_changed && !ret; i++) {
		const uint8_t *key = image_entry(t, i);

		ret = gather(key, key + t->key_size, &c);
	}
	if (!ret)
		ret = garp_send(s, &c.a, queue);
	free(c.a.list);
	return ret;
}
