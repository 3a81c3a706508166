// SPDX-License-Identifier: GPL-2.0-only
#include "sync/apply.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/attach.h"
#include "sync/attachment.h"
#include "sync/bind.h"
#include "sync/programs.h"
#include "sync/purge.h"
#include "sync/underlay.h"

/* One load under way. */
struct apply_run {
	struct state *s;
	struct compile_output *out;
	uint32_t max_ports;
	bool is_dry;
	struct image present;
	struct chassis_val *present_chassis;
	struct diff diff;
	struct underlay underlay;
	uint32_t underlay_ifindex; /* 0: none */
	struct apply_result *result;
	struct error *e;
};

int apply_read_bindings(const struct state *s, struct compile_binding **list,
			size_t *n, struct error *e)
{
	size_t n_gone;
	int err = bindings_read(s, list, n, &n_gone, e);

	if (!err && n_gone)
		warning("%zu bound interface%s deleted: unbound", n_gone,
			n_gone == 1 ? " was" : "s were");
	return err;
}

int apply_read_chassis(const struct state *s, struct chassis_val **chassis,
		       struct error *e)
{
	return chassis_read(s, chassis, e);
}

/* A typing error in --chassis would turn this host into another one. */
static int check_chassis(const struct apply_run *r)
{
	const char *name = r->out->chassis[r->out->own_chassis].name;
	const struct config *c = &r->s->config;

	if (!r->s->is_loaded || !strcmp(c->chassis_name, name))
		return 0;
	return error_set(r->e, EEXIST,
			 "%s: is chassis %s, not %s; to change what this host "
			 "is: xovn detach --all, then load, attach and bind",
			 r->s->dir, c->chassis_name, name);
}

static int read_present(struct apply_run *r)
{
	int err = 0;

	for (int id = 0; id < IMAGE_TABLE_COUNT && !err; id++) {
		if (r->s->map_fd[id] < 0)
			continue;
		err = map_read_table(r->s->map_fd[id], id, &r->present);
		if (err)
			return error_set(r->e, -err, "%s/%s: cannot read: %s",
					 r->s->dir, image_table_name(id),
					 strerror(-err));
	}
	return chassis_read(r->s, &r->present_chassis, r->e);
}

static int map_capacity(const struct apply_run *r, int id, uint32_t *capacity)
{
	struct bpf_map_info info = {0};
	__u32 len = sizeof(info);

	*capacity = map_max_entries(image_table_name(id), r->max_ports);
	if (r->s->map_fd[id] < 0)
		return 0;
	if (bpf_obj_get_info_by_fd(r->s->map_fd[id], &info, &len))
		return -errno;
	*capacity = info.max_entries;
	return 0;
}

/* Additions come before deletions, so both must fit for a moment; a trie
 * wants one more to change an entry. */
static int check_capacity(const struct apply_run *r)
{
	for (int id = 0; id < IMAGE_TABLE_COUNT; id++) {
		size_t n = r->present.table[id].n + r->diff.n_added[id] +
			   (id == IMAGE_ROUTE);
		uint32_t capacity;
		int err = map_capacity(r, id, &capacity);

		if (err)
			return error_set(r->e, -err, "%s/%s: %s", r->s->dir,
					 image_table_name(id), strerror(-err));
		if (n <= capacity)
			continue;
		return error_set(
			r->e, E2BIG,
			"map full: %s needs %zu entries (%zu present, "
			"%zu to add) and has room for %u; nothing was "
			"touched; %sload with a larger --max-ports",
			image_table_name(id), n, r->present.table[id].n,
			r->diff.n_added[id], capacity,
			r->s->map_fd[id] < 0 ? "" : "xovn detach --all, ");
	}
	return 0;
}

/* Sets *iface and returns 1 when an underlay is attached and usable. */
static int find_underlay(const struct apply_run *r, struct netlink *nl,
			 struct iface *iface)
{
	struct attachment a;
	char name[IFNAMSIZ];
	int err;

	if (r->s->map_fd[MAP_ATTACHMENT] < 0 ||
	    attachment_find_underlay(r->s, &a))
		return 0;
	if (attachment_is_gone(r->s, &a)) {
		warning("underlay %s was deleted; xovn attach it again",
			a.val.ifname);
		return 0;
	}
	if (!attachment_is_here(&a))
		return error_set(r->e, EXDEV,
				 "underlay %s was attached in "
				 "another network namespace; load there (ip "
				 "netns exec)",
				 a.val.ifname);
	if (!if_indextoname(a.ifindex, name))
		return 0;
	err = iface_find(nl, name, iface, r->e);
	return err ? err : 1;
}

static int compute_underlay(struct apply_run *r)
{
	const struct compile_output *out = r->out;
	struct netlink nl;
	struct iface iface;
	int err, ret;

	err = netlink_open(&nl);
	if (err)
		return error_set(r->e, -err, "netlink: %s", strerror(-err));
	ret = find_underlay(r, &nl, &iface);
	err = ret < 0 ? ret : 0;
	if (ret > 0)
		r->underlay_ifindex = iface.ifindex;
	if (!err)
		err = underlay_compute(&nl, out->chassis, out->own_chassis,
				       out->chassis[out->own_chassis].encap_ip,
				       ret ? &iface : NULL, r->is_dry,
				       &r->underlay, r->e);
	netlink_close(&nl);
	return err;
}

