// SPDX-License-Identifier: GPL-2.0-only
#include "sync/attach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile/compile.h"
#include "sync/attachment.h"
#include "sync/garp.h"
#include "sync/localnet.h"
#include "wire.h"

int attach_mode_find(const char *name, enum attach_mode *mode)
{
	static const char *const names[] = {
		[ATTACH_AUTO] = "auto",
		[ATTACH_NATIVE] = "native",
		[ATTACH_TC] = "tc",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]))
			continue;
		*mode = i;
		return 0;
	}
	return -ENOENT;
}

struct chassis_context {
	struct chassis_val *chassis;
};

static int read_chassis(const void *key, const void *val, void *arg)
{
	struct chassis_context *c = arg;
	uint32_t i = *(const uint32_t *)key;

	if (i < XOVN_MAX_CHASSIS)
		memcpy(&c->chassis[i], val, sizeof(c->chassis[i]));
	return 0;
}

int chassis_read(const struct state *s, struct chassis_val **chassis,
		 struct error *e)
{
	struct chassis_context c;
	int err = 0;

	c.chassis = calloc(XOVN_MAX_CHASSIS, sizeof(*c.chassis));
	*chassis = c.chassis;
	if (!c.chassis)
		return error_set(e, ENOMEM, "out of memory");
	if (s->map_fd[MAP_CHASSIS] >= 0)
		err = map_for_each(s->map_fd[MAP_CHASSIS], sizeof(__u32),
				   sizeof(struct chassis_val), read_chassis,
				   &c);
	if (!err)
		return 0;
	free(c.chassis);
	*chassis = NULL;
	return error_set(e, -err, "%s/chassis: cannot read: %s", s->dir,
			 strerror(-err));
}

static const char *mode_name(enum attachment_mode mode)
{
	return mode == ATTACHMENT_NATIVE ? "native" : "tc";
}

/* What is asked for, and what the interface is at present. */
struct attach_run {
	struct state *s;
	const struct attach_request *request;
	char network[XOVN_NAME_LEN]; /* stored form, "": --underlay */
	struct localnet_port *port; /* of the network */
	size_t n_ports;
	struct netlink nl;
	struct iface iface;
	bool is_attached; /* in the other role: present holds it */
	struct attachment present;
	struct attachment_val before;
	struct attach_result *result;
	struct error *e;
};

/* What is half done of this interface; it is then as it was before that. */
static int clear_iface(struct attach_run *r)
{
	char name[IFNAMSIZ];
	int err = attachment_remove(r->s, &r->nl, &r->present, r->e);

	memcpy(name, r->iface.name, sizeof(name));
	return err ? err : iface_find(&r->nl, name, &r->iface, r->e);
}

/* One interface may be underlay and localnet; both run the same programs. */
static int check_iface(struct attach_run *r)
{
	const struct attachment_val *val = &r->present.val;
	const char *name = r->iface.name;
	char role[ATTACHMENT_ROLE_TEXT];
	bool has_role;
	int err;

	if (attachment_find(r->s, r->iface.ifindex, &r->present))
		return 0;
	if (attachment_is_gone(r->s, &r->present))
		return clear_iface(r);
	if (val->role == ATTACHMENT_VIF)
		return error_set(r->e, EBUSY,
				 "%s: is bound to a logical "
				 "port; xovn unbind %s first",
				 name, name);
	has_role = r->network[0] ? attachment_is_localnet(val) :
				   attachment_is_underlay(val);
	if (has_role && !state_is_resumed(r->s))
		return error_set(r->e, EEXIST,
				 "%s: already attached as "
				 "%s, mode %s; xovn detach %s "
				 "first to change it",
				 name, attachment_role_text(val, role),
				 mode_name(val->mode), name);
	if (r->request->mode != ATTACH_AUTO &&
	    (r->request->mode == ATTACH_NATIVE) !=
		    (val->mode == ATTACHMENT_NATIVE))
		return error_set(r->e, EEXIST,
				 "%s: is %s in mode %s, and an interface has "
				 "one mode for both; xovn detach %s first to "
				 "change it",
				 name, attachment_role_text(val, role),
				 mode_name(val->mode), name);
	err = has_role ? attachment_complete(r->s, &r->nl, &r->iface,
					     &r->present, r->e) :
			 0;
	if (err == -ENOENT)
		return clear_iface(r);
	r->is_attached = true;
	r->before = *val;
	return err;
}

/* Clears what is left of interfaces that were deleted; refuses when this one
 * is in use, or another has the role. */
