// SPDX-License-Identifier: GPL-2.0-only
#include "check/check.h"

#include <dirent.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compile/compile.h"
#include "sync/attach.h"
#include "sync/iface.h"
#include "wire.h"

#define GROUP "interfaces"
/* What fits here fits any underlay: no size is asked for (bpf/encap.h). */
#define MTU_LEAST 576
#define IPV6_MTU_LEAST 1280 /* RFC 8200 section 5 */
/* A frame beyond a page wants a driver that knows fragments. */
#define XDP_PAGE_MTU 3498

void check_nic_add(struct check_options *o, const char *ifname,
		   const char *network, enum attach_mode asked)
{
	struct check_nic *nic = &o->nics[o->n_nics];

	if (o->n_nics == CHECK_NICS_MAX)
		return;
	memset(nic, 0, sizeof(*nic));
	snprintf(nic->ifname, sizeof(nic->ifname), "%s", ifname);
	if (network)
		name_store(nic->network, network);
	nic->asked = asked;
	o->n_nics++;
}

static void check_twice(struct check *c, size_t at)
{
	const struct check_nic *list = c->options->nics, *nic = &list[at];

	for (size_t i = 0; i < at; i++) {
		if (strcmp(list[i].network, nic->network) ||
		    !strcmp(list[i].ifname, nic->ifname))
			continue;
		check_add(c, CHECK_ERROR, GROUP, "role", nic->ifname,
			  "give one of them, or a bond of both",
			  nic->network[0] ?
				  "network %s%s is on %s already, and a "
				  "network has one interface per host" :
				  "%s%s is the underlay already, and there is "
				  "one per host",
			  nic->network[0] ? nic->network : "",
			  nic->network[0] ? "" : list[i].ifname,
			  list[i].ifname);
		return;
	}
}

static int count_queues(const char *ifname)
{
	char path[PATH_MAX];
	struct dirent *entry;
	int n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/sys/class/net/%s/queues", ifname);
	d = opendir(path);
	if (!d)
		return 0;
	while ((entry = readdir(d)))
		n += !strncmp(entry->d_name, "rx-", 3);
	closedir(d);
	return n;
}

/* Of a bond, a bridge or Open vSwitch it is a part of. */
static void check_master(struct check *c, const char *ifname)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/class/net/%s/master", ifname);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return;
	target[n] = '\0';
	if (!strcmp(basename(target), "ovs-system") && c->options->db)
		check_add(c, CHECK_WARNING, GROUP, "master", ifname,
			  "ovs-dpctl del-dp ovs-system, once xovn forwards; "
			  "its row in conf.db stays",
			  "is a port of Open vSwitch's datapath, which sees "
			  "what xovn passes on");
	else if (!strcmp(basename(target), "ovs-system"))
		check_add(c, CHECK_ERROR, GROUP, "master", ifname,
			  "ovs-vsctl del-port IFACE, and its bridge's address "
			  "to the interface itself",
			  "is a port of Open vSwitch");
	else
		check_add(c, CHECK_WARNING, GROUP, "master", ifname,
			  "attach that one, where it has the address",
			  "is a part of %s", basename(target));
}

/* What attach will do, and what it will say. */
static void decide_mode(struct check *c, const struct check_nic *nic,
			uint32_t ifindex, const struct check_occupied *o,
			struct check_nic_facts *f)
{
	enum mode_rule rule = mode_rule(nic->asked, f->driver);
	const char *refusal = NULL;
	uint64_t features;
	int err = check_xdp_features(ifindex, &features);

	if (o->has_own_tc) {
		f->is_native = o->has_own_xdp;
		snprintf(f->reason, sizeof(f->reason), "attached so");
		if ((nic->asked == ATTACH_NATIVE && !f->is_native) ||
		    (nic->asked == ATTACH_TC && f->is_native))
			check_add(c, CHECK_WARNING, GROUP, "mode", nic->ifname,
				  "xovn detach IFACE, and attach it again",
				  "is attached in another mode than the one "
				  "asked for, and stays in it");
		return;
	}
	if (o->has_other_xdp)
		refusal = "another XDP program is attached";
	else if (!err && !(features & CHECK_XDP_BASIC))
		refusal = "the driver has no native XDP";
	f->is_native = rule == MODE_RULE_NATIVE ||
		       (rule == MODE_RULE_TRY_NATIVE && !refusal);
	mode_reason(f->reason, nic->asked, f->driver, refusal);
	if (rule == MODE_RULE_NATIVE && refusal)
		check_add(c, CHECK_ERROR, GROUP, "mode", nic->ifname,
			  "use mode tc", "mode native: %s", refusal);
	if (rule == MODE_RULE_TRY_NATIVE && err && !refusal)
		snprintf(f->reason, sizeof(f->reason),
			 "auto: native if the driver takes it, else tc; this "
			 "kernel does not say before it is tried");
	else if (f->is_native && !err && f->mtu > XDP_PAGE_MTU &&
		 !(features & CHECK_XDP_RX_SG))
		check_add(c, CHECK_WARNING, GROUP, "mode", nic->ifname,
			  "set a lower MTU, or use mode tc",
			  "MTU %u: the driver takes no XDP frames beyond a "
			  "page, and may refuse mode native",
			  f->mtu);
}