static int write_config(struct apply_run *r)
{
	const struct chassis_val *own = &r->out->chassis[r->out->own_chassis];
	struct config *c = &r->s->config, old = *c;

	c->layout = XOVN_LAYOUT_VERSION;
	c->chassis = r->out->own_chassis;
	c->underlay_ifindex = r->underlay_ifindex;
	memcpy(c->encap_ip, own->encap_ip, sizeof(c->encap_ip));
	memcpy(c->chassis_name, own->name, sizeof(c->chassis_name));
	if (r->s->is_loaded && !memcmp(c, &old, sizeof(old)))
		return 0;
	r->result->n_writes++;
	return r->is_dry ? 0 : state_write_config(r->s, r->e);
}

static int write_chassis(struct apply_run *r, bool is_removal)
{
	for (__u32 i = 0; i < XOVN_MAX_CHASSIS; i++) {
		const struct chassis_val *want = &r->out->chassis[i];

		if (!want->name[0] != is_removal ||
		    !memcmp(want, &r->present_chassis[i], sizeof(*want)))
			continue;
		r->result->n_writes++;
		if (r->is_dry)
			continue;
		if (bpf_map_update_elem(r->s->map_fd[MAP_CHASSIS], &i, want, 0))
			return error_set(r->e, errno,
					 "%s/chassis: cannot write: %s",
					 r->s->dir, strerror(errno));
	}
	return 0;
}

static int write_changes(struct apply_run *r)
{
	r->result->n_writes += r->diff.n;
	for (size_t i = 0; i < r->diff.n && !r->is_dry; i++) {
		const struct change *c = &r->diff.change[i];
		int fd = r->s->map_fd[c->table], ret;

		if (c->kind == CHANGE_DELETE)
			ret = bpf_map_delete_elem(fd, c->key);
		else
			ret = bpf_map_update_elem(
				fd, c->key,
				c->key + map_definitions[c->table].key_size,
				BPF_ANY);
		if (ret && !(c->kind == CHANGE_DELETE && errno == ENOENT))
			return error_set(r->e, errno,
					 "%s/%s: change %zu of %zu: %s; load "
					 "again to complete it",
					 r->s->dir, image_table_name(c->table),
					 i + 1, r->diff.n, strerror(errno));
	}
	return 0;
}

/* Who is referred to comes first, who refers goes first: chassis and ways to
 * them around all else. */
static int write_all(struct apply_run *r)
{
	size_t *n = &r->result->n_writes;
	int err;

	err = write_config(r);
	if (!err)
		err = write_chassis(r, false);
	if (!err)
		err = underlay_write(r->s, &r->underlay, false, r->is_dry, n,
				     r->e);
	if (!err)
		err = write_changes(r);
	if (!err)
		err = underlay_write(r->s, &r->underlay, true, r->is_dry, n,
				     r->e);
	if (!err)
		err = write_chassis(r, true);
	return err;
}

static int apply_changes(struct apply_run *r)
{
	int err = 0;

	if (!r->is_dry && !programs_are_current(r->s)) {
		r->result->is_upgrade = r->s->is_loaded;
		err = programs_update(r->s, r->max_ports, r->e);
		/* Noted at once, even when nothing else is to be written. */
		if (!err && r->s->is_loaded)
			err = state_write_config(r->s, r->e);
	}
	if (!err)
		err = write_all(r);
	if (!err && !r->is_dry)
		err = purge_learned(r->s, &r->present, &r->diff, r->e);
	if (!err && !r->is_dry)
		err = bindings_purge(r->s, r->e);
	return err;
}

int apply(struct state *s, struct compile_output *out, uint32_t max_ports,
	  bool is_dry, struct apply_result *result, struct error *e)
{
	struct apply_run r = {.s = s,
			      .out = out,
			      .max_ports = max_ports,
			      .is_dry = is_dry,
			      .result = result,
			      .e = e};
	struct error second;
	int err;

	memset(result, 0, sizeof(*result));
	if (image_init(&r.present))
		return error_set(e, ENOMEM, "out of memory");
	err = check_chassis(&r);
	if (!err)
		err = read_present(&r);
	if (!err && diff_compute(&r.present, &out->image, &r.diff))
		err = error_set(e, ENOMEM, "out of memory");
	if (!err)
		err = check_capacity(&r);
	if (!err)
		err = compute_underlay(&r);
	result->summary = r.diff.summary;
	if (!err)
		err = apply_changes(&r);
	/* A first load that failed leaves nothing behind. */
	if (err && s->was_created)
		detach_pins(s, &second);
	if (!err)
		s->was_created = false;
	underlay_free(&r.underlay);
	diff_free(&r.diff);
	image_free(&r.present);
	free(r.present_chassis);
	return err;
}