static int check_free(struct attach_run *r)
{
	const char *name = r->iface.name;
	struct attachment other;
	int err = check_iface(r);

	if (err)
		return err;
	if (r->network[0] ? attachment_find_network(r->s, r->network, &other) :
			    attachment_find_underlay(r->s, &other))
		return 0;
	if (other.ifindex == r->iface.ifindex) /* half done */
		return 0;
	if (attachment_is_gone(r->s, &other)) {
		err = localnet_stop(r->s, other.ifindex, r->e);
		return err ? err :
			     attachment_remove(r->s, &r->nl, &other, r->e);
	}
	if (r->network[0])
		return error_set(r->e, EEXIST,
				 "%s: network %s is on %s already, and a "
				 "network has one interface per host; xovn "
				 "detach %s first",
				 name, r->request->network, other.val.ifname,
				 other.val.ifname);
	return error_set(r->e, EEXIST,
			 "%s: %s is the underlay already, and there "
			 "is one per host; xovn detach %s first",
			 name, other.val.ifname, other.val.ifname);
}

int attach_check_link(const struct iface *iface, struct error *e)
{
	if (!iface->is_ethernet)
		return error_set(e, EINVAL, "%s: is no Ethernet interface",
				 iface->name);
	/* Routes and neighbors go with it, so nothing could be set up. */
	if (!iface->is_up)
		return error_set(e, ENETDOWN, "%s: is down; ip link set %s up",
				 iface->name, iface->name);
	return 0;
}

static int check_underlay(const struct state *s, struct netlink *nl,
			  const struct iface *iface, struct error *e)
{
	const uint8_t *ip = s->config.encap_ip;
	uint32_t owner;
	int err;

	err = iface_with_address(nl, ip, iface->ifindex, &owner);
	if (err)
		return error_set(e, -err, "%s: cannot list addresses: %s",
				 iface->name, strerror(-err));
	if (!owner)
		return error_set(e, EADDRNOTAVAIL,
				 "%s: %u.%u.%u.%u, this chassis' encap IP, is "
				 "on no interface here; ip address add "
				 "%u.%u.%u.%u/PREFIX dev %s, or correct the "
				 "placement",
				 iface->name, ip[0], ip[1], ip[2], ip[3], ip[0],
				 ip[1], ip[2], ip[3], iface->name);
	return 0;
}

static int attach_by_mode(const struct state *s, struct netlink *nl,
			  const struct iface *iface, enum attach_mode mode,
			  struct attachment_val *val,
			  struct attach_result *result, struct error *e)
{
	struct error refusal = {""};
	enum mode_rule rule;
	char driver[32];
	bool may_fail;
	int err;

	iface_driver(iface->name, driver);
	rule = mode_rule(mode, driver);
	may_fail = rule == MODE_RULE_TRY_NATIVE;
	val->mode = rule == MODE_RULE_TC ? ATTACHMENT_TC : ATTACHMENT_NATIVE;
	err = attachment_add(s, nl, iface, val, may_fail ? &refusal : e);
	mode_reason(result->reason, mode, driver, err ? refusal.text : NULL);
	if (!err || !may_fail)
		return err;
	val->mode = ATTACHMENT_TC;
	return attachment_add(s, nl, iface, val, e);
}

int tunnels_set(struct state *s, struct netlink *nl, const struct iface *iface,
		bool is_native, enum underlay_resolve resolve,
		struct underlay *u, struct error *e)
{
	struct chassis_val *chassis;
	size_t n = 0;
	int err;

	memset(u, 0, sizeof(*u));
	err = chassis_read(s, &chassis, e);
	if (err)
		return err;
	err = underlay_compute(nl, chassis, s->config.chassis,
			       s->config.encap_ip, iface, is_native, resolve, u,
			       e);
	if (!err)
		err = underlay_write(s, u, false, false, &n, e);
	if (!err) {
		s->config.underlay_ifindex = iface ? iface->ifindex : 0;
		err = state_write_config(s, e);
	}
	free(chassis);
	return err;
}

/* Tunnels after the programs: nobody shall be sent to before replies can be
 * received. */
static int start_tunnels(struct attach_run *r, bool is_native)
{
	struct attach_result *result = r->result;
	struct underlay u;
	int err = tunnels_set(r->s, &r->nl, &r->iface, is_native,
			      r->request->resolve, &u, r->e);

	result->n_chassis = u.n_chassis;
	result->n_unreachable = u.n_unreachable;
	memcpy(result->unreachable, u.unreachable, sizeof(u.unreachable));
	underlay_free(&u);
	return err;
}

