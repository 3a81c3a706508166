// SPDX-License-Identifier: GPL-2.0-only
/* Who else does what xovn does, in this network namespace: two of them would
 * each forward half of it. */
#include "check/check.h"

#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/attachment.h"
#include "sync/iface.h"
#include "wire.h"

#define GROUP "conflicts"

static bool shares_netns(const char *pid)
{
	char path[300];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	return !stat(path, &st) && st.st_ino == iface_netns();
}

/* A process of that name in our network namespace: its pid, or 0. */
static long process_find(const char *name)
{
	DIR *d = opendir("/proc");
	struct dirent *entry;
	long pid = 0;

	while (d && !pid && (entry = readdir(d))) {
		char path[300], comm[64] = "";
		FILE *f;

		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (fgets(comm, sizeof(comm), f))
			comm[strcspn(comm, "\n")] = '\0';
		fclose(f);
		if (!strcmp(comm, name) && shares_netns(entry->d_name))
			pid = strtol(entry->d_name, NULL, 10);
	}
	if (d)
		closedir(d);
	return pid;
}

static void check_stock(struct check *c)
{
	long controller = process_find("ovn-controller");
	long vswitchd = process_find("ovs-vswitchd");

	if (controller)
		check_add(c, CHECK_ERROR, GROUP, "ovn_controller", NULL,
			  "ovn-appctl -t ovn-controller exit --restart, which "
			  "leaves the host's ports to xovn; a plain stop takes "
			  "them out of the cluster (doc/migrate.md)",
			  "ovn-controller runs (pid %ld): it would claim the "
			  "same ports for the same chassis",
			  controller);
	if (vswitchd)
		check_add(c, c->options->db ? CHECK_ERROR : CHECK_WARNING,
			  GROUP, "ovs_vswitchd", NULL,
			  "systemctl stop ovs-vswitchd; systemctl start "
			  "ovsdb-server",
			  c->options->db ?
				  "ovs-vswitchd runs (pid %ld): it serves "
				  "conf.db, and the agent would wait for it to "
				  "end" :
				  "ovs-vswitchd runs (pid %ld): no interface "
				  "may be both its and xovn's",
			  vswitchd);
	if (if_nametoindex("ovs-system"))
		check_add(c, CHECK_WARNING, GROUP, "ovs_datapath", "ovs-system",
			  "ovs-dpctl del-dp ovs-system, once nothing needs it",
			  "Open vSwitch's datapath is in the kernel, and "
			  "forwards also after ovs-vswitchd has ended");
	if (!controller && !vswitchd && !if_nametoindex("ovs-system"))
		check_add(c, CHECK_OK, GROUP, "stock_ovn", NULL, NULL,
			  "no ovn-controller, ovs-vswitchd or Open vSwitch "
			  "datapath here");
}

static int read_geneve(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr[IFLA_LINKINFO + 1], *info;
	char *name = arg;

	netlink_attributes(nlh, sizeof(*link), attr, IFLA_LINKINFO);
	if (!attr[IFLA_LINKINFO] || !attr[IFLA_IFNAME])
		return MNL_CB_OK;
	mnl_attr_for_each_nested(info, attr[IFLA_LINKINFO])
	{
		if (mnl_attr_get_type(info) == IFLA_INFO_KIND &&
		    !strcmp(mnl_attr_get_str(info), "geneve"))
			snprintf(name, IFNAMSIZ, "%s",
				 mnl_attr_get_str(attr[IFLA_IFNAME]));
	}
	return MNL_CB_OK;
}

/* "": there is none. */
static void geneve_find(struct check *c, char name[IFNAMSIZ])
{
	char buf[NETLINK_REQUEST_LEN];
	struct nlmsghdr *nlh = netlink_request(buf, RTM_GETLINK, NLM_F_DUMP);

	name[0] = '\0';
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	netlink_talk(&c->nl, nlh, read_geneve, name);
}

/* "  12: 00000000:17C1 00000000:0000 ...": the port behind the second colon. */
static bool is_port_taken(const char *path, unsigned long port)
{
	FILE *f = fopen(path, "re");
	bool is_taken = false;
	char line[512];

	while (f && !is_taken && fgets(line, sizeof(line), f)) {
		const char *colon = strchr(line, ':');

		colon = colon ? strchr(colon + 1, ':') : NULL;
		is_taken = colon && strtoul(colon + 1, NULL, 16) == port;
	}
	if (f)
		fclose(f);
	return is_taken;
}

static void check_port(struct check *c)
{
	bool is_taken = is_port_taken("/proc/net/udp", GENEVE_UDP_PORT) ||
			is_port_taken("/proc/net/udp6", GENEVE_UDP_PORT);
	char geneve[IFNAMSIZ];

	geneve_find(c, geneve);
	if (geneve[0] && !strncmp(geneve, "genev_sys_", 10))
		check_add(c, CHECK_ERROR, GROUP, "udp_6081", geneve,
			  "stop Open vSwitch, then ovs-dpctl del-dp ovs-system",
			  "is Open vSwitch's tunnel endpoint: tunnels of this "
			  "host would have two ends");
	else if (is_taken)
		check_add(c, CHECK_WARNING, GROUP, "udp_6081",
			  geneve[0] ? geneve : NULL,
			  "ss -ulnp sport = 6081 says whose it is; end it "
			  "unless it talks to other hosts than OVN's",
			  "UDP port 6081 is taken%s: what comes from chassis "
			  "xovn takes before it, the rest goes there",
			  geneve[0] ? " by a geneve interface" : "");
	else
		check_add(c, CHECK_OK, GROUP, "udp_6081", NULL, NULL,
			  "UDP port 6081 is free");
}

/* Another pin directory whose interfaces are here. */
static void check_directory(struct check *c, const char *dir)
{
	struct attachment *list = NULL;
	struct error ignored;
	struct state s;
	size_t n = 0;

	if (state_open(&s, dir, STATE_PREVIEW, &ignored))
		return;
	attachment_list(&s, &list, &n, &ignored);
	for (size_t i = 0; i < n; i++) {
		char name[IFNAMSIZ];

		if (!attachment_is_here(&list[i]) ||
		    !if_indextoname(list[i].ifindex, name) ||
		    attachment_is_gone(&s, &list[i]))
			continue;
		check_add(c, CHECK_WARNING, GROUP, "other_xovn", dir,
			  "xovn --pin of that directory detach --all, if it is "
			  "not to stay",
			  "xovn of this directory has its programs on %s",
			  name);
		break;
	}
	free(list);
	state_close(&s);
}

static void check_directories(struct check *c)
{
	const char *pin = c->options->pin, *slash = strrchr(pin, '/');
	char parent[PATH_MAX], path[2 * PATH_MAX];
	struct dirent *entry;
	DIR *d;

	if (geteuid() || !slash || slash == pin)
		return;
	snprintf(parent, sizeof(parent), "%.*s", (int)(slash - pin), pin);
	d = opendir(parent);
	while (d && (entry = readdir(d))) {
		if (entry->d_name[0] == '.' ||
		    !strcmp(entry->d_name, slash + 1))
			continue;
		snprintf(path, sizeof(path), "%s/%s/config", parent,
			 entry->d_name);
		if (access(path, F_OK))
			continue;
		*strrchr(path, '/') = '\0';
		check_directory(c, path);
	}
	if (d)
		closedir(d);
}

void check_conflicts(struct check *c)
{
	check_stock(c);
	check_port(c);
	check_directories(c);
}