static void add_mode(struct check *c, const struct check_nic *nic,
		     const struct check_nic_facts *f)
{
	int n_queues = count_queues(nic->ifname);
	long n_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	bool is_veth = !strcmp(f->driver, "veth");

	check_add(c, CHECK_OK, GROUP, "mode", nic->ifname, NULL,
		  "%s%s, mode %s (%s)%s",
		  nic->network[0] ? "localnet " : "underlay", nic->network,
		  f->is_native ? "native" : "tc", f->reason,
		  c->has_tcx ? "" : ", clsact");
	if (n_queues == 1 && n_cpus > 1 && !is_veth)
		check_add(c, CHECK_WARNING, GROUP, "queues", nic->ifname,
			  "ethtool -L IFACE combined N, where it can",
			  "one receive queue for %ld CPUs: one of them does "
			  "all the work",
			  n_cpus);
	if (f->is_native && is_veth)
		check_add(c, CHECK_WARNING, GROUP, "offload", nic->ifname,
			  "at its peer: ethtool -K PEER gro on tx off txvlan "
			  "off",
			  "a veth in mode native: frames are lost or arrive "
			  "with bad checksums, unless its peer finishes them");
}

/* What attach changes, and detach puts back. */
static void add_offloads(struct check *c, const struct check_nic *nic,
			 const struct check_nic_facts *f)
{
	bool is_gro = true, is_rxvlan = false;

	iface_get_gro(nic->ifname, &is_gro);
	iface_get_rxvlan(nic->ifname, &is_rxvlan);
	if (f->is_native && !is_gro)
		check_add(c, CHECK_OK, GROUP, "offload", nic->ifname, NULL,
			  "GRO is off; attach switches it on, and detach off");
	else if (!is_gro && strcmp(f->driver, "veth"))
		check_add(c, CHECK_WARNING, GROUP, "offload", nic->ifname,
			  "ethtool -K IFACE gro on",
			  "GRO is off: each frame is handled alone");
	if (f->is_native && nic->network[0] && is_rxvlan)
		check_add(c, CHECK_OK, GROUP, "offload", nic->ifname, NULL,
			  "VLAN receive offload is on; attach switches it off, "
			  "and detach on");
}

static void check_mtu(struct check *c, const struct check_nic *nic,
		      const struct check_nic_facts *f)
{
	uint32_t guests = f->mtu > ENCAP_MTU_COST ? f->mtu - ENCAP_MTU_COST : 0;

	if (nic->network[0])
		check_add(c, CHECK_OK, GROUP, "mtu", nic->ifname, NULL,
			  "MTU %u", f->mtu);
	else if (f->mtu < MTU_LEAST)
		check_add(c, CHECK_ERROR, GROUP, "mtu", nic->ifname,
			  "ip link set IFACE mtu 1558",
			  "MTU %u: tunnels need %u at least", f->mtu,
			  MTU_LEAST);
	else if (guests < IPV6_MTU_LEAST)
		check_add(c, CHECK_WARNING, GROUP, "mtu", nic->ifname,
			  "ip link set IFACE mtu 1558, for guests with 1500",
			  "MTU %u less %u for Geneve leaves guests %u, too few "
			  "for IPv6 (%u)",
			  f->mtu, ENCAP_MTU_COST, guests, IPV6_MTU_LEAST);
	else
		check_add(c, CHECK_OK, GROUP, "mtu", nic->ifname, NULL,
			  "MTU %u less %u for Geneve leaves guests %u", f->mtu,
			  ENCAP_MTU_COST, guests);
}

static void check_nic(struct check *c, size_t at)
{
	const struct check_nic *nic = &c->options->nics[at];
	struct check_nic_facts *f = &c->nic[at];
	struct check_occupied o;
	struct iface iface;
	struct error e;

	check_twice(c, at);
	if (iface_find(&c->nl, nic->ifname, &iface, &e)) {
		check_add(c, CHECK_ERROR, GROUP, "exists", nic->ifname, NULL,
			  "%s", e.text);
		return;
	}
	f->is_there = true;
	f->mtu = iface.mtu;
	iface_driver(nic->ifname, f->driver);
	if (attach_check_link(&iface, &e)) {
		check_add(c, CHECK_ERROR, GROUP, "link", nic->ifname, NULL,
			  "%s", e.text);
		return;
	}
	o = check_occupied(c, nic->ifname, iface.ifindex);
	decide_mode(c, nic, iface.ifindex, &o, f);
	add_mode(c, nic, f);
	add_offloads(c, nic, f);
	check_master(c, nic->ifname);
	check_mtu(c, nic, f);
}

void check_nics(struct check *c)
{
	for (size_t i = 0; i < c->options->n_nics; i++)
		check_nic(c, i);
}