/* A veth hands XDP what its peer sends: unfinished checksums, tags beside the
 * frame. */
static void note_veth(const struct attachment_val *val,
		      struct attach_result *result)
{
	char driver[32];

	iface_driver(val->ifname, driver);
	result->needs_veth_peer = val->mode == ATTACHMENT_NATIVE &&
				  !strcmp(driver, "veth");
}

static int attach_programs(struct attach_run *r, struct attachment_val *val)
{
	bool is_localnet = r->network[0];

	if (!r->is_attached) {
		val->role = is_localnet ? ATTACHMENT_LOCALNET :
					  ATTACHMENT_UNDERLAY;
		memcpy(val->network, r->network, sizeof(val->network));
		return attach_by_mode(r->s, &r->nl, &r->iface, r->request->mode,
				      val, r->result, r->e);
	}
	if (is_localnet ? attachment_is_underlay(&r->present.val) :
			  attachment_is_localnet(&r->present.val)) {
		r->present.val.role = ATTACHMENT_UNDERLAY_LOCALNET;
		snprintf(r->result->reason, sizeof(r->result->reason), "as %s",
			 is_localnet ? "the underlay" : "the localnet");
	} else {
		snprintf(r->result->reason, sizeof(r->result->reason),
			 "as begun");
	}
	if (is_localnet)
		memcpy(r->present.val.network, r->network, sizeof(r->network));
	*val = r->present.val;
	return attachment_change(r->s, &r->nl, &r->iface, &r->present, r->e);
}

static int start(struct attach_run *r)
{
	struct attachment_val val = {0};
	bool is_native;
	int err;

	err = attach_programs(r, &val);
	if (err)
		return err;
	is_native = val.mode == ATTACHMENT_NATIVE;
	r->result->mode = val.mode;
	r->result->has_clsact = val.hook == ATTACHMENT_CLSACT;
	r->result->mtu = r->iface.mtu;
	note_veth(&val, r->result);
	if (r->result->needs_veth_peer)
		r->s->config.flags |= CONFIG_F_VETH;
	if (r->network[0])
		err = localnet_start(r->s, r->iface.ifindex, is_native, r->port,
				     r->n_ports, r->e);
	else
		err = start_tunnels(r, is_native);
	return err;
}

/* What was attached before stays as it was. */
static void give_up(struct attach_run *r)
{
	struct error ignored;
	struct underlay u;

	if (!r->is_attached) {
		detach_iface(r->s, r->iface.name, &ignored);
		return;
	}
	if (r->network[0]) {
		localnet_stop(r->s, r->iface.ifindex, &ignored);
	} else {
		tunnels_set(r->s, &r->nl, NULL, false, UNDERLAY_WAIT, &u,
			    &ignored);
		underlay_free(&u);
	}
	attachment_revert(r->s, &r->nl, &r->present, &r->before, &ignored);
}

static int check_all(struct attach_run *r, const char *ifname)
{
	int err = iface_find(&r->nl, ifname, &r->iface, r->e);

	if (!err && r->network[0])
		err = localnet_ports(r->s, r->network, &r->port, &r->n_ports,
				     r->e);
	if (err == -ENOENT && r->request->is_early)
		err = 0;
	if (!err)
		err = attach_check_link(&r->iface, r->e);
	if (!err)
		err = check_free(r);
	if (!err && !r->network[0])
		err = check_underlay(r->s, &r->nl, &r->iface, r->e);
	return err;
}

int attach_iface(struct state *s, const char *ifname,
		 const struct attach_request *request,
		 struct attach_result *result, struct error *e)
{
	struct attach_run r = {
		.s = s, .request = request, .result = result, .e = e};
	struct error second;
	int err;

	memset(result, 0, sizeof(*result));
	if (request->network)
		name_store(r.network, request->network);
	err = netlink_open(&r.nl);
	if (err)
		return error_set(e, -err, "netlink: %s", strerror(-err));
	err = check_all(&r, ifname);
	if (!err)
		err = state_begin_change(s, e);
	if (err)
		goto out;
	err = start(&r);
	if (!err)
		err = state_end_change(s, e);
	if (err)
		give_up(&r);
	/* What was there before forwards as it did. */
	if (state_is_changing(s))
		state_end_change(s, &second);
	if (err)
		goto out;
	if (request->network && !request->is_silent)
		result->n_announced =
			garp_announce_iface(s, r.iface.ifindex, request->queue);
	result->n_localnet_ports = r.n_ports;
out:
	free(r.port);
	netlink_close(&r.nl);
	return err;
}
