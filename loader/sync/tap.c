// SPDX-License-Identifier: GPL-2.0-only
#include "sync/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sync/hook.h"

#define ETH_HLEN 14

/* The kernel would announce itself on it; without IPv6 there is no file. */
static void silence(const char *name)
{
	char path[80];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6",
		 name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "1", 1) != 1)
		warning("%s: cannot be written: %s", path, strerror(errno));
	close(fd);
}

static int set_up(const char *name)
{
	struct ifreq r = {.ifr_flags = IFF_UP | IFF_NOARP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return -errno;
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	if (ioctl(fd, SIOCSIFFLAGS, &r))
		err = -errno;
	close(fd);
	return err;
}

static int attach(struct tap *t, int prog_fd)
{
	int ret = hook_link_tcx(prog_fd, t->ifindex);

	if (ret >= 0) {
		t->link_fd = ret;
		return 0;
	}
	return ret == -EOPNOTSUPP ? hook_set_clsact(prog_fd, t->ifindex) : ret;
}

int tap_open(struct tap *t, int prog_fd, struct error *e)
{
	/* The kernel puts the first number in that is free. */
	struct ifreq r = {.ifr_name = "xovn-up%d",
			  .ifr_flags = IFF_TAP | IFF_NO_PI};
	int err;

	t->link_fd = -1;
	t->fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (t->fd < 0)
		return error_set(e, errno,
				 "/dev/net/tun: %s; packets that wait for a "
				 "next hop come back by a tap: load module tun",
				 strerror(errno));
	if (ioctl(t->fd, TUNSETIFF, &r)) {
		err = error_set(e, errno, "cannot make a tap: %s",
				strerror(errno));
		tap_close(t);
		return err;
	}
	snprintf(t->name, sizeof(t->name), "%s", r.ifr_name);
	t->ifindex = if_nametoindex(t->name);
	silence(t->name);
	/* First the program: what comes without it is the host's. */
	err = attach(t, prog_fd);
	if (!err)
		err = set_up(t->name);
	if (!err)
		return 0;
	error_set(e, -err, "%s: cannot set up the tap: %s", t->name,
		  strerror(-err));
	tap_close(t);
	return err;
}

void tap_close(struct tap *t)
{
	if (t->link_fd >= 0)
		close(t->link_fd);
	if (t->fd >= 0)
		close(t->fd);
	t->link_fd = t->fd = -1;
}

int tap_write(const struct tap *t, const struct reinject *origin,
	      const uint8_t *frame, size_t len)
{
	struct iovec part[] = {
		{(void *)frame, ETH_HLEN},
		{(void *)origin, sizeof(*origin)},
		{(void *)(frame + ETH_HLEN), len - ETH_HLEN},
	};

	if (len < ETH_HLEN)
		return -EINVAL;
	return writev(t->fd, part, 3) < 0 ? -errno : 0;
}
