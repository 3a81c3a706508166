// SPDX-License-Identifier: GPL-2.0-only
#include "sync/hook.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <string.h>
#include <unistd.h>

/* linux/bpf.h of 6.1 does not have it yet. */
#define ATTACH_TCX_INGRESS 46

/* Where our clsact filter stands among others: any number will do, this one
 * is easy to recognise in `tc filter show`. */
#define FILTER_PRIORITY 6081
#define FILTER_HANDLE 1

int hook_link_tcx(int prog_fd, uint32_t ifindex)
{
	int fd = bpf_link_create(prog_fd, ifindex, ATTACH_TCX_INGRESS, NULL);

	if (fd >= 0)
		return fd;
	/* Kernels before 6.6 do not know the attach type. */
	return errno == EINVAL ? -EOPNOTSUPP : -errno;
}

int hook_link_xdp_native(int prog_fd, uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);
	int fd = bpf_link_create(prog_fd, ifindex, BPF_XDP, &opts);

	return fd < 0 ? -errno : fd;
}

int hook_link_ifindex(const char *path, uint32_t *ifindex)
{
	struct bpf_link_info info = {0};
	__u32 len = sizeof(info);
	int fd = bpf_obj_get(path), err = 0;

	*ifindex = 0;
	if (fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		err = -errno;
	else
		/* The tcx member begins with the ifindex as xdp's does. */
		*ifindex = info.xdp.ifindex;
	close(fd);
	return err;
}

int hook_link_replace(const char *path, int prog_fd)
{
	int fd = bpf_obj_get(path), err = 0;

	if (fd < 0)
		return -errno;
	if (bpf_link_update(fd, prog_fd, NULL))
		err = -errno;
	close(fd);
	return err;
}

int hook_link_remove(const char *path)
{
	int fd = bpf_obj_get(path);

	if (fd >= 0) {
		bpf_link_detach(fd);
		close(fd);
	}
	return unlink(path) && errno != ENOENT ? -errno : 0;
}

struct tc_query {
	uint32_t ifindex;
	int n;
};

static int count_clsact(const struct nlmsghdr *nlh, void *arg)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr[TCA_KIND + 1];
	struct tc_query *q = arg;

	netlink_attributes(nlh, sizeof(*tc), attr, TCA_KIND);
	if ((uint32_t)tc->tcm_ifindex == q->ifindex && attr[TCA_KIND] &&
	    !strcmp(mnl_attr_get_str(attr[TCA_KIND]), "clsact"))
		q->n++;
	return MNL_CB_OK;
}

static int count_filter(const struct nlmsghdr *nlh, void *arg)
{
	struct tc_query *q = arg;

	(void)nlh;
	q->n++;
	return MNL_CB_OK;
}

static int tc_dump(struct netlink *nl, uint16_t type, uint32_t parent,
		   struct tc_query *q, mnl_cb_t each)
{
	char buf[NETLINK_REQUEST_LEN];
	struct nlmsghdr *nlh = netlink_request(buf, type, NLM_F_DUMP);
	struct tcmsg *tc = mnl_nlmsg_put_extra_header(nlh, sizeof(*tc));

	tc->tcm_family = AF_UNSPEC;
	tc->tcm_ifindex = q->ifindex;
	tc->tcm_parent = parent;
	return netlink_talk(nl, nlh, each, q);
}

int hook_has_clsact(struct netlink *nl, uint32_t ifindex)
{
	struct tc_query q = {.ifindex = ifindex};
	int err = tc_dump(nl, RTM_GETQDISC, 0, &q, count_clsact);

	return err ? err : q.n > 0;
}

/* What is in front of each priority's filters stands for all of them. */
static int count_other(const struct nlmsghdr *nlh, void *arg)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(nlh);
	struct tc_query *q = arg;

	if (TC_H_MAJ(tc->tcm_info) >> 16 != FILTER_PRIORITY)
		q->n++;
	return MNL_CB_OK;
}

int hook_has_other_filters(struct netlink *nl, uint32_t ifindex)
{
	struct tc_query q = {.ifindex = ifindex};
	int err = tc_dump(nl, RTM_GETTFILTER,
			  TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), &q,
			  count_other);

	return err ? err : q.n > 0;
}

uint32_t hook_clsact_program(uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex,
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = FILTER_HANDLE,
		    .priority = FILTER_PRIORITY);

	return bpf_tc_query(&hook, &opts) ? 0 : opts.prog_id;
}

int hook_set_clsact(int prog_fd, uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex,
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = FILTER_HANDLE,
		    .priority = FILTER_PRIORITY, .prog_fd = prog_fd,
		    .flags = BPF_TC_F_REPLACE);
	int err = bpf_tc_hook_create(&hook);

	if (err && err != -EEXIST)
		return err;
	return bpf_tc_attach(&hook, &opts);
}

int hook_remove_clsact(struct netlink *nl, uint32_t ifindex, bool is_qdisc_ours)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex,
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = FILTER_HANDLE,
		    .priority = FILTER_PRIORITY);
	struct tc_query q = {.ifindex = ifindex};
	int err = bpf_tc_detach(&hook, &opts);

	if (err && err != -ENOENT && err != -EINVAL)
		return err;
	if (!is_qdisc_ours)
		return 0;
	err = tc_dump(nl, RTM_GETTFILTER,
		      TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), &q,
		      count_filter);
	if (!err)
		err = tc_dump(nl, RTM_GETTFILTER,
			      TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS), &q,
			      count_filter);
	if (err || q.n)
		return err;
	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	err = bpf_tc_hook_destroy(&hook);
	return err == -ENOENT || err == -EINVAL ? 0 : err;
}
