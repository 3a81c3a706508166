// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "prog.h"

#define DEVICES_MAX 48

static struct device devices[DEVICES_MAX];
static size_t n_devices;

static void device_abort(const char *what, const char *name)
{
	fprintf(stderr, "test error: %s %s: %s\n", what, name, strerror(errno));
	exit(1);
}

static void sysctl_write(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		return; /* a kernel without IPv6 sends no IPv6 of its own */
	if (write(fd, value, strlen(value)) < 0)
		device_abort("write", path);
	close(fd);
}

void devices_init(void)
{
	if (unshare(CLONE_NEWNET))
		device_abort("new network namespace:", "run as root");
	/* The kernel's own MLD and router solicitations would come between. */
	sysctl_write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	sysctl_write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
}

static void device_set_mtu(struct device *d, int mtu)
{
	struct ifreq ifr = {.ifr_mtu = mtu};
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", d->name);
	if (s < 0 || ioctl(s, SIOCSIFMTU, &ifr))
		device_abort("mtu of", d->name);
	close(s);
}

void device_set_up(struct device *d, bool is_up)
{
	struct ifreq ifr = {.ifr_flags = is_up ? IFF_UP : 0};
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", d->name);
	if (s < 0 || ioctl(s, SIOCSIFFLAGS, &ifr))
		device_abort(is_up ? "up of" : "down of", d->name);
	close(s);
}

struct device *device_get(const char *name)
{
	struct device *d = &devices[n_devices];
	struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};

	for (size_t i = 0; i < n_devices; i++) {
		if (!strcmp(devices[i].name, name))
			return &devices[i];
	}
	if (n_devices++ == DEVICES_MAX) {
		errno = ENOSPC;
		device_abort("device", name);
	}
	snprintf(d->name, sizeof(d->name), "%s", name);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	d->fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	/* No TUNSETOFFLOAD: what leaves is segmented and has its checksums. */
	if (d->fd < 0 || ioctl(d->fd, TUNSETIFF, &ifr))
		device_abort("tap", name);
	device_set_mtu(d, UNDERLAY_MTU);
	device_set_up(d, true);
	d->ifindex = if_nametoindex(d->name);
	return d;
}

/* Its place stays empty: others are known by their address. */
void device_delete(struct device *d)
{
	close(d->fd); /* a tap lives as long as its file */
	*d = (struct device){.fd = -1};
}

bool device_read(struct device *d, struct packet *p, int wait_ms)
{
	struct pollfd fd = {.fd = d->fd, .events = POLLIN};
	struct vnet_header h;
	struct iovec v[2] = {{&h, sizeof(h)}, {p->data, PACKET_MAX}};
	ssize_t n;

	if (poll(&fd, 1, wait_ms) != 1)
		return false;
	n = readv(d->fd, v, 2);
	if (n < (ssize_t)sizeof(h))
		device_abort("read", d->name);
	p->len = n - sizeof(h);
	p->n_layers = 0;
	return true;
}

int device_write(struct device *d, const struct packet *p,
		 const struct vnet_header *h)
{
	struct vnet_header none = {};
	struct iovec v[2] = {{h ? (void *)h : &none, sizeof(none)},
			     {(void *)p->data, p->len}};
	ssize_t n = writev(d->fd, v, 2);

	return n < 0 ? -errno : 0;
}

void devices_drain(void)
{
	static struct packet p;

	for (size_t i = 0; i < n_devices; i++) {
		while (device_read(&devices[i], &p, 0))
			;
	}
}

size_t devices_collect(struct arrival *to, size_t max, int wait_ms)
{
	struct pollfd fds[DEVICES_MAX];
	size_t n = 0;

	for (size_t i = 0; i < n_devices; i++)
		fds[i] = (struct pollfd){.fd = devices[i].fd, .events = POLLIN};
	while (n < max && poll(fds, n_devices, wait_ms) > 0) {
		for (size_t i = 0; i < n_devices && n < max; i++) {
			if (!device_read(&devices[i], &to[n].packet, 0))
				continue;
			to[n++].device = &devices[i];
		}
	}
	return n;
}

void device_set_mac(struct device *d, const uint8_t mac[6])
{
	struct ifreq ifr = {};
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", d->name);
	ifr.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(ifr.ifr_hwaddr.sa_data, mac, 6);
	if (s < 0 || ioctl(s, SIOCSIFHWADDR, &ifr))
		device_abort("MAC of", d->name);
	close(s);
}

void device_add_neighbor(struct device *d, const uint8_t ip[4],
			 const uint8_t mac[6])
{
	struct arpreq req = {.arp_flags = ATF_COM | ATF_PERM};
	struct sockaddr_in *to = (void *)&req.arp_pa;
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	to->sin_family = AF_INET;
	memcpy(&to->sin_addr, ip, 4);
	req.arp_ha.sa_family = ARPHRD_ETHER;
	memcpy(req.arp_ha.sa_data, mac, 6);
	snprintf(req.arp_dev, sizeof(req.arp_dev), "%s", d->name);
	if (s < 0 || ioctl(s, SIOCSARP, &req))
		device_abort("neighbor on", d->name);
	close(s);
}

void device_attach(struct device *d, int program_fd)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = d->ifindex,
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = program_fd);
	int err;

	if (d->is_attached)
		return;
	err = bpf_tc_hook_create(&hook);
	if (!err || err == -EEXIST)
		err = bpf_tc_attach(&hook, &opts);
	errno = -err;
	if (err)
		device_abort("attach to", d->name);
	d->is_attached = true;
}
